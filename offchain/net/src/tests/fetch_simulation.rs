// SPDX-License-Identifier: Apache-2.0

//! The fetching engine among peers that are slow, lie, stall and leave, over a network that loses
//! and delays what they say. A seed says it all, and is in the message when something does not hold.

use super::peer;
use crate::bitswap::{
	fetch::{Action, Event, Fetcher, SessionId},
	message::{Message, Presence, WantKind},
};
use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use r1_core::{RAW_CODEC, Rng, SeededRng, cid_of};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks that somebody has.
const BLOCKS: u64 = 150;

/// Blocks that nobody has.
const ABSENT: u64 = 3;

/// Blocks that are wanted at a time.
const WINDOW: usize = 40;

/// The one that is found only by a search.
const HIDDEN: u8 = 9;

const SESSION: SessionId = SessionId(1);

/// How long everything may take, in simulated time.
const PATIENCE_MS: u64 = 900_000;

/// How a peer behaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Character {
	Honest,
	/// Answers after three to six seconds.
	Slow,
	/// Has everything, as it says, and sends something else.
	Liar,
	/// Has what it has, and never sends it.
	Staller,
}

struct Model {
	character: Character,
	has: BTreeSet<Cid>,
	cancelled: BTreeSet<Cid>,
	is_there: bool,
}

/// What happens at a moment.
enum Happening {
	Asked { peer: PeerId, message: Message },
	Answered { event: Event },
	Leaves { peer: PeerId },
	Returns { peer: PeerId },
}

struct Simulation {
	rng: SeededRng,
	now_ms: u64,
	fetcher: Fetcher,
	models: BTreeMap<PeerId, Model>,
	blocks: BTreeMap<Cid, Bytes>,
	happenings: BTreeMap<(u64, u64), Happening>,
	next: u64,
	/// One in so many messages is lost.
	loses_one_in: u64,
	to_want: Vec<Cid>,
	wanted: usize,
	delivered: BTreeMap<Cid, u32>,
	failed: BTreeSet<Cid>,
	blamed: BTreeSet<PeerId>,
	wasted: usize,
}

fn cid(number: u64) -> (Cid, Bytes) {
	let block = Bytes::from(number.to_le_bytes().to_vec());
	(cid_of(RAW_CODEC, &block), block)
}

impl Simulation {
	fn new(seed: u64) -> Self {
		let rng = SeededRng::new(seed);
		let blocks: BTreeMap<Cid, Bytes> = (0..BLOCKS).map(cid).collect();
		let mut models = BTreeMap::new();
		for (number, character) in [
			(1, Character::Honest),
			(2, Character::Honest),
			(3, Character::Slow),
			(4, Character::Liar),
			(5, Character::Staller),
			(6, Character::Honest),
			(HIDDEN, Character::Honest),
		] {
			let model = Model {
				character,
				has: BTreeSet::new(),
				cancelled: BTreeSet::new(),
				is_there: number != HIDDEN,
			};
			models.insert(peer(number), model);
		}
		for cid in blocks.keys() {
			// Somebody who is honest and stays has it, and some others may.
			let keepers = [1, 2, 3, HIDDEN];
			let keeper = keepers[rng.below(4) as usize];
			models.get_mut(&peer(keeper)).unwrap().has.insert(*cid);
			for number in [1, 2, 3, 5, 6] {
				if rng.below(2) == 0 {
					models.get_mut(&peer(number)).unwrap().has.insert(*cid);
				}
			}
		}
		let loses_one_in = [u64::MAX, 50, 20][rng.below(3) as usize];
		let to_want = (0..BLOCKS + ABSENT).map(|number| cid(number).0).collect();
		Self {
			rng,
			now_ms: 0,
			fetcher: Fetcher::default(),
			models,
			blocks,
			happenings: BTreeMap::new(),
			next: 0,
			loses_one_in,
			to_want,
			wanted: 0,
			delivered: BTreeMap::new(),
			failed: BTreeSet::new(),
			blamed: BTreeSet::new(),
			wasted: 0,
		}
	}

	fn run(&mut self) {
		let (root, _) = cid(0);
		self.step(Event::Opened { session: SESSION, root });
		for (peer, model) in &self.models {
			if model.is_there {
				let event = Event::Connected { peer: *peer };
				self.happenings.insert((0, self.next), Happening::Answered { event });
				self.next += 1;
			}
		}
		let leaver = peer(6);
		let leaves_ms = self.rng.below(3_000);
		self.later(leaves_ms, Happening::Leaves { peer: leaver });
		self.later(leaves_ms + 20_000, Happening::Returns { peer: leaver });
		let mut next_tick_ms = 250;
		while !self.is_done() && self.now_ms < PATIENCE_MS {
			while self.wanted < WINDOW
				&& let Some(cid) = self.to_want.pop()
			{
				self.wanted += 1;
				self.step(Event::Want { session: SESSION, cid });
			}
			match self.happenings.first_key_value() {
				Some(((at_ms, _), _)) if *at_ms <= next_tick_ms => {
					let ((at_ms, _), happening) = self.happenings.pop_first().unwrap();
					self.now_ms = at_ms;
					self.happen(happening);
				},
				_ => {
					self.now_ms = next_tick_ms;
					next_tick_ms += 250;
					self.step(Event::Tick);
				},
			}
		}
	}

