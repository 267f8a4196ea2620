// SPDX-License-Identifier: Apache-2.0

//! A runtime for tests: real balances and assets; a market, deeds and oracles that tests direct.
//!
//! Everything that tests set lies in the externalities, so nothing leaks from one to the next, and
//! a storage layer that is rolled back takes it along.

use crate as pallet_poai;
use frame_support::{
	PalletId, derive_impl, ensure, parameter_types,
	traits::{
		AsEnsureOriginWithArg, ConstU16, ConstU32, ConstU128, Hooks, UnixTime,
		fungible::{self, Inspect as _, Mutate as _},
		tokens::Preservation::Expendable,
	},
	weights::{Weight, constants::RocksDbWeight},
};
use frame_system::{EnsureRoot, EnsureSigned};
use r1_math::price::{r1_to_usdc, usdc_to_r1};
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex, JobId, R1, USDC,
	learning::Attendance,
	traits::{
		AdoptionLedger, CurrentEpoch, DeedInspect, Liquidity, Market, OracleVerdicts, PriceInspect,
		RoundsAttended,
	},
};
use sp_runtime::{AccountId32, BuildStorage, DispatchError, traits::IdentityLookup};

pub(crate) const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const BOB: AccountId32 = AccountId32::new([2; 32]);
pub(crate) const CAROL: AccountId32 = AccountId32::new([3; 32]);
/// Holds what the market trades.
pub(crate) const POOL: AccountId32 = AccountId32::new([9; 32]);
/// What each of the three people has at the start.
pub(crate) const FORTUNE: u128 = 1_000_000 * USDC;
/// Deeds that exist at the start, all of them active.
pub(crate) const DEEDS: u32 = 40;

const USDC_ASSET: u32 = 1;
const EXISTENTIAL_DEPOSIT: u128 = R1 / 1_000;

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
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type Assets = pallet_assets::Pallet<Test>;
	#[runtime::pallet_index(3)]
	pub type Poai = pallet_poai::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<u128>;
	type DbWeight = RocksDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = u128;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = u128;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId32>>;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId32>;
}

parameter_types! {
	pub const UsdcAsset: u32 = USDC_ASSET;
	pub const PoaiPalletId: PalletId = PalletId(*b"r1/poai_");
	/// The epoch of the current block.
	pub storage Epoch: EpochIndex = 10;
	/// The first epoch that the oracles have not decided.
	pub storage FirstUndecided: EpochIndex = 10;
	/// Price of one R1 in the pool: 2 USD.
	pub storage PoolPrice: u128 = 2 * R1;
	/// The median of its samples.
	pub storage MedianPrice: Option<u128> = Some(2 * R1);
	/// What was counted for adoption, one entry for each time.
	pub storage WorkPaid: Vec<u128> = Vec::new();
	/// The pool refuses swaps of exactly this much USDC.
	pub storage RefusedSwap: Option<u128> = None;
}

pub(crate) type Usdc = fungible::ItemOf<Assets, UsdcAsset, AccountId32>;

impl pallet_poai::Config for Test {
	type GovernanceOrigin = EnsureRoot<AccountId32>;
	type Usdc = Usdc;
	type Currency = Balances;
	type Market = TestMarket;
	type Price = TestPrice;
	type Deeds = TestDeeds;
	type Adoption = TestAdoption;
	type Verdicts = TestOracles;
	type Rounds = TestRounds;
	type Epochs = TestOracles;
	type Time = TestTime;
	type PalletId = PoaiPalletId;
	type SlippageBasisPoints = ConstU16<300>;
	type DepositMin = ConstU128<USDC>;
	type EpochsMin = ConstU32<30>;
	type EpochsMax = ConstU32<1_000>;
	type JobsPerOwnerMax = ConstU32<100>;
	type DelegatesMax = ConstU32<4>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = TestBenchmarkHelper;
}

/// Trades at a fixed price and really moves both currencies.
#[derive(Debug)]
pub struct TestMarket;

impl Market<AccountId32> for TestMarket {
	fn spot_price() -> Option<u128> {
		Some(PoolPrice::get())
	}

	fn swap_usdc_for_r1(
		who: &AccountId32,
		usdc: u128,
		r1_minimum: u128,
	) -> Result<u128, DispatchError> {
		ensure!(RefusedSwap::get() != Some(usdc), DispatchError::Unavailable);
		let r1 = usdc_to_r1(usdc, PoolPrice::get()).ok_or(DispatchError::Corruption)?;
		ensure!(r1 >= r1_minimum, DispatchError::Exhausted);
		Usdc::transfer(who, &POOL, usdc, Expendable)?;
		Balances::transfer(&POOL, who, r1, Expendable)
	}

