// SPDX-License-Identifier: Apache-2.0

//! A replica of a namespace among the others: what to send to whom, and what to make of what comes.
//!
//! ```text
//!  write ──> Namespace ──> Effect::Wrote ──> Effect::Send(Store) ──> others ──Stored──> copies
//!  tick ───> who is behind, or was not compared for a while ──> Effect::Send(Repair) ──> ...
//! ```
//!
//! It decides, and whoever holds it acts: entries are logged in their order, and an answer to another
//! replica, or to a client, goes out after what was logged before it is written. So whatever anybody
//! was told is stored.

use crate::{
	journal::Entry,
	namespace::{Namespace, Quota},
	record::Record,
	repair::{Question, Repair, answer},
	replication::Replication,
	stability::{Stability, Word},
	stamp::WriterId,
	wire::{Refusal, Request, Response},
};
use r1_primitives::NodeKey;
use std::{collections::BTreeMap, sync::Arc};

/// How long a replica that follows is not compared with, in milliseconds: what was lost without
/// anybody noticing lasts so long.
pub const REPAIR_INTERVAL_MS: u64 = 10_000;

/// How long a replica is left alone that did not answer, in milliseconds.
pub const RETRY_MS: u64 = 1_000;

/// A replica.
#[derive(Debug)]
pub struct Replica {
	name: String,
	namespace: Namespace,
	replication: Replication,
	stability: Stability,
	others: BTreeMap<NodeKey, Other>,
	repairs: Repairs,
}

/// Repairs that came to their end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Repairs {
	/// How many.
	pub count: u64,
	/// With whom the last one was.
	pub last: Option<NodeKey>,
}

/// What goes on with another replica.
#[derive(Debug, Default)]
struct Other {
	/// The repair that goes on, and what the other said of itself when it began.
	repair: Option<(Repair, Option<Word>)>,
	/// When to begin the next, in milliseconds.
	next_ms: u64,
}

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Effect {
	/// Write this down.
	Log(Entry),
	/// Ask another replica; [`Replica::responded`] or [`Replica::failed`] takes what comes of it.
	Send {
		/// Which.
		to: NodeKey,
		/// What for.
		purpose: Purpose,
		/// The request.
		request: Request,
	},
	/// These are new here: write them down, and tell whoever watches.
	Wrote(Vec<Record>),
	/// Somebody sends a message, to whoever listens here.
	Heard {
		/// On which channel.
		channel: Arc<[u8]>,
		/// What.
		message: Arc<[u8]>,
	},
}

/// What a request to another replica is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
	/// To hand over writes, up to this one.
	Store {
		/// Its number.
		through: u64,
	},
	/// To find out where the two differ.
	Repair,
	/// To pass on a message, which may be lost.
	Tell,
}

impl Replica {
	/// An empty replica of a namespace.
	#[must_use]
	pub fn new(name: impl Into<String>, writer: WriterId, quota: Quota) -> Self {
		Self {
			name: name.into(),
			namespace: Namespace::new(writer, quota),
			replication: Replication::default(),
			stability: Stability::default(),
			others: BTreeMap::new(),
			repairs: Repairs::default(),
		}
	}

	/// What it holds.
	#[must_use]
	pub fn namespace(&self) -> &Namespace {
		&self.namespace
	}

	/// The same, for digests, which are computed when they are asked for.
	pub fn namespace_mut(&mut self) -> &mut Namespace {
		&mut self.namespace
	}

	/// Takes in what was logged.
	pub fn restore(&mut self, entry: Entry) {
		match entry {
			Entry::Records { namespace, records } if namespace == self.name => {
				for record in records {
					// What is in the log was checked when it was written; what has become unreadable
					// since comes back from the others.
					let _unreadable = self.namespace.restore(record);
				}
			},
			Entry::Horizon { namespace, horizon_ms } if namespace == self.name => {
				self.namespace.raise_horizon(horizon_ms);
				self.namespace.promise(horizon_ms);
			},
			Entry::Records { .. }
			| Entry::Horizon { .. }
			| Entry::Removed { .. }
			| Entry::Quorum { .. }
			| Entry::End => {},
		}
	}

