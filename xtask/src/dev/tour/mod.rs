// SPDX-License-Identifier: Apache-2.0

//! The tour: what an operator, a developer and an auditor do, one after the other, for real.
//!
//! Nothing here knows a result in advance. Each step does what a person would do with `r1ctl`,
//! prints what the chain says about it, and puts that into the report; the tests compute the
//! numbers independently and compare.

mod deeds;
mod availability;
mod inference;
mod encrypted;
mod learning;
mod spying;
mod agreement;
mod anchoring;
mod audit;
mod drills;
mod sundries;
mod mistakes;
mod access;
mod store;
mod files;
mod containers;
mod ingress;
mod replacement;

use super::{Control, Network};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::path::Path;

pub(super) use access::access;
pub(super) use containers::containers;
pub(super) use drills::drills;
pub(super) use encrypted::look_into_nodes;
pub(super) use files::files;
pub(super) use replacement::replacement;
pub(super) use store::store;

/// Who signs permits to buy deeds, as the development chains start.
const ISSUER: &str = "//Alice";

/// The operator of the plain edge nodes.
const OPERATOR: &str = "//Bob";

/// The developer who orders a job.
const DEVELOPER: &str = "//Charlie";

/// What the tour works with.
struct Stage<'a> {
	workspace: &'a Workspace,
	network: &'a mut Network,
	control: &'a Control,
}

/// Plays the tour; the report has one entry a step.
///
/// # Errors
///
/// A step does not end as it must.
pub(super) fn play(
	workspace: &Workspace,
	network: &mut Network,
	control: &Control,
) -> Result<Map<String, Value>> {
	let mut stage = Stage { workspace, network, control };
	let mut report = Map::new();

	heading(1, "An operator gets a permit, buys Node Deeds and links three edge nodes");
	report.insert("deeds".into(), deeds::buy_and_link(&mut stage)?);

	heading(2, "The nodes beat, and the oracles agree on who was there");
	report.insert("availability".into(), availability::agree(&mut stage)?);

	heading(3, "The operator claims R1 for availability");
	report.insert("claim".into(), availability::claim(&mut stage)?);

	heading(4, "A developer orders inference on two nodes, and uses it");
	let ordered = inference::order_and_use(&mut stage)?;
	let job = number(&ordered, "job")?;
	report.insert("inference".into(), ordered);

	heading(5, "The developer has pictures classified that no node can see");
	let ordered = encrypted::order_and_use(&mut stage)?;
	let encrypted_job = number(&ordered, "job")?;
	report.insert("encrypted".into(), ordered);

	heading(6, "The epoch settles: 85 % to the deeds' owner, 15 % burned");
	report.insert("settlement".into(), inference::settle(&mut stage, job)?);
	report.insert("encrypted_settlement".into(), encrypted::settle(&mut stage, encrypted_job)?);

	heading(7, "Three nodes train one model, each on data that never leaves it");
	report.insert("learning".into(), learning::train_together(&mut stage)?);

	heading(8, "The auditor reads the whole history back from the chain");
	report.insert("history".into(), audit::history(&stage)?);
	Ok(report)
}

/// Plays the first step alone, so that every edge node is linked to a deed; returns the secret of
/// who owns the deeds.
///
/// # Errors
///
/// It does not end as it must.
pub fn link_edge_nodes(
	workspace: &Workspace,
	network: &mut Network,
	control: &Control,
) -> Result<&'static str> {
	deeds::buy_and_link(&mut Stage { workspace, network, control })?;
	Ok(OPERATOR)
}

fn heading(step: u32, title: &str) {
	eprintln!("\n{step}. {title}\n");
}

/// Prints one line of what happened.
fn say(line: impl AsRef<str>) {
	eprintln!("   {}", line.as_ref());
}

/// A whole number of an answer of `r1ctl`.
fn number(answer: &Value, field: &str) -> Result<u64> {
	answer
		.get(field)
		.and_then(Value::as_u64)
		.with_context(|| format!("the answer has no number `{field}`: {answer}"))
}

/// A text of an answer of `r1ctl`.
fn text<'a>(answer: &'a Value, field: &str) -> Result<&'a str> {
	answer
		.get(field)
		.and_then(Value::as_str)
		.with_context(|| format!("the answer has no text `{field}`: {answer}"))
}

/// A path as an argument.
fn path_text(path: &Path) -> Result<&str> {
	path.to_str().with_context(|| format!("{} is not text", path.display()))
}

/// The rows of an answer of `r1ctl`.
fn rows(answer: &Value) -> Result<&[Value]> {
	answer
		.as_array()
		.map(Vec::as_slice)
		.with_context(|| format!("not a list: {answer}"))
}

/// An amount in base units, as a decimal with at most six places, for people.
fn decimal(base_units: &str, decimals: usize) -> String {
	let digits = format!("{base_units:0>width$}", width = decimals + 1);
	let (whole, fraction) = digits.split_at(digits.len() - decimals);
	format!("{whole}.{}", &fraction[..decimals.min(6)])
}
