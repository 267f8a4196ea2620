// SPDX-License-Identifier: Apache-2.0

//! Five replicas under virtual time: messages are delayed, lost and doubled, networks are parted,
//! processes are killed, clocks are wrong. A run follows from its seed alone, which a failure prints.
//!
//! What clients were told is written down, and held against what is there in the end:
//!
//! - all replicas hold the same;
//! - nothing of what was acknowledged, or written on a node that keeps its disk, is lost: every member
//!   that was added and not removed, every increment, and no value is older than the last such one;
//! - what was acknowledged to be on two replicas is there though one of them has lost its disk.

use super::{NOW, QUOTA, Random, id};
use crate::{
	Effect, Entry, Purpose, Replica, Request, Response, SetOptions, WriterId,
	history::kept::{Attempt, Write, check},
	limits::SKEW_MS_MAX,
};
use r1_primitives::NodeKey;
use std::collections::{BTreeMap, BTreeSet};

const NODES: usize = 5;
const SEEDS: u64 = 150;
const KEYS: u64 = 6;

/// How long clients write and things go wrong, in milliseconds.
const TURMOIL_MS: u64 = 60_000;

/// How long it may take then until all are the same, in milliseconds.
const CALM_MS: u64 = 40_000;

/// A process, and its disk.
struct Node {
	id: NodeKey,
	replica: Replica,
	disk: Disk,
	/// How far its clock is ahead, in milliseconds.
	ahead_ms: u64,
	is_up: bool,
	/// Which process of the node this is: answers to another mean nothing to it.
	life: u32,
}

/// What is written down. A process that is killed loses nothing of it.
#[derive(Default)]
struct Disk {
	number: u64,
	entries: Vec<Entry>,
}

/// A message on its way.
#[derive(Clone, Debug)]
struct Message {
	from: usize,
	to: usize,
	/// The process that asks.
	life: u32,
	/// Which of all requests it belongs to.
	request: u64,
	purpose: Purpose,
	body: Body,
}

#[derive(Clone, Debug)]
enum Body {
	Request(Request),
	Response(Response),
	/// Nothing has come in time.
	Timeout,
}

/// A write that waits until it is on so many replicas.
struct Waiting {
	node: usize,
	life: u32,
	write: u64,
	copies: usize,
	/// Which of all that was written.
	number: usize,
}

/// What a client wrote.
struct Written {
	node: usize,
	write: Write,
	is_acknowledged: bool,
}

struct World {
	random: Random,
	now_ms: u64,
	nodes: Vec<Node>,
	/// Messages by the moment at which they come, and a number.
	wire: BTreeMap<(u64, u64), Message>,
	sent: u64,
	/// On which side of a parted network each node is.
	sides: [bool; NODES],
	is_calm: bool,
	waiting: Vec<Waiting>,
	/// What was written at all.
	written: Vec<Written>,
	/// A node whose disk is lost half-way.
	lost: Option<usize>,
}

impl World {
	fn new(seed: u64) -> Self {
		let ids: Vec<NodeKey> = (0..NODES).map(id).collect();
		let mut world = Self {
			random: Random::of(seed),
			now_ms: NOW,
			nodes: Vec::new(),
			wire: BTreeMap::new(),
			sent: 0,
			sides: [false; NODES],
			is_calm: false,
			waiting: Vec::new(),
			written: Vec::new(),
			lost: None,
		};
		for own in 0..NODES {
			let ahead_ms = world.random.below(SKEW_MS_MAX / 2);
			let disk = Disk::default();
			let replica = started(own, &ids, &disk);
			world
				.nodes
				.push(Node { id: ids[own], replica, disk, ahead_ms, is_up: true, life: 0 });
		}
		world
	}

	fn time_at(&self, node: usize) -> u64 {
		self.now_ms + self.nodes[node].ahead_ms
	}

	/// Lives through the turmoil and the calm.
	fn run(&mut self) {
		while self.now_ms < NOW + TURMOIL_MS {
			self.step();
			if let Some(lost) = self.lost.filter(|_| self.now_ms == NOW + TURMOIL_MS / 2) {
				self.kill(lost);
				self.nodes[lost].disk = Disk { number: 1, entries: Vec::new() };
			}
			match self.random.below(400) {
				0 => self.sides = std::array::from_fn(|_| self.random.below(2) == 0),
				1 => self.sides = [false; NODES],
				2 => {
					let node = self.random.index(self.nodes.len());
					self.kill(node);
				},
				3 => self.set_clock(),
				4..12 => self.start_one(),
				12..120 => self.write(),
				_ => {},
			}
		}
		self.sides = [false; NODES];
		self.is_calm = true;
		for node in 0..NODES {
			self.start(node);
		}
		while self.now_ms < NOW + TURMOIL_MS + CALM_MS {
			self.step();
		}
	}

