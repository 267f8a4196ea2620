// SPDX-License-Identifier: Apache-2.0

//! Keys and signatures in JSON.

use serde::{Deserialize, Serialize};
use std::{
	fmt::{self, Debug, Display},
	str::FromStr,
};

/// A fixed number of bytes, written as `0x` and lower-case hexadecimal digits.
#[derive(Clone, Copy, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct HexBytes<const LENGTH: usize>(pub [u8; LENGTH]);

impl<const LENGTH: usize> Display for HexBytes<LENGTH> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "0x{}", hex::encode(self.0))
	}
}

impl<const LENGTH: usize> Debug for HexBytes<LENGTH> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		Display::fmt(self, formatter)
	}
}

impl<const LENGTH: usize> FromStr for HexBytes<LENGTH> {
	type Err = HexBytesError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let error = || HexBytesError { expected_bytes: LENGTH };
		let digits = text.strip_prefix("0x").ok_or_else(error)?;
		let mut bytes = [0; LENGTH];
		hex::decode_to_slice(digits, &mut bytes).map_err(|_| error())?;
		Ok(Self(bytes))
	}
}

impl<const LENGTH: usize> TryFrom<String> for HexBytes<LENGTH> {
	type Error = HexBytesError;

	fn try_from(text: String) -> Result<Self, Self::Error> {
		text.parse()
	}
}

impl<const LENGTH: usize> From<HexBytes<LENGTH>> for String {
	fn from(bytes: HexBytes<LENGTH>) -> Self {
		bytes.to_string()
	}
}

/// Text that is not the bytes that were expected.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
	"expected `0x` and {} hexadecimal digits, which is {expected_bytes} bytes",
	.expected_bytes * 2
)]
pub struct HexBytesError {
	/// Bytes that were expected.
	pub expected_bytes: usize,
}
