// SPDX-License-Identifier: Apache-2.0

//! The store of a node: all namespaces that it replicates, its journal, and the other replicas.
//!
//! ```text
//!  clients ──Space::run──> Replica (one lock each) ──> Log ──> journal
//!                              │                        └─Space::written──> the client's answer
//!                              ├──> Exchange ──> other replicas ──> Space::copied
//!                              └──> Space::events ──> whoever watches
//!  the chain ──Store::place──> who replicates what
//!  clients ──Group::operate──> keys that nodes agree on: Quorum
//! ```
//!
//! A command runs where it comes in, under the lock of its namespace, because it takes less than to
//! hand it to somebody else. What a client, or another replica, is told to be stored has been
//! written before. What is sent to other replicas goes out at once, while the disk is waited for;
//! if this node then forgets it, they have a write that nobody was told of, as after any call that
//! failed. What is read may not be on the disk yet.

mod disk;
mod exchange;
mod keeper;
mod log;
mod quorum;
mod space;
mod anchors;
mod anchor_files;

pub use anchors::{ProveError, SNAPSHOTS_MAX};
pub use exchange::{AskFuture, Exchange, Fault};
pub use log::DiskError;
pub use quorum::{Group, Quorum, QuorumError};
pub use space::{Counts, Event, Events, NoReplica, Space, Write};

use crate::{
	journal::{Entry, Fsync, JournalError, Snapshot},
	namespace::Quota,
	replica::Replica,
	stamp::WriterId,
	wire::{NAMESPACE_BYTES_MAX, Refusal, Request, Response},
};
use anchor_files::AnchorFiles;
use disk::{Disk, Opened};
use keeper::Contents;
use log::Log;
use r1_core::{Clock, Rng};
use r1_primitives::NodeKey;
use std::{
	collections::{BTreeMap, BTreeSet},
	io,
	path::PathBuf,
	sync::{Arc, PoisonError, RwLock},
	time::Duration,
};
use tokio::{runtime::Handle, sync::oneshot, time::MissedTickBehavior};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often it is looked at who is behind.
const TICK: Duration = Duration::from_millis(250);

/// How the store keeps what it has.
#[derive(Clone, Copy, Debug)]
pub struct Config {
	/// When what was written is on the disk.
	pub fsync: Fsync,
	/// How much each namespace may hold.
	pub quota: Quota,
}

/// What the store needs from the rest of the daemon.
#[expect(
	missing_debug_implementations,
	reason = "it is taken apart at once, and ports show nothing"
)]
pub struct Ports {
	/// The node.
	pub node: NodeKey,
	/// Where its files are; made if there is none.
	pub folder: PathBuf,
	/// The time.
	pub clock: Arc<dyn Clock>,
	/// Chance.
	pub rng: Arc<dyn Rng>,
	/// The way to other replicas.
	pub exchange: Arc<dyn Exchange>,
}

/// Which namespace this node replicates, and who else does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Placement {
	/// Its name, at most [`NAMESPACE_BYTES_MAX`] bytes.
	pub namespace: String,
	/// The other replicas.
	pub others: Vec<NodeKey>,
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// A file of the journal cannot be used.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// Another file cannot.
	#[error("could not use {path}", path = path.display())]
	File {
		/// Which.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The system has no thread left.
	#[error("could not start a thread for the journal")]
	Thread(#[source] io::Error),
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
	core: Arc<Core>,
	spaces: Arc<Spaces>,
	quorum: Quorum,
	anchors: AnchorFiles,
	writer: WriterId,
	quota: Quota,
}

/// What all namespaces stand on.
struct Core {
	clock: Arc<dyn Clock>,
	exchange: Arc<dyn Exchange>,
	log: Log,
	runtime: Handle,
	cancel: CancellationToken,
	tasks: TaskTracker,
}

impl std::fmt::Debug for Core {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		formatter.debug_struct("Core").field("log", &self.log).finish_non_exhaustive()
	}
}

/// The namespaces by their names.
#[derive(Debug, Default)]
struct Spaces(RwLock<BTreeMap<String, Space>>);

/// Opens the store and lets it run until it is cancelled; it replicates nothing until it is told
/// to. To be called within a runtime.
///
/// # Errors
///
/// Its files cannot be read or written.
pub fn spawn(
	config: Config,
	ports: Ports,
	cancel: CancellationToken,
	tasks: &TaskTracker,
) -> Result<Store, OpenError> {
	let Config { fsync, quota } = config;
	let quorum = Quorum::spawn(&ports, quota, cancel.clone(), tasks)?;
	let Ports { node, folder, clock, rng, exchange } = ports;
	let Opened { journal, writer, replicas, disk } =
		disk::open(&folder, &node, fsync, quota, &*rng)?;
	let core = Arc::new(Core {
		clock,
		exchange,
		log: Log::new(journal, fsync),
		runtime: Handle::current(),
		cancel,
		tasks: tasks.clone(),
	});
	let path = folder.join("anchors");
	let anchors = AnchorFiles::open(path.clone(), replicas.keys())
		.map_err(|source| OpenError::File { path, source })?;
	let spaces = replicas.into_iter().map(|(name, replica)| {
		let space = Space::new(name.clone(), replica, Arc::clone(&core), anchors.clone());
		(name, space)
	});
	let spaces = Arc::new(Spaces(RwLock::new(spaces.collect())));
	let store = Store { core, spaces, quorum, anchors, writer, quota };
	let contents: Arc<dyn Contents> = Arc::clone(&store.spaces) as _;
	let (log, clock) = (store.core.log.clone(), Arc::clone(&store.core.clock));
	let (end, ended) = oneshot::channel();
	// A thread of its own, not of the runtime's, which would wait for it at its end.
	std::thread::Builder::new()
		.name("cstore-log".to_owned())
		.spawn(move || {
			keeper::run(&log, fsync, &*clock, &contents);
			// Nobody waits for the end of a store that was not stopped.
			let _unheard = end.send(());
		})
		.map_err(OpenError::Thread)?;
	tasks.spawn(store.clone().end(ended, disk));
	tasks.spawn(store.clone().tick());
	Ok(store)
}

