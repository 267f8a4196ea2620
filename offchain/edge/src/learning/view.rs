// SPDX-License-Identifier: Apache-2.0

//! A round of the chain as the protocol sees it.

use r1_core::{BlockHash, LearningRound};
use r1_learning::protocol::{Round, RoundError, RoundView};

/// Checks what the chain says of a round.
pub(super) fn of(genesis: BlockHash, round: &LearningRound) -> Result<Round, RoundError> {
	Round::new(RoundView {
		genesis,
		id: round.id,
		spec: round.spec,
		announced: round.announced.clone(),
		shared: round.shared.clone(),
		uploaded: round.uploaded.clone(),
		revealed: round.revealed.clone(),
	})
}
