// SPDX-License-Identifier: Apache-2.0

//! Clients that write down what they did and were told.

use super::{cluster::connect, schedule::REPLICAS};
use anyhow::{Context, Result, ensure};
use networks::replica::{Answer, Question, Wish, ask};
use r1_core::{Clock as _, SystemClock};
use r1_cstore::{
	history::{
		agreed::{End, Operation},
		kept::{Attempt, Write},
	},
	quorum::{Change, Held, Outcome},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{
	collections::BTreeMap,
	fmt,
	os::unix::net::UnixStream,
	path::PathBuf,
	sync::{
		atomic::{AtomicU64, Ordering},
		mpsc::{Receiver, RecvTimeoutError},
	},
	time::Duration,
};

/// Keys of each kind: few, so that clients meet.
pub(super) const KEYS: u64 = 5;

/// The set that all clients put members into.
const SET: &[u8] = b"set";

/// How long a client rests after an operation, in milliseconds, at most: others need the
/// processors, too.
const REST_MS_MAX: u64 = 40;

/// How long it rests when nobody listens.
const NOBODY_MS: u64 = 100;

/// How many changes must be acknowledged, of keys that replicas agree on and of others on two of
/// them at least, or a history would say nothing.
const CHANGES_MIN: u64 = 100;

/// What all clients were told so far.
#[derive(Debug, Default)]
pub(super) struct Done {
	/// Changes of keys that replicas agree on.
	changed: AtomicU64,
	/// Writes that are on two replicas.
	copied: AtomicU64,
}

impl Done {
	/// Whether it is enough.
	pub(super) fn check(&self) -> Result<()> {
		let counts = [&self.changed, &self.copied].map(|count| count.load(Ordering::Relaxed));
		let is_enough = counts.iter().all(|count| CHANGES_MIN <= *count);
		ensure!(is_enough, "there were {counts:?} changes, of {CHANGES_MIN} each");
		Ok(())
	}
}

/// The way of one client to all replicas.
pub(super) struct Client {
	number: u64,
	sockets: Vec<PathBuf>,
	/// What all clients tell the time by.
	clock: SystemClock,
	random: StdRng,
	operations: u64,
}

/// A write, where it was made, and what was said.
#[derive(Clone, Debug)]
pub(super) struct Written {
	pub(super) write: Write,
	pub(super) replica: u8,
	/// On how many replicas it is, if anybody said so.
	pub(super) copies: Option<u32>,
}

impl fmt::Display for Written {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "replica {}: {}; ", self.replica, self.write)?;
		match self.copies {
			Some(copies) => write!(formatter, "on {copies} replicas"),
			None => write!(formatter, "nobody was told what came of it"),
		}
	}
}

impl Written {
	/// Whether it must be there in the end, when one replica has lost its disk.
	pub(super) fn attempt(&self, lost: u8) -> Attempt {
		let needs = if self.replica == lost { 2 } else { 1 };
		let is_kept = self.copies.is_some_and(|copies| needs <= copies);
		Attempt { write: self.write.clone(), is_kept }
	}
}

impl Client {
	pub(super) fn new(seed: u64, number: u64, sockets: &[PathBuf], clock: SystemClock) -> Self {
		let random = StdRng::seed_from_u64(seed << 16 | number);
		Self { number, sockets: sockets.to_vec(), clock, random, operations: 0 }
	}

	/// Reads and changes keys that the replicas agree on, until it is stopped.
	pub(super) fn agree(mut self, done: &Done, stop: &Receiver<()>) -> Result<Vec<Operation>> {
		let mut operations = Vec::new();
		// The version of each key that it has seen last.
		let mut seen: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
		let mut rest_ms = 0;
		while stop.recv_timeout(Duration::from_millis(rest_ms)) == Err(RecvTimeoutError::Timeout) {
			rest_ms = NOBODY_MS;
			let Some((_, mut connection)) = self.anybody() else { continue };
			let key = format!("agreed-{}", self.random.random_range(0..KEYS)).into_bytes();
			let expected = Some(seen.get(&key).copied().unwrap_or(0));
			let value = Some(self.unique());
			let change = match self.random.random_range(0..10) {
				0..4 => Change::None,
				4..8 => Change::Set { expected, value },
				8 => Change::Set { expected: None, value },
				_ => Change::Set { expected, value: None },
			};
			let operation = self.operate(&mut connection, key.clone(), change)?;
			let version = match &operation.ended {
				Some((_, End::Came(Outcome::Changed(version)))) => {
					done.changed.fetch_add(1, Ordering::Relaxed);
					Some(*version)
				},
				Some((_, End::Came(Outcome::Holds(held)))) => Some(held.version),
				_ => None,
			};
			seen.extend(version.map(|version| (key, version)));
			operations.push(operation);
			rest_ms = self.random.random_range(0..REST_MS_MAX);
		}
		Ok(operations)
	}

