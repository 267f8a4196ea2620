// SPDX-License-Identifier: Apache-2.0

//! Random histories of three deeds and two owners, against a model that knows no pallet.

use super::claim;
use crate::{Accounts, Pallet, mock::*};
use frame_support::{assert_ok, traits::fungible::Mutate};
use proptest::prelude::*;
use r1_primitives::traits::{DeedInspect, RewardLedger};
use sp_runtime::AccountId32;

const DEEDS: u32 = 3;
const ALLOCATION: u128 = 1_575_188_843_457_943_925_233;
const RELEASE: u128 = 1_458_508_188_386_985_115;

#[derive(Clone, Debug)]
enum Step {
	Link(u32),
	Unlink(u32),
	Sell(u32),
	EndEpochs(u32),
	Decide(Vec<u8>),
	Claim { by_bob: bool, deeds: Vec<u32>, up_to: Option<u32> },
}

fn step() -> impl Strategy<Value = Step> {
	let deed = || 1..=DEEDS;
	prop_oneof![
		1 => deed().prop_map(Step::Link),
		1 => deed().prop_map(Step::Unlink),
		1 => deed().prop_map(Step::Sell),
		3 => (1..300u32).prop_map(Step::EndEpochs),
		4 => prop::collection::vec(any::<u8>(), 0..=DEEDS as usize).prop_map(Step::Decide),
		4 => (any::<bool>(), prop::collection::vec(deed(), 0..=4), prop::option::of(0..900u32))
			.prop_map(|(by_bob, deeds, up_to)| Step::Claim { by_bob, deeds, up_to }),
	]
}

/// One deed of the model.
#[derive(Clone, Default)]
struct Deed {
	of_bob: bool,
	linked: bool,
	next: usize,
	claimed: u128,
}

/// The whole model; epochs that are over and not in the table are undecided.
#[derive(Clone, Default)]
struct Model {
	deeds: [Deed; DEEDS as usize],
	now: usize,
	table: Vec<Vec<u8>>,
	paid: [u128; 2],
}

impl Model {
	/// Claims if the rules allow it; otherwise returns `None`, and the model is to be thrown away.
	fn claim(&mut self, by_bob: bool, deeds: &[u32], up_to: Option<u32>) -> Option<()> {
		let end = up_to.map_or(self.table.len(), |up_to| up_to as usize);
		let mut left = EpochsPerClaimMax::get() as usize;
		let mut moved = false;
		for number in 1..=DEEDS {
			let deed = &mut self.deeds[number as usize - 1];
			if !deeds.contains(&number) {
				continue;
			}
			let due = end.saturating_sub(deed.next);
			let allowed = deed.of_bob == by_bob && deed.linked && end <= self.table.len();
			if !allowed || (up_to.is_some() && due > left) {
				return None;
			}
			for _ in 0..due.min(left) {
				let availability = self.table[deed.next].get(number as usize - 1).unwrap_or(&0);
				let reward = RELEASE * u128::from(*availability) / 255;
				let paid = reward.min(ALLOCATION - deed.claimed);
				deed.claimed += paid;
				self.paid[usize::from(by_bob)] += paid;
				deed.next += 1;
				left -= 1;
				moved = true;
			}
		}
		moved.then_some(())
	}
}

/// Takes a step on the chain and in the model.
fn take(step: Step, model: &mut Model) {
	match step {
		Step::Link(deed) if !Network::is_active(deed) => {
			Network::link(deed);
			let of_model = &mut model.deeds[deed as usize - 1];
			(of_model.linked, of_model.next) = (true, model.now);
		},
		Step::Unlink(deed) if Pallet::<Test>::is_claimed_up_to_date(deed) => {
			Network::deactivate(deed);
			let of_model = &mut model.deeds[deed as usize - 1];
			assert!(!of_model.linked || of_model.next == model.now);
			of_model.linked = false;
		},
		Step::Link(_) | Step::Unlink(_) => {},
		Step::Sell(deed) => {
			let of_model = &mut model.deeds[deed as usize - 1];
			of_model.of_bob = !of_model.of_bob;
			Network::sell(deed, &person(of_model.of_bob));
		},
		Step::EndEpochs(count) => {
			(0..count).for_each(|_| Network::end_epoch());
			model.now += count as usize;
		},
		Step::Decide(availabilities) => {
			while model.table.len() < model.now {
				Network::decide(&availabilities);
				model.table.push(availabilities.clone());
			}
		},
		Step::Claim { by_bob, deeds, up_to } => {
			let mut after = model.clone();
			let expected = after.claim(by_bob, &deeds, up_to);
			let result = claim(person(by_bob), &deeds, up_to);
			assert_eq!(result.is_ok(), expected.is_some(), "{result:?}");
			if expected.is_some() {
				*model = after;
			}
		},
	}
}

fn person(is_bob: bool) -> AccountId32 {
	if is_bob { BOB } else { ALICE }
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn any_history_should_pay_what_the_model_pays(
		steps in prop::collection::vec(step(), 1..40),
	) {
		// The owners hold something already, so that no reward is too small for a new account.
		let mut externalities = ExtBuilder::default().build();
		externalities.execute_with(|| {
			let endowment = ExistentialDeposit::get();
			for owner in [ALICE, BOB] {
				assert_ok!(Balances::mint_into(&owner, endowment));
			}
			(1..=DEEDS).for_each(|deed| Network::issue(deed, &ALICE));

			let mut model = Model::default();
			for step in steps {
				take(step, &mut model);
				Pallet::<Test>::do_try_state().unwrap();
				for (owner, paid) in [ALICE, BOB].iter().zip(model.paid) {
					assert_eq!(Balances::free_balance(owner), endowment + paid);
				}
				for (number, deed) in (1..).zip(&model.deeds) {
					let account = Accounts::<Test>::get(number).unwrap_or_default();
					assert_eq!(account.claimed, deed.claimed);
					assert!(!deed.linked || account.next_epoch as usize == deed.next);
				}
			}
		});
	}
}
