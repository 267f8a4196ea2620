// SPDX-License-Identifier: Apache-2.0

//! What the engines count.
//!
//! | metric | labels | counts |
//! | --- | --- | --- |
//! | `r1_heartbeat_beats_sent_total` | | beats that this node made |
//! | `r1_heartbeat_beats_received_total` | `verdict`, `reason` | beats that were judged |
//! | `r1_heartbeat_slots_cleared_total` | | slots that a missed challenge cost a deed |
//! | `r1_heartbeat_challenges_sent_total` | | challenges that this oracle made |
//! | `r1_heartbeat_challenges_settled_total` | `outcome`, `reason` | what came of them |
//! | `r1_heartbeat_challenges_received_total` | `verdict`, `reason` | challenges of others |
//!
//! `verdict` of a beat is `accepted`, `ignored` or `rejected`; `reason` is empty for the first, and
//! else the `label` of [`Ignored`] or [`Rejected`].
//! `outcome` is `answered`, `missed` with the `label` of a [`MissedReason`], or `void` when a
//! challenge says nothing about its node: `not_sent`, as this oracle had no peer, or `over_limit`,
//! as too many were open. `verdict` of a challenge is `answered`, or `refused` with the `label` of
//! [`Refused`].

use crate::{
	answer::Refused,
	challenger::MissedReason,
	verdict::{Ignored, Rejected, Verdict},
};

/// A counter with its labels: the verdict or outcome, the reason, and the value.
pub type LabelledCount = (&'static str, &'static str, u64);

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
	/// Missed challenges that cost a deed slots.
	pub cleared: u64,
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
	pub fn received(&self) -> impl Iterator<Item = LabelledCount> {
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

/// What a [`Challenger`](crate::Challenger) counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ChallengerMetrics {
	/// Challenges that were made.
	pub sent: u64,
	/// Challenges that were answered in time.
	pub answered: u64,
	/// Challenges that this oracle could not send to anybody.
	pub not_sent: u64,
	/// Challenges that were not made, as too many were open.
	pub over_limit: u64,
	missed: [u64; MissedReason::ALL.len()],
}

impl ChallengerMetrics {
	/// Challenges that were missed for a reason.
	#[must_use]
	pub fn missed(&self, reason: MissedReason) -> u64 {
		self.missed[reason as usize]
	}

	/// Every counter of settled challenges: its labels `outcome` and `reason`, and its value.
	pub fn settled(&self) -> impl Iterator<Item = LabelledCount> {
		let missed =
			MissedReason::ALL.map(|reason| ("missed", reason.label(), self.missed(reason)));
		let void = [("void", "not_sent", self.not_sent), ("void", "over_limit", self.over_limit)];
		[("answered", "", self.answered)].into_iter().chain(missed).chain(void)
	}

	pub(crate) fn count_missed(&mut self, reason: MissedReason) {
		self.missed[reason as usize] += 1;
	}
}

/// What an [`Answerer`](crate::Answerer) counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AnswererMetrics {
	/// Challenges that were answered.
	pub answered: u64,
	refused: [u64; Refused::ALL.len()],
}

impl AnswererMetrics {
	/// Challenges that were refused for a reason.
	#[must_use]
	pub fn refused(&self, reason: Refused) -> u64 {
		self.refused[reason as usize]
	}

	/// Every counter of received challenges: its labels `verdict` and `reason`, and its value.
	pub fn received(&self) -> impl Iterator<Item = LabelledCount> {
		let refused = Refused::ALL.map(|reason| ("refused", reason.label(), self.refused(reason)));
		[("answered", "", self.answered)].into_iter().chain(refused)
	}

	pub(crate) fn count(&mut self, answered: &Result<[u8; 64], Refused>) {
		match answered {
			Ok(_) => self.answered += 1,
			Err(reason) => self.refused[*reason as usize] += 1,
		}
	}
}
