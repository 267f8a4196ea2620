// SPDX-License-Identifier: Apache-2.0

//! One connection to one node.

use crate::{events::EventError, state};
use r1_core::{BlockHash, ChainState, RecentBlocks};
use subxt::{
	OnlineClient, PolkadotConfig,
	client::{Blocks, OnlineClientAtBlock, OnlineClientAtBlockImpl},
	error::OnlineClientError,
	rpcs::RpcClient,
	tx::SubmittableTransaction,
	utils::H256,
};

/// Addresses, signatures and hashes of the chain are those of every Substrate chain.
pub(crate) type Config = PolkadotConfig;

/// The state of one block.
pub(crate) type AtBlock = OnlineClientAtBlock<Config>;

/// A signed transaction, made from the state of one block.
pub(crate) type Transaction = SubmittableTransaction<Config, OnlineClientAtBlockImpl<Config>>;

/// Queries that wait for an answer at the same time, where there are many: enough to hide the way
/// to a distant node, and few enough that no node minds.
pub(crate) const QUERIES_AT_ONCE: usize = 32;

/// A connection to a node. Clones share it.
#[derive(Clone, Debug)]
pub struct Chain {
	client: OnlineClient<Config>,
	/// The same connection, for what only the node itself can be asked.
	rpc: RpcClient,
}

impl Chain {
	/// Connects to a node's WebSocket.
	///
	/// # Errors
	///
	/// Nobody answers at `url`, or what answers is not a node.
	pub async fn connect(url: &str) -> Result<Self, ConnectError> {
		let config = PolkadotConfig::builder().use_historic_types(false).build();
		let connect = async {
			let rpc = RpcClient::from_insecure_url(url).await?;
			let client = OnlineClient::from_rpc_client_with_config(config, rpc.clone()).await?;
			Ok::<_, OnlineClientError>(Self { client, rpc })
		};
		connect
			.await
			.map_err(|error| ConnectError { url: url.to_owned(), source: Box::new(error.into()) })
	}

	/// Hash of block 0: which chain this is.
	#[must_use]
	pub fn genesis_hash(&self) -> BlockHash {
		self.client.genesis_hash().0
	}

	/// Reads everything that the services follow, at the newest finalised block.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime does not have what is asked for.
	pub async fn finalised_state(&self) -> Result<ChainState, QueryError> {
		state::read(&self.at_finalised().await?, RecentBlocks::default()).await
	}

	/// The state of the newest finalised block.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub(crate) async fn at_finalised(&self) -> Result<AtBlock, QueryError> {
		self.client.at_current_block().await.map_err(QueryError::node)
	}

	/// The state of a finalised block by its number.
	///
	/// # Errors
	///
	/// The node does not answer, or does not have the block any more.
	pub(crate) async fn at_number(&self, number: u64) -> Result<AtBlock, QueryError> {
		self.client.at_block(number).await.map_err(QueryError::node)
	}

	/// The state that a block leaves behind, by the block's hash.
	///
	/// # Errors
	///
	/// The node does not answer, or does not have the block any more.
	pub(crate) async fn at_hash(&self, block: BlockHash) -> Result<AtBlock, QueryError> {
		self.client.at_block(H256(block)).await.map_err(QueryError::node)
	}

	/// The connection, for questions to the node itself.
	pub(crate) fn rpc(&self) -> &RpcClient {
		&self.rpc
	}

	/// Finalised blocks from now on.
	pub(crate) async fn finalised_blocks(&self) -> Result<Blocks<Config>, QueryError> {
		self.client.stream_blocks().await.map_err(QueryError::node)
	}
}

/// The node cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("could not connect to the node at {url}; is it running, and is this its RPC port?")]
pub struct ConnectError {
	url: String,
	source: Box<subxt::Error>,
}

/// The node's answer is missing or not understood.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
	/// The connection failed, or the node refused.
	#[error("the node did not answer a query")]
	Node(#[source] Box<subxt::Error>),
	/// The runtime does not have the item, or has it in another form.
	#[error("the runtime's {item} is not what this version expects; use matching versions")]
	Incompatible {
		/// The item.
		item: &'static str,
		/// What was wrong with it.
		#[source]
		source: Box<subxt::Error>,
	},
	/// An event of a block has another form than what is expected.
	#[error("block {block} cannot be read")]
	Event {
		/// Number of the block.
		block: u64,
		/// The event.
		#[source]
		source: EventError,
	},
	/// The runtime does not have the view function, or has it in another form.
	#[error("the runtime does not answer {function} as this version asks it: {reason}")]
	View {
		/// The function, as `Pallet.function`.
		function: String,
		/// What was wrong. As text, because it comes from several decoders.
		reason: String,
	},
	/// The runtime has no such value yet.
	#[error("the chain has no {item} yet")]
	Missing {
		/// The item.
		item: &'static str,
	},
}

impl QueryError {
	pub(crate) fn node(error: impl Into<subxt::Error>) -> Self {
		Self::Node(Box::new(error.into()))
	}

	pub(crate) fn incompatible(item: &'static str, error: impl Into<subxt::Error>) -> Self {
		Self::Incompatible { item, source: Box::new(error.into()) }
	}
}
