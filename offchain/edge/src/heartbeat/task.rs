// SPDX-License-Identifier: Apache-2.0

//! The task that ticks, and judges the beats of others.

use super::{Heartbeat, Needs, challenges};
use crate::nodes::{self, Nodes};
use codec::{DecodeAll as _, Encode as _};
use r1_chain::ChainHandle;
use r1_core::{ChainState, Rng, error_chain};
use r1_heartbeat::{Beater, CountedBeat, Due, Silence, SnapshotStore, Tick, Verdict};
use r1_net::{Gossiped, PublishError};
use r1_primitives::SignedBeat;
use r1_telemetry::ComponentReporter;
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

/// Ticks the engines, and feeds them what the mesh brings.
pub(crate) struct Task {
	handle: Heartbeat,
	rng: Arc<dyn Rng>,
	chain: ChainHandle,
	mesh: r1_net::Handle,
	beats: mpsc::Receiver<Gossiped>,
	nodes: Nodes,
	tasks: TaskTracker,
	store: SnapshotStore,
	health: ComponentReporter,
	silence: Option<Silence>,
}

impl Task {
	pub(super) fn new(handle: Heartbeat, store: SnapshotStore, needs: Needs) -> Self {
		let Needs { rng, chain, mesh, beats, nodes, tasks, health, .. } = needs;
		Self { handle, rng, chain, mesh, beats, nodes, tasks, store, health, silence: None }
	}

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
					let now_secs = match self.handle.now_secs(&state) {
						Ok(now_secs) => now_secs,
						Err(blindness) => {
							self.health.degraded(blindness.to_string());
							self.note_silence(Silence::ChainStale);
							continue;
						},
					};
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
		if challenges::has_peer(&self.mesh) {
			for asked in self.watch(now_secs, state) {
				let (handle, mesh) = (self.handle.clone(), self.mesh.clone());
				self.tasks.spawn(challenges::ask(asked, handle, mesh));
			}
		} else {
			// Whom nobody speaks with hears no beats, and must not say that nobody was there.
			self.health.degraded("no peer is connected");
		}
		// What this machine is may have changed.
		let own_hash = self.nodes.own_hash();
		let tick = {
			let mut handle = self.handle.lock();
			handle.beater.announce(own_hash);
			handle.beater.tick(now_secs, state)
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
		let verdict = self.handle.lock().observer.observe(&beat, now_secs, state);
		if let Verdict::Accepted(counted) = verdict {
			self.note_counted(&counted, &beat);
		}
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

	/// Counts the slot as observed, and draws whom an oracle has to ask in it.
	fn watch(&self, now_secs: u64, state: &ChainState) -> Vec<Due> {
		let mut engines = self.handle.lock();
		match engines.observer.tick(now_secs, state) {
			Ok(()) => self.health.healthy(),
			Err(blindness) => self.health.degraded(blindness.to_string()),
		}
		match engines.observer.position(now_secs, state) {
			Ok(position) => engines.asking.due(position, state, &*self.rng),
			Err(_blind) => Vec::new(),
		}
	}

	/// Says once why the node is silent.
	fn note_silence(&mut self, silence: Silence) {
		if self.silence != Some(silence) {
			self.silence = Some(silence);
			info!(target: "r1::edge", reason = %silence, "the node does not beat");
		}
	}

	async fn judge(&self, beat: Gossiped) {
		let Some(state) = self.chain.state() else { return };
		// Without a time that can be trusted, nobody is judged.
		let Ok(now_secs) = self.handle.now_secs(&state) else {
			return self.mesh.judge(beat.receipt, r1_net::Verdict::Ignore).await;
		};
		let verdict = self.handle.lock().observer.observe(&beat.bytes, now_secs, &state);
		debug!(target: "r1::edge", ?verdict, "beat");
		if let Verdict::Accepted(counted) = verdict {
			self.note_counted(&counted, &beat.bytes);
		}
		let verdict = match verdict {
			Verdict::Accepted(_) => r1_net::Verdict::Accept,
			Verdict::Rejected(reason) if reason.is_forwarder_fault() => r1_net::Verdict::Reject,
			Verdict::Rejected(_) | Verdict::Ignored(_) => r1_net::Verdict::Ignore,
		};
		self.mesh.judge(beat.receipt, verdict).await;
	}

	/// Notes that a node was there, and asks it for its record if that is new.
	fn note_counted(&self, counted: &CountedBeat, bytes: &[u8]) {
		let Ok(SignedBeat { beat, .. }) = SignedBeat::decode_all(&mut &*bytes) else { return };
		let now_ms = self.handle.clock.monotonic_ms();
		if self.nodes.heard(counted, beat.capabilities, now_ms) {
			let (nodes, mesh) = (self.nodes.clone(), self.mesh.clone());
			self.tasks.spawn(nodes::fetch(counted.node, nodes, mesh));
		}
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
