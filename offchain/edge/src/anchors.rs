// SPDX-License-Identifier: Apache-2.0

//! What the namespaces of jobs held when epochs ended, for the verdict of the oracles.
//!
//! ```text
//!  last slot of an epoch ──> Space::anchor ──roots──> signed statement ──mesh──> each oracle
//!  mesh ──statements of others──> Heard ──> the oracle's report of the epoch
//! ```
//!
//! A root that comes when the epoch is over may be too late: the first oracles report at once. So it is
//! taken when the last slot begins, and told within it.

mod heard;
#[cfg(test)]
mod tests;

use crate::{cstore::Cstore, defaults::ANCHORS_AT_A_TIME};
use codec::{DecodeAll as _, Encode as _};
use futures::{StreamExt as _, stream};
use heard::Heard;
use r1_chain::ChainHandle;
use r1_core::{ChainState, Clock as _, NodeIdentity, SystemClock, error_chain};
use r1_dauth::Scope;
use r1_net::InboundRequest;
use r1_primitives::{ANCHORS_MAX, Anchor, AnchorBody, EpochClock, EpochIndex, NodeKey};
use std::{
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tracing::{debug, warn};

/// How often it is looked whether the last slot has begun: so that most of one of two seconds is left
/// to tell.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// A statement, as it is sent.
type Signed = (AnchorBody, [u8; 64]);

/// What an oracle answers who has told it: that it has taken what it could use.
const TAKEN: &[u8] = &[1];

/// What it answers who said something else.
const REFUSED: &[u8] = &[0];

/// A handle on what nodes have said. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anchors {
	heard: Arc<Mutex<Heard>>,
}

impl Anchors {
	/// The roots of an epoch for a report, ascending by job and deed.
	pub(crate) fn of(&self, epoch: EpochIndex) -> Vec<Anchor> {
		self.lock().of(epoch)
	}

	fn lock(&self) -> MutexGuard<'_, Heard> {
		// Each change is one insertion.
		self.heard.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// What the service needs from the rest of the daemon.
pub(crate) struct Needs {
	pub(crate) identity: Arc<NodeIdentity>,
	pub(crate) clock: Arc<SystemClock>,
	pub(crate) chain: ChainHandle,
	pub(crate) cstore: Cstore,
	pub(crate) mesh: r1_net::Handle,
	pub(crate) statements: mpsc::Receiver<InboundRequest>,
}

/// Makes the handle, and the service that tells and hears.
pub(crate) fn prepare(needs: Needs) -> (Anchors, impl Future<Output = ()>) {
	let anchors = Anchors::default();
	let Needs { identity, clock, chain, cstore, mesh, statements } = needs;
	let teller = Teller {
		identity,
		clock: Arc::clone(&clock),
		chain: chain.clone(),
		cstore,
		mesh,
		anchors: anchors.clone(),
	};
	let listener = listen(statements, chain, clock, anchors.clone());
	let service = async move {
		tokio::select! {
			() = teller.run() => {},
			() = listener => {},
		}
	};
	(anchors, service)
}

/// Tells oracles what this node holds.
struct Teller {
	identity: Arc<NodeIdentity>,
	clock: Arc<SystemClock>,
	chain: ChainHandle,
	cstore: Cstore,
	mesh: r1_net::Handle,
	anchors: Anchors,
}

impl Teller {
	/// Tells once an epoch, until it is cancelled.
	async fn run(self) {
		let mut looks = tokio::time::interval(LOOK_INTERVAL);
		looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut told = None;
		loop {
			looks.tick().await;
			let Some(state) = self.chain.state() else { continue };
			if let Due::Now(epoch) = due(&state.clock, self.clock.now_secs())
				&& told != Some(epoch)
			{
				told = Some(epoch);
				self.tell(epoch, &state).await;
			}
		}
	}

