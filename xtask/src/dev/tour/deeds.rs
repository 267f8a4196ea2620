// SPDX-License-Identifier: Apache-2.0

//! Step 1: a permit, deeds and links.

use super::{ISSUER, OPERATOR, Stage, decimal, number, rows, say, text};
use crate::dev::{Control, Layout, layout::Daemon};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, time::Duration};

/// The most that the operator pays for a deed, in R1: tier 1 costs 500 USD, and the pool of the
/// development chain starts at 0.30 USD for an R1, so about 1 667 R1.
const PRICE_MAX_R1: &str = "2000";

/// The most that the operator may ever buy for, in US dollars: six deeds of the first tier.
const LIMIT_USD: &str = "3000";

/// Value added tax of the operator's country, in basis points.
const TAX_BASIS_POINTS: &str = "1900";

/// A price is sampled within a minute of the first block.
const PRICE_TIMEOUT: Duration = Duration::from_secs(120);

/// A daemon is in the mesh some seconds after it starts.
const DAEMON_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) fn buy_and_link(stage: &mut Stage<'_>) -> Result<Value> {
	let nodes = stage.network.layout().edge_nodes().to_vec();
	let control = stage.control;
	let units = nodes.len().to_string();
	let order = ["price", "--units", &units, "--tax-basis-points", TAX_BASIS_POINTS];
	let sale = stage.network.wait("a price of R1", PRICE_TIMEOUT, || {
		let sale = control.query(&order)?;
		text(&sale, "r1_price_usd").context("no sample of the pool's price yet")?;
		Ok(sale)
	})?;
	say(format!("R1 costs {} USD in the pool", decimal(text(&sale, "r1_price_usd")?, 18)));
	say(format!(
		"{units} deeds cost {} R1, of which {} R1 are tax",
		decimal(text(&sale["quote"], "total")?, 18),
		decimal(text(&sale["quote"], "tax")?, 18)
	));

	let layout = stage.network.layout();
	let permit = Permit { buyer: OPERATOR, usd_limit: LIMIT_USD, tax: TAX_BASIS_POINTS };
	let (permit, file) = permit.issue(control, layout, "permit-operator.json")?;
	say(format!(
		"the issuer lets the operator buy for {} USD, invoice {}",
		number(&permit, "usd_limit")?,
		text(&permit, "invoice")?
	));
	let file = file.to_str().context("the path of the permit is not text")?;
	let any_edge = nodes[0].api_url();
	let buy = ["deed", "buy", "--units", &units, "--price-max", PRICE_MAX_R1, "--permit", file];
	let rehearsed = control.rehearsed(OPERATOR, &any_edge, &buy)?;
	say(format!("the call would cost a fee of {} R1", decimal(text(&rehearsed, "fee_r1")?, 18)));
	let bought = control.signed(OPERATOR, &any_edge, &buy)?;
	let deeds = rows(bought.get("deeds").context("the purchase names its deeds")?)?;
	ensure!(deeds.len() == nodes.len(), "{} deeds for {} nodes", deeds.len(), nodes.len());
	say(format!(
		"bought deeds {} of tier {} for {} R1 each",
		bought["deeds"],
		number(&bought, "tier")?,
		decimal(text(&bought, "price_per_deed")?, 18)
	));

	let links = link(stage, deeds, &nodes)?;
	Ok(json!({
		"sale": sale,
		"permit": permit,
		"rehearsed": rehearsed,
		"bought": bought,
		"links": links,
	}))
}

/// Links each deed to a node: the first alone, the others in one call.
fn link(stage: &mut Stage<'_>, deeds: &[Value], nodes: &[Daemon]) -> Result<Vec<Value>> {
	let control = stage.control;
	for node in nodes {
		let url = node.api_url();
		stage.network.wait(&format!("{} to answer", node.name), DAEMON_TIMEOUT, || {
			control.at(&url, &["node", "status"])
		})?;
	}
	let pairs = deeds.iter().zip(nodes).collect::<Vec<_>>();
	let ((deed, node), others) = pairs.split_first().context("there are nodes")?;
	let deed = deed.as_u64().context("a deed is a number")?.to_string();
	let url = node.api_url();
	let mut linked = vec![control.signed(OPERATOR, &url, &["deed", "link", "--deed", &deed])?];

	let batch = others
		.iter()
		.map(|(deed, node)| json!({ "deed": deed, "edge_url": node.api_url() }))
		.collect::<Vec<_>>();
	let file = stage.network.layout().root.join("links.json");
	fs::write(&file, Value::Array(batch).to_string())?;
	let file = file.to_str().context("the path of the links is not text")?;
	let batch = control.signed(OPERATOR, &url, &["deed", "link-batch", "--file", file])?;
	linked.extend(rows(&batch)?.iter().cloned());
	ensure!(linked.len() == nodes.len(), "{} links for {} nodes", linked.len(), nodes.len());
	linked
		.iter()
		.zip(nodes)
		.map(|(linked, node)| {
			let (deed, key) = (number(linked, "deed")?, text(linked, "node")?);
			say(format!("deed {deed} is linked to {}, key {key}", node.name));
			let epoch = number(linked, "epoch")?;
			Ok(json!({ "deed": deed, "machine": node.name, "node": key, "epoch": epoch }))
		})
		.collect()
}

/// Leave to buy deeds, as the issuer of the development chains gives it.
pub(super) struct Permit<'a> {
	/// The secret of the account that may buy.
	pub(super) buyer: &'a str,
	/// The most that it may ever have bought for.
	pub(super) usd_limit: &'a str,
	/// Tax in basis points.
	pub(super) tax: &'a str,
}

impl Permit<'_> {
	/// Lets the issuer sign the permit, and keeps it in a file of this name.
	pub(super) fn issue(
		&self,
		control: &Control,
		layout: &Layout,
		name: &str,
	) -> Result<(Value, PathBuf)> {
		self.signed_by(ISSUER, &[], control, layout, name)
	}

	/// Like [`Self::issue`], by somebody whom the chain does not know as an issuer.
	pub(super) fn forge(
		&self,
		forger: &str,
		control: &Control,
		layout: &Layout,
		name: &str,
	) -> Result<(Value, PathBuf)> {
		self.signed_by(forger, &["--anyway"], control, layout, name)
	}

	fn signed_by(
		&self,
		signer: &str,
		flags: &[&str],
		control: &Control,
		layout: &Layout,
		name: &str,
	) -> Result<(Value, PathBuf)> {
		let any_edge = layout.edge_nodes()[0].api_url();
		let account = control.signed(self.buyer, &any_edge, &["account"])?;
		let file = layout.root.join(name);
		let issue = [
			"permit",
			"issue",
			"--buyer",
			text(&account, "account")?,
			"--usd-limit",
			self.usd_limit,
			"--tax-basis-points",
			self.tax,
			// Minutes, until the drills are over.
			"--epochs",
			"60",
			"--output",
			file.to_str().context("the path of the permit is not text")?,
		];
		let permit = control.signed(signer, &any_edge, &[issue.as_slice(), flags].concat())?;
		Ok((permit, file))
	}
}
