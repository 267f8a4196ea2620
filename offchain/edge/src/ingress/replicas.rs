// SPDX-License-Identifier: Apache-2.0

//! Which replica of a job is asked first.

use r1_primitives::{JobId, NodeKey};
use std::collections::BTreeMap;

/// What is remembered of replicas.
#[derive(Debug)]
pub(super) struct Replicas {
	/// When they last failed to answer, in milliseconds of a clock that never goes back.
	failed_ms: BTreeMap<(JobId, NodeKey), u64>,
	/// Where the next round begins.
	turn: usize,
	/// How long a failure counts, in milliseconds.
	counts_ms: u64,
	failures_max: usize,
}

impl Replicas {
	/// Remembers at most so many failures, each for so long.
	pub(super) fn new(counts_ms: u64, failures_max: usize) -> Self {
		Self { failed_ms: BTreeMap::new(), turn: 0, counts_ms, failures_max }
	}

	/// The replicas in the order in which to try them: this node first, since it costs nobody
	/// anything; then those that have not failed lately, in turn; then those that have, the one that
	/// did longest ago first.
	pub(super) fn order(
		&mut self,
		job: JobId,
		nodes: &[NodeKey],
		own: &NodeKey,
		now_ms: u64,
	) -> Vec<NodeKey> {
		self.turn = self.turn.wrapping_add(1);
		let failed_ms = |node: &NodeKey| {
			let failed = self.failed_ms.get(&(job, *node)).copied();
			failed.filter(|failed| now_ms.saturating_sub(*failed) < self.counts_ms)
		};
		let count = nodes.len().max(1);
		let mut order: Vec<(Option<u64>, bool, usize, NodeKey)> = nodes
			.iter()
			.enumerate()
			.map(|(place, node)| {
				let turn = (place + count - self.turn % count) % count;
				(failed_ms(node), node != own, turn, *node)
			})
			.collect();
		order.sort_unstable();
		order.into_iter().map(|(.., node)| node).collect()
	}

	/// A replica has not answered.
	pub(super) fn failed(&mut self, job: JobId, node: NodeKey, now_ms: u64) {
		if self.failures_max <= self.failed_ms.len() {
			let counts_ms = self.counts_ms;
			self.failed_ms.retain(|_, failed| now_ms.saturating_sub(*failed) < counts_ms);
		}
		// With so many at once, what one more would say is that the fault is here.
		if self.failed_ms.len() < self.failures_max {
			self.failed_ms.insert((job, node), now_ms);
		}
	}

	/// A replica has answered.
	pub(super) fn answered(&mut self, job: JobId, node: &NodeKey) {
		self.failed_ms.remove(&(job, *node));
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const OWN: NodeKey = [1; 32];
	const OTHERS: [NodeKey; 3] = [[2; 32], [3; 32], [4; 32]];

	fn replicas() -> Replicas {
		Replicas::new(10_000, 8)
	}

	#[test]
	fn own_replica_should_be_first_unless_it_failed_lately() {
		let mut replicas = replicas();
		let nodes = [OTHERS[0], OWN, OTHERS[1]];
		for _ in 0..5 {
			assert_eq!(replicas.order(7, &nodes, &OWN, 0)[0], OWN);
		}
		replicas.failed(7, OWN, 0);
		assert_eq!(replicas.order(7, &nodes, &OWN, 1)[2], OWN);
		// Another job of the same node is another matter.
		assert_eq!(replicas.order(8, &nodes, &OWN, 1)[0], OWN);
		assert_eq!(replicas.order(7, &nodes, &OWN, 10_000)[0], OWN, "it is forgiven");
	}

	#[test]
	fn others_should_be_asked_in_turn() {
		let mut replicas = replicas();
		let mut firsts: BTreeMap<NodeKey, u32> = BTreeMap::new();
		for _ in 0..30 {
			let order = replicas.order(7, &OTHERS, &OWN, 0);
			let mut sorted = order.clone();
			sorted.sort_unstable();
			assert_eq!(sorted, OTHERS, "each is there once");
			*firsts.entry(order[0]).or_default() += 1;
		}
		assert_eq!(firsts.into_values().collect::<Vec<_>>(), [10, 10, 10]);
	}

	#[test]
	fn whoever_failed_should_come_last_the_longest_ago_first() {
		let mut replicas = replicas();
		replicas.failed(7, OTHERS[1], 100);
		replicas.failed(7, OTHERS[0], 200);
		let order = replicas.order(7, &OTHERS, &OWN, 300);
		assert_eq!(order, [OTHERS[2], OTHERS[1], OTHERS[0]]);
		replicas.answered(7, &OTHERS[0]);
		assert_eq!(replicas.order(7, &OTHERS, &OWN, 300)[2], OTHERS[1]);
		assert!(replicas.order(7, &[], &OWN, 300).is_empty());
	}

	#[test]
	fn failures_should_be_bounded_and_old_ones_make_room() {
		let mut replicas = replicas();
		for job in 0..100 {
			replicas.failed(job, OTHERS[0], 0);
		}
		assert_eq!(replicas.failed_ms.len(), 8);
		replicas.failed(200, OTHERS[0], 10_000);
		assert_eq!(replicas.failed_ms.keys().collect::<Vec<_>>(), [&(200, OTHERS[0])]);
	}
}
