// SPDX-License-Identifier: Apache-2.0

//! The engines against models that know nothing of bits.

use super::*;
use crate::bitmap::SlotBitmap;
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// The value whose share of 255 is nearest to `ones / slots`; of two, the higher.
fn nearest_value(ones: u32, slots: u32) -> u8 {
	let distance =
		|value: u8| (255 * i128::from(ones) - i128::from(value) * i128::from(slots)).abs();
	(0..=u8::MAX).rev().min_by_key(|value| distance(*value)).unwrap()
}

proptest! {
	#[test]
	fn value_should_be_the_nearest_share(slots in 1_u32..=86_400, share in 0.0..=1.0_f64) {
		let ones = ((f64::from(slots) * share) as u32).min(slots);
		prop_assert_eq!(availability_value(ones, slots), nearest_value(ones, slots));
	}

	#[test]
	fn bitmap_should_be_a_set_of_slots(
		slots in 1_u32..200,
		marks in prop::collection::vec(0_u32..250, 0..100),
	) {
		let mut bitmap = SlotBitmap::new(slots);
		let mut model = BTreeSet::new();
		for slot in marks {
			bitmap.set(slot);
			if slot < slots {
				model.insert(slot);
			}
		}
		prop_assert_eq!(bitmap.ones() as usize, model.len());
		for slot in 0..slots {
			prop_assert_eq!(bitmap.contains(slot), model.contains(&slot));
		}
		let again = SlotBitmap::from_bytes(slots, bitmap.as_bytes().to_vec());
		prop_assert_eq!(again, Some(bitmap));
	}

	#[test]
	fn observer_should_end_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
		let now = middle_of(2, 3);
		let verdict = observer().observe(&bytes, now, &chain_at(now, 1));
		prop_assert!(matches!(verdict, Verdict::Rejected(_)));
		prop_assert!(restore_fails(&bytes));
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	/// Random nodes beat in random slots, some of them twice or off by one; the observer restarts
	/// at random. The table must be that of a model of plain sets.
	#[test]
	fn table_should_be_that_of_a_model(
		beats in prop::collection::vec((1_u32..=4, 0..SLOTS, -1_i32..=1), 0..60),
		restart_at in 0..SLOTS,
	) {
		let mut observer = observer();
		let mut model: HashMap<DeedId, BTreeSet<u32>> = HashMap::new();
		let mut newest_signed: HashMap<DeedId, i64> = HashMap::new();
		for slot in 0..SLOTS {
			cover(&mut observer, 2, slot);
			for (deed, _, off) in beats.iter().filter(|(_, at, _)| *at == slot) {
				let signed = i64::from(2 * SLOTS + slot) + i64::from(*off);
				let (epoch, signed_slot) = (signed / i64::from(SLOTS), signed % i64::from(SLOTS));
				let beat = Beat {
					epoch: epoch as u32,
					slot: signed_slot as u32,
					..beat_in(2, slot)
				};
				let now = middle_of(2, slot);
				observer.observe(&signed_by(&node_of(*deed), beat), now, &chain_at(now, 4));

				let marked = model.entry(*deed).or_default();
				let newest = newest_signed.entry(*deed).or_insert(-1);
				if *newest < signed && marked.insert(slot) {
					*newest = signed;
				}
			}
			if slot == restart_at {
				let bytes = observer.snapshot();
				observer = Observer::restore(&bytes, SCOPE, ObserverLimits::default()).unwrap();
			}
		}
		let expected: Vec<u8> = (1..=4)
			.map(|deed| model.get(&deed).map_or(0, BTreeSet::len) as u32)
			.map(|ones| nearest_value(ones, SLOTS))
			.collect();
		let table = observer.availability(2, CLOCK.starts_at_secs(3), 4).unwrap();
		prop_assert_eq!(table.values, expected);
	}
}

fn restore_fails(bytes: &[u8]) -> bool {
	Observer::restore(bytes, SCOPE, ObserverLimits::default()).is_err()
}
