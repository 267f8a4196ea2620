// SPDX-License-Identifier: Apache-2.0

use super::*;
use sp_crypto_hashing::blake2_256;

fn restore(bytes: &[u8]) -> Result<Observer, SnapshotError> {
	Observer::restore(bytes, SCOPE, ObserverLimits::default())
}

fn lived() -> Observer {
	let mut observer = observer();
	for slot in 0..SLOTS {
		cover(&mut observer, 1, slot);
		count(&mut observer, 1, 1, slot);
	}
	for slot in [0, 1, 3] {
		cover(&mut observer, 2, slot);
		count(&mut observer, 2, 2, slot);
	}
	assert!(observer.clear(1, Position { epoch: 1, slot: 7 }));
	observer
}

/// Makes the checksum right again after the bytes were changed.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
	bytes.truncate(bytes.len() - 32);
	let checksum = blake2_256(&bytes);
	bytes.extend_from_slice(&checksum);
	bytes
}

#[test]
fn restart_in_mid_epoch_should_lose_nothing() {
	let (mut lasting, mut restarted) = (observer(), observer());
	for slot in 0..SLOTS {
		for observer in [&mut lasting, &mut restarted] {
			cover(observer, 2, slot);
			count(observer, 1, 2, slot);
		}
		restarted = restore(&restarted.snapshot()).unwrap();
	}
	let end = CLOCK.starts_at_secs(3);
	assert_eq!(restarted.availability(2, end, 1), lasting.availability(2, end, 1));
	assert_eq!(restarted.availability(2, end, 1).unwrap().values, [255]);
	assert_eq!(restarted.snapshot(), lasting.snapshot());
}

#[test]
fn restart_should_not_let_a_beat_count_again() {
	let mut observer = observer();
	count(&mut observer, 1, 2, 5);
	let mut restarted = restore(&observer.snapshot()).unwrap();
	let again = signed_by(&node_of(1), beat_in(2, 5));
	for (slot, expected) in
		[(5, Ignored::SlotAlreadyCounted.into()), (6, Verdict::Rejected(Rejected::Replayed))]
	{
		let now = middle_of(2, slot);
		assert_eq!(restarted.observe(&again, now, &chain_at(now, 1)), expected);
	}
}

#[test]
fn restore_should_notice_every_changed_and_every_missing_byte() {
	let bytes = lived().snapshot();
	assert_eq!(restore(&bytes).unwrap().snapshot(), bytes);
	for index in 0..bytes.len() {
		let mut changed = bytes.clone();
		changed[index] ^= 1;
		let error = restore(&changed).unwrap_err();
		let expected = match index < 8 {
			true => "not a snapshot of beats",
			false => "the checksum does not match",
		};
		assert_eq!(error.to_string(), expected, "byte {index}");
	}
	for length in 0..bytes.len() {
		assert!(restore(&bytes[..length]).is_err(), "{length} bytes");
	}
}

#[test]
fn restore_should_refuse_what_belongs_elsewhere() {
	let bytes = lived().snapshot();
	let elsewhere = |scope| Observer::restore(&bytes, scope, ObserverLimits::default());
	for scope in [
		ChainScope { genesis_hash: [0; 32], ..SCOPE },
		ChainScope { clock: EpochClock { start_secs: 2_000, ..CLOCK }, ..SCOPE },
	] {
		assert!(matches!(elsewhere(scope), Err(SnapshotError::OtherChain)));
	}
	for other in [1, 3] {
		let mut changed = bytes.clone();
		changed[8] = other;
		let error = restore(&resealed(changed)).unwrap_err();
		assert!(
			matches!(error, SnapshotError::UnsupportedVersion { version } if version == other),
			"{error:?}"
		);
	}
}

#[test]
fn restart_should_not_bring_back_a_slot_that_a_challenge_took() {
	let mut observer = lived();
	assert!(observer.clear(1, Position { epoch: 1, slot: 8 }));
	let restarted = restore(&observer.snapshot()).unwrap();
	assert_eq!(restarted.slots_beaten(1, 1), SLOTS - 2);
	assert_eq!(restarted.snapshot(), observer.snapshot());
}

#[test]
fn restart_should_not_let_a_node_contradict_itself_unseen() {
	let mut observer = observer();
	count(&mut observer, 1, 2, 5);
	let mut restarted = restore(&observer.snapshot()).unwrap();
	let now = middle_of(2, 5);
	let other = signed_by(&node_of(1), Beat { capabilities: [1; 32], ..beat_in(2, 5) });
	let verdict = restarted.observe(&other, now, &chain_at(now, 1));
	assert_eq!(verdict, Rejected::Equivocated.into());
}

#[test]
fn restore_should_refuse_a_sealed_body_that_makes_no_sense() {
	let bytes = lived().snapshot();
	let mut longer = bytes.clone();
	longer.push(0);
	let error = restore(&resealed(longer)).unwrap_err();
	assert!(matches!(error, SnapshotError::Malformed { .. }), "{error:?}");

	// The last bit of the last byte of the first bitmap, which no slot of 30 has: after the frame,
	// the scope, the number of epochs, the epoch and the bitmap's length.
	let mut beyond_end = bytes;
	beyond_end[9 + 32 + 16 + 1 + 4 + 1 + 3] |= 0x80;
	let error = restore(&resealed(beyond_end)).unwrap_err();
	assert!(matches!(error, SnapshotError::Inconsistent { .. }), "{error:?}");

	// A miss in a slot that the epoch does not have.
	let bytes = lived().snapshot();
	let place = bytes.windows(8).position(|window| window == [1, 0, 0, 0, 7, 0, 0, 0]).unwrap();
	let mut beyond_end = bytes;
	beyond_end[place + 4] = u8::try_from(SLOTS).unwrap();
	let error = restore(&resealed(beyond_end)).unwrap_err();
	assert!(matches!(error, SnapshotError::Inconsistent { .. }), "{error:?}");

	let limits = ObserverLimits { deeds_max: 0, ..ObserverLimits::default() };
	let error = Observer::restore(&lived().snapshot(), SCOPE, limits).unwrap_err();
	assert!(matches!(error, SnapshotError::Inconsistent { .. }), "{error:?}");
}
