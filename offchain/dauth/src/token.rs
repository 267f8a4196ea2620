// SPDX-License-Identifier: Apache-2.0

//! Capability tokens: biscuits in whose first block a node says what their holder may do.
//!
//! ```text
//!  first block, signed by a node    subject("account", "0x..");
//!                                   chain("0x..");
//!                                   right("files", "read", "*"); ...
//!                                   check if time($now), $now < 2026-11-23T00:00:00Z;
//!  further blocks, by any holder    check if verb("read"); check if scope($s), ...
//! ```
//!
//! Further blocks can only add checks that count: facts and rules of theirs are not believed by the
//! policies of whoever authorises, which is what biscuits are for.

mod issuer;
mod verified;

pub use issuer::{Grant, TokenIssuer};
pub use verified::VerifiedToken;

use crate::{
	limits::{NARROWED_MAX, RIGHTS_MAX, TOKEN_BLOCKS_MAX, TOKEN_BYTES_MAX, TOKEN_SECS_MAX},
	rights::{Scope, Service, Verb},
	shape,
};
use biscuit_auth::{
	PublicKey, UnverifiedBiscuit,
	builder::{Algorithm, BlockBuilder, Term, date, set, string},
	error,
};
use r1_primitives::{DeedId, NodeKey};
use std::{
	collections::HashMap,
	time::{Duration, SystemTime},
};

/// How a token is narrowed. What is empty or absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Attenuation {
	/// Only these services.
	pub services: Vec<Service>,
	/// Only these parts of them.
	pub scopes: Vec<Scope>,
	/// Only what changes nothing.
	pub is_read_only: bool,
	/// Only before this moment, in Unix seconds.
	pub expires_at_secs: Option<u64>,
}

/// Why a token cannot be made, or is none.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
	/// It is longer than any of ours.
	#[error("a token has at most {TOKEN_BYTES_MAX} characters; this one has {bytes}")]
	TooLong {
		/// Its length.
		bytes: usize,
	},
	/// It was narrowed too often.
	#[error("a token has at most {TOKEN_BLOCKS_MAX} blocks; this one has {blocks}")]
	TooManyBlocks {
		/// Its blocks.
		blocks: usize,
	},
	/// It does not name its issuer.
	#[error("the token does not say by which deed's node it was issued")]
	NoIssuer,
	/// The deed of its issuer has no node now.
	#[error("deed {deed}, whose node issued the token, has no node; sign in at another node")]
	UnknownIssuer {
		/// The deed.
		deed: DeedId,
	},
	/// It would allow too much at once, or for too long.
	#[error(
		"a token has at most {RIGHTS_MAX} rights, narrowings of at most {NARROWED_MAX} values, and \
		 lives for at most {TOKEN_SECS_MAX} s"
	)]
	TooMuch,
	/// It is no biscuit, or not signed by whom it names.
	#[error("the token is not valid: {reason}")]
	Invalid {
		/// What the library says.
		reason: String,
	},
}

/// Why something is not allowed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Denied {
	/// The token does not allow it, or no more.
	#[error("the token does not allow to {ask}, or has expired, or is of another chain")]
	NotAllowed {
		/// What was asked.
		ask: String,
	},
	/// Its rules are more work than they may be.
	#[error("the token's rules take too long to check")]
	TooExpensive,
}

const BEFORE: &str = "check if time($now), $now < {end}";

/// A token that has been read and is not yet believed.
#[derive(Clone, Debug)]
pub struct Token(UnverifiedBiscuit);

impl Token {
	/// Reads a token, which has nothing in it that is costly to evaluate.
	///
	/// # Errors
	///
	/// It is none, or larger than one may be, or has blocks that are not made here.
	pub fn parse(text: &str) -> Result<Self, TokenError> {
		if TOKEN_BYTES_MAX < text.len() {
			return Err(TokenError::TooLong { bytes: text.len() });
		}
		let token = UnverifiedBiscuit::from_base64(text)?;
		// Base64 has bits that mean nothing; a token is written in one way.
		if token.to_base64()? != text {
			return Err(invalid(NOT_AS_ISSUED));
		}
		check_count(token.block_count())?;
		shape::check(&token.external_public_keys(), |index| token.print_block_source(index))?;
		Ok(Self(token))
	}

