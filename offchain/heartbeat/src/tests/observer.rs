// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_primitives::{BEAT_BYTES_MAX, EpochIndex};

const NOW_SLOT: u32 = 10;

/// Judges one beat with a fresh observer in slot 10 of epoch 2.
fn check(bytes: &[u8], expected: impl Into<Verdict>) {
	let now = middle_of(2, NOW_SLOT);
	let mut observer = observer();
	let before = observer.snapshot();
	assert_eq!(observer.observe(bytes, now, &chain_at(now, 1)), expected.into());
	assert_eq!(observer.snapshot(), before, "a refused beat changes nothing");
}

fn accepted(epoch: EpochIndex, slot: u32) -> Verdict {
	Verdict::Accepted(CountedBeat { node: node_of(1).key(), deed: 1, epoch, slot })
}

#[test]
fn observer_should_accept_an_honest_beat_and_set_its_slot() {
	let now = middle_of(2, NOW_SLOT);
	let mut observer = observer();
	let bytes = signed_by(&node_of(1), beat_in(2, NOW_SLOT));
	assert!(bytes.len() <= BEAT_BYTES_MAX);
	assert_eq!(observer.observe(&bytes, now, &chain_at(now, 1)), accepted(2, NOW_SLOT));
	assert_eq!(observer.slots_beaten(2, 1), 1);
	assert_eq!(observer.metrics().accepted, 1);
}

#[test]
fn observer_should_accept_the_beat_that_a_beater_makes() {
	let mut beater = Beater::new(node_of(1), CAPABILITIES);
	let now = middle_of(2, NOW_SLOT);
	let chain = chain_at(now, 1);
	let Tick::Beat(signed) = beater.tick(now, &chain) else { panic!("a beat is due") };
	assert_eq!(observer().observe(&signed.encode(), now, &chain), accepted(2, NOW_SLOT));
}

#[test]
fn observer_should_count_for_the_slot_of_its_own_clock_when_the_sender_is_one_off() {
	for signed_slot in [NOW_SLOT - 1, NOW_SLOT, NOW_SLOT + 1] {
		let now = middle_of(2, NOW_SLOT);
		let beat = Beat { slot: signed_slot, ..beat_in(2, NOW_SLOT) };
		let verdict = observer().observe(&signed_by(&node_of(1), beat), now, &chain_at(now, 1));
		assert_eq!(verdict, accepted(2, NOW_SLOT));
	}
}

#[test]
fn observer_should_take_a_neighbouring_slot_of_the_neighbouring_epoch() {
	let now = middle_of(2, 0);
	let late = Beat { finalised_block: block_made_at(now).hash, ..beat_in(1, SLOTS - 1) };
	let verdict = observer().observe(&signed_by(&node_of(1), late), now, &chain_at(now, 1));
	assert_eq!(verdict, accepted(2, 0));
}

#[test]
fn observer_should_reject_what_is_no_beat() {
	check(&[0; BEAT_BYTES_MAX + 1], Rejected::TooLong);
	check(&[], Rejected::Malformed);
	check(&[1; 40], Rejected::Malformed);
	let mut longer = signed_by(&node_of(1), beat_in(2, NOW_SLOT));
	longer.push(0);
	check(&longer, Rejected::Malformed);
}

#[test]
fn observer_should_reject_a_beat_of_another_time() {
	let node = node_of(1);
	let beat = |epoch, slot| Beat { epoch, slot, ..beat_in(2, NOW_SLOT) };
	check(&signed_by(&node, beat(2, NOW_SLOT - 2)), Rejected::WrongSlot);
	check(&signed_by(&node, beat(2, NOW_SLOT + 2)), Rejected::WrongSlot);
	check(&signed_by(&node, beat(1, NOW_SLOT)), Rejected::WrongEpoch);
	check(&signed_by(&node, beat(u32::MAX, SLOTS - 1)), Rejected::WrongEpoch);
	check(&signed_by(&node, beat(2, SLOTS)), Rejected::SlotOutOfRange);
	check(&signed_by(&node, beat(2, u32::MAX)), Rejected::SlotOutOfRange);
}

