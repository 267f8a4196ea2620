// SPDX-License-Identifier: Apache-2.0

//! Random histories of a few people and applications, against a model that knows no pallet.

use crate::{
	Applications, Burned, Burners, Error, Pallet, TopApplications, TopBurners, TotalBurned, mock::*,
};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use r1_primitives::R1;
use sp_runtime::DispatchResult;

/// People 1 to this one own something; the boards are shorter, so that places are fought for.
const PEOPLE: u64 = 5;
const BURNER_PLACES: u32 = 3;
const APPLICATION_PLACES: u32 = 2;

/// The last is not a slug.
const SLUGS: [&str; 5] = ["a", "b", "c", "d", "D"];

const BURN_MIN: u128 = R1 / 100;
const DEPOSIT: u128 = 5 * R1;
const EXISTENTIAL_DEPOSIT: u128 = R1 / 1_000;

/// Enough for two deposits and some burns, so that histories run out of R1.
const OWNED: u128 = 12 * R1;

#[derive(Clone, Copy, Debug)]
enum Step {
	Register { who: u64, slug: usize },
	Deregister { who: u64, slug: usize },
	Burn { who: u64, amount: u128, slug: Option<usize> },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = || 1..=PEOPLE;
	let slug = || 0..SLUGS.len();
	// Few amounts, so that totals are often equal.
	let amount = prop_oneof![
		8 => (1..=3u128).prop_map(|units| units * R1),
		1 => prop_oneof![Just(0), Just(BURN_MIN - 1), Just(BURN_MIN)],
		1 => prop_oneof![Just(OWNED - EXISTENTIAL_DEPOSIT), Just(OWNED), Just(u128::MAX)],
	];
	let step = prop_oneof![
		3 => (who(), slug()).prop_map(|(who, slug)| Step::Register { who, slug }),
		2 => (who(), slug()).prop_map(|(who, slug)| Step::Deregister { who, slug }),
		8 => (who(), amount, prop::option::of(slug()))
			.prop_map(|(who, amount, slug)| Step::Burn { who, amount, slug }),
	];
	prop::collection::vec(step, 1..24)
}

/// What the pallet should know and do. People are in their order; nothing is computed from sums.
#[derive(Default)]
struct Model {
	spent: [u128; PEOPLE as usize],
	deposited: [u128; PEOPLE as usize],
	burned: [u128; PEOPLE as usize],
	applications: [Option<(u64, u128)>; SLUGS.len()],
	burned_by_all: u128,
	top_burners: Vec<(u64, u128)>,
	top_applications: Vec<(usize, u128)>,
}

impl Model {
	fn spendable(&self, who: u64) -> u128 {
		let index = who as usize - 1;
		OWNED - EXISTENTIAL_DEPOSIT - self.spent[index] - self.deposited[index]
	}

	fn register(&mut self, who: u64, slug: usize) -> Result<(), Error<Test>> {
		if SLUGS[slug] == "D" {
			return Err(Error::InvalidSlug);
		}
		if self.applications[slug].is_some() {
			return Err(Error::SlugTaken);
		}
		if self.spendable(who) < DEPOSIT {
			return Err(Error::InsufficientR1);
		}
		self.deposited[who as usize - 1] += DEPOSIT;
		self.applications[slug] = Some((who, 0));
		Ok(())
	}

	fn deregister(&mut self, who: u64, slug: usize) -> Result<(), Error<Test>> {
		match self.applications[slug] {
			None => Err(Error::UnknownApplication),
			Some((creator, _)) if creator != who => Err(Error::NotApplicationCreator),
			Some((_, total)) if total > 0 => Err(Error::ApplicationInUse),
			Some(_) => {
				self.deposited[who as usize - 1] -= DEPOSIT;
				self.applications[slug] = None;
				Ok(())
			},
		}
	}

