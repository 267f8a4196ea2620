// SPDX-License-Identifier: Apache-2.0

//! The registry of applications: slugs, ids and deposits.

use crate::{
	Application, ApplicationId, Applications, Config, Error, Event, HoldReason, NameOf, Pallet,
	Slug,
};
use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::{InspectHold, MutateHold},
		tokens::Precision,
	},
};
use sp_io::hashing::keccak_256;
use sp_runtime::DispatchResult;

/// The id of the application with a slug.
#[must_use]
pub fn application_id(slug: &[u8]) -> ApplicationId {
	ApplicationId::from(keccak_256(slug))
}

/// Whether a slug is made of the letters that slugs are made of, of one at least.
pub(crate) fn is_valid_slug(slug: &[u8]) -> bool {
	let is_allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
	!slug.is_empty() && slug.iter().all(is_allowed)
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_application(
		creator: T::AccountId,
		slug: Slug,
		name: NameOf<T>,
	) -> DispatchResult {
		ensure!(is_valid_slug(&slug), Error::<T>::InvalidSlug);
		ensure!(core::str::from_utf8(&name).is_ok(), Error::<T>::InvalidName);
		let id = application_id(&slug);
		ensure!(!Applications::<T>::contains_key(id), Error::<T>::SlugTaken);
		let deposit = T::ApplicationDeposit::get();
		let reason = HoldReason::Application.into();
		ensure!(T::Currency::can_hold(&reason, &creator, deposit), Error::<T>::InsufficientR1);

		T::Currency::hold(&reason, &creator, deposit)?;
		let application = Application {
			slug: slug.clone(),
			name: name.clone(),
			creator: creator.clone(),
			deposit,
			total: 0,
		};
		Applications::<T>::insert(id, application);

		Self::deposit_event(Event::ApplicationRegistered { application: id, slug, name, creator });
		Ok(())
	}

	pub(crate) fn do_deregister_application(
		creator: T::AccountId,
		id: ApplicationId,
	) -> DispatchResult {
		let application = Applications::<T>::get(id).ok_or(Error::<T>::UnknownApplication)?;
		ensure!(application.creator == creator, Error::<T>::NotApplicationCreator);
		ensure!(application.total == 0, Error::<T>::ApplicationInUse);

		// Exact: what this pallet holds, nobody else takes.
		let reason = HoldReason::Application.into();
		T::Currency::release(&reason, &creator, application.deposit, Precision::Exact)?;
		Applications::<T>::remove(id);

		Self::deposit_event(Event::ApplicationDeregistered { application: id, creator });
		Ok(())
	}
}
