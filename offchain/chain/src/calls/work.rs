// SPDX-License-Identifier: Apache-2.0

//! Calls of pallet-poai: escrows, their delegates, jobs, and what work earned.

use super::{Call, number, option};
use crate::Rights;
use r1_core::Account;
use r1_primitives::JobId;
use subxt::dynamic::Value;

/// Moves USDC into the caller's escrow.
#[must_use]
pub fn deposit(amount: u128) -> Call {
	Call::new("Poai", "deposit", [("amount", number(amount))])
}

/// Moves free USDC out of an escrow to its owner: the caller, or whom a delegate acts for.
#[must_use]
pub fn withdraw(amount: u128, owner: Option<Account>) -> Call {
	let amount = ("amount", number(amount));
	match owner {
		None => Call::new("Poai", "withdraw", [amount]),
		Some(owner) => Call::new("Poai", "withdraw_for", [of(owner), amount]),
	}
}

/// Makes an account a delegate of the caller's escrow, or changes its rights.
#[must_use]
pub fn set_delegate(delegate: Account, rights: Rights) -> Call {
	let rights = Value::unnamed_composite([number(rights.bits())]);
	let fields = [("delegate", Value::from_bytes(delegate)), ("rights", rights)];
	Call::new("Poai", "set_delegate", fields)
}

/// Takes all rights from a delegate of the caller's escrow.
#[must_use]
pub fn remove_delegate(delegate: Account) -> Call {
	Call::new("Poai", "remove_delegate", [("delegate", Value::from_bytes(delegate))])
}

/// An order of a job.
#[derive(Clone, Debug)]
pub struct JobOrder {
	/// Resource class, by its number in the chain's table.
	pub resources: u8,
	/// On how many nodes.
	pub replicas: u32,
	/// For how many epochs.
	pub epochs: u32,
	/// The most that it may cost, in 10^-6 USDC.
	pub cost_max: u128,
	/// Binary CID of the specification.
	pub specification: Vec<u8>,
}

/// Orders a job, paid from the escrow of its owner: the caller, or whom a delegate acts for.
#[must_use]
pub fn create_job(order: &JobOrder, owner: Option<Account>) -> Call {
	let order = Value::named_composite([
		("resources", number(order.resources)),
		("replicas", number(order.replicas)),
		("epochs", number(order.epochs)),
		("cost_max", number(order.cost_max)),
		("specification", Value::from_bytes(&order.specification)),
	]);
	match owner {
		None => Call::new("Poai", "create_job", [("order", order)]),
		Some(owner) => Call::new("Poai", "create_job_for", [of(owner), ("order", order)]),
	}
}

/// Changes what a job is, to the specification with this binary CID.
#[must_use]
pub fn update_job(job: JobId, specification: &[u8]) -> Call {
	let specification = Value::from_bytes(specification);
	Call::new("Poai", "update_job", [("job", number(job)), ("specification", specification)])
}

/// Makes a job longer, by some epochs.
#[must_use]
pub fn extend_duration(job: JobId, epochs: u32) -> Call {
	Call::new("Poai", "extend_duration", [("job", number(job)), ("epochs", number(epochs))])
}

/// Lets a job run on more nodes, `replicas` in all.
#[must_use]
pub fn extend_replicas(job: JobId, replicas: u32) -> Call {
	Call::new("Poai", "extend_replicas", [("job", number(job)), ("replicas", number(replicas))])
}

/// Moves back to the escrow what a job cannot spend.
#[must_use]
pub fn redeem_unused(job: JobId) -> Call {
	Call::new("Poai", "redeem_unused", [("job", number(job))])
}

/// Ends a job; what it did not spend goes back to the escrow.
#[must_use]
pub fn close_job(job: JobId) -> Call {
	Call::new("Poai", "close_job", [("job", number(job))])
}

/// Claims rewards for work: in USDC, or in R1 if a minimum is given.
#[must_use]
pub fn claim_work(r1_minimum: Option<u128>) -> Call {
	Call::new("Poai", "claim", [("r1_minimum", option(r1_minimum.map(number)))])
}

/// The owner of an escrow, as calls of delegates name it.
fn of(owner: Account) -> (&'static str, Value) {
	("owner", Value::from_bytes(owner))
}
