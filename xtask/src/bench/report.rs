// SPDX-License-Identifier: Apache-2.0

//! The table for docs/benchmarks.md, from what the programs printed.

mod access;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{fmt::Write as _, fs, process::Command};

/// Share of a slot in which an author may build its block: `block_proposal_slot_portion` in
/// node/src/service.rs.
const PROPOSAL_SLOT_PORTION: f64 = 0.5;

/// Everything that was measured, as the programs printed it.
#[derive(Debug)]
pub(super) struct Report {
	/// Transfers on our chain.
	pub(super) ours: Value,
	/// Transfers on the plain chain.
	pub(super) plain: Value,
	/// Closing of epochs.
	pub(super) closing: Value,
	/// Calls around licences.
	pub(super) licences: Value,
	/// Beats of whole networks.
	pub(super) mesh: Value,
	/// Tokens and sign-in.
	pub(super) access: Value,
}

impl Report {
	/// The raw results.
	pub(super) fn to_json(&self) -> Value {
		json!({
			"ours": self.ours,
			"plain": self.plain,
			"closing": self.closing,
			"licences": self.licences,
			"mesh": self.mesh,
			"access": self.access,
		})
	}

	/// The tables, and what they were measured on.
	pub(super) fn to_markdown(&self) -> Result<String> {
		for limit in ["/limits/slot_millis", "/limits/normal_ref_time"] {
			let (ours, plain) = (number(&self.ours, limit)?, number(&self.plain, limit)?);
			ensure!(ours == plain, "the chains differ in {limit}: {ours} and {plain}");
		}
		let mut text = format!("Measured {}.\n\n", circumstances()?);
		self.write_transfers(&mut text)?;
		self.write_closing(&mut text)?;
		self.write_licences(&mut text)?;
		self.write_mesh(&mut text)?;
		access::write(&mut text, &self.access)?;
		Ok(text)
	}

	fn write_transfers(&self, text: &mut String) -> Result<()> {
		let window = number(&self.ours, "/saturation/seconds")?;
		let outstanding = number(&self.ours, "/saturation/outstanding")?;
		let rate = number(&self.ours, "/steady/rate_per_sec")?;
		writeln!(text, "| transfers | ratio1 | plain SDK |\n| --- | --- | --- |")?;
		self.row(
			text,
			&format!("finalised per second, {outstanding} always waiting, {window:.0} s"),
			&["/saturation/transfers_per_sec"],
			0,
		)?;
		self.row(text, "in the fullest block", &["/saturation/transfers_per_block_max"], 0)?;
		self.row(text, "that fit a block by weight", &["/limits/transfers_per_block"], 0)?;
		self.row(text, "per second by weight", &["/limits/transfers_per_sec"], 0)?;
		self.row(
			text,
			"a block's finality when saturated, p50 / p99, s",
			&["/saturation/block_finality_secs/p50", "/saturation/block_finality_secs/p99"],
			2,
		)?;
		self.row(
			text,
			&format!("a block's finality at {rate} per second, p50 / p99, s"),
			&["/steady/block_finality_secs/p50", "/steady/block_finality_secs/p99"],
			2,
		)?;
		self.row(
			text,
			&format!("a transfer's finality at {rate} per second, p50 / p99, s"),
			&["/steady/transfer_finality_secs/p50", "/steady/transfer_finality_secs/p99"],
			2,
		)?;
		self.row(
			text,
			"samples of these: blocks / transfers",
			&["/steady/block_finality_secs/samples", "/steady/transfer_finality_secs/samples"],
			0,
		)?;
		let slot_secs = number(&self.ours, "/limits/slot_millis")? / 1_000.0;
		let normal_millis = number(&self.ours, "/limits/normal_ref_time")? / 1e9;
		writeln!(
			text,
			"\nThe limit: ordinary transactions may take {normal_millis:.1} ms of reference time \
			in the block of a {slot_secs} s slot, and a transfer weighs {:.3} ms on ratio1 and \
			{:.3} ms on the plain chain.\nAn author has {:.1} s of the slot to build a block, \
			whatever the weight says.\n",
			number(&self.ours, "/limits/transfer_ref_time")? / 1e9,
			number(&self.plain, "/limits/transfer_ref_time")? / 1e9,
			slot_secs * PROPOSAL_SLOT_PORTION,
		)?;
		Ok(())
	}

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

