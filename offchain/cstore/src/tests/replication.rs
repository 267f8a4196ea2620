// SPDX-License-Identifier: Apache-2.0

use super::{NOW, replica};
use crate::{
	Batch, Merged, Namespace, Question, Record, Repair, Replication, SetOptions, WAITING_MAX,
	answer,
};
use proptest::{collection::vec, prelude::*};
use r1_primitives::NodeKey;

fn id(other: u8) -> NodeKey {
	[other; 32]
}

/// A writer, and the replicas that it tells.
struct World {
	own: Namespace,
	others: [Namespace; 2],
	replication: Replication,
	/// Batches on their way.
	sent: [Vec<Batch>; 2],
	/// What each write wrote.
	writes: Vec<Vec<Record>>,
}

impl World {
	fn new() -> Self {
		let mut replication = Replication::default();
		replication.set_others([id(2), id(3)]);
		Self {
			own: replica(1),
			others: [replica(2), replica(3)],
			replication,
			sent: [Vec::new(), Vec::new()],
			writes: Vec::new(),
		}
	}

	fn write(&mut self, key: u8, value: u8) {
		let mut changes = Vec::new();
		match value % 4 {
			0 => drop(self.own.delete(&[key], NOW, &mut changes).unwrap()),
			_ => {
				self.own
					.set(&[key], &[value], SetOptions::default(), NOW, &mut changes)
					.unwrap();
			},
		}
		let number = self.replication.wrote(&changes);
		if !changes.is_empty() {
			self.writes.push(changes);
		}
		assert_eq!(usize::try_from(number).unwrap(), self.writes.len());
	}

	fn send(&mut self, to: usize) {
		let to_id = id(u8::try_from(to).unwrap() + 2);
		if let Some(batch) = self.replication.batch(to_id, &self.own) {
			self.sent[to].push(batch);
		}
	}

	/// A batch comes, or gets lost; and its acknowledgement, too.
	fn deliver(&mut self, to: usize, comes: bool, is_told: bool) {
		let to_id = id(u8::try_from(to).unwrap() + 2);
		// Those that nobody waits for any more come, too, in any order.
		let Some(Batch { through, records }) = self.sent[to].pop() else { return };
		if comes {
			for record in records {
				assert_ne!(self.others[to].merge(record, NOW), Ok(Merged::Deleted));
			}
		}
		match comes && is_told {
			true => self.replication.acknowledged(to_id, through),
			false => self.replication.failed(to_id),
		}
	}

	fn repair(&mut self, to: usize, ends: bool) {
		let to_id = id(u8::try_from(to).unwrap() + 2);
		self.replication.repair_begins(to_id);
		let mut repair = Repair::default();
		while let Some(question) = repair.ask(&mut self.own) {
			if !ends && matches!(question, Question::Take(_)) {
				self.replication.failed(to_id);
				return;
			}
			let answer = answer(&mut self.others[to], question, NOW, &mut Vec::new()).unwrap();
			repair.take(&mut self.own, answer, NOW, &mut Vec::new()).unwrap();
		}
		self.replication.repaired(to_id);
	}

	/// How many really have all that a write wrote, or something newer.
	fn really_has(&self, write: usize) -> usize {
		let has = |other: &&Namespace| {
			self.writes[..write].iter().flatten().all(|record| {
				other.record(record.name.borrowed()).is_some_and(|held| {
					let mut merged = held.cell.clone();
					!merged.merge(&record.cell)
				})
			})
		};
		self.others.iter().filter(has).count()
	}
}

proptest! {
	#[test]
	fn copies_should_never_be_more_than_there_are(
		steps in vec((0_u8..6, 0_usize..2, any::<u8>(), any::<bool>(), any::<bool>()), 1..120),
	) {
		let mut world = World::new();
		for (step, to, value, first, second) in steps {
			match step {
				0 | 1 => world.write(value % 5, value),
				2 => world.send(to),
				3 => world.deliver(to, first || second, first),
				_ => world.repair(to, first),
			}
			for write in 1..=world.writes.len() {
				let counted = world.replication.copies(write as u64);
				prop_assert!(counted <= world.really_has(write), "write {write}");
			}
		}
		// And when nothing is lost any more, all of them come.
		for to in 0..2 {
			while !world.sent[to].is_empty() {
				world.deliver(to, true, true);
			}
			world.repair(to, true);
			for _ in 0..world.writes.len() + 1 {
				world.send(to);
				world.deliver(to, true, true);
			}
		}
		prop_assert_eq!(world.replication.copies(world.replication.written()), 2);
		prop_assert_eq!(world.others[0].root(), world.own.root());
	}
}

#[test]
fn replica_that_too_much_waits_for_should_be_behind() {
	let mut world = World::new();
	world.repair(0, true);
	assert_eq!(world.replication.behind().collect::<Vec<_>>(), [id(3)]);
	for _ in 0..=WAITING_MAX {
		world.write(1, 1);
	}
	assert_eq!(world.replication.behind().count(), 2);
	assert_eq!(world.replication.copies(1), 0);
	world.repair(0, true);
	assert_eq!(world.replication.copies(world.replication.written()), 1);
}

#[test]
fn replicas_should_follow_the_chain() {
	let mut world = World::new();
	world.write(1, 1);
	world.repair(0, true);
	assert_eq!((world.replication.others(), world.replication.copies(1)), (2, 1));
	// Who leaves counts no more; who comes has nothing.
	world.replication.set_others([id(4), id(3)]);
	assert_eq!((world.replication.others(), world.replication.copies(1)), (2, 0));
	assert_eq!(world.replication.behind().count(), 2);
}
