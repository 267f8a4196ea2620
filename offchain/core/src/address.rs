// SPDX-License-Identifier: Apache-2.0

//! Accounts as text: SS58 addresses with the chain's prefix.

use crate::Account;
use blake2::{Blake2b512, Digest as _};
use std::{fmt, str::FromStr};

/// Prefix of the chain's addresses.
const PREFIX: u16 = 1618;

/// What the checksum is computed over, before prefix and account.
const CHECKSUM_CONTEXT: &[u8] = b"SS58PRE";

/// An account, written as people write it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Address(pub Account);

impl Address {
	/// Its first and last characters, enough to tell apart the few of a table.
	#[must_use]
	pub fn short(&self) -> String {
		let text = self.to_string();
		// Base58 is ASCII, and an address of 35 bytes has more than 40 characters.
		format!("{}..{}", &text[..8], &text[text.len() - 4..])
	}
}

impl fmt::Display for Address {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut bytes = prefix_bytes(PREFIX).to_vec();
		bytes.extend_from_slice(&self.0);
		let checksum = checksum(&bytes);
		bytes.extend_from_slice(&checksum);
		formatter.write_str(&bs58::encode(bytes).into_string())
	}
}

impl FromStr for Address {
	type Err = AddressError;

	/// Reads an address of this chain or the generic prefix 42, or `0x` and 64 hex digits.
	fn from_str(text: &str) -> Result<Self, AddressError> {
		let invalid = || AddressError { text: text.to_owned() };
		if let Some(digits) = text.strip_prefix("0x") {
			let bytes = hex::decode(digits).map_err(|_| invalid())?;
			return bytes.try_into().map(Self).map_err(|_| invalid());
		}
		let bytes = bs58::decode(text).into_vec().map_err(|_| invalid())?;
		let (body, found) = bytes.split_last_chunk::<2>().ok_or_else(invalid)?;
		let (prefix, account) = body.split_last_chunk::<32>().ok_or_else(invalid)?;
		let known = prefix == prefix_bytes(PREFIX) || prefix == [42];
		if !known || checksum(body) != *found {
			return Err(invalid());
		}
		Ok(Self(*account))
	}
}

/// The text is not an account.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is not an account: give an address of this chain, or 0x and 64 hex digits")]
pub struct AddressError {
	text: String,
}

/// The two bytes of a prefix of 64 and more: six low bits, two high bits, then six middle bits.
fn prefix_bytes(prefix: u16) -> [u8; 2] {
	let [high, low] = prefix.to_be_bytes();
	[0b0100_0000 | (low >> 2), (high & 0b0011_1111) | (low << 6)]
}

fn checksum(bytes: &[u8]) -> [u8; 2] {
	let hash = Blake2b512::new().chain_update(CHECKSUM_CONTEXT).chain_update(bytes).finalize();
	[hash[0], hash[1]]
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The public key of the development account `//Alice`.
	const ALICE: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

	#[test]
	fn address_should_round_trip_and_be_told_apart_from_noise() {
		let alice: Address = ALICE.parse().unwrap();
		let text = alice.to_string();
		assert_eq!(text.parse(), Ok(alice));
		assert_eq!("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".parse(), Ok(alice));
		for wrong in ["", "0x00", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX", &text[1..]] {
			assert!(wrong.parse::<Address>().is_err(), "{wrong}");
		}
	}

	#[test]
	fn prefix_should_have_the_bits_that_other_tools_expect() {
		// Two-byte form of the SS58 format: lower six bits of the first byte hold bits 2..=7.
		let [first, second] = prefix_bytes(PREFIX);
		let low = (first << 2) | (second >> 6);
		assert_eq!(u16::from(low) | (u16::from(second & 0b0011_1111) << 8), PREFIX);
	}
}
