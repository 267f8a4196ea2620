// SPDX-License-Identifier: Apache-2.0

//! Genesis presets: the states that a chain can start from.
//!
//! Both presets are for development: they endow well-known test accounts inside the cap and give
//! one of them sudo. Neither may carry value.

use crate::{
	AccountId, Balance, BalancesConfig, NodeDeedsConfig, OraclesConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SudoConfig,
	configs::AssetKind,
	constants::currency::{R1, USDC, USDC_ASSET_ID},
};
use alloc::{vec, vec::Vec};
use frame_support::{build_struct_json_patch, traits::fungible::NativeOrWithId};
use r1_primitives::EpochClock;
use serde_json::Value;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// R1 that each test account starts with: twelve of them hold 12 M, less than a tenth of the cap.
const ENDOWMENT_R1: Balance = 1_000_000 * R1;

/// USDC that each test account starts with.
const ENDOWMENT_USDC: Balance = 1_000_000 * USDC;

/// R1 in the pool at genesis. With [`POOL_USDC`] beside it one R1 costs 0.30 USDC, the price that
/// the reference's own tests use.
const POOL_R1: Balance = 666_666 * R1;

/// USDC in the pool at genesis.
const POOL_USDC: Balance = 200_000 * USDC;

/// R1 that a validator's node account starts with, so that it exists and can hold session keys.
const VALIDATOR_R1: Balance = 10 * R1;

/// The clock of development: a minute is a day, and two seconds are a slot. Epoch 0 starts with
/// the first block.
const DEVELOPMENT_CLOCK: EpochClock = EpochClock { start_secs: 0, epoch_secs: 60, slot_secs: 2 };

/// Epochs that governance has to settle one without agreement: two minutes, which is no hardship for
/// whoever waits for rewards, and enough to try it.
const GRACE_EPOCHS: u32 = 2;

/// One of the test accounts that appear in each keyring.
struct Validator {
	node: Ed25519Keyring,
	grandpa: Ed25519Keyring,
	session: Sr25519Keyring,
}

impl Validator {
	const ALICE: Self = Self {
		node: Ed25519Keyring::Alice,
		grandpa: Ed25519Keyring::Alice,
		session: Sr25519Keyring::Alice,
	};
	const BOB: Self = Self {
		node: Ed25519Keyring::Bob,
		grandpa: Ed25519Keyring::Bob,
		session: Sr25519Keyring::Bob,
	};
	const CHARLIE: Self = Self {
		node: Ed25519Keyring::Charlie,
		grandpa: Ed25519Keyring::Charlie,
		session: Sr25519Keyring::Charlie,
	};

	/// The validator's account: the ed25519 key of the node that it is.
	fn account(&self) -> AccountId {
		self.node.to_account_id()
	}

	fn session_keys(&self) -> SessionKeys {
		SessionKeys {
			babe: self.session.public().into(),
			grandpa: self.grandpa.public().into(),
			orac: self.session.public().into(),
		}
	}
}

/// The JSON of a preset, by its name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(&[Validator::ALICE]),
		LOCAL_TESTNET_RUNTIME_PRESET => {
			development(&[Validator::ALICE, Validator::BOB, Validator::CHARLIE])
		},
		_ => return None,
	};
	serde_json::to_string(&patch).ok().map(|json| json.into_bytes())
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}

/// A development chain with the given validators.
fn development(validators: &[Validator]) -> Value {
	// One person plays every office: sudo, the issuer of permits, and the owner of the treasury's
	// deed.
	let authority = Sr25519Keyring::Alice.to_account_id();
	let liquidity_provider = authority.clone();
	let people = Sr25519Keyring::well_known().map(|key| key.to_account_id()).collect::<Vec<_>>();
	let r1 = people.iter().map(|account| (account.clone(), ENDOWMENT_R1));
	let r1 = r1.chain(validators.iter().map(|validator| (validator.account(), VALIDATOR_R1)));
	let usdc = people.iter().map(|account| (USDC_ASSET_ID, account.clone(), ENDOWMENT_USDC));
	let pool: (AssetKind, AssetKind) =
		(NativeOrWithId::Native, NativeOrWithId::WithId(USDC_ASSET_ID));

	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: r1.collect() },
		assets: pallet_assets::GenesisConfig {
			assets: vec![(USDC_ASSET_ID, liquidity_provider.clone(), true, 1)],
			metadata: vec![(USDC_ASSET_ID, b"USD Coin".to_vec(), b"USDC".to_vec(), 6)],
			accounts: usdc.collect(),
		},
		asset_conversion: pallet_asset_conversion::GenesisConfig {
			pools: vec![(pool.0, pool.1, liquidity_provider, POOL_R1, POOL_USDC)],
		},
		babe: pallet_babe::GenesisConfig { epoch_config: crate::BABE_GENESIS_EPOCH_CONFIG },
		session: SessionConfig {
			keys: validators
				.iter()
				.map(|validator| {
					(validator.account(), validator.account(), validator.session_keys())
				})
				.collect(),
		},
		node_deeds: NodeDeedsConfig {
			genesis_deed_owner: Some(authority.clone()),
			permit_issuers: vec![authority.clone()],
		},
		oracles: OraclesConfig { clock: DEVELOPMENT_CLOCK, grace_epochs: GRACE_EPOCHS },
		sudo: SudoConfig { key: Some(authority) },
	})
}
