// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	AdoptionThresholds, AdoptionTotals, CarryOverLimit, Checkpoint, DeedsSold, DeedsSoldCount,
	Error, WorkVolume, WorkVolumeCount,
	adoption::{DeedsSoldHistory, WorkVolumeHistory},
};
use frame_support::{assert_noop, dispatch::DispatchResult};
use r1_primitives::USDC;
use sp_runtime::DispatchError;

type History = BoundedVec<Checkpoint, CheckpointsPerSeedMax>;

fn history(checkpoints: &[(EpochIndex, u128)]) -> History {
	let checkpoint =
		|(epoch, total): &(EpochIndex, u128)| Checkpoint { epoch: *epoch, total: *total };
	History::truncate_from(checkpoints.iter().map(checkpoint).collect())
}

fn seed_deeds_sold(checkpoints: &[(EpochIndex, u128)]) -> DispatchResult {
	Availability::seed_deeds_sold(RuntimeOrigin::root(), history(checkpoints))
}

fn seed_work_volume(checkpoints: &[(EpochIndex, u128)]) -> DispatchResult {
	Availability::seed_work_volume(RuntimeOrigin::root(), history(checkpoints))
}

/// Node Deeds sold up to the end of an epoch.
fn sold_at(epoch: EpochIndex) -> u128 {
	DeedsSoldHistory::<Test>::walk_from(epoch).total_at(epoch)
}

/// Paid for work up to the end of an epoch.
fn volume_at(epoch: EpochIndex) -> u128 {
	WorkVolumeHistory::<Test>::walk_from(epoch).total_at(epoch)
}

/// What both totals were at the end of each epoch of a range, in one walk.
fn totals_over(epochs: core::ops::Range<EpochIndex>) -> Vec<(u128, u128)> {
	let mut sold = DeedsSoldHistory::<Test>::walk_from(epochs.start);
	let mut volume = WorkVolumeHistory::<Test>::walk_from(epochs.start);
	epochs.map(|epoch| (sold.total_at(epoch), volume.total_at(epoch))).collect()
}

#[test]
fn totals_should_be_zero_when_nothing_is_recorded() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(totals_over(1..4), [(0, 0), (0, 0), (0, 0)]);
	});
}

#[test]
fn seeding_should_fill_in_the_history_of_work() {
	ExtBuilder::default().with_epoch(6).build_and_execute(|| {
		assert_ok!(seed_work_volume(&[(1, 10), (2, 10), (3, 20), (4, 20), (5, 30)]));

		let at = [(0, 0), (1, 10), (2, 10), (4, 20), (6, 30)];
		for (epoch, total) in at {
			assert_eq!(volume_at(epoch), total, "at {epoch}");
		}
		let expected = Event::WorkVolumeSeeded { checkpoints: 5, total: 30 };
		assert_eq!(events_since_last_call(), [expected]);
		assert_noop!(seed_work_volume(&[(6, 40)]), Error::<Test>::HistoryNotEmpty);
		assert_eq!(sold_at(6), 0);
	});
}

#[test]
fn seeding_should_fill_in_the_history_of_sales() {
	ExtBuilder::default().with_epoch(5).build_and_execute(|| {
		assert_ok!(seed_deeds_sold(&[(2, 5), (4, 9)]));

		for (epoch, total) in [(1, 0), (2, 5), (3, 5), (4, 9), (5, 9)] {
			assert_eq!(sold_at(epoch), total, "at {epoch}");
		}
		let expected = Event::DeedsSoldSeeded { checkpoints: 2, total: 9 };
		assert_eq!(events_since_last_call(), [expected]);
	});
}

#[test]
fn seeding_nothing_should_leave_the_history_empty() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(seed_deeds_sold(&[]));
		assert_ok!(seed_deeds_sold(&[(0, 3)]));

		let expected = [
			Event::DeedsSoldSeeded { checkpoints: 0, total: 0 },
			Event::DeedsSoldSeeded { checkpoints: 1, total: 3 },
		];
		assert_eq!(events_since_last_call(), expected);
	});
}

#[test]
fn genesis_should_begin_with_the_history_of_an_older_network() {
	let (sold, paid) = (history(&[(2, 5), (4, 9)]), history(&[(3, 1_000)]));
	ExtBuilder::default()
		.with_epoch(5)
		.with_history(&sold, &paid)
		.build_and_execute(|| {
			assert_eq!(totals_over(1..6), [(0, 0), (5, 0), (5, 1_000), (9, 1_000), (9, 1_000)]);

			Availability::on_deeds_sold(1);
			Availability::on_work_paid(10);

			assert_eq!(totals_over(4..6), [(9, 1_000), (10, 1_010)]);
			assert_noop!(seed_deeds_sold(&[(1, 5)]), Error::<Test>::HistoryNotEmpty);
		});
}

