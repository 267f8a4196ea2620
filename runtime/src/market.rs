// SPDX-License-Identifier: Apache-2.0

//! The pool of R1 and USDC, as pallets see it.

use crate::{
	AccountId, AssetConversion, Assets, Balance, Balances, configs::AssetKind,
	constants::currency::USDC_ASSET_ID,
};
use frame_support::traits::{
	fungible::{Inspect as _, NativeOrWithId},
	fungibles::Inspect as _,
	tokens::{Fortitude, Preservation},
};
use pallet_asset_conversion::{AddLiquidityAsset, MutateLiquidity, Swap};
use r1_primitives::traits::{Liquidity, Market};
use sp_runtime::DispatchError;

const R1: AssetKind = NativeOrWithId::Native;
const USDC: AssetKind = NativeOrWithId::WithId(USDC_ASSET_ID);

/// The pool that pallet-asset-conversion keeps for R1 and USDC.
#[derive(Debug)]
pub struct Pool;

impl Pool {
	/// Swaps all of `amount`, even if that empties the account.
	fn swap(
		who: &AccountId,
		path: [AssetKind; 2],
		amount: Balance,
		minimum: Balance,
	) -> Result<Balance, DispatchError> {
		<AssetConversion as Swap<AccountId>>::swap_exact_tokens_for_tokens(
			who.clone(),
			path.into(),
			amount,
			Some(minimum),
			who.clone(),
			false,
		)
	}

	/// What an account could put into the pool, whose calls never let an account die.
	fn spendable(who: &AccountId) -> Liquidity {
		let (preserve, polite) = (Preservation::Preserve, Fortitude::Polite);
		Liquidity {
			r1: Balances::reducible_balance(who, preserve, polite),
			usdc: Assets::reducible_balance(USDC_ASSET_ID, who, preserve, polite),
		}
	}
}

impl Market<AccountId> for Pool {
	fn spot_price() -> Option<u128> {
		let (reserve_r1, reserve_usdc) = AssetConversion::get_reserves(R1, USDC).ok()?;
		r1_math::price::spot_price(reserve_usdc, reserve_r1)
	}

	fn swap_usdc_for_r1(
		who: &AccountId,
		usdc: u128,
		r1_minimum: u128,
	) -> Result<u128, DispatchError> {
		Self::swap(who, [USDC, R1], usdc, r1_minimum)
	}

	fn swap_r1_for_usdc(
		who: &AccountId,
		r1: u128,
		usdc_minimum: u128,
	) -> Result<u128, DispatchError> {
		Self::swap(who, [R1, USDC], r1, usdc_minimum)
	}

	fn add_liquidity(
		who: &AccountId,
		offer: Liquidity,
		minimum: Liquidity,
		receiver: &AccountId,
	) -> Result<Liquidity, DispatchError> {
		let before = Self::spendable(who);
		// The last unit of USDC keeps the account of USDC alive, so an offer of everything is an
		// offer of one unit less.
		let (r1, usdc) = (offer.r1.min(before.r1), offer.usdc.min(before.usdc));
		<AssetConversion as MutateLiquidity<AccountId>>::add_liquidity(
			who,
			AddLiquidityAsset { asset: R1, amount_desired: r1, amount_min: minimum.r1 },
			AddLiquidityAsset { asset: USDC, amount_desired: usdc, amount_min: minimum.usdc },
			receiver,
		)?;
		let after = Self::spendable(who);
		Ok(Liquidity {
			// Saturating: adding liquidity only takes.
			r1: before.r1.saturating_sub(after.r1),
			usdc: before.usdc.saturating_sub(after.usdc),
		})
	}
}