	/// Writes keys that each replica writes for itself, until it is stopped.
	pub(super) fn write(mut self, done: &Done, stop: &Receiver<()>) -> Result<Vec<Written>> {
		let mut all = Vec::new();
		let mut rest_ms = 0;
		while stop.recv_timeout(Duration::from_millis(rest_ms)) == Err(RecvTimeoutError::Timeout) {
			rest_ms = NOBODY_MS;
			let Some((replica, mut connection)) = self.anybody() else { continue };
			let wish = self.wish();
			let copies = self.random.random_range(1..=3);
			let question = Question::Write { wish: wish.clone(), copies };
			let (stamp, copies) = match ask(&mut connection, &question) {
				Ok(Answer::Written { stamp, copies }) => (stamp, Some(copies)),
				// Its clock was set back too far, and nothing was written.
				Ok(Answer::Nothing(_)) => continue,
				// Perhaps it was written, and nobody was told.
				Ok(Answer::Unknown) | Err(_) => (None, None),
				Ok(other) => anyhow::bail!("a replica answered {other:?} to {question:?}"),
			};
			let write = match wish {
				Wish::Add { set, member } => Write::Added { set, member },
				Wish::Remove { set, member } => Write::Removed { set, member },
				Wish::Count { key } => Write::Counted { key },
				Wish::Set { key, .. } => Write::Replaced { key, stamp },
			};
			if copies.is_some_and(|copies| 2 <= copies) {
				done.copied.fetch_add(1, Ordering::Relaxed);
			}
			all.push(Written { write, replica, copies });
			rest_ms = self.random.random_range(0..REST_MS_MAX);
		}
		Ok(all)
	}

	/// Reads every key that the replicas agree on at each of them.
	pub(super) fn read_all(mut self) -> Result<Vec<Operation>> {
		let mut operations = Vec::new();
		for replica in 1..=REPLICAS {
			for key in 0..KEYS {
				let key = format!("agreed-{key}").into_bytes();
				let read = super::wait("a key that replicas agree on", || {
					let mut connection = connect(&self.sockets[usize::from(replica - 1)])?;
					let read = self.operate(&mut connection, key.clone(), Change::None)?;
					let is_known = matches!(read.ended, Some((_, End::Came(Outcome::Holds(_)))));
					ensure!(is_known, "replica {replica} does not say what it holds: {read:?}");
					Ok(read)
				})?;
				operations.push(read);
			}
		}
		Ok(operations)
	}

	fn operate(
		&mut self,
		connection: &mut UnixStream,
		key: Vec<u8>,
		change: Change,
	) -> Result<Operation> {
		let question = match change.clone() {
			Change::None => Question::Look { key: key.clone() },
			Change::Set { expected, value } => {
				Question::Replace { key: key.clone(), expected, value }
			},
		};
		let began_ms = self.clock.monotonic_ms();
		let end = match ask(connection, &question) {
			Ok(Answer::Changed(version)) => Some(End::Came(Outcome::Changed(version))),
			Ok(Answer::Holds { version, value }) => {
				let held = Held { version, value, recent: Vec::new() };
				Some(End::Came(Outcome::Holds(held)))
			},
			Ok(Answer::Unknown) => Some(End::Came(Outcome::Unknown)),
			Ok(Answer::Nothing(_)) => Some(End::Nothing),
			Ok(other) => anyhow::bail!("a replica answered {other:?} to {question:?}"),
			// It was killed, or is too slow.
			Err(_) => None,
		};
		let ended_ms = self.clock.monotonic_ms();
		Ok(Operation { key, change, began_ms, ended: end.map(|end| (ended_ms, end)) })
	}

	/// One of the replicas, if somebody listens there.
	fn anybody(&mut self) -> Option<(u8, UnixStream)> {
		let replica = self.random.random_range(1..=REPLICAS);
		let connection = connect(self.sockets.get(usize::from(replica - 1))?).ok()?;
		Some((replica, connection))
	}

	fn wish(&mut self) -> Wish {
		let set = SET.to_vec();
		let number = self.random.random_range(0..KEYS);
		let member = format!("member-{number}").into_bytes();
		match self.random.random_range(0..10) {
			0..3 => Wish::Add { set, member: self.unique() },
			3 => Wish::Add { set, member },
			4 => Wish::Remove { set, member },
			5..7 => Wish::Count { key: format!("count-{number}").into_bytes() },
			7..9 => {
				Wish::Set { key: format!("key-{number}").into_bytes(), value: Some(self.unique()) }
			},
			_ => Wish::Set { key: format!("key-{number}").into_bytes(), value: None },
		}
	}

	/// A value that nobody else writes.
	fn unique(&mut self) -> Vec<u8> {
		self.operations += 1;
		format!("{}-{}", self.number, self.operations).into_bytes()
	}
}

/// What a thread of a client has to say.
pub(super) fn told<T>(client: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
	client.join().ok().context("a client has panicked")?
}
