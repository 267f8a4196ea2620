// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use frame_support::weights::Weight;
use r1_primitives::{ANCHORS_AGREED_MAX, ANCHORS_MAX, Anchor, WorkEntry, traits::OracleVerdicts};

fn entry(job: u32, deed: u32, quality: u8) -> WorkEntry {
	WorkEntry { job, deed, quality }
}

/// Ends epoch 0 and hands in these reports, one for each oracle from 0 on.
fn settle_epoch_0(reports: &[(Vec<u8>, Vec<WorkEntry>)]) {
	enter_epoch(1);
	let reports: Vec<_> = (0..)
		.zip(reports)
		.map(|(oracle, (availability, work))| Report::new(0, oracle, availability, work))
		.collect();
	for report in &reports {
		apply(report.commit_call()).unwrap();
	}
	run_to_block(5);
	for report in &reports {
		report.reveal_all();
	}
	run_to_block(40);
}

#[test]
fn settled_epoch_should_hold_the_lower_median_of_each_deed_and_job() {
	ExtBuilder::default().with_issued(3).build_and_execute(|| {
		events();
		settle_epoch_0(&[
			(vec![10, 0, 255], vec![entry(1, 2, 10), entry(5, 1, 255)]),
			(vec![20, 0, 255], vec![entry(1, 2, 20)]),
			(vec![30, 9, 254], vec![entry(1, 2, 30), entry(1, 3, 7)]),
			(vec![99, 9, 0], vec![entry(1, 2, 40), entry(1, 3, 7), entry(9, 9, 9)]),
		]);
		assert_eq!(
			events().last(),
			Some(&Event::EpochSettled { epoch: 0, reveals: 4, oracles: 4 })
		);
		assert_eq!(Oracles::first_undecided_epoch(), 1);
		assert_eq!(Availability::<Test>::get(0, 0).unwrap().to_vec(), [20, 0, 254]);
		assert_eq!(
			(0..5).map(|deed| Oracles::availability(0, deed)).collect::<Vec<_>>(),
			[Some(0), Some(20), Some(0), Some(254), Some(0)]
		);
		// Of two oracles that list a deed and two that do not, the lower median is 0.
		assert_eq!(Work::<Test>::get(0, 1).to_vec(), [(2, 20)]);
		assert_eq!(Oracles::quality(0, 1, 2), Some(20));
		assert_eq!(Oracles::quality(0, 1, 3), Some(0));
		assert_eq!(Oracles::quality(0, 5, 1), Some(0));
		assert_eq!(Oracles::quality(0, 9, 9), Some(0));
		assert_eq!(Oracles::availability(1, 1), None);
		assert_eq!(Oracles::quality(1, 1, 2), None);
	});
}

#[test]
fn suspended_deeds_should_have_nothing_whatever_the_oracles_saw() {
	ExtBuilder::default().with_issued(1_500).build_and_execute(|| {
		Suspended::set(vec![2, 1_025]);
		let report = (vec![200; 1_500], Vec::new());
		settle_epoch_0(&[report.clone(), report.clone(), report.clone(), report]);
		for (deed, value) in [(1, 200), (2, 0), (3, 200), (1_024, 200), (1_025, 0), (1_026, 200)] {
			assert_eq!(Oracles::availability(0, deed), Some(value), "deed {deed}");
		}
	});
}

#[test]
fn settling_should_leave_nothing_but_verdicts_and_the_record() {
	ExtBuilder::default().with_issued(1_500).build_and_execute(|| {
		let report = (vec![255; 1_500], vec![entry(1, 2, 10)]);
		settle_epoch_0(&[report.clone(), report.clone(), report.clone(), report]);
		assert_eq!(Reports::<Test>::iter().count(), 0);
		assert_eq!(Reveals::<Test>::iter().count(), 0);
		assert!(!Participants::<Test>::exists() && !SettlingStage::<Test>::exists());
		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::Settled));
		assert_eq!(Availability::<Test>::iter().count(), 2);
	});
}

#[test]
fn unsettled_epoch_should_pay_nothing_and_leave_nothing_when_there_is_no_grace() {
	ExtBuilder::default().build_and_execute(|| {
		events();
		// Two of four is less than two thirds.
		let report = (vec![255; 10], vec![entry(1, 2, 10)]);
		settle_epoch_0(&[report.clone(), report]);
		let unsettled = Event::EpochUnsettled { epoch: 0, reveals: 2, oracles: 4 };
		assert!(events().ends_with(&[unsettled, Event::EpochVoided { epoch: 0 }]));
		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::Void));
		assert_eq!(Oracles::first_undecided_epoch(), 1);
		assert_eq!(Oracles::availability(0, 1), Some(0));
		assert_eq!(Oracles::quality(0, 1, 2), Some(0));
		assert_eq!(Reports::<Test>::iter().count() + Reveals::<Test>::iter().count(), 0);
		assert_eq!(Availability::<Test>::iter().count() + Work::<Test>::iter().count(), 0);
	});
}

