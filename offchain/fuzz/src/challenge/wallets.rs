// SPDX-License-Identifier: Apache-2.0

//! People with keys of all kinds.

use r1_core::Account;
use sp_core::{ByteArray as _, Pair as _, ecdsa, ed25519, sr25519};
use std::sync::LazyLock;

/// How many there are: two with each kind of key.
pub(super) const WALLETS: usize = 6;

/// A key.
pub(super) enum Wallet {
	Ed25519(Box<ed25519::Pair>),
	Sr25519(Box<sr25519::Pair>),
	Ecdsa(Box<ecdsa::Pair>),
}

static ALL: LazyLock<[Wallet; WALLETS]> = LazyLock::new(|| {
	[
		Wallet::Sr25519(Box::new(sr25519::Pair::from_seed(&[1; 32]))),
		Wallet::Ed25519(Box::new(ed25519::Pair::from_seed(&[1; 32]))),
		Wallet::Ecdsa(Box::new(ecdsa::Pair::from_seed(&[1; 32]))),
		Wallet::Sr25519(Box::new(sr25519::Pair::from_seed(&[2; 32]))),
		Wallet::Ed25519(Box::new(ed25519::Pair::from_seed(&[2; 32]))),
		Wallet::Ecdsa(Box::new(ecdsa::Pair::from_seed(&[2; 32]))),
	]
});

/// One of them.
pub(super) fn wallet(number: usize) -> &'static Wallet {
	&ALL[number]
}

impl Wallet {
	/// The account that it signs for.
	pub(super) fn account(&self) -> Account {
		match self {
			Self::Ed25519(pair) => pair.public().0,
			Self::Sr25519(pair) => pair.public().0,
			Self::Ecdsa(pair) => sp_crypto_hashing::blake2_256(pair.public().as_slice()),
		}
	}

	/// What wallets put before a signature to say of which kind it is.
	pub(super) fn kind(&self) -> u8 {
		match self {
			Self::Ed25519(_) => 0,
			Self::Sr25519(_) => 1,
			Self::Ecdsa(_) => 2,
		}
	}

	/// A signature of some bytes.
	pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
		match self {
			Self::Ed25519(pair) => pair.sign(bytes).to_raw_vec(),
			Self::Sr25519(pair) => pair.sign(bytes).to_raw_vec(),
			Self::Ecdsa(pair) => pair.sign(bytes).to_raw_vec(),
		}
	}
}
