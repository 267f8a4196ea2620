// SPDX-License-Identifier: Apache-2.0

//! Linking and unlinking: the node's consent, the cooldown, and the rewards that must not be lost.

use crate::{Deed, DeedOfNode, Deeds, Error, Event, mock::*};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use r1_primitives::{DeedTerms, R1, traits::DeedInspect};
use sp_core::{H256, ed25519};
use sp_runtime::{DispatchError, traits::Verify};

/// ALICE owns deeds 1 to 3; nothing is linked.
fn with_deeds() -> ExtBuilder {
	ExtBuilder::default().with_deeds_of_alice(3)
}

#[test]
fn link_should_tie_the_node_to_the_deed_when_the_node_agreed() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 2, 1));

		let linked_at_secs = NowSecs::get();
		let unlinked = Deed::new(DeedTerms::Node);
		assert_eq!(
			Deeds::<Test>::get(2),
			Some(Deed { node: Some(node(1)), linked_at_secs, ..unlinked })
		);
		assert_eq!(DeedOfNode::<Test>::get(node(1)), Some(2));
		assert_eq!((NodeDeeds::node_of(2), NodeDeeds::deed_of(&node(1))), (Some(node(1)), Some(2)));
		assert!(NodeDeeds::is_active(2) && !NodeDeeds::is_active(1));
		assert_eq!(LastLinked::get(), Some((2, 7)));
		assert_eq!(
			take_events(),
			[Event::NodeLinked { deed: 2, owner: ALICE, node: node(1), epoch: 7 }.into()]
		);
	});
}

#[test]
fn link_should_accept_the_proof_in_its_last_epoch_and_not_after() {
	with_deeds().build_and_execute(|| {
		let request = || LinkRequest::new(ALICE, 1, 1).until(9);
		Epoch::set(&10);
		assert_noop!(request().submit(), Error::<Test>::NodeProofExpired);
		Epoch::set(&9);
		assert_ok!(request().submit());
	});
}

#[test]
fn link_should_fail_when_the_proof_is_not_the_nodes_consent_to_exactly_this() {
	with_deeds().build_and_execute(|| {
		type Spoil = fn(&mut LinkRequest);
		let cases: [(&str, Spoil); 8] = [
			("another key signed", |request| request.signer = node_key(2)),
			("another deed", |request| request.signed.deed = 2),
			("another owner", |request| request.signed.owner = BOB.into()),
			("another node", |request| request.signed.node = node(2).into()),
			("another chain", |request| request.signed_for_chain = H256::repeat_byte(1)),
			("another last link", |request| request.signed.last_linked_at_secs += 1),
			("an earlier expiry", |request| request.signed.expires_at_epoch -= 1),
			("a later expiry asked for", |request| request.expires_at_epoch += 1),
		];
		for (case, spoil) in cases {
			let mut request = LinkRequest::new(ALICE, 1, 1);
			spoil(&mut request);
			assert_noop!(request.submit(), Error::<Test>::InvalidNodeProof);
			assert_eq!(NodeDeeds::node_of(1), None, "{case}");
		}
		assert_ok!(link(ALICE, 1, 1));
	});
}

#[test]
fn link_should_fail_when_the_proof_was_used_before() {
	with_deeds().build_and_execute(|| {
		let used = LinkRequest::new(ALICE, 1, 1).until(99).sign();
		assert_ok!(submit_link(ALICE, used.clone()));
		// The node left, and nothing else is in the way of its old consent.
		assert_ok!(unlink(ALICE, 1));
		pass_cooldown();
		assert!(Epoch::get() < used.expires_at_epoch);
		assert_noop!(submit_link(ALICE, used.clone()), Error::<Test>::InvalidNodeProof);
		let batch = BoundedVec::truncate_from(vec![used]);
		assert_noop!(
			NodeDeeds::link_batch(RuntimeOrigin::signed(ALICE), batch),
			Error::<Test>::InvalidNodeProof
		);
		// The node has to agree again.
		assert_ok!(link(ALICE, 1, 1));
	});
}

#[test]
fn link_should_fail_when_the_deed_was_linked_since_the_proof_was_given() {
	with_deeds().build_and_execute(|| {
		let [first, second] =
			[1, 2].map(|index| LinkRequest::new(ALICE, 1, index).until(99).sign());
		assert_ok!(submit_link(ALICE, first));
		pass_cooldown();
		assert_noop!(submit_link(ALICE, second), Error::<Test>::InvalidNodeProof);
		assert_ok!(link(ALICE, 1, 2));
	});
}

#[test]
fn link_should_fail_when_the_proof_was_given_to_another_owner() {
	with_deeds().build_and_execute(|| {
		assert_ok!(buy(BOB, 1, 1));
		// BOB saw the node's consent to ALICE, and shows it for his own deed.
		let stolen = LinkRequest { caller: BOB, ..LinkRequest::new(ALICE, 4, 1) };
		assert_noop!(stolen.submit(), Error::<Test>::InvalidNodeProof);
	});
}