	fn swap_r1_for_usdc(
		who: &AccountId32,
		r1: u128,
		usdc_minimum: u128,
	) -> Result<u128, DispatchError> {
		let usdc = r1_to_usdc(r1, PoolPrice::get()).ok_or(DispatchError::Corruption)?;
		ensure!(usdc >= usdc_minimum, DispatchError::Exhausted);
		Balances::transfer(who, &POOL, r1, Expendable)?;
		Usdc::transfer(&POOL, who, usdc, Expendable)
	}

	fn add_liquidity(
		_who: &AccountId32,
		_offer: Liquidity,
		_minimum: Liquidity,
		_receiver: &AccountId32,
	) -> Result<Liquidity, DispatchError> {
		// Nothing here adds any.
		Err(DispatchError::Unavailable)
	}
}

/// An hour for each epoch.
#[derive(Debug)]
pub struct TestTime;

impl UnixTime for TestTime {
	fn now() -> core::time::Duration {
		core::time::Duration::from_secs(u64::from(Epoch::get()) * 3_600)
	}
}

/// The median that a test set.
#[derive(Debug)]
pub struct TestPrice;

impl PriceInspect for TestPrice {
	fn median_price() -> Option<u128> {
		MedianPrice::get()
	}
}

/// Owners of deeds, and the deeds that may not work.
#[derive(Debug)]
pub struct TestDeeds;

#[frame_support::storage_alias]
pub(crate) type DeedOwners = StorageMap<Mock, frame_support::Twox64Concat, DeedId, AccountId32>;

/// Terms of the deeds that are not Node Deeds.
#[frame_support::storage_alias]
pub(crate) type OtherTerms = StorageMap<Mock, frame_support::Twox64Concat, DeedId, DeedTerms>;

#[frame_support::storage_alias]
pub(crate) type InactiveDeeds = StorageMap<Mock, frame_support::Twox64Concat, DeedId, ()>;

impl DeedInspect<AccountId32> for TestDeeds {
	fn owner_of(deed: DeedId) -> Option<AccountId32> {
		DeedOwners::get(deed)
	}

	fn node_of(deed: DeedId) -> Option<AccountId32> {
		Self::is_active(deed).then(|| operator(deed))
	}

	fn deed_of(node: &AccountId32) -> Option<DeedId> {
		(1..=DEEDS).find(|deed| operator(*deed) == *node)
	}

	fn is_active(deed: DeedId) -> bool {
		DeedOwners::contains_key(deed) && !InactiveDeeds::contains_key(deed)
	}

	fn terms(deed: DeedId) -> Option<DeedTerms> {
		(1..=DEEDS)
			.contains(&deed)
			.then(|| OtherTerms::get(deed).unwrap_or(DeedTerms::Node))
	}

	fn are_paused() -> bool {
		false
	}

	fn issued() -> u32 {
		DEEDS
	}
}

/// Remembers what it was told.
#[derive(Debug)]
pub struct TestAdoption;

impl AdoptionLedger for TestAdoption {
	fn on_deeds_sold(_units: u32) {}

	fn on_work_paid(usdc: u128) {
		let mut paid = WorkPaid::get();
		paid.push(usdc);
		WorkPaid::set(&paid);
	}
}

/// Verdicts: full quality unless a test attested another.
#[derive(Debug)]
pub struct TestOracles;

#[frame_support::storage_alias]
type Qualities = StorageMap<Mock, frame_support::Twox64Concat, (EpochIndex, JobId, DeedId), u8>;

impl OracleVerdicts for TestOracles {
	fn first_undecided_epoch() -> EpochIndex {
		FirstUndecided::get()
	}

	fn availability(epoch: EpochIndex, _deed: DeedId) -> Option<u8> {
		(epoch < FirstUndecided::get()).then_some(u8::MAX)
	}

	fn availabilities(epoch: EpochIndex, deeds: &[DeedId]) -> Option<Vec<u8>> {
		deeds.iter().map(|deed| Self::availability(epoch, *deed)).collect()
	}

	fn quality(epoch: EpochIndex, job: JobId, deed: DeedId) -> Option<u8> {
		(epoch < FirstUndecided::get()).then(|| attested(epoch, job, deed))
	}
}

impl CurrentEpoch for TestOracles {
	fn current_epoch() -> EpochIndex {
		Epoch::get()
	}
}

/// Rounds that a test says were attended or missed.
#[derive(Debug)]
pub struct TestRounds;

#[frame_support::storage_alias]
pub(crate) type Attended =
	StorageMap<Mock, frame_support::Twox64Concat, (EpochIndex, JobId), Vec<Attendance>>;

impl RoundsAttended for TestRounds {
	fn attendance(epoch: EpochIndex, job: JobId) -> Vec<Attendance> {
		Attended::get((epoch, job)).unwrap_or_default()
	}
}

