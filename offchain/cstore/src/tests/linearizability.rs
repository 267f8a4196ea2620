// SPDX-License-Identifier: Apache-2.0

//! Replicas that agree on keys under virtual time: messages are delayed, lost and doubled, networks are
//! parted, processes are killed. A run follows from its seed alone, which a failure prints.
//!
//! What clients did and saw is written down, and there must be one order of it that fits: versions say
//! which, so that it can be held against the clock and the values.

use super::{QUOTA, Random, id};
use crate::{
	WriterId,
	quorum::{Acceptor, Ask, Change, Held, Outcome, Proposal, Reply, Step, Vote},
};
use std::collections::{BTreeMap, BTreeSet};

const SEEDS: u64 = 60;
const CLIENTS: usize = 5;
const KEYS: u64 = 3;

/// How long clients work and things go wrong, in milliseconds.
const TURMOIL_MS: u64 = 60_000;

/// How long the last of them may then take, in milliseconds.
const CALM_MS: u64 = 20_000;

/// How long a question is waited for, in milliseconds.
const TIMEOUT_MS: u64 = 800;

/// How long an operation is tried, in milliseconds.
const PATIENCE_MS: u64 = 5_000;

type Key = Vec<u8>;

struct Node {
	acceptor: Acceptor,
	/// What is written down. A process that is killed loses nothing of it.
	disk: Vec<(Key, Vote)>,
	/// The latest round that this process has used; it forgets.
	round: u64,
	is_up: bool,
}

/// An operation of a client.
struct Running {
	client: usize,
	node: usize,
	key: Key,
	proposal: Proposal,
	record: usize,
	until_ms: u64,
}

#[derive(Clone)]
enum Event {
	Ask { operation: u64, from: usize, to: usize, key: Key, ask: Ask },
	Reply { operation: u64, from: usize, reply: Reply },
	Timeout { operation: u64, stage: u32, of: usize },
	Begin { operation: u64 },
}

/// What a client did, and saw.
#[derive(Debug)]
struct Record {
	key: Key,
	change: Change,
	began_ms: u64,
	ended: Option<(u64, End)>,
}

#[derive(Debug)]
enum End {
	Came(Outcome),
	/// It was given up before anybody was offered a change.
	Nothing,
}

struct World {
	random: Random,
	now_ms: u64,
	nodes: Vec<Node>,
	/// What comes, by its moment and a number.
	events: BTreeMap<(u64, u64), Event>,
	count: u64,
	sides: Vec<bool>,
	is_calm: bool,
	running: BTreeMap<u64, Running>,
	records: Vec<Record>,
	/// The version of each key that a client has seen last.
	seen: Vec<BTreeMap<Key, u64>>,
}

impl World {
	fn new(seed: u64, nodes: usize) -> Self {
		let node =
			|_| Node { acceptor: Acceptor::new(QUOTA), disk: Vec::new(), round: 0, is_up: true };
		Self {
			random: Random::of(seed),
			now_ms: 0,
			nodes: (0..nodes).map(node).collect(),
			events: BTreeMap::new(),
			count: 0,
			sides: vec![false; nodes],
			is_calm: false,
			running: BTreeMap::new(),
			records: Vec::new(),
			seen: vec![BTreeMap::new(); CLIENTS],
		}
	}

	// # Time

	fn run(&mut self) {
		while self.now_ms < TURMOIL_MS {
			self.step();
			match self.random.below(400) {
				0 => {
					self.sides = (0..self.nodes.len()).map(|_| self.random.below(2) == 0).collect()
				},
				1 => self.sides.fill(false),
				2 => {
					let node = self.random.index(self.nodes.len());
					self.kill(node);
				},
				3..10 => {
					let node = self.random.index(self.nodes.len());
					self.nodes[node].is_up = true;
				},
				_ => {},
			}
			for client in 0..CLIENTS {
				if self.random.below(20) == 0 && self.running.values().all(|it| it.client != client)
				{
					self.operate(client);
				}
			}
		}
		self.sides.fill(false);
		self.is_calm = true;
		self.nodes.iter_mut().for_each(|node| node.is_up = true);
		while !self.running.is_empty() && self.now_ms < TURMOIL_MS + CALM_MS {
			self.step();
		}
		assert!(self.running.is_empty(), "somebody still waits");
	}

	/// Ten milliseconds.
	fn step(&mut self) {
		self.now_ms += 10;
		while let Some(event) = self.events.first_entry().filter(|it| it.key().0 <= self.now_ms) {
			let event = event.remove();
			self.happen(event);
		}
	}

	fn post(&mut self, in_ms: u64, event: Event) {
		self.count += 1;
		self.events.insert((self.now_ms + in_ms, self.count), event);
	}

	/// Puts a message on its way, unless it gets lost.
	fn send(&mut self, from: usize, to: usize, event: &Event) {
		let copies = match self.random.below(20) {
			_ if self.sides[from] != self.sides[to] => 0,
			_ if self.is_calm => 1,
			0 => 0,
			1 => 2,
			_ => 1,
		};
		for _ in 0..copies {
			let delay_ms = 1 + self.random.below(if self.is_calm { 50 } else { 500 });
			self.post(delay_ms, event.clone());
		}
	}

