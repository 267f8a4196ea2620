// SPDX-License-Identifier: Apache-2.0

use crate::Address;

/// Why a key file is not written or not opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
	/// The text is something else.
	#[error(
		"this is no key file of a wallet: {reason}; export the account from the wallet as JSON, or \
		 make a file with `r1ctl keys generate`"
	)]
	Malformed {
		/// What is wrong with it.
		reason: &'static str,
	},
	/// A key file, but not one that can be opened here.
	#[error(
		"key files with {what} are not supported; export the account anew from a wallet of today, as \
		 an sr25519 or ed25519 account with a password"
	)]
	Unsupported {
		/// What the file has.
		what: String,
	},
	/// The password does not fit.
	#[error(
		"the password does not open the key file of {address}; try again, or import the account from \
		 its secret phrase"
	)]
	WrongPassword {
		/// Whose file it is.
		address: Address,
	},
	/// The password fits, but what is inside is not the account's key.
	#[error(
		"the key file of {address} holds another key than it says; use a copy of it, or import the \
		 account from its secret phrase"
	)]
	Damaged {
		/// Whose file it says it is.
		address: Address,
	},
	/// Without a password everybody who finds the file has the account.
	#[error("a key file needs a password; give one that is not empty")]
	EmptyPassword,
	/// The key can sign, but does not tell its secret.
	#[error(
		"the secret of an sr25519 key that was derived with a path, or that came from a key file, \
		 cannot be written; give the phrase or seed without a path, or let a wallet export the \
		 account"
	)]
	SecretUnknown,
}
