// SPDX-License-Identifier: Apache-2.0

//! Who would be a validator, who is one, and who is punished.

use super::{Action, deeds, governance as by_governance, governance, misconduct, signed};
use crate::{
	people::{Node, Person},
	world::World,
};
use frame_support::{
	BoundedVec,
	traits::{Get as _, ValidatorRegistration as _},
};
use frame_system::RawOrigin;
use fuzzing::Choices;
use pallet_session::QueuedKeys;
use pallet_validators::{Call, Candidates, NextOffence, Observation};
use r1_primitives::{R1, traits::DeedInspect as _};
use ratio1_runtime::{AccountId, NodeDeeds, Runtime, RuntimeOrigin, Session};

/// All calls of pallet-validators, and what makes candidates, validators and offenders.
pub(crate) const MENU: [Action; 24] = [
	announce,
	announce,
	withdraw,
	set_keys,
	purge_keys,
	stand_all,
	stand_all,
	fill_windows,
	fill_windows,
	super::skip_sessions,
	super::skip_sessions,
	reverse,
	reverse,
	misconduct::report_misconduct,
	misconduct::report_misconduct,
	misconduct::equivocate,
	super::oracles::agree_on_epochs,
	super::oracles::agree_on_epochs,
	super::oracles::commit,
	deeds::buy_some,
	deeds::link_some,
	deeds::unlink,
	by_governance::decide_on_deed,
	super::skip_epochs,
];

/// Somebody announces readiness, mostly a node, which may have neither deed nor keys.
fn announce(world: &mut World, choices: &mut Choices<'_>) {
	world.call(node_or_else(choices), Call::announce_readiness {});
}

fn withdraw(world: &mut World, choices: &mut Choices<'_>) {
	world.call(node_or_else(choices), Call::withdraw_readiness {});
}

/// A node registers its session keys, rightly.
fn set_keys(world: &mut World, choices: &mut Choices<'_>) {
	register_keys(world, Node::any(choices));
}

/// A node without session keys cannot be elected. The last validator with any keeps them, because a
/// chain without validators ends.
fn purge_keys(world: &mut World, choices: &mut Choices<'_>) {
	let node = Node::any(choices).account();
	let others_stay = world.with(|| {
		let stays = |other: &AccountId| *other != node && Session::is_registered(other);
		let queued = QueuedKeys::<Runtime>::get();
		Session::validators().iter().any(stays) && queued.iter().any(|(other, _)| stays(other))
	});
	if others_stay {
		world.call(RuntimeOrigin::signed(node), pallet_session::Call::purge_keys {});
	}
}

/// Governance takes back an offence, mostly one that there is.
fn reverse(world: &mut World, choices: &mut Choices<'_>) {
	let next = world.with(NextOffence::<Runtime>::get);
	let newest = next.saturating_sub(1);
	let offence =
		choices.pick(&[newest, newest, next.saturating_sub(2), 0, next.saturating_sub(3), next]);
	world.call(governance(choices), Call::reverse_offence { offence });
}

/// Everybody has a node that stands for election, rightly: enough for one.
pub(crate) fn stand_all(world: &mut World, choices: &mut Choices<'_>) {
	for person in Person::ALL {
		let node = node_of(world, person).or_else(|| {
			deeds::buy_rightly(world, person, 1, choices);
			deeds::link_rightly(world, person, 1);
			node_of(world, person)
		});
		let Some(node) = node else { continue };
		register_keys(world, node);
		let origin = RuntimeOrigin::signed(node.account());
		world.call(origin, Call::announce_readiness {});
	}
}

/// A node that is linked to a deed of somebody.
fn node_of(world: &mut World, person: Person) -> Option<Node> {
	world.with(|| {
		let is_of_person = |node: &Node| {
			let deed = NodeDeeds::deed_of(&node.account());
			deed.and_then(NodeDeeds::owner_of) == Some(person.account())
		};
		Node::ALL.into_iter().find(is_of_person)
	})
}

fn register_keys(world: &mut World, node: Node) {
	let rich = RuntimeOrigin::signed(Person::ALICE.account());
	let dest = node.account().into();
	// Enough for the deposit of the keys.
	world.call(rich, pallet_balances::Call::transfer_allow_death { dest, value: R1 });
	let (keys, proof) = node.session_keys();
	let call = pallet_session::Call::set_keys { keys, proof };
	world.call(RuntimeOrigin::signed(node.account()), call);
}

/// A node's signature; in a few cases somebody who is no node.
fn node_or_else(choices: &mut Choices<'_>) -> RuntimeOrigin {
	if choices.one_in(16) {
		return signed(Person::any(choices), choices);
	}
	signed_by_node(Node::any(choices), choices)
}

fn signed_by_node(node: Node, choices: &mut Choices<'_>) -> RuntimeOrigin {
	if choices.one_in(32) {
		return choices.pick(&[RawOrigin::Root, RawOrigin::None]).into();
	}
	RuntimeOrigin::signed(node.account())
}

/// Lets all candidates have been watched for as long as an election looks at.
pub(crate) fn fill_windows(world: &mut World, choices: &mut Choices<'_>) {
	// The least with which one is elected, what is too little for that, and for staying.
	let availability = choices.pick(&[255, 230, 229, 128, 127, 0]);
	let observation = Observation { availability, work: choices.pick(&[0, 255, u32::MAX]) };
	let epochs: u32 = <Runtime as pallet_validators::Config>::WindowEpochs::get();
	let window = BoundedVec::truncate_from(vec![observation; epochs as usize]);
	world.with(|| {
		Candidates::<Runtime>::mutate(|candidates| {
			candidates
				.iter_mut()
				.for_each(|(_deed, candidate)| candidate.window = window.clone());
		});
	});
}
