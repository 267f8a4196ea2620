// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{DeedSet, Error, FormerPlacement, JobMembers, Members, Membership};
use frame_support::assert_noop;
use r1_primitives::{DeedTerms, PlacementRound};

#[test]
fn place_should_start_a_job() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 3, 35);
		events();
		assert_eq!(Poai::open_round(id), Some(0));
		assert_ok!(Poai::check_placement(id, &[2, 5]));
		assert_ok!(Poai::place(id, 0, &[2, 5]));

		let placed = job(id);
		assert_eq!(placed.started_at, Some(10));
		assert_eq!((placed.settled_before, placed.end), (10, 45));
		assert_eq!((placed.round, placed.awaits_placement), (1, false));
		assert_eq!(Poai::open_round(id), None);
		let deeds = DeedSet::truncate_from(vec![2, 5]);
		assert_eq!(events(), [Event::JobPlaced { job: id, round: 0, deeds, end: 45 }]);
	});
}

#[test]
fn place_should_move_the_end_when_the_job_starts_late() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 35);
		enter_epoch(13);
		settle();
		assert_eq!(job(id).end, 45);
		place(id, &[1]);
		assert_eq!((job(id).started_at, job(id).end), (Some(13), 48));

		// Waiting for longer than the job is long loses no paid epoch either.
		let other = order(&ALICE, ENTRY, 1, 30);
		enter_epoch(100);
		place(other, &[1]);
		assert_eq!((job(other).started_at, job(other).end), (Some(100), 130));
	});
}

#[test]
fn place_should_fail_when_the_set_or_the_round_is_wrong() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 35);
		InactiveDeeds::insert(3, ());
		OtherTerms::insert(6, DeedTerms::Genesis);
		OtherTerms::insert(7, DeedTerms::Master { allocation: 1, first_epoch: 0 });
		// (deeds, why not)
		let cases: [(&[DeedId], Error<Test>); 8] = [
			(&[], Error::EmptyPlacement),
			(&[1, 2, 4], Error::TooManyDeeds),
			(&[2, 1], Error::DeedsNotAscending),
			(&[2, 2], Error::DeedsNotAscending),
			(&[1, 3], Error::DeedNotActive),
			(&[1, DEEDS + 1], Error::DeedNotActive),
			(&[1, 6], Error::DeedNotForWork),
			(&[7, 8], Error::DeedNotForWork),
		];
		for (deeds, error) in cases {
			let code: sp_runtime::DispatchError = error.into();
			assert_noop!(Poai::check_placement(id, deeds), code);
			assert_noop!(Poai::place(id, 0, deeds), code);
		}
		assert_noop!(Poai::place(id, 1, &[1, 2]), Error::<Test>::WrongRound);
		assert_noop!(Poai::place(999, 0, &[1]), Error::<Test>::UnknownJob);
		assert_noop!(Poai::check_placement(999, &[1]), Error::<Test>::UnknownJob);
		assert_eq!(Poai::open_round(999), None);

		place(id, &[1, 2]);
		assert_noop!(Poai::place(id, 1, &[4, 5]), Error::<Test>::NotAwaitingPlacement);
		assert_noop!(Poai::check_placement(id, &[4, 5]), Error::<Test>::NotAwaitingPlacement);
	});
}

