// SPDX-License-Identifier: Apache-2.0

//! What happens to a message on its way.

use crate::random::SimulatedRng;
use std::ops::RangeInclusive;

/// The links between all nodes and all oracles.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Links {
	/// Messages of a thousand that are lost.
	pub loss_permille: u64,
	/// Messages of a thousand that come twice.
	pub duplicate_permille: u64,
	/// How long a message takes, in milliseconds.
	pub delay_ms: RangeInclusive<u64>,
	/// Messages of a thousand that take up to two seconds instead, and so are overtaken.
	pub straggler_permille: u64,
	/// When whom does not reach whom.
	pub partitions: Vec<Partition>,
}

/// A time in which some nodes and some oracles do not hear each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Partition {
	/// When it begins, in milliseconds.
	pub from_ms: u64,
	/// When it ends.
	pub until_ms: u64,
	/// Nodes from this one on.
	pub first_node: u32,
	/// Nodes up to this one, which is reachable.
	pub end_node: u32,
	/// A bit for each oracle.
	pub oracles: u32,
}

impl Partition {
	/// Whether it separates two at a moment.
	#[must_use]
	pub fn separates(&self, node: u32, oracle: u16, at_ms: u64) -> bool {
		(self.from_ms..self.until_ms).contains(&at_ms)
			&& (self.first_node..self.end_node).contains(&node)
			&& self.oracles >> oracle & 1 == 1
	}
}

impl Links {
	/// When a message that is sent now arrives: not at all, once, or twice.
	pub(crate) fn arrivals(
		&self,
		node: u32,
		oracle: u16,
		at_ms: u64,
		rng: &SimulatedRng,
	) -> [Option<u64>; 2] {
		let is_cut =
			self.partitions.iter().any(|partition| partition.separates(node, oracle, at_ms));
		if is_cut || rng.happens(self.loss_permille) {
			return [None; 2];
		}
		let again = rng.happens(self.duplicate_permille);
		[Some(at_ms + self.delay(rng)), again.then(|| at_ms + self.delay(rng))]
	}

	fn delay(&self, rng: &SimulatedRng) -> u64 {
		match rng.happens(self.straggler_permille) {
			true => rng.within(500..=2_000),
			false => rng.within(self.delay_ms.clone()),
		}
	}
}
