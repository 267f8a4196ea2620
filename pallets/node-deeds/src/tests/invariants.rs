// SPDX-License-Identifier: Apache-2.0

//! Random histories against a model that knows the rules, and nothing of the pallet.
//!
//! Two mixes of steps: one is mostly about deeds that are sold, one about deeds that are given. Each
//! history is short, so that there can be many: 5 000 of each mix, and 50 000 with
//! `RUN_SLOW_TESTS=1`.

use crate::{
	COLLECTION, DeedOfNode, Deeds, Error, Issued, MasterAllocation, MastersIssued, NodeDeedsSold,
	UsdBought, mock::*,
};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use r1_primitives::{DeedId, traits::DeedInspect};
use sp_runtime::{AccountId32, DispatchResult};
use std::{collections::BTreeMap, sync::OnceLock};

const PEOPLE: [AccountId32; 3] = [ALICE, BOB, TREASURY];
const TEST_NODES: u8 = 4;

/// Deeds that a history issues: the model knows nothing of tiers.
const TEST_DEEDS: DeedId = 9;

/// What the ledger of rewards says that each deed has released.
const RELEASED: u128 = 1;

/// From the reference: the price of a deed in R1 and in US dollars, and an owner's most.
const PRICE: u128 = 1_666_665_000_000_000_001_666;
const PRICE_USD: u32 = 500;
const OWNER_MAX: u128 = 3_236_067_960_000_000_000_000_000;

/// A number of a person: ALICE and BOB are rich, TREASURY is not.
type Person = u8;