	fn write_closing(&self, text: &mut String) -> Result<()> {
		writeln!(
			text,
			"| deeds | blocks | most in one block, ms | share of a block | its proof, KiB | total, ms |\n\
			| --- | --- | --- | --- | --- | --- |"
		)?;
		let rows = self.closing.get("epochs").and_then(Value::as_array);
		for row in rows.context("the closing of epochs was measured")? {
			writeln!(
				text,
				"| {} | {} | {:.1} | {:.1} % | {:.0} | {:.1} |",
				number(row, "/deeds")?,
				number(row, "/blocks")?,
				number(row, "/block_max/ref_time")? / 1e9,
				number(row, "/block_max_share")? * 100.0,
				number(row, "/block_max/proof_size")? / 1_024.0,
				number(row, "/total/ref_time")? / 1e9,
			)?;
		}
		let steps = number(&self.closing, "/steps_per_block")?;
		writeln!(
			text,
			"\nWhatever the number of deeds, a block takes at most {steps} steps, or {:.1} ms, \
			{:.1} % of a block, with {} oracles and {} entries of work.",
			number(&self.closing, "/bound/ref_time")? / 1e9,
			number(&self.closing, "/bound_share")? * 100.0,
			number(&self.closing, "/oracles")?,
			number(&self.closing, "/work_entries")?,
		)?;
		Ok(())
	}

	fn write_licences(&self, text: &mut String) -> Result<()> {
		writeln!(
			text,
			"\n| call | weight, ms | share of a block | charged beforehand, ms | native time, ms |\n\
			| --- | --- | --- | --- | --- |"
		)?;
		let rows = self.licences.get("calls").and_then(Value::as_array);
		for row in rows.context("the calls around licences were measured")? {
			writeln!(
				text,
				"| {} | {:.3} | {:.2} % | {:.3} | {:.3} |",
				row.get("call").and_then(Value::as_str).context("a call has a name")?,
				number(row, "/used_ref_time")? / 1e9,
				number(row, "/used_share")? * 100.0,
				number(row, "/declared_ref_time")? / 1e9,
				number(row, "/native_micros")? / 1e3,
			)?;
		}
		let (ours, deployed) = (
			number(&self.licences, "/licence_epochs")?,
			number(&self.licences, "/deployed_licence_epochs")?,
		);
		writeln!(
			text,
			"\nOne claim above settles {ours} licence-epochs; a transaction of the deployed network \
			holds {deployed} at most."
		)?;
		Ok(())
	}

