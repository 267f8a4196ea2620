// SPDX-License-Identifier: Apache-2.0

//! Rewards: claims, and the history of every payment.

use super::{address, short, submit};
use crate::{
	amount::{R1Amount, UsdcAmount},
	arguments::{Arguments, Rewards},
	output::Answer,
};
use anyhow::Context as _;
use r1_chain::{
	calls,
	events::{Event, Recorded},
};
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Rewards) -> anyhow::Result<Answer> {
	match command {
		Rewards::Claim { deeds, up_to } => claim(arguments, deeds, *up_to).await,
		Rewards::ClaimWork { r1_minimum } => claim_work(arguments, *r1_minimum).await,
		Rewards::History { from_block, deed } => history(arguments, *from_block, *deed).await,
	}
}

#[derive(Serialize)]
struct Claimed {
	deed: u32,
	from_epoch: u32,
	to_epoch: u32,
	r1: String,
}

async fn claim(arguments: &Arguments, deeds: &[u32], up_to: Option<u32>) -> anyhow::Result<Answer> {
	let deeds = match deeds {
		[] => own_running_deeds(arguments).await?,
		deeds => deeds.to_vec(),
	};
	let receipt = submit(arguments, &calls::claim_availability(&deeds, up_to)).await?;
	let rows = receipt
		.events
		.iter()
		.filter_map(|event| match event {
			Event::AvailabilityClaimed(claimed) => Some(Claimed {
				deed: claimed.deed,
				from_epoch: claimed.from_epoch,
				to_epoch: claimed.to_epoch,
				r1: claimed.amount.to_string(),
			}),
			_ => None,
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["deed", "epochs", "R1 minted"], |row| {
		vec![row.deed.to_string(), format!("{}..{}", row.from_epoch, row.to_epoch), r1(&row.r1)]
	})
}

async fn own_running_deeds(arguments: &Arguments) -> anyhow::Result<Vec<u32>> {
	let owner = arguments.signer()?.account();
	let state = arguments.chain().await?.finalised_state().await?;
	let deeds = state
		.deeds
		.iter()
		.filter(|(_, record)| record.owner == owner && record.node.is_some())
		.map(|(deed, _)| deed)
		.collect::<Vec<_>>();
	anyhow::ensure!(!deeds.is_empty(), "{} owns no deed that is linked to a node", address(owner));
	Ok(deeds)
}

#[derive(Serialize)]
struct WorkClaimed {
	usdc: String,
	r1: Option<String>,
}

async fn claim_work(arguments: &Arguments, r1_minimum: Option<R1Amount>) -> anyhow::Result<Answer> {
	let call = calls::claim_work(r1_minimum.map(|minimum| minimum.base_units()));
	let receipt = submit(arguments, &call).await?;
	let claimed = receipt
		.events
		.iter()
		.find_map(|event| match event {
			Event::WorkClaimed(claimed) => Some(claimed),
			_ => None,
		})
		.context("the call succeeded without its event; do the versions match?")?;
	let row = WorkClaimed {
		usdc: claimed.usdc.to_string(),
		r1: claimed.r1.map(|amount| amount.to_string()),
	};
	Answer::one(
		&row,
		&[
			("USDC earned", usdc(&row.usdc)),
			(
				"paid as",
				row.r1.as_deref().map_or("USDC".into(), |amount| format!("{} R1", r1(amount))),
			),
		],
	)
}

/// One line of the history.
#[derive(Serialize)]
struct Payment {
	block: u32,
	what: &'static str,
	deed: Option<u32>,
	job: Option<u32>,
	/// Epochs, the last not included.
	epochs: Option<(u32, u32)>,
	account: Option<String>,
	r1: Option<String>,
	usdc: Option<String>,
	note: String,
}

async fn history(
	arguments: &Arguments,
	from_block: u32,
	deed: Option<u32>,
) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let to_block = chain.finalised_number().await? + 1;
	let rows = chain
		.history(from_block, to_block)
		.await?
		.into_iter()
		.filter_map(payment)
		.filter(|payment| deed.is_none() || payment.deed == deed)
		.collect::<Vec<_>>();
	let header = ["block", "what", "deed", "job", "epochs", "account", "R1", "USDC", "note"];
	Answer::rows(&rows, &header, |row| {
		let number = |value: Option<u32>| value.map_or(String::new(), |value| value.to_string());
		vec![
			row.block.to_string(),
			row.what.to_owned(),
			number(row.deed),
			number(row.job),
			row.epochs.map_or(String::new(), |(from, to)| format!("{from}..{to}")),
			row.account.as_deref().map_or(String::new(), short),
			row.r1.as_deref().map_or(String::new(), r1),
			row.usdc.as_deref().map_or(String::new(), usdc),
			row.note.clone(),
		]
	})
}

