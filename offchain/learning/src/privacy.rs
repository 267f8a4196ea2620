// SPDX-License-Identifier: Apache-2.0

//! Differential privacy of a round's sum: noise that participants add together, and what it is worth.
//!
//! Each participant clips the Euclidean norm of its update to `clip` and adds a discrete Gaussian to
//! each element, with such a variance that `threshold` honest participants reach that of the whole.
//! So nobody needs to be trusted with the noise, and up to the number of dishonest participants that
//! secure aggregation bears may leave theirs out. What is protected is a whole participant: the sum
//! with its update, beside the sum with zeros instead.

mod noise;
mod sampler;
mod accounting;

pub use accounting::{Accountant, AccountingError, round_cost};
pub use noise::NoiseError;
pub(crate) use noise::add_noise;

#[cfg(test)]
pub(crate) use sampler::Sampler;
