// SPDX-License-Identifier: Apache-2.0

//! One connection to one node.

use crate::{Signer, calls::Call, events::Event, state};
use r1_core::{BlockHash, ChainState, RecentBlocks};
use std::time::Duration;
use subxt::{
	OnlineClient, PolkadotConfig,
	client::{Blocks, OnlineClientAtBlock},
	error::{DispatchError, TransactionEventsError, TransactionFinalizedSuccessError},
};

/// Addresses, signatures and hashes of the chain are those of every Substrate chain.
pub(crate) type Config = PolkadotConfig;

/// The state of one block.
pub(crate) type AtBlock = OnlineClientAtBlock<Config>;

/// Longest wait for a transaction to be finalised: 60 blocks of 2 s, so that a short stall of
/// finality does not lose a receipt.
const FINALISATION_TIMEOUT: Duration = Duration::from_secs(120);

/// A connection to a node. Clones share it.
#[derive(Clone, Debug)]
pub struct Chain {
	client: OnlineClient<Config>,
}

impl Chain {
	/// Connects to a node's WebSocket.
	///
	/// # Errors
	///
	/// Nobody answers at `url`, or what answers is not a node.
	pub async fn connect(url: &str) -> Result<Self, ConnectError> {
		let config = PolkadotConfig::builder().use_historic_types(false).build();
		let client =
			OnlineClient::from_insecure_url_with_config(config, url)
				.await
				.map_err(|error| ConnectError {
					url: url.to_owned(),
					source: Box::new(error.into()),
				})?;
		Ok(Self { client })
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

	/// Submits a call and waits until the block that holds it is final.
	///
	/// # Errors
	///
	/// The transaction is refused, the call fails, or finality does not come in time. A call that
	/// fails has changed nothing but the signer's fee.
	pub async fn submit(&self, call: &Call, signer: &Signer) -> Result<Receipt, SubmitError> {
		let submitted = async {
			let at_block = self.at_finalised().await.map_err(SubmitError::Query)?;
			let progress = at_block
				.transactions()
				.sign_and_submit_then_watch_default(call.payload(), signer.keypair())
				.await
				.map_err(|error| refused(call, error))?;
			let in_block =
				progress.wait_for_finalized().await.map_err(|error| refused(call, error))?;
			let events = in_block.wait_for_success().await.map_err(|error| failed(call, error))?;
			let events = events
				.iter()
				.filter_map(|event| event.ok().and_then(|event| Event::decode(&event)))
				.collect();
			Ok(Receipt { block_hash: in_block.block_hash().0, events })
		};
		tokio::time::timeout(FINALISATION_TIMEOUT, submitted)
			.await
			.unwrap_or(Err(SubmitError::NotFinal { call: call.name() }))
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
	pub(crate) async fn at_number(&self, number: u32) -> Result<AtBlock, QueryError> {
		self.client.at_block(u64::from(number)).await.map_err(QueryError::node)
	}

	/// Finalised blocks from now on.
	pub(crate) async fn finalised_blocks(&self) -> Result<Blocks<Config>, QueryError> {
		self.client.stream_blocks().await.map_err(QueryError::node)
	}
}

/// What a finalised transaction did.
#[derive(Clone, Debug)]
pub struct Receipt {
	/// The block that holds it.
	pub block_hash: BlockHash,
	/// Events of our pallets that it emitted, in order.
	pub events: Vec<Event>,
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

/// A transaction did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
	/// The node could not be asked for what a transaction needs.
	#[error(transparent)]
	Query(QueryError),
	/// The transaction never entered a block.
	#[error("{call} was refused")]
	Refused {
		/// The call.
		call: String,
		/// The node's reason.
		#[source]
		source: Box<subxt::Error>,
	},
	/// The call was in a block, and failed there.
	#[error("{call} failed: {reason}")]
	Failed {
		/// The call.
		call: String,
		/// The pallet's error, as `Pallet::Error`, and what it means.
		reason: String,
	},
	/// The call was submitted, but finality did not come in time.
	#[error("{call} was not final after {} s; it may still be", FINALISATION_TIMEOUT.as_secs())]
	NotFinal {
		/// The call.
		call: String,
	},
}

fn refused(call: &Call, error: impl Into<subxt::Error>) -> SubmitError {
	SubmitError::Refused { call: call.name(), source: Box::new(error.into()) }
}

fn failed(call: &Call, error: TransactionEventsError) -> SubmitError {
	match error {
		TransactionEventsError::ExtrinsicFailed(DispatchError::Module(module)) => {
			let reason = module.details().map_or_else(
				|_| module.to_string(),
				|details| {
					let docs = details.variant.docs.join(" ");
					format!("{}::{}: {}", details.pallet.name(), details.variant.name, docs.trim())
				},
			);
			SubmitError::Failed { call: call.name(), reason }
		},
		TransactionEventsError::ExtrinsicFailed(error) => {
			SubmitError::Failed { call: call.name(), reason: error.to_string() }
		},
		error => refused(call, TransactionFinalizedSuccessError::from(error)),
	}
}
