// SPDX-License-Identifier: Apache-2.0

//! Bans, the pause, the issuers of permits and the liquidity's share: governance's calls that are
//! not about Master Deeds.

use crate::{Deed, Deeds, Error, Event, IsPaused, LiquidityShare, PermitIssuers, mock::*};
use frame_support::{assert_noop, assert_ok};
use r1_primitives::{DeedTerms, R1, traits::DeedInspect};
use sp_runtime::{DispatchError, DispatchResult};

/// ALICE owns deeds 1 and 2.
fn with_deeds() -> ExtBuilder {
	ExtBuilder::default().with_deeds_of_alice(2)
}

#[test]
fn ban_should_hold_until_it_is_lifted() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		System::reset_events();
		assert_ok!(ban(1));
		assert!(!NodeDeeds::is_active(1));
		assert_eq!(NodeDeeds::deed_of(&node(1)), Some(1));
		assert_noop!(ban(1), Error::<Test>::AlreadyBanned);
		assert_ok!(unban(1));
		assert!(NodeDeeds::is_active(1));
		assert_noop!(unban(1), Error::<Test>::NotBanned);
		assert_eq!(
			take_deed_events(),
			[Event::DeedBanned { deed: 1 }, Event::DeedUnbanned { deed: 1 }]
		);
		// A deed without a node can be banned as well.
		assert_ok!(ban(2));
		let banned = Deed { is_banned: true, ..Deed::new(DeedTerms::Node) };
		assert_eq!(Deeds::<Test>::get(2), Some(banned));
		assert!(!NodeDeeds::is_active(2));
	});
}

#[test]
fn ban_should_refuse_every_call_of_the_owner_until_it_is_lifted() {
	with_deeds().build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		pass_cooldown();
		type Call = fn() -> DispatchResult;
		// Deed 1 is linked, deed 2 is not.
		let calls: [Call; 7] = [
			|| link(ALICE, 1, 2),
			|| link(ALICE, 2, 2),
			|| link_batch(ALICE, &[(2, 2)]),
			|| unlink(ALICE, 1),
			|| transfer(ALICE, 1, BOB),
			|| transfer(ALICE, 2, BOB),
			|| burn(ALICE, 1),
		];
		for deed in [1, 2] {
			assert_ok!(ban(deed));
		}
		for call in calls {
			assert_noop!(call(), Error::<Test>::DeedBanned);
		}
		assert_noop!(burn(ALICE, 2), Error::<Test>::DeedBanned);
		// The link holds, so that the epochs of the ban are counted.
		assert_eq!((NodeDeeds::node_of(1), BurnedDeeds::get()), (Some(node(1)), vec![]));

		for deed in [1, 2] {
			assert_ok!(unban(deed));
		}
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(transfer(ALICE, 1, BOB));
		assert_ok!(burn(ALICE, 2));
	});
}

#[test]
fn ban_should_be_for_node_deeds_that_exist() {
	with_deeds().build_and_execute(|| {
		assert_ok!(assign(BOB, R1));
		for deed in [0, 4] {
			assert_noop!(ban(deed), Error::<Test>::UnknownDeed);
			assert_noop!(unban(deed), Error::<Test>::UnknownDeed);
		}
		assert_noop!(ban(3), Error::<Test>::NotNodeDeed);
		assert_noop!(unban(3), Error::<Test>::NotNodeDeed);
		// Governance works while everything else is paused.
		assert_ok!(pause());
		assert_ok!(ban(1));
		assert_ok!(unban(1));
	});
}

#[test]
fn pause_should_hold_until_it_is_ended() {
	with_deeds().build_and_execute(|| {
		assert_noop!(unpause(), Error::<Test>::NotPaused);
		assert_ok!(pause());
		assert!(IsPaused::<Test>::get());
		assert_noop!(pause(), Error::<Test>::Paused);
		assert_ok!(unpause());
		assert!(!IsPaused::<Test>::get());
		assert_eq!(take_deed_events(), [Event::Paused, Event::Unpaused]);
	});
}

#[test]
fn permit_issuers_should_be_added_and_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let add = |issuer| NodeDeeds::add_permit_issuer(RuntimeOrigin::root(), issuer);
		let remove = |issuer| NodeDeeds::remove_permit_issuer(RuntimeOrigin::root(), issuer);
		assert_noop!(add(issuer()), Error::<Test>::PermitIssuerAlreadyKnown);
		assert_noop!(remove(ALICE), Error::<Test>::UnknownPermitIssuer);
		assert_ok!(add(ALICE));
		assert_ok!(add(BOB));
		assert_noop!(add(TREASURY), Error::<Test>::TooManyPermitIssuers);
		assert_ok!(remove(ALICE));
		assert_noop!(remove(ALICE), Error::<Test>::UnknownPermitIssuer);
		assert_ok!(add(TREASURY));

		let issuers = PermitIssuers::<Test>::get();
		assert_eq!(issuers.len(), 3);
		assert!([issuer(), BOB, TREASURY].iter().all(|issuer| issuers.contains(issuer)));
		assert_eq!(
			take_deed_events(),
			[
				Event::PermitIssuerAdded { issuer: ALICE },
				Event::PermitIssuerAdded { issuer: BOB },
				Event::PermitIssuerRemoved { issuer: ALICE },
				Event::PermitIssuerAdded { issuer: TREASURY },
			]
		);
	});
}

#[test]
fn liquidity_share_should_be_set_when_somebody_can_hold_the_pools_shares() {
	ExtBuilder::default().build_and_execute(|| {
		let set =
			|basis_points| NodeDeeds::set_liquidity_share(RuntimeOrigin::root(), basis_points);
		assert_noop!(set(10_001), Error::<Test>::ShareTooLarge);
		assert_noop!(set(1), Error::<Test>::LiquidityAccountMissing);
		assert_ok!(set(0));
		let endowed = Balances::transfer_allow_death(RuntimeOrigin::signed(ALICE), LIQUIDITY, 1);
		assert_ok!(endowed);
		System::reset_events();
		assert_ok!(set(10_000));
		assert_eq!(LiquidityShare::<Test>::get(), 10_000);
		assert_ok!(set(50));
		assert_eq!(
			take_deed_events(),
			[
				Event::LiquidityShareSet { basis_points: 10_000 },
				Event::LiquidityShareSet { basis_points: 50 },
			]
		);
	});
}

#[test]
fn governance_should_be_nobody_elses() {
	with_deeds().build_and_execute(|| {
		type Call = fn(RuntimeOrigin) -> DispatchResult;
		let calls: [Call; 7] = [
			|origin| NodeDeeds::ban(origin, 1),
			|origin| NodeDeeds::unban(origin, 1),
			NodeDeeds::pause,
			NodeDeeds::unpause,
			|origin| NodeDeeds::add_permit_issuer(origin, ALICE),
			|origin| NodeDeeds::remove_permit_issuer(origin, issuer()),
			|origin| NodeDeeds::set_liquidity_share(origin, 0),
		];
		for call in calls {
			for origin in [RuntimeOrigin::signed(ALICE), RuntimeOrigin::none()] {
				assert_noop!(call(origin), DispatchError::BadOrigin);
			}
		}
	});
}
