// SPDX-License-Identifier: Apache-2.0

//! What happens in a run: all of it is known before the run begins.

use crate::{
	chain::{BLOCK_MS, Finality, GENESIS_SECS},
	network::{Links, Partition},
	pallet::{COMMIT_BLOCKS, REVEAL_BLOCKS},
	random::SimulatedRng,
};
use r1_primitives::{EpochClock, Maintenance};

/// Length of a slot, as on mainnet, in seconds.
const SLOT_SECS: u32 = 10;
/// Time before epoch 0, in which clocks learn the chain's time, in milliseconds.
const WARM_UP_MS: u64 = 60_000;
/// Liars that a run has at most: fewer than a third of ten.
const LIARS_MAX: usize = 3;

/// A run of the network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scenario {
	/// Where all of it, and all that is random during the run, comes from.
	pub seed: u64,
	/// Slots of an epoch; at most 32.
	pub slots: u32,
	/// Epochs that are judged.
	pub epochs: u32,
	/// What each node does.
	pub nodes: Vec<NodeConduct>,
	/// What each oracle does.
	pub oracles: Vec<OracleConduct>,
	/// Oracles' daemons that are killed.
	pub crashes: Vec<Crash>,
	/// What the network does to messages.
	pub links: Links,
	/// How blocks become final.
	pub finality: Finality,
	/// How far wall clocks are off at most, in milliseconds.
	pub skew_ms_max: u64,
}

impl Scenario {
	/// A run without any fault, of so many nodes and oracles.
	#[must_use]
	pub fn calm(seed: u64, nodes: usize, oracles: usize) -> Self {
		Self {
			seed,
			slots: 12,
			epochs: 1,
			nodes: vec![NodeConduct::Steady; nodes],
			oracles: vec![OracleConduct::Honest; oracles],
			crashes: Vec::new(),
			links: Links {
				loss_permille: 0,
				duplicate_permille: 0,
				delay_ms: 20..=300,
				straggler_permille: 0,
				partitions: Vec::new(),
			},
			finality: Finality { lag_ms: 10_000, jitter_ms: 1_000, stall_ms: 0..0 },
			skew_ms_max: 30_000,
		}
	}

	/// The run of a seed: a thousand nodes and ten oracles, and any mixture of faults.
	#[must_use]
	pub fn draw(seed: u64) -> Self {
		let rng = SimulatedRng::new(seed ^ 0x5ce7_a810_0000_0000);
		let mut scenario = Self::calm(seed, 1_000, 10);
		(scenario.slots, scenario.epochs) = match rng.within(0..=19) {
			0 => (30, 1),
			1 => (12, 2),
			_ => (rng.within(12..=14) as u32, 1),
		};
		scenario.draw_links(&rng);
		scenario.draw_finality(&rng);
		scenario.draw_oracles(&rng);
		scenario.draw_nodes(&rng);
		scenario
	}

	/// How time is cut into epochs.
	#[must_use]
	pub fn clock(&self) -> EpochClock {
		EpochClock {
			start_secs: GENESIS_SECS + WARM_UP_MS / 1_000,
			epoch_secs: self.slots * SLOT_SECS,
			slot_secs: SLOT_SECS,
		}
	}

	/// When the epochs that are judged begin and end on the chain, in milliseconds.
	pub(crate) fn judged_ms(&self) -> (u64, u64) {
		(WARM_UP_MS, WARM_UP_MS + u64::from(self.epochs * self.slots * SLOT_SECS) * 1_000)
	}

	/// When everything is decided, in milliseconds.
	pub(crate) fn length_ms(&self) -> u64 {
		let windows = u64::from(COMMIT_BLOCKS + REVEAL_BLOCKS + 3) * BLOCK_MS;
		self.judged_ms().1 + windows
	}

	/// When nodes need not beat any more, as nobody will report it, in milliseconds.
	pub(crate) fn beats_until_ms(&self) -> u64 {
		self.judged_ms().1 + self.finality.lag_ms + self.finality.jitter_ms + 15_000
	}

	/// When the slots of a stretch of time lie, for everybody: later than on the chain by about the
	/// least lag of finality. The last one is included.
	pub(crate) fn slots_of(&self, from_ms: u64, until_ms: u64) -> impl Iterator<Item = (u32, u32)> {
		let start_ms = self.judged_ms().0 + self.finality.lag_ms;
		let slot_ms = u64::from(SLOT_SECS) * 1_000;
		let number = |at_ms: u64| at_ms.saturating_sub(start_ms) / slot_ms;
		let slots = u64::from(self.slots);
		(number(from_ms)..=number(until_ms))
			.map(move |number| ((number / slots) as u32, (number % slots) as u32))
	}

	fn draw_links(&mut self, rng: &SimulatedRng) {
		let links = &mut self.links;
		if rng.happens(500) {
			links.loss_permille = rng.within(1..=200);
		}
		links.duplicate_permille = rng.within(0..=100);
		links.delay_ms = 20..=rng.within(100..=800);
		links.straggler_permille = rng.within(0..=20);
		if rng.happens(250) {
			let (from_ms, until_ms) = self.judged_ms();
			for _ in 0..rng.within(1..=2) {
				let begins_ms = rng.within(from_ms..=until_ms);
				let first_node = rng.within(0..=900) as u32;
				self.links.partitions.push(Partition {
					from_ms: begins_ms,
					until_ms: begins_ms + rng.within(5_000..=40_000),
					first_node,
					end_node: first_node + rng.within(1..=400) as u32,
					oracles: rng.within(1..=1_023) as u32,
				});
			}
		}
	}