	fn burn(&mut self, who: u64, amount: u128, slug: Option<usize>) -> Result<(), Error<Test>> {
		if amount < BURN_MIN {
			return Err(Error::AmountBelowMinimum);
		}
		if slug.is_some_and(|slug| self.applications[slug].is_none()) {
			return Err(Error::UnknownApplication);
		}
		if amount > self.spendable(who) {
			return Err(Error::InsufficientR1);
		}
		let index = who as usize - 1;
		self.spent[index] += amount;
		self.burned[index] += amount;
		self.burned_by_all += amount;
		bubble_up(&mut self.top_burners, BURNER_PLACES, (who, self.burned[index]));
		if let Some(slug) = slug
			&& let Some((_, total)) = &mut self.applications[slug]
		{
			*total += amount;
			bubble_up(&mut self.top_applications, APPLICATION_PLACES, (slug, *total));
		}
		Ok(())
	}

	/// Takes a step on both sides, and compares what they say.
	fn take(&mut self, step: Step) {
		match step {
			Step::Register { who, slug } => {
				agree(|| register(who, SLUGS[slug], "Name"), self.register(who, slug))
			},
			Step::Deregister { who, slug } => {
				agree(|| deregister(who, SLUGS[slug]), self.deregister(who, slug))
			},
			Step::Burn { who, amount, slug: None } => {
				agree(|| burn(who, amount), self.burn(who, amount, None))
			},
			Step::Burn { who, amount, slug: Some(slug) } => {
				agree(|| burn_for(who, amount, SLUGS[slug]), self.burn(who, amount, Some(slug)))
			},
		}
	}

	/// Compares the pallet's state with the model's.
	fn check(&self) {
		for who in 1..=PEOPLE {
			let index = who as usize - 1;
			assert_eq!(Burned::<Test>::get(who), self.burned[index]);
			assert_eq!(held(who), self.deposited[index]);
			let free = self.spendable(who) + EXISTENTIAL_DEPOSIT;
			assert_eq!(Balances::free_balance(who), free);
		}
		for (slug, expected) in SLUGS.iter().zip(self.applications) {
			let found = Applications::<Test>::get(id_of(slug));
			assert_eq!(found.map(|found| (found.creator, found.total)), expected);
		}
		assert_eq!(TotalBurned::<Test>::get(), self.burned_by_all);
		assert_eq!(Balances::total_issuance(), u128::from(PEOPLE) * OWNED - self.burned_by_all);
		let burners = self.burned.iter().filter(|total| **total > 0).count();
		assert_eq!(Burners::<Test>::get() as usize, burners);

		assert_eq!(pairs(TopBurners::<Test>::get()), self.top_burners);
		let named = |(slug, total): &(usize, u128)| (id_of(SLUGS[*slug]), *total);
		let expected: Vec<_> = self.top_applications.iter().map(named).collect();
		assert_eq!(pairs(TopApplications::<Test>::get()), expected);
		Pallet::<Test>::do_try_state().expect("the invariants hold");
	}
}

/// Ranks as the deployed contract does: writes the total down, and swaps it upwards.
fn bubble_up<Id: Copy + PartialEq>(
	board: &mut Vec<(Id, u128)>,
	places: u32,
	(id, total): (Id, u128),
) {
	let mut position = match board.iter().position(|(other, _)| *other == id) {
		Some(position) => position,
		None if board.len() < places as usize => {
			board.push((id, 0));
			board.len() - 1
		},
		None if total > board[board.len() - 1].1 => board.len() - 1,
		None => return,
	};
	board[position] = (id, total);
	while position > 0 && board[position].1 > board[position - 1].1 {
		board.swap(position, position - 1);
		position -= 1;
	}
}

/// Runs a call as a block would, undone if it fails; it must end as the model says.
fn agree(call: impl FnOnce() -> DispatchResult, expected: Result<(), Error<Test>>) {
	assert_eq!(with_storage_layer(call), expected.map_err(Into::into));
}

/// How many histories to try: what a minute allows, or what a night allows.
fn cases() -> u32 {
	if std::env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1") {
		200_000
	} else {
		10_000
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases()))]

	#[test]
	fn pallet_should_agree_with_the_model_after_every_history(steps in steps()) {
		ExtBuilder::default()
			.with_accounts(PEOPLE, OWNED)
			.with_places(BURNER_PLACES, APPLICATION_PLACES)
			.build()
			.execute_with(|| {
				let mut model = Model::default();
				for step in steps {
					model.take(step);
					model.check();
				}
			});
	}
}
