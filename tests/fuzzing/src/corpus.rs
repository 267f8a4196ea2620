// SPDX-License-Identifier: Apache-2.0

//! The committed inputs: few and small, and together they reach what a long run has reached.

use super::{mutation::Kept, needed};
use crate::{Coverage, Target};
use std::{fs, path::PathBuf};

/// Most inputs of a target.
pub(super) const FILES_MAX: usize = 48;

/// Most bytes of an input.
pub(super) const BYTES_MAX: usize = 512;

fn folder(target: Target) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name())
}

/// The inputs of a target, in the order of their names; none if there is no corpus yet.
pub(super) fn read(target: Target) -> Vec<Vec<u8>> {
	let Ok(entries) = fs::read_dir(folder(target)) else { return Vec::new() };
	let mut paths: Vec<_> =
		entries.map(|entry| entry.expect("the folder can be read").path()).collect();
	paths.sort();
	paths.iter().map(|path| fs::read(path).expect("the file can be read")).collect()
}

/// Replaces the inputs of a target by the few of these that reach most.
pub(super) fn write(target: Target, kept: Vec<Kept>) {
	let folder = folder(target);
	if folder.exists() {
		fs::remove_dir_all(&folder).expect("the old corpus can be removed");
	}
	fs::create_dir_all(&folder).expect("the folder can be made");
	for (number, input) in choose(target, kept).into_iter().enumerate() {
		let path = folder.join(format!("{number:03}.bin"));
		fs::write(path, input).expect("the file can be written");
	}
}

/// The inputs that reach most that is new, one after the other: first what a corpus must reach.
fn choose(target: Target, mut kept: Vec<Kept>) -> Vec<Vec<u8>> {
	let mut reached = Coverage::new();
	let mut chosen = Vec::new();
	while chosen.len() < FILES_MAX {
		let value = |kept: &Kept| {
			let new: Vec<_> = kept.reached.difference(&reached).collect();
			let is_needed = |(what, outcome): &&&(String, String)| {
				needed(target).contains(&(what.as_str(), outcome.as_str()))
			};
			// Of equals, the shortest.
			(new.iter().filter(is_needed).count(), new.len(), usize::MAX - kept.input.len())
		};
		let values: Vec<_> = kept.iter().map(value).collect();
		let best = values.iter().enumerate().max_by_key(|(_, value)| **value);
		let Some((index, (_, 1.., _))) = best else { break };
		let best = kept.swap_remove(index);
		reached.extend(best.reached);
		chosen.push(best.input);
	}
	chosen
}
