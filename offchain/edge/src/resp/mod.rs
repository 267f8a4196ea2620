// SPDX-License-Identifier: Apache-2.0

//! The store for clients of Redis: a task for each connection.
//!
//! ```text
//!  socket ──> Connection: requests ──> Session ──> Space ──> replies ──> the disk ──> socket
//! ```

mod connection;
mod info;
mod listeners;
#[cfg(test)]
mod tests;

use crate::{
	cstore::Door,
	defaults::{ACCEPT_AGAIN, RESP_CONNECTIONS_MAX},
};
use connection::Connection;
use r1_core::{Clock as _, SystemClock};
use std::sync::{
	Arc,
	atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::{
	io::AsyncWriteExt as _,
	net::{TcpListener, TcpStream},
	sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::debug;

/// What Redis says when it is full.
const FULL: &[u8] = b"-ERR max number of clients reached\r\n";

/// What connections share.
#[derive(Debug)]
struct Server {
	door: Door,
	clock: Arc<SystemClock>,
	started_at_ms: u64,
	connections: AtomicUsize,
	commands: AtomicU64,
}

/// Serves clients until it is cancelled.
pub(crate) async fn serve(
	socket: TcpListener,
	door: Door,
	clock: Arc<SystemClock>,
	cancel: CancellationToken,
	tasks: TaskTracker,
) {
	let started_at_ms = clock.monotonic_ms();
	let server = Arc::new(Server {
		door,
		clock,
		started_at_ms,
		connections: AtomicUsize::new(0),
		commands: AtomicU64::new(0),
	});
	let seats = Arc::new(Semaphore::new(RESP_CONNECTIONS_MAX));
	let mut id = 0;
	while let Some(accepted) = cancel.run_until_cancelled(socket.accept()).await {
		let Ok((mut stream, _)) = accepted else {
			// No file descriptor is left, or the client is gone.
			tokio::time::sleep(ACCEPT_AGAIN).await;
			continue;
		};
		let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
			drop(stream.try_write(FULL));
			drop(stream.shutdown().await);
			continue;
		};
		id += 1;
		let (server, until) = (Arc::clone(&server), cancel.clone());
		tasks.spawn(async move {
			until.run_until_cancelled(server.attend(id, stream)).await;
			drop(seat);
		});
	}
}

impl Server {
	async fn attend(self: Arc<Self>, id: u64, stream: TcpStream) {
		// Answers are whole when they are sent.
		drop(stream.set_nodelay(true));
		self.connections.fetch_add(1, Ordering::Relaxed);
		let outcome = Connection::new(id, stream, Arc::clone(&self)).run().await;
		self.connections.fetch_sub(1, Ordering::Relaxed);
		if let Err(error) = outcome {
			debug!(target: "r1::edge", id, %error, "a Redis client is gone");
		}
	}
}
