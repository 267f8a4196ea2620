// SPDX-License-Identifier: Apache-2.0

//! Deeds: list, purchase, transfer, end.

use super::{
	Caller, Purchase, address, done, event, link, or_dash, permit, rehearsed, short, submit,
};
use crate::{
	amount::R1Amount,
	arguments::{Arguments, Buy, Deed},
	output::Answer,
};
use anyhow::{Context as _, ensure};
use r1_chain::{
	Address, Receipt,
	calls::{self, Call, DeedOrder},
	events::Event,
};
use r1_primitives::Maintenance;
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Deed) -> anyhow::Result<Answer> {
	match command {
		Deed::List { owner } => list(arguments, *owner).await,
		Deed::Show { deed } => show(arguments, *deed).await,
		Deed::Buy(order) => buy(arguments, order).await,
		Deed::Link { deed } => link::one(arguments, *deed).await,
		Deed::LinkBatch { file } => link::batch(arguments, file).await,
		Deed::Unlink { deed } => call(arguments, &calls::unlink(*deed)).await,
		Deed::Maintenance { deed, epoch, first_slot, slots } => {
			let (epoch, first_slot, slots) = (*epoch, *first_slot, *slots);
			let window = Maintenance { epoch, first_slot, slots };
			call(arguments, &calls::announce_maintenance(*deed, &window)).await
		},
		Deed::Transfer { deed, to } => call(arguments, &calls::transfer_deed(*deed, to.0)).await,
		Deed::Burn { deed, yes } => {
			ensure!(*yes || arguments.dry_run, "deed {deed} would be gone for ever: give --yes");
			call(arguments, &calls::burn_deed(*deed)).await
		},
	}
}

async fn call(arguments: &Arguments, call: &Call) -> anyhow::Result<Answer> {
	submit(arguments, call, |receipt| done(call, receipt)).await
}

#[derive(Serialize)]
struct DeedRow {
	deed: u32,
	kind: &'static str,
	owner: String,
	node: Option<String>,
	is_banned: bool,
	/// Minted so far; what is released is this and what is withheld.
	minted_r1: R1Amount,
	withheld_r1: R1Amount,
	/// The first epoch that is not claimed.
	next_epoch: Option<u32>,
}

async fn list(arguments: &Arguments, owner: Option<Address>) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let state = chain.finalised_state().await?;
	let accounts = chain.reward_accounts().await?;
	let rows = state
		.deeds
		.iter()
		.filter(|(_, record)| owner.is_none_or(|owner| owner.0 == record.owner))
		.map(|(deed, record)| {
			let account = accounts.get(&deed);
			let minted =
				account.map_or(0, |account| account.released.saturating_sub(account.withheld));
			DeedRow {
				deed,
				kind: record.kind.name(),
				owner: address(record.owner),
				node: record.node.map(address),
				is_banned: record.is_banned,
				minted_r1: minted.into(),
				withheld_r1: account.map_or(0, |account| account.withheld).into(),
				next_epoch: account.map(|account| account.next_epoch),
			}
		})
		.collect::<Vec<_>>();
	let header =
		["deed", "kind", "owner", "node", "banned", "minted R1", "withheld R1", "next epoch"];
	Answer::rows(&rows, &header, |row| {
		vec![
			row.deed.to_string(),
			row.kind.to_owned(),
			short(&row.owner),
			or_dash(row.node.as_deref().map(short)),
			if row.is_banned { "yes".into() } else { "-".into() },
			row.minted_r1.to_string(),
			row.withheld_r1.to_string(),
			or_dash(row.next_epoch),
		]
	})
}

#[derive(Serialize)]
struct Details {
	deed: u32,
	kind: &'static str,
	/// Nobody once the deed is burned.
	owner: Option<String>,
	node: Option<String>,
	is_banned: bool,
	linked_at_secs: u64,
	may_be_linked_from_secs: u64,
	/// What a Master Deed may release over its life.
	allocation_r1: Option<R1Amount>,
	/// The epoch in which the curve of a Master Deed starts.
	first_epoch: Option<u32>,
	released_r1: R1Amount,
	withheld_r1: R1Amount,
	remaining_r1: Option<R1Amount>,
	next_epoch: Option<u32>,
	payments: u32,
}

