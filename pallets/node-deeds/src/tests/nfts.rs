// SPDX-License-Identifier: Apache-2.0

//! Deeds in pallet-nfts' own hands: transfers, approvals, sales and swaps work for Node Deeds that
//! are free, and for nothing else.

use crate::{COLLECTION, Deed, Deeds, Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok, traits::Locker};
use pallet_nfts::{Error as NftsError, Event as NftsEvent};
use r1_primitives::{DeedId, DeedTerms, R1, traits::DeedInspect};
use sp_runtime::{AccountId32, DispatchResult};

/// ALICE owns deeds 1 and 2, BOB owns deed 3; deed 1 is linked to the first test node.
fn test(test: impl FnOnce()) {
	ExtBuilder::default().with_deeds_of_alice(2).build_and_execute(|| {
		assert_ok!(buy(BOB, 1, 1));
		assert_ok!(link(ALICE, 1, 1));
		test();
	});
}

fn signed(who: AccountId32) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn move_item(from: AccountId32, deed: u32, to: AccountId32) -> DispatchResult {
	Nfts::transfer(signed(from), COLLECTION, deed, to)
}

#[test]
fn deed_should_move_when_it_is_not_linked() {
	test(|| {
		assert_ok!(move_item(ALICE, 2, BOB));
		assert_eq!(NodeDeeds::owner_of(2), Some(BOB));
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::NotDeedOwner);
		assert_ok!(link(BOB, 2, 2));
	});
}

#[test]
fn deed_should_not_move_when_it_is_linked() {
	test(|| {
		assert_noop!(move_item(ALICE, 1, BOB), NftsError::<Test>::ItemLocked);
		assert_noop!(Nfts::burn(signed(ALICE), COLLECTION, 1), NftsError::<Test>::ItemLocked);
		assert_eq!(NodeDeeds::owner_of(1), Some(ALICE));
	});
}

#[test]
fn deed_should_not_move_when_it_is_banned_or_paused() {
	test(|| {
		assert_ok!(ban(2));
		assert_noop!(move_item(ALICE, 2, BOB), NftsError::<Test>::ItemLocked);
		assert_noop!(Nfts::burn(signed(ALICE), COLLECTION, 2), NftsError::<Test>::ItemLocked);
		assert_ok!(unban(2));
		assert_ok!(pause());
		assert_noop!(move_item(ALICE, 2, BOB), NftsError::<Test>::ItemLocked);
		assert_noop!(Nfts::burn(signed(ALICE), COLLECTION, 2), NftsError::<Test>::ItemLocked);
		assert_ok!(unpause());
		assert_ok!(move_item(ALICE, 2, BOB));
	});
}

#[test]
fn deed_should_be_moved_by_a_delegate_when_it_is_not_linked() {
	test(|| {
		for deed in [1, 2] {
			assert_ok!(Nfts::approve_transfer(signed(ALICE), COLLECTION, deed, BOB, None));
		}
		assert_noop!(move_item(BOB, 1, BOB), NftsError::<Test>::ItemLocked);
		assert_ok!(move_item(BOB, 2, TREASURY));
		assert_eq!(NodeDeeds::owner_of(2), Some(TREASURY));
		// An approval is good for pallet-nfts alone, and gone with the owner who gave it.
		assert_noop!(transfer(BOB, 1, BOB), Error::<Test>::NotDeedOwner);
		assert_noop!(move_item(BOB, 2, BOB), NftsError::<Test>::NoPermission);
	});
}

#[test]
fn deed_should_not_be_sold_when_it_is_linked() {
	test(|| {
		assert_ok!(Nfts::set_price(signed(ALICE), COLLECTION, 1, Some(5), None));
		let buy_item = || Nfts::buy_item(signed(BOB), COLLECTION, 1, 5);
		assert_noop!(buy_item(), NftsError::<Test>::ItemLocked);
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(Nfts::set_price(signed(ALICE), COLLECTION, 1, Some(5), None));
		assert_ok!(ban(1));
		assert_noop!(buy_item(), NftsError::<Test>::ItemLocked);
		assert_ok!(unban(1));
		assert_ok!(buy_item());
		assert_eq!(NodeDeeds::owner_of(1), Some(BOB));
	});
}

