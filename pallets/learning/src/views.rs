// SPDX-License-Identifier: Apache-2.0

//! What daemons and people ask: rounds as they stand in a block, and what a node has to do.

use crate::{
	Announcements, Attestations, Config, Duty, EndedRounds, EndedRoundsOf, Files, OpenRoundOf,
	Outcome, Pallet, RoundInfo, RoundList, RoundOf, Rounds,
};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{
	JobId, NodeKey,
	learning::{FileKind, Phase, RoundId},
	traits::OracleInspect,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
	/// The rounds of a job that are known.
	pub(crate) fn list_of(job: JobId) -> RoundList {
		let open = OpenRoundOf::<T>::get(job).filter(|id| Self::standing(*id).is_ok());
		RoundList { open, ended: EndedRoundsOf::<T>::get(job).into_inner() }
	}

	/// All that is known of a round whose details are kept.
	pub(crate) fn info_of(id: RoundId) -> Option<RoundInfo<BlockNumberFor<T>>> {
		let (round, outcome) = match Rounds::<T>::get(id) {
			Some(mut round) => {
				let failure = round.progress(frame_system::Pallet::<T>::block_number());
				(round, failure.map(Outcome::Failed))
			},
			None => {
				let ended = EndedRounds::<T>::get(id)?;
				(ended.round, Some(ended.outcome))
			},
		};
		let files = |kind| Files::<T>::get(id, kind).into_inner();
		Some(RoundInfo {
			id,
			round,
			announced: Announcements::<T>::get(id).into_inner(),
			shared: files(FileKind::Shares),
			uploaded: files(FileKind::Upload),
			revealed: files(FileKind::Reveal),
			attestations: Attestations::<T>::get(id).into_iter().collect(),
			outcome,
		})
	}

	/// The rounds that are open now, with their jobs, ascending.
	pub(crate) fn list_open() -> Vec<(RoundId, JobId)> {
		let mut open: Vec<_> = Self::standing_rounds().map(|(id, round)| (id, round.job)).collect();
		open.sort_unstable();
		open
	}

	/// What a node has to do now, ascending by round.
	pub(crate) fn list_duties(node: &AccountId32) -> Vec<Duty<BlockNumberFor<T>>> {
		let is_oracle = T::Oracles::oracle_nodes().contains(node);
		let key: NodeKey = node.clone().into();
		let is_due = |(id, round): &(RoundId, RoundOf<T>)| match round.phase {
			Phase::Attest => is_oracle && !Attestations::<T>::get(*id).contains_key(node),
			phase => round.place_of(&key).is_some_and(|place| {
				round.invited_to(phase).without(round.members_of(phase)).contains(place)
			}),
		};
		let mut duties: Vec<_> = Self::standing_rounds()
			.filter(is_due)
			.map(|(id, round)| Duty {
				round: id,
				job: round.job,
				phase: round.phase,
				until: round.ends_at,
			})
			.collect();
		duties.sort_unstable_by_key(|duty| duty.round);
		duties
	}

	/// Every open round as it stands now.
	fn standing_rounds() -> impl Iterator<Item = (RoundId, RoundOf<T>)> {
		let now = frame_system::Pallet::<T>::block_number();
		Rounds::<T>::iter()
			.filter_map(move |(id, mut round)| round.progress(now).is_none().then_some((id, round)))
	}
}
