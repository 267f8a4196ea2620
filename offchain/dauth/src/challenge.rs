// SPDX-License-Identifier: Apache-2.0

//! Signing in: a text to sign, and who signed it.
//!
//! A challenge tells people when it ends by the machine's clock, which can be set. Whether it has
//! ended is judged by the time that the process has been running, which never goes back: a challenge
//! that was redeemed and forgotten is good at no later moment.

use crate::{
	limits::{CHALLENGE_BYTES_MAX, CHALLENGE_SECS, REDEEMED_MAX},
	wallet::{WalletError, verify_wallet},
};
use blake2::{
	Blake2bMac,
	digest::{Mac as _, consts::U16},
};
use r1_core::{Account, Address, BlockHash, Rng};
use r1_primitives::NodeKey;
use std::collections::BTreeSet;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What proves that a challenge is one's own.
type Seal = Blake2bMac<U16>;

/// Bytes that make a challenge one of those that end at the same second.
const NONCE_BYTES: usize = 8;

/// Issues challenges, and knows its own again; it keeps nothing of them.
pub struct Challenges {
	node: NodeKey,
	genesis_hash: BlockHash,
	/// Of this process alone.
	key: [u8; 32],
}

/// A challenge that its account has signed, and that nobody has redeemed yet.
#[derive(Clone, Copy, Debug)]
pub struct SignedChallenge {
	terms: Terms,
}

