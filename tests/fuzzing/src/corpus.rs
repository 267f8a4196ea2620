// SPDX-License-Identifier: Apache-2.0

//! The committed inputs: few and small, and together they reach what a long run has reached.

use crate::{Coverage, Subject, mutation::Kept};
use std::{
	fs,
	path::{Path, PathBuf},
};

/// Most bytes of an input.
pub(crate) const BYTES_MAX: usize = 512;

fn folder<S: Subject>(target: S) -> PathBuf {
	Path::new(S::CORPUS).join(target.name())
}

/// The inputs of a target, in the order of their names; none if there is no corpus yet.
pub(crate) fn read<S: Subject>(target: S) -> Vec<Vec<u8>> {
	let Ok(entries) = fs::read_dir(folder(target)) else { return Vec::new() };
	let mut paths: Vec<_> =
		entries.map(|entry| entry.expect("the folder can be read").path()).collect();
	paths.sort();
	paths.iter().map(|path| fs::read(path).expect("the file can be read")).collect()
}

/// Replaces the inputs of a target by the few of these that reach most.
pub(crate) fn write<S: Subject>(target: S, kept: Vec<Kept>) {
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
fn choose<S: Subject>(target: S, mut kept: Vec<Kept>) -> Vec<Vec<u8>> {
	let needed = target.needed();
	let mut reached = Coverage::new();
	let mut chosen = Vec::new();
	while chosen.len() < S::INPUTS_MAX {
		let value = |kept: &Kept| {
			let new: Vec<_> = kept.reached.difference(&reached).collect();
			let needed = new.iter().filter(|pair| needed.contains(**pair)).count();
			// Of equals, the shortest.
			(needed, new.len(), usize::MAX - kept.input.len())
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
