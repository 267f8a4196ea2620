// SPDX-License-Identifier: Apache-2.0

//! What deeds were paid for availability, and what a claim would pay.

use crate::{
	Chain, QueryError,
	client::QUERIES_AT_ONCE,
	state, storage,
	view::{constant, view},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use r1_primitives::{DeedId, EpochIndex};
use std::collections::BTreeMap;
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType};

/// A deed's account of rewards.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RewardAccount {
	/// R1 that was released so far, in base units: paid and withheld together.
	pub released: u128,
	/// The part of it that is withheld until the network's adoption allows it.
	pub withheld: u128,
	/// The first epoch that is not claimed.
	pub next_epoch: EpochIndex,
	/// How many payments there were.
	pub payments: u32,
}

/// One payment of rewards, made or to be made.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Payment {
	/// The first epoch of the run.
	pub from_epoch: EpochIndex,
	/// The end of the run: the first epoch that is not part of it.
	pub to_epoch: EpochIndex,
	/// R1 that is minted, in base units.
	pub amount: u128,
	/// The part of it that was withheld before.
	pub carry_over: u128,
	/// R1 that is withheld for now.
	pub withheld: u128,
}

impl Chain {
	/// The account of rewards of every deed that was ever linked.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn reward_accounts(&self) -> Result<BTreeMap<DeedId, RewardAccount>, QueryError> {
		let at = self.at_finalised().await?;
		let accounts =
			state::entries(&at, "reward accounts", storage::reward_accounts(), ()).await?;
		Ok(accounts.into_iter().map(|((deed,), account)| (deed, account.into())).collect())
	}

	/// What a claim of each deed alone would pay now; `None` for a deed that may not be claimed.
	///
	/// Covers at most `epochs_max` epochs, and no more than one claim of the deed may.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn claimable(
		&self,
		deeds: &[DeedId],
		epochs_max: u32,
	) -> Result<Vec<(DeedId, Option<Payment>)>, QueryError> {
		let at = self.at_finalised().await?;
		let payment = async |deed: DeedId| {
			let arguments = vec![Value::u128(deed.into()), Value::u128(epochs_max.into())];
			Ok((deed, view(&at, "Availability", "claimable", arguments).await?))
		};
		stream::iter(deeds.iter().copied().map(payment))
			.buffered(QUERIES_AT_ONCE)
			.try_collect()
			.await
	}

	/// How many deeds one claim may name.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime has no such limit.
	pub async fn deeds_per_claim_max(&self) -> Result<u32, QueryError> {
		constant(&self.at_finalised().await?, "Availability", "DeedsPerClaimMax")
	}

	/// The most epochs that one claim of these deeds may ask for; 0 if they are too many for any
	/// claim.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime refuses more deeds than one claim may name.
	pub async fn epochs_per_claim_max(&self, deeds: &[DeedId]) -> Result<u32, QueryError> {
		let at = self.at_finalised().await?;
		let deeds = deeds.iter().map(|deed| Value::u128((*deed).into()));
		let arguments = vec![Value::unnamed_composite(deeds)];
		view(&at, "Availability", "epochs_per_claim_max", arguments).await
	}

	/// The newest payments of a deed with their numbers, newest first, as far as the chain's state
	/// remembers; the events remember all.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn recent_payments(&self, deed: DeedId) -> Result<Vec<(u32, Payment)>, QueryError> {
		let at = self.at_finalised().await?;
		let kept: u32 = constant(&at, "Availability", "PaymentsKept")?;
		let before = Value::unnamed_variant("None", []);
		let arguments = vec![Value::u128(deed.into()), before, Value::u128(kept.into())];
		view(&at, "Availability", "history", arguments).await
	}
}

impl From<storage::RewardAccount> for RewardAccount {
	fn from(account: storage::RewardAccount) -> Self {
		let storage::RewardAccount { released, withheld, next_epoch, payments } = account;
		Self { released, withheld, next_epoch, payments }
	}
}
