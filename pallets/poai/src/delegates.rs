// SPDX-License-Identifier: Apache-2.0

//! Who may act for the owner of an escrow, and in what.
//!
//! A delegate spends what is in the escrow and gets nothing out of it: every refund goes to the
//! escrow, and a withdrawal to its owner. An account may be a delegate of many and have an escrow
//! of its own, since calls name the escrow or a job; so nobody gains a hold on anybody by making
//! them a delegate.

use crate::{Config, Delegates, Error, Escrows, Event, Job, Jobs, Pallet};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedBTreeMap, ensure};
use r1_primitives::JobId;
use scale_info::TypeInfo;
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// What an account may do with an escrow and its jobs; a set, with a bit for each right.
///
/// The first four bits are those of the deployed network.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Rights(u8);

impl Rights {
	/// Order jobs.
	pub const CREATE_JOBS: Self = Self(1);
	/// Make jobs longer.
	pub const EXTEND_DURATION: Self = Self(2);
	/// Let jobs run on more nodes.
	pub const EXTEND_REPLICAS: Self = Self(4);
	/// Move back what jobs cannot spend, and all of those that never ran.
	pub const REDEEM_UNUSED: Self = Self(8);
	/// End jobs.
	pub const CLOSE_JOBS: Self = Self(16);
	/// Change what jobs are, and open and close their rounds of learning.
	pub const UPDATE_JOBS: Self = Self(32);
	/// Move free USDC to the owner.
	pub const WITHDRAW: Self = Self(64);
	/// Every right; what the owner has.
	pub const ALL: Self = Self(127);

	/// The rights with some bits, which may be none that there is.
	#[must_use]
	pub const fn from_bits(bits: u8) -> Self {
		Self(bits)
	}

	/// One bit for each right.
	#[must_use]
	pub const fn bits(self) -> u8 {
		self.0
	}

	/// These rights and others.
	#[must_use]
	pub const fn with(self, others: Self) -> Self {
		Self(self.0 | others.0)
	}

	/// Whether all of some rights are among these.
	#[must_use]
	pub const fn contains(self, some: Self) -> bool {
		self.0 & some.0 == some.0
	}

	/// Whether there is a right among them, and no bit that is none.
	#[must_use]
	pub const fn is_valid(self) -> bool {
		self.0 != 0 && Self::ALL.contains(self)
	}
}

/// The delegates of one escrow and what each may do.
pub type DelegatesOf<T> = BoundedBTreeMap<AccountId32, Rights, <T as Config>::DelegatesMax>;

impl<T: Config> Pallet<T> {
	/// Makes an account a delegate of an escrow, or changes what it may do.
	pub(crate) fn do_set_delegate(
		owner: AccountId32,
		delegate: AccountId32,
		rights: Rights,
	) -> DispatchResult {
		ensure!(rights.is_valid(), Error::<T>::InvalidRights);
		ensure!(delegate != owner, Error::<T>::DelegateIsOwner);
		// What an escrow must hold pays for this entry as well.
		ensure!(Escrows::<T>::contains_key(&owner), Error::<T>::NoEscrow);
		let mut delegates = Delegates::<T>::get(&owner);
		delegates
			.try_insert(delegate.clone(), rights)
			.map_err(|_| Error::<T>::TooManyDelegates)?;
		Delegates::<T>::insert(&owner, delegates);
		Self::deposit_event(Event::DelegateSet { owner, delegate, rights });
		Ok(())
	}

	/// Takes all rights from a delegate.
	pub(crate) fn do_remove_delegate(owner: AccountId32, delegate: AccountId32) -> DispatchResult {
		let mut delegates = Delegates::<T>::get(&owner);
		delegates.remove(&delegate).ok_or(Error::<T>::NotDelegate)?;
		match delegates.is_empty() {
			true => Delegates::<T>::remove(&owner),
			false => Delegates::<T>::insert(&owner, delegates),
		}
		Self::deposit_event(Event::DelegateRemoved { owner, delegate });
		Ok(())
	}

	/// Forgets the delegates of an escrow that is no more.
	pub(crate) fn drop_delegates(owner: &AccountId32) {
		if !Delegates::<T>::take(owner).is_empty() {
			Self::deposit_event(Event::DelegatesDropped { owner: owner.clone() });
		}
	}

	/// What an account may do with an escrow; `None` if it is neither owner nor delegate.
	pub(crate) fn rights_of(owner: &AccountId32, who: &AccountId32) -> Option<Rights> {
		match who == owner {
			true => Some(Rights::ALL),
			false => Delegates::<T>::get(owner).get(who).copied(),
		}
	}

	/// Fails unless an account has a right to an escrow.
	pub(crate) fn ensure_right(
		owner: &AccountId32,
		who: &AccountId32,
		right: Rights,
	) -> DispatchResult {
		let rights = Self::rights_of(owner, who).ok_or(Error::<T>::NotDelegate)?;
		ensure!(rights.contains(right), Error::<T>::RightMissing);
		Ok(())
	}

	/// The job with a number, if an account has a right to it.
	pub(crate) fn job_for(
		who: &AccountId32,
		id: JobId,
		right: Rights,
	) -> Result<Job, DispatchError> {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		let rights = Self::rights_of(&job.owner, who).ok_or(Error::<T>::NotJobOwner)?;
		ensure!(rights.contains(right), Error::<T>::RightMissing);
		Ok(job)
	}
}
