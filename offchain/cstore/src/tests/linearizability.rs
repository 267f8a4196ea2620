// SPDX-License-Identifier: Apache-2.0

//! Nodes that agree on keys under virtual time: messages are delayed, lost and doubled, networks are
//! parted, processes are killed, disks are lost, and the chain names other members. A run follows from its
//! seed alone, which a failure prints.
//!
//! What clients did and saw is written down, and there must be one order of it that fits: versions say
//! which, so that it can be held against the clock and the values.

use super::{QUOTA, Random, id};
use crate::{
	WriterId,
	history::agreed::{End, Operation, check},
	limits::SKEW_MS_MAX,
	quorum::{
		Ask, Change, Joining, Member, Members, Memory, Outcome, Placed, Proposal, Reply, Seal,
		Step, Testimony, Vote,
	},
};
use std::collections::BTreeMap;

const SEEDS: u64 = 1_000;
const CLIENTS: usize = 5;
const KEYS: u64 = 3;

/// Nodes of which the chain names some.
const NODES: usize = 6;

/// How long clients work and things go wrong, in milliseconds.
const TURMOIL_MS: u64 = 60_000;

/// How long the last of them may then take, in milliseconds.
const CALM_MS: u64 = 20_000;

/// How long a question is waited for, in milliseconds.
const TIMEOUT_MS: u64 = 800;

/// The longest time in which a disk takes what it is given, in milliseconds.
const WRITING_MS: u64 = 60;

/// How long an operation is tried, in milliseconds.
const PATIENCE_MS: u64 = 5_000;

/// When the chain names the first members, in milliseconds of its time.
const FIRST_MS: u64 = 1_000_000;

/// The chain's time runs faster, so that a node that has lost its disk may vote again within a run.
const HASTE: u64 = 10;

type Key = Vec<u8>;

struct Node {
	member: Member,
	disk: Disk,
	/// Since when, in the chain's time.
	remembers_since_ms: u64,
	/// How many placements it has seen.
	seen: usize,
	/// Of this start of the process.
	proposer: WriterId,
	/// The latest round that this process has used; it forgets.
	round: u64,
	joining: Option<Joining>,
	is_up: bool,
}

/// What is written down, and what is about to be: a process that is killed loses the latter.
#[derive(Default)]
struct Disk {
	written: Vec<Memory>,
	waiting: Vec<Memory>,
}

impl Disk {
	/// Takes in what an answer stands on; whether it may go out before that is written.
	fn take_in(&mut self, reply: &Reply, memory: Option<Memory>) -> bool {
		let is_promise = |memory: &Memory| {
			matches!(memory, Memory::Ceiling(_) | Memory::Vote(_, Vote::Promised(_)))
		};
		self.waiting.extend(memory);
		let promises = match reply {
			Reply::Holds { promised, .. } => promised.is_some(),
			Reply::Accepted(_) => false,
			Reply::Outbid { .. } => true,
		};
		promises && !self.waiting.iter().any(is_promise)
	}

	/// Takes in what is waited for on the spot.
	fn write(&mut self, memories: impl IntoIterator<Item = Memory>) {
		self.written.append(&mut self.waiting);
		self.written.extend(memories);
	}
}

/// An operation of a client.
struct Running {
	client: usize,
	node: usize,
	key: Key,
	proposal: Proposal,
	placement: u32,
	/// Which of all.
	number: usize,
	until_ms: u64,
}

#[derive(Clone)]
enum Event {
	Ask {
		operation: u64,
		from: usize,
		to: usize,
		placement: u32,
		key: Key,
		ask: Ask,
	},
	Reply {
		operation: u64,
		from: usize,
		reply: Reply,
	},
	/// The disk of a process has what an answer stands on.
	Written {
		node: usize,
		process: WriterId,
		to: usize,
		answer: Box<Event>,
	},
	Timeout {
		operation: u64,
		stage: u32,
		of: usize,
	},
	Begin {
		operation: u64,
	},
	Seal {
		from: usize,
		to: usize,
		round: u32,
		seal: Seal,
	},
	Told {
		to: usize,
		round: u32,
		seal: Seal,
		testimony: Testimony,
	},
	Join {
		node: usize,
	},
}

