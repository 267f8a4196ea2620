// SPDX-License-Identifier: Apache-2.0

//! Step 1: deeds and links.

use super::{OPERATOR, Stage, decimal, number, rows, say, text};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;

/// The most that the operator pays for a deed, in R1: tier 1 costs 500 USD, and the pool of the
/// development chain starts at 0.30 USD for an R1, so about 1 667 R1.
const PRICE_MAX_R1: &str = "2000";

/// A price is sampled within a minute of the first block.
const PRICE_TIMEOUT: Duration = Duration::from_secs(120);

/// A daemon is in the mesh some seconds after it starts.
const DAEMON_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) fn buy_and_link(stage: &mut Stage<'_>) -> Result<Value> {
	let nodes = stage.network.layout().edge_nodes().to_vec();
	let control = stage.control;
	let sale = stage.network.wait("a price of R1", PRICE_TIMEOUT, || {
		let sale = control.query(&["deeds", "sale"])?;
		text(&sale, "r1_price_usd").context("no sample of the pool's price yet")?;
		Ok(sale)
	})?;
	say(format!("R1 costs {} USD in the pool", decimal(text(&sale, "r1_price_usd")?, 18)));

	let units = nodes.len().to_string();
	let any_edge = nodes[0].api_url();
	let bought = control.signed(
		OPERATOR,
		&any_edge,
		&["deeds", "buy", "--units", &units, "--price-max", PRICE_MAX_R1],
	)?;
	let deeds = rows(bought.get("deeds").context("the purchase names its deeds")?)?;
	ensure!(deeds.len() == nodes.len(), "{} deeds for {} nodes", deeds.len(), nodes.len());
	say(format!(
		"bought {} deeds of tier {} for {} R1 each",
		deeds.len(),
		number(&bought, "tier")?,
		decimal(text(&bought, "price_per_deed")?, 18)
	));

	let mut links = Vec::new();
	for (deed, node) in deeds.iter().zip(&nodes) {
		let deed = deed.as_u64().context("a deed is a number")?.to_string();
		let url = node.api_url();
		stage.network.wait(&format!("{} to answer", node.name), DAEMON_TIMEOUT, || {
			control.at(&url, &["node", "status"])
		})?;
		let linked = control.signed(OPERATOR, &url, &["deeds", "link", "--deed", &deed])?;
		say(format!("deed {deed} is linked to {}, key {}", node.name, text(&linked, "node")?));
		links.push(json!({
			"deed": number(&linked, "deed")?,
			"machine": node.name,
			"node": text(&linked, "node")?,
			"epoch": number(&linked, "epoch")?,
		}));
	}
	Ok(json!({ "sale": sale, "bought": bought, "links": links }))
}