	fn kill(&mut self, node: usize) {
		let mut acceptor = Acceptor::new(QUOTA);
		for (key, vote) in self.nodes[node].disk.clone() {
			acceptor.restore(&key, vote);
		}
		let disk = std::mem::take(&mut self.nodes[node].disk);
		self.nodes[node] = Node { acceptor, disk, round: 0, is_up: false };
		// Whoever waited hears nothing.
		self.running.retain(|_, it| it.node != node);
	}

	// # Operations

	fn operate(&mut self, client: usize) {
		let node = self.random.index(self.nodes.len());
		if !self.nodes[node].is_up {
			return;
		}
		let key = format!("k{}", self.random.below(KEYS)).into_bytes();
		let unique = Some(self.records.len().to_string().into_bytes());
		let seen = self.seen[client].get(&key).copied().unwrap_or(0);
		let change = match self.random.below(10) {
			0..4 => Change::None,
			4..8 => Change::Set { expected: Some(seen), value: unique },
			8 => Change::Set { expected: None, value: unique },
			_ => Change::Set { expected: Some(seen), value: None },
		};
		let members = (0..self.nodes.len()).map(id).collect();
		let proposal = Proposal::new(change.clone(), WriterId::of(&id(node), 0), members);
		let record = self.records.len();
		self.records
			.push(Record { key: key.clone(), change, began_ms: self.now_ms, ended: None });
		self.count += 1;
		let (operation, until_ms) = (self.count, self.now_ms + PATIENCE_MS);
		self.running
			.insert(operation, Running { client, node, key, proposal, record, until_ms });
		self.begin(operation);
	}

	fn begin(&mut self, operation: u64) {
		let running = self.running.get_mut(&operation).unwrap();
		let node = &mut self.nodes[running.node];
		let round = node.round.max(node.acceptor.round(&running.key));
		node.round = round.max(running.proposal.round()) + 1;
		let ask = running.proposal.begin(node.round);
		self.ask(operation, &ask);
	}

	/// Asks the own acceptor, and then all others.
	fn ask(&mut self, operation: u64, ask: &Ask) {
		let running = &self.running[&operation];
		let (own, stage, key) = (running.node, running.proposal.stage(), running.key.clone());
		let reply = self.accept(own, &key, ask);
		let is_outbid = matches!(reply, Reply::Outbid { .. });
		for to in (0..self.nodes.len()).filter(|to| *to != own && !is_outbid) {
			let (key, ask) = (key.clone(), ask.clone());
			self.send(own, to, &Event::Ask { operation, from: own, to, key, ask });
			self.post(TIMEOUT_MS, Event::Timeout { operation, stage, of: to });
		}
		match is_outbid {
			true => self.again(operation),
			false => self.replied(operation, own, reply),
		}
	}

	/// Lets an acceptor answer, and write down what it must remember.
	fn accept(&mut self, node: usize, key: &Key, ask: &Ask) -> Reply {
		let node = &mut self.nodes[node];
		let (reply, vote) = node.acceptor.asked(key, ask.clone()).expect("there is room");
		node.disk.extend(vote.map(|vote| (key.clone(), vote)));
		reply
	}

	fn happen(&mut self, event: Event) {
		match event {
			// Also of whoever is gone since.
			Event::Ask { operation, from, to, key, ask } if self.nodes[to].is_up => {
				let reply = self.accept(to, &key, &ask);
				self.send(to, from, &Event::Reply { operation, from: to, reply });
			},
			Event::Reply { operation, from, reply } if self.running.contains_key(&operation) => {
				self.replied(operation, from, reply);
			},
			Event::Timeout { operation, stage, of } if self.running.contains_key(&operation) => {
				let proposal = &mut self.running.get_mut(&operation).unwrap().proposal;
				let step = proposal.failed(id(of), stage);
				self.act(operation, step);
			},
			Event::Begin { operation } if self.running.contains_key(&operation) => {
				self.begin(operation);
			},
			_ => {},
		}
	}

	fn replied(&mut self, operation: u64, from: usize, reply: Reply) {
		let proposal = &mut self.running.get_mut(&operation).unwrap().proposal;
		let step = proposal.replied(id(from), reply);
		self.act(operation, step);
	}

	fn act(&mut self, operation: u64, step: Step) {
		match step {
			Step::Ask(ask) => self.ask(operation, &ask),
			Step::Wait => {},
			Step::Again => self.again(operation),
			Step::Done(outcome) => self.end(operation, Some(outcome)),
		}
	}

	fn again(&mut self, operation: u64) {
		if self.running[&operation].until_ms < self.now_ms && !self.is_calm {
			return self.end(operation, None);
		}
		let delay_ms = 10 + self.random.below(400);
		self.post(delay_ms, Event::Begin { operation });
	}

