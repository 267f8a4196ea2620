// SPDX-License-Identifier: Apache-2.0

//! What must hold after every block.

use crate::{
	Announcements, Attestations, Config, EndedRound, EndedRounds, EndedRoundsOf, Files, Members,
	NextRoundId, OldestAttendance, OpenRoundOf, Outcome, Pallet, RoundOf, Rounds, RoundsAttendance,
	Summaries, Verdict,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::ensure;
use r1_primitives::{
	NodeKey,
	learning::{FileKind, Phase, RoundId},
	traits::CurrentEpoch,
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Rounds::<T>::iter().try_for_each(|(id, round)| Self::try_state_open(id, &round))?;
		let open = OpenRoundOf::<T>::iter().count();
		ensure!(open == Rounds::<T>::iter_keys().count(), "a job has an open round that is none");
		EndedRounds::<T>::iter().try_for_each(|(id, ended)| Self::try_state_ended(id, &ended))?;
		Self::try_state_details()?;
		Self::try_state_summaries()?;
		Self::try_state_attendance()
	}

	/// An open round is that of its job, and is not decided.
	fn try_state_open(id: RoundId, round: &RoundOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(OpenRoundOf::<T>::get(round.job) == Some(id), "a job has two open rounds");
		ensure!(!EndedRounds::<T>::contains_key(id), "a round is open and over");
		ensure!(!Summaries::<T>::contains_key(id), "a round is open and has a summary");
		let is_waiting = round.phase == Phase::Attest
			|| round.members_of(round.phase) != round.invited_to(round.phase);
		ensure!(is_waiting, "everybody is done, and the phase goes on");
		Self::try_state_round(id, round)
	}

	/// A round that is over ended for a reason that fits what was published.
	fn try_state_ended(
		id: RoundId,
		ended: &EndedRound<frame_system::pallet_prelude::BlockNumberFor<T>>,
	) -> Result<(), TryRuntimeError> {
		if let Outcome::Completed(aggregate) = &ended.outcome {
			let contributors = ended.round.uploaded.count();
			ensure!(aggregate.contributors == contributors, "an aggregate of other updates");
			ensure!(ended.round.phase == Phase::Attest, "a round was completed too early");
			let verdict = Verdict::Aggregate(aggregate.clone());
			let attestations = Attestations::<T>::get(id);
			let agrees = |other: &&Verdict| **other == verdict;
			ensure!(attestations.values().filter(agrees).count() > 0, "nobody attested it");
		}
		Self::try_state_round(id, &ended.round)
	}

	/// The fields of a round agree with each other and with what was published.
	fn try_state_round(id: RoundId, round: &RoundOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(id < NextRoundId::<T>::get(), "a round has a number that was not given yet");
		ensure!(round.order.spec.check().is_ok(), "a specification is out of bounds");
		let ascends =
			|one: &crate::Participant, next: &crate::Participant| one.account < next.account;
		ensure!(round.participants.is_sorted_by(ascends), "participants are not ascending");
		let minimum = usize::from(round.order.spec.minimum);
		ensure!(minimum <= round.participants.len(), "a round has too few participants");

		for phase in [Phase::Announce, Phase::Share, Phase::Upload, Phase::Reveal] {
			let members = round.members_of(phase);
			ensure!(members.are_within(round.invited_to(phase)), "somebody was not invited");
			ensure!(
				phase <= round.phase || members == Members::default(),
				"somebody published too early"
			);
			let was_enough = round.needed_in(phase) <= members.count();
			ensure!(round.phase <= phase || was_enough, "a phase went on with too few");
		}
		let announced = Announcements::<T>::get(id);
		let accounts: Vec<_> = announced.iter().map(|announcement| announcement.account).collect();
		Self::try_state_list(round, &accounts, round.announced)?;
		for kind in FileKind::ALL {
			let files = Files::<T>::get(id, kind);
			let accounts: Vec<_> = files.iter().map(|publication| publication.account).collect();
			Self::try_state_list(round, &accounts, round.members_of(kind.phase()))?;
		}
		let is_early = round.phase < Phase::Attest;
		ensure!(!is_early || Attestations::<T>::get(id).is_empty(), "somebody attested too early");
		Ok(())
	}

	/// A list has an entry for each member, and no other.
	fn try_state_list(
		round: &RoundOf<T>,
		accounts: &[NodeKey],
		members: Members,
	) -> Result<(), TryRuntimeError> {
		ensure!(accounts.len() == usize::from(members.count()), "a list misses a member");
		let places: BTreeSet<_> =
			accounts.iter().filter_map(|account| round.place_of(account)).collect();
		ensure!(places.len() == accounts.len(), "a list has somebody twice, or a stranger");
		ensure!(places.iter().all(|place| members.contains(*place)), "a list has no member");
		Ok(())
	}

	/// Details are of rounds that are kept.
	fn try_state_details() -> Result<(), TryRuntimeError> {
		let is_kept = |id| Rounds::<T>::contains_key(id) || EndedRounds::<T>::contains_key(id);
		ensure!(Announcements::<T>::iter_keys().all(is_kept), "keys of no round");
		ensure!(Files::<T>::iter_keys().all(|(id, _)| is_kept(id)), "files of no round");
		ensure!(Attestations::<T>::iter_keys().all(is_kept), "attestations of no round");
		Ok(())
	}

	/// Summaries are listed, each once, under their jobs; and they follow earlier ones.
	fn try_state_summaries() -> Result<(), TryRuntimeError> {
		let mut listed = 0_usize;
		for (job, ended) in EndedRoundsOf::<T>::iter() {
			ensure!(
				ended.is_sorted_by(|one, next| one < next),
				"rounds of a job are not ascending"
			);
			for id in ended {
				let summary = Summaries::<T>::get(id).ok_or("a round that is listed is unknown")?;
				ensure!(summary.job == job, "a round is listed under another job");
				let is_later = summary.order.previous.is_none_or(|previous| previous < id);
				ensure!(is_later, "a round starts from a later one");
				listed = listed.saturating_add(1);
			}
		}
		ensure!(listed == Summaries::<T>::iter_keys().count(), "a summary is not listed");
		Ok(())
	}

	/// Nobody missed more rounds than there were, and what is too old goes.
	fn try_state_attendance() -> Result<(), TryRuntimeError> {
		let (oldest, now) = (OldestAttendance::<T>::get(), T::Epochs::current_epoch());
		for (epoch, _, attendance) in RoundsAttendance::<T>::iter() {
			ensure!(oldest.is_some_and(|oldest| oldest <= epoch), "attendance is never forgotten");
			ensure!(epoch <= now, "rounds of an epoch to come were attended");
			let is_right = |entry: &r1_primitives::learning::Attendance| {
				entry.rounds > 0 && entry.missed <= entry.rounds
			};
			ensure!(attendance.iter().all(is_right), "more rounds were missed than there were");
			let deeds: BTreeSet<_> = attendance.iter().map(|entry| entry.deed).collect();
			ensure!(deeds.len() == attendance.len(), "a deed is counted twice");
		}
		Ok(())
	}
}
