// SPDX-License-Identifier: Apache-2.0

//! A namespace, as its clients see it.

use super::{
	Core, Fault,
	anchor_files::AnchorFiles,
	anchors::Snapshots,
	log::{DiskError, Mark},
};
use crate::{
	journal::Entry,
	namespace::Namespace,
	record::Record,
	replica::{Effect, Purpose, Replica},
	tree::Tree,
	wire::{Refusal, Request, Response},
};
use r1_primitives::{EpochIndex, NodeKey};
use std::{
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::sync::{Notify, Semaphore, broadcast};

/// Bytes of records that are copied under the lock at once for a snapshot.
const PAGE_BYTES: usize = 1 << 20;

/// Events that wait for one who watches; who is slower misses some, and is told so.
const EVENTS_MAX: usize = 1_024;

/// Messages on their way to other replicas; more are lost, as they may be.
const MESSAGES_MAX: usize = 256;

/// A namespace that this node replicates. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Space {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	name: String,
	core: Arc<Core>,
	/// `None` when it was given up.
	replica: Mutex<Option<Replica>>,
	/// Locked before the replica, if both are.
	snapshots: Mutex<Snapshots>,
	anchors: AnchorFiles,
	events: broadcast::Sender<Event>,
	/// Another replica has stored something.
	copied: Notify,
	messages: Semaphore,
}

/// Something that whoever watches a namespace is told.
#[derive(Clone, Debug)]
pub enum Event {
	/// These are new, whoever wrote them.
	Changed(Arc<[Record]>),
	/// A message on a channel.
	Message {
		/// Which.
		channel: Arc<[u8]>,
		/// What.
		message: Arc<[u8]>,
	},
}

/// The events of a namespace, as they come.
pub type Events = broadcast::Receiver<Event>;

/// Something that was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Write {
	/// Up to where the log must be on the disk.
	mark: Mark,
	/// Its number among the writes of this replica.
	number: u64,
}

/// How much there is of everything in a namespace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counts {
	/// Records, tombstones included.
	pub records: usize,
	/// Bytes that count against the quota.
	pub bytes: usize,
	/// Replicas, this one among them.
	pub replicas: usize,
	/// Other replicas that do not follow, and must be compared with.
	pub behind: usize,
	/// Writes of this node's clients since it started.
	pub writes: u64,
}

/// This node does not replicate the namespace, or not any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this node is no replica of the namespace")]
pub struct NoReplica;

impl Write {
	/// The later of two.
	#[must_use]
	pub fn max(self, other: Self) -> Self {
		Self { mark: self.mark.max(other.mark), number: self.number.max(other.number) }
	}
}

impl Space {
	pub(super) fn new(
		name: String,
		mut replica: Replica,
		core: Arc<Core>,
		anchors: AnchorFiles,
	) -> Self {
		let snapshots = anchors.restore(&name, replica.namespace_mut());
		let inner = Inner {
			name,
			core,
			replica: Mutex::new(Some(replica)),
			snapshots: Mutex::new(Snapshots::restored(snapshots)),
			anchors,
			events: broadcast::channel(EVENTS_MAX).0,
			copied: Notify::new(),
			messages: Semaphore::new(MESSAGES_MAX),
		};
		Self { inner: Arc::new(inner) }
	}

	/// Its name.
	#[must_use]
	pub fn name(&self) -> &str {
		&self.inner.name
	}

	// # Reading and writing

	/// Runs a command, which is given the namespace, the time in milliseconds of Unix time, and
	/// where it puts what it changes. It is not stored before [`Space::written`].
	///
	/// # Errors
	///
	/// The node is no replica any more. What the command itself answers is the first of the two.
	pub fn run<T>(
		&self,
		command: impl FnOnce(&mut Namespace, u64, &mut Vec<Record>) -> T,
	) -> Result<(T, Write), NoReplica> {
		let ((value, number), mark) = self.with(|replica, now_ms, effects| {
			let command = |namespace: &mut Namespace, changes: &mut Vec<Record>| {
				Ok::<T, std::convert::Infallible>(command(namespace, now_ms, changes))
			};
			let (Ok(value), number) = replica.run(command, effects);
			(value, number)
		})?;
		Ok((value, Write { mark, number }))
	}