struct World {
	random: Random,
	now_ms: u64,
	/// Starts of processes so far.
	starts: u64,
	nodes: Vec<Node>,
	/// What the chain has said, in order.
	chain: Vec<Placed>,
	/// How many of the named are in the way of a majority because they have lost their disks.
	lost: Vec<usize>,
	/// What comes, by its moment and a number.
	events: BTreeMap<(u64, u64), Event>,
	count: u64,
	sides: Vec<bool>,
	is_calm: bool,
	running: BTreeMap<u64, Running>,
	operations: Vec<Operation>,
	/// The version of each key that a client has seen last.
	seen: Vec<BTreeMap<Key, u64>>,
	/// How often a node has joined members that were not the first.
	joined: usize,
}

impl World {
	fn new(seed: u64) -> Self {
		let mut world = Self {
			random: Random::of(seed),
			now_ms: 0,
			starts: 0,
			nodes: Vec::new(),
			chain: Vec::new(),
			lost: Vec::new(),
			events: BTreeMap::new(),
			count: 0,
			sides: vec![false; NODES],
			is_calm: false,
			running: BTreeMap::new(),
			operations: Vec::new(),
			seen: vec![BTreeMap::new(); CLIENTS],
			joined: 0,
		};
		for node in 0..NODES {
			let started = world.start(node, Vec::new(), 0);
			world.nodes.push(started);
		}
		world.name();
		world
	}

	/// A process with what is on its disk.
	fn start(&mut self, node: usize, disk: Vec<Memory>, remembers_since_ms: u64) -> Node {
		self.starts += 1;
		let mut member = Member::new(id(node), remembers_since_ms, QUOTA);
		disk.iter().cloned().for_each(|memory| member.restore(memory));
		let proposer = WriterId::of(&id(node), self.starts);
		Node {
			member,
			disk: Disk { written: disk, waiting: Vec::new() },
			remembers_since_ms,
			seen: 0,
			proposer,
			round: 0,
			joining: None,
			is_up: true,
		}
	}

	// # Time

