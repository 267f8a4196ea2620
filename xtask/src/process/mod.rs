// SPDX-License-Identifier: Apache-2.0

//! Children: named, logged, waited for with a deadline, and always stopped in the end.
//!
//! ```text
//!  Ctrl-C ──> Interrupt ─┐
//!  child exits ──────────┼──> Fleet::wait_for(predicate) ──> value, or why not
//!  time is up ───────────┘         │ error, end of scope
//!                                  v
//!                            Fleet::stop_all: SIGTERM to every group, a grace period, SIGKILL
//! ```
//!
//! Each child leads a process group of its own. So Ctrl-C in the terminal reaches this program
//! alone, which stops the children in an orderly way, and a child's own children end with it.
//!
//! # Failure model
//!
//! The children outlive this program only if it is killed with SIGKILL. [`port::ensure_free`] then
//! tells the next run which port is taken, and by whom.

pub mod fleet;
pub mod interrupt;
pub mod port;
pub mod progress;
#[cfg(test)]
mod tests;

pub use fleet::{Fleet, Wait};
pub use interrupt::Interrupt;
pub use progress::Progress;