#[derive(Clone, Debug)]
enum Step {
	Buy { who: Person, units: u32, usd_limit: u32 },
	Link { who: Person, links: Vec<(DeedId, u8)> },
	Unlink { who: Person, deed: DeedId },
	Transfer { who: Person, deed: DeedId, to: Person },
	Burn { who: Person, deed: DeedId },
	MoveItem { who: Person, deed: DeedId, to: Person },
	BurnItem { who: Person, deed: DeedId },
	SetPrice { who: Person, deed: DeedId },
	SetBan { deed: DeedId, ban: bool },
	SetPause { pause: bool },
	Assign { who: Person, allocation: u128 },
	IssueGenesis { who: Person },
	Authorise { deed: DeedId, permit: Permit },
	Revoke { deed: DeedId },
	PassTime { secs: u64 },
	SetUnclaimed { deed: Option<DeedId> },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Permit {
	TransferTo(Person),
	Burn,
}

/// Histories; `sold` and `given` weigh what the deeds are that they are mostly about, and `highest`
/// is the highest deed that they name: the lower, the more often two steps meet.
fn steps(sold: u32, given: u32, highest: DeedId) -> impl Strategy<Value = Vec<Step>> {
	let who = || 0..3u8;
	let deed = move || 0..=highest;
	let any_link = || (deed(), 0..TEST_NODES);
	let permit = prop_oneof![who().prop_map(Permit::TransferTo), Just(Permit::Burn)];
	let allocation = prop_oneof![
		6 => Just(OWNER_MAX / 2),
		2 => Just(OWNER_MAX),
		1 => Just(1),
		1 => Just(0),
		1 => Just(OWNER_MAX + 1),
	];
	let secs = prop_oneof![Just(COOLDOWN_SECS), Just(COOLDOWN_SECS + 1), 1..COOLDOWN_SECS];
	let step = prop_oneof![
		3 * sold => (who(), 0..4u32, prop_oneof![Just(u32::MAX), Just(1_500)])
			.prop_map(|(who, units, usd_limit)| Step::Buy { who, units, usd_limit }),
		4 => (who(), prop::collection::vec(any_link(), 1..3))
			.prop_map(|(who, links)| Step::Link { who, links }),
		2 => (who(), deed()).prop_map(|(who, deed)| Step::Unlink { who, deed }),
		2 * given => (who(), deed(), who())
			.prop_map(|(who, deed, to)| Step::Transfer { who, deed, to }),
		given => (who(), deed()).prop_map(|(who, deed)| Step::Burn { who, deed }),
		sold => (who(), deed(), who())
			.prop_map(|(who, deed, to)| Step::MoveItem { who, deed, to }),
		1 => (who(), deed()).prop_map(|(who, deed)| Step::BurnItem { who, deed }),
		sold => (who(), deed()).prop_map(|(who, deed)| Step::SetPrice { who, deed }),
		sold => (deed(), any::<bool>()).prop_map(|(deed, ban)| Step::SetBan { deed, ban }),
		1 => any::<bool>().prop_map(|pause| Step::SetPause { pause }),
		3 * given => (who(), allocation)
			.prop_map(|(who, allocation)| Step::Assign { who, allocation }),
		given => who().prop_map(|who| Step::IssueGenesis { who }),
		3 * given => (deed(), permit)
			.prop_map(|(deed, permit)| Step::Authorise { deed, permit }),
		given => deed().prop_map(|deed| Step::Revoke { deed }),
		1 => secs.prop_map(|secs| Step::PassTime { secs }),
		1 => prop::option::of(deed()).prop_map(|deed| Step::SetUnclaimed { deed }),
	];
	prop::collection::vec(step, 1..24)
}

fn person(who: Person) -> AccountId32 {
	PEOPLE[usize::from(who)].clone()
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
	Node,
	Master(u128),
	Genesis,
}

/// What a deed should be.
#[derive(Clone, Debug)]
struct ModelDeed {
	kind: Kind,
	owner: Option<Person>,
	node: Option<u8>,
	linked_at: Option<u64>,
	is_banned: bool,
	permit: Option<Permit>,
	/// Whether its owner has set a price in pallet-nfts.
	has_price: bool,
}

/// What the pallet should do.
#[derive(Clone, Default)]
struct Model {
	/// Deed 1 comes first.
	deeds: Vec<ModelDeed>,
	is_paused: bool,
	unclaimed: Option<DeedId>,
	/// What all Master Deeds may release.
	given: u128,
	purchases: u128,
	spent: [u128; 3],
	usd: [u32; 3],
	burned: u128,
}

type Outcome = Result<(), Error<Test>>;

fn ensure(condition: bool, error: Error<Test>) -> Outcome {
	if condition { Ok(()) } else { Err(error) }
}

impl Model {
	fn issue(&mut self, kind: Kind, owner: Person) {
		self.deeds.push(ModelDeed {
			kind,
			owner: Some(owner),
			node: None,
			linked_at: None,
			is_banned: false,
			permit: None,
			has_price: false,
		});
	}

	/// A deed that somebody owns.
	fn owned(&mut self, deed: DeedId) -> Result<&mut ModelDeed, Error<Test>> {
		let index = (deed as usize).checked_sub(1).ok_or(Error::UnknownDeed)?;
		let record = self.deeds.get_mut(index).ok_or(Error::UnknownDeed)?;
		ensure(record.owner.is_some(), Error::UnknownDeed)?;
		Ok(record)
	}

	fn owned_by(&mut self, who: Person, deed: DeedId) -> Result<&mut ModelDeed, Error<Test>> {
		let record = self.owned(deed)?;
		ensure(record.owner == Some(who), Error::NotDeedOwner)?;
		Ok(record)
	}

	fn allocations_of(&self, who: Person) -> u128 {
		let allocation = |deed: &ModelDeed| match deed.kind {
			Kind::Master(allocation) if deed.owner == Some(who) => allocation,
			_ => 0,
		};
		self.deeds.iter().map(allocation).sum()
	}

	fn has_genesis(&self, who: Person) -> bool {
		self.deeds
			.iter()
			.any(|deed| deed.kind == Kind::Genesis && deed.owner == Some(who))
	}

