// SPDX-License-Identifier: Apache-2.0

//! Calls on their way to the chain.

use super::calls::{Call, Calls, NotSent, Sending};
use r1_chain::{Chain, calls};
use r1_core::{BlockHash, NodeIdentity, error_chain};
use std::{error::Error, sync::Arc};

/// Signs calls with the node's key and sends them to the chain node beside the daemon.
///
/// Each has a connection of its own: a node says five things in a round, and rounds take minutes.
#[derive(Debug)]
pub(crate) struct Sender {
	identity: Arc<NodeIdentity>,
	url: String,
	genesis: BlockHash,
}

impl Sender {
	/// What a node says to the chain whose node is at `url`.
	pub(crate) fn new(identity: Arc<NodeIdentity>, url: String, genesis: BlockHash) -> Self {
		Self { identity, url, genesis }
	}

	async fn send_now(&self, call: Call) -> Result<(), NotSent> {
		let (node, genesis) = (&self.identity, &self.genesis);
		let call = match call {
			Call::Announce { round, announcement } => {
				calls::announce_keys(node, genesis, round, announcement)
			},
			Call::Publish { round, kind, cid, sha256 } => {
				calls::publish_file(node, genesis, round, kind, cid, sha256)
			},
			Call::Attest { round, verdict } => calls::attest_round(node, genesis, round, verdict),
		};
		let chain = Chain::connect(&self.url).await.map_err(|error| not_sent(&error))?;
		chain.submit_authorized(&call).await.map(drop).map_err(|error| not_sent(&error))
	}
}

impl Calls for Sender {
	fn send(&self, call: Call) -> Sending<'_> {
		Box::pin(self.send_now(call))
	}
}

fn not_sent(error: &(dyn Error + 'static)) -> NotSent {
	NotSent { reason: error_chain(error).to_string() }
}
