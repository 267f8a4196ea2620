// SPDX-License-Identifier: Apache-2.0

//! Buying deeds: prices, the split of the payment, the tiers, and what is refused.

use crate::{
	COLLECTION, CurrentTier, Deed, Deeds, Error, Event, Issued, Offer, SoldInTier, mock::*,
};
use frame_support::{assert_noop, assert_ok};
use r1_math::node_deed::{DEEDS_MAX, LAST_TIER, TIERS};
use r1_primitives::traits::DeedInspect;

/// What one deed of each tier costs at [`R1_PRICE`]; from the reference, section 7.5.
const PRICES: [u128; 12] = [
	1_666_665_000_000_000_001_666,
	2_499_997_500_000_000_002_499,
	3_333_330_000_000_000_003_333,
	4_999_995_000_000_000_004_999,
	6_666_660_000_000_000_006_666,
	8_333_325_000_000_000_008_333,
	9_999_990_000_000_000_009_999,
	11_666_655_000_000_000_011_666,
	13_333_320_000_000_000_013_333,
	16_666_650_000_000_000_016_666,
	23_333_310_000_000_000_023_333,
	31_666_635_000_000_000_031_666,
];

#[test]
fn buy_should_split_the_payment_when_one_deed_is_bought() {
	ExtBuilder::default().build_and_execute(|| {
		let issuance = Balances::total_issuance();
		assert_ok!(NodeDeeds::buy(RuntimeOrigin::signed(ALICE), 1, 1, PRICES[0]));

		// One base unit of the price is lost to rounding, and stays with the buyer.
		let total = PRICES[0] - 1;
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - total);
		assert_eq!(Balances::reserved_balance(ALICE), 0);
		assert_eq!(issuance - Balances::total_issuance(), 333_333_000_000_000_000_333);
		assert_eq!(Balances::free_balance(LIQUIDITY), 833_332_500_000_000_000_833);
		assert_eq!(Balances::free_balance(COMPANY), 499_999_500_000_000_000_499);

		let events = take_events();
		assert_eq!(
			events.last(),
			Some(
				&Event::DeedsBought {
					buyer: ALICE,
					first_deed: 1,
					units: 1,
					tier: 1,
					price_per_deed: PRICES[0],
					total,
				}
				.into()
			)
		);
		let issued = pallet_nfts::Event::Issued { collection: COLLECTION, item: 1, owner: ALICE };
		assert_eq!(events.iter().filter(|event| **event == issued.clone().into()).count(), 1);
	});
}

#[test]
fn buy_should_split_the_sum_when_several_deeds_are_bought() {
	ExtBuilder::default().build_and_execute(|| {
		let issuance = Balances::total_issuance();
		assert_ok!(buy(ALICE, 2, 1));

		assert_eq!(issuance - Balances::total_issuance(), 666_666_000_000_000_000_666);
		assert_eq!(Balances::free_balance(LIQUIDITY), 1_666_665_000_000_000_001_666);
		assert_eq!(Balances::free_balance(COMPANY), 999_999_000_000_000_000_999);
		let total = 666_666_000_000_000_000_666
			+ 1_666_665_000_000_000_001_666
			+ 999_999_000_000_000_000_999;
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - total);
		assert_eq!(
			take_deed_events(),
			[Event::DeedsBought {
				buyer: ALICE,
				first_deed: 1,
				units: 2,
				tier: 1,
				price_per_deed: PRICES[0],
				total,
			}]
		);
	});
}

#[test]
fn buy_should_number_deeds_one_after_the_other_when_buyers_alternate() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(buy(ALICE, 2, 1));
		assert_ok!(buy(BOB, 3, 1));
		assert_ok!(buy(ALICE, 1, 1));

		let owners: Vec<_> = (0..=7).map(NodeDeeds::owner_of).collect();
		let (alice, bob) = (Some(ALICE), Some(BOB));
		assert_eq!(
			owners,
			[None, alice.clone(), alice.clone(), bob.clone(), bob.clone(), bob, alice, None]
		);
		assert_eq!(NodeDeeds::issued(), 6);
		assert_eq!(SoldInTier::<Test>::get(), 6);
		assert_eq!(Deeds::<Test>::get(6), Some(Deed::UNLINKED));
	});
}

#[test]
fn buy_should_open_the_next_tier_when_the_last_deed_of_a_tier_is_sold() {
	ExtBuilder::default().with_deeds_of_alice(50).build_and_execute(|| {
		assert_ok!(buy(ALICE, 38, 1));
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (1, 88));
		assert_ok!(buy(ALICE, 1, 1));
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (2, 0));
		assert_eq!(
			NodeDeeds::offer(),
			Some(Offer { tier: 2, units_left: 144, price_usd: 750, price_per_deed: PRICES[1] })
		);

		assert_noop!(buy(ALICE, 1, 1), Error::<Test>::WrongPriceTier);
		System::reset_events();
		assert_ok!(buy(BOB, 1, 2));
		let [Event::DeedsBought { first_deed, tier, price_per_deed, .. }] = &take_deed_events()[..]
		else {
			panic!("one purchase");
		};
		assert_eq!((*first_deed, *tier, *price_per_deed), (90, 2, PRICES[1]));
	});
}