#[test]
fn epoch_should_be_unsettled_when_it_had_no_oracles() {
	ExtBuilder::default().with_oracles(0).build_and_execute(|| {
		settle_epoch_0(&[]);
		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::Void));
	});
}

#[test]
fn reports_should_not_count_when_a_page_is_missing() {
	ExtBuilder::default().with_issued(1_500).build_and_execute(|| {
		enter_epoch(1);
		let reports: Vec<_> =
			(0..4).map(|oracle| Report::new(0, oracle, &[oracle; 1_500], &[])).collect();
		for report in &reports {
			apply(report.commit_call()).unwrap();
		}
		end_block();
		for report in &reports[1..] {
			report.reveal_all();
		}
		// Oracle 0 withholds its page of work.
		apply(reports[0].reveal_call(0)).unwrap();
		apply(reports[0].reveal_call(1)).unwrap();
		run_to_block(20);
		let record = Epochs::<Test>::get(0).unwrap();
		assert_eq!((record.reveals, record.outcome), (3, Some(Outcome::Settled)));
		// The median of 1, 2 and 3.
		assert_eq!(Oracles::availability(0, 1_500), Some(2));
		assert_eq!(Reveals::<Test>::iter().count(), 0);
	});
}

#[test]
fn exactly_two_thirds_should_not_be_enough() {
	// The least that is more than two thirds of 0, 1, 2, ... oracles.
	let least = [1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7];
	for oracles in 1_u8..=10 {
		for reveals in 0..=oracles {
			ExtBuilder::default()
				.with_oracles(oracles)
				.with_issued(1)
				.build_and_execute(|| {
					settle_epoch_0(&vec![(vec![77], vec![]); reveals.into()]);
					let is_settled = u32::from(reveals) >= least[usize::from(oracles)];
					let expected = if is_settled { Outcome::Settled } else { Outcome::Void };
					let record = Epochs::<Test>::get(0).unwrap();
					assert_eq!(record.outcome, Some(expected), "{reveals} of {oracles}");
					let availability = if is_settled { 77 } else { 0 };
					assert_eq!(Oracles::availability(0, 1), Some(availability));
				});
		}
	}
}

#[test]
fn report_should_have_three_pages_when_there_are_2_500_deeds() {
	ExtBuilder::default().with_issued(2_500).build_and_execute(|| {
		let availability: Vec<u8> = (0..2_500_u32).map(|deed| (deed % 251) as u8).collect();
		let report = (availability.clone(), vec![]);
		settle_epoch_0(&[report.clone(), report.clone(), report]);
		let lengths: Vec<_> = (0..4)
			.map(|page| Availability::<Test>::get(0, page).map(|page| page.len()))
			.collect();
		assert_eq!(lengths, [Some(1_024), Some(1_024), Some(452), None]);
		for (deed, value) in (1..).zip(availability) {
			assert_eq!(Oracles::availability(0, deed), Some(value), "deed {deed}");
		}
		assert_eq!(Oracles::availability(0, 2_501), Some(0));
	});
}

#[test]
fn availabilities_should_be_those_of_each_deed_in_any_order() {
	ExtBuilder::default().with_issued(2_500).build_and_execute(|| {
		let availability: Vec<u8> = (0..2_500_u32).map(|deed| (deed % 251) as u8).collect();
		let report = (availability, vec![]);
		settle_epoch_0(&[report.clone(), report.clone(), report]);
		let orders: [&[u32]; 5] = [
			&[],
			&[1, 2, 1_024, 1_025, 1_026, 2_048, 2_049, 2_500],
			// Pages that come back, a deed twice, and numbers that no deed has.
			&[2_500, 1, 2_499, 1, 1, 1_025, 2],
			&[0, 1, 2_501, 3_073, u32::MAX, 7],
			&[3_073, 0],
		];
		for deeds in orders {
			let each: Option<Vec<u8>> =
				deeds.iter().map(|deed| Oracles::availability(0, *deed)).collect();
			assert_eq!(Oracles::availabilities(0, deeds), each, "{deeds:?}");
		}
		let expected = [0, 1, 1_023 % 251, 1_024 % 251, 1_025 % 251, 2_047 % 251, 2_048 % 251];
		let expected: Vec<u8> = expected
			.into_iter()
			.chain([2_499 % 251])
			.map(|value: u32| value as u8)
			.collect();
		assert_eq!(Oracles::availabilities(0, orders[1]), Some(expected));
		assert_eq!(Oracles::availabilities(0, orders[4]), Some(vec![0, 0]));
		assert_eq!(Oracles::availabilities(1, &[1]), None);
		assert_eq!(Oracles::availabilities(1, &[]), None);
	});
}

