// SPDX-License-Identifier: Apache-2.0

//! Rounds of federated learning, as the chain tells of them.

mod wire;

use crate::{Chain, QueryError, client::AtBlock, state, view::view};
use r1_core::LearningRound;
use r1_primitives::{
	JobId,
	learning::{AggregateFile, Finding, Phase, RoundId, RoundSpec},
};
use std::collections::BTreeMap;
use subxt::dynamic::Value;

/// A pallet of ours.
const PALLET: &str = "Learning";

/// The file of a sum: its binary CID, and SHA-256 of its bytes.
pub type LearningSumFile = AggregateFile<Vec<u8>>;

/// The rounds of a job that are known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LearningRounds {
	/// The one that is open.
	pub open: Option<LearningRound>,
	/// Those that are over, the oldest first.
	pub ended: Vec<EndedLearningRound>,
}

/// What is kept of a round that is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndedLearningRound {
	/// Which.
	pub id: RoundId,
	/// How it was opened.
	pub spec: RoundSpec,
	/// The binary CID of the model that it started from.
	pub model: Vec<u8>,
	/// The round whose sum made that model.
	pub previous: Option<RoundId>,
	/// How many nodes were asked to take part.
	pub invited: u8,
	/// How many published keys, shares, updates, and what they revealed.
	pub published: [u8; 4],
	/// How it ended.
	pub outcome: LearningOutcome,
	/// The block in which it was opened.
	pub opened_at: u32,
	/// The block in which its end was noted.
	pub ended_at: u32,
}

/// How a round ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LearningOutcome {
	/// Enough oracles came to the same sum.
	Completed(LearningSumFile),
	/// There is no sum.
	Failed(LearningFailure),
}

/// Why a round has no sum.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LearningFailure {
	/// Fewer published in a phase than it needs.
	#[error("{found} of the {needed} that it needs published in the phase {phase:?}")]
	TooFew {
		/// Which phase.
		phase: Phase,
		/// How many did.
		found: u8,
		/// How many must.
		needed: u8,
	},
	/// The oracles agree that there is none.
	#[error("a participant spoilt it: {0:?}")]
	Spoilt(Finding),
	/// The oracles do not agree.
	#[error("the oracles came to different sums")]
	Disputed,
	/// Too few oracles said anything.
	#[error("too few oracles added up in time")]
	Unattested,
	/// The owner closed it.
	#[error("it was closed")]
	Closed,
}

impl Chain {
	/// The rounds of a job.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime knows no rounds.
	pub async fn learning_rounds(&self, job: JobId) -> Result<LearningRounds, QueryError> {
		let at = self.at_finalised().await?;
		let list: wire::RoundList = view(&at, PALLET, "rounds_of", vec![number(job)]).await?;
		let open = match list.open {
			Some(id) => round(&at, id).await?,
			None => None,
		};
		let mut ended = Vec::new();
		for id in list.ended {
			let summary: Option<wire::Summary> =
				view(&at, PALLET, "summary", vec![number(id)]).await?;
			ended.extend(summary.map(|summary| summary.into_ended(id)));
		}
		Ok(LearningRounds { open, ended })
	}
}

/// Every round that is open.
pub(crate) async fn open_rounds(
	at_block: &AtBlock,
) -> Result<BTreeMap<RoundId, LearningRound>, QueryError> {
	let stored = state::entries(at_block, "rounds of learning", wire::rounds(), ()).await;
	let mut open = BTreeMap::new();
	for ((id,), _) in state::or_nothing_before_its_release(stored)? {
		if let Some(round) = round(at_block, id).await? {
			open.insert(id, round);
		}
	}
	Ok(open)
}

/// A round, if it is open.
async fn round(at_block: &AtBlock, id: RoundId) -> Result<Option<LearningRound>, QueryError> {
	let info: Option<wire::RoundInfo> = view(at_block, PALLET, "round", vec![number(id)]).await?;
	Ok(info.and_then(wire::RoundInfo::into_open))
}

fn number(value: impl Into<u128>) -> Value {
	Value::u128(value.into())
}
