// SPDX-License-Identifier: Apache-2.0

//! The Ratio1 runtime: which pallets the chain has, and how they are connected.
//!
//! Business logic lives in the pallets; here are only their configurations ([`configs`], one file
//! a pallet), the pool behind the [`market`] trait, the runtime APIs and the genesis presets.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::indexing_slicing,
		clippy::unwrap_used,
		clippy::expect_used
	)
)]
#![allow(missing_docs, reason = "most items of a runtime are made by FRAME's macros")]

#[cfg(feature = "std")]
mod wasm {
	#![allow(dead_code, unreachable_pub, reason = "the build writes these constants")]
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use wasm::WASM_BINARY;

extern crate alloc;

pub mod constants;
pub mod configs;
pub mod market;
pub mod migrations;
pub mod genesis_config_presets;
#[cfg(feature = "std")]
pub mod genesis_state;
// Before the APIs, which use the macros that it defines.
#[cfg(feature = "runtime-benchmarks")]
#[macro_use]
mod benchmarking;
pub mod apis;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use sp_runtime::{
	MultiAddress, MultiSignature, generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
};
use sp_version::{RuntimeVersion, runtime_version};

/// Types that a node can handle without knowing the runtime's calls.
pub mod opaque {
	use super::{BlockNumber, Hash};
	use sp_runtime::{generic, traits::BlakeTwo256};

	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A block's header.
	pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
	/// A block whose transactions are bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
	/// A block's identifier.
	pub type BlockId = generic::BlockId<Block>;
	/// A block's hash.
	pub type BlockHash = Hash;
}

impl_opaque_keys! {
	/// The keys of a validator: block production, finality, and oracle reports.
	pub struct SessionKeys {
		/// BABE block production.
		pub babe: Babe,
		/// GRANDPA finality.
		pub grandpa: Grandpa,
		/// Oracle reports.
		pub orac: Oracles,
	}
}

/// Prefix of addresses in text; free in the public registry on 2026-11-22.
pub const SS58_PREFIX: u16 = 1618;

/// The runtime's identity; `spec_version` grows with every change of behaviour.
#[runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("ratio1"),
	impl_name: alloc::borrow::Cow::Borrowed("ratio1-node"),
	authoring_version: 1,
	spec_version: 106,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 3,
	system_version: 1,
};

/// BABE's configuration at genesis; epoch changes keep it.
pub const BABE_GENESIS_EPOCH_CONFIG: sp_consensus_babe::BabeEpochConfiguration =
	sp_consensus_babe::BabeEpochConfiguration {
		c: constants::time::PRIMARY_PROBABILITY,
		allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
	};

/// A signature by any kind of wallet key.
pub type Signature = MultiSignature;
/// An account; for a node it is the node's ed25519 key.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount of R1 or USDC, in base units.
pub type Balance = u128;
/// Number of transactions that an account has sent.
pub type Nonce = u32;
/// A hash of anything.
pub type Hash = sp_core::H256;
/// Number of a block.
pub type BlockNumber = u32;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What surrounds every call: authority, fee, replay protection and weight.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// A transaction as it travels.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
	migrations::Migrations,
>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	// Indices are part of every encoded transaction: gaps are left for what belongs beside.
	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	#[runtime::pallet_index(10)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(11)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(12)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(13)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(14)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(15)]
	pub type Grandpa = pallet_grandpa;

	#[runtime::pallet_index(20)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(21)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(22)]
	pub type Assets = pallet_assets<Instance1>;
	#[runtime::pallet_index(23)]
	pub type PoolAssets = pallet_assets<Instance2>;
	#[runtime::pallet_index(24)]
	pub type AssetConversion = pallet_asset_conversion;
	#[runtime::pallet_index(25)]
	pub type Nfts = pallet_nfts;

	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(31)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(32)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(33)]
	pub type Sudo = pallet_sudo;

	#[runtime::pallet_index(40)]
	pub type NodeDeeds = pallet_node_deeds;
	#[runtime::pallet_index(41)]
	pub type Oracles = pallet_oracles;
	#[runtime::pallet_index(42)]
	pub type Availability = pallet_availability;
	#[runtime::pallet_index(43)]
	pub type Poai = pallet_poai;
	#[runtime::pallet_index(44)]
	pub type Burn = pallet_burn;
	#[runtime::pallet_index(45)]
	pub type Validators = pallet_validators;
	#[runtime::pallet_index(46)]
	pub type Learning = pallet_learning;
}
