// SPDX-License-Identifier: Apache-2.0

//! How a round goes from phase to phase.
//!
//! ```text
//! Announce ──> Share ──> Upload ──> Reveal ──> Attest ──> Completed | Failed
//!     │           │         │          │          └─ nobody, or not the same ─> Failed
//!     └───────────┴─────────┴──────────┴─ too few published ─> Failed
//! ```
//!
//! A phase lasts up to the block before `ends_at`, or until all who were invited have published.
//! What a deadline does follows from what is stored and from the block's number alone. So it needs
//! nobody to say that it has passed: a round that nobody has touched since stands where it would
//! stand had it been touched in every block. `on_idle` writes that down when its turn comes.

use crate::{Config, Error, Event, Failure, Pallet, RoundOf, Rounds, types::Round};
use frame_support::ensure;
use r1_primitives::learning::{Phase, RoundId};
use sp_runtime::Saturating;

impl<BlockNumber: Copy + From<u32> + Ord + Saturating> Round<BlockNumber> {
	/// Brings the round to where it stands in block `now`; why it has failed, if it has.
	///
	/// A round that has failed stays in the phase that it failed in.
	pub fn progress(&mut self, now: BlockNumber) -> Option<Failure> {
		while self.ends_at <= now {
			let failure = self.end_phase(self.ends_at);
			if failure.is_some() {
				return failure;
			}
		}
		None
	}

	/// Ends the phase, so that the next one begins in block `at`; why the round fails, if it does.
	fn end_phase(&mut self, at: BlockNumber) -> Option<Failure> {
		let phase = self.phase;
		let Some(next) = phase.next() else {
			return Some(if self.is_disputed { Failure::Disputed } else { Failure::Unattested });
		};
		let (found, needed) = (self.members_of(phase).count(), self.needed_in(phase));
		if found < needed {
			return Some(Failure::TooFew { phase, found, needed });
		}
		self.phase = next;
		// Saturating: block numbers do not end within the life of a chain.
		self.ends_at = at.saturating_add(self.order.windows.of(next).into());
		None
	}

	/// Ends the phase in block `now` if everybody has done their part.
	///
	/// It does not fail by that: as many as were in the phase before are enough.
	pub(crate) fn end_phase_early(&mut self, now: BlockNumber) {
		let is_over = self.phase < Phase::Attest
			&& self.members_of(self.phase) == self.invited_to(self.phase);
		if is_over {
			// The rest of this block is a gift.
			let _enough = self.end_phase(now.saturating_add(1.into()));
		}
	}
}

impl<T: Config> Pallet<T> {
	/// An open round as it stands now, and the phase that it is stored in.
	pub(crate) fn standing(id: RoundId) -> Result<(RoundOf<T>, Phase), Error<T>> {
		let mut round = Rounds::<T>::get(id).ok_or(Error::<T>::RoundNotOpen)?;
		let stored = round.phase;
		let failure = round.progress(frame_system::Pallet::<T>::block_number());
		ensure!(failure.is_none(), Error::<T>::RoundNotOpen);
		Ok((round, stored))
	}

	/// Stores an open round; says so if it has entered another phase than `before`.
	pub(crate) fn store(id: RoundId, round: &RoundOf<T>, before: Phase) {
		if round.phase != before {
			Self::deposit_event(Event::PhaseEntered {
				round: id,
				phase: round.phase,
				invited: round.invited_to(round.phase).count(),
				ends_at: round.ends_at,
			});
		}
		Rounds::<T>::insert(id, round);
	}
}
