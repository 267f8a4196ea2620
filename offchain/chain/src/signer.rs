// SPDX-License-Identifier: Apache-2.0

//! The key that signs a person's transactions.

use crate::Address;
use r1_core::Account;
use std::{fmt, str::FromStr as _};
use subxt_signer::{SecretUri, sr25519::Keypair};

/// An sr25519 key of a person.
#[derive(Clone)]
pub struct Signer(Keypair);

impl fmt::Debug for Signer {
	/// Only the account: a key in a log is a key that is lost.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let account = Address(self.account()).to_string();
		formatter
			.debug_struct("Signer")
			.field("account", &account)
			.finish_non_exhaustive()
	}
}

impl Signer {
	/// Makes the key of a secret URI: a seed phrase or a hex seed, with derivation and password, as
	/// every Substrate tool reads it; `//Alice` is a development account.
	///
	/// # Errors
	///
	/// The text is not a secret URI. The error does not repeat it.
	pub fn from_uri(uri: &str) -> Result<Self, SignerError> {
		let uri = SecretUri::from_str(uri).map_err(|_| SignerError)?;
		Keypair::from_uri(&uri).map(Self).map_err(|_| SignerError)
	}

	/// The account that the key belongs to.
	#[must_use]
	pub fn account(&self) -> Account {
		self.0.public_key().0
	}

	/// Signs bytes that are no transaction.
	pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
		self.0.sign(bytes).0
	}

	pub(crate) fn keypair(&self) -> &Keypair {
		&self.0
	}
}

/// The text is not a secret URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the secret URI is not valid; give a seed phrase, a 0x hex seed or a path such as //Alice")]
pub struct SignerError;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn key_should_be_shown_as_its_account_only() {
		let alice = Signer::from_uri("//Alice").unwrap();
		let address = Address(alice.account());
		assert_eq!(format!("{alice:?}"), format!("Signer {{ account: \"{address}\", .. }}"));
	}
}
