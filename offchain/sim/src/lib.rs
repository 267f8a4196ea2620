// SPDX-License-Identifier: Apache-2.0

//! The network in one process: a thousand nodes and ten oracles under virtual time.
//!
//! Everything that decides is the production code of `r1-heartbeat`: each node runs a `Beater` and
//! an `Answerer`, each honest oracle an `Observer` and a `Challenger`, and all of them tell the
//! time with a `ChainClock`. Everything that the outside does to them is drawn from one seed: loss,
//! delay, duplication and reordering of messages, partitions, clocks that are half a minute off or
//! are set in mid-run, finality that comes in bursts, oracles that lie, copy, stay silent or are
//! killed, nodes that die, come and go, replay, forge or flood. What the chain does with reports is
//! a model that is written apart from the pallet, and plainly.
//!
//! ```text
//!  Scenario::draw(seed) ──> World ──> Outcome ──> check: every invariant, or what is violated
//!                             │
//!       queue of events in virtual time, 10 ms apart
//!       node ──beats──> network ──> oracle ──report──> model of the pallet
//!         ^──────────challenges───────┘
//! ```
//!
//! # What it does not do
//!
//! No gossip mesh: a beat goes from its node to each oracle over a link of its own, with what the
//! mesh loses or delays on the way. No signatures: [`KeyedHash`] stands in for them. No disk: a
//! snapshot is bytes. No transactions beside those of the reports.
//!
//! # Replay
//!
//! A run depends on nothing but its seed. A test that fails says which one;
//! `R1_SIM_SEED=<seed> cargo test -p r1-sim` runs that one alone, and `RUN_SLOW_TESTS=1` thousands.

mod scenario;
mod world;
mod outcome;
mod check;
mod node;
mod oracle;
mod pallet;
mod chain;
mod network;
mod queue;
mod signatures;
mod random;
#[cfg(test)]
mod tests;

pub use chain::Finality;
pub use check::{Violation, check};
pub use network::{Links, Partition};
pub use outcome::{EpochOutcome, Outcome};
pub use pallet::{EpochModel, Phase, Refusal, Verdict, commitment_of};
pub use random::SimulatedRng;
pub use scenario::{Crash, NodeConduct, OracleConduct, Scenario};
pub use signatures::KeyedHash;
pub use world::run;
