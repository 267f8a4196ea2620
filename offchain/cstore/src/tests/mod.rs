// SPDX-License-Identifier: Apache-2.0

mod cells;
mod commands;
mod convergence;
mod journal;
mod linearizability;
mod quorum;
mod repair;
mod replication;
mod resp;
mod service;
mod simulation;
mod tree;
mod wire;

use crate::{Namespace, Quota, Record, WriterId};

/// A moment at which tests begin, in milliseconds of Unix time.
const NOW: u64 = 1_790_000_000_000;

const QUOTA: Quota = Quota { records: 10_000, bytes: 16 << 20 };

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
