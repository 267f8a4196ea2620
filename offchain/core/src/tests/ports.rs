// SPDX-License-Identifier: Apache-2.0

use crate::*;
use std::{error::Error, fmt};

#[test]
fn manual_clock_should_move_only_when_told() {
	let clock = ManualClock::at_secs(100);
	assert_eq!((clock.now_secs(), clock.monotonic_ms()), (100, 0));
	clock.advance_ms(1_500);
	assert_eq!((clock.now_secs(), clock.monotonic_ms()), (101, 1_500));
	clock.advance_secs(2);
	clock.set_secs(50);
	assert_eq!((clock.now_secs(), clock.monotonic_ms()), (50, 3_500));
}

#[test]
fn system_clock_should_not_go_back() {
	let clock = SystemClock::new();
	let first = clock.monotonic_ms();
	assert!(first <= clock.monotonic_ms());
	// 2024-01-01: a machine before that has no clock.
	assert!(1_704_067_200 < clock.now_secs());
}

#[test]
fn rng_should_repeat_from_a_seed_and_stay_below_the_bound() {
	let draw = |seed| {
		let rng = SeededRng::new(seed);
		(0..64).map(|_| rng.below(10)).collect::<Vec<_>>()
	};
	assert_eq!(draw(1), draw(1));
	assert_ne!(draw(1), draw(2));
	assert!(draw(1).iter().all(|number| *number < 10));
	assert_eq!(SystemRng.below(0), 0);
	assert_eq!(SystemRng.below(1), 0);
}

#[derive(Debug)]
struct Layer(&'static str, Option<Box<Layer>>);

impl fmt::Display for Layer {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(self.0)
	}
}

impl Error for Layer {
	fn source(&self) -> Option<&(dyn Error + 'static)> {
		self.1.as_ref().map(|layer| layer.as_ref() as &dyn Error)
	}
}

#[test]
fn error_chain_should_show_every_cause_once() {
	let error =
		Layer("outer", Some(Box::new(Layer("middle", Some(Box::new(Layer("root", None)))))));
	assert_eq!(error_chain(&error), "outer: middle: root");
	assert_eq!(error_chain(&Layer("alone", None)), "alone");
}
