// SPDX-License-Identifier: Apache-2.0

//! Random sequences of calls against the pallets, in the composed runtime.
//!
//! The property tests of each pallet run it alone, beside a model. Here all pallets run together,
//! in real blocks, and nothing says what a call must yield; what is checked is what must hold
//! whatever is called.
//!
//! ```text
//! bytes ──Choices──> action, action, ...  at most ACTIONS_MAX, from the target's menu
//!                      │
//!                      v
//!  World: genesis of the development preset, blocks with BABE's digest and a timestamp
//!                      │
//!       after each call and after each block: checks ──> panic, or Coverage
//! ```
//!
//! # What is checked
//!
//! After each call:
//!
//! - it did not panic;
//! - the weight that is charged is at most the declared one, in time and in proof;
//! - the proof of what it read is no larger than what is charged for it (but for
//!   [`PROOF_UNCOUNTED`]);
//! - if it failed, the state is what it was;
//! - if an oracle's call was authorized, it changed nothing before it was dispatched, and did not
//!   fail then.
//!
//! After each block: `try_state` of our pallets; that there is no more R1 than may be, and as much
//! USDC as there was; and that the block is not too heavy.
//!
//! # How to replay
//!
//! An input does the same each time. A test that fails says how to run its input again:
//!
//! ```text
//! R1_FUZZ_TARGET=<name> R1_FUZZ_INPUT=<hex> cargo test --package r1-fuzz replay
//! ```
//!
//! # How to attach a fuzzer
//!
//! The tests mutate inputs themselves (`tests/fuzzing`), guided by what [`run`] returns: they need
//! no tool, and find what is deep because of *what happened* rather than of which lines ran. A
//! fuzzer that counts lines calls [`run`] with its bytes and drops the result. With cargo-afl:
//!
//! ```text
//! fn main() {
//!     afl::fuzz!(|bytes: &[u8]| { r1_fuzz::run(r1_fuzz::Target::Poai, bytes); });
//! }
//! ```
//!
//! and with libFuzzer the same inside `fuzz_target!`. The folder of the target in `corpus/` is a
//! good start for either.
//!
//! # The corpus
//!
//! `corpus/<target>/NNN.bin` holds few and small inputs that together reach what a long run has
//! reached; the tests replay it first, and check that every call of the target's pallet succeeds
//! at least once in it. `R1_FUZZ_SAVE=1` lets the mutating tests write it anew. That is needed when
//! a menu changes, because then bytes mean something else.

mod people;
mod world;
mod checks;
mod actions;
#[cfg(test)]
mod tests;

pub use checks::PROOF_UNCOUNTED;

use fuzzing::{Choices, Coverage};
use world::World;

/// Most actions that one input is read as; what is left of it is not looked at.
///
/// Deep enough to buy, link, order, place, work and be paid; small enough for a hundred a second.
pub const ACTIONS_MAX: usize = 24;

/// What an input is about: a menu of actions, which is all calls of one pallet and what they need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Target {
	/// pallet-node-deeds.
	NodeDeeds,
	/// pallet-availability.
	Availability,
	/// pallet-oracles.
	Oracles,
	/// pallet-poai.
	Poai,
	/// pallet-burn.
	Burn,
	/// pallet-validators.
	Validators,
	/// pallet-learning.
	Learning,
}

impl Target {
	/// Every target.
	pub const ALL: [Self; 7] = [
		Self::NodeDeeds,
		Self::Availability,
		Self::Oracles,
		Self::Poai,
		Self::Burn,
		Self::Validators,
		Self::Learning,
	];

	/// The target's name, which is also that of its folder in `corpus/`.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::NodeDeeds => "node-deeds",
			Self::Availability => "availability",
			Self::Oracles => "oracles",
			Self::Poai => "poai",
			Self::Burn => "burn",
			Self::Validators => "validators",
			Self::Learning => "learning",
		}
	}

	/// The name of its pallet in the runtime.
	#[must_use]
	pub const fn pallet(self) -> &'static str {
		match self {
			Self::NodeDeeds => "NodeDeeds",
			Self::Availability => "Availability",
			Self::Oracles => "Oracles",
			Self::Poai => "Poai",
			Self::Burn => "Burn",
			Self::Validators => "Validators",
			Self::Learning => "Learning",
		}
	}
}

/// Does what an input says, in a chain of its own; returns what it reached: each call with each of
/// its outcomes, and each event of each pallet.
///
/// # Panics
///
/// If anything is not as it must be: a fault was found.
pub fn run(target: Target, bytes: &[u8]) -> Coverage {
	let mut choices = Choices::new(bytes);
	let mut world = World::new(&mut choices);
	let menu = actions::menu(target);
	for _ in 0..ACTIONS_MAX {
		if choices.are_spent() {
			break;
		}
		let action = choices.pick(menu);
		action(&mut world, &mut choices);
	}
	world.finish()
}
