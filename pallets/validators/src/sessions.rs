// SPDX-License-Identifier: Apache-2.0

//! How long sessions are, and what this pallet asks of them.

use crate::{Config, SessionSlots};
use core::marker::PhantomData;
use frame_support::traits::Get;
use sp_staking::SessionIndex;

/// What the pallet needs to know of sessions, and to do to them, beyond their standard traits.
/// Implemented by the runtime.
pub trait Sessions<AccountId> {
	/// Whether there is a root of a session's validators and keys, by which it can be proven later
	/// whose key it was that signed something, and it holds for the next session as well if that has
	/// the same validators. Asked when the session begins.
	fn has_lasting_root(session: SessionIndex) -> bool;

	/// Lets a validator make no more blocks in the current session.
	///
	/// Nothing happens if it is none, or if so many are out already that the chain could not bear
	/// to lose another.
	fn disable(validator: &AccountId);

	/// Forgets what nobody may prove any more, now that a session is over.
	fn on_session_ended(session: SessionIndex);
}

/// Slots in a session, for what asks the runtime for a number; BABE's epochs are sessions.
///
/// It reads the storage of the chain, which has to be at hand: the genesis of a chain decides it,
/// and nothing ever changes it.
pub struct SessionLength<T>(PhantomData<T>);

impl<T: Config> Get<u64> for SessionLength<T> {
	fn get() -> u64 {
		SessionSlots::<T>::get()
	}
}

impl<T> core::fmt::Debug for SessionLength<T> {
	fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		formatter.write_str("SessionLength")
	}
}
