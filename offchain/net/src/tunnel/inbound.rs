// SPDX-License-Identifier: Apache-2.0

//! Taking the tunnels that others open.

use super::{
	answer::{self, RefusalKind, TunnelRefusal},
	head::TunnelHead,
	slots::{Slot, Slots},
	stream::TunnelStream,
};
use crate::{
	defaults::{
		TUNNEL_HEAD_BYTES_MAX, TUNNEL_HEAD_TIMEOUT, TUNNEL_IDLE_MAX, TUNNELS_MAX,
		TUNNELS_PER_PEER_MAX, TUNNELS_WAITING_MAX,
	},
	frame::{read_frame, write_frame},
	identity::node_of,
	metrics::Metrics,
};
use futures::AsyncWriteExt;
use libp2p::{PeerId, Stream};
use r1_primitives::NodeKey;
use std::{fmt, io};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Takes the tunnels that others open.
#[derive(Debug)]
pub(crate) struct Tunnels {
	slots: Slots,
	waiting: mpsc::Sender<InboundTunnel>,
	metrics: Metrics,
	tasks: TaskTracker,
	cancel: CancellationToken,
}

impl Tunnels {
	/// Hands tunnels to whoever receives them; reads their heads on `tasks`, until `cancel`.
	pub(crate) fn new(
		metrics: Metrics,
		tasks: TaskTracker,
		cancel: CancellationToken,
	) -> (Self, mpsc::Receiver<InboundTunnel>) {
		let (waiting, receiver) = mpsc::channel(TUNNELS_WAITING_MAX);
		let slots = Slots::new(TUNNELS_PER_PEER_MAX, TUNNELS_MAX);
		(Self { slots, waiting, metrics, tasks, cancel }, receiver)
	}

	/// Reads what a peer wants of a stream that it opened, unless there are too many.
	pub(crate) fn take(&self, peer: PeerId, stream: Stream) {
		let Some(node) = node_of(&peer) else { return };
		let Some(slot) = self.slots.take(peer) else {
			// Nothing is written either: to tell a peer that floods would cost a task each time.
			self.metrics.tunnels_refused.inc();
			tracing::debug!(target: "r1::net", %peer, "too many tunnels, one is dropped");
			return;
		};
		let (waiting, metrics) = (self.waiting.clone(), self.metrics.clone());
		let cancel = self.cancel.clone();
		self.tasks.spawn(async move {
			let received = receive(node, stream, slot, metrics.clone(), waiting);
			if let Some(Err(error)) = cancel.run_until_cancelled(received).await {
				metrics.tunnels_refused.inc();
				tracing::debug!(target: "r1::net", %peer, %error, "no tunnel");
			}
		});
	}
}

async fn receive(
	node: NodeKey,
	mut stream: Stream,
	slot: Slot,
	metrics: Metrics,
	waiting: mpsc::Sender<InboundTunnel>,
) -> io::Result<()> {
	let frame = timeout(TUNNEL_HEAD_TIMEOUT, read_frame(&mut stream, TUNNEL_HEAD_BYTES_MAX));
	let frame = frame.await??.ok_or(io::ErrorKind::UnexpectedEof)?;
	let head = TunnelHead::decode(&frame).map_err(io::Error::other)?;
	let tunnel = InboundTunnel { node, head, stream, slot, metrics };
	if let Err(full) = waiting.try_send(tunnel) {
		let busy = TunnelRefusal::new(RefusalKind::Busy, "");
		full.into_inner().refuse(&busy).await;
	}
	Ok(())
}

/// A tunnel that another node would open.
pub struct InboundTunnel {
	/// Who; proven by the connection.
	pub node: NodeKey,
	/// Where to.
	pub head: TunnelHead,
	stream: Stream,
	slot: Slot,
	metrics: Metrics,
}

impl InboundTunnel {
	/// Opens it.
	///
	/// # Errors
	///
	/// The other node is gone, or takes the answer too slowly.
	pub async fn accept(mut self) -> io::Result<TunnelStream> {
		self.metrics.tunnels_accepted.inc();
		answer(&mut self.stream, &Ok(())).await?;
		Ok(TunnelStream::new(self.stream, self.slot, TUNNEL_IDLE_MAX))
	}

	/// Says why not.
	pub async fn refuse(mut self, refusal: &TunnelRefusal) {
		self.metrics.tunnels_refused.inc();
		let answered = async {
			answer(&mut self.stream, &Err(refusal.clone())).await?;
			// Without this, what was written may be lost with the stream.
			timeout(TUNNEL_HEAD_TIMEOUT, self.stream.close()).await?
		};
		if let Err(error) = answered.await {
			tracing::debug!(target: "r1::net", %error, "nobody waits for why there is no tunnel");
		}
	}
}

impl fmt::Debug for InboundTunnel {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("InboundTunnel")
			.field("node", &hex::encode(self.node))
			.field("head", &self.head)
			.finish_non_exhaustive()
	}
}

async fn answer(stream: &mut Stream, answer: &Result<(), TunnelRefusal>) -> io::Result<()> {
	let frame = answer::encode(answer);
	let written = async {
		write_frame(stream, &frame).await?;
		stream.flush().await
	};
	timeout(TUNNEL_HEAD_TIMEOUT, written).await?
}
