// SPDX-License-Identifier: Apache-2.0

//! Beats, and the tables of who was available in an epoch.
//!
//! Engines that decide, and a file. None of them has a task or a network: the daemon owns those and
//! passes in time, bytes and finalised chain state.
//!
//! - [`ChainClock`] tells the time that all others go by, from the blocks that become final.
//! - [`Beater`] says once a slot "I am here", and [`Answerer`] signs what oracles ask it to: every
//!   linked node runs both.
//! - [`Observer`] judges the beats of others and keeps one bit for each deed and slot, and
//!   [`Challenger`] asks nodes at moments that they cannot foresee: every oracle's daemon runs
//!   both.
//! - [`SnapshotStore`] keeps an observer's bits over a restart.
//!
//! What this crate does not do: gossip, carry challenges, and report to the chain.
//!
//! # How the daemon drives them
//!
//! ```text
//!   own clocks, newest finalised block --> ChainClock::now_secs --> now, for all that follows
//!
//!   every Beater::tick_period_ms                     every message of the beat topic
//!            |                                                    |
//!            v                                                    v
//!   Beater::tick(now, chain) --SignedBeat--> gossip     Observer::observe(bytes, now, chain)
//!            |                                                    |
//!            '--- the same bytes, for gossip brings a ----------> | Verdict: accept, ignore or
//!                 node no message of its own                      v reject the message
//!   Observer::tick(now, chain)  ------------> coverage      bits of the epoch
//!                                                                 |
//!   once a slot: Observer::snapshot -> SnapshotStore::save <------'
//!   evidence asked for: Observer::availability(epoch, now, issued) -> AvailabilityTable
//!
//!   with each tick, while there is a peer:
//!   Observer::position -> Challenger::due --Challenge--> the node: Answerer::answer
//!                                 |                          |
//!      no answer in 3 s           v                          v signature
//!      Challenger::timed_out -> Outcome::Missed <--- Challenger::answered
//!                                 '--> Observer::clear
//! ```
//!
//! The observer is ticked at the beater's period too. `SnapshotStore` blocks: off the executor.
//!
//! # What counts
//!
//! A beat counts for the slot of the *receiver's* clock. The sender's clock may be one slot off,
//! and two seconds at least. Each signed slot counts once, so that nobody gains by sending one beat
//! again. A beat belongs to the deed that its node is linked to when it arrives: later changes of
//! links change no past bit. The node of a banned deed sets none.
//!
//! A missed challenge takes its slot away, whether the beat for it came before or comes after.
//! Slots of maintenance that were announced on the chain count neither way.
//!
//! # Failure model
//!
//! - *The chain cannot be reached, or finality stalls* for more than two minutes: nodes fall
//!   silent, and an observer neither judges beats nor counts the slot as observed.
//! - *The own clock is off*: up to two minutes do no harm, as [`ChainClock`] explains. Beyond that,
//!   the same as a stall, since the chain that this machine sees may be an old one.
//! - *This oracle has no peer*: it neither counts the slot as observed, nor blames any node for a
//!   challenge that it could not send.
//! - *A node signs two beats for one slot, or many*: the first one counts; the others are the
//!   signer's fault, and say nothing against who passed them on.
//! - *The observer was away* for too much of an epoch: it declines to report, rather than to
//!   blame others for its own absence.
//! - *The process is killed*: what was saved is restored; at most the slots since the last save
//!   are lost.
//! - *The snapshot is damaged, or is of another chain*: it is set aside and the observer starts
//!   empty, saying why.
//!
//! # Memory
//!
//! One bit a slot: 8 640 slots of 10 s are 1 080 bytes for each deed that beats in an epoch. All
//! 46 224 deeds take 50 MB an epoch, and two epochs are kept. A missed challenge takes 8 bytes, of
//! which a deed can have four an epoch. A key without a deed costs nothing.

mod chain_clock;
mod beater;
mod observer;
mod verdict;
mod challenger;
mod answer;
mod signatures;
mod table;
mod epoch;
mod replay;
mod bitmap;
mod slot;
mod snapshot;
mod store;
mod metrics;
#[cfg(test)]
mod tests;

pub use answer::{Answerer, Refused};
pub use beater::{Beater, Silence, Tick};
pub use chain_clock::{ChainClock, OwnTime, SAMPLES_MAX};
pub use challenger::{
	CHALLENGE_ANSWER_MS_MAX, CHALLENGES_OPEN_MAX, CHALLENGES_PER_EPOCH, Challenger, Due,
	MissedReason, Outcome, challenged_slots, slots_at_stake,
};
pub use metrics::{
	AnswererMetrics, BeaterMetrics, ChallengerMetrics, LabelledCount, ObserverMetrics,
};
pub use observer::{ChainScope, Observer, ObserverLimits, SLOTS_PER_EPOCH_MAX, UnusableClock};
pub use signatures::{Ed25519, Signatures};
pub use slot::{Blindness, Position};
pub use snapshot::SnapshotError;
pub use store::{Loaded, Origin, SnapshotStore, StoreError};
pub use table::{AvailabilityTable, Declined, MaintenanceWindows, availability_value};
pub use verdict::{CountedBeat, Ignored, Rejected, Verdict};
