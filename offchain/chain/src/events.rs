// SPDX-License-Identifier: Apache-2.0

//! What happened on the chain: the events that make up the history of deeds, rewards and jobs.

#![allow(
	missing_debug_implementations,
	unused_imports,
	reason = "the derive makes a visitor and an import for each type"
)]

use crate::{
	Chain, QueryError,
	client::{AtBlock, Config},
};
use r1_core::Account;
use r1_primitives::{DeedId, EpochIndex, JobId, PlacementRound};
use subxt::ext::scale_decode::DecodeAsType;

/// An event of one of our pallets.
///
/// Each variant mirrors the event of the same name in the pallet's metadata, where every field is
/// documented; amounts are in base units.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the pallets' metadata documents each field; a copy would age")]
pub enum Event {
	DeedsBought(DeedsBought),
	NodeLinked(NodeLinked),
	NodeUnlinked(NodeUnlinked),
	EpochSettled(EpochVerdict),
	EpochUnsettled(EpochVerdict),
	AvailabilityClaimed(AvailabilityClaimed),
	EscrowDeposited(EscrowMoved),
	EscrowWithdrawn(EscrowMoved),
	JobCreated(JobCreated),
	JobPlaced(JobPlaced),
	JobClosed(JobClosed),
	NodePaid(NodePaid),
	UsdcBurned(UsdcBurned),
	WorkClaimed(WorkClaimed),
}

/// Declares an event's fields, decoded by name.
macro_rules! fields {
	($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
		$(
			$(#[$doc])*
			#[derive(Clone, Debug, DecodeAsType, PartialEq)]
			#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
			#[allow(missing_docs, reason = "the pallets' metadata documents each field")]
			pub struct $name { $(pub $field: $type),* }
		)*
	};
}

fields! {
	/// Deeds were bought.
	DeedsBought {
		buyer: Owner, first_deed: DeedId, units: u32, tier: u8, price_per_deed: u128, total: u128,
	}
	/// A deed was linked.
	NodeLinked { deed: DeedId, owner: Owner, node: Owner, epoch: EpochIndex }
	/// A deed lost its node.
	NodeUnlinked { deed: DeedId, owner: Owner, node: Owner, epoch: EpochIndex }
	/// An epoch was decided.
	EpochVerdict { epoch: EpochIndex, reveals: u32, oracles: u32 }
	/// R1 was minted for availability.
	AvailabilityClaimed {
		deed: DeedId, owner: Owner, from_epoch: EpochIndex, to_epoch: EpochIndex, amount: u128,
	}
	/// USDC moved into or out of an escrow.
	EscrowMoved { owner: Owner, amount: u128, free: u128 }
	/// A job was ordered.
	JobCreated {
		job: JobId, owner: Owner, resources: u8, price_per_epoch: u128, replicas: u32,
		end: EpochIndex,
	}
	/// A job was placed.
	JobPlaced { job: JobId, round: PlacementRound, deeds: Vec<DeedId> }
	/// A job is over.
	JobClosed { job: JobId, owner: Owner, refund: u128 }
	/// A node's work was paid.
	NodePaid {
		job: JobId, epoch: EpochIndex, deed: DeedId, owner: Owner, quality: u8, reward: u128,
		burned: u128,
	}
	/// The burned share was swapped and burned.
	UsdcBurned { job: JobId, epoch: EpochIndex, usdc: u128, r1: u128 }
	/// Rewards for work were taken out.
	WorkClaimed { owner: Owner, usdc: u128, r1: Option<u128> }
}

/// An account in an event.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Owner(pub Account);

impl Event {
	/// The event, if it is one of those listed here.
	pub(crate) fn decode(event: &subxt::events::Event<'_, Config>) -> Option<Self> {
		fn fields<T: subxt::ext::scale_decode::DecodeAsFields>(
			event: &subxt::events::Event<'_, Config>,
		) -> Option<T> {
			event.decode_fields_unchecked_as().ok()
		}
		match (event.pallet_name(), event.event_name()) {
			("NodeDeeds", "DeedsBought") => fields(event).map(Self::DeedsBought),
			("NodeDeeds", "NodeLinked") => fields(event).map(Self::NodeLinked),
			("NodeDeeds", "NodeUnlinked") => fields(event).map(Self::NodeUnlinked),
			("Oracles", "EpochSettled") => fields(event).map(Self::EpochSettled),
			("Oracles", "EpochUnsettled") => fields(event).map(Self::EpochUnsettled),
			("Availability", "RewardsClaimed") => fields(event).map(Self::AvailabilityClaimed),
			("Poai", "EscrowDeposited") => fields(event).map(Self::EscrowDeposited),
			("Poai", "EscrowWithdrawn") => fields(event).map(Self::EscrowWithdrawn),
			("Poai", "JobCreated") => fields(event).map(Self::JobCreated),
			("Poai", "JobPlaced") => fields(event).map(Self::JobPlaced),
			("Poai", "JobClosed") => fields(event).map(Self::JobClosed),
			("Poai", "NodePaid") => fields(event).map(Self::NodePaid),
			("Poai", "UsdcBurned") => fields(event).map(Self::UsdcBurned),
			("Poai", "RewardsClaimed") => fields(event).map(Self::WorkClaimed),
			_ => None,
		}
	}
}

/// An event, and the finalised block that emitted it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
	/// Number of the block.
	pub block: u32,
	/// The event.
	pub event: Event,
}

impl Chain {
	/// The events of our pallets in a run of finalised blocks, in order; `to` is not included.
	///
	/// # Errors
	///
	/// The node does not answer, or has forgotten one of the blocks: ask an archive node.
	pub async fn history(&self, from: u32, to: u32) -> Result<Vec<Recorded>, QueryError> {
		let mut history = Vec::new();
		for block in from..to {
			let at_block = self.at_number(block.into()).await?;
			history.extend(
				events(&at_block).await?.into_iter().map(|event| Recorded { block, event }),
			);
		}
		Ok(history)
	}

	/// Number of the newest finalised block.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn finalised_number(&self) -> Result<u32, QueryError> {
		let at_block = self.at_finalised().await?;
		Ok(u32::try_from(at_block.block_number()).unwrap_or(u32::MAX))
	}
}

/// The events of our pallets in one block.
async fn events(at_block: &AtBlock) -> Result<Vec<Event>, QueryError> {
	let events = at_block.events().fetch().await.map_err(QueryError::node)?;
	Ok(events.iter().filter_map(|event| Event::decode(&event.ok()?)).collect())
}
