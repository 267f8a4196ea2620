// SPDX-License-Identifier: Apache-2.0

//! Tunnels: byte streams from one node to a port of a job on another.
//!
//! ```text
//!  opener                               the other node
//!    │── head: job, port, token ──────────▶│  whoever runs jobs connects to the port, or does not
//!    │◀── accepted, or refused and why ────│
//!    │◀═══════════ bytes ═════════════════▶│  until both have ended, or nothing moved for long
//! ```
//!
//! A tunnel is one stream of the connection that the two nodes have anyway, so what is on its way is
//! bounded by that stream's window, which the reader gives: who does not read is not sent more, and
//! holds up nobody else.
//! What a job is, who may reach a port of it and where its containers are is for whoever takes
//! [`InboundTunnel`]s.

mod head;
mod answer;
mod slots;
mod stream;
mod inbound;
mod outbound;

pub use answer::{RefusalKind, TunnelRefusal};
pub use head::{TunnelHead, TunnelPort};
pub use inbound::InboundTunnel;
pub use stream::{Guarded, TunnelStream};

#[cfg(test)]
pub(crate) use answer::{decode as decode_answer, encode as encode_answer};
pub(crate) use inbound::Tunnels;
pub(crate) use slots::Slots;

use libp2p::StreamProtocol;

/// The protocol. Its heads and answers change with its version alone.
pub(crate) const TUNNEL: StreamProtocol = StreamProtocol::new("/r1/tunnel/1");

/// Why bytes are no head, or no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it is no {what} of a tunnel: {reason}")]
pub struct TunnelFormatError {
	/// What it should be.
	pub(crate) what: &'static str,
	/// What is wrong with it.
	pub(crate) reason: &'static str,
}
