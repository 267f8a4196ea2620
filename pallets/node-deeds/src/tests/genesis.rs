// SPDX-License-Identifier: Apache-2.0

//! What the chain starts with.

use crate::{
	COLLECTION, CurrentTier, Deed, Deeds, Error, GenesisDeed, Issued, MasterCollection,
	NodeDeedsSold, PermitIssuers, SoldInTier, mock::*,
};
use frame_support::{assert_noop, assert_ok};
use pallet_nfts::{CollectionConfigFor, CollectionSetting, Error as NftsError, MintWitness};
use r1_math::node_deed::DEEDS_MAX;
use r1_primitives::{DeedTerms, traits::DeedInspect};
use sp_runtime::DispatchError;

#[test]
fn genesis_should_create_the_collections_without_a_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(MasterCollection::<Test>::get(), Some(1));
		for (number, max_supply) in [(COLLECTION, DEEDS_MAX), (1, 500)] {
			let collection = pallet_nfts::Collection::<Test>::get(number).expect("it is created");
			assert_eq!(collection.owner, NodeDeeds::account_id());
			assert_eq!(collection.owner_deposit, 0);

			let config = pallet_nfts::CollectionConfigOf::<Test>::get(number).expect("created");
			assert_eq!(config.max_supply, Some(max_supply));
			assert!(config.is_setting_enabled(CollectionSetting::TransferableItems));
			assert!(config.has_disabled_setting(CollectionSetting::DepositRequired));
			assert!(config.has_disabled_setting(CollectionSetting::UnlockedMaxSupply));
		}
		assert_eq!(Balances::free_balance(NodeDeeds::account_id()), 0);
	});
}

#[test]
fn genesis_should_issue_the_genesis_deed_when_it_has_an_owner() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		assert_eq!(GenesisDeed::<Test>::get(), Some(1));
		assert_eq!(Deeds::<Test>::get(1), Some(Deed::new(DeedTerms::Genesis)));
		assert_eq!((NodeDeeds::owner_of(1), NodeDeeds::issued()), (Some(TREASURY), 1));
		assert_eq!(NodeDeedsSold::<Test>::get(), 0);
		// The first that is bought is deed 2.
		assert_ok!(buy(ALICE, 1, 1));
		assert_eq!(NodeDeeds::owner_of(2), Some(ALICE));
		assert_eq!((CurrentTier::<Test>::get(), SoldInTier::<Test>::get()), (1, 1));
	});
}

#[test]
fn genesis_should_name_the_issuers_of_permits() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(PermitIssuers::<Test>::get().into_iter().collect::<Vec<_>>(), [issuer()]);
	});
}

#[test]
fn genesis_should_fail_when_it_names_more_issuers_than_there_may_be() {
	let mut externalities = sp_io::TestExternalities::default();
	let genesis = crate::GenesisConfig::<Test> {
		permit_issuers: (0..=PERMIT_ISSUERS_MAX as u8).map(node).collect(),
		..Default::default()
	};
	let build = || frame_support::traits::BuildGenesisConfig::build(&genesis);
	let panic = externalities
		.execute_with(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(build)))
		.expect_err("there is no such chain");
	let error = DispatchError::from(Error::<Test>::TooManyPermitIssuers);
	assert_eq!(
		panic.downcast_ref::<String>(),
		Some(&format!("could not build the genesis of the Node Deeds: {error:?}"))
	);
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
		let collection = pallet_nfts::Collection::<Test>::get(2).expect("it is created");
		assert_eq!(collection.owner, ALICE);
	});
}

#[test]
fn deed_should_not_be_minted_when_it_is_neither_bought_nor_given() {
	ExtBuilder::default().build_and_execute(|| {
		let witness = Some(MintWitness { owned_item: None, mint_price: None });
		for collection in [COLLECTION, 1] {
			assert_noop!(
				Nfts::mint(RuntimeOrigin::signed(ALICE), collection, 1, ALICE, witness.clone()),
				NftsError::<Test>::NoPermission
			);
		}
	});
}
