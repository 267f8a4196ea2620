// SPDX-License-Identifier: Apache-2.0

use super::peer;
use crate::rate::RateLimit;

#[test]
fn peer_should_be_let_in_so_often_a_minute_and_each_by_itself() {
	let mut limit = RateLimit::new(2, 8);
	let started_ms: u64 = 1_000_000;
	let mut lets_in = |number, after_ms| limit.lets_in(peer(number), started_ms + after_ms);
	assert!(lets_in(1, 0) && lets_in(1, 59_999));
	assert!(!lets_in(1, 59_999));
	assert!(lets_in(2, 59_999), "another peer has a share of its own");
	// Being refused does not count.
	assert!(lets_in(1, 60_000) && lets_in(1, 60_000));
	assert!(!lets_in(1, 119_999));
}

#[test]
fn peers_beyond_the_limit_should_wait_for_the_next_minute() {
	let mut limit = RateLimit::new(1, 2);
	assert!(limit.lets_in(peer(1), 60_000) && limit.lets_in(peer(2), 60_000));
	assert!(!limit.lets_in(peer(3), 60_001), "there is no room to count it");
	assert!(!limit.lets_in(peer(1), 60_001));
	assert!(limit.lets_in(peer(3), 120_000));
}
