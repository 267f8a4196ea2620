// SPDX-License-Identifier: Apache-2.0

//! A runtime with the real pallet-nfts and pallet-balances; the other pallets are played by values
//! that a test sets. All of them live in storage, so that no test sees another's.

use crate as pallet_node_deeds;
use crate::PriceSamples;
use frame_support::{
	PalletId, derive_impl, parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU32, ConstU64, ConstU128, Hooks, UnixTime},
};
use frame_system::{EnsureRoot, EnsureSigned};
use r1_primitives::{
	DeedId, EpochIndex, LinkProof, R1, SignedBody,
	traits::{CurrentEpoch, Market, RewardLedger},
};
use sp_core::{H256, Pair, ed25519};
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchError, DispatchResult, MultiSignature, MultiSigner,
	traits::IdentityLookup,
};
use std::time::Duration;

pub(crate) const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const BOB: AccountId32 = AccountId32::new([2; 32]);
pub(crate) const LIQUIDITY: AccountId32 = AccountId32::new([3; 32]);
pub(crate) const COMPANY: AccountId32 = AccountId32::new([4; 32]);

/// The price of the pool in the reference's own test-suite: about 0.30 USD.
pub(crate) const R1_PRICE: u128 = 300_000_300_000_300_000;

/// What ALICE and BOB own: enough for every deed.
pub(crate) const ENDOWMENT: u128 = 2_000_000_000 * R1;

/// A day, as on the main network.
pub(crate) const COOLDOWN_SECS: u64 = 86_400;

pub(crate) const DEEDS_PER_PURCHASE_MAX: u32 = 50;
pub(crate) const PRICE_SAMPLE_PERIOD: u64 = 10;
pub(crate) const PRICE_SAMPLES_MAX: u32 = 3;

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
	type ExistentialDeposit = ConstU128<1>;
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
	/// What the market says.
	pub storage SpotPrice: Option<u128> = Some(R1_PRICE);
	/// What the clock says.
	pub storage NowSecs: u64 = 1_800_000_000;
	/// The epoch that the chain is in.
	pub storage Epoch: EpochIndex = 7;
	/// The deed that has epochs to claim.
	pub storage UnclaimedDeed: Option<DeedId> = None;
	/// The last that the ledger was told.
	pub storage LastLinked: Option<(DeedId, EpochIndex)> = None;
}

impl pallet_node_deeds::Config for Test {
	type CompanyAccount = CompanyAccount;
	type Currency = Balances;
	type DeedsPerPurchaseMax = ConstU32<DEEDS_PER_PURCHASE_MAX>;
	type Epochs = TestEpochs;
	type LinkCooldownSecs = ConstU64<COOLDOWN_SECS>;
	type LiquidityAccount = LiquidityAccount;
	type Market = TestMarket;
	type PalletId = DeedsPalletId;
	type PriceSamplePeriod = ConstU64<PRICE_SAMPLE_PERIOD>;
	type PriceSamplesMax = ConstU32<PRICE_SAMPLES_MAX>;
	type Rewards = TestRewards;
	type Time = TestTime;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = TestMarket;
}

pub struct TestMarket;

impl Market<AccountId32> for TestMarket {
	fn spot_price() -> Option<u128> {
		SpotPrice::get()
	}

