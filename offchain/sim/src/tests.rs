// SPDX-License-Identifier: Apache-2.0

//! Runs by the hundred, runs with one fault each, and proof that the checks can fail.

mod directed;
mod model;
mod seeds;
mod teeth;
