// SPDX-License-Identifier: Apache-2.0

//! A runtime with the real pallet-nfts, pallet-balances, pallet-assets and pallet-asset-conversion;
//! the other pallets are played by values that a test sets. All of them live in storage, so that no
//! test sees another's.

mod requests;

pub(crate) use requests::*;

use crate as pallet_node_deeds;
use crate::PriceSamples;
use frame_support::{
	PalletId, derive_impl,
	instances::{Instance1, Instance2},
	ord_parameter_types, parameter_types,
	traits::{
		AsEnsureOriginWithArg, ConstU16, ConstU32, ConstU64, ConstU128, Hooks, UnixTime,
		fungible::{NativeFromLeft, NativeOrWithId, UnionOf},
		tokens::{fungible::ItemOf, imbalance::ResolveAssetTo},
	},
};
use frame_system::{EnsureRoot, EnsureSigned, EnsureSignedBy};
use pallet_asset_conversion::{
	AccountIdConverter, AddLiquidityAsset, Ascending, Chain, MutateLiquidity, Swap, WithFirstAsset,
};
use r1_primitives::{
	DeedId, EpochIndex, R1, USDC,
	traits::{AdoptionLedger, CurrentEpoch, Liquidity, Market, RewardLedger},
};
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchError, MultiSignature, MultiSigner, Permill,
	traits::{AccountIdConversion, IdentityLookup},
};
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

/// The number of USDC.
const USDC_ID: u32 = 1;

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

impl pallet_assets::Config<Instance1> for Test {
	type ApprovalDeposit = ConstU128<1>;
	type AssetAccountDeposit = ConstU128<1>;
	type AssetDeposit = ConstU128<1>;
	type AssetId = u32;
	type AssetIdAllocator = ();
	type AssetIdParameter = u32;
	type Balance = u128;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type CallbackHandle = ();
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId32>>;
	type Currency = Balances;
	type Extra = ();
	type ForceOrigin = EnsureRoot<AccountId32>;
	type Freezer = ();
	type Holder = ();
	type MetadataDepositBase = ConstU128<1>;
	type MetadataDepositPerByte = ConstU128<1>;
	type RemoveItemsLimit = ConstU32<1_000>;
	type ReserveData = ();
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type WeightInfo = ();
}

ord_parameter_types! {
	pub const PoolsAccount: AccountId32 =
		AccountIdConversion::<AccountId32>::into_account_truncating(&PoolsPalletId::get());
}

impl pallet_assets::Config<Instance2> for Test {
	type ApprovalDeposit = ConstU128<0>;
	type AssetAccountDeposit = ConstU128<0>;
	type AssetDeposit = ConstU128<0>;
	type AssetId = u32;
	type AssetIdAllocator = ();
	type AssetIdParameter = u32;
	type Balance = u128;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type CallbackHandle = ();
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSignedBy<PoolsAccount, AccountId32>>;
	type Currency = Balances;
	type Extra = ();
	type ForceOrigin = EnsureRoot<AccountId32>;
	type Freezer = ();
	type Holder = ();
	type MetadataDepositBase = ConstU128<0>;
	type MetadataDepositPerByte = ConstU128<0>;
	type RemoveItemsLimit = ConstU32<1_000>;
	type ReserveData = ();
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type WeightInfo = ();
}

/// How the pool names what it holds.
type AssetKind = NativeOrWithId<u32>;

type NativeAndAssets = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId32>;

type PoolIdToAccountId = AccountIdConverter<PoolsPalletId, (AssetKind, AssetKind)>;

parameter_types! {
	pub const PoolsPalletId: PalletId = PalletId(*b"r1/swaps");
	pub const Native: AssetKind = NativeOrWithId::Native;
	pub const UsdcId: u32 = USDC_ID;
	pub const PoolFee: Permill = Permill::from_parts(3_000);
	pub const NoFee: Permill = Permill::zero();
}

