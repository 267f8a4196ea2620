// SPDX-License-Identifier: Apache-2.0

//! An oracle's side of challenges: whom to ask when, and what an answer is worth.

use crate::{
	metrics::ChallengerMetrics,
	signatures::{Ed25519, Signatures},
	slot::Position,
};
use r1_core::{BlockHash, ChainState, NodeIdentity, Rng};
use r1_primitives::{Challenge, ChallengeSeed, DeedId, EpochIndex, NodeKey};
use sp_crypto_hashing::blake2_256;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// Challenges of each deed in each epoch, by each oracle.
///
/// A node that beats without being reachable loses four times [`slots_at_stake`] with each oracle:
/// in development 4 of 30 slots, an eighth of its pay; on mainnet 136 of 8 640. Few enough to cost
/// nothing: four are half a KiB a day for each pair of oracle and node.
pub const CHALLENGES_PER_EPOCH: usize = 4;

/// Time that a node has to answer, in milliseconds.
///
/// Three round trips over half the world, and a signature on a slow machine; too little to fetch
/// the key from somewhere else by hand.
pub const CHALLENGE_ANSWER_MS_MAX: u64 = 3_000;

/// Slots that a missed challenge costs: the shortest stretch that shows in a report.
///
/// A report has one byte for each deed, so what is shorter than a 255th of the epoch would be lost
/// in rounding: on mainnet, 4 of 8 640 slots still round to 255. One slot in epochs of up to 255.
#[must_use]
pub fn slots_at_stake(slots_per_epoch: u32) -> u32 {
	slots_per_epoch.div_ceil(u32::from(u8::MAX)).max(1)
}

/// Challenges that may wait for an answer at once, unless told otherwise.
///
/// All 46 224 deeds make 22 a slot on mainnet, of which 7 are open at a time. 1 024 of 150 bytes
/// are 150 KiB, and leave room for short epochs.
pub const CHALLENGES_OPEN_MAX: usize = 1_024;

/// Epochs whose secret is kept: the one that ends, and the one that begins.
const SECRETS_MAX: usize = 2;

/// Draws an oracle's challenges and judges the answers.
///
/// The draws come from a secret of the oracle for the epoch ([`ChallengeSeed`]), so that no node
/// knows when it has to be there, and an auditor who is shown the secret can check that nobody was
/// favoured. After a restart in mid-epoch the same draws follow; what was open is forgotten, which
/// says nothing about the nodes.
#[derive(Debug)]
pub struct Challenger {
	identity: NodeIdentity,
	oracle: NodeKey,
	genesis_hash: BlockHash,
	signatures: Arc<dyn Signatures>,
	open_max: usize,
	/// Of the newest epochs: the chain's seed, and the secret that comes of it.
	secrets: BTreeMap<EpochIndex, ([u8; 32], [u8; 32])>,
	/// The slot whose challenges were drawn last.
	drawn: Option<Position>,
	/// By nonce.
	open: BTreeMap<[u8; 32], Due>,
	metrics: ChallengerMetrics,
}

impl Challenger {
	/// A challenger that has asked nothing yet.
	#[must_use]
	pub fn new(identity: NodeIdentity, genesis_hash: BlockHash) -> Self {
		Self {
			oracle: identity.key(),
			identity,
			genesis_hash,
			signatures: Arc::new(Ed25519),
			open_max: CHALLENGES_OPEN_MAX,
			secrets: BTreeMap::new(),
			drawn: None,
			open: BTreeMap::new(),
			metrics: ChallengerMetrics::default(),
		}
	}

	/// Lets at most so many challenges wait at once.
	#[must_use]
	pub fn with_open_max(self, open_max: usize) -> Self {
		Self { open_max, ..self }
	}

	/// Checks answers in another way than the network: for simulations.
	#[must_use]
	pub fn with_signatures(self, signatures: Arc<dyn Signatures>) -> Self {
		Self { signatures, ..self }
	}

	/// What to ask, and whom, in a slot; nothing if the slot has been asked for already, or if the
	/// chain has no seed for its epoch.
	///
	/// Send each to its node, and tell the challenger what came of it: [`Self::answered`],
	/// [`Self::timed_out`] or [`Self::not_sent`]. When too many are open, the rest of the slot's is
	/// not asked, which says nothing about those nodes. Costs one hash for each deed.
	pub fn due(&mut self, position: Position, chain: &ChainState, rng: &dyn Rng) -> Vec<Due> {
		if self.drawn.replace(position) == Some(position) {
			return Vec::new();
		}
		let Some(secret) = self.secret(position.epoch, chain) else { return Vec::new() };
		let slots = chain.clock.slots_per_epoch();
		let mut due = Vec::new();
		for (deed, record) in chain.deeds.iter() {
			let node = record.node.filter(|node| !record.is_banned && *node != self.oracle);
			let Some(node) = node else { continue };
			if !draws(&secret, deed, slots).any(|slot| slot == position.slot) {
				continue;
			}
			if self.open_max <= self.open.len() {
				self.metrics.over_limit += 1;
				continue;
			}
			let mut nonce = [0; 32];
			rng.fill(&mut nonce);
			let Position { epoch, slot } = position;
			let challenge = Challenge { epoch, slot, oracle: self.oracle, nonce };
			let asked = Due { deed, node, challenge };
			self.open.insert(nonce, asked);
			self.metrics.sent += 1;
			due.push(asked);
		}
		due
	}

