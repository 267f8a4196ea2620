// SPDX-License-Identifier: Apache-2.0

//! `benchmark`: measures blocks, extrinsics and the machine.

use crate::service::{self, FullClient};
use codec::Encode as _;
use frame_benchmarking_cli::{BenchmarkCmd, ExtrinsicFactory, SUBSTRATE_REFERENCE_HARDWARE};
use ratio1_runtime::{
	AccountId, Block, Runtime, RuntimeCall, SignedPayload, TxExtension, UncheckedExtrinsic, VERSION,
};
use sc_cli::Result;
use sc_client_api::BlockBackend as _;
use sc_service::{Configuration, PartialComponents};
use sp_core::{Pair as _, sr25519};
use sp_inherents::{InherentData, InherentDataProvider as _};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{OpaqueExtrinsic, generic::Era};
use std::{sync::Arc, time::Duration};

/// Runs a benchmark.
pub(crate) fn run(cmd: &BenchmarkCmd, config: &Configuration) -> sc_cli::Result<()> {
	match cmd {
		BenchmarkCmd::Pallet(_) => {
			Err("the node carries no benchmarks of pallets; `frame-omni-bencher` runs those of a \
			     runtime built with them"
				.into())
		},
		BenchmarkCmd::Block(cmd) => cmd.run(service::new_partial(config)?.client),
		BenchmarkCmd::Storage(_) => {
			Err("storage cannot be measured by this binary: it needs the client's internals".into())
		},
		BenchmarkCmd::Overhead(cmd) => {
			let PartialComponents { client, .. } = service::new_partial(config)?;
			let builder = RemarkBuilder::new(client.clone());
			cmd.run(
				config.chain_spec.name().into(),
				client,
				inherent_benchmark_data()?,
				Vec::new(),
				&builder,
				false,
			)
		},
		BenchmarkCmd::Extrinsic(cmd) => {
			let PartialComponents { client, .. } = service::new_partial(config)?;
			let factory = ExtrinsicFactory(vec![Box::new(RemarkBuilder::new(client.clone()))]);
			cmd.run(client, inherent_benchmark_data()?, Vec::new(), &factory)
		},
		BenchmarkCmd::Machine(cmd) => cmd.run(config, SUBSTRATE_REFERENCE_HARDWARE.clone()),
	}
}

/// Builds `System::remark`, the cheapest call.
pub(crate) struct RemarkBuilder {
	client: Arc<FullClient>,
}

impl RemarkBuilder {
	pub(crate) fn new(client: Arc<FullClient>) -> Self {
		Self { client }
	}
}

impl frame_benchmarking_cli::ExtrinsicBuilder for RemarkBuilder {
	fn pallet(&self) -> &'static str {
		"system"
	}

	fn extrinsic(&self) -> &'static str {
		"remark"
	}

	fn build(&self, nonce: u32) -> std::result::Result<OpaqueExtrinsic, &'static str> {
		let call = RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() });
		sign(&self.client, &Sr25519Keyring::Bob.pair(), call, nonce)
	}
}

fn sign(
	client: &FullClient,
	sender: &sr25519::Pair,
	call: RuntimeCall,
	nonce: u32,
) -> std::result::Result<OpaqueExtrinsic, &'static str> {
	let genesis_hash = client
		.block_hash(0)
		.ok()
		.flatten()
		.ok_or("the database holds no genesis block")?;
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	);
	let implicit = (
		(),
		(),
		VERSION.spec_version,
		VERSION.transaction_version,
		genesis_hash,
		genesis_hash,
		(),
		(),
		(),
		None,
		(),
	);
	let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
	let signature = payload.using_encoded(|bytes| sender.sign(bytes));
	let account = AccountId::from(sender.public());
	Ok(UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension).into())
}

/// The inherents of a block one slot after genesis.
pub(crate) fn inherent_benchmark_data() -> Result<InherentData> {
	let mut data = InherentData::new();
	let timestamp = sp_timestamp::InherentDataProvider::new(Duration::from_millis(0).into());
	futures::executor::block_on(timestamp.provide_inherent_data(&mut data))
		.map_err(|error| format!("could not make the timestamp inherent: {error:?}"))?;
	Ok(data)
}
