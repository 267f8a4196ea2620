// SPDX-License-Identifier: Apache-2.0

//! Work that is ordered, done and paid.

use super::{Action, deeds, governance as by_governance, signed};
use crate::{people::Person, world::World};
use frame_support::{BoundedVec, traits::fungible::Inspect as _};
use fuzzing::Choices;
use pallet_poai::{
	CLASS_PRICE_MAX, Call, Escrows, Jobs, NextJobId, Order, ResourceClass, ResourceClasses, Rights,
};
use r1_primitives::{JobId, USDC};
use ratio1_runtime::{Runtime, configs::UsdcAsset};

/// All calls of pallet-poai, and what lets jobs run.
pub(crate) const MENU: [Action; 28] = [
	deposit,
	deposit,
	withdraw,
	create_job,
	create_job,
	order_some,
	close_job,
	claim,
	update_job,
	extend_job,
	redeem_unused,
	set_delegate,
	remove_delegate,
	act_for,
	set_resource_class,
	super::oracles::place,
	super::oracles::place,
	super::oracles::agree_on_epochs,
	super::oracles::agree_on_epochs,
	super::oracles::plant_verdicts,
	deeds::buy_some,
	deeds::link_some,
	deeds::transfer,
	deeds::burn,
	by_governance::decide_on_deed,
	super::trade,
	super::wait,
	super::skip_epochs,
];

pub(crate) fn deposit(world: &mut World, choices: &mut Choices<'_>) {
	let developer = Person::any(choices);
	let held = world.with(|| UsdcAsset::balance(&developer.account()));
	let amount = choices.pick(&[
		1_000 * USDC,
		100_000 * USDC,
		USDC,
		held,
		held.saturating_add(1),
		USDC - 1,
		0,
		u128::MAX,
	]);
	world.call(signed(developer, choices), Call::deposit { amount });
}

pub(crate) fn withdraw(world: &mut World, choices: &mut Choices<'_>) {
	let developer = Person::any(choices);
	let escrow = world.with(|| Escrows::<Runtime>::get(developer.account()));
	let free = escrow.map_or(0, |escrow| escrow.free);
	let amount = choices.pick(&[
		free,
		free / 2,
		1,
		free.saturating_sub(USDC),
		free.saturating_sub(1),
		free.saturating_add(1),
		0,
		u128::MAX,
	]);
	world.call(signed(developer, choices), Call::withdraw { amount });
}

pub(crate) fn create_job(world: &mut World, choices: &mut Choices<'_>) {
	let developer = Person::any(choices);
	let bytes = choices.pick(&[36, 64, 1, 0]);
	let order = Order {
		// The cheapest class, and the dearest; then what is none.
		resources: choices.pick(&[53, 1, 40, 10, 0, u8::MAX]),
		replicas: choices.pick(&[1, 2, 4, 32, 0, 33, u32::MAX]),
		epochs: choices.pick(&[30, 31, 2_000, 29, 2_001, 0, u32::MAX]),
		cost_max: choices.pick(&[u128::MAX, u128::MAX, USDC, 0]),
		specification: BoundedVec::truncate_from(vec![1; bytes]),
	};
	world.call(signed(developer, choices), Call::create_job { order });
}

/// A paid job of somebody, rightly.
pub(crate) fn order_some(world: &mut World, choices: &mut Choices<'_>) {
	let developer = Person::any(choices).account();
	let origin = ratio1_runtime::RuntimeOrigin::signed(developer);
	world.call(origin.clone(), Call::deposit { amount: 1_000 * USDC });
	let order = Order {
		resources: choices.pick(&[53, 9]),
		replicas: choices.number(1..=2),
		epochs: 30,
		cost_max: u128::MAX,
		specification: BoundedVec::truncate_from(vec![1; 36]),
	};
	world.call(origin, Call::create_job { order });
}

pub(crate) fn close_job(world: &mut World, choices: &mut Choices<'_>) {
	let (job, caller) = job_and_caller(world, choices);
	world.call(signed(caller, choices), Call::close_job { job });
}

pub(crate) fn update_job(world: &mut World, choices: &mut Choices<'_>) {
	let (job, caller) = job_and_caller(world, choices);
	// Those that orders have, others, and none.
	let bytes = choices.pick(&[36, 64, 1, 0]);
	let specification = BoundedVec::truncate_from(vec![choices.pick(&[2, 1]); bytes]);
	world.call(signed(caller, choices), Call::update_job { job, specification });
}

