// SPDX-License-Identifier: Apache-2.0

//! Buying deeds: prices, numbers, the tiers, and what the sale does not offer.

use crate::{
	CurrentTier, Deed, Deeds, Error, Event, Issued, NodeDeedsSold, Offer, SoldInTier, WeightInfo,
	mock::*,
};
use frame_support::{assert_noop, assert_ok};
use r1_math::node_deed::{DEEDS_MAX, LAST_TIER, TIERS};
use r1_primitives::{DeedTerms, R1, traits::DeedInspect};

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
		assert_eq!((NodeDeedsSold::<Test>::get(), SoldInTier::<Test>::get()), (6, 6));
		assert_eq!(Deeds::<Test>::get(6), Some(Deed::new(DeedTerms::Node)));
		assert_eq!(NodeDeeds::terms(6), Some(DeedTerms::Node));
		assert_eq!(DeedsSold::get(), 6);
	});
}

#[test]
fn buy_should_number_on_after_deeds_of_other_kinds_which_are_in_no_tier() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		assert_ok!(buy(ALICE, 1, 1));
		assert_ok!(assign(BOB, R1));
		System::reset_events();
		assert_ok!(buy(ALICE, 2, 1));
		let events = take_deed_events();
		let Some(Event::DeedsBought { first_deed, units, .. }) = events.last() else {
			panic!("a purchase");
		};
		assert_eq!((*first_deed, *units), (4, 2));
		assert_eq!((NodeDeeds::issued(), NodeDeedsSold::<Test>::get()), (5, 3));
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (1, 3));
		assert_eq!(DeedsSold::get(), 3);
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
		let events = take_deed_events();
		let Some(Event::DeedsBought { first_deed, tier, price_per_deed, .. }) = events.last()
		else {
			panic!("a purchase");
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
			NodeDeeds::set_sold(tier_end - 1);
			assert_eq!(SoldInTier::<Test>::get(), tier.units - 1);

			assert_noop!(buy(ALICE, 2, number), Error::<Test>::TooManyUnits);
			assert_noop!(
				Purchase::new(ALICE, 1, number).with_price_max(price - 1).submit(),
				Error::<Test>::PriceAboveMaximum
			);
			System::reset_events();
			assert_ok!(Purchase::new(ALICE, 1, number).with_price_max(price).submit());
			let events = take_deed_events();
			let Some(Event::DeedsBought { first_deed, price_per_deed, .. }) = events.last() else {
				panic!("a purchase");
			};
			assert_eq!((*first_deed, *price_per_deed), (number.into(), price), "in tier {number}");
		}
		assert_eq!((NodeDeedsSold::<Test>::get(), Issued::<Test>::get()), (DEEDS_MAX, 12));
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (LAST_TIER + 1, 0));
		assert_eq!(NodeDeeds::offer(), None);
		assert_noop!(buy(ALICE, 1, LAST_TIER), Error::<Test>::AllDeedsSold);
		assert_noop!(buy(ALICE, 1, LAST_TIER + 1), Error::<Test>::AllDeedsSold);
	});
}

#[test]
fn buy_should_get_what_the_tier_has_left_when_a_part_is_allowed() {
	ExtBuilder::default().with_deeds_of_alice(50).build_and_execute(|| {
		assert_noop!(buy(ALICE, 40, 1), Error::<Test>::TooManyUnits);
		let purchase = Purchase::new(BOB, 50, 1).allow_partial();
		let info = purchase.submit_from(RuntimeOrigin::signed(BOB)).expect("39 are left");
		assert_eq!(info.actual_weight, Some(<() as WeightInfo>::buy(39)));
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (2, 0));
		assert_eq!(
			(NodeDeeds::owner_of(51), NodeDeeds::owner_of(89), NodeDeeds::owner_of(90)),
			(Some(BOB), Some(BOB), None)
		);
		assert_eq!(DeedsSold::get(), 89);
	});
}

#[test]
fn buy_should_look_at_what_a_part_holds_when_it_is_allowed() {
	ExtBuilder::default().with_deeds_of_alice(50).build_and_execute(|| {
		// The limits apply to the 39 deeds that the tier has left, not to all that are asked for.
		let purchase = || Purchase::new(BOB, u32::MAX, 1).allow_partial();
		let too_poor = purchase().with_permit(|permit| permit.usd_limit = 39 * 500 - 1);
		assert_noop!(too_poor.submit(), Error::<Test>::ExceedsUsdLimit);
		assert_ok!(purchase().with_permit(|permit| permit.usd_limit = 39 * 500).submit());
		assert_eq!(NodeDeedsSold::<Test>::get(), 89);
		// The next tier has more than one purchase holds.
		let next = Purchase::new(BOB, u32::MAX, 2).allow_partial();
		assert_noop!(next.submit(), Error::<Test>::PurchaseTooLarge);
	});
}

#[test]
fn buy_should_fail_when_no_deed_is_asked_for() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(buy(ALICE, 0, 1), Error::<Test>::ZeroUnits);
		assert_noop!(Purchase::new(ALICE, 0, 1).allow_partial().submit(), Error::<Test>::ZeroUnits);
	});
}

#[test]
fn buy_should_fail_when_the_purchase_is_too_large() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(buy(ALICE, DEEDS_PER_PURCHASE_MAX + 1, 1), Error::<Test>::PurchaseTooLarge);
		assert_noop!(buy(ALICE, u32::MAX, 1), Error::<Test>::TooManyUnits);
		assert_ok!(buy(ALICE, DEEDS_PER_PURCHASE_MAX, 1));
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
		// The maximum is for one deed without tax.
		let purchase = |max| Purchase::new(ALICE, 2, 1).with_tax(2_100).with_price_max(max);
		assert_noop!(purchase(PRICES[0] - 1).submit(), Error::<Test>::PriceAboveMaximum);
		assert_ok!(purchase(PRICES[0]).submit());
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
	// At 10^-18 USD for one R1 the price of a deed does not fit; at five times that, 50 prices; at
	// three times that, two prices do, but not with as much tax.
	for (r1_price, units, tax) in [(1, 1, 0), (5, 50, 0), (3, 2, 10_000)] {
		ExtBuilder::default().with_r1_price(Some(r1_price)).build_and_execute(|| {
			let purchase = Purchase::new(ALICE, units, 1).with_tax(tax);
			assert_noop!(purchase.submit(), Error::<Test>::Overflow);
		});
	}
}

#[test]
fn buy_should_fail_while_paused() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(pause());
		assert_noop!(buy(ALICE, 1, 1), Error::<Test>::Paused);
		assert_ok!(unpause());
		assert_ok!(buy(ALICE, 1, 1));
	});
}

#[test]
fn buy_should_fail_when_nobody_signed() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let error = Purchase::new(ALICE, 1, 1).submit_from(origin).map_err(|error| error.error);
			assert_eq!(error, Err(sp_runtime::DispatchError::BadOrigin));
		}
		assert_eq!(NodeDeeds::issued(), 0);
	});
}
