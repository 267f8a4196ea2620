// SPDX-License-Identifier: Apache-2.0

//! Why a call fails, and what to do about it; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	/// Why a call failed; nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// The epoch is not over yet: report when it is.
		EpochNotOver,
		/// The epoch was skipped, so nobody can report on it.
		EpochUnknown,
		/// The oracle's position is not in the epoch's set.
		UnknownOracle,
		/// Commitments for this epoch are not taken any more.
		CommitWindowClosed,
		/// The oracle has committed to a report already.
		AlreadyCommitted,
		/// Reveals for this epoch are not taken yet.
		RevealWindowNotOpen,
		/// Reveals for this epoch are not taken any more.
		RevealWindowClosed,
		/// The oracle has not committed to a report, so it has nothing to reveal.
		NotCommitted,
		/// The oracle has revealed this page already.
		AlreadyRevealed,
		/// The report has no such page.
		UnknownPage,
		/// There must be one hash for each page of the report.
		WrongPageCount,
		/// Pages of availability come first, and the last page is the one of work.
		WrongPageKind,
		/// Entries of work must be strictly ascending by job and deed.
		WorkNotAscending,
		/// The oracle contradicted itself in this epoch, and has no say in it any more.
		OracleExcluded,
		/// The epoch is not one without agreement that still waits for governance.
		EpochNotUnsettled,
		/// A job has more nodes in the page of work than it can have.
		TooManyDeedsForJob,
		/// Misconduct of this oracle in this epoch is proven already.
		AlreadyProven,
		/// The two things that the oracle signed do not contradict each other, or are not of this
		/// oracle and epoch.
		NotMisconduct,
		/// A signature in the evidence is not the oracle's.
		InvalidEvidenceSignature,
		/// Only a deed's owner or its node may announce maintenance.
		NotDeedOwnerOrNode,
		/// Maintenance is announced before its epoch begins, and at most `MaintenanceAheadMax`
		/// epochs ahead.
		MaintenanceOutOfRange,
		/// The window is empty, reaches beyond its epoch, or is longer than an epoch allows.
		InvalidMaintenanceWindow,
		/// A window that was announced for the deed is not over; it cannot be taken back.
		MaintenancePending,
		/// The job does not wait for a placement in this round.
		JobNotWaiting,
		/// The job cannot run on these deeds.
		PlacementInvalid,
		/// The ballot was cast in a block that does not exist yet.
		BallotFromFuture,
		/// The ballot was cast too long ago.
		BallotExpired,
		/// The oracle has cast this ballot, or a newer one, already.
		BallotNotNewer,
		/// More oracles vote than there can be.
		TooManyBallots,
		/// Roots are not strictly ascending by job and deed.
		AnchorsNotAscending,
		/// Governance says what was available and what work was done, not what jobs stored.
		AnchorsOfGovernance,
	}
}
