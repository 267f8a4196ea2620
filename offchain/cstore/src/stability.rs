// SPDX-License-Identifier: Apache-2.0

//! Up to when every replica has everything, so that what was deleted before can be forgotten.
//!
//! A replica that begins to answer a repair *promises* that it writes nothing before that moment any
//! more. Whoever has come to the same as it has all that it wrote before its promise; and whoever
//! has done so with all of them is *complete* up to the earliest of their promises. The *horizon* is
//! the earliest moment up to which all say that they are complete.
//!
//! Each speaks for itself alone. Whoever lies about what it has harms what it has; and a replica
//! that is away says nothing, so nothing is forgotten that it has not heard of.

use crate::limits::SKEW_MS_MAX;
use codec::{Decode, Encode};
use r1_primitives::NodeKey;
use std::collections::BTreeMap;

/// What a replica says of itself when it answers; in milliseconds of Unix time.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct Word {
	/// Before when it writes nothing more.
	pub promise_ms: u64,
	/// Up to when it has all that anybody wrote.
	pub complete_ms: u64,
}

/// What one replica knows of the others.
#[derive(Clone, Debug, Default)]
pub struct Stability {
	others: BTreeMap<NodeKey, Other>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Other {
	/// Up to when we have all that it wrote.
	heard_ms: u64,
	/// Up to when it says that it has everything.
	complete_ms: u64,
}

impl Stability {
	/// Follows the chain: who replicates the namespace besides ourselves. What is known of those who
	/// stay is kept; whoever comes begins with nothing.
	pub fn set_others(&mut self, others: impl IntoIterator<Item = NodeKey>) {
		let known = std::mem::take(&mut self.others);
		let known = |other: NodeKey| (other, known.get(&other).copied().unwrap_or_default());
		self.others = others.into_iter().map(known).collect();
	}

	/// Takes note of a repair that we asked for and that came to its end, and of what the other said
	/// of itself when it began.
	pub fn repaired(&mut self, other: NodeKey, word: Word) {
		if let Some(other) = self.others.get_mut(&other) {
			other.heard_ms = other.heard_ms.max(word.promise_ms);
			other.complete_ms = other.complete_ms.max(word.complete_ms);
		}
	}

	/// Up to when we have everything, if we write nothing before our own promise any more; in
	/// milliseconds of Unix time.
	#[must_use]
	pub fn complete_ms(&self, promise_ms: u64) -> u64 {
		self.others.values().map(|other| other.heard_ms).fold(promise_ms, u64::min)
	}

	/// Up to when everybody has everything, in milliseconds of Unix time: with as much time in hand
	/// as clocks may differ by, for a machine that is restarted and has forgotten its promise.
	#[must_use]
	pub fn horizon_ms(&self, promise_ms: u64) -> u64 {
		let complete = self.complete_ms(promise_ms);
		let all = self.others.values().map(|other| other.complete_ms).fold(complete, u64::min);
		all.saturating_sub(SKEW_MS_MAX)
	}
}
