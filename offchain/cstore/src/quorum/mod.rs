// SPDX-License-Identifier: Apache-2.0

//! Keys that change in one order, whoever writes them: of two that would replace the same, one fails.
//!
//! Every key is a register of its own, agreed on by CASPaxos (Rystsov 2018): without a leader, and
//! without a log that would have to be kept the same.
//!
//! ```text
//!  Proposal                      Acceptor, one on each replica
//!     │── Prepare(ballot) ──────> promises to take nothing older ──> what it holds
//!     │   of a majority: the newest of it, with the change
//!     │── Accept(ballot, that) ─> holds it
//!     └   a majority holds it: it is done
//! ```
//!
//! # What is guaranteed
//!
//! Operations on a key are linearizable: each takes effect at one moment between its beginning and its
//! end, and all see the same order of them. Of a change whose end was not seen, because nodes did not answer
//! or too many others changed the key meanwhile, nobody knows whether it took effect: [`Outcome::Unknown`].
//!
//! Each change of a key has a version of its own, one more than that of the change before. So a version
//! is a fencing token: whoever was given one can be told apart from whoever was given a later one, also
//! after a key was deleted.
//!
//! # Why it holds
//!
//! What a majority holds by one ballot is *chosen*. Whoever prepares a later ballot asks a majority,
//! which shares an acceptor with that one; so it finds what was chosen, or something that was made of
//! it, and the newest ballot is that. By induction everything that is held by a later ballot was made of
//! it, and versions of what is chosen are a chain. It takes that an acceptor remembers what it said,
//! that any two majorities share an acceptor, and that no ballot has two proposals: a proposer counts its
//! rounds, and has another name after each start. How it stays so while members come and go says
//! [`Member`].

mod acceptor;
mod proposal;
mod member;
mod joining;

pub use acceptor::{Acceptor, Ask, Reply, Vote};
pub use joining::{Joining, Seal};
pub use member::{Member, MemberError, Members, Memory, Placed, Testimony};
pub use proposal::{Change, Outcome, Proposal, Step};

use crate::stamp::WriterId;
use codec::{Decode, Encode};
use r1_primitives::PlacementRound;

/// Changes of a key that are known by name: as many as may come between a change and the moment when whoever
/// made it learns what became of it.
pub const RECENT_MAX: usize = 16;

/// A number of an attempt to change a key; no two attempts have the same.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, Ord, PartialEq, PartialOrd)]
pub struct Ballot {
	/// The round of the members' placement: what later members do is later.
	pub placement: PlacementRound,
	/// Grows with each attempt that is known of.
	pub round: u64,
	/// Whose it is.
	pub proposer: WriterId,
}

/// What a key holds.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct Held {
	/// How many changes there were.
	pub version: u64,
	/// The value; none before the first change, and after it was deleted.
	pub value: Option<Vec<u8>>,
	/// Which changes the last ones were, the newest first, at most [`RECENT_MAX`]: by the ballots of their
	/// first attempts. So whoever has not seen the end of his own knows what became of it.
	pub recent: Vec<Ballot>,
}

impl Held {
	/// Bytes of the value.
	fn bytes(&self) -> usize {
		self.value.as_ref().map_or(0, Vec::len)
	}
}