	fn is_done(&self) -> bool {
		self.to_want.is_empty() && self.wanted == 0
	}

	fn later(&mut self, delay_ms: u64, happening: Happening) {
		self.next += 1;
		self.happenings.insert((self.now_ms + delay_ms, self.next), happening);
	}

	fn is_lost(&self) -> bool {
		self.rng.below(self.loses_one_in) == 0 && self.loses_one_in != u64::MAX
	}

	fn happen(&mut self, happening: Happening) {
		match happening {
			Happening::Asked { peer, message } => self.asked(peer, &message),
			Happening::Answered { event } => self.step(event),
			Happening::Leaves { peer } => {
				self.models.get_mut(&peer).unwrap().is_there = false;
				self.step(Event::Disconnected { peer });
			},
			Happening::Returns { peer } => {
				self.models.get_mut(&peer).unwrap().is_there = true;
				self.step(Event::Connected { peer });
			},
		}
	}

	/// A peer answers, each entry by itself so that some answers may get lost.
	fn asked(&mut self, peer: PeerId, message: &Message) {
		let model = self.models.get_mut(&peer).unwrap();
		if !model.is_there {
			return;
		}
		let mut events = Vec::new();
		for entry in &message.wants {
			let has = model.has.contains(&entry.cid) || model.character == Character::Liar;
			let (mut blocks, mut presences) = (Vec::new(), Vec::new());
			match entry.kind {
				WantKind::Cancel => {
					model.cancelled.insert(entry.cid);
					continue;
				},
				WantKind::Block if has && model.character == Character::Staller => continue,
				WantKind::Block if has && model.character == Character::Liar => {
					let lie = Bytes::from_static(b"something else");
					blocks.push((cid_of(RAW_CODEC, &lie), lie));
				},
				WantKind::Block if has => blocks.push((entry.cid, self.blocks[&entry.cid].clone())),
				WantKind::Have if has => presences.push((entry.cid, Presence::Have)),
				WantKind::Have | WantKind::Block => presences.push((entry.cid, Presence::DontHave)),
			}
			events.push(Event::Received { peer, blocks, presences });
		}
		let is_slow = model.character == Character::Slow;
		for event in events {
			let delay_ms = if is_slow { 3_000 } else { 1 }
				+ self.rng.below(300) * if is_slow { 10 } else { 1 };
			if !self.is_lost() {
				self.later(delay_ms, Happening::Answered { event });
			}
		}
	}

	fn step(&mut self, event: Event) {
		for action in self.fetcher.step(self.now_ms, event) {
			match action {
				Action::Send { peer, message } => {
					let delay_ms = 1 + self.rng.below(100);
					if !self.is_lost() {
						self.later(delay_ms, Happening::Asked { peer, message });
					}
				},
				Action::Deliver { cid, block } => {
					assert_eq!(self.blocks.get(&cid), Some(&block));
					*self.delivered.entry(cid).or_default() += 1;
					self.wanted -= 1;
				},
				Action::Fail { cid } => {
					self.failed.insert(cid);
					self.wanted -= 1;
				},
				Action::Blame { peer } => {
					self.blamed.insert(peer);
				},
				Action::Search { key } => {
					let hidden = peer(HIDDEN);
					if !self.models[&hidden].is_there {
						self.models.get_mut(&hidden).unwrap().is_there = true;
						self.later(150, Happening::Returns { peer: hidden });
					}
					self.later(200, Happening::Answered { event: Event::Searched { key } });
				},
				Action::Wasted { .. } => self.wasted += 1,
				Action::Refuse { .. } => panic!("the window is within the limits"),
			}
		}
	}
}

#[test]
fn everything_that_somebody_honest_has_should_come_whatever_others_do() {
	let (mut wasted_most, mut slowest_ms) = (0, 0);
	for seed in 0..200 {
		let mut simulation = Simulation::new(seed);
		simulation.run();
		let Simulation { now_ms, delivered, failed, blamed, blocks, wasted, .. } = &simulation;
		let state = format!(
			"seed {seed}, {now_ms} ms: {} delivered, {} failed, {wasted} wasted, {blamed:?} blamed",
			delivered.len(),
			failed.len(),
		);
		assert_eq!(
			delivered.keys().collect::<Vec<_>>(),
			blocks.keys().collect::<Vec<_>>(),
			"{state}"
		);
		assert!(delivered.values().all(|count| *count == 1), "{state}");
		let absent: BTreeSet<Cid> = (BLOCKS..BLOCKS + ABSENT).map(|number| cid(number).0).collect();
		assert_eq!(*failed, absent, "{state}");
		assert!(blamed.iter().all(|blamed| *blamed == peer(4)), "{state}");
		// What comes twice comes of the slow one, which is asked for one at a time once it is known.
		assert!(wasted * 5 <= blocks.len(), "{state}");
		wasted_most = wasted_most.max(*wasted);
		slowest_ms = slowest_ms.max(*now_ms);
	}
	println!("at most {wasted_most} wasted of {BLOCKS}, at most {slowest_ms} ms");
}
