// SPDX-License-Identifier: Apache-2.0

//! A node's side of challenges.

use crate::{
	metrics::AnswererMetrics,
	signatures::{Ed25519, Signatures},
};
use codec::DecodeAll;
use r1_core::{ChainState, NodeIdentity};
use r1_primitives::{CHALLENGE_BYTES, Challenge, NodeKey};
use std::sync::Arc;

/// How many epochs a challenge may be from the node's own view: the oracle's chain may be a block
/// ahead or behind, on the other side of an epoch's end.
const EPOCHS_OFF_MAX: u32 = 1;

/// Signs what oracles ask this node to sign.
#[derive(Debug)]
pub struct Answerer {
	identity: NodeIdentity,
	signatures: Arc<dyn Signatures>,
	metrics: AnswererMetrics,
}

impl Answerer {
	/// Answers for a node.
	#[must_use]
	pub fn new(identity: NodeIdentity) -> Self {
		let signatures = Arc::new(Ed25519);
		Self { identity, signatures, metrics: AnswererMetrics::default() }
	}

	/// Signs in another way than the network: for simulations.
	#[must_use]
	pub fn with_signatures(self, signatures: Arc<dyn Signatures>) -> Self {
		Self { signatures, ..self }
	}

	/// The answer to a challenge: this node's signature of it.
	///
	/// `from` is the peer that asks, as the mesh has authenticated it. Costs one signature, for
	/// oracles only.
	///
	/// # Errors
	///
	/// The bytes are no challenge, `from` is not the oracle that it names, or none at all, or the
	/// challenge is for an epoch that is neither the current one nor next to it.
	pub fn answer(
		&mut self,
		bytes: &[u8],
		from: &NodeKey,
		chain: &ChainState,
	) -> Result<[u8; 64], Refused> {
		let answered = check(bytes, from, chain).map(|challenge| {
			self.signatures.sign_challenge(&self.identity, &challenge, &chain.genesis_hash)
		});
		self.metrics.count(&answered);
		answered
	}

	/// What was counted so far.
	#[must_use]
	pub fn metrics(&self) -> &AnswererMetrics {
		&self.metrics
	}
}

/// Why a challenge is not answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[repr(u8)]
pub enum Refused {
	/// Not the encoding of a challenge, or followed by something.
	#[error("not a challenge")]
	Malformed,
	/// The peer that asks is not the oracle that the challenge names.
	#[error("the challenge names another oracle than the one that sent it")]
	WrongSender,
	/// The key is not one of the epoch's oracles.
	#[error("the sender is not an oracle")]
	NotAnOracle,
	/// More than one epoch away from the node's own.
	#[error("of another epoch")]
	WrongEpoch,
}

impl Refused {
	/// Every reason, in the order of the metrics.
	pub const ALL: [Self; 4] =
		[Self::Malformed, Self::WrongSender, Self::NotAnOracle, Self::WrongEpoch];

	/// The value of the metrics' label `reason`.
	#[must_use]
	pub fn label(self) -> &'static str {
		match self {
			Self::Malformed => "malformed",
			Self::WrongSender => "wrong_sender",
			Self::NotAnOracle => "not_an_oracle",
			Self::WrongEpoch => "wrong_epoch",
		}
	}

	/// Whether no honest peer would have asked.
	///
	/// The others depend on a view of the chain that may be a block ahead or behind.
	#[must_use]
	pub fn is_peer_fault(self) -> bool {
		matches!(self, Self::Malformed | Self::WrongSender)
	}
}

fn check(bytes: &[u8], from: &NodeKey, chain: &ChainState) -> Result<Challenge, Refused> {
	if CHALLENGE_BYTES < bytes.len() {
		return Err(Refused::Malformed);
	}
	let challenge = Challenge::decode_all(&mut &*bytes).map_err(|_opaque| Refused::Malformed)?;
	if challenge.oracle != *from {
		return Err(Refused::WrongSender);
	}
	// Its epoch may have begun for it before it has here.
	if !chain.is_oracle(from) {
		return Err(Refused::NotAnOracle);
	}
	match challenge.epoch.abs_diff(chain.current_epoch) <= EPOCHS_OFF_MAX {
		true => Ok(challenge),
		false => Err(Refused::WrongEpoch),
	}
}