	fn ensure_running(&self) -> Outcome {
		ensure(!self.is_paused, Error::Paused)
	}

	fn buy(&mut self, who: Person, units: u32, usd_limit: u32) -> Outcome {
		let index = usize::from(who);
		self.ensure_running()?;
		ensure(units > 0, Error::ZeroUnits)?;
		let usd = self.usd[index] + units * PRICE_USD;
		ensure(usd <= usd_limit, Error::ExceedsUsdLimit)?;
		ensure(who < 2, Error::InsufficientR1)?;
		let paid = PRICE * u128::from(units);
		self.spent[index] += paid;
		self.burned += paid / 5;
		self.usd[index] = usd;
		self.purchases += 1;
		(0..units).for_each(|_| self.issue(Kind::Node, who));
		Ok(())
	}

	fn link(&mut self, who: Person, deed: DeedId, node: u8) -> Outcome {
		let unclaimed = self.unclaimed;
		let taken = self.deeds.iter().any(|other| other.node == Some(node));
		let record = self.owned_by(who, deed)?;
		ensure(!taken, Error::NodeAlreadyLinked)?;
		ensure(!record.is_banned, Error::DeedBanned)?;
		let cooled = record.linked_at.is_none_or(|at| NowSecs::get() - at > COOLDOWN_SECS);
		ensure(cooled, Error::LinkCooldown)?;
		ensure(record.node.is_none() || unclaimed != Some(deed), Error::UnclaimedEpochs)?;
		record.node = Some(node);
		record.linked_at = Some(NowSecs::get());
		Ok(())
	}

	fn link_all(&mut self, who: Person, links: &[(DeedId, u8)]) -> Outcome {
		self.ensure_running()?;
		links.iter().try_for_each(|(deed, node)| self.link(who, *deed, *node))
	}

	fn unlink(&mut self, who: Person, deed: DeedId) -> Outcome {
		self.ensure_running()?;
		let unclaimed = self.unclaimed;
		let record = self.owned_by(who, deed)?;
		ensure(record.node.is_some(), Error::DeedNotLinked)?;
		ensure(!record.is_banned, Error::DeedBanned)?;
		ensure(unclaimed != Some(deed), Error::UnclaimedEpochs)?;
		record.node = None;
		record.has_price = false;
		Ok(())
	}

	/// Lets a Node Deed go.
	fn release(&mut self, who: Person, deed: DeedId) -> Outcome {
		self.ensure_running()?;
		let unclaimed = self.unclaimed;
		let record = self.owned_by(who, deed)?;
		ensure(!record.is_banned, Error::DeedBanned)?;
		ensure(record.node.is_none() || unclaimed != Some(deed), Error::UnclaimedEpochs)?;
		record.node = None;
		Ok(())
	}

	fn transfer(&mut self, who: Person, deed: DeedId, to: Person) -> Outcome {
		let record = self.owned_by(who, deed)?.clone();
		match record.kind {
			Kind::Genesis => return Err(Error::GenesisDeedIsBound),
			Kind::Node => self.release(who, deed)?,
			Kind::Master(allocation) => {
				ensure(record.permit == Some(Permit::TransferTo(to)), Error::NotAuthorised)?;
				ensure(!self.has_genesis(to), Error::OwnerHasGenesisDeed)?;
				let already = if who == to { allocation } else { 0 };
				let after = self.allocations_of(to) - already + allocation;
				ensure(after <= OWNER_MAX, Error::OwnerLimitExceeded)?;
			},
		}
		let record = self.owned(deed)?;
		record.owner = Some(to);
		record.permit = None;
		record.has_price = false;
		Ok(())
	}

