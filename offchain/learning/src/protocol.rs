// SPDX-License-Identifier: Apache-2.0

//! Secure aggregation by double masking: what participants make, and what aggregators make of it.
//!
//! ```text
//! participant                        chain            aggregator
//! Participant::announcement ───────> U1
//! Participant::share ───── file ───> U2
//! Participant::upload ──── file ───> U3
//! Participant::reveal ──── file ───> U4 ────────────> recover ──> Recovered::sum ──> Aggregate
//! ```

mod round;
mod participant;
mod state;
mod keys;
mod shares;
mod secret_sharing;
mod masks;
mod upload;
mod reveal;
mod finding;
mod recovery;
mod sum;
mod aggregate;

pub use aggregate::{AGGREGATE_HEADER_BYTES, Aggregate, AggregateError};
pub use finding::Fault;
pub use keys::seed_commitment;
pub use participant::{Participant, ParticipantError};
pub use r1_primitives::learning::{Announcement, Finding, RoundId, RoundSpec, SpecError};
pub use recovery::{RecoverError, Recovered, recover};
pub use reveal::{RevealFile, RevealFileError, Revealed};
pub use round::{Members, Phase, Publication, Round, RoundError, RoundView, TooFew};
pub use shares::{ShareFile, ShareFileError};
pub use state::{StateError, StateStore};
pub use sum::{SumError, Summed};
pub use upload::{UPLOAD_HEADER_BYTES, UploadError, upload_bytes};
#[cfg(test)]
pub(crate) use {
	keys::{Keys, self_key},
	secret_sharing::{Randomness, combine, split},
	state::State,
};
