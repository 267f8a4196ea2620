// SPDX-License-Identifier: Apache-2.0

use crate::{
	Error, Event, Offence, OffenceOf, RemovalReason, Scores, Suspension, WeightInfo, mock::*,
};
use frame_support::{assert_noop, assert_ok, weights::Weight};
use r1_primitives::{Misconduct, OracleConduct};
use sp_runtime::{DispatchError, Perbill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// What becomes of node 1 with deed 1 if it is convicted in epoch 10.
fn offence_of_node_1() -> OffenceOf<Test> {
	Offence {
		kind: Misconduct::TwoReports,
		node: 1,
		deed: Some(1),
		epoch: 9,
		reporter: Some(REPORTER),
		reward: REWARD,
		suspended_from: 12,
		suspended_until: 15,
		score_before: 100,
		reversed: false,
	}
}

fn misconduct(node: u64, kind: Misconduct, epoch: u32, reporter: Option<u64>) {
	Validators::on_misconduct(&node, kind, epoch, reporter.as_ref());
}

/// Proves equivocations of some nodes to the handler of offences.
fn equivocate(nodes: &[u64], reporters: &[u64], session: u32) -> Weight {
	let details =
		|node: &u64| OffenceDetails { offender: (*node, ()), reporters: reporters.to_vec() };
	let offenders: Vec<_> = nodes.iter().map(details).collect();
	let fractions = vec![Perbill::from_percent(7); nodes.len()];
	Validators::on_offence(&offenders, &fractions, session)
}

/// The offence with a number, as the view shows it.
fn offence(id: u32) -> OffenceOf<Test> {
	let (found, offence) = Validators::offences(id, 1).remove(0);
	assert_eq!(found, id);
	offence
}

#[test]
fn misconduct_should_be_punished_and_rewarded() {
	ExtBuilder::default().with_candidates(2).build_and_execute(|| {
		convict(1);

		let expected = offence_of_node_1();
		assert_eq!(
			events_since_last_call(),
			[
				Event::CandidateRemoved { deed: 1, node: 1, reason: RemovalReason::Misconduct },
				Event::OffenceRecorded { id: 0, offence: expected.clone() },
			]
		);
		assert_eq!(Validators::offences(0, 10), [(0, expected)]);
		assert_eq!(
			Validators::suspensions(),
			[Suspension { offence: 0, node: 1, deed: Some(1), from: 12, until: 15 }]
		);
		assert_eq!((Validators::score_of(1), candidates()), (0, vec![(2, 2)]));
		assert_eq!(Forfeited::get(), [(1, REPORTER)]);
	});
}

#[test]
fn deed_should_not_earn_while_it_is_suspended() {
	ExtBuilder::default().with_nodes(3).build_and_execute(|| {
		convict(3);
		World::end_epoch();
		convict(1);
		// The same deed again, and a node without a deed.
		misconduct(1, Misconduct::FalseReveal, 10, None);
		convict(92);

		let suspended = |epoch| Validators::suspended_deeds(epoch);
		assert_eq!((suspended(0), suspended(11)), (vec![], vec![]));
		assert_eq!(suspended(12), [3]);
		assert_eq!((suspended(13), suspended(14)), (vec![1, 3], vec![1, 3]));
		assert_eq!((suspended(15), suspended(16)), (vec![1], vec![]));
	});
}

#[test]
fn misconduct_should_count_once() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		convict(1);
		Scores::<Test>::insert(1, 7);
		System::reset_events();
		convict(1);
		misconduct(1, Misconduct::TwoReports, 9, Some(78));
		assert_eq!((events_since_last_call(), Validators::score_of(1)), (vec![], 7));
		assert_eq!(Forfeited::get(), [(1, REPORTER)]);

		// Another kind, another epoch and another node are other offences.
		misconduct(1, Misconduct::FalseReveal, 9, Some(78));
		misconduct(1, Misconduct::TwoReports, 8, Some(79));
		misconduct(2, Misconduct::TwoReports, 9, Some(80));
		assert_eq!(Forfeited::get(), [(1, REPORTER), (1, 78), (1, 79), (2, 80)]);
		let before = |id| offence(id).score_before;
		assert_eq!([before(0), before(1), before(2), before(3)], [100, 7, 0, 100]);
	});
}

#[test]
fn reward_should_be_none_when_there_is_nobody_or_nothing_to_pay_it() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		misconduct(1, Misconduct::FalseReveal, 9, None);
		misconduct(2, Misconduct::FalseReveal, 9, Some(2));
		misconduct(92, Misconduct::FalseReveal, 9, Some(REPORTER));

		assert_eq!(Forfeited::get(), []);
		let paid = |id| (offence(id).deed, offence(id).reporter, offence(id).reward);
		assert_eq!(paid(0), (Some(1), None, 0));
		assert_eq!(paid(1), (Some(2), None, 0));
		assert_eq!(paid(2), (None, Some(REPORTER), 0));
	});
}