	fn burn(&mut self, who: Person, deed: DeedId) -> Outcome {
		self.ensure_running()?;
		let record = self.owned_by(who, deed)?.clone();
		match record.kind {
			Kind::Genesis => return Err(Error::GenesisDeedIsBound),
			Kind::Node => self.release(who, deed)?,
			Kind::Master(allocation) => {
				ensure(record.permit == Some(Permit::Burn), Error::NotAuthorised)?;
				self.given -= allocation - RELEASED;
			},
		}
		let record = self.owned(deed)?;
		(record.owner, record.node, record.permit) = (None, None, None);
		record.has_price = false;
		Ok(())
	}

	/// Whether pallet-nfts lets the deed go.
	fn is_free(&mut self, who: Person, deed: DeedId) -> bool {
		let is_paused = self.is_paused;
		self.owned_by(who, deed).is_ok_and(|record| {
			!is_paused && record.kind == Kind::Node && !record.is_banned && record.node.is_none()
		})
	}

	fn set_ban(&mut self, deed: DeedId, ban: bool) -> Outcome {
		let record = self.owned(deed)?;
		ensure(record.kind == Kind::Node, Error::NotNodeDeed)?;
		let error = if ban { Error::AlreadyBanned } else { Error::NotBanned };
		ensure(record.is_banned != ban, error)?;
		record.is_banned = ban;
		Ok(())
	}

	fn set_pause(&mut self, pause: bool) -> Outcome {
		let error = if pause { Error::Paused } else { Error::NotPaused };
		ensure(self.is_paused != pause, error)?;
		self.is_paused = pause;
		Ok(())
	}

	fn assign(&mut self, who: Person, allocation: u128) -> Outcome {
		self.ensure_running()?;
		ensure((1..=OWNER_MAX).contains(&allocation), Error::AllocationOutOfRange)?;
		ensure(self.allocations_of(who) + allocation <= OWNER_MAX, Error::OwnerLimitExceeded)?;
		ensure(!self.has_genesis(who), Error::OwnerHasGenesisDeed)?;
		self.given += allocation;
		self.issue(Kind::Master(allocation), who);
		Ok(())
	}

	fn issue_genesis(&mut self, who: Person) -> Outcome {
		let exists = self.deeds.iter().any(|deed| deed.kind == Kind::Genesis);
		ensure(!exists, Error::GenesisDeedExists)?;
		ensure(self.allocations_of(who) == 0, Error::OwnerHasMasterDeeds)?;
		self.issue(Kind::Genesis, who);
		Ok(())
	}

	fn authorise(&mut self, deed: DeedId, permit: Permit) -> Outcome {
		let index = (deed as usize).checked_sub(1).ok_or(Error::UnknownDeed)?;
		let record = self.deeds.get_mut(index).ok_or(Error::UnknownDeed)?;
		ensure(matches!(record.kind, Kind::Master(_)), Error::NotMasterDeed)?;
		ensure(record.owner.is_some(), Error::UnknownDeed)?;
		record.permit = Some(permit);
		Ok(())
	}

	fn revoke(&mut self, deed: DeedId) -> Outcome {
		let record = self.owned(deed).map_err(|_| Error::NotAuthorised)?;
		record.permit.take().map(|_| ()).ok_or(Error::NotAuthorised)
	}