	/// Follows the chain: who replicates the namespace besides this one.
	pub fn set_others(&mut self, others: &[NodeKey]) {
		let mut known = std::mem::take(&mut self.others);
		let mut kept = |other: &NodeKey| (*other, known.remove(other).unwrap_or_default());
		self.others = others.iter().map(&mut kept).collect();
		self.replication.set_others(others.iter().copied());
		self.stability.set_others(others.iter().copied());
	}

	// # Clients

	/// Runs a command; returns what it says and the number of the last write, for
	/// [`Replica::copies`].
	///
	/// # Errors
	///
	/// The namespace refuses. What the command has changed before that stays, and is sent on.
	pub fn run<T, E>(
		&mut self,
		command: impl FnOnce(&mut Namespace, &mut Vec<Record>) -> Result<T, E>,
		effects: &mut Vec<Effect>,
	) -> (Result<T, E>, u64) {
		let mut changes = Vec::new();
		let outcome = command(&mut self.namespace, &mut changes);
		let write = self.replication.wrote(&changes);
		if !changes.is_empty() {
			Self::note(changes, effects);
			self.send_waiting(effects);
		}
		(outcome, write)
	}

	/// Sends a message to whoever listens, here and on the other replicas.
	pub fn publish(&mut self, channel: &[u8], message: &[u8], effects: &mut Vec<Effect>) {
		for to in self.others.keys() {
			let namespace = self.name.clone();
			let (channel, message) = (channel.to_vec(), message.to_vec());
			let request = Request::Publish { namespace, channel, message };
			effects.push(Effect::Send { to: *to, purpose: Purpose::Tell, request });
		}
		effects.push(Effect::Heard { channel: channel.into(), message: message.into() });
	}

	/// On how many replicas a write is, this one among them.
	#[must_use]
	pub fn copies(&self, write: u64) -> usize {
		1 + self.replication.copies(write)
	}

	/// How many replicas there are, this one among them.
	#[must_use]
	pub fn replicas(&self) -> usize {
		1 + self.others.len()
	}

	/// How many other replicas do not follow.
	#[must_use]
	pub fn behind(&self) -> usize {
		self.replication.behind().count()
	}

	/// How often clients have written.
	#[must_use]
	pub fn writes(&self) -> u64 {
		self.replication.written()
	}

	// # Other replicas

	/// Answers another replica.
	pub fn requested(
		&mut self,
		from: NodeKey,
		request: Request,
		now_ms: u64,
		effects: &mut Vec<Effect>,
	) -> Response {
		if request.namespace() != self.name {
			return Response::Refused(Refusal::NoReplica);
		}
		if !self.others.contains_key(&from) {
			return Response::Refused(Refusal::NoWriter);
		}
		let (question, is_store) = match request {
			Request::Store { records, .. } => (Question::Take(records), true),
			Request::Repair { question, .. } => (question, false),
			Request::Publish { channel, message, .. } => {
				effects.push(Effect::Heard { channel: channel.into(), message: message.into() });
				return Response::Stored;
			},
			// Whoever agrees on keys answers these.
			Request::Agree { .. } | Request::Seal { .. } => {
				return Response::Refused(Refusal::Malformed);
			},
		};
		// Before anything is looked at: what is written from now on is later.
		let word = self.word(now_ms);
		let mut news = Vec::new();
		let answer = answer(&mut self.namespace, question, now_ms, &mut news);
		Self::note(news, effects);
		match answer {
			Ok(_) if is_store => Response::Stored,
			Ok(answer) => Response::Repaired { word, answer },
			Err(error) => Response::Refused(Refusal::from(&error)),
		}
	}

	/// Another replica has answered.
	pub fn responded(
		&mut self,
		from: NodeKey,
		purpose: Purpose,
		response: Response,
		now_ms: u64,
		effects: &mut Vec<Effect>,
	) {
		match (purpose, response) {
			(Purpose::Store { through }, Response::Stored) => {
				self.replication.acknowledged(from, through);
				self.send_waiting(effects);
			},
			(Purpose::Repair, Response::Repaired { word, answer }) => {
				let Some(Other { repair: Some((repair, began)), .. }) = self.others.get_mut(&from)
				else {
					return;
				};
				began.get_or_insert(word);
				let mut news = Vec::new();
				let taken = repair.take(&mut self.namespace, answer, now_ms, &mut news);
				Self::note(news, effects);
				match taken {
					Ok(()) => self.go_on(from, now_ms, effects),
					Err(_) => self.failed(from, purpose, now_ms),
				}
			},
			_ => self.failed(from, purpose, now_ms),
		}
	}

