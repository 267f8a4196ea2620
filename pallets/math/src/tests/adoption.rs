// SPDX-License-Identifier: Apache-2.0

use super::exact;
use crate::adoption::*;
use core::num::NonZero;
use primitive_types::U512;
use proptest::prelude::*;
use r1_primitives::{EpochIndex, USDC};

/// The thresholds of the contracts' tests: 7 500 deeds and 2.50 USDC.
fn test_thresholds() -> Thresholds {
	Thresholds { work_volume: NonZero::new(2_500_000).unwrap(), ..Thresholds::MAINNET }
}

fn history<const LENGTH: usize>(points: [(EpochIndex, u128); LENGTH]) -> [Checkpoint; LENGTH] {
	points.map(|(epoch, total)| Checkpoint { epoch, total })
}

/// Records amounts one after the other: `None` as soon as one cannot be recorded.
fn record_all(
	mut points: Vec<Checkpoint>,
	amounts: &[(EpochIndex, u128)],
) -> Option<Vec<Checkpoint>> {
	for (epoch, amount) in amounts {
		let next = Checkpoint::record(points.last().copied(), *epoch, *amount)?;
		if points.last().is_some_and(|latest| latest.epoch == next.epoch) {
			points.pop();
		}
		points.push(next);
	}
	Some(points)
}

fn totals(points: &[Checkpoint], epochs: impl IntoIterator<Item = EpochIndex>) -> Vec<u128> {
	epochs.into_iter().map(|epoch| total_at(points, epoch)).collect()
}

#[test]
fn adoption_should_equal_the_contracts_vectors() {
	let cases = [(3_750, 1_250_000, 32_767), (7_500, 2_500_000, 65_535), (0, 6_000_000, 65_535)];
	for (sold, volume, expected) in cases {
		assert_eq!(test_thresholds().adoption(sold, volume), expected, "{sold}, {volume}");
	}
}

#[test]
fn adoption_should_equal_the_reference_at_mainnet_thresholds() {
	let cases = [
		(0, 0, 0),
		(1, 0, 4),
		(100, 0, 436),
		(466, 100_000 * USDC, 2_690),
		(750, 0, 3_276),
		(1_000, 50_000 * USDC, 4_696),
		(3_750, 2_500_000 * USDC, 32_767),
		(7_500, 0, 32_767),
		(7_500, 5_000_000 * USDC, 65_535),
		(15_000, 0, 65_535),
		(0, 10_000_000 * USDC, 65_535),
		(u32::MAX, u128::MAX, 65_535),
	];
	for (sold, volume, expected) in cases {
		assert_eq!(Thresholds::MAINNET.adoption(sold, volume), expected, "{sold}, {volume}");
	}
}

#[test]
fn adoption_should_follow_both_histories() {
	let sold = history([(2, 3_750)]);
	let volume = history([(3, 2_500_000)]);
	let adoption = (1..=3).map(|epoch| {
		let sold = u32::try_from(total_at(&sold, epoch)).unwrap();
		test_thresholds().adoption(sold, total_at(&volume, epoch))
	});
	assert!(adoption.eq([0, 16_383, 49_151]));
}

#[test]
fn total_at_should_equal_the_contracts_vectors() {
	let volumes = history([(1, 10), (2, 10), (3, 20), (4, 20), (5, 30)]);
	assert_eq!(totals(&volumes, [0, 1, 2, 4, 6]), [0, 10, 10, 20, 30]);
	let sales = history([(2, 5), (4, 9)]);
	assert_eq!(totals(&sales, [1, 2, 3, 5]), [0, 5, 5, 9]);
	assert_eq!(totals(&[], 1..=3), [0, 0, 0]);
}

#[test]
fn record_should_equal_the_contracts_vectors() {
	let sales = record_all(vec![], &[(5, 10), (5, 5), (6, 2)]).unwrap();
	assert_eq!(sales, history([(5, 15), (6, 17)]));
	assert_eq!(totals(&sales, 5..=6), [15, 17]);

	let sales = record_all(history([(2, 7)]).into(), &[(3, 4)]).unwrap();
	assert_eq!(totals(&sales, 2..=3), [7, 11]);

	let volumes = record_all(vec![], &[(4, 100), (4, 50), (5, 25)]).unwrap();
	assert_eq!(totals(&volumes, 4..=5), [150, 175]);

	let volumes = record_all(history([(1, 100)]).into(), &[(2, 30)]).unwrap();
	assert_eq!(totals(&volumes, 1..=2), [100, 130]);

	let sales = record_all(vec![], &[(2, 10), (5, 5)]).unwrap();
	assert_eq!(totals(&sales, 1..=6), [0, 10, 10, 10, 15, 15]);

	// The hook of the sale: two deeds in one epoch, one in the next.
	let sales = record_all(vec![], &[(1, 2), (2, 1)]).unwrap();
	assert_eq!(totals(&sales, 1..=2), [2, 3]);
}

#[test]
fn record_should_be_none_when_it_would_change_the_past() {
	assert_eq!(record_all(vec![], &[(3, 1), (2, 1)]), None);
	assert_eq!(record_all(vec![], &[(3, u128::MAX), (4, 1)]), None);
}

#[test]
fn is_history_should_be_false_when_epochs_or_totals_go_back() {
	assert!(is_history(&history([(2, 5), (4, 9)])));
	assert!(is_history(&history([(1, 10), (2, 10)])));
	assert!(is_history(&[]));
	assert!(!is_history(&history([(1, 5), (1, 9)])));
	assert!(!is_history(&history([(2, 5), (1, 9)])));
	assert!(!is_history(&history([(1, 5), (2, 4)])));
}

proptest! {
	#[test]
	fn adoption_should_equal_wide_arithmetic(
		deeds_sold in 1..=u32::MAX,
		work_volume in 1..=u128::MAX,
		sold: u32,
		volume: u128,
	) {
		let thresholds = Thresholds {
			deeds_sold: NonZero::new(deeds_sold).unwrap(),
			work_volume: NonZero::new(work_volume).unwrap(),
		};
		let scores = exact(&[sold.into(), 65_535], deeds_sold.into())
			+ exact(&[volume, 65_535], work_volume);
		let expected = (scores / U512::from(2)).min(U512::from(65_535)).low_u128();
		prop_assert_eq!(u128::from(thresholds.adoption(sold, volume)), expected);
	}

	#[test]
	fn adoption_should_never_fall_when_a_total_rises(
		sold in 0..20_000u32,
		volume in 0..=20_000_000 * USDC,
		more_sold in 0..1_000u32,
		more_volume in 0..=1_000_000 * USDC,
	) {
		let adoption = |sold, volume| Thresholds::MAINNET.adoption(sold, volume);
		prop_assert!(adoption(sold, volume) <= adoption(sold + more_sold, volume));
		prop_assert!(adoption(sold, volume) <= adoption(sold, volume + more_volume));
	}

	#[test]
	fn total_at_should_equal_a_search_from_the_end(
		amounts in prop::collection::vec((0..5u32, 0..1_000u128), 0..20),
		epoch in 0..100u32,
	) {
		let mut at = 0;
		let amounts: Vec<_> = amounts
			.into_iter()
			.map(|(step, amount)| { at += step; (at, amount) })
			.collect();
		let points = record_all(vec![], &amounts).unwrap();
		let expected: u128 =
			amounts.iter().filter(|(at, _)| *at <= epoch).map(|(_, amount)| amount).sum();
		prop_assert!(is_history(&points));
		prop_assert_eq!(total_at(&points, epoch), expected);
	}
}
