// SPDX-License-Identifier: Apache-2.0

//! Serves ONNX models: loads them from files named by their content, checks each request, runs it
//! within limits of time and memory, and judges what another node answered to a probe.
//!
//! It knows no wire format of a client and no network: the daemon translates the Open Inference
//! Protocol to an [`InferenceRequest`] and carries a [`Probe`] to its node. It reads no disk: a
//! [`ModelFile`] arrives whole, from a store that checked it.
//!
//! ```text
//!  client ── InferenceRequest ──> check ──> admission ──> a thread of its own ──> outputs
//!  oracle ── Probe ─────────────────^        (bounded)     (bounded, deadline)
//!  job ───── ModelFile ──> limits ──> a thread of its own ──> registry, by name
//! ```
//!
//! There is no actor: the only state is the map of loaded models, which changes when a job starts
//! or ends, and requests must not wait for each other.
//!
//! # Failure model
//!
//! - A request that does not fit its model costs nothing and says what was expected and what came.
//! - A model that exceeds its time loses its request, not its thread: the thread counts as running
//!   until it ends, so that slow models fill their own slots and nothing else.
//! - A panic of the engine is an error of that one load or run.
//! - Intermediate results are bounded where their size follows from the shapes of the inputs. A
//!   hostile model can size a tensor by a value instead; the memory limit of the process is the
//!   last line there.
//! - A restart loses all models; the daemon loads them again from the jobs that it finds on chain.

mod service;
mod limits;
mod request;
mod metadata;
mod tensor;
mod model_file;
mod registry;
mod backend;
mod tract;
mod tolerance;
mod probe;
#[cfg(test)]
mod tests;

pub use backend::{BackendError, InferenceBackend, Model};
pub use limits::InferenceLimits;
pub use metadata::{Dimension, ModelMetadata, TensorMetadata};
pub use model_file::{
	InvalidModelName, MODEL_NAME_BYTES_MAX, ModelFile, ModelFileError, ModelName,
};
pub use probe::{
	PROBE_BYTES_MAX, PROBE_TENSORS_MAX, Probe, ProbeAnswer, ProbeError, ProbeInputs, ProbeRefusal,
};
pub use registry::{RegistryError, ServedModel};
pub use request::{InferenceRequest, NamedTensor, RequestError};
pub use service::{InferError, InferenceService, LoadError};
pub use tensor::{Datatype, TENSOR_DIMENSIONS_MAX, Tensor, TensorData, TensorError, element_count};
pub use tolerance::{Difference, InvalidTolerance, Tolerance};
pub use tract::TractBackend;
