// SPDX-License-Identifier: Apache-2.0

//! How much a model, a request and their execution may take.

use std::{num::NonZeroUsize, time::Duration};

/// Limits of one [`InferenceService`](crate::InferenceService).
#[derive(Clone, Debug)]
pub struct InferenceLimits {
	/// Bytes of one model file. Default 64 MiB: a MobileNet or a small transformer, while sixteen
	/// of them still fit in the memory of a laptop.
	pub model_bytes_max: usize,
	/// Models loaded at once. Default 16.
	pub models_max: usize,
	/// Size of a dynamic outermost dimension. Default 1 024: larger batches gain nothing on a CPU.
	pub batch_max: usize,
	/// Elements of any one tensor, intermediate results included. Default 16 Mi: 64 MiB of FP32.
	pub tensor_elements_max: usize,
	/// Time from the arrival of a request to its answer, waiting included. Default 10 s.
	pub run_duration_max: Duration,
	/// Time to read and optimise a model. Default 60 s.
	pub load_duration_max: Duration,
	/// Models that run at the same moment, one thread each. Default 2: an edge node has few cores
	/// and other work to do.
	pub runs_at_once_max: NonZeroUsize,
	/// Requests that may wait for their turn. Default 32: at 10 s for the last of them, a model
	/// that takes longer than about 0.6 s is better refused than queued.
	pub runs_waiting_max: usize,
}

impl Default for InferenceLimits {
	fn default() -> Self {
		Self {
			model_bytes_max: 64 << 20,
			models_max: 16,
			batch_max: 1_024,
			tensor_elements_max: 16 << 20,
			run_duration_max: Duration::from_secs(10),
			load_duration_max: Duration::from_secs(60),
			runs_at_once_max: NonZeroUsize::MIN.saturating_add(1),
			runs_waiting_max: 32,
		}
	}
}
