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

/// What is on sale.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sale {
	/// The tier, from 1.
	pub tier: u8,
	/// Deeds sold from it.
	pub sold_in_tier: u32,
	/// Samples of the price of R1, in 10^-18 USD.
	pub price_samples: Vec<u128>,
}

/// What a deed has earned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Earned {
	/// R1 minted for the deed so far, in base units.
	pub claimed: u128,
	/// The first epoch that is not claimed.
	pub next_epoch: EpochIndex,
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

	/// What the network sells now.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn sale(&self) -> Result<Sale, QueryError> {
		let at = self.at_finalised().await?;
		Ok(Sale {
			tier: state::value(&at, "tier", storage::current_tier()).await?.unwrap_or(1),
			sold_in_tier: state::value(&at, "sold deeds", storage::sold_in_tier())
				.await?
				.unwrap_or(0),
			price_samples: state::value(&at, "price samples", storage::price_samples())
				.await?
				.unwrap_or_default(),
		})
	}

	/// What a deed has earned; `None` if it was never linked.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn earned(&self, deed: DeedId) -> Result<Option<Earned>, QueryError> {
		let at = self.at_finalised().await?;
		let account =
			state::entry(&at, "reward account", storage::reward_accounts(), (deed,)).await?;
		Ok(account
			.map(|account| Earned { claimed: account.claimed, next_epoch: account.next_epoch }))
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
