// SPDX-License-Identifier: Apache-2.0

//! An oracle that signs whatever a test wants.
//!
//! It has Dave's key, and no honest daemon or worker stands in its way: what a real traitor would
//! have to write into his own node. So there is no byzantine code in any program that is released.

use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use codec::{Decode, Encode};
use frame_support::BoundedVec;
use frame_system::offchain::CreateAuthorizedTransaction;
use networks::{RpcClient, RpcParams, rpc_params};
use pallet_oracles::{
	Call, CommitBody, EpochOracles, EpochRecordOf, Epochs, Phase, ReportPage, Reports, RevealBody,
	Salt, SignatureOf, commitment_of, page_hashes_of,
};
use r1_primitives::{EpochIndex, OracleIndex, PageIndex, SignedBody};
use ratio1_runtime::{Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};
use sp_core::{Pair as _, sr25519};
use std::time::Duration;

/// A window of ten blocks, and a few more.
const WINDOW_TIMEOUT: Duration = Duration::from_secs(60);

/// What an oracle says of an epoch.
#[derive(Clone, Debug)]
pub(crate) struct Report {
	pub(crate) epoch: EpochIndex,
	pub(crate) salt: Salt,
	pub(crate) pages: Vec<ReportPage>,
}

/// A page that is revealed, as everybody can read it in a block.
#[derive(Clone, Debug)]
pub(crate) struct Reveal {
	pub(crate) epoch: EpochIndex,
	pub(crate) page: PageIndex,
	pub(crate) contents: ReportPage,
	pub(crate) page_hashes: Vec<[u8; 32]>,
	pub(crate) salt: Salt,
}

impl Report {
	/// What its oracle reveals, page by page.
	pub(crate) fn reveals(&self) -> impl Iterator<Item = Reveal> {
		let page_hashes = page_hashes_of(&self.pages);
		(0..).zip(&self.pages).map(move |(page, contents)| Reveal {
			epoch: self.epoch,
			page,
			contents: contents.clone(),
			page_hashes: page_hashes.clone(),
			salt: self.salt,
		})
	}
}

/// An oracle without honesty.
pub(crate) struct ByzantineOracle<'a> {
	stage: &'a Stage,
	rpc: RpcClient,
	key: sr25519::Pair,
	genesis_hash: [u8; 32],
}

impl<'a> ByzantineOracle<'a> {
	/// Takes the key of a development account, and speaks through a node.
	pub(crate) fn new(stage: &'a Stage, account: &str, node: &str) -> Result<Self> {
		let rpc = stage.network.rpc(node)?;
		let key = sr25519::Pair::from_string(&format!("//{account}"), None)
			.map_err(|error| anyhow::anyhow!("//{account} is no key: {error}"))?;
		let mut oracle = Self { stage, rpc, key, genesis_hash: [0; 32] };
		let genesis: String = oracle.request("chain_getBlockHash", rpc_params![0])?;
		oracle.genesis_hash = bytes(&genesis)?.try_into().ok().context("a hash has 32 bytes")?;
		Ok(oracle)
	}

	/// Waits until the epoch's window is open in the next block, and returns the epoch's record.
	pub(crate) fn await_phase(
		&self,
		epoch: EpochIndex,
		phase: Phase,
	) -> Result<EpochRecordOf<Runtime>> {
		self.stage
			.network
			.wait(&format!("{phase:?} of epoch {epoch}"), WINDOW_TIMEOUT, || {
				let record = self.record(epoch)?.context("the epoch is not over")?;
				let now = record.phase(self.block_number()?.saturating_add(1));
				ensure!(now == phase, "it is {now:?}");
				Ok(record)
			})
	}

	/// Where an account's key is in the epoch's set.
	pub(crate) fn position(&self, epoch: EpochIndex, account: &str) -> Result<OracleIndex> {
		let key = sr25519::Pair::from_string(&format!("//{account}"), None)
			.map_err(|error| anyhow::anyhow!("//{account} is no key: {error}"))?;
		let key = key.public().encode();
		let oracles: pallet_oracles::OracleSetOf<Runtime> = self
			.read(&EpochOracles::<Runtime>::hashed_key_for(epoch))?
			.context("the epoch has a set of oracles")?;
		let position = oracles.iter().position(|oracle| oracle.key.encode() == key);
		let position = position.with_context(|| format!("{account} is no oracle in {epoch}"))?;
		Ok(OracleIndex::try_from(position)?)
	}

	/// What an oracle has committed to.
	pub(crate) fn commitment_by(&self, epoch: EpochIndex, account: &str) -> Result<[u8; 32]> {
		let key = Reports::<Runtime>::hashed_key_for(epoch, self.position(epoch, account)?);
		let report: pallet_oracles::OracleReport =
			self.read(&key)?.with_context(|| format!("{account} has not committed"))?;
		Ok(report.commitment)
	}

