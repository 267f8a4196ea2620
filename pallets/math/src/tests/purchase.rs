// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::{node_deed::split_purchase, purchase::*};
use primitive_types::U512;
use proptest::prelude::*;

/// One deed of tier 1 in the pool of the contracts' tests, in base units of R1.
const PRICE: u128 = 1_666_665_000_000_000_001_666;

#[test]
fn invoice_should_equal_the_contracts_vectors() {
	/// Deeds, tax in basis points, and what is taxable, the tax and the total.
	const CASES: [(u32, u16, [u128; 3]); 4] = [
		(1, 0, [PRICE, 0, PRICE]),
		(1, 20, [PRICE, 3_333_330_000_000_000_003, 1_669_998_330_000_000_001_669]),
		(1, 2_000, [PRICE, 333_333_000_000_000_000_333, 1_999_998_000_000_000_001_999]),
		(
			2,
			2_100,
			[
				3_333_330_000_000_000_003_332,
				699_999_300_000_000_000_699,
				4_033_329_300_000_000_004_031,
			],
		),
	];
	for (deeds, tax_basis_points, [taxable, tax, total]) in CASES {
		let invoice = Invoice::new(PRICE, deeds, tax_basis_points).unwrap();
		assert_eq!(invoice, Invoice { taxable, tax }, "{deeds} at {tax_basis_points}");
		assert_eq!(invoice.total(), total);
	}
}

#[test]
fn invoice_should_be_none_when_it_does_not_fit() {
	assert_eq!(Invoice::new(u128::MAX, 2, 0), None);
	assert_eq!(Invoice::new(u128::MAX, 1, 1), None);
	assert_eq!(Invoice::new(u128::MAX, 1, 0).map(|invoice| invoice.total()), Some(u128::MAX));
}

#[test]
fn split_liquidity_should_equal_the_contracts_vector() {
	let liquidity = split_purchase(PRICE).liquidity;
	assert_eq!(
		split_liquidity(liquidity, 50),
		LiquiditySplit { half: 2_083_331_250_000_000_002, reserved: 829_165_837_500_000_000_829 },
	);
	assert_eq!(split_liquidity(liquidity, 0), LiquiditySplit { half: 0, reserved: liquidity });
	assert_eq!(split_liquidity(7, 10_000), LiquiditySplit { half: 3, reserved: 0 });
}

#[test]
fn company_usdc_should_equal_the_contracts_vector() {
	assert_eq!(expected_company_usdc(500, 1), 150_000_000);
	assert_eq!(minimum_company_usdc(500, 1), 145_500_000);
	assert_eq!(expected_company_usdc(9_500, 17_711), 50_476_350_000_000);
}

#[test]
fn split_proceeds_should_lose_nothing() {
	let cases = [
		(100, 30, 0, Some((100, 0))),
		(100, 30, 10, Some((75, 25))),
		(100, 2, 1, Some((67, 33))),
		(0, 2, 1, Some((0, 0))),
		(100, 0, 0, Some((100, 0))),
		(100, u128::MAX, 1, None),
	];
	for (usdc, company, tax, expected) in cases {
		let expected = expected.map(|(company, tax)| Proceeds { company, tax });
		assert_eq!(split_proceeds(usdc, company, tax), expected, "{company} to {tax}");
	}
}

#[test]
fn accepted_prices_should_reach_as_far_as_the_difference() {
	assert_eq!(accepted_prices(1_000, 0), 1_000..=1_000);
	assert_eq!(accepted_prices(1_000, 500), 950..=1_050);
	assert_eq!(accepted_prices(999, 1), 998..=999);
	assert_eq!(accepted_prices(1_000, 10_000), 0..=2_000);
	assert_eq!(accepted_prices(1_000, 20_000), 0..=3_000);
	assert_eq!(accepted_prices(u128::MAX, 1).end(), &u128::MAX);
}

proptest! {
	#[test]
	fn invoice_should_equal_wide_arithmetic(
		price: u128,
		deeds: u32,
		tax_basis_points in 0..=10_000u16,
	) {
		let taxable = exact(&[price, deeds.into()], 1);
		let tax = exact(&[price, deeds.into(), tax_basis_points.into()], 10_000);
		let expected = (taxable + tax <= U512::from(u128::MAX))
			.then(|| Invoice { taxable: taxable.low_u128(), tax: tax.low_u128() });
		prop_assert_eq!(Invoice::new(price, deeds, tax_basis_points), expected);
	}

	#[test]
	fn split_liquidity_should_lose_at_most_one_unit(
		liquidity in 0..=u128::MAX / 2,
		direct_basis_points: u16,
	) {
		let LiquiditySplit { half, reserved } = split_liquidity(liquidity, direct_basis_points);
		let used = 2 * half + reserved;
		prop_assert!(used <= liquidity && liquidity - used <= 1);
	}

	#[test]
	fn split_proceeds_should_equal_wide_arithmetic(
		usdc: u128,
		company in 0..=u128::MAX / 2,
		tax in 1..=u128::MAX / 2,
	) {
		let proceeds = split_proceeds(usdc, company, tax).unwrap();
		prop_assert_eq!(U512::from(proceeds.tax), exact(&[usdc, tax], company + tax));
		prop_assert_eq!(proceeds.company + proceeds.tax, usdc);
	}

	#[test]
	fn accepted_prices_should_hold_the_last_price(last_price: u128, difference: u16) {
		prop_assert!(accepted_prices(last_price, difference).contains(&last_price));
	}
}
