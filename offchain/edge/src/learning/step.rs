// SPDX-License-Identifier: Apache-2.0

//! What a node has to do next in a round, by what the chain says of it.
//!
//! Each phase is acted on when the one before is over in a finalised block, so that the list that the
//! step is made of can grow no more.

use r1_core::{LearningRound, has_published};
use r1_primitives::{NodeKey, learning::Phase};

/// Something that a node does in a round.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Step {
	/// Announces keys.
	Announce,
	/// Deals shares.
	Share,
	/// Trains, and publishes the update under masks.
	Upload,
	/// Reveals a share of each dealer.
	Reveal,
	/// Adds up, and says what came of it.
	Attest,
	/// Fetches what others have published.
	Gather {
		/// As an oracle, who needs all of it.
		is_oracle: bool,
	},
}

/// The next step of a node that takes part, when the block `height` is final.
///
/// `None` if there is nothing to do until the chain says something else: it is done, too late, or the
/// round has too few participants to go on.
pub(super) fn of_participant(round: &LearningRound, height: u32, own: &NodeKey) -> Option<Step> {
	if !round.invited.contains(own) {
		return None;
	}
	let has = |files| has_published(files, own);
	// What is sent now comes into the next block at the earliest.
	match round.phase_in(height.saturating_add(1))? {
		Phase::Announce => (!round.has_announced(own)).then_some(Step::Announce),
		Phase::Share => (round.has_announced(own) && !has(&round.shared)).then_some(Step::Share),
		Phase::Upload => (has(&round.shared) && !has(&round.uploaded)).then_some(Step::Upload),
		Phase::Reveal => (has(&round.uploaded) && !has(&round.revealed)).then_some(Step::Reveal),
		Phase::Attest => None,
	}
}

/// The next step of an oracle.
pub(super) fn of_oracle(round: &LearningRound, height: u32, own: &NodeKey) -> Option<Step> {
	let is_due = round.phase_in(height.saturating_add(1))? == Phase::Attest;
	(is_due && !round.attested.contains(own)).then_some(Step::Attest)
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_core::LearningFile;
	use r1_primitives::learning::{Announcement, RoundSpec};

	const OWN: NodeKey = [1; 32];

	fn file(account: NodeKey) -> LearningFile {
		LearningFile { account, cid: Vec::new(), sha256: [0; 32] }
	}

	fn keys(account: NodeKey) -> Announcement {
		let key = [0; 32];
		Announcement { account, mask_key: key, share_key: key, seed_commitment: key }
	}

	/// A round of three nodes whose phases have ten blocks each.
	fn round() -> LearningRound {
		LearningRound {
			id: 5,
			job: 7,
			model: Vec::new(),
			spec: RoundSpec {
				model_hash: [0; 32],
				length: 1,
				minimum: 3,
				threshold: 2,
				scale_bits: 20,
				clip: 1,
				max_weight: 1,
				noise: None,
			},
			windows: [10; 5],
			phase: Phase::Announce,
			ends_at: 10,
			invited: vec![OWN, [2; 32], [3; 32]],
			announced: Vec::new(),
			shared: Vec::new(),
			uploaded: Vec::new(),
			revealed: Vec::new(),
			attested: Vec::new(),
		}
	}

	#[test]
	fn participant_should_go_through_all_phases() {
		let mut round = round();
		let all = [OWN, [2; 32], [3; 32]];
		let step = |round: &LearningRound, height| of_participant(round, height, &OWN);
		assert_eq!(step(&round, 0), Some(Step::Announce));
		assert_eq!(step(&round, 8), Some(Step::Announce));
		// Block 10 is the first of the next phase, and nobody has announced keys.
		assert_eq!(step(&round, 9), None);
		round.announced = all.map(keys).to_vec();
		assert_eq!(step(&round, 8), None);
		assert_eq!(step(&round, 9), Some(Step::Share));
		round.shared = all.map(file).to_vec();
		assert_eq!(step(&round, 18), None);
		assert_eq!(step(&round, 19), Some(Step::Upload));
		round.uploaded = all.map(file).to_vec();
		assert_eq!(step(&round, 29), Some(Step::Reveal));
		// The chain has noted that everybody was early.
		let early = LearningRound { phase: Phase::Reveal, ends_at: 15, ..round.clone() };
		assert_eq!(step(&early, 4), Some(Step::Reveal));
		round.revealed = vec![file(OWN)];
		assert_eq!(step(&round, 29), None);
		assert_eq!(of_oracle(&round, 39, &[9; 32]), None, "one of two has revealed");
		round.revealed.push(file([2; 32]));
		assert_eq!(of_oracle(&round, 38, &[9; 32]), None);
		assert_eq!(of_oracle(&round, 39, &[9; 32]), Some(Step::Attest));
		assert_eq!(step(&round, 39), None);
		round.attested = vec![[9; 32]];
		assert_eq!(of_oracle(&round, 39, &[9; 32]), None);
		assert_eq!(of_oracle(&round, 48, &[8; 32]), Some(Step::Attest));
		assert_eq!(of_oracle(&round, 49, &[8; 32]), None);
	}

	#[test]
	fn nobody_should_go_on_with_too_few_or_uninvited() {
		let mut round = round();
		assert_eq!(of_participant(&round, 0, &[4; 32]), None);
		let two = [OWN, [2; 32]];
		round.announced = two.map(keys).to_vec();
		assert_eq!(of_participant(&round, 9, &OWN), None);
		round.announced.push(keys([3; 32]));
		round.shared = two.map(file).to_vec();
		assert_eq!(of_participant(&round, 19, &OWN), None);
		round.shared.push(file([3; 32]));
		round.uploaded = two.map(file).to_vec();
		assert_eq!(of_participant(&round, 29, &OWN), None);
		// Who has not dealt or uploaded drops out, whatever the others do.
		round.uploaded = vec![file([2; 32]), file([3; 32]), file([4; 32])];
		assert_eq!(of_participant(&round, 29, &OWN), None);
	}
}
