// SPDX-License-Identifier: Apache-2.0

//! The way into a container of this node, for visitors of its own and of other nodes alike.

use crate::{
	dauth::{Dauth, Refused, Trust},
	defaults::{INGRESS_CONNECT_TIME_MAX, INGRESS_COPY_BYTES},
	jobs::{Containers, NoPlace, Place},
};
use r1_core::{Clock as _, SystemClock};
use r1_dauth::{Ask, Scope, Service, Verb};
use r1_deeploy::job::WantedPort;
use r1_net::{
	Guarded, InboundTunnel, RefusalKind, TUNNEL_IDLE_MAX, TunnelHead, TunnelPort, TunnelRefusal,
};
use r1_primitives::JobId;
use std::{io, sync::Arc};
use tokio::{
	io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes},
	net::TcpStream,
	sync::mpsc,
	time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::debug;

/// What a visitor of a port that is not public must be entitled to. To write, since what a container
/// does with a connection nobody knows.
pub(super) fn ask(job: JobId) -> Ask {
	Ask { service: Service::Jobs, verb: Verb::Write, scope: Scope::of_job(job) }
}

/// Lets visitors in, or does not.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
	pub(crate) containers: Containers,
	pub(crate) dauth: Dauth,
	pub(crate) clock: Arc<SystemClock>,
}

impl Entry {
	/// Takes the tunnels that other nodes open, each in a task of its own; the mesh bounds them.
	pub(crate) async fn answer(
		self,
		mut tunnels: mpsc::Receiver<InboundTunnel>,
		cancel: CancellationToken,
		tasks: TaskTracker,
	) {
		while let Some(tunnel) = tunnels.recv().await {
			let (entry, cancel) = (self.clone(), cancel.clone());
			tasks.spawn(async move {
				cancel.run_until_cancelled(entry.carry(tunnel)).await;
			});
		}
	}

	async fn carry(&self, tunnel: InboundTunnel) {
		let job = tunnel.head.job;
		let container = match self.connect(&tunnel.head).await {
			Ok(container) => container,
			Err(refusal) => {
				debug!(target: "r1::edge", job, %refusal, "no tunnel");
				return tunnel.refuse(&refusal).await;
			},
		};
		let carried = async { relay(tunnel.accept().await?, container).await };
		if let Err(error) = carried.await {
			debug!(target: "r1::edge", job, %error, "a tunnel ended");
		}
	}

	/// Connects to the port, if whoever asks may and it is there.
	pub(super) async fn connect(
		&self,
		head: &TunnelHead,
	) -> Result<Guarded<TcpStream>, TunnelRefusal> {
		let wanted = match &head.port {
			TunnelPort::Number(number) => WantedPort::Number(*number),
			TunnelPort::Name(name) => WantedPort::Named(name),
		};
		let places = self.containers.places(head.job, head.container.as_deref(), wanted);
		let mut last = TunnelRefusal::new(RefusalKind::NotReady, "");
		for place in places.map_err(refusal_of)? {
			self.let_in(&place, head)?;
			match connect(&place).await {
				Ok(stream) => return Ok(stream),
				Err(error) => {
					last = TunnelRefusal::new(RefusalKind::NoConnection, &error.to_string());
				},
			}
		}
		Err(last)
	}

	/// Each port by itself: while a job is updated, one may be public and the other not.
	fn let_in(&self, place: &Place, head: &TunnelHead) -> Result<(), TunnelRefusal> {
		if place.is_public {
			return Ok(());
		}
		let now_secs = self.clock.now_secs();
		// Not even a program of this machine goes without: a page in its browser would, too.
		let admitted =
			self.dauth
				.authorise(head.token.as_deref(), Trust::Nobody, &ask(head.job), now_secs);
		let refused =
			|error: Refused| TunnelRefusal::new(RefusalKind::NotAllowed, &error.to_string());
		admitted.map(drop).map_err(refused)
	}
}

async fn connect(place: &Place) -> io::Result<Guarded<TcpStream>> {
	let stream = timeout(INGRESS_CONNECT_TIME_MAX, TcpStream::connect(place.address)).await??;
	stream.set_nodelay(true)?;
	Ok(Guarded::new(stream, TUNNEL_IDLE_MAX))
}

fn refusal_of(error: NoPlace) -> TunnelRefusal {
	match error {
		NoPlace::NotHere { .. } => TunnelRefusal::new(RefusalKind::NotHere, ""),
		NoPlace::NoPort(error) => TunnelRefusal::new(RefusalKind::NoPort, &error.to_string()),
		NoPlace::NotReady => TunnelRefusal::new(RefusalKind::NotReady, ""),
	}
}

/// Moves bytes both ways until both have ended; what is not taken is not read.
pub(super) async fn relay(
	mut one: impl AsyncRead + AsyncWrite + Unpin,
	mut other: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
	let bytes = INGRESS_COPY_BYTES;
	copy_bidirectional_with_sizes(&mut one, &mut other, bytes, bytes).await?;
	Ok(())
}
