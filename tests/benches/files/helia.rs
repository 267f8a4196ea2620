// SPDX-License-Identifier: Apache-2.0

//! The same from one Helia node to another.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{
	io::{BufRead as _, BufReader, Write as _},
	path::Path,
	process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A node, which is told by lines what to do.
struct Node {
	process: Child,
	input: ChildStdin,
	output: BufReader<ChildStdout>,
	address: String,
}

/// How long it takes one of them to fetch a file from the other, in its own words.
pub(super) fn get(package: &Path, bytes: u64) -> Result<Value> {
	let mut giver = Node::start(package)?;
	let mut taker = Node::start(package)?;
	let added = giver.ask(&format!("add {bytes}"))?;
	let cid = added["cid"].as_str().context("it names no CID")?;
	let address = giver.address.clone();
	let got = taker.ask(&format!("get {address} {cid}"))?;
	ensure!(got["sha256"] == added["sha256"], "{got} is not {added}");
	let ms = got["ms"].as_f64().context("it took no time")?;
	Ok(json!({ "secs": ms / 1_000.0 }))
}

impl Node {
	fn start(package: &Path) -> Result<Self> {
		let mut process = Command::new("node")
			.arg("node.mjs")
			.current_dir(package)
			.stdin(Stdio::piped())
			.stdout(Stdio::piped())
			.spawn()
			.context("could not run node")?;
		let input = process.stdin.take().context("it has an input")?;
		let output = BufReader::new(process.stdout.take().context("it has an output")?);
		let mut node = Self { process, input, output, address: String::new() };
		let begun = node.answer()?;
		let address = begun["addresses"][0].as_str().context("it listens nowhere")?;
		address.clone_into(&mut node.address);
		Ok(node)
	}

	fn ask(&mut self, what: &str) -> Result<Value> {
		writeln!(self.input, "{what}")?;
		let answer = self.answer()?;
		ensure!(answer.get("error").is_none(), "to `{what}` it says {answer}");
		Ok(answer)
	}

	fn answer(&mut self) -> Result<Value> {
		let mut line = String::new();
		self.output.read_line(&mut line)?;
		serde_json::from_str(&line).with_context(|| format!("it says {line:?}"))
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		// It may have ended by itself.
		drop(self.process.kill());
		drop(self.process.wait());
	}
}