impl pallet_asset_conversion::Config for Test {
	type AdminOrigin = EnsureRoot<AccountId32>;
	type AssetKind = AssetKind;
	type Assets = NativeAndAssets;
	type Balance = u128;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = pallet_asset_conversion::NativeOrWithIdFactory<u32>;
	type HigherPrecisionBalance = sp_core::U256;
	type LPFee = PoolFee;
	type LiquidityWithdrawalFee = NoFee;
	type MaxSwapFee = PoolFee;
	type MaxSwapPathLength = ConstU32<2>;
	type MintMinLiquidity = ConstU128<100>;
	type PalletId = PoolsPalletId;
	type PoolAssetId = u32;
	type PoolAssets = PoolAssets;
	type PoolId = (AssetKind, AssetKind);
	type PoolLocator = Chain<
		WithFirstAsset<Native, AccountId32, AssetKind, PoolIdToAccountId>,
		Ascending<AccountId32, AssetKind, PoolIdToAccountId>,
	>;
	type PoolSetupFee = ConstU128<1>;
	type PoolSetupFeeAsset = Native;
	type PoolSetupFeeTarget = ResolveAssetTo<PoolsAccount, NativeAndAssets>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
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

/// The real pool, asked as the runtime asks it.
pub struct TestMarket;

const R1_KIND: AssetKind = NativeOrWithId::Native;
const USDC_KIND: AssetKind = NativeOrWithId::WithId(USDC_ID);

impl TestMarket {
	fn swap(
		who: &AccountId32,
		path: [AssetKind; 2],
		amount: u128,
		minimum: u128,
	) -> Result<u128, DispatchError> {
		<AssetConversion as Swap<AccountId32>>::swap_exact_tokens_for_tokens(
			who.clone(),
			path.into(),
			amount,
			Some(minimum),
			who.clone(),
			false,
		)
	}
}

impl Market<AccountId32> for TestMarket {
	fn spot_price() -> Option<u128> {
		SpotPrice::get().unwrap_or_else(|| {
			let (reserve_r1, reserve_usdc) =
				AssetConversion::get_reserves(R1_KIND, USDC_KIND).ok()?;
			r1_math::price::spot_price(reserve_usdc, reserve_r1)
		})
	}

	fn swap_usdc_for_r1(
		who: &AccountId32,
		usdc: u128,
		r1_minimum: u128,
	) -> Result<u128, DispatchError> {
		Self::swap(who, [USDC_KIND, R1_KIND], usdc, r1_minimum)
	}

	fn swap_r1_for_usdc(
		who: &AccountId32,
		r1: u128,
		usdc_minimum: u128,
	) -> Result<u128, DispatchError> {
		Self::swap(who, [R1_KIND, USDC_KIND], r1, usdc_minimum)
	}

	fn add_liquidity(
		who: &AccountId32,
		offer: Liquidity,
		minimum: Liquidity,
		receiver: &AccountId32,
	) -> Result<Liquidity, DispatchError> {
		let (r1_before, usdc_before) = (Balances::free_balance(who), usdc_of(who));
		<AssetConversion as MutateLiquidity<AccountId32>>::add_liquidity(
			who,
			AddLiquidityAsset { asset: R1_KIND, amount_desired: offer.r1, amount_min: minimum.r1 },
			AddLiquidityAsset {
				asset: USDC_KIND,
				amount_desired: offer.usdc,
				amount_min: minimum.usdc,
			},
			receiver,
		)?;
		let r1 = r1_before - Balances::free_balance(who);
		Ok(Liquidity { r1, usdc: usdc_before - usdc_of(who) })
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_node_deeds::BenchmarkHelper for TestMarket {
	fn open_market() {
		// As the tests' pool is: deep enough for fifty deeds of the last tier.
		assert!(Self::spot_price().is_some(), "the builder opens the pool");
	}

	fn fill_history(_: DeedId) {
		// The mock's ledger keeps no payments.
	}
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

/// Builds the state that a test starts from.
pub(crate) struct ExtBuilder {
	pool: Liquidity,
	r1_price: Option<Option<u128>>,
	deeds_of_alice: u32,
	genesis_deed_owner: Option<AccountId32>,
	liquidity_share: u16,
	existential_deposit: u128,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			pool: DEEP_POOL,
			r1_price: None,
			deeds_of_alice: 0,
			genesis_deed_owner: None,
			liquidity_share: 0,
			existential_deposit: 1,
		}
	}
}

impl ExtBuilder {
	/// What is in the pool; the deep one without.
	pub(crate) fn with_pool(self, pool: Liquidity) -> Self {
		Self { pool, ..self }
	}

