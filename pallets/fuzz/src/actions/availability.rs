// SPDX-License-Identifier: Apache-2.0

//! What deeds earn by being there.

use super::{Action, any_deed, deeds, governance as by_governance, governance, owner_of, signed};
use crate::{people::Person, world::World};
use frame_support::BoundedVec;
use fuzzing::Choices;
use pallet_availability::{Accounts, Call, Checkpoint, RewardAccount};
use r1_math::{genesis_deed, node_deed};
use r1_primitives::{DeedId, DeedTerms, EpochIndex, traits::DeedInspect as _};
use ratio1_runtime::{NodeDeeds, Runtime};

/// All calls of pallet-availability, and what lets deeds earn.
pub(crate) const MENU: [Action; 24] = [
	claim_all,
	claim,
	claim,
	claim,
	deeds::buy_some,
	deeds::link_some,
	deeds::link,
	super::oracles::agree_on_epochs,
	super::oracles::agree_on_epochs,
	super::oracles::plant_verdicts,
	super::oracles::plant_verdicts,
	super::oracles::leave_unsettled,
	super::misconduct::report_misconduct,
	by_governance::assign_master,
	set_adoption,
	seed,
	age,
	by_governance::decide_on_deed,
	by_governance::authorise,
	deeds::unlink,
	deeds::transfer,
	deeds::burn,
	super::skip_epochs,
	super::fill_cap,
];

/// Epochs that a claim covers at most: few, many, and around what it may.
const EPOCHS_MAX: [u32; 12] = [30, 1, 2, 400, 5, 1_100, 3_333, 3_334, 500, 501, 0, u32::MAX];

/// A claim of some deeds of one owner.
pub(crate) fn claim(world: &mut World, choices: &mut Choices<'_>) {
	let first = any_deed(world, choices);
	let owner = owner_of(world, first, choices);
	let mut deeds = vec![first];
	for _ in 0..choices.pick(&[0, 0, 1, 2, 4]) {
		deeds.push(any_deed(world, choices));
	}
	claim_deeds(world, owner, deeds, choices);
}

/// A claim of everything that somebody owns; of nothing in a few cases.
pub(crate) fn claim_all(world: &mut World, choices: &mut Choices<'_>) {
	let owner = Person::any(choices);
	let mut deeds = world.with(|| {
		let mut deeds = NodeDeeds::deeds_of(owner.account(), None, 100);
		deeds.retain(|deed| NodeDeeds::is_active(*deed));
		deeds
	});
	if choices.one_in(32) {
		deeds.clear();
	}
	claim_deeds(world, owner, deeds, choices);
}

fn claim_deeds(world: &mut World, owner: Person, deeds: Vec<DeedId>, choices: &mut Choices<'_>) {
	let epochs_max = choices.pick(&EPOCHS_MAX);
	let deeds = BoundedVec::truncate_from(deeds);
	world.call(signed(owner, choices), Call::claim { deeds, epochs_max });
}

/// Lets a deed have released almost all that it may, which would take years.
fn age(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let left = choices.pick(&[node_deed::RELEASE_PER_EPOCH * 3 / 2, 1, 0]);
	let withheld_parts = choices.pick(&[0, 1, 2]);
	world.with(|| {
		let allocation = match NodeDeeds::terms(deed) {
			Some(DeedTerms::Node) => node_deed::ALLOCATION,
			Some(DeedTerms::Master { allocation, .. }) => allocation,
			Some(DeedTerms::Genesis) => genesis_deed::ALLOCATION,
			None => return,
		};
		let is_gated = NodeDeeds::terms(deed) != Some(DeedTerms::Node);
		Accounts::<Runtime>::mutate_extant(deed, |account| {
			let released = allocation.saturating_sub(left).max(account.released);
			let withheld = if is_gated { released / 2 * withheld_parts } else { 0 };
			*account = RewardAccount { released, withheld, ..*account };
		});
	});
}

/// What adoption is measured by, and how fast it pays what is withheld.
pub(crate) fn set_adoption(world: &mut World, choices: &mut Choices<'_>) {
	let call = if choices.one_in(3) {
		Call::set_carry_over_limit { limit: choices.pick(&[255, 1, 128, 0]) }
	} else {
		let deeds_sold = choices.pick(&[1, 10, 7_500, u32::MAX, 0]);
		let work_volume = choices.pick(&[1, 1_000_000, 5_000_000_000_000, u128::MAX, 0]);
		Call::set_adoption_thresholds { deeds_sold, work_volume }
	};
	world.call(governance(choices), call);
}

/// A history of what came before this chain: a good one, one that falls, or one of the future.
pub(crate) fn seed(world: &mut World, choices: &mut Choices<'_>) {
	let epoch = world.epoch();
	let mut checkpoints: Vec<_> =
		(0..choices.number(0..=4)).map(|_| checkpoint(epoch, choices)).collect();
	if !choices.one_in(4) {
		checkpoints.sort_unstable_by_key(|checkpoint| (checkpoint.epoch, checkpoint.total));
		checkpoints.dedup_by_key(|checkpoint| checkpoint.epoch);
	}
	let checkpoints = BoundedVec::truncate_from(checkpoints);
	let call = match choices.one_in(2) {
		true => Call::seed_work_volume { checkpoints },
		false => Call::seed_deeds_sold { checkpoints },
	};
	world.call(governance(choices), call);
}

fn checkpoint(epoch: EpochIndex, choices: &mut Choices<'_>) -> Checkpoint {
	let ago = choices.number(0..=5);
	let epoch = if choices.one_in(16) { epoch + 1 } else { epoch.saturating_sub(ago) };
	let total = choices.pick(&[u128::from(5 - ago), 1_000 - u128::from(ago), u128::MAX, 0]);
	Checkpoint { epoch, total }
}
