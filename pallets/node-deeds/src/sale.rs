// SPDX-License-Identifier: Apache-2.0

//! The sale: what is offered, who may buy it, and for how much.

use crate::{
	Config, CurrentTier, Error, Event, IsPaused, NodeDeedsSold, Offer, Pallet, PermitIssuers,
	PurchaseOrder, SoldInTier, UsdBought, UsedInvoices,
};
use frame_support::ensure;
use r1_math::{
	BASIS_POINTS,
	node_deed::{self, Tier},
	purchase::Invoice,
};
use r1_primitives::{
	DeedTerms, PurchasePermit, SignedBody,
	traits::{AdoptionLedger, CurrentEpoch, PriceInspect},
};
use sp_runtime::{
	DispatchError, MultiSignature,
	traits::{Get, Verify},
};

/// The tier on sale.
struct TierOnSale {
	number: u8,
	units_left: u32,
	price_usd: u32,
}

/// A purchase that the sale can serve; only the buyer's balance and the pool are not looked at.
pub(crate) struct Purchase {
	pub(crate) units: u32,
	pub(crate) price_usd: u32,
	pub(crate) price_per_deed: u128,
	/// Median price of one R1, in 10^-18 USD.
	pub(crate) r1_price: u128,
	pub(crate) invoice: Invoice,
}

impl<T: Config> Pallet<T> {
	/// Sells deeds; returns how many.
	pub(crate) fn do_buy(
		buyer: T::AccountId,
		order: PurchaseOrder,
		permit: PurchasePermit,
		issuer: &T::AccountId,
		signature: &MultiSignature,
	) -> Result<u32, DispatchError> {
		Self::ensure_not_paused()?;
		let tier = Self::tier_on_sale()?;
		ensure!(order.tier == tier.number, Error::<T>::WrongPriceTier);
		ensure!(order.units > 0, Error::<T>::ZeroUnits);
		Self::check_permit(&buyer, &permit, issuer, signature)?;
		let purchase = Self::check_order(&order, &tier, permit.tax_basis_points)?;
		let usd_bought = Self::check_usd_limit(&buyer, &purchase, permit.usd_limit)?;

		UsedInvoices::<T>::insert(permit.invoice, ());
		UsdBought::<T>::insert(&buyer, usd_bought);
		Self::pay(&buyer, &purchase)?;
		let Purchase { units, price_per_deed, invoice, .. } = purchase;
		let first_deed = Self::issue(DeedTerms::Node, &buyer)?;
		for _ in 1..units {
			Self::issue(DeedTerms::Node, &buyer)?;
		}
		let sold = NodeDeedsSold::<T>::get().checked_add(units).ok_or(Error::<T>::Overflow)?;
		Self::set_sold(sold);
		T::Adoption::on_deeds_sold(units);

		Self::deposit_event(Event::DeedsBought {
			buyer,
			invoice: permit.invoice,
			first_deed,
			units,
			tier: tier.number,
			price_per_deed,
			total: invoice.total(),
			tax: invoice.tax,
		});
		Ok(units)
	}

	/// What the sale offers now.
	///
	/// # Errors
	///
	/// [`Error::AllDeedsSold`], [`Error::PriceUnavailable`] and [`Error::Overflow`]: nothing to
	/// offer, or no price to offer it at.
	pub(crate) fn current_offer() -> Result<Offer, Error<T>> {
		let TierOnSale { number, units_left, price_usd } = Self::tier_on_sale()?;
		let (_, price_per_deed) = Self::price_of(price_usd)?;
		Ok(Offer { tier: number, units_left, price_usd, price_per_deed })
	}

	/// Records how many Node Deeds are sold, and what follows from it.
	pub(crate) fn set_sold(sold: u32) {
		let (tier, sold_in_tier) = Self::published_position(sold);
		NodeDeedsSold::<T>::put(sold);
		CurrentTier::<T>::put(tier);
		SoldInTier::<T>::put(sold_in_tier);
	}

