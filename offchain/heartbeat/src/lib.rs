// SPDX-License-Identifier: Apache-2.0

//! Beats, and the tables of who was available in an epoch.
//!
//! Two engines that decide, and a file. None of them has a clock, a task or a network: the daemon
//! owns those and passes in time, bytes and finalised chain state.
//!
//! - [`Beater`] says once a slot "I am here": every linked node runs one.
//! - [`Observer`] judges the beats of others and keeps one bit for each deed and slot: every
//!   oracle's daemon runs one.
//! - [`SnapshotStore`] keeps an observer's bits over a restart.
//!
//! What this crate does not do: gossip, random challenges, and reports to the chain.
//!
//! # How the daemon drives them
//!
//! ```text
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
//! ```
//!
//! The observer is ticked at the beater's period too. `SnapshotStore` blocks: off the executor.
//!
//! # What counts
//!
//! A beat counts for the slot of the *receiver's* clock. The sender's clock may be one slot off.
//! Each signed slot counts once, so that nobody gains by sending one beat again. A beat belongs to
//! the deed that its node is linked to when it arrives: later changes of links change no past bit.
//!
//! # Failure model
//!
//! - *The chain cannot be reached, or finality stalls* for more than two minutes: nodes fall
//!   silent, and an observer neither judges beats nor counts the slot as observed.
//! - *The own clock is off* by more than two minutes: the same, as it disagrees with the chain.
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
//! 46 224 deeds take 50 MB an epoch, and two epochs are kept. A key without a deed costs nothing.

mod beater;
mod observer;
mod verdict;
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

pub use beater::{Beater, Silence, Tick};
pub use metrics::{BeaterMetrics, ObserverMetrics};
pub use observer::{ChainScope, Observer, ObserverLimits, SLOTS_PER_EPOCH_MAX, UnusableClock};
pub use slot::Blindness;
pub use snapshot::SnapshotError;
pub use store::{Loaded, Origin, SnapshotStore, StoreError};
pub use table::{AvailabilityTable, Declined, availability_value};
pub use verdict::{CountedBeat, Ignored, Rejected, Verdict};
