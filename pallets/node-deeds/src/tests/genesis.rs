// SPDX-License-Identifier: Apache-2.0

//! What the chain starts with.

use crate::{COLLECTION, CurrentTier, Deeds, Issued, SoldInTier, mock::*};
use frame_support::{assert_noop, assert_ok};
use pallet_nfts::{CollectionConfigFor, CollectionSetting, Error as NftsError, MintWitness};
use r1_math::node_deed::DEEDS_MAX;

#[test]
fn genesis_should_create_the_collection_without_a_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let collection = pallet_nfts::Collection::<Test>::get(COLLECTION).expect("it is created");
		assert_eq!(collection.owner, NodeDeeds::account_id());
		assert_eq!(collection.owner_deposit, 0);
		assert_eq!(Balances::free_balance(NodeDeeds::account_id()), 0);

		let config = pallet_nfts::CollectionConfigOf::<Test>::get(COLLECTION).expect("created");
		assert_eq!(config.max_supply, Some(DEEDS_MAX));
		assert!(config.is_setting_enabled(CollectionSetting::TransferableItems));
		assert!(config.has_disabled_setting(CollectionSetting::DepositRequired));
		assert!(config.has_disabled_setting(CollectionSetting::UnlockedMaxSupply));
	});
}

#[test]
fn genesis_should_start_the_sale_with_the_first_tier() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (1, 0));
		assert_eq!(Issued::<Test>::get(), 0);
		assert_eq!(Deeds::<Test>::iter().count(), 0);
	});
}

#[test]
fn collection_should_get_another_number_when_somebody_creates_one_after_genesis() {
	ExtBuilder::default().build_and_execute(|| {
		let config = CollectionConfigFor::<Test>::default();
		assert_ok!(Nfts::create(RuntimeOrigin::signed(ALICE), ALICE, config));
		let collection = pallet_nfts::Collection::<Test>::get(1).expect("it is created");
		assert_eq!(collection.owner, ALICE);
	});
}

#[test]
fn deed_should_not_be_minted_when_it_is_not_bought() {
	ExtBuilder::default().build_and_execute(|| {
		let witness = Some(MintWitness { owned_item: None, mint_price: None });
		assert_noop!(
			Nfts::mint(RuntimeOrigin::signed(ALICE), COLLECTION, 1, ALICE, witness),
			NftsError::<Test>::NoPermission
		);
	});
}
