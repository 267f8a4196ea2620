// SPDX-License-Identifier: Apache-2.0

//! Signed fixed-point numbers with 18 decimals, and their exponential.
//!
//! The deployed contracts compute the release curve with the SD59x18 type of PRB-math 4. These
//! functions return the same digits: products and quotients have 256-bit intermediates and are cut
//! towards zero. The contracts' numbers have 256 bits and these have 128, so a result beyond about
//! 1.7 * 10^20 is `None` here; the release curve never comes near.

use crate::ratio::mul_div;
use primitive_types::U256;

/// The number one.
pub const ONE: i128 = 1_000_000_000_000_000_000;

/// `a * b`, cut towards zero; `None` if it does not fit.
#[must_use]
pub fn multiply(a: i128, b: i128) -> Option<i128> {
	let magnitude = mul_div(a.unsigned_abs(), b.unsigned_abs(), ONE.unsigned_abs())?;
	with_sign_of_product(magnitude, a, b)
}

/// `a / b`, cut towards zero; `None` if `b` is 0 or the result does not fit.
#[must_use]
pub fn divide(a: i128, b: i128) -> Option<i128> {
	let magnitude = mul_div(a.unsigned_abs(), ONE.unsigned_abs(), b.unsigned_abs())?;
	with_sign_of_product(magnitude, a, b)
}

/// `e ^ exponent`; `None` if it does not fit, which begins at an exponent of about 46.58.
///
/// Costs one [`exp2`].
#[must_use]
pub fn exp(exponent: i128) -> Option<i128> {
	if exponent < EXP_EXPONENT_MIN {
		return Some(0);
	}
	exp2(multiply(exponent, LOG2_E)?)
}

/// `2 ^ exponent`; `None` if it does not fit, which begins at an exponent of about 67.2.
///
/// Costs at most 64 products of 256 bits.
#[must_use]
pub fn exp2(exponent: i128) -> Option<i128> {
	if exponent < EXP2_EXPONENT_MIN {
		return Some(0);
	}
	let power = i128::try_from(exp2_of_magnitude(exponent.unsigned_abs())?).ok()?;
	if exponent < 0 { divide(ONE, power) } else { Some(power) }
}

/// Below this the contracts' [`exp`] is 0: about `ln(10^-18)`.
const EXP_EXPONENT_MIN: i128 = -41_446_531_673_892_822_322;

/// Below this the contracts' [`exp2`] is 0: `log2(10^-18)`, cut.
const EXP2_EXPONENT_MIN: i128 = -59_794_705_707_972_522_261;

/// The binary logarithm of Euler's number, cut.
const LOG2_E: i128 = 1_442_695_040_888_963_407;

/// Roots of two: the n-th entry, from n = 1 on, is `2 ^ (2 ^ -n) - 1` in units of 2^-64, rounded.
///
/// Four to a line, so that the table is read at a glance; a test computes it anew.
#[rustfmt::skip]
pub(crate) const ROOTS_OF_TWO: [u64; 64] = [
	0x6A09_E667_F3BC_C909, 0x306F_E0A3_1B71_52DF, 0x172B_83C7_D517_ADCE, 0x0B55_86CF_9890_F62A,
	0x059B_0D31_5857_43AE, 0x02C9_A3E7_7806_0EE7, 0x0163_DA9F_B333_56D8, 0x00B1_AFA5_ABCB_ED61,
	0x0058_C86D_A1C0_9EA2, 0x002C_605E_2E8C_EC50, 0x0016_2F39_0405_1FA1, 0x000B_175E_FFDC_76BA,
	0x0005_8BA0_1FB9_F96D, 0x0002_C5CC_37DA_9492, 0x0001_62E5_25EE_0547, 0x0000_B172_5577_5C04,
	0x0000_58B9_1B5B_C9AE, 0x0000_2C5C_89D5_EC6D, 0x0000_162E_43F4_F831, 0x0000_0B17_21BC_FC9A,
	0x0000_058B_90CF_1E6E, 0x0000_02C5_C863_B73F, 0x0000_0162_E430_E5A2, 0x0000_00B1_7218_3551,
	0x0000_0058_B90C_0B49, 0x0000_002C_5C86_01CC, 0x0000_0016_2E42_FFF0, 0x0000_000B_1721_7FBB,
	0x0000_0005_8B90_BFCE, 0x0000_0002_C5C8_5FE3, 0x0000_0001_62E4_2FF1, 0x0000_0000_B172_17F8,
	0x0000_0000_58B9_0BFC, 0x0000_0000_2C5C_85FE, 0x0000_0000_162E_42FF, 0x0000_0000_0B17_217F,
	0x0000_0000_058B_90C0, 0x0000_0000_02C5_C860, 0x0000_0000_0162_E430, 0x0000_0000_00B1_7218,
	0x0000_0000_0058_B90C, 0x0000_0000_002C_5C86, 0x0000_0000_0016_2E43, 0x0000_0000_000B_1721,
	0x0000_0000_0005_8B91, 0x0000_0000_0002_C5C8, 0x0000_0000_0001_62E4, 0x0000_0000_0000_B172,
	0x0000_0000_0000_58B9, 0x0000_0000_0000_2C5D, 0x0000_0000_0000_162E, 0x0000_0000_0000_0B17,
	0x0000_0000_0000_058C, 0x0000_0000_0000_02C6, 0x0000_0000_0000_0163, 0x0000_0000_0000_00B1,
	0x0000_0000_0000_0059, 0x0000_0000_0000_002C, 0x0000_0000_0000_0016, 0x0000_0000_0000_000B,
	0x0000_0000_0000_0006, 0x0000_0000_0000_0003, 0x0000_0000_0000_0001, 0x0000_0000_0000_0001,
];

/// `2 ^ exponent` for an exponent that is not negative, in units of 10^-18.
///
/// The exponent is taken apart in binary. Each bit of its fraction that is set multiplies the power
/// by the root of two that belongs to the bit; its whole part shifts the result.
fn exp2_of_magnitude(exponent: u128) -> Option<u128> {
	let one = ONE.unsigned_abs();
	let whole = u32::try_from(exponent.checked_div(one)?).ok()?;
	let fraction = mul_div(exponent.checked_rem(one)?, 1 << u64::BITS, one)?;

	let mut power = POWER_ONE;
	for (root, bit) in ROOTS_OF_TWO.iter().zip((0..u64::BITS).rev()) {
		if fraction & (1 << bit) > 0 {
			// The power stays below two, so the product fits 256 bits.
			let U256([_, low, middle, high]) = power.checked_mul(U256::from(*root))?;
			// Without its lowest limb it is divided by 2^64 and rounded down.
			power = power.checked_add(U256([low, middle, high, 0]))?;
		}
	}

	let divisor = U256::from(2).checked_pow(U256::from(POWER_ONE_BIT.checked_sub(whole)?))?;
	u128::try_from(power.checked_mul(U256::from(one))?.checked_div(divisor)?).ok()
}

/// One, in the units of the power that [`exp2_of_magnitude`] builds up: 2^191, the highest bit of
/// three limbs. Any power below two leaves the fourth limb to a product with a root.
const POWER_ONE: U256 = U256([0, 0, 1 << 63, 0]);

/// Position of the bit that is set in [`POWER_ONE`].
const POWER_ONE_BIT: u32 = 191;

/// `magnitude` with the sign of `a * b`; `None` if it does not fit.
fn with_sign_of_product(magnitude: u128, a: i128, b: i128) -> Option<i128> {
	let sign = a.signum().checked_mul(b.signum())?;
	i128::try_from(magnitude).ok()?.checked_mul(sign)
}
