// SPDX-License-Identifier: Apache-2.0

//! The calls that people make, typed.

mod learning;
mod work;

pub use learning::{
	RoundOrder, announce_keys, attest_round, close_round, open_round, publish_file,
};
pub use work::{
	JobOrder, claim_work, close_job, create_job, deposit, extend_duration, extend_replicas,
	redeem_unused, remove_delegate, set_delegate, update_job, withdraw,
};

use crate::{
	economy::application_id, permit::SignedPermit, session::SessionKeys, settlement::ReportPage,
};
use r1_core::Account;
use r1_primitives::{DeedId, EpochIndex, Maintenance, WorkEntry};
use subxt::{dynamic::Value, ext::scale_value::Composite, tx::DynamicPayload};

/// A call, ready to be signed.
#[derive(Debug)]
pub struct Call {
	payload: DynamicPayload<Composite<()>>,
	deposit: Option<DepositConstant>,
	/// The name of the call inside, if governance makes it.
	ordered: Option<String>,
}

/// The pallet and the constant that say what a call takes as a deposit.
pub(crate) type DepositConstant = (&'static str, &'static str);

impl Call {
	fn new<const N: usize>(pallet: &str, call: &str, fields: [(&str, Value); N]) -> Self {
		let payload = subxt::dynamic::tx(pallet, call, Composite::named(fields));
		Self { payload, deposit: None, ordered: None }
	}

	/// The same call, made by governance, which is whoever holds the sudo key.
	fn by_governance(self) -> Self {
		let ordered = Some(self.name());
		Self { ordered, ..Self::new("Sudo", "sudo", [("call", self.payload.into_value())]) }
	}

	/// Its name as `Pallet.call`, and who makes it if it is governance.
	#[must_use]
	pub fn name(&self) -> String {
		let name = format!("{}.{}", self.payload.pallet_name(), self.payload.call_name());
		match &self.ordered {
			Some(ordered) => format!("{ordered} by {name}"),
			None => name,
		}
	}

	pub(crate) fn payload(&self) -> &DynamicPayload<Composite<()>> {
		&self.payload
	}

	pub(crate) fn deposit(&self) -> Option<DepositConstant> {
		self.deposit
	}
}

/// An order of Node Deeds.
#[derive(Clone, Copy, Debug)]
pub struct DeedOrder {
	/// How many.
	pub units: u32,
	/// The tier that they are expected from.
	pub tier: u8,
	/// The most to pay for one without tax, in base units of R1.
	pub price_per_deed_max: u128,
	/// Whether to take fewer if the tier has fewer left.
	pub allow_partial: bool,
}

