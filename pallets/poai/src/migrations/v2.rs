// SPDX-License-Identifier: Apache-2.0

//! From version 1 to 2: the resource classes are a table in storage, and jobs have no kind.
//!
//! Version 1 had the table of the deployed network in its code. Jobs keep the number of their class
//! and the price at which they were ordered. The only kind that they had, inference, was not true
//! of those whose specification says otherwise. They remember which nodes have lost their place.

use crate::{
	Config, DeedSet, FormerPlacement, Job, Jobs, Pallet, ResourceClasses, Specification,
	reference_classes,
};
use codec::{Decode, Encode};
use core::marker::PhantomData;
use frame_support::{
	migrations::VersionedMigration,
	traits::{Get, UncheckedOnRuntimeUpgrade},
	weights::Weight,
};
use r1_primitives::{EpochIndex, PlacementRound};
use sp_runtime::AccountId32;

/// Upgrades the pallet's storage from version 1 to version 2; does nothing at any other version.
pub type MigrateV1ToV2<T> = VersionedMigration<
	1,
	2,
	unchecked::MigrateV1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// A job, as version 1 stored it.
#[derive(Debug, Decode, Encode)]
pub(crate) struct JobV1 {
	pub(crate) owner: AccountId32,
	pub(crate) kind: JobKindV1,
	pub(crate) resources: u8,
	pub(crate) price_per_epoch: u128,
	pub(crate) replicas: u32,
	pub(crate) requested_at: EpochIndex,
	pub(crate) started_at: Option<EpochIndex>,
	pub(crate) end: EpochIndex,
	pub(crate) settled_before: EpochIndex,
	pub(crate) balance: u128,
	pub(crate) specification: Specification,
	pub(crate) round: PlacementRound,
	pub(crate) awaits_placement: bool,
	pub(crate) deeds: DeedSet,
	pub(crate) former: Option<FormerPlacement>,
}

/// The kind of every job of version 1.
#[derive(Debug, Decode, Encode)]
pub(crate) enum JobKindV1 {
	Inference,
}

impl From<JobV1> for Job {
	fn from(job: JobV1) -> Self {
		// The only one that there was says nothing.
		let JobKindV1::Inference = job.kind;
		Self {
			owner: job.owner,
			resources: job.resources,
			price_per_epoch: job.price_per_epoch,
			replicas: job.replicas,
			requested_at: job.requested_at,
			started_at: job.started_at,
			end: job.end,
			settled_before: job.settled_before,
			balance: job.balance,
			specification: job.specification,
			round: job.round,
			awaits_placement: job.awaits_placement,
			deeds: job.deeds,
			// Nobody loses a place for what was before there was a rule.
			placed_from: job.former.as_ref().map_or(job.settled_before, |former| former.before),
			lost: DeedSet::default(),
			former: job.former,
		}
	}
}

/// The migration without its check of the version; private, so that nobody runs it twice.
mod unchecked {
	use super::*;

	/// See [`super::MigrateV1ToV2`].
	#[derive(Debug)]
	pub struct MigrateV1ToV2<T>(PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for MigrateV1ToV2<T> {
		// All jobs in one block: a chain of release 104 is a test network, with a few of them.
		fn on_runtime_upgrade() -> Weight {
			let (mut classes, mut jobs): (u64, u64) = (0, 0);
			// Saturating: a class has one of 256 numbers, and a job one of 2^32.
			for (id, class) in reference_classes() {
				ResourceClasses::<T>::insert(id, class);
				classes = classes.saturating_add(1);
			}
			Jobs::<T>::translate_values::<JobV1, _>(|job| {
				jobs = jobs.saturating_add(1);
				Some(job.into())
			});
			T::DbWeight::get().reads_writes(jobs, classes.saturating_add(jobs))
		}

		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
			Ok((Jobs::<T>::iter_keys().count() as u64).encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
			let before =
				u64::decode(&mut state.as_slice()).map_err(|_| "the count is unreadable")?;
			// What cannot be read is not counted.
			let after = Jobs::<T>::iter_values().count() as u64;
			frame_support::ensure!(before == after, "every job is carried over");
			Pallet::<T>::do_try_state()
		}
	}
}
