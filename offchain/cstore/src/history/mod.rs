// SPDX-License-Identifier: Apache-2.0

//! What clients did and were told, held against what is promised.
//!
//! ```text
//!  clients ──Operation──> agreed::check: is there one order that fits?
//!          ──Attempt────> kept::check <── what a replica holds in the end
//! ```
//!
//! Nothing here knows how a history came about: the simulators write one, and so do the clients of
//! real processes that are parted and killed.

pub mod agreed;
pub mod kept;
