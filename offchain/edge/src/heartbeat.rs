// SPDX-License-Identifier: Apache-2.0

//! Beats in this daemon: sends its own, judges those of others, and keeps the bits on disk.
//!
//! ```text
//!  tick ──> Beater ──beat──> mesh          mesh ──beat──> Observer ──verdict──> mesh
//!    └────────────────────────────> Observer ──once a slot──> disk
//! ```

#[cfg(test)]
mod tests;

use anyhow::Context as _;
use codec::Encode as _;
use r1_api::BeatStatus;
use r1_chain::ChainHandle;
use r1_core::{ChainState, Clock, NodeIdentity, error_chain};
use r1_heartbeat::{
	Beater, ChainScope, Declined, Observer, ObserverLimits, Origin, Silence, SnapshotStore, Tick,
	Verdict,
};
use r1_net::{Beat, PublishError};
use r1_primitives::{DeedId, EpochIndex};
use r1_telemetry::ComponentReporter;
use std::{
	collections::BTreeMap,
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tracing::{debug, info, warn};

/// A handle on the beats.
#[derive(Clone, Debug)]
pub(crate) struct Heartbeat {
	engines: Arc<Mutex<Engines>>,
	clock: Arc<dyn ClockPort>,
}

/// A clock that can be shown in a log.
pub(crate) trait ClockPort: Clock + std::fmt::Debug {}

impl<T: Clock + std::fmt::Debug> ClockPort for T {}

#[derive(Debug)]
struct Engines {
	beater: Beater,
	observer: Observer,
}

impl Heartbeat {
	/// The availability of deeds 1 to `issued` in an epoch, as this node saw it.
	pub(crate) fn availability(
		&self,
		epoch: EpochIndex,
		issued: DeedId,
	) -> Result<Vec<u8>, Declined> {
		let table = self.lock().observer.availability(epoch, self.clock.now_secs(), issued)?;
		Ok(table.values)
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
}

/// What the task needs.
pub(crate) struct Task {
	handle: Heartbeat,
	chain: ChainHandle,
	mesh: r1_net::Handle,
	beats: mpsc::Receiver<Beat>,
	store: SnapshotStore,
	health: ComponentReporter,
	silence: Option<Silence>,
}

/// Restores what was observed before a restart, and makes the task that goes on.
pub(crate) fn prepare(
	data_dir: &Path,
	identity: &NodeIdentity,
	state: &ChainState,
	clock: Arc<dyn ClockPort>,
	ports: (ChainHandle, r1_net::Handle, mpsc::Receiver<Beat>),
	health: ComponentReporter,
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
	// The record of capabilities does not exist yet; its hash is that of no record.
	let beater = Beater::new(NodeIdentity::from_seed(&identity.secret_seed()), [0; 32]);
	let engines = Arc::new(Mutex::new(Engines { beater, observer: loaded.observer }));
	let handle = Heartbeat { engines, clock };
	let (chain, mesh, beats) = ports;
	let task = Task { handle: handle.clone(), chain, mesh, beats, store, health, silence: None };
	Ok((handle, task))
}

impl Task {
	/// Runs until the mesh shuts down.
	pub(crate) async fn run(mut self) {
		let Some(state) = self.chain.state() else { return };
		let period = Duration::from_millis(Beater::tick_period_ms(&state.clock).max(1));
		let mut ticks = tokio::time::interval(period);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
		let mut saved_slot = None;
		loop {
			tokio::select! {
				_ = ticks.tick() => {
					let Some(state) = self.chain.state() else { continue };
					let now_secs = self.handle.clock.now_secs();
					self.tick(now_secs, &state).await;
					let slot = state.clock.slot_at(now_secs);
					if slot != saved_slot {
						saved_slot = slot;
						self.save().await;
					}
				},
				beat = self.beats.recv() => match beat {
					Some(beat) => self.judge(beat).await,
					None => return,
				},
			}
		}
	}

	async fn tick(&mut self, now_secs: u64, state: &ChainState) {
		let tick = {
			let mut engines = self.handle.lock();
			match engines.observer.tick(now_secs, state) {
				Ok(()) => self.health.healthy(),
				Err(blindness) => self.health.degraded(blindness.to_string()),
			}
			engines.beater.tick(now_secs, state)
		};
		let beat = match tick {
			Tick::Wait => return,
			Tick::Silent(silence) => {
				self.note_silence(silence);
				return;
			},
			Tick::Beat(beat) => beat.encode(),
		};
		// Gossip brings a node no message of its own.
		self.handle.lock().observer.observe(&beat, now_secs, state);
		if self.silence.take().is_some() {
			info!(target: "r1::edge", "the node beats");
		}
		match self.mesh.publish_beat(beat).await {
			Ok(()) => {},
			// Alone in the mesh: nobody misses the beat, and the health report says so.
			Err(PublishError::NoPeers) => self.health.degraded("no peer takes this node's beats"),
			Err(error) => warn!(target: "r1::edge", %error, "a beat was not sent"),
		}
	}

	/// Says once why the node is silent.
	fn note_silence(&mut self, silence: Silence) {
		if self.silence != Some(silence) {
			self.silence = Some(silence);
			info!(target: "r1::edge", reason = %silence, "the node does not beat");
		}
	}

	async fn judge(&self, beat: Beat) {
		let Some(state) = self.chain.state() else { return };
		let now_secs = self.handle.clock.now_secs();
		let verdict = self.handle.lock().observer.observe(&beat.bytes, now_secs, &state);
		debug!(target: "r1::edge", ?verdict, "beat");
		let verdict = match verdict {
			Verdict::Accepted(_) => r1_net::Verdict::Accept,
			Verdict::Rejected(reason) if reason.is_peer_fault() => r1_net::Verdict::Reject,
			Verdict::Rejected(_) | Verdict::Ignored(_) => r1_net::Verdict::Ignore,
		};
		self.mesh.judge_beat(beat.receipt, verdict).await;
	}

	/// Keeps the bits over a restart; a failure costs nothing until there is one.
	async fn save(&self) {
		let snapshot = self.handle.lock().observer.snapshot();
		let store = self.store.clone();
		match tokio::task::spawn_blocking(move || store.save(&snapshot)).await {
			Ok(Ok(())) => {},
			Ok(Err(error)) => {
				warn!(target: "r1::edge", error = %error_chain(&error), "beats were not saved");
			},
			Err(error) => warn!(target: "r1::edge", %error, "beats were not saved"),
		}
	}
}