	/// The price that the market gives and that was sampled before the test, whatever is in the
	/// pool; `None` for a market that is not open yet.
	pub(crate) fn with_r1_price(self, r1_price: Option<u128>) -> Self {
		Self { r1_price: Some(r1_price), ..self }
	}

	/// Lets ALICE buy so many deeds of the first tier before the test.
	pub(crate) fn with_deeds_of_alice(self, deeds_of_alice: u32) -> Self {
		Self { deeds_of_alice, ..self }
	}

	/// Gives the Genesis Deed to TREASURY at genesis.
	pub(crate) fn with_genesis_deed(self) -> Self {
		Self { genesis_deed_owner: Some(TREASURY), ..self }
	}

	/// What an account must hold to exist; one unit without.
	pub(crate) fn with_existential_deposit(self, existential_deposit: u128) -> Self {
		Self { existential_deposit, ..self }
	}

	/// Endows the liquidity account with the existential deposit, and sets the share that goes into the pool.
	pub(crate) fn with_liquidity_share(self, liquidity_share: u16) -> Self {
		Self { liquidity_share, ..self }
	}

	/// The storage at genesis.
	pub(crate) fn genesis(&self) -> sp_core::storage::Storage {
		let Liquidity { r1, usdc } = self.pool;
		let mut balances = vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (PROVIDER, r1 + 1)];
		if self.liquidity_share > 0 {
			balances.push((LIQUIDITY, self.existential_deposit));
		}
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
			assets: pallet_assets::GenesisConfig {
				assets: vec![(USDC_ID, PROVIDER, true, 1)],
				accounts: vec![(USDC_ID, PROVIDER, usdc + 1)],
				..Default::default()
			},
			asset_conversion: pallet_asset_conversion::GenesisConfig {
				pools: vec![(R1_KIND, USDC_KIND, PROVIDER, r1, usdc)],
			},
			node_deeds: pallet_node_deeds::GenesisConfig {
				genesis_deed_owner: self.genesis_deed_owner.clone(),
				permit_issuers: vec![issuer()],
			},
			..Default::default()
		};
		genesis.build_storage().expect("the genesis is sound")
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let mut externalities = sp_io::TestExternalities::new(self.genesis());
		externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
		externalities.execute_with(|| self.begin());
		externalities
	}

	/// Runs a test, then checks the pallet's invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			NodeDeeds::do_try_state().expect("the invariants hold");
		});
	}

	/// Begins block 1, with all that must be there before the test.
	pub(crate) fn begin(&self) {
		System::set_block_number(1);
		ExistentialDeposit::set(&self.existential_deposit);
		SpotPrice::set(&self.r1_price);
		NodeDeeds::on_initialize(1);
		if self.deeds_of_alice > 0 {
			buy(ALICE, self.deeds_of_alice, 1).expect("ALICE can buy");
		}
		if self.liquidity_share > 0 {
			NodeDeeds::set_liquidity_share(RuntimeOrigin::root(), self.liquidity_share)
				.expect("the liquidity account exists");
		}
		System::reset_events();
	}
}

/// Runs blocks until the given one has begun.
pub(crate) fn run_to_block(block: u64) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::set_block_number(next);
		NodeDeeds::on_initialize(next);
	}
}

/// Every event since the last look.
pub(crate) fn take_events() -> Vec<RuntimeEvent> {
	let events = System::read_events_for_pallet::<RuntimeEvent>();
	System::reset_events();
	events
}

/// This pallet's events since the last look.
pub(crate) fn take_deed_events() -> Vec<crate::Event<Test>> {
	let events = System::read_events_for_pallet::<crate::Event<Test>>();
	System::reset_events();
	events
}

pub(crate) fn samples() -> Vec<u128> {
	PriceSamples::<Test>::get().into_inner()
}

/// What an account holds in USDC.
pub(crate) fn usdc_of(who: &AccountId32) -> u128 {
	Assets::balance(USDC_ID, who)
}

/// What an account holds of the pool.
pub(crate) fn pool_shares_of(who: &AccountId32) -> u128 {
	PoolAssets::balance(0, who)
}