	/// Reads; what it sees may not be on the disk yet.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	pub fn read<T>(&self, read: impl FnOnce(&Namespace, u64) -> T) -> Result<T, NoReplica> {
		let now_ms = self.inner.core.clock.now_ms();
		let held = self.lock();
		let replica = held.as_ref().ok_or(NoReplica)?;
		Ok(read(replica.namespace(), now_ms))
	}

	/// Waits until a write is on this node's disk, as safe as the journal makes it.
	///
	/// # Errors
	///
	/// The disk does not take it. Whether it was stored is not known then.
	///
	/// # Cancel safety
	///
	/// The write goes on when the future is dropped.
	pub async fn written(&self, write: Write) -> Result<(), DiskError> {
		self.inner.core.log.written(write.mark).await
	}

	/// Waits until a write is on so many replicas, this one among them; returns on how many it is
	/// then, or when the time is over.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	///
	/// # Cancel safety
	///
	/// The write goes on when the future is dropped.
	pub async fn copied(
		&self,
		write: Write,
		wanted: usize,
		timeout: Duration,
	) -> Result<usize, NoReplica> {
		let enough = async {
			loop {
				// Before it is looked, so that nothing is missed between.
				let copied = self.inner.copied.notified();
				let copies = self.copies(write)?;
				if wanted <= copies {
					return Ok(copies);
				}
				copied.await;
			}
		};
		match tokio::time::timeout(timeout, enough).await {
			Ok(copies) => copies,
			Err(_elapsed) => self.copies(write),
		}
	}

	/// Compares this replica with the others now, which otherwise happens by itself; returns one that
	/// it has come to the same with, or nothing when there is none or the time is over.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	///
	/// # Cancel safety
	///
	/// The comparison goes on when the future is dropped.
	pub async fn repaired(&self, timeout: Duration) -> Result<Option<NodeKey>, NoReplica> {
		let before = self.lock().as_mut().map(Replica::hurry).ok_or(NoReplica)?;
		self.tick();
		let repaired = async {
			loop {
				let copied = self.inner.copied.notified();
				let held = self.lock().as_ref().map(Replica::repairs).ok_or(NoReplica)?;
				if before < held.count {
					return Ok(held.last);
				}
				copied.await;
			}
		};
		tokio::time::timeout(timeout, repaired).await.unwrap_or(Ok(None))
	}

	/// How much there is of everything.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	pub fn counts(&self) -> Result<Counts, NoReplica> {
		let held = self.lock();
		let replica = held.as_ref().ok_or(NoReplica)?;
		Ok(Counts {
			records: replica.namespace().len(),
			bytes: replica.namespace().bytes(),
			replicas: replica.replicas(),
			behind: replica.behind(),
			writes: replica.writes(),
		})
	}

	/// The digest of all records: replicas with the same have the same.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	pub fn root(&self) -> Result<crate::Digest, NoReplica> {
		let mut held = self.lock();
		held.as_mut().map(|replica| replica.namespace_mut().root()).ok_or(NoReplica)
	}

	fn copies(&self, write: Write) -> Result<usize, NoReplica> {
		self.lock().as_ref().map(|it| it.copies(write.number)).ok_or(NoReplica)
	}

	// # Watching

	/// What happens from now on.
	#[must_use]
	pub fn events(&self) -> Events {
		self.inner.events.subscribe()
	}

	/// Sends a message to all who listen, on this node and on others; it may be lost. Returns how
	/// many watch on this node.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	pub fn publish(&self, channel: &[u8], message: &[u8]) -> Result<usize, NoReplica> {
		self.with(|replica, _, effects| replica.publish(channel, message, effects))?;
		Ok(self.inner.events.receiver_count())
	}

	// # The store's own

	pub(super) fn bytes(&self) -> u64 {
		self.lock().as_ref().map_or(0, |it| it.namespace().bytes() as u64)
	}

	pub(super) fn horizon_ms(&self) -> u64 {
		self.lock().as_ref().map_or(0, |it| it.namespace().horizon_ms())
	}

	pub(super) fn page(&self, from: u64) -> (Vec<Record>, Option<u64>) {
		self.lock()
			.as_ref()
			.map_or((Vec::new(), None), |it| it.namespace().page(from, PAGE_BYTES))
	}

	pub(super) fn set_others(&self, others: &[NodeKey]) {
		if let Some(replica) = self.lock().as_mut() {
			replica.set_others(others);
		}
		self.inner.copied.notify_waiters();
	}

	/// Deletes everything.
	pub(super) fn give_up(&self) {
		let mut held = self.lock();
		if held.take().is_some() {
			let namespace = self.inner.name.clone();
			self.inner.core.log.append([Entry::Removed { namespace }]);
		}
		drop(held);
		let mut snapshots = self.snapshots();
		*snapshots = Snapshots::default();
		self.inner.anchors.forget(self.name());
		drop(snapshots);
		self.inner.copied.notify_waiters();
	}

	pub(super) fn is_given_up(&self) -> bool {
		self.lock().is_none()
	}

	/// All records as they are now.
	pub(super) fn snapshot(&self) -> Result<Tree, NoReplica> {
		let mut held = self.lock();
		held.as_mut().map(|replica| replica.namespace_mut().snapshot()).ok_or(NoReplica)
	}

	/// Writes what it was when an epoch ended, while others go on.
	pub(super) fn write_anchor(&self, epoch: EpochIndex, tree: Tree) {
		let (space, core) = (self.clone(), &self.inner.core);
		let write = move || {
			let anchors = &space.inner.anchors;
			anchors.keep(space.name(), epoch, &tree, || space.is_given_up());
		};
		core.tasks.spawn_blocking_on(write, &core.runtime);
	}

	pub(super) fn snapshots(&self) -> MutexGuard<'_, Snapshots> {
		// Every change of it is whole.
		self.inner.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
	}

	pub(super) fn tick(&self) {
		// One that was given up has nothing to do.
		let _given_up = self.with(Replica::tick);
	}

	/// Another node asks.
	pub(super) async fn requested(&self, from: NodeKey, request: Request) -> Response {
		let answered =
			self.with(|replica, now_ms, effects| replica.requested(from, request, now_ms, effects));
		let Ok((response, mark)) = answered else {
			return Response::Refused(Refusal::NoReplica);
		};
		match self.inner.core.log.written(mark).await {
			Ok(()) => response,
			Err(_) => Response::Refused(Refusal::Disk),
		}
	}

	/// Lets the replica act, and carries out what it says; the mark is what it has logged.
	fn with<T>(
		&self,
		act: impl FnOnce(&mut Replica, u64, &mut Vec<Effect>) -> T,
	) -> Result<(T, Mark), NoReplica> {
		let now_ms = self.inner.core.clock.now_ms();
		let (mut effects, mut mark) = (Vec::new(), Mark::default());
		let mut held = self.lock();
		let replica = held.as_mut().ok_or(NoReplica)?;
		let value = act(replica, now_ms, &mut effects);
		// Within the lock, so that the log and whoever watches see changes in their order.
		effects.retain_mut(|effect| match effect {
			Effect::Log(entry) => {
				let entry = std::mem::replace(entry, Entry::End);
				mark = self.inner.core.log.append([entry]);
				false
			},
			Effect::Wrote(records) => {
				let records = std::mem::take(records);
				self.tell(|| Event::Changed(records.as_slice().into()));
				mark = self.inner.core.log.append(Entry::of_records(self.name(), records));
				false
			},
			Effect::Heard { channel, message } => {
				let (channel, message) = (Arc::clone(channel), Arc::clone(message));
				self.tell(|| Event::Message { channel, message });
				false
			},
			Effect::Send { .. } => true,
		});
		drop(held);
		for effect in effects {
			if let Effect::Send { to, purpose, request } = effect {
				self.send(to, purpose, request);
			}
		}
		Ok((value, mark))
	}

	fn tell(&self, event: impl FnOnce() -> Event) {
		if 0 < self.inner.events.receiver_count() {
			// Those who are gone since miss nothing.
			let _receivers = self.inner.events.send(event());
		}
	}

	/// Asks another replica, and takes in its answer.
	fn send(&self, to: NodeKey, purpose: Purpose, request: Request) {
		let space = self.clone();
		let core = &self.inner.core;
		let cancel = core.cancel.clone();
		let asking = async move {
			let core = &space.inner.core;
			let _permit = match purpose {
				Purpose::Tell => match space.inner.messages.try_acquire() {
					Ok(permit) => Some(permit),
					Err(_too_many) => return,
				},
				// The replica sends one of each at a time.
				Purpose::Store { .. } | Purpose::Repair => None,
			};
			let answer = core.exchange.ask(to, request.to_bytes()).await;
			let response = answer.and_then(|bytes| {
				Response::from_bytes(&bytes).ok().or_else(|| {
					core.exchange.blame(to, Fault::Malformed);
					None
				})
			});
			// One that was given up meanwhile has nothing to take in.
			let _given_up = space.with(|replica, now_ms, effects| match response {
				Some(response) => replica.responded(to, purpose, response, now_ms, effects),
				None => replica.failed(to, purpose, now_ms),
			});
			if matches!(purpose, Purpose::Store { .. } | Purpose::Repair) {
				space.inner.copied.notify_waiters();
			}
		};
		let until_cancelled = async move {
			cancel.run_until_cancelled(asking).await;
		};
		core.tasks.spawn_on(until_cancelled, &core.runtime);
	}

	fn lock(&self) -> MutexGuard<'_, Option<Replica>> {
		// A panic within a command is a fault of the store, whose records are whole one by one.
		self.inner.replica.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