	fn write_mesh(&self, text: &mut String) -> Result<()> {
		writeln!(
			text,
			"\n| nodes | slot, s | oracle receives, KB/s | sends, KB/s | of both without beats, KB/s | \
			a node's mean, both, KB/s | with TCP and IP, KB/s | beats heard by the oracle | \
			by the worst node | on the way, p50 / p99, s | processor, µs a beat |\n\
			| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
		)?;
		let rows = self.mesh.get("networks").and_then(Value::as_array);
		let rows = rows.context("networks were measured")?;
		for row in rows {
			let kilobytes = |path: &str| Ok::<_, anyhow::Error>(number(row, path)? / 1e3);
			writeln!(
				text,
				"| {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} % | {:.1} % | \
				{:.1} / {:.1} | {:.0} |",
				number(row, "/nodes")?,
				number(row, "/slot_secs")?,
				kilobytes("/oracle/received/bytes_per_sec")?,
				kilobytes("/oracle/sent/bytes_per_sec")?,
				kilobytes("/oracle/received/silent_bytes_per_sec")?
					+ kilobytes("/oracle/sent/silent_bytes_per_sec")?,
				kilobytes("/each/both/bytes_per_sec")?,
				kilobytes("/each/device/bytes_per_sec")?,
				number(row, "/oracle/heard_share")? * 100.0,
				number(row, "/each/heard_share_min")? * 100.0,
				number(row, "/way_ms/p50")? / 1e3,
				number(row, "/way_ms/p99")? / 1e3,
				number(row, "/each/processor_micros_per_beat")?,
			)?;
		}
		let largest = rows.last().context("a network was measured")?;
		// What one beat costs the oracle of the largest network, wherever it comes from.
		let bytes_per_beat = |way: &str| {
			let rate = |kind: &str| number(largest, &format!("/oracle/{way}/{kind}"));
			let by_beats = rate("bytes_per_sec")? - rate("silent_bytes_per_sec")?;
			let beats = number(largest, "/nodes")? / number(&self.mesh, "/slot_secs")?;
			Ok::<_, anyhow::Error>(by_beats / beats)
		};
		let (received, sent) = (bytes_per_beat("received")?, bytes_per_beat("sent")?);
		writeln!(
			text,
			"\nA subscriber of the deployed system receives {:.1} KB/s with {} nodes.\n\n\
			| nodes whose beats are judged | µs a beat | ms a slot | the oracle receives, KB/s | \
			sends, KB/s |\n| --- | --- | --- | --- | --- |",
			number(&self.mesh, "/deployed/bytes_per_sec")? / 1e3,
			number(&self.mesh, "/deployed/nodes")?,
		)?;
		let rows = self.mesh.get("judged").and_then(Value::as_array);
		for row in rows.context("beats were judged")? {
			let nodes = number(row, "/nodes")?;
			let beats_per_sec = nodes / number(&self.mesh, "/slot_secs")?;
			writeln!(
				text,
				"| {nodes} | {:.1} | {:.0} | {:.1} | {:.1} |",
				number(row, "/micros_per_beat")?,
				number(row, "/millis_per_slot")?,
				received * beats_per_sec / 1e3,
				sent * beats_per_sec / 1e3,
			)?;
		}
		Ok(())
	}
}

fn number(value: &Value, path: &str) -> Result<f64> {
	value
		.pointer(path)
		.and_then(Value::as_f64)
		.with_context(|| format!("no number at {path}"))
}

/// When, at which commit, and on what machine: what a number means nothing without.
fn circumstances() -> Result<String> {
	let date = first_line(Command::new("date").arg("+%Y-%m-%d"))?;
	let commit = first_line(Command::new("git").args(["describe", "--always", "--dirty"]))?;
	let cpu = fs::read_to_string("/proc/cpuinfo").context("could not read /proc/cpuinfo")?;
	let model = field(&cpu, "model name").unwrap_or("an unnamed processor");
	let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
	let memory = fs::read_to_string("/proc/meminfo").context("could not read /proc/meminfo")?;
	let kibibytes = field(&memory, "MemTotal")
		.and_then(|total| total.trim_end_matches(" kB").parse::<u64>().ok())
		.context("/proc/meminfo has a total")?;
	let gibibytes = kibibytes / (1_024 * 1_024);
	Ok(format!("{date} at {commit}, on {cores} cores of {model} with {gibibytes} GiB"))
}

/// The value of the first line `name : value`.
fn field<'text>(text: &'text str, name: &str) -> Option<&'text str> {
	text.lines()
		.filter_map(|line| line.split_once(':'))
		.find_map(|(key, value)| (key.trim() == name).then(|| value.trim()))
}

