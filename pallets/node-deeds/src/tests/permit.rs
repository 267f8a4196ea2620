// SPDX-License-Identifier: Apache-2.0

//! Permits: who may sign them, what they say, and that each is good for one purchase.

use crate::{Error, UsdBought, UsedInvoices, mock::*};
use frame_support::{assert_noop, assert_ok};
use sp_core::{H256, Pair, ecdsa, ed25519, sr25519};

#[test]
fn permit_should_be_accepted_from_issuers_with_keys_of_every_kind() {
	ExtBuilder::default().build_and_execute(|| {
		let signers = [
			Signer::Sr25519(sr25519::Pair::from_seed(&[201; 32])),
			Signer::Ecdsa(ecdsa::Pair::from_seed(&[202; 32])),
		];
		for signer in &signers {
			let purchase = || Purchase::new(ALICE, 1, 1).signed_by(signer.clone());
			assert_noop!(purchase().submit(), Error::<Test>::UnknownPermitIssuer);
			let issuer = signer.account();
			assert_ok!(NodeDeeds::add_permit_issuer(RuntimeOrigin::root(), issuer));
			assert_ok!(purchase().submit());
		}
		assert_ok!(Purchase::new(ALICE, 1, 1).signed_by(issuer_key()).submit());
		// A key of one kind does not sign for an account of another.
		let purchase = Purchase::new(ALICE, 1, 1);
		for signer in signers {
			let purchase = Purchase { signer, ..purchase.clone() };
			assert_noop!(purchase.submit(), Error::<Test>::InvalidPermitSignature);
		}
	});
}

#[test]
fn permit_should_not_be_accepted_from_an_issuer_who_was_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let signed_before = Purchase::new(ALICE, 1, 1);
		assert_ok!(NodeDeeds::remove_permit_issuer(RuntimeOrigin::root(), issuer()));
		assert_noop!(signed_before.submit(), Error::<Test>::UnknownPermitIssuer);
	});
}

#[test]
fn permit_should_not_be_accepted_when_it_is_not_what_was_signed() {
	ExtBuilder::default().build_and_execute(|| {
		type Spoil = fn(&mut Purchase);
		let cases: [(&str, Spoil); 8] = [
			("another key signed", |purchase| {
				purchase.signer = Signer::Ed25519(ed25519::Pair::from_seed(&[203; 32]));
			}),
			("another chain", |purchase| purchase.signed_for_chain = H256::repeat_byte(1)),
			("another buyer", |purchase| purchase.signed.buyer = BOB.into()),
			("another invoice", |purchase| purchase.signed.invoice = [9; 32]),
			("a lower limit", |purchase| purchase.signed.usd_limit -= 1),
			("a higher tax", |purchase| purchase.signed.tax_basis_points += 1),
			("an earlier expiry", |purchase| purchase.signed.expires_at_epoch -= 1),
			("a later expiry asked for", |purchase| purchase.permit.expires_at_epoch += 1),
		];
		for (case, spoil) in cases {
			let mut purchase = Purchase::new(ALICE, 1, 1);
			spoil(&mut purchase);
			assert_noop!(purchase.submit(), Error::<Test>::InvalidPermitSignature);
			assert_eq!(crate::Issued::<Test>::get(), 0, "{case}");
		}
		assert_ok!(buy(ALICE, 1, 1));
	});
}

#[test]
fn permit_should_be_good_for_its_buyer_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let stolen = Purchase { buyer: BOB, ..Purchase::new(ALICE, 1, 1) };
		assert_noop!(stolen.submit(), Error::<Test>::PermitOfAnotherBuyer);
	});
}

#[test]
fn permit_should_be_good_in_its_last_epoch_and_not_after() {
	ExtBuilder::default().build_and_execute(|| {
		let purchase = Purchase::new(ALICE, 1, 1);
		Epoch::set(&8);
		assert_noop!(purchase.clone().submit(), Error::<Test>::PermitExpired);
		Epoch::set(&7);
		assert_ok!(purchase.submit());
	});
}

#[test]
fn permit_should_be_good_once() {
	ExtBuilder::default().build_and_execute(|| {
		let purchase = Purchase::new(ALICE, 1, 1);
		let invoice = purchase.permit.invoice;
		// A purchase that fails does not use it up.
		assert_noop!(purchase.clone().with_price_max(0).submit(), Error::<Test>::PriceAboveMaximum);
		assert_ok!(purchase.clone().submit());
		assert!(UsedInvoices::<Test>::contains_key(invoice));
		assert_noop!(purchase.submit(), Error::<Test>::InvoiceAlreadyUsed);
		// Nor can another permit, even of another buyer, use its invoice.
		let again = Purchase::new(BOB, 1, 1).with_permit(|permit| permit.invoice = invoice);
		assert_noop!(again.submit(), Error::<Test>::InvoiceAlreadyUsed);
	});
}

