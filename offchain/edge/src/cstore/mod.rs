// SPDX-License-Identifier: Apache-2.0

//! The store in this daemon: what it replicates by the chain, how replicas reach each other, and
//! which namespace is whose.
//!
//! ```text
//!  chain ──> placement ──> Store <──answers── mesh        RESP, HTTP ──door──> Space
//! ```

mod door;
mod exchange;
mod metrics;
mod placement;
#[cfg(test)]
mod tests;

pub(crate) use door::{Door, NoEntry, Visit};
pub(crate) use metrics::register_metrics;

use crate::{config, defaults};
use anyhow::Context as _;
use exchange::MeshExchange;
use r1_chain::ChainHandle;
use r1_core::{ChainState, NodeIdentity, SystemClock, SystemRng};
use r1_cstore::{
	Quota,
	limits::RECORD_BYTES,
	service::{self, Ports, Store},
};
use r1_net::InboundRequest;
use r1_primitives::NodeKey;
use r1_telemetry::ComponentReporter;
use std::{path::Path, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A handle on the store. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Cstore {
	pub(crate) store: Store,
	node: NodeKey,
	chain: ChainHandle,
}

/// What the store needs from the rest of the daemon.
pub(crate) struct Needs<'a> {
	pub(crate) identity: &'a NodeIdentity,
	pub(crate) clock: Arc<SystemClock>,
	pub(crate) chain: ChainHandle,
	pub(crate) mesh: r1_net::Handle,
	pub(crate) requests: mpsc::Receiver<InboundRequest>,
	pub(crate) cancel: CancellationToken,
	pub(crate) tasks: TaskTracker,
	pub(crate) health: ComponentReporter,
}

/// Opens the store; returns the handle, and the service that follows the chain and answers others.
///
/// # Errors
///
/// Its files cannot be read or written.
pub(crate) fn prepare(
	config: &config::Cstore,
	data_dir: &Path,
	state: &ChainState,
	needs: Needs<'_>,
) -> anyhow::Result<(Cstore, impl Future<Output = ()> + use<>)> {
	let Needs { identity, clock, chain, mesh, requests, cancel, tasks, health } = needs;
	let node = identity.key();
	let ports = Ports {
		node,
		folder: data_dir.join("cstore"),
		clock,
		rng: Arc::new(SystemRng),
		exchange: Arc::new(MeshExchange(mesh)),
	};
	let settings = service::Config { fsync: config.fsync.into(), quota: quota(config) };
	let store =
		service::spawn(settings, ports, cancel, &tasks).context("could not open the store")?;
	place(&store, state, &node);
	let cstore = Cstore { store: store.clone(), node, chain: chain.clone() };
	let follow = follow(chain, store.clone(), node, health);
	let answer = exchange::answer(requests, store, tasks);
	let service = async move {
		tokio::select! {
			() = follow => {},
			() = answer => {},
		}
	};
	Ok((cstore, service))
}

/// How much each namespace may hold: so many bytes, and as many records as the smallest fill them.
fn quota(config: &config::Cstore) -> Quota {
	let bytes = config.namespace_bytes_max;
	Quota { bytes, records: bytes / RECORD_BYTES }
}

/// Tells the store what the chain says.
fn place(store: &Store, state: &ChainState, node: &NodeKey) {
	store.place(&placement::of_node(state, node));
	let at_ms = state.finalised.timestamp_secs.saturating_mul(1_000);
	store.quorum().place(&placement::members_of(state, node), at_ms);
}

/// Lets the store follow the chain, and says how it is.
async fn follow(chain: ChainHandle, store: Store, node: NodeKey, health: ComponentReporter) {
	let mut states = chain.watch();
	let mut looks = tokio::time::interval(defaults::CSTORE_HEALTH_INTERVAL);
	loop {
		tokio::select! {
			changed = states.changed() => {
				if changed.is_err() {
					return;
				}
				let state = states.borrow_and_update().clone();
				if let Some(state) = state {
					place(&store, &state, &node);
				}
			},
			_ = looks.tick() => match store.failure() {
				None => health.healthy(),
				Some(failure) => health.degraded(r1_core::error_chain(&failure).to_string()),
			},
		}
	}
}
