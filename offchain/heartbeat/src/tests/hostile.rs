// SPDX-License-Identifier: Apache-2.0

//! No slot is set that the node did not beat for, whatever is sent to an observer.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap as Map, BTreeSet};

/// Deeds 1 to 3 are linked; deed 4 is banned; node 5 is linked to nothing.
const NODES: DeedId = 5;
const BANNED: DeedId = 4;

/// Somebody sends something in a slot.
#[derive(Clone, Copy, Debug)]
enum Act {
	/// The node beats, as it should.
	Beats,
	/// The node's clock is off: it signs another slot.
	BeatsOff(i32),
	/// The node sends beats for every slot of the epoch at once.
	Bursts,
	/// The node signs a slot of another time, with a block of that time.
	BackDates(u32),
	/// The node signs the right slot and names a block that is so many seconds old: it may have
	/// made the beat then.
	NamesOldBlock(u64),
	/// The node signs the right slot and names a block that nobody knows.
	NamesNoBlock,
	/// Somebody else signs in the node's name.
	Forged,
	/// Somebody sends what was captured earlier, by its number.
	Replayed(usize),
	/// Somebody changes a byte of what was captured earlier.
	Tampered(usize, usize),
	/// A beat with bytes behind it.
	Oversized(usize),
	/// The beginning of a beat.
	Truncated(usize),
}

fn act() -> impl Strategy<Value = Act> {
	prop_oneof![
		4 => Just(Act::Beats),
		1 => prop_oneof![Just(-1), Just(1), Just(2), Just(-3)].prop_map(Act::BeatsOff),
		1 => Just(Act::Bursts),
		1 => (0..SLOTS).prop_map(Act::BackDates),
		1 => (121_u64..200).prop_map(Act::NamesOldBlock),
		1 => Just(Act::NamesNoBlock),
		1 => Just(Act::Forged),
		2 => any::<usize>().prop_map(Act::Replayed),
		1 => any::<(usize, usize)>().prop_map(|(which, byte)| Act::Tampered(which, byte)),
		1 => (1_usize..200).prop_map(Act::Oversized),
		1 => (0_usize..168).prop_map(Act::Truncated),
	]
}

/// What an attacker sends, given all that was heard before.
fn messages(act: Act, node: DeedId, slot: u32, captured: &[Vec<u8>]) -> Vec<Vec<u8>> {
	let identity = node_of(node);
	let honest = beat_in(2, slot);
	let heard = |which: usize| captured.get(which % captured.len().max(1)).cloned();
	match act {
		Act::Beats => vec![signed_by(&identity, honest)],
		Act::BeatsOff(off) => {
			let signed = slot.saturating_add_signed(off).min(SLOTS - 1);
			vec![signed_by(&identity, Beat { slot: signed, ..honest })]
		},
		Act::Bursts => (0..SLOTS)
			.map(|signed| signed_by(&identity, Beat { slot: signed, ..honest }))
			.collect(),
		Act::BackDates(signed) => vec![signed_by(&identity, beat_in(2, signed))],
		Act::NamesOldBlock(age_secs) => {
			let finalised_block = block_made_at(middle_of(2, slot) - age_secs).hash;
			vec![signed_by(&identity, Beat { finalised_block, ..honest })]
		},
		Act::NamesNoBlock => {
			vec![signed_by(&identity, Beat { finalised_block: [0; 32], ..honest })]
		},
		Act::Forged => {
			let signature = node_of(99).sign(&honest, &GENESIS);
			vec![SignedBeat { node: identity.key(), beat: honest, signature }.encode()]
		},
		Act::Replayed(which) => heard(which).into_iter().collect(),
		Act::Tampered(which, byte) => heard(which)
			.map(|mut bytes| {
				let index = byte % bytes.len();
				bytes[index] ^= 0x40;
				bytes
			})
			.into_iter()
			.collect(),
		Act::Oversized(extra) => {
			let mut bytes = signed_by(&identity, honest);
			bytes.resize(bytes.len() + extra, 0);
			vec![bytes]
		},
		Act::Truncated(length) => {
			let mut bytes = signed_by(&identity, honest);
			bytes.truncate(length);
			vec![bytes]
		},
	}
}