	/// Plays a step on both sides, and compares what they say.
	fn play(&mut self, step: Step) {
		let room = (TEST_DEEDS as usize).saturating_sub(self.deeds.len());
		match step {
			Step::Buy { units, .. } if room < units as usize => {},
			Step::Assign { .. } | Step::IssueGenesis { .. } if room == 0 => {},
			Step::MoveItem { who, deed, to } => {
				let origin = RuntimeOrigin::signed(person(who));
				let moved = Nfts::transfer(origin, COLLECTION, deed, person(to));
				assert_eq!(moved.is_ok(), self.is_free(who, deed));
				if moved.is_ok() {
					let record = self.owned(deed).expect("it moved");
					(record.owner, record.has_price) = (Some(to), false);
				}
			},
			Step::BurnItem { who, deed } => {
				let origin = RuntimeOrigin::signed(person(who));
				let burned = Nfts::burn(origin, COLLECTION, deed);
				assert_eq!(burned.is_ok(), self.is_free(who, deed));
				if burned.is_ok() {
					let record = self.owned(deed).expect("it was there");
					(record.owner, record.has_price) = (None, false);
				}
			},
			Step::SetPrice { who, deed } => {
				let origin = RuntimeOrigin::signed(person(who));
				let set = Nfts::set_price(origin, COLLECTION, deed, Some(1), None);
				let record = self.owned_by(who, deed).ok();
				let record = record.filter(|record| record.kind == Kind::Node);
				assert_eq!(set.is_ok(), record.is_some());
				if let Some(record) = record {
					record.has_price = true;
				}
			},
			Step::PassTime { secs } => NowSecs::set(&(NowSecs::get() + secs)),
			Step::SetUnclaimed { deed } => {
				UnclaimedDeed::set(&deed);
				self.unclaimed = deed;
			},
			step => {
				let mut after = self.clone();
				let expected = after.expect(&step);
				let done = with_storage_layer(|| perform(&step));
				assert_eq!(done, expected.map_err(Into::into), "{step:?}");
				// Nothing of a call that fails remains.
				if done.is_ok() {
					*self = after;
				}
			},
		}
	}

	fn expect(&mut self, step: &Step) -> Outcome {
		match *step {
			Step::Buy { who, units, usd_limit } => self.buy(who, units, usd_limit),
			Step::Link { who, ref links } => self.link_all(who, links),
			Step::Unlink { who, deed } => self.unlink(who, deed),
			Step::Transfer { who, deed, to } => self.transfer(who, deed, to),
			Step::Burn { who, deed } => self.burn(who, deed),
			Step::SetBan { deed, ban } => self.set_ban(deed, ban),
			Step::SetPause { pause } => self.set_pause(pause),
			Step::Assign { who, allocation } => self.assign(who, allocation),
			Step::IssueGenesis { who } => self.issue_genesis(who),
			Step::Authorise { deed, permit } => self.authorise(deed, permit),
			Step::Revoke { deed } => self.revoke(deed),
			Step::MoveItem { .. }
			| Step::BurnItem { .. }
			| Step::SetPrice { .. }
			| Step::PassTime { .. }
			| Step::SetUnclaimed { .. } => unreachable!("not a call of this pallet"),
		}
	}

