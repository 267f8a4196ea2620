// SPDX-License-Identifier: Apache-2.0

//! Nodes that sign too much, and what that says of them and of others.

use super::*;
use crate::replay::OTHER_BEATS_MAX;

const SLOT: u32 = 10;

/// A beat for a slot that differs from all others with another number.
fn variant(slot: u32, number: u8) -> Vec<u8> {
	signed_by(&node_of(1), Beat { slot, capabilities: [number; 32], ..beat_in(2, SLOT) })
}

fn observe(observer: &mut Observer, bytes: &[u8], slot: u32) -> Verdict {
	let now = middle_of(2, slot);
	observer.observe(bytes, now, &chain_at(now, 1))
}

#[test]
fn second_beat_for_one_signed_slot_should_be_the_signers_fault() {
	for own_slot in [SLOT, SLOT + 1] {
		let mut observer = observer();
		assert!(matches!(observe(&mut observer, &variant(SLOT, 1), SLOT), Verdict::Accepted(_)));
		let second = observe(&mut observer, &variant(SLOT, 2), own_slot);
		assert_eq!(second, Rejected::Equivocated.into());
		// The same two again are copies, which anybody could send.
		let copies = [1, 2].map(|number| observe(&mut observer, &variant(SLOT, number), own_slot));
		let expected = match own_slot {
			SLOT => Verdict::Ignored(Ignored::SlotAlreadyCounted),
			_ => Rejected::Replayed.into(),
		};
		assert_eq!(copies, [expected; 2]);
		assert_eq!(observer.slots_beaten(2, 1), 1);
		assert_eq!(observer.metrics().rejected(Rejected::Equivocated), 1);
	}
}

#[test]
fn flood_should_be_noticed_after_a_few_and_end_with_the_slot() {
	let mut observer = observer();
	let verdicts: Vec<_> = (0..20)
		.map(|number| observe(&mut observer, &variant(SLOT, number), SLOT))
		.collect();
	assert!(matches!(verdicts[0], Verdict::Accepted(_)));
	let others = &verdicts[1..=OTHER_BEATS_MAX];
	assert!(others.iter().all(|verdict| *verdict == Rejected::Equivocated.into()), "{others:?}");
	let flood = &verdicts[1 + OTHER_BEATS_MAX..];
	assert!(flood.iter().all(|verdict| *verdict == Rejected::Flooded.into()), "{flood:?}");
	assert_eq!(observer.slots_beaten(2, 1), 1);
	// Counting begins anew with the next slot.
	assert!(matches!(
		observe(&mut observer, &variant(SLOT + 1, 0), SLOT + 1),
		Verdict::Accepted(_)
	));
}

#[test]
fn early_beats_should_fill_no_slot_but_one_and_be_a_flood_in_the_end() {
	let mut observer = observer();
	assert!(matches!(observe(&mut observer, &variant(SLOT, 0), SLOT), Verdict::Accepted(_)));
	// Of the next slot: honest, if the node's clock is ahead.
	let verdicts: Vec<_> = (0..5)
		.map(|number| observe(&mut observer, &variant(SLOT + 1, number), SLOT))
		.collect();
	let (ignored, flooded) = (Verdict::Ignored(Ignored::SlotAlreadyCounted), Rejected::Flooded);
	let flooded = Verdict::Rejected(flooded);
	assert_eq!(verdicts, [ignored, ignored, ignored, flooded, flooded]);
	assert_eq!(observer.slots_beaten(2, 1), 1);
}

#[test]
fn nobody_should_look_guilty_by_what_others_forge() {
	let mut observer = observer();
	assert!(matches!(observe(&mut observer, &variant(SLOT, 1), SLOT), Verdict::Accepted(_)));
	for number in 0..20 {
		let beat = Beat { slot: SLOT, capabilities: [number; 32], ..beat_in(2, 0) };
		let beat = Beat { finalised_block: beat_in(2, SLOT).finalised_block, ..beat };
		let signature = node_of(2).sign(&beat, &GENESIS);
		let forged = SignedBeat { node: node_of(1).key(), beat, signature }.encode();
		let verdict = observe(&mut observer, &forged, SLOT);
		let is_the_true_one = number == 1;
		let expected: Verdict = match is_the_true_one {
			true => Ignored::SlotAlreadyCounted.into(),
			false => Rejected::BadSignature.into(),
		};
		assert_eq!(verdict, expected);
	}
	let metrics = observer.metrics();
	assert_eq!(metrics.rejected(Rejected::Equivocated) + metrics.rejected(Rejected::Flooded), 0);
}

#[test]
fn banned_deeds_node_should_set_no_slot() {
	let now = middle_of(2, SLOT);
	let mut banned = linked_to(&node_of(1));
	banned.is_banned = true;
	let chain = chain_with(now, [(1, banned)].into_iter().collect());
	let mut observer = observer();
	let bytes = signed_by(&node_of(1), beat_in(2, SLOT));
	assert_eq!(observer.observe(&bytes, now, &chain), Rejected::BannedDeed.into());
	assert_eq!(observer.slots_beaten(2, 1), 0);
	assert!(!Rejected::BannedDeed.is_peer_fault());
}

#[test]
fn tolerance_should_be_one_slot_and_two_seconds_at_least() {
	for (slot_secs, off_max) in [(1, 2), (2, 1), (10, 1)] {
		let clock = EpochClock { start_secs: 1_000, epoch_secs: slot_secs * 30, slot_secs };
		let scope = ChainScope { genesis_hash: GENESIS, clock };
		let now = clock.start_secs + u64::from(SLOT * slot_secs);
		let chain = ChainState { clock, ..chain_at(now, 1) };
		for (off, expected) in [(off_max, true), (off_max + 1, false)] {
			for signed_slot in [SLOT - off, SLOT + off] {
				let mut observer = Observer::new(scope, ObserverLimits::default()).unwrap();
				let finalised_block = block_made_at(now).hash;
				let beat = Beat { epoch: 0, slot: signed_slot, finalised_block, ..beat_in(0, 0) };
				let verdict = observer.observe(&signed_by(&node_of(1), beat), now, &chain);
				let is_accepted = matches!(verdict, Verdict::Accepted(_));
				assert_eq!(is_accepted, expected, "{off} slots of {slot_secs} s");
			}
		}
	}
}
