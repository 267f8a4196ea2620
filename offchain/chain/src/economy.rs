// SPDX-License-Identifier: Apache-2.0

//! Prices, deeds, rewards and burns as the chain itself computes them.
//!
//! What the runtime computes is asked of its view functions. Two of its rules are repeated here,
//! because it has no function for them: the average of the samples of R1's price, and how many
//! epochs fit into one claim.

#![allow(
	missing_debug_implementations,
	unused_imports,
	reason = "the derive makes a visitor and an import for each type"
)]

use crate::{
	Chain, QueryError,
	events::Owner,
	state, storage,
	view::{constant, view},
};
use r1_core::{Account, DeedKind};
use r1_primitives::{DeedId, EpochIndex, page_of};
use sp_crypto_hashing::keccak_256;
use std::collections::{BTreeMap, BTreeSet};
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType};

/// What is on sale, and what some of it costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Price {
	/// Average price of one R1, in 10^-18 USD; `None` before the first sample.
	pub r1_price_usd: Option<u128>,
	/// The tier on sale; `None` without a price, or if every deed is sold.
	pub offer: Option<Offer>,
	/// What was asked for; `None` if there is no offer, or it costs more than can be written.
	pub quote: Option<Quote>,
}

/// What the sale offers.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Offer {
	/// The tier on sale, counted from 1.
	pub tier: u8,
	/// Deeds left in the tier.
	pub units_left: u32,
	/// Price of one deed in whole US dollars.
	pub price_usd: u32,
	/// Price of one deed in base units of R1, at the average price of R1.
	pub price_per_deed: u128,
}

/// What a purchase would cost, in base units of R1.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Quote {
	/// Deeds that one purchase can get: those asked for, or what the tier or a purchase holds.
	pub units: u32,
	/// Price of one deed, without tax.
	pub price_per_deed: u128,
	/// Price of all, without tax.
	pub taxable: u128,
	/// The tax.
	pub tax: u128,
	/// Everything that the buyer pays.
	pub total: u128,
}

/// Everything that the chain knows of one deed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeedDetails {
	/// What kind it is.
	pub kind: DeedKind,
	/// What a Master Node Deed may release over its life, in base units of R1.
	pub allocation: Option<u128>,
	/// The epoch in which the release curve of a Master Node Deed starts.
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

/// Lists of checkpoints from which adoption follows: deeds sold, and work paid for.
const ADOPTION_LISTS: usize = 2;

/// How much one claim may hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClaimLimits {
	/// Deeds.
	pub deeds_max: u32,
	/// Pages of the table of availability and checkpoints of adoption that are read.
	pub reads_max: u32,
	/// Epochs, counted once for each deed.
	pub settlements_max: u32,
}

impl ClaimLimits {
	/// The most epochs that a claim of some deeds may ask for; at least one.
	///
	/// The chain counts, in each epoch, every deed, every page with one of them, and a checkpoint
	/// of each list of adoption.
	#[must_use]
	pub fn epochs_max(&self, deeds: &[DeedId]) -> u32 {
		let named = deeds.iter().collect::<BTreeSet<_>>().len();
		let pages = deeds
			.iter()
			.filter_map(|deed| page_of(*deed))
			.map(|(page, _)| page)
			.collect::<BTreeSet<_>>()
			.len();
		let share = |most: u32, of: usize| most / u32::try_from(of.max(1)).unwrap_or(u32::MAX);
		let reads = pages.saturating_add(ADOPTION_LISTS);
		share(self.reads_max, reads).min(share(self.settlements_max, named)).max(1)
	}
}

/// An application that R1 is burned for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Application {
	/// Its short name, which its id is made of.
	pub slug: String,
	/// Its name.
	pub name: String,
	/// Who registered it.
	pub creator: Owner,
	/// What the creator deposited, in base units of R1.
	pub deposit: u128,
	/// What was burned for it, in base units of R1.
	pub total: u128,
}

/// All that was burned by choice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Burns {
	/// R1 that was burned, in base units.
	pub total: u128,
	/// Every application, those that most was burned for first.
	pub applications: Vec<Application>,
	/// Those who burned most, the greatest first, and how much each did.
	pub burners: Vec<(Owner, u128)>,
}

/// The id of an application: the Keccak-256 hash of its slug.
#[must_use]
pub fn application_id(slug: &str) -> [u8; 32] {
	keccak_256(slug.as_bytes())
}

