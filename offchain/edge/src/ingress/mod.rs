// SPDX-License-Identifier: Apache-2.0

//! The ingress: whoever comes from outside reaches the containers of jobs, on whichever node they run.
//!
//! ```text
//!  visitor ──HTTP──> web ──┐                            ┌──> container of this node
//!  visitor ──TCP───> tcp ──┴──> way ──replicas, in turn─┤
//!                                ^                      └──tunnel──> entry of another node ──> container
//!         chain, specifications ─┘
//! ```
//!
//! What a container answers comes from a stranger's code, and a browser that is shown it runs that
//! code. So the ingress has ports of its own, apart from those of the API, and is off unless the
//! configuration names one; see `headers` for how jobs are kept apart from each other.
//!
//! A port that its specification calls public is anybody's. For any other one a token is needed, which
//! the node that runs the container judges itself: the word of another node does not count there. Such a
//! node is shown a narrowed token, and only if it would believe its issuer.
//!
//! # Limits
//!
//! Each connection leads to one container for one request, or for as long as something moves on it.
//! One client makes 64 visits at a time; a connection ends when it takes nothing for a minute.
//! Three replicas are tried, 10 s each at most, and one that has failed comes last for ten seconds.

mod target;
mod headers;
mod web;
mod tcp;
mod way;
mod replicas;
mod clients;
mod documents;
mod entry;
mod error;
mod metrics;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use entry::Entry;
pub(crate) use target::{Names, Target};
pub(crate) use tcp::TcpPort;
pub(crate) use way::Needs;

use axum::Router;
use r1_telemetry::MetricsRegistry;
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use way::Ways;

/// A handle on the ingress.
#[derive(Clone, Debug)]
pub(crate) struct Ingress {
	ways: Arc<Ways>,
}

impl Ingress {
	/// One that finds its ways by what it is given.
	pub(crate) fn new(needs: Needs) -> Self {
		Self { ways: Arc::new(Ways::new(needs)) }
	}

	/// Puts its counters into a registry.
	pub(crate) fn register_metrics(&self, registry: &MetricsRegistry) {
		metrics::register(Arc::clone(&self.ways.counts), registry);
	}

	/// What visitors ask over HTTP.
	pub(crate) fn router(&self, names: Names, is_tls: bool) -> Router {
		web::router(Arc::clone(&self.ways), names, is_tls)
	}

	/// Takes connections over TCP until `cancel`; each is one of `tasks`.
	pub(crate) async fn serve_tcp(
		self,
		ports: Vec<TcpPort>,
		cancel: CancellationToken,
		tasks: TaskTracker,
	) {
		tcp::serve(ports, self.ways, cancel, tasks).await;
	}
}
