// SPDX-License-Identifier: Apache-2.0

//! The HTTP API: thin handlers over the services.

mod error;
mod node;
mod nodes;
mod files;
mod inference;
mod tensors;
mod oracle;
mod metrics;

pub(crate) use metrics::metrics_router;

use crate::{defaults, shared::Shared};
use axum::{
	Router,
	extract::DefaultBodyLimit,
	routing::{get, post},
};
use r1_api::routes;
use tokio_util::sync::CancellationToken;
use tower_http::{timeout::TimeoutLayer, trace::TraceLayer};

/// Everything that clients of this daemon can ask for.
pub(crate) fn api_router(shared: Shared) -> Router {
	let uploads = Router::new()
		.route(routes::FILES, post(files::add))
		.layer(DefaultBodyLimit::max(defaults::UPLOAD_BYTES_MAX));
	Router::new()
		.route(routes::HEALTH, get(node::health))
		.route(routes::NODE_STATUS, get(node::status))
		.route(routes::NODES, get(nodes::list))
		.route(routes::LINK_PROOF, post(node::link_proof))
		.route(routes::ORACLE_EVIDENCE, get(oracle::evidence))
		.route(routes::IPFS_FILE, get(files::get))
		.route(routes::OIP_SERVER, get(inference::server))
		.route(routes::OIP_LIVE, get(inference::live))
		.route(routes::OIP_READY, get(inference::ready))
		.route(routes::OIP_MODEL, get(inference::model))
		.route(routes::OIP_MODEL_READY, get(inference::model_ready))
		.route(routes::OIP_INFER, post(inference::infer))
		.layer(DefaultBodyLimit::max(defaults::REQUEST_BYTES_MAX))
		.merge(uploads)
		.fallback(error::no_such_route)
		.layer(TimeoutLayer::with_status_code(
			axum::http::StatusCode::GATEWAY_TIMEOUT,
			defaults::REQUEST_TIMEOUT,
		))
		.layer(TraceLayer::new_for_http())
		.with_state(shared)
}

/// Serves a router until `cancel` is cancelled.
pub(crate) async fn serve(
	listener: tokio::net::TcpListener,
	router: Router,
	cancel: CancellationToken,
) {
	let served = axum::serve(listener, router).with_graceful_shutdown(cancel.cancelled_owned());
	if let Err(error) = served.await {
		tracing::error!(target: "r1::edge", %error, "an HTTP server stopped");
	}
}
