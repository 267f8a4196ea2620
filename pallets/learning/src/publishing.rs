// SPDX-License-Identifier: Apache-2.0

//! What participants announce and publish.

use crate::{Announcements, Config, Error, Event, Files, Pallet, Publication, RoundOf};
use frame_support::ensure;
use r1_primitives::{
	NodeKey,
	learning::{Announcement, FileKind, Phase, RoundId},
};
use sp_runtime::DispatchResult;

/// A round, and who may publish in it.
pub(crate) struct Checked<T: Config> {
	/// As it stands now.
	pub(crate) round: RoundOf<T>,
	/// The phase that it is stored in.
	pub(crate) stored: Phase,
	/// The participant's place.
	pub(crate) place: usize,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_announce(id: RoundId, announcement: Announcement) -> DispatchResult {
		let checked = Self::check_announcement(id, &announcement)?;
		// There is room for all participants.
		Announcements::<T>::try_append(id, announcement)
			.map_err(|()| Error::<T>::TooManyParticipants)?;
		Self::deposit_event(Event::Announced { round: id, announcement });
		Self::admit(id, checked);
		Ok(())
	}

	pub(crate) fn do_publish(
		id: RoundId,
		kind: FileKind,
		publication: Publication,
	) -> DispatchResult {
		let checked = Self::check_publication(id, kind, &publication)?;
		// There is room for all participants.
		Files::<T>::try_append(id, kind, publication.clone())
			.map_err(|()| Error::<T>::TooManyParticipants)?;
		Self::deposit_event(Event::Published { round: id, kind, publication });
		Self::admit(id, checked);
		Ok(())
	}

	/// Whether keys can be announced now.
	pub(crate) fn check_announcement(
		id: RoundId,
		announcement: &Announcement,
	) -> Result<Checked<T>, Error<T>> {
		Self::check_turn(id, Phase::Announce, &announcement.account)
	}

	/// Whether a file can be published now.
	pub(crate) fn check_publication(
		id: RoundId,
		kind: FileKind,
		publication: &Publication,
	) -> Result<Checked<T>, Error<T>> {
		let checked = Self::check_turn(id, kind.phase(), &publication.account)?;
		ensure!(!publication.cid.is_empty(), Error::<T>::EmptyCid);
		Ok(checked)
	}

	/// Whether it is a participant's turn to publish in a phase.
	fn check_turn(id: RoundId, phase: Phase, account: &NodeKey) -> Result<Checked<T>, Error<T>> {
		let (round, stored) = Self::standing(id)?;
		ensure!(phase <= round.phase, Error::<T>::PhaseNotBegun);
		ensure!(round.phase <= phase, Error::<T>::PhaseOver);
		let place = round.place_of(account).ok_or(Error::<T>::NotParticipant)?;
		ensure!(round.invited_to(phase).contains(place), Error::<T>::DroppedOut);
		ensure!(!round.members_of(phase).contains(place), Error::<T>::AlreadyPublished);
		Ok(Checked { round, stored, place })
	}

	/// Notes that a participant has published; the phase is over if it was the last one.
	fn admit(id: RoundId, checked: Checked<T>) {
		let Checked { mut round, stored, place } = checked;
		round.admit(place);
		round.end_phase_early(frame_system::Pallet::<T>::block_number());
		Self::store(id, &round, stored);
	}
}
