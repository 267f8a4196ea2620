// SPDX-License-Identifier: Apache-2.0

//! Properties of the epoch walk, and a model of it that follows the contracts step by step.

use crate::{gated_release::*, genesis_deed};
use primitive_types::U512;
use proptest::prelude::*;

/// The greatest allocation of any deed.
const ALLOCATION_MAX: u128 = genesis_deed::ALLOCATION;

/// The contracts' loop as the reference words it, in numbers that cannot overflow.
fn model(account: Account, terms: Terms, epochs: &[Epoch]) -> (Account, Payment) {
	let wide = |number: u128| U512::from(number);
	let assigned = wide(terms.allocation);
	let mut claimed = wide(account.released);
	let mut buffer = wide(account.withheld);
	let (mut rewards, mut carry, mut withheld) = (wide(0), wide(0), wide(0));
	for epoch in epochs {
		let release = wide(epoch.release_max);
		let adoption = U512::from(epoch.adoption);
		let mut r = wide(0);
		let mut w = wide(0);
		if claimed < assigned {
			let available = release * U512::from(epoch.availability) / wide(255);
			r = available * adoption / wide(65_535);
			if claimed + r > assigned {
				r = assigned - claimed;
			} else {
				w = available - r;
				if claimed + r + w > assigned {
					w = assigned - claimed - r;
				}
			}
		}
		let target = claimed * (wide(65_535) - adoption) / wide(65_535);
		if buffer > target {
			let limit = release * U512::from(terms.carry_over_limit) / wide(255);
			let paid = (buffer - target).min(limit);
			carry += paid;
			buffer -= paid;
		}
		rewards += r;
		buffer += w;
		withheld += w;
		claimed += r + w;
	}
	let account = Account { released: claimed.as_u128(), withheld: buffer.as_u128() };
	let payment = Payment {
		reward: rewards.as_u128(),
		carry_over: carry.as_u128(),
		withheld: withheld.as_u128(),
	};
	(account, payment)
}

fn epoch() -> impl Strategy<Value = Epoch> {
	let availability = prop_oneof![Just(0), Just(255), any::<u8>()];
	let adoption = prop_oneof![Just(0), Just(65_535), any::<u16>()];
	(0..=genesis_deed::RELEASE_PER_EPOCH, availability, adoption).prop_map(
		|(release_max, availability, adoption)| Epoch { release_max, availability, adoption },
	)
}

fn epochs() -> impl Strategy<Value = Vec<Epoch>> {
	prop::collection::vec(epoch(), 0..50)
}

/// Terms, and an account that a walk under them could have reached.
fn deed() -> impl Strategy<Value = (Terms, Account)> {
	// Often so small that a few epochs use it up.
	let allocation = prop_oneof![0..=ALLOCATION_MAX / 1_000, 0..=ALLOCATION_MAX];
	let terms = (allocation, any::<u8>())
		.prop_map(|(allocation, carry_over_limit)| Terms { allocation, carry_over_limit });
	terms.prop_flat_map(|terms| (Just(terms), 0..=terms.allocation)).prop_flat_map(
		|(terms, released)| {
			let account = (0..=released).prop_map(move |withheld| Account { released, withheld });
			(Just(terms), account)
		},
	)
}

proptest! {
	#[test]
	fn walk_should_equal_the_model((terms, account) in deed(), epochs in epochs()) {
		let expected = model(account, terms, &epochs);
		prop_assert_eq!(account.settle_all(terms, epochs), expected);
	}

	#[test]
	fn walk_should_equal_the_model_from_the_start(epochs in epochs(), carry_over_limit: u8) {
		let terms = Terms { allocation: 3 * genesis_deed::RELEASE_PER_EPOCH, carry_over_limit };
		let expected = model(Account::default(), terms, &epochs);
		prop_assert_eq!(Account::default().settle_all(terms, epochs), expected);
	}

	#[test]
	fn account_should_stay_within_the_allocation((terms, account) in deed(), epochs in epochs()) {
		let mut account = account;
		for epoch in epochs {
			let (next, _) = account.settle(terms, epoch);
			prop_assert!(account.released <= next.released, "released never falls");
			prop_assert!(next.released <= terms.allocation);
			prop_assert!(next.withheld <= next.released);
			account = next;
		}
	}

	#[test]
	fn minted_should_be_released_less_withheld((terms, account) in deed(), epochs in epochs()) {
		let (after, payment) = account.settle_all(terms, epochs);
		prop_assert_eq!(account.minted() + payment.minted(), after.minted());
		prop_assert_eq!(after.minted(), after.released - after.withheld);
		prop_assert_eq!(account.released + payment.reward + payment.withheld, after.released);
		prop_assert_eq!(account.withheld + payment.withheld, after.withheld + payment.carry_over);
		prop_assert!(after.minted() <= terms.allocation);
	}

	#[test]
	fn pages_should_pay_what_one_walk_pays(
		(terms, account) in deed(),
		epochs in epochs(),
		page_sizes in prop::collection::vec(1..10usize, 50),
	) {
		let mut paged = (account, Payment::default());
		let mut rest = epochs.as_slice();
		for size in page_sizes {
			let (page, later) = rest.split_at(size.min(rest.len()));
			let (next, payment) = paged.0.settle_all(terms, page.iter().copied());
			paged = (next, paged.1.plus(payment));
			rest = later;
		}
		prop_assert!(rest.is_empty());
		prop_assert_eq!(paged, account.settle_all(terms, epochs));
	}

	#[test]
	fn an_epoch_should_never_pay_less_for_more(
		(terms, account) in deed(),
		epoch in epoch(),
		more_availability: u8,
		more_adoption: u16,
	) {
		let (after, payment) = account.settle(terms, epoch);
		let availability = epoch.availability.saturating_add(more_availability);
		let (after_more, more) = account.settle(terms, Epoch { availability, ..epoch });
		prop_assert!(payment.minted() <= more.minted());
		prop_assert!(after.released <= after_more.released);

		let adoption = epoch.adoption.saturating_add(more_adoption);
		let (after_more, more) = account.settle(terms, Epoch { adoption, ..epoch });
		prop_assert!(payment.reward <= more.reward);
		prop_assert!(payment.carry_over <= more.carry_over);
		prop_assert!(after_more.withheld <= after.withheld);
		prop_assert_eq!(after.released, after_more.released, "withheld is not lost");
	}

	#[test]
	fn full_adoption_should_empty_the_buffer((terms, account) in deed(), epoch in epoch()) {
		let terms = Terms { carry_over_limit: 255, ..terms };
		let epoch = Epoch { release_max: ALLOCATION_MAX, adoption: 65_535, ..epoch };
		let (after, payment) = account.settle(terms, epoch);
		prop_assert_eq!(after.withheld, 0);
		prop_assert_eq!(payment.carry_over, account.withheld);
	}

	#[test]
	fn any_account_should_release_and_pay_out_no_more_than_there_is(
		numbers: [u128; 4],
		carry_over_limit: u8,
		availability: u8,
		adoption: u16,
	) {
		let [released, withheld, allocation, release_max] = numbers;
		let account = Account { released, withheld };
		let terms = Terms { allocation, carry_over_limit };
		let (_, payment) = account.settle(terms, Epoch { release_max, availability, adoption });
		let left = allocation.saturating_sub(released);
		prop_assert!(payment.reward.checked_add(payment.withheld).is_some_and(|sum| sum <= left));
		prop_assert!(payment.carry_over <= withheld);
	}
}
