// SPDX-License-Identifier: Apache-2.0

//! The way to other replicas, as a port.

use crate::wire::{Refusal, Response};
use r1_primitives::NodeKey;
use std::{future::Future, pin::Pin};

/// An answer that is on its way; `None` if there is none.
pub type AskFuture<'a> = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>>;

/// Asks other nodes.
pub trait Exchange: Send + Sync + 'static {
	/// Sends a request to a node, whose [`Store::answer`](super::Store::answer) answers it. It ends
	/// after a time, with or without an answer.
	fn ask(&self, node: NodeKey, request: Vec<u8>) -> AskFuture<'_>;

	/// A node breaks the rules.
	fn blame(&self, node: NodeKey, fault: Fault);
}

/// What a node did wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
	/// It sent what no replica sends.
	Malformed,
	/// It wrote where the chain does not let it, as far as this node has followed the chain, or from the
	/// future, as this node's clock says.
	Refused,
}

impl Fault {
	/// What is wrong with a request that is answered so.
	pub(super) fn of(response: &Response) -> Option<Self> {
		match response {
			Response::Refused(Refusal::Malformed) => Some(Self::Malformed),
			Response::Refused(Refusal::NoWriter | Refusal::Clock) => Some(Self::Refused),
			Response::Refused(
				Refusal::NoReplica
				| Refusal::Full
				| Refusal::Disk
				| Refusal::Members
				| Refusal::Forgotten,
			)
			| Response::Stored
			| Response::Repaired { .. }
			| Response::Agreed(_)
			| Response::Sealed(_) => None,
		}
	}
}
