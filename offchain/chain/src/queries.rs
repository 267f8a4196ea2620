// SPDX-License-Identifier: Apache-2.0

//! What people ask about, beyond what the services follow.

use crate::{Chain, QueryError, state, storage};
use r1_core::Account;
use r1_primitives::{DeedId, EpochIndex};
use std::collections::BTreeMap;

/// Number of USDC in pallet-assets.
const USDC_ASSET: u32 = 1;

/// What an account has, in base units.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Balances {
	/// R1 that can be spent.
	pub r1: u128,
	/// USDC.
	pub usdc: u128,
	/// USDC in the account's escrow that no job holds.
	pub escrow_free: u128,
	/// USDC earned by the account's deeds and not claimed.
	pub accrued: u128,
}

impl Chain {
	/// Balances of an account.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn balances(&self, account: Account) -> Result<Balances, QueryError> {
		let at = self.at_finalised().await?;
		let r1 = state::entry(&at, "account", storage::account(), (account,)).await?;
		let usdc =
			state::entry(&at, "USDC", storage::asset_account(), (USDC_ASSET, account)).await?;
		let escrow = state::entry(&at, "escrow", storage::escrows(), (account,)).await?;
		let accrued = state::entry(&at, "accrued rewards", storage::accrued(), (account,)).await?;
		Ok(Balances {
			r1: r1.map_or(0, |info| info.data.free),
			usdc: usdc.map_or(0, |account| account.balance),
			escrow_free: escrow.map_or(0, |escrow| escrow.free),
			accrued: accrued.unwrap_or(0),
		})
	}

	/// All R1 in existence, in base units.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn issuance(&self) -> Result<u128, QueryError> {
		let at = self.at_finalised().await?;
		Ok(state::value(&at, "issuance", storage::issuance()).await?.unwrap_or(0))
	}

	/// The agreed availability of every deed in one epoch; empty if the oracles did not agree.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn availability(
		&self,
		epoch: EpochIndex,
	) -> Result<BTreeMap<DeedId, u8>, QueryError> {
		state::availability_of(&self.at_finalised().await?, epoch).await
	}
}