/// Buys Node Deeds at the price of the current tier, with an issuer's permit.
#[must_use]
pub fn buy_deeds(order: &DeedOrder, permit: &SignedPermit) -> Call {
	let order = Value::named_composite([
		("units", number(order.units)),
		("tier", number(order.tier)),
		("price_per_deed_max", number(order.price_per_deed_max)),
		("allow_partial", Value::bool(order.allow_partial)),
	]);
	let SignedPermit { permit, issuer, signature } = permit;
	let permit = Value::named_composite([
		("buyer", Value::from_bytes(permit.buyer)),
		("invoice", Value::from_bytes(permit.invoice)),
		("usd_limit", number(permit.usd_limit)),
		("tax_basis_points", number(permit.tax_basis_points)),
		("expires_at_epoch", number(permit.expires_at_epoch)),
	]);
	let signature = Value::unnamed_variant("Sr25519", [Value::from_bytes(signature)]);
	Call::new(
		"NodeDeeds",
		"buy",
		[
			("order", order),
			("permit", permit),
			("issuer", Value::from_bytes(issuer)),
			("signature", signature),
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

impl Link {
	fn fields(&self) -> [(&'static str, Value); 4] {
		[
			("deed", number(self.deed)),
			("node", Value::from_bytes(self.node)),
			("expires_at_epoch", number(self.expires_at_epoch)),
			("signature", Value::from_bytes(self.signature)),
		]
	}
}

/// Links a deed to a node.
#[must_use]
pub fn link(link: &Link) -> Call {
	Call::new("NodeDeeds", "link", link.fields())
}

/// Links several deeds, all or none.
#[must_use]
pub fn link_batch(links: &[Link]) -> Call {
	let links = links.iter().map(|link| Value::named_composite(link.fields()));
	Call::new("NodeDeeds", "link_batch", [("links", Value::unnamed_composite(links))])
}

/// Takes a deed's node away.
#[must_use]
pub fn unlink(deed: DeedId) -> Call {
	Call::new("NodeDeeds", "unlink", [("deed", number(deed))])
}

/// Gives a deed to somebody else, without its node.
#[must_use]
pub fn transfer_deed(deed: DeedId, to: Account) -> Call {
	Call::new("NodeDeeds", "transfer", [("deed", number(deed)), ("to", Value::from_bytes(to))])
}

/// Destroys a deed.
#[must_use]
pub fn burn_deed(deed: DeedId) -> Call {
	Call::new("NodeDeeds", "burn", [("deed", number(deed))])
}

/// Claims the rewards of deeds, each for at most so many epochs.
#[must_use]
pub fn claim_availability(deeds: &[DeedId], epochs_max: u32) -> Call {
	Call::new(
		"Availability",
		"claim",
		[
			("deeds", Value::unnamed_composite(deeds.iter().copied().map(number))),
			("epochs_max", number(epochs_max)),
		],
	)
}

/// Registers the session keys of the caller's node; its first ones take a deposit.
#[must_use]
pub fn set_keys(keys: &SessionKeys) -> Call {
	let SessionKeys { babe, grandpa, orac, proof, are_first } = keys;
	let keys = Value::named_composite([
		("babe", Value::from_bytes(babe)),
		("grandpa", Value::from_bytes(grandpa)),
		("orac", Value::from_bytes(orac)),
	]);
	let fields = [("keys", keys), ("proof", Value::from_bytes(proof))];
	let deposit = are_first.then_some(("Session", "KeyDeposit"));
	Call { deposit, ..Call::new("Session", "set_keys", fields) }
}

/// Makes the caller's node a candidate to validate.
#[must_use]
pub fn announce_readiness() -> Call {
	Call::new("Validators", "announce_readiness", [])
}

/// Makes the caller's node no candidate any more.
#[must_use]
pub fn withdraw_readiness() -> Call {
	Call::new("Validators", "withdraw_readiness", [])
}

/// Announces that a deed's node will be away in some slots of an epoch to come.
#[must_use]
pub fn announce_maintenance(deed: DeedId, window: &Maintenance) -> Call {
	let window = Value::named_composite([
		("epoch", number(window.epoch)),
		("first_slot", number(window.first_slot)),
		("slots", number(window.slots)),
	]);
	Call::new("Oracles", "announce_maintenance", [("deed", number(deed)), ("window", window)])
}

/// Says what was in an epoch that the oracles did not agree on, in the name of governance.
///
/// `pages` is a whole report. A rehearsal tells whether the caller is governance, but not whether
/// the epoch is one that can be settled: look at its record first.
#[must_use]
pub fn settle_epoch(epoch: EpochIndex, pages: &[ReportPage]) -> Call {
	let entry = |entry: &WorkEntry| {
		Value::named_composite([
			("job", number(entry.job)),
			("deed", number(entry.deed)),
			("quality", number(entry.quality)),
		])
	};
	let pages = pages.iter().map(|page| match page {
		ReportPage::Availability(values) => {
			Value::unnamed_variant("Availability", [Value::from_bytes(values)])
		},
		ReportPage::Work(entries) => {
			let entries = Value::unnamed_composite(entries.iter().map(entry));
			Value::unnamed_variant("Work", [entries])
		},
	});
	let fields = [("epoch", number(epoch)), ("pages", Value::unnamed_composite(pages))];
	Call::new("Oracles", "settle_unsettled", fields).by_governance()
}

/// Decides that an epoch without agreement pays nothing, in the name of governance.
///
/// A rehearsal tells as much of it as of [`settle_epoch`].
#[must_use]
pub fn void_epoch(epoch: EpochIndex) -> Call {
	Call::new("Oracles", "void_epoch", [("epoch", number(epoch))]).by_governance()
}

/// Burns the caller's R1, maybe in the name of an application.
#[must_use]
pub fn burn(amount: u128, application: Option<&str>) -> Call {
	let application = application.map(|slug| Value::from_bytes(application_id(slug)));
	Call::new("Burn", "burn", [("amount", number(amount)), ("application", option(application))])
}

/// Registers an application that R1 can be burned for; the caller deposits R1 for it.
#[must_use]
pub fn register_application(slug: &str, name: &str) -> Call {
	let call = Call::new(
		"Burn",
		"register_application",
		[("slug", Value::from_bytes(slug)), ("name", Value::from_bytes(name))],
	);
	Call { deposit: Some(("Burn", "ApplicationDeposit")), ..call }
}

/// Takes an application off the register, and gives the deposit back.
#[must_use]
pub fn deregister_application(slug: &str) -> Call {
	let application = Value::from_bytes(application_id(slug));
	Call::new("Burn", "deregister_application", [("application", application)])
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

fn option(value: Option<Value>) -> Value {
	match value {
		Some(value) => Value::unnamed_variant("Some", [value]),
		None => Value::unnamed_variant("None", []),
	}
}

#[cfg(test)]
mod tests;
