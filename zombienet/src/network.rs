// SPDX-License-Identifier: Apache-2.0

//! A network that runs.

use crate::{
	control::Control,
	definition::{Definition, key_file},
	namespace::Machine,
	programs::Programs,
};
use anyhow::{Context, Result, bail};
use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};
use tempfile::TempDir;
use tokio::{
	runtime::{Builder, Runtime},
	time::{Instant, sleep},
};
use zombienet_sdk::{LocalFileSystem, NetworkConfigExt as _, subxt::backend::rpc::RpcClient};

/// How often a predicate is tried.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// How much of each log is shown of a network that failed: there are twenty of them, and why it failed
/// must still be seen. The files stay where they are.
const LOG_TAIL_LINES: usize = 2;

/// How many earlier lines are shown in which a process complained.
const LOG_COMPLAINTS: usize = 4;

/// Characters of a line that are shown.
const LOG_LINE_LENGTH: usize = 160;

/// A network of chain nodes and daemons; dropping it stops every process.
pub struct Network {
	// Before everything that the processes use: fields are dropped in order.
	network: zombienet_sdk::Network<LocalFileSystem>,
	runtime: Runtime,
	programs: Programs,
	machines: BTreeMap<u8, Machine>,
	directory: TempDir,
}

impl std::fmt::Debug for Network {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		formatter
			.debug_struct("Network")
			.field("name", &self.network.ns_name())
			.finish()
	}
}

impl Network {
	/// Starts every process, and waits until the nodes answer.
	///
	/// # Errors
	///
	/// A process does not start; those that did are stopped.
	pub fn start(definition: Definition) -> Result<Self> {
		let Definition { config, programs, machines, directory } = definition;
		let runtime = Builder::new_multi_thread()
			.worker_threads(2)
			.enable_all()
			.build()
			.context("could not start threads")?;
		let network =
			runtime.block_on(config.spawn_native()).context("the network did not start")?;
		Ok(Self { network, runtime, programs, machines, directory })
	}

	/// `r1ctl` beside a chain node, by the port of its JSON-RPC, and a daemon, by that of its API.
	#[must_use]
	pub fn control(&self, rpc_port: u16, api_port: u16) -> Control {
		Control {
			inside: None,
			program: self.programs.control.clone(),
			node_url: format!("ws://127.0.0.1:{rpc_port}"),
			edge_url: format!("http://127.0.0.1:{api_port}"),
		}
	}

	/// `r1ctl` on a machine with a network of its own.
	///
	/// # Errors
	///
	/// There is no such machine.
	pub fn control_on(&self, machine: u8, node_url: &str, api_port: u16) -> Result<Control> {
		Ok(Control {
			inside: Some(self.machine(machine)?.network()),
			program: self.programs.control.clone(),
			node_url: node_url.to_owned(),
			edge_url: format!("http://127.0.0.1:{api_port}"),
		})
	}

	/// A machine with a network of its own.
	///
	/// # Errors
	///
	/// The definition has none of that number.
	pub fn machine(&self, number: u8) -> Result<&Machine> {
		self.machines
			.get(&number)
			.with_context(|| format!("there is no machine {number}"))
	}

	/// The file with the node key of a development account.
	///
	/// # Errors
	///
	/// The key cannot be made.
	pub fn key_file(&self, account: &str) -> Result<PathBuf> {
		key_file(&self.programs.node, self.directory.path(), account)
	}

	/// Kills a process with no warning, as a power cut would, and starts it again at once.
	///
	/// # Errors
	///
	/// There is none of that name, or it cannot be started.
	pub fn kill(&self, name: &str) -> Result<()> {
		self.runtime.block_on(self.network.get_any_node(name)?.restart(None))
	}

	/// Stops a process where it is: it neither answers nor ends.
	///
	/// # Errors
	///
	/// There is none of that name.
	pub fn pause(&self, name: &str) -> Result<()> {
		self.runtime.block_on(self.network.get_any_node(name)?.pause())
	}

