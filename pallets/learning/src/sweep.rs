// SPDX-License-Identifier: Apache-2.0

//! What blocks do when they have time: rounds whose deadlines have passed, details that nobody needs
//! any more, and attendance of epochs that were paid long ago.
//!
//! Two cursors go round and round, over the open rounds and over those that are over. The work of a
//! block is bounded by [`Config::SweepsPerBlock`] and by the weight that is left, whatever the number
//! of rounds.

use crate::{
	Announcements, Attestations, Config, EndedCursor, EndedRounds, Event, Files, OldestAttendance,
	OpenCursor, Outcome, Pallet, Rounds, RoundsAttendance, WeightInfo as _,
};
use frame_support::{traits::Get, weights::WeightMeter};
use r1_primitives::learning::{FileKind, RoundId};
use sp_runtime::Saturating;

/// Entries of attendance that one step forgets.
pub(crate) const ATTENDANCE_PER_STEP: u32 = 16;

impl<T: Config> Pallet<T> {
	/// Does as much of it as a block has room for.
	pub(crate) fn sweep(meter: &mut WeightMeter) {
		for _ in 0..T::SweepsPerBlock::get() {
			if meter.try_consume(T::WeightInfo::sweep_open()).is_err() || !Self::sweep_open() {
				break;
			}
		}
		if meter.try_consume(T::WeightInfo::sweep_ended()).is_ok() {
			Self::sweep_ended();
		}
		if meter.try_consume(T::WeightInfo::sweep_attendance()).is_ok() {
			Self::sweep_attendance();
		}
	}

	/// Brings the next open round to where it stands; `false` if that was the last one.
	pub(crate) fn sweep_open() -> bool {
		let mut rounds = match OpenCursor::<T>::get() {
			None => Rounds::<T>::iter(),
			Some(last) => Rounds::<T>::iter_from(Rounds::<T>::hashed_key_for(last)),
		};
		let next = rounds.next();
		// `None` starts again from the beginning.
		set_cursor::<OpenCursor<T>>(next.as_ref().map(|(id, _)| *id));
		let Some((id, mut round)) = next else { return false };
		let before = round.phase;
		match round.progress(frame_system::Pallet::<T>::block_number()) {
			Some(failure) => Self::end_round(id, round, Outcome::Failed(failure)),
			None if round.phase != before => Self::store(id, &round, before),
			None => {},
		}
		true
	}

	/// Forgets the details of the next round that is over, if they were kept for long enough.
	pub(crate) fn sweep_ended() {
		let mut rounds = match EndedCursor::<T>::get() {
			None => EndedRounds::<T>::iter(),
			Some(last) => EndedRounds::<T>::iter_from(EndedRounds::<T>::hashed_key_for(last)),
		};
		let next = rounds.next();
		set_cursor::<EndedCursor<T>>(next.as_ref().map(|(id, _)| *id));
		let Some((id, ended)) = next else { return };
		// Saturating: block numbers do not end within the life of a chain.
		let kept_until = ended.ended_at.saturating_add(T::DetailBlocks::get());
		if frame_system::Pallet::<T>::block_number() < kept_until {
			return;
		}
		EndedRounds::<T>::remove(id);
		Announcements::<T>::remove(id);
		for kind in FileKind::ALL {
			Files::<T>::remove(id, kind);
		}
		Attestations::<T>::remove(id);
		Self::deposit_event(Event::DetailsForgotten { round: id });
	}

	/// Forgets some attendance of the oldest epoch that has any, if it is old enough.
	pub(crate) fn sweep_attendance() {
		let Some(oldest) = OldestAttendance::<T>::get().filter(|oldest| Self::is_expired(*oldest))
		else {
			return;
		};
		let removed = RoundsAttendance::<T>::clear_prefix(oldest, ATTENDANCE_PER_STEP, None);
		if removed.maybe_cursor.is_none() {
			// Saturating: it is before the current epoch.
			OldestAttendance::<T>::put(oldest.saturating_add(1));
		}
	}
}

/// Writes a cursor only if that changes it.
fn set_cursor<Cursor>(next: Option<RoundId>)
where
	Cursor: frame_support::StorageValue<RoundId, Query = Option<RoundId>>,
{
	if Cursor::get() != next {
		Cursor::set(next);
	}
}
