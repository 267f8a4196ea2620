// SPDX-License-Identifier: Apache-2.0

//! Deeds that change hands or are burned by this pallet's own calls.

use crate::{
	Config, Deed, Error, Event, GenesisDeed, MasterAllocation, MasterPermit, MasterPermits, Moving,
	Pallet,
};
use frame_support::ensure;
use r1_primitives::{DeedId, DeedTerms, traits::RewardLedger};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_transfer(
		owner: &T::AccountId,
		deed: DeedId,
		to: &T::AccountId,
	) -> DispatchResult {
		let record = Self::deed_of_owner(deed, owner)?;
		match record.terms {
			DeedTerms::Node => {
				Self::release_node_deed(deed, owner, record)?;
				Self::move_item(DeedTerms::Node, deed, to)
			},
			DeedTerms::Master { allocation, .. } => {
				let permit = MasterPermit::TransferTo(to.clone());
				Self::use_permit(deed, &permit)?;
				ensure!(!Self::owns_genesis_deed(to), Error::<T>::OwnerHasGenesisDeed);
				Self::take_allocation(owner, allocation)?;
				Self::give_allocation(to, allocation)?;
				Self::unlocked(deed, || Self::move_item(record.terms, deed, to))
			},
			DeedTerms::Genesis => Err(Error::<T>::GenesisDeedIsBound.into()),
		}
	}

	pub(crate) fn do_burn(owner: &T::AccountId, deed: DeedId) -> DispatchResult {
		Self::ensure_not_paused()?;
		let record = Self::deed_of_owner(deed, owner)?;
		match record.terms {
			DeedTerms::Node => {
				Self::release_node_deed(deed, owner, record)?;
				Self::burn_item(DeedTerms::Node, deed)?;
				T::Rewards::on_burned(deed);
				Ok(())
			},
			DeedTerms::Master { allocation, .. } => {
				Self::use_permit(deed, &MasterPermit::Burn)?;
				Self::burn_master(owner, deed, record, allocation)
			},
			DeedTerms::Genesis => Err(Error::<T>::GenesisDeedIsBound.into()),
		}
	}

	/// Makes a Node Deed ready to leave its owner: it is free to move, and not linked.
	fn release_node_deed(
		deed: DeedId,
		owner: &T::AccountId,
		record: Deed<T::AccountId>,
	) -> Result<(), Error<T>> {
		Self::ensure_not_paused()?;
		ensure!(!record.is_banned, Error::<T>::DeedBanned);
		Self::end_link(deed, owner, record)?;
		Ok(())
	}

	fn burn_master(
		owner: &T::AccountId,
		deed: DeedId,
		record: Deed<T::AccountId>,
		allocation: u128,
	) -> DispatchResult {
		let terms = record.terms;
		let released = T::Rewards::released(deed);
		let returned = allocation.checked_sub(released).ok_or(Error::<T>::Overflow)?;
		let left =
			MasterAllocation::<T>::get().checked_sub(returned).ok_or(Error::<T>::Overflow)?;

		Self::cut_link(deed, owner, record);
		Self::take_allocation(owner, allocation)?;
		MasterAllocation::<T>::put(left);
		Self::unlocked(deed, || Self::burn_item(terms, deed))?;
		T::Rewards::on_burned(deed);

		Self::deposit_event(Event::MasterDeedBurned { deed, owner: owner.clone(), returned });
		Ok(())
	}

	/// Uses up what governance authorised, if it is exactly this.
	fn use_permit(deed: DeedId, permit: &MasterPermit<T::AccountId>) -> Result<(), Error<T>> {
		ensure!(MasterPermits::<T>::get(deed).as_ref() == Some(permit), Error::<T>::NotAuthorised);
		MasterPermits::<T>::remove(deed);
		Ok(())
	}

	/// Does something to the item of a Master Deed that is locked at all other times.
	fn unlocked(
		deed: DeedId,
		change: impl FnOnce() -> Result<(), DispatchError>,
	) -> DispatchResult {
		Moving::<T>::put(deed);
		change()?;
		Moving::<T>::kill();
		Ok(())
	}

	/// Whether an account owns the Genesis Deed.
	pub(crate) fn owns_genesis_deed(account: &T::AccountId) -> bool {
		GenesisDeed::<T>::get()
			.and_then(|deed| Self::item_owner(DeedTerms::Genesis, deed))
			.is_some_and(|owner| owner == *account)
	}
}