#[test]
fn availabilities_should_be_0_when_the_epoch_has_no_agreement() {
	ExtBuilder::default().with_issued(2_500).build_and_execute(|| {
		settle_epoch_0(&[]);
		assert_eq!(Oracles::availabilities(0, &[1, 2, 1_025]), Some(vec![0, 0, 0]));
	});
}

#[test]
fn missing_values_should_count_as_0() {
	ExtBuilder::default().build_and_execute(|| {
		let short = (vec![200; 4], vec![]);
		settle_epoch_0(&[short.clone(), short, (vec![200; 10], vec![])]);
		let expected = [200, 200, 200, 200, 0, 0, 0, 0, 0, 0];
		assert_eq!(Availability::<Test>::get(0, 0).unwrap().to_vec(), expected);
	});
}

#[test]
fn work_should_be_settled_in_several_steps_when_there_are_many_jobs() {
	ExtBuilder::default().with_oracles(1).build_and_execute(|| {
		let work: Vec<_> = (1..=200).map(|job| entry(job, 1, 9)).collect();
		StepsPerBlock::set(1);
		settle_epoch_0(&[(vec![1; 10], work)]);
		assert_eq!(Work::<Test>::iter().count(), 200);
		assert!((1..=200).all(|job| Oracles::quality(0, job, 1) == Some(9)));
	});
}

#[test]
fn a_job_should_keep_to_the_nodes_it_can_have() {
	ExtBuilder::default().with_oracles(1).build_and_execute(|| {
		let work: Vec<_> = (1..=40).map(|deed| entry(1, deed, 9)).collect();
		settle_epoch_0(&[(vec![1; 10], work)]);
		assert_eq!(Work::<Test>::get(0, 1).len(), 32);
	});
}

/// Weight of each block in which one epoch is settled.
fn settling_weights(deeds: u32) -> Vec<Weight> {
	let mut weights = Vec::new();
	ExtBuilder::default().with_oracles(2).with_issued(deeds).build_and_execute(|| {
		enter_epoch(1);
		let reports = [0, 1].map(|oracle| Report::new(0, oracle, &vec![7; deeds as usize], &[]));
		hand_in(&reports);
		while FirstUndecided::<Test>::get() == 0 {
			weights.push(end_block());
		}
	});
	weights
}

#[test]
fn settling_should_take_more_blocks_but_no_more_of_each_when_there_are_more_deeds() {
	let most = |weights: &[Weight]| weights.iter().fold(Weight::zero(), |one, two| one.max(*two));
	let few = settling_weights(2 * 1_024);
	let many = settling_weights(98 * 1_024);
	assert_eq!(few.len(), 1);
	// One step to begin, one for each page, one for the work; four steps a block.
	assert_eq!(many.len(), 100_usize.div_ceil(4));
	let bound = (<() as WeightInfo>::settle_work(2) + <() as WeightInfo>::settle_none()) * 4
		+ <() as WeightInfo>::finalise_verdict() * 4
		+ <() as WeightInfo>::sweep_ballots();
	assert!(most(&few).all_lte(bound) && most(&many).all_lte(bound));
}

#[test]
fn settling_should_wait_when_the_block_has_no_weight_left() {
	ExtBuilder::default().with_oracles(1).build_and_execute(|| {
		enter_epoch(1);
		hand_in(&[Report::new(0, 0, &[7; 10], &[])]);
		for limit in [Weight::zero(), <() as WeightInfo>::settle_none()] {
			let used = end_block_with(limit);
			assert!(used.all_lte(limit));
			assert_eq!(SettlingStage::<Test>::get(), None);
		}
		let one_step = <() as WeightInfo>::settle_begin(1) + <() as WeightInfo>::settle_none();
		assert_eq!(end_block_with(one_step), one_step);
		assert_eq!(SettlingStage::<Test>::get(), Some(Stage::Availability(0)));
		end_block();
		assert_eq!(FirstUndecided::<Test>::get(), 1);
	});
}

fn anchor(job: u32, deed: u32, root: u8) -> Anchor {
	Anchor { job, deed, root: [root; 32] }
}