#[test]
fn deeds_should_be_swapped_only_when_neither_is_linked() {
	test(|| {
		let offer = |deed| {
			Nfts::create_swap(signed(ALICE), COLLECTION, deed, COLLECTION, Some(3), None, 100)
		};
		let claim = |deed| Nfts::claim_swap(signed(BOB), COLLECTION, 3, COLLECTION, deed, None);
		assert_ok!(offer(1));
		assert_noop!(claim(1), NftsError::<Test>::ItemLocked);

		assert_ok!(offer(2));
		assert_ok!(link(BOB, 3, 3));
		assert_noop!(claim(2), NftsError::<Test>::ItemLocked);
		assert_ok!(unlink(BOB, 3));
		assert_ok!(claim(2));
		assert_eq!((NodeDeeds::owner_of(2), NodeDeeds::owner_of(3)), (Some(BOB), Some(ALICE)));
	});
}

#[test]
fn deed_should_take_its_cooldown_along_when_it_moves() {
	test(|| {
		let linked_at_secs = NowSecs::get();
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(move_item(ALICE, 1, BOB));
		let record = Deed { linked_at_secs, ..Deed::new(DeedTerms::Node) };
		assert_eq!(Deeds::<Test>::get(1), Some(record));
		assert_noop!(link(BOB, 1, 1), Error::<Test>::LinkCooldown);
		pass_cooldown();
		assert_ok!(link(BOB, 1, 1));
	});
}

#[test]
fn deed_should_be_gone_for_good_when_its_owner_destroys_its_item() {
	test(|| {
		assert_ok!(Nfts::burn(signed(ALICE), COLLECTION, 2));
		assert_eq!(NodeDeeds::owner_of(2), None);
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::UnknownDeed);
		// The record and the account of rewards stay; nobody can claim it.
		assert_eq!(NodeDeeds::terms(2), Some(DeedTerms::Node));
		assert!(BurnedDeeds::get().is_empty());
		// Its number is not sold again.
		assert_ok!(buy(ALICE, 1, 1));
		assert_eq!((NodeDeeds::issued(), NodeDeeds::owner_of(4)), (4, Some(ALICE)));
		assert_eq!(NodeDeeds::owner_of(2), None);
	});
}

#[test]
fn master_and_genesis_deeds_should_not_move_in_any_way_of_pallet_nfts() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		assert_ok!(assign(ALICE, R1));
		assert_ok!(buy(BOB, 1, 1));
		assert_ok!(authorise_transfer(2, BOB));
		let collection = 1;
		for (owner, deed) in [(TREASURY, 1), (ALICE, 2)] {
			// Neither an authorisation nor an approval unlocks them there.
			let approve =
				Nfts::approve_transfer(signed(owner.clone()), collection, deed, BOB, None);
			assert_ok!(approve);
			let locked = NftsError::<Test>::ItemLocked;
			assert_noop!(
				Nfts::transfer(signed(owner.clone()), collection, deed, BOB),
				NftsError::<Test>::ItemLocked
			);
			assert_noop!(Nfts::transfer(signed(BOB), collection, deed, BOB), locked);
			assert_noop!(
				Nfts::burn(signed(owner.clone()), collection, deed),
				NftsError::<Test>::ItemLocked
			);
			assert_noop!(
				Nfts::burn(RuntimeOrigin::root(), collection, deed),
				NftsError::<Test>::ItemLocked
			);
			let price = Nfts::set_price(signed(owner.clone()), collection, deed, Some(5), None);
			assert_ok!(price);
			assert_noop!(
				Nfts::buy_item(signed(BOB), collection, deed, 5),
				NftsError::<Test>::ItemLocked
			);
			let swap = Nfts::create_swap(
				signed(owner.clone()),
				collection,
				deed,
				COLLECTION,
				Some(3),
				None,
				100,
			);
			assert_ok!(swap);
			assert_noop!(
				Nfts::claim_swap(signed(BOB), COLLECTION, 3, collection, deed, None),
				NftsError::<Test>::ItemLocked
			);
			assert_eq!(NodeDeeds::owner_of(deed), Some(owner));
		}
	});
}