#[test]
fn observer_should_reject_a_block_that_proves_nothing() {
	let now = middle_of(2, NOW_SLOT);
	let naming =
		|finalised_block| signed_by(&node_of(1), Beat { finalised_block, ..beat_in(2, NOW_SLOT) });
	check(&naming([0; 32]), Rejected::UnknownBlock);
	check(&naming(block_made_at(now + 1).hash), Rejected::UnknownBlock);
	check(&naming(block_made_at(now - 121).hash), Rejected::StaleBlock);
	let oldest = observer().observe(&naming(block_made_at(now - 120).hash), now, &chain_at(now, 1));
	assert_eq!(oldest, accepted(2, NOW_SLOT));
}

#[test]
fn observer_should_reject_a_stranger_and_a_forgery() {
	let beat = beat_in(2, NOW_SLOT);
	check(&signed_by(&node_of(2), beat), Rejected::UnlinkedNode);
	let (node, stranger) = (node_of(1), node_of(2));
	let forged = SignedBeat { node: node.key(), beat, signature: stranger.sign(&beat, &GENESIS) };
	check(&forged.encode(), Rejected::BadSignature);
	let other_chain = SignedBeat { signature: node.sign(&beat, &[0; 32]), ..forged };
	check(&other_chain.encode(), Rejected::BadSignature);
	let altered = Beat { capabilities: [0; 32], ..beat };
	let altered = SignedBeat { beat: altered, signature: node.sign(&beat, &GENESIS), ..forged };
	check(&altered.encode(), Rejected::BadSignature);
}

#[test]
fn observer_should_ignore_a_second_beat_in_a_slot() {
	let now = middle_of(2, NOW_SLOT);
	let mut observer = observer();
	count(&mut observer, 1, 2, NOW_SLOT);
	let same = signed_by(&node_of(1), beat_in(2, NOW_SLOT));
	let next = Beat { slot: NOW_SLOT + 1, ..beat_in(2, NOW_SLOT) };
	for bytes in [same, signed_by(&node_of(1), next)] {
		let verdict = observer.observe(&bytes, now, &chain_at(now, 1));
		assert_eq!(verdict, Ignored::SlotAlreadyCounted.into());
	}
	assert_eq!(observer.slots_beaten(2, 1), 1);
}

#[test]
fn observer_should_count_each_signed_slot_once_when_it_is_sent_again() {
	let mut observer = observer();
	// Signed one slot ahead, so that three slots would take it.
	let beat = Beat { slot: NOW_SLOT + 1, ..beat_in(2, NOW_SLOT) };
	let bytes = signed_by(&node_of(1), beat);
	let verdicts = (NOW_SLOT..NOW_SLOT + 4).map(|slot| {
		let now = middle_of(2, slot);
		observer.observe(&bytes, now, &chain_at(now, 1))
	});
	let expected = [
		accepted(2, NOW_SLOT),
		Rejected::Replayed.into(),
		Rejected::Replayed.into(),
		Rejected::WrongSlot.into(),
	];
	assert_eq!(verdicts.collect::<Vec<_>>(), expected);
	assert_eq!(observer.slots_beaten(2, 1), 1);
}

#[test]
fn observer_should_judge_nobody_when_its_own_clock_and_chain_disagree() {
	let now = middle_of(2, NOW_SLOT);
	let bytes = signed_by(&node_of(1), beat_in(2, NOW_SLOT));
	let mut observer = observer();
	for finalised in [now - 121, now + 121] {
		let chain = chain_at(finalised, 1);
		assert_eq!(observer.tick(now, &chain), Err(Blindness::ChainOutOfStep));
		assert_eq!(observer.observe(&bytes, now, &chain), Ignored::ChainOutOfStep.into());
	}
	let early = CLOCK.start_secs - 1;
	assert_eq!(observer.tick(early, &chain_at(early, 1)), Err(Blindness::ClockNotStarted));
	let verdict = observer.observe(&bytes, early, &chain_at(early, 1));
	assert_eq!(verdict, Ignored::ClockNotStarted.into());
	assert_eq!(observer.slots_covered(2), 0);
}