async fn show(arguments: &Arguments, deed: u32) -> anyhow::Result<Answer> {
	let details = arguments.chain().await?.deed(deed).await?;
	let details = details.with_context(|| format!("deed {deed} was never issued"))?;
	let rewards = details.rewards;
	let row = Details {
		deed,
		kind: details.kind.name(),
		owner: details.owner.map(|owner| address(owner.0)),
		node: details.node.map(|node| address(node.0)),
		is_banned: details.is_banned,
		linked_at_secs: details.linked_at_secs,
		may_be_linked_from_secs: details.may_be_linked_from_secs,
		allocation_r1: details.allocation.map(R1Amount::from),
		first_epoch: details.first_epoch,
		released_r1: rewards.map_or(0, |account| account.released).into(),
		withheld_r1: rewards.map_or(0, |account| account.withheld).into(),
		remaining_r1: details.remaining.map(R1Amount::from),
		next_epoch: rewards.map(|account| account.next_epoch),
		payments: rewards.map_or(0, |account| account.payments),
	};
	Answer::one(
		&row,
		&[
			("deed", row.deed.to_string()),
			("kind", row.kind.to_owned()),
			("owner", or_dash(row.owner.as_ref())),
			("node", or_dash(row.node.as_ref())),
			("banned", if row.is_banned { "yes".into() } else { "no".into() }),
			("last linked, Unix time", row.linked_at_secs.to_string()),
			("may be linked from", row.may_be_linked_from_secs.to_string()),
			("allocation in R1", or_dash(row.allocation_r1)),
			("first epoch of the curve", or_dash(row.first_epoch)),
			("released R1", row.released_r1.to_string()),
			("of it withheld", row.withheld_r1.to_string()),
			("to be paid yet, R1", or_dash(row.remaining_r1)),
			("next epoch", or_dash(row.next_epoch)),
			("payments", row.payments.to_string()),
		],
	)
}

#[derive(Serialize)]
struct Bought {
	deeds: Vec<u32>,
	tier: u8,
	/// Without tax.
	price_per_deed: R1Amount,
	tax: R1Amount,
	/// All that was paid, the tax included.
	total: R1Amount,
	/// None on a chain whose release asks for no permit.
	invoice: Option<String>,
}

async fn buy(arguments: &Arguments, order: &Buy) -> anyhow::Result<Answer> {
	let permit = permit::read(&order.permit)?;
	let caller = Caller::connect(arguments).await?;
	let chain = &caller.chain;
	let order = DeedOrder {
		units: order.units,
		tier: chain.tier().await?,
		price_per_deed_max: order.price_max.base_units(),
		allow_partial: order.allow_partial,
	};
	let call = calls::buy_deeds(&order, &permit);
	if !caller.is_dry_run {
		return caller.submit(&call, bought).await;
	}
	let rehearsal = chain.rehearse(&call, &caller.signer).await?;
	let quote = chain.price(order.units, permit.permit.tax_basis_points).await?.quote;
	let purchase = quote.map(|quote| Purchase {
		units: quote.units,
		price_per_deed: quote.price_per_deed.into(),
		tax: quote.tax.into(),
		total: quote.total.into(),
	});
	rehearsed(rehearsal, purchase)
}

fn bought(receipt: &Receipt) -> anyhow::Result<Answer> {
	let bought = event(receipt, |event| match event {
		Event::DeedsBought(bought) => Some(bought),
		_ => None,
	})?;
	let row = Bought {
		deeds: (0..bought.units).map(|unit| bought.first_deed + unit).collect(),
		tier: bought.tier,
		price_per_deed: bought.price_per_deed.into(),
		tax: bought.tax.unwrap_or(0).into(),
		total: bought.total.into(),
		invoice: bought.invoice.map(|invoice| format!("0x{}", hex::encode(invoice))),
	};
	Answer::one(
		&row,
		&[
			("deeds", format!("{:?}", row.deeds)),
			("tier", row.tier.to_string()),
			("price of one", row.price_per_deed.to_string()),
			("tax", row.tax.to_string()),
			("paid in all", row.total.to_string()),
			("invoice", or_dash(row.invoice.as_ref())),
		],
	)
}
