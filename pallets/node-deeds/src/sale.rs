// SPDX-License-Identifier: Apache-2.0

//! The sale: what is offered, who may buy it, and where the payment goes.

use crate::{Config, CurrentTier, Deed, Deeds, Error, Event, Issued, Offer, Pallet, SoldInTier};
use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use r1_math::node_deed::{self, PurchaseSplit};
use r1_primitives::{DeedId, traits::PriceInspect};
use sp_runtime::{DispatchResult, traits::Get};

/// A purchase that the sale can serve; only the buyer's balance is not yet looked at.
struct Purchase {
	first_deed: DeedId,
	last_deed: DeedId,
	price_per_deed: u128,
	payment: PurchaseSplit,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_buy(
		buyer: T::AccountId,
		units: u32,
		tier: u8,
		price_per_deed_max: u128,
	) -> DispatchResult {
		let purchase = Self::check_purchase(units, tier, price_per_deed_max)?;
		let Purchase { first_deed, last_deed, price_per_deed, payment } = purchase;

		Self::pay(&buyer, &payment)?;
		for deed in first_deed..=last_deed {
			Self::issue_item(deed, &buyer)?;
			Deeds::<T>::insert(deed, Deed::UNLINKED);
		}
		Self::set_issued(last_deed);

		let total = payment.total();
		Self::deposit_event(Event::DeedsBought {
			buyer,
			first_deed,
			units,
			tier,
			price_per_deed,
			total,
		});
		Ok(())
	}

	/// What the sale offers now.
	///
	/// # Errors
	///
	/// [`Error::AllDeedsSold`], [`Error::PriceUnavailable`] and [`Error::Overflow`]: nothing to
	/// offer, or no price to offer it at.
	pub(crate) fn current_offer() -> Result<Offer, Error<T>> {
		let (tier, sold) =
			node_deed::sale_position(Issued::<T>::get()).ok_or(Error::<T>::AllDeedsSold)?;
		let node_deed::Tier { units, price_usd } =
			node_deed::tier(tier).ok_or(Error::<T>::AllDeedsSold)?;
		let r1_price = Self::average_price().ok_or(Error::<T>::PriceUnavailable)?;
		let price_per_deed =
			node_deed::price_in_r1(price_usd, r1_price).ok_or(Error::<T>::Overflow)?;
		// Saturating: a position never holds more deeds sold than its tier has.
		Ok(Offer { tier, units_left: units.saturating_sub(sold), price_usd, price_per_deed })
	}

	fn check_purchase(
		units: u32,
		tier: u8,
		price_per_deed_max: u128,
	) -> Result<Purchase, Error<T>> {
		ensure!(units > 0, Error::<T>::ZeroUnits);
		ensure!(units <= T::DeedsPerPurchaseMax::get(), Error::<T>::PurchaseTooLarge);

		let offer = Self::current_offer()?;
		ensure!(tier == offer.tier, Error::<T>::WrongPriceTier);
		ensure!(units <= offer.units_left, Error::<T>::TooManyUnits);
		let price_per_deed = offer.price_per_deed;
		ensure!(price_per_deed <= price_per_deed_max, Error::<T>::PriceAboveMaximum);

		let issued = Issued::<T>::get();
		let first_deed = issued.checked_add(1).ok_or(Error::<T>::Overflow)?;
		let last_deed = issued.checked_add(units).ok_or(Error::<T>::Overflow)?;
		let amount = price_per_deed.checked_mul(units.into()).ok_or(Error::<T>::Overflow)?;
		let payment = node_deed::split_purchase(amount);
		Ok(Purchase { first_deed, last_deed, price_per_deed, payment })
	}

	/// Takes a payment from the buyer, whose account stays alive.
	fn pay(buyer: &T::AccountId, payment: &PurchaseSplit) -> DispatchResult {
		let spendable = <T as Config>::Currency::reducible_balance(
			buyer,
			Preservation::Preserve,
			Fortitude::Polite,
		);
		ensure!(payment.total() <= spendable, Error::<T>::InsufficientR1);

		<T as Config>::Currency::burn_from(
			buyer,
			payment.burned,
			Preservation::Preserve,
			Precision::Exact,
			Fortitude::Polite,
		)?;
		for (receiver, amount) in [
			(T::LiquidityAccount::get(), payment.liquidity),
			(T::CompanyAccount::get(), payment.company),
		] {
			<T as Config>::Currency::transfer(buyer, &receiver, amount, Preservation::Preserve)?;
		}
		Ok(())
	}

	/// Records how many deeds are issued, and what follows from it.
	pub(crate) fn set_issued(issued: u32) {
		let (tier, sold) = Self::published_position(issued);
		Issued::<T>::put(issued);
		CurrentTier::<T>::put(tier);
		SoldInTier::<T>::put(sold);
	}

	/// The tier on sale and the deeds sold of it, in the form in which clients read it.
	pub(crate) fn published_position(issued: u32) -> (u8, u32) {
		// Saturating: the last tier's number is far below the limit.
		node_deed::sale_position(issued).unwrap_or((node_deed::LAST_TIER.saturating_add(1), 0))
	}
}
