// SPDX-License-Identifier: Apache-2.0

//! The newest payments of each deed, in a ring.
//!
//! Payments of a deed are numbered from 0. A ring of the newest ones is in storage, for wallets
//! that cannot search blocks; all of them, back to the first, are in the events.

use crate::{Accounts, Config, History, Pallet, Payment};
use alloc::vec::Vec;
use frame_support::traits::Get;
use r1_primitives::DeedId;

impl<T: Config> Pallet<T> {
	/// Puts a deed's payment into the place of the oldest one that is kept.
	pub(crate) fn keep_payment(deed: DeedId, number: u32, payment: Payment) {
		History::<T>::insert(deed, Self::slot_of(number), payment);
	}

	/// Kept payments of a deed with their numbers, newest first: at most `limit` of them, all
	/// before payment number `before` if that is given.
	pub(crate) fn payments(deed: DeedId, before: Option<u32>, limit: u32) -> Vec<(u32, Payment)> {
		let made = Accounts::<T>::get(deed).map_or(0, |account| account.payments);
		// Saturating: none are lost before the ring is full.
		let oldest = made.saturating_sub(T::PaymentsKept::get());
		let end = before.map_or(made, |before| before.min(made));
		let numbers = (oldest..end).rev().take(usize::try_from(limit).unwrap_or(usize::MAX));
		let kept = numbers
			.filter_map(|number| Some((number, History::<T>::get(deed, Self::slot_of(number))?)));
		kept.collect()
	}

	/// Forgets every kept payment of a deed that was paid `made` times.
	pub(crate) fn forget_payments(deed: DeedId, made: u32) {
		for slot in 0..made.min(T::PaymentsKept::get()) {
			History::<T>::remove(deed, slot);
		}
	}

	/// The place of a payment in the ring.
	fn slot_of(number: u32) -> u32 {
		// The ring is never empty: `integrity_test`.
		number.checked_rem(T::PaymentsKept::get()).unwrap_or(0)
	}
}
