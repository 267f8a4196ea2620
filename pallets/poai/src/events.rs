// SPDX-License-Identifier: Apache-2.0

//! What the pallet tells the world; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// USDC was moved into an escrow.
		EscrowDeposited {
			/// The escrow's owner.
			owner: AccountId32,
			/// What was moved, in 10^-6 USDC.
			amount: u128,
			/// What is free in the escrow now, in 10^-6 USDC.
			free: u128,
		},
		/// Free USDC was moved back to the owner of an escrow.
		EscrowWithdrawn {
			/// The escrow's owner.
			owner: AccountId32,
			/// What was moved, in 10^-6 USDC.
			amount: u128,
			/// What is free in the escrow now, in 10^-6 USDC.
			free: u128,
		},
		/// A job was ordered and paid for; it waits for a placement.
		JobCreated {
			/// The job.
			job: JobId,
			/// Who ordered it.
			owner: AccountId32,
			/// The resource class of its nodes.
			resources: u8,
			/// Price of one node for one epoch, in 10^-6 USDC.
			price_per_epoch: u128,
			/// Nodes ordered.
			replicas: u32,
			/// The first epoch that does not pay, unless the job starts late.
			end: EpochIndex,
			/// What moved from the escrow into the job, in 10^-6 USDC.
			cost: u128,
		},
		/// The oracles placed a job.
		JobPlaced {
			/// The job.
			job: JobId,
			/// The round of the placement.
			round: PlacementRound,
			/// The deeds whose nodes shall run it, ascending.
			deeds: DeedSet,
			/// The first epoch that does not pay; a first placement moves it by what the job waited.
			end: EpochIndex,
		},
		/// A node's work of one epoch was paid.
		NodePaid {
			/// The job.
			job: JobId,
			/// The epoch of the work.
			epoch: EpochIndex,
			/// The deed whose node worked.
			deed: DeedId,
			/// The deed's owner, to whom the reward accrued.
			owner: AccountId32,
			/// Quality of the work, 255 being all of it; rounds that the node missed are off it.
			quality: u8,
			/// What accrued, in 10^-6 USDC.
			reward: u128,
			/// What goes to the burn, in 10^-6 USDC.
			burned: u128,
		},
		/// The burned part of a job's epoch was swapped to R1 and burned.
		UsdcBurned {
			/// The job.
			job: JobId,
			/// The epoch of the work.
			epoch: EpochIndex,
			/// What was swapped, in 10^-6 USDC.
			usdc: u128,
			/// What was burned, in 10^-18 R1.
			r1: u128,
		},
		/// An epoch of a job could not be settled; nothing of it happened, and it is tried again.
		JobSettlementFailed {
			/// The job.
			job: JobId,
			/// The epoch.
			epoch: EpochIndex,
			/// Why it failed.
			error: DispatchError,
		},
		/// A job was made longer.
		JobDurationExtended {
			/// The job.
			job: JobId,
			/// By how many epochs.
			epochs: u32,
			/// The first epoch that does not pay now, unless the job starts late.
			end: EpochIndex,
			/// What moved from the escrow into the job, in 10^-6 USDC.
			cost: u128,
		},
		/// A job may run on more nodes.
		JobReplicasExtended {
			/// The job.
			job: JobId,
			/// On how many nodes it shall run now.
			replicas: u32,
			/// What moved from the escrow into the job, in 10^-6 USDC.
			cost: u128,
		},
		/// What a running job cannot spend went back to the escrow.
		UnusedRedeemed {
			/// The job.
			job: JobId,
			/// What went back, in 10^-6 USDC.
			refund: u128,
		},
		/// A running job was ended early.
		JobEnding {
			/// The job.
			job: JobId,
			/// The first epoch that does not pay any more.
			end: EpochIndex,
			/// What went back to the escrow now, in 10^-6 USDC.
			refund: u128,
		},
		/// A job is over and settled, or was ended before it ever ran.
		JobClosed {
			/// The job.
			job: JobId,
			/// Who had ordered it.
			owner: AccountId32,
			/// What went back to the escrow, in 10^-6 USDC.
			refund: u128,
		},
		/// An account took what its deeds had earned.
		RewardsClaimed {
			/// The account.
			owner: AccountId32,
			/// What it had accrued, in 10^-6 USDC.
			usdc: u128,
			/// What it got for that in 10^-18 R1; `None` if it was paid in USDC.
			r1: Option<u128>,
		},
		/// The owner changed what a job is.
		JobUpdated {
			/// The job.
			job: JobId,
			/// The CID of its new specification.
			specification: Specification,
		},
		/// An account became a delegate, or a delegate got other rights.
		DelegateSet {
			/// Whose escrow it is.
			owner: AccountId32,
			/// Who may act for the owner.
			delegate: AccountId32,
			/// In what.
			rights: Rights,
		},
		/// The owner took all rights from a delegate.
		DelegateRemoved {
			/// Whose escrow it is.
			owner: AccountId32,
			/// Who may not act for the owner any more.
			delegate: AccountId32,
		},
		/// An escrow is empty and gone, and so are its delegates.
		DelegatesDropped {
			/// Whose escrow it was.
			owner: AccountId32,
		},
		/// Governance added a resource class, or changed it for orders to come.
		ResourceClassSet {
			/// Its number.
			id: u8,
			/// What it is now.
			class: ResourceClass,
		},
	}
}
