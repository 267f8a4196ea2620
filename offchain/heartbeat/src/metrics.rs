// SPDX-License-Identifier: Apache-2.0

//! What the engines count.
//!
//! | metric | labels | counts |
//! | --- | --- | --- |
//! | `r1_heartbeat_beats_sent_total` | | beats that this node made |
//! | `r1_heartbeat_beats_received_total` | `verdict`, `reason` | beats that were judged |
//!
//! `verdict` is `accepted`, `ignored` or `rejected`; `reason` is empty for the first, and else the
//! `label` of [`Ignored`] or [`Rejected`].

use crate::verdict::{Ignored, Rejected, Verdict};

/// What a [`Beater`](crate::Beater) counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BeaterMetrics {
	/// Beats that were made.
	pub sent: u64,
}

/// What an [`Observer`](crate::Observer) counts, since its process started.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ObserverMetrics {
	/// Beats that counted.
	pub accepted: u64,
	ignored: [u64; Ignored::ALL.len()],
	rejected: [u64; Rejected::ALL.len()],
}

impl ObserverMetrics {
	/// Beats that were ignored for a reason.
	#[must_use]
	pub fn ignored(&self, reason: Ignored) -> u64 {
		self.ignored[reason as usize]
	}

	/// Beats that were rejected for a reason.
	#[must_use]
	pub fn rejected(&self, reason: Rejected) -> u64 {
		self.rejected[reason as usize]
	}

	/// Every counter of received beats: its labels `verdict` and `reason`, and its value.
	pub fn received(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
		let ignored = Ignored::ALL.map(|reason| ("ignored", reason.label(), self.ignored(reason)));
		let rejected =
			Rejected::ALL.map(|reason| ("rejected", reason.label(), self.rejected(reason)));
		[("accepted", "", self.accepted)].into_iter().chain(ignored).chain(rejected)
	}

	pub(crate) fn count(&mut self, verdict: &Verdict) {
		match verdict {
			Verdict::Accepted(_) => self.accepted += 1,
			Verdict::Ignored(reason) => self.ignored[*reason as usize] += 1,
			Verdict::Rejected(reason) => self.rejected[*reason as usize] += 1,
		}
	}
}