/// Ends an epoch whose oracles, from 0 on, name these roots.
fn settle_anchors(epoch: u32, reports: &[Vec<Anchor>]) {
	enter_epoch(epoch + 1);
	let reports: Vec<_> = (0..)
		.zip(reports)
		.map(|(oracle, anchors)| Report::new(epoch, oracle, &[255; 10], &[]).with_anchors(anchors))
		.collect();
	for report in &reports {
		apply(report.commit_call()).unwrap();
	}
	end_block();
	let record = || Epochs::<Test>::get(epoch).expect("the epoch is over");
	run_to_block(record().commits_until);
	for report in &reports {
		report.reveal_all();
	}
	run_to_block(System::block_number() + 12);
	assert!(record().outcome.is_some(), "the epoch is not settled");
}

#[test]
fn root_should_count_when_more_than_two_thirds_name_it() {
	ExtBuilder::default().build_and_execute(|| {
		settle_anchors(
			0,
			&[
				vec![anchor(1, 1, 7), anchor(1, 2, 8), anchor(2, 1, 9)],
				vec![anchor(1, 1, 7), anchor(1, 2, 8)],
				// This one was told another root of the second node, and nothing of the third job.
				vec![anchor(1, 1, 7), anchor(1, 2, 6), anchor(3, 1, 1)],
				vec![anchor(1, 1, 7), anchor(1, 3, 5)],
			],
		);
		assert_eq!(Anchors::<Test>::get(0).unwrap().into_inner(), [anchor(1, 1, 7)]);
		assert_eq!(Oracles::anchor_of(0, 1, 1), Some([7; 32]));
		assert_eq!(Oracles::anchor_of(0, 1, 2), None);
		assert_eq!(Oracles::anchor_of(1, 1, 1), None);
		assert_eq!(Reveals::<Test>::iter().count(), 0);
	});
}

#[test]
fn root_should_count_among_those_who_report_and_not_without_them() {
	ExtBuilder::default().build_and_execute(|| {
		// Three of four report, and all three must name it: two are not more than two thirds.
		let two_roots = vec![anchor(1, 1, 7), anchor(1, 2, 7)];
		let one_root = vec![anchor(1, 1, 7)];
		settle_anchors(0, &[two_roots.clone(), two_roots.clone(), one_root]);
		assert_eq!(Anchors::<Test>::get(0).unwrap().into_inner(), [anchor(1, 1, 7)]);
		// Two of four are no agreement, whatever they name.
		settle_anchors(1, &[two_roots.clone(), two_roots]);
		assert_eq!(Anchors::<Test>::get(1), None);
		assert_eq!(AnchoredEpochs::<Test>::get().into_inner(), [0]);
	});
}

#[test]
fn roots_of_the_last_epochs_should_be_kept() {
	ExtBuilder::default().with_oracles(1).build_and_execute(|| {
		settle_anchors(0, &[vec![anchor(1, 1, 1)]]);
		// An epoch without roots takes no place.
		settle_anchors(1, &[Vec::new()]);
		settle_anchors(2, &[vec![anchor(1, 1, 2)]]);
		assert_eq!(AnchoredEpochs::<Test>::get().into_inner(), [0, 2]);
		settle_anchors(3, &[vec![anchor(1, 1, 3)]]);
		assert_eq!(AnchoredEpochs::<Test>::get().into_inner(), [2, 3]);
		assert_eq!(Oracles::anchor_of(0, 1, 1), None);
		assert_eq!(Oracles::anchor_of(3, 1, 1), Some([3; 32]));
	});
}

#[test]
fn as_many_roots_as_can_be_agreed_on_should_be_kept() {
	ExtBuilder::default().with_oracles(4).build_and_execute(|| {
		// Three of four name each root: with 256 names of each oracle, of 341 roots at most.
		let all: Vec<Anchor> = (0..341).map(|job| anchor(1 + job, 1, 7)).collect();
		let report = |oracle: usize| -> Vec<Anchor> {
			let named = all.iter().enumerate().filter(|(at, _)| at % 4 != oracle);
			named.map(|(_, anchor)| *anchor).take(ANCHORS_MAX as usize).collect()
		};
		let reports: Vec<_> = (0..4).map(report).collect();
		settle_anchors(0, &reports);
		let kept = Anchors::<Test>::get(0).unwrap();
		assert!((ANCHORS_MAX as usize) < kept.len(), "{} are agreed on", kept.len());
		assert!(kept.len() <= ANCHORS_AGREED_MAX as usize);
	});
}
