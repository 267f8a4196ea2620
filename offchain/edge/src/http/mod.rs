// SPDX-License-Identifier: Apache-2.0

//! The HTTP interface: thin handlers over the services.
//!
//! ```text
//!  listener ──> serve: a seat for each connection, TLS ──> request id, CORS ──> gate of the route
//!                                                           rights, time <─────────┘
//!                                                           handler ──> services
//! ```

mod route;
mod table;
mod gate;
mod access;
mod error;
mod auth;
mod node;
mod nodes;
mod jobs;
mod learning;
mod exec;
mod receipts;
mod inside;
mod cstore;
mod quorum;
mod proof;
mod files;
mod inference;
mod encrypted;
mod tensors;
mod oracle;
mod metrics;
mod openapi;
mod serve;
mod seats;
mod outflow;
mod tls;
#[cfg(test)]
mod tests;

pub(crate) use access::{bearer, is_of_this_machine};
pub(crate) use cstore::refusal_of;
pub(crate) use error::ApiError;
pub(crate) use inside::{SDK_CSTORE, SDK_FILES, serve_inside};
pub(crate) use metrics::metrics_router;
pub(crate) use serve::{Listener, Peer, serve};
pub(crate) use tensors::{outputs_of, request_of};
pub(crate) use tls::{TlsFiles, acceptor};

use crate::{config, shared::Shared};
use anyhow::Context as _;
use axum::{
	Router,
	http::{
		HeaderName, HeaderValue, Method, Request,
		header::{AUTHORIZATION, CONTENT_TYPE},
	},
};
use r1_api::RECEIPT_HEADER;
use r1_core::{Rng as _, SystemRng};
use std::time::Duration;
use tower_http::{
	cors::{AllowOrigin, CorsLayer},
	request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
	trace::TraceLayer,
};

/// What a request is known by in logs: the client's own word, or one that is made.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What clients say of uploads.
const UPLOADS_ASK: [HeaderName; 4] = [
	HeaderName::from_static("tus-resumable"),
	HeaderName::from_static("upload-length"),
	HeaderName::from_static("upload-metadata"),
	HeaderName::from_static("upload-offset"),
];

/// What they hear of them.
const UPLOADS_ANSWER: [HeaderName; 5] = [
	HeaderName::from_static("location"),
	HeaderName::from_static("tus-resumable"),
	HeaderName::from_static("upload-length"),
	HeaderName::from_static("upload-offset"),
	HeaderName::from_static("r1-cid"),
];

/// What they hear of a request that was answered.
const RECEIPT: HeaderName = HeaderName::from_static(RECEIPT_HEADER);

/// How long a browser may remember what it may ask.
const CORS_AGE: Duration = Duration::from_secs(600);

/// Everything that clients of this daemon can ask for.
///
/// # Errors
///
/// An origin of the configuration is none.
pub(crate) fn api_router(config: &config::Api, shared: Shared) -> anyhow::Result<Router> {
	let router = table::routes()
		.into_iter()
		.fold(Router::new(), |router, route| route.mount(router, &shared));
	Ok(router
		.fallback(error::no_such_route)
		.method_not_allowed_fallback(error::no_such_method)
		.layer(cors(&config.cors_origins)?)
		.layer(PropagateRequestIdLayer::new(REQUEST_ID))
		.layer(TraceLayer::new_for_http().make_span_with(span))
		.layer(SetRequestIdLayer::new(REQUEST_ID, RandomId))
		.with_state(shared))
}

/// Which web pages may ask; none unless they are configured.
fn cors(origins: &[String]) -> anyhow::Result<CorsLayer> {
	let origins = origins
		.iter()
		.map(|origin| {
			HeaderValue::from_str(origin)
				.with_context(|| format!("api.cors_origins has `{origin}`, which is no origin"))
		})
		.collect::<anyhow::Result<Vec<_>>>()?;
	Ok(CorsLayer::new()
		.allow_origin(AllowOrigin::list(origins))
		.allow_methods([Method::GET, Method::POST, Method::HEAD, Method::PATCH, Method::DELETE])
		.allow_headers(
			[AUTHORIZATION, CONTENT_TYPE, REQUEST_ID]
				.into_iter()
				.chain(UPLOADS_ASK)
				.collect::<Vec<_>>(),
		)
		.expose_headers([REQUEST_ID, RECEIPT].into_iter().chain(UPLOADS_ANSWER).collect::<Vec<_>>())
		.max_age(CORS_AGE))
}

fn span<B>(request: &Request<B>) -> tracing::Span {
	let id = request
		.extensions()
		.get::<RequestId>()
		.and_then(|id| id.header_value().to_str().ok());
	// Not the query, which may hold a token.
	let (method, path) = (request.method(), request.uri().path());
	tracing::debug_span!(target: "r1::edge", "request", id, %method, path)
}

/// Makes the names of requests that have none.
#[derive(Clone, Copy, Debug)]
struct RandomId;

impl MakeRequestId for RandomId {
	fn make_request_id<B>(&mut self, _request: &Request<B>) -> Option<RequestId> {
		let mut id = [0; 8];
		SystemRng.fill(&mut id);
		HeaderValue::from_str(&hex::encode(id)).ok().map(RequestId::new)
	}
}
