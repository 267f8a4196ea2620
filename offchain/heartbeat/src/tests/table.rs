// SPDX-License-Identifier: Apache-2.0

use super::*;

fn after(epoch: u32) -> u64 {
	CLOCK.starts_at_secs(epoch + 1)
}

#[test]
fn table_should_give_a_node_that_stops_half_way_about_half() {
	let mut observer = observer();
	let mut beaters = [1, 2, 3].map(|deed| Beater::new(node_of(deed), CAPABILITIES));
	let middle = middle_of(4, SLOTS / 2) - 1;
	for now in CLOCK.starts_at_secs(4)..CLOCK.starts_at_secs(5) {
		let chain = chain_at(now, 4);
		observer.tick(now, &chain).unwrap();
		// Node 2 stops half-way, and node 3 starts then; node 4 never beats.
		let is_up = [true, now < middle, middle <= now];
		for (beater, _) in beaters.iter_mut().zip(is_up).filter(|(_, is_up)| *is_up) {
			if let Tick::Beat(beat) = beater.tick(now, &chain) {
				let verdict = observer.observe(&beat.encode(), now, &chain);
				assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
			}
		}
	}
	let table = observer.availability(4, after(4), 5).unwrap();
	assert_eq!(table, AvailabilityTable { epoch: 4, values: vec![255, 128, 128, 0, 0] });
}

#[test]
fn table_should_round_halves_up() {
	for (ones, slots, value) in [
		(0, 30, 0),
		(1, 30, 9),
		(15, 30, 128),
		(29, 30, 247),
		(30, 30, 255),
		(31, 30, 255),
		(1, 8_640, 0),
		(17, 8_640, 1),
		(4_320, 8_640, 128),
		(8_623, 8_640, 254),
		(8_624, 8_640, 255),
		(u32::MAX, u32::MAX, 255),
		(0, 0, 0),
	] {
		assert_eq!(availability_value(ones, slots), value, "{ones} of {slots}");
	}
}

#[test]
fn table_should_be_declined_below_the_required_coverage() {
	let check = |covered: u32, percent| {
		let limits = ObserverLimits { coverage_min_percent: percent, ..ObserverLimits::default() };
		let mut observer = Observer::new(SCOPE, limits).unwrap();
		count(&mut observer, 1, 2, 0);
		for slot in 0..covered {
			cover(&mut observer, 2, slot);
		}
		observer.availability(2, after(2), 1).map(|table| table.values)
	};
	let declined = |covered| Declined::TooLittleCovered { epoch: 2, covered, slots: SLOTS };
	assert_eq!(check(18, 60), Ok(vec![9]));
	assert_eq!(check(17, 60), Err(declined(17)));
	assert_eq!(check(0, 0), Ok(vec![9]));
	assert_eq!(check(29, 100), Err(declined(29)));
}

#[test]
fn table_should_be_declined_before_the_end_and_without_memory() {
	let mut observer = observer();
	for slot in 0..SLOTS {
		cover(&mut observer, 2, slot);
	}
	let end = after(2);
	assert_eq!(observer.availability(2, end - 1, 1), Err(Declined::NotOver { epoch: 2 }));
	assert_eq!(observer.availability(2, end, 1).unwrap().values, [0]);
	assert_eq!(observer.availability(1, end, 1), Err(Declined::Unknown { epoch: 1 }));
	assert_eq!(observer.availability(0, 0, 1), Err(Declined::NotOver { epoch: 0 }));
}

#[test]
fn table_should_be_readable_while_the_next_epoch_goes_on() {
	let mut observer = observer();
	for slot in 0..SLOTS {
		cover(&mut observer, 2, slot);
		count(&mut observer, 1, 2, slot);
	}
	let before = observer.availability(2, after(2), 1).unwrap();
	for slot in 0..SLOTS {
		cover(&mut observer, 3, slot);
		count(&mut observer, 2, 3, slot);
		assert_eq!(observer.availability(2, middle_of(3, slot), 1).as_ref(), Ok(&before));
	}
	assert_eq!(before.values, [255]);
	assert_eq!(observer.availability(3, after(3), 2).unwrap().values, [0, 255]);
}

#[test]
fn table_should_not_be_longer_than_the_deeds_that_are_kept() {
	let limits = ObserverLimits { deeds_max: 3, coverage_min_percent: 0, ..Default::default() };
	let mut observer = Observer::new(SCOPE, limits).unwrap();
	cover(&mut observer, 2, 0);
	assert_eq!(observer.availability(2, after(2), u32::MAX).unwrap().values, [0, 0, 0]);
	assert!(observer.availability(2, after(2), 0).unwrap().values.is_empty());
}
