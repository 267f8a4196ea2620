// SPDX-License-Identifier: Apache-2.0

//! What is known of a deed, and what a link of it needs.

use super::RewardAccount;
use crate::{
	Chain, QueryError,
	client::{AtBlock, QUERIES_AT_ONCE},
	events::Owner,
	state, storage,
	view::{constant, view},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use r1_core::DeedKind;
use r1_primitives::{DeedId, EpochIndex};
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType};

/// Everything that the chain knows of one deed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeedDetails {
	/// What kind it is.
	pub kind: DeedKind,
	/// What a Master Deed may release over its life, in base units of R1.
	pub allocation: Option<u128>,
	/// The epoch in which the release curve of a Master Deed starts.
	pub first_epoch: Option<EpochIndex>,
	/// Who owns it; `None` if it was burned.
	pub owner: Option<Owner>,
	/// The node that it is linked to.
	pub node: Option<Owner>,
	/// Whether it was banned.
	pub is_banned: bool,
	/// Unix time of its last link, in seconds; 0 if there was none.
	pub linked_at_secs: u64,
	/// Unix time from which on it may be linked again, in seconds; 0 if it was never linked.
	pub may_be_linked_from_secs: u64,
	/// Its account of rewards; `None` if it was never linked.
	pub rewards: Option<RewardAccount>,
	/// What it can still be paid, in base units of R1.
	pub remaining: Option<u128>,
}

/// A deed as the runtime describes it.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct RawDetails {
	terms: storage::DeedTerms,
	owner: Option<Owner>,
	node: Option<Owner>,
	is_banned: bool,
	linked_at_secs: u64,
	may_be_linked_from_secs: u64,
}

impl Chain {
	/// Everything that the chain knows of a deed; `None` if it was never issued.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn deed(&self, deed: DeedId) -> Result<Option<DeedDetails>, QueryError> {
		let at = self.at_finalised().await?;
		let Some(details) = details(&at, deed).await? else { return Ok(None) };
		let (allocation, first_epoch) = details.terms.curve().unzip();
		let account =
			state::entry(&at, "reward account", storage::reward_accounts(), (deed,)).await?;
		let number = vec![Value::u128(deed.into())];
		Ok(Some(DeedDetails {
			kind: details.terms.kind(),
			allocation,
			first_epoch,
			owner: details.owner,
			node: details.node,
			is_banned: details.is_banned,
			linked_at_secs: details.linked_at_secs,
			may_be_linked_from_secs: details.may_be_linked_from_secs,
			rewards: account.map(RewardAccount::from),
			remaining: view(&at, "Availability", "remaining", number).await?,
		}))
	}

	/// Unix time of the last link of each deed, in seconds; 0 if there was none, and `None` if the
	/// deed was never issued.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn last_linked_at_secs(
		&self,
		deeds: &[DeedId],
	) -> Result<Vec<(DeedId, Option<u64>)>, QueryError> {
		let at = self.at_finalised().await?;
		let last_link = async |deed: DeedId| {
			let details = details(&at, deed).await?;
			Ok((deed, details.map(|details| details.linked_at_secs)))
		};
		stream::iter(deeds.iter().copied().map(last_link))
			.buffered(QUERIES_AT_ONCE)
			.try_collect()
			.await
	}

	/// How many links one batch may hold.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime has no such limit.
	pub async fn links_per_batch_max(&self) -> Result<u32, QueryError> {
		constant(&self.at_finalised().await?, "NodeDeeds", "LinksPerBatchMax")
	}
}

/// A deed at a block; `None` if it was never issued.
async fn details(at_block: &AtBlock, deed: DeedId) -> Result<Option<RawDetails>, QueryError> {
	view(at_block, "NodeDeeds", "deed", vec![Value::u128(deed.into())]).await
}
