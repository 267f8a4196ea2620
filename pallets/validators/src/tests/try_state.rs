// SPDX-License-Identifier: Apache-2.0

use crate::{
	Candidate, Candidates, EpochsToCount, KnownOffences, NextOffence, Offence, OffenceOf, Offences,
	Pallet, Scores, Suspension, SuspensionOf, Suspensions, mock::*,
};
use frame_support::BoundedVec;
use r1_primitives::Misconduct;
use sp_runtime::TryRuntimeError;

/// Breaks a healthy chain and expects to be told how.
///
/// Nodes 1 to 3 are candidates, and node 4 was convicted, of which its suspension is left.
fn check(break_it: impl FnOnce(), expected: &'static str) {
	ExtBuilder::default().with_candidates(4).build().execute_with(|| {
		play(&agreed(&[(1, 255)]));
		convict(4);
		assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
		break_it();
		assert_eq!(Pallet::<Test>::do_try_state(), Err(TryRuntimeError::Other(expected)));
	});
}

fn put_candidate(deed: u32, node: u64, since: u32) {
	Candidates::<Test>::mutate(|candidates| {
		candidates.try_insert(deed, Candidate::new(node, since)).expect("there is room");
	});
}

fn change_offence(change: impl FnOnce(&mut OffenceOf<Test>)) {
	Offences::<Test>::mutate_extant(0, change);
}

fn change_suspension(change: impl FnOnce(&mut SuspensionOf<Test>)) {
	Suspensions::<Test>::mutate(|suspensions| change(&mut suspensions[0]));
}

#[test]
fn try_state_should_notice_a_wrong_candidate() {
	check(|| put_candidate(9, 1, 10), "a node is behind two candidates");
	check(|| put_candidate(9, 9, 12), "a candidate is from the future");
	check(|| put_candidate(9, 4, 10), "a candidate is suspended");
	check(|| put_candidate(4, 9, 10), "a candidate is suspended");
}

#[test]
fn try_state_should_notice_epochs_out_of_order() {
	for epochs in [[12, 11], [12, 12]] {
		check(
			|| EpochsToCount::<Test>::put(BoundedVec::truncate_from(epochs.to_vec())),
			"epochs to count are out of order",
		);
	}
}

#[test]
fn try_state_should_notice_a_score_that_is_not_stored() {
	for score in [100, 101] {
		check(|| Scores::<Test>::insert(9, score), "a score is stored that needs no storage");
	}
}

#[test]
fn try_state_should_notice_offences_that_are_counted_wrong() {
	let expected = "the offences are not as many as are counted";
	check(|| NextOffence::<Test>::put(0), expected);
	check(|| NextOffence::<Test>::put(2), expected);
	let moved = || {
		Offences::<Test>::remove(0);
		let node = 4;
		Offences::<Test>::insert(1, Offence { node, ..a_reversed_offence() });
	};
	check(moved, expected);
}

fn a_reversed_offence() -> OffenceOf<Test> {
	Offence {
		kind: Misconduct::TwoReports,
		node: 4,
		deed: None,
		epoch: 9,
		reporter: None,
		reward: 0,
		suspended_from: 12,
		suspended_until: 12,
		score_before: 100,
		reversed: true,
	}
}

#[test]
fn try_state_should_notice_an_offence_that_cannot_be() {
	check(
		|| change_offence(|found| found.suspended_until = found.suspended_from - 1),
		"a suspension ends before it begins",
	);
	check(|| change_offence(|found| found.score_before = 101), "an offence took more than a score");
	let nobody = "a reward was paid to nobody";
	check(|| change_offence(|found| found.reporter = None), nobody);
	check(|| change_offence(|found| found.deed = None), nobody);
	check(
		|| change_offence(|found| found.reporter = Some(4)),
		"a node was rewarded for its own offence",
	);
}

#[test]
fn try_state_should_notice_an_offence_that_is_not_known() {
	let twice = "an offence could be recorded twice";
	let forget = || KnownOffences::<Test>::remove((Misconduct::TwoReports, 4, 9));
	check(forget, twice);
	let of_another = || {
		forget();
		KnownOffences::<Test>::insert((Misconduct::TwoReports, 5, 9), 0);
	};
	check(of_another, twice);
	let of_another_kind = || {
		forget();
		KnownOffences::<Test>::insert((Misconduct::FalseReveal, 4, 9), 0);
	};
	check(of_another_kind, twice);
	check(
		|| KnownOffences::<Test>::insert((Misconduct::FalseReveal, 4, 9), 1),
		"an offence is known that was not recorded",
	);
}

#[test]
fn try_state_should_notice_a_wrong_suspension() {
	let add = |offence, until| {
		move || {
			let added = Suspension { offence, node: 5, deed: None, from: 13, until };
			Suspensions::<Test>::mutate(|held| held.try_push(added).expect("there is room"));
		}
	};
	check(add(0, 16), "suspensions are out of order");
	check(add(1, 13), "an empty suspension is kept");
	check(add(1, 16), "a suspension without an offence");
	let not_that = "a suspension is not that of its offence";
	check(|| change_suspension(|held| held.node = 5), not_that);
	check(|| change_suspension(|held| held.deed = None), not_that);
	check(|| change_suspension(|held| held.from -= 1), not_that);
	check(|| change_suspension(|held| held.until += 1), not_that);
}

#[test]
fn try_state_should_notice_an_offence_without_punishment() {
	check(Suspensions::<Test>::kill, "an offence goes unpunished");
}
