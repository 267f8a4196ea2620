// SPDX-License-Identifier: Apache-2.0

//! Where the payment goes: the real pool, its real outputs, and when it cannot serve a purchase.

use crate::{COLLECTION, Error, Event, PriceSamples, mock::*};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use r1_primitives::{
	R1, USDC,
	traits::{Liquidity, Market},
};
use sp_runtime::AccountId32;

/// What a deed of the first tier costs at [`R1_PRICE`], and how that is split: the reference's
/// section 7.5. The parts are one base unit short.
const PRICE: u128 = 1_666_665_000_000_000_001_666;
const BURNED: u128 = 333_333_000_000_000_000_333;
const LIQUIDITY_PART: u128 = 833_332_500_000_000_000_833;
const COMPANY_PART: u128 = 499_999_500_000_000_000_499;

/// A constant-product pool with a fee of 0.3 %, to compare the real one with.
struct Pool(Liquidity);

impl Pool {
	/// Swaps R1 for USDC.
	fn swap(&mut self, r1: u128) -> u128 {
		let Liquidity { r1: reserve_r1, usdc: reserve_usdc } = self.0;
		let usdc = r1 * 997 * reserve_usdc / (reserve_r1 * 1_000 + r1 * 997);
		self.0 = Liquidity { r1: reserve_r1 + r1, usdc: reserve_usdc - usdc };
		usdc
	}

	/// Takes both in the proportion of what it holds, as much as possible.
	fn add(&mut self, offer: Liquidity) -> Liquidity {
		let Liquidity { r1, usdc } = self.0;
		let beside = offer.r1 * usdc / r1;
		let taken = if beside <= offer.usdc {
			Liquidity { r1: offer.r1, usdc: beside }
		} else {
			Liquidity { r1: offer.usdc * r1 / usdc, usdc: offer.usdc }
		};
		self.0 = Liquidity { r1: r1 + taken.r1, usdc: usdc + taken.usdc };
		taken
	}
}

fn r1_of(who: &AccountId32) -> u128 {
	Balances::free_balance(who)
}

fn reference_pool() -> ExtBuilder {
	ExtBuilder::default().with_pool(REFERENCE_POOL)
}

#[test]
fn buy_should_burn_reserve_and_pay_out_when_one_deed_is_bought() {
	reference_pool().build_and_execute(|| {
		assert_eq!(TestMarket::spot_price(), Some(R1_PRICE));
		let issuance = Balances::total_issuance();
		let mut pool = Pool(REFERENCE_POOL);
		let reserved = pool.swap(LIQUIDITY_PART);
		let company = pool.swap(COMPANY_PART);
		assert_ok!(Purchase::new(ALICE, 1, 1).with_price_max(PRICE).submit());

		assert_eq!(r1_of(&ALICE), ENDOWMENT - PRICE);
		assert_eq!(Balances::reserved_balance(ALICE), 0);
		assert_eq!(issuance - Balances::total_issuance(), BURNED);
		assert_eq!((r1_of(&LIQUIDITY), usdc_of(&LIQUIDITY)), (0, reserved));
		assert_eq!((r1_of(&COMPANY), usdc_of(&COMPANY)), (0, company));
		assert_eq!(usdc_of(&TAX), 0);
		assert_eq!(pool_shares_of(&LIQUIDITY), 0);
		// Within the floor of the reference's own case.
		assert!((145_500_000..150_000_000).contains(&company), "{company}");
		// What is lost to rounding stays.
		assert_eq!((r1_of(&NodeDeeds::account_id()), usdc_of(&NodeDeeds::account_id())), (1, 0));

		let events = take_events();
		let ours: Vec<_> = events
			.iter()
			.filter_map(|event| match event {
				RuntimeEvent::NodeDeeds(event) => Some(event.clone()),
				_ => None,
			})
			.collect();
		assert_eq!(
			ours,
			[
				Event::LiquidityReserved { usdc: reserved },
				Event::ProceedsPaid { company, tax: 0 },
				Event::DeedsBought {
					buyer: ALICE,
					invoice: [0; 32],
					first_deed: 1,
					units: 1,
					tier: 1,
					price_per_deed: PRICE,
					total: PRICE,
					tax: 0,
				},
			]
		);
		let issued = pallet_nfts::Event::Issued { collection: COLLECTION, item: 1, owner: ALICE };
		assert_eq!(events.iter().filter(|event| **event == issued.clone().into()).count(), 1);
	});
}

