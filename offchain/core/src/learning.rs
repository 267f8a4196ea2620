// SPDX-License-Identifier: Apache-2.0

//! Rounds of federated learning, as the chain has them.

use r1_primitives::{
	JobId, NodeKey,
	learning::{Announcement, Phase, Publication, RoundId, RoundSpec},
};

/// A file that a participant published, and where it is: its binary CID.
pub type LearningFile = Publication<Vec<u8>>;

/// A round that is open.
///
/// It is as it was stored when somebody touched it last; [`Self::phase_in`] says where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LearningRound {
	/// Which.
	pub id: RoundId,
	/// The job that it is of.
	pub job: JobId,
	/// The binary CID of the model that it starts from.
	pub model: Vec<u8>,
	/// How it was opened.
	pub spec: RoundSpec,
	/// Blocks that each phase lasts at most, in the order of phases.
	pub windows: [u32; 5],
	/// The phase that it was in.
	pub phase: Phase,
	/// The first block that this phase does not last into.
	pub ends_at: u32,
	/// The nodes that may take part.
	pub invited: Vec<NodeKey>,
	/// Who announced keys.
	pub announced: Vec<Announcement>,
	/// Who published shares.
	pub shared: Vec<LearningFile>,
	/// Who published a masked update.
	pub uploaded: Vec<LearningFile>,
	/// Who revealed shares.
	pub revealed: Vec<LearningFile>,
	/// Oracles that said what came of it.
	pub attested: Vec<NodeKey>,
}

impl LearningRound {
	/// The phase that it is in in a block, if nobody publishes before; `None` if it has failed by then.
	#[must_use]
	pub fn phase_in(&self, block: u32) -> Option<Phase> {
		let (mut phase, mut ends_at) = (self.phase, self.ends_at);
		while ends_at <= block {
			let next = phase.next()?;
			if self.members_of(phase) < self.needed_in(phase) {
				return None;
			}
			let window = self.windows.get(next as usize).copied().unwrap_or_default();
			ends_at = ends_at.saturating_add(window);
			phase = next;
		}
		Some(phase)
	}

	/// Whether a node has announced keys.
	#[must_use]
	pub fn has_announced(&self, node: &NodeKey) -> bool {
		self.announced.iter().any(|keys| keys.account == *node)
	}

	/// How many have published in a phase.
	#[must_use]
	pub fn members_of(&self, phase: Phase) -> usize {
		match phase {
			Phase::Announce => self.announced.len(),
			Phase::Share => self.shared.len(),
			Phase::Upload => self.uploaded.len(),
			Phase::Reveal => self.revealed.len(),
			Phase::Attest => self.attested.len(),
		}
	}

	/// How many must have, or the round has failed.
	fn needed_in(&self, phase: Phase) -> usize {
		usize::from(match phase {
			Phase::Announce | Phase::Share | Phase::Upload => self.spec.minimum,
			Phase::Reveal | Phase::Attest => self.spec.threshold,
		})
	}
}

/// Whether a node is among those who published a file.
#[must_use]
pub fn has_published(files: &[LearningFile], node: &NodeKey) -> bool {
	files.iter().any(|file| file.account == *node)
}
