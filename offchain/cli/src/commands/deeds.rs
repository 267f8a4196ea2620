// SPDX-License-Identifier: Apache-2.0

//! Node Deeds: sale, list, links.

use super::{address, done, short, submit};
use crate::{
	amount::R1Amount,
	arguments::{Arguments, Deeds},
	output::Answer,
};
use anyhow::Context as _;
use r1_api::{HexBytes, LinkProofRequest};
use r1_chain::{calls, events::Event};
use serde::Serialize;

/// How many epochs a node's consent to a link stays valid: the one it is given in, and one more
/// in case the transaction lands after the boundary.
const PROOF_EPOCHS: u32 = 1;

pub(super) async fn run(arguments: &Arguments, command: &Deeds) -> anyhow::Result<Answer> {
	match command {
		Deeds::Sale => sale(arguments).await,
		Deeds::List => list(arguments).await,
		Deeds::Buy { units, price_max } => buy(arguments, *units, *price_max).await,
		Deeds::Link { deed } => link(arguments, *deed).await,
		Deeds::Unlink { deed } => {
			let call = calls::unlink(*deed);
			done(&call, &submit(arguments, &call).await?)
		},
	}
}

#[derive(Serialize)]
struct Sale {
	tier: u8,
	sold_in_tier: u32,
	/// 10^-18 USD; absent until the first sample.
	r1_price_usd: Option<String>,
}

async fn sale(arguments: &Arguments) -> anyhow::Result<Answer> {
	let sale = arguments.chain().await?.sale().await?;
	let samples = sale.price_samples.len() as u128;
	let price = sale.price_samples.iter().sum::<u128>().checked_div(samples);
	let row = Sale {
		tier: sale.tier,
		sold_in_tier: sale.sold_in_tier,
		r1_price_usd: price.map(|price| price.to_string()),
	};
	Answer::one(
		&row,
		&[
			("tier", row.tier.to_string()),
			("sold in tier", row.sold_in_tier.to_string()),
			(
				"price of R1 in USD",
				price.map_or("no sample yet".into(), |price| {
					R1Amount::from_base_units(price).to_string()
				}),
			),
		],
	)
}

#[derive(Serialize)]
struct DeedRow {
	deed: u32,
	owner: String,
	node: Option<String>,
	claimed_r1: String,
	claimed_before_epoch: Option<u32>,
}

async fn list(arguments: &Arguments) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let state = chain.finalised_state().await?;
	let mut rows = Vec::new();
	for (deed, record) in state.deeds.iter() {
		let earned = chain.earned(deed).await?;
		rows.push(DeedRow {
			deed,
			owner: address(record.owner),
			node: record.node.map(address),
			claimed_r1: earned.map_or(0, |earned| earned.claimed).to_string(),
			claimed_before_epoch: earned.map(|earned| earned.next_epoch),
		});
	}
	Answer::rows(&rows, &["deed", "owner", "node", "claimed R1", "up to epoch"], |row| {
		vec![
			row.deed.to_string(),
			short(&row.owner),
			row.node.as_deref().map_or("-".into(), short),
			R1Amount::from_base_units(row.claimed_r1.parse().unwrap_or(0)).to_string(),
			row.claimed_before_epoch.map_or("-".into(), |epoch| epoch.to_string()),
		]
	})
}

#[derive(Serialize)]
struct Bought {
	deeds: Vec<u32>,
	tier: u8,
	price_per_deed: String,
	total: String,
}

async fn buy(arguments: &Arguments, units: u32, price_max: R1Amount) -> anyhow::Result<Answer> {
	let tier = arguments.chain().await?.sale().await?.tier;
	let call = calls::buy_deeds(units, tier, price_max.base_units());
	let receipt = submit(arguments, &call).await?;
	let bought = receipt
		.events
		.iter()
		.find_map(|event| match event {
			Event::DeedsBought(bought) => Some(bought),
			_ => None,
		})
		.context("the call succeeded without its event; do the versions match?")?;
	let row = Bought {
		deeds: (0..bought.units).map(|unit| bought.first_deed + unit).collect(),
		tier: bought.tier,
		price_per_deed: bought.price_per_deed.to_string(),
		total: bought.total.to_string(),
	};
	Answer::one(
		&row,
		&[
			("deeds", format!("{:?}", row.deeds)),
			("tier", row.tier.to_string()),
			("price of one", R1Amount::from_base_units(bought.price_per_deed).to_string()),
			("paid in all", R1Amount::from_base_units(bought.total).to_string()),
		],
	)
}

#[derive(Serialize)]
struct Linked {
	deed: u32,
	node: String,
	epoch: u32,
}

async fn link(arguments: &Arguments, deed: u32) -> anyhow::Result<Answer> {
	let owner = arguments.signer()?.account();
	let state = arguments.chain().await?.finalised_state().await?;
	let expires_at_epoch = state.current_epoch + PROOF_EPOCHS;
	let request = LinkProofRequest { owner: HexBytes(owner), deed, expires_at_epoch };
	let proof = arguments.edge()?.link_proof(&request).await?;
	let call = calls::link(&calls::Link {
		deed,
		node: proof.node.0,
		expires_at_epoch,
		signature: proof.signature.0,
	});
	let receipt = submit(arguments, &call).await?;
	let linked = receipt
		.events
		.iter()
		.find_map(|event| match event {
			Event::NodeLinked(linked) => Some(linked),
			_ => None,
		})
		.context("the call succeeded without its event; do the versions match?")?;
	let row = Linked { deed: linked.deed, node: address(linked.node.0), epoch: linked.epoch };
	Answer::one(
		&row,
		&[
			("deed", row.deed.to_string()),
			("node", row.node.clone()),
			("earns from epoch", row.epoch.to_string()),
		],
	)
}