#[test]
fn placements_should_name_their_nodes_and_those_before() {
	/// What a placement says now.
	fn membership(round: PlacementRound, deeds: &[DeedId]) -> Membership {
		let mut nodes: Vec<_> = deeds.iter().map(|deed| operator(*deed)).collect();
		nodes.sort();
		let since_secs = u64::from(Epoch::get()) * 3_600;
		Membership { round, since_secs, nodes: nodes.try_into().unwrap() }
	}
	/// Lets a node do nothing until the job waits for others.
	fn reopen(id: JobId) {
		while Poai::open_round(id).is_none() {
			attest(Epoch::get(), id, job(id).deeds[0], 0);
			finish_epoch();
		}
	}
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 100);
		assert_eq!(JobMembers::<Test>::get(id), None);
		place(id, &[1, 2]);
		let first = membership(0, &[1, 2]);
		let members = Members { current: first.clone(), former: Default::default() };
		assert_eq!(JobMembers::<Test>::get(id), Some(members.clone()));

		// The same nodes again are no others.
		reopen(id);
		place(id, &[1, 2]);
		assert_eq!(JobMembers::<Test>::get(id), Some(members));

		reopen(id);
		place(id, &[2, 3]);
		let second = membership(2, &[2, 3]);
		let former = vec![first.clone()].try_into().unwrap();
		let members = Members { current: second.clone(), former };
		assert_eq!(JobMembers::<Test>::get(id), Some(members));

		// The earliest of more than three before is forgotten.
		let mut all = vec![first, second];
		for deed in 4..8 {
			reopen(id);
			place(id, &[deed]);
			all.push(membership(job(id).round - 1, &[deed]));
			let mut newest = all.iter().rev().take(4).cloned();
			let current = newest.next().unwrap();
			let former = newest.collect::<Vec<_>>().try_into().unwrap();
			assert_eq!(JobMembers::<Test>::get(id), Some(Members { current, former }));
		}

		enter_epoch(200);
		settle();
		assert_eq!(JobMembers::<Test>::get(id), None);
	});
}

#[test]
fn round_should_open_when_a_node_did_nothing_is_inactive_or_is_missing() {
	ExtBuilder.build_and_execute(|| {
		let fine = running_job(&ALICE, 35, 2, &[1, 2]);
		let idle = running_job(&ALICE, 35, 2, &[1, 2]);
		let unlinked = running_job(&ALICE, 35, 2, &[3, 4]);
		let short = running_job(&ALICE, 35, 2, &[5]);
		attest(11, idle, 2, 0);
		InactiveDeeds::insert(4, ());
		finish_epoch();
		// Already in the epoch of the start.
		for id in [unlinked, short] {
			assert_eq!(Poai::open_round(id), Some(1));
		}
		finish_epoch();
		assert_eq!(Poai::open_round(fine), None);
		for id in [idle, unlinked, short] {
			assert_eq!(Poai::open_round(id), Some(1));
		}
		// The oracles may find the same nodes the best.
		place(idle, &[1, 2]);
		assert_eq!((job(idle).round, job(idle).former), (2, None));
	});
}

#[test]
fn node_should_be_lost_when_it_does_less_than_half_in_two_epochs() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 35, 3, &[1, 2, 3]);
		// Deed 1 is weak once, deed 2 twice in a row, deed 3 just good enough.
		for (epoch, qualities) in [(11, [127, 127, 128]), (12, [255, 127, 128])] {
			for (deed, quality) in (1..).zip(qualities) {
				attest(epoch, id, deed, quality);
			}
		}
		finish_epoch();
		finish_epoch();
		assert_eq!((Poai::open_round(id), job(id).lost.to_vec()), (None, vec![]));
		finish_epoch();
		assert_eq!((Poai::open_round(id), job(id).lost.to_vec()), (Some(1), vec![2]));
		// It is paid as long as nobody takes its place.
		assert_eq!(job(id).deeds.to_vec(), [1, 2, 3]);
		// Who works again is not lost any more, although the vote is still due.
		finish_epoch();
		assert_eq!((Poai::open_round(id), job(id).lost.to_vec()), (Some(1), vec![]));
		place(id, &[1, 2, 3]);
		assert_eq!(Poai::open_round(id), None);
	});
}

