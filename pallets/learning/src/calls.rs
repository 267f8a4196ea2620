// SPDX-License-Identifier: Apache-2.0

//! What may be asked of the pallet; imported into the pallet.
//!
//! The owner's calls come first, then the nodes'.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod calls {
	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Opens a round of learning for the nodes that run a job now.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with the right to update jobs, signed.
		///
		/// ## Details
		///
		/// A job has one open round at most. Whoever runs the job when the round is opened may take
		/// part, and is paid less if it does not. A round that starts from another one names the model
		/// that this one's model and aggregate make; nodes check that, the chain does not.
		///
		/// ## Errors
		///
		/// Those of the job: it is unknown, or not the caller's. [`Error::LengthOutOfBounds`],
		/// [`Error::MinimumOutOfBounds`], [`Error::ThresholdOutOfBounds`],
		/// [`Error::TooManyScaleBits`], [`Error::NothingToSend`], [`Error::SumCouldOverflow`],
		/// [`Error::NoiseOutOfBounds`], [`Error::NoisyWeights`], [`Error::NoisyClip`],
		/// [`Error::EmptyCid`], [`Error::WindowTooShort`], [`Error::WindowTooLong`],
		/// [`Error::UploadWindowTooShort`], [`Error::UnknownPrevious`], [`Error::PreviousFailed`],
		/// [`Error::OtherLength`], [`Error::TooFewParticipants`], [`Error::TooManyParticipants`],
		/// [`Error::RoundAlreadyOpen`].
		///
		/// ## Events
		///
		/// [`Event::RoundOpened`], after that of the job's last round if it had not ended yet
		#[pallet::call_index(0)]
		pub fn open_round(origin: OriginFor<T>, job: JobId, order: RoundOrder) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_open_round(who, job, order)
		}

		/// Closes an open round before its end.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with the right to update jobs, signed.
		///
		/// ## Details
		///
		/// It counts for nobody. A round whose time is over is not open, even if it is still stored.
		///
		/// ## Errors
		///
		/// [`Error::RoundNotOpen`]; or the job is not the caller's.
		///
		/// ## Events
		///
		/// [`Event::RoundFailed`]
		#[pallet::call_index(1)]
		pub fn close_round(origin: OriginFor<T>, round: RoundId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_close_round(&who, round)
		}

		/// Announces the keys of a participant: it accepts the round's terms.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is that of the participant's node, ed25519, over an
		/// [`AnnounceBody`](r1_primitives::learning::AnnounceBody).
		///
		/// ## Details
		///
		/// Free of charge, once in a round. When the last participant has announced, the next phase
		/// begins at once.
		///
		/// ## Errors
		///
		/// [`Error::RoundNotOpen`], [`Error::PhaseOver`], [`Error::NotParticipant`],
		/// [`Error::AlreadyPublished`].
		///
		/// ## Events
		///
		/// [`Event::Announced`], and [`Event::PhaseEntered`] if that began a phase
		#[pallet::call_index(2)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_announce())]
		#[pallet::authorize(Self::authorize_announce)]
		pub fn announce(
			origin: OriginFor<T>,
			round: RoundId,
			announcement: Announcement,
			_signature: ed25519::Signature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_announce(round, announcement)
		}

		/// Publishes a file of a participant: shares, an update, or what it reveals.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is that of the participant's node, ed25519, over a
		/// [`PublishBody`](r1_primitives::learning::PublishBody).
		///
		/// ## Details
		///
		/// Free of charge, one file of each kind in a round, in the phase of its kind, by who has
		/// published in the phase before. When the last of those has published, the next phase begins
		/// at once.
		///
		/// ## Errors
		///
		/// [`Error::RoundNotOpen`], [`Error::PhaseNotBegun`], [`Error::PhaseOver`],
		/// [`Error::NotParticipant`], [`Error::DroppedOut`], [`Error::AlreadyPublished`],
		/// [`Error::EmptyCid`].
		///
		/// ## Events
		///
		/// [`Event::Published`], and [`Event::PhaseEntered`] if that began a phase
		#[pallet::call_index(3)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_publish())]
		#[pallet::authorize(Self::authorize_publish)]
		pub fn publish(
			origin: OriginFor<T>,
			round: RoundId,
			kind: FileKind,
			publication: Publication,
			_signature: ed25519::Signature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_publish(round, kind, publication)
		}

		/// Attests what an aggregator came to: the sum, or why there is none.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is that of the node of an oracle of the current epoch, ed25519, over
		/// an [`AttestBody`](r1_primitives::learning::AttestBody).
		///
		/// ## Details
		///
		/// Free of charge, once in a round, and final. While all oracles say the same, two of them
		/// decide, or the only one there is. Once two have contradicted each other, more than two thirds
		/// of all must say the same.
		///
		/// ## Errors
		///
		/// [`Error::RoundNotOpen`], [`Error::PhaseNotBegun`], [`Error::NotOracle`],
		/// [`Error::AlreadyAttested`], [`Error::EmptyCid`], [`Error::WrongContributors`],
		/// [`Error::NamedWrongly`].
		///
		/// ## Events
		///
		/// [`Event::Attested`]; [`Event::RoundDisputed`] if it contradicts; [`Event::RoundCompleted`] or
		/// [`Event::RoundFailed`] if it decides
		#[pallet::call_index(4)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_attest())]
		#[pallet::authorize(Self::authorize_attest)]
		pub fn attest(
			origin: OriginFor<T>,
			round: RoundId,
			oracle: NodeKey,
			verdict: Verdict,
			_signature: ed25519::Signature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_attest(round, &oracle, verdict)
		}
	}
}
