// SPDX-License-Identifier: Apache-2.0

//! Genesis presets: the states that a chain can start from.
//!
//! All presets are for development: they endow well-known test accounts inside the cap and give
//! one of them sudo. None may carry value.

use crate::{
	AccountId, Balance, BalancesConfig, NodeDeedsConfig, OraclesConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SudoConfig, ValidatorsConfig,
	configs::AssetKind,
	constants::{
		currency::{R1, USDC, USDC_ASSET_ID},
		time::SLOTS_PER_SESSION,
	},
};
use alloc::{vec, vec::Vec};
use frame_support::{build_struct_json_patch, traits::fungible::NativeOrWithId};
use r1_primitives::EpochClock;
use serde_json::Value;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// R1 that each test account starts with: twelve of them hold 12 M, less than a tenth of the cap; so
/// do all of a chain with a deeper pool, whose provider has more, with less than a seventh.
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

/// The preset that the tests of whole networks run.
pub const FAST_TESTNET_RUNTIME_PRESET: &str = "fast_testnet";

/// How fast time passes on a chain, and how deep its market is.
#[derive(Clone, Copy)]
struct Pace {
	/// The clock of the oracles. With a start of 0, epoch 0 starts with the first block.
	clock: EpochClock,
	/// Epochs that governance has to settle one without agreement.
	grace_epochs: u32,
	/// Slots in a session.
	session_slots: u64,
	/// The pool holds so many times [`POOL_R1`] and [`POOL_USDC`].
	pool_depth: u128,
}

impl Pace {
	/// A minute is a day, and two seconds are a slot. Governance has two minutes, which is no
	/// hardship for whoever waits for rewards, and enough to try it.
	const DEVELOPMENT: Self = Self {
		clock: EpochClock { start_secs: 0, epoch_secs: 60, slot_secs: 2 },
		grace_epochs: 2,
		session_slots: SLOTS_PER_SESSION as u64,
		pool_depth: 1,
	};
	/// What takes days elsewhere is seen in minutes: 24 seconds are a day, and a session is one
	/// minute. Governance has eight minutes, in which a test can stop oracles, see an epoch without
	/// agreement, and settle it. Deeds that people buy over days are bought in a minute as well, so
	/// the pool is deep enough that its price stays close to the median all the same.
	const FAST: Self = Self {
		clock: EpochClock { start_secs: 0, epoch_secs: 24, slot_secs: 2 },
		grace_epochs: 20,
		session_slots: 30,
		pool_depth: 10,
	};
}

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

	const DAVE: Self = Self {
		node: Ed25519Keyring::Dave,
		grandpa: Ed25519Keyring::Dave,
		session: Sr25519Keyring::Dave,
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
		DEV_RUNTIME_PRESET => development(&[Validator::ALICE], Pace::DEVELOPMENT),
		LOCAL_TESTNET_RUNTIME_PRESET => {
			let validators = [Validator::ALICE, Validator::BOB, Validator::CHARLIE];
			development(&validators, Pace::DEVELOPMENT)
		},
		// Four, so that one can fail and the others go on.
		FAST_TESTNET_RUNTIME_PRESET => {
			let validators =
				[Validator::ALICE, Validator::BOB, Validator::CHARLIE, Validator::DAVE];
			development(&validators, Pace::FAST)
		},
		_ => return None,
	};
	serde_json::to_string(&patch).ok().map(|json| json.into_bytes())
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![
		PresetId::from(DEV_RUNTIME_PRESET),
		PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
		PresetId::from(FAST_TESTNET_RUNTIME_PRESET),
	]
}

/// A development chain with the given validators, in which time passes at a pace.
fn development(validators: &[Validator], pace: Pace) -> Value {
	// One person plays every office: sudo, the issuer of permits, and the owner of the treasury's
	// deed.
	let authority = Sr25519Keyring::Alice.to_account_id();
	let liquidity_provider = authority.clone();
	let people = Sr25519Keyring::well_known().map(|key| key.to_account_id()).collect::<Vec<_>>();
	// What the pool takes is hers; saturating, as a few times a small part of the cap.
	let endowed = |account: &AccountId, amount: Balance| {
		let is_provider = *account == liquidity_provider;
		if is_provider { amount.saturating_mul(pace.pool_depth) } else { amount }
	};
	let r1 = people.iter().map(|account| (account.clone(), endowed(account, ENDOWMENT_R1)));
	let r1 = r1.chain(validators.iter().map(|validator| (validator.account(), VALIDATOR_R1)));
	let usdc = people
		.iter()
		.map(|account| (USDC_ASSET_ID, account.clone(), endowed(account, ENDOWMENT_USDC)));
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
			pools: vec![(
				pool.0,
				pool.1,
				liquidity_provider.clone(),
				POOL_R1.saturating_mul(pace.pool_depth),
				POOL_USDC.saturating_mul(pace.pool_depth),
			)],
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
		oracles: OraclesConfig { clock: pace.clock, grace_epochs: pace.grace_epochs },
		sudo: SudoConfig { key: Some(authority) },
		validators: ValidatorsConfig { session_slots: pace.session_slots },
	})
}
