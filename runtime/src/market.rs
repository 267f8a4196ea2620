// SPDX-License-Identifier: Apache-2.0

//! The pool of R1 and USDC, as pallets see it.

use crate::{
	AccountId, AssetConversion, Balance, configs::AssetKind, constants::currency::USDC_ASSET_ID,
};
use frame_support::traits::fungible::NativeOrWithId;
use pallet_asset_conversion::Swap;
use r1_primitives::traits::Market;
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
}