/// Two deeds at 21 % tax: the reference's numbers.
#[test]
fn buy_should_take_tax_on_top_and_pay_it_in_proportion() {
	reference_pool().build_and_execute(|| {
		let issuance = Balances::total_issuance();
		assert_ok!(Purchase::new(ALICE, 2, 1).with_tax(2_100).submit());

		let (tax, total) = (699_999_300_000_000_000_699, 4_033_329_300_000_000_004_031);
		assert_eq!(r1_of(&ALICE), ENDOWMENT - total);
		assert_eq!(issuance - Balances::total_issuance(), 666_666_000_000_000_000_666);

		let mut pool = Pool(REFERENCE_POOL);
		let reserved = pool.swap(1_666_665_000_000_000_001_666);
		let company_r1 = 999_999_000_000_000_000_999;
		let both = pool.swap(company_r1 + tax);
		let tax_usdc = both * (tax / 699) / ((company_r1 + tax) / 699);
		// The division by 699 keeps the product within the range, at the cost of one base unit.
		assert!(usdc_of(&TAX).abs_diff(tax_usdc) <= 1);
		assert_eq!(usdc_of(&COMPANY) + usdc_of(&TAX), both);
		assert_eq!(usdc_of(&LIQUIDITY), reserved);
		assert_eq!(r1_of(&NodeDeeds::account_id()), 1);
		let (company, tax_usdc) = (usdc_of(&COMPANY), usdc_of(&TAX));
		assert_eq!(
			take_deed_events(),
			[
				Event::LiquidityReserved { usdc: reserved },
				Event::ProceedsPaid { company, tax: tax_usdc },
				Event::DeedsBought {
					buyer: ALICE,
					invoice: [0; 32],
					first_deed: 1,
					units: 2,
					tier: 1,
					price_per_deed: PRICE,
					total,
					tax,
				},
			]
		);
	});
}

/// The reference's own case: 0.2 % tax, and 0.5 % of the liquidity goes into the pool.
#[test]
fn buy_should_add_liquidity_when_there_is_a_share_for_it() {
	reference_pool().with_liquidity_share(50).build_and_execute(|| {
		assert_ok!(Purchase::new(ALICE, 1, 1).with_tax(20).submit());
		assert_eq!(r1_of(&ALICE), ENDOWMENT - 1_669_998_330_000_000_001_669);

		let half = 2_083_331_250_000_000_002;
		let mut pool = Pool(REFERENCE_POOL);
		let usdc = pool.swap(half);
		let used = pool.add(Liquidity { r1: half, usdc: usdc - 1 });
		let reserved = pool.swap(829_165_837_500_000_000_829);
		// So small a swap costs more by its fee than by moving the price: R1 is left.
		assert_eq!(used.usdc, usdc - 1);
		assert!(used.r1 < half);
		let (share, unused) = (pool_shares_of(&LIQUIDITY), half - used.r1);
		assert!(share > 0);
		assert_eq!((r1_of(&LIQUIDITY), usdc_of(&LIQUIDITY)), (1 + unused, 1 + reserved));
		assert_eq!((r1_of(&NodeDeeds::account_id()), usdc_of(&NodeDeeds::account_id())), (1, 0));
		assert_eq!(
			take_deed_events()[..2],
			[
				Event::LiquidityAdded { r1: used.r1, usdc: used.usdc },
				Event::LiquidityReserved { usdc: reserved },
			]
		);
	});
}

#[test]
fn buy_should_reserve_nothing_when_all_liquidity_goes_into_the_pool() {
	reference_pool().with_liquidity_share(10_000).build_and_execute(|| {
		assert_ok!(buy(ALICE, 6, 1));
		let half = 6 * LIQUIDITY_PART / 2;
		let mut pool = Pool(REFERENCE_POOL);
		let usdc = pool.swap(half);
		let used = pool.add(Liquidity { r1: half, usdc: usdc - 1 });
		// So large a swap moves the price by more than its fee: USDC is left.
		assert_eq!(used.r1, half);
		assert!(used.usdc < usdc - 1);
		assert_eq!((r1_of(&LIQUIDITY), usdc_of(&LIQUIDITY)), (1, usdc - used.usdc));
		let events = take_deed_events();
		assert_eq!(events[0], Event::LiquidityAdded { r1: used.r1, usdc: used.usdc });
		assert!(matches!(events[1], Event::ProceedsPaid { .. }));
	});
}

