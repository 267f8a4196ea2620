// SPDX-License-Identifier: Apache-2.0

//! What the pallet does, one file for each group of calls.

mod resources;
mod escrow;
mod jobs;
mod placement;
mod settlement;
mod claims;
mod delegates;
mod extend;
mod invariants;
mod migrations;

use crate::{
	Event, Job, Jobs, NextJobId, Order, ResourceClass, ResourceClasses, Specification, mock::*,
};
use frame_support::assert_ok;
use r1_primitives::{DeedId, JobId, traits::PlacementHandler};
use sp_runtime::AccountId32;

/// The reference's everyday class: 0.375 USDC a node and epoch.
const ENTRY: u8 = 1;
const ENTRY_PRICE: u128 = 375_000;
/// What one node's epoch of it brings the owner, and the burn.
const ENTRY_REWARD: u128 = 318_750;
const ENTRY_BURNED: u128 = 56_250;

/// A specification's CID.
fn specification() -> Specification {
	Specification::truncate_from(vec![1, 0x55, 0x12, 0x20])
}

/// Moves USDC into an escrow.
fn deposit(owner: &AccountId32, amount: u128) {
	assert_ok!(Poai::deposit(RuntimeOrigin::signed(owner.clone()), amount));
}

/// Deposits what a job of a class costs and orders it; returns its number.
fn order(owner: &AccountId32, resources: u8, replicas: u32, epochs: u32) -> JobId {
	let cost = Poai::quote(resources, replicas, epochs).expect("the class exists");
	deposit(owner, cost);
	let job = NextJobId::<Test>::get();
	let order = Order { cost_max: cost, ..an_order(resources, replicas, epochs) };
	assert_ok!(Poai::create_job(RuntimeOrigin::signed(owner.clone()), order));
	job
}

/// An order at any price.
fn an_order(resources: u8, replicas: u32, epochs: u32) -> Order {
	let specification = specification();
	Order { resources, replicas, epochs, cost_max: u128::MAX, specification }
}

/// Places a job in its open round.
fn place(job: JobId, deeds: &[DeedId]) {
	let round = Poai::open_round(job).expect("the job waits for a placement");
	assert_ok!(Poai::place(job, round, deeds));
}

/// Orders an ENTRY job and places it at once; forgets the events of that.
fn running_job(owner: &AccountId32, epochs: u32, replicas: u32, deeds: &[DeedId]) -> JobId {
	let job = order(owner, ENTRY, replicas, epochs);
	place(job, deeds);
	events();
	job
}

/// A class of the table.
fn class(id: u8) -> ResourceClass {
	ResourceClasses::<Test>::get(id).expect("the class is in the table")
}

/// Lets governance set a class.
fn set_class(id: u8, class: ResourceClass) {
	assert_ok!(Poai::set_resource_class(RuntimeOrigin::root(), id, class));
}

/// A live job.
fn job(id: JobId) -> Job {
	Jobs::<Test>::get(id).expect("the job is live")
}

/// The event of a full ENTRY payment.
fn entry_paid(job: JobId, epoch: u32, deed: DeedId) -> Event<Test> {
	Event::NodePaid {
		job,
		epoch,
		deed,
		owner: operator(deed),
		quality: 255,
		reward: ENTRY_REWARD,
		burned: ENTRY_BURNED,
	}
}
