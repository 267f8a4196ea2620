// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::ratio::{adopted, marked, mul_div, share};
use primitive_types::U512;
use proptest::prelude::*;

#[test]
fn mul_div_should_be_none_when_it_has_no_result() {
	assert_eq!(mul_div(1, 1, 0), None);
	assert_eq!(mul_div(u128::MAX, 2, 1), None);
	assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX), Some(u128::MAX));
}

#[test]
fn share_should_be_everything_when_it_is_beyond_the_whole() {
	for basis_points in [10_000, 10_001, u16::MAX] {
		assert_eq!(share(u128::MAX, basis_points), u128::MAX);
	}
}

proptest! {
	#[test]
	fn mul_div_should_equal_wide_arithmetic(a: u128, b: u128, divisor in 1..=u128::MAX) {
		let expected = exact(&[a, b], divisor);
		let expected =
			(expected <= U512::from(u128::MAX)).then(|| expected.low_u128());
		prop_assert_eq!(mul_div(a, b, divisor), expected);
	}

	#[test]
	fn share_should_equal_wide_arithmetic(amount: u128, basis_points in 0..=10_000u16) {
		let expected = exact(&[amount, basis_points.into()], 10_000);
		prop_assert_eq!(U512::from(share(amount, basis_points)), expected);
	}

	#[test]
	fn marked_should_equal_wide_arithmetic(amount: u128, mark: u8) {
		prop_assert_eq!(U512::from(marked(amount, mark)), exact(&[amount, mark.into()], 255));
	}

	#[test]
	fn adopted_should_equal_wide_arithmetic(amount: u128, adoption: u16) {
		let expected = exact(&[amount, adoption.into()], 65_535);
		prop_assert_eq!(U512::from(adopted(amount, adoption)), expected);
	}
}