	/// Ten milliseconds.
	fn step(&mut self) {
		self.now_ms += 10;
		while let Some(entry) = self.wire.first_entry().filter(|it| it.key().0 <= self.now_ms) {
			let message = entry.remove();
			self.receive(message);
		}
		if self.now_ms.is_multiple_of(1_000) {
			for node in 0..NODES {
				let now_ms = self.time_at(node);
				let mut effects = Vec::new();
				if self.nodes[node].is_up {
					self.nodes[node].replica.tick(now_ms, &mut effects);
					self.act(node, effects);
				}
			}
		}
		self.acknowledge();
	}

	fn receive(&mut self, message: Message) {
		let Message { from, to, life, request: number, purpose, body } = message;
		if !self.nodes[to].is_up {
			return;
		}
		let now_ms = self.time_at(to);
		let from_id = self.nodes[from].id;
		let mut effects = Vec::new();
		match body {
			Body::Request(request) => {
				let replica = &mut self.nodes[to].replica;
				let response = replica.requested(from_id, request, now_ms, &mut effects);
				self.act(to, effects);
				let body = Body::Response(response);
				let (from, to) = (to, from);
				self.send(&Message { from, to, life, request: number, purpose, body });
			},
			// Those to a process that is gone are dropped.
			Body::Response(_) | Body::Timeout if life != self.nodes[to].life => {},
			Body::Response(response) => {
				// What comes twice, or after it was given up, is dropped where requests are kept.
				if self.take_timeout(number) {
					let replica = &mut self.nodes[to].replica;
					replica.responded(from_id, purpose, response, now_ms, &mut effects);
					self.act(to, effects);
				}
			},
			Body::Timeout => self.nodes[to].replica.failed(from_id, purpose, now_ms),
		}
	}

	/// Whether a request is still waited for; it is not any more.
	fn take_timeout(&mut self, number: u64) -> bool {
		let is_it =
			|message: &Message| matches!(message.body, Body::Timeout) && message.request == number;
		let found = self.wire.iter().find(|(_, message)| is_it(message)).map(|(key, _)| *key);
		found.is_some_and(|key| self.wire.remove(&key).is_some())
	}

	/// Puts a message on its way, unless it gets lost.
	fn send(&mut self, message: &Message) {
		let is_parted = self.sides[message.from] != self.sides[message.to];
		let copies = match self.random.below(20) {
			_ if is_parted => 0,
			_ if self.is_calm => 1,
			0 => 0,
			1 => 2,
			_ => 1,
		};
		for _ in 0..copies {
			let at = self.now_ms + 1 + self.random.below(if self.is_calm { 50 } else { 1_500 });
			self.post(at, message.clone());
		}
	}

	fn post(&mut self, at: u64, message: Message) {
		self.sent += 1;
		self.wire.insert((at, self.sent), message);
	}

	/// Does what a replica wants done, in its order.
	fn act(&mut self, node: usize, effects: Vec<Effect>) {
		for effect in effects {
			match effect {
				Effect::Log(entry) => self.nodes[node].disk.entries.push(entry),
				Effect::Wrote(records) => {
					let entries = Entry::of_records("job/7", records);
					self.nodes[node].disk.entries.extend(entries);
				},
				Effect::Send { to, purpose, request } => {
					let to = (0..NODES).find(|other| id(*other) == to).unwrap();
					let life = self.nodes[node].life;
					// No other message has this number.
					let number = self.sent;
					let (from, body) = (to, Body::Timeout);
					let timeout = Message { from, to: node, life, request: number, purpose, body };
					self.post(self.now_ms + 2_000, timeout);
					// As it is on the wire.
					let request = Request::from_bytes(&request.to_bytes()).unwrap();
					let body = Body::Request(request);
					let from = node;
					self.send(&Message { from, to, life, request: number, purpose, body });
				},
				Effect::Heard { .. } => {},
			}
		}
	}

	fn kill(&mut self, node: usize) {
		self.nodes[node].is_up = false;
		self.waiting.retain(|waiting| waiting.node != node);
		self.wire
			.retain(|_, message| message.to != node || !matches!(message.body, Body::Timeout));
	}

	fn start_one(&mut self) {
		let node = self.random.index(self.nodes.len());
		self.start(node);
	}

	fn start(&mut self, node: usize) {
		if !self.nodes[node].is_up {
			let ids: Vec<NodeKey> = (0..NODES).map(id).collect();
			let started = started(node, &ids, &self.nodes[node].disk);
			let node = &mut self.nodes[node];
			(node.replica, node.is_up, node.life) = (started, true, node.life + 1);
		}
	}

	fn set_clock(&mut self) {
		let node = self.random.index(self.nodes.len());
		self.nodes[node].ahead_ms = self.random.below(SKEW_MS_MAX / 2);
	}

