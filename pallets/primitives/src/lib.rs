// SPDX-License-Identifier: Apache-2.0

//! What the chain and the daemons agree on: identifiers, the epoch clock, constants of the
//! protocol, the bodies that are signed, the reports that oracles exchange, and the traits through
//! which pallets reach each other.
//!
//! Nothing here decides anything and nothing here does I/O. `no_std`, no FRAME.
//!
//! # Features
//!
//! - `std` (default): build against the standard library.
//! - `runtime`: the [`traits`] between pallets, which need `sp-runtime`'s error types.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)
)]

extern crate alloc;

mod ids;
mod deed;
mod epoch;
mod signed;
mod beat;
mod challenge;
mod maintenance;
mod capabilities;
mod report;
mod conduct;
pub mod learning;
#[cfg(feature = "runtime")]
pub mod traits;
#[cfg(test)]
mod tests;

pub use beat::{BEAT_BYTES_MAX, Beat, SignedBeat};
pub use capabilities::{
	CAPABILITIES_BYTES_MAX, Capabilities, CapabilitiesError, CapabilitiesVersion, ContainerEngine,
	Gpu, InstructionSet, TAGS_MAX, Tags, Text, TextError,
};
pub use challenge::{CHALLENGE_BYTES, Challenge, ChallengeSeed};
pub use conduct::{Misconduct, OffenceRewards, OracleConduct};
pub use deed::DeedTerms;
pub use epoch::EpochClock;
pub use ids::{
	ANCHORS_AGREED_MAX, ANCHORS_MAX, BURN_BASIS_POINTS, DEEDS_PER_PAGE, DeedId, EpochIndex,
	FORMER_MEMBERS_MAX, JobId, NodeKey, OracleIndex, PageIndex, PlacementRound, R1, REPLICAS_MAX,
	USDC, WORK_ENTRIES_MAX, WORK_QUALITY_MIN, deed_at, page_of,
};
pub use maintenance::{MAINTENANCE_SHARE, Maintenance, maintenance_slots_max};
pub use report::{
	Anchor, AnchorBody, EDGE_STATE_KEY, EDGE_URL_KEY, EpochEvidence, OracleEvidence,
	PlacementBallot, WorkEntry,
};
pub use signed::{LinkProof, PurchasePermit, SignedBody};
