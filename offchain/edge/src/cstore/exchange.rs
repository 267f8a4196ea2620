// SPDX-License-Identifier: Apache-2.0

//! Replicas reach each other by the mesh.

use r1_core::error_chain;
use r1_cstore::{
	MESSAGE_BYTES_MAX,
	service::{AskFuture, Exchange, Fault, Store},
};
use r1_net::{InboundRequest, STORE_BYTES_MAX};
use r1_primitives::NodeKey;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;
use tracing::debug;

/// Requests that are answered at a time; others wait in the mesh's own queue, and then are refused.
const ANSWERS_AT_A_TIME: usize = 64;

/// The mesh carries whatever replicas send.
const _: () = assert!(MESSAGE_BYTES_MAX <= STORE_BYTES_MAX);

/// Asks other nodes by the mesh.
pub(super) struct MeshExchange(pub(super) r1_net::Handle);

impl Exchange for MeshExchange {
	fn ask(&self, node: NodeKey, request: Vec<u8>) -> AskFuture<'_> {
		Box::pin(async move {
			let answer = self.0.store(&node, request.into()).await;
			let silent = |error: &r1_net::RequestError| {
				let (node, reason) = (hex::encode(node), error_chain(error).to_string());
				debug!(target: "r1::edge", node, reason, "a replica does not answer");
			};
			answer.inspect_err(silent).ok().map(Vec::from)
		})
	}

	fn blame(&self, node: NodeKey, fault: Fault) {
		let fault = match fault {
			Fault::Malformed => r1_net::Fault::Malformed,
			Fault::Refused => r1_net::Fault::Refused,
		};
		self.0.blame(&node, fault);
	}
}

/// Answers other nodes, until the mesh shuts down.
pub(super) async fn answer(
	mut requests: mpsc::Receiver<InboundRequest>,
	store: Store,
	tasks: TaskTracker,
) {
	let turns = Arc::new(Semaphore::new(ANSWERS_AT_A_TIME));
	while let Some(request) = requests.recv().await {
		// It is never closed.
		let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
		let store = store.clone();
		tasks.spawn(async move {
			let answer = store.answer(request.node, &request.bytes).await;
			request.answer(answer.into()).await;
			drop(turn);
		});
	}
}