	/// Commits to a report, in Dave's place.
	pub(crate) fn commit(&self, report: &Report, account: &str, deeds: u32) -> Result<()> {
		let oracle = self.position(report.epoch, account)?;
		let hashes = page_hashes_of(&report.pages);
		let commitment = commitment_of(report.epoch, oracle, &report.salt, &hashes);
		self.commit_to(report.epoch, account, deeds, commitment)
	}

	/// Commits to anything.
	pub(crate) fn commit_to(
		&self,
		epoch: EpochIndex,
		account: &str,
		deeds: u32,
		commitment: [u8; 32],
	) -> Result<()> {
		let oracle = self.position(epoch, account)?;
		let signature = self.sign(&CommitBody { epoch, oracle, deeds, commitment });
		self.submit(Call::commit { epoch, oracle, commitment, signature })
	}

	/// Reveals a page, whether or not it is of what was committed to.
	pub(crate) fn reveal(&self, account: &str, deeds: u32, reveal: Reveal) -> Result<()> {
		let Reveal { epoch, page, contents, page_hashes, salt } = reveal;
		let oracle = self.position(epoch, account)?;
		let commitment = commitment_of(epoch, oracle, &salt, &page_hashes);
		let hash = contents.hash();
		let body = RevealBody { epoch, oracle, deeds, page, contents: hash, commitment };
		let signature = self.sign(&body);
		let page_hashes = BoundedVec::truncate_from(page_hashes);
		self.submit(Call::reveal { epoch, oracle, page, contents, page_hashes, salt, signature })
	}

	/// Waits for somebody's reveal in a block, and takes it.
	pub(crate) fn overhear(&self, epoch: EpochIndex, account: &str) -> Result<Reveal> {
		let theirs = self.position(epoch, account)?;
		self.stage.network.wait(&format!("a reveal by {account}"), WINDOW_TIMEOUT, || {
			let from = self.block_number()?.saturating_sub(5);
			for number in from..=self.block_number()? {
				for call in self.calls_in(number)? {
					let RuntimeCall::Oracles(Call::reveal {
						epoch: of,
						oracle,
						page,
						contents,
						page_hashes,
						salt,
						..
					}) = call
					else {
						continue;
					};
					if (of, oracle) == (epoch, theirs) {
						let page_hashes = page_hashes.into_inner();
						return Ok(Reveal { epoch, page, contents, page_hashes, salt });
					}
				}
			}
			anyhow::bail!("no block holds one")
		})
	}

	fn record(&self, epoch: EpochIndex) -> Result<Option<EpochRecordOf<Runtime>>> {
		self.read(&Epochs::<Runtime>::hashed_key_for(epoch))
	}

	fn block_number(&self) -> Result<u32> {
		let header: serde_json::Value = self.request("chain_getHeader", rpc_params![])?;
		let number = header["number"].as_str().context("a header has a number")?;
		Ok(u32::from_str_radix(number.trim_start_matches("0x"), 16)?)
	}

	fn calls_in(&self, number: u32) -> Result<Vec<RuntimeCall>> {
		let hash: String = self.request("chain_getBlockHash", rpc_params![number])?;
		let block: serde_json::Value = self.request("chain_getBlock", rpc_params![hash])?;
		let extrinsics = block["block"]["extrinsics"].as_array().context("a block has a body")?;
		extrinsics
			.iter()
			.map(|extrinsic| {
				let bytes = bytes(extrinsic.as_str().context("an extrinsic is hex")?)?;
				Ok(UncheckedExtrinsic::decode(&mut bytes.as_slice())?.function)
			})
			.collect()
	}

	fn read<T: Decode>(&self, key: &[u8]) -> Result<Option<T>> {
		let key = format!("0x{}", hex::encode(key));
		let value: Option<String> = self.request("state_getStorage", rpc_params![key])?;
		value.map(|value| Ok(T::decode(&mut bytes(&value)?.as_slice())?)).transpose()
	}

	fn sign(&self, body: &impl SignedBody) -> SignatureOf<Runtime> {
		self.key.sign(&body.signing_payload(&self.genesis_hash)).into()
	}

	/// Hands a transaction to the node. That the chain has taken it is for the caller to see.
	fn submit(&self, call: Call<Runtime>) -> Result<()> {
		let extension: TxExtension =
			<Runtime as CreateAuthorizedTransaction<Call<Runtime>>>::create_extension();
		let call = RuntimeCall::Oracles(call);
		let transaction = UncheckedExtrinsic::new_transaction(call, extension).encode();
		let transaction = format!("0x{}", hex::encode(transaction));
		let _hash: String = self.request("author_submitExtrinsic", rpc_params![transaction])?;
		Ok(())
	}

	fn request<T: serde::de::DeserializeOwned>(
		&self,
		method: &str,
		parameters: RpcParams,
	) -> Result<T> {
		self.stage
			.network
			.block_on(self.rpc.request(method, parameters))
			.with_context(|| format!("the node did not answer {method}"))
	}
}

fn bytes(hex: &str) -> Result<Vec<u8>> {
	hex::decode(hex.trim_start_matches("0x")).context("the node answered no hex")
}
