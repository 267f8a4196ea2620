// SPDX-License-Identifier: Apache-2.0

//! How what belongs to a job is called, and how it is found again.

use crate::specification::ServedName;
use cid::Cid;
use r1_primitives::{JobId, PlacementRound};
use std::{
	collections::BTreeMap,
	fmt::{self, Display},
};

/// Label of all that belongs to jobs: the job's number.
pub const LABEL_JOB: &str = "ai.ratio1.job";

/// Label of all that belongs to jobs: which of the machine's daemons it belongs to. Several may
/// share an engine, and each sees only what is its own.
pub const LABEL_REALM: &str = "ai.ratio1.realm";

/// Label of containers: the round of placement in which they were made.
pub const LABEL_ROUND: &str = "ai.ratio1.round";

/// Label of containers and networks: the CID of the specification.
pub const LABEL_REVISION: &str = "ai.ratio1.revision";

/// Label of containers: the name that the specification gives.
pub const LABEL_CONTAINER: &str = "ai.ratio1.container";

/// Label of volumes: the name that the specification gives.
pub const LABEL_VOLUME: &str = "ai.ratio1.volume";

/// Label of volumes: how much they may hold, in bytes.
pub const LABEL_SIZE_BYTES: &str = "ai.ratio1.size-bytes";

/// Characters of a revision in a name: 60 bits of its hash. Two of one job do not meet.
const REVISION_CHARS: usize = 12;

/// A container of a job, of one specification.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instance {
	/// The job.
	pub job: JobId,
	/// The CID of its specification.
	pub revision: Cid,
	/// What it is called there.
	pub container: ServedName,
}

impl Instance {
	/// Its labels.
	#[must_use]
	pub fn labels(&self, round: PlacementRound) -> BTreeMap<String, String> {
		labels([
			(LABEL_JOB, self.job.to_string()),
			(LABEL_ROUND, round.to_string()),
			(LABEL_REVISION, self.revision.to_string()),
			(LABEL_CONTAINER, self.container.to_string()),
		])
	}

	/// The container that has these labels; none if it is not one of ours.
	#[must_use]
	pub fn of_labels(labels: &BTreeMap<String, String>) -> Option<Self> {
		let NetworkOf { job, revision } = NetworkOf::of_labels(labels)?;
		let container = ServedName::new(labels.get(LABEL_CONTAINER)?).ok()?;
		Some(Self { job, revision, container })
	}

	/// The network that it is on.
	#[must_use]
	pub fn network(&self) -> NetworkOf {
		NetworkOf { job: self.job, revision: self.revision }
	}
}

impl Display for Instance {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{}-{}", self.network(), self.container)
	}
}

/// The network of a job, of one specification: an update has its own, so that containers of the old
/// one and the new one never take each other for siblings.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct NetworkOf {
	/// The job.
	pub job: JobId,
	/// The CID of its specification.
	pub revision: Cid,
}

impl NetworkOf {
	/// Its labels.
	#[must_use]
	pub fn labels(&self) -> BTreeMap<String, String> {
		labels([(LABEL_JOB, self.job.to_string()), (LABEL_REVISION, self.revision.to_string())])
	}

	/// The network that has these labels; none if it is not one of ours.
	#[must_use]
	pub fn of_labels(labels: &BTreeMap<String, String>) -> Option<Self> {
		let job = labels.get(LABEL_JOB)?.parse().ok()?;
		let revision = Cid::try_from(labels.get(LABEL_REVISION)?.as_str()).ok()?;
		Some(Self { job, revision })
	}
}

impl Display for NetworkOf {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let revision = self.revision.to_string();
		// The beginning says of what kind a CID is, and is the same in all.
		let start = revision.len().saturating_sub(REVISION_CHARS);
		write!(formatter, "r1-{}-{}", self.job, revision.get(start..).unwrap_or_default())
	}
}

/// A volume of a job, which outlives its specifications.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct VolumeOf {
	/// The job.
	pub job: JobId,
	/// What it is called in the specification.
	pub volume: ServedName,
}

impl VolumeOf {
	/// Its labels.
	#[must_use]
	pub fn labels(&self, size_bytes: u64) -> BTreeMap<String, String> {
		labels([
			(LABEL_JOB, self.job.to_string()),
			(LABEL_VOLUME, self.volume.to_string()),
			(LABEL_SIZE_BYTES, size_bytes.to_string()),
		])
	}

	/// The volume that has these labels; none if it is not one of ours.
	#[must_use]
	pub fn of_labels(labels: &BTreeMap<String, String>) -> Option<Self> {
		let job = labels.get(LABEL_JOB)?.parse().ok()?;
		let volume = ServedName::new(labels.get(LABEL_VOLUME)?).ok()?;
		Some(Self { job, volume })
	}
}

impl Display for VolumeOf {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "r1-{}-{}", self.job, self.volume)
	}
}

fn labels<const N: usize>(labels: [(&str, String); N]) -> BTreeMap<String, String> {
	labels.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}
