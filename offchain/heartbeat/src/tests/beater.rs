// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_core::verify;

fn beater() -> Beater {
	Beater::new(node_of(1), CAPABILITIES)
}

fn beat(tick: Tick) -> SignedBeat {
	match tick {
		Tick::Beat(beat) => beat,
		other => panic!("{other:?}"),
	}
}

#[test]
fn beater_should_beat_once_in_the_second_half_of_each_slot() {
	let mut beater = beater();
	for slot in 0..SLOTS {
		let start = middle_of(3, slot) - 1;
		assert_eq!(beater.tick(start, &chain_at(start, 1)), Tick::Wait);
		let signed = beat(beater.tick(start + 1, &chain_at(start + 1, 1)));
		assert_eq!((signed.beat.epoch, signed.beat.slot), (3, slot));
		assert_eq!(signed.beat.capabilities, CAPABILITIES);
		assert_eq!(verify(&signed.node, &signed.beat, &GENESIS, &signed.signature), Ok(()));
		assert_eq!(beater.tick(start + 1, &chain_at(start + 1, 1)), Tick::Wait);
	}
	assert_eq!(beater.metrics().sent, u64::from(SLOTS));
}

#[test]
fn beater_should_announce_new_capabilities() {
	let mut beater = beater();
	beater.announce([1; 32]);
	let now = middle_of(0, 0);
	assert_eq!(beat(beater.tick(now, &chain_at(now, 1))).beat.capabilities, [1; 32]);
}

#[test]
fn beater_should_stay_silent_when_nobody_would_accept_the_beat() {
	let now = middle_of(0, 5);
	let mut beater = beater();
	assert_eq!(beater.tick(now, &chain_at(now, 0)), Tick::Silent(Silence::NotLinked));
	let stale = chain_at(now - 121, 1);
	assert_eq!(beater.tick(now, &stale), Tick::Silent(Silence::ChainStale));
	let before_start = CLOCK.start_secs - 1;
	let chain = chain_at(before_start, 1);
	assert_eq!(beater.tick(before_start, &chain), Tick::Silent(Silence::ClockNotStarted));
	// The same slot is still to be had once the reason is gone.
	assert!(matches!(beater.tick(now, &chain_at(now - 120, 1)), Tick::Beat(_)));
	assert_eq!(beater.metrics().sent, 1);
}

#[test]
fn beater_should_name_a_block_that_others_have_had_time_to_learn() {
	let mut beater = beater();
	let named = |beater: &mut Beater, now: u64, finalised: u64| {
		let signed = beat(beater.tick(now, &chain_at(finalised, 1)));
		u64::from_le_bytes(signed.beat.finalised_block[..8].try_into().unwrap())
	};
	let first = middle_of(0, 0);
	// Nothing else is known at the start.
	assert_eq!(named(&mut beater, first, first), first);
	// A block of this very second waits; the one of the last slot has settled.
	assert_eq!(named(&mut beater, first + 2, first + 2), first);
	assert_eq!(named(&mut beater, first + 4, first + 4), first + 2);
	// After a long outage the settled block proves nothing any more, and the newest must do.
	assert_eq!(named(&mut beater, first + 600, first + 600), first + 600);
}

#[test]
fn beater_should_go_on_when_a_wrong_clock_is_set_back() {
	let mut beater = beater();
	let ahead = middle_of(9, 0);
	assert!(matches!(beater.tick(ahead, &chain_at(ahead, 1)), Tick::Beat(_)));
	let right = middle_of(2, 3);
	assert_eq!(beat(beater.tick(right, &chain_at(right, 1))).beat.epoch, 2);
}

#[test]
fn tick_period_should_fit_four_times_into_half_a_slot() {
	assert_eq!(Beater::tick_period_ms(&CLOCK), 250);
	let mainnet = EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs: 10 };
	assert_eq!(Beater::tick_period_ms(&mainnet), 1_250);
}
