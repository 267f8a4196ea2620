// SPDX-License-Identifier: Apache-2.0

//! What governance decides about everybody's deeds: bans, the pause, and the terms of the sale.

use crate::{Config, Deed, Deeds, Error, Event, IsPaused, LiquidityShare, Pallet, PermitIssuers};
use frame_support::{ensure, traits::fungible::Inspect};
use r1_math::BASIS_POINTS;
use r1_primitives::{DeedId, DeedTerms};
use sp_runtime::{DispatchResult, traits::Get};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_ban(deed: DeedId) -> DispatchResult {
		let record = Self::existing_node_deed(deed)?;
		ensure!(!record.is_banned, Error::<T>::AlreadyBanned);

		Deeds::<T>::insert(deed, Deed { is_banned: true, ..record });

		Self::deposit_event(Event::DeedBanned { deed });
		Ok(())
	}

	pub(crate) fn do_unban(deed: DeedId) -> DispatchResult {
		let record = Self::existing_node_deed(deed)?;
		ensure!(record.is_banned, Error::<T>::NotBanned);

		Deeds::<T>::insert(deed, Deed { is_banned: false, ..record });

		Self::deposit_event(Event::DeedUnbanned { deed });
		Ok(())
	}

	pub(crate) fn do_pause() -> DispatchResult {
		Self::ensure_not_paused()?;

		IsPaused::<T>::put(true);

		Self::deposit_event(Event::Paused);
		Ok(())
	}

	pub(crate) fn do_unpause() -> DispatchResult {
		ensure!(IsPaused::<T>::get(), Error::<T>::NotPaused);

		IsPaused::<T>::kill();

		Self::deposit_event(Event::Unpaused);
		Ok(())
	}

	pub(crate) fn do_add_permit_issuer(issuer: T::AccountId) -> DispatchResult {
		let is_new = PermitIssuers::<T>::try_mutate(|issuers| issuers.try_insert(issuer.clone()))
			.map_err(|_| Error::<T>::TooManyPermitIssuers)?;
		ensure!(is_new, Error::<T>::PermitIssuerAlreadyKnown);

		Self::deposit_event(Event::PermitIssuerAdded { issuer });
		Ok(())
	}

	pub(crate) fn do_remove_permit_issuer(issuer: T::AccountId) -> DispatchResult {
		let was_known = PermitIssuers::<T>::mutate(|issuers| issuers.remove(&issuer));
		ensure!(was_known, Error::<T>::UnknownPermitIssuer);

		Self::deposit_event(Event::PermitIssuerRemoved { issuer });
		Ok(())
	}

	pub(crate) fn do_set_liquidity_share(basis_points: u16) -> DispatchResult {
		ensure!(basis_points <= BASIS_POINTS, Error::<T>::ShareTooLarge);
		let held = <T as Config>::Currency::total_balance(&T::LiquidityAccount::get());
		ensure!(
			basis_points == 0 || held >= <T as Config>::Currency::minimum_balance().max(1),
			Error::<T>::LiquidityAccountMissing
		);

		LiquidityShare::<T>::put(basis_points);

		Self::deposit_event(Event::LiquidityShareSet { basis_points });
		Ok(())
	}

	/// The record of a Node Deed that somebody owns.
	fn existing_node_deed(deed: DeedId) -> Result<Deed<T::AccountId>, Error<T>> {
		let record = Deeds::<T>::get(deed).ok_or(Error::<T>::UnknownDeed)?;
		ensure!(Self::item_owner(record.terms, deed).is_some(), Error::<T>::UnknownDeed);
		ensure!(record.terms == DeedTerms::Node, Error::<T>::NotNodeDeed);
		Ok(record)
	}
}
