// SPDX-License-Identifier: Apache-2.0

//! Connections: accepted, limited, served, and drained at the end.

use super::{
	outflow::Outflow,
	seats::{SeatId, Seats},
};
use crate::defaults::{
	ACCEPT_AGAIN, HANDSHAKE_TIME_MAX, HEADERS_BYTES_MAX, HEADERS_TIME_MAX, SEAT_TIME_MAX,
	TAKE_TIME_MAX,
};
use axum::{Router, body::Body, extract::Request, response::Response};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use r1_core::{Clock as _, SystemClock};
use std::{
	convert::Infallible,
	net::SocketAddr,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpListener, TcpStream},
	time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;
use tracing::debug;

/// Where clients come in.
pub(crate) struct Listener {
	pub(crate) socket: TcpListener,
	/// How they speak with it; plainly without.
	pub(crate) tls: Option<TlsAcceptor>,
	/// Connections at a time.
	pub(crate) connections_max: usize,
}

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves a router until `cancel`, and then what is under way; each connection is one of `tasks`.
pub(crate) async fn serve(
	listener: Listener,
	router: Router,
	cancel: CancellationToken,
	tasks: TaskTracker,
) {
	let Listener { socket, tls, connections_max } = listener;
	let hall = Hall {
		seats: Arc::new(Mutex::new(Seats::new(connections_max, SEAT_TIME_MAX))),
		clock: Arc::new(SystemClock::new()),
	};
	while let Some(accepted) = cancel.run_until_cancelled(socket.accept()).await {
		let (stream, peer) = match accepted {
			Ok(accepted) => accepted,
			Err(error) => {
				debug!(target: "r1::edge", %error, "could not accept a connection");
				tokio::time::sleep(ACCEPT_AGAIN).await;
				continue;
			},
		};
		let Some((place, leave)) = hall.enter() else {
			// Closed at once: a client that hears nothing would wait.
			debug!(target: "r1::edge", %peer, "all connections are being served");
			continue;
		};
		let (router, cancel, tls) = (router.clone(), cancel.clone(), tls.clone());
		tasks.spawn(async move {
			let served = connection(stream, peer, tls, router, &place, &cancel);
			leave.run_until_cancelled(served).await;
		});
	}
}

async fn connection(
	stream: TcpStream,
	peer: SocketAddr,
	tls: Option<TlsAcceptor>,
	router: Router,
	place: &Place,
	cancel: &CancellationToken,
) {
	// Small answers must not wait for a full packet.
	if let Err(error) = stream.set_nodelay(true) {
		debug!(target: "r1::edge", %peer, %error, "a connection is slower than it could be");
	}
	let Some(tls) = tls else { return requests(stream, peer, router, place, cancel).await };
	match timeout(HANDSHAKE_TIME_MAX, tls.accept(stream)).await {
		Ok(Ok(stream)) => requests(stream, peer, router, place, cancel).await,
		Ok(Err(error)) => debug!(target: "r1::edge", %peer, %error, "no TLS"),
		Err(_elapsed) => debug!(target: "r1::edge", %peer, "TLS took too long"),
	}
}

/// Serves one request after the other.
async fn requests<S>(
	stream: S,
	peer: SocketAddr,
	router: Router,
	place: &Place,
	cancel: &CancellationToken,
) where
	S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let service = service_fn(|mut request: hyper::Request<Incoming>| {
		let busy = place.busy();
		request.extensions_mut().insert(Peer(peer));
		let request: Request = request.map(Body::new);
		let answered = router.clone().oneshot(request);
		async move {
			let response: Response =
				answered.await.unwrap_or_else(|never: Infallible| match never {});
			// The seat is taken until the last byte of the answer is out.
			Ok::<_, Infallible>(response.map(|body| {
				Body::new(body.map_frame(move |frame| {
					let _until_the_body_is_dropped = &busy;
					frame
				}))
			}))
		}
	});
	let served = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(HEADERS_TIME_MAX)
		.max_buf_size(HEADERS_BYTES_MAX)
		.serve_connection(TokioIo::new(Outflow::new(stream, TAKE_TIME_MAX)), service)
		// The visitor of a container may go on with a WebSocket; the API has no answer to that.
		.with_upgrades();
	tokio::pin!(served);
	let outcome = tokio::select! {
		outcome = served.as_mut() => outcome,
		() = cancel.cancelled() => {
			// What is under way is answered; nothing new is taken.
			served.as_mut().graceful_shutdown();
			served.await
		},
	};
	if let Err(error) = outcome {
		debug!(target: "r1::edge", %peer, %error, "a connection ended");
	}
}

/// The seats, and the clock by which they are given away.
#[derive(Clone)]
struct Hall {
	seats: Arc<Mutex<Seats>>,
	clock: Arc<SystemClock>,
}

/// A connection's seat, which is free again when this is dropped.
struct Place {
	hall: Hall,
	id: SeatId,
}

/// Keeps a seat while a request is served.
struct Busy {
	hall: Hall,
	id: SeatId,
}

impl Hall {
	fn enter(&self) -> Option<(Place, CancellationToken)> {
		let (id, leave) = self.seats().take(self.now_ms())?;
		Some((Place { hall: self.clone(), id }, leave))
	}

	fn seats(&self) -> MutexGuard<'_, Seats> {
		// Every change is of one seat.
		self.seats.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn now_ms(&self) -> u64 {
		self.clock.monotonic_ms()
	}
}

impl Place {
	fn busy(&self) -> Busy {
		self.hall.seats().busy(self.id, self.hall.now_ms());
		Busy { hall: self.hall.clone(), id: self.id }
	}
}

impl Drop for Place {
	fn drop(&mut self) {
		self.hall.seats().leave(self.id);
	}
}

impl Drop for Busy {
	fn drop(&mut self) {
		let now_ms = self.hall.now_ms();
		self.hall.seats().idle(self.id, now_ms);
	}
}
