// SPDX-License-Identifier: Apache-2.0

//! Amounts of money as people write them.

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// An amount of R1, which has 18 decimals.
pub(crate) type R1Amount = Amount<18>;

/// An amount of USDC, which has 6 decimals.
pub(crate) type UsdcAmount = Amount<6>;

/// An amount in base units of a currency with so many decimals.
///
/// People read and write it as a decimal, programs as a text of its base units: it can be greater
/// than the numbers that every reader of JSON keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Amount<const DECIMALS: usize>(u128);

impl<const DECIMALS: usize> Amount<DECIMALS> {
	/// The amount in base units.
	pub(crate) fn base_units(self) -> u128 {
		self.0
	}
}

impl<const DECIMALS: usize> From<u128> for Amount<DECIMALS> {
	fn from(base_units: u128) -> Self {
		Self(base_units)
	}
}

impl<const DECIMALS: usize> Serialize for Amount<DECIMALS> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&self.0)
	}
}

impl<const DECIMALS: usize> FromStr for Amount<DECIMALS> {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let invalid = || format!("`{text}` is not an amount: write digits, as in 12.5");
		let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
		if fraction.len() > DECIMALS {
			return Err(format!("`{text}` has more than {DECIMALS} decimal places"));
		}
		let digits = format!("{whole}{fraction:0<DECIMALS$}");
		if whole.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
			return Err(invalid());
		}
		digits.parse().map(Self).map_err(|_| format!("`{text}` is too large"))
	}
}

impl<const DECIMALS: usize> fmt::Display for Amount<DECIMALS> {
	/// All decimals that are not zero, and at least two.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let digits = format!("{:0>width$}", self.0, width = DECIMALS + 1);
		let (whole, fraction) = digits.split_at(digits.len() - DECIMALS);
		let fraction = fraction.trim_end_matches('0');
		write!(formatter, "{whole}.{fraction:0<2}")
	}
}

#[cfg(test)]
mod tests {
	use super::{R1Amount, UsdcAmount};

	#[test]
	fn amount_should_be_read_and_written_exactly() {
		let cases = [
			("0", 0, "0.00"),
			("1", 1_000_000, "1.00"),
			("12.5", 12_500_000, "12.50"),
			("0.000001", 1, "0.000001"),
		];
		for (text, base_units, written) in cases {
			let amount: UsdcAmount = text.parse().unwrap();
			assert_eq!((amount.base_units(), amount.to_string().as_str()), (base_units, written));
		}
	}

	#[test]
	fn amount_should_be_a_text_of_base_units_to_programs() {
		let amounts = [None, Some(R1Amount::from(0)), Some(R1Amount::from(u128::MAX))];
		let json = serde_json::to_string(&amounts).unwrap();
		assert_eq!(json, format!(r#"[null,"0","{}"]"#, u128::MAX));
	}

	#[test]
	fn amount_should_be_refused_when_it_is_not_one() {
		for text in ["", ".5", "-1", "1e3", "1,5", "0.0000001", "1.2.3", " 1"] {
			assert!(text.parse::<UsdcAmount>().is_err(), "{text}");
		}
		assert!("999999999999999999999999999".parse::<R1Amount>().is_err());
	}
}