fn first_line(command: &mut Command) -> Result<String> {
	let output = command.output().context("could not run a tool of the system")?;
	let text = String::from_utf8_lossy(&output.stdout);
	Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn chain(transfers_per_sec: f64) -> Value {
		let percentiles = json!({ "samples": 30, "p50": 1.5, "p99": 2.25, "max": 3.0 });
		json!({
			"limits": {
				"slot_millis": 2_000,
				"normal_ref_time": 499_500_000_000_u64,
				"transfer_ref_time": 300_000_000,
				"transfers_per_block": 1_665,
				"transfers_per_sec": 832.5,
			},
			"saturation": {
				"outstanding": 4_000,
				"seconds": 60.2,
				"transfers_per_sec": transfers_per_sec,
				"transfers_per_block_max": 900,
				"block_finality_secs": percentiles,
			},
			"steady": {
				"rate_per_sec": 100,
				"transfer_finality_secs": percentiles,
				"block_finality_secs": percentiles,
			},
		})
	}

	fn report() -> Report {
		let closing = json!({
			"oracles": 100, "work_entries": 1_024, "steps_per_block": 16,
			"bound": { "ref_time": 500_000_000_000_u64, "proof_size": 0 }, "bound_share": 0.75,
			"epochs": [{
				"deeds": 1_000, "blocks": 2, "block_max_share": 0.5,
				"block_max": { "ref_time": 333_000_000_000_u64, "proof_size": 2_048 },
				"total": { "ref_time": 400_000_000_000_u64, "proof_size": 4_096 },
			}],
		});
		let licences = json!({
			"deployed_licence_epochs": 5_000, "licence_epochs": 50_000,
			"calls": [{
				"call": "link", "used_ref_time": 120_000_000, "used_share": 0.0123,
				"declared_ref_time": 130_000_000, "native_micros": 456.7,
			}],
		});
		let mesh = json!({
			"deployed": { "nodes": 209, "bytes_per_sec": 214_600 },
			"slot_secs": 10,
			"networks": [{
				"nodes": 200, "slot_secs": 30,
				"oracle": {
					"received": { "silent_bytes_per_sec": 500.0, "bytes_per_sec": 9_000.0 },
					"sent": { "silent_bytes_per_sec": 600.0, "bytes_per_sec": 8_500.0 },
					"heard_share": 1.0,
				},
				"each": {
					"both": { "silent_bytes_per_sec": 400.0, "bytes_per_sec": 15_040.0 },
					"device": { "silent_bytes_per_sec": 700.0, "bytes_per_sec": 20_060.0 },
					"heard_share_min": 0.998, "processor_micros_per_beat": 210.4,
				},
				"way_ms": { "p50": 610, "p99": 1_240, "max": 2_000 },
			}],
			"judged": [{ "nodes": 1_000, "micros_per_beat": 47.6, "millis_per_slot": 47.6 }],
		});
		let access = access::tests::measured();
		Report { ours: chain(400.4), plain: chain(450.0), closing, licences, mesh, access }
	}

	#[test]
	fn markdown_should_have_both_chains_and_every_number_of_deeds() {
		let text = report().to_markdown().expect("every number is there");
		for line in [
			"| finalised per second, 4000 always waiting, 60 s | 400 | 450 |",
			"| a block's finality at 100 per second, p50 / p99, s | 1.50 / 2.25 | 1.50 / 2.25 |",
			"| 1000 | 2 | 333.0 | 50.0 % | 2 | 400.0 |",
			"| link | 0.120 | 1.23 % | 0.130 | 0.457 |",
			"| 200 | 30 | 9.0 | 8.5 | 1.1 | 15.0 | 20.1 | 100.0 % | 99.8 % | 0.6 / 1.2 | 210 |",
			"| 1000 | 47.6 | 48 | 42.5 | 39.5 |",
		] {
			assert!(text.contains(line), "`{line}` is not in:\n{text}");
		}
	}

	#[test]
	fn markdown_should_be_refused_when_the_chains_cannot_be_compared() {
		let mut report = report();
		report.plain["limits"]["normal_ref_time"] = json!(1);
		let error = report.to_markdown().expect_err("the limits differ");
		assert!(error.to_string().contains("/limits/normal_ref_time"), "{error}");
	}
}