	fn run(&mut self) {
		while self.now_ms < TURMOIL_MS {
			self.step();
			match self.random.below(400) {
				0 => self.sides = (0..NODES).map(|_| self.random.below(2) == 0).collect(),
				1 => self.sides.fill(false),
				2 => {
					let node = self.random.index(NODES);
					self.kill(node);
				},
				3 => self.lose_disk(),
				4 => self.name(),
				5..12 => {
					let node = self.random.index(NODES);
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
		for node in 0..NODES {
			self.follow(node);
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

	// # What goes wrong

	fn kill(&mut self, node: usize) {
		let disk = std::mem::take(&mut self.nodes[node].disk.written);
		let remembers_since_ms = self.nodes[node].remembers_since_ms;
		self.nodes[node] = Node { is_up: false, ..self.start(node, disk, remembers_since_ms) };
		// Whoever waited hears nothing.
		self.running.retain(|_, it| it.node != node);
	}

	/// Lets a node lose its disk, if enough others remember.
	fn lose_disk(&mut self) {
		let node = self.random.index(NODES);
		let now_ms = self.chain_ms();
		let recent = self.chain.iter().rev().take(2);
		let may_lose = recent.map(|placed| &placed.current).all(|members| {
			let lost = (0..NODES)
				.filter(|other| members.nodes.contains(&id(*other)))
				.filter(|other| *other == node || self.has_forgotten(*other, members.since_ms));
			lost.count() <= (members.nodes.len() - 1) / 2
		});
		if may_lose && self.votes() {
			self.kill(node);
			self.nodes[node] = Node { is_up: false, ..self.start(node, Vec::new(), now_ms) };
			self.lost.push(node);
		}
	}

	/// Whether a node may have forgotten what it said since a moment.
	fn has_forgotten(&self, node: usize, since_ms: u64) -> bool {
		0 < self.nodes[node].remembers_since_ms
			&& since_ms <= self.nodes[node].remembers_since_ms + SKEW_MS_MAX
	}

	/// Whether a majority of those who are named votes.
	fn votes(&self) -> bool {
		let members = &self.chain.last().unwrap().current;
		let votes = (0..NODES).filter(|node| {
			let member = &self.nodes[*node].member;
			member.votes() && member.members() == Some(members)
		});
		members.nodes.len() / 2 < votes.count()
	}

	/// The chain names others. Those before may not have come to agree on anything, unless somebody has lost
	/// what he knew.
	fn name(&mut self) {
		// The chain knows four at most.
		let known = self
			.chain
			.last()
			.is_some_and(|placed| placed.is_cut || placed.former.len() == 3);
		if (known || !self.lost.is_empty()) && !self.votes() {
			return;
		}
		let count = [1, 3, 3, 4, 5][self.random.index(5)];
		let mut nodes: Vec<usize> = (0..NODES).collect();
		while count < nodes.len() {
			nodes.remove(self.random.index(nodes.len()));
		}
		let forgotten = nodes.iter().filter(|node| self.has_forgotten(**node, self.chain_ms()));
		if nodes.len() <= 2 * forgotten.count() {
			return;
		}
		// The round of the first is 0, as on the chain; some have no members of their own.
		let gap = 1 + u32::try_from(self.random.below(3)).unwrap();
		let last = self.chain.last();
		let round = last.map_or(0, |last| last.current.round + gap);
		let nodes = nodes.into_iter().map(id).collect();
		let current = Members { round, since_ms: self.chain_ms(), nodes };
		let former = last
			.into_iter()
			.flat_map(|last| [&last.current].into_iter().chain(&last.former));
		let former: Vec<Members> = former.take(3).cloned().collect();
		let is_cut = last.is_some_and(|last| last.is_cut || last.former.len() == 3);
		self.chain.push(Placed { current, former, is_cut });
	}

	fn chain_ms(&self) -> u64 {
		FIRST_MS + HASTE * self.now_ms
	}

	// # Following the chain

	/// A node sees the next placement some time after it was made, perhaps not each of them.
	fn follow(&mut self, node: usize) {
		let is_late = !self.is_calm && 0 < self.random.below(60);
		if !self.nodes[node].is_up || is_late {
			return;
		}
		if let Some(placed) = self.chain.last().filter(|_| self.nodes[node].seen < self.chain.len())
		{
			let it = &mut self.nodes[node];
			it.seen = self.chain.len();
			it.member.place(placed);
		}
		if self.nodes[node].joining.is_none() && self.nodes[node].member.joins().is_some() {
			let joins = self.nodes[node].member.joins();
			self.nodes[node].joining = joins.map(|placed| Joining::new(placed, &id(node)));
			self.join(node);
		}
	}

	/// Asks those before whatever is not known yet, or votes.
	fn join(&mut self, node: usize) {
		let it = &mut self.nodes[node];
		let Some(joining) = it.joining.take() else { return };
		let round = joining.round();
		if it.member.joins().is_none_or(|placed| placed.current.round != round) {
			return;
		}
		match joining.done() {
			Ok(slots) => {
				let memories = it.member.join(round, slots);
				it.disk.write(memories);
				self.joined += usize::from(0 < round);
			},
			Err(joining) => {
				for seal in joining.seals() {
					let to = (0..NODES).find(|to| id(*to) == seal.node).unwrap();
					self.send(node, to, &Event::Seal { from: node, to, round, seal });
				}
				self.nodes[node].joining = Some(joining);
				self.post(TIMEOUT_MS, Event::Join { node });
			},
		}
	}

	fn told(&mut self, node: usize, round: u32, seal: &Seal, testimony: Testimony) {
		let Some(joining) = &mut self.nodes[node].joining else { return };
		if joining.round() == round && joining.heard(seal, testimony) {
			self.join(node);
		}
	}

	// # Operations

	fn operate(&mut self, client: usize) {
		let node = self.random.index(NODES);
		let it = &self.nodes[node];
		let members = it.member.members().filter(|_| it.is_up).cloned();
		let Some(members) = members.filter(|members| members.nodes.contains(&id(node))) else {
			return;
		};
		let key = format!("k{}", self.random.below(KEYS)).into_bytes();
		let unique = Some(self.operations.len().to_string().into_bytes());
		let seen = self.seen[client].get(&key).copied().unwrap_or(0);
		let change = match self.random.below(10) {
			0..4 => Change::None,
			4..8 => Change::Set { expected: Some(seen), value: unique },
			8 => Change::Set { expected: None, value: unique },
			_ => Change::Set { expected: Some(seen), value: None },
		};
		let Members { round: placement, nodes, .. } = members;
		let proposal = Proposal::new(change.clone(), it.proposer, placement, nodes);
		let number = self.operations.len();
		let began_ms = self.now_ms;
		self.operations
			.push(Operation { key: key.clone(), change, began_ms, ended: None });
		self.count += 1;
		let (operation, until_ms) = (self.count, self.now_ms + PATIENCE_MS);
		let running = Running { client, node, key, proposal, placement, number, until_ms };
		self.running.insert(operation, running);
		self.begin(operation);
	}

	fn begin(&mut self, operation: u64) {
		let running = self.running.get_mut(&operation).unwrap();
		let node = &mut self.nodes[running.node];
		let members = node.member.members().unwrap();
		if !members.nodes.contains(&id(running.node)) {
			return self.end(operation, None);
		}
		if members.round != running.placement {
			running.placement = members.round;
			running.proposal.moved(members.round, members.nodes.clone());
		}
		let round = node.round.max(node.member.round(&running.key));
		node.round = round.max(running.proposal.round()) + 1;
		let ask = running.proposal.begin(node.round);
		self.ask(operation, &ask);
	}

	fn ask(&mut self, operation: u64, ask: &Ask) {
		let running = &self.running[&operation];
		let (own, placement) = (running.node, running.placement);
		let (stage, key) = (running.proposal.stage(), running.key.clone());
		let members = running.proposal.members().clone();
		for to in (0..NODES).filter(|to| members.contains(&id(*to))) {
			let (key, ask) = (key.clone(), ask.clone());
			let event = Event::Ask { operation, from: own, to, placement, key, ask };
			match to == own {
				true => self.post(1, event),
				false => self.send(own, to, &event),
			}
			self.post(TIMEOUT_MS, Event::Timeout { operation, stage, of: to });
		}
	}

	fn happen(&mut self, event: Event) {
		match event {
			// Also of whoever is gone since.
			Event::Ask { operation, from, to, placement, key, ask } if self.nodes[to].is_up => {
				let it = &mut self.nodes[to];
				let Ok((reply, memory)) = it.member.asked(&id(from), placement, &key, ask) else {
					return;
				};
				let is_free = it.disk.take_in(&reply, memory);
				let process = it.proposer;
				let answer = Event::Reply { operation, from: to, reply };
				if is_free {
					self.send(to, from, &answer);
				} else {
					let delay_ms = 1 + self.random.below(WRITING_MS);
					let answer = Box::new(answer);
					self.post(delay_ms, Event::Written { node: to, process, to: from, answer });
				}
			},
			Event::Written { node, process, to, answer }
				if self.nodes[node].proposer == process =>
			{
				self.nodes[node].disk.write([]);
				self.send(node, to, &answer);
			},
			Event::Reply { operation, from, reply } if self.running.contains_key(&operation) => {
				let proposal = &mut self.running.get_mut(&operation).unwrap().proposal;
				let step = proposal.replied(id(from), reply);
				self.act(operation, step);
			},
			Event::Timeout { operation, stage, of } if self.running.contains_key(&operation) => {
				let proposal = &mut self.running.get_mut(&operation).unwrap().proposal;
				let step = proposal.failed(id(of), stage);
				self.act(operation, step);
			},
			Event::Begin { operation } if self.running.contains_key(&operation) => {
				self.begin(operation);
			},
			Event::Seal { from, to, round, seal } if self.nodes[to].is_up => {
				let it = &mut self.nodes[to];
				let sealed = it.member.seal(&id(from), round, seal.of, seal.after.as_deref());
				if let Ok((testimony, memory)) = sealed {
					it.disk.write(memory);
					self.send(to, from, &Event::Told { to: from, round, seal, testimony });
				}
			},
			Event::Told { to, round, seal, testimony } => self.told(to, round, &seal, testimony),
			Event::Join { node } => self.join(node),
			_ => {},
		}
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
		let Running { client, key, proposal, number, .. } =
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
		self.operations[number].ended = Some((self.now_ms, end));
	}
}

#[test]
fn histories_should_be_linearizable_whatever_happens() {
	let (mut changed, mut refused, mut unknown) = (0, 0, 0);
	let (mut joined, mut lost) = (0, 0);
	for seed in 0..SEEDS {
		let outcome = std::panic::catch_unwind(|| {
			let mut world = World::new(seed);
			world.run();
			check(&world.operations).unwrap();
			(world.operations, world.joined, world.lost.len())
		});
		let (operations, joins, losses) =
			outcome.unwrap_or_else(|_| panic!("seed {seed}: see above"));
		joined += joins;
		lost += losses;
		for operation in &operations {
			match (&operation.ended, &operation.change) {
				(Some((_, End::Came(Outcome::Changed(_)))), _) => changed += 1,
				(Some((_, End::Came(Outcome::Holds(_)))), Change::Set { .. }) => refused += 1,
				_ if operation.is_unknown() => unknown += 1,
				_ => {},
			}
		}
	}
	// Or nothing of it would say anything.
	assert!(1_000 < changed && 1_000 < refused && 50 < unknown, "{changed} {refused} {unknown}");
	assert!(500 < joined && 50 < lost, "{joined} {lost}");
}
