// SPDX-License-Identifier: Apache-2.0

//! What becomes of a round that is over: its summary, and who is paid less for having missed it.
//!
//! Whoever announces keys has fetched the model and accepts the terms. So if too few announce, that
//! counts against nobody: the terms may be such that nobody can keep them. If the round goes on, it
//! counts against each node that did not announce, that did not publish later what it should have,
//! or that the aggregators blame. A round that its owner closes counts against nobody.

use crate::{
	Config, EndedRound, EndedRounds, EndedRoundsOf, Event, Failure, Members, OldestAttendance,
	OpenRoundOf, Outcome, Pallet, PerParticipant, Round, RoundOf, Rounds, RoundsAttendance,
	Summaries, Summary,
};
use alloc::vec::Vec;
use frame_support::{
	BoundedVec,
	traits::{ConstU32, Get},
};
use r1_primitives::{
	DeedId, EpochIndex, JobId,
	learning::{Attendance, Phase, RoundId},
	traits::{CurrentEpoch, JobInspect, RoundsAttended},
};
use sp_runtime::{AccountId32, Saturating};

/// Deeds of a job of which it is counted in one epoch how they attended its rounds.
///
/// A job changes its nodes at most once in an epoch after its first placement, and has 32 of them.
pub const ATTENDANCE_MAX: u32 = 128;

/// How the deeds of a job attended its rounds in an epoch, in the order in which they came.
pub type AttendanceList = BoundedVec<Attendance, ConstU32<ATTENDANCE_MAX>>;

impl<T: Config> RoundsAttended for Pallet<T> {
	fn attendance(epoch: EpochIndex, job: JobId) -> Vec<Attendance> {
		RoundsAttendance::<T>::get(epoch, job).into_inner()
	}
}

impl<T: Config> Pallet<T> {
	/// Ends a round that is open: counts who missed it, and keeps its summary.
	pub(crate) fn end_round(id: RoundId, round: RoundOf<T>, outcome: Outcome) {
		let (job, epoch) = (round.job, T::Epochs::current_epoch());
		let missed = Self::count_attendance(epoch, &round, &outcome);
		Rounds::<T>::remove(id);
		OpenRoundOf::<T>::remove(job);
		Self::keep_summary(id, epoch, &round, &outcome);
		let ended_at = frame_system::Pallet::<T>::block_number();
		EndedRounds::<T>::insert(id, EndedRound { round, outcome: outcome.clone(), ended_at });
		Self::deposit_event(match outcome {
			Outcome::Completed(aggregate) => {
				Event::RoundCompleted { round: id, job, aggregate, missed }
			},
			Outcome::Failed(failure) => Event::RoundFailed { round: id, job, failure, missed },
		});
	}

	/// Keeps the summary of a round, and forgets the oldest one of its job if there is no room.
	fn keep_summary(id: RoundId, epoch: EpochIndex, round: &RoundOf<T>, outcome: &Outcome) {
		let published = [round.announced, round.shared, round.uploaded, round.revealed];
		let summary = Summary {
			job: round.job,
			order: round.order.clone(),
			// At most 64.
			participants: round.participants.len() as u8,
			published: published.map(Members::count),
			outcome: outcome.clone(),
			opened_at: round.opened_at,
			ended_at: frame_system::Pallet::<T>::block_number(),
			epoch,
		};
		Summaries::<T>::insert(id, summary);
		EndedRoundsOf::<T>::mutate(round.job, |ended| {
			if ended.is_full() {
				Summaries::<T>::remove(ended.remove(0));
			}
			// There is room now.
			let _room = ended.try_push(id);
		});
	}

	/// Counts how the deeds of a job attended a round; returns the nodes that missed it.
	///
	/// Only deeds that the job still runs on: whoever was replaced has stopped, and rightly so.
	fn count_attendance(
		epoch: EpochIndex,
		round: &RoundOf<T>,
		outcome: &Outcome,
	) -> PerParticipant<AccountId32> {
		let mut nodes = PerParticipant::default();
		let Some(missed) = missed_by(round, outcome) else { return nodes };
		let deeds = T::Jobs::deeds_of(round.job);
		let mut known = RoundsAttendance::<T>::get(epoch, round.job);
		let participants = round.participants.iter().enumerate();
		for (place, participant) in
			participants.filter(|(_, participant)| deeds.contains(&participant.deed))
		{
			let is_missed = missed.contains(place);
			if is_missed {
				// There is room for all participants.
				let _room = nodes.try_push(participant.account.clone());
			}
			// Beyond the limit nothing is counted, to the good of the node.
			if let Some(attendance) = entry_of(&mut known, participant.deed) {
				// Saturating: nobody opens so many rounds in an epoch.
				attendance.rounds = attendance.rounds.saturating_add(1);
				attendance.missed = attendance.missed.saturating_add(u16::from(is_missed));
			}
		}
		if !known.is_empty() {
			RoundsAttendance::<T>::insert(epoch, round.job, known);
			OldestAttendance::<T>::mutate(|oldest| {
				oldest.get_or_insert(epoch);
			});
		}
		nodes
	}

	/// Whether the attendance of an epoch is kept no longer.
	pub(crate) fn is_expired(epoch: EpochIndex) -> bool {
		// Saturating: epochs do not end within the life of a chain.
		epoch.saturating_add(T::AttendanceEpochs::get()) < T::Epochs::current_epoch()
	}
}

/// Who missed a round that ended in some way; `None` if it counts for nobody.
fn missed_by<BlockNumber>(round: &Round<BlockNumber>, outcome: &Outcome) -> Option<Members>
where
	BlockNumber: Copy + From<u32> + Ord + Saturating,
{
	let (last, culprit) = match outcome {
		Outcome::Failed(Failure::Closed | Failure::TooFew { phase: Phase::Announce, .. }) => {
			return None;
		},
		Outcome::Failed(Failure::TooFew { phase, .. }) => (*phase, None),
		Outcome::Failed(Failure::Spoilt(finding)) => (Phase::Attest, finding.culprit()),
		Outcome::Failed(Failure::Disputed | Failure::Unattested) | Outcome::Completed(_) => {
			(Phase::Attest, None)
		},
	};
	// Whoever did the last of what was due has done all before it.
	let missed = round.invited_to(Phase::Announce).without(round.members_of(last));
	let culprit = culprit.and_then(|culprit| round.place_of(&culprit));
	Some(culprit.map_or(missed, |culprit| missed.with(culprit)))
}

/// The entry of a deed, made if there is room for it.
fn entry_of(known: &mut AttendanceList, deed: DeedId) -> Option<&mut Attendance> {
	let place = match known.iter().position(|attendance| attendance.deed == deed) {
		Some(place) => place,
		None => {
			known.try_push(Attendance { deed, rounds: 0, missed: 0 }).ok()?;
			known.len().checked_sub(1)?
		},
	};
	known.get_mut(place)
}
