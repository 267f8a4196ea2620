// SPDX-License-Identifier: Apache-2.0

//! A balanced DAG that grows from its leaves.

use crate::{
	dag::{Link, encode_inner_node},
	defaults::LINKS_PER_NODE,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{ContentHash, DAG_PB_CODEC};

/// Level 0 holds links to leaves, and a level that is full becomes one link of the level above.
#[derive(Debug)]
pub(crate) struct Tree {
	hash: ContentHash,
	levels: Vec<Vec<Link>>,
}

impl Tree {
	/// A tree without leaves, whose nodes get their CIDs by a hash.
	pub(crate) fn new(hash: ContentHash) -> Self {
		Self { hash, levels: Vec::new() }
	}

	pub(crate) fn is_empty(&self) -> bool {
		self.levels.is_empty()
	}

	/// Appends a leaf; returns the inner nodes that it completed.
	pub(crate) fn push(&mut self, leaf: Link) -> Vec<(Cid, Bytes)> {
		let mut completed = Vec::new();
		let mut link = leaf;
		for level in 0.. {
			if level == self.levels.len() {
				self.levels.push(Vec::new());
			}
			let links = &mut self.levels[level];
			links.push(link);
			if links.len() < LINKS_PER_NODE {
				break;
			}
			let (parent, block) = inner_node(self.hash, links);
			links.clear();
			completed.push((parent.cid, block));
			link = parent;
		}
		completed
	}

	/// Completes every level; returns the link to the root and the inner nodes that were still open.
	///
	/// Must hold a leaf.
	pub(crate) fn finish(mut self) -> (Link, Vec<(Cid, Bytes)>) {
		let mut completed = Vec::new();
		let mut level = 0;
		loop {
			let links = std::mem::take(&mut self.levels[level]);
			let is_top = level + 1 == self.levels.len();
			match links.as_slice() {
				[root] if is_top => return (*root, completed),
				// Everything below went up already.
				[] => {},
				links => {
					let (parent, block) = inner_node(self.hash, links);
					completed.push((parent.cid, block));
					if is_top {
						return (parent, completed);
					}
					self.levels[level + 1].push(parent);
				},
			}
			level += 1;
		}
	}
}

/// The node over `links`, and the link to it.
fn inner_node(hash: ContentHash, links: &[Link]) -> (Link, Bytes) {
	let block = Bytes::from(encode_inner_node(links));
	let below: u64 = links.iter().map(|link| link.dag_bytes).sum();
	let link = Link {
		cid: hash.cid_of(DAG_PB_CODEC, &block),
		file_bytes: links.iter().map(|link| link.file_bytes).sum(),
		dag_bytes: below + block.len() as u64,
	};
	(link, block)
}