	/// Lets it go on.
	///
	/// # Errors
	///
	/// There is none of that name.
	pub fn resume(&self, name: &str) -> Result<()> {
		self.runtime.block_on(self.network.get_any_node(name)?.resume())
	}

	/// A client of a node's JSON-RPC.
	///
	/// # Errors
	///
	/// There is no node of that name, or it does not answer.
	pub fn rpc(&self, name: &str) -> Result<RpcClient> {
		self.runtime
			.block_on(self.network.get_node(name)?.rpc())
			.with_context(|| format!("{name} does not answer"))
	}

	/// Waits for what a client was asked.
	pub fn block_on<F: Future>(&self, future: F) -> F::Output {
		self.runtime.block_on(future)
	}

	/// Tries `predicate` until it is `Ok`, and returns what it found.
	///
	/// # Errors
	///
	/// Time is up: the predicate's last error says what was still missing.
	pub fn wait<T>(
		&self,
		what: &str,
		timeout: Duration,
		mut predicate: impl FnMut() -> Result<T>,
	) -> Result<T> {
		let ends = Instant::now() + timeout;
		loop {
			let error = match predicate() {
				Ok(value) => return Ok(value),
				Err(error) => error,
			};
			if ends <= Instant::now() {
				let seconds = timeout.as_secs();
				return Err(error.context(format!("{what} did not come in {seconds} s")));
			}
			self.runtime.block_on(async { sleep(POLL_INTERVAL).await });
		}
	}

	/// Returns when somebody presses Ctrl-C.
	///
	/// # Errors
	///
	/// The system does not tell.
	pub fn run_until_interrupted(&self) -> Result<()> {
		Ok(self.runtime.block_on(tokio::signal::ctrl_c())?)
	}

	/// What matters of all logs, for a failure: complaints, and the ends.
	///
	/// # Errors
	///
	/// They cannot be read.
	pub fn logs(&self) -> Result<String> {
		let base = self.network.base_dir().context("the network has a directory")?;
		let mut text = String::new();
		let mut paths: Vec<PathBuf> = Vec::new();
		for machine in fs::read_dir(base)? {
			let machine = machine?.path();
			if machine.is_dir() {
				for file in fs::read_dir(machine)? {
					paths.push(file?.path());
				}
			}
		}
		paths.sort();
		for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "log")) {
			let log = fs::read(path)?;
			let log = String::from_utf8_lossy(&log);
			text.push_str(&format!("\n==> {}\n{}\n", path.display(), excerpt(&log)));
		}
		if text.is_empty() {
			bail!("there are no logs in {base}");
		}
		Ok(text)
	}
}

/// The last complaints of a log, and its end.
fn excerpt(log: &str) -> String {
	let lines = log.lines().collect::<Vec<_>>();
	let (earlier, tail) = lines.split_at(lines.len().saturating_sub(LOG_TAIL_LINES));
	let complains = |line: &&&str| ["WARN", "ERROR", "panicked"].iter().any(|it| line.contains(it));
	let complaints = earlier.iter().filter(complains).copied().collect::<Vec<_>>();
	let complaints = &complaints[complaints.len().saturating_sub(LOG_COMPLAINTS)..];
	let shown = complaints.iter().chain(tail);
	let cut = |line: &&str| line.chars().take(LOG_LINE_LENGTH).collect::<String>();
	shown.map(cut).collect::<Vec<_>>().join("\n")
}

#[test]
fn excerpt_should_hold_complaints_and_the_end() {
	let log = (0..100).map(|line| format!("{line} {}", if line == 7 { "WARN" } else { "INFO" }));
	let long = "x".repeat(LOG_LINE_LENGTH + 1);
	let log = log.chain([long.clone()]).collect::<Vec<_>>().join("\n");
	let cut = &long[1..];
	assert_eq!(excerpt(&log), format!("7 WARN\n99 INFO\n{cut}"));
}
