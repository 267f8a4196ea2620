// SPDX-License-Identifier: Apache-2.0

//! The Open Inference Protocol, version 2, over HTTP and JSON.
//!
//! Clients of Triton, KServe and others speak it. The binary-tensor extension is not offered: the
//! list of extensions in [`ServerMetadata`] is empty, and tensors travel as JSON.

mod elements;
mod nested;
mod tensor;

pub use elements::{Datatype, ElementError, Elements};
pub use tensor::{InferTensor, InferTensorError, NonFinite};

use crate::ApiErrorBody;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Dimensions that one tensor may have.
pub const TENSOR_DIMENSIONS_MAX: usize = 8;

/// What a server is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerMetadata {
	/// Its name.
	pub name: String,
	/// Its version.
	pub version: String,
	/// Extensions of the protocol that it offers.
	pub extensions: Vec<String>,
}

/// Whether a server runs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Live {
	/// Always true: a server that does not run does not answer.
	pub live: bool,
}

/// Whether a server can serve.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ready {
	/// Whether it can.
	pub ready: bool,
}

/// Whether a model can answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelReady {
	/// The model.
	pub name: String,
	/// Whether it can.
	pub ready: bool,
}

/// What a model takes and gives.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelMetadata {
	/// The name that it is served under.
	pub name: String,
	/// Versions that can be asked for; empty where a server has one only.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub versions: Vec<String>,
	/// Format and engine.
	pub platform: String,
	/// What it takes.
	pub inputs: Vec<TensorMetadata>,
	/// What it gives.
	pub outputs: Vec<TensorMetadata>,
}

/// One input or output of a model.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TensorMetadata {
	/// Its name.
	pub name: String,
	/// What kind of number its elements are.
	pub datatype: Datatype,
	/// Size of each dimension; -1 for one that each request chooses.
	pub shape: Vec<i64>,
}

/// Asks a model for its outputs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InferRequest {
	/// Returned in the response.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub id: Option<String>,
	/// Options; none is known, and all are ignored.
	#[serde(default, skip_serializing_if = "Map::is_empty")]
	#[cfg_attr(feature = "openapi", schema(value_type = Object))]
	pub parameters: Map<String, Value>,
	/// One value for each input of the model.
	pub inputs: Vec<InferTensor>,
	/// Outputs that are wanted; all of them if empty.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub outputs: Vec<RequestedOutput>,
}

/// An output that is wanted.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestedOutput {
	/// Its name.
	pub name: String,
	/// Options; none is known, and all are ignored.
	#[serde(default, skip_serializing_if = "Map::is_empty")]
	#[cfg_attr(feature = "openapi", schema(value_type = Object))]
	pub parameters: Map<String, Value>,
}

/// What a model answers.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InferResponse {
	/// The model.
	pub model_name: String,
	/// Its version: here the content identifier of its file.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub model_version: Option<String>,
	/// The `id` of the request.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub id: Option<String>,
	/// The outputs that were asked for, in that order.
	pub outputs: Vec<InferTensor>,
}

/// The body of a refusal on this protocol's paths: what its clients look for, and what ours do.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
	/// What went wrong, in a sentence.
	pub error: String,
	/// The same in the form of all other paths.
	#[serde(flatten)]
	pub details: ApiErrorBody,
}

impl From<ApiErrorBody> for ErrorBody {
	fn from(details: ApiErrorBody) -> Self {
		Self { error: details.message.clone(), details }
	}
}
