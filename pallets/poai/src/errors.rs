// SPDX-License-Identifier: Apache-2.0

//! Why a call fails, and what to do about it; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	/// Why something was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The deposit is below the minimum: deposit more.
		DepositTooSmall,
		/// The caller has no escrow: deposit first.
		NoEscrow,
		/// The escrow has less free than is needed: deposit more.
		InsufficientEscrow,
		/// The amount to withdraw is zero.
		NothingToWithdraw,
		/// The withdrawal would leave less than a deposit's minimum: withdraw all, or less.
		RemainderTooSmall,
		/// The network offers this resource class no more: choose another.
		DeprecatedResources,
		/// No resource class has this number.
		UnknownResources,
		/// A job needs at least one replica.
		NoReplicas,
		/// A job cannot have so many replicas.
		TooManyReplicas,
		/// The job is too short.
		TooFewEpochs,
		/// The job is too long.
		TooManyEpochs,
		/// The job has no specification: upload it and give its CID.
		EmptySpecification,
		/// The owner has as many live jobs as are allowed: end one first.
		TooManyJobs,
		/// There is no such job, or it is closed.
		UnknownJob,
		/// Only the owner of a job, or a delegate of the owner, may do this.
		NotJobOwner,
		/// The job ends with the current epoch or has ended; the rest is refunded as it settles.
		JobAlreadyEnding,
		/// The job does not wait for a placement.
		NotAwaitingPlacement,
		/// The placement is for another round of the job.
		WrongRound,
		/// A placement needs at least one deed.
		EmptyPlacement,
		/// The placement has more deeds than the job has replicas.
		TooManyDeeds,
		/// The deeds of a placement must be strictly ascending.
		DeedsNotAscending,
		/// A deed of the placement has no linked node or is banned.
		DeedNotActive,
		/// The caller has earned nothing since the last claim.
		NothingAccrued,
		/// There is no median price of R1 yet, so nothing can be swapped safely.
		PriceUnavailable,
		/// The epoch is not decided yet.
		EpochUndecided,
		/// A deed of the placement is a master or genesis deed, which does no paid work: choose
		/// Node Deeds only.
		DeedNotForWork,
		/// The job has this specification already.
		SameSpecification,
		/// A class needs a name of visible characters.
		InvalidClassName,
		/// A class costs something, and not more than the limit: check the unit, 10^-6 USDC.
		InvalidClassPrice,
		/// A class has CPU and memory, and storage unless it is native, which has all there is.
		InvalidClassShape,
		/// Jobs were ordered for the machine of this class: give another machine another number.
		ClassShapeFixed,
		/// The caller is neither the owner of the escrow nor a delegate; or the account is none.
		NotDelegate,
		/// The delegate may not do this: the owner must give it the right.
		RightMissing,
		/// A delegate needs a right, and only rights that there are.
		InvalidRights,
		/// An owner needs no rights to the own escrow.
		DelegateIsOwner,
		/// The escrow has as many delegates as are allowed: remove one first.
		TooManyDelegates,
		/// An extension needs at least one epoch.
		NothingToExtend,
		/// The job has ended: order another.
		JobEnded,
		/// The job has as many replicas, or more.
		NotMoreReplicas,
		/// The job may still spend all that it holds.
		NothingUnused,
		/// The job costs more than the order allows: its price has changed, so ask for it again.
		CostAboveMaximum,
	}
}