#[test]
fn link_should_fail_when_the_deed_does_not_exist() {
	with_deeds().build_and_execute(|| {
		for deed in [0, 4, u32::MAX] {
			assert_noop!(link(ALICE, deed, 1), Error::<Test>::UnknownDeed);
		}
	});
}

#[test]
fn link_should_fail_when_the_deed_belongs_to_somebody_else() {
	with_deeds().build_and_execute(|| {
		assert_noop!(link(BOB, 1, 1), Error::<Test>::NotDeedOwner);
	});
}

#[test]
fn link_should_fail_when_the_node_is_linked_already() {
	with_deeds().build_and_execute(|| {
		assert_ok!(buy(BOB, 1, 1));
		assert_ok!(link(ALICE, 1, 1));
		pass_cooldown();
		assert_noop!(link(ALICE, 2, 1), Error::<Test>::NodeAlreadyLinked);
		assert_noop!(link(BOB, 4, 1), Error::<Test>::NodeAlreadyLinked);
		// To the same deed again: that would only restart its epochs.
		assert_noop!(link(ALICE, 1, 1), Error::<Test>::NodeAlreadyLinked);
	});
}

#[test]
fn link_should_fail_until_more_than_a_day_has_passed_since_the_last_link() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		let linked_at_secs = NowSecs::get();

		// Unlinking in between does not restart the cooldown.
		NowSecs::set(&(linked_at_secs + 1_000));
		assert_ok!(unlink(ALICE, 1));
		for passed in [1_000, COOLDOWN_SECS - 1, COOLDOWN_SECS] {
			NowSecs::set(&(linked_at_secs + passed));
			assert_noop!(link(ALICE, 1, 1), Error::<Test>::LinkCooldown);
		}
		NowSecs::set(&(linked_at_secs + COOLDOWN_SECS + 1));
		assert_ok!(link(ALICE, 1, 1));
	});
}

#[test]
fn link_should_not_wait_for_the_cooldown_of_another_deed() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		assert_ok!(link(ALICE, 2, 2));
		// Nor does the node: it is free as soon as its deed lets it go.
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(link(ALICE, 3, 1));
	});
}

#[test]
fn link_should_end_the_old_link_first_when_the_deed_is_linked() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		assert_noop!(link(ALICE, 1, 2), Error::<Test>::LinkCooldown);
		pass_cooldown();
		Epoch::set(&8);
		UnclaimedDeed::set(&Some(1));
		assert_noop!(link(ALICE, 1, 2), Error::<Test>::UnclaimedEpochs);
		UnclaimedDeed::set(&None);
		System::reset_events();

		assert_ok!(link(ALICE, 1, 2));
		assert_eq!(DeedOfNode::<Test>::get(node(1)), None);
		assert_eq!(NodeDeeds::node_of(1), Some(node(2)));
		assert_eq!(LastLinked::get(), Some((1, 8)));
		assert_eq!(
			take_deed_events(),
			[
				Event::NodeUnlinked { deed: 1, owner: ALICE, node: node(1), epoch: 8 },
				Event::NodeLinked { deed: 1, owner: ALICE, node: node(2), epoch: 8 },
			]
		);
	});
}

#[test]
fn unlink_should_free_deed_and_node_when_everything_is_claimed() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		let linked_at_secs = NowSecs::get();
		Epoch::set(&9);
		System::reset_events();

		assert_ok!(unlink(ALICE, 1));
		let unlinked = Deed::new(DeedTerms::Node);
		assert_eq!(Deeds::<Test>::get(1), Some(Deed { linked_at_secs, ..unlinked }));
		assert_eq!(DeedOfNode::<Test>::get(node(1)), None);
		assert!(!NodeDeeds::is_active(1));
		assert_eq!(
			take_events(),
			[Event::NodeUnlinked { deed: 1, owner: ALICE, node: node(1), epoch: 9 }.into()]
		);
	});
}

#[test]
fn unlink_should_fail_when_rewards_would_be_lost() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		UnclaimedDeed::set(&Some(1));
		assert_noop!(unlink(ALICE, 1), Error::<Test>::UnclaimedEpochs);
	});
}

#[test]
fn unlink_should_fail_when_the_deed_has_no_node() {
	with_deeds().build_and_execute(|| {
		assert_noop!(unlink(ALICE, 1), Error::<Test>::DeedNotLinked);
	});
}

#[test]
fn unlink_should_fail_when_the_deed_is_not_the_callers() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		assert_noop!(unlink(BOB, 1), Error::<Test>::NotDeedOwner);
		assert_noop!(unlink(BOB, 4), Error::<Test>::UnknownDeed);
	});
}

