// SPDX-License-Identifier: Apache-2.0

//! What is being added or read, and so must not be collected.

use super::DiskBlockStore;
use cid::Cid;
use std::{collections::HashMap, fmt, sync::Arc};

/// All that is in flight.
#[derive(Debug, Default)]
pub(super) struct InFlight {
	/// Blocks that were put, and how many protections hold each.
	blocks: HashMap<Cid, usize>,
	/// Roots below which everything is held, and how many protections hold each.
	roots: HashMap<Cid, usize>,
	/// Roots that were protected or pinned since the collection that is running last looked.
	news: Option<Vec<Cid>>,
}

impl InFlight {
	/// Whether a block is held by itself. What is below roots, the collector finds out.
	pub(super) fn holds(&self, cid: &Cid) -> bool {
		self.blocks.contains_key(cid)
	}

	/// Number of protected roots and blocks.
	pub(super) fn len(&self) -> usize {
		self.roots.len() + self.blocks.len()
	}

	/// Begins to note new roots; all that are held are the first. `false` if somebody collects already.
	pub(super) fn begin_collection(&mut self) -> bool {
		if self.news.is_some() {
			return false;
		}
		self.news = Some(self.roots.keys().copied().collect());
		true
	}

	/// Roots that came since the last time.
	pub(super) fn take_news(&mut self) -> Vec<Cid> {
		self.news.as_mut().map(std::mem::take).unwrap_or_default()
	}

	pub(super) fn end_collection(&mut self) {
		self.news = None;
	}

	fn hold_root(&mut self, root: Cid) {
		*self.roots.entry(root).or_default() += 1;
		if let Some(news) = &mut self.news {
			news.push(root);
		}
	}
}

/// Keeps blocks from being collected until it is dropped.
pub struct Protection {
	store: Arc<DiskBlockStore>,
	blocks: Vec<Cid>,
	roots: Vec<Cid>,
}

impl Protection {
	/// A protection of nothing yet.
	pub(super) fn new(store: Arc<DiskBlockStore>) -> Self {
		Self { store, blocks: Vec::new(), roots: Vec::new() }
	}

	/// Protects one block, whether it is here or comes later.
	pub(super) fn add_block(&mut self, cid: Cid) {
		*self.store.state().in_flight.blocks.entry(cid).or_default() += 1;
		self.blocks.push(cid);
	}

	/// Protects a root and all below it, whether it is here or comes later.
	pub(super) fn add_root(&mut self, root: Cid) {
		self.store.state().in_flight.hold_root(root);
		self.roots.push(root);
	}
}

impl Drop for Protection {
	fn drop(&mut self) {
		let mut state = self.store.state();
		release(&mut state.in_flight.blocks, &self.blocks);
		release(&mut state.in_flight.roots, &self.roots);
	}
}

fn release(held: &mut HashMap<Cid, usize>, cids: &[Cid]) {
	for cid in cids {
		match held.get_mut(cid) {
			Some(count) if 1 < *count => *count -= 1,
			_ => drop(held.remove(cid)),
		}
	}
}

impl fmt::Debug for Protection {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (blocks, roots) = (self.blocks.len(), self.roots.len());
		write!(formatter, "Protection({roots} roots, {blocks} blocks)")
	}
}
