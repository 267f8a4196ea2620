// SPDX-License-Identifier: Apache-2.0

//! Where the R1 of a purchase goes: into the pool, up in smoke, and as USDC to the company and the
//! tax office.
//!
//! All of it goes through the pallet's own account, in the order of the deployed contracts, because
//! each swap moves the pool's price for the next.

use crate::{Config, Error, Event, LiquidityShare, Pallet, sale::Purchase};
use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use r1_math::{
	node_deed, price,
	purchase::{self, LiquiditySplit, Proceeds},
};
use r1_primitives::traits::{Liquidity, Market};
use sp_runtime::{DispatchResult, traits::Get};

impl<T: Config> Pallet<T> {
	/// Takes the payment for a purchase from the buyer, whose account stays alive.
	pub(crate) fn pay(buyer: &T::AccountId, purchase: &Purchase) -> DispatchResult {
		let Purchase { invoice, r1_price, .. } = *purchase;
		let spendable = <T as Config>::Currency::reducible_balance(
			buyer,
			Preservation::Preserve,
			Fortitude::Polite,
		);
		ensure!(invoice.total() <= spendable, Error::<T>::InsufficientR1);
		let account = Self::account_id();
		<T as Config>::Currency::transfer(
			buyer,
			&account,
			invoice.total(),
			Preservation::Preserve,
		)?;

		let split = node_deed::split_purchase(invoice.taxable);
		Self::provide_liquidity(&account, split.liquidity, r1_price)?;
		<T as Config>::Currency::burn_from(
			&account,
			split.burned,
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Polite,
		)?;
		Self::pay_proceeds(&account, split.company, purchase)
	}

	/// Puts a part of the liquidity into the pool, and reserves the rest in USDC.
	fn provide_liquidity(
		account: &T::AccountId,
		liquidity: u128,
		r1_price: u128,
	) -> DispatchResult {
		let LiquiditySplit { half, reserved } =
			purchase::split_liquidity(liquidity, LiquidityShare::<T>::get());
		let receiver = T::LiquidityAccount::get();

		if let Some(usdc) = Self::swap(account, half, r1_price)? {
			Self::add_to_pool(account, half, usdc, &receiver)?;
		}
		if let Some(usdc) = Self::swap(account, reserved, r1_price)? {
			Self::hand_over_usdc(account, &receiver, usdc)?;
			Self::deposit_event(Event::LiquidityReserved { usdc });
		}
		Ok(())
	}

	/// Puts R1 and the USDC that as much R1 was swapped for into the pool; what the pool does not
	/// take goes to the liquidity account.
	fn add_to_pool(
		account: &T::AccountId,
		r1: u128,
		usdc: u128,
		receiver: &T::AccountId,
	) -> DispatchResult {
		// Saturating: an offer of nothing is not made. Pools take no more than leaves the account
		// alive, so that its least balance is not offered.
		let offered_usdc = usdc.saturating_sub(T::Usdc::minimum_balance());
		let mut used = Liquidity::default();
		if offered_usdc > 0 {
			let slippage = T::SlippageBasisPoints::get();
			let offer = Liquidity { r1, usdc: offered_usdc };
			let minimum = Liquidity {
				r1: price::minimum_output(offer.r1, slippage),
				usdc: price::minimum_output(offer.usdc, slippage),
			};
			used = T::Market::add_liquidity(account, offer, minimum, receiver)
				.map_err(|_| Error::<T>::AddingLiquidityFailed)?;
			Self::deposit_event(Event::LiquidityAdded { r1: used.r1, usdc: used.usdc });
		}
		let r1_left = r1.checked_sub(used.r1).ok_or(Error::<T>::Overflow)?;
		let usdc_left = usdc.checked_sub(used.usdc).ok_or(Error::<T>::Overflow)?;
		Self::hand_over_r1(account, receiver, r1_left)?;
		Self::hand_over_usdc(account, receiver, usdc_left)
	}

	/// Swaps the company's part and the tax at once, and pays out what they yield.
	fn pay_proceeds(account: &T::AccountId, company: u128, purchase: &Purchase) -> DispatchResult {
		let tax = purchase.invoice.tax;
		let both = company.checked_add(tax).ok_or(Error::<T>::Overflow)?;
		let usdc = Self::swap(account, both, purchase.r1_price)?.unwrap_or(0);
		let Proceeds { company, tax } =
			purchase::split_proceeds(usdc, company, tax).ok_or(Error::<T>::Overflow)?;
		let minimum = purchase::minimum_company_usdc(purchase.price_usd, purchase.units);
		ensure!(company >= minimum, Error::<T>::CompanyShareTooLow);

		Self::hand_over_usdc(account, &T::CompanyAccount::get(), company)?;
		Self::hand_over_usdc(account, &T::TaxAccount::get(), tax)?;
		Self::deposit_event(Event::ProceedsPaid { company, tax });
		Ok(())
	}

	/// Swaps R1 of the pallet's account, for what it is worth at the median price less the
	/// slippage.
	///
	/// `None` if that is less than one base unit of USDC. So little cannot be swapped and is no
	/// reason to refuse a purchase: it stays in the account, as what is lost to rounding does.
	fn swap(account: &T::AccountId, r1: u128, r1_price: u128) -> Result<Option<u128>, Error<T>> {
		let worth = price::r1_to_usdc(r1, r1_price).ok_or(Error::<T>::Overflow)?;
		let minimum = price::minimum_output(worth, T::SlippageBasisPoints::get());
		if minimum == 0 {
			return Ok(None);
		}
		T::Market::swap_r1_for_usdc(account, r1, minimum)
			.map(Some)
			.map_err(|_| Error::<T>::SwapFailed)
	}

	fn hand_over_r1(
		account: &T::AccountId,
		receiver: &T::AccountId,
		amount: u128,
	) -> DispatchResult {
		if amount > 0 {
			<T as Config>::Currency::transfer(account, receiver, amount, Preservation::Expendable)?;
		}
		Ok(())
	}

	fn hand_over_usdc(
		account: &T::AccountId,
		receiver: &T::AccountId,
		amount: u128,
	) -> DispatchResult {
		if amount > 0 {
			T::Usdc::transfer(account, receiver, amount, Preservation::Expendable)?;
		}
		Ok(())
	}
}