#[test]
fn observer_should_keep_two_epochs_and_forget_older_ones() {
	let mut observer = observer();
	for epoch in 1..=3 {
		cover(&mut observer, epoch, 0);
		count(&mut observer, 1, epoch, 4);
	}
	let known = |observer: &Observer, epoch| observer.slots_beaten(epoch, 1);
	assert_eq!([1, 2, 3].map(|epoch| known(&observer, epoch)), [0, 1, 1]);
	// The clock is set back to a forgotten epoch: nothing that is kept makes room for it.
	let now = middle_of(1, 7);
	let bytes = signed_by(&node_of(1), beat_in(1, 7));
	let verdict = observer.observe(&bytes, now, &chain_at(now, 1));
	assert_eq!(verdict, Ignored::EpochForgotten.into());
	cover(&mut observer, 1, 8);
	assert_eq!([1, 2, 3].map(|epoch| known(&observer, epoch)), [0, 1, 1]);
	assert_eq!(observer.slots_covered(1), 0);
}

#[test]
fn observer_should_stay_within_its_bounds_under_a_flood_of_keys() {
	let limits = ObserverLimits { deeds_max: 5, ..ObserverLimits::default() };
	let mut observer = Observer::new(SCOPE, limits).unwrap();
	let now = middle_of(2, NOW_SLOT);
	let chain = chain_at(now, 40);
	for deed in 1..=100 {
		observer.observe(&signed_by(&node_of(deed), beat_in(2, NOW_SLOT)), now, &chain);
	}
	assert_eq!(observer.metrics().accepted, 5);
	assert_eq!(observer.metrics().ignored(Ignored::NoRoom), 35);
	assert_eq!(observer.metrics().rejected(Rejected::UnlinkedNode), 60);
	// Five bitmaps of four bytes, five keys, and the frame.
	assert!(observer.snapshot().len() < 600, "{}", observer.snapshot().len());
	// Those that have room go on.
	count(&mut observer, 3, 2, NOW_SLOT + 1);
}

#[test]
fn observer_should_leave_past_slots_to_the_deed_that_the_node_was_linked_to() {
	let link = |deed| [(deed, linked_to(&node_of(1)))];
	let mut observer = observer();
	for (slot, deed) in [(3, 1), (4, 1), (5, 2)] {
		let now = middle_of(2, slot);
		let chain = chain_with(now, link(deed).into_iter().collect());
		observer.observe(&signed_by(&node_of(1), beat_in(2, slot)), now, &chain);
	}
	assert_eq!((observer.slots_beaten(2, 1), observer.slots_beaten(2, 2)), (2, 1));
}

#[test]
fn observer_should_refuse_a_clock_without_a_usable_number_of_slots() {
	for (epoch_secs, slot_secs) in [(0, 0), (60, 0), (60, 7), (86_401, 1)] {
		let clock = EpochClock { epoch_secs, slot_secs, ..CLOCK };
		let scope = ChainScope { clock, ..SCOPE };
		let made = Observer::new(scope, ObserverLimits::default());
		assert_eq!(made.map(|_| ()), Err(UnusableClock { clock }));
	}
}

#[test]
fn only_what_no_honest_peer_sends_or_signs_should_be_a_peers_fault() {
	let those = |is: fn(Rejected) -> bool| -> Vec<Rejected> {
		Rejected::ALL.into_iter().filter(|reason| is(*reason)).collect()
	};
	let forwarder =
		[Rejected::TooLong, Rejected::Malformed, Rejected::SlotOutOfRange, Rejected::BadSignature];
	let signer = [Rejected::Equivocated, Rejected::Flooded];
	assert_eq!(those(Rejected::is_forwarder_fault), forwarder);
	assert_eq!(those(Rejected::is_signer_fault), signer);
	assert_eq!(those(Rejected::is_peer_fault), [&forwarder[..], &signer[..]].concat());
}