	async fn tell(&self, epoch: EpochIndex, state: &ChainState) {
		let roots = self.roots(epoch, state);
		if roots.is_empty() {
			return;
		}
		let body = AnchorBody { epoch, roots };
		let signature = self.identity.sign(&body, &state.genesis_hash);
		let statement: Signed = (body, signature);
		let own = self.identity.key();
		let now_secs = self.clock.now_secs();
		let outcome = self.anchors.lock().take(&own, &statement, state, now_secs);
		if let Err(error) = outcome {
			warn!(target: "r1::edge", epoch, %error, "an oracle would not take what this node holds");
			return;
		}
		let bytes = statement.encode();
		let others = state.oracles.iter().filter(|oracle| **oracle != own);
		let told: Vec<_> =
			others.map(|oracle| self.tell_oracle(oracle, epoch, bytes.clone())).collect();
		let (mut count, mut failed) = (0, 0);
		let mut told = stream::iter(told).buffer_unordered(ANCHORS_AT_A_TIME);
		while let Some(is_told) = told.next().await {
			(count, failed) = (count + 1, failed + usize::from(!is_told));
		}
		debug!(target: "r1::edge", epoch, count, failed, "told the oracles what jobs have stored");
	}

	/// The root of each job's namespace that this node replicates, ascending by job.
	fn roots(&self, epoch: EpochIndex, state: &ChainState) -> Vec<(u32, [u8; 32])> {
		let mut jobs: Vec<u32> = state.jobs_on(&self.identity.key()).map(|job| job.id).collect();
		jobs.sort_unstable();
		let root = |job: &u32| {
			let space = self.cstore.store.space(Scope::of_job(*job).as_str()).ok()?;
			Some((*job, space.anchor(epoch).ok()?))
		};
		jobs.iter().filter_map(root).take(ANCHORS_MAX as usize).collect()
	}

	/// Tells one oracle, twice if it does not answer.
	async fn tell_oracle(&self, oracle: &NodeKey, epoch: EpochIndex, bytes: Vec<u8>) -> bool {
		for _ in 0..2 {
			match self.mesh.anchor(oracle, bytes.clone().into()).await {
				Ok(answer) if *answer == *TAKEN => return true,
				Ok(_) => {
					let oracle = hex::encode(oracle);
					warn!(target: "r1::edge", oracle, epoch, "an oracle refuses what this node holds");
					return false;
				},
				Err(error) => {
					let (oracle, reason) = (hex::encode(oracle), error_chain(&error).to_string());
					debug!(target: "r1::edge", oracle, epoch, reason, "an oracle does not answer");
				},
			}
		}
		false
	}
}

/// Whether it is time to tell what was held when an epoch ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Due {
	/// The last slot of this epoch runs.
	Now(EpochIndex),
	/// Another one does, or none.
	Later,
}

fn due(clock: &EpochClock, now_secs: u64) -> Due {
	let last = clock.slots_per_epoch().checked_sub(1);
	match (clock.epoch_at(now_secs), clock.slot_at(now_secs)) {
		(Some(epoch), slot @ Some(_)) if slot == last => Due::Now(epoch),
		_ => Due::Later,
	}
}

/// Takes in what other nodes say, until the mesh shuts down.
async fn listen(
	mut statements: mpsc::Receiver<InboundRequest>,
	chain: ChainHandle,
	clock: Arc<SystemClock>,
	anchors: Anchors,
) {
	while let Some(request) = statements.recv().await {
		let Some(state) = chain.state() else { continue };
		let taken = Signed::decode_all(&mut &*request.bytes)
			.map_err(|_| heard::Refused::Malformed)
			.and_then(|signed| {
				anchors.lock().take(&request.node, &signed, &state, clock.now_secs())
			});
		let answer = match taken {
			Ok(()) => TAKEN,
			Err(error) => {
				let node = hex::encode(request.node);
				warn!(target: "r1::edge", node, %error, "refused what a node says of its jobs");
				REFUSED
			},
		};
		request.answer(answer.into()).await;
	}
}
