// SPDX-License-Identifier: Apache-2.0

//! Tokens that are good no more, though they have not expired.

use crate::{
	limits::{REVOCATIONS_MAX, REVOCATIONS_OF_DEED_MAX, TOKEN_SECS_MAX},
	token::VerifiedToken,
};
use codec::{Decode, DecodeAll as _, Encode};
use r1_core::{BlockHash, NodeIdentity, verify};
use r1_primitives::{DeedId, NodeKey, SignedBody};
use sp_crypto_hashing::blake2_256;
use std::{
	collections::{BTreeMap, BTreeSet},
	ops::Bound,
};

/// What a block of a token is known by, in 32 bytes.
pub type TokenId = [u8; 32];

/// An issuer's word that a token is good no more, which every node passes on.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Revocation {
	/// What is revoked.
	pub id: TokenId,
	/// The deed whose node issued the token and signs this.
	pub deed: DeedId,
	/// Until when it matters, in Unix seconds: the token's own end, or later.
	pub expires_at_secs: u64,
}

impl SignedBody for Revocation {
	const PURPOSE: &'static str = "revoke-token";
}

/// How far the clocks of nodes may be apart, in seconds, for one to take the revocation of another.
const CLOCKS_APART_SECS: u64 = 300;

/// Why a revocation is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevocationError {
	/// The node of the deed did not sign it.
	#[error("the revocation is not signed by the node of deed {deed}")]
	NotTheIssuer {
		/// The deed.
		deed: DeedId,
	},
	/// It is of no use any more, or for longer than a token lives.
	#[error("the revocation ends in the past, or later than any token of now")]
	OutOfTime,
	/// There is no room for another.
	#[error(
		"{REVOCATIONS_MAX} revocations are kept already, or {REVOCATIONS_OF_DEED_MAX} of this deed"
	)]
	Full,
}

/// The revocations that still matter.
///
/// At most [`REVOCATIONS_MAX`], and [`REVOCATIONS_OF_DEED_MAX`] of one issuer, so that none can take
/// all the room. Whose word it is counts: an identifier that another issuer names means nothing.
#[derive(Clone, Debug, Default)]
pub struct Revocations {
	by_deed: BTreeMap<DeedId, BTreeMap<TokenId, SignedEnd>>,
	by_end: BTreeSet<(u64, DeedId, TokenId)>,
}

/// When a revocation ends, and the signature of it.
#[derive(Clone, Copy, Debug)]
struct SignedEnd {
	expires_at_secs: u64,
	signature: [u8; 64],
}

/// A revocation and its signature, as nodes tell each other.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct SignedRevocation {
	/// What is revoked.
	pub revocation: Revocation,
	/// By the node of the deed that it names.
	pub signature: [u8; 64],
}

impl SignedRevocation {
	/// Reads one.
	///
	/// # Errors
	///
	/// The bytes are something else, or more than one.
	pub fn decode(bytes: &[u8]) -> Result<Self, codec::Error> {
		Self::decode_all(&mut &*bytes)
	}
}

impl Revocation {
	/// Revokes a token, and every one that was narrowed from it, but not what it was narrowed from:
	/// whoever got a narrowed one has no say in the rest.
	#[must_use]
	pub fn of(token: &VerifiedToken, expires_at_secs: u64) -> Option<Self> {
		let id = token.ids().last().map(|id| blake2_256(id))?;
		Some(Self { id, deed: token.deed(), expires_at_secs })
	}

	/// Signs it.
	#[must_use]
	pub fn sign(self, identity: &NodeIdentity, genesis_hash: &BlockHash) -> SignedRevocation {
		let signature = identity.sign(&self, genesis_hash);
		SignedRevocation { revocation: self, signature }
	}
}

