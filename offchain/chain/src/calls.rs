// SPDX-License-Identifier: Apache-2.0

//! The calls that people make, typed.

use r1_core::Account;
use r1_primitives::{DeedId, EpochIndex, JobId};
use subxt::{dynamic::Value, ext::scale_value::Composite, tx::DynamicPayload};

/// A call, ready to be signed.
#[derive(Debug)]
pub struct Call(DynamicPayload<Composite<()>>);

impl Call {
	fn new<const N: usize>(pallet: &str, call: &str, fields: [(&str, Value); N]) -> Self {
		Self(subxt::dynamic::tx(pallet, call, Composite::named(fields)))
	}

	/// Its name as `Pallet.call`.
	#[must_use]
	pub fn name(&self) -> String {
		format!("{}.{}", self.0.pallet_name(), self.0.call_name())
	}

	pub(crate) fn payload(&self) -> &DynamicPayload<Composite<()>> {
		&self.0
	}
}

/// Buys Node Deeds at the price of the current tier.
#[must_use]
pub fn buy_deeds(units: u32, tier: u8, price_per_deed_max: u128) -> Call {
	Call::new(
		"NodeDeeds",
		"buy",
		[
			("units", number(units)),
			("tier", number(tier)),
			("price_per_deed_max", number(price_per_deed_max)),
		],
	)
}

/// What links a deed to a node.
#[derive(Clone, Copy, Debug)]
pub struct Link {
	/// The deed.
	pub deed: DeedId,
	/// The node that agrees.
	pub node: Account,
	/// The last epoch in which the node's consent may be used.
	pub expires_at_epoch: EpochIndex,
	/// The node's ed25519 signature of its [`LinkProof`](r1_primitives::LinkProof).
	pub signature: [u8; 64],
}

/// Links a deed to a node.
#[must_use]
pub fn link(link: &Link) -> Call {
	Call::new(
		"NodeDeeds",
		"link",
		[
			("deed", number(link.deed)),
			("node", Value::from_bytes(link.node)),
			("expires_at_epoch", number(link.expires_at_epoch)),
			("signature", Value::from_bytes(link.signature)),
		],
	)
}

/// Takes a deed's node away.
#[must_use]
pub fn unlink(deed: DeedId) -> Call {
	Call::new("NodeDeeds", "unlink", [("deed", number(deed))])
}

/// Claims the rewards of deeds, up to an epoch that is not included.
#[must_use]
pub fn claim_availability(deeds: &[DeedId], up_to: Option<EpochIndex>) -> Call {
	Call::new(
		"Availability",
		"claim",
		[
			("deeds", Value::unnamed_composite(deeds.iter().copied().map(number))),
			("up_to", optional(up_to)),
		],
	)
}

/// Moves USDC into the caller's escrow.
#[must_use]
pub fn deposit(amount: u128) -> Call {
	Call::new("Poai", "deposit", [("amount", number(amount))])
}

/// Moves free USDC out of the caller's escrow.
#[must_use]
pub fn withdraw(amount: u128) -> Call {
	Call::new("Poai", "withdraw", [("amount", number(amount))])
}

/// An order of inference.
#[derive(Clone, Debug)]
pub struct InferenceOrder {
	/// Resource class, by its number in the price table.
	pub resources: u8,
	/// On how many nodes.
	pub replicas: u32,
	/// For how many epochs.
	pub epochs: u32,
	/// Binary CID of the specification.
	pub specification: Vec<u8>,
}

/// Orders inference, paid from the caller's escrow.
#[must_use]
pub fn create_inference_job(order: &InferenceOrder) -> Call {
	Call::new(
		"Poai",
		"create_job",
		[
			("kind", Value::unnamed_variant("Inference", [])),
			("resources", number(order.resources)),
			("replicas", number(order.replicas)),
			("epochs", number(order.epochs)),
			("specification", Value::from_bytes(&order.specification)),
		],
	)
}

/// Ends a job; what it did not spend goes back to the escrow.
#[must_use]
pub fn close_job(job: JobId) -> Call {
	Call::new("Poai", "close_job", [("job", number(job))])
}

/// Claims rewards for work: in USDC, or in R1 if a minimum is given.
#[must_use]
pub fn claim_work(r1_minimum: Option<u128>) -> Call {
	Call::new("Poai", "claim", [("r1_minimum", optional(r1_minimum))])
}

/// Sends R1 and keeps the sender's account alive.
#[must_use]
pub fn transfer(to: Account, amount: u128) -> Call {
	Call::new(
		"Balances",
		"transfer_keep_alive",
		[
			("dest", Value::unnamed_variant("Id", [Value::from_bytes(to)])),
			("value", number(amount)),
		],
	)
}

fn number(value: impl Into<u128>) -> Value {
	Value::u128(value.into())
}

fn optional(value: Option<impl Into<u128>>) -> Value {
	match value {
		Some(value) => Value::unnamed_variant("Some", [number(value)]),
		None => Value::unnamed_variant("None", []),
	}
}
