// SPDX-License-Identifier: Apache-2.0

//! What jobs that wait for a placement ask of their nodes, read from their specifications.

use crate::defaults::{DEMAND_TIMEOUT, DEMANDS_AT_ONCE, SPECIFICATION_BYTES_MAX};
use cid::Cid;
use futures::{StreamExt as _, stream};
use r1_chain::ChainHandle;
use r1_core::{ChainState, error_chain};
use r1_deeploy::{job::Document, placement::Demand};
use r1_primitives::{JobId, NodeKey};
use r1fs::Files;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::time::{MissedTickBehavior, timeout};
use tracing::debug;

/// What is known of specifications, by their CIDs.
#[derive(Clone, Debug, Default)]
pub(super) struct Demands(Arc<Mutex<BTreeMap<Cid, Known>>>);

/// What is known of a specification.
#[derive(Clone, Debug)]
enum Known {
	/// What it asks for.
	Demand(Demand),
	/// It is none: no node could run the job, and no oracle votes for it.
	Malformed,
}

impl Demands {
	/// What each job that waits asks for, as far as that is known.
	pub(super) fn of(&self, state: &ChainState) -> BTreeMap<JobId, Demand> {
		let known = self.lock();
		waiting(state)
			.filter_map(|(job, cid)| match known.get(&cid)? {
				Known::Demand(demand) => Some((job, demand.clone())),
				Known::Malformed => None,
			})
			.collect()
	}

	/// The specifications to be read, and forgets those that nobody waits for.
	fn missing(&self, state: &ChainState) -> Vec<Cid> {
		let wanted: BTreeSet<_> = waiting(state).map(|(_, cid)| cid).collect();
		let mut known = self.lock();
		known.retain(|cid, _| wanted.contains(cid));
		wanted.into_iter().filter(|cid| !known.contains_key(cid)).collect()
	}

	fn take_in(&self, cid: Cid, known: Known) {
		self.lock().insert(cid, known);
	}

	fn lock(&self) -> MutexGuard<'_, BTreeMap<Cid, Known>> {
		// Each change is one entry, so a panic elsewhere leaves it sound.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The jobs that wait for a placement, and their specifications.
fn waiting(state: &ChainState) -> impl Iterator<Item = (JobId, Cid)> {
	let waiting = state.jobs.values().filter(|job| job.awaits_placement);
	// What is no CID leads nowhere.
	waiting.filter_map(|job| Some((job.id, Cid::try_from(job.specification.as_slice()).ok()?)))
}

/// The task that reads specifications.
pub(super) struct Reader {
	pub(super) node: NodeKey,
	pub(super) chain: ChainHandle,
	pub(super) files: Files,
	pub(super) demands: Demands,
}

impl Reader {
	/// Reads what is missing in each slot, while this node is an oracle.
	pub(super) async fn run(self) {
		let Some(state) = self.chain.state() else { return };
		let slot = Duration::from_secs(u64::from(state.clock.slot_secs.max(1)));
		let mut ticks = tokio::time::interval(slot);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		for turn in 0_usize.. {
			ticks.tick().await;
			let Some(state) = self.chain.state().filter(|state| state.is_oracle(&self.node)) else {
				continue;
			};
			let mut missing = self.demands.missing(&state);
			if missing.is_empty() {
				continue;
			}
			// Those that cannot be had must not keep the others waiting.
			let first = turn.wrapping_mul(DEMANDS_AT_ONCE) % missing.len();
			missing.rotate_left(first);
			let some = missing.into_iter().take(DEMANDS_AT_ONCE);
			stream::iter(some)
				.for_each_concurrent(DEMANDS_AT_ONCE, |cid| self.read(cid))
				.await;
		}
	}

	async fn read(&self, cid: Cid) {
		let bytes =
			match timeout(DEMAND_TIMEOUT, self.files.get(&cid, SPECIFICATION_BYTES_MAX)).await {
				Ok(Ok(bytes)) => bytes,
				Ok(Err(error)) => {
					let error = error_chain(&error);
					debug!(target: "r1::edge", %cid, error, "a specification is not at hand");
					return;
				},
				Err(_elapsed) => {
					debug!(target: "r1::edge", %cid, "a specification does not come");
					return;
				},
			};
		let known = match Document::read(&bytes) {
			Ok(document) => Known::Demand(Demand::of(&document)),
			Err(error) => {
				let error = error_chain(&error);
				debug!(target: "r1::edge", %cid, error, "a specification is malformed");
				Known::Malformed
			},
		};
		self.demands.take_in(cid, known);
	}
}
