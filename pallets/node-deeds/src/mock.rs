// SPDX-License-Identifier: Apache-2.0

//! A runtime with the real pallet-nfts, pallet-balances, pallet-assets and pallet-asset-conversion;
//! the other pallets are played by values that a test sets. All of them live in storage, so that no
//! test sees another's.

mod pool;
mod builder;
mod requests;

pub(crate) use builder::*;
pub(crate) use pool::*;
pub(crate) use requests::*;

use crate as pallet_node_deeds;
use frame_support::{
	PalletId, derive_impl, parameter_types,
	traits::{
		AsEnsureOriginWithArg, ConstU16, ConstU32, ConstU64, ConstU128, UnixTime,
		tokens::fungible::ItemOf,
	},
};
use frame_system::{EnsureRoot, EnsureSigned};
use r1_primitives::{
	DeedId, EpochIndex, R1, USDC,
	traits::{AdoptionLedger, CurrentEpoch, Liquidity, RewardLedger},
};
use sp_runtime::{AccountId32, MultiSignature, MultiSigner, traits::IdentityLookup};
use std::time::Duration;

pub(crate) const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const BOB: AccountId32 = AccountId32::new([2; 32]);
pub(crate) const LIQUIDITY: AccountId32 = AccountId32::new([3; 32]);
pub(crate) const COMPANY: AccountId32 = AccountId32::new([4; 32]);
pub(crate) const TAX: AccountId32 = AccountId32::new([5; 32]);
/// Owns the Genesis Deed, where a test has one.
pub(crate) const TREASURY: AccountId32 = AccountId32::new([6; 32]);
/// Put everything into the pool that is in it at first.
pub(crate) const PROVIDER: AccountId32 = AccountId32::new([7; 32]);

/// The price of the pool in the reference's own test-suite: about 0.30 USD.
pub(crate) const R1_PRICE: u128 = 300_000_300_000_300_000;

/// What is in the pool of the reference's own test-suite.
pub(crate) const REFERENCE_POOL: Liquidity = Liquidity { r1: 666_666 * R1, usdc: 200_000 * USDC };

/// The same price in a pool so deep that no purchase of a test moves it much.
pub(crate) const DEEP_POOL: Liquidity =
	Liquidity { r1: 666_666_000 * R1, usdc: 200_000_000 * USDC };

/// What ALICE and BOB own: enough for every deed.
pub(crate) const ENDOWMENT: u128 = 2_000_000_000 * R1;

/// A day, as on the main network.
pub(crate) const COOLDOWN_SECS: u64 = 86_400;

pub(crate) const DEEDS_PER_PURCHASE_MAX: u32 = 50;
pub(crate) const PRICE_SAMPLE_PERIOD: u64 = 10;
pub(crate) const PRICE_SAMPLES_MAX: u32 = 3;
pub(crate) const LINKS_PER_BATCH_MAX: u32 = 4;
pub(crate) const PERMIT_ISSUERS_MAX: u32 = 3;

/// Wider than the company's own floor of 3 %, so that a test can meet both.
pub(crate) const SLIPPAGE_BASIS_POINTS: u16 = 500;

type Block = frame_system::mocking::MockBlock<Test>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeError,
		RuntimeEvent,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Nfts = pallet_nfts;
	#[runtime::pallet_index(3)]
	pub type NodeDeeds = pallet_node_deeds;
	#[runtime::pallet_index(4)]
	pub type Assets = pallet_assets<Instance1>;
	#[runtime::pallet_index(5)]
	pub type PoolAssets = pallet_assets<Instance2>;
	#[runtime::pallet_index(6)]
	pub type AssetConversion = pallet_asset_conversion;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<u128>;
	type AccountId = AccountId32;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId32>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
}

parameter_types! {
	pub NftsFeatures: pallet_nfts::PalletFeatures = pallet_nfts::PalletFeatures::all_enabled();
}

