// SPDX-License-Identifier: Apache-2.0

//! Federated learning: what the chain, those who train and those who add up agree on.
//!
//! The library of rounds, `offchain/learning`, has all of it from here. What is stored as a bounded
//! list on the chain is generic here, because its bytes are the same.

mod spec;

pub use spec::{
	LENGTH_MAX, NOISE_MAX, NOISE_TAIL, NOISY_CLIP_MAX, PART_NOISE_MIN, PARTICIPANTS_MAX,
	PARTICIPANTS_MIN, RoundSpec, SCALE_BITS_MAX, SpecError,
};

use crate::{DeedId, NodeKey, SignedBody};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Number of a round of learning, counted from 1 on a chain and never reused: all keys of the round
/// are bound to it and to the chain's first block.
pub type RoundId = u64;

/// Longest content identifier of a file of a round, in bytes.
///
/// A CIDv1 with a 256-bit digest takes 36 bytes and its base32 text 59.
pub const CID_BYTES_MAX: u32 = 64;

/// What a participant announces; the first thing that it does in a round.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Announcement {
	/// Who.
	pub account: NodeKey,
	/// The X25519 key that pairwise masks come from.
	pub mask_key: [u8; 32],
	/// The X25519 key that shares are encrypted for.
	pub share_key: [u8; 32],
	/// Hash of the seed of the participant's own mask.
	pub seed_commitment: [u8; 32],
}

/// A file that a participant publishes.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Publication<Cid> {
	/// Who.
	pub account: NodeKey,
	/// Where the file is.
	pub cid: Cid,
	/// SHA-256 of the file.
	pub sha256: [u8; 32],
}

/// Where a round stands.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum Phase {
	/// Participants announce keys.
	#[codec(index = 0)]
	Announce,
	/// They publish encrypted shares.
	#[codec(index = 1)]
	Share,
	/// They publish masked updates.
	#[codec(index = 2)]
	Upload,
	/// They publish shares in the clear.
	#[codec(index = 3)]
	Reveal,
	/// Aggregators attest the sum, or why there is none.
	#[codec(index = 4)]
	Attest,
}

impl Phase {
	/// The phase after this one.
	#[must_use]
	pub const fn next(self) -> Option<Self> {
		match self {
			Self::Announce => Some(Self::Share),
			Self::Share => Some(Self::Upload),
			Self::Upload => Some(Self::Reveal),
			Self::Reveal => Some(Self::Attest),
			Self::Attest => None,
		}
	}
}

/// What a published file is.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum FileKind {
	/// Encrypted shares of one dealer.
	#[codec(index = 0)]
	Shares,
	/// A masked update.
	#[codec(index = 1)]
	Upload,
	/// The shares that one participant reveals.
	#[codec(index = 2)]
	Reveal,
}

impl FileKind {
	/// All of them, in the order of their phases.
	pub const ALL: [Self; 3] = [Self::Shares, Self::Upload, Self::Reveal];

	/// The phase in which such files are published.
	#[must_use]
	pub const fn phase(self) -> Phase {
		match self {
			Self::Shares => Phase::Share,
			Self::Upload => Phase::Upload,
			Self::Reveal => Phase::Reveal,
		}
	}
}

/// Why there is no sum. Every aggregator that has the same files comes to the same one.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum Finding {
	/// What a dealer published is no share file.
	#[codec(index = 0)]
	SharesUnreadable {
		/// Who.
		dealer: NodeKey,
	},
	/// A dealer's shares do not give back what it announced, or so many cannot read theirs that one
	/// of them must be honest.
	#[codec(index = 1)]
	SharesInconsistent {
		/// Who.
		dealer: NodeKey,
	},
	/// There are too few good shares of a secret, and it is not clear whose fault that is.
	#[codec(index = 2)]
	TooFewShares {
		/// Whose secret.
		dealer: NodeKey,
	},
	/// What a participant published is no upload.
	#[codec(index = 3)]
	UploadUnreadable {
		/// Who.
		participant: NodeKey,
	},
	/// Somebody sent elements or weights beyond what is allowed. Masks hide who.
	#[codec(index = 4)]
	SumOutOfBounds,
}

impl Finding {
	/// Whom it blames, if anybody.
	#[must_use]
	pub const fn culprit(&self) -> Option<NodeKey> {
		match self {
			Self::SharesUnreadable { dealer } | Self::SharesInconsistent { dealer } => {
				Some(*dealer)
			},
			Self::UploadUnreadable { participant } => Some(*participant),
			Self::TooFewShares { .. } | Self::SumOutOfBounds => None,
		}
	}

	/// Whom it names, to blame or not, and in which phase that participant must have published.
	#[must_use]
	pub const fn names(&self) -> Option<(NodeKey, Phase)> {
		match self {
			Self::SharesUnreadable { dealer }
			| Self::SharesInconsistent { dealer }
			| Self::TooFewShares { dealer } => Some((*dealer, Phase::Share)),
			Self::UploadUnreadable { participant } => Some((*participant, Phase::Upload)),
			Self::SumOutOfBounds => None,
		}
	}
}

