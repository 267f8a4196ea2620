// SPDX-License-Identifier: Apache-2.0

//! - `claim`: the call, each way it can succeed and each way it can fail.
//! - `ledger`: what other pallets and wallets see.
//! - `vectors`: the numbers of the deployed contracts.
//! - `try_state`: each invariant notices when it does not hold.
//! - `invariants`: random histories against a model.

mod claim;
mod invariants;
mod ledger;
mod try_state;
mod vectors;

use crate::{Event, mock::*};
use frame_support::{BoundedVec, dispatch::DispatchResultWithPostInfo};
use r1_primitives::{DeedId, EpochIndex};
use sp_runtime::AccountId32;

/// Calls `claim` as `owner`.
fn claim(
	owner: AccountId32,
	deeds: &[DeedId],
	up_to: Option<EpochIndex>,
) -> DispatchResultWithPostInfo {
	let deeds = BoundedVec::try_from(deeds.to_vec()).expect("the test names few enough deeds");
	Availability::claim(RuntimeOrigin::signed(owner), deeds, up_to)
}

/// The event of a claim by `owner`.
fn claimed(
	owner: AccountId32,
	deed: DeedId,
	epochs: core::ops::Range<EpochIndex>,
	amount: u128,
) -> Event<Test> {
	Event::RewardsClaimed { deed, owner, from_epoch: epochs.start, to_epoch: epochs.end, amount }
}
