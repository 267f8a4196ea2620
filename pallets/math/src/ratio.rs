// SPDX-License-Identifier: Apache-2.0

//! The two ways in which this crate multiplies and divides: by anything in 256 bits, and by a
//! fraction of at most one in 128.

use crate::{BASIS_POINTS, FULL_MARK, adoption::FULL_ADOPTION};
use primitive_types::U256;

/// `floor(a * b / divisor)`; `None` if `divisor` is 0 or the result does not fit.
pub(crate) fn mul_div(a: u128, b: u128, divisor: u128) -> Option<u128> {
	// Two factors of 128 bits never exceed 256.
	let product = U256::from(a).checked_mul(U256::from(b))?;
	u128::try_from(product.checked_div(U256::from(divisor))?).ok()
}

/// `floor(amount * basis_points / 10 000)`; all of `amount` for a share beyond the whole.
pub(crate) fn share(amount: u128, basis_points: u16) -> u128 {
	portion(amount, basis_points.min(BASIS_POINTS), BASIS_POINTS)
}

/// `floor(amount * mark / 255)`.
pub(crate) fn marked(amount: u128, mark: u8) -> u128 {
	portion(amount, u16::from(mark), u16::from(FULL_MARK))
}

/// `floor(amount * adoption / 65 535)`.
pub(crate) fn adopted(amount: u128, adoption: u16) -> u128 {
	portion(amount, adoption, FULL_ADOPTION)
}

/// `floor(amount * numerator / denominator)` for a fraction of at most one.
///
/// With `amount = whole * denominator + rest` this is `whole * numerator` and the floor of the same
/// fraction of `rest`. As the numerator is at most the denominator, which is not 0, the first part
/// is at most `amount` and the second one fits 32 bits before it is divided: the saturating
/// operations never saturate, and the checked ones never fail.
fn portion(amount: u128, numerator: u16, denominator: u16) -> u128 {
	let (numerator, denominator) = (u128::from(numerator), u128::from(denominator));
	let whole = amount.checked_div(denominator).unwrap_or(0);
	let rest = amount.checked_rem(denominator).unwrap_or(0);
	let of_rest = rest.saturating_mul(numerator).checked_div(denominator).unwrap_or(0);
	whole.saturating_mul(numerator).saturating_add(of_rest)
}
