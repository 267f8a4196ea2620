// SPDX-License-Identifier: Apache-2.0

//! Reads and changes keys: a [`Proposal`], carried to all members until something comes of it.

use super::{
	Group,
	outbox::{Answer, Question},
};
use crate::{
	limits::{KEY_BYTES_MAX, VALUE_BYTES_MAX},
	quorum::{Ask, Change, Outcome, Proposal, Step},
	record::RecordError,
	wire::{Asked, Refusal},
};
use r1_primitives::PlacementRound;
use std::time::Duration;
use tokio::sync::mpsc;

/// How much longer than an attempt took one waits before the next, at most; it doubles up to that. Whoever
/// tries at another moment than others comes through.
const PAUSE_MAX: u64 = 4;

/// Answers that wait to be taken in: those of all members to two questions.
const ANSWERS_MAX: usize = 64;

/// Why nothing came of an operation; nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QuorumError {
	/// The chain names others, or nobody.
	#[error("this node is none of those who agree on the keys of the namespace")]
	NoMember,
	/// Too few answer, or there are too many who write the same key.
	#[error("too few of the nodes that agree on the key have answered in time")]
	Timeout,
	/// Members refuse.
	#[error("nodes that agree on the key refuse: {0}")]
	Refused(Refusal),
	/// The key or the value cannot be taken.
	#[error(transparent)]
	Invalid(#[from] RecordError),
}

impl Group {
	/// Reads or changes a key, whatever others do; within a time.
	///
	/// # Errors
	///
	/// It came to nothing; nothing was changed. If it is not known whether it was,
	/// [`Outcome::Unknown`] says so.
	///
	/// # Cancel safety
	///
	/// What was begun may come to its end when the future is dropped.
	pub async fn operate(
		&self,
		key: &[u8],
		change: Change,
		timeout: Duration,
	) -> Result<Outcome, QuorumError> {
		if !(1..=KEY_BYTES_MAX).contains(&key.len()) {
			return Err(RecordError::Name { bytes: key.len() }.into());
		}
		if let Change::Set { value: Some(value), .. } = &change
			&& VALUE_BYTES_MAX < value.len()
		{
			return Err(RecordError::Value { bytes: value.len() }.into());
		}
		let members = self.members().ok_or(QuorumError::NoMember)?;
		let proposer = self.base().proposer;
		let mut proposal = Proposal::new(change, proposer, members.round, members.nodes);
		let mut refusal = None;
		let attempts = self.attempts(key, members.round, &mut proposal, &mut refusal);
		match tokio::time::timeout(timeout, attempts).await {
			Ok(outcome) => outcome,
			Err(_elapsed) if proposal.is_offered() => Ok(Outcome::Unknown),
			Err(_elapsed) => Err(refusal.map_or(QuorumError::Timeout, QuorumError::Refused)),
		}
	}

	/// Tries until something comes of it.
	async fn attempts(
		&self,
		key: &[u8],
		mut placement: PlacementRound,
		proposal: &mut Proposal,
		refusal: &mut Option<Refusal>,
	) -> Result<Outcome, QuorumError> {
		let _turn = self.turn(key).await;
		let mut patience = 1;
		loop {
			let began_ms = self.base().core.clock.monotonic_ms();
			let ask = proposal.begin(self.next_round(key, proposal.round()));
			if let Some(outcome) = self.attempt(key, placement, proposal, ask, refusal).await {
				return Ok(outcome);
			}
			let took_ms = self.base().core.clock.monotonic_ms().saturating_sub(began_ms);
			let pause_ms = self.base().rng.below(patience * took_ms.max(1));
			tokio::time::sleep(Duration::from_millis(pause_ms)).await;
			// What was offered is found again only among the last changes, so whoever has offered
			// something does not leave the key to others for long.
			patience = if proposal.is_offered() { 1 } else { (2 * patience).min(PAUSE_MAX) };
			// They may be others meanwhile.
			match self.members() {
				Some(members) if members.round == placement => {},
				Some(members) => {
					placement = members.round;
					proposal.moved(placement, members.nodes);
				},
				None if proposal.is_offered() => return Ok(Outcome::Unknown),
				None => return Err(QuorumError::NoMember),
			}
		}
	}

	/// Asks all members, and whatever follows; nothing if it must be tried again.
	async fn attempt(
		&self,
		key: &[u8],
		placement: PlacementRound,
		proposal: &mut Proposal,
		ask: Ask,
		refusal: &mut Option<Refusal>,
	) -> Option<Outcome> {
		let (answers, mut heard) = mpsc::channel(ANSWERS_MAX);
		self.ask_all(key, placement, proposal, &ask, &answers);
		// A sender is held here, and each question ends.
		while let Some(Answer { node, stage, answer }) = heard.recv().await {
			let step = match answer {
				Ok(reply) => proposal.replied(node, reply),
				Err(refused) => {
					*refusal = refused.or(*refusal);
					proposal.failed(node, stage)
				},
			};
			match step {
				Step::Ask(ask) => self.ask_all(key, placement, proposal, &ask, &answers),
				Step::Wait => {},
				Step::Again => return None,
				Step::Done(outcome) => return Some(outcome),
			}
		}
		None
	}

	/// Asks every member. Those that are slow are told also when the rest has decided.
	fn ask_all(
		&self,
		key: &[u8],
		placement: PlacementRound,
		proposal: &Proposal,
		ask: &Ask,
		answers: &mpsc::Sender<Answer>,
	) {
		for node in proposal.members() {
			let asked = Asked { key: key.to_vec(), ask: ask.clone() };
			let stage = proposal.stage();
			self.post(*node, Question { placement, asked, stage, answers: answers.clone() });
		}
	}
}
