// SPDX-License-Identifier: Apache-2.0

//! The keys that this node agrees on with others: [`crate::quorum`], with a journal and the network.
//!
//! ```text
//!  clients ──Group::operate──> all members, this one among them ──> Member ──> Log ──> the answer
//!  the chain ──Quorum::place──> Member ──tick──> joins ──> votes
//! ```
//!
//! They have a journal of their own, which always waits for the disk: a vote that was forgotten would be
//! two votes.

mod disk;
mod group;
mod operation;
mod outbox;
mod join;

pub use group::Group;
pub use operation::QuorumError;

use super::{
	Core, OpenError, Ports,
	keeper::{self, Contents},
	log::Log,
};
use crate::{
	journal::{Entry, Fsync, JournalError, Snapshot},
	namespace::Quota,
	quorum::Placed,
	stamp::WriterId,
	wire::{NAMESPACE_BYTES_MAX, Refusal, Request, Response},
};
use r1_core::Rng;
use r1_primitives::NodeKey;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::runtime::Handle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Everything that this node agrees on with others. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Quorum {
	groups: Arc<Groups>,
	base: Arc<Base>,
}

/// What all groups stand on.
struct Base {
	node: NodeKey,
	/// Of this start of the process: no ballot of an earlier one is used again.
	proposer: WriterId,
	/// Since when nothing was forgotten, in milliseconds of Unix time.
	remembers_since_ms: u64,
	quota: Quota,
	rng: Arc<dyn Rng>,
	core: Core,
}

impl std::fmt::Debug for Base {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		formatter.debug_struct("Base").field("core", &self.core).finish_non_exhaustive()
	}
}

/// The groups by the names of their namespaces.
#[derive(Debug, Default)]
struct Groups(Mutex<BTreeMap<String, Group>>);

impl Quorum {
	/// Opens the journal, and lets it be kept until it is cancelled.
	pub(super) fn spawn(
		ports: &Ports,
		quota: Quota,
		cancel: CancellationToken,
		tasks: &TaskTracker,
	) -> Result<Self, OpenError> {
		let now_ms = ports.clock.now_ms();
		let folder = ports.folder.join("quorum");
		let opened = disk::open(&folder, &ports.node, quota, now_ms)?;
		let mut number = [0; 8];
		ports.rng.fill(&mut number);
		let base = Arc::new(Base {
			node: ports.node,
			proposer: WriterId::of(&ports.node, u64::from_le_bytes(number)),
			remembers_since_ms: opened.remembers_since_ms,
			quota,
			rng: Arc::clone(&ports.rng),
			core: Core {
				clock: Arc::clone(&ports.clock),
				exchange: Arc::clone(&ports.exchange),
				log: Log::new(opened.journal, Fsync::Always),
				runtime: Handle::current(),
				cancel,
				tasks: tasks.clone(),
			},
		});
		let groups = opened
			.members
			.into_iter()
			.map(|(name, member)| (name.clone(), Group::new(name, member, Arc::clone(&base))));
		let groups = Arc::new(Groups(Mutex::new(groups.collect())));
		let contents: Arc<dyn Contents> = Arc::clone(&groups) as _;
		let (log, clock) = (base.core.log.clone(), Arc::clone(&base.core.clock));
		std::thread::Builder::new()
			.name("cstore-quorum".to_owned())
			.spawn(move || keeper::run(&log, Fsync::Always, &*clock, &contents))
			.map_err(OpenError::Thread)?;
		Ok(Self { groups, base })
	}

	/// The keys of a namespace.
	///
	/// # Errors
	///
	/// The chain has not named this node for it.
	pub fn group(&self, namespace: &str) -> Result<Group, QuorumError> {
		let groups = self.groups.lock();
		let group = groups.get(namespace).filter(|group| group.is_member());
		group.cloned().ok_or(QuorumError::NoMember)
	}

	/// Follows the chain, as it is at a moment in milliseconds of Unix time: the members of each namespace
	/// that is still there.
	///
	/// A node that is no member any more keeps what it holds as long as the namespace is there, because
	/// the next members may ask for it.
	pub fn place(&self, members: &BTreeMap<String, Placed>, at_ms: u64) {
		let mut groups = self.groups.lock();
		// A chain that is behind does not know of what is placed later.
		let is_gone = |name: &str, group: &Group| {
			!members.contains_key(name)
				&& group.joined_ms().is_none_or(|joined_ms| joined_ms < at_ms)
		};
		groups.retain(|name, group| {
			let is_gone = is_gone(name, group);
			if is_gone {
				group.give_up();
			}
			!is_gone
		});
		let fits = |name: &str| (1..=NAMESPACE_BYTES_MAX).contains(&name.len());
		for (name, placed) in members.iter().filter(|(name, _)| fits(name)) {
			let is_named = placed.current.nodes.contains(&self.base.node);
			if is_named && !groups.contains_key(name) {
				let group = Group::empty(name.clone(), Arc::clone(&self.base));
				groups.insert(name.clone(), group);
			}
			if let Some(group) = groups.get(name) {
				group.place(placed);
			}
		}
	}

	/// Answers another node.
	pub(super) async fn requested(&self, from: NodeKey, request: Request) -> Response {
		let group = self.groups.lock().get(request.namespace()).cloned();
		match group {
			Some(group) => group.requested(from, request).await,
			None => Response::Refused(Refusal::Members),
		}
	}

	/// Begins what is due.
	pub(super) fn tick(&self) {
		let groups: Vec<Group> = self.groups.lock().values().cloned().collect();
		for group in groups {
			group.join_if_due();
		}
	}

	/// Lets the journal end when all is written.
	pub(super) fn close(&self) {
		self.base.core.log.close();
	}
}

impl Groups {
	fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Group>> {
		// Every change of it is whole.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Contents for Groups {
	fn bytes(&self) -> u64 {
		self.lock().values().map(Group::bytes).sum()
	}

	fn write(&self, snapshot: &mut Snapshot) -> Result<(), JournalError> {
		let groups: Vec<Group> = self.lock().values().cloned().collect();
		for group in groups {
			let namespace = || group.name().to_owned();
			let entries = group.memory().into_iter();
			let entries: Vec<Entry> =
				entries.map(|memory| Entry::Quorum { namespace: namespace(), memory }).collect();
			snapshot.write(&entries)?;
		}
		Ok(())
	}
}
