// SPDX-License-Identifier: Apache-2.0

//! Federated learning: many train one model, and nobody sees what any of them has learnt alone.
//!
//! ```text
//!  participant, on its own machine                      │ chain      │ aggregators, each for itself
//!  Dataset ──train──> Model ──delta──> WeighedUpdate    │            │
//!                                           │           │            │
//!  Participant: keys ───────────────────────┼──────────>│ U1         │
//!               share file ─────────────────┼──────────>│ U2         │
//!               masked upload <─────────────┘──────────>│ U3         │
//!               reveal file ───────────────────────────>│ U4 ───────>│ recover ──> sum ──> Aggregate
//!  Model::apply <───────────────────────────────────────│ two equal  │<──────────────────────┘
//! ```
//!
//! The protocol is secure aggregation by double masking (Bonawitz and others, "Practical secure
//! aggregation for privacy-preserving machine learning", 2017). An upload is the update, under a mask
//! of the participant's own and one that it has with each other participant. Of those who upload the
//! first is recovered from shares, of those who are lost the others; never both of one participant. The
//! chain is the board that all read: who is in which phase is the same for everybody, so no aggregator
//! can tell one participant something else than another.
//!
//! There is no network, disk, clock or task here: files come in and go out as bytes, what must survive
//! a restart goes through [`StateStore`](protocol::StateStore), and the daemon does the rest.
//!
//! # What is guaranteed
//!
//! As long as fewer than `threshold` participants work together, and whatever aggregators do:
//!
//! - An upload cannot be told from random bytes; all that is learnt of a round is the sum over U3, its
//!   members, and the sum of their weights.
//! - A round that fails shows nothing, unless it fails after so many have revealed that the sum is
//!   known.
//! - The sum is exact, and who has the same files writes the same bytes.
//! - Who deals shares that do not fit, publishes what is no file, or reveals shares that are not its
//!   own is named.
//!
//! # What is not
//!
//! - Nobody proves that an update is a good one. Elements are within bounds if all are honest; one
//!   participant can push the sum anywhere within the bounds of all, or have the round fail out of
//!   bounds, unseen.
//! - A sum tells of what is in it. [`privacy`] bounds how much, if the round has noise.
//!
//! # Failure model
//!
//! - A participant that stops is left out, or its masks are recovered, as long as `minimum` are left in
//!   each phase and `threshold` reveal.
//! - A participant that starts again goes on from its state; it masks no second update and chooses no
//!   second set of shares. If its upload was lost with it, it drops out of the round.
//! - What is malformed, too long, or of another round is refused before it is used, with its maker
//!   named by a [`Finding`](protocol::Finding) or a [`Fault`](protocol::Fault).

pub mod protocol;
pub mod fixed;
pub mod privacy;
pub mod trainer;
pub mod framing;
pub mod limits;
#[cfg(test)]
mod tests;
