// SPDX-License-Identifier: Apache-2.0

//! What this machine is: the record whose hash is in the node's beats.

use crate::{
	config::{Config, Engine},
	defaults::ENGINE_SOCKETS,
};
use anyhow::{Context as _, ensure};
use r1_deeploy::{job::Tag, specification::ServedName};
use r1_primitives::{
	Capabilities, CapabilitiesVersion, ContainerEngine, InstructionSet, TAGS_MAX, Tags, Text,
};
use std::path::Path;

/// Bytes of a MiB.
const MIB: u64 = 1024 * 1024;

/// Where Linux says how much memory there is.
const MEMORY_INFORMATION: &str = "/proc/meminfo";

/// The record of this machine, which has some sets of data to learn from.
///
/// Of memory it says 0 where the system does not say how much there is.
///
/// # Errors
///
/// A tag of the configuration is not one, or there are too many with those of the data.
pub(crate) fn of_this_machine(
	config: &Config,
	data: &[ServedName],
) -> anyhow::Result<Capabilities> {
	let all_cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
	let all_memory_mib = std::fs::read_to_string(MEMORY_INFORMATION)
		.ok()
		.and_then(|text| memory_mib(&text))
		.unwrap_or(0);
	Ok(Capabilities {
		version: CapabilitiesVersion::V1,
		cores: config.node.cores.unwrap_or(u16::try_from(all_cores).unwrap_or(u16::MAX)),
		memory_mib: config.node.memory_mib.unwrap_or(all_memory_mib),
		disk_mib: whole_mib(config.store.bytes_max),
		gpu: None,
		engine: engine(&config.containers.engine),
		instruction_set: instruction_set(),
		tags: tags(&tags_of(config, data))?,
		software_version: Text::new(env!("CARGO_PKG_VERSION"))
			.context("the daemon's own version does not fit the record")?,
	})
}

/// What the configuration says of the machine, and what data it has.
fn tags_of(config: &Config, data: &[ServedName]) -> Vec<String> {
	let data = data.iter().filter_map(Tag::of_data).map(|tag| tag.as_str().to_owned());
	config.node.tags.iter().cloned().chain(data).collect()
}

/// What runs containers here: what the configuration names, or what is found at the start.
fn engine(configured: &Engine) -> ContainerEngine {
	let is_there = match configured {
		Engine::Off => false,
		Engine::At(_) => true,
		Engine::Auto => ENGINE_SOCKETS.iter().any(|socket| Path::new(socket).exists()),
	};
	match is_there {
		true => ContainerEngine::DockerCompatible,
		false => ContainerEngine::None,
	}
}

/// The tags of the configuration, as a record has them.
///
/// # Errors
///
/// One is empty, too long, or has control characters, or there are too many.
pub(crate) fn tags(tags: &[String]) -> anyhow::Result<Tags> {
	let tag = |tag: &String| {
		ensure!(!tag.is_empty(), "node.tags has an empty tag");
		Text::new(tag.as_str()).with_context(|| format!("node.tags has {tag:?}"))
	};
	let tags = tags.iter().map(tag).collect::<anyhow::Result<Vec<_>>>()?;
	Tags::new(tags).with_context(|| format!("node.tags has more than {TAGS_MAX} tags"))
}

/// All memory, from the lines of Linux's own account; `None` if that is not in them.
fn memory_mib(text: &str) -> Option<u32> {
	let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
	let kib: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
	Some(whole_mib(kib.checked_mul(1024)?))
}

fn whole_mib(bytes: u64) -> u32 {
	u32::try_from(bytes / MIB).unwrap_or(u32::MAX)
}

#[cfg(target_arch = "x86_64")]
fn instruction_set() -> InstructionSet {
	use std::arch::is_x86_feature_detected as has;
	if has!("avx512f") {
		InstructionSet::X86_64Avx512
	} else if has!("avx2") && has!("fma") {
		InstructionSet::X86_64Avx2
	} else {
		InstructionSet::X86_64
	}
}

#[cfg(target_arch = "aarch64")]
fn instruction_set() -> InstructionSet {
	use std::arch::is_aarch64_feature_detected as has;
	if has!("sve") { InstructionSet::Arm64Sve } else { InstructionSet::Arm64 }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn instruction_set() -> InstructionSet {
	InstructionSet::Other
}

#[cfg(test)]
mod tests {
	use super::*;

	fn tags_of(list: &[&str]) -> Result<Vec<String>, String> {
		let list: Vec<String> = list.iter().map(|tag| (*tag).to_owned()).collect();
		tags(&list)
			.map(|tags| tags.iter().map(str::to_owned).collect())
			.map_err(|error| format!("{error:#}"))
	}

	#[test]
	fn record_should_say_what_the_configuration_and_the_machine_say() {
		let mut config = Config::default();
		config.node.tags = vec!["region-eu".to_owned()];
		config.store.bytes_max = 3 * MIB + 1;
		config.containers.engine = Engine::Off;
		let record = of_this_machine(&config, &[]).unwrap();
		assert_eq!((record.disk_mib, record.engine), (3, ContainerEngine::None));
		assert!(0 < record.cores);
		assert_eq!(record.tags.iter().collect::<Vec<_>>(), ["region-eu"]);
		assert_eq!(record.software_version.as_str(), env!("CARGO_PKG_VERSION"));
		// One machine has one hash.
		assert_eq!(record.hash(), of_this_machine(&config, &[]).unwrap().hash());
		config.containers.engine = Engine::At("/run/podman/podman.sock".into());
		(config.node.cores, config.node.memory_mib) = (Some(3), Some(5));
		let record = of_this_machine(&config, &[]).unwrap();
		assert_eq!((record.cores, record.memory_mib), (3, 5));
		assert_eq!(record.engine, ContainerEngine::DockerCompatible);
		let data = ["cells", "digits"].map(|name| ServedName::new(name).unwrap());
		let record = of_this_machine(&config, &data).unwrap();
		let tags: Vec<_> = record.tags.iter().collect();
		assert_eq!(tags, ["DATA:cells", "DATA:digits", "region-eu"]);
	}

	#[test]
	fn tags_should_be_few_short_and_printable() {
		assert_eq!(tags_of(&["b", "a", "b"]).unwrap(), ["a", "b"]);
		let long = "t".repeat(33);
		for (wrong, message) in [("", "empty"), (&long, "32 bytes"), ("a\nb", "control")] {
			let error = tags_of(&[wrong]).unwrap_err();
			assert!(error.contains("node.tags") && error.contains(message), "{error}");
		}
		let many: Vec<String> = (0..=TAGS_MAX).map(|number| number.to_string()).collect();
		let many: Vec<&str> = many.iter().map(String::as_str).collect();
		assert!(tags_of(&many).unwrap_err().contains("more than 16"));
	}

	#[test]
	fn memory_should_be_read_from_the_systems_account() {
		let text = "MemFree:  1 kB\nMemTotal:       16384000 kB\nSwapTotal: 5 kB\n";
		assert_eq!(memory_mib(text), Some(16_000));
		for wrong in ["", "MemTotal: 5", "MemTotal: many kB", "MemTotal: 18446744073709551615 kB"] {
			assert_eq!(memory_mib(wrong), None, "{wrong}");
		}
	}
}
