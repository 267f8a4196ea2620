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
	state::deed_collections,
};
use r1_core::Account;
use r1_primitives::{DeedId, EpochIndex, JobId, PlacementRound};
use subxt::ext::scale_decode::DecodeAsType;

/// An event of one of our pallets, or of pallet-nfts about a deed.
///
/// Each variant mirrors the event of the same name in the pallet's metadata, where every field is
/// documented; amounts are in base units.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the pallets' metadata documents each field; a copy would age")]
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
	AvailabilityClaimed(AvailabilityClaimed),
	TreasuryPaid(TreasuryPaid),
	EscrowDeposited(EscrowMoved),
	EscrowWithdrawn(EscrowMoved),
	JobCreated(JobCreated),
	JobPlaced(JobPlaced),
	JobClosed(JobClosed),
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
			#[allow(missing_docs, reason = "the pallets' metadata documents each field")]
			pub struct $name { $(pub $field: $type),* }
		)*
	};
}

fields! {
	/// Deeds were bought.
	DeedsBought {
		buyer: Owner, invoice: [u8; 32], first_deed: DeedId, units: u32, tier: u8,
		price_per_deed: u128, total: u128, tax: u128,
	}
	/// A sale put R1 and USDC into the pool.
	LiquidityAdded { r1: u128, usdc: u128 }
	/// A sale set USDC aside for liquidity.
	LiquidityReserved { usdc: u128 }
	/// A sale paid USDC to the company and the tax account.
	ProceedsPaid { company: u128, tax: u128 }
	/// A Master Node Deed was issued.
	MasterDeedAssigned {
		deed: DeedId, owner: Owner, allocation: u128, first_epoch: EpochIndex,
	}
	/// A Master Node Deed was burned.
	MasterDeedBurned { deed: DeedId, owner: Owner, returned: u128 }
	/// The Genesis Node Deed was issued.
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
	/// R1 was minted for availability.
	AvailabilityClaimed {
		deed: DeedId, owner: Owner, from_epoch: EpochIndex, to_epoch: EpochIndex, amount: u128,
		carry_over: u128, withheld: u128,
	}
	/// What the Genesis Node Deed released went to the treasury's accounts.
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
	/// The event, if it is one of those listed here.
	pub(crate) fn decode(event: &subxt::events::Event<'_, Config>) -> Option<Self> {
		fn fields<T: subxt::ext::scale_decode::DecodeAsFields>(
			event: &subxt::events::Event<'_, Config>,
		) -> Option<T> {
			event.decode_fields_unchecked_as().ok()
		}
		match (event.pallet_name(), event.event_name()) {
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
			("Availability", "RewardsClaimed") => fields(event).map(Self::AvailabilityClaimed),
			("Availability", "TreasuryPaid") => fields(event).map(Self::TreasuryPaid),
			("Poai", "EscrowDeposited") => fields(event).map(Self::EscrowDeposited),
			("Poai", "EscrowWithdrawn") => fields(event).map(Self::EscrowWithdrawn),
			("Poai", "JobCreated") => fields(event).map(Self::JobCreated),
			("Poai", "JobPlaced") => fields(event).map(Self::JobPlaced),
			("Poai", "JobClosed") => fields(event).map(Self::JobClosed),
			("Poai", "NodePaid") => fields(event).map(Self::NodePaid),
			("Poai", "UsdcBurned") => fields(event).map(Self::UsdcBurned),
			("Poai", "RewardsClaimed") => fields(event).map(Self::WorkClaimed),
			("Burn", "R1Burned") => fields(event).map(Self::R1Burned),
			_ => None,
		}
	}
}