#[test]
fn permit_should_not_be_accepted_with_more_tax_than_the_price() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			Purchase::new(ALICE, 1, 1).with_tax(10_001).submit(),
			Error::<Test>::TaxTooHigh
		);
		assert_ok!(Purchase::new(ALICE, 1, 1).with_tax(10_000).submit());
	});
}

#[test]
fn permit_should_limit_what_a_buyer_buys_over_its_life() {
	ExtBuilder::default().build_and_execute(|| {
		let purchase =
			|units, limit| Purchase::new(ALICE, units, 1).with_permit(|p| p.usd_limit = limit);
		assert_noop!(purchase(2, 999).submit(), Error::<Test>::ExceedsUsdLimit);
		// The tax does not count.
		assert_ok!(purchase(2, 1_000).with_tax(2_100).submit());
		assert_eq!(UsdBought::<Test>::get(ALICE), 1_000);
		assert_noop!(purchase(1, 1_499).submit(), Error::<Test>::ExceedsUsdLimit);
		assert_ok!(purchase(1, 1_500).submit());
		assert_noop!(purchase(1, 0).submit(), Error::<Test>::ExceedsUsdLimit);
		assert_eq!((UsdBought::<Test>::get(ALICE), UsdBought::<Test>::get(BOB)), (1_500, 0));

		// A buyer near the greatest number that there is.
		UsdBought::<Test>::insert(BOB, u32::MAX - 499);
		assert_noop!(buy(BOB, 1, 1), Error::<Test>::ExceedsUsdLimit);
	});
}

/// The reference's own case: 101 deeds with a limit of 10 000 USD are clipped to 89, which cost
/// 44 500 USD.
#[test]
fn permit_should_limit_the_purchase_that_is_left_when_it_is_partial() {
	ExtBuilder::default().with_deeds_of_alice(50).build_and_execute(|| {
		let purchase = Purchase::new(BOB, 101, 1)
			.allow_partial()
			.with_permit(|permit| permit.usd_limit = 10_000);
		assert_noop!(purchase.submit(), Error::<Test>::ExceedsUsdLimit);
	});
}

#[test]
fn purchase_should_be_refused_in_the_order_of_the_deployed_contracts() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(buy(ALICE, 1, 1));
		assert_ok!(pause());
		// Everything is wrong; each step mends what the last one named.
		let mut purchase = Purchase::new(BOB, 0, 2).with_permit(|permit| {
			permit.invoice = [0; 32];
			permit.buyer = ALICE.into();
			permit.expires_at_epoch = 0;
			permit.tax_basis_points = u16::MAX;
			permit.usd_limit = 0;
		});
		purchase.issuer = BOB;
		purchase.order.price_per_deed_max = 0;

		let refused = |purchase: &Purchase, error: Error<Test>| {
			assert_noop!(purchase.clone().submit(), error);
		};
		refused(&purchase, Error::Paused);
		assert_ok!(unpause());
		refused(&purchase, Error::WrongPriceTier);
		purchase.order.tier = 1;
		refused(&purchase, Error::ZeroUnits);
		purchase.order.units = 89;
		refused(&purchase, Error::InvoiceAlreadyUsed);
		purchase.permit.invoice = [1; 32];
		refused(&purchase, Error::UnknownPermitIssuer);
		purchase.issuer = issuer();
		refused(&purchase, Error::PermitOfAnotherBuyer);
		purchase.permit.buyer = BOB.into();
		refused(&purchase, Error::PermitExpired);
		purchase.permit.expires_at_epoch = 7;
		refused(&purchase, Error::TaxTooHigh);
		purchase.permit.tax_basis_points = 0;
		refused(&purchase, Error::InvalidPermitSignature);
		purchase.signed = purchase.permit;
		refused(&purchase, Error::TooManyUnits);
		purchase.order.allow_partial = true;
		refused(&purchase, Error::PurchaseTooLarge);
		purchase.order.units = 50;
		refused(&purchase, Error::PriceAboveMaximum);
		purchase.order.price_per_deed_max = u128::MAX;
		refused(&purchase, Error::ExceedsUsdLimit);
		purchase.permit.usd_limit = 25_000;
		purchase.signed = purchase.permit;
		assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(BOB), ALICE, ENDOWMENT));
		refused(&purchase, Error::InsufficientR1);
	});
}
