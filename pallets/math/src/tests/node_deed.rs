// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::{ISSUANCE_CAP, node_deed::*, price::spot_price};
use primitive_types::U512;
use proptest::prelude::*;

/// The pool of the contracts' tests, in which one R1 costs about 0.30 USD.
const POOL_PRICE: u128 = 300_000_300_000_300_000;

#[test]
fn constants_should_equal_the_deployed_ones() {
	assert_eq!(ISSUANCE_CAP, 161_803_398_000_000_000_000_000_000);
	assert_eq!(ALLOCATION, 1_575_188_843_457_943_925_233);
	assert_eq!(RELEASE_PER_EPOCH, 1_458_508_188_386_985_115);
	assert_eq!(ALLOCATION - RELEASE_PER_EPOCH * u128::from(RELEASE_EPOCHS), 1_033);
	assert!(ALLOCATION * u128::from(DEEDS_MAX) <= 72_811_529_100_000_000_000_000_000);
}

#[test]
fn tiers_should_be_fibonacci_numbers_and_hold_every_deed() {
	let (mut current, mut next) = (89, 144);
	let mut gross_usd = 0;
	for tier in TIERS {
		assert_eq!(tier.units, current);
		(current, next) = (next, current + next);
		gross_usd += tier.units * tier.price_usd;
	}
	assert_eq!(TIERS.iter().map(|tier| tier.units).sum::<u32>(), DEEDS_MAX);
	assert_eq!(gross_usd, 313_899_000);
	assert_eq!(usize::from(LAST_TIER), TIERS.len());
}

#[test]
fn tiers_should_equal_the_deployed_table() {
	/// Cumulative deeds and cumulative gross in US dollars, after each tier.
	const CUMULATIVE: [(u32, u32); 12] = [
		(89, 44_500),
		(233, 152_500),
		(466, 385_500),
		(843, 951_000),
		(1_453, 2_171_000),
		(2_440, 4_638_500),
		(4_037, 9_429_500),
		(6_621, 18_473_500),
		(10_802, 35_197_500),
		(17_567, 69_022_500),
		(28_513, 145_644_500),
		(46_224, 313_899_000),
	];
	let (mut deeds, mut gross_usd) = (0, 0);
	for (tier, expected) in TIERS.into_iter().zip(CUMULATIVE) {
		deeds += tier.units;
		gross_usd += tier.units * tier.price_usd;
		assert_eq!((deeds, gross_usd), expected);
	}
}

#[test]
fn tier_should_count_from_one() {
	assert_eq!(tier(0), None);
	assert_eq!(tier(1), Some(Tier { units: 89, price_usd: 500 }));
	assert_eq!(tier(12), Some(Tier { units: 17_711, price_usd: 9_500 }));
	assert_eq!(tier(13), None);
}

#[test]
fn sale_position_should_change_tier_when_one_is_sold_out() {
	let cases = [
		(0, Some((1, 0))),
		(88, Some((1, 88))),
		(89, Some((2, 0))),
		(232, Some((2, 143))),
		(233, Some((3, 0))),
		(28_512, Some((11, 10_945))),
		(28_513, Some((12, 0))),
		(46_223, Some((12, 17_710))),
		(46_224, None),
		(u32::MAX, None),
	];
	for (issued, expected) in cases {
		assert_eq!(sale_position(issued), expected, "after {issued}");
	}
}

#[test]
fn price_in_r1_should_equal_the_contracts_vectors() {
	let cases = [
		(500, 1_666_665_000_000_000_001_666),
		(750, 2_499_997_500_000_000_002_499),
		(1_000, 3_333_330_000_000_000_003_333),
		(1_500, 4_999_995_000_000_000_004_999),
		(2_000, 6_666_660_000_000_000_006_666),
		(2_500, 8_333_325_000_000_000_008_333),
		(3_000, 9_999_990_000_000_000_009_999),
		(3_500, 11_666_655_000_000_000_011_666),
		(4_000, 13_333_320_000_000_000_013_333),
		(5_000, 16_666_650_000_000_000_016_666),
		(7_000, 23_333_310_000_000_000_023_333),
		(9_500, 31_666_635_000_000_000_031_666),
	];
	for ((price_usd, expected), tier) in cases.into_iter().zip(TIERS) {
		assert_eq!(tier.price_usd, price_usd);
		assert_eq!(price_in_r1(price_usd, POOL_PRICE), Some(expected), "{price_usd} USD");
	}
}

