// SPDX-License-Identifier: Apache-2.0

//! The way to other replicas, as a port.

use r1_primitives::NodeKey;
use std::{future::Future, pin::Pin};

/// An answer that is on its way; `None` if there is none.
pub type AskFuture<'a> = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>>;

/// Asks other nodes.
pub trait Exchange: Send + Sync + 'static {
	/// Sends a request to a node, whose [`Store::answer`](super::Store::answer) answers it. It ends
	/// after a time, with or without an answer.
	fn ask(&self, node: NodeKey, request: Vec<u8>) -> AskFuture<'_>;
}