#[test]
fn lock_should_hold_exactly_what_must_not_move() {
	ExtBuilder::default()
		.with_genesis_deed()
		.with_deeds_of_alice(3)
		.build_and_execute(|| {
			assert_ok!(link(ALICE, 2, 1));
			assert_ok!(ban(3));
			assert_ok!(assign(ALICE, R1));
			let locked = |collection| {
				(0..7)
					.filter(|deed| NodeDeeds::is_locked(collection, *deed))
					.collect::<Vec<_>>()
			};
			assert_eq!(locked(COLLECTION), [2, 3]);
			assert_eq!(locked(1), [0, 1, 2, 3, 4, 5, 6]);
			assert!(locked(2).is_empty());
			assert_ok!(pause());
			assert_eq!(locked(COLLECTION), [0, 1, 2, 3, 4, 5, 6]);
			assert!(locked(2).is_empty());
		});
}

/// What an owner can arrange for an item in pallet-nfts.
#[derive(Clone, Copy, Debug)]
enum Arrangement {
	Price,
	Approval,
	Swap,
}

use Arrangement::{Approval, Price, Swap};

/// In the order in which they are taken back.
const ALL: [Arrangement; 3] = [Price, Approval, Swap];

/// ALICE sells an item to anybody, lets BOB and TREASURY move it, or gives it for any Node Deed.
fn arrange(collection: u32, deed: DeedId, arrangement: Arrangement) {
	let alice = || signed(ALICE);
	let arranged = match arrangement {
		Price => Nfts::set_price(alice(), collection, deed, Some(5), None),
		Approval => [BOB, TREASURY].into_iter().try_for_each(|delegate| {
			Nfts::approve_transfer(alice(), collection, deed, delegate, None)
		}),
		Swap => Nfts::create_swap(alice(), collection, deed, COLLECTION, None, None, 100),
	};
	assert_ok!(arranged);
}

fn arrange_all(collection: u32, deed: DeedId) {
	for arrangement in ALL {
		arrange(collection, deed, arrangement);
	}
}

/// BOB, who owns deed 3, takes a deed by what was arranged.
fn take(deed: DeedId, arrangement: Arrangement) -> DispatchResult {
	match arrangement {
		Price => Nfts::buy_item(signed(BOB), COLLECTION, deed, 5),
		Approval => move_item(BOB, deed, BOB),
		Swap => Nfts::claim_swap(signed(BOB), COLLECTION, 3, COLLECTION, deed, None),
	}
}

/// What BOB hears when nothing of the kind is arranged.
fn refusal(arrangement: Arrangement) -> NftsError<Test> {
	match arrangement {
		Price => NftsError::NotForSale,
		Approval => NftsError::NoPermission,
		Swap => NftsError::UnknownSwap,
	}
}

/// What pallet-nfts says when an arrangement of ALICE, made in block 1, is taken back.
fn taken_back(collection: u32, item: DeedId, arrangement: Arrangement) -> RuntimeEvent {
	let event = match arrangement {
		Price => NftsEvent::<Test>::ItemPriceRemoved { collection, item },
		Approval => NftsEvent::AllApprovalsCancelled { collection, item, owner: ALICE },
		Swap => NftsEvent::SwapCancelled {
			offered_collection: collection,
			offered_item: item,
			desired_collection: COLLECTION,
			desired_item: None,
			price: None,
			deadline: 101,
		},
	};
	event.into()
}

/// The deed loses its node, and nothing else of this pallet happens.
fn unlinked(deed: DeedId, index: u8) -> RuntimeEvent {
	Event::NodeUnlinked { deed, owner: ALICE, node: node(index), epoch: 7 }.into()
}

/// Whether anything at all is arranged for an item.
fn is_arranged(collection: u32, deed: DeedId) -> bool {
	let has_approvals = pallet_nfts::Item::<Test>::get(collection, deed)
		.is_some_and(|item| !item.approvals.is_empty());
	has_approvals
		|| pallet_nfts::ItemPriceOf::<Test>::contains_key(collection, deed)
		|| pallet_nfts::PendingSwapOf::<Test>::contains_key(collection, deed)
}

