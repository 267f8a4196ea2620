// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_core::{ManualClock, limits::FRESH_BLOCK_SECS};

const START_SECS: u64 = 1_000;
/// How long the blocks of these tests take to become final, in milliseconds.
const LAG_MS: u64 = 9_000;

/// A machine whose wall clock is `skew_secs` off, in the world's time.
struct Machine {
	clock: ChainClock,
	skew_secs: i64,
	monotonic_off_ms: i64,
}

impl Machine {
	fn new(skew_secs: i64) -> Self {
		Self { clock: ChainClock::new(), skew_secs, monotonic_off_ms: 77_777 }
	}

	/// What its own clocks show `at_ms` after the start of the world.
	fn own(&self, at_ms: u64) -> OwnTime {
		OwnTime {
			wall_secs: (START_SECS + at_ms / 1_000).saturating_add_signed(self.skew_secs),
			monotonic_ms: at_ms.saturating_add_signed(self.monotonic_off_ms),
		}
	}

	/// The time that it tells when the newest final block was made at `made_ms`.
	fn now(&mut self, at_ms: u64, made_ms: u64) -> Result<u64, Blindness> {
		let own = self.own(at_ms);
		self.clock.now_secs(own, &block_made_at(START_SECS + made_ms / 1_000))
	}

	/// Sees a block every 6 s from `from_ms` on, each `delay_ms` after it became final.
	fn live(&mut self, from_ms: u64, blocks: u64, delay_ms: u64) {
		for number in 0..blocks {
			let made_ms = from_ms + number * 6_000;
			self.now(made_ms + LAG_MS + delay_ms, made_ms).unwrap();
		}
	}
}

#[test]
fn machines_should_agree_within_two_seconds_whatever_their_clocks_show() {
	for skew_secs in [-30, 0, 30] {
		let mut machine = Machine::new(skew_secs);
		// The delays of this machine's network differ from block to block.
		for (number, delay_ms) in [1_900, 300, 1_200, 900, 1_999].into_iter().enumerate() {
			machine.live(number as u64 * 6_000, 1, delay_ms);
		}
		let at_ms = 40_000;
		let now_secs = machine.now(at_ms, 24_000).unwrap();
		let truth_secs = START_SECS + (at_ms - LAG_MS) / 1_000;
		assert!(now_secs.abs_diff(truth_secs) <= 1, "{now_secs} for {truth_secs}");
	}
}

#[test]
fn time_should_go_on_between_two_blocks_and_through_a_stall() {
	let mut machine = Machine::new(0);
	machine.live(0, 5, 0);
	for at_ms in [34_000, 35_000, 60_000, 600_000] {
		let now_secs = machine.now(at_ms, 24_000).unwrap();
		assert_eq!(now_secs, START_SECS + (at_ms - LAG_MS) / 1_000);
		// After two minutes without a block, nobody judges or beats by it.
		let chain = chain_at(START_SECS + 24, 1);
		let is_fresh = now_secs <= START_SECS + 24 + FRESH_BLOCK_SECS;
		assert_eq!(observer().tick(now_secs, &chain).is_ok(), is_fresh);
	}
}

#[test]
fn burst_should_not_move_the_time() {
	let mut machine = Machine::new(0);
	machine.live(0, SAMPLES_MAX as u64, 0);
	let last_ms = SAMPLES_MAX as u64 * 6_000;
	let at_ms = last_ms + 60_000;
	// Fifty blocks become final within half a second, a minute late.
	for number in 0..50 {
		let now_secs = machine.now(at_ms + number * 8, last_ms + number * 1_000).unwrap();
		assert_eq!(now_secs, START_SECS + (at_ms + number * 8 - LAG_MS) / 1_000);
	}
}

#[test]
fn setting_the_wall_clock_should_change_nothing_within_two_minutes() {
	let mut machine = Machine::new(0);
	machine.live(0, 5, 0);
	for skew_secs in [-100, 100] {
		machine.skew_secs = skew_secs;
		assert_eq!(machine.now(40_000, 24_000), Ok(START_SECS + 31));
	}
	for skew_secs in [-200, 200] {
		machine.skew_secs = skew_secs;
		assert_eq!(machine.now(40_000, 24_000), Err(Blindness::ChainOutOfStep));
	}
	// Set right again, it goes on at once.
	machine.skew_secs = 0;
	assert_eq!(machine.now(41_000, 24_000), Ok(START_SECS + 32));
}

#[test]
fn steps_of_the_monotonic_clock_should_heal() {
	// It falls back, as when the machine sleeps for a minute: the next block puts it right.
	let mut machine = Machine::new(0);
	machine.live(0, 5, 0);
	machine.monotonic_off_ms -= 60_000;
	assert_eq!(machine.now(40_000, 24_000), Ok(START_SECS + 31 - 60));
	machine.live(36_000, 1, 0);
	assert_eq!(machine.now(46_000, 36_000), Ok(START_SECS + 37));
	// It jumps ahead: forgotten with the samples from before.
	machine.monotonic_off_ms += 30_000;
	assert_eq!(machine.now(46_000, 36_000), Ok(START_SECS + 67));
	machine.live(42_000, SAMPLES_MAX as u64, 0);
	let last_ms = 42_000 + (SAMPLES_MAX as u64 - 1) * 6_000;
	assert_eq!(machine.now(last_ms + LAG_MS, last_ms), Ok(START_SECS + last_ms / 1_000));
}

#[test]
fn chain_of_long_ago_should_not_be_believed() {
	// A node that catches up sees blocks of an hour ago become final.
	let mut machine = Machine::new(0);
	let hour_ms = 3_600_000;
	assert_eq!(machine.now(hour_ms, 0), Err(Blindness::ChainOutOfStep));
	// When it has caught up, it sees the right time at once.
	assert_eq!(machine.now(hour_ms + LAG_MS, hour_ms), Ok(START_SECS + 3_600));
}

#[test]
fn estimate_should_be_the_wall_clock_before_the_first_block() {
	let own = OwnTime::of(&ManualClock::at_secs(77));
	assert_eq!(own, OwnTime { wall_secs: 77, monotonic_ms: 0 });
	assert_eq!(ChainClock::new().estimate_secs(own), 77);
	let mut machine = Machine::new(0);
	machine.live(0, 1, 0);
	let own = machine.own(20_000);
	assert_eq!(machine.clock.estimate_secs(own), START_SECS + 11);
}

#[test]
fn beats_should_count_when_both_clocks_are_half_a_minute_off() {
	let (mut node, mut oracle) = (Machine::new(30), Machine::new(-30));
	let mut beater = Beater::new(node_of(1), CAPABILITIES);
	let mut observer = observer();
	// Epoch 1 of the chain's time, and what lies before it.
	for at_ms in (0..=120_000 + LAG_MS).step_by(250) {
		let final_ms = at_ms.saturating_sub(LAG_MS) / 6_000 * 6_000;
		let chain = chain_at(START_SECS + final_ms / 1_000, 1);
		let now_secs = oracle.now(at_ms, final_ms).unwrap();
		observer.tick(now_secs, &chain).unwrap();
		let beater_secs = node.now(at_ms, final_ms).unwrap();
		if let Tick::Beat(beat) = beater.tick(beater_secs, &chain) {
			let verdict = observer.observe(&beat.encode(), now_secs, &chain);
			assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?} at {at_ms}");
		}
	}
	let now_secs = oracle.now(120_000 + LAG_MS, 120_000).unwrap();
	assert_eq!(observer.availability(1, now_secs, 1).unwrap().values, [255]);
}
