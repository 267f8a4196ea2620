// SPDX-License-Identifier: Apache-2.0

//! What the oracles agreed that nodes held for jobs when an epoch ended.

use crate::{Chain, QueryError, state, storage};
use r1_primitives::{Anchor, EpochClock, EpochIndex};

/// The roots of an epoch, as a finalised block has them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EpochAnchors {
	/// When the epoch ended, in seconds of Unix time.
	pub ended_at_secs: u64,
	/// The roots, ascending by job and deed; `None` if the oracles agreed on none, or have not yet, or
	/// they are not kept any more.
	pub anchors: Option<Vec<Anchor>>,
}

impl Chain {
	/// The roots of jobs' namespaces that the oracles agreed on for an epoch.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime anchors nothing yet.
	pub async fn anchors(&self, epoch: EpochIndex) -> Result<EpochAnchors, QueryError> {
		let at = self.at_finalised().await?;
		let storage::Clock { start_secs, epoch_secs, slot_secs } =
			state::value(&at, "epoch clock", storage::clock())
				.await?
				.ok_or(QueryError::Missing { item: "epoch clock" })?;
		let clock = EpochClock { start_secs, epoch_secs, slot_secs };
		let anchors = state::entry(&at, "anchors", storage::anchors(), (epoch,)).await?;
		let read = |storage::Anchor { job, deed, root }| Anchor { job, deed, root };
		Ok(EpochAnchors {
			ended_at_secs: clock.starts_at_secs(epoch.saturating_add(1)),
			anchors: anchors.map(|anchors| anchors.into_iter().map(read).collect()),
		})
	}
}
