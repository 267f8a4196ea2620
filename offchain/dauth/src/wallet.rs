// SPDX-License-Identifier: Apache-2.0

//! Signatures of wallets.
//!
//! Wallets differ in what they do with bytes that they are asked to sign (`signRaw`): browser
//! extensions put `<Bytes>` around them, so that nobody can have a transaction signed as a text, and
//! libraries do not. Some put the kind of key before the signature. All of that is accepted, and
//! nothing else.

use r1_core::Account;
use sp_core::{ByteArray as _, Pair as _, ecdsa, ed25519, sr25519};

/// What an extension puts around bytes.
const WRAPPING: [&[u8]; 2] = [b"<Bytes>", b"</Bytes>"];

/// Kinds of keys, as a wallet numbers them in front of a signature.
const ED25519: u8 = 0;
const SR25519: u8 = 1;
const ECDSA: u8 = 2;

/// Bytes of a signature: of a key on a curve with 25519 in its name, and of one with a recovery
/// byte.
const SHORT: usize = 64;
const LONG: usize = 65;

/// Why a signature is not an account's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WalletError {
	/// No wallet makes such a signature.
	#[error(
		"a signature has 64 or 65 bytes, or one more with the kind of key in front; this one has \
		 {bytes}"
	)]
	Length {
		/// Its length.
		bytes: usize,
	},
	/// It is of another account, or of other bytes.
	#[error(
		"the signature is not this account's signature of the text; sign exactly what was sent, \
		 with the key of the account that it names"
	)]
	Wrong,
}

/// Checks that an account's key signed a message, with or without `<Bytes>` around it.
///
/// At most four signatures are checked, one after the other.
///
/// # Errors
///
/// It did not, or the signature has a length that none has.
pub fn verify_wallet(
	account: &Account,
	message: &[u8],
	signature: &[u8],
) -> Result<(), WalletError> {
	let candidates = candidates(signature)?;
	let wrapped = [WRAPPING[0], message, WRAPPING[1]].concat();
	let is_right = candidates
		.into_iter()
		.flatten()
		.any(|candidate| [&wrapped, message].iter().any(|bytes| candidate.is_of(account, bytes)));
	if is_right { Ok(()) } else { Err(WalletError::Wrong) }
}

/// What the bytes of a signature may be.
fn candidates(signature: &[u8]) -> Result<[Option<Candidate>; 2], WalletError> {
	Ok(match signature {
		short if short.len() == SHORT => {
			[Candidate::of(SR25519, short), Candidate::of(ED25519, short)]
		},
		// A recovery byte is 0 to 3 or 27 and more, and comes last; a kind comes first. With both
		// possible, both are tried.
		[kind, rest @ ..] if signature.len() == LONG => {
			[Candidate::of(*kind, rest), Candidate::of(ECDSA, signature)]
		},
		[ECDSA, rest @ ..] if rest.len() == LONG => [Candidate::of(ECDSA, rest), None],
		other => return Err(WalletError::Length { bytes: other.len() }),
	})
}

enum Candidate {
	Ed25519(ed25519::Signature),
	Sr25519(sr25519::Signature),
	Ecdsa(ecdsa::Signature),
}

impl Candidate {
	fn of(kind: u8, bytes: &[u8]) -> Option<Self> {
		match kind {
			ED25519 => ed25519::Signature::from_slice(bytes).ok().map(Self::Ed25519),
			SR25519 => sr25519::Signature::from_slice(bytes).ok().map(Self::Sr25519),
			ECDSA => ecdsa::Signature::from_slice(bytes).ok().map(Self::Ecdsa),
			_ => None,
		}
	}

	fn is_of(&self, account: &Account, message: &[u8]) -> bool {
		match self {
			Self::Ed25519(signature) => {
				ed25519::Pair::verify(signature, message, &ed25519::Public::from_raw(*account))
			},
			Self::Sr25519(signature) => {
				sr25519::Pair::verify(signature, message, &sr25519::Public::from_raw(*account))
			},
			// The account of such a key is a hash of it, and the signature tells the key.
			Self::Ecdsa(signature) => signature
				.recover(message)
				.is_some_and(|key| sp_crypto_hashing::blake2_256(key.as_slice()) == *account),
		}
	}
}
