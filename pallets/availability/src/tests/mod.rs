// SPDX-License-Identifier: Apache-2.0

//! - `claim`: the call, each way it can succeed and each way it can fail.
//! - `treasury`: what the Genesis Deed pays, and what genesis granted out of it.
//! - `adoption`: what adoption is measured by, and the calls of governance.
//! - `ledger`: what other pallets see.
//! - `views`: what wallets see.
//! - `vectors`: the numbers of the deployed contracts.
//! - `migrations`: old storage in the new layout.
//! - `try_state`: each invariant notices when it does not hold.
//! - `invariants`: random histories against a model.

mod claim;
mod treasury;
mod adoption;
mod ledger;
mod views;
mod vectors;
mod migrations;
mod try_state;
mod invariants;

use crate::{Accounts, Event, RewardAccount, mock::*};
use frame_support::{BoundedVec, assert_ok, dispatch::DispatchResultWithPostInfo};
use r1_primitives::{DeedId, EpochIndex, traits::AdoptionLedger};
use sp_runtime::AccountId32;

/// As many epochs as a claim of four deeds on one page may cover.
const ALL: u32 = 2_000;

/// Calls `claim` as `owner`.
fn claim(owner: AccountId32, deeds: &[DeedId], epochs_max: u32) -> DispatchResultWithPostInfo {
	let deeds = BoundedVec::try_from(deeds.to_vec()).expect("the test names few enough deeds");
	Availability::claim(RuntimeOrigin::signed(owner), deeds, epochs_max)
}

/// The event of a claim by `owner` that knows no adoption.
fn claimed(
	owner: AccountId32,
	deed: DeedId,
	epochs: core::ops::Range<EpochIndex>,
	amount: u128,
) -> Event<Test> {
	Event::RewardsClaimed {
		deed,
		owner,
		from_epoch: epochs.start,
		to_epoch: epochs.end,
		amount,
		carry_over: 0,
		withheld: 0,
	}
}

/// The account of a deed that was linked.
fn account(deed: DeedId) -> RewardAccount {
	Accounts::<Test>::get(deed).expect("the deed was linked")
}

/// Sets the threshold of deeds sold, and a threshold of work that nothing reaches.
fn set_threshold(deeds_sold: u32) {
	let work_volume = u128::MAX;
	assert_ok!(Availability::set_adoption_thresholds(
		RuntimeOrigin::root(),
		deeds_sold,
		work_volume
	));
}

fn set_carry_over_limit(limit: u8) {
	assert_ok!(Availability::set_carry_over_limit(RuntimeOrigin::root(), limit));
}

/// Sells, in the current epoch, as many deeds as make adoption full.
fn adopt_fully() {
	Availability::on_deeds_sold(15_000);
}

/// What a closure says when it panics.
fn panic_of<T>(closure: impl FnOnce() -> T) -> String {
	let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(closure));
	let payload = panic.err().expect("it panics");
	let text = payload.downcast_ref::<&str>().map(ToString::to_string);
	text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("it says why")
}