impl Payment {
	/// A payment of nothing yet.
	fn at(block: u32) -> Self {
		Self {
			block,
			what: "",
			deed: None,
			job: None,
			epochs: None,
			account: None,
			r1: None,
			usdc: None,
			note: String::new(),
		}
	}
}

/// What an event paid; `None` if it moved no money.
fn payment(recorded: Recorded) -> Option<Payment> {
	let empty = Payment::at(recorded.block);
	Some(match recorded.event {
		Event::DeedsBought(event) => Payment {
			what: "deeds bought",
			deed: Some(event.first_deed),
			account: Some(address(event.buyer.0)),
			r1: Some(event.total.to_string()),
			note: format!("{} at tier {}", event.units, event.tier),
			..empty
		},
		Event::AvailabilityClaimed(event) => Payment {
			what: "availability minted",
			deed: Some(event.deed),
			epochs: Some((event.from_epoch, event.to_epoch)),
			account: Some(address(event.owner.0)),
			r1: Some(event.amount.to_string()),
			..empty
		},
		Event::NodePaid(event) => Payment {
			what: "work accrued",
			deed: Some(event.deed),
			job: Some(event.job),
			epochs: Some((event.epoch, event.epoch + 1)),
			account: Some(address(event.owner.0)),
			usdc: Some(event.reward.to_string()),
			note: format!("quality {} of 255", event.quality),
			..empty
		},
		Event::UsdcBurned(event) => Payment {
			what: "burned",
			job: Some(event.job),
			epochs: Some((event.epoch, event.epoch + 1)),
			r1: Some(event.r1.to_string()),
			usdc: Some(event.usdc.to_string()),
			..empty
		},
		event => return escrow_payment(event, empty),
	})
}

/// What an event moved into or out of the pot of escrows.
fn escrow_payment(event: Event, empty: Payment) -> Option<Payment> {
	let (what, job, account, usdc, r1) = match event {
		Event::WorkClaimed(event) => ("work paid out", None, event.owner, event.usdc, event.r1),
		Event::EscrowDeposited(event) => ("escrow deposit", None, event.owner, event.amount, None),
		Event::EscrowWithdrawn(event) => {
			("escrow withdrawal", None, event.owner, event.amount, None)
		},
		Event::JobClosed(event) => ("job refund", Some(event.job), event.owner, event.refund, None),
		// Paid for above, or no payment at all.
		Event::DeedsBought(_)
		| Event::AvailabilityClaimed(_)
		| Event::NodePaid(_)
		| Event::UsdcBurned(_)
		| Event::NodeLinked(_)
		| Event::NodeUnlinked(_)
		| Event::EpochSettled(_)
		| Event::EpochUnsettled(_)
		| Event::JobCreated(_)
		| Event::JobPlaced(_) => return None,
	};
	Some(Payment {
		what,
		job,
		account: Some(address(account.0)),
		usdc: Some(usdc.to_string()),
		r1: r1.map(|amount| amount.to_string()),
		..empty
	})
}

fn r1(base_units: &str) -> String {
	R1Amount::from_base_units(base_units.parse().unwrap_or(0)).to_string()
}

fn usdc(base_units: &str) -> String {
	UsdcAmount::from_base_units(base_units.parse().unwrap_or(0)).to_string()
}