#[test]
fn misconduct_should_remove_the_candidates_of_the_node_and_of_its_deed() {
	ExtBuilder::default().with_candidates(3).build_and_execute(|| {
		// Node 1 has deed 2 by now; it is a candidate for deed 1 still, and node 2 for deed 2.
		World::link(2, 1);

		convict(1);

		assert_eq!(candidates(), [(3, 3)]);
		assert_eq!(offence(0).deed, Some(2));
	});
}

#[test]
fn equivocation_should_be_an_offence_once_in_a_session() {
	ExtBuilder::default().with_candidates(3).build_and_execute(|| {
		let weight = equivocate(&[1], &[REPORTER, 78], 4);
		assert_eq!(weight, <()>::record_offence());
		let expected =
			Offence { kind: Misconduct::ConsensusEquivocation, epoch: 10, ..offence_of_node_1() };
		assert_eq!(
			events_since_last_call(),
			[
				Event::CandidateRemoved { deed: 1, node: 1, reason: RemovalReason::Misconduct },
				Event::OffenceRecorded { id: 0, offence: expected },
			]
		);

		// The first is told again when a second one is found, in whatever epoch.
		World::end_epoch();
		let weight = equivocate(&[1, 2], &[], 4);
		assert_eq!(weight, <()>::record_offence() * 2);
		assert_eq!(Validators::offences(0, 10).len(), 2);
		assert_eq!((offence(1).node, offence(1).reporter, offence(1).reward), (2, None, 0));

		equivocate(&[1], &[REPORTER], 5);
		assert_eq!((offence(2).node, offence(2).epoch), (1, 11));
		assert_eq!(equivocate(&[], &[], 6), Weight::zero());
		assert_eq!(Validators::offences(0, 10).len(), 3);
	});
}

#[test]
fn reversal_should_undo_everything_when_there_is_time_for_an_appeal() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		Scores::<Test>::insert(1, 83);
		convict(1);
		World::end_epoch();
		System::reset_events();

		assert_ok!(reverse(0));

		assert_eq!(
			events_since_last_call(),
			[Event::OffenceReversed { id: 0, node: 1, score: 83, suspended_until: 12 }]
		);
		let expected = Offence {
			score_before: 83,
			suspended_until: 12,
			reversed: true,
			..offence_of_node_1()
		};
		assert_eq!(offence(0), expected);
		assert_eq!((Validators::suspensions(), Validators::score_of(1)), (vec![], 83));
		for epoch in 0..30 {
			assert!(Validators::suspended_deeds(epoch).is_empty());
		}
		assert_ok!(announce(1));
	});
}

#[test]
fn reversal_should_lift_what_is_left_of_the_suspension() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		convict(1);
		Now::set(&14);
		System::reset_events();

		assert_ok!(reverse(0));

		assert_eq!(
			events_since_last_call(),
			[Event::OffenceReversed { id: 0, node: 1, score: 100, suspended_until: 14 }]
		);
		// The epochs that are over stay without pay, decided or not.
		assert_eq!(Validators::suspended_deeds(13), [1]);
		assert!(Validators::suspended_deeds(14).is_empty());
		assert_ok!(announce(1));
	});
}

#[test]
fn reversal_should_keep_what_the_node_has_earned_since() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		Scores::<Test>::insert(1, 4);
		convict(1);
		Scores::<Test>::insert(1, 6);
		assert_ok!(reverse(0));
		assert_eq!(Validators::score_of(1), 6);
	});
}

#[test]
fn reversal_should_leave_the_score_when_a_later_offence_stands() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		Scores::<Test>::insert(1, 90);
		convict(1);
		convict(2);
		Scores::<Test>::insert(1, 3);
		misconduct(1, Misconduct::FalseReveal, 9, None);
		misconduct(1, Misconduct::FalseReveal, 8, None);
		System::reset_events();

		assert_ok!(reverse(0));
		assert_eq!(
			events_since_last_call(),
			[Event::OffenceReversed { id: 0, node: 1, score: 0, suspended_until: 12 }]
		);
		// The next one owes it; when that is the last, the node has it back.
		assert_eq!((offence(2).score_before, offence(3).score_before), (90, 0));
		assert_ok!(reverse(3));
		assert_eq!(Validators::score_of(1), 0);
		assert_noop!(announce(1), Error::<Test>::Suspended);
		assert_ok!(reverse(2));
		assert_eq!((Validators::score_of(1), Validators::score_of(2)), (90, 0));
		assert_ok!(announce(1));
	});
}

#[test]
fn reversal_should_give_the_score_back_when_an_earlier_offence_stands() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		convict(1);
		Scores::<Test>::insert(1, 5);
		misconduct(1, Misconduct::FalseReveal, 9, None);
		assert_ok!(reverse(1));
		assert_eq!(Validators::score_of(1), 5);
		assert_ok!(reverse(0));
		assert_eq!(Validators::score_of(1), 100);
	});
}