	/// Another replica has not answered, or with what is no answer.
	pub fn failed(&mut self, to: NodeKey, purpose: Purpose, now_ms: u64) {
		if purpose == Purpose::Tell {
			return;
		}
		self.replication.failed(to);
		if let Some(other) = self.others.get_mut(&to) {
			*other = Other { repair: None, next_ms: now_ms.saturating_add(RETRY_MS) };
		}
	}

	/// Lets a repair with everybody be due; returns how many have come to their end so far.
	pub fn hurry(&mut self) -> u64 {
		for other in self.others.values_mut() {
			other.next_ms = 0;
		}
		self.repairs.count
	}

	/// Repairs that came to their end.
	#[must_use]
	pub fn repairs(&self) -> Repairs {
		self.repairs
	}

	/// Begins what is due. To be called every second or so.
	pub fn tick(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
		let behind: Vec<NodeKey> = self.replication.behind().collect();
		let is_due = |(id, other): &(&NodeKey, &Other)| {
			let is_late = other.next_ms <= now_ms
				// The clock was set back.
				|| now_ms.saturating_add(REPAIR_INTERVAL_MS) < other.next_ms;
			let is_soon = behind.contains(id)
				&& other.next_ms.saturating_sub(REPAIR_INTERVAL_MS - RETRY_MS) <= now_ms;
			other.repair.is_none() && (is_late || is_soon)
		};
		let due: Vec<NodeKey> = self.others.iter().filter(is_due).map(|(id, _)| *id).collect();
		for id in due {
			self.replication.repair_begins(id);
			if let Some(other) = self.others.get_mut(&id) {
				other.repair = Some((Repair::default(), None));
			}
			self.go_on(id, now_ms, effects);
		}
		self.forget(now_ms, effects);
	}

	/// Asks the next question of a repair, or brings it to its end.
	fn go_on(&mut self, id: NodeKey, now_ms: u64, effects: &mut Vec<Effect>) {
		let Some(other) = self.others.get_mut(&id) else { return };
		let Some((repair, began)) = &mut other.repair else { return };
		if let Some(question) = repair.ask(&mut self.namespace) {
			let request = Request::Repair { namespace: self.name.clone(), question };
			effects.push(Effect::Send { to: id, purpose: Purpose::Repair, request });
			return;
		}
		if let Some(word) = *began {
			self.stability.repaired(id, word);
		}
		*other = Other { repair: None, next_ms: now_ms.saturating_add(REPAIR_INTERVAL_MS) };
		self.repairs = Repairs { count: self.repairs.count + 1, last: Some(id) };
		self.replication.repaired(id);
		self.send_waiting(effects);
	}

	/// Sends what waits for those who follow.
	fn send_waiting(&mut self, effects: &mut Vec<Effect>) {
		for id in self.others.keys() {
			let Some(batch) = self.replication.batch(*id, &self.namespace) else { continue };
			let request = Request::Store { namespace: self.name.clone(), records: batch.records };
			let purpose = Purpose::Store { through: batch.through };
			effects.push(Effect::Send { to: *id, purpose, request });
		}
	}

	/// What we say of ourselves.
	fn word(&mut self, now_ms: u64) -> Word {
		let promise_ms = self.namespace.promise(now_ms);
		Word { promise_ms, complete_ms: self.stability.complete_ms(promise_ms) }
	}

	/// Forgets what everybody has forgotten.
	fn forget(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
		let promise_ms = self.namespace.promise(now_ms);
		let horizon_ms = self.stability.horizon_ms(promise_ms);
		// Each time all records are looked at.
		if self.namespace.horizon_ms().saturating_add(REPAIR_INTERVAL_MS) <= horizon_ms {
			self.namespace.raise_horizon(horizon_ms);
			let namespace = self.name.clone();
			effects.push(Effect::Log(Entry::Horizon { namespace, horizon_ms }));
		}
	}

	/// Lets what is new be logged, and be seen.
	fn note(news: Vec<Record>, effects: &mut Vec<Effect>) {
		if !news.is_empty() {
			effects.push(Effect::Wrote(news));
		}
	}
}