#[test]
fn genesis_should_be_refused_when_a_history_does_not_rise() {
	let (good, bad) = (history(&[(2, 5)]), history(&[(2, 5), (2, 6)]));
	for (sold, paid, what) in [
		(&bad, &good, "the history of deeds sold must rise from epoch to epoch"),
		(&good, &bad, "the history of paid work must rise from epoch to epoch"),
	] {
		let builder = ExtBuilder::default().with_history(sold, paid);
		assert_eq!(panic_of(|| builder.build_storage()), what);
	}
}

#[test]
fn seeding_should_fail_when_it_is_no_history_of_the_past() {
	ExtBuilder::default().with_epoch(5).build_and_execute(|| {
		for seed in [seed_deeds_sold, seed_work_volume] {
			assert_noop!(seed(&[(1, 5), (1, 5)]), Error::<Test>::InvalidHistory);
			assert_noop!(seed(&[(2, 5), (1, 5)]), Error::<Test>::InvalidHistory);
			assert_noop!(seed(&[(1, 5), (2, 4)]), Error::<Test>::InvalidHistory);
			assert_noop!(seed(&[(1, 5), (6, 6)]), Error::<Test>::HistoryInFuture);
			assert_ok!(seed(&[(1, 5), (5, 6)]));
		}
	});
}

#[test]
fn seeding_should_fail_when_the_chain_has_recorded() {
	ExtBuilder::default().with_epoch(5).build_and_execute(|| {
		Availability::on_deeds_sold(1);
		Availability::on_work_paid(1);

		assert_noop!(seed_deeds_sold(&[(1, 5)]), Error::<Test>::HistoryNotEmpty);
		assert_noop!(seed_work_volume(&[(1, 5)]), Error::<Test>::HistoryNotEmpty);
	});
}

#[test]
fn sales_should_be_recorded_in_the_current_epoch() {
	ExtBuilder::default().with_epoch(5).build_and_execute(|| {
		Availability::on_deeds_sold(0);
		assert_eq!(DeedsSoldCount::<Test>::get(), 0);

		Availability::on_deeds_sold(10);
		Availability::on_deeds_sold(5);
		assert_eq!((sold_at(5), DeedsSoldCount::<Test>::get()), (15, 1));
		Network::end_epoch();
		Availability::on_deeds_sold(2);

		assert_eq!(DeedsSold::<Test>::get(1), Some(Checkpoint { epoch: 6, total: 17 }));
		assert_eq!(totals_over(4..8), [(0, 0), (15, 0), (17, 0), (17, 0)]);
	});
}

#[test]
fn work_should_be_recorded_in_the_current_epoch() {
	ExtBuilder::default().with_epoch(4).build_and_execute(|| {
		Availability::on_work_paid(0);
		assert_eq!(WorkVolumeCount::<Test>::get(), 0);

		Availability::on_work_paid(100);
		Availability::on_work_paid(50);
		assert_eq!((volume_at(4), WorkVolumeCount::<Test>::get()), (150, 1));
		Network::end_epoch();
		Availability::on_work_paid(25);

		assert_eq!(WorkVolume::<Test>::get(1), Some(Checkpoint { epoch: 5, total: 175 }));
		assert_eq!(totals_over(4..6), [(0, 150), (0, 175)]);
	});
}

#[test]
fn records_should_go_on_from_a_seeded_history() {
	ExtBuilder::default().with_epoch(2).build_and_execute(|| {
		assert_ok!(seed_deeds_sold(&[(2, 7)]));
		assert_ok!(seed_work_volume(&[(1, 100)]));
		Availability::on_work_paid(30);
		Network::end_epoch();
		Availability::on_deeds_sold(4);

		assert_eq!(totals_over(1..4), [(0, 100), (7, 130), (11, 130)]);
	});
}

#[test]
fn records_should_not_go_back_in_time() {
	ExtBuilder::default().with_epoch(3).build_and_execute(|| {
		Availability::on_deeds_sold(4);
		Network::enter_epoch(2);
		Availability::on_deeds_sold(1);
		Network::enter_epoch(3);

		assert_eq!((sold_at(2), sold_at(3)), (0, 4));
	});
}

#[test]
fn sparse_records_should_fill_the_epochs_between() {
	ExtBuilder::default().with_epoch(2).build_and_execute(|| {
		Availability::on_deeds_sold(10);
		Network::enter_epoch(5);
		Availability::on_deeds_sold(5);
		Network::enter_epoch(6);

		let sold: Vec<_> = totals_over(1..7).into_iter().map(|(sold, _)| sold).collect();
		assert_eq!(sold, [0, 10, 10, 10, 15, 15]);
		// A range that ends before it begins has no epochs.
		assert_eq!(Availability::adoption(3, 1), Vec::<u16>::new());
	});
}

