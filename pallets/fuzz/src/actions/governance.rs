// SPDX-License-Identifier: Apache-2.0

//! What governance decides about deeds, and about epochs without agreement.

use super::{any_deed, governance, report::Opinion};
use crate::{people::Person, world::World};
use frame_support::BoundedVec;
use fuzzing::Choices;
use pallet_node_deeds::{Call, IsPaused};
use pallet_oracles::{FirstUndecided, NextToSettle};
use r1_math::master_deed::ALLOCATION_MAX;
use r1_primitives::R1;
use ratio1_runtime::{Runtime, RuntimeOrigin, constants::currency::EXISTENTIAL_DEPOSIT};

pub(crate) fn assign_master(world: &mut World, choices: &mut Choices<'_>) {
	let owner = Person::any(choices).account();
	let allocation = choices.pick(&[
		10_000 * R1,
		ALLOCATION_MAX,
		ALLOCATION_MAX - 10_000 * R1,
		1,
		601,
		602,
		ALLOCATION_MAX + 1,
		0,
		u128::MAX,
	]);
	world.call(governance(choices), Call::assign_master { owner, allocation });
}

pub(crate) fn issue_genesis_deed(world: &mut World, choices: &mut Choices<'_>) {
	let owner = Person::any(choices).account();
	world.call(governance(choices), Call::issue_genesis_deed { owner });
}

/// What the owner of a Master Deed may do once.
pub(crate) fn authorise(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let call = match choices.byte() % 4 {
		0 | 1 => Call::authorise_transfer { deed, to: Person::any(choices).account() },
		2 => Call::authorise_burn { deed },
		_ => Call::revoke_authorisation { deed },
	};
	world.call(governance(choices), call);
}

/// A ban, which is lifted as often as it is set.
pub(crate) fn decide_on_deed(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let call = if choices.one_in(2) { Call::unban { deed } } else { Call::ban { deed } };
	world.call(governance(choices), call);
}

/// What was in an epoch without agreement, or that nothing was; mostly the one that waits longest.
pub(crate) fn decide_on_epoch(world: &mut World, choices: &mut Choices<'_>) {
	let (first, next) =
		world.with(|| (FirstUndecided::<Runtime>::get(), NextToSettle::<Runtime>::get()));
	let epoch =
		choices.pick(&[first, first, first, first + 1, next, first.saturating_sub(1), u32::MAX]);
	let call = if choices.one_in(3) {
		pallet_oracles::Call::void_epoch { epoch }
	} else {
		let mut report = Opinion::any(choices).report(world, epoch).without_anchors();
		if choices.one_in(4) {
			report.spoil(choices);
		}
		let pages = BoundedVec::truncate_from(report.pages);
		pallet_oracles::Call::settle_unsettled { epoch, pages }
	};
	world.call(governance(choices), call);
}

/// The pause, who issues permits, and where the liquidity goes.
pub(crate) fn decide_on_sale(world: &mut World, choices: &mut Choices<'_>) {
	let is_paused = world.with(IsPaused::<Runtime>::get);
	let call = match choices.byte() % 4 {
		// Mostly what ends a pause, in which little can be done.
		0 if is_paused != choices.one_in(8) => Call::unpause {},
		0 => Call::pause {},
		1 => Call::add_permit_issuer { issuer: Person::any(choices).account() },
		2 => Call::remove_permit_issuer { issuer: Person::any(choices).account() },
		_ => {
			let basis_points = choices.pick(&[5_000, 10_000, 1, 0, 10_001, u16::MAX]);
			Call::set_liquidity_share { basis_points }
		},
	};
	world.call(governance(choices), call);
}

/// Lets sales fill the pool, rightly: the account that gets the shares in it exists.
pub(crate) fn open_liquidity(world: &mut World, choices: &mut Choices<'_>) {
	let dest = <Runtime as pallet_node_deeds::Config>::LiquidityAccount::get().into();
	let value = EXISTENTIAL_DEPOSIT;
	let endow = pallet_balances::Call::transfer_allow_death { dest, value };
	world.call(RuntimeOrigin::signed(Person::ALICE.account()), endow);
	let basis_points = choices.pick(&[5_000, 10_000, 1, 9_999]);
	world.call(RuntimeOrigin::root(), Call::set_liquidity_share { basis_points });
}
