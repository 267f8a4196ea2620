// SPDX-License-Identifier: Apache-2.0

//! R1, USDC, and the pool in which one is swapped for the other.

#![allow(unexpected_cfgs, reason = "a macro of FRAME asks for a feature that this crate has not")]

use crate::{
	AccountId, Assets, Balance, Balances, PoolAssets, Runtime, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, System,
	constants::currency::{EXISTENTIAL_DEPOSIT, USDC_ASSET_ID, deposit},
};
use alloc::vec;
use frame_support::{
	PalletId,
	instances::{Instance1, Instance2},
	ord_parameter_types, parameter_types,
	traits::{
		AsEnsureOriginWithArg, ConstU32, ConstU128, NeverEnsureOrigin, VariantCountOf,
		fungible::{NativeFromLeft, NativeOrWithId, UnionOf},
		tokens::{fungible::ItemOf, imbalance::ResolveAssetTo},
	},
};
use frame_system::{EnsureRoot, EnsureSignedBy};
use pallet_asset_conversion::{AccountIdConverter, Ascending, Chain, WithFirstAsset};
use sp_runtime::{Permill, traits::AccountIdConversion};

impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type DoneSlashHandler = ();
	type DustRemoval = ();
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeEvent = RuntimeEvent;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

/// Deposit for an account of an asset that needs one: the bytes of an asset account.
const ASSET_ACCOUNT_DEPOSIT: Balance = deposit(1, 16);

/// Deposit for a set of metadata, without the bytes of its strings.
const METADATA_DEPOSIT_BASE: Balance = deposit(1, 68);

impl pallet_assets::Config<Instance1> for Runtime {
	type ApprovalDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AssetAccountDeposit = ConstU128<ASSET_ACCOUNT_DEPOSIT>;
	type AssetDeposit = ConstU128<{ deposit(1, 190) }>;
	type AssetId = u32;
	type AssetIdAllocator = ();
	type AssetIdParameter = codec::Compact<u32>;
	type Balance = Balance;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type CallbackHandle = ();
	// Assets are created at genesis or by governance: a lookalike USDC would only mislead.
	type CreateOrigin = AsEnsureOriginWithArg<NeverEnsureOrigin<AccountId>>;
	type Currency = Balances;
	type Extra = ();
	type ForceOrigin = EnsureRoot<AccountId>;
	type Freezer = ();
	type Holder = ();
	type MetadataDepositBase = ConstU128<METADATA_DEPOSIT_BASE>;
	type MetadataDepositPerByte = ConstU128<{ deposit(0, 1) }>;
	type RemoveItemsLimit = ConstU32<1000>;
	type ReserveData = ();
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
}

ord_parameter_types! {
	/// The account of pallet-asset-conversion, which alone creates liquidity tokens.
	pub const AssetConversionOrigin: AccountId =
		AccountIdConversion::<AccountId>::into_account_truncating(&AssetConversionPalletId::get());
}

impl pallet_assets::Config<Instance2> for Runtime {
	type ApprovalDeposit = ConstU128<0>;
	type AssetAccountDeposit = ConstU128<0>;
	type AssetDeposit = ConstU128<0>;
	type AssetId = u32;
	type AssetIdAllocator = ();
	type AssetIdParameter = codec::Compact<u32>;
	type Balance = Balance;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type CallbackHandle = ();
	type CreateOrigin =
		AsEnsureOriginWithArg<EnsureSignedBy<AssetConversionOrigin, sp_runtime::AccountId32>>;
	type Currency = Balances;
	type Extra = ();
	type ForceOrigin = EnsureRoot<AccountId>;
	type Freezer = ();
	type Holder = ();
	type MetadataDepositBase = ConstU128<0>;
	type MetadataDepositPerByte = ConstU128<0>;
	type RemoveItemsLimit = ConstU32<1000>;
	type ReserveData = ();
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
}

/// How the pool names what it holds: R1, or an asset by number.
pub type AssetKind = NativeOrWithId<u32>;

/// R1 and every asset of pallet-assets behind one interface.
pub type NativeAndAssets = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId>;

parameter_types! {
	pub const AssetConversionPalletId: PalletId = PalletId(*b"r1/swaps");
	pub const Native: AssetKind = NativeOrWithId::Native;
	/// What a pool costs its creator: the state of a pool and of its liquidity token.
	pub const PoolSetupFee: Balance = deposit(2, 300);
	/// 0.3 %, as is usual for constant-product pools.
	pub const LiquidityProviderFee: Permill = Permill::from_parts(3_000);
	/// The most that governance may set a pool's fee to.
	pub const SwapFeeMax: Permill = Permill::from_percent(1);
	pub const LiquidityWithdrawalFee: Permill = Permill::zero();
	pub const Usdc: u32 = USDC_ASSET_ID;
}

/// USDC alone, as a single currency.
pub type UsdcAsset = ItemOf<Assets, Usdc, AccountId>;

type PoolIdToAccountId = AccountIdConverter<AssetConversionPalletId, (AssetKind, AssetKind)>;

impl pallet_asset_conversion::Config for Runtime {
	type AdminOrigin = EnsureRoot<AccountId>;
	type AssetKind = AssetKind;
	type Assets = NativeAndAssets;
	type Balance = Balance;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = pallet_asset_conversion::NativeOrWithIdFactory<u32>;
	type HigherPrecisionBalance = sp_core::U256;
	type LPFee = LiquidityProviderFee;
	type LiquidityWithdrawalFee = LiquidityWithdrawalFee;
	type MaxSwapFee = SwapFeeMax;
	type MaxSwapPathLength = ConstU32<2>;
	type MintMinLiquidity = ConstU128<100>;
	type PalletId = AssetConversionPalletId;
	type PoolAssetId = u32;
	type PoolAssets = PoolAssets;
	type PoolId = (AssetKind, AssetKind);
	type PoolLocator = Chain<
		WithFirstAsset<Native, AccountId, AssetKind, PoolIdToAccountId>,
		Ascending<AccountId, AssetKind, PoolIdToAccountId>,
	>;
	type PoolSetupFee = PoolSetupFee;
	type PoolSetupFeeAsset = Native;
	type PoolSetupFeeTarget = ResolveAssetTo<AssetConversionOrigin, NativeAndAssets>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_asset_conversion::weights::SubstrateWeight<Runtime>;
}
