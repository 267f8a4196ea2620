// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	StepFailure,
	backoff::{PAUSE_FIRST_MS, PAUSE_MAX_MS, pause_ms},
	plan::*,
	reconcile::*,
};

const SEED: [u8; 32] = [3; 32];

fn fetch() -> Step {
	Step::FetchSpecification { specification: content("spec-a") }
}

fn wanted() -> Desired {
	desired(&[(1, content("spec-a"))])
}

fn report(reconciler: &Reconciler) -> (u32, bool) {
	let report = reconciler.reports().next().unwrap();
	(report.failures, report.is_abandoned)
}

#[test]
fn reconciler_should_begin_a_step_once() {
	let mut reconciler = Reconciler::new(SEED);
	let observed = Observed::default();
	assert_eq!(reconciler.plan(0, &wanted(), &observed), [fetch()]);
	assert!(reconciler.plan(1_000_000, &wanted(), &observed).is_empty());
	// It was done and is missing again, so it is done again.
	reconciler.finished(1_000_000, &fetch(), Ok(()));
	assert_eq!(reconciler.plan(1_000_001, &wanted(), &observed), [fetch()]);
}

#[test]
fn reconciler_should_not_begin_a_step_twice_when_it_is_wanted_again_meanwhile() {
	let mut reconciler = Reconciler::new(SEED);
	let observed = Observed::default();
	assert_eq!(reconciler.plan(0, &wanted(), &observed), [fetch()]);
	assert!(reconciler.plan(1, &Desired::default(), &observed).is_empty());
	assert!(reconciler.plan(2, &wanted(), &observed).is_empty());
}

#[test]
fn reconciler_should_try_again_after_growing_pauses() {
	let mut reconciler = Reconciler::new(SEED);
	let observed = Observed::default();
	let mut now_ms = 0;
	for failures in 1..=10 {
		assert_eq!(reconciler.plan(now_ms, &wanted(), &observed), [fetch()]);
		reconciler.finished(now_ms, &fetch(), Err(StepFailure::Transient));
		assert_eq!(report(&reconciler), (failures, false));
		let pause = pause_ms(&SEED, failures);
		assert!(reconciler.plan(now_ms + pause - 1, &wanted(), &observed).is_empty());
		now_ms += pause;
	}
	assert_eq!(reconciler.plan(now_ms, &wanted(), &observed), [fetch()]);
	// Success wipes the slate.
	reconciler.finished(now_ms, &fetch(), Ok(()));
	assert_eq!(reconciler.plan(now_ms, &wanted(), &observed), [fetch()]);
	assert_eq!(report(&reconciler), (0, false));
}

#[test]
fn reconciler_should_never_repeat_what_cannot_work_until_it_is_wanted_anew() {
	let mut reconciler = Reconciler::new(SEED);
	let observed = Observed::default();
	reconciler.plan(0, &wanted(), &observed);
	reconciler.finished(0, &fetch(), Err(StepFailure::Permanent));
	assert!(reconciler.plan(u64::MAX, &wanted(), &observed).is_empty());
	assert_eq!(report(&reconciler), (1, true));
	// Another job is not affected.
	let both = desired(&[(1, content("spec-a")), (2, content("spec-b"))]);
	let other = Step::FetchSpecification { specification: content("spec-b") };
	assert_eq!(reconciler.plan(1, &both, &observed), [other]);
	// The job goes away and comes back.
	reconciler.plan(2, &Desired::default(), &observed);
	assert_eq!(reconciler.plan(3, &wanted(), &observed), [fetch()]);
}

#[test]
fn pauses_should_double_up_to_the_longest_less_a_quarter() {
	for failures in 1..=200 {
		let full = PAUSE_FIRST_MS.saturating_mul(1 << (failures - 1).min(20)).min(PAUSE_MAX_MS);
		for seed in [[0; 32], [1; 32], [2; 32]] {
			let pause = pause_ms(&seed, failures);
			assert!((full - full / 4..=full).contains(&pause), "{pause} ms after {failures}");
		}
	}
	let pauses: std::collections::BTreeSet<_> =
		(0..50).map(|seed| pause_ms(&[seed; 32], 7)).collect();
	assert!(20 < pauses.len(), "{pauses:?}");
}
