// SPDX-License-Identifier: Apache-2.0

//! TCP: each port that the configuration names leads to a public port of a job.

use super::{
	clients::Client,
	entry::relay,
	error::IngressError,
	metrics::count,
	target::Target,
	way::{Bytes, Ways},
};
use crate::{
	defaults::{ACCEPT_AGAIN, INGRESS_TCP_CONNECTIONS_MAX},
	http::Peer,
};
use axum::http::HeaderMap;
use r1_net::{Guarded, TUNNEL_IDLE_MAX};
use std::sync::Arc;
use tokio::{
	net::{TcpListener, TcpStream},
	sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::debug;

/// A port of this machine that leads to one of a job.
#[derive(Debug)]
pub(crate) struct TcpPort {
	pub(crate) socket: TcpListener,
	pub(crate) target: Target,
}

/// Takes connections until `cancel`; each is one of `tasks`, and ends with it too.
pub(super) async fn serve(
	ports: Vec<TcpPort>,
	ways: Arc<Ways>,
	cancel: CancellationToken,
	tasks: TaskTracker,
) {
	let room = Arc::new(Semaphore::new(INGRESS_TCP_CONNECTIONS_MAX));
	let listening = ports.into_iter().map(|port| {
		let (ways, room) = (Arc::clone(&ways), Arc::clone(&room));
		listen(port, ways, room, cancel.clone(), tasks.clone())
	});
	futures::future::join_all(listening).await;
}

async fn listen(
	port: TcpPort,
	ways: Arc<Ways>,
	room: Arc<Semaphore>,
	cancel: CancellationToken,
	tasks: TaskTracker,
) {
	let TcpPort { socket, target } = port;
	while let Some(accepted) = cancel.run_until_cancelled(socket.accept()).await {
		let (stream, peer) = match accepted {
			Ok(accepted) => accepted,
			Err(error) => {
				debug!(target: "r1::edge", %error, "could not accept a connection");
				tokio::time::sleep(ACCEPT_AGAIN).await;
				continue;
			},
		};
		let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
			// Closed at once: a client that hears nothing would wait.
			debug!(target: "r1::edge", %target, "too many TCP connections, one is closed");
			continue;
		};
		let client = Client::of(Some(Peer(peer)), &HeaderMap::new());
		let guest = client.map(|client| ways.clients.enter(client).ok_or(client)).transpose();
		let Ok(guest) = guest else {
			debug!(target: "r1::edge", %target, %peer, "too many of one client, one is closed");
			continue;
		};
		let (ways, target, cancel) = (Arc::clone(&ways), target.clone(), cancel.clone());
		tasks.spawn(async move {
			cancel.run_until_cancelled(carry(stream, &target, &ways)).await;
			drop((permit, guest));
		});
	}
}

async fn carry(stream: TcpStream, target: &Target, ways: &Ways) {
	let container = match open(target, ways).await {
		Ok(container) => container,
		Err(error) => {
			count(&ways.counts.unserved);
			debug!(target: "r1::edge", %target, %error, "a visitor over TCP is not served");
			return;
		},
	};
	if let Err(error) = stream.set_nodelay(true) {
		debug!(target: "r1::edge", %target, %error, "a connection is slower than it could be");
	}
	// Both ends are watched: while one takes nothing, the other is not asked for more.
	let visitor = Guarded::new(stream, TUNNEL_IDLE_MAX);
	if let Err(error) = relay(visitor, container).await {
		debug!(target: "r1::edge", %target, %error, "a TCP connection ended");
	}
}

async fn open(target: &Target, ways: &Ways) -> Result<Box<dyn Bytes>, IngressError> {
	let way = ways.find(target).await?;
	if !way.is_public {
		return Err(IngressError::NotPublic { job: way.job, port: way.port });
	}
	let mut tries = ways.tries(way, None)?;
	let (node, container) = ways.open(&mut tries).await?;
	ways.has_answered(&tries, &node);
	Ok(container)
}
