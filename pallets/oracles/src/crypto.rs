// SPDX-License-Identifier: Apache-2.0

//! The session key with which an oracle signs: sr25519, key type `orac`.

use sp_core::crypto::KeyTypeId;

/// The key type under which a node's keystore holds the oracle key.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"orac");

mod app_sr25519 {
	use super::KEY_TYPE;
	use sp_application_crypto::{app_crypto, sr25519};

	app_crypto!(sr25519, KEY_TYPE);
}

sp_application_crypto::with_pair! {
	/// A key pair of an oracle.
	pub type AuthorityPair = app_sr25519::Pair;
}

/// A signature of an oracle.
pub type AuthoritySignature = app_sr25519::Signature;

/// The public key of an oracle.
pub type AuthorityId = app_sr25519::Public;
