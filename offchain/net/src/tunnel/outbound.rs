// SPDX-License-Identifier: Apache-2.0

//! Opening tunnels to other nodes.

use super::{answer, head::TunnelHead, slots::Slot, stream::TunnelStream};
use crate::{
	actor::Command,
	defaults::{TUNNEL_ANSWER_BYTES_MAX, TUNNEL_IDLE_MAX, TUNNEL_OPEN_TIMEOUT},
	error::TunnelError,
	frame::{read_frame, write_frame},
	handle::Handle,
	identity::peer_id_of,
};
use futures::AsyncWriteExt;
use libp2p::Stream;
use r1_primitives::NodeKey;
use std::io;
use tokio::time::timeout;

impl Handle {
	/// Opens a tunnel to a port of a job on another node, 10 s at most.
	///
	/// # Errors
	///
	/// The head cannot be sent, there are too many tunnels, the node cannot be reached or refuses, or
	/// it takes too long.
	///
	/// # Cancel safety
	///
	/// The node may connect to the port although the future was dropped; it hangs up at once.
	pub async fn open_tunnel(
		&self,
		node: &NodeKey,
		head: &TunnelHead,
	) -> Result<TunnelStream, TunnelError> {
		let peer = peer_id_of(node).ok_or(TunnelError::InvalidNode)?;
		let head = head.encode()?;
		let slot = self.tunnels.take(peer).ok_or(TunnelError::TooMany)?;
		let opening = async {
			let (opened, stream) = futures::channel::oneshot::channel();
			let command = Command::OpenTunnel { peer, opened };
			self.send(command).await.ok_or(TunnelError::Closed)?;
			let stream = stream.await.map_err(|_dropped| TunnelError::Unreachable)?;
			ask(stream, &head, slot).await
		};
		let opened = timeout(TUNNEL_OPEN_TIMEOUT, opening).await;
		let opened = opened.unwrap_or(Err(TunnelError::TimedOut));
		self.metrics.tunnels_opened.inc_by(u64::from(opened.is_ok()));
		opened
	}
}

/// Asks the other end of a new stream for a tunnel. Whoever calls limits the time.
async fn ask(mut stream: Stream, head: &[u8], slot: Slot) -> Result<TunnelStream, TunnelError> {
	let lost = |source| TunnelError::Lost { source };
	write_frame(&mut stream, head).await.map_err(lost)?;
	stream.flush().await.map_err(lost)?;
	let frame = read_frame(&mut stream, TUNNEL_ANSWER_BYTES_MAX).await.map_err(lost)?;
	// One that has no room for the tunnel ends the stream.
	let frame = frame.ok_or_else(|| lost(io::ErrorKind::UnexpectedEof.into()))?;
	match answer::decode(&frame)? {
		Ok(()) => Ok(TunnelStream::new(stream, slot, TUNNEL_IDLE_MAX)),
		Err(refusal) => Err(TunnelError::Refused { refusal }),
	}
}