#[test]
fn link_and_unlink_should_fail_when_nobody_signed() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		assert_noop!(NodeDeeds::unlink(RuntimeOrigin::root(), 1), DispatchError::BadOrigin);
		let signature = Default::default();
		assert_noop!(
			NodeDeeds::link(RuntimeOrigin::none(), 2, node(2), 7, signature),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn link_should_work_for_all_kinds_of_deeds_and_tie_a_node_to_one_of_them() {
	ExtBuilder::default()
		.with_genesis_deed()
		.with_deeds_of_alice(1)
		.build_and_execute(|| {
			assert_ok!(assign(BOB, R1));
			assert_ok!(link(TREASURY, 1, 1));
			assert_ok!(link(BOB, 3, 3));
			assert!(NodeDeeds::is_active(1) && NodeDeeds::is_active(3));
			for taken in [1, 3] {
				assert_noop!(link(ALICE, 2, taken), Error::<Test>::NodeAlreadyLinked);
			}
			assert_ok!(link(ALICE, 2, 2));
			assert_noop!(link(BOB, 3, 2), Error::<Test>::NodeAlreadyLinked);

			UnclaimedDeed::set(&Some(3));
			assert_noop!(unlink(BOB, 3), Error::<Test>::UnclaimedEpochs);
			UnclaimedDeed::set(&None);
			assert_ok!(unlink(BOB, 3));
			assert_ok!(unlink(TREASURY, 1));
		});
}

#[test]
fn link_batch_should_link_all_deeds_with_the_events_of_each() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link_batch(ALICE, &[(3, 1), (1, 2)]));
		assert_eq!((NodeDeeds::node_of(3), NodeDeeds::node_of(1)), (Some(node(1)), Some(node(2))));
		assert_eq!(
			take_deed_events(),
			[
				Event::NodeLinked { deed: 3, owner: ALICE, node: node(1), epoch: 7 },
				Event::NodeLinked { deed: 1, owner: ALICE, node: node(2), epoch: 7 },
			]
		);
		assert_ok!(link_batch(ALICE, &[]));
		assert_eq!(take_deed_events(), []);
	});
}

#[test]
fn link_batch_should_link_nothing_when_one_link_fails() {
	with_deeds().build_and_execute(|| {
		assert_ok!(buy(BOB, 1, 1));
		assert_noop!(link_batch(ALICE, &[(1, 1), (4, 2)]), Error::<Test>::NotDeedOwner);
		assert_noop!(link_batch(ALICE, &[(1, 1), (2, 1)]), Error::<Test>::NodeAlreadyLinked);
		assert_noop!(link_batch(ALICE, &[(1, 1), (1, 2)]), Error::<Test>::LinkCooldown);
		assert_noop!(link_batch(ALICE, &[(1, 1), (5, 2)]), Error::<Test>::UnknownDeed);
		assert_ok!(link_batch(ALICE, &[(1, 1), (2, 2)]));
		assert_noop!(link_batch(ALICE, &[(3, 3), (1, 4)]), Error::<Test>::LinkCooldown);
	});
}

#[test]
fn link_and_unlink_should_fail_when_the_deed_is_banned() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		pass_cooldown();
		for deed in [1, 2] {
			assert_ok!(ban(deed));
		}
		assert!(!NodeDeeds::is_active(1));
		assert_eq!(NodeDeeds::node_of(1), Some(node(1)));
		assert_noop!(unlink(ALICE, 1), Error::<Test>::DeedBanned);
		assert_noop!(link(ALICE, 1, 2), Error::<Test>::DeedBanned);
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::DeedBanned);
		assert_noop!(link_batch(ALICE, &[(3, 3), (2, 2)]), Error::<Test>::DeedBanned);

		for deed in [1, 2] {
			assert_ok!(unban(deed));
		}
		assert!(NodeDeeds::is_active(1));
		assert_ok!(link(ALICE, 2, 2));
		assert_ok!(unlink(ALICE, 1));
	});
}

#[test]
fn link_and_unlink_should_fail_while_paused() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		assert_ok!(pause());
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::Paused);
		assert_noop!(link_batch(ALICE, &[(2, 2)]), Error::<Test>::Paused);
		assert_noop!(unlink(ALICE, 1), Error::<Test>::Paused);
		// What is linked goes on earning.
		assert!(NodeDeeds::is_active(1));
		assert_ok!(unpause());
		assert_ok!(link(ALICE, 2, 2));
		assert_ok!(unlink(ALICE, 1));
	});
}

#[test]
fn link_should_fail_when_anybody_can_sign_for_the_node() {
	// For a key of small order, this signature is good for any message.
	let mut forged = [0; 64];
	forged[0] = 1;
	let forged = ed25519::Signature::from_raw(forged);
	let mut identity = [0; 32];
	identity[0] = 1;
	with_deeds().build_and_execute(|| {
		for key in [[0; 32], identity] {
			let public = ed25519::Public::from_raw(key);
			assert!(forged.verify(&b"any message"[..], &public), "the verification is permissive");
			assert_noop!(
				NodeDeeds::link(RuntimeOrigin::signed(ALICE), 1, key.into(), Epoch::get(), forged),
				Error::<Test>::InvalidNodeProof
			);
		}
	});
}
