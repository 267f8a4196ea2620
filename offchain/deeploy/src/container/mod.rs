// SPDX-License-Identifier: Apache-2.0

//! Containers of jobs: what is wanted of an engine, and what is done next.
//!
//! ```text
//!  job::Group ──config──> ContainerConfig ──ContainerEngine──> Docker, Podman
//!       │                        ^                                  │
//!       └──plan <── Observed ────┼──────────────────────────────────┘
//!            │                   │
//!            └──steps────────────┘
//! ```
//!
//! An engine does what it is told and decides nothing: it restarts no container, publishes no port
//! that is not asked for and keeps nothing of a job that is gone. All that belongs to a job carries
//! [labels](names::labels), by which it is found again after any crash.

pub mod names;
pub mod engine;
pub mod session;
pub mod config;
pub mod docker;
mod desired;
pub mod plan;
pub mod health;
mod ledger;
mod reconcile;
pub mod probe;
pub mod report;

pub use ledger::{Ledger, LedgerError};
pub use reconcile::{Inventory, Reconciler};