	/// Compares the pallet's state with the model's.
	fn check(&self, issuance: u128, usdc: u128) {
		assert_eq!(Issued::<Test>::get() as usize, self.deeds.len());
		assert_eq!(Deeds::<Test>::iter().count(), self.deeds.len());
		let mut nodes = BTreeMap::new();
		for (record, deed) in self.deeds.iter().zip(1..) {
			assert_eq!(NodeDeeds::owner_of(deed), record.owner.map(person));
			assert_eq!(NodeDeeds::node_of(deed), record.node.map(node));
			let is_active = record.node.is_some() && !record.is_banned;
			assert_eq!(NodeDeeds::is_active(deed), is_active);
			let has_price = pallet_nfts::ItemPriceOf::<Test>::contains_key(COLLECTION, deed);
			assert_eq!(has_price, record.has_price, "a price of deed {deed}");
			if let Some(index) = record.node {
				let linked_before = nodes.insert(node(index), deed);
				assert_eq!(linked_before, None, "a node is linked to two deeds");
			}
		}
		assert_eq!(DeedOfNode::<Test>::iter().collect::<BTreeMap<_, _>>(), nodes);
		let count = |is: fn(&Kind) -> bool| self.deeds.iter().filter(|deed| is(&deed.kind)).count();
		assert_eq!(NodeDeedsSold::<Test>::get() as usize, count(|kind| *kind == Kind::Node));
		assert_eq!(NodeDeedsSold::<Test>::get(), DeedsSold::get());
		let masters = count(|kind| matches!(kind, Kind::Master(_)));
		assert_eq!(MastersIssued::<Test>::get() as usize, masters);
		assert_eq!(MasterAllocation::<Test>::get(), self.given);

		for who in 0..2u8 {
			let spent = self.spent[usize::from(who)];
			assert_eq!(Balances::free_balance(person(who)), ENDOWMENT - spent);
			assert_eq!(UsdBought::<Test>::get(person(who)), self.usd[usize::from(who)]);
		}
		assert_eq!(issuance - Balances::total_issuance(), self.burned);
		assert_eq!(Assets::total_supply(1), usdc);
		let pallet = NodeDeeds::account_id();
		assert!(Balances::free_balance(&pallet) <= 3 * self.purchases);
		assert_eq!(usdc_of(&pallet), 0);
		NodeDeeds::do_try_state().expect("the invariants hold");
	}
}

/// Asks the pallet for a step.
fn perform(step: &Step) -> DispatchResult {
	let root = RuntimeOrigin::root;
	match *step {
		Step::Buy { who, units, usd_limit } => Purchase::new(person(who), units, 1)
			.with_permit(|permit| permit.usd_limit = usd_limit)
			.submit(),
		Step::Link { who, ref links } => match links[..] {
			[(deed, index)] => link(person(who), deed, index),
			_ => link_batch(person(who), links),
		},
		Step::Unlink { who, deed } => unlink(person(who), deed),
		Step::Transfer { who, deed, to } => transfer(person(who), deed, person(to)),
		Step::Burn { who, deed } => burn(person(who), deed),
		Step::SetBan { deed, ban: true } => ban(deed),
		Step::SetBan { deed, ban: false } => unban(deed),
		Step::SetPause { pause: true } => pause(),
		Step::SetPause { pause: false } => unpause(),
		Step::Assign { who, allocation } => assign(person(who), allocation),
		Step::IssueGenesis { who } => NodeDeeds::issue_genesis_deed(root(), person(who)),
		Step::Authorise { deed, permit: Permit::TransferTo(to) } => {
			authorise_transfer(deed, person(to))
		},
		Step::Authorise { deed, permit: Permit::Burn } => authorise_burn(deed),
		Step::Revoke { deed } => NodeDeeds::revoke_authorisation(root(), deed),
		Step::MoveItem { .. }
		| Step::BurnItem { .. }
		| Step::SetPrice { .. }
		| Step::PassTime { .. }
		| Step::SetUnclaimed { .. } => unreachable!("not a call of this pallet"),
	}
}

/// Plays a history from genesis on; a part of the liquidity goes into the pool.
fn play(steps: Vec<Step>) {
	static GENESIS: OnceLock<sp_core::storage::Storage> = OnceLock::new();
	let builder = ExtBuilder::default().with_liquidity_share(2_500);
	let genesis = GENESIS.get_or_init(|| builder.genesis()).clone();
	sp_io::TestExternalities::new(genesis).execute_with(|| {
		builder.begin();
		Released::set(&RELEASED);
		let (issuance, usdc) = (Balances::total_issuance(), Assets::total_supply(1));
		let mut model = Model::default();
		for step in steps {
			model.play(step);
			model.check(issuance, usdc);
		}
	});
}

fn config() -> ProptestConfig {
	let is_slow = std::env::var("RUN_SLOW_TESTS").is_ok_and(|value| value == "1");
	ProptestConfig::with_cases(if is_slow { 50_000 } else { 5_000 })
}

proptest! {
	#![proptest_config(config())]

	#[test]
	fn deeds_that_are_sold_should_agree_with_the_model(steps in steps(2, 1, TEST_DEEDS)) {
		play(steps);
	}

	#[test]
	fn deeds_that_are_given_should_agree_with_the_model(steps in steps(1, 4, 3)) {
		play(steps);
	}
}
