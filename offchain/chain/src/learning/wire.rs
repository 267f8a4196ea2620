// SPDX-License-Identifier: Apache-2.0

//! What is read of rounds, with the fields that are used of each.

#![expect(unused_imports, reason = "the derive makes one for each type")]

use super::{EndedLearningRound, LearningFailure, LearningOutcome};
use crate::storage::{AccountId, Item};
use r1_core::LearningRound;
use r1_primitives::{JobId, NodeKey, learning};
use subxt::{dynamic::storage, ext::scale_decode::DecodeAsType};

/// Rounds that are not noted as ended, of which only their numbers are used.
pub(super) fn rounds() -> Item<(learning::RoundId,), Opened> {
	storage("Learning", "Rounds")
}

/// Declares what is decoded by the names of its fields.
macro_rules! decoded {
	($($(#[$doc:meta])* $kind:ident $name:ident { $($body:tt)* })*) => {
		$(
			$(#[$doc])*
			#[derive(Clone, Debug, DecodeAsType)]
			#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
			pub(super) $kind $name { $($body)* }
		)*
	};
}

decoded! {
	/// A round, of which only its job is used.
	struct Opened {
		#[expect(dead_code, reason = "that there is a round is all that counts")]
		job: JobId,
	}
	/// The rounds of a job.
	struct RoundList {
		pub(super) open: Option<learning::RoundId>,
		pub(super) ended: Vec<learning::RoundId>,
	}
	/// All that is known of a round.
	struct RoundInfo {
		id: learning::RoundId,
		round: Round,
		announced: Vec<Announcement>,
		shared: Vec<Publication>,
		uploaded: Vec<Publication>,
		revealed: Vec<Publication>,
		attestations: Vec<(AccountId, Verdict)>,
		outcome: Option<Outcome>,
	}
	/// A round.
	struct Round {
		job: JobId,
		order: RoundOrder,
		participants: Vec<Participant>,
		phase: Phase,
		ends_at: u32,
	}
	/// What it was opened with.
	struct RoundOrder {
		spec: RoundSpec,
		model: Vec<u8>,
		previous: Option<learning::RoundId>,
		windows: Windows,
	}
	struct RoundSpec {
		model_hash: [u8; 32],
		length: u32,
		minimum: u8,
		threshold: u8,
		scale_bits: u8,
		clip: u64,
		max_weight: u32,
		noise: Option<u64>,
	}
	struct Windows {
		announce: u32,
		share: u32,
		upload: u32,
		reveal: u32,
		attest: u32,
	}
	struct Participant {
		account: AccountId,
	}
	struct Announcement {
		account: NodeKey,
		mask_key: [u8; 32],
		share_key: [u8; 32],
		seed_commitment: [u8; 32],
	}
	struct Publication {
		account: NodeKey,
		cid: Vec<u8>,
		sha256: [u8; 32],
	}
	enum Phase {
		Announce,
		Share,
		Upload,
		Reveal,
		Attest,
	}
	/// What an oracle said, of which only that it did is used.
	enum Verdict {
		Aggregate(#[expect(dead_code, reason = "see above")] AggregateFile),
		Finding(#[expect(dead_code, reason = "see above")] Finding),
	}
	struct AggregateFile {
		cid: Vec<u8>,
		sha256: [u8; 32],
		contributors: u8,
	}
	enum Finding {
		SharesUnreadable { dealer: NodeKey },
		SharesInconsistent { dealer: NodeKey },
		TooFewShares { dealer: NodeKey },
		UploadUnreadable { participant: NodeKey },
		SumOutOfBounds,
	}
	enum Outcome {
		Completed(AggregateFile),
		Failed(Failure),
	}
	enum Failure {
		TooFew { phase: Phase, found: u8, needed: u8 },
		Spoilt(Finding),
		Disputed,
		Unattested,
		Closed,
	}
	/// What is kept of a round that is over.
	struct Summary {
		order: RoundOrder,
		participants: u8,
		published: [u8; 4],
		outcome: Outcome,
		opened_at: u32,
		ended_at: u32,
	}
}

impl RoundInfo {
	/// The round as the services see it, if it is open.
	pub(super) fn into_open(self) -> Option<LearningRound> {
		if self.outcome.is_some() {
			return None;
		}
		let Round { job, order, participants, phase, ends_at } = self.round;
		let Windows { announce, share, upload, reveal, attest } = order.windows;
		Some(LearningRound {
			id: self.id,
			job,
			model: order.model,
			spec: order.spec.into(),
			windows: [announce, share, upload, reveal, attest],
			phase: phase.into(),
			ends_at,
			invited: participants.into_iter().map(|participant| participant.account.0).collect(),
			announced: self.announced.into_iter().map(Into::into).collect(),
			shared: published(self.shared),
			uploaded: published(self.uploaded),
			revealed: published(self.revealed),
			attested: self.attestations.into_iter().map(|(oracle, _)| oracle.0).collect(),
		})
	}
}

impl Summary {
	pub(super) fn into_ended(self, id: learning::RoundId) -> EndedLearningRound {
		let Self { order, participants, published, outcome, opened_at, ended_at } = self;
		EndedLearningRound {
			id,
			spec: order.spec.into(),
			model: order.model,
			previous: order.previous,
			invited: participants,
			published,
			outcome: match outcome {
				Outcome::Completed(file) => LearningOutcome::Completed(file.into()),
				Outcome::Failed(failure) => LearningOutcome::Failed(failure.into()),
			},
			opened_at,
			ended_at,
		}
	}
}

fn published(files: Vec<Publication>) -> Vec<learning::Publication<Vec<u8>>> {
	let file =
		|Publication { account, cid, sha256 }| learning::Publication { account, cid, sha256 };
	files.into_iter().map(file).collect()
}

impl From<Announcement> for learning::Announcement {
	fn from(announcement: Announcement) -> Self {
		let Announcement { account, mask_key, share_key, seed_commitment } = announcement;
		Self { account, mask_key, share_key, seed_commitment }
	}
}

impl From<RoundSpec> for learning::RoundSpec {
	fn from(spec: RoundSpec) -> Self {
		let RoundSpec {
			model_hash,
			length,
			minimum,
			threshold,
			scale_bits,
			clip,
			max_weight,
			noise,
		} = spec;
		Self { model_hash, length, minimum, threshold, scale_bits, clip, max_weight, noise }
	}
}

impl From<AggregateFile> for learning::AggregateFile<Vec<u8>> {
	fn from(AggregateFile { cid, sha256, contributors }: AggregateFile) -> Self {
		Self { cid, sha256, contributors }
	}
}

impl From<Phase> for learning::Phase {
	fn from(phase: Phase) -> Self {
		match phase {
			Phase::Announce => Self::Announce,
			Phase::Share => Self::Share,
			Phase::Upload => Self::Upload,
			Phase::Reveal => Self::Reveal,
			Phase::Attest => Self::Attest,
		}
	}
}

impl From<Finding> for learning::Finding {
	fn from(finding: Finding) -> Self {
		match finding {
			Finding::SharesUnreadable { dealer } => Self::SharesUnreadable { dealer },
			Finding::SharesInconsistent { dealer } => Self::SharesInconsistent { dealer },
			Finding::TooFewShares { dealer } => Self::TooFewShares { dealer },
			Finding::UploadUnreadable { participant } => Self::UploadUnreadable { participant },
			Finding::SumOutOfBounds => Self::SumOutOfBounds,
		}
	}
}

impl From<Failure> for LearningFailure {
	fn from(failure: Failure) -> Self {
		match failure {
			Failure::TooFew { phase, found, needed } => {
				Self::TooFew { phase: phase.into(), found, needed }
			},
			Failure::Spoilt(finding) => Self::Spoilt(finding.into()),
			Failure::Disputed => Self::Disputed,
			Failure::Unattested => Self::Unattested,
			Failure::Closed => Self::Closed,
		}
	}
}
