// SPDX-License-Identifier: Apache-2.0

//! The interface as containers of jobs reach it: on this machine's address on their job's network.
//!
//! A network of a job may have no way out, and this is none: the address is this machine's, and only
//! the routes answer there that tokens of jobs open. Every request needs a token, whoever sends it;
//! and the token says which job it is of.

use super::{error, serve, serve::Listener, table};
use crate::{
	defaults::{ACCEPT_AGAIN, INSIDE_CONNECTIONS_MAX, INSIDE_PORT},
	sdk::{self, Sdk},
	shared::Shared,
};
use axum::Router;
use socket2::{Domain, Protocol, Socket, Type};
use std::{
	collections::BTreeMap,
	io,
	net::{IpAddr, SocketAddr},
};
use tokio::net::TcpListener;
use tokio_util::{
	sync::{CancellationToken, DropGuard},
	task::TaskTracker,
};
use tracing::{info, warn};

/// Where containers find the store as Ratio1's SDKs speak with it, and the files.
pub(crate) const SDK_CSTORE: &str = "/sdk/cstore";
pub(crate) const SDK_FILES: &str = "/sdk/files";

/// Connections that wait to be accepted: more than a job's containers open at once.
const BACKLOG: i32 = 64;

/// Listens on each network of a job as long as it is there.
pub(crate) async fn serve_inside(shared: Shared, cancel: CancellationToken, tasks: TaskTracker) {
	let router = table::routes_inside()
		.into_iter()
		.fold(Router::new(), |router, route| route.mount(router, &shared))
		.fallback(error::no_such_route)
		.method_not_allowed_fallback(error::no_such_method)
		.with_state(shared.clone());
	let sdk = Sdk::new(&shared);
	let router = router
		.nest(SDK_CSTORE, sdk::cstore_router(sdk.clone()))
		.nest(SDK_FILES, sdk::files_router(sdk));
	let mut inside = shared.jobs.containers().inside();
	drop(shared);
	let mut listening: BTreeMap<IpAddr, DropGuard> = BTreeMap::new();
	loop {
		let gateways = inside.borrow_and_update().gateways.clone();
		listening.retain(|gateway, _| gateways.contains_key(gateway));
		let mut has_failed = false;
		for (gateway, job) in gateways {
			if listening.contains_key(&gateway) {
				continue;
			}
			match bind(SocketAddr::new(gateway, INSIDE_PORT)) {
				Ok(socket) => {
					info!(target: "r1::edge", job, %gateway, "listening for the containers of a job");
					let until = cancel.child_token();
					let connections_max = INSIDE_CONNECTIONS_MAX;
					let listener = Listener { socket, tls: None, connections_max };
					tasks.spawn(serve::serve(
						listener,
						router.clone(),
						until.clone(),
						tasks.clone(),
					));
					listening.insert(gateway, until.drop_guard());
				},
				Err(error) => {
					warn!(target: "r1::edge", job, %gateway, %error, "containers cannot reach the API");
					has_failed = true;
				},
			}
		}
		let again = async {
			match has_failed {
				true => tokio::time::sleep(ACCEPT_AGAIN.saturating_mul(10)).await,
				false => std::future::pending().await,
			}
		};
		tokio::select! {
			changed = inside.changed() => if changed.is_err() { return },
			() = again => {},
			() = cancel.cancelled() => return,
		}
	}
}

/// Binds to an address that this machine may not have yet: engines give it to the machine when the
/// first container of the network starts, and that one may ask at once.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
	let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
	match address {
		SocketAddr::V4(_) => socket.set_freebind_v4(true)?,
		SocketAddr::V6(_) => socket.set_freebind_v6(true)?,
	}
	// As the standard library does: a daemon that starts again must not wait for old connections.
	socket.set_reuse_address(true)?;
	socket.set_nonblocking(true)?;
	socket.bind(&address.into())?;
	socket.listen(BACKLOG)?;
	TcpListener::from_std(socket.into())
}
