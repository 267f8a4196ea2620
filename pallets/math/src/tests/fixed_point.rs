// SPDX-License-Identifier: Apache-2.0

use crate::fixed_point::*;
use primitive_types::{U256, U512};
use proptest::prelude::*;

#[test]
fn exp_should_equal_the_reference() {
	let cases = [
		(0, 1_000_000_000_000_000_000),
		(ONE, 2_718_281_828_459_045_234),
		(-ONE, 367_879_441_171_442_321),
		(7 * ONE / 2, 33_115_451_958_692_313_707),
		(-3 * ONE / 2, 223_130_160_148_429_829),
		(ONE / 2, 1_648_721_270_700_128_145),
		(-ONE / 2, 606_530_659_712_633_424),
		(3_494_444_444_444_444_440, 32_931_987_321_454_618_552),
		(-5 * 1_111_111_111_111_111, 994_459_848_004_896_751),
	];
	for (exponent, expected) in cases {
		assert_eq!(exp(exponent), Some(expected), "e ^ {exponent}");
	}
}

#[test]
fn exp2_should_be_exact_for_whole_exponents() {
	for exponent in 0..=67 {
		let power = ONE << exponent;
		assert_eq!(exp2(exponent * ONE), Some(power), "2 ^ {exponent}");
		assert_eq!(exp2(-exponent * ONE), Some(ONE * ONE / power), "2 ^ -{exponent}");
	}
}

#[test]
fn powers_should_be_zero_when_the_exponent_is_far_below_zero() {
	for exponent in [-41_446_531_673_892_822_323, -100 * ONE, i128::MIN] {
		assert_eq!(exp(exponent), Some(0), "e ^ {exponent}");
	}
	for exponent in [-59_794_705_707_972_522_262, -100 * ONE, i128::MIN] {
		assert_eq!(exp2(exponent), Some(0), "2 ^ {exponent}");
	}
}

#[test]
fn powers_should_be_none_when_they_do_not_fit() {
	assert!(exp(46_580_000_000_000_000_000).is_some());
	for exponent in [46_590_000_000_000_000_000, 133 * ONE, 134 * ONE, i128::MAX] {
		assert_eq!(exp(exponent), None, "e ^ {exponent}");
	}
	for exponent in [68 * ONE, 191 * ONE, 192 * ONE, i128::MAX] {
		assert_eq!(exp2(exponent), None, "2 ^ {exponent}");
	}
}

#[test]
fn products_and_quotients_should_be_cut_towards_zero() {
	assert_eq!(multiply(900 * ONE, 7 * ONE / 10), Some(630 * ONE));
	assert_eq!(multiply(-1, 1), Some(0));
	assert_eq!(multiply(-3, ONE / 2), Some(-1));
	assert_eq!(multiply(-3, -ONE / 2), Some(1));
	assert_eq!(divide(ONE, 900 * ONE), Some(1_111_111_111_111_111));
	assert_eq!(divide(-629 * ONE, 900 * ONE), Some(-698_888_888_888_888_888));
	assert_eq!(divide(-2 * ONE, -3 * ONE), Some(666_666_666_666_666_666));
	assert_eq!(divide(ONE, 0), None);
	assert_eq!(divide(i128::MAX, 1), None);
	assert_eq!(multiply(i128::MAX, i128::MAX), None);
}

#[test]
fn roots_of_two_should_equal_repeated_square_roots() {
	// Two with 192 binary decimals; each square root keeps as many.
	let mut root = U512::from(2) << 192;
	for (position, expected) in ROOTS_OF_TWO.into_iter().enumerate() {
		root = (root << 192).integer_sqrt();
		let rounded = (root + (U512::one() << 127)) >> 128;
		assert_eq!(rounded, (U512::one() << 64) + U512::from(expected), "root {position}");
	}
}

/// `e ^ exponent` in units of 2^-128, by its series; for exponents of at most 46, in 10^-18.
fn exp_by_series(exponent: u128) -> U512 {
	let exponent = (U512::from(exponent) << 128) / U512::from(ONE);
	let mut sum = U512::zero();
	let mut term = U512::one() << 128;
	for position in 1..=300u32 {
		sum += term;
		term = ((term * exponent) >> 128) / U512::from(position);
	}
	sum
}

proptest! {
	#[test]
	fn exp_should_be_close_to_its_series(exponent in 0..=46 * ONE) {
		let power = U512::from(exp(exponent).unwrap());
		let series = (exp_by_series(exponent.unsigned_abs()) * U512::from(ONE)) >> 128;
		// The exponent times `LOG2_E` is cut to 18 decimals, and `LOG2_E` itself is: at most
		// 46 * 10^-18 too little in relation, and as much again for good measure.
		let tolerance = series / U512::from(10u128.pow(16)) + U512::from(2);
		prop_assert!(power <= series + U512::one(), "{power} above {series}");
		prop_assert!(series <= power + tolerance, "{power} far below {series}");
	}

	#[test]
	fn exp_should_never_fall(exponent in -50 * ONE..=46 * ONE, step in 0..=ONE / 2) {
		prop_assert!(exp(exponent) <= exp(exponent + step));
	}

	#[test]
	fn products_and_quotients_should_equal_wide_arithmetic(a: i128, b: i128) {
		let is_negative = (a < 0) != (b < 0);
		let signed = |magnitude: U256| {
			let magnitude = i128::try_from(u128::try_from(magnitude).ok()?).ok()?;
			Some(if is_negative { -magnitude } else { magnitude })
		};
		let wide = |number: i128| U256::from(number.unsigned_abs());
		prop_assert_eq!(multiply(a, b), signed(wide(a) * wide(b) / wide(ONE)));
		if b != 0 {
			prop_assert_eq!(divide(a, b), signed(wide(a) * wide(ONE) / wide(b)));
		}
	}

	#[test]
	fn powers_should_have_an_answer_or_none_for_every_exponent(exponent: i128) {
		prop_assert!(exp(exponent).is_none_or(|power| 0 <= power));
		prop_assert!(exp2(exponent).is_none_or(|power| 0 <= power));
	}
}
