// SPDX-License-Identifier: Apache-2.0

//! The interfaces that Ratio1's SDKs know: JSON over HTTP, on ports of their own.
//!
//! Paths, fields and the envelope are those of the deployed network, so that its SDKs work as they
//! are. What they lack is a place for a token: so everything is served once more under
//! `/token/<token>`, and a job is given an address that ends so. Other clients may as well send it in
//! the header, or in the query as `token`.

mod caller;
mod cstore;
mod envelope;
mod files;
#[cfg(test)]
mod tests;

use crate::{cstore::Door, defaults::SMALL_REQUEST_BYTES_MAX, files::FileStore, shared::Shared};
use axum::{
	Router,
	extract::DefaultBodyLimit,
	routing::{get, post},
};
use envelope::Node;
use r1_core::SystemClock;
use r1_cstore::limits::VALUE_BYTES_MAX;
use std::sync::Arc;

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Sdk {
	door: Door,
	clock: Arc<SystemClock>,
	store: FileStore,
	turns: files::Turns,
	node: Arc<Node>,
}

impl Sdk {
	/// The interfaces of a node.
	pub(crate) fn new(shared: &Shared) -> Self {
		Self {
			door: shared.door(),
			clock: Arc::clone(&shared.clock),
			store: shared.files.clone(),
			turns: files::Turns::default(),
			node: Arc::new(Node::new(&shared.identity.key(), &shared.genesis_hash)),
		}
	}
}

/// The store.
pub(crate) fn cstore_router(sdk: Sdk) -> Router {
	let routes = || {
		Router::new()
			.route("/get_status", get(cstore::status))
			.route("/set", post(cstore::set))
			.route("/get", get(cstore::get))
			.route("/hset", post(cstore::hash_set))
			.route("/hget", get(cstore::hash_get))
			.route("/hgetall", get(cstore::hash_all))
			.route("/hsync", post(cstore::hash_sync))
	};
	// A value in JSON can take twice its bytes, and more if it is written with escapes.
	let body_bytes_max = VALUE_BYTES_MAX * 2 + SMALL_REQUEST_BYTES_MAX;
	routes()
		.nest("/token/{token}", routes())
		.layer(DefaultBodyLimit::max(body_bytes_max))
		.with_state(sdk)
}

/// Files.
pub(crate) fn files_router(sdk: Sdk) -> Router {
	let routes = files::routes;
	routes().nest("/token/{token}", routes()).with_state(sdk)
}
