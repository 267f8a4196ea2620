// SPDX-License-Identifier: Apache-2.0

//! What may be asked of the pallet; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod calls {
	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Moves USDC of the caller into the caller's escrow, and opens the escrow if needed.
		///
		/// ## Dispatch Origin
		///
		/// Any signed account.
		///
		/// ## Errors
		///
		/// [`Error::DepositTooSmall`]; or the caller has less USDC.
		///
		/// ## Events
		///
		/// [`Event::EscrowDeposited`]
		#[pallet::call_index(0)]
		pub fn deposit(origin: OriginFor<T>, #[pallet::compact] amount: u128) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deposit(&who, amount)
		}

		/// Moves free USDC of the caller's escrow back to the caller.
		///
		/// ## Dispatch Origin
		///
		/// The escrow's owner, signed.
		///
		/// ## Errors
		///
		/// [`Error::NothingToWithdraw`], [`Error::NoEscrow`], [`Error::InsufficientEscrow`],
		/// [`Error::RemainderTooSmall`].
		///
		/// ## Events
		///
		/// [`Event::EscrowWithdrawn`]
		#[pallet::call_index(1)]
		pub fn withdraw(origin: OriginFor<T>, #[pallet::compact] amount: u128) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(&who, amount)
		}

		/// Orders a job and pays for it from the caller's escrow.
		///
		/// ## Dispatch Origin
		///
		/// Any signed account that has an escrow.
		///
		/// ## Details
		///
		/// Costs `price * replicas * epochs` in advance. The current epoch counts as the first; if
		/// the job is placed in a later one, its end moves by the delay.
		///
		/// ## Errors
		///
		/// [`Error::DeprecatedResources`], [`Error::UnknownResources`], [`Error::NoReplicas`],
		/// [`Error::TooManyReplicas`], [`Error::TooFewEpochs`], [`Error::TooManyEpochs`],
		/// [`Error::EmptySpecification`], [`Error::CostAboveMaximum`], [`Error::NoEscrow`],
		/// [`Error::TooManyJobs`], [`Error::InsufficientEscrow`].
		///
		/// ## Events
		///
		/// [`Event::JobCreated`]
		#[pallet::call_index(2)]
		pub fn create_job(origin: OriginFor<T>, order: Order) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_create_job(who, order)
		}

		/// Ends a job early.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with [`Rights::CLOSE_JOBS`], signed.
		///
		/// ## Details
		///
		/// A job that never ran closes at once and is refunded in full. A running job ends with
		/// the current epoch. What its nodes may earn up to there stays in the job, all else is
		/// refunded now; when the last of them settles, the job closes and the rest is refunded.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::RightMissing`],
		/// [`Error::JobAlreadyEnding`].
		///
		/// ## Events
		///
		/// [`Event::JobClosed`] or [`Event::JobEnding`]
		#[pallet::call_index(3)]
		pub fn close_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_close_job(&who, job)
		}

		/// Pays the caller all that its deeds have earned by work.
		///
		/// ## Dispatch Origin
		///
		/// Any signed account that has accrued rewards.
		///
		/// ## Details
		///
		/// In USDC if `r1_minimum` is `None`. Otherwise all of it is swapped, and the caller gets
		/// at least that much R1 or nothing changes.
		///
		/// ## Errors
		///
		/// [`Error::NothingAccrued`]; or the pool yields less than `r1_minimum`.
		///
		/// ## Events
		///
		/// [`Event::RewardsClaimed`]
		#[pallet::call_index(4)]
		#[pallet::weight(match r1_minimum {
			None => <T as Config>::WeightInfo::claim_in_usdc(),
			Some(_) => <T as Config>::WeightInfo::claim_in_r1(),
		})]
		pub fn claim(origin: OriginFor<T>, r1_minimum: Option<u128>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_claim(who, r1_minimum)
		}

		/// Changes what a job is: its nodes run the new specification from now on.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with [`Rights::UPDATE_JOBS`], signed.
		///
		/// ## Details
		///
		/// Its price, its replicas, its end and where it runs stay as they are. Secrets that are
		/// sealed for the job's nodes get into a specification this way, because whom to seal them
		/// for is known only when the job is placed.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::RightMissing`],
		/// [`Error::EmptySpecification`], [`Error::SameSpecification`].
		///
		/// ## Events
		///
		/// [`Event::JobUpdated`]
		#[pallet::call_index(5)]
		pub fn update_job(
			origin: OriginFor<T>,
			job: JobId,
			specification: Specification,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_job(&who, job, specification)
		}

		/// Adds a resource class to the table, or changes it for orders to come.
		///
		/// ## Dispatch Origin
		///
		/// `GovernanceOrigin`.
		///
		/// ## Details
		///
		/// A job keeps the price that it was ordered at, and a class its machine: only its name, its
		/// price and its offer change. A class that is offered no more takes no orders, and jobs of
		/// it cannot be made longer or larger; they go on as they are.
		///
		/// ## Errors
		///
		/// [`Error::DeprecatedResources`] for the numbers 10 to 15, [`Error::InvalidClassName`],
		/// [`Error::InvalidClassPrice`], [`Error::InvalidClassShape`], [`Error::ClassShapeFixed`].
		///
		/// ## Events
		///
		/// [`Event::ResourceClassSet`]
		#[pallet::call_index(6)]
		pub fn set_resource_class(
			origin: OriginFor<T>,
			id: u8,
			class: ResourceClass,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_resource_class(id, class)
		}

		/// Makes an account a delegate of the caller's escrow, or changes its rights.
		///
		/// ## Dispatch Origin
		///
		/// The escrow's owner, signed.
		///
		/// ## Details
		///
		/// Delegates are gone when the escrow is.
		///
		/// ## Errors
		///
		/// [`Error::InvalidRights`], [`Error::DelegateIsOwner`], [`Error::NoEscrow`],
		/// [`Error::TooManyDelegates`].
		///
		/// ## Events
		///
		/// [`Event::DelegateSet`]
		#[pallet::call_index(7)]
		pub fn set_delegate(
			origin: OriginFor<T>,
			delegate: AccountId32,
			rights: Rights,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_delegate(who, delegate, rights)
		}

		/// Takes all rights from a delegate of the caller's escrow.
		///
		/// ## Dispatch Origin
		///
		/// The escrow's owner, signed.
		///
		/// ## Errors
		///
		/// [`Error::NotDelegate`].
		///
		/// ## Events
		///
		/// [`Event::DelegateRemoved`]
		#[pallet::call_index(8)]
		pub fn remove_delegate(origin: OriginFor<T>, delegate: AccountId32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove_delegate(who, delegate)
		}

		/// Orders a job for the owner of an escrow, and pays for it from that escrow.
		///
		/// ## Dispatch Origin
		///
		/// A delegate with [`Rights::CREATE_JOBS`], signed.
		///
		/// ## Details
		///
		/// The job is the owner's, as if the owner had ordered it; see
		/// [`create_job`](Pallet::create_job).
		///
		/// ## Errors
		///
		/// [`Error::NotDelegate`], [`Error::RightMissing`], and those of `create_job`.
		///
		/// ## Events
		///
		/// [`Event::JobCreated`]
		#[pallet::call_index(9)]
		pub fn create_job_for(
			origin: OriginFor<T>,
			owner: AccountId32,
			order: Order,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_right(&owner, &who, Rights::CREATE_JOBS)?;
			Self::do_create_job(owner, order)
		}

		/// Moves free USDC of an escrow back to its owner.
		///
		/// ## Dispatch Origin
		///
		/// A delegate with [`Rights::WITHDRAW`], signed.
		///
		/// ## Details
		///
		/// The owner gets it, whoever asks; see [`withdraw`](Pallet::withdraw).
		///
		/// ## Errors
		///
		/// [`Error::NotDelegate`], [`Error::RightMissing`], and those of `withdraw`.
		///
		/// ## Events
		///
		/// [`Event::EscrowWithdrawn`]
		#[pallet::call_index(10)]
		pub fn withdraw_for(
			origin: OriginFor<T>,
			owner: AccountId32,
			#[pallet::compact] amount: u128,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_right(&owner, &who, Rights::WITHDRAW)?;
			Self::do_withdraw(&owner, amount)
		}

		/// Makes a job longer.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with [`Rights::EXTEND_DURATION`], signed.
		///
		/// ## Details
		///
		/// Costs `price * replicas * epochs` at the price that the job was ordered at, from the
		/// owner's escrow. A job that was ended early goes on if it has not ended yet.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::RightMissing`],
		/// [`Error::NothingToExtend`], [`Error::DeprecatedResources`], [`Error::JobEnded`],
		/// [`Error::TooManyEpochs`], [`Error::InsufficientEscrow`].
		///
		/// ## Events
		///
		/// [`Event::JobDurationExtended`]
		#[pallet::call_index(11)]
		pub fn extend_duration(origin: OriginFor<T>, job: JobId, epochs: u32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_extend_duration(&who, job, epochs)
		}

		/// Lets a job run on more nodes.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with [`Rights::EXTEND_REPLICAS`], signed.
		///
		/// ## Details
		///
		/// `replicas` is how many there shall be in all. Each more costs the price that the job was
		/// ordered at, for every epoch in which it may work: all of them before the job has started,
		/// those after the current one later. The owner's escrow pays, and the oracles place the
		/// job anew.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::RightMissing`],
		/// [`Error::TooManyReplicas`], [`Error::NotMoreReplicas`], [`Error::DeprecatedResources`],
		/// [`Error::JobAlreadyEnding`], [`Error::InsufficientEscrow`].
		///
		/// ## Events
		///
		/// [`Event::JobReplicasExtended`]
		#[pallet::call_index(12)]
		pub fn extend_replicas(origin: OriginFor<T>, job: JobId, replicas: u32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_extend_replicas(&who, job, replicas)
		}

		/// Moves back to the escrow what a job cannot spend.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, or a delegate with [`Rights::REDEEM_UNUSED`], signed.
		///
		/// ## Details
		///
		/// A job that never ran closes, and all of it goes back. One that runs goes on, and keeps
		/// what it may still have to pay.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::RightMissing`],
		/// [`Error::NothingUnused`].
		///
		/// ## Events
		///
		/// [`Event::JobClosed`] or [`Event::UnusedRedeemed`]
		#[pallet::call_index(13)]
		pub fn redeem_unused(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_redeem_unused(&who, job)
		}
	}
}
