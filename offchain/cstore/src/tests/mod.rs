// SPDX-License-Identifier: Apache-2.0

mod cells;
mod commands;
mod convergence;
mod group;
mod history;
mod journal;
mod linearizability;
mod quorum;
mod repair;
mod replication;
mod resp;
mod agreed;
mod service;
mod simulation;
mod tree;
mod proof;
mod wire;

use crate::{Namespace, Quota, Record, WriterId};
use r1_primitives::NodeKey;

/// A moment at which tests begin, in milliseconds of Unix time.
const NOW: u64 = 1_790_000_000_000;

const QUOTA: Quota = Quota { records: 10_000, bytes: 16 << 20 };

/// Chance that follows from a seed: xorshift64*.
struct Random(u64);

impl Random {
	fn of(seed: u64) -> Self {
		Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
	}

	fn below(&mut self, bound: u64) -> u64 {
		self.0 ^= self.0 >> 12;
		self.0 ^= self.0 << 25;
		self.0 ^= self.0 >> 27;
		(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
	}

	fn index(&mut self, bound: usize) -> usize {
		usize::try_from(self.below(bound as u64)).unwrap()
	}
}

/// A node of a simulation.
fn id(node: usize) -> NodeKey {
	[u8::try_from(node).unwrap() + 1; 32]
}

/// An empty replica of a writer.
fn replica(writer: u8) -> Namespace {
	Namespace::new(WriterId::of(&[writer; 32], 0), QUOTA)
}

/// Gives a replica all that another has.
fn pull(to: &mut Namespace, from: &Namespace, now_ms: u64) {
	let records: Vec<Record> = from.records().cloned().collect();
	for record in records {
		to.merge(record, now_ms).expect("what a replica has is acceptable; qed");
	}
}