	/// A token that allows no more than this one, made without asking anybody.
	///
	/// # Errors
	///
	/// It has been narrowed too often, or by too much at once.
	pub fn attenuate(&self, by: &Attenuation) -> Result<String, TokenError> {
		check_count(self.0.block_count() + 1)?;
		if NARROWED_MAX < by.scopes.len().max(by.services.len()) {
			return Err(TokenError::TooMuch);
		}
		let narrowed = self.0.append(by.block()?)?.to_base64()?;
		match narrowed.len() {
			bytes if TOKEN_BYTES_MAX < bytes => Err(TokenError::TooLong { bytes }),
			_ => Ok(narrowed),
		}
	}

	/// The deed whose node it says has issued it.
	#[must_use]
	pub fn issuer(&self) -> Option<DeedId> {
		self.0.root_key_id()
	}

	/// Its blocks: the issuer's, and one for each time that it was narrowed.
	#[must_use]
	pub fn block_count(&self) -> usize {
		self.0.block_count()
	}

	/// Checks that the node of its issuer's deed signed it; the chain knows which node that is.
	///
	/// # Errors
	///
	/// It did not, or the deed has no node.
	pub fn verify(
		self,
		node_of: impl FnOnce(DeedId) -> Option<NodeKey>,
	) -> Result<VerifiedToken, TokenError> {
		let deed = self.0.root_key_id().ok_or(TokenError::NoIssuer)?;
		let node = node_of(deed).ok_or(TokenError::UnknownIssuer { deed })?;
		let key = PublicKey::from_bytes(&node, Algorithm::Ed25519).map_err(invalid)?;
		Ok(VerifiedToken { biscuit: self.0.verify(key).map_err(invalid)?, deed })
	}
}

impl Attenuation {
	fn block(&self) -> Result<BlockBuilder, TokenError> {
		let mut block = BlockBuilder::new();
		if self.is_read_only {
			let read = parameters([("verb", string(Verb::Read.name()))]);
			block = block.code_with_params("check if verb({verb})", read, HashMap::new())?;
		}
		let services = self.services.iter().map(|service| service.name());
		let scopes = self.scopes.iter().map(Scope::as_str);
		for (code, names) in [
			("check if service($one), {names}.contains($one)", services.collect::<Vec<_>>()),
			("check if scope($one), {names}.contains($one)", scopes.collect()),
		] {
			if !names.is_empty() {
				let names = set(names.into_iter().map(string).collect());
				block =
					block.code_with_params(code, parameters([("names", names)]), HashMap::new())?;
			}
		}
		if let Some(end) = self.expires_at_secs {
			let end = parameters([("end", moment(end))]);
			block = block.code_with_params(BEFORE, end, HashMap::new())?;
		}
		Ok(block)
	}
}

/// What is said of a text that is another than its token has.
const NOT_AS_ISSUED: &str = "it is not written as it was issued";

fn check_count(blocks: usize) -> Result<(), TokenError> {
	match blocks {
		0..=TOKEN_BLOCKS_MAX => Ok(()),
		_ => Err(TokenError::TooManyBlocks { blocks }),
	}
}

fn parameters<const N: usize>(named: [(&str, Term); N]) -> HashMap<String, Term> {
	named.map(|(name, term)| (name.to_owned(), term)).into()
}

/// A moment as a term; the end of the year 9999, after which dates have no text, for all that come
/// after it.
fn moment(unix_secs: u64) -> Term {
	let seconds = Duration::from_secs(unix_secs.min(253_402_300_799));
	date(&SystemTime::UNIX_EPOCH.checked_add(seconds).unwrap_or(SystemTime::UNIX_EPOCH))
}

fn invalid(error: impl std::fmt::Display) -> TokenError {
	TokenError::Invalid { reason: error.to_string() }
}

impl From<error::Token> for TokenError {
	fn from(error: error::Token) -> Self {
		invalid(error)
	}
}
