// SPDX-License-Identifier: Apache-2.0

//! What may be asked of the pallet; imported into the pallet.
//!
//! The oracles' calls come first, then anybody's, then governance's.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod calls {
	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Commits an oracle to its report of an epoch that is over.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is the oracle's, over a [`CommitBody`].
		///
		/// ## Details
		///
		/// `oracle` is a position in the epoch's snapshot, and `commitment` is
		/// `blake2_256(SCALE(epoch, oracle, salt, page hashes))`. It is final. When every oracle
		/// has committed, the reveal window opens early. Free of charge.
		///
		/// A second commitment to something else is taken as the proof of misconduct that it is:
		/// the oracle has no say in the epoch. What a conviction weighs is given back if there is
		/// none.
		///
		/// ## Errors
		///
		/// - [`Error::EpochNotOver`], [`Error::EpochUnknown`], [`Error::CommitWindowClosed`]
		/// - [`Error::UnknownOracle`], [`Error::OracleExcluded`], [`Error::AlreadyCommitted`]
		///
		/// ## Events
		///
		/// - [`Event::ReportCommitted`], or [`Event::MisconductProven`]
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::commit()
			.saturating_add(<T as Config>::WeightInfo::convict()))]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_commit())]
		#[pallet::authorize(Self::authorize_commit)]
		pub fn commit(
			origin: OriginFor<T>,
			epoch: EpochIndex,
			oracle: OracleIndex,
			commitment: Commitment,
			_signature: SignatureOf<T>,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let verdict = Self::do_commit(epoch, oracle, commitment)?;
			Ok(verdict.post_info(<T as Config>::WeightInfo::commit()))
		}

		/// Reveals one page of the report that an oracle committed to.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is the oracle's, over a [`RevealBody`].
		///
		/// ## Details
		///
		/// `page_hashes` and `salt` are those of the commitment, and `contents` has the hash at
		/// `page`. A report counts when all of its pages are revealed. When all oracles have
		/// revealed everything, the window closes early. Free of charge.
		///
		/// A page of something else is taken as the proof of misconduct that it is: the oracle has
		/// no say in the epoch. What a conviction weighs is given back if there is none.
		///
		/// ## Errors
		///
		/// - [`Error::EpochNotOver`], [`Error::EpochUnknown`]
		/// - [`Error::RevealWindowNotOpen`], [`Error::RevealWindowClosed`]
		/// - [`Error::UnknownOracle`], [`Error::OracleExcluded`], [`Error::NotCommitted`],
		///   [`Error::AlreadyRevealed`]
		/// - [`Error::UnknownPage`], [`Error::WrongPageCount`], [`Error::WrongPageKind`],
		///   [`Error::WorkNotAscending`]
		///
		/// ## Events
		///
		/// - [`Event::ReportRevealed`], or [`Event::MisconductProven`]
		#[pallet::call_index(1)]
		#[pallet::weight(<T as Config>::WeightInfo::reveal()
			.saturating_add(<T as Config>::WeightInfo::convict()))]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_reveal())]
		#[pallet::authorize(Self::authorize_reveal)]
		pub fn reveal(
			origin: OriginFor<T>,
			epoch: EpochIndex,
			oracle: OracleIndex,
			page: PageIndex,
			contents: ReportPage,
			page_hashes: PageHashes<T>,
			salt: Salt,
			_signature: SignatureOf<T>,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let reveal = Reveal {
				epoch,
				oracle,
				page,
				contents: &contents,
				page_hashes: &page_hashes,
				salt: &salt,
			};
			let verdict = Self::do_reveal(&reveal)?;
			Ok(verdict.post_info(<T as Config>::WeightInfo::reveal()))
		}

		/// Votes on where a job that waits for a placement shall run.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is the oracle's, over a [`VoteBody`].
		///
		/// ## Details
		///
		/// `oracle` is a position in the current epoch's snapshot. A newer ballot of an oracle
		/// replaces its older one. When more than two thirds of the oracles name the same deeds,
		/// the job is placed there and its ballots are deleted. Free of charge.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownOracle`], [`Error::JobNotWaiting`], [`Error::PlacementInvalid`]
		/// - [`Error::BallotFromFuture`], [`Error::BallotExpired`], [`Error::BallotNotNewer`]
		///
		/// ## Events
		///
		/// - [`Event::PlacementVoted`], and [`Event::PlacementAgreed`] if it decides
		#[pallet::call_index(2)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_vote_placement())]
		#[pallet::authorize(Self::authorize_vote_placement)]
		pub fn vote_placement(
			origin: OriginFor<T>,
			oracle: OracleIndex,
			ballot: BallotOf<T>,
			_signature: SignatureOf<T>,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_vote_placement(oracle, &ballot)
		}

		/// Proves the misconduct of an oracle by its own signatures.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anybody, who is rewarded by whoever punishes.
		///
		/// ## Details
		///
		/// `oracle` is a position in the epoch's snapshot, which is kept for
		/// [`Config::EvidenceEpochs`]. If the epoch is not settled yet, the oracle has no say in it.
		///
		/// ## Errors
		///
		/// - [`Error::EpochUnknown`], [`Error::UnknownOracle`]: nobody is known whom it could prove
		///   anything against, or not any more.
		/// - [`Error::AlreadyProven`]: the first proof counts.
		/// - [`Error::NotMisconduct`], [`Error::InvalidEvidenceSignature`]: it proves nothing.
		///
		/// ## Events
		///
		/// - [`Event::MisconductProven`]
		#[pallet::call_index(3)]
		pub fn report_misconduct(
			origin: OriginFor<T>,
			epoch: EpochIndex,
			oracle: OracleIndex,
			evidence: EvidenceOf<T>,
		) -> DispatchResult {
			let reporter = ensure_signed(origin)?;
			Self::do_report_misconduct(&reporter, epoch, oracle, &evidence)
		}

		/// Announces that a deed's node will be away in some slots of an epoch to come.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner or by its node.
		///
		/// ## Details
		///
		/// The slots count neither for nor against the node, whether it is there or not. At most one
		/// in 24 slots of an epoch, and one window for a deed at a time: it stands until its epoch is
		/// over. It is kept beside the next one until the oracles have reported on its epoch.
		///
		/// ## Errors
		///
		/// - [`Error::NotDeedOwnerOrNode`]: not a deed of the caller.
		/// - [`Error::MaintenanceOutOfRange`], [`Error::InvalidMaintenanceWindow`]: not a window
		///   that can be announced now.
		/// - [`Error::MaintenancePending`]: another one was, or two of late are still reported on.
		///
		/// ## Events
		///
		/// - [`Event::MaintenanceAnnounced`]
		#[pallet::call_index(4)]
		pub fn announce_maintenance(
			origin: OriginFor<T>,
			deed: DeedId,
			window: Maintenance,
		) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_announce_maintenance(&caller, deed, window)
		}

		/// Says what was in an epoch that the oracles did not agree on.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Details
		///
		/// `pages` is a whole report, as an oracle would have made it. Suspended deeds get nothing
		/// all the same. Possible until the epoch is decided for good, which is
		/// [`GraceEpochs`] epochs later.
		///
		/// ## Errors
		///
		/// - [`Error::EpochUnknown`], [`Error::EpochNotUnsettled`]: nothing to say about it.
		/// - [`Error::WrongPageCount`], [`Error::WrongPageKind`], [`Error::WorkNotAscending`],
		///   [`Error::TooManyDeedsForJob`]: not a report.
		///
		/// ## Events
		///
		/// - [`Event::EpochSettledByGovernance`]
		#[pallet::call_index(5)]
		#[pallet::weight(<T as Config>::WeightInfo::settle_unsettled(
			// Bounded by `PagesMax` and the entries of a page.
			pages.len() as u32,
			work_entries(pages),
		))]
		pub fn settle_unsettled(
			origin: OriginFor<T>,
			epoch: EpochIndex,
			pages: BoundedVec<ReportPage, ReportPagesMax<T>>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_settle_unsettled(epoch, &pages)
		}

		/// Decides that an epoch without agreement pays nothing, before the time for that has come.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// - [`Error::EpochUnknown`], [`Error::EpochNotUnsettled`]
		///
		/// ## Events
		///
		/// - [`Event::EpochVoided`]
		#[pallet::call_index(6)]
		pub fn void_epoch(origin: OriginFor<T>, epoch: EpochIndex) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_void_epoch(epoch)
		}
	}
}
