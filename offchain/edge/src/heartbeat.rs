// SPDX-License-Identifier: Apache-2.0

//! Beats and challenges in this daemon.
//!
//! ```text
//!  tick ──> Beater ──beat──> mesh          mesh ──beat──> Observer ──verdict──> mesh
//!    ├────────────────────────────> Observer ──once a slot──> disk     └─hash──> nodes
//!    └──> Challenger ──challenge──> mesh ──answer──> Challenger ──missed──> Observer
//!
//!  mesh ──challenge──> Answerer ──signature──> mesh
//! ```
//!
//! Every node runs all of it; what an oracle alone does begins when the chain says that this node
//! is one.

mod task;
mod challenges;
mod answers;
mod metrics;
#[cfg(test)]
mod tests;

pub(crate) use answers::answer_challenges;
pub(crate) use metrics::register_metrics;
pub(crate) use task::Task;

use crate::nodes::Nodes;
use anyhow::Context as _;
use challenges::Asking;
use r1_api::BeatStatus;
use r1_chain::ChainHandle;
use r1_core::{ChainState, Clock, NodeIdentity, Rng, error_chain};
use r1_heartbeat::{
	Answerer, Beater, Blindness, ChainClock, ChainScope, Declined, Observer, ObserverLimits,
	Origin, OwnTime, SnapshotStore,
};
use r1_net::Gossiped;
use r1_primitives::EpochIndex;
use r1_telemetry::ComponentReporter;
use std::{
	collections::BTreeMap,
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

/// A handle on the beats and the challenges.
#[derive(Clone, Debug)]
pub(crate) struct Heartbeat {
	engines: Arc<Mutex<Engines>>,
	/// Apart from the others: it must not wait while they judge.
	answerer: Arc<Mutex<Answerer>>,
	clock: Arc<dyn ClockPort>,
}

/// A clock that can be shown in a log.
pub(crate) trait ClockPort: Clock + std::fmt::Debug {}

impl<T: Clock + std::fmt::Debug> ClockPort for T {}

#[derive(Debug)]
struct Engines {
	chain_clock: ChainClock,
	beater: Beater,
	observer: Observer,
	asking: Asking,
}

impl Heartbeat {
	/// The availability of all deeds in an epoch, as this node saw it.
	///
	/// Windows of maintenance are those that the chain knows now: a window is announced before its
	/// epoch, and stands until the epoch is decided.
	pub(crate) fn availability(
		&self,
		epoch: EpochIndex,
		state: &ChainState,
	) -> Result<Vec<u8>, Declined> {
		let issued = state.deeds.iter().last().map_or(0, |(deed, _)| deed);
		let engines = self.lock();
		let now_secs = engines.chain_clock.estimate_secs(OwnTime::of(&*self.clock));
		let windows = state.maintenance_in(epoch);
		let table = engines.observer.availability_with(epoch, now_secs, issued, &windows)?;
		Ok(table.values)
	}

	/// The chain's time.
	fn now_secs(&self, state: &ChainState) -> Result<u64, Blindness> {
		let own = OwnTime::of(&*self.clock);
		self.lock().chain_clock.now_secs(own, &state.finalised)
	}

	/// What was sent and judged since the start.
	pub(crate) fn status(&self) -> BeatStatus {
		let engines = self.lock();
		let rejected_by_reason: BTreeMap<String, u64> = engines
			.observer
			.metrics()
			.received()
			.filter(|(verdict, _, count)| *verdict == "rejected" && *count > 0)
			.map(|(_, reason, count)| (reason.to_owned(), count))
			.collect();
		BeatStatus {
			sent: engines.beater.metrics().sent,
			accepted: engines.observer.metrics().accepted,
			rejected: rejected_by_reason.values().sum(),
			rejected_by_reason,
		}
	}

	fn lock(&self) -> MutexGuard<'_, Engines> {
		// Each engine changes in whole steps, so a panic elsewhere leaves it sound.
		self.engines.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn answerer(&self) -> MutexGuard<'_, Answerer> {
		// Only its counters change.
		self.answerer.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// What beats and challenges need from the rest of the daemon.
pub(crate) struct Needs {
	/// The node's key.
	pub(crate) identity: Arc<NodeIdentity>,
	/// Time.
	pub(crate) clock: Arc<dyn ClockPort>,
	/// Randomness, for what oracles ask to be signed.
	pub(crate) rng: Arc<dyn Rng>,
	/// The chain's state.
	pub(crate) chain: ChainHandle,
	/// The mesh.
	pub(crate) mesh: r1_net::Handle,
	/// Beats of others.
	pub(crate) beats: mpsc::Receiver<Gossiped>,
	/// What is known of the machines of others, and of this one.
	pub(crate) nodes: Nodes,
	/// Where challenges are sent from.
	pub(crate) tasks: TaskTracker,
	/// Where it is said how all this goes.
	pub(crate) health: ComponentReporter,
}

/// Restores what was observed before a restart, and makes the task that goes on.
pub(crate) fn prepare(
	data_dir: &Path,
	state: &ChainState,
	needs: Needs,
) -> anyhow::Result<(Heartbeat, Task)> {
	let store = SnapshotStore::new(data_dir.join("beats.snapshot"));
	let loaded = store
		.load(ChainScope::of(state), ObserverLimits::default())
		.context("could not restore the beats that were observed before")?;
	match &loaded.origin {
		Origin::New => {},
		Origin::Restored => info!(target: "r1::edge", "beats observed before are restored"),
		Origin::SetAside { reason, kept_at } => warn!(
			target: "r1::edge",
			reason = %error_chain(reason),
			kept_at = %kept_at.display(),
			"beats observed before cannot be restored",
		),
	}
	let identity = || NodeIdentity::from_seed(&needs.identity.secret_seed());
	let engines = Arc::new(Mutex::new(Engines {
		chain_clock: ChainClock::new(),
		beater: Beater::new(identity(), needs.nodes.own_hash()),
		observer: loaded.observer,
		asking: Asking::new(identity(), state.genesis_hash),
	}));
	let answerer = Arc::new(Mutex::new(Answerer::new(identity())));
	let handle = Heartbeat { engines, answerer, clock: Arc::clone(&needs.clock) };
	let task = Task::new(handle.clone(), store, needs);
	Ok((handle, task))
}
