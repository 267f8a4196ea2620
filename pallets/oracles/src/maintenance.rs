// SPDX-License-Identifier: Apache-2.0

//! Windows of maintenance: slots of a later epoch that count neither way.

use crate::{Clock, Config, EpochNow, Error, Event, MaintenanceOf, NextToSettle, Pallet};
use frame_support::{ensure, traits::Get};
use r1_primitives::{DeedId, Maintenance, traits::DeedInspect};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_announce_maintenance(
		caller: &AccountId32,
		deed: DeedId,
		window: Maintenance,
	) -> DispatchResult {
		let is_of_caller = T::Deeds::owner_of(deed).is_some_and(|owner| owner == *caller)
			|| T::Deeds::deed_of(caller) == Some(deed);
		ensure!(is_of_caller, Error::<T>::NotDeedOwnerOrNode);

		let now = EpochNow::<T>::get().unwrap_or(0);
		// Saturating: an epoch beyond the end of the index never comes.
		let last = now.saturating_add(T::MaintenanceAheadMax::get());
		ensure!(now < window.epoch && window.epoch <= last, Error::<T>::MaintenanceOutOfRange);
		let slots = Clock::<T>::get().map_or(0, |clock| clock.slots_per_epoch());
		ensure!(window.is_valid(slots), Error::<T>::InvalidMaintenanceWindow);
		let mut windows = MaintenanceOf::<T>::get(deed);
		let pending = windows.iter().any(|older| now <= older.epoch);
		ensure!(!pending, Error::<T>::MaintenancePending);
		// The oracles may yet have to report on an epoch that is not settled.
		let next_to_settle = NextToSettle::<T>::get();
		windows.retain(|older| next_to_settle <= older.epoch);
		windows.try_push(window).map_err(|_| Error::<T>::MaintenancePending)?;

		MaintenanceOf::<T>::insert(deed, windows);
		Self::deposit_event(Event::MaintenanceAnnounced { deed, window });
		Ok(())
	}
}