/// The slots that the node itself signs, and shows to have signed just now.
fn signed_slots(act: Act, slot: u32) -> Vec<u32> {
	match act {
		Act::Beats => vec![slot],
		Act::Bursts => (0..SLOTS).collect(),
		Act::BeatsOff(off) => vec![slot.saturating_add_signed(off).min(SLOTS - 1)],
		Act::BackDates(signed) => vec![signed],
		_ => Vec::new(),
	}
}

fn chain_of_attack(now: u64) -> ChainState {
	let deed = |deed| {
		let is_banned = deed == BANNED;
		(deed, Deed { is_banned, ..linked_to(&node_of(deed)) })
	};
	chain_with(now, (1..=BANNED).map(deed).collect())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn no_slot_should_be_set_that_the_node_did_not_beat_for(
		acts in prop::collection::vec((act(), 1..=NODES, 0..SLOTS), 1..80),
	) {
		let mut acts = acts;
		acts.sort_by_key(|(_, _, slot)| *slot);
		let mut observer = observer();
		let mut captured: Vec<Vec<u8>> = Vec::new();
		// By deed: what the node signed, and where an honest beat reached the observer.
		let mut signed: Map<DeedId, BTreeSet<u32>> = Map::new();
		let mut honest: Map<DeedId, BTreeSet<u32>> = Map::new();
		let mut before: Map<DeedId, u32> = Map::new();
		for (act, node, slot) in acts {
			let now = middle_of(2, slot);
			let chain = chain_of_attack(now);
			if node < BANNED {
				signed.entry(node).or_default().extend(signed_slots(act, slot));
			}
			if matches!(act, Act::Beats) && node < BANNED {
				honest.entry(node).or_default().insert(slot);
			}
			for bytes in messages(act, node, slot, &captured) {
				if let Verdict::Accepted(beat) = observer.observe(&bytes, now, &chain) {
					let near = slot.saturating_sub(1)..=slot + 1;
					let is_signed = signed.get(&beat.deed).is_some_and(|signed| {
						signed.range(near).next().is_some()
					});
					prop_assert!(
						is_signed,
						"{act:?} of node {node} set slot {slot} of deed {}",
						beat.deed,
					);
					prop_assert_eq!((beat.epoch, beat.slot), (2, slot));
				}
				captured.push(bytes);
			}
			for deed in 1..=NODES {
				let ones = observer.slots_beaten(2, deed);
				let limit = signed.get(&deed).map_or(0, |slots| slots.len() as u32);
				prop_assert!(ones <= limit, "deed {deed} has {ones} slots and signed {limit}");
				let earlier = before.insert(deed, ones).unwrap_or(0);
				prop_assert!(earlier <= ones, "an attack took a slot away");
			}
		}
		// What others send is never in the way of a node that only beats as it should.
		for (deed, slots) in honest.iter().filter(|(deed, slots)| signed[deed] == **slots) {
			prop_assert_eq!(observer.slots_beaten(2, *deed) as usize, slots.len());
		}
	}
}

#[test]
fn day_of_beats_in_one_burst_should_set_one_slot() {
	let now = middle_of(2, 10);
	let mut observer = observer();
	for epoch in 1..=3 {
		for slot in 0..SLOTS {
			let beat = Beat { epoch, slot, ..beat_in(2, 10) };
			observer.observe(&signed_by(&node_of(1), beat), now, &chain_of_attack(now));
		}
	}
	assert_eq!(observer.slots_beaten(2, 1), 1);
	assert_eq!((observer.slots_beaten(1, 1), observer.slots_beaten(3, 1)), (0, 0));
	assert_eq!(observer.metrics().accepted, 1);
}