	/// A client writes somewhere, and wants it on so many replicas.
	fn write(&mut self) {
		let node = self.random.index(self.nodes.len());
		if !self.nodes[node].is_up {
			return;
		}
		let key = format!("k{}", self.random.below(KEYS)).into_bytes();
		let unique = self.sent.to_string().into_bytes();
		let (kind, copies) = (self.random.below(5), 1 + self.random.below(3));
		let now_ms = self.time_at(node);
		let mut effects = Vec::new();
		let replica = &mut self.nodes[node].replica;
		let mut stamp = None;
		let member = [b"m", key.as_slice()].concat();
		let (outcome, place) = replica.run(
			|namespace, changes| {
				let done = match kind {
					0 => namespace.set_add(b"set", &unique, now_ms, changes).map(drop),
					1 => namespace.set_add(b"set", &member, now_ms, changes).map(drop),
					2 => namespace.set_remove(b"set", &member, now_ms, changes).map(drop),
					3 => namespace
						.add(&[b"n", key.as_slice()].concat(), 1, now_ms, changes)
						.map(drop),
					_ if unique.ends_with(b"0") => {
						namespace.delete(&key, now_ms, changes).map(drop)
					},
					_ => {
						let options = SetOptions::default();
						namespace.set(&key, &unique, options, now_ms, changes).map(drop)
					},
				};
				stamp = changes.last().map(|record| record.cell.latest());
				done
			},
			&mut effects,
		);
		self.act(node, effects);
		let set = b"set".to_vec();
		let write = match kind {
			0 => Write::Added { set, member: unique },
			1 => Write::Added { set, member },
			2 => Write::Removed { set, member },
			3 => Write::Counted { key: [b"n", key.as_slice()].concat() },
			_ => Write::Replaced { key, stamp },
		};
		// A clock that was set back too far refuses, and says so.
		if outcome.is_err() {
			return;
		}
		let number = self.written.len();
		self.written.push(Written { node, write, is_acknowledged: false });
		let life = self.nodes[node].life;
		let copies = usize::try_from(copies).unwrap();
		self.waiting.push(Waiting { node, life, write: place, copies, number });
	}

	/// Tells clients what is written.
	fn acknowledge(&mut self) {
		let lost = self.lost;
		let (nodes, written) = (&self.nodes, &mut self.written);
		self.waiting.retain(|waiting| {
			let node = &nodes[waiting.node];
			let is_there =
				waiting.life == node.life && waiting.copies <= node.replica.copies(waiting.write);
			if is_there {
				// What is on the disk that is lost, and nowhere else, is lost with it.
				written[waiting.number].is_acknowledged =
					lost != Some(waiting.node) || 1 < waiting.copies;
			}
			!is_there
		});
	}

	/// Holds what is there against what was said.
	fn check(&mut self) {
		let now_ms = self.now_ms + SKEW_MS_MAX;
		let roots: BTreeSet<_> =
			self.nodes.iter_mut().map(|node| node.replica.namespace_mut().root()).collect();
		assert_eq!(roots.len(), 1, "the replicas differ");
		// What was written on a node that keeps its disk is safe, whoever was told; on another, what
		// was acknowledged.
		let attempts: Vec<Attempt> = self
			.written
			.iter()
			.map(|Written { node, write, is_acknowledged }| {
				let is_kept = Some(*node) != self.lost || *is_acknowledged;
				Attempt { write: write.clone(), is_kept }
			})
			.collect();
		check(self.nodes[0].replica.namespace(), &attempts, now_ms).unwrap();
	}
}

/// A process that begins with what is on its disk.
fn started(own: usize, ids: &[NodeKey], disk: &Disk) -> Replica {
	let writer = WriterId::of(&ids[own], disk.number);
	let mut replica = Replica::new("job/7", writer, QUOTA);
	disk.entries.iter().cloned().for_each(|entry| replica.restore(entry));
	let others: Vec<_> = ids.iter().copied().filter(|other| *other != ids[own]).collect();
	replica.set_others(&others);
	replica
}

#[test]
fn acknowledged_writes_should_survive_whatever_happens() {
	let (mut acknowledged, mut tried) = (0, 0);
	for seed in 0..SEEDS {
		let outcome = std::panic::catch_unwind(|| {
			let mut world = World::new(seed);
			// In every third run a node loses its disk.
			if seed % 3 == 0 {
				world.lost = Some(usize::try_from(seed).unwrap() % NODES);
			}
			world.run();
			world.check();
			let acknowledged = world.written.iter().filter(|it| it.is_acknowledged);
			(acknowledged.count(), world.written.len())
		});
		let (some, all) = outcome.unwrap_or_else(|_| panic!("seed {seed}: see above"));
		acknowledged += some;
		tried += all;
	}
	// Or nothing of it would say anything.
	assert!(tried / 4 < acknowledged && acknowledged < tried, "{acknowledged} of {tried}");
}
