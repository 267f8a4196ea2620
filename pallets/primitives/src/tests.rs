// SPDX-License-Identifier: Apache-2.0

use super::*;
use codec::{Decode, Encode};

const CLOCK: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 60, slot_secs: 2 };

#[test]
fn clock_should_cut_time_into_epochs_and_slots() {
	let cases = [
		(999, None, None),
		(1_000, Some(0), Some(0)),
		(1_001, Some(0), Some(0)),
		(1_002, Some(0), Some(1)),
		(1_059, Some(0), Some(29)),
		(1_060, Some(1), Some(0)),
		(1_000 + 60 * 7 + 31, Some(7), Some(15)),
	];
	for (now, epoch, slot) in cases {
		assert_eq!((CLOCK.epoch_at(now), CLOCK.slot_at(now)), (epoch, slot), "at {now}");
	}
	assert_eq!(CLOCK.slots_per_epoch(), 30);
	assert_eq!(CLOCK.starts_at_secs(7), 1_420);
	assert_eq!(CLOCK.epoch_at(u64::MAX), None);
}

#[test]
fn clock_should_be_invalid_when_a_length_is_zero_or_slots_do_not_fill_an_epoch() {
	assert!(CLOCK.is_valid());
	for (epoch_secs, slot_secs) in [(0, 2), (60, 0), (0, 0), (60, 7)] {
		assert!(!EpochClock { epoch_secs, slot_secs, ..CLOCK }.is_valid());
	}
}

#[test]
fn page_of_should_be_the_inverse_of_deed_at() {
	assert_eq!(page_of(0), None);
	for deed in [1, 2, 1_024, 1_025, 46_224] {
		let (page, offset) = page_of(deed).expect("deed exists");
		assert_eq!(deed_at(page, offset), Some(deed));
	}
	assert_eq!(page_of(1_024), Some((0, 1_023)));
	assert_eq!(page_of(1_025), Some((1, 0)));
	assert_eq!(deed_at(0, 1_024), None);
}

#[test]
fn signing_payload_should_name_purpose_and_chain_before_the_body() {
	let proof = LinkProof {
		owner: [1; 32],
		deed: 7,
		node: [2; 32],
		last_linked_at_secs: 0x0102_0304_0506_0708,
		expires_at_epoch: 9,
	};
	let payload = proof.signing_payload(&[3; 32]);
	let mut expected = b"r1/link/v1".to_vec();
	expected.extend([3; 32]);
	// The fields in their order, integers in little-endian bytes: what a wallet has to build.
	expected.extend([1; 32]);
	expected.extend([7, 0, 0, 0]);
	expected.extend([2; 32]);
	expected.extend([8, 7, 6, 5, 4, 3, 2, 1]);
	expected.extend([9, 0, 0, 0]);
	assert_eq!(payload, expected);
}

#[test]
fn signed_beat_should_fit_the_limit_and_round_trip() {
	let beat = SignedBeat {
		node: [1; 32],
		beat: Beat {
			epoch: u32::MAX,
			slot: u32::MAX,
			finalised_block: [2; 32],
			capabilities: [3; 32],
		},
		signature: [4; 64],
	};
	let bytes = beat.encode();
	assert!(bytes.len() <= BEAT_BYTES_MAX, "{} bytes", bytes.len());
	assert_eq!(SignedBeat::decode(&mut bytes.as_slice()), Ok(beat));
}