impl Revocations {
	/// Takes a revocation in; says whether it was new, and so is to be passed on.
	///
	/// # Errors
	///
	/// It is not signed by the node of the deed that it names, or does not matter, or there is no
	/// room.
	pub fn take(
		&mut self,
		signed: &SignedRevocation,
		node: &NodeKey,
		genesis_hash: &BlockHash,
		now_secs: u64,
	) -> Result<bool, RevocationError> {
		self.forget(now_secs);
		let SignedRevocation { revocation, signature } = signed;
		let Revocation { id, deed, expires_at_secs } = *revocation;
		let last = now_secs.saturating_add(TOKEN_SECS_MAX + CLOCKS_APART_SECS);
		if expires_at_secs <= now_secs || last < expires_at_secs {
			return Err(RevocationError::OutOfTime);
		}
		let known = self.by_deed.get(&deed).and_then(|of_deed| of_deed.get(&id)).copied();
		if known.is_some_and(|known| expires_at_secs <= known.expires_at_secs) {
			return Ok(false);
		}
		verify(node, revocation, genesis_hash, signature)
			.map_err(|_| RevocationError::NotTheIssuer { deed })?;
		let of_deed = self.by_deed.get(&deed).map_or(0, BTreeMap::len);
		if known.is_none() && (REVOCATIONS_MAX <= self.len() || REVOCATIONS_OF_DEED_MAX <= of_deed)
		{
			return Err(RevocationError::Full);
		}
		if let Some(known) = known {
			self.by_end.remove(&(known.expires_at_secs, deed, id));
		}
		self.by_end.insert((expires_at_secs, deed, id));
		let entry = SignedEnd { expires_at_secs, signature: *signature };
		self.by_deed.entry(deed).or_default().insert(id, entry);
		Ok(true)
	}

	/// Whether a token, or any that it was narrowed from, is revoked.
	#[must_use]
	pub fn contain(&self, token: &VerifiedToken) -> bool {
		let Some(of_deed) = self.by_deed.get(&token.deed()) else { return false };
		token.ids().iter().any(|id| of_deed.contains_key(&blake2_256(id)))
	}

	/// How many there are.
	#[must_use]
	pub fn len(&self) -> usize {
		self.by_end.len()
	}

	/// Whether there is none.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.by_end.is_empty()
	}

	/// What they come to: nodes that know the same have the same digest, in whatever order they
	/// learnt it.
	#[must_use]
	pub fn digest(&self) -> [u8; 32] {
		let mut digest = [0; 32];
		for (end, deed, id) in &self.by_end {
			let entry = blake2_256(&(end, deed, id).encode());
			digest.iter_mut().zip(entry).for_each(|(sum, byte)| *sum ^= byte);
		}
		digest
	}

	/// Some of them after a place in their order, which begins at [`Place::FIRST`], and where to go
	/// on.
	#[must_use]
	pub fn page(&self, after: Place, count_max: usize) -> Vec<SignedRevocation> {
		let Place { expires_at_secs, deed, id } = after;
		let rest = (Bound::Excluded((expires_at_secs, deed, id)), Bound::Unbounded);
		self.by_end
			.range(rest)
			.take(count_max)
			.filter_map(|(expires_at_secs, deed, id)| {
				let SignedEnd { signature, .. } = *self.by_deed.get(deed)?.get(id)?;
				let (id, deed, expires_at_secs) = (*id, *deed, *expires_at_secs);
				Some(SignedRevocation {
					revocation: Revocation { id, deed, expires_at_secs },
					signature,
				})
			})
			.collect()
	}

	/// Forgets those whose tokens have ended by themselves.
	fn forget(&mut self, now_secs: u64) {
		let kept = self.by_end.split_off(&(now_secs.saturating_add(1), 0, [0; 32]));
		for (_, deed, id) in std::mem::replace(&mut self.by_end, kept) {
			let Some(of_deed) = self.by_deed.get_mut(&deed) else { continue };
			of_deed.remove(&id);
			if of_deed.is_empty() {
				self.by_deed.remove(&deed);
			}
		}
	}
}

/// A place in the order of revocations: by their end, their deed and what they revoke.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Place {
	/// When the revocation before it ends.
	pub expires_at_secs: u64,
	/// Of which deed it is.
	pub deed: DeedId,
	/// What it revokes.
	pub id: TokenId,
}

impl Place {
	/// Before all others.
	pub const FIRST: Self = Self { expires_at_secs: 0, deed: 0, id: [0; 32] };

	/// The place of a revocation.
	#[must_use]
	pub fn of(revocation: &Revocation) -> Self {
		let Revocation { id, deed, expires_at_secs } = *revocation;
		Self { expires_at_secs, deed, id }
	}
}
