// SPDX-License-Identifier: Apache-2.0

//! The port through which models are executed.

use crate::{metadata::ModelMetadata, tensor::Tensor};
use std::{error::Error, fmt::Debug, sync::Arc};

/// Turns the bytes of a model file into something that runs.
///
/// Both methods may take long and must not be called on an asynchronous thread.
pub trait InferenceBackend: Debug + Send + Sync {
	/// Format and engine in one word, as the Open Inference Protocol reports it.
	fn platform(&self) -> &'static str;

	/// Reads a model from untrusted bytes.
	///
	/// # Errors
	///
	/// The bytes are no model, or a model that this backend cannot serve.
	fn load(&self, bytes: &[u8]) -> Result<Arc<dyn Model>, BackendError>;
}

/// A model that is ready to run, any number of times and from any thread.
pub trait Model: Debug + Send + Sync {
	/// What the model takes and gives.
	fn metadata(&self) -> &ModelMetadata;

	/// Computes the outputs, in the order of the metadata, from inputs in that order.
	///
	/// The caller has checked the inputs against the metadata.
	///
	/// # Errors
	///
	/// The computation failed or would take more memory than allowed.
	fn run(&self, inputs: Vec<Tensor>) -> Result<Vec<Tensor>, BackendError>;
}

/// Why a backend could not load or run a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
	/// The bytes cannot be read as a model.
	#[error("the file is not a valid ONNX model")]
	Malformed(#[source] Box<dyn Error + Send + Sync>),
	/// A valid model that uses something that is not served.
	#[error("the model cannot be served: {reason}")]
	Unsupported {
		/// What it uses.
		reason: String,
	},
	/// An intermediate or final result would be too large.
	#[error("the model would compute a tensor of {got} elements, but at most {max} are allowed")]
	TensorTooLarge {
		/// Elements that it would have.
		got: usize,
		/// Elements that are allowed.
		max: usize,
	},
	/// The computation failed.
	#[error("the model failed on this input")]
	Failed(#[source] Box<dyn Error + Send + Sync>),
	/// The engine broke its own contract.
	#[error("the model promises {expected} outputs, but gave {got}")]
	WrongOutputs {
		/// Outputs that the metadata names.
		expected: usize,
		/// Outputs that came.
		got: usize,
	},
	/// The engine hit a defect; it was contained and other models are unaffected.
	#[error("the inference engine failed: {detail}")]
	Panicked {
		/// What the engine said.
		detail: String,
	},
}

impl BackendError {
	/// Whether the model file is to blame, so that no retry can help.
	#[must_use]
	pub fn is_model_fault(&self) -> bool {
		matches!(self, Self::Malformed(_) | Self::Unsupported { .. })
	}
}
