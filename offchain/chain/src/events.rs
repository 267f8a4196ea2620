// SPDX-License-Identifier: Apache-2.0

//! What happened on the chain: the events that make up the history of deeds, rewards and jobs.

#![expect(
	missing_debug_implementations,
	unused_imports,
	reason = "the derive makes a visitor and an import for each type"
)]

mod conduct;
mod release_100;

pub use conduct::{Misconduct, Offence, RemovalReason, Window};

use crate::{
	Chain, QueryError,
	client::{AtBlock, Config, QUERIES_AT_ONCE},
	state::{deed_collections, number_of},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use r1_core::Account;
use r1_primitives::{DeedId, EpochIndex, JobId, PlacementRound};
use std::ops::Range;
use subxt::{
	error::EventsError,
	ext::scale_decode::{DecodeAsFields, DecodeAsType},
};

/// An event of one of our pallets, or of pallet-nfts about a deed.
///
/// Each variant mirrors the event of the same name in the pallet's metadata, where every field is
/// documented; amounts are in base units. Fields that release 100 did not have are `None` in its
/// blocks.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the pallets' metadata documents each field; a copy would age")]
pub enum Event {
	DeedsBought(DeedsBought),
	LiquidityAdded(LiquidityAdded),
	LiquidityReserved(LiquidityReserved),
	ProceedsPaid(ProceedsPaid),
	MasterDeedAssigned(MasterDeedAssigned),
	MasterDeedBurned(MasterDeedBurned),
	GenesisDeedIssued(GenesisDeedIssued),
	ItemTransferred(ItemTransferred),
	ItemBurned(ItemBurned),
	DeedBanned(DeedNamed),
	DeedUnbanned(DeedNamed),
	NodeLinked(NodeLinked),
	NodeUnlinked(NodeUnlinked),
	EpochSettled(EpochVerdict),
	EpochUnsettled(EpochVerdict),
	EpochSettledByGovernance(EpochNamed),
	EpochVoided(EpochNamed),
	MisconductProven(MisconductProven),
	MaintenanceAnnounced(MaintenanceAnnounced),
	ReadinessAnnounced(ReadinessAnnounced),
	ReadinessWithdrawn(CandidateNamed),
	CandidateRemoved(CandidateRemoved),
	EpochCounted(EpochCounted),
	EpochLeftOut(EpochNamed),
	ReportMissed(ReportMissed),
	ValidatorsChanged(ValidatorsChanged),
	OffenceRecorded(OffenceRecorded),
	OffenceReversed(OffenceReversed),
	SuspensionEndedEarly(SuspensionEndedEarly),
	RewardForfeited(RewardForfeited),
	AvailabilityClaimed(AvailabilityClaimed),
	TreasuryPaid(TreasuryPaid),
	EscrowDeposited(EscrowMoved),
	EscrowWithdrawn(EscrowMoved),
	JobCreated(JobCreated),
	JobPlaced(JobPlaced),
	JobClosed(JobClosed),
	JobEnding(JobEnding),
	JobDurationExtended(JobDurationExtended),
	JobReplicasExtended(JobReplicasExtended),
	UnusedRedeemed(UnusedRedeemed),
	NodePaid(NodePaid),
	UsdcBurned(UsdcBurned),
	WorkClaimed(WorkClaimed),
	R1Burned(R1Burned),
}

/// Declares an event's fields, decoded by name.
macro_rules! fields {
	($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
		$(
			$(#[$doc])*
			#[derive(Clone, Debug, DecodeAsType, PartialEq)]
			#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
			#[expect(missing_docs, reason = "the pallets' metadata documents each field")]
			pub struct $name { $(pub $field: $type),* }
		)*
	};
}

/// Deeds were bought.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the pallets' metadata documents each field")]
pub struct DeedsBought {
	pub buyer: Owner,
	pub invoice: Option<[u8; 32]>,
	pub first_deed: DeedId,
	pub units: u32,
	pub tier: u8,
	pub price_per_deed: u128,
	pub total: u128,
	pub tax: Option<u128>,
}

/// R1 was minted for availability.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the pallets' metadata documents each field")]
pub struct AvailabilityClaimed {
	pub deed: DeedId,
	pub owner: Owner,
	pub from_epoch: EpochIndex,
	pub to_epoch: EpochIndex,
	pub amount: u128,
	pub carry_over: Option<u128>,
	pub withheld: Option<u128>,
}

fields! {
	/// A sale put R1 and USDC into the pool.
	LiquidityAdded { r1: u128, usdc: u128 }
	/// A sale set USDC aside for liquidity.
	LiquidityReserved { usdc: u128 }
	/// A sale paid USDC to the company and the tax account.
	ProceedsPaid { company: u128, tax: u128 }
	/// A Master Deed was issued.
	MasterDeedAssigned {
		deed: DeedId, owner: Owner, allocation: u128, first_epoch: EpochIndex,
	}
	/// A Master Deed was burned.
	MasterDeedBurned { deed: DeedId, owner: Owner, returned: u128 }
	/// The Genesis Deed was issued.
	GenesisDeedIssued { deed: DeedId, owner: Owner }
	/// An item of pallet-nfts changed hands.
	ItemTransferred { collection: u32, item: DeedId, from: Owner, to: Owner }
	/// An item of pallet-nfts was burned.
	ItemBurned { collection: u32, item: DeedId, owner: Owner }
	/// A deed was banned, or is banned no more.
	DeedNamed { deed: DeedId }
	/// A deed was linked.
	NodeLinked { deed: DeedId, owner: Owner, node: Owner, epoch: EpochIndex }
	/// A deed lost its node.
	NodeUnlinked { deed: DeedId, owner: Owner, node: Owner, epoch: EpochIndex }
	/// An epoch was decided.
	EpochVerdict { epoch: EpochIndex, reveals: u32, oracles: u32 }
	/// Something became of an epoch.
	EpochNamed { epoch: EpochIndex }
	/// An oracle contradicted itself.
	MisconductProven {
		epoch: EpochIndex, oracle: Owner, kind: Misconduct, reporter: Option<Owner>,
	}
	/// A deed's node will be away.
	MaintenanceAnnounced { deed: DeedId, window: Window }
	/// A node became a candidate.
	ReadinessAnnounced { deed: DeedId, node: Owner, epoch: EpochIndex }
	/// A candidate withdrew.
	CandidateNamed { deed: DeedId, node: Owner }
	/// A candidate was removed.
	CandidateRemoved { deed: DeedId, node: Owner, reason: RemovalReason }
	/// An epoch was counted for all candidates.
	EpochCounted { epoch: EpochIndex, candidates: u32 }
	/// An oracle did not hand in a whole report.
	ReportMissed { epoch: EpochIndex, oracle: Owner, score: u8 }
	/// Others were elected.
	ValidatorsChanged { session: u32, validators: Vec<Owner> }
	/// Misconduct was punished.
	OffenceRecorded { id: u32, offence: Offence }
	/// Governance reversed an offence.
	OffenceReversed { id: u32, node: Owner, score: u8, suspended_until: EpochIndex }
	/// There were too many suspensions.
	SuspensionEndedEarly { id: u32, suspended_until: EpochIndex }
	/// A deed paid whoever proved an offence.
	RewardForfeited { deed: DeedId, to: Owner, amount: u128 }
	/// What the Genesis Deed released went to the treasury's accounts.
	TreasuryPaid {
		deed: DeedId, from_epoch: EpochIndex, to_epoch: EpochIndex, liquidity: u128,
		expenses: u128, marketing: u128, grants: u128, social_responsibility: u128,
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
	/// A running job ends early.
	JobEnding { job: JobId, end: EpochIndex, refund: u128 }
	/// A job was made longer.
	JobDurationExtended { job: JobId, epochs: u32, end: EpochIndex, cost: u128 }
	/// A job may run on more nodes.
	JobReplicasExtended { job: JobId, replicas: u32, cost: u128 }
	/// What a job cannot spend went back to the escrow.
	UnusedRedeemed { job: JobId, refund: u128 }
	/// A node's work was paid.
	NodePaid {
		job: JobId, epoch: EpochIndex, deed: DeedId, owner: Owner, quality: u8, reward: u128,
		burned: u128,
	}
	/// The burned share was swapped and burned.
	UsdcBurned { job: JobId, epoch: EpochIndex, usdc: u128, r1: u128 }
	/// Rewards for work were taken out.
	WorkClaimed { owner: Owner, usdc: u128, r1: Option<u128> }
	/// R1 was burned by choice.
	R1Burned {
		burner: Owner, application: Option<Hash>, amount: u128, burner_total: u128,
		application_total: Option<u128>,
	}
}

/// A hash in an event.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Hash(pub [u8; 32]);

/// An account in an event.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Owner(pub Account);

impl Event {
	/// Those of a block's or a transaction's events that are listed here.
	///
	/// # Errors
	///
	/// One of them does not have the fields that this version knows: without it, a history would
	/// be wrong and look whole.
	pub(crate) fn decode_all<'a>(
		events: impl Iterator<Item = Result<subxt::events::Event<'a, Config>, EventsError>>,
	) -> Result<Vec<Self>, EventError> {
		let decode = |(index, event): (usize, Result<_, EventsError>)| match event {
			Ok(event) => Self::decode(&event).map_err(|source| EventError {
				event: format!("{}.{}", event.pallet_name(), event.event_name()),
				source: Box::new(source.into()),
			}),
			Err(source) => {
				let event = format!("number {index}");
				Err(EventError { event, source: Box::new(source.into()) })
			},
		};
		events.enumerate().filter_map(|event| decode(event).transpose()).collect()
	}

	/// The event, if it is one of those listed here.
	fn decode(event: &subxt::events::Event<'_, Config>) -> Result<Option<Self>, EventsError> {
		fn fields<T: DecodeAsFields>(
			event: &subxt::events::Event<'_, Config>,
		) -> Result<T, EventsError> {
			event.decode_fields_unchecked_as()
		}
		let decoded = match (event.pallet_name(), event.event_name()) {
			("NodeDeeds", "DeedsBought") => fields(event).map(Self::DeedsBought),
			("NodeDeeds", "LiquidityAdded") => fields(event).map(Self::LiquidityAdded),
			("NodeDeeds", "LiquidityReserved") => fields(event).map(Self::LiquidityReserved),
			("NodeDeeds", "ProceedsPaid") => fields(event).map(Self::ProceedsPaid),
			("NodeDeeds", "MasterDeedAssigned") => fields(event).map(Self::MasterDeedAssigned),
			("NodeDeeds", "MasterDeedBurned") => fields(event).map(Self::MasterDeedBurned),
			("NodeDeeds", "GenesisDeedIssued") => fields(event).map(Self::GenesisDeedIssued),
			("Nfts", "Transferred") => fields(event).map(Self::ItemTransferred),
			("Nfts", "Burned") => fields(event).map(Self::ItemBurned),
			("NodeDeeds", "DeedBanned") => fields(event).map(Self::DeedBanned),
			("NodeDeeds", "DeedUnbanned") => fields(event).map(Self::DeedUnbanned),
			("NodeDeeds", "NodeLinked") => fields(event).map(Self::NodeLinked),
			("NodeDeeds", "NodeUnlinked") => fields(event).map(Self::NodeUnlinked),
			("Oracles", "EpochSettled") => fields(event).map(Self::EpochSettled),
			("Oracles", "EpochUnsettled") => fields(event).map(Self::EpochUnsettled),
			("Oracles", "EpochSettledByGovernance") => {
				fields(event).map(Self::EpochSettledByGovernance)
			},
			("Oracles", "EpochVoided") => fields(event).map(Self::EpochVoided),
			("Oracles", "MisconductProven") => fields(event).map(Self::MisconductProven),
			("Oracles", "MaintenanceAnnounced") => fields(event).map(Self::MaintenanceAnnounced),
			("Validators", "ReadinessAnnounced") => fields(event).map(Self::ReadinessAnnounced),
			("Validators", "ReadinessWithdrawn") => fields(event).map(Self::ReadinessWithdrawn),
			("Validators", "CandidateRemoved") => fields(event).map(Self::CandidateRemoved),
			("Validators", "EpochCounted") => fields(event).map(Self::EpochCounted),
			("Validators", "EpochLeftOut") => fields(event).map(Self::EpochLeftOut),
			("Validators", "ReportMissed") => fields(event).map(Self::ReportMissed),
			("Validators", "ValidatorsChanged") => fields(event).map(Self::ValidatorsChanged),
			("Validators", "OffenceRecorded") => fields(event).map(Self::OffenceRecorded),
			("Validators", "OffenceReversed") => fields(event).map(Self::OffenceReversed),
			("Validators", "SuspensionEndedEarly") => fields(event).map(Self::SuspensionEndedEarly),
			("Availability", "RewardForfeited") => fields(event).map(Self::RewardForfeited),
			("Availability", "RewardsClaimed") => fields(event).map(Self::AvailabilityClaimed),
			("Availability", "TreasuryPaid") => fields(event).map(Self::TreasuryPaid),
			("Poai", "EscrowDeposited") => fields(event).map(Self::EscrowDeposited),
			("Poai", "EscrowWithdrawn") => fields(event).map(Self::EscrowWithdrawn),
			("Poai", "JobCreated") => fields(event).map(Self::JobCreated),
			("Poai", "JobPlaced") => fields(event).map(Self::JobPlaced),
			("Poai", "JobClosed") => fields(event).map(Self::JobClosed),
			("Poai", "JobEnding") => fields(event).map(Self::JobEnding),
			("Poai", "JobDurationExtended") => fields(event).map(Self::JobDurationExtended),
			("Poai", "JobReplicasExtended") => fields(event).map(Self::JobReplicasExtended),
			("Poai", "UnusedRedeemed") => fields(event).map(Self::UnusedRedeemed),
			("Poai", "NodePaid") => fields(event).map(Self::NodePaid),
			("Poai", "UsdcBurned") => fields(event).map(Self::UsdcBurned),
			("Poai", "RewardsClaimed") => fields(event).map(Self::WorkClaimed),
			("Burn", "R1Burned") => fields(event).map(Self::R1Burned),
			_ => return Ok(None),
		};
		decoded.map(Some)
	}

	/// Whether the event is about deeds, if it is about an item of pallet-nfts.
	fn is_of(&self, deed_collections: &[u32]) -> bool {
		match self {
			Self::ItemTransferred(ItemTransferred { collection, .. })
			| Self::ItemBurned(ItemBurned { collection, .. }) => deed_collections.contains(collection),
			_ => true,
		}
	}
}

/// An event does not have the form that is expected.
#[derive(Debug, thiserror::Error)]
#[error("the event {event} is not what this version expects; use matching versions")]
pub struct EventError {
	/// The event, as `Pallet.Event`, or its place in the block if not even that is known.
	event: String,
	source: Box<subxt::Error>,
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
	/// The events of our pallets in a run of finalised blocks, in order.
	///
	/// Items of pallet-nfts that are no deeds are nobody's business here. Blocks are read several
	/// at a time and then forgotten, so that a long run takes no more memory than its events.
	///
	/// # Errors
	///
	/// The node does not answer, or has forgotten one of the blocks: ask an archive node. Or an
	/// event is not what this version expects.
	pub async fn history(&self, blocks: Range<u32>) -> Result<Vec<Recorded>, QueryError> {
		let collections = deed_collections(&self.at_finalised().await?).await?;
		let collections = collections.as_slice();
		in_order(blocks, async |block| {
			let events = events(&self.at_number(block.into()).await?).await?;
			let of_deeds = events.into_iter().filter(|event| event.is_of(collections));
			Ok(of_deeds.map(|event| Recorded { block, event }).collect())
		})
		.await
	}

	/// Number of the newest finalised block.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn finalised_number(&self) -> Result<u32, QueryError> {
		let at_block = self.at_finalised().await?;
		Ok(number_of(&at_block))
	}
}

/// Reads blocks, [`QUERIES_AT_ONCE`] at a time, and joins what is in them in the blocks' order.
async fn in_order<T>(
	blocks: Range<u32>,
	read: impl AsyncFn(u32) -> Result<Vec<T>, QueryError>,
) -> Result<Vec<T>, QueryError> {
	stream::iter(blocks)
		.map(|block| read(block))
		.buffered(QUERIES_AT_ONCE)
		.try_concat()
		.await
}

/// The events of our pallets in one block.
async fn events(at_block: &AtBlock) -> Result<Vec<Event>, QueryError> {
	let events = at_block.events().fetch().await.map_err(QueryError::node)?;
	Event::decode_all(events.iter())
		.map_err(|source| QueryError::Event { block: at_block.block_number(), source })
}

#[cfg(test)]
mod tests;
