// SPDX-License-Identifier: Apache-2.0

//! One connection to one validator, and what the chain behind it allows.

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::Value as Json;
use std::sync::Arc;
use subxt::{
	OnlineClient, PolkadotConfig,
	backend::LegacyBackend,
	client::OnlineClientAtBlock,
	config::{Hasher as _, RpcConfigFor},
	dynamic::{At as _, Value, constant},
	ext::codec::{Compact, Decode as _, Encode as _},
	rpcs::{LegacyRpcMethods, RpcClient, rpc_params},
	utils::H256,
};

/// Addresses, signatures and hashes are those of every Substrate chain.
pub(crate) type Config = PolkadotConfig;

/// A validator.
#[derive(Clone, Debug)]
pub(crate) struct Node {
	/// What is read with the help of the metadata.
	pub(crate) client: OnlineClient<Config>,
	/// What is called by name.
	pub(crate) methods: LegacyRpcMethods<RpcConfigFor<Config>>,
	rpc: RpcClient,
	hasher: <Config as subxt::Config>::Hasher,
}

/// What bounds the throughput, whatever the machine: numbers of the runtime.
#[derive(Debug, Serialize)]
pub(crate) struct Limits {
	/// The runtime's name and version.
	pub(crate) runtime: String,
	/// Length of a slot, in which there is one block at best.
	pub(crate) slot_millis: u64,
	/// Reference time that ordinary transactions may take in a block, in picoseconds.
	pub(crate) normal_ref_time: u64,
	/// Reference time of a transfer, with its extensions and the base of a transaction.
	pub(crate) transfer_ref_time: u64,
	/// Transfers that fit into a block.
	pub(crate) transfers_per_block: u64,
	/// The same in a second, if every slot has a block.
	pub(crate) transfers_per_sec: f64,
}

impl Node {
	/// Connects to a validator's WebSocket.
	pub(crate) async fn connect(url: &str) -> Result<Self> {
		let rpc = RpcClient::from_insecure_url(url)
			.await
			.with_context(|| format!("could not connect to {url}"))?;
		// The old methods say when a block is imported and when it is final, and nothing else: the
		// client has no blocks to pin and to unpin while it measures.
		let backend: LegacyBackend<Config> = LegacyBackend::builder().build(rpc.clone());
		let config = PolkadotConfig::builder().use_historic_types(false).build();
		let client = OnlineClient::from_backend_with_config(config, Arc::new(backend)).await?;
		let methods = LegacyRpcMethods::new(rpc.clone());
		let hasher = *client.at_current_block().await?.hasher();
		Ok(Self { client, methods, rpc, hasher })
	}

	/// The hash by which the chain names a transaction.
	pub(crate) fn hash(&self, transaction: &[u8]) -> H256 {
		self.hasher.hash(transaction)
	}

	/// The newest finalised block.
	pub(crate) async fn at_finalised(&self) -> Result<OnlineClientAtBlock<Config>> {
		self.client.at_current_block().await.context("the node has no finalised block")
	}

	/// Reads the limits; `transfer` is a signed one.
	pub(crate) async fn limits(&self, transfer: &[u8]) -> Result<Limits> {
		let at_block = self.at_finalised().await?;
		let constants = at_block.constants();
		let weights = constants.entry(constant::<Value>("System", "BlockWeights"))?;
		let normal_ref_time =
			number(weights.at("per_class").at("normal").at("max_total").at(0).at("ref_time"))
				.context("ordinary transactions have a limit")?;
		let base = number(weights.at("per_class").at("normal").at("base_extrinsic").at("ref_time"))
			.context("a transaction has a base weight")?;
		let slot_millis = constants.entry(constant::<u64>("Babe", "ExpectedBlockTime"))?;

		let transfer_ref_time = base + self.ref_time_of(transfer, at_block.block_hash()).await?;
		let transfers_per_block = normal_ref_time / transfer_ref_time;
		let transfers_per_sec = transfers_per_block as f64 * 1_000.0 / slot_millis as f64;
		Ok(Limits {
			runtime: self.runtime().await?,
			slot_millis,
			normal_ref_time,
			transfer_ref_time,
			transfers_per_block,
			transfers_per_sec,
		})
	}

	/// Reference time of a signed transaction without the base, as the runtime computes it for the
	/// fee.
	async fn ref_time_of(&self, transaction: &[u8], at: H256) -> Result<u64> {
		let mut parameters = transaction.to_vec();
		u32::try_from(transaction.len())?.encode_to(&mut parameters);
		let answer = self
			.methods
			.state_call("TransactionPaymentApi_query_info", Some(&parameters), Some(at))
			.await?;
		// The dispatch info begins with the weight: reference time and proof size.
		let Compact(ref_time) = Compact::<u64>::decode(&mut answer.as_slice())?;
		Ok(ref_time)
	}

	async fn runtime(&self) -> Result<String> {
		let version: Json = self.rpc.request("state_getRuntimeVersion", rpc_params![]).await?;
		let name = version["specName"].as_str().context("a runtime has a name")?;
		Ok(format!("{name} {}", version["specVersion"]))
	}
}

fn number(value: Option<&Value>) -> Option<u64> {
	value?.as_u128().and_then(|number| u64::try_from(number).ok())
}
