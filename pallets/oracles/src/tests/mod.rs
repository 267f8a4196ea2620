// SPDX-License-Identifier: Apache-2.0

//! One file for each part of the pallet.

mod clock;
mod early;
mod reports;
mod refusals;
mod settle;
mod unsettled;
mod misconduct;
mod maintenance;
mod migrations;
mod placement;
mod worker;
mod invariants;
