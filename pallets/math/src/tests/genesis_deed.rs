// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::{BASIS_POINTS, genesis_deed::*};
use primitive_types::U512;
use proptest::prelude::*;

#[test]
fn constants_should_equal_the_deployed_ones() {
	assert_eq!(ALLOCATION, 46_761_182_022_000_000_000_000_000);
	assert_eq!(RELEASE_PER_EPOCH, 128_112_827_457_534_246_575_342);
	assert_eq!(ALLOCATION - RELEASE_PER_EPOCH * u128::from(RELEASE_EPOCHS), 170);
}

#[test]
fn release_should_start_with_epoch_one() {
	for (epoch, expected) in [(0, 0), (1, RELEASE_PER_EPOCH), (u32::MAX, RELEASE_PER_EPOCH)] {
		assert_eq!(release(epoch), expected, "in epoch {epoch}");
	}
}

#[test]
fn split_payout_should_equal_the_contracts_vector() {
	let payout = 286_369_849_610_958_904_109_585;
	let split = split_payout(payout);
	let expected = TreasurySplit {
		liquidity: 76_489_386_831_087_123_287_670,
		expenses: 39_633_587_186_156_712_328_766,
		marketing: 21_592_286_660_666_301_369_862,
		grants: 99_083_967_965_391_780_821_916,
		social_responsibility: 49_570_620_967_656_986_301_369,
	};
	assert_eq!(split, expected);
	assert_eq!(payout - split.total(), 2);
}

#[test]
fn shares_should_make_up_the_whole() {
	let shares = [
		LIQUIDITY_BASIS_POINTS,
		EXPENSES_BASIS_POINTS,
		MARKETING_BASIS_POINTS,
		GRANTS_BASIS_POINTS,
		SOCIAL_RESPONSIBILITY_BASIS_POINTS,
	];
	assert_eq!(shares.iter().sum::<u16>(), BASIS_POINTS);
}

proptest! {
	#[test]
	fn split_payout_should_lose_at_most_four_units(payout: u128) {
		let split = split_payout(payout);
		prop_assert!(split.total() <= payout);
		prop_assert!(payout - split.total() <= 4);
		prop_assert_eq!(U512::from(split.grants), exact(&[payout, 346], 1_000));
	}
}
