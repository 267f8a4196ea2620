// SPDX-License-Identifier: Apache-2.0

//! A runtime with this pallet and the real pallet-balances.
//!
//! What a test may choose lives in the storage of the test's own chain, so no test can leak into
//! another.

use crate::{self as pallet_burn, ApplicationId, Event, Leaderboard, NameOf, Pallet, Slug};
use frame_support::{BoundedVec, derive_impl, parameter_types, traits::fungible::InspectHold};
use r1_primitives::R1;
use sp_runtime::{BuildStorage, DispatchResult};

pub(crate) const ALICE: u64 = 1;
pub(crate) const BOB: u64 = 2;
pub(crate) const CAROL: u64 = 3;
/// Owns nothing.
pub(crate) const PAUPER: u64 = 1_000;

/// What each account from 1 on owns, unless a test says otherwise.
pub(crate) const ENDOWMENT: u128 = 1_000 * R1;

/// Accounts that own something: enough to fill a leaderboard and then some.
pub(crate) const ACCOUNTS: u64 = 30;

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
	pub type Burn = pallet_burn::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountData = pallet_balances::AccountData<u128>;
}

parameter_types! {
	pub const ExistentialDeposit: u128 = R1 / 1_000;
	pub const BurnMin: u128 = R1 / 100;
	pub const NameBytesMax: u32 = 64;
	/// What is held for an application that is registered now.
	pub storage ApplicationDeposit: u128 = 5 * R1;
	/// Places of the deployed contract.
	pub storage TopBurnersMax: u32 = 20;
	/// Places of the deployed contract.
	pub storage TopApplicationsMax: u32 = 50;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

impl pallet_burn::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type ApplicationDeposit = ApplicationDeposit;
	type BurnMin = BurnMin;
	type NameBytesMax = NameBytesMax;
	type TopBurnersMax = TopBurnersMax;
	type TopApplicationsMax = TopApplicationsMax;
	type WeightInfo = ();
}

/// Builds the chain of a test: nothing registered, nothing burned.
#[derive(Debug)]
pub(crate) struct ExtBuilder {
	accounts: u64,
	endowment: u128,
	balances: Vec<(u64, u128)>,
	places: Option<(u32, u32)>,
	slugs: Vec<&'static str>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			accounts: ACCOUNTS,
			endowment: ENDOWMENT,
			balances: Vec::new(),
			places: None,
			slugs: Vec::new(),
		}
	}
}

impl ExtBuilder {
	/// Lets the accounts 1 to this one own so much each.
	pub(crate) fn with_accounts(mut self, accounts: u64, endowment: u128) -> Self {
		(self.accounts, self.endowment) = (accounts, endowment);
		self
	}

	/// Gives an account another balance than [`ENDOWMENT`].
	pub(crate) fn with_balance(mut self, who: u64, balance: u128) -> Self {
		self.balances.push((who, balance));
		self
	}

	/// Makes the leaderboards as long as this: of burners and of applications.
	pub(crate) fn with_places(mut self, burners: u32, applications: u32) -> Self {
		self.places = Some((burners, applications));
		self
	}

	/// Registers an application of ALICE before the test.
	pub(crate) fn with_application(mut self, slug: &'static str) -> Self {
		self.slugs.push(slug);
		self
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let chosen = |who: u64| self.balances.iter().any(|(other, _)| *other == who);
		let ordinary =
			(1..=self.accounts).filter(|who| !chosen(*who)).map(|who| (who, self.endowment));
		let balances = ordinary.chain(self.balances.iter().copied()).collect();
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
			..Default::default()
		};
		let mut externalities =
			sp_io::TestExternalities::new(genesis.build_storage().expect("genesis is valid"));
		externalities.execute_with(|| {
			// Events are kept from block 1 on.
			System::set_block_number(1);
			if let Some((burners, applications)) = self.places {
				TopBurnersMax::set(&burners);
				TopApplicationsMax::set(&applications);
			}
			for slug in self.slugs {
				register(ALICE, slug, "An application").expect("ALICE can register it");
			}
			System::reset_events();
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
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

pub(crate) fn slug_of(text: &str) -> Slug {
	BoundedVec::try_from(text.as_bytes().to_vec()).expect("the test's slug is short enough")
}

pub(crate) fn name_of(text: &str) -> NameOf<Test> {
	BoundedVec::try_from(text.as_bytes().to_vec()).expect("the test's name is short enough")
}

/// The id of the application with a slug.
pub(crate) fn id_of(slug: &str) -> ApplicationId {
	pallet_burn::application_id(slug.as_bytes())
}

pub(crate) fn register(creator: u64, slug: &str, name: &str) -> DispatchResult {
	Burn::register_application(RuntimeOrigin::signed(creator), slug_of(slug), name_of(name))
}

pub(crate) fn deregister(creator: u64, slug: &str) -> DispatchResult {
	Burn::deregister_application(RuntimeOrigin::signed(creator), id_of(slug))
}

/// Burns in nobody's name.
pub(crate) fn burn(burner: u64, amount: u128) -> DispatchResult {
	Burn::burn(RuntimeOrigin::signed(burner), amount, None)
}

/// Burns in the name of the application with a slug.
pub(crate) fn burn_for(burner: u64, amount: u128, slug: &str) -> DispatchResult {
	Burn::burn(RuntimeOrigin::signed(burner), amount, Some(id_of(slug)))
}

/// What is held from an account for its applications.
pub(crate) fn held(who: u64) -> u128 {
	Balances::balance_on_hold(&pallet_burn::HoldReason::Application.into(), &who)
}

/// A leaderboard, as pairs that are easy to write in a test.
pub(crate) fn pairs<Id, PlacesMax>(board: Leaderboard<Id, PlacesMax>) -> Vec<(Id, u128)> {
	board.into_inner().into_iter().map(|rank| (rank.id, rank.total)).collect()
}
