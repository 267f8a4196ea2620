// SPDX-License-Identifier: Apache-2.0

//! From bodies of replies to what the port says. Whatever an engine leaves out has a default.

use crate::{
	container::engine::{ContainerStatus, Labelled, LogLine, RunState, Stats},
	job::Protocol,
};
use bollard::{
	container::LogOutput,
	models::{
		ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, ContainerStatsResponse,
		ContainerSummary, Network, NetworkInspect, PortMap, SystemVersion, Volume,
	},
};
use std::{
	collections::{BTreeMap, HashMap},
	net::IpAddr,
};

/// How a container is.
pub(super) fn container_status(found: ContainerInspectResponse) -> ContainerStatus {
	let labels = found.config.and_then(|config| config.labels).unwrap_or_default();
	let settings = found.network_settings.unwrap_or_default();
	let endpoints = settings.networks.unwrap_or_default();
	let mut addresses = endpoints.values().filter_map(|endpoint| endpoint.ip_address.as_deref());
	ContainerStatus {
		labels: labels.into_iter().collect(),
		state: run_state(&found.state.unwrap_or_default()),
		address: addresses.find_map(|address| address.parse().ok()),
		published: published(&settings.ports.unwrap_or_default()),
	}
}

fn run_state(state: &ContainerState) -> RunState {
	match state.status.unwrap_or(ContainerStateStatusEnum::EMPTY) {
		ContainerStateStatusEnum::CREATED => RunState::Created,
		ContainerStateStatusEnum::RUNNING
		| ContainerStateStatusEnum::PAUSED
		| ContainerStateStatusEnum::RESTARTING
		| ContainerStateStatusEnum::STOPPING => RunState::Running,
		ContainerStateStatusEnum::EMPTY
		| ContainerStateStatusEnum::REMOVING
		| ContainerStateStatusEnum::EXITED
		| ContainerStateStatusEnum::DEAD => RunState::Exited {
			code: state.exit_code.unwrap_or_default(),
			is_out_of_memory: state.oom_killed.unwrap_or_default(),
		},
	}
}

fn published(ports: &PortMap) -> BTreeMap<(u16, Protocol), u16> {
	let mut published = BTreeMap::new();
	for (port, bindings) in ports {
		let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
		let protocol = if protocol == "udp" { Protocol::Udp } else { Protocol::Tcp };
		let host_ports = bindings.iter().flatten().filter_map(|binding| binding.host_port.as_ref());
		let host_port = { host_ports }.find_map(|port| port.parse().ok());
		if let (Ok(number), Some(host_port)) = (number.parse(), host_port) {
			published.insert((number, protocol), host_port);
		}
	}
	published
}

/// Name and labels of a container.
pub(super) fn labelled_container(found: ContainerSummary) -> Option<Labelled> {
	let name = found.names?.into_iter().next()?;
	Some(labelled(name.trim_start_matches('/').to_owned(), found.labels))
}

/// Name and labels of a network.
pub(super) fn labelled_network(found: Network) -> Option<Labelled> {
	Some(labelled(found.name?, found.labels))
}

/// The machine's address on a network.
pub(super) fn gateway(found: NetworkInspect) -> Option<IpAddr> {
	let subnets = found.ipam?.config?;
	subnets.into_iter().find_map(|subnet| subnet.gateway?.parse().ok())
}

/// Name and labels of a volume.
pub(super) fn labelled_volume(found: Volume) -> Labelled {
	labelled(found.name, Some(found.labels))
}

fn labelled(name: String, labels: Option<HashMap<String, String>>) -> Labelled {
	Labelled { name, labels: labels.unwrap_or_default().into_iter().collect() }
}

/// Lines of both streams. What comes in parts of a line is put together.
pub(super) fn log_lines(parts: &[LogOutput]) -> Vec<LogLine> {
	let mut lines: Vec<LogLine> = Vec::new();
	let mut is_open = false;
	for part in parts {
		let is_error = matches!(part, LogOutput::StdErr { .. });
		let text = String::from_utf8_lossy(part.as_ref());
		for line in text.split_inclusive('\n') {
			let end = line.strip_suffix('\n');
			let words = end.unwrap_or(line);
			match lines.last_mut().filter(|last| is_open && last.is_error == is_error) {
				Some(last) => last.text.push_str(words),
				None => lines.push(LogLine { is_error, text: words.to_owned() }),
			}
			is_open = end.is_none();
		}
	}
	lines
}

/// What a container takes.
pub(super) fn stats(found: &ContainerStatsResponse) -> Stats {
	let networks = found.networks.iter().flat_map(HashMap::values);
	let traffic = networks.fold((0_u64, 0_u64), |(received, sent), network| {
		(
			received.saturating_add(network.rx_bytes.unwrap_or_default()),
			sent.saturating_add(network.tx_bytes.unwrap_or_default()),
		)
	});
	let cpu = found.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref());
	Stats {
		cpu_ns: cpu.and_then(|usage| usage.total_usage).unwrap_or_default(),
		memory_bytes: found
			.memory_stats
			.as_ref()
			.and_then(|memory| memory.usage)
			.unwrap_or_default(),
		pids: found.pids_stats.as_ref().and_then(|pids| pids.current).unwrap_or_default(),
		received_bytes: traffic.0,
		sent_bytes: traffic.1,
	}
}

/// The image that an engine says it loaded.
pub(super) fn loaded_image(said: &str) -> Option<String> {
	let words = ["Loaded image ID:", "Loaded image(s):", "Loaded image:"];
	let names = said.lines().filter_map(|line| {
		words.iter().find_map(|word| line.trim().strip_prefix(word)).map(str::trim)
	});
	let name = { names }.find(|name| !name.is_empty())?;
	// Podman lists all names of the image behind each other.
	name.split(',').next().map(|name| name.trim().to_owned())
}

/// What an engine calls itself.
pub(super) fn version(version: SystemVersion) -> String {
	let component = version.components.unwrap_or_default().into_iter().next();
	let name = component.map_or_else(|| "Docker-compatible engine".to_owned(), |first| first.name);
	format!("{name} {}", version.version.unwrap_or_default())
}