#[test]
fn unlink_should_take_back_what_was_arranged_before_the_link_and_while_it_held() {
	test(|| {
		// Deed 1 is linked, deed 2 not yet.
		for deed in [1, 2] {
			arrange_all(COLLECTION, deed);
		}
		assert_ok!(link(ALICE, 2, 2));
		for deed in [1, 2] {
			for arrangement in ALL {
				assert_noop!(take(deed, arrangement), NftsError::<Test>::ItemLocked);
			}
			System::reset_events();
			assert_ok!(unlink(ALICE, deed));

			let [price, approval, swap] = ALL.map(|kind| taken_back(COLLECTION, deed, kind));
			assert_eq!(take_events(), [unlinked(deed, deed as u8), price, approval, swap]);
			assert!(!is_arranged(COLLECTION, deed));
			for arrangement in ALL {
				assert_noop!(take(deed, arrangement), refusal(arrangement));
			}
			assert_eq!(NodeDeeds::owner_of(deed), Some(ALICE));
		}
	});
}

#[test]
fn unlink_should_leave_the_deed_free_for_what_is_arranged_after_it() {
	for arrangement in ALL {
		test(|| {
			arrange(COLLECTION, 1, arrangement);
			assert_ok!(unlink(ALICE, 1));
			assert_noop!(take(1, arrangement), refusal(arrangement));

			arrange(COLLECTION, 1, arrangement);
			assert_ok!(take(1, arrangement));
			assert_eq!(NodeDeeds::owner_of(1), Some(BOB), "by {arrangement:?}");
		});
	}
}

#[test]
fn unlink_should_say_of_pallet_nfts_only_what_it_takes_back() {
	test(|| {
		System::reset_events();
		assert_ok!(unlink(ALICE, 1));
		assert_eq!(take_events(), [unlinked(1, 1)]);
	});
	for arrangement in ALL {
		test(|| {
			arrange(COLLECTION, 1, arrangement);
			System::reset_events();
			assert_ok!(unlink(ALICE, 1));
			assert_eq!(take_events(), [unlinked(1, 1), taken_back(COLLECTION, 1, arrangement)]);
		});
	}
}

#[test]
fn unlink_should_take_back_nothing_when_it_fails() {
	test(|| {
		arrange(COLLECTION, 1, Price);
		UnclaimedDeed::set(&Some(1));
		assert_noop!(unlink(ALICE, 1), Error::<Test>::UnclaimedEpochs);
		assert!(is_arranged(COLLECTION, 1));
	});
}

#[test]
fn unlink_should_take_back_what_was_arranged_for_a_master_deed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(assign(ALICE, R1));
		assert_ok!(link(ALICE, 1, 1));
		arrange_all(1, 1);
		System::reset_events();
		assert_ok!(unlink(ALICE, 1));
		let [price, approval, swap] = ALL.map(|kind| taken_back(1, 1, kind));
		assert_eq!(take_events(), [unlinked(1, 1), price, approval, swap]);
		assert!(!is_arranged(1, 1));
	});
}

#[test]
fn relink_should_keep_what_is_arranged_because_the_deed_stays_locked() {
	test(|| {
		arrange(COLLECTION, 1, Price);
		pass_cooldown();
		assert_ok!(link(ALICE, 1, 2));
		assert!(is_arranged(COLLECTION, 1));
		assert_noop!(take(1, Price), NftsError::<Test>::ItemLocked);
		assert_ok!(unlink(ALICE, 1));
		assert_noop!(take(1, Price), NftsError::<Test>::NotForSale);
	});
}

#[test]
fn transfer_and_burn_should_leave_nothing_arranged() {
	for deed in [1, 2] {
		for ends_by in [|deed| transfer(ALICE, deed, BOB), |deed| burn(ALICE, deed)] {
			test(|| {
				arrange_all(COLLECTION, deed);
				assert!(is_arranged(COLLECTION, deed));
				assert_ok!(ends_by(deed));
				assert!(!is_arranged(COLLECTION, deed));
			});
		}
	}
}