/// Builds the chain of a test.
pub(crate) struct ExtBuilder;

impl ExtBuilder {
	/// The externalities at block 1.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let people = [ALICE, BOB, CAROL];
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: vec![(POOL, 1_000_000_000 * R1)],
				..Default::default()
			},
			assets: pallet_assets::GenesisConfig {
				assets: vec![(USDC_ASSET, POOL, true, 1)],
				accounts: people.map(|who| (USDC_ASSET, who, FORTUNE)).to_vec(),
				..Default::default()
			},
			..Default::default()
		};
		let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
		ext.execute_with(|| {
			System::set_block_number(1);
			(1..=DEEDS).for_each(|deed| DeedOwners::insert(deed, operator(deed)));
		});
		ext
	}

	/// Runs a test, then checks the invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			check_invariants();
		});
	}
}

/// Checks the pallet's invariants, and that nobody's USDC is in the pot but what is owed.
pub(crate) fn check_invariants() {
	Poai::do_try_state().unwrap();
	assert_eq!(Ok(Usdc::balance(&Poai::pot())), Poai::owed());
}

/// Who owns a deed at the start.
pub(crate) fn operator(deed: DeedId) -> AccountId32 {
	let mut bytes = [100; 32];
	bytes[..4].copy_from_slice(&deed.to_le_bytes());
	AccountId32::new(bytes)
}

/// Lets the oracles attest a quality for an epoch that they have not decided yet.
pub(crate) fn attest(epoch: EpochIndex, job: JobId, deed: DeedId, quality: u8) {
	Qualities::insert((epoch, job, deed), quality);
}

/// Says that a deed's node missed some of the rounds that a job asked of it in an epoch.
pub(crate) fn attend(epoch: EpochIndex, job: JobId, deed: DeedId, rounds: u16, missed: u16) {
	let mut attendance = TestRounds::attendance(epoch, job);
	attendance.retain(|other| other.deed != deed);
	attendance.push(Attendance { deed, rounds, missed });
	Attended::insert((epoch, job), attendance);
}

/// What counts of what the oracles attest for an epoch: the share of the rounds that were attended.
pub(crate) fn counted(epoch: EpochIndex, job: JobId, deed: DeedId) -> u8 {
	let agreed = u64::from(attested(epoch, job, deed));
	let attendance = TestRounds::attendance(epoch, job);
	match attendance.iter().find(|other| other.deed == deed) {
		Some(of) if of.rounds > 0 => {
			let left = u64::from(of.rounds - of.missed);
			(agreed * left / u64::from(of.rounds)) as u8
		},
		_ => agreed as u8,
	}
}

/// What the oracles attest for an epoch, unless they attest something else before it ends.
pub(crate) fn attested(epoch: EpochIndex, job: JobId, deed: DeedId) -> u8 {
	Qualities::get((epoch, job, deed)).unwrap_or(u8::MAX)
}

/// Enters an epoch with all before it decided, without settling anything.
pub(crate) fn enter_epoch(epoch: EpochIndex) {
	Epoch::set(&epoch);
	FirstUndecided::set(&epoch);
}

/// One block's settlement with all the weight that it wants.
pub(crate) fn settle() -> Weight {
	Poai::on_idle(System::block_number(), Weight::MAX)
}

/// Ends the current epoch, decides it and settles it.
pub(crate) fn finish_epoch() {
	enter_epoch(Epoch::get() + 1);
	settle();
}

/// The pallet's own events since the last call.
pub(crate) fn events() -> Vec<pallet_poai::Event<Test>> {
	let events = System::events();
	System::reset_events();
	let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
		RuntimeEvent::Poai(event) => Some(event),
		_ => None,
	};
	events.into_iter().filter_map(ours).collect()
}

/// Sets up this runtime for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
#[derive(Debug)]
pub struct TestBenchmarkHelper;

#[cfg(feature = "runtime-benchmarks")]
impl pallet_poai::BenchmarkHelper for TestBenchmarkHelper {
	fn fund(who: &AccountId32, usdc: u128) {
		Balances::mint_into(who, R1).unwrap();
		Usdc::mint_into(who, usdc).unwrap();
	}

	fn open_market() {}

	fn active_deeds(count: u32) -> Vec<DeedId> {
		(1..=count).inspect(|deed| DeedOwners::insert(deed, operator(*deed))).collect()
	}

	fn enter_epoch(epoch: EpochIndex) {
		enter_epoch(epoch);
	}

	fn attest(epoch: EpochIndex, job: JobId, deeds: &[DeedId], quality: u8) {
		deeds.iter().for_each(|deed| attest(epoch, job, *deed, quality));
	}
}
