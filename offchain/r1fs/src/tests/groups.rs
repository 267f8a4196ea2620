// SPDX-License-Identifier: Apache-2.0

//! Files of fixtures that are too many to list them, as `tests/ipfs/groups.mjs` makes them.

use super::{Node, content};
use crate::walk::Walk;
use cid::Cid;
use r1_core::BlockStore as _;
use serde_json::Value;
use std::{fs, path::Path};

/// What a fixture says of a directory, and its CID.
#[derive(Debug)]
pub(super) struct Case {
	pub(super) cid: String,
	groups: Vec<Value>,
}

impl Case {
	/// All cases of many files in a fixture, and what `{s}` in their paths stands for.
	pub(super) fn all(fixture: &str) -> (Vec<String>, Vec<Self>) {
		let fixture: Value = serde_json::from_str(fixture).unwrap();
		let cases = fixture["cases"].as_array().unwrap().iter().filter_map(|case| {
			let cid = case["cid"].as_str().unwrap().to_owned();
			Some(Self { cid, groups: case["groups"].as_array()?.clone() })
		});
		let strange = serde_json::from_value(fixture["strange"].clone()).unwrap();
		(strange, cases.collect())
	}

	/// How many files and directories it names.
	pub(super) fn entries(&self) -> u64 {
		self.groups.iter().filter_map(|group| group["count"].as_u64()).sum()
	}

	/// Writes the files into a folder.
	pub(super) fn write(&self, strange: &[String], folder: &Path) {
		for group in &self.groups {
			let width = group["width"].as_u64().unwrap() as usize;
			let is_empty = group["empty"].as_bool().unwrap_or_default();
			for number in 0..group["count"].as_u64().unwrap() {
				let path = group["path"].as_str().unwrap();
				let path = path
					.replace("{n}", &format!("{number:0width$}"))
					.replace("{s}", &strange[number as usize % strange.len()]);
				let path = folder.join(path);
				match is_empty {
					true => fs::create_dir_all(path).unwrap(),
					false => write(&path, number % 5),
				}
			}
		}
	}
}

/// Writes a file of a fixture.
pub(super) fn write(path: &Path, length: u64) {
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	fs::write(path, content(0..length)).unwrap();
}

/// The CIDs of all blocks below a root that a node keeps.
pub(super) fn cids_below(node: &Node, root: Cid) -> Vec<Cid> {
	let mut walk = Walk::new(&root).unwrap();
	let mut cids = Vec::new();
	while let Some(cid) = walk.next() {
		walk.enter(&cid, &node.store.get(&cid).unwrap().unwrap()).unwrap();
		cids.push(cid);
	}
	cids
}
