// SPDX-License-Identifier: Apache-2.0

//! A runtime with this pallet, and in place of the pallets around it the few facts that it reads.
//!
//! Those facts live in the storage of the test's own chain, so no test can leak into another.

use crate::{self as pallet_availability, Event, Pallet};
use frame_support::{Blake2_128Concat, derive_impl, parameter_types, storage_alias};
use r1_primitives::{
	DeedId, EpochIndex, JobId, R1,
	traits::{CurrentEpoch, DeedInspect, OracleVerdicts, RewardLedger},
};
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};

pub(crate) const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const BOB: AccountId32 = AccountId32::new([2; 32]);
/// Holds R1 that exists before the test begins.
pub(crate) const TREASURY: AccountId32 = AccountId32::new([9; 32]);

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
}

parameter_types! {
	pub const ExistentialDeposit: u128 = R1 / 1_000;
	pub const IssuanceCap: u128 = r1_math::ISSUANCE_CAP;
	pub const DeedsPerClaimMax: u32 = 4;
	pub const EpochsPerClaimMax: u32 = 400;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

impl pallet_availability::Config for Test {
	type Deeds = Network;
	type Verdicts = Network;
	type Epochs = Network;
	type Currency = Balances;
	type IssuanceCap = IssuanceCap;
	type DeedsPerClaimMax = DeedsPerClaimMax;
	type EpochsPerClaimMax = EpochsPerClaimMax;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Network;
}

/// Owner of each deed, and whether the deed is active.
#[storage_alias]
type Deeds = StorageMap<Network, Blake2_128Concat, DeedId, (AccountId32, bool)>;

/// Agreed availability of deeds 1, 2, 3.. in each epoch that is over.
#[storage_alias]
type Table = StorageMap<Network, Blake2_128Concat, EpochIndex, Vec<u8>>;

/// The current epoch.
#[storage_alias]
type Now = StorageValue<Network, EpochIndex, frame_support::pallet_prelude::ValueQuery>;

/// The first epoch that is not decided.
#[storage_alias]
type FirstUndecided = StorageValue<Network, EpochIndex, frame_support::pallet_prelude::ValueQuery>;

/// What the pallets around this one know.
#[derive(Debug)]
pub struct Network;

impl Network {
	/// Gives a deed to `owner`.
	pub(crate) fn issue(deed: DeedId, owner: &AccountId32) {
		Deeds::insert(deed, (owner, false));
	}

	/// Links a deed to a node, as the deeds' pallet would.
	pub(crate) fn link(deed: DeedId) {
		Deeds::mutate(deed, |entry| entry.as_mut().expect("the deed exists").1 = true);
		Pallet::<Test>::on_linked(deed, Now::get());
	}

	/// Takes a deed off its node, or bans it.
	pub(crate) fn deactivate(deed: DeedId) {
		Deeds::mutate(deed, |entry| entry.as_mut().expect("the deed exists").1 = false);
	}

	/// Sells a deed, as it is, to `owner`.
	pub(crate) fn sell(deed: DeedId, owner: &AccountId32) {
		Deeds::mutate(deed, |entry| entry.as_mut().expect("the deed exists").0 = owner.clone());
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
		Deeds::get(deed).map(|(owner, _)| owner)
	}

	fn node_of(deed: DeedId) -> Option<AccountId32> {
		Self::is_active(deed).then(|| AccountId32::new([deed as u8; 32]))
	}

	fn deed_of(node: &AccountId32) -> Option<DeedId> {
		Deeds::iter_keys().find(|deed| Self::node_of(*deed).as_ref() == Some(node))
	}

	fn is_active(deed: DeedId) -> bool {
		Deeds::get(deed).is_some_and(|(_, active)| active)
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
		let availabilities = Table::get(epoch)?;
		Some(availabilities.get(deed as usize - 1).copied().unwrap_or(0))
	}

	fn quality(_: EpochIndex, _: JobId, _: DeedId) -> Option<u8> {
		None
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Network {
	fn set_up(owner: &AccountId32, deeds: u32, epochs: EpochIndex) -> Vec<DeedId> {
		Self::settle_epochs(epochs, &vec![u8::MAX; deeds as usize]);
		(1..=deeds).inspect(|deed| Deeds::insert(deed, (owner, true))).collect()
	}
}

/// Builds the chain of a test: epoch 0, no deeds, no R1.
#[derive(Debug, Default)]
pub(crate) struct ExtBuilder {
	issuance: u128,
	owners: Vec<AccountId32>,
}

impl ExtBuilder {
	/// How much R1 exists before the test, in [`TREASURY`].
	pub(crate) fn with_issuance(mut self, issuance: u128) -> Self {
		self.issuance = issuance;
		self
	}

	/// Issues the next deed to `owner` and links it in epoch 0.
	pub(crate) fn with_linked_deed(mut self, owner: AccountId32) -> Self {
		self.owners.push(owner);
		self
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let mut balances = Vec::new();
		if self.issuance > 0 {
			balances.push((TREASURY, self.issuance));
		}
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
			..Default::default()
		};
		let mut externalities =
			sp_io::TestExternalities::new(genesis.build_storage().expect("genesis is valid"));
		externalities.execute_with(|| {
			// Events are kept from block 1 on.
			System::set_block_number(1);
			for (deed, owner) in (1..).zip(&self.owners) {
				Network::issue(deed, owner);
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