impl Event {
	/// Whether the event is about deeds, if it is about an item of pallet-nfts.
	fn is_of(&self, deed_collections: &[u32]) -> bool {
		match self {
			Self::ItemTransferred(ItemTransferred { collection, .. })
			| Self::ItemBurned(ItemBurned { collection, .. }) => deed_collections.contains(collection),
			_ => true,
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
	/// Items of pallet-nfts that are no deeds are nobody's business here.
	///
	/// # Errors
	///
	/// The node does not answer, or has forgotten one of the blocks: ask an archive node.
	pub async fn history(&self, from: u32, to: u32) -> Result<Vec<Recorded>, QueryError> {
		let collections = deed_collections(&self.at_finalised().await?).await?;
		let mut history = Vec::new();
		for block in from..to {
			let at_block = self.at_number(block.into()).await?;
			let of_block = events(&at_block).await?;
			let of_deeds = of_block.into_iter().filter(|event| event.is_of(&collections));
			history.extend(of_deeds.map(|event| Recorded { block, event }));
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

#[cfg(test)]
mod tests {
	use super::*;
	use scale_info::{MetaType, PortableRegistry, Registry, TypeInfo};
	use subxt::ext::codec::Encode;

	/// Decodes SCALE bytes by the description of a type, as a runtime's metadata has it.
	fn decode<Described: TypeInfo + 'static, T: DecodeAsType>(bytes: &[u8]) -> T {
		let mut registry = Registry::new();
		let id = registry.register_type(&MetaType::new::<Described>()).id;
		let types = PortableRegistry::from(registry);
		T::decode_as_type(&mut &*bytes, id, &types).unwrap()
	}

	#[derive(TypeInfo)]
	struct AccountId32(#[expect(dead_code, reason = "it is only described")] [u8; 32]);

	#[test]
	fn items_should_count_only_if_they_are_deeds() {
		let burned = |collection| {
			Event::ItemBurned(ItemBurned { collection, item: 1, owner: Owner([1; 32]) })
		};
		assert!(burned(0).is_of(&[0, 1]) && burned(1).is_of(&[0, 1]));
		assert!(!burned(2).is_of(&[0, 1]));
		assert!(Event::DeedBanned(DeedNamed { deed: 1 }).is_of(&[]));
	}

	#[test]
	fn purchase_should_decode_by_the_names_of_its_fields() {
		#[expect(dead_code, reason = "it is only described")]
		#[derive(TypeInfo)]
		struct Described {
			buyer: AccountId32,
			invoice: [u8; 32],
			first_deed: u32,
			units: u32,
			tier: u8,
			price_per_deed: u128,
			total: u128,
			tax: u128,
			a_later_field: u64,
		}
		let fields = ([1_u8; 32], [2_u8; 32], 4_u32, 3_u32, 1_u8, 10_u128, 36_u128, 6_u128, 0_u64);
		let bought: DeedsBought = decode::<Described, _>(&fields.encode());
		let expected = DeedsBought {
			buyer: Owner([1; 32]),
			invoice: [2; 32],
			first_deed: 4,
			units: 3,
			tier: 1,
			price_per_deed: 10,
			total: 36,
			tax: 6,
		};
		assert_eq!(bought, expected);
	}

	#[test]
	fn claim_should_decode_whatever_the_order_of_its_fields() {
		#[expect(dead_code, reason = "it is only described")]
		#[derive(TypeInfo)]
		struct Described {
			withheld: u128,
			carry_over: u128,
			amount: u128,
			to_epoch: u32,
			from_epoch: u32,
			owner: AccountId32,
			deed: u32,
		}
		let fields = (3_u128, 2_u128, 1_u128, 9_u32, 5_u32, [7_u8; 32], 4_u32);
		let claimed: AvailabilityClaimed = decode::<Described, _>(&fields.encode());
		let expected = AvailabilityClaimed {
			deed: 4,
			owner: Owner([7; 32]),
			from_epoch: 5,
			to_epoch: 9,
			amount: 1,
			carry_over: 2,
			withheld: 3,
		};
		assert_eq!(claimed, expected);
	}

	#[test]
	fn burn_should_decode_with_and_without_an_application() {
		#[derive(TypeInfo)]
		struct H256(#[expect(dead_code, reason = "it is only described")] [u8; 32]);
		#[expect(dead_code, reason = "it is only described")]
		#[derive(TypeInfo)]
		struct Described {
			burner: AccountId32,
			application: Option<H256>,
			amount: u128,
			burner_total: u128,
			application_total: Option<u128>,
		}
		let burned = |application: Option<[u8; 32]>, total: Option<u128>| {
			let fields = ([1_u8; 32], application, 5_u128, 8_u128, total);
			decode::<Described, R1Burned>(&fields.encode())
		};
		let expected = R1Burned {
			burner: Owner([1; 32]),
			application: None,
			amount: 5,
			burner_total: 8,
			application_total: None,
		};
		assert_eq!(burned(None, None), expected);
		let application = Some(Hash([3; 32]));
		let expected = R1Burned { application, application_total: Some(5), ..expected };
		assert_eq!(burned(Some([3; 32]), Some(5)), expected);
	}
}
