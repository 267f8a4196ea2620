// SPDX-License-Identifier: Apache-2.0

//! USDC, and the pool of R1 and USDC: the real pallets, asked as the runtime asks them.

use super::{AssetConversion, Assets, Balances, PoolAssets, RuntimeEvent, SpotPrice, Test};
use frame_support::{
	PalletId, derive_impl,
	instances::{Instance1, Instance2},
	ord_parameter_types, parameter_types,
	traits::{
		AsEnsureOriginWithArg, ConstU32, ConstU128,
		fungible::{NativeFromLeft, NativeOrWithId, UnionOf},
		tokens::imbalance::ResolveAssetTo,
	},
};
use frame_system::{EnsureRoot, EnsureSigned, EnsureSignedBy};
use pallet_asset_conversion::{
	AccountIdConverter, AddLiquidityAsset, Ascending, Chain, MutateLiquidity, Swap, WithFirstAsset,
};
use r1_primitives::traits::{Liquidity, Market};
use sp_runtime::{AccountId32, DispatchError, Permill, traits::AccountIdConversion};

/// The number of USDC.
pub(crate) const USDC_ID: u32 = 1;

pub(crate) const R1_KIND: AssetKind = NativeOrWithId::Native;
pub(crate) const USDC_KIND: AssetKind = NativeOrWithId::WithId(USDC_ID);

// USDC.
#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config<Instance1> for Test {
	type AssetAccountDeposit = ConstU128<1>;
	type Balance = u128;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId32>>;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId32>;
}

// Shares in the pool, which only the pool creates, and for which nobody pays a deposit.
#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config<Instance2> for Test {
	type AssetAccountDeposit = ConstU128<0>;
	type AssetDeposit = ConstU128<0>;
	type Balance = u128;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSignedBy<PoolsAccount, AccountId32>>;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId32>;
}

ord_parameter_types! {
	pub const PoolsAccount: AccountId32 =
		AccountIdConversion::<AccountId32>::into_account_truncating(&PoolsPalletId::get());
}

/// How the pool names what it holds.
pub(crate) type AssetKind = NativeOrWithId<u32>;

type NativeAndAssets = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId32>;

type PoolIdToAccountId = AccountIdConverter<PoolsPalletId, (AssetKind, AssetKind)>;

parameter_types! {
	pub const PoolsPalletId: PalletId = PalletId(*b"r1/swaps");
	pub const Native: AssetKind = NativeOrWithId::Native;
	pub const UsdcId: u32 = USDC_ID;
	pub const PoolFee: Permill = Permill::from_parts(3_000);
	pub const NoFee: Permill = Permill::zero();
}

impl pallet_asset_conversion::Config for Test {
	type AdminOrigin = EnsureRoot<AccountId32>;
	type AssetKind = AssetKind;
	type Assets = NativeAndAssets;
	type Balance = u128;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = pallet_asset_conversion::NativeOrWithIdFactory<u32>;
	type HigherPrecisionBalance = sp_core::U256;
	type LPFee = PoolFee;
	type LiquidityWithdrawalFee = NoFee;
	type MaxSwapFee = PoolFee;
	type MaxSwapPathLength = ConstU32<2>;
	type MintMinLiquidity = ConstU128<100>;
	type PalletId = PoolsPalletId;
	type PoolAssetId = u32;
	type PoolAssets = PoolAssets;
	type PoolId = (AssetKind, AssetKind);
	type PoolLocator = Chain<
		WithFirstAsset<Native, AccountId32, AssetKind, PoolIdToAccountId>,
		Ascending<AccountId32, AssetKind, PoolIdToAccountId>,
	>;
	type PoolSetupFee = ConstU128<1>;
	type PoolSetupFeeAsset = Native;
	type PoolSetupFeeTarget = ResolveAssetTo<PoolsAccount, NativeAndAssets>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

/// The real pool, asked as the runtime asks it.
pub struct TestMarket;

impl TestMarket {
	fn swap(
		who: &AccountId32,
		path: [AssetKind; 2],
		amount: u128,
		minimum: u128,
	) -> Result<u128, DispatchError> {
		<AssetConversion as Swap<AccountId32>>::swap_exact_tokens_for_tokens(
			who.clone(),
			path.into(),
			amount,
			Some(minimum),
			who.clone(),
			false,
		)
	}
}

impl Market<AccountId32> for TestMarket {
	fn spot_price() -> Option<u128> {
		SpotPrice::get().unwrap_or_else(|| {
			let (reserve_r1, reserve_usdc) =
				AssetConversion::get_reserves(R1_KIND, USDC_KIND).ok()?;
			r1_math::price::spot_price(reserve_usdc, reserve_r1)
		})
	}

	fn swap_usdc_for_r1(
		who: &AccountId32,
		usdc: u128,
		r1_minimum: u128,
	) -> Result<u128, DispatchError> {
		Self::swap(who, [USDC_KIND, R1_KIND], usdc, r1_minimum)
	}

	fn swap_r1_for_usdc(
		who: &AccountId32,
		r1: u128,
		usdc_minimum: u128,
	) -> Result<u128, DispatchError> {
		Self::swap(who, [R1_KIND, USDC_KIND], r1, usdc_minimum)
	}

	fn add_liquidity(
		who: &AccountId32,
		offer: Liquidity,
		minimum: Liquidity,
		receiver: &AccountId32,
	) -> Result<Liquidity, DispatchError> {
		let (r1_before, usdc_before) = (Balances::free_balance(who), usdc_of(who));
		<AssetConversion as MutateLiquidity<AccountId32>>::add_liquidity(
			who,
			AddLiquidityAsset { asset: R1_KIND, amount_desired: offer.r1, amount_min: minimum.r1 },
			AddLiquidityAsset {
				asset: USDC_KIND,
				amount_desired: offer.usdc,
				amount_min: minimum.usdc,
			},
			receiver,
		)?;
		let r1 = r1_before - Balances::free_balance(who);
		Ok(Liquidity { r1, usdc: usdc_before - usdc_of(who) })
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for TestMarket {
	fn open_market() {
		// As the tests' pool is: deep enough for fifty deeds of the last tier.
		assert!(Self::spot_price().is_some(), "the builder opens the pool");
	}

	fn fill_history(_: r1_primitives::DeedId) {
		// The mock's ledger keeps no payments.
	}
}

/// What an account holds in USDC.
pub(crate) fn usdc_of(who: &AccountId32) -> u128 {
	Assets::balance(USDC_ID, who)
}

/// What an account holds of the pool.
pub(crate) fn pool_shares_of(who: &AccountId32) -> u128 {
	PoolAssets::balance(0, who)
}