/// The file of a round's sum.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct AggregateFile<Cid> {
	/// Where the file is.
	pub cid: Cid,
	/// SHA-256 of the file.
	pub sha256: [u8; 32],
	/// How many updates are in the sum, as the file says.
	pub contributors: u8,
}

/// What an aggregator comes to.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum Verdict<Cid> {
	/// The sum.
	#[codec(index = 0)]
	Aggregate(AggregateFile<Cid>),
	/// Why there is none.
	#[codec(index = 1)]
	Finding(Finding),
}

/// In how many rounds of a job the node of a deed should have taken part in an epoch, and in how
/// many of them it did not do its part.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Attendance {
	/// The deed.
	pub deed: DeedId,
	/// Rounds that ended in the epoch.
	pub rounds: u16,
	/// Those of them that the node missed, or was found to have spoilt.
	pub missed: u16,
}

/// What a node signs to announce its keys.
///
/// The round is the nonce: a participant announces once in it.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct AnnounceBody {
	/// The round.
	pub round: RoundId,
	/// What it announces.
	pub announcement: Announcement,
}

impl SignedBody for AnnounceBody {
	const PURPOSE: &'static str = "learning-announce";
}

/// What a node signs to publish a file.
///
/// The round and the kind are the nonce: a participant publishes one file of each.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct PublishBody<Cid> {
	/// The round.
	pub round: RoundId,
	/// What the file is.
	pub kind: FileKind,
	/// Where the file is, and whose.
	pub publication: Publication<Cid>,
}

impl<Cid: Encode> SignedBody for PublishBody<Cid> {
	const PURPOSE: &'static str = "learning-publish";
}

/// What an oracle's node signs to attest what it came to.
///
/// The round is the nonce: an oracle attests once in it.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct AttestBody<Cid> {
	/// The round.
	pub round: RoundId,
	/// The oracle's node.
	pub oracle: NodeKey,
	/// What it came to.
	pub verdict: Verdict<Cid>,
}

impl<Cid: Encode> SignedBody for AttestBody<Cid> {
	const PURPOSE: &'static str = "learning-attest";
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{vec, vec::Vec};

	#[test]
	fn bodies_should_be_signed_for_purposes_of_their_own() {
		let announcement = Announcement {
			account: [1; 32],
			mask_key: [2; 32],
			share_key: [3; 32],
			seed_commitment: [4; 32],
		};
		let mut expected: Vec<u8> = b"r1/learning-announce/v1".to_vec();
		expected.extend([9; 32]);
		expected.extend([7, 0, 0, 0, 0, 0, 0, 0]);
		for field in 1..=4 {
			expected.extend([field; 32]);
		}
		assert_eq!(AnnounceBody { round: 7, announcement }.signing_payload(&[9; 32]), expected);

		let publication = Publication { account: [1; 32], cid: vec![5_u8, 6], sha256: [2; 32] };
		let body = PublishBody { round: 7, kind: FileKind::Reveal, publication };
		let mut expected: Vec<u8> = b"r1/learning-publish/v1".to_vec();
		expected.extend([9; 32]);
		expected.extend([7, 0, 0, 0, 0, 0, 0, 0, 2]);
		expected.extend([1; 32]);
		expected.extend([8, 5, 6]);
		expected.extend([2; 32]);
		assert_eq!(body.signing_payload(&[9; 32]), expected);

		let file = AggregateFile { cid: vec![5_u8], sha256: [2; 32], contributors: 3 };
		let body = AttestBody { round: 7, oracle: [1; 32], verdict: Verdict::Aggregate(file) };
		let mut expected: Vec<u8> = b"r1/learning-attest/v1".to_vec();
		expected.extend([9; 32]);
		expected.extend([7, 0, 0, 0, 0, 0, 0, 0]);
		expected.extend([1; 32]);
		expected.extend([0, 4, 5]);
		expected.extend([2; 32]);
		expected.push(3);
		assert_eq!(body.signing_payload(&[9; 32]), expected);
	}

	#[test]
	fn findings_should_have_the_order_of_the_library() {
		let (dealer, participant) = ([1; 32], [1; 32]);
		let findings = [
			Finding::SharesUnreadable { dealer },
			Finding::SharesInconsistent { dealer },
			Finding::TooFewShares { dealer },
			Finding::UploadUnreadable { participant },
			Finding::SumOutOfBounds,
		];
		let blamed = [true, true, false, true, false];
		for ((index, finding), is_blamed) in (0u8..).zip(findings).zip(blamed) {
			assert_eq!(finding.encode().first(), Some(&index));
			assert_eq!(finding.culprit().is_some(), is_blamed, "{finding:?}");
		}
	}
}
