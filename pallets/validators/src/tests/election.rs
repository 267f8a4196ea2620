// SPDX-License-Identifier: Apache-2.0

use crate::{Event, Scores, election::*, mock::*};
use frame_support::assert_ok;
use pallet_session::{SessionManager, historical};
use sp_runtime::traits::Get;

/// Candidates 1, 2, 3.. have full windows with these availabilities; whom an election chooses.
fn check(availabilities: &[u8], change: impl FnOnce(), expected: &[u64]) {
	ExtBuilder::default()
		.with_candidates(availabilities.len() as u32)
		.build_and_execute(|| {
			let availability: Vec<_> = (1..).zip(availabilities.iter().copied()).collect();
			play_window(&availability);
			change();
			assert_eq!(Validators::election(), expected, "{availabilities:?}");
		});
}

#[test]
fn election_should_choose_the_most_available() {
	check(&[240, 255, 230], || (), &[2, 1, 3]);
	// There are four seats.
	check(&[240, 255, 230, 250, 239], || (), &[2, 4, 1, 5]);
}

#[test]
fn election_should_prefer_work_and_then_the_older_deed_when_availability_is_equal() {
	ExtBuilder::default().with_candidates(6).build_and_execute(|| {
		let availability = [(1, 240), (2, 240), (3, 240), (4, 240), (5, 240), (6, 250)];
		let work = vec![(5, 9), (2, 10), (4, 9), (1, 0)];
		play(&Verdict { work, ..agreed(&availability) });
		// Both of the others come from more than one epoch.
		let work = vec![(5, 1), (3, 10)];
		play(&Verdict { work, ..agreed(&availability) });
		play(&agreed(&availability));
		play(&agreed(&availability));

		assert_eq!(Validators::election(), [6, 2, 3, 5]);
	});
}

#[test]
fn election_should_need_nine_tenths_of_the_window_on_average() {
	ExtBuilder::default().with_candidates(4).build_and_execute(|| {
		// 230 on average; a quarter of a unit less; more; 229.5, which is 90 % before rounding.
		for epoch in
			[[255, 255, 255, 230], [205, 205, 255, 229], [255, 255, 255, 230], [205, 204, 255, 229]]
		{
			play(&agreed(&[(1, epoch[0]), (2, epoch[1]), (3, epoch[2]), (4, epoch[3])]));
		}
		assert_eq!(Validators::election(), [3, 1]);
	});
}

#[test]
fn election_should_need_a_full_window() {
	ExtBuilder::default().with_candidates(2).with_nodes(3).build_and_execute(|| {
		assert_ok!(withdraw(3));
		play(&agreed(&[(1, 255), (2, 255), (3, 255)]));
		assert_ok!(announce(3));
		for _ in 0..2 {
			play(&agreed(&[(1, 255), (2, 255), (3, 255)]));
			assert_eq!(Validators::election(), GENESIS);
		}
		play(&agreed(&[(1, 250), (2, 255), (3, 255)]));
		assert_eq!(Validators::election(), [2, 1]);
		play(&agreed(&[(1, 250), (2, 255), (3, 255)]));
		assert_eq!(Validators::election(), [2, 3, 1]);
	});
}

#[test]
fn election_should_leave_out_who_does_not_qualify() {
	let all = [250, 251, 252];
	check(&all, || (), &[3, 2, 1]);
	check(&all, || Scores::<Test>::insert(3, 50), &[3, 2, 1]);
	check(&all, || Scores::<Test>::insert(3, 49), &[2, 1]);
	check(&all, || World::set_keyed(3, false), &[2, 1]);
	check(&all, || World::unlink(3), &[2, 1]);
	check(&all, || World::burn(3), &[2, 1]);
	check(&all, || World::set_banned(3, true), &[2, 1]);
	check(&all, || World::link(3, 33), &[2, 1]);
	check(&all, || withdraw(3).expect("it is a candidate"), &[2, 1]);
	check(&all, || convict(3), &[2, 1]);
}

