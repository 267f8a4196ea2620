// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::{ISSUANCE_CAP, price::*};
use primitive_types::U512;
use proptest::prelude::*;
use r1_primitives::{R1, USDC};

#[test]
fn spot_price_should_be_dollars_per_r1_with_18_decimals() {
	assert_eq!(spot_price(300_000 * USDC, 1_000_000 * R1), Some(3 * R1 / 10));
	assert_eq!(spot_price(USDC, R1), Some(R1));
	assert_eq!(spot_price(1, 3 * R1), Some(333_333_333_333));
	// The pool of the contracts' tests.
	assert_eq!(spot_price(200_000 * USDC, 666_666 * R1), Some(300_000_300_000_300_000));
}

#[test]
fn spot_price_should_be_none_when_there_is_no_usable_price() {
	assert_eq!(spot_price(USDC, 0), None, "no R1 in the pool");
	assert_eq!(spot_price(0, R1), None, "no USDC in the pool");
	assert_eq!(spot_price(1, u128::MAX), None, "a price that rounds to 0");
	assert_eq!(spot_price(u128::MAX, 1), None, "a price that does not fit");
}

#[test]
fn median_should_be_the_one_in_the_middle_or_the_mean_of_the_two() {
	let cases: [(&[u128], Option<u128>); 12] = [
		(&[], None),
		(&[7], Some(7)),
		(&[1, 2], Some(1)),
		(&[2, 1], Some(1)),
		(&[1, 3], Some(2)),
		(&[4, 1, 3], Some(3)),
		(&[9, 1, 4, 2], Some(3)),
		(&[5, 1, 4, 2, 3], Some(3)),
		(&[0, 0, u128::MAX], Some(0)),
		(&[0, u128::MAX], Some(u128::MAX / 2)),
		(&[u128::MAX - 1, u128::MAX], Some(u128::MAX - 1)),
		(&[u128::MAX; 100], Some(u128::MAX)),
	];
	for (samples, expected) in cases {
		assert_eq!(median(samples.iter().copied()), expected, "of {samples:?}");
	}
}

#[test]
fn usdc_and_r1_should_convert_at_the_price() {
	let price = 3 * R1 / 10;
	assert_eq!(usdc_to_r1(3 * USDC, price), Some(10 * R1));
	assert_eq!(r1_to_usdc(10 * R1, price), Some(3 * USDC));
	assert_eq!(r1_to_usdc(R1 - 1, R1), Some(USDC - 1));
	assert_eq!(usdc_to_r1(USDC, 0), None);
	assert_eq!(r1_to_usdc(R1, 0), Some(0));
}

#[test]
fn minimum_output_should_be_less_by_the_slippage() {
	assert_eq!(minimum_output(1_000_000, 300), 970_000);
	assert_eq!(minimum_output(1_000_000, 0), 1_000_000);
	assert_eq!(minimum_output(99, 100), 98);
	for everything in [10_000, 10_001, u16::MAX] {
		assert_eq!(minimum_output(u128::MAX, everything), 0);
	}
}

proptest! {
	#[test]
	fn median_should_equal_wide_arithmetic(
		samples in prop::collection::vec(any::<u128>(), 1..50),
	) {
		let mut sorted = samples.clone();
		sorted.sort_unstable();
		// From both ends: of an odd number the two are the same one.
		let (from_below, from_above) = (sorted.len() / 2, (sorted.len() - 1) / 2);
		let both = U512::from(sorted[from_below]) + U512::from(sorted[from_above]);
		prop_assert_eq!(median(samples).map(U512::from), Some(both / U512::from(2)));
	}

	#[test]
	fn median_should_not_depend_on_the_order(
		(samples, shuffled) in prop::collection::vec(any::<u128>(), 1..50)
			.prop_flat_map(|samples| (Just(samples.clone()), Just(samples).prop_shuffle())),
	) {
		prop_assert_eq!(median(samples), median(shuffled));
	}

	#[test]
	fn median_should_stay_within_the_honest_range_while_fewer_than_half_are_distorted(
		honest in prop::collection::vec(1..=R1 * 1_000, 1..30),
		distorted in prop::collection::vec(any::<u128>(), 0..30),
	) {
		let distorted = &distorted[..distorted.len().min(honest.len() - 1)];
		let price = median(honest.iter().chain(distorted).copied());
		prop_assert!(honest.iter().min().copied() <= price);
		prop_assert!(price <= honest.iter().max().copied());
	}

	#[test]
	fn spot_price_should_equal_wide_arithmetic(
		reserve_usdc in 1..=u128::from(u64::MAX),
		reserve_r1 in 1..=ISSUANCE_CAP,
	) {
		let expected = exact(&[reserve_usdc, 10u128.pow(30)], reserve_r1);
		let usable = expected > U512::zero() && expected <= U512::from(u128::MAX);
		let expected = usable.then(|| expected.low_u128());
		prop_assert_eq!(spot_price(reserve_usdc, reserve_r1), expected);
	}

	#[test]
	fn converting_to_r1_and_back_should_never_gain(
		usdc in 0..=u128::from(u64::MAX),
		price in 1..=R1 * 1_000_000,
	) {
		let Some(r1) = usdc_to_r1(usdc, price) else { return Ok(()) };
		prop_assert!(r1_to_usdc(r1, price).is_some_and(|back| back <= usdc));
	}
}