#[test]
fn sale_should_ask_the_reference_prices_and_end_after_the_last_tier() {
	// The invariants do not hold here: the deeds between those that are bought have no records.
	ExtBuilder::default().build().execute_with(|| {
		let mut tier_end = 0;
		for ((tier, price), number) in TIERS.iter().zip(PRICES).zip(1..) {
			assert_eq!(CurrentTier::<Test>::get(), number);
			tier_end += tier.units;
			NodeDeeds::set_issued(tier_end - 1);
			assert_eq!(SoldInTier::<Test>::get(), tier.units - 1);

			assert_noop!(buy(ALICE, 2, number), Error::<Test>::TooManyUnits);
			assert_noop!(
				NodeDeeds::buy(RuntimeOrigin::signed(ALICE), 1, number, price - 1),
				Error::<Test>::PriceAboveMaximum
			);
			assert_ok!(NodeDeeds::buy(RuntimeOrigin::signed(ALICE), 1, number, price));
			let [Event::DeedsBought { first_deed, price_per_deed, .. }] = take_deed_events()[..]
			else {
				panic!("one purchase");
			};
			assert_eq!((first_deed, price_per_deed), (tier_end, price), "in tier {number}");
		}
		assert_eq!(Issued::<Test>::get(), DEEDS_MAX);
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (LAST_TIER + 1, 0));
		assert_eq!(NodeDeeds::offer(), None);
		assert_noop!(buy(ALICE, 1, LAST_TIER), Error::<Test>::AllDeedsSold);
		assert_noop!(buy(ALICE, 1, LAST_TIER + 1), Error::<Test>::AllDeedsSold);
	});
}

#[test]
fn buy_should_fail_when_no_deed_is_asked_for() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(buy(ALICE, 0, 1), Error::<Test>::ZeroUnits);
	});
}

#[test]
fn buy_should_fail_when_the_purchase_is_too_large() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(buy(ALICE, DEEDS_PER_PURCHASE_MAX + 1, 1), Error::<Test>::PurchaseTooLarge);
		assert_noop!(buy(ALICE, u32::MAX, 1), Error::<Test>::PurchaseTooLarge);
		assert_ok!(buy(ALICE, DEEDS_PER_PURCHASE_MAX, 1));
	});
}

#[test]
fn buy_should_fail_when_the_tier_has_fewer_deeds_left() {
	ExtBuilder::default().with_deeds_of_alice(50).build_and_execute(|| {
		assert_noop!(buy(ALICE, 40, 1), Error::<Test>::TooManyUnits);
		assert_ok!(buy(ALICE, 39, 1));
	});
}

#[test]
fn buy_should_fail_when_another_tier_is_on_sale() {
	ExtBuilder::default().build_and_execute(|| {
		for tier in [0, 2, LAST_TIER, u8::MAX] {
			assert_noop!(buy(ALICE, 1, tier), Error::<Test>::WrongPriceTier);
		}
	});
}

#[test]
fn buy_should_fail_when_a_deed_costs_more_than_the_maximum() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			NodeDeeds::buy(RuntimeOrigin::signed(ALICE), 1, 1, PRICES[0] - 1),
			Error::<Test>::PriceAboveMaximum
		);
	});
}

#[test]
fn buy_should_fail_when_the_buyer_cannot_pay_and_stay_alive() {
	ExtBuilder::default().build_and_execute(|| {
		let poor = sp_runtime::AccountId32::new([9; 32]);
		assert_noop!(buy(poor.clone(), 1, 1), Error::<Test>::InsufficientR1);

		// The price alone is one unit short, because the existential deposit has to stay.
		let total = PRICES[0] - 1;
		let give = |amount| {
			Balances::transfer_allow_death(RuntimeOrigin::signed(BOB), poor.clone(), amount)
		};
		assert_ok!(give(total));
		assert_noop!(buy(poor.clone(), 1, 1), Error::<Test>::InsufficientR1);
		assert_ok!(give(1));
		assert_ok!(buy(poor.clone(), 1, 1));
		assert_eq!(Balances::free_balance(poor), 1);
	});
}

#[test]
fn buy_should_fail_when_r1_has_no_price_yet() {
	ExtBuilder::default().with_r1_price(None).build_and_execute(|| {
		assert_noop!(buy(ALICE, 1, 1), Error::<Test>::PriceUnavailable);
		assert_eq!(NodeDeeds::offer(), None);
	});
}

#[test]
fn buy_should_fail_when_the_price_does_not_fit() {
	// At 10^-18 USD for one R1 the price of a deed does not fit; at five times that, 50 prices.
	for (r1_price, units) in [(1, 1), (5, 50)] {
		ExtBuilder::default().with_r1_price(Some(r1_price)).build_and_execute(|| {
			assert_noop!(buy(ALICE, units, 1), Error::<Test>::Overflow);
		});
	}
}

#[test]
fn buy_should_fail_when_nobody_signed() {
	ExtBuilder::default().build_and_execute(|| {
		let error = sp_runtime::DispatchError::BadOrigin;
		assert_noop!(NodeDeeds::buy(RuntimeOrigin::none(), 1, 1, u128::MAX), error);
		assert_noop!(NodeDeeds::buy(RuntimeOrigin::root(), 1, 1, u128::MAX), error);
	});
}
