// SPDX-License-Identifier: Apache-2.0

//! Steps 2 and 3: agreement on availability, and the claim.

use super::{OPERATOR, Stage, decimal, number, rows, say, text};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Waits span epochs of a minute, and blocks of two seconds until they are decided.
const EPOCH_TIMEOUT: Duration = Duration::from_secs(240);

/// Epochs that are watched until one has agreement. An epoch in which too few reports arrive in
/// time pays nothing, and the network goes on: so does the tour, and says so.
const ATTEMPTS: usize = 3;

pub(super) fn agree(stage: &mut Stage<'_>) -> Result<Value> {
	for _ in 0..ATTEMPTS {
		let outcome = watch_epoch(stage)?;
		let table = rows(&outcome["table"])?;
		if table.iter().any(|row| row["agreed"] == true) {
			say(format!("the oracles agreed on epoch {}:", outcome["epoch"]));
			for row in table {
				let value = number(row, "value")?;
				let deed = number(row, "deed")?;
				say(format!("  deed {deed}  {value:>3} of 255  {:>3} %", value * 100 / 255));
			}
			return Ok(outcome);
		}
		say(format!(
			"epoch {} has no agreement, and pays nothing; on to the next",
			outcome["epoch"]
		));
	}
	bail!("no agreement on {ATTEMPTS} epochs in a row")
}

/// Stops a node half-way through the next epoch, and waits until the epoch is decided.
fn watch_epoch(stage: &mut Stage<'_>) -> Result<Value> {
	let control = stage.control;
	let before = control.query(&["network", "status"])?;
	let epoch = number(&before, "epoch")? + 1;
	let epoch_secs = number(&before, "epoch_secs")?;
	let starts_at = number(&before, "epoch_starts_at_secs")? + epoch_secs;

	say(format!("epochs last {epoch_secs} s; epoch {epoch} is watched from its first second"));
	wait_until(stage, starts_at, &format!("the start of epoch {epoch}"))?;

	let stopped = stage.network.layout().edge_nodes().last().context("there are nodes")?.clone();
	wait_until(stage, starts_at + epoch_secs / 2, &format!("the middle of epoch {epoch}"))?;
	stage.network.stop_one(&stopped.name)?;
	say(format!("{} is stopped half-way through the epoch", stopped.name));
	wait_until(stage, starts_at + epoch_secs, &format!("the end of epoch {epoch}"))?;
	stage.network.start_daemon(&stopped)?;
	say(format!("{} is started again", stopped.name));

	let status = stage.network.wait("the epoch to be decided", EPOCH_TIMEOUT, || {
		let status = control.query(&["network", "status"])?;
		let undecided = number(&status, "first_undecided_epoch")?;
		ensure!(undecided > epoch, "epochs before {undecided} are decided");
		Ok(status)
	})?;
	let oracles = rows(status.get("oracles").context("there are oracles")?)?.len();
	let table = control.query(&["network", "availability", "--epoch", &epoch.to_string()])?;
	Ok(json!({
		"epoch": epoch,
		"oracles": oracles,
		"stopped_machine": stopped.name,
		"table": table,
	}))
}

pub(super) fn claim(stage: &mut Stage<'_>) -> Result<Value> {
	let edge = stage.network.layout().edge_nodes()[0].api_url();
	let control = stage.control;
	let due = control.signed(OPERATOR, &edge, &["rewards", "preview"])?;
	say(format!("{} deeds have something to claim", rows(&due)?.len()));
	let issuance_before = text(&control.query(&["network", "status"])?, "r1_issuance")?.to_owned();
	let claims = control.signed(OPERATOR, &edge, &["rewards", "claim"])?;
	let issuance_after = text(&control.query(&["network", "status"])?, "r1_issuance")?.to_owned();
	let mut paid = Vec::new();
	for claim in rows(&claims)? {
		let (deed, from, to) =
			(number(claim, "deed")?, number(claim, "from_epoch")?, number(claim, "to_epoch")?);
		say(format!("deed {deed}  epochs {from}..{to}  {} R1", decimal(text(claim, "r1")?, 18)));
		// The table of each epoch that was paid, so that anybody can compute the sum again.
		let mut values = Vec::new();
		for epoch in from..to {
			let table =
				control.query(&["network", "availability", "--epoch", &epoch.to_string()])?;
			let row = rows(&table)?
				.iter()
				.find(|row| row.get("deed").and_then(Value::as_u64) == Some(deed))
				.context("the table lists every deed")?;
			values.push(number(row, "value")?);
		}
		paid.push(json!({
			"deed": deed,
			"from_epoch": from,
			"to_epoch": to,
			"values": values,
			"r1": text(claim, "r1")?,
			"carry_over_r1": text(claim, "carry_over_r1")?,
			"withheld_r1": text(claim, "withheld_r1")?,
			"recent": control.query(&["rewards", "recent", "--deed", &deed.to_string()])?,
		}));
	}
	Ok(json!({
		"due": due,
		"claims": paid,
		"issuance_before": issuance_before,
		"issuance_after": issuance_after,
	}))
}

/// Waits until a moment of the machine's clock, which the whole network shares.
fn wait_until(stage: &mut Stage<'_>, unix_secs: u64, what: &str) -> Result<()> {
	let left = || unix_secs.saturating_sub(now_secs());
	let timeout = Duration::from_secs(left()) + EPOCH_TIMEOUT;
	stage.network.wait(what, timeout, || {
		ensure!(left() == 0, "{} s left", left());
		Ok(())
	})
}

#[expect(
	clippy::disallowed_methods,
	reason = "the tour stops a machine at a moment of the real clock"
)]
fn now_secs() -> u64 {
	// A clock before 1970 is as good as one at 1970: the wait then lasts until its timeout.
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
