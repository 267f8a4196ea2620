// SPDX-License-Identifier: Apache-2.0

//! Deeds that are given: the Master Deeds, within their limits, and the Genesis Deed.

use crate::{
	Config, Deeds, Error, Event, GenesisDeed, MasterAllocation, MasterPermit, MasterPermits,
	MastersIssued, MastersOf, Pallet,
};
use frame_support::ensure;
use r1_math::master_deed::{self, ALLOCATION_MAX, Grant, GrantError};
use r1_primitives::{DeedId, DeedTerms, traits::CurrentEpoch};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_assign_master(owner: T::AccountId, allocation: u128) -> DispatchResult {
		Self::ensure_not_paused()?;
		let given_to_all = MasterAllocation::<T>::get();
		let deeds = MastersIssued::<T>::get();
		let given_to_owner = MastersOf::<T>::get(&owner);
		let grant = Grant { allocation, given_to_owner, given_to_all, deeds };
		grant.check().map_err(Error::<T>::from)?;
		ensure!(!Self::owns_genesis_deed(&owner), Error::<T>::OwnerHasGenesisDeed);

		let first_epoch = master_deed::first_epoch(T::Epochs::current_epoch());
		let deed = Self::issue(DeedTerms::Master { allocation, first_epoch }, &owner)?;
		Self::give_allocation(&owner, allocation)?;
		MasterAllocation::<T>::put(
			given_to_all.checked_add(allocation).ok_or(Error::<T>::Overflow)?,
		);
		MastersIssued::<T>::put(deeds.checked_add(1).ok_or(Error::<T>::Overflow)?);

		Self::deposit_event(Event::MasterDeedAssigned { deed, owner, allocation, first_epoch });
		Ok(())
	}

	pub(crate) fn do_issue_genesis_deed(owner: T::AccountId) -> DispatchResult {
		ensure!(!GenesisDeed::<T>::exists(), Error::<T>::GenesisDeedExists);
		ensure!(!MastersOf::<T>::contains_key(&owner), Error::<T>::OwnerHasMasterDeeds);

		let deed = Self::issue(DeedTerms::Genesis, &owner)?;
		GenesisDeed::<T>::put(deed);

		Self::deposit_event(Event::GenesisDeedIssued { deed, owner });
		Ok(())
	}

	pub(crate) fn do_authorise(deed: DeedId, permit: MasterPermit<T::AccountId>) -> DispatchResult {
		let terms = Deeds::<T>::get(deed).ok_or(Error::<T>::UnknownDeed)?.terms;
		ensure!(matches!(terms, DeedTerms::Master { .. }), Error::<T>::NotMasterDeed);
		ensure!(Self::item_owner(terms, deed).is_some(), Error::<T>::UnknownDeed);

		MasterPermits::<T>::insert(deed, &permit);

		Self::deposit_event(match permit {
			MasterPermit::TransferTo(to) => Event::MasterTransferAuthorised { deed, to },
			MasterPermit::Burn => Event::MasterBurnAuthorised { deed },
		});
		Ok(())
	}

	pub(crate) fn do_revoke_authorisation(deed: DeedId) -> DispatchResult {
		ensure!(MasterPermits::<T>::take(deed).is_some(), Error::<T>::NotAuthorised);

		Self::deposit_event(Event::MasterAuthorisationRevoked { deed });
		Ok(())
	}

	/// Counts a Master Deed for its new owner, who must stay within the limit.
	pub(crate) fn give_allocation(owner: &T::AccountId, allocation: u128) -> Result<(), Error<T>> {
		let given = MastersOf::<T>::get(owner)
			.checked_add(allocation)
			.filter(|given| *given <= ALLOCATION_MAX)
			.ok_or(Error::<T>::OwnerLimitExceeded)?;
		MastersOf::<T>::insert(owner, given);
		Ok(())
	}

	/// No longer counts a Master Deed for its old owner.
	pub(crate) fn take_allocation(owner: &T::AccountId, allocation: u128) -> Result<(), Error<T>> {
		let left =
			MastersOf::<T>::get(owner).checked_sub(allocation).ok_or(Error::<T>::Overflow)?;
		if left == 0 {
			MastersOf::<T>::remove(owner);
		} else {
			MastersOf::<T>::insert(owner, left);
		}
		Ok(())
	}
}

impl<T> From<GrantError> for Error<T> {
	fn from(error: GrantError) -> Self {
		match error {
			GrantError::AllocationOutOfRange => Self::AllocationOutOfRange,
			GrantError::OwnerLimitExceeded => Self::OwnerLimitExceeded,
			GrantError::EmissionExceeded => Self::EmissionExceeded,
			GrantError::TooManyDeeds => Self::TooManyMasterDeeds,
		}
	}
}
