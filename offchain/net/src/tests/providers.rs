// SPDX-License-Identifier: Apache-2.0

//! When roots are announced.

use crate::providers::{Announcements, PROVIDER_TTL, ROOTS_MAX};
use cid::Cid;
use r1_core::{RAW_CODEC, cid_of};

fn cid(number: usize) -> Cid {
	cid_of(RAW_CODEC, &number.to_le_bytes())
}

#[test]
fn root_should_be_announced_again_before_others_forget_it_even_if_one_fails() {
	let mut announcements = Announcements::default();
	assert!(announcements.add(cid(0), 0));
	assert_eq!(announcements.due(0), [cid(0)]);
	// While it is on the way, it is not begun again.
	assert_eq!(announcements.due(1_000), []);
	announcements.ended(&cid(0), true, 1_000);
	let next = (1_000..).step_by(60_000).find(|now_ms| !announcements.due(*now_ms).is_empty());
	let next = next.unwrap();
	announcements.ended(&cid(0), false, next);
	let retried = (next..).step_by(1_000).find(|now_ms| !announcements.due(*now_ms).is_empty());
	assert_eq!(retried, Some(next + 60_000));
	assert!(u128::from(next) * 2 < PROVIDER_TTL.as_millis());
}

#[test]
fn announcement_that_never_ends_should_count_as_lost() {
	let mut announcements = Announcements::default();
	announcements.add(cid(0), 0);
	announcements.due(0);
	assert_eq!(announcements.due(119_999), []);
	assert_eq!(announcements.due(120_000), [cid(0)]);
}

#[test]
fn announcements_should_be_bounded_and_few_at_a_time_and_the_oldest_first() {
	let mut announcements = Announcements::default();
	for number in 0..ROOTS_MAX {
		assert!(announcements.add(cid(number), number as u64));
	}
	assert!(!announcements.add(cid(ROOTS_MAX), 0));
	assert!(announcements.add(cid(7), 0));
	let first: Vec<Cid> = (0..4).map(cid).collect();
	assert_eq!(announcements.due(1_000_000), first);
	assert_eq!(announcements.due(1_000_000), []);
	announcements.ended(&cid(2), true, 1_000_000);
	assert_eq!(announcements.due(1_000_000), [cid(4)]);
}

#[test]
fn withdrawn_root_should_not_be_announced_and_unheard_ones_be_hurried() {
	let mut announcements = Announcements::default();
	announcements.add(cid(0), 0);
	announcements.add(cid(1), 0);
	announcements.due(0);
	announcements.ended(&cid(0), false, 0);
	assert!(announcements.remove(&cid(1)));
	assert!(!announcements.remove(&cid(1)));
	announcements.ended(&cid(1), true, 0);
	assert_eq!(announcements.due(1), []);
	announcements.hurry(1);
	assert_eq!(announcements.due(1), [cid(0)]);
}
