// SPDX-License-Identifier: Apache-2.0

//! What goes wrong in a run, and when: all of it follows from the seed.

use networks::Side;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{collections::BTreeSet, fmt};

/// How many replicas there are.
pub(super) const REPLICAS: u8 = 5;

/// How long things go wrong, in milliseconds.
pub(super) const TURMOIL_MS: u64 = 30_000;

/// When something goes wrong again, at least and at most, in milliseconds.
const PAUSE_MS: std::ops::Range<u64> = 500..1_800;

/// How long a process that was killed is away, in milliseconds.
const AWAY_MS: std::ops::Range<u64> = 300..5_000;

/// How far clocks are ahead, in milliseconds: of two of them none refuses what the other writes.
const AHEAD_MS_MAX: u64 = 30_000;

/// Something that goes wrong, or well again. Replicas are numbered from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Fault {
	/// The network is parted: on which side each replica is.
	Part(Vec<Side>),
	/// It is whole again.
	Join,
	/// A process is killed.
	Kill(u8),
	/// And its disk is lost.
	KillWithDisk(u8),
	/// It starts again.
	Start(u8),
	/// A clock is set.
	SetClock { replica: u8, ahead_ms: u64 },
}

/// All that goes wrong, by the milliseconds since the beginning.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
	pub(super) faults: Vec<(u64, Fault)>,
	/// Whose disk is lost half-way.
	pub(super) lost: u8,
}

impl Schedule {
	/// The one of a seed.
	pub(super) fn draw(seed: u64) -> Self {
		let mut random = StdRng::seed_from_u64(seed);
		let lost = random.random_range(1..=REPLICAS);
		let mut faults: Vec<(u64, Fault)> = Vec::new();
		// When those that are away come back; nobody is killed twice at a time.
		let mut away: BTreeSet<(u64, u8)> = BTreeSet::new();
		let mut is_lost = false;
		let mut now_ms = 0;
		while now_ms < TURMOIL_MS {
			while let Some(back) = away.first().copied().filter(|(at_ms, _)| *at_ms <= now_ms) {
				away.remove(&back);
				faults.push((back.0, Fault::Start(back.1)));
			}
			let replica = random.random_range(1..=REPLICAS);
			let is_up = |replica| away.iter().all(|(_, other)| *other != replica);
			let fault = match random.random_range(0..10) {
				_ if !is_lost && TURMOIL_MS / 2 < now_ms && is_up(lost) => {
					is_lost = true;
					Some(Fault::KillWithDisk(lost))
				},
				0..2 => Some(Fault::Part(sides(&mut random))),
				2..5 => Some(Fault::Join),
				5..8 => is_up(replica).then_some(Fault::Kill(replica)),
				_ => {
					let ahead_ms = random.random_range(0..AHEAD_MS_MAX);
					is_up(replica).then_some(Fault::SetClock { replica, ahead_ms })
				},
			};
			if let Some(Fault::Kill(replica) | Fault::KillWithDisk(replica)) = fault {
				away.insert((now_ms + random.random_range(AWAY_MS), replica));
			}
			faults.extend(fault.map(|fault| (now_ms, fault)));
			now_ms += random.random_range(PAUSE_MS);
		}
		faults.extend(away.into_iter().map(|(at_ms, replica)| (at_ms, Fault::Start(replica))));
		faults.sort_by_key(|(at_ms, _)| *at_ms);
		Self { faults, lost }
	}
}

/// Sides of which none is empty.
fn sides(random: &mut StdRng) -> Vec<Side> {
	let mut sides: Vec<Side> = (0..REPLICAS)
		.map(|_| if random.random_bool(0.5) { Side::Near } else { Side::Far })
		.collect();
	let (first, last) = (sides[0], sides.len() - 1);
	if sides.iter().all(|side| *side == first) {
		sides[last] = if first == Side::Near { Side::Far } else { Side::Near };
	}
	sides
}

impl fmt::Display for Schedule {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		for (at_ms, fault) in &self.faults {
			writeln!(formatter, "{at_ms:>6} ms  {fault:?}")?;
		}
		Ok(())
	}
}

#[test]
fn schedule_should_hold_every_fault_and_bring_everybody_back() {
	for seed in 0..200 {
		let Schedule { faults, lost } = Schedule::draw(seed);
		let count = |is_it: fn(&Fault) -> bool| faults.iter().filter(|(_, it)| is_it(it)).count();
		let kills = count(|it| matches!(it, Fault::Kill(_) | Fault::KillWithDisk(_)));
		assert_eq!(kills, count(|it| matches!(it, Fault::Start(_))), "seed {seed}");
		let losses: Vec<_> = faults
			.iter()
			.filter(|(_, fault)| matches!(fault, Fault::KillWithDisk(_)))
			.map(|(_, fault)| fault)
			.collect();
		assert_eq!(losses, [&Fault::KillWithDisk(lost)], "seed {seed}");
		assert!(faults.is_sorted_by_key(|(at_ms, _)| at_ms), "seed {seed}");
	}
}