#[test]
fn election_should_take_a_few_of_each_owner() {
	let all = [251, 252, 253, 254, 255];
	let sell = |deeds: &[u32]| deeds.iter().for_each(|deed| World::sell(*deed, 500));
	check(&all, || (), &[5, 4, 3, 2]);
	check(&all, || sell(&[5, 4]), &[5, 4, 3, 2]);
	check(&all, || sell(&[5, 4, 3]), &[5, 4, 2, 1]);
	check(&all, || sell(&[5, 4, 3, 2]), &[5, 4, 1]);
	check(&all, || sell(&[5, 4, 3, 2, 1]), &[5, 4]);
	let alone = || {
		sell(&[5, 4, 3, 2, 1]);
		PerOwnerMax::set(&1);
	};
	check(&all, alone, &GENESIS);
}

#[test]
fn current_validators_should_stay_when_too_few_qualify() {
	check(&[255], || (), &GENESIS);
	check(&[255, 229], || (), &GENESIS);
	check(&[255, 230], || (), &[1, 2]);
	check(&[255, 230], || ValidatorsMin::set(&3), &GENESIS);
	// Whoever they are, and however low their scores.
	let ended = || {
		Serving::set(&vec![7, 2]);
		World::set_keyed(7, true);
		World::set_keyed(2, false);
		Scores::<Test>::insert(7, 0);
	};
	check(&[255, 0], ended, &[7]);
	let ended = || {
		ended();
		World::set_keyed(2, true);
	};
	check(&[255, 0], ended, &[7, 2]);
}

#[test]
fn punished_validators_should_go_when_too_few_qualify() {
	check(&[255], || convict(92), &[91, 93, 94]);
	// By the deed too, whoever has it now.
	let deed_is_punished = || {
		World::link(20, 93);
		convict(93);
		World::link(20, 94);
	};
	check(&[255], deed_is_punished, &[91, 92]);
	let reversed = || {
		convict(92);
		assert_ok!(reverse(0));
	};
	check(&[255], reversed, &GENESIS);
	let over = || {
		convict(92);
		Now::set(&(Now::get() + APPEAL_EPOCHS + SUSPENSION_EPOCHS));
	};
	check(&[255], over, &GENESIS);
}

#[test]
fn set_should_never_become_empty() {
	let all_are_punished = || GENESIS.into_iter().for_each(convict);
	check(&[], all_are_punished, &GENESIS);
	let the_last_has_no_keys = || {
		GENESIS[1..].iter().for_each(|node| convict(*node));
		World::set_keyed(91, false);
	};
	check(&[], the_last_has_no_keys, &[92, 93, 94]);
	// One candidate is too few, and better than nobody.
	let nobody_has_keys = || GENESIS.into_iter().for_each(|node| World::set_keyed(node, false));
	check(&[255, 229], nobody_has_keys, &[1]);
	check(&[229], nobody_has_keys, &GENESIS);
	let all_but_one = || GENESIS[1..].iter().for_each(|node| convict(*node));
	check(&[], all_but_one, &[91]);
}

#[test]
fn session_should_get_new_validators_when_they_are_others() {
	ExtBuilder::default().with_candidates(2).build_and_execute(|| {
		assert_eq!(World::rotate(), None);
		play_window(&[(1, 250), (2, 255)]);
		System::reset_events();

		assert_eq!(World::rotate(), Some(vec![2, 1]));
		assert_eq!((Session::get(), Serving::get()), (3, GENESIS.to_vec()));
		assert_eq!(
			events_since_last_call(),
			[Event::ValidatorsChanged { session: 4, validators: vec![2, 1] }]
		);
		// They serve now, and another order is no other set.
		assert_eq!(World::rotate(), None);
		assert_eq!(Serving::get(), [2, 1]);
		play_window(&[(1, 255), (2, 250)]);
		System::reset_events();
		assert_eq!(Validators::election(), [1, 2]);
		assert_eq!(World::rotate(), None);
		assert_eq!((Serving::get(), events_since_last_call()), (vec![2, 1], vec![]));
	});
}

