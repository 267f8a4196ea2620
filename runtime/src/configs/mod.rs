// SPDX-License-Identifier: Apache-2.0

//! The configuration of each pallet, in the order of the pallets' indices.

#[expect(
	clippy::arithmetic_side_effects,
	reason = "limits follow from constants, by shares of them"
)]
mod system;
mod consensus;
mod tokens;
mod fees;
mod nfts;
mod accounts;
mod node_deeds;
mod oracles;
mod validators;
mod availability;
mod poai;
mod burn;
mod learning;

pub use accounts::ProxyType;
pub use consensus::{EpochDuration, REPORTABLE_SESSIONS, VALIDATORS_MAX};
pub use system::RuntimeBlockWeights;
pub use tokens::{AssetKind, NativeAndAssets, UsdcAsset};