	/// The tier on sale and the deeds sold of it, in the form in which clients read it.
	pub(crate) fn published_position(sold: u32) -> (u8, u32) {
		// Saturating: the last tier's number is far below the limit.
		node_deed::sale_position(sold).unwrap_or((node_deed::LAST_TIER.saturating_add(1), 0))
	}

	pub(crate) fn ensure_not_paused() -> Result<(), Error<T>> {
		ensure!(!IsPaused::<T>::get(), Error::<T>::Paused);
		Ok(())
	}

	fn tier_on_sale() -> Result<TierOnSale, Error<T>> {
		let (number, sold) =
			node_deed::sale_position(NodeDeedsSold::<T>::get()).ok_or(Error::<T>::AllDeedsSold)?;
		let Tier { units, price_usd } = node_deed::tier(number).ok_or(Error::<T>::AllDeedsSold)?;
		// Saturating: a position never holds more deeds sold than its tier has.
		Ok(TierOnSale { number, units_left: units.saturating_sub(sold), price_usd })
	}

	/// The median price of R1 and, at it, the price of one deed in R1.
	fn price_of(price_usd: u32) -> Result<(u128, u128), Error<T>> {
		let r1_price = Self::median_price().ok_or(Error::<T>::PriceUnavailable)?;
		let in_r1 = node_deed::price_in_r1(price_usd, r1_price).ok_or(Error::<T>::Overflow)?;
		Ok((r1_price, in_r1))
	}

	/// Checks that an issuer gave the buyer this permit, and that it is still good.
	fn check_permit(
		buyer: &T::AccountId,
		permit: &PurchasePermit,
		issuer: &T::AccountId,
		signature: &MultiSignature,
	) -> Result<(), Error<T>> {
		ensure!(!UsedInvoices::<T>::contains_key(permit.invoice), Error::<T>::InvoiceAlreadyUsed);
		ensure!(PermitIssuers::<T>::get().contains(issuer), Error::<T>::UnknownPermitIssuer);
		ensure!(<[u8; 32]>::from(buyer.clone()) == permit.buyer, Error::<T>::PermitOfAnotherBuyer);
		let epoch = T::Epochs::current_epoch();
		ensure!(epoch <= permit.expires_at_epoch, Error::<T>::PermitExpired);
		ensure!(permit.tax_basis_points <= BASIS_POINTS, Error::<T>::TaxTooHigh);
		let payload = permit.signing_payload(&Self::genesis_hash());
		ensure!(signature.verify(payload.as_slice(), issuer), Error::<T>::InvalidPermitSignature);
		Ok(())
	}

	fn check_order(
		order: &PurchaseOrder,
		tier: &TierOnSale,
		tax_basis_points: u16,
	) -> Result<Purchase, Error<T>> {
		ensure!(order.allow_partial || order.units <= tier.units_left, Error::<T>::TooManyUnits);
		let units = order.units.min(tier.units_left);
		ensure!(units <= T::DeedsPerPurchaseMax::get(), Error::<T>::PurchaseTooLarge);

		let price_usd = tier.price_usd;
		let (r1_price, price_per_deed) = Self::price_of(price_usd)?;
		ensure!(price_per_deed <= order.price_per_deed_max, Error::<T>::PriceAboveMaximum);
		let invoice =
			Invoice::new(price_per_deed, units, tax_basis_points).ok_or(Error::<T>::Overflow)?;
		Ok(Purchase { units, price_usd, price_per_deed, r1_price, invoice })
	}

	/// What the buyer will have bought for over its life, if that is within the limit.
	fn check_usd_limit(
		buyer: &T::AccountId,
		purchase: &Purchase,
		usd_limit: u32,
	) -> Result<u32, Error<T>> {
		purchase
			.price_usd
			.checked_mul(purchase.units)
			.and_then(|usd| usd.checked_add(UsdBought::<T>::get(buyer)))
			.filter(|usd| *usd <= usd_limit)
			.ok_or(Error::<T>::ExceedsUsdLimit)
	}
}
