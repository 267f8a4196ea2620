// SPDX-License-Identifier: Apache-2.0

//! What nodes ask each other about access: what is revoked, so that one that was away learns what it
//! missed, and whom secrets are sealed for.

use crate::{
	revocation::{Place, Revocations, SignedRevocation},
	sealing_key::SignedSealingKey,
};
use codec::{Decode, DecodeAll as _, Encode};

/// Revocations in one answer: 54 KiB.
pub const PAGE_REVOCATIONS_MAX: usize = 512;

/// A question.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Question {
	/// Do you know the same as I do?
	Digest,
	/// What do you know after this place?
	After(Place),
	/// Whom are secrets for you sealed for?
	SealingKey,
}

/// An answer to it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Answer {
	/// What all that I know comes to.
	Digest([u8; 32]),
	/// The next of those that I know, at most [`PAGE_REVOCATIONS_MAX`]; none when there are no more.
	Page(Vec<SignedRevocation>),
	/// For whom, in the node's own word.
	SealingKey(SignedSealingKey),
}

impl Question {
	/// Reads a question.
	///
	/// # Errors
	///
	/// The bytes are something else.
	pub fn decode(bytes: &[u8]) -> Result<Self, codec::Error> {
		Self::decode_all(&mut &*bytes)
	}

	/// The answer of whoever knows these revocations and has this sealing key.
	#[must_use]
	pub fn answer(
		&self,
		known: &Revocations,
		sealing_key: impl FnOnce() -> SignedSealingKey,
	) -> Answer {
		match self {
			Self::Digest => Answer::Digest(known.digest()),
			Self::After(place) => Answer::Page(known.page(*place, PAGE_REVOCATIONS_MAX)),
			Self::SealingKey => Answer::SealingKey(sealing_key()),
		}
	}
}

impl Answer {
	/// Reads an answer.
	///
	/// # Errors
	///
	/// The bytes are something else, or more revocations than an answer has.
	pub fn decode(bytes: &[u8]) -> Result<Self, codec::Error> {
		match Self::decode_all(&mut &*bytes)? {
			Self::Page(page) if PAGE_REVOCATIONS_MAX < page.len() => {
				Err("a page has fewer revocations".into())
			},
			answer => Ok(answer),
		}
	}
}
