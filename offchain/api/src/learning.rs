// SPDX-License-Identifier: Apache-2.0

//! Federated learning on a node.

use serde::{Deserialize, Serialize};

/// The data that a node may learn from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearningDataResponse {
	/// The sets, by name.
	pub sets: Vec<LearningDataSet>,
}

/// A data set of a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearningDataSet {
	/// Its name, by which jobs ask for it.
	pub name: String,
	/// Length of its file.
	pub bytes: u64,
}

/// A data set that was just taken.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearningDataKept {
	/// Its name.
	pub name: String,
	/// How many samples it has.
	pub samples: u64,
	/// Numbers of each.
	pub features: u64,
	/// Classes that its labels are of, at least.
	pub classes: u64,
}

/// What became of a data set that was to be forgotten.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearningDataRemoved {
	/// Whether it was there.
	pub was_there: bool,
}

/// What a node does in the open rounds of a job.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLearningResponse {
	/// The rounds, ascending.
	pub rounds: Vec<LearningRoundStatus>,
}

/// What a node does in an open round.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearningRoundStatus {
	/// The round's number on the chain.
	pub round: u64,
	/// The last thing that it began.
	pub step: LearningStep,
	/// Whether that is done.
	pub is_done: bool,
	/// Why it failed, if it did.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub reason: Option<String>,
	/// Times through the data that its training is through.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub epochs: Option<u32>,
	/// The loss of the last batch.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub loss: Option<f32>,
}

/// What a node does in a round.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LearningStep {
	/// Announces keys.
	Announce,
	/// Deals shares.
	Share,
	/// Trains, and publishes what was learnt under masks.
	Upload,
	/// Reveals shares.
	Reveal,
	/// Adds up what all have learnt, as an oracle.
	Attest,
}
