// SPDX-License-Identifier: Apache-2.0

//! The table of transfers, on our chain and on a plain one.

use super::{Transfers, number};
use anyhow::{Result, ensure};
use std::fmt::Write as _;

/// Share of a slot in which an author may build its block: `block_proposal_slot_portion` in
/// node/src/service.rs.
const PROPOSAL_SLOT_PORTION: f64 = 0.5;

/// Writes the table.
///
/// # Errors
///
/// The chains cannot be compared, or a number is missing.
pub(super) fn write(text: &mut String, transfers: &Transfers) -> Result<()> {
	let Transfers { ours, plain } = transfers;
	for limit in ["/limits/slot_millis", "/limits/normal_ref_time"] {
		let (ours, plain) = (number(ours, limit)?, number(plain, limit)?);
		ensure!(ours == plain, "the chains differ in {limit}: {ours} and {plain}");
	}
	let window = number(ours, "/saturation/seconds")?;
	let outstanding = number(ours, "/saturation/outstanding")?;
	let rate = number(ours, "/steady/rate_per_sec")?;
	writeln!(text, "| transfers | ratio1 | plain SDK |\n| --- | --- | --- |")?;
	transfers.row(
		text,
		&format!("finalised per second, {outstanding} always waiting, {window:.0} s"),
		&["/saturation/transfers_per_sec"],
		0,
	)?;
	transfers.row(text, "in the fullest block", &["/saturation/transfers_per_block_max"], 0)?;
	transfers.row(text, "that fit a block by weight", &["/limits/transfers_per_block"], 0)?;
	transfers.row(text, "per second by weight", &["/limits/transfers_per_sec"], 0)?;
	transfers.row(
		text,
		"a block's finality when saturated, p50 / p99, s",
		&["/saturation/block_finality_secs/p50", "/saturation/block_finality_secs/p99"],
		2,
	)?;
	transfers.row(
		text,
		&format!("a block's finality at {rate} per second, p50 / p99, s"),
		&["/steady/block_finality_secs/p50", "/steady/block_finality_secs/p99"],
		2,
	)?;
	transfers.row(
		text,
		&format!("a transfer's finality at {rate} per second, p50 / p99, s"),
		&["/steady/transfer_finality_secs/p50", "/steady/transfer_finality_secs/p99"],
		2,
	)?;
	transfers.row(
		text,
		"samples of these: blocks / transfers",
		&["/steady/block_finality_secs/samples", "/steady/transfer_finality_secs/samples"],
		0,
	)?;
	let slot_secs = number(ours, "/limits/slot_millis")? / 1_000.0;
	let normal_millis = number(ours, "/limits/normal_ref_time")? / 1e9;
	writeln!(
		text,
		"\nThe limit: ordinary transactions may take {normal_millis:.1} ms of reference time \
		in the block of a {slot_secs} s slot, and a transfer weighs {:.3} ms on ratio1 and \
		{:.3} ms on the plain chain.\nAn author has {:.1} s of the slot to build a block, \
		whatever the weight says.\n",
		number(ours, "/limits/transfer_ref_time")? / 1e9,
		number(plain, "/limits/transfer_ref_time")? / 1e9,
		slot_secs * PROPOSAL_SLOT_PORTION,
	)?;
	Ok(())
}

impl Transfers {
	/// A row with the same numbers of both chains.
	fn row(&self, text: &mut String, name: &str, paths: &[&str], decimals: usize) -> Result<()> {
		write!(text, "| {name} |")?;
		for chain in [&self.ours, &self.plain] {
			let numbers = paths
				.iter()
				.map(|path| Ok(format!("{:.decimals$}", number(chain, path)?)))
				.collect::<Result<Vec<_>>>()?;
			write!(text, " {} |", numbers.join(" / "))?;
		}
		writeln!(text)?;
		Ok(())
	}
}