	fn end(&mut self, operation: u64, outcome: Option<Outcome>) {
		let Running { client, key, proposal, record, .. } =
			self.running.remove(&operation).unwrap();
		let version = match &outcome {
			Some(Outcome::Changed(version)) => Some(*version),
			Some(Outcome::Holds(held)) => Some(held.version),
			Some(Outcome::Unknown) | None => None,
		};
		self.seen[client].extend(version.map(|version| (key, version)));
		let end = match outcome {
			Some(outcome) => End::Came(outcome),
			None if proposal.is_offered() => End::Came(Outcome::Unknown),
			None => End::Nothing,
		};
		self.records[record].ended = Some((self.now_ms, end));
	}
}

/// What an operation saw at the moment when it took effect.
struct Seen<'a> {
	began_ms: u64,
	ended_ms: u64,
	version: u64,
	is_change: bool,
	record: &'a Record,
}

/// Holds the history of one key against what a register does.
fn check(records: &[&Record]) {
	let seen: Vec<Seen<'_>> = records.iter().copied().filter_map(seen).collect();
	let mut values: BTreeMap<u64, Option<Vec<u8>>> = BTreeMap::from([(0, None)]);
	for it in seen.iter().filter(|it| it.is_change) {
		let Change::Set { expected, value } = &it.record.change else { panic!("a read changed") };
		assert!(expected.is_none_or(|expected| expected + 1 == it.version), "{:?}", it.record);
		assert!(values.insert(it.version, value.clone()).is_none(), "two have {}", it.version);
	}
	// What nobody was told of, somebody may have seen.
	let mut unknown: BTreeSet<&[u8]> = records.iter().copied().filter_map(unknown).collect();
	let deletions = records.iter().copied().filter(|it| is_unknown_deletion(it)).count();
	for it in seen.iter().filter(|it| !it.is_change) {
		let Some((_, End::Came(Outcome::Holds(Held { version, value, .. })))) = &it.record.ended
		else {
			panic!("{:?}", it.record)
		};
		if let Change::Set { expected, .. } = &it.record.change {
			assert!(expected.is_some_and(|expected| expected != *version), "{:?}", it.record);
		}
		let known = values.entry(*version).or_insert_with(|| {
			let is_one = value.as_deref().map_or(0 < deletions, |value| unknown.remove(value));
			assert!(is_one, "nobody wrote what {:?} saw", it.record);
			value.clone()
		});
		assert_eq!(known, value, "two values of one version: {:?}", it.record);
	}
	// Versions that nobody saw are of those whose end nobody saw.
	let last = values.keys().last().copied().unwrap_or(0);
	let gaps = usize::try_from(last).unwrap() + 1 - values.len();
	assert!(gaps <= unknown.len() + deletions, "{gaps} changes are nobody's");
	// The order fits the clock.
	for later in &seen {
		for earlier in seen.iter().filter(|it| it.ended_ms < later.began_ms) {
			let fits = earlier.version < later.version
				|| (earlier.version == later.version && !later.is_change);
			assert!(fits, "{:?} is before {:?}", later.record, earlier.record);
		}
	}
}

fn seen(record: &Record) -> Option<Seen<'_>> {
	let (ended_ms, end) = record.ended.as_ref()?;
	let (version, is_change) = match end {
		End::Came(Outcome::Changed(version)) => (*version, true),
		End::Came(Outcome::Holds(held)) => (held.version, false),
		End::Came(Outcome::Unknown) | End::Nothing => return None,
	};
	Some(Seen { began_ms: record.began_ms, ended_ms: *ended_ms, version, is_change, record })
}

fn is_unknown(record: &Record) -> bool {
	matches!(record.ended, None | Some((_, End::Came(Outcome::Unknown))))
}

fn unknown(record: &Record) -> Option<&[u8]> {
	match &record.change {
		Change::Set { value: Some(value), .. } if is_unknown(record) => Some(value),
		_ => None,
	}
}

fn is_unknown_deletion(record: &Record) -> bool {
	matches!(record.change, Change::Set { value: None, .. }) && is_unknown(record)
}

#[test]
fn histories_should_be_linearizable_whatever_happens() {
	let (mut changed, mut refused, mut unknown) = (0, 0, 0);
	for seed in 0..SEEDS {
		let outcome = std::panic::catch_unwind(|| {
			let mut world = World::new(seed, if seed % 2 == 0 { 3 } else { 5 });
			world.run();
			for key in 0..KEYS {
				let key = format!("k{key}").into_bytes();
				check(&world.records.iter().filter(|it| it.key == key).collect::<Vec<_>>());
			}
			world.records
		});
		let records = outcome.unwrap_or_else(|_| panic!("seed {seed}: see above"));
		for record in &records {
			match (&record.ended, &record.change) {
				(Some((_, End::Came(Outcome::Changed(_)))), _) => changed += 1,
				(Some((_, End::Came(Outcome::Holds(_)))), Change::Set { .. }) => refused += 1,
				_ if is_unknown(record) => unknown += 1,
				_ => {},
			}
		}
	}
	// Or nothing of it would say anything.
	assert!(1_000 < changed && 1_000 < refused && 50 < unknown, "{changed} {refused} {unknown}");
}
