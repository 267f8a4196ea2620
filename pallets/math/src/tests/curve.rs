// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::{curve::*, master_deed::ALLOCATION_MAX};
use primitive_types::U512;
use proptest::prelude::*;
use r1_primitives::R1;
use sp_crypto_hashing::sha2_256;
use std::fmt::Write;

/// A curve that is computed, not looked up.
fn curve(steepness: u128, midpoint: u128) -> Curve {
	Curve::new(CurveParameters { weight_total: R1, steepness, midpoint }).unwrap()
}

#[test]
fn table_should_equal_the_algorithm() {
	for (epochs, weight) in (0..).zip(WEIGHTS) {
		assert_eq!(Curve::DEPLOYED.computed_weight(epochs), weight, "computed for {epochs}");
		assert_eq!(Curve::DEPLOYED.weight(epochs), weight, "looked up for {epochs}");
	}
}

#[test]
fn table_should_have_the_sum_and_the_hash_of_the_reference() {
	let first_900: u128 = WEIGHTS[..900].iter().copied().map(u128::from).sum();
	assert_eq!(first_900, 300_505_239_501_691_598_717);

	// The reference keeps the table as lines of epoch and weight.
	let mut lines = String::new();
	for (epochs, weight) in WEIGHTS.iter().enumerate() {
		writeln!(lines, "{epochs} {weight}").unwrap();
	}
	let hash: String =
		sha2_256(lines.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
	assert_eq!(hash, "84814b2cb4cb8a3854a92b3a29caf480fa324ead64c3d7dfae4e4af8d3efd80a");
}

#[test]
fn weight_should_equal_the_reference() {
	let cases = [
		(0, 29_312_230_751_356_318),
		(1, 29_470_717_129_724_877),
		(2, 29_630_034_260_719_808),
		(30, 34_445_195_666_211_173),
		(100, 49_999_740_399_933_265),
		(223, 94_395_342_954_192_015),
		(300, 137_841_656_964_935_714),
		(450, 268_941_421_369_995_120),
		(600, 458_429_516_783_200_122),
		(629, 498_611_114_683_345_170),
		(630, 500_000_000_000_000_000),
		(631, 501_388_885_316_654_829),
		(700, 596_015_193_326_516_781),
		(800, 719_996_539_644_617_563),
		(899, 816_744_422_462_169_319),
		(900, 817_574_476_193_643_659),
		(901, 817_574_476_193_643_659),
		(u32::MAX, 817_574_476_193_643_659),
	];
	for (epochs, expected) in cases {
		assert_eq!(Curve::DEPLOYED.weight(epochs), expected, "looked up for {epochs}");
		assert_eq!(Curve::DEPLOYED.computed_weight(epochs), expected, "computed for {epochs}");
	}
}

#[test]
fn release_should_equal_the_reference() {
	/// Allocation, and release in epochs 0, 1, 100, 450, 630, 800, 899, 900 and 901.
	const CASES: [(u128, [u128; 9]); 5] = [
		(
			100_000 * R1,
			[
				9_754_316_031_215_612_969,
				9_807_056_002_948_341_166,
				16_638_558_609_774_891_120,
				89_496_416_706_731_576_170,
				166_386_449_976_419_264_773,
				239_595_336_453_548_260_299,
				271_790_409_983_042_356_626,
				272_066_629_370_381_747_469,
				272_066_629_370_381_747_469,
			],
		),
		(
			485_410 * R1,
			[
				47_348_425_447_123_706_916,
				47_604_430_543_911_542_855,
				80_765_227_347_708_298_990,
				434_424_556_336_145_743_889,
				807_656_466_830_536_753_135,
				1_163_019_722_679_168_610_318,
				1_319_297_829_098_685_903_300,
				1_320_638_625_626_770_040_391,
				1_320_638_625_626_770_040_391,
			],
		),
		(
			ALLOCATION_MAX,
			[
				315_656_295_803_312_049_829,
				317_362_997_130_667_923_833,
				538_435_064_176_746_679_690,
				2_896_164_866_394_627_699_658,
				5_384_378_597_468_331_382_593,
				7_753_467_916_627_475_534_683,
				8_795_322_375_813_875_136_021,
				8_804_261_022_906_873_459_546,
				8_804_261_022_906_873_459_546,
			],
		),
		(
			1_000 * R1,
			[
				97_543_160_312_156_129,
				98_070_560_029_483_411,
				166_385_586_097_748_911,
				894_964_167_067_315_761,
				1_663_864_499_764_192_647,
				2_395_953_364_535_482_602,
				2_717_904_099_830_423_565,
				2_720_666_293_703_817_474,
				2_720_666_293_703_817_474,
			],
		),
		(1, [0; 9]),
	];
	for (allocation, expected) in CASES {
		for (epochs, expected) in
			[0, 1, 100, 450, 630, 800, 899, 900, 901].into_iter().zip(expected)
		{
			let release = Curve::DEPLOYED.release(allocation, epochs);
			assert_eq!(release, expected, "of {allocation} in epoch {epochs}");
		}
	}
}

#[test]
fn release_should_be_nothing_when_an_allocation_is_below_602() {
	assert_eq!(Curve::DEPLOYED.release(601, 900), 0);
	assert_eq!(Curve::DEPLOYED.release(602, 900), 1);
}

#[test]
fn curve_should_sum_to_the_history_of_the_deployed_one() {
	let total = |curve: Curve| -> u128 { (0..900).map(|x| u128::from(curve.weight(x))).sum() };
	// The first curve's total was chosen to match its sum to within 10^-12.
	assert_eq!(total(curve(3 * R1, 6 * R1 / 10)) / 1_000_000, 392_778_135_785_706);
	// The second one kept that total with another midpoint.
	assert_eq!(total(curve(3 * R1, 7 * R1 / 10)) / (R1 / 1_000), 337_389);
	assert_eq!(total(curve(5 * R1, 7 * R1 / 10)), 300_505_239_501_691_598_717);
}

#[test]
fn curve_should_be_none_when_a_parameter_is_out_of_bounds() {
	let bounds = CurveParameters { weight_total: R1, steepness: STEEPNESS_MAX, midpoint: R1 };
	assert!(Curve::new(bounds).is_some());
	assert_eq!(Curve::new(bounds).map(|curve| curve.parameters()), Some(bounds));
	for wrong in [
		CurveParameters { weight_total: R1 - 1, ..bounds },
		CurveParameters { steepness: STEEPNESS_MAX + 1, ..bounds },
		CurveParameters { midpoint: R1 + 1, ..bounds },
	] {
		assert_eq!(Curve::new(wrong), None, "{wrong:?}");
	}
	assert_eq!(Curve::new(Curve::DEPLOYED.parameters()), Some(Curve::DEPLOYED));
}

#[test]
fn weight_should_stay_within_one_when_the_curve_is_extreme() {
	assert_eq!(curve(0, 0).weight(450), 500_000_000_000_000_000, "flat");
	assert_eq!(curve(STEEPNESS_MAX, R1).weight(0), 4, "steep and late");
	assert_eq!(curve(STEEPNESS_MAX, 0).weight(900), 999_999_999_999_999_996, "steep and early");
}

/// Any curve within the bounds.
fn curves() -> impl Strategy<Value = Curve> {
	(R1..=1_000 * R1, 0..=STEEPNESS_MAX, 0..=R1).prop_map(|(weight_total, steepness, midpoint)| {
		Curve::new(CurveParameters { weight_total, steepness, midpoint }).unwrap()
	})
}

proptest! {
	#[test]
	fn weight_should_never_fall_nor_exceed_one(curve in curves(), epochs in 0..1_000u32) {
		let weight = curve.weight(epochs);
		prop_assert!(0 < weight && u128::from(weight) <= R1);
		prop_assert!(weight <= curve.weight(epochs + 1));
	}

	#[test]
	fn release_should_equal_wide_arithmetic(
		curve in curves(),
		allocation: u128,
		epochs in 0..1_000u32,
	) {
		let plateau = exact(&[allocation, R1], curve.parameters().weight_total);
		let expected = plateau * U512::from(curve.weight(epochs)) / U512::from(R1);
		prop_assert_eq!(U512::from(curve.release(allocation, epochs)), expected);
	}

	#[test]
	fn release_should_never_fall_nor_exceed_the_allocation(
		curve in curves(),
		allocation: u128,
		more in 0..=ALLOCATION_MAX,
		epochs in 0..1_000u32,
	) {
		let release = curve.release(allocation, epochs);
		prop_assert!(release <= allocation);
		prop_assert!(release <= curve.release(allocation, epochs + 1));
		prop_assert!(release <= curve.release(allocation.saturating_add(more), epochs));
	}
}
