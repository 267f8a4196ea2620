// SPDX-License-Identifier: Apache-2.0

//! What judging the beats of many nodes costs on one thread, without a network.

use super::world::{SLOT_SECS, beat, chain, clock, identity};
use r1_core::{Clock, NodeIdentity, SystemClock};
use r1_heartbeat::{ChainScope, Observer, ObserverLimits, Verdict};
use serde_json::{Value, json};

/// Beats that are judged at least, so that milliseconds are a fine enough measure.
const BEATS_MIN: u32 = 10_000;

/// Slots of fewer than this many: the chain's last block would be too old otherwise.
const SLOTS_MAX: u32 = 10;

/// Judges some slots' beats of so many nodes.
pub(super) fn measure(nodes: u32) -> Value {
	let identities: Vec<NodeIdentity> = (1..=nodes).map(identity).collect();
	let chain = chain(&identities, clock(SLOT_SECS), 0);
	let limits = ObserverLimits::default();
	let mut observer =
		Observer::new(ChainScope::of(&chain), limits).expect("mainnet's clock is usable; qed");
	let time = SystemClock::new();
	let slots = BEATS_MIN.div_ceil(nodes).min(SLOTS_MAX);
	let (mut beat_bytes, mut elapsed_ms) = (0, 0);
	for slot in 0..slots {
		let now_secs = u64::from(slot * SLOT_SECS) + 5;
		let beats: Vec<Vec<u8>> = identities.iter().map(|node| beat(node, slot)).collect();
		beat_bytes = beats.first().map_or(0, Vec::len);
		let started_ms = time.monotonic_ms();
		let verdicts = beats.iter().map(|bytes| observer.observe(bytes, now_secs, &chain));
		let accepted = verdicts.filter(|verdict| matches!(verdict, Verdict::Accepted(_))).count();
		elapsed_ms += time.monotonic_ms() - started_ms;
		assert_eq!(accepted, nodes as usize, "every beat counts");
	}
	let micros_per_beat = elapsed_ms as f64 * 1_000.0 / f64::from(slots * nodes);
	json!({
		"nodes": nodes,
		"beat_bytes": beat_bytes,
		"micros_per_beat": micros_per_beat,
		"millis_per_slot": micros_per_beat * f64::from(nodes) / 1_000.0,
	})
}
