// SPDX-License-Identifier: Apache-2.0

//! The file that says what a job is; its content identifier is on the chain.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Serves one model from every node that the job is placed on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InferenceJobSpecification {
	/// What kind of job it is.
	pub kind: JobKindName,
	/// The name that the model is served under.
	pub name: String,
	/// Content identifier of the model's file.
	pub model: String,
	/// What the file is.
	pub format: ModelFormat,
	/// How far the answers of two honest nodes may be apart: see `r1_inference::Tolerance`.
	pub tolerance: f64,
	/// Between which numbers oracles draw the inputs of their probes; even for a model that takes
	/// anything, numbers like its real inputs make better probes. Default 0 to 1.
	#[serde(default = "probe_range_default")]
	pub probe_range: [f64; 2],
	/// Secrets by name, each sealed for the job's nodes in the armored format of age.
	#[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
	pub secrets: BTreeMap<String, String>,
}

/// Kinds of jobs that a specification can describe.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobKindName {
	/// A model that answers requests.
	Inference,
}

/// Formats of model files that can be served.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelFormat {
	/// One ONNX file that holds its weights.
	Onnx,
}

fn probe_range_default() -> [f64; 2] {
	[0.0, 1.0]
}
