// SPDX-License-Identifier: Apache-2.0

//! What a validator's daemon tells the oracle's off-chain worker beside it.
//!
//! These types cross the loopback interface in SCALE. The daemon holds no oracle key: the worker
//! decides what to sign.

use crate::{DeedId, EpochIndex, JobId, PlacementRound, SignedBody};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Key in a node's persistent off-chain database that holds the URL of the daemon beside it.
pub const EDGE_URL_KEY: &[u8] = b"r1::edge_url";

/// Key in the same database that holds how the daemon was when it was asked last; the node clears
/// it when it starts, so that each process says once how the daemon is.
pub const EDGE_STATE_KEY: &[u8] = b"r1::edge_state";

/// How well one node did one job in one epoch.
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
pub struct WorkEntry {
	/// The job.
	pub job: JobId,
	/// The deed whose node did it.
	pub deed: DeedId,
	/// Quality of the work: 0 is none, 255 is all of it right and in time.
	pub quality: u8,
}

/// The root of a job's namespace as a node had it when an epoch ended.
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
pub struct Anchor {
	/// The job.
	pub job: JobId,
	/// The deed whose node had it.
	pub deed: DeedId,
	/// The root of all records, tombstones included.
	pub root: [u8; 32],
}

/// What a node signs with its key to tell the oracles what it held when an epoch ended.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct AnchorBody {
	/// The epoch.
	pub epoch: EpochIndex,
	/// The root of each job's namespace that it replicates; strictly ascending by job, at most
	/// [`ANCHORS_MAX`](crate::ANCHORS_MAX).
	pub roots: Vec<(JobId, [u8; 32])>,
}

impl SignedBody for AnchorBody {
	const PURPOSE: &'static str = "anchor";
}

/// What one oracle saw in one epoch.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct EpochEvidence {
	/// The epoch, which is over.
	pub epoch: EpochIndex,
	/// Availability of each deed, 0 to 255, deed 1 first; deeds beyond the end count as 0.
	pub availability: Vec<u8>,
	/// Work of the epoch, strictly ascending by job and deed.
	pub work: Vec<WorkEntry>,
}

/// One oracle's vote on where a job shall run.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct PlacementBallot {
	/// The job.
	pub job: JobId,
	/// The round of placement that the ballot is for.
	pub round: PlacementRound,
	/// The deeds whose nodes shall run it, strictly ascending.
	pub deeds: Vec<DeedId>,
}

/// Everything that the daemon has for the worker at one moment.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct OracleEvidence {
	/// The report of the epoch that was asked for, if the daemon saw enough of it.
	pub report: Option<EpochEvidence>,
	/// Votes on jobs that wait for a placement.
	pub ballots: Vec<PlacementBallot>,
}
