// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::attest::*;
use proptest::prelude::*;
use r1_primitives::{WORK_ENTRIES_MAX, WorkEntry};
use std::collections::BTreeSet;

const SEED: [u8; 32] = [4; 32];
const NOW: u64 = 600;

fn with_jobs(jobs: impl IntoIterator<Item = JobView>) -> ChainState {
	ChainState { jobs: jobs.into_iter().map(|job| (job.id, job)).collect(), ..chain() }
}

fn attestor(chain: &ChainState) -> Attestor {
	let mut attestor = Attestor::new(SEED);
	attestor.note_placements(NOW, chain);
	attestor
}

fn target(job: JobId, deed: DeedId) -> ProbeTarget {
	ProbeTarget { job, deed }
}

/// Every target of one lap from a tick on, in the order of their probes.
fn lap(attestor: &Attestor, first_tick: u64, length: u64) -> Vec<ProbeTarget> {
	let now = NOW + GRACE_SECS;
	(first_tick..first_tick + length)
		.filter_map(|tick| attestor.probe_at(tick, now))
		.collect()
}

#[test]
fn entries_should_be_the_share_of_right_answers() {
	let mut attestor = attestor(&with_jobs([placed_job(2, &[7, 9]), placed_job(1, &[8])]));
	let outcomes = [
		(target(2, 7), ProbeOutcome::Ok, 3),
		(target(2, 7), ProbeOutcome::Failed, 2),
		(target(2, 7), ProbeOutcome::TimedOut, 1),
		(target(2, 9), ProbeOutcome::TimedOut, 5),
	];
	for (target, outcome, times) in outcomes {
		for _ in 0..times {
			attestor.record(NOW_EPOCH, target, outcome).unwrap();
		}
	}
	// Deed 8 was never probed; deed 9 never answered.
	let entry = |job, deed, quality| WorkEntry { job, deed, quality };
	let expected = [entry(1, 8, 0), entry(2, 7, 128), entry(2, 9, 0)];
	assert_eq!(attestor.entries(NOW_EPOCH), expected);
	let tally = Tally { ok: 3, failed: 2, timed_out: 1 };
	assert_eq!(attestor.tally(NOW_EPOCH, target(2, 7)), Some(tally));
	assert!(attestor.entries(NOW_EPOCH + 1).is_empty());
}

#[test]
fn quality_should_round_halves_up() {
	for (ok, failed, timed_out, quality) in [
		(0, 0, 0, 0),
		(1, 0, 0, 255),
		(0, 1, 1, 0),
		(1, 1, 0, 128),
		(1, 0, 2, 85),
		(1, 509, 0, 1),
		(1, 510, 0, 0),
		(u32::MAX, 0, 0, 255),
		(u32::MAX, u32::MAX, u32::MAX, 85),
	] {
		assert_eq!(Tally { ok, failed, timed_out }.quality(), quality, "{ok} {failed} {timed_out}");
	}
}

#[test]
fn record_should_refuse_what_was_not_placed() {
	let mut attestor = attestor(&with_jobs([placed_job(1, &[1])]));
	for (epoch, target) in [(NOW_EPOCH, target(1, 2)), (NOW_EPOCH + 1, target(1, 1))] {
		let refused = attestor.record(epoch, target, ProbeOutcome::Ok);
		assert_eq!(refused, Err(NotPlaced { epoch, target }));
	}
	assert_eq!(
		NotPlaced { epoch: 3, target: target(1, 2) }.to_string(),
		"job 1 was not placed on deed 2 in epoch 3"
	);
}

#[test]
fn jobs_that_are_over_or_nowhere_should_not_be_probed() {
	let over = JobView { end_epoch: NOW_EPOCH, ..placed_job(1, &[1]) };
	let attestor = attestor(&with_jobs([over, waiting_job(2, 3)]));
	assert_eq!(lap(&attestor, 0, 5), []);
	assert!(attestor.entries(NOW_EPOCH).is_empty());
}

