// SPDX-License-Identifier: Apache-2.0

//! The store for clients of Redis: a task for each connection, on a thread of their own.
//!
//! ```text
//!  socket ──> Connection: requests ──> Session ──> Space ──> replies ──> the disk ──> socket
//! ```
//!
//! A command takes a microsecond, and to wake another thread for it some five; so all connections are
//! one thread's, as they are in Redis, and what they need of the disk they mostly do themselves.

mod connection;
mod agreement;
mod info;
mod listeners;
#[cfg(test)]
mod tests;

use crate::{
	cstore::Door,
	defaults::{ACCEPT_AGAIN, RESP_CONNECTIONS_MAX},
};
use anyhow::Context as _;
use connection::Connection;
use r1_core::{Clock as _, SystemClock};
use std::sync::{
	Arc,
	atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::{
	io::AsyncWriteExt as _,
	net::{TcpListener, TcpStream},
	runtime::Builder,
	sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, error};

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

/// Lets a thread serve clients until it is cancelled; it is one of `tasks`.
///
/// # Errors
///
/// The system has no thread or no file descriptor left.
pub(crate) fn spawn(
	socket: TcpListener,
	door: Door,
	clock: Arc<SystemClock>,
	cancel: CancellationToken,
	tasks: &TaskTracker,
) -> anyhow::Result<()> {
	let socket = socket.into_std().context("could not take the socket for Redis clients")?;
	let runtime = Builder::new_current_thread()
		.enable_all()
		.build()
		.context("could not start serving Redis clients")?;
	let until_done = tasks.token();
	let run = move || {
		runtime.block_on(async {
			match TcpListener::from_std(socket) {
				Ok(socket) => serve(socket, door, clock, cancel).await,
				Err(error) => error!(target: "r1::edge", %error, "cannot serve Redis clients"),
			}
		});
		drop(until_done);
	};
	std::thread::Builder::new()
		.name("resp".to_owned())
		.spawn(run)
		.context("could not start a thread for Redis clients")?;
	Ok(())
}

/// Serves clients until it is cancelled, and all of them are gone.
async fn serve(
	socket: TcpListener,
	door: Door,
	clock: Arc<SystemClock>,
	cancel: CancellationToken,
) {
	let connections = TaskTracker::new();
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
		connections.spawn(async move {
			until.run_until_cancelled(server.attend(id, stream)).await;
			drop(seat);
		});
	}
	connections.close();
	connections.wait().await;
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