#[test]
fn buy_should_leave_the_odd_unit_of_the_direct_part_behind() {
	reference_pool().with_liquidity_share(10_000).build_and_execute(|| {
		assert_eq!(LIQUIDITY_PART % 2, 1);
		assert_ok!(buy(ALICE, 1, 1));
		// One is lost to the split of the price, and one to the halves.
		assert_eq!(r1_of(&NodeDeeds::account_id()), 2);
		assert_ok!(buy(BOB, 1, 1));
		assert_eq!(r1_of(&NodeDeeds::account_id()), 4);
	});
}

#[test]
fn buy_should_conserve_r1_and_usdc() {
	let pool = || NodeDeeds::account_id();
	for share in [0, 1, 3_333, 10_000] {
		let builder = reference_pool();
		let builder = if share > 0 { builder.with_liquidity_share(share) } else { builder };
		builder.build_and_execute(|| {
			let (r1, usdc) = (Balances::total_issuance(), Assets::total_supply(1));
			for units in 1..4 {
				assert_ok!(Purchase::new(ALICE, units, 1).with_tax(1_900).submit());
			}
			assert_eq!(Assets::total_supply(1), usdc);
			let burned: u128 = (1..4).map(|units| units * PRICE * 2_000 / 10_000).sum();
			assert_eq!(r1 - Balances::total_issuance(), burned);
			assert!(r1_of(&pool()) <= 9, "three purchases leave three units each at most");
			assert_eq!(usdc_of(&pool()), 0);
		});
	}
}

/// As on a chain whose accounts must hold something to exist.
#[test]
fn buy_should_leave_nothing_behind_when_it_is_less_than_an_account_must_hold() {
	let deposit = R1 / 1_000;
	for share in [0, 50, 10_000] {
		let builder = reference_pool().with_existential_deposit(deposit);
		let builder = if share > 0 { builder.with_liquidity_share(share) } else { builder };
		builder.build_and_execute(|| {
			let issuance = Balances::total_issuance();
			for _ in 0..2 {
				assert_ok!(Purchase::new(ALICE, 1, 1).with_tax(20).submit());
			}
			let pallet = NodeDeeds::account_id();
			assert_eq!((r1_of(&pallet), usdc_of(&pallet)), (0, 0));
			assert!(!System::account_exists(&pallet));
			let lost = if share == 10_000 { 2 } else { 1 };
			assert_eq!(issuance - Balances::total_issuance(), 2 * (BURNED + lost));
			// The receivers of USDC need no R1.
			assert!(usdc_of(&COMPANY) > 0 && usdc_of(&TAX) > 0);
			assert_eq!((r1_of(&COMPANY), r1_of(&TAX)), (0, 0));
		});
	}
}

#[test]
fn buy_should_not_fail_when_a_part_is_too_small_to_swap() {
	// A base unit of R1 is worth ten dollars, so a deed costs fifty of them.
	let pool = Liquidity { r1: 1_000_000, usdc: 10_000_000 * USDC };
	ExtBuilder::default()
		.with_pool(pool)
		.with_liquidity_share(400)
		.build_and_execute(|| {
			let issuance = Balances::total_issuance();
			assert_ok!(buy(ALICE, 1, 1));
			assert_eq!(r1_of(&ALICE), ENDOWMENT - 50);
			assert_eq!(issuance - Balances::total_issuance(), 10);
			// Of the 25 for the liquidity one is for the pool, which is no half; 24 are reserved.
			assert_eq!(r1_of(&NodeDeeds::account_id()), 1);
			assert_eq!(pool_shares_of(&LIQUIDITY), 0);
			let mut pool = Pool(pool);
			let (reserved, company) = (pool.swap(24), pool.swap(15));
			assert_eq!((usdc_of(&LIQUIDITY), usdc_of(&COMPANY)), (reserved, company));
		});
}

