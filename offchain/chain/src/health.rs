// SPDX-License-Identifier: Apache-2.0

//! How the node at the other end of the connection is.

use crate::{
	Chain, QueryError,
	client::AtBlock,
	state::{number_of, timestamp_secs},
};
use r1_core::{Clock as _, SystemClock};
use serde::{Deserialize, de::DeserializeOwned};
use subxt::{rpcs::client::RpcParams, utils::H256};

/// How a node is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NodeHealth {
	/// Name of the chain, as the node's specification has it.
	pub chain: String,
	/// Version of the node's program.
	pub version: String,
	/// Name of the runtime at the newest block.
	pub runtime: String,
	/// Version of the runtime at the newest block.
	pub runtime_version: u32,
	/// Nodes that it is connected to.
	pub peers: u32,
	/// Whether it is meant to have any.
	pub should_have_peers: bool,
	/// Whether it is still fetching blocks of the past.
	pub is_syncing: bool,
	/// The newest block that it has.
	pub newest: NodeBlock,
	/// The newest block that is final.
	pub finalised: NodeBlock,
	/// This machine's clock just after the node said which block is its newest, in Unix
	/// seconds.
	pub asked_at_secs: u64,
}

/// A block of a node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NodeBlock {
	/// Its height.
	pub number: u32,
	/// When it was made, in Unix seconds; 0 in block 0, which has no time.
	pub timestamp_secs: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Health {
	peers: u32,
	is_syncing: bool,
	should_have_peers: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeVersion {
	spec_name: String,
	spec_version: u32,
}

impl Chain {
	/// Asks the node how it is.
	///
	/// # Errors
	///
	/// The node does not answer, or not as nodes do.
	pub async fn node_health(&self) -> Result<NodeHealth, QueryError> {
		let health: Health = self.ask("system_health").await?;
		let runtime: RuntimeVersion = self.ask("state_getRuntimeVersion").await?;
		let newest: H256 = self.ask("chain_getBlockHash").await?;
		// Before anything else is asked: a slow answer would make every block look old.
		let asked_at_secs = SystemClock::new().now_secs();
		Ok(NodeHealth {
			chain: self.ask("system_chain").await?,
			version: self.ask("system_version").await?,
			runtime: runtime.spec_name,
			runtime_version: runtime.spec_version,
			peers: health.peers,
			should_have_peers: health.should_have_peers,
			is_syncing: health.is_syncing,
			newest: block(&self.at_hash(newest.0).await?).await?,
			finalised: block(&self.at_finalised().await?).await?,
			asked_at_secs,
		})
	}

	/// Asks the node itself something that needs no parameters.
	async fn ask<T: DeserializeOwned>(&self, method: &str) -> Result<T, QueryError> {
		self.rpc().request(method, RpcParams::new()).await.map_err(QueryError::node)
	}
}

async fn block(at_block: &AtBlock) -> Result<NodeBlock, QueryError> {
	let timestamp_secs = timestamp_secs(at_block).await?;
	Ok(NodeBlock { number: number_of(at_block), timestamp_secs })
}