impl Store {
	/// A namespace of this node.
	///
	/// # Errors
	///
	/// The node does not replicate it.
	pub fn space(&self, namespace: &str) -> Result<Space, NoReplica> {
		self.spaces.get(namespace).ok_or(NoReplica)
	}

	/// All of them, by their names.
	#[must_use]
	pub fn spaces(&self) -> Vec<Space> {
		self.spaces.all()
	}

	/// The keys that this node agrees on with others.
	#[must_use]
	pub fn quorum(&self) -> &Quorum {
		&self.quorum
	}

	/// Why nothing can be written, while that is so.
	#[must_use]
	pub fn failure(&self) -> Option<DiskError> {
		self.core.log.failure()
	}

	/// Follows the chain: what this node replicates, and with whom. What it does not any more is
	/// deleted.
	pub fn place(&self, placements: &[Placement]) {
		let fits =
			|placement: &&Placement| (1..=NAMESPACE_BYTES_MAX).contains(&placement.namespace.len());
		let placements = || placements.iter().filter(fits);
		let wanted: BTreeSet<&str> = placements().map(|it| it.namespace.as_str()).collect();
		let gone = self.spaces.all().into_iter().filter(|space| !wanted.contains(space.name()));
		for space in gone {
			self.spaces.remove(space.name());
			// Under its lock, so that nothing of it is logged after that.
			space.give_up();
		}
		for Placement { namespace, others } in placements() {
			self.spaces.get_or_insert(namespace, || {
				let replica = Replica::new(namespace, self.writer, self.quota);
				let (core, anchors) = (Arc::clone(&self.core), self.anchors.clone());
				Space::new(namespace.clone(), replica, core, anchors)
			});
			if let Ok(space) = self.space(namespace) {
				space.set_others(others);
			}
		}
	}

	/// Answers another node.
	///
	/// # Cancel safety
	///
	/// What it asked may have been done although the future was dropped.
	pub async fn answer(&self, from: NodeKey, request: &[u8]) -> Vec<u8> {
		let response = match Request::from_bytes(request) {
			Err(error) => {
				let node = hex::encode(from);
				tracing::warn!(target: "r1::cstore", node, %error, "received what is no request");
				Response::Refused(Refusal::Malformed)
			},
			Ok(request @ (Request::Agree { .. } | Request::Seal { .. })) => {
				self.quorum.requested(from, request).await
			},
			Ok(request) => match self.space(request.namespace()) {
				Err(NoReplica) => Response::Refused(Refusal::NoReplica),
				Ok(space) => space.requested(from, request).await,
			},
		};
		if let Some(fault) = Fault::of(&response) {
			self.core.exchange.blame(from, fault);
		}
		response.to_bytes()
	}

	/// Begins what is due, again and again.
	async fn tick(self) {
		let mut ticks = tokio::time::interval(TICK);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		while self.core.cancel.run_until_cancelled(ticks.tick()).await.is_some() {
			for space in self.spaces() {
				space.tick();
			}
			self.quorum.tick();
		}
	}

	/// Brings everything to the disk when the daemon stops.
	async fn end(self, ended: oneshot::Receiver<()>, disk: Disk) {
		self.core.cancel.cancelled().await;
		self.quorum.close();
		self.core.log.close();
		if ended.await.is_ok() && self.core.log.failure().is_none() {
			disk.note_flushed();
		}
	}
}

impl Spaces {
	fn get(&self, name: &str) -> Option<Space> {
		self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
	}

	fn all(&self) -> Vec<Space> {
		self.0
			.read()
			.unwrap_or_else(PoisonError::into_inner)
			.values()
			.cloned()
			.collect()
	}

	fn remove(&self, name: &str) {
		self.0.write().unwrap_or_else(PoisonError::into_inner).remove(name);
	}

	fn get_or_insert(&self, name: &str, make: impl FnOnce() -> Space) {
		if self.get(name).is_none() {
			let mut spaces = self.0.write().unwrap_or_else(PoisonError::into_inner);
			spaces.entry(name.to_owned()).or_insert_with(make);
		}
	}
}

impl Contents for Spaces {
	fn bytes(&self) -> u64 {
		self.all().iter().map(Space::bytes).sum()
	}

	fn write(&self, snapshot: &mut Snapshot) -> Result<(), JournalError> {
		for space in self.all() {
			let horizon_ms = space.horizon_ms();
			let namespace = space.name().to_owned();
			snapshot.write(&[Entry::Horizon { namespace, horizon_ms }])?;
			let mut from = Some(0);
			while let Some(position) = from {
				let (records, next) = space.page(position);
				let entries: Vec<Entry> = Entry::of_records(space.name(), records).collect();
				snapshot.write(&entries)?;
				from = next;
			}
		}
		Ok(())
	}
}
