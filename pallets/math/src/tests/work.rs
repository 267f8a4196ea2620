// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::work::*;
use primitive_types::U512;
use proptest::prelude::*;

/// Number, price, burned and reward of a node and epoch of full quality, as deployed.
const DEPLOYED: [(u8, u128, u128, u128); 39] = [
	(53, 100_000, 15_000, 85_000),
	(54, 166_666, 24_999, 141_667),
	(1, 375_000, 56_250, 318_750),
	(2, 750_000, 112_500, 637_500),
	(3, 1_000_000, 150_000, 850_000),
	(4, 1_916_666, 287_499, 1_629_167),
	(5, 2_916_666, 437_499, 2_479_167),
	(6, 3_750_000, 562_500, 3_187_500),
	(7, 5_333_333, 799_999, 4_533_334),
	(8, 8_333_333, 1_249_999, 7_083_334),
	(9, 12_500_000, 1_875_000, 10_625_000),
	(50, 450_000, 67_500, 382_500),
	(51, 2_300_000, 345_000, 1_955_000),
	(52, 4_500_000, 675_000, 3_825_000),
	(16, 2_500_000, 375_000, 2_125_000),
	(17, 3_750_000, 562_500, 3_187_500),
	(18, 6_000_000, 900_000, 5_100_000),
	(19, 9_000_000, 1_350_000, 7_650_000),
	(20, 13_333_333, 1_999_999, 11_333_334),
	(21, 3_116_666, 467_499, 2_649_167),
	(22, 4_116_666, 617_499, 3_499_167),
	(23, 3_700_000, 555_000, 3_145_000),
	(24, 4_950_000, 742_500, 4_207_500),
	(25, 5_316_666, 797_499, 4_519_167),
	(26, 6_150_000, 922_500, 5_227_500),
	(27, 7_733_333, 1_159_999, 6_573_334),
	(28, 10_733_333, 1_609_999, 9_123_334),
	(29, 6_150_000, 922_500, 5_227_500),
	(30, 8_400_000, 1_260_000, 7_140_000),
	(31, 11_400_000, 1_710_000, 9_690_000),
	(32, 10_133_333, 1_519_999, 8_613_334),
	(33, 13_133_333, 1_969_999, 11_163_334),
	(34, 17_300_000, 2_595_000, 14_705_000),
	(35, 10_800_000, 1_620_000, 9_180_000),
	(36, 13_800_000, 2_070_000, 11_730_000),
	(37, 18_133_333, 2_719_999, 15_413_334),
	(38, 38_333_333, 5_749_999, 32_583_334),
	(39, 42_500_000, 6_375_000, 36_125_000),
	(40, 43_333_333, 6_499_999, 36_833_334),
];

#[test]
fn prices_and_splits_should_equal_the_deployed_table() {
	for (resources, price, burned, reward) in DEPLOYED {
		assert_eq!(price_per_epoch(resources), Some(price), "price of {resources}");
		assert_eq!(pay_for_quality(price, 255), price);
		assert_eq!(split(price), WorkSplit { reward, burned }, "split of {resources}");
	}
}

#[test]
fn price_per_epoch_should_be_none_when_no_class_has_the_number() {
	let known = (0..=u8::MAX).filter(|resources| price_per_epoch(*resources).is_some());
	let mut deployed = DEPLOYED.map(|(resources, ..)| resources);
	deployed.sort_unstable();
	assert!(known.eq(deployed));
}

#[test]
fn job_price_should_equal_the_contracts_vectors() {
	let entry = price_per_epoch(1).unwrap();
	let cases = [
		(entry, 5, 31, 58_125_000),
		(entry, 2, 35, 26_250_000),
		(entry, 3, 35, 39_375_000),
		(entry, 1, 31, 11_625_000),
		(entry, 5, 1_000, 1_875_000_000),
		(price_per_epoch(2).unwrap(), 1, 40, 30_000_000),
		(price_per_epoch(50).unwrap(), 2, 31, 27_900_000),
	];
	for (price, replicas, epochs, expected) in cases {
		assert_eq!(job_price(price, replicas, epochs), Some(expected));
	}
	assert_eq!(job_price(u128::MAX, 2, 1), None);
	assert_eq!(job_price(u128::MAX, 1, 2), None);
}

#[test]
fn price_of_spans_should_be_the_sum_of_its_parts() {
	assert_eq!(price_of_spans(375_000, []), Some(0));
	assert_eq!(price_of_spans(375_000, [(2, 3), (0, 9), (5, 1)]), Some(11 * 375_000));
	assert_eq!(price_of_spans(u128::MAX, [(1, 1), (0, 1)]), Some(u128::MAX));
	assert_eq!(price_of_spans(u128::MAX, [(1, 1), (1, 1)]), None);
	assert_eq!(price_of_spans(u128::MAX, [(0, 1), (2, 1)]), None);
}

#[test]
fn splitting_thirty_epochs_one_by_one_should_equal_the_contracts_vector() {
	let lite = split(price_per_epoch(54).unwrap());
	assert_eq!((30 * lite.burned, 30 * lite.reward), (749_970, 4_250_010));
	// The deployed contract also pays many epochs at once, which burns up to a unit more for each.
	assert_eq!(split(30 * 166_666), WorkSplit { reward: 4_249_983, burned: 749_997 });
}

#[test]
fn pay_for_quality_should_round_down() {
	assert_eq!(pay_for_quality(375_000, 0), 0);
	assert_eq!(pay_for_quality(375_000, 1), 1_470);
	assert_eq!(pay_for_quality(375_000, 128), 188_235);
	assert_eq!(pay_for_quality(375_000, 254), 373_529);
}

proptest! {
	#[test]
	fn split_should_lose_nothing_and_burn_fifteen_hundredths(pay: u128) {
		let WorkSplit { reward, burned } = split(pay);
		prop_assert_eq!(reward.checked_add(burned), Some(pay));
		prop_assert_eq!(U512::from(burned), exact(&[pay, 15], 100));
	}

	#[test]
	fn pay_for_quality_should_equal_wide_arithmetic(price: u128, quality: u8) {
		let expected = exact(&[price, quality.into()], 255);
		prop_assert_eq!(U512::from(pay_for_quality(price, quality)), expected);
	}
}

#[test]
fn quality_of_attendance_should_fall_with_each_missed_round() {
	let cases = [
		(255, 0, 0, 255),
		(255, 1, 0, 255),
		(255, 1, 1, 0),
		(255, 2, 1, 127),
		(255, 3, 1, 170),
		(100, 3, 1, 66),
		(1, 2, 1, 0),
		(0, 5, 0, 0),
		(255, u16::MAX, 1, 254),
		(255, u16::MAX, 0, 255),
		// More than all is all.
		(255, 1, 2, 0),
	];
	for (quality, rounds, missed, expected) in cases {
		assert_eq!(quality_of_attendance(quality, rounds, missed), expected, "{rounds} {missed}");
	}
}
