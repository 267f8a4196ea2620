// SPDX-License-Identifier: Apache-2.0

//! What other pallets see of jobs.

use crate::{Config, Jobs, Pallet, Rights};
use alloc::vec::Vec;
use r1_primitives::{
	DeedId, JobId,
	traits::{CurrentEpoch, JobInspect},
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> JobInspect<AccountId32> for Pallet<T> {
	fn ensure_may_direct(job: JobId, who: &AccountId32) -> DispatchResult {
		Self::job_for(who, job, Rights::UPDATE_JOBS).map(drop)
	}

	fn deeds_of(job: JobId) -> Vec<DeedId> {
		let now = T::Epochs::current_epoch();
		let running = Jobs::<T>::get(job).filter(|job| job.started_at.is_some() && now < job.end);
		running.map(|job| job.deeds.into_inner()).unwrap_or_default()
	}
}