/// Longer or larger; a job has few epochs and replicas, and every one is paid for.
pub(crate) fn extend_job(world: &mut World, choices: &mut Choices<'_>) {
	let (job, caller) = job_and_caller(world, choices);
	let call = match choices.one_in(2) {
		true => {
			let epochs = choices.pick(&[1, 2, 30, 1_970, 2_000, 0, u32::MAX]);
			Call::extend_duration { job, epochs }
		},
		false => {
			let replicas = choices.pick(&[2, 3, 4, 32, 33, 1, 0, u32::MAX]);
			Call::extend_replicas { job, replicas }
		},
	};
	world.call(signed(caller, choices), call);
}

pub(crate) fn redeem_unused(world: &mut World, choices: &mut Choices<'_>) {
	let (job, caller) = job_and_caller(world, choices);
	world.call(signed(caller, choices), Call::redeem_unused { job });
}

pub(crate) fn set_delegate(world: &mut World, choices: &mut Choices<'_>) {
	let (owner, delegate) = (Person::any(choices), Person::any(choices).account());
	// All rights, one, some, none, and one that there is not.
	let rights = Rights::from_bits(choices.pick(&[127, 127, 1, 64, 95, 0, 128]));
	world.call(signed(owner, choices), Call::set_delegate { delegate, rights });
}

pub(crate) fn remove_delegate(world: &mut World, choices: &mut Choices<'_>) {
	let (owner, delegate) = (Person::any(choices), Person::any(choices).account());
	world.call(signed(owner, choices), Call::remove_delegate { delegate });
}

/// What a delegate does for somebody.
pub(crate) fn act_for(world: &mut World, choices: &mut Choices<'_>) {
	let (delegate, owner) = (Person::any(choices), Person::any(choices).account());
	let call = match choices.one_in(2) {
		true => {
			let order = Order {
				resources: choices.pick(&[53, 1, 10]),
				replicas: choices.pick(&[1, 2, 0]),
				epochs: choices.pick(&[30, 31, 29]),
				cost_max: u128::MAX,
				specification: BoundedVec::truncate_from(vec![1; 36]),
			};
			Call::create_job_for { owner, order }
		},
		false => Call::withdraw_for { owner, amount: choices.pick(&[1, USDC, 0, u128::MAX]) },
	};
	world.call(signed(delegate, choices), call);
}

/// Another price for a class, or another offer; of a class that is there, or that is not yet.
pub(crate) fn set_resource_class(world: &mut World, choices: &mut Choices<'_>) {
	let id = choices.pick(&[53, 1, 40, 60, 10]);
	let known = world.with(|| {
		let known = ResourceClasses::<Runtime>::get(id);
		known.or_else(|| ResourceClasses::<Runtime>::get(53))
	});
	let Some(known) = known else { return };
	let class = ResourceClass {
		price_per_epoch: choices.pick(&[100_000, 1, CLASS_PRICE_MAX, 0, u128::MAX]),
		is_offered: !choices.one_in(8),
		..known
	};
	world.call(super::governance(choices), Call::set_resource_class { id, class });
}

pub(crate) fn claim(world: &mut World, choices: &mut Choices<'_>) {
	let owner = Person::any(choices);
	let r1_minimum = choices.pick(&[None, Some(0), Some(1), Some(u128::MAX)]);
	world.call(signed(owner, choices), Call::claim { r1_minimum });
}

/// A job, and its owner, or in a few cases anybody.
fn job_and_caller(world: &mut World, choices: &mut Choices<'_>) -> (JobId, Person) {
	let job = any_job(world, choices);
	let stored = world.with(|| Jobs::<Runtime>::get(job));
	let owner = stored.and_then(|job| Person::of(&job.owner));
	let caller = match owner {
		Some(owner) if !choices.one_in(8) => owner,
		_ => Person::any(choices),
	};
	(job, caller)
}

/// The number of a job, which may not exist.
pub(crate) fn any_job(world: &mut World, choices: &mut Choices<'_>) -> JobId {
	let next = world.with(NextJobId::<Runtime>::get);
	choices.pick(&[1, 2, 3, next.saturating_sub(1), next, 0, u32::MAX])
}
