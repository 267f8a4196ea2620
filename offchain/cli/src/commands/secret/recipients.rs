// SPDX-License-Identifier: Apache-2.0

//! Whom the secrets of a job are sealed for.
//!
//! The chain says which nodes run it. Each says whom its secrets are sealed for, and a daemon hands
//! that on: it could leave somebody out, but put nobody in, because the node has signed it.

use crate::commands::address;
use anyhow::{Context as _, bail, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use r1_api::{ClientError, EdgeClient, SealingKeyResponse};
use r1_chain::{Account, BlockHash, ChainState};
use r1_dauth::{Recipient, SealingKeyError, SealingKeyStatement, SignedSealingKey};
use r1_primitives::{DeedId, JobId, NodeKey};

/// Nodes that a daemon is asked about at the same time: each may take as long as it takes to find
/// out that it is away.
const NODES_AT_ONCE: usize = 16;

/// What a daemon says of a node that it cannot reach.
const NO_SEALING_KEY: &str = "no_sealing_key";

/// A job, as far as its secrets are concerned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Job {
	/// Its number.
	pub(super) id: JobId,
	/// Whose it is.
	pub(super) owner: Account,
	/// Where it runs.
	pub(super) seats: Vec<Seat>,
}

/// A deed that a job runs on, and the node that the chain says it is linked to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Seat {
	/// The deed.
	pub(super) deed: DeedId,
	/// Its node; `None` if it has none, or may not work.
	pub(super) node: Option<NodeKey>,
}

/// The nodes that a secret can be sealed for, and those that it cannot.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Found {
	/// The deeds of those that it can, and their recipients.
	pub(super) recipients: Vec<(DeedId, Recipient)>,
	/// The deeds of those that it cannot, and why.
	pub(super) missing: Vec<(DeedId, String)>,
}

impl Job {
	/// A job of the chain.
	pub(super) fn read(state: &ChainState, id: JobId) -> anyhow::Result<Self> {
		let job = state.jobs.get(&id).with_context(|| {
			format!("the chain has no open job {id}; `r1ctl job list` shows those that it has")
		})?;
		let seat = |deed: &DeedId| Seat { deed: *deed, node: state.node_of(*deed) };
		Ok(Self { id, owner: job.owner, seats: job.deeds.iter().map(seat).collect() })
	}

	/// Checks that it can have secrets of somebody.
	pub(super) fn check_owner(&self, owner: &Account) -> anyhow::Result<()> {
		ensure!(
			self.owner == *owner,
			"job {} is of {}, and not of {}: its nodes would not give it this secret. Sign as its \
			 owner, or name it with --owner",
			self.id,
			address(self.owner),
			address(*owner)
		);
		Ok(())
	}

	/// Asks a daemon whom secrets for the job's nodes are sealed for.
	pub(super) async fn find(
		&self,
		edge: &EdgeClient,
		genesis_hash: &BlockHash,
		clock: &impl Fn() -> u64,
	) -> anyhow::Result<Found> {
		ensure!(
			!self.seats.is_empty(),
			"job {} runs nowhere yet: wait until the oracles have placed it",
			self.id
		);
		let answers = stream::iter(self.seats.iter().copied())
			.map(async |seat| Ok::<_, anyhow::Error>((seat, ask(edge, seat).await?)))
			.buffered(NODES_AT_ONCE);
		let answers: Vec<(Seat, Result<SealingKeyResponse, String>)> =
			answers.try_collect().await?;
		let mut found = Found::default();
		for (Seat { deed, node }, answer) in answers {
			match (node, answer) {
				(Some(node), Ok(response)) => {
					let recipient = recipient(response, &node, genesis_hash, clock());
					found.recipients.push((deed, recipient.with_context(|| named(deed, &node))?));
				},
				(None, Ok(_)) => {},
				(_, Err(reason)) => found.missing.push((deed, reason)),
			}
		}
		Ok(found)
	}
}

impl Found {
	/// The recipients, if they are all, or if it does not matter.
	pub(super) fn complete(self, may_skip: bool) -> anyhow::Result<Self> {
		let reasons = self.missing.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>();
		let reasons = reasons.join("; ");
		if !self.missing.is_empty() && !may_skip {
			bail!(
				"{reasons}. Try again later, or give --skip-unreachable and use `r1ctl secret reseal` \
				 when all are there"
			);
		}
		ensure!(!self.recipients.is_empty(), "no node is left to seal it for: {reasons}");
		Ok(self)
	}
}

/// What a node says, by way of a daemon, or why it says nothing. Of a daemon that fails itself, an
/// error.
async fn ask(edge: &EdgeClient, seat: Seat) -> anyhow::Result<Result<SealingKeyResponse, String>> {
	let Some(node) = seat.node else {
		return Ok(Err(format!("deed {} has no node, or is banned", seat.deed)));
	};
	match edge.sealing_key(&node).await {
		Ok(response) => Ok(Ok(response)),
		Err(ClientError::Refused { body, .. }) if body.code == NO_SEALING_KEY => {
			Ok(Err(format!("{}: {}", named(seat.deed, &node), body.message)))
		},
		Err(error) => Err(anyhow::Error::new(error).context(named(seat.deed, &node))),
	}
}

fn named(deed: DeedId, node: &NodeKey) -> String {
	format!("the node {} of deed {deed}", address(*node))
}

/// Whom to seal for, if the node that the chain names has said so.
fn recipient(
	response: SealingKeyResponse,
	node: &NodeKey,
	genesis_hash: &BlockHash,
	now_secs: u64,
) -> Result<Recipient, SealingKeyError> {
	let SealingKeyResponse { recipient, expires_at_secs, signature } = response;
	let statement = SealingKeyStatement { recipient, expires_at_secs };
	let word = SignedSealingKey { statement, signature: signature.0 };
	word.recipient(node, genesis_hash, now_secs)
}

#[cfg(test)]
mod tests;