	fn draw_finality(&mut self, rng: &SimulatedRng) {
		self.finality.lag_ms = rng.within(8_000..=14_000);
		self.finality.jitter_ms = rng.within(0..=3_000);
		if rng.happens(250) {
			let (from_ms, until_ms) = self.judged_ms();
			let begins_ms = rng.within(from_ms..=until_ms);
			self.finality.stall_ms = begins_ms..begins_ms + rng.within(10_000..=40_000);
		}
	}

	fn draw_oracles(&mut self, rng: &SimulatedRng) {
		let faulty = match rng.within(0..=9) {
			0..=2 => 0,
			3..=8 => rng.within(1..=3) as usize,
			_ => rng.within(4..=6) as usize,
		};
		let mut liars = 0;
		let all = self.oracles.len();
		let honest = self.oracles.iter_mut().skip(1).collect::<Vec<_>>();
		for (index, conduct) in honest.into_iter().enumerate().take(faulty) {
			*conduct = match rng.within(0..=6) {
				// More liars than a third would rule, and may: that is the assumption.
				0 | 1 if liars < LIARS_MAX && faulty <= LIARS_MAX => OracleConduct::Lies,
				0 | 1 => OracleConduct::Silent,
				2 => OracleConduct::NeverReveals,
				3 => OracleConduct::RevealsOther,
				4 => OracleConduct::RevealsLate,
				5 => OracleConduct::Copies { victim: 0 },
				_ => OracleConduct::Isolated,
			};
			liars += usize::from(*conduct == OracleConduct::Lies);
			debug_assert!(index < all, "as many are faulty as there are oracles at most");
		}
		if rng.happens(250) {
			let (from_ms, until_ms) = self.judged_ms();
			let oracle = rng.within(faulty as u64 + 1..=all as u64 - 1);
			self.crashes.push(Crash {
				oracle: oracle as u16,
				at_ms: rng.within(from_ms..=until_ms),
				down_ms: rng.within(2_000..=25_000),
			});
		}
	}

	fn draw_nodes(&mut self, rng: &SimulatedRng) {
		let (from_ms, until_ms) = self.judged_ms();
		let slots = self.slots;
		for conduct in &mut self.nodes {
			*conduct = match rng.within(0..=99) {
				0..=9 => NodeConduct::Dies { at_ms: rng.within(0..=until_ms) },
				10..=14 => NodeConduct::Flaps {
					up_ms: rng.within(10_000..=60_000),
					down_ms: rng.within(5_000..=30_000),
				},
				15..=19 => NodeConduct::Unreachable,
				20 => NodeConduct::Replays,
				21 => NodeConduct::Floods,
				22 => NodeConduct::Forges,
				23..=24 if 24 <= slots => {
					let slot = rng.within(0..=u64::from(slots) - 1);
					NodeConduct::Maintains { slot: slot as u32 }
				},
				25 => NodeConduct::Dies { at_ms: from_ms / 2 },
				_ => NodeConduct::Steady,
			};
		}
	}
}

/// What a node does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NodeConduct {
	/// It is there all the time.
	Steady,
	/// It is switched off for good.
	Dies {
		/// When, in milliseconds.
		at_ms: u64,
	},
	/// It comes and goes.
	Flaps {
		/// How long it is there, in milliseconds.
		up_ms: u64,
		/// How long it is away, in milliseconds.
		down_ms: u64,
	},
	/// It beats, and no challenge reaches it.
	Unreachable,
	/// It also sends again what it and others have sent before.
	Replays,
	/// It also sends many more beats.
	Floods,
	/// It also sends beats in the names of others.
	Forges,
	/// It is away in one slot of each epoch, which it has announced.
	Maintains {
		/// The slot.
		slot: u32,
	},
}

impl NodeConduct {
	/// Whether the machine runs at a moment.
	pub(crate) fn is_up(self, at_ms: u64) -> bool {
		match self {
			Self::Dies { at_ms: death_ms } => at_ms < death_ms,
			Self::Flaps { up_ms, down_ms } => at_ms % (up_ms + down_ms) < up_ms,
			_ => true,
		}
	}

	/// Whether it does nothing but what it should, and is always there.
	#[must_use]
	pub fn is_steady(self) -> bool {
		matches!(self, Self::Steady | Self::Maintains { .. })
	}

	/// Its window of maintenance in an epoch.
	pub(crate) fn window(self, epoch: u32) -> Option<Maintenance> {
		match self {
			Self::Maintains { slot } => Some(Maintenance { epoch, first_slot: slot, slots: 1 }),
			_ => None,
		}
	}
}

/// What an oracle does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OracleConduct {
	/// What it should.
	Honest,
	/// It reports 255 for every third node, dead or alive, and 0 for all others.
	Lies,
	/// It commits and never reveals.
	NeverReveals,
	/// It reveals something else than what it committed to.
	RevealsOther,
	/// It reveals when the time is over.
	RevealsLate,
	/// It commits to what another committed to, and reveals what the other revealed.
	Copies {
		/// The other.
		victim: u16,
	},
	/// It says nothing.
	Silent,
	/// It is honest, and its daemon has no peer.
	Isolated,
}

impl OracleConduct {
	/// Whether it runs the engines as they are.
	#[must_use]
	pub fn is_honest(self) -> bool {
		matches!(self, Self::Honest | Self::Isolated)
	}

	/// Whether the chain has a whole report of it in the end.
	#[must_use]
	pub fn reports(self) -> bool {
		matches!(self, Self::Honest | Self::Lies)
	}
}

/// The daemon of an oracle is killed, and starts again from its last snapshot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Crash {
	/// The oracle.
	pub oracle: u16,
	/// When it is killed, in milliseconds.
	pub at_ms: u64,
	/// How long it is away, in milliseconds.
	pub down_ms: u64,
}
