// SPDX-License-Identifier: Apache-2.0

use crate::{Candidate, Error, Event, RemovalReason, mock::*};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn announce_readiness_should_make_the_node_a_candidate() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		assert_ok!(announce(2));

		let expected = Candidate { node: 2, since: 10, window: BoundedVec::new(), open_work: 0 };
		assert_eq!(Validators::candidates(), [(2, expected)]);
		assert_eq!(
			events_since_last_call(),
			[Event::ReadinessAnnounced { deed: 2, node: 2, epoch: 10 }]
		);
	});
}

#[test]
fn announce_readiness_should_fail_when_the_node_cannot_validate() {
	ExtBuilder::default().with_nodes(3).build_and_execute(|| {
		assert_noop!(announce(4), Error::<Test>::NodeNotLinked);
		World::unlink(1);
		assert_noop!(announce(1), Error::<Test>::NodeNotLinked);
		World::set_banned(2, true);
		assert_noop!(announce(2), Error::<Test>::DeedNotActive);
		World::set_keyed(3, false);
		assert_noop!(announce(3), Error::<Test>::NoSessionKeys);

		World::link(1, 1);
		World::set_banned(2, false);
		World::set_keyed(3, true);
		for node in 1..=3 {
			assert_ok!(announce(node));
		}
	});
}

#[test]
fn announce_readiness_should_fail_when_the_node_is_a_candidate() {
	ExtBuilder::default().with_candidates(2).build_and_execute(|| {
		assert_noop!(announce(1), Error::<Test>::AlreadyReady);
		assert_ok!(withdraw(1));
		assert_ok!(announce(1));
	});
}

#[test]
fn announce_readiness_should_fail_when_the_node_or_its_deed_is_suspended() {
	ExtBuilder::default().with_nodes(3).build_and_execute(|| {
		convict(1);
		assert_noop!(announce(1), Error::<Test>::Suspended);
		// Another node on the deed does not help, nor does another deed under the node.
		World::link(1, 2);
		assert_noop!(announce(2), Error::<Test>::Suspended);
		World::link(3, 1);
		assert_noop!(announce(1), Error::<Test>::Suspended);

		Now::set(&(10 + APPEAL_EPOCHS + SUSPENSION_EPOCHS - 1));
		assert_noop!(announce(1), Error::<Test>::Suspended);
		World::end_epoch();
		assert_ok!(announce(1));
		assert_ok!(announce(2));
		assert_eq!(candidates(), [(1, 2), (3, 1)]);
	});
}

#[test]
fn announce_readiness_should_fail_when_there_is_no_room() {
	ExtBuilder::default().with_nodes(9).build_and_execute(|| {
		for node in 1..=8 {
			assert_ok!(announce(node));
		}
		assert_noop!(announce(9), Error::<Test>::TooManyCandidates);
		assert_ok!(withdraw(4));
		assert_ok!(announce(9));
	});
}

#[test]
fn announce_readiness_should_replace_what_is_left_of_other_bonds() {
	ExtBuilder::default().with_candidates(8).build_and_execute(|| {
		play(&agreed(&[(1, 255), (2, 255)]));
		System::reset_events();
		// Node 1 takes the deed of node 2, so two candidates are not what they were.
		World::link(2, 1);

		assert_ok!(announce(1));

		let removed = |deed, node| Event::CandidateRemoved {
			deed,
			node,
			reason: RemovalReason::LinkedElsewhere,
		};
		assert_eq!(
			events_since_last_call(),
			[
				removed(1, 1),
				removed(2, 2),
				Event::ReadinessAnnounced { deed: 2, node: 1, epoch: 11 }
			]
		);
		assert_eq!(candidates()[..2], [(2, 1), (3, 3)]);
		// It starts from nothing.
		assert_eq!(window_of(2), []);
	});
}

#[test]
fn withdraw_readiness_should_remove_the_candidate() {
	ExtBuilder::default().with_candidates(3).build_and_execute(|| {
		assert_ok!(withdraw(2));

		assert_eq!(candidates(), [(1, 1), (3, 3)]);
		assert_eq!(events_since_last_call(), [Event::ReadinessWithdrawn { deed: 2, node: 2 }]);
	});
}

#[test]
fn withdraw_readiness_should_find_the_node_when_it_has_another_deed() {
	ExtBuilder::default().with_candidates(2).build_and_execute(|| {
		World::link(7, 1);

		assert_ok!(withdraw(1));

		assert_eq!(candidates(), [(2, 2)]);
		assert_eq!(events_since_last_call(), [Event::ReadinessWithdrawn { deed: 1, node: 1 }]);
	});
}

#[test]
fn withdraw_readiness_should_fail_when_the_node_is_no_candidate() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		assert_noop!(withdraw(1), Error::<Test>::NotReady);
		assert_ok!(announce(1));
		assert_noop!(withdraw(2), Error::<Test>::NotReady);
		assert_ok!(withdraw(1));
		assert_noop!(withdraw(1), Error::<Test>::NotReady);
	});
}

#[test]
fn calls_should_fail_when_no_node_signed_them() {
	ExtBuilder::default().with_nodes(1).build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let announced = || Validators::announce_readiness(origin.clone());
			assert_noop!(announced(), DispatchError::BadOrigin);
			let withdrawn = || Validators::withdraw_readiness(origin.clone());
			assert_noop!(withdrawn(), DispatchError::BadOrigin);
		}
	});
}
