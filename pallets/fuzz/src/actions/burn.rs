// SPDX-License-Identifier: Apache-2.0

//! R1 that is burned by choice.

use super::{Action, signed};
use crate::{people::Person, world::World};
use frame_support::{
	BoundedVec,
	traits::{
		Get as _,
		fungible::Inspect as _,
		tokens::{Fortitude, Preservation},
	},
};
use fuzzing::Choices;
use pallet_burn::{ApplicationId, Call, application_id};
use r1_primitives::R1;
use ratio1_runtime::{Balances, Runtime};

/// All calls of pallet-burn, and what changes how much there is to burn.
pub(crate) const MENU: [Action; 10] = [
	burn,
	burn,
	burn,
	burn,
	register,
	register,
	deregister,
	deregister,
	super::move_r1,
	super::wait,
];

/// Slugs: good ones first, then what is no slug.
const SLUGS: [&[u8]; 9] = [
	b"edge-node",
	b"a",
	b"r1",
	b"0",
	b"--------------------------------",
	b"",
	b"Edge",
	b"edge node",
	b"\xff",
];

const NAMES: [&[u8]; 5] = [b"Edge Node", b"", "\u{1f525}".as_bytes(), b"\xff\xfe", &[b'n'; 64]];

pub(crate) fn register(world: &mut World, choices: &mut Choices<'_>) {
	let creator = Person::any(choices);
	let slug = BoundedVec::truncate_from(choices.pick(&SLUGS).to_vec());
	let name = BoundedVec::truncate_from(choices.pick(&NAMES).to_vec());
	world.call(signed(creator, choices), Call::register_application { slug, name });
}

pub(crate) fn deregister(world: &mut World, choices: &mut Choices<'_>) {
	let application = any_application(choices);
	let registered = world.with(|| pallet_burn::Applications::<Runtime>::get(application));
	let creator = registered.and_then(|application| Person::of(&application.creator));
	let caller = match creator {
		Some(creator) if !choices.one_in(4) => creator,
		_ => Person::any(choices),
	};
	world.call(signed(caller, choices), Call::deregister_application { application });
}

pub(crate) fn burn(world: &mut World, choices: &mut Choices<'_>) {
	let burner = Person::any(choices);
	let least = <Runtime as pallet_burn::Config>::BurnMin::get();
	let spendable = world.with(|| {
		let (preserve, polite) = (Preservation::Preserve, Fortitude::Polite);
		Balances::reducible_balance(&burner.account(), preserve, polite)
	});
	let amount = choices.pick(&[
		R1,
		least,
		1_000 * R1,
		spendable / 2,
		spendable,
		spendable + 1,
		least - 1,
		0,
		u128::MAX,
	]);
	let application = choices.one_in(2).then(|| any_application(choices));
	world.call(signed(burner, choices), Call::burn { amount, application });
}

/// An application, which may not be registered.
fn any_application(choices: &mut Choices<'_>) -> ApplicationId {
	application_id(choices.pick(&SLUGS))
}