#[test]
fn reversal_should_give_the_score_back_when_the_later_offence_was_reversed() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		convict(1);
		misconduct(1, Misconduct::FalseReveal, 9, None);
		Now::set(&13);
		assert_ok!(reverse(1));
		// Its suspension is kept, for the epoch that is over, but punishes nobody any more.
		assert_eq!(Validators::suspensions().len(), 2);
		assert_ok!(reverse(0));
		assert_eq!(Validators::score_of(1), 100);
	});
}

#[test]
fn later_offence_should_owe_the_greater_of_both_scores() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		Scores::<Test>::insert(1, 4);
		convict(1);
		Scores::<Test>::insert(1, 8);
		misconduct(1, Misconduct::FalseReveal, 9, None);
		assert_ok!(reverse(0));
		assert_ok!(reverse(1));
		assert_eq!(Validators::score_of(1), 8);
	});
}

#[test]
fn reverse_offence_should_fail_when_there_is_nothing_to_reverse() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		convict(1);
		convict(2);
		assert_noop!(reverse(2), Error::<Test>::UnknownOffence);
		Now::set(&14);
		assert_ok!(reverse(0));
		assert_noop!(reverse(0), Error::<Test>::AlreadyReversed);
		World::end_epoch();
		assert_noop!(reverse(1), Error::<Test>::SuspensionOver);
		assert_noop!(reverse(0), Error::<Test>::AlreadyReversed);
	});
}

#[test]
fn reverse_offence_should_fail_when_governance_did_not_ask_for_it() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		convict(1);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::signed(1)] {
			let reversed = Validators::reverse_offence(origin, 0);
			assert_noop!(reversed, DispatchError::BadOrigin);
		}
	});
}

#[test]
fn suspension_should_be_kept_until_its_epochs_are_decided() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		convict(1);
		Now::set(&30);
		FirstUndecided::set(&14);
		convict(2);
		assert_eq!(Validators::suspended_deeds(14), [1]);

		// A new one drops those that nobody asks for any more.
		FirstUndecided::set(&15);
		misconduct(2, Misconduct::FalseReveal, 9, None);
		let kept: Vec<_> = Validators::suspensions().iter().map(|held| held.offence).collect();
		assert_eq!(kept, [1, 2]);

		// So does counting an epoch.
		Now::set(&40);
		FirstUndecided::set(&34);
		play(&agreed(&[]));
		assert_eq!(Validators::suspensions(), []);
	});
}

#[test]
fn suspension_should_end_early_when_there_are_too_many() {
	ExtBuilder::default().with_nodes(6).build_and_execute(|| {
		for node in 1..=4 {
			convict(node);
			World::end_epoch();
		}
		System::reset_events();
		assert_eq!(Validators::suspended_deeds(14), [1, 2, 3]);

		// Epoch 14: the first has served two of its three epochs.
		convict(5);

		assert_eq!(
			events_since_last_call()[..1],
			[Event::SuspensionEndedEarly { id: 0, suspended_until: 14 }]
		);
		assert_eq!((offence(0).suspended_until, offence(0).reversed), (14, false));
		assert_eq!(Validators::suspended_deeds(14), [2, 3]);
		assert_noop!(reverse(0), Error::<Test>::SuspensionOver);
		assert_ok!(announce(1));
		assert_eq!(Validators::score_of(1), 0);
	});
}

#[test]
fn suspension_should_end_before_it_begins_when_there_are_too_many_at_once() {
	ExtBuilder::default().with_nodes(6).build_and_execute(|| {
		for node in 1..=5 {
			convict(node);
		}
		// Of equals the oldest; there is still time for its appeal.
		assert_eq!((offence(0).suspended_from, offence(0).suspended_until), (12, 12));
		assert_eq!(Validators::suspended_deeds(12), [2, 3, 4, 5]);
		assert_ok!(reverse(0));
		assert_eq!(Validators::score_of(1), 100);
	});
}

#[test]
fn view_should_page_offences() {
	ExtBuilder::default().build_and_execute(|| {
		SuspensionsMax::set(&200);
		for epoch in 0..120 {
			misconduct(91, Misconduct::TwoReports, epoch, None);
		}
		let ids = |from, limit| -> Vec<u32> {
			Validators::offences(from, limit).into_iter().map(|(id, _)| id).collect()
		};
		assert_eq!(ids(0, 3), [0, 1, 2]);
		assert_eq!(ids(118, 3), [118, 119]);
		assert_eq!((ids(120, 3), ids(u32::MAX, 3), ids(0, 0)), (vec![], vec![], vec![]));
		assert_eq!(ids(10, u32::MAX), (10..110).collect::<Vec<_>>());
	});
}
