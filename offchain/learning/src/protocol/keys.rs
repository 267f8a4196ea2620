// SPDX-License-Identifier: Apache-2.0

//! All secrets of a participant in a round, from one that it keeps.
//!
//! ```text
//! secret of the round ──HKDF──> mask key | share key | seed of its own mask | randomness of dealing
//! mask keys of two ──X25519, HKDF──> key of their mask
//! share keys of two ──X25519, HKDF──> key of a share, one for each direction
//! ```
//!
//! A node that starts again comes to the same keys and to the same share file. A participant may
//! announce a key that makes shared secrets known to all (a point of low order); it gives away no
//! more than its own part by that, which it could do anyway, and is found when its key is recovered.

use crate::framing::Header;
use hkdf::Hkdf;
use r1_core::Account;
use r1_primitives::learning::Announcement;
use sha2::{Digest as _, Sha256};
use std::fmt;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// 32 bytes that leave memory when they are dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// What a participant announces of the seed of its own mask.
#[must_use]
pub fn seed_commitment(seed: &[u8; 32]) -> [u8; 32] {
	Sha256::new()
		.chain_update(b"ratio1/learning/seed")
		.chain_update(seed)
		.finalize()
		.into()
}

/// The secrets of one participant in one round.
pub(crate) struct Keys {
	mask: StaticSecret,
	share: StaticSecret,
	pub(crate) seed: Secret,
	/// What the coefficients of its sharings come from.
	pub(crate) dealing: Secret,
}

impl Keys {
	/// Those of a secret, for its owner's part in one round.
	pub(crate) fn new(secret: &[u8; 32], owner: &Header) -> Self {
		let derive = |label: &[u8]| {
			expand(
				&owner.genesis,
				secret,
				&[b"ratio1/learning/keys/", label, &owner.round.to_le_bytes(), &owner.account],
			)
		};
		Self {
			mask: StaticSecret::from(*derive(b"mask")),
			share: StaticSecret::from(*derive(b"share")),
			seed: derive(b"seed"),
			dealing: derive(b"dealing"),
		}
	}

	/// What is announced of them.
	pub(crate) fn announcement(&self, account: Account) -> Announcement {
		Announcement {
			account,
			mask_key: PublicKey::from(&self.mask).to_bytes(),
			share_key: PublicKey::from(&self.share).to_bytes(),
			seed_commitment: seed_commitment(&self.seed),
		}
	}

	/// The mask key, as it is shared with others.
	pub(crate) fn mask_bytes(&self) -> Secret {
		Zeroizing::new(self.mask.to_bytes())
	}

	/// The key of the mask that one has with another.
	pub(crate) fn pair_key(
		&self,
		tag: &[u8; 32],
		own: &Announcement,
		other: &Announcement,
	) -> Secret {
		pair_key(&self.mask, tag, own, other)
	}

	/// The key of what `dealer` encrypts for `recipient`, one of which is the owner of these keys, and
	/// `other` the other one's share key.
	pub(crate) fn share_cipher_key(
		&self,
		tag: &[u8; 32],
		other: &[u8; 32],
		dealer: &Account,
		recipient: &Account,
	) -> Secret {
		let shared = self.share.diffie_hellman(&PublicKey::from(*other));
		expand(tag, shared.as_bytes(), &[b"ratio1/learning/share", dealer, recipient])
	}
}

impl fmt::Debug for Keys {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("Keys")
	}
}

/// The mask key of a participant who was lost, from its shares, if it is the one that was announced.
pub(crate) fn recovered_mask_key(bytes: &[u8; 32], owner: &Announcement) -> Option<StaticSecret> {
	let secret = StaticSecret::from(*bytes);
	(PublicKey::from(&secret).to_bytes() == owner.mask_key).then_some(secret)
}

/// The key of the mask of two participants, from the secret key of `own`: both come to the same.
pub(crate) fn pair_key(
	secret: &StaticSecret,
	tag: &[u8; 32],
	own: &Announcement,
	other: &Announcement,
) -> Secret {
	let shared = secret.diffie_hellman(&PublicKey::from(other.mask_key));
	let low = own.account.min(other.account);
	let high = own.account.max(other.account);
	expand(tag, shared.as_bytes(), &[b"ratio1/learning/pair-mask", &low, &high])
}

/// The key of a participant's own mask.
pub(crate) fn self_key(seed: &[u8; 32], tag: &[u8; 32]) -> Secret {
	expand(tag, seed, &[b"ratio1/learning/self-mask"])
}

fn expand(salt: &[u8], input: &[u8], context: &[&[u8]]) -> Secret {
	let mut key = Zeroizing::new([0; 32]);
	Hkdf::<Sha256>::new(Some(salt), input)
		.expand_multi_info(context, key.as_mut_slice())
		.expect("32 bytes are one hash; qed");
	key
}
