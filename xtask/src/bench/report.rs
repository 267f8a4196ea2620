// SPDX-License-Identifier: Apache-2.0

//! The tables for docs/benchmarks.md, from what the programs printed.

mod access;
mod closing;
mod cstore;
mod files;
mod licences;
mod mesh;
mod placement;
mod replicated;
mod transfers;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{fs, process::Command};

/// What was measured, as the programs printed it.
#[derive(Debug, Default)]
pub(super) struct Report {
	/// Transfers.
	pub(super) transfers: Option<Transfers>,
	/// Closing of epochs.
	pub(super) closing: Option<Value>,
	/// Calls around licences.
	pub(super) licences: Option<Value>,
	/// Placing jobs.
	pub(super) placement: Option<Value>,
	/// Beats of whole networks.
	pub(super) mesh: Option<Value>,
	/// Tokens and sign-in.
	pub(super) access: Option<Value>,
	/// The store.
	pub(super) cstore: Option<Value>,
	/// Three nodes of it.
	pub(super) replicated: Option<Value>,
	/// Files.
	pub(super) files: Option<Value>,
}

/// Transfers on two chains.
#[derive(Debug)]
pub(super) struct Transfers {
	/// On ours.
	pub(super) ours: Value,
	/// On the plain chain.
	pub(super) plain: Value,
}

impl Report {
	/// The raw results.
	pub(super) fn to_json(&self) -> Value {
		json!({
			"ours": self.transfers.as_ref().map(|transfers| &transfers.ours),
			"plain": self.transfers.as_ref().map(|transfers| &transfers.plain),
			"closing": self.closing,
			"licences": self.licences,
			"placement": self.placement,
			"mesh": self.mesh,
			"access": self.access,
			"cstore": self.cstore,
			"replicated": self.replicated,
			"files": self.files,
		})
	}

	/// The tables, and what they were measured on.
	pub(super) fn to_markdown(&self) -> Result<String> {
		let mut text = format!("Measured {}.\n\n", circumstances()?);
		if let Some(measured) = &self.transfers {
			transfers::write(&mut text, measured)?;
		}
		for (measured, write) in [
			(&self.closing, closing::write as fn(&mut String, &Value) -> Result<()>),
			(&self.licences, licences::write),
			(&self.placement, placement::write),
			(&self.mesh, mesh::write),
			(&self.access, access::write),
			(&self.cstore, cstore::write),
			(&self.replicated, replicated::write),
			(&self.files, files::write),
		] {
			if let Some(measured) = measured {
				write(&mut text, measured)?;
			}
		}
		Ok(text)
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
		let placement = json!({
			"replicas": 3,
			"votes": [{
				"nodes": 10_000, "jobs": 10_000, "placed": 9_990, "millis": 432,
				"jobs_with_dark_nodes": 3_300, "replacement_millis": 210,
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
		Report {
			transfers: Some(Transfers { ours: chain(400.4), plain: chain(450.0) }),
			closing: Some(closing),
			licences: Some(licences),
			placement: Some(placement),
			mesh: Some(mesh),
			access: Some(access),
			cstore: Some(cstore::tests::measured()),
			replicated: Some(replicated::tests::measured()),
			files: Some(files::tests::measured()),
		}
	}

	#[test]
	fn markdown_should_have_both_chains_and_every_number_of_deeds() {
		let text = report().to_markdown().expect("every number is there");
		for line in [
			"| finalised per second, 4000 always waiting, 60 s | 400 | 450 |",
			"| a block's finality at 100 per second, p50 / p99, s | 1.50 / 2.25 | 1.50 / 2.25 |",
			"| 1000 | 2 | 333.0 | 50.0 % | 2 | 400.0 |",
			"| link | 0.120 | 1.23 % | 0.130 | 0.457 |",
			"| 10000 | 10000 | 432 | 3300 | 210 |",
			"| 200 | 30 | 9.0 | 8.5 | 1.1 | 15.0 | 20.1 | 100.0 % | 99.8 % | 0.6 / 1.2 | 210 |",
			"| 1000 | 47.6 | 48 | 42.5 | 39.5 |",
		] {
			assert!(text.contains(line), "`{line}` is not in:\n{text}");
		}
	}

	#[test]
	fn markdown_should_be_refused_when_the_chains_cannot_be_compared() {
		let mut report = report();
		let transfers = report.transfers.as_mut().expect("they were measured");
		transfers.plain["limits"]["normal_ref_time"] = json!(1);
		let error = report.to_markdown().expect_err("the limits differ");
		assert!(error.to_string().contains("/limits/normal_ref_time"), "{error}");
	}

	#[test]
	fn markdown_should_have_what_was_measured_alone() {
		let report = Report { transfers: None, closing: None, mesh: None, ..report() };
		let text = report.to_markdown().expect("every number is there");
		assert!(text.contains("| link | 0.120 |") && !text.contains("| deeds |"), "{text}");
	}
}