#[test]
fn price_in_r1_should_be_none_when_r1_is_worth_nothing() {
	assert_eq!(price_in_r1(500, 0), None);
	assert_eq!(price_in_r1(u32::MAX, 1), None);
}

#[test]
fn split_purchase_should_equal_the_contracts_vector() {
	let amount = 1_666_665_000_000_000_001_666;
	let split = split_purchase(amount);
	let expected = PurchaseSplit {
		burned: 333_333_000_000_000_000_333,
		liquidity: 833_332_500_000_000_000_833,
		company: 499_999_500_000_000_000_499,
	};
	assert_eq!(split, expected);
	assert_eq!(amount - split.total(), 1);
	assert_eq!(split_purchase(2 * amount).burned, 666_666_000_000_000_000_666);
}

#[test]
fn epoch_reward_should_equal_the_contracts_vectors() {
	let cases = [
		(0, 0),
		(1, 5_719_639_954_458_765),
		(12, 68_635_679_453_505_181),
		(64, 366_056_957_085_360_970),
		(127, 726_394_274_216_263_174),
		(128, 732_113_914_170_721_940),
		(130, 743_553_194_079_639_470),
		(178, 1_018_095_911_893_660_197),
		(200, 1_143_927_990_891_753_031),
		(229, 1_309_797_549_571_057_220),
		(230, 1_315_517_189_525_515_986),
		(250, 1_429_909_988_614_691_289),
		(254, 1_452_788_548_432_526_349),
		(255, 1_458_508_188_386_985_115),
	];
	for (availability, expected) in cases {
		assert_eq!(epoch_reward(availability), expected, "at {availability}");
	}
}

#[test]
fn rewards_should_equal_the_contracts_vectors() {
	assert_eq!(rewards(0, [250, 130, 178, 12, 0]), 3_260_194_774_041_496_137);
	assert_eq!(rewards(0, [255; 1_080]), 1_575_188_843_457_943_924_200);
	assert_eq!(rewards(0, [255; 1_081]), ALLOCATION);
	assert_eq!(rewards(0, [255; 1_830]), ALLOCATION);
	assert_eq!(rewards(ALLOCATION, [255; 10]), 0);
	assert_eq!(rewards(ALLOCATION - 7, [255]), 7);
	assert_eq!(rewards(u128::MAX, [255]), 0);
	assert_eq!(rewards(0, []), 0);
}

proptest! {
	#[test]
	fn epoch_reward_should_equal_wide_arithmetic(availability: u8) {
		let expected = exact(&[1_458_508_188_386_985_115, availability.into()], 255);
		prop_assert_eq!(U512::from(epoch_reward(availability)), expected);
	}

	#[test]
	fn rewards_should_not_depend_on_how_a_run_is_cut(
		claimed in 0..=ALLOCATION,
		run in prop::collection::vec(any::<u8>(), 0..40),
		cut in any::<prop::sample::Index>(),
	) {
		let cut = cut.index(run.len() + 1);
		let first = rewards(claimed, run[..cut].iter().copied());
		let second = rewards(claimed + first, run[cut..].iter().copied());
		prop_assert_eq!(first + second, rewards(claimed, run.iter().copied()));
		prop_assert!(claimed + first + second <= ALLOCATION);
	}

	#[test]
	fn price_in_r1_should_equal_wide_arithmetic(
		price_usd: u32,
		reserve_usdc in 1..=u128::from(u64::MAX),
		reserve_r1 in 1..=ISSUANCE_CAP,
	) {
		let Some(price) = spot_price(reserve_usdc, reserve_r1) else { return Ok(()) };
		let expected = exact(&[price_usd.into(), 10u128.pow(36)], price);
		let expected = (expected <= U512::from(u128::MAX)).then(|| expected.low_u128());
		prop_assert_eq!(price_in_r1(price_usd, price), expected);
	}

	#[test]
	fn split_purchase_should_lose_at_most_two_units(amount: u128) {
		let split = split_purchase(amount);
		prop_assert!(split.total() <= amount);
		prop_assert!(amount - split.total() <= 2);
	}

	#[test]
	fn sale_position_should_stay_within_its_tier(issued in 0..DEEDS_MAX) {
		let (number, sold) = sale_position(issued).unwrap();
		let before: u32 = TIERS[..usize::from(number) - 1].iter().map(|tier| tier.units).sum();
		prop_assert!(sold < tier(number).unwrap().units);
		prop_assert_eq!(before + sold, issued);
	}
}
