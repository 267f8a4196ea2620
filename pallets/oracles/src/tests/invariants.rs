// SPDX-License-Identifier: Apache-2.0

//! What holds for every set of reports.

use crate::{mock::*, *};
use proptest::prelude::*;
use r1_primitives::{WorkEntry, traits::OracleVerdicts};

/// What one oracle does in an epoch.
#[derive(Clone, Debug)]
struct Behaviour {
	commits: bool,
	reveals_availability: bool,
	reveals_work: bool,
	availability: Vec<u8>,
	/// Quality of the work of deed 1 on job 1.
	quality: Option<u8>,
}

impl Behaviour {
	fn is_whole(&self) -> bool {
		self.commits && self.reveals_availability && self.reveals_work
	}

	fn said_of(&self, deed: usize) -> u8 {
		self.availability.get(deed).copied().unwrap_or(0)
	}
}

const DEEDS: u32 = 5;

fn behaviour() -> impl Strategy<Value = Behaviour> {
	let deeds = DEEDS as usize;
	(
		prop::bool::weighted(0.95),
		prop::bool::weighted(0.95),
		prop::bool::weighted(0.95),
		prop::collection::vec(any::<u8>(), 1..=deeds),
		any::<Option<u8>>(),
	)
		.prop_map(|(commits, reveals_availability, reveals_work, availability, quality)| {
			Behaviour { commits, reveals_availability, reveals_work, availability, quality }
		})
}

/// Plays an epoch in which each oracle behaves as given, to its decision.
fn play(oracles: &[Behaviour]) {
	enter_epoch(1);
	let reports: Vec<_> = (0..)
		.zip(oracles)
		.map(|(oracle, behaviour)| {
			let entry = |quality| WorkEntry { job: 1, deed: 1, quality };
			let work: Vec<_> = behaviour.quality.map(entry).into_iter().collect();
			(behaviour, Report::new(0, oracle, &behaviour.availability, &work))
		})
		.collect();
	for (_, report) in reports.iter().filter(|(behaviour, _)| behaviour.commits) {
		apply(report.commit_call()).expect("the window is open");
	}
	run_to_block(5);
	for (behaviour, report) in reports.iter().filter(|(behaviour, _)| behaviour.commits) {
		if behaviour.reveals_availability {
			apply(report.reveal_call(0)).expect("the window is open");
		}
		if behaviour.reveals_work {
			apply(report.reveal_call(1)).expect("the window is open");
		}
	}
	run_to_block(14);
}

/// The lower median as it is written in a textbook.
fn median(mut values: Vec<u8>) -> u8 {
	values.sort_unstable();
	values[(values.len() - 1) / 2]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	/// The pallet decides as twenty lines over vectors do.
	#[test]
	fn verdicts_should_be_those_of_the_model(
		oracles in prop::collection::vec(behaviour(), 1..=10),
	) {
		let whole: Vec<_> = oracles.iter().filter(|oracle| oracle.is_whole()).collect();
		let is_settled = whole.len() * 3 > oracles.len() * 2;
		ExtBuilder::default()
			.with_oracles(oracles.len() as u8)
			.with_issued(DEEDS)
			.build_and_execute(|| {
				play(&oracles);
				assert_eq!(Oracles::first_undecided_epoch(), 1);
				for deed in 0..DEEDS {
					let said = |oracle: &&Behaviour| oracle.said_of(deed as usize);
					let expected =
						if is_settled { median(whole.iter().map(said).collect()) } else { 0 };
					assert_eq!(Oracles::availability(0, deed + 1), Some(expected));
				}
				let said = |oracle: &&Behaviour| oracle.quality.unwrap_or(0);
				let expected =
					if is_settled { median(whole.iter().map(said).collect()) } else { 0 };
				assert_eq!(Oracles::quality(0, 1, 1), Some(expected));
			});
	}

	/// Fewer than a third of the oracles lie or are silent: the verdict is within what the honest
	/// ones saw.
	#[test]
	fn verdicts_should_be_in_the_honest_range_when_fewer_than_a_third_are_faulty(
		(honest, faulty) in (0..=3_usize).prop_flat_map(|faults| {
			let honest_least = 2 * faults + 1;
			(
				prop::collection::vec(
					prop::collection::vec(100..=140_u8, DEEDS as usize),
					honest_least..=honest_least + 2,
				),
				prop::collection::vec(behaviour(), faults),
			)
		}),
	) {
		let honest: Vec<_> = honest
			.into_iter()
			.map(|availability| Behaviour {
				commits: true,
				reveals_availability: true,
				reveals_work: true,
				quality: Some(availability[0]),
				availability,
			})
			.collect();
		let oracles: Vec<_> = honest.iter().chain(&faulty).cloned().collect();
		assert!(faulty.len() * 3 < oracles.len());
		ExtBuilder::default()
			.with_oracles(oracles.len() as u8)
			.with_issued(DEEDS)
			.build_and_execute(|| {
				play(&oracles);
				let record = Epochs::<Test>::get(0).unwrap();
				assert_eq!(record.outcome, Some(Outcome::Settled));
				for deed in 0..DEEDS {
					let said = || honest.iter().map(|oracle| oracle.said_of(deed as usize));
					let verdict = Oracles::availability(0, deed + 1).unwrap();
					assert!(said().min().unwrap() <= verdict && verdict <= said().max().unwrap());
				}
				let said = || honest.iter().filter_map(|oracle| oracle.quality);
				let verdict = Oracles::quality(0, 1, 1).unwrap();
				assert!(said().min().unwrap() <= verdict && verdict <= said().max().unwrap());
			});
	}

	/// A page set is a set of numbers below its capacity.
	#[test]
	fn page_set_should_hold_what_was_put_into_it(pages in prop::collection::vec(any::<u16>(), 0..50)) {
		let set = pages.iter().fold(PageSet::default(), |set, page| set.with(page % 128));
		let model: std::collections::BTreeSet<_> = pages.iter().map(|page| page % 128).collect();
		prop_assert_eq!(set.count() as usize, model.len());
		prop_assert!((0..200).all(|page| set.contains(page) == model.contains(&page)));
	}
}
