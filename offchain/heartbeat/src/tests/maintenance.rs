// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_primitives::Maintenance;

/// An epoch of 48 slots, of which two may be neutral.
const LONG: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 96, slot_secs: 2 };

/// The value of deed 1, whose node beat in these slots, missed a challenge in those, and announced
/// a window.
fn value(beaten: &[u32], missed: &[u32], window: Maintenance) -> u8 {
	let scope = ChainScope { genesis_hash: GENESIS, clock: LONG };
	let limits = ObserverLimits { coverage_min_percent: 0, ..Default::default() };
	let mut observer = Observer::new(scope, limits).unwrap();
	let chain_in = |now| ChainState { clock: LONG, ..chain_at(now, 1) };
	for slot in beaten {
		let now = LONG.start_secs + u64::from(slot * 2) + 1;
		let finalised_block = block_made_at(now).hash;
		let beat = Beat { epoch: 0, slot: *slot, finalised_block, capabilities: CAPABILITIES };
		let verdict = observer.observe(&signed_by(&node_of(1), beat), now, &chain_in(now));
		assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
	}
	for slot in missed {
		assert!(observer.clear(1, Position { epoch: 0, slot: *slot }));
	}
	observer.tick(LONG.start_secs, &chain_in(LONG.start_secs)).unwrap();
	let windows = MaintenanceWindows::from([(1, window), (7, window)]);
	let table = observer.availability_with(0, LONG.starts_at_secs(1), 2, &windows).unwrap();
	assert_eq!(table.values[1], 0, "another deed has nothing of it");
	table.values[0]
}

fn window(first_slot: u32, slots: u32) -> Maintenance {
	Maintenance { epoch: 0, first_slot, slots }
}

#[test]
fn neutral_slots_should_count_neither_way() {
	let all: Vec<u32> = (0..48).collect();
	let all_but_two: Vec<u32> = (0..48).filter(|slot| ![10, 11].contains(slot)).collect();
	// Away in the window, or there all the same: the other 46 of 46 slots count.
	assert_eq!(value(&all_but_two, &[], window(10, 2)), 255);
	assert_eq!(value(&all, &[], window(10, 2)), 255);
	// A challenge that is missed within the window costs nothing, and one outside does.
	assert_eq!(value(&all_but_two, &[11], window(10, 2)), 255);
	assert_eq!(value(&all_but_two, &[12], window(10, 2)), availability_value(45, 46));
	// Only two of these ten are neutral.
	assert_eq!(value(&all_but_two, &[], window(11, 10)), availability_value(45, 46));
	// A window of another epoch is none.
	let other = Maintenance { epoch: 1, ..window(10, 2) };
	assert_eq!(value(&all_but_two, &[], other), availability_value(46, 48));
	// A beat within the window does not make up for one outside.
	assert_eq!(value(&[10, 11], &[], window(10, 2)), 0);
}

#[test]
fn window_should_end_with_the_epoch() {
	let all_but_last: Vec<u32> = (0..47).collect();
	assert_eq!(value(&all_but_last, &[], window(47, 2)), 255);
	assert_eq!(value(&all_but_last, &[], window(60, 2)), availability_value(47, 48));
}