impl Chain {
	/// What is on sale, and what `units` deeds would cost with tax.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn price(&self, units: u32, tax_basis_points: u16) -> Result<Price, QueryError> {
		let at = self.at_finalised().await?;
		let samples = state::value(&at, "price samples", storage::price_samples()).await?;
		let samples = samples.unwrap_or_default();
		let arguments = vec![Value::u128(units.into()), Value::u128(tax_basis_points.into())];
		Ok(Price {
			r1_price_usd: samples.iter().sum::<u128>().checked_div(samples.len() as u128),
			offer: view(&at, "NodeDeeds", "offer", Vec::new()).await?,
			quote: view(&at, "NodeDeeds", "quote", arguments).await?,
		})
	}

	/// The tier that is on sale, from 1.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn tier(&self) -> Result<u8, QueryError> {
		let at = self.at_finalised().await?;
		Ok(state::value(&at, "tier", storage::current_tier()).await?.unwrap_or(1))
	}

	/// Everything that the chain knows of a deed; `None` if it was never issued.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn deed(&self, deed: DeedId) -> Result<Option<DeedDetails>, QueryError> {
		let at = self.at_finalised().await?;
		let number = || vec![Value::u128(deed.into())];
		let details: Option<RawDetails> = view(&at, "NodeDeeds", "deed", number()).await?;
		let Some(details) = details else { return Ok(None) };
		let (kind, allocation, first_epoch) = match details.terms {
			storage::DeedTerms::Node => (DeedKind::Node, None, None),
			storage::DeedTerms::Master { allocation, first_epoch } => {
				(DeedKind::Master, Some(allocation), Some(first_epoch))
			},
			storage::DeedTerms::Genesis => (DeedKind::Genesis, None, None),
		};
		let account =
			state::entry(&at, "reward account", storage::reward_accounts(), (deed,)).await?;
		Ok(Some(DeedDetails {
			kind,
			allocation,
			first_epoch,
			owner: details.owner,
			node: details.node,
			is_banned: details.is_banned,
			linked_at_secs: details.linked_at_secs,
			may_be_linked_from_secs: details.may_be_linked_from_secs,
			rewards: account.map(RewardAccount::from),
			remaining: view(&at, "Availability", "remaining", number()).await?,
		}))
	}

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

	/// What a claim of each deed would pay now; `None` for a deed that may not be claimed.
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
		let mut payments = Vec::with_capacity(deeds.len());
		for deed in deeds {
			let arguments = vec![Value::u128((*deed).into()), Value::u128(epochs_max.into())];
			payments.push((*deed, view(&at, "Availability", "claimable", arguments).await?));
		}
		Ok(payments)
	}

	/// How much one claim may hold.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime has no such limits.
	pub async fn claim_limits(&self) -> Result<ClaimLimits, QueryError> {
		let at = self.at_finalised().await?;
		Ok(ClaimLimits {
			deeds_max: constant(&at, "Availability", "DeedsPerClaimMax")?,
			reads_max: constant(&at, "Availability", "PagesPerClaimMax")?,
			settlements_max: constant(&at, "Availability", "SettlementsPerClaimMax")?,
		})
	}

	/// How many links one batch may hold.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime has no such limit.
	pub async fn links_per_batch_max(&self) -> Result<u32, QueryError> {
		constant(&self.at_finalised().await?, "NodeDeeds", "LinksPerBatchMax")
	}

	/// How many bytes the name of an application may have.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime has no such limit.
	pub async fn application_name_bytes_max(&self) -> Result<u32, QueryError> {
		constant(&self.at_finalised().await?, "Burn", "NameBytesMax")
	}

	/// Whether governance lets an account sign permits to buy Node Deeds.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn is_permit_issuer(&self, account: Account) -> Result<bool, QueryError> {
		let at = self.at_finalised().await?;
		let issuers = state::value(&at, "permit issuers", storage::permit_issuers()).await?;
		Ok(issuers.unwrap_or_default().iter().any(|issuer| issuer.0 == account))
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

	/// Who burned R1 by choice, and for what.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn burns(&self) -> Result<Burns, QueryError> {
		let at = self.at_finalised().await?;
		let applications = state::entries(&at, "applications", storage::applications(), ()).await?;
		let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
		let mut applications = applications
			.into_iter()
			.map(|(_, application)| Application {
				slug: text(application.slug),
				name: text(application.name),
				creator: Owner(application.creator.0),
				deposit: application.deposit,
				total: application.total,
			})
			.collect::<Vec<_>>();
		applications.sort_by(|left, right| {
			right.total.cmp(&left.total).then_with(|| left.slug.cmp(&right.slug))
		});
		let burners = state::value(&at, "top burners", storage::top_burners()).await?;
		let burners = burners.unwrap_or_default();
		Ok(Burns {
			total: state::value(&at, "burned R1", storage::total_burned()).await?.unwrap_or(0),
			applications,
			burners: burners.into_iter().map(|rank| (Owner(rank.id.0), rank.total)).collect(),
		})
	}
}

impl From<storage::RewardAccount> for RewardAccount {
	fn from(account: storage::RewardAccount) -> Self {
		let storage::RewardAccount { released, withheld, next_epoch, payments } = account;
		Self { released, withheld, next_epoch, payments }
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn claim_should_cover_as_many_epochs_as_pages_and_deeds_allow() {
		let limits = ClaimLimits { deeds_max: 100, reads_max: 300, settlements_max: 240 };
		for (deeds, epochs) in [
			// One page, and two checkpoints of adoption.
			(&[1][..], 100),
			// Deeds of one page read it once, whoever is named twice.
			(&[1, 2], 100),
			(&[1, 2, 2, 1], 100),
			(&[1, 2, 3], 80),
			// Deeds 1 024 and 1 025 are on two pages.
			(&[1_024, 1_025], 75),
			(&[1, 1_025, 2_049], 60),
		] {
			assert_eq!(limits.epochs_max(deeds), epochs, "{deeds:?}");
		}
		// A claim of nothing is refused by the chain with a reason; here it still is a number.
		let none = ClaimLimits { reads_max: 0, ..limits };
		assert_eq!(none.epochs_max(&[1]), 1);
	}

	#[test]
	fn application_should_be_known_by_the_hash_of_its_slug() {
		// Keccak-256 of "abc", from the reference of the hash.
		let expected = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45";
		assert_eq!(hex::encode(application_id("abc")), expected);
	}
}
