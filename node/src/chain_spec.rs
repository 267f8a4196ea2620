// SPDX-License-Identifier: Apache-2.0

//! The chains that the node knows by name; their genesis states are the runtime's presets.

use ratio1_runtime::{
	SS58_PREFIX, WASM_BINARY, genesis_config_presets::FAST_TESTNET_RUNTIME_PRESET,
};
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// A specification of this chain.
pub(crate) type ChainSpec = sc_service::GenericChainSpec;

/// One validator on one machine, for trying things out.
pub(crate) fn development() -> Result<ChainSpec, String> {
	build("Ratio1 Development", "ratio1_dev", ChainType::Development, DEV_RUNTIME_PRESET)
}

/// Three validators, usually on one machine: the network of `make dev`.
pub(crate) fn local() -> Result<ChainSpec, String> {
	build("Ratio1 Local", "ratio1_local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
}

/// Four validators and short epochs and sessions: what the tests of whole networks run.
pub(crate) fn fast() -> Result<ChainSpec, String> {
	build("Ratio1 Fast", "ratio1_fast", ChainType::Local, FAST_TESTNET_RUNTIME_PRESET)
}

fn build(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let wasm = WASM_BINARY.ok_or("this binary was built without the runtime's WebAssembly")?;
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "R1".into());
	properties.insert("tokenDecimals".into(), 18.into());
	properties.insert("ss58Format".into(), SS58_PREFIX.into());
	Ok(ChainSpec::builder(wasm, None)
		.with_name(name)
		.with_id(id)
		.with_protocol_id("r1")
		.with_chain_type(kind)
		.with_properties(properties)
		.with_genesis_config_preset_name(preset)
		.build())
}
