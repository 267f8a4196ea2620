// SPDX-License-Identifier: Apache-2.0

use super::peer;
use crate::{
	defaults::{ADDRESSES_PER_PEER_MAX, DIALS_PER_TICK_MAX, REDIAL_LAST_MS, REDIALS_MAX},
	dialer::Dialer,
};
use libp2p::{Multiaddr, PeerId};
use r1_core::SeededRng;
use std::collections::BTreeSet;

fn address(port: usize) -> Multiaddr {
	format!("/ip4/127.0.0.1/tcp/{port}").parse().unwrap()
}

/// Whom the dialer dials at a moment, when everybody is admitted.
fn due(dialer: &mut Dialer, now_ms: u64, connected: &[PeerId]) -> Vec<PeerId> {
	let connected: BTreeSet<_> = connected.iter().copied().collect();
	let due = dialer.due(now_ms, &SeededRng::new(1), &connected, |_| true);
	due.into_iter().map(|(peer, _)| peer).collect()
}

#[test]
fn bootstrap_peer_should_be_dialled_for_ever_with_growing_pauses() {
	let mut dialer = Dialer::new([(peer(1), address(1))], 8);
	let mut dials = Vec::new();
	for now_ms in (0..600_000).step_by(250) {
		if !due(&mut dialer, now_ms, &[]).is_empty() {
			dials.push(now_ms);
		}
	}
	let pauses: Vec<_> = dials.windows(2).map(|pair| pair[1] - pair[0]).collect();
	assert!(pauses[0] <= 500, "{pauses:?}");
	assert!(pauses.iter().all(|pause| *pause <= REDIAL_LAST_MS + 250), "{pauses:?}");
	assert!(REDIAL_LAST_MS / 2 <= *pauses.last().unwrap(), "{pauses:?}");
	assert!(REDIALS_MAX as usize + 10 < dials.len(), "{}", dials.len());
}

#[test]
fn connected_peer_should_not_be_dialled_and_start_afresh_when_lost() {
	let mut dialer = Dialer::new([(peer(1), address(1))], 8);
	for now_ms in (0..60_000).step_by(250) {
		due(&mut dialer, now_ms, &[]);
	}
	dialer.disconnected(&peer(1), REDIAL_LAST_MS);
	assert_eq!(due(&mut dialer, 100_000, &[peer(1)]), []);
	assert_eq!(due(&mut dialer, 100_000, &[]), [peer(1)]);
	assert_eq!(due(&mut dialer, 100_000, &[]), []);
	assert_eq!(due(&mut dialer, 100_500, &[]), [peer(1)]);
}

#[test]
fn peer_that_hangs_up_at_once_should_be_dialled_with_growing_pauses() {
	let mut dialer = Dialer::new([(peer(1), address(1))], 8);
	let mut dials = 0;
	for now_ms in (0..600_000).step_by(250) {
		for peer in due(&mut dialer, now_ms, &[]) {
			dials += 1;
			dialer.disconnected(&peer, 100);
		}
	}
	// Ten minutes of pauses of at least half the longest, and the few before they are as long.
	assert!(dials <= 600_000 / (REDIAL_LAST_MS / 2) + 8, "{dials}");
}

#[test]
fn discovered_peer_should_be_dialled_up_to_the_target_and_forgotten_after_failures() {
	let mut dialer = Dialer::new([], 1);
	dialer.learn(peer(1), [address(1)]);
	assert_eq!(due(&mut dialer, 0, &[peer(2)]), []);
	let dials = (0..6_000_000)
		.step_by(250)
		.filter(|now_ms| !due(&mut dialer, *now_ms, &[]).is_empty())
		.count();
	assert_eq!(dials, REDIALS_MAX as usize + 1);
	dialer.learn(peer(1), [address(1)]);
	assert_eq!(due(&mut dialer, 6_000_000, &[]), [peer(1)]);
}

#[test]
fn peer_should_be_dialled_at_once_when_admission_changes() {
	let mut dialer = Dialer::new([(peer(1), address(1))], 8);
	let refused = dialer.due(0, &SeededRng::new(1), &BTreeSet::new(), |_| false);
	assert_eq!(refused, []);
	for now_ms in (0..60_000).step_by(250) {
		due(&mut dialer, now_ms, &[]);
	}
	assert_eq!(due(&mut dialer, 60_000, &[]), []);
	dialer.admission_changed();
	assert_eq!(due(&mut dialer, 60_000, &[]), [peer(1)]);
}

#[test]
fn addresses_and_dials_should_be_bounded() {
	let mut dialer = Dialer::new([], 100);
	for port in 1..100 {
		dialer.learn(peer(1), [address(port)]);
	}
	let dials = dialer.due(0, &SeededRng::new(1), &BTreeSet::new(), |_| true);
	let newest: Vec<_> = (100 - ADDRESSES_PER_PEER_MAX..100).map(address).collect();
	assert_eq!(dials, [(peer(1), newest)]);

	for number in 2..40 {
		dialer.learn(peer(number), [address(1)]);
	}
	assert_eq!(due(&mut dialer, 0, &[]).len(), DIALS_PER_TICK_MAX);
}