// The deposits are real, so that a test notices if one is charged.
impl pallet_nfts::Config for Test {
	type ApprovalsLimit = ConstU32<4>;
	type AttributeDepositBase = ConstU128<R1>;
	type BlockNumberProvider = System;
	type CollectionDeposit = ConstU128<R1>;
	type CollectionId = u32;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId32>>;
	type Currency = Balances;
	type DepositPerByte = ConstU128<R1>;
	type Features = NftsFeatures;
	type ForceOrigin = EnsureRoot<AccountId32>;
	type ItemAttributesApprovalsLimit = ConstU32<4>;
	type ItemDeposit = ConstU128<R1>;
	type ItemId = DeedId;
	type KeyLimit = ConstU32<64>;
	type Locker = NodeDeeds;
	type MaxAttributesPerCall = ConstU32<4>;
	type MaxDeadlineDuration = ConstU64<1_000>;
	type MaxTips = ConstU32<4>;
	type MetadataDepositBase = ConstU128<R1>;
	type OffchainPublic = MultiSigner;
	type OffchainSignature = MultiSignature;
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<64>;
	type ValueLimit = ConstU32<64>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type Helper = ();
}

parameter_types! {
	pub const DeedsPalletId: PalletId = PalletId(*b"r1/deeds");
	pub const LiquidityAccount: AccountId32 = LIQUIDITY;
	pub const CompanyAccount: AccountId32 = COMPANY;
	pub const TaxAccount: AccountId32 = TAX;
	/// What the market says, if not what is in the pool: a price, or that there is none.
	pub storage SpotPrice: Option<Option<u128>> = None;
	/// What an account must hold to exist; one unit, so that what is left behind can be seen.
	pub storage ExistentialDeposit: u128 = 1;
	/// What the clock says.
	pub storage NowSecs: u64 = 1_800_000_000;
	/// The epoch that the chain is in.
	pub storage Epoch: EpochIndex = 7;
	/// The deed that has epochs to claim.
	pub storage UnclaimedDeed: Option<DeedId> = None;
	/// The last that the ledger of rewards was told.
	pub storage LastLinked: Option<(DeedId, EpochIndex)> = None;
	/// What each deed has released.
	pub storage Released: u128 = 0;
	/// The deeds that the ledger of rewards was told are burned.
	pub storage BurnedDeeds: Vec<DeedId> = Vec::new();
	/// The deeds that the ledger of adoption was told are sold.
	pub storage DeedsSold: u32 = 0;
}

impl pallet_node_deeds::Config for Test {
	type Adoption = TestAdoption;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = TestMarket;
	type CompanyAccount = CompanyAccount;
	type Currency = Balances;
	type DeedsPerPurchaseMax = ConstU32<DEEDS_PER_PURCHASE_MAX>;
	type Epochs = TestEpochs;
	type GovernanceOrigin = EnsureRoot<AccountId32>;
	type LinkCooldownSecs = ConstU64<COOLDOWN_SECS>;
	type LinksPerBatchMax = ConstU32<LINKS_PER_BATCH_MAX>;
	type LiquidityAccount = LiquidityAccount;
	type Market = TestMarket;
	type PalletId = DeedsPalletId;
	type PermitIssuersMax = ConstU32<PERMIT_ISSUERS_MAX>;
	type PriceSamplePeriod = ConstU64<PRICE_SAMPLE_PERIOD>;
	type PriceSamplesMax = ConstU32<PRICE_SAMPLES_MAX>;
	type Rewards = TestRewards;
	type SlippageBasisPoints = ConstU16<SLIPPAGE_BASIS_POINTS>;
	type TaxAccount = TaxAccount;
	type Time = TestTime;
	type Usdc = ItemOf<Assets, UsdcId, AccountId32>;
	type WeightInfo = ();
}

pub struct TestEpochs;

impl CurrentEpoch for TestEpochs {
	fn current_epoch() -> EpochIndex {
		Epoch::get()
	}
}

pub struct TestTime;

impl UnixTime for TestTime {
	fn now() -> Duration {
		Duration::from_secs(NowSecs::get())
	}
}

pub struct TestRewards;

impl RewardLedger for TestRewards {
	fn on_linked(deed: DeedId, epoch: EpochIndex) {
		LastLinked::set(&Some((deed, epoch)));
	}

	fn may_unlink(deed: DeedId) -> bool {
		UnclaimedDeed::get() != Some(deed)
	}

	fn released(_: DeedId) -> u128 {
		Released::get()
	}

	fn on_burned(deed: DeedId) {
		let mut burned = BurnedDeeds::get();
		burned.push(deed);
		BurnedDeeds::set(&burned);
	}
}

pub struct TestAdoption;

impl AdoptionLedger for TestAdoption {
	fn on_deeds_sold(units: u32) {
		DeedsSold::set(&(DeedsSold::get() + units));
	}

	fn on_work_paid(_: u128) {}
}