#[test]
fn node_should_have_two_epochs_in_a_new_placement_before_it_is_lost() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 35, 2, &[1, 2]);
		attest(11, id, 1, 0);
		attest(11, id, 2, 1);
		finish_epoch();
		finish_epoch();
		assert_eq!(job(id).lost.to_vec(), [1]);
		// Deed 3 takes the place from epoch 13 on, and needs a while to get what it shall serve.
		place(id, &[2, 3]);
		assert_eq!((job(id).placed_from, job(id).lost.to_vec()), (13, vec![]));
		for (epoch, deed) in [(12, 2), (13, 2), (13, 3)] {
			attest(epoch, id, deed, 100);
		}
		finish_epoch();
		finish_epoch();
		// What was before the placement counts against nobody.
		assert_eq!((Poai::open_round(id), job(id).lost.to_vec()), (None, vec![]));
		attest(14, id, 2, 100);
		finish_epoch();
		assert_eq!(job(id).lost.to_vec(), [2]);
	});
}

#[test]
fn every_node_should_be_asked_about_when_the_oracles_did_not_agree() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 35, 2, &[1, 2]);
		attest(11, id, 1, 0);
		attest(11, id, 2, 0);
		finish_epoch();
		finish_epoch();
		assert_eq!(job(id).lost.to_vec(), [1, 2]);
		place(id, &[1, 2]);
		assert_eq!((job(id).placed_from, job(id).former), (10, None));
	});
}

#[test]
fn round_should_not_open_when_nothing_was_done_in_the_epoch_of_the_start() {
	ExtBuilder.build_and_execute(|| {
		let late = order(&ALICE, ENTRY, 2, 35);
		enter_epoch(13);
		// So late in epoch 13 that nobody probes the nodes before epoch 14.
		place(late, &[1, 2]);
		attest(13, late, 1, 0);
		attest(13, late, 2, 0);
		finish_epoch();
		assert_eq!((job(late).settled_before, Poai::open_round(late)), (14, None));
		finish_epoch();
		assert_eq!(Poai::open_round(late), None);

		// Only that epoch is excused.
		attest(15, late, 2, 0);
		finish_epoch();
		assert_eq!(Poai::open_round(late), Some(1));
	});
}

#[test]
fn round_should_open_when_nothing_was_done_in_the_first_epoch_of_a_later_placement() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 35, 1, &[1]);
		attest(11, id, 1, 0);
		finish_epoch();
		finish_epoch();
		place(id, &[2]);
		// The new placement counts from epoch 13 on, all of it.
		attest(13, id, 2, 0);
		finish_epoch();
		assert_eq!(Poai::open_round(id), None);
		finish_epoch();
		assert_eq!(Poai::open_round(id), Some(2));
	});
}

#[test]
fn round_should_not_open_when_a_new_placement_could_not_earn() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 1, &[1]);
		enter_epoch(38);
		attest(37, id, 1, 0);
		settle();
		assert_eq!(Poai::open_round(id), Some(1));
		Epoch::set(&39);
		assert!(job(id).awaits_placement);
		assert_eq!(Poai::open_round(id), None);
		assert_noop!(Poai::place(id, 1, &[2]), Error::<Test>::NotAwaitingPlacement);
	});
}

#[test]
fn replaced_nodes_should_be_paid_for_the_epochs_before_the_new_placement() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 35, 2, &[1, 2]);
		attest(11, id, 2, 0);
		attest(13, id, 2, 0);
		finish_epoch();
		finish_epoch();
		// Epoch 12 is over but open when the new placement comes in epoch 13.
		Epoch::set(&13);
		place(id, &[1, 3]);
		assert_eq!(
			job(id).former,
			Some(FormerPlacement { deeds: DeedSet::truncate_from(vec![1, 2]), before: 14 })
		);
		events();

		enter_epoch(15);
		settle();
		let paid: Vec<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::NodePaid { epoch, deed, .. } => Some((epoch, deed)),
				_ => None,
			})
			.collect();
		assert_eq!(paid, [(12, 1), (12, 2), (13, 1), (14, 1), (14, 3)]);
		assert_eq!(job(id).former, None);
		// That a replaced node did nothing is no reason to vote again.
		assert_eq!(Poai::open_round(id), None);
	});
}