	/// Judges an answer that came `elapsed_ms` after the challenge was sent.
	pub fn answered(&mut self, challenge: &Challenge, answer: &[u8], elapsed_ms: u64) -> Outcome {
		let Some(asked) = self.close(challenge) else { return Outcome::Unknown };
		let is_signed = answer.try_into().is_ok_and(|signature| {
			self.signatures.is_challenge_signed(
				&asked.node,
				challenge,
				&self.genesis_hash,
				signature,
			)
		});
		match (is_signed, elapsed_ms <= CHALLENGE_ANSWER_MS_MAX) {
			(true, true) => {
				self.metrics.answered += 1;
				Outcome::Passed
			},
			(true, false) => self.missed(&asked, MissedReason::TooLate),
			(false, _) => self.missed(&asked, MissedReason::WrongSignature),
		}
	}

	/// Notes that no answer came within [`CHALLENGE_ANSWER_MS_MAX`], or that the node could not be
	/// reached while others could.
	pub fn timed_out(&mut self, challenge: &Challenge) -> Outcome {
		match self.close(challenge) {
			Some(asked) => self.missed(&asked, MissedReason::NoAnswer),
			None => Outcome::Unknown,
		}
	}

	/// Notes that this oracle had no peer at all when it was to send the challenge, which says
	/// nothing about the node.
	pub fn not_sent(&mut self, challenge: &Challenge) {
		if self.close(challenge).is_some() {
			self.metrics.not_sent += 1;
		}
	}

	/// Number of challenges that wait for an answer.
	#[must_use]
	pub fn open_count(&self) -> usize {
		self.open.len()
	}

	/// What was counted so far.
	#[must_use]
	pub fn metrics(&self) -> &ChallengerMetrics {
		&self.metrics
	}

	/// The secret of an epoch; that of the oldest epoch makes room for a new one.
	fn secret(&mut self, epoch: EpochIndex, chain: &ChainState) -> Option<[u8; 32]> {
		let randomness = *chain.epoch_seeds.get(&epoch)?;
		if let Some((of, secret)) = self.secrets.get(&epoch)
			&& *of == randomness
		{
			return Some(*secret);
		}
		let seed = ChallengeSeed { epoch, randomness };
		// One signature an epoch, and always a real one: it is what an auditor is shown.
		let secret = blake2_256(&self.identity.sign(&seed, &self.genesis_hash));
		self.secrets.insert(epoch, (randomness, secret));
		if SECRETS_MAX < self.secrets.len() {
			self.secrets.pop_first();
		}
		Some(secret)
	}

	/// Forgets an open challenge, if it is the one that was sent.
	fn close(&mut self, challenge: &Challenge) -> Option<Due> {
		let asked = self.open.get(&challenge.nonce).filter(|open| open.challenge == *challenge)?;
		let nonce = asked.challenge.nonce;
		self.open.remove(&nonce)
	}

	fn missed(&mut self, asked: &Due, reason: MissedReason) -> Outcome {
		self.metrics.count_missed(reason);
		let Challenge { epoch, slot, .. } = asked.challenge;
		Outcome::Missed { deed: asked.deed, position: Position { epoch, slot }, reason }
	}
}

/// A challenge to send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Due {
	/// The deed whose slot is at stake.
	pub deed: DeedId,
	/// The node to ask.
	pub node: NodeKey,
	/// What to send; encoded, it is what the node reads.
	pub challenge: Challenge,
}

/// What became of a challenge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
	/// The node was there.
	Passed,
	/// It was not: give this to [`Observer::clear`](crate::Observer::clear).
	Missed {
		/// The deed.
		deed: DeedId,
		/// The slot that is lost.
		position: Position,
		/// Why.
		reason: MissedReason,
	},
	/// No such challenge is open: it was settled before, or is of an earlier life of the process.
	Unknown,
}

/// Why a challenge was not passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[repr(u8)]
pub enum MissedReason {
	/// Nothing came in time, or the node could not be reached.
	#[error("no answer")]
	NoAnswer,
	/// The right answer came after the time was over.
	#[error("answered after more than {CHALLENGE_ANSWER_MS_MAX} ms")]
	TooLate,
	/// What came is not the node's signature of the challenge.
	#[error("wrong signature")]
	WrongSignature,
}

impl MissedReason {
	/// Every reason, in the order of the metrics.
	pub const ALL: [Self; 3] = [Self::NoAnswer, Self::TooLate, Self::WrongSignature];

	/// The value of the metrics' label `reason`.
	#[must_use]
	pub fn label(self) -> &'static str {
		match self {
			Self::NoAnswer => "no_answer",
			Self::TooLate => "too_late",
			Self::WrongSignature => "wrong_signature",
		}
	}
}

/// The slots of an epoch in which an oracle with this secret challenges a deed, ascending.
///
/// The secret is the BLAKE2b-256 hash of the oracle's signature of the [`ChallengeSeed`]. Public so
/// that an auditor can draw again. There are [`CHALLENGES_PER_EPOCH`], or fewer where two draws
/// fall together, as they do in short epochs.
#[must_use]
pub fn challenged_slots(secret: &[u8; 32], deed: DeedId, slots_per_epoch: u32) -> BTreeSet<u32> {
	draws(secret, deed, slots_per_epoch).collect()
}

fn draws(secret: &[u8; 32], deed: DeedId, slots: u32) -> impl Iterator<Item = u32> {
	let mut seed = [0; 36];
	let (of_secret, of_deed) = seed.split_at_mut(32);
	of_secret.copy_from_slice(secret);
	of_deed.copy_from_slice(&deed.to_le_bytes());
	let drawn = blake2_256(&seed);
	(0..CHALLENGES_PER_EPOCH).filter_map(move |index| {
		let bytes = drawn.as_chunks::<8>().0.get(index)?;
		// The bias is below 2^-47, as epochs have fewer than 2^17 slots.
		let slot = u64::from_le_bytes(*bytes).checked_rem(u64::from(slots))?;
		u32::try_from(slot).ok()
	})
}
