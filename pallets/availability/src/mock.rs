// SPDX-License-Identifier: Apache-2.0

//! A runtime with this pallet, and in place of the pallets around it the few facts that it reads.
//!
//! Those facts live in the storage of the test's own chain, so no test can leak into another.

use crate::{self as pallet_availability, Checkpoint, Event, Pallet, Treasury};
use frame_support::{
	Blake2_128Concat, derive_impl, parameter_types, storage_alias,
	weights::constants::RocksDbWeight,
};
use frame_system::EnsureRoot;
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex, JobId, R1, page_of,
	traits::{CurrentEpoch, DeedInspect, OracleVerdicts, RewardLedger},
};
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};

pub(crate) const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const BOB: AccountId32 = AccountId32::new([2; 32]);
/// Holds R1 that exists before the test begins.
pub(crate) const RICH: AccountId32 = AccountId32::new([9; 32]);
/// The treasury's accounts, in the order of a payout's parts.
pub(crate) const TREASURY: [AccountId32; 5] = [
	AccountId32::new([21; 32]),
	AccountId32::new([22; 32]),
	AccountId32::new([23; 32]),
	AccountId32::new([24; 32]),
	AccountId32::new([25; 32]),
];
/// The master deed of the contracts' tests.
pub(crate) const MASTER: DeedTerms =
	DeedTerms::Master { allocation: 485_410 * R1, first_epoch: 223 };

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
	#[derive(Debug)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;

	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances::Pallet<Test>;

	#[runtime::pallet_index(2)]
	pub type Availability = pallet_availability::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<u128>;
	type DbWeight = RocksDbWeight;
}

