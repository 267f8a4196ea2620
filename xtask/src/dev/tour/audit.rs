// SPDX-License-Identifier: Apache-2.0

//! Step 7: the complete history.

use super::{Stage, decimal, number, rows, say, text};
use anyhow::{Result, ensure};
use serde_json::Value;

pub(super) fn history(stage: &Stage<'_>) -> Result<Value> {
	let history = stage.control.query(&["rewards", "history"])?;
	let payments = rows(&history)?;
	ensure!(!payments.is_empty(), "the chain has no history");
	say(format!(
		"{:>6}  {:20} {:>4} {:>3}  {:>16}  {:>12}  {}",
		"block", "what", "deed", "job", "R1", "USDC", "note"
	));
	for payment in payments {
		let amount = |field, decimals| {
			text(payment, field).map_or(String::new(), |amount| decimal(amount, decimals))
		};
		let id = |field| number(payment, field).map_or(String::new(), |id| id.to_string());
		say(format!(
			"{:>6}  {:20} {:>4} {:>3}  {:>16}  {:>12}  {}",
			number(payment, "block")?,
			text(payment, "what")?,
			id("deed"),
			id("job"),
			amount("r1", 18),
			amount("usdc", 6),
			text(payment, "note")?,
		));
	}
	Ok(history)
}