	// The pallet reads the price and trades nothing.
	fn swap_usdc_for_r1(_: &AccountId32, _: u128, _: u128) -> Result<u128, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn swap_r1_for_usdc(_: &AccountId32, _: u128, _: u128) -> Result<u128, DispatchError> {
		Err(DispatchError::Unavailable)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_node_deeds::BenchmarkHelper for TestMarket {
	fn open_market() {
		SpotPrice::set(&Some(R1_PRICE));
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

	fn is_claimed_up_to_date(deed: DeedId) -> bool {
		UnclaimedDeed::get() != Some(deed)
	}
}

/// Builds the state that a test starts from.
pub(crate) struct ExtBuilder {
	r1_price: Option<u128>,
	deeds_of_alice: u32,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { r1_price: Some(R1_PRICE), deeds_of_alice: 0 }
	}
}

impl ExtBuilder {
	/// The price that was sampled before the test; `None` for a market that is not open yet.
	pub(crate) fn with_r1_price(self, r1_price: Option<u128>) -> Self {
		Self { r1_price, ..self }
	}

	/// Lets ALICE buy so many deeds of the first tier before the test, from deed 1 on.
	pub(crate) fn with_deeds_of_alice(self, deeds_of_alice: u32) -> Self {
		Self { deeds_of_alice, ..self }
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default()
			.build_storage()
			.expect("the system has a genesis");
		pallet_balances::GenesisConfig::<Test> {
			balances: vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT)],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.expect("the balances are above the existential deposit");
		pallet_node_deeds::GenesisConfig::<Test>::default()
			.assimilate_storage(&mut storage)
			.expect("the collection is created");

		let mut externalities = sp_io::TestExternalities::new(storage);
		externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
		externalities.execute_with(|| {
			System::set_block_number(1);
			SpotPrice::set(&self.r1_price);
			NodeDeeds::on_initialize(1);
			if self.deeds_of_alice > 0 {
				buy(ALICE, self.deeds_of_alice, 1).expect("ALICE can buy");
			}
			System::reset_events();
		});
		externalities
	}

	/// Runs a test, then checks the pallet's invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			NodeDeeds::do_try_state().expect("the invariants hold");
		});
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

pub(crate) fn buy(buyer: AccountId32, units: u32, tier: u8) -> DispatchResult {
	NodeDeeds::buy(RuntimeOrigin::signed(buyer), units, tier, u128::MAX)
}

/// The key of the `index`-th test node.
pub(crate) fn node_key(index: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[index; 32])
}

/// The account of the `index`-th test node.
pub(crate) fn node(index: u8) -> AccountId32 {
	AccountId32::new(node_key(index).public().0)
}

pub(crate) fn genesis_hash() -> H256 {
	System::block_hash(0)
}

/// A request to link, and what the node signed for it; a test changes one field to make it wrong.
pub(crate) struct LinkRequest {
	pub(crate) caller: AccountId32,
	pub(crate) deed: DeedId,
	pub(crate) node: AccountId32,
	pub(crate) expires_at_epoch: EpochIndex,
	pub(crate) signer: ed25519::Pair,
	pub(crate) signed: LinkProof,
	pub(crate) signed_for_chain: H256,
}

impl LinkRequest {
	/// A request of `caller` that the `index`-th test node agreed to until the current epoch.
	pub(crate) fn new(caller: AccountId32, deed: DeedId, index: u8) -> Self {
		let expires_at_epoch = Epoch::get();
		Self {
			deed,
			node: node(index),
			expires_at_epoch,
			signer: node_key(index),
			signed: LinkProof {
				owner: caller.clone().into(),
				deed,
				node: node(index).into(),
				expires_at_epoch,
			},
			signed_for_chain: genesis_hash(),
			caller,
		}
	}

	pub(crate) fn submit(self) -> DispatchResult {
		let payload = self.signed.signing_payload(self.signed_for_chain.as_fixed_bytes());
		let signature = self.signer.sign(&payload);
		NodeDeeds::link(
			RuntimeOrigin::signed(self.caller),
			self.deed,
			self.node,
			self.expires_at_epoch,
			signature,
		)
	}
}

/// Links a deed of `caller` to the `index`-th test node, with its consent.
pub(crate) fn link(caller: AccountId32, deed: DeedId, index: u8) -> DispatchResult {
	LinkRequest::new(caller, deed, index).submit()
}

pub(crate) fn unlink(caller: AccountId32, deed: DeedId) -> DispatchResult {
	NodeDeeds::unlink(RuntimeOrigin::signed(caller), deed)
}

/// Lets the cooldown of everything that is linked now end.
pub(crate) fn pass_cooldown() {
	NowSecs::set(&(NowSecs::get() + COOLDOWN_SECS + 1));
}