#[test]
fn totals_should_be_found_wherever_a_walk_begins() {
	ExtBuilder::default().build_and_execute(|| {
		// Checkpoints in the epochs 3, 10, 17, ..
		for index in 0..40u32 {
			Network::enter_epoch(3 + 7 * index);
			Availability::on_deeds_sold(index + 1);
		}
		let expected = |epoch: u32| -> u128 {
			(0..40u32)
				.filter(|index| 3 + 7 * index <= epoch)
				.map(|index| u128::from(index) + 1)
				.sum()
		};
		for start in 0..290 {
			assert_eq!(sold_at(start), expected(start), "at {start}");
			let mut walk = DeedsSoldHistory::<Test>::walk_from(start);
			// In steps of different lengths.
			for epoch in [start, start, start + 1, start + 20, start + 21] {
				assert_eq!(walk.total_at(epoch), expected(epoch), "at {epoch} from {start}");
			}
		}
	});
}

#[test]
fn adoption_should_be_the_mean_of_both_scores() {
	let cases = [(3_750, 1_250_000, 32_767), (7_500, 2_500_000, 65_535), (0, 6_000_000, 65_535)];
	for (deeds_sold, work_volume, adoption) in cases {
		ExtBuilder::default().with_epoch(1).build_and_execute(|| {
			let thresholds =
				Availability::set_adoption_thresholds(RuntimeOrigin::root(), 7_500, 2_500_000);
			assert_ok!(thresholds);
			Availability::on_deeds_sold(deeds_sold);
			Availability::on_work_paid(work_volume);

			assert_eq!(Availability::adoption(1, 2), [adoption]);
		});
	}
}

#[test]
fn adoption_should_follow_both_totals_over_epochs() {
	ExtBuilder::default().with_epoch(2).build_and_execute(|| {
		assert_ok!(Availability::set_adoption_thresholds(RuntimeOrigin::root(), 7_500, 2_500_000));
		Availability::on_deeds_sold(3_750);
		Network::end_epoch();
		Availability::on_work_paid(2_500_000);

		assert_eq!(Availability::adoption(1, 4), [0, 16_383, 49_151]);
	});
}

#[test]
fn adoption_should_use_the_main_networks_thresholds_unless_others_are_set() {
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
	];
	for (deeds_sold, work_volume, adoption) in cases {
		ExtBuilder::default().build_and_execute(|| {
			Availability::on_deeds_sold(deeds_sold);
			Availability::on_work_paid(work_volume);

			assert_eq!(Availability::adoption(0, 1), [adoption], "{deeds_sold} {work_volume}");
		});
	}
}

#[test]
fn adoption_of_an_epoch_that_is_over_should_never_change() {
	ExtBuilder::default().with_epoch(1).build_and_execute(|| {
		Availability::on_deeds_sold(1_000);
		let before = Availability::adoption(0, 2);
		Network::end_epoch();
		Availability::on_deeds_sold(5_000);
		Availability::on_work_paid(1_000_000 * USDC);

		assert_eq!(Availability::adoption(0, 2), before);
		assert!(before[1] < Availability::adoption(2, 3)[0]);
	});
}

#[test]
fn thresholds_should_be_set_by_governance() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(
			AdoptionThresholds::<Test>::get(),
			AdoptionTotals { deeds_sold: 7_500, work_volume: 5_000_000_000_000 }
		);

		assert_ok!(Availability::set_adoption_thresholds(RuntimeOrigin::root(), 1_000, 2_000_000));

		let totals = AdoptionTotals { deeds_sold: 1_000, work_volume: 2_000_000 };
		assert_eq!(AdoptionThresholds::<Test>::get(), totals);
		let expected = Event::AdoptionThresholdsSet { deeds_sold: 1_000, work_volume: 2_000_000 };
		assert_eq!(events_since_last_call(), [expected]);
	});
}

#[test]
fn thresholds_should_be_refused_when_one_is_zero() {
	ExtBuilder::default().build_and_execute(|| {
		for (deeds_sold, work_volume) in [(0, 1), (1, 0), (0, 0)] {
			let root = RuntimeOrigin::root();
			assert_noop!(
				Availability::set_adoption_thresholds(root, deeds_sold, work_volume),
				Error::<Test>::ZeroThreshold
			);
		}
	});
}

#[test]
fn carry_over_limit_should_be_set_by_governance() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(CarryOverLimit::<Test>::get(), 255);

		set_carry_over_limit(200);

		assert_eq!(CarryOverLimit::<Test>::get(), 200);
		assert_eq!(events_since_last_call(), [Event::CarryOverLimitSet { limit: 200 }]);
	});
}

#[test]
fn governance_calls_should_fail_when_somebody_else_makes_them() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(ALICE), RuntimeOrigin::none()] {
			let outcomes = [
				Availability::set_adoption_thresholds(origin.clone(), 1, 1),
				Availability::set_carry_over_limit(origin.clone(), 1),
				Availability::seed_deeds_sold(origin.clone(), history(&[(0, 1)])),
				Availability::seed_work_volume(origin, history(&[(0, 1)])),
			];
			for outcome in outcomes {
				assert_noop!(outcome, DispatchError::BadOrigin);
			}
		}
	});
}
