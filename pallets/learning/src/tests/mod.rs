// SPDX-License-Identifier: Apache-2.0

//! What the pallet does, one file for each group of calls.

mod opening;
mod phases;
mod refusals;
mod attesting;
mod ending;
mod dropouts;
mod invariants;
mod views;