#[test]
fn buy_should_fail_when_the_buyer_cannot_pay_and_stay_alive() {
	ExtBuilder::default().build_and_execute(|| {
		let poor = AccountId32::new([9; 32]);
		assert_noop!(buy(poor.clone(), 1, 1), Error::<Test>::InsufficientR1);

		// The price alone is one unit short, because the existential deposit has to stay.
		let give = |amount| {
			Balances::transfer_allow_death(RuntimeOrigin::signed(BOB), poor.clone(), amount)
		};
		assert_ok!(give(PRICE));
		assert_noop!(buy(poor.clone(), 1, 1), Error::<Test>::InsufficientR1);
		assert_ok!(give(1));
		// Nor is there anything for a tax.
		let taxed = Purchase::new(poor.clone(), 1, 1).with_tax(1);
		assert_noop!(taxed.submit(), Error::<Test>::InsufficientR1);
		assert_ok!(buy(poor.clone(), 1, 1));
		assert_eq!(r1_of(&poor), 1);
	});
}

#[test]
fn buy_should_fail_when_the_company_would_get_less_than_its_floor() {
	reference_pool().build_and_execute(|| {
		// Each deed sells R1 worth 400 USD into a pool of 200 000 USDC: eight are as many as the
		// company's 97 % bear.
		assert_noop!(buy(ALICE, 9, 1), Error::<Test>::CompanyShareTooLow);
		assert_ok!(buy(ALICE, 8, 1));
		assert!(usdc_of(&COMPANY) >= 8 * 145_500_000);
	});
}

#[test]
fn buy_should_fail_when_a_swap_yields_less_than_the_median_price_allows() {
	reference_pool().build_and_execute(|| {
		// Too large for the pool.
		assert_noop!(buy(ALICE, 50, 1), Error::<Test>::SwapFailed);
		// Somebody sold before, and would buy back after.
		assert_ok!(TestMarket::swap_r1_for_usdc(&BOB, 30_000 * R1, 1));
		assert_noop!(buy(ALICE, 1, 1), Error::<Test>::SwapFailed);
		// Once the median has followed, the deed costs more R1, and is sold again.
		run_to_block(30);
		let spot = TestMarket::spot_price().expect("the pool has a price");
		assert_eq!(samples(), [spot; 3]);
		assert_ok!(buy(ALICE, 1, 1));
		assert!(ENDOWMENT - r1_of(&ALICE) > PRICE);
	});
}

#[test]
fn buy_should_fail_when_the_pool_takes_too_little_of_the_liquidity() {
	// The median is below the pool's price, so that the swap yields enough although it moves the
	// price by more than the slippage; what is put in beside is then out of proportion.
	let pool = Liquidity { r1: 400_000 * R1, usdc: 120_000 * USDC };
	ExtBuilder::default()
		.with_pool(pool)
		.with_liquidity_share(10_000)
		.build_and_execute(|| {
			let low = [R1_PRICE * 85 / 100; 3].to_vec();
			PriceSamples::<Test>::put(BoundedVec::truncate_from(low));
			assert_noop!(buy(ALICE, 50, 1), Error::<Test>::AddingLiquidityFailed);
			assert_ok!(buy(ALICE, 1, 1));
		});
}

#[test]
fn buy_should_fail_when_nobody_can_hold_the_share_in_the_pool() {
	reference_pool().with_liquidity_share(5_000).build_and_execute(|| {
		let emptied = Balances::transfer_allow_death(RuntimeOrigin::signed(LIQUIDITY), ALICE, 1);
		assert_ok!(emptied);
		assert_noop!(buy(ALICE, 1, 1), Error::<Test>::AddingLiquidityFailed);
	});
}

#[test]
fn buy_should_fail_when_the_market_has_no_pool() {
	// The price was sampled before the pool was emptied.
	ExtBuilder::default()
		.with_pool(Liquidity { r1: 0, usdc: 0 })
		.build_and_execute(|| {
			PriceSamples::<Test>::put(BoundedVec::truncate_from(vec![R1_PRICE]));
			assert_noop!(buy(ALICE, 1, 1), Error::<Test>::SwapFailed);
		});
}
