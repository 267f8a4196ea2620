// SPDX-License-Identifier: Apache-2.0

//! Opening a round and closing it.

use crate::{
	Config, Error, Event, Failure, Members, NextRoundId, OpenRoundOf, Outcome, Pallet, Participant,
	PerParticipant, Round, RoundOf, RoundOrder, Rounds, Summaries, Windows,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use r1_primitives::{
	JobId,
	learning::{PARTICIPANTS_MIN, Phase, RoundId, SpecError},
	traits::{DeedInspect, JobInspect},
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult, Saturating};

/// Parameters that an upload window has a block for: 1 MB of an update.
///
/// Whoever opens a round could otherwise let every node miss it.
pub const PARAMETERS_PER_BLOCK: u32 = 1 << 17;

impl<T: Config> Pallet<T> {
	/// Opens a round of a job for the nodes that run it now.
	pub(crate) fn do_open_round(
		opener: AccountId32,
		job: JobId,
		order: RoundOrder,
	) -> DispatchResult {
		T::Jobs::ensure_may_direct(job, &opener)?;
		Self::check_order(job, &order)?;
		let participants = Self::participants_of(job, order.spec.minimum)?;
		Self::end_if_lapsed(job)?;

		let id = NextRoundId::<T>::get();
		NextRoundId::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let now = frame_system::Pallet::<T>::block_number();
		// Saturating: block numbers do not end within the life of a chain.
		let ends_at = now.saturating_add(order.windows.announce.into());
		Rounds::<T>::insert(
			id,
			Round {
				job,
				opener: opener.clone(),
				opened_at: now,
				order: order.clone(),
				participants: participants.clone(),
				phase: Phase::Announce,
				ends_at,
				announced: Members::default(),
				shared: Members::default(),
				uploaded: Members::default(),
				revealed: Members::default(),
				is_disputed: false,
			},
		);
		OpenRoundOf::<T>::insert(job, id);
		Self::deposit_event(Event::RoundOpened {
			round: id,
			job,
			opener,
			order,
			participants,
			ends_at,
		});
		Ok(())
	}

	/// Closes an open round; nobody is paid less for it.
	pub(crate) fn do_close_round(who: &AccountId32, id: RoundId) -> DispatchResult {
		let (round, _) = Self::standing(id)?;
		T::Jobs::ensure_may_direct(round.job, who)?;
		Self::end_round(id, round, Outcome::Failed(Failure::Closed));
		Ok(())
	}

	/// Ends the round of a job that is stored as open, if its time is over; fails if it is not.
	fn end_if_lapsed(job: JobId) -> DispatchResult {
		let Some((id, mut round)) = Self::stored_round_of(job) else { return Ok(()) };
		let failure = round.progress(frame_system::Pallet::<T>::block_number());
		let failure = failure.ok_or(Error::<T>::RoundAlreadyOpen)?;
		Self::end_round(id, round, Outcome::Failed(failure));
		Ok(())
	}

	fn stored_round_of(job: JobId) -> Option<(RoundId, RoundOf<T>)> {
		let id = OpenRoundOf::<T>::get(job)?;
		Rounds::<T>::get(id).map(|round| (id, round))
	}

	/// Checks what a round is opened with.
	fn check_order(job: JobId, order: &RoundOrder) -> DispatchResult {
		order.spec.check().map_err(Error::<T>::from)?;
		ensure!(!order.model.is_empty(), Error::<T>::EmptyCid);
		Self::check_windows(&order.windows, order.spec.length)?;
		let Some(previous) = order.previous else { return Ok(()) };
		let previous = Summaries::<T>::get(previous).filter(|summary| summary.job == job);
		let previous = previous.ok_or(Error::<T>::UnknownPrevious)?;
		let is_completed = matches!(previous.outcome, Outcome::Completed(_));
		ensure!(is_completed, Error::<T>::PreviousFailed);
		ensure!(previous.order.spec.length == order.spec.length, Error::<T>::OtherLength);
		Ok(())
	}

	fn check_windows(windows: &Windows, length: u32) -> Result<(), Error<T>> {
		let shortest = T::WindowBlocksMin::get();
		ensure!(windows.all().iter().all(|blocks| shortest <= *blocks), Error::<T>::WindowTooShort);
		let longest = T::WindowBlocksMax::get();
		ensure!(windows.all().iter().all(|blocks| *blocks <= longest), Error::<T>::WindowTooLong);
		let for_bytes = length.div_ceil(PARAMETERS_PER_BLOCK);
		ensure!(for_bytes <= windows.upload, Error::<T>::UploadWindowTooShort);
		Ok(())
	}

	/// The nodes that are linked to the deeds on which a job runs, ascending.
	fn participants_of(
		job: JobId,
		minimum: u8,
	) -> Result<PerParticipant<Participant>, DispatchError> {
		let deeds = T::Jobs::deeds_of(job).into_iter().filter(|deed| T::Deeds::is_active(*deed));
		let mut participants: Vec<_> = deeds
			.filter_map(|deed| T::Deeds::node_of(deed).map(|account| Participant { account, deed }))
			.collect();
		participants.sort_unstable_by(|one, other| one.account.cmp(&other.account));
		let is_enough = participants.len() >= usize::from(minimum.max(PARTICIPANTS_MIN));
		ensure!(is_enough, Error::<T>::TooFewParticipants);
		PerParticipant::try_from(participants).map_err(|_| Error::<T>::TooManyParticipants.into())
	}
}

impl<T> From<SpecError> for Error<T> {
	fn from(error: SpecError) -> Self {
		match error {
			SpecError::Length => Self::LengthOutOfBounds,
			SpecError::Minimum => Self::MinimumOutOfBounds,
			SpecError::Threshold => Self::ThresholdOutOfBounds,
			SpecError::ScaleBits => Self::TooManyScaleBits,
			SpecError::Zero => Self::NothingToSend,
			SpecError::Overflow => Self::SumCouldOverflow,
			SpecError::Noise => Self::NoiseOutOfBounds,
			SpecError::NoisyWeights => Self::NoisyWeights,
			SpecError::NoisyClip => Self::NoisyClip,
		}
	}
}