#[test]
fn a_node_should_have_time_before_its_first_probe() {
	let mut attestor = attestor(&with_jobs([placed_job(1, &[1])]));
	attestor.note_placements(NOW + 5, &with_jobs([placed_job(1, &[1]), placed_job(2, &[2])]));
	let probed = |after: u64| {
		let probes = (0..20).filter_map(|tick| attestor.probe_at(tick, NOW + after));
		probes.map(|target| target.job).collect::<BTreeSet<_>>()
	};
	assert_eq!(probed(GRACE_SECS - 1), [].into());
	assert_eq!(probed(GRACE_SECS), [1].into());
	assert_eq!(probed(GRACE_SECS + 5), [1, 2].into());
}

#[test]
fn both_placements_of_an_epoch_should_be_reported_and_the_newer_probed() {
	let mut attestor = attestor(&with_jobs([placed_job(1, &[1, 2])]));
	attestor.record(NOW_EPOCH, target(1, 1), ProbeOutcome::Ok).unwrap();
	attestor.note_placements(NOW, &with_jobs([placed_job(1, &[2, 3])]));
	let deeds: Vec<_> = attestor.entries(NOW_EPOCH).iter().map(|entry| entry.deed).collect();
	assert_eq!(deeds, [1, 2, 3]);
	let probed: BTreeSet<_> = lap(&attestor, 0, 2).iter().map(|target| target.deed).collect();
	assert_eq!(probed, [2, 3].into());
}

#[test]
fn two_epochs_should_be_kept() {
	let mut attestor = Attestor::new(SEED);
	for epoch in [3, 4, 5] {
		let chain = ChainState { current_epoch: epoch, ..with_jobs([placed_job(1, &[1])]) };
		attestor.note_placements(NOW, &chain);
		attestor.record(epoch, target(1, 1), ProbeOutcome::Ok).unwrap();
	}
	assert_eq!([3, 4, 5].map(|epoch| attestor.entries(epoch).len()), [0, 1, 1]);
	// An older state changes nothing.
	let older = ChainState { current_epoch: 2, ..with_jobs([placed_job(1, &[1])]) };
	attestor.note_placements(NOW, &older);
	assert_eq!([2, 4, 5].map(|epoch| attestor.entries(epoch).len()), [0, 1, 1]);
}

#[test]
fn attestor_should_stay_within_one_report() {
	let deeds = |job: u32| (job * 10..job * 10 + 10).collect::<Vec<_>>();
	let jobs = |from: u32| (from..from + 200).map(move |job| placed_job(job, &deeds(job)));
	let mut attestor = attestor(&with_jobs(jobs(1)));
	assert_eq!(attestor.entries(NOW_EPOCH).len(), WORK_ENTRIES_MAX as usize);
	attestor.note_placements(NOW, &with_jobs(jobs(201)));
	let entries = attestor.entries(NOW_EPOCH);
	assert_eq!(entries.len(), WORK_ENTRIES_MAX as usize);
	assert!(entries.is_sorted_by_key(|entry| (entry.job, entry.deed)));
}

#[test]
fn another_seed_should_give_another_order() {
	let chain = with_jobs((1..=20).map(|job| placed_job(job, &[job])));
	let mut other = Attestor::new([5; 32]);
	other.note_placements(NOW, &chain);
	let attestor = attestor(&chain);
	assert_ne!(lap(&attestor, 0, 20), lap(&other, 0, 20));
	assert_ne!(lap(&attestor, 0, 20), lap(&attestor, 20, 20), "each lap is shuffled anew");
}

proptest! {
	#[test]
	fn each_lap_should_probe_everybody_once(
		placements in prop::collection::btree_map(
			1_u32..50,
			prop::collection::btree_set(1_u32..50, 1..5),
			1..10,
		),
		number in 0_u64..1_000,
	) {
		let jobs = placements.iter().map(|(job, deeds)| {
			placed_job(*job, &deeds.iter().copied().collect::<Vec<_>>())
		});
		let attestor = attestor(&with_jobs(jobs));
		let everybody: BTreeSet<_> = placements
			.iter()
			.flat_map(|(job, deeds)| deeds.iter().map(|deed| target(*job, *deed)))
			.collect();
		let length = everybody.len() as u64;
		let probed = lap(&attestor, number * length, length);
		prop_assert_eq!(probed.len(), everybody.len());
		prop_assert_eq!(probed.iter().copied().collect::<BTreeSet<_>>(), everybody);
		prop_assert_eq!(lap(&attestor, number * length, length), probed);
	}
}
