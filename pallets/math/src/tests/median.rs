// SPDX-License-Identifier: Apache-2.0

use crate::median::*;
use proptest::prelude::*;

#[test]
fn supermajority_should_be_strictly_more_than_two_thirds() {
	let cases = [
		(0, 0, false),
		(1, 1, true),
		(2, 3, false),
		(3, 3, true),
		(2, 4, false),
		(3, 4, true),
		(66, 99, false),
		(66, 100, false),
		(67, 100, true),
		(u32::MAX / 3 * 2, u32::MAX, false),
		(u32::MAX / 3 * 2 + 1, u32::MAX, true),
		(u32::MAX, u32::MAX, true),
	];
	for (part, whole, expected) in cases {
		assert_eq!(is_supermajority(part, whole), expected, "{part} of {whole}");
	}
}

#[test]
fn lower_median_should_be_the_lower_one_of_the_middle() {
	let cases: [(&[u8], Option<u8>); 7] = [
		(&[], None),
		(&[9], Some(9)),
		(&[255, 0], Some(0)),
		(&[0, 255, 255], Some(255)),
		(&[4, 1, 3, 2], Some(2)),
		(&[5, 1, 4, 2, 3], Some(3)),
		(&[7; 6], Some(7)),
	];
	for (values, expected) in cases {
		assert_eq!(lower_median(&mut values.to_vec()), expected, "of {values:?}");
	}
}

#[test]
fn lower_median_of_columns_should_count_missing_values_as_zero() {
	let rows: [&[u8]; 3] = [&[255, 10], &[254, 20, 30], &[1]];
	assert_eq!(lower_median_of_columns(&rows, 3), [254, 10, 0]);
	assert_eq!(lower_median_of_columns(&rows, 1), [254]);
	assert_eq!(lower_median_of_columns(&[], 2), [0, 0]);
}

proptest! {
	#[test]
	fn lower_median_should_have_half_of_the_values_on_either_side(
		mut values in prop::collection::vec(any::<u8>(), 1..120),
	) {
		let median = lower_median(&mut values).unwrap();
		let below = values.iter().filter(|value| **value < median).count();
		let above = values.iter().filter(|value| **value > median).count();
		prop_assert!(values.contains(&median));
		prop_assert!(below <= (values.len() - 1) / 2);
		prop_assert!(above <= values.len() / 2);
	}

	#[test]
	fn lower_median_should_not_depend_on_the_order(
		(values, shuffled) in prop::collection::vec(any::<u8>(), 1..60)
			.prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
	) {
		let (mut values, mut shuffled) = (values, shuffled);
		prop_assert_eq!(lower_median(&mut values), lower_median(&mut shuffled));
	}

	#[test]
	fn lower_median_should_stay_within_the_honest_range_while_liars_are_fewer_than_half(
		honest in prop::collection::vec(any::<u8>(), 1..60),
		lies in prop::collection::vec(any::<u8>(), 0..60),
	) {
		let lies = &lies[..lies.len().min(honest.len() - 1)];
		let mut values: Vec<u8> = honest.iter().chain(lies).copied().collect();
		let median = lower_median(&mut values);
		prop_assert!(honest.iter().min().copied() <= median);
		prop_assert!(median <= honest.iter().max().copied());
	}
}