#[test]
fn leaving_validator_should_be_replaced_while_its_last_reports_count() {
	ExtBuilder::default().with_candidates(3).build_and_execute(|| {
		play_window(&[(1, 250), (2, 255), (3, 240)]);
		World::rotate();
		World::rotate();
		assert_eq!(Serving::get(), [2, 1, 3]);
		assert_ok!(withdraw(2));

		assert_eq!(World::rotate(), Some(vec![1, 3]));
		// It serves for one more session, and its report is one like any other.
		assert_eq!(Serving::get(), [2, 1, 3]);
		Scores::<Test>::insert(2, 70);
		play(&Verdict { present: vec![1, 2, 3], ..agreed(&[(1, 255), (3, 255)]) });
		assert_eq!(Validators::score_of(2), 71);
		assert_eq!(window_of(1).last(), Some(&(255, 0)));
		World::rotate();
		assert_eq!(Serving::get(), [1, 3]);
	});
}

#[test]
fn session_should_lose_a_punished_validator() {
	ExtBuilder::default().build_and_execute(|| {
		convict(93);
		System::reset_events();
		assert_eq!(World::rotate(), Some(vec![91, 92, 94]));
		assert_eq!(
			events_since_last_call(),
			[Event::ValidatorsChanged { session: 3, validators: vec![91, 92, 94] }]
		);
		World::rotate();
		assert_eq!(Serving::get(), [91, 92, 94]);
		// The rest stays as it is.
		assert_eq!(World::rotate(), None);
	});
}

#[test]
fn session_with_history_should_get_the_same() {
	type Manager = Validators;
	let with_history =
		|session| <Manager as historical::SessionManager<u64, ()>>::new_session(session);
	ExtBuilder::default().with_candidates(2).build_and_execute(|| {
		assert_eq!(with_history(2), None);
		play_window(&[(1, 250), (2, 255)]);
		assert_eq!(with_history(3), Some(vec![(2, ()), (1, ())]));
		assert_eq!(<Manager as SessionManager<u64>>::new_session(3), Some(vec![2, 1]));
		let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
		<Manager as SessionManager<u64>>::end_session(2);
		<Manager as SessionManager<u64>>::start_session(3);
		<Manager as historical::SessionManager<u64, ()>>::end_session(2);
		<Manager as historical::SessionManager<u64, ()>>::start_session(3);
		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
	});
}

#[test]
fn genesis_should_keep_the_validators_that_it_names() {
	ExtBuilder::default().build_and_execute(|| {
		Serving::set(&vec![]);
		for session in [0, 1] {
			let chosen = <Validators as SessionManager<u64>>::new_session_genesis(session);
			assert_eq!(chosen, None);
		}
	});
}

#[test]
fn choice_should_follow_the_order_of_the_contenders_only() {
	let contender = |deed: u32, owner, availability, work| Contender {
		deed,
		node: u64::from(deed),
		owner,
		availability,
		work,
	};
	let mut contenders = vec![
		contender(1, 10, 900, u64::MAX),
		contender(2, 11, 901, 0),
		contender(3, 10, 901, 0),
		contender(4, 10, 901, 1),
		contender(5, 10, u32::MAX, 0),
	];
	let seats = Seats { per_owner_max: 2, all_max: 9 };
	assert_eq!(choose(contenders.clone(), seats), [5, 4, 2]);
	contenders.reverse();
	assert_eq!(choose(contenders.clone(), seats), [5, 4, 2]);
	assert_eq!(choose(contenders.clone(), Seats { all_max: 1, ..seats }), [5]);
	assert_eq!(choose(contenders.clone(), Seats { all_max: 0, ..seats }), [0_u64; 0]);
	assert_eq!(choose(contenders, Seats { per_owner_max: 9, ..seats }), [5, 4, 2, 3, 1]);
}

#[test]
fn integrity_test_should_accept_the_limits_of_the_mock() {
	ExtBuilder::default().build_and_execute(|| {
		use frame_support::traits::Hooks;
		Validators::integrity_test();
		assert!(<WindowEpochs as Get<u32>>::get() > 0);
	});
}