parameter_types! {
	pub const ExistentialDeposit: u128 = R1 / 1_000;
	pub const IssuanceCap: u128 = r1_math::ISSUANCE_CAP;
	pub const DeedsPerClaimMax: u32 = 8;
	pub const PagesPerClaimMax: u32 = 6_000;
	pub const SettlementsPerClaimMax: u32 = 8_000;
	pub const PaymentsKept: u32 = 4;
	pub const CheckpointsPerSeedMax: u32 = 600;
	pub TreasuryAccounts: Treasury<AccountId32> = {
		let [liquidity, expenses, marketing, grants, social_responsibility] = TREASURY;
		Treasury { liquidity, expenses, marketing, grants, social_responsibility }
	};
	/// Pages of the table that were read; the one thing here that no rolled back call takes back.
	pub static PagesRead: u32 = 0;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

impl pallet_availability::Config for Test {
	type GovernanceOrigin = EnsureRoot<AccountId32>;
	type Deeds = Network;
	type Verdicts = Network;
	type Epochs = Network;
	type Currency = Balances;
	type TreasuryAccounts = TreasuryAccounts;
	type IssuanceCap = IssuanceCap;
	type DeedsPerClaimMax = DeedsPerClaimMax;
	type PagesPerClaimMax = PagesPerClaimMax;
	type SettlementsPerClaimMax = SettlementsPerClaimMax;
	type PaymentsKept = PaymentsKept;
	type CheckpointsPerSeedMax = CheckpointsPerSeedMax;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Network;
}

/// A deed: its owner, unless it was burned, whether it is active, and what it may earn.
type DeedRecord = (Option<AccountId32>, bool, DeedTerms);

#[storage_alias]
type Deeds = StorageMap<Network, Blake2_128Concat, DeedId, DeedRecord>;

/// Agreed availability of deeds 1, 2, 3.. in each epoch that is over.
#[storage_alias]
type Table = StorageMap<Network, Blake2_128Concat, EpochIndex, Vec<u8>>;

/// The current epoch.
#[storage_alias]
type Now = StorageValue<Network, EpochIndex, frame_support::pallet_prelude::ValueQuery>;

/// Whether governance has stopped everything.
#[storage_alias]
type Paused = StorageValue<Network, bool, frame_support::pallet_prelude::ValueQuery>;

/// The first epoch that is not decided.
#[storage_alias]
type FirstUndecided = StorageValue<Network, EpochIndex, frame_support::pallet_prelude::ValueQuery>;

/// What the pallets around this one know.
#[derive(Debug)]
pub struct Network;

impl Network {
	/// Gives a new deed to `owner`.
	pub(crate) fn issue(deed: DeedId, owner: &AccountId32, terms: DeedTerms) {
		Deeds::insert(deed, (Some(owner.clone()), false, terms));
	}

	/// Links a deed to a node, as the deeds' pallet would.
	pub(crate) fn link(deed: DeedId) {
		Self::change(deed, |record| record.1 = true);
		Pallet::<Test>::on_linked(deed, Now::get());
	}

	/// Stops everything, or lets it go on.
	pub(crate) fn set_paused(paused: bool) {
		Paused::put(paused);
	}

	/// Takes a deed off its node, or bans it.
	pub(crate) fn deactivate(deed: DeedId) {
		Self::change(deed, |record| record.1 = false);
	}

	/// Sells a deed, as it is, to `owner`.
	pub(crate) fn sell(deed: DeedId, owner: &AccountId32) {
		Self::change(deed, |record| record.0 = Some(owner.clone()));
	}

	/// Burns a deed, as the deeds' pallet would.
	pub(crate) fn burn(deed: DeedId) {
		Self::change(deed, |record| (record.0, record.1) = (None, false));
		Pallet::<Test>::on_burned(deed);
	}

	fn change(deed: DeedId, change: impl FnOnce(&mut DeedRecord)) {
		Deeds::mutate(deed, |record| change(record.as_mut().expect("the deed exists")));
	}

	/// Enters an epoch with every one before it decided; the table of those has no entries.
	pub(crate) fn enter_epoch(epoch: EpochIndex) {
		Now::put(epoch);
		FirstUndecided::put(epoch);
	}

	/// Loses the verdict on an epoch, which never happens.
	pub(crate) fn lose_verdict(epoch: EpochIndex) {
		Table::remove(epoch);
	}

	/// Ends the current epoch; it stays undecided.
	pub(crate) fn end_epoch() {
		Now::mutate(|now| *now += 1);
	}

	/// Decides the first undecided epoch, which is over; deeds beyond the end get 0.
	pub(crate) fn decide(availabilities: &[u8]) {
		let epoch = FirstUndecided::get();
		assert!(epoch < Now::get(), "epoch {epoch} is not over");
		Table::insert(epoch, availabilities);
		FirstUndecided::put(epoch + 1);
	}

	/// Ends the current epoch and decides it at once.
	pub(crate) fn settle_epoch(availabilities: &[u8]) {
		Self::end_epoch();
		Self::decide(availabilities);
	}

	/// Ends and decides `count` epochs of the same availability.
	pub(crate) fn settle_epochs(count: u32, availabilities: &[u8]) {
		for _ in 0..count {
			Self::settle_epoch(availabilities);
		}
	}

	pub(crate) fn first_undecided() -> EpochIndex {
		FirstUndecided::get()
	}
}

impl CurrentEpoch for Network {
	fn current_epoch() -> EpochIndex {
		Now::get()
	}
}

impl DeedInspect<AccountId32> for Network {
	fn owner_of(deed: DeedId) -> Option<AccountId32> {
		Deeds::get(deed)?.0
	}

	fn node_of(deed: DeedId) -> Option<AccountId32> {
		Self::is_active(deed).then(|| AccountId32::new([deed as u8; 32]))
	}

	fn deed_of(node: &AccountId32) -> Option<DeedId> {
		Deeds::iter_keys().find(|deed| Self::node_of(*deed).as_ref() == Some(node))
	}

	fn is_active(deed: DeedId) -> bool {
		Deeds::get(deed).is_some_and(|(_, is_active, _)| is_active)
	}

	fn terms(deed: DeedId) -> Option<DeedTerms> {
		Deeds::get(deed).map(|(_, _, terms)| terms)
	}

	fn are_paused() -> bool {
		Paused::get()
	}

	fn issued() -> u32 {
		Deeds::iter_keys().max().unwrap_or(0)
	}
}

impl OracleVerdicts for Network {
	fn first_undecided_epoch() -> EpochIndex {
		FirstUndecided::get()
	}

	fn availability(epoch: EpochIndex, deed: DeedId) -> Option<u8> {
		Self::availabilities(epoch, &[deed])?.pop()
	}

	fn availabilities(epoch: EpochIndex, deeds: &[DeedId]) -> Option<Vec<u8>> {
		let pages = deeds.chunk_by(|left, right| page(*left) == page(*right)).count();
		PagesRead::mutate(|read| *read += pages as u32);
		let table = Table::get(epoch)?;
		Some(
			deeds
				.iter()
				.map(|deed| table.get(*deed as usize - 1).copied().unwrap_or(0))
				.collect(),
		)
	}

	fn quality(_: EpochIndex, _: JobId, _: DeedId) -> Option<u8> {
		None
	}
}

fn page(deed: DeedId) -> Option<u16> {
	page_of(deed).map(|(page, _)| page)
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Network {
	fn active_deeds(owner: &AccountId32, terms: &[DeedTerms]) -> Vec<DeedId> {
		let deeds = (0..).zip(terms).map(|(index, terms)| {
			let deed = 1 + index * r1_primitives::DEEDS_PER_PAGE;
			Self::issue(deed, owner, *terms);
			Self::link(deed);
			deed
		});
		deeds.collect()
	}

	fn decide(deeds: &[DeedId], epochs: core::ops::Range<EpochIndex>) {
		let length = deeds.iter().max().copied().unwrap_or(0) as usize;
		Self::enter_epoch(epochs.end);
		for epoch in epochs {
			Table::insert(epoch, vec![u8::MAX; length]);
		}
	}
}

/// Builds the chain of a test: epoch 0, no deeds, no R1.
#[derive(Debug, Default)]
pub(crate) struct ExtBuilder {
	epoch: EpochIndex,
	balances: Vec<(AccountId32, u128)>,
	grants: Vec<(AccountId32, u128)>,
	deeds_sold: Vec<Checkpoint>,
	work_volume: Vec<Checkpoint>,
	deeds: Vec<(AccountId32, DeedTerms)>,
}

impl ExtBuilder {
	/// Starts the test in an epoch, with all before it decided.
	pub(crate) fn with_epoch(mut self, epoch: EpochIndex) -> Self {
		self.epoch = epoch;
		self
	}

	/// How much R1 exists before the test, in [`RICH`].
	pub(crate) fn with_issuance(self, issuance: u128) -> Self {
		self.with_balance(RICH, issuance)
	}

	/// Gives an account R1 before the test.
	pub(crate) fn with_balance(mut self, who: AccountId32, amount: u128) -> Self {
		self.balances.push((who, amount));
		self
	}

	/// Grants an account R1 out of the Genesis Deed's allocation.
	pub(crate) fn with_grant(mut self, who: AccountId32, amount: u128) -> Self {
		self.grants.push((who, amount));
		self
	}

	/// Begins with a history of both totals of adoption, deeds sold first.
	pub(crate) fn with_history(mut self, sold: &[Checkpoint], paid: &[Checkpoint]) -> Self {
		self.deeds_sold = sold.to_vec();
		self.work_volume = paid.to_vec();
		self
	}

	/// Issues the next deed to `owner`, a Node Deed, and links it in the first epoch of the test.
	pub(crate) fn with_linked_deed(self, owner: AccountId32) -> Self {
		self.with_linked(owner, DeedTerms::Node)
	}

	/// The same for a deed of any terms.
	pub(crate) fn with_linked(mut self, owner: AccountId32, terms: DeedTerms) -> Self {
		self.deeds.push((owner, terms));
		self
	}

	/// The storage of genesis, or why it is not valid.
	pub(crate) fn build_storage(&self) -> sp_runtime::Storage {
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: self.balances.clone(),
				..Default::default()
			},
			availability: pallet_availability::GenesisConfig {
				bootstrap_grants: self.grants.clone(),
				deeds_sold: self.deeds_sold.clone(),
				work_volume: self.work_volume.clone(),
				..Default::default()
			},
			..Default::default()
		};
		genesis.build_storage().expect("genesis is valid")
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		PagesRead::set(0);
		let mut externalities = sp_io::TestExternalities::new(self.build_storage());
		externalities.execute_with(|| {
			// Events are kept from block 1 on.
			System::set_block_number(1);
			Network::enter_epoch(self.epoch);
			for (deed, (owner, terms)) in (1..).zip(&self.deeds) {
				Network::issue(deed, owner, *terms);
				Network::link(deed);
			}
		});
		externalities
	}

	/// Runs a test and then checks every invariant of the pallet.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Pallet::<Test>::do_try_state().expect("every invariant holds");
		});
	}
}

/// Events of the pallet, oldest first, since this was last called.
pub(crate) fn events_since_last_call() -> Vec<Event<Test>> {
	let events = System::events();
	System::reset_events();
	events
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Availability(event) => Some(event),
			_ => None,
		})
		.collect()
}