/// The challenges that were redeemed; at most [`REDEEMED_MAX`].
#[derive(Debug, Default)]
pub struct Redeemed {
	/// When they end, in seconds of the process, and their nonces.
	nonces: BTreeSet<(u64, [u8; NONCE_BYTES])>,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignInError {
	/// The text is none of ours.
	#[error("the challenge is not one of this node; ask for one, and send it back as it was")]
	Malformed,
	/// The challenge is of another node.
	#[error("the challenge is of another node; ask this one for its own")]
	OtherNode,
	/// The challenge is of another chain.
	#[error("the challenge is of another chain; this node follows one with another genesis")]
	OtherChain,
	/// Nobody issued it, or a process that is gone.
	#[error("the challenge was changed, or the node has restarted since; ask for another")]
	Unproven,
	/// It is too old.
	#[error("the challenge has expired; one is good for {CHALLENGE_SECS} s")]
	Expired,
	/// It has been used.
	#[error("the challenge has been used; one is good for one token")]
	Replayed,
	/// The account's key did not sign it.
	#[error(transparent)]
	Signature(#[from] WalletError),
	/// Too many people sign in.
	#[error("too many challenges were redeemed within {CHALLENGE_SECS} s; try again")]
	Busy,
}

impl Challenges {
	/// Of a node that follows a chain.
	#[must_use]
	pub fn new(node: NodeKey, genesis_hash: BlockHash, rng: &dyn Rng) -> Self {
		let mut key = [0; 32];
		rng.fill(&mut key);
		Self { node, genesis_hash, key }
	}

	/// A text for the account's wallet to sign, as it is: issued now, in Unix seconds, after so many
	/// seconds of the process.
	#[must_use]
	pub fn issue(
		&self,
		account: Account,
		now_secs: u64,
		uptime_secs: u64,
		rng: &dyn Rng,
	) -> String {
		let mut nonce = [0; NONCE_BYTES];
		rng.fill(&mut nonce);
		let expires_at_secs = now_secs.saturating_add(CHALLENGE_SECS);
		let ends_at_uptime = uptime_secs.saturating_add(CHALLENGE_SECS);
		self.text(&Terms { account, expires_at_secs, ends_at_uptime, nonce })
	}

	/// A challenge that its account has signed.
	///
	/// Costs up to four checks of a signature, and changes nothing: only a right signature uses a
	/// challenge up, so nobody can use up the challenge of somebody else.
	///
	/// # Errors
	///
	/// It is not this node's, or is too old, or somebody else signed it.
	pub fn verify(
		&self,
		challenge: &str,
		signature: &[u8],
		uptime_secs: u64,
	) -> Result<SignedChallenge, SignInError> {
		let terms = self.read(challenge)?;
		if terms.ends_at_uptime <= uptime_secs {
			return Err(SignInError::Expired);
		}
		verify_wallet(&terms.account, challenge.as_bytes(), signature)?;
		Ok(SignedChallenge { terms })
	}

	/// Reads a challenge, and checks that it is this node's own.
	fn read(&self, challenge: &str) -> Result<Terms, SignInError> {
		if CHALLENGE_BYTES_MAX < challenge.len() {
			return Err(SignInError::Malformed);
		}
		let line = |name: &str| {
			let mut lines = challenge.lines();
			lines
				.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
				.ok_or(SignInError::Malformed)
		};
		let malformed = |_| SignInError::Malformed;
		if line("Node")? != hex_text(&self.node) {
			return Err(SignInError::OtherNode);
		}
		if line("Chain")? != hex_text(&self.genesis_hash) {
			return Err(SignInError::OtherChain);
		}
		let account: Address = line("Account")?.parse().map_err(|_| SignInError::Malformed)?;
		let expires = OffsetDateTime::parse(line("Expires")?, &Rfc3339)
			.map_err(|_| SignInError::Malformed)?;
		let mut unique = [0; 8 + NONCE_BYTES];
		hex::decode_to_slice(line("Nonce")?, &mut unique).map_err(malformed)?;
		let (ends_at, nonce) = unique.split_first_chunk().ok_or(SignInError::Malformed)?;
		let nonce = nonce.try_into().map_err(|_| SignInError::Malformed)?;
		let mut seal = [0; 16];
		hex::decode_to_slice(line("Seal")?, &mut seal).map_err(malformed)?;
		let expires_at_secs =
			u64::try_from(expires.unix_timestamp()).map_err(|_| SignInError::Malformed)?;
		let ends_at_uptime = u64::from_be_bytes(*ends_at);
		let terms = Terms { account: account.0, expires_at_secs, ends_at_uptime, nonce };
		self.seal(&terms).verify_slice(&seal).map_err(|_| SignInError::Unproven)?;
		// The fields are ours; so must be every word between them, which a person reads.
		if challenge == self.text(&terms) { Ok(terms) } else { Err(SignInError::Unproven) }
	}

	fn text(&self, terms: &Terms) -> String {
		let seal = self.seal(terms).finalize().into_bytes();
		format!(
			"A Ratio1 node asks you to sign in. This costs nothing and moves nothing.\n\
			 \n\
			 Purpose: sign in\n\
			 Node: {}\n\
			 Chain: {}\n\
			 Account: {}\n\
			 Expires: {}\n\
			 Nonce: {}{}\n\
			 Seal: {}",
			hex_text(&self.node),
			hex_text(&self.genesis_hash),
			Address(terms.account),
			date_text(terms.expires_at_secs),
			hex::encode(terms.ends_at_uptime.to_be_bytes()),
			hex::encode(terms.nonce),
			hex::encode(seal),
		)
	}

	fn seal(&self, terms: &Terms) -> Seal {
		let mut seal =
			Seal::new_from_slice(&self.key).expect("a key of 32 bytes is short enough; qed");
		// All of fixed length, and the node and the chain are those of the key.
		seal.update(&terms.account);
		seal.update(&terms.expires_at_secs.to_le_bytes());
		seal.update(&terms.ends_at_uptime.to_le_bytes());
		seal.update(&terms.nonce);
		seal
	}
}

impl Redeemed {
	/// Whose challenge it is; it cannot be redeemed again.
	///
	/// # Errors
	///
	/// It has been redeemed, or has ended since it was checked, or too many people sign in.
	pub fn redeem(
		&mut self,
		challenge: SignedChallenge,
		uptime_secs: u64,
	) -> Result<Account, SignInError> {
		let Terms { account, ends_at_uptime, nonce, .. } = challenge.terms;
		// Those that have ended are forgotten, so one that has ended could be redeemed again.
		if ends_at_uptime <= uptime_secs {
			return Err(SignInError::Expired);
		}
		self.nonces = self.nonces.split_off(&(uptime_secs.saturating_add(1), [0; NONCE_BYTES]));
		if self.nonces.contains(&(ends_at_uptime, nonce)) {
			return Err(SignInError::Replayed);
		}
		if REDEEMED_MAX <= self.nonces.len() {
			return Err(SignInError::Busy);
		}
		self.nonces.insert((ends_at_uptime, nonce));
		Ok(account)
	}
}

impl std::fmt::Debug for Challenges {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		formatter
			.debug_struct("Challenges")
			.field("node", &hex::encode(self.node))
			.finish_non_exhaustive()
	}
}

/// What differs between the challenges of one process.
#[derive(Clone, Copy, Debug)]
struct Terms {
	account: Account,
	/// By the machine's clock, for people.
	expires_at_secs: u64,
	/// In seconds of the process.
	ends_at_uptime: u64,
	nonce: [u8; NONCE_BYTES],
}

fn hex_text(bytes: &[u8; 32]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// A moment as people write it; the year 9999 for all later ones.
fn date_text(unix_secs: u64) -> String {
	let last = time::macros::datetime!(9999-12-31 23:59:59 UTC);
	i64::try_from(unix_secs)
		.ok()
		.and_then(|secs| OffsetDateTime::from_unix_timestamp(secs).ok())
		.unwrap_or(last)
		.format(&Rfc3339)
		.unwrap_or_default()
}
