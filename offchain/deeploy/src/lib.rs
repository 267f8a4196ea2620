// SPDX-License-Identifier: Apache-2.0

//! Where jobs run, what a node does about it, and how well the work is done.
//!
//! Pure decisions on finalised chain state: no clock, no task, no network, no disk. The
//! exceptions are [`container::docker`], which talks to an engine over a Unix socket, and
//! [`receipts::Shelf`], which keeps files.
//!
//! | part | runs on | decides |
//! | --- | --- | --- |
//! | [`placement`] | every oracle's daemon | which nodes a job shall run on: the oracle's ballots |
//! | [`specification`] | every node | whether a job's specification is one that can be run |
//! | [`job`] | every node | the same for version 2: containers, stacks, models, storage |
//! | [`container`] | every node | the same for containers, and the engine that runs them |
//! | [`plan`], [`Reconciler`] | every node | what to do next to run what is placed here |
//! | [`storage`] | every node | how an oracle asks for blocks that are kept |
//! | [`encrypted`] | every node | how an oracle asks for an evaluation on ciphertexts |
//! | [`receipts`] | every node | what it has answered, and how oracles and clients hold it to that |
//! | [`attest`] | every oracle's daemon | whom to probe, and the quality that is reported |
//!
//! # How the daemon drives them
//!
//! ```text
//!   finalised state --> placement::ballots ---------------------> evidence for the oracle
//!
//!   finalised state --> Desired --.
//!                                 +--> Reconciler::plan --steps--> content store, inference
//!   running models  --> Observed -'          ^                            |
//!                                            '------- finished -----------'
//!
//!   finalised state --> Attestor::note_placements
//!   every tick      --> Attestor::probe_at --> probe over the mesh --> Attestor::record
//!   evidence asked for: Attestor::entries(epoch) ---------------> evidence for the oracle
//! ```
//!
//! A [`Step`] is carried out by the daemon: the steps of one plan may run at once and in any order,
//! each may be repeated, and its outcome goes back through [`Reconciler::finished`]. `Observed` is
//! read anew before each plan, so that whatever was lost is done again.
//!
//! # Failure model
//!
//! - *The daemon restarts*: nothing is remembered and nothing needs to be. Models are loaded again
//!   from the local store; probes of the epoch so far are lost, and the rest give the quality.
//! - *A step fails*: it is tried again after a growing pause, or never if it cannot succeed. Other
//!   jobs are not affected.
//! - *The chain cannot be reached*: the last state goes on to be served.
//! - *Oracles see different finalised blocks*: their ballots may differ for some blocks, and agree
//!   when they have caught up.

pub mod placement;
pub mod specification;
pub mod job;
mod document;
pub mod container;
mod plan;
mod reconcile;
mod attempts;
mod backoff;
pub mod storage;
pub mod encrypted;
pub mod learning;
pub mod receipts;
mod frame;
pub mod attest;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use attempts::StepFailure;
pub use frame::ProbeError;
pub use plan::{Blocked, Desired, JobPhase, JobPin, Observed, Plan, Step, plan};
pub use reconcile::{JobReport, Reconciler};
