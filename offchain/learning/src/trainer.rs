// SPDX-License-Identifier: Apache-2.0

//! Local training of small heads on embeddings: what leaves is the difference to the model that the
//! round began with.

mod model;
mod dataset;
mod train;
mod seeded;
mod tensors;

pub use dataset::{Dataset, DatasetError};
pub use model::{ApplyError, Layer, Model, ModelError};
pub use tensors::FileError;
pub use train::{Optimiser, Progress, TrainError, TrainOptions, accuracy, train};
