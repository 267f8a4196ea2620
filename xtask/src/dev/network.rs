// SPDX-License-Identifier: Apache-2.0

//! Starts and stops the machines of the development network.

use super::{
	engine::Podman,
	layout::{Daemon, INGRESS_SUFFIX, Layout, Validator},
};
use crate::{
	process::{Fleet, Interrupt, Wait},
	rpc,
	workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
	fs,
	io::{Read as _, Write as _},
	os::unix::fs::OpenOptionsExt as _,
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};

/// A node compiles its runtime when it first starts, which takes the longest of all.
const START_TIMEOUT: Duration = Duration::from_secs(180);

/// Name of the file with a daemon's key.
const KEY_FILE: &str = "node.key";

/// The running network; dropping it stops every process.
#[derive(Debug)]
pub struct Network {
	layout: Layout,
	fleet: Fleet,
	podman: Podman,
	interrupt: Interrupt,
	node_program: PathBuf,
	edge_program: PathBuf,
}

impl Network {
	/// Starts every machine from an empty chain, and waits until blocks are final.
	///
	/// # Errors
	///
	/// A program is missing or ends, or the chain does not finalise in time.
	pub fn start(workspace: &Workspace, layout: Layout, interrupt: Interrupt) -> Result<Self> {
		let podman = layout.root.join("podman");
		if layout.root.exists() {
			// Of a run that was killed: its containers still have mounts there.
			Podman::at(&podman)?.clear();
			fs::remove_dir_all(&layout.root)
				.with_context(|| format!("could not remove {}", layout.root.display()))?;
		}
		let mut network = Self {
			fleet: Fleet::new(interrupt.clone()),
			podman: Podman::at(&podman)?,
			interrupt,
			node_program: workspace.program("r1-node")?,
			edge_program: workspace.program("r1-edge")?,
			layout,
		};
		let validators = network.layout.validators.clone();
		for validator in &validators {
			write_secret(&network.network_key(&validator.name)?, &random_seed()?)?;
		}
		for validator in &validators {
			network.start_validator(validator)?;
		}
		let daemons = network.layout.daemons.clone();
		if !daemons.is_empty() {
			let log = network.layout.log("podman");
			network.fleet.spawn("podman", network.podman.service(), &log)?;
		}
		for daemon in &daemons {
			network.write_key(daemon)?;
		}
		for daemon in &daemons {
			network.write_configuration(daemon)?;
			network.start_daemon(daemon)?;
		}
		let rpc_port = network.layout.validators[0].rpc_port;
		network.wait("the first finalised block", START_TIMEOUT, || {
			ensure!(rpc::finalised_number(rpc_port)? > 0, "only the genesis block is final");
			Ok(())
		})?;
		Ok(network)
	}

	/// Who is in the network, and where.
	#[must_use]
	pub fn layout(&self) -> &Layout {
		&self.layout
	}

	/// The engine that runs the containers of all daemons.
	#[must_use]
	pub fn podman(&self) -> &Podman {
		&self.podman
	}

	/// Starts a chain node, which goes on where it stopped.
	///
	/// # Errors
	///
	/// It already runs, or cannot be started.
	pub fn start_validator(&mut self, validator: &Validator) -> Result<()> {
		let daemon = self
			.layout
			.daemons
			.iter()
			.find(|daemon| daemon.account == Some(validator.account));
		let mut command = Command::new(&self.node_program);
		command
			.args(["--chain", &self.layout.chain])
			.args(["--validator", "--state-pruning", "archive"])
			.args(["--blocks-pruning", "archive", "--no-telemetry", "--rpc-cors", "all"])
			.arg(format!("--{}", validator.account.to_lowercase()))
			.arg("--base-path")
			.arg(self.layout.data(&validator.name).join("chain"))
			.arg("--node-key-file")
			.arg(self.network_key(&validator.name)?)
			.args(["--rpc-port", &validator.rpc_port.to_string()])
			.args(["--prometheus-port", &validator.prometheus_port.to_string()])
			.args(["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}", validator.chain_port)]);
		if let Some(daemon) = daemon {
			command.args(["--edge-url", &daemon.api_url()]);
		}
		// Everybody knows everybody: loopback addresses are not published in the chain's DHT.
		for other in self.layout.validators.iter().filter(|other| other.name != validator.name) {
			let peer = peer_id(&self.node_program, &self.network_key(&other.name)?)?;
			let address = format!("/ip4/127.0.0.1/tcp/{}/p2p/{peer}", other.chain_port);
			command.args(["--bootnodes", &address]);
		}
		self.fleet.spawn(&validator.name, command, &self.layout.log(&validator.name))
	}

	/// Starts a daemon, which goes on where it stopped.
	///
	/// # Errors
	///
	/// It already runs, or cannot be started.
	pub fn start_daemon(&mut self, daemon: &Daemon) -> Result<()> {
		let mut command = Command::new(&self.edge_program);
		command.arg("--config").arg(self.layout.data(&daemon.name).join("edge.toml"));
		self.fleet.spawn(&daemon.name, command, &self.layout.log(&daemon.name))
	}

	/// The number of a process.
	///
	/// # Errors
	///
	/// It does not run.
	pub fn pid(&self, name: &str) -> Result<u32> {
		self.fleet.pid(name)
	}

	/// Stops a process in an orderly way.
	///
	/// # Errors
	///
	/// It does not run.
	pub fn stop_one(&mut self, name: &str) -> Result<()> {
		self.fleet.stop(name)
	}

	/// Kills a process with no warning, as a power cut would.
	///
	/// # Errors
	///
	/// It does not run.
	pub fn kill_one(&mut self, name: &str) -> Result<()> {
		self.fleet.kill(name)
	}

	/// Waits until `predicate` is `Ok`; its error says what is still missing.
	///
	/// # Errors
	///
	/// Time is up, Ctrl-C, or a process ended by itself.
	pub fn wait<T>(
		&mut self,
		what: &str,
		timeout: Duration,
		predicate: impl FnMut() -> Result<T>,
	) -> Result<T> {
		self.fleet.wait_for(&Wait { what, timeout }, predicate)
	}

	/// Prints where everything is, and waits for Ctrl-C.
	///
	/// # Errors
	///
	/// A process ends by itself.
	pub fn stay_up(&mut self) -> Result<()> {
		eprintln!("\nThe network stays up; Ctrl-C stops every process.\n");
		for validator in &self.layout.validators {
			eprintln!("  {:18}  {}", validator.name, validator.rpc_url());
		}
		for daemon in &self.layout.daemons {
			eprintln!("  {:18}  {}", daemon.name, daemon.api_url());
		}
		eprintln!("  {:18}  {}", "logs", self.layout.root.join("logs").display());
		eprintln!("\npolkadot.js: connect to {}", self.layout.validators[0].rpc_url());
		while !self.interrupt.is_raised() {
			self.fleet.ensure_all_run()?;
			self.interrupt.pause(Duration::from_secs(1), 0);
		}
		Ok(())
	}

	/// Stops every process.
	///
	/// # Errors
	///
	/// The system refuses to signal one.
	pub fn stop(mut self) -> Result<()> {
		self.fleet.stop_all()
	}

	/// The file with a validator's key in the chain's network, in its directory.
	fn network_key(&self, validator: &str) -> Result<PathBuf> {
		let data = self.layout.data(validator);
		fs::create_dir_all(&data).with_context(|| format!("could not make {}", data.display()))?;
		Ok(data.join("network.key"))
	}

	/// Writes a daemon's key: that of its development account, or a new one.
	fn write_key(&self, daemon: &Daemon) -> Result<()> {
		let data = self.layout.data(&daemon.name);
		fs::create_dir_all(&data).with_context(|| format!("could not make {}", data.display()))?;
		let seed = match daemon.account {
			Some(account) => development_seed(&self.node_program, account)?,
			None => random_seed()?,
		};
		write_secret(&data.join(KEY_FILE), &seed)
	}

	/// Writes a daemon's configuration.
	fn write_configuration(&self, daemon: &Daemon) -> Result<()> {
		let data = self.layout.data(&daemon.name);
		let key_file = data.join(KEY_FILE);
		// Everybody knows the first daemon, and finds the others through it.
		let first = &self.layout.daemons[0];
		let bootstrap = if first.name == daemon.name {
			String::new()
		} else {
			let peer = peer_id(&self.node_program, &self.layout.data(&first.name).join(KEY_FILE))?;
			format!("\"/ip4/127.0.0.1/tcp/{}/p2p/{peer}\"", first.mesh_port)
		};
		let configuration = format!(
			r#"[node]
key_file = {key_file:?}
data_dir = {data:?}
# All machines are one, which may be small.
cores = 16
memory_mib = 65536

[chain]
url = "ws://127.0.0.1:{chain}"

[mesh]
listen = ["/ip4/127.0.0.1/tcp/{mesh}", "/ip4/127.0.0.1/udp/{mesh}/quic-v1"]
bootstrap = [{bootstrap}]
public_listen = ["/ip4/127.0.0.1/tcp/{public}"]

[store]
listen = "127.0.0.1:{files}"

[cstore]
listen = "127.0.0.1:{cstore}"
resp_listen = "127.0.0.1:{resp}"
{cstore_options}
[containers]
engine = {engine:?}

[ingress]
listen = "127.0.0.1:{ingress}"
host_suffix = "{INGRESS_SUFFIX}"

[api]
listen = "127.0.0.1:{api}"

[metrics]
listen = "127.0.0.1:{metrics}"
"#,
			chain = daemon.chain_rpc_port,
			mesh = daemon.mesh_port,
			public = daemon.public_port,
			files = daemon.files_port,
			cstore = daemon.cstore_port,
			resp = daemon.resp_port,
			cstore_options = self.layout.cstore_options,
			engine = self.podman.socket(),
			ingress = daemon.ingress_port,
			api = daemon.api_port,
			metrics = daemon.metrics_port,
		);
		let path = data.join("edge.toml");
		fs::write(&path, configuration)
			.with_context(|| format!("could not write {}", path.display()))
	}
}

impl Drop for Network {
	fn drop(&mut self) {
		// Containers go on without the daemons, which would start them again as long as they run.
		drop(self.fleet.stop_all());
		if !self.layout.daemons.is_empty() {
			self.podman.clear();
		}
	}
}

/// The peer id of a key file; the chain's network and the mesh derive it alike.
fn peer_id(node_program: &Path, key_file: &Path) -> Result<String> {
	let output = Command::new(node_program)
		.args(["key", "inspect-node-key", "--file"])
		.arg(key_file)
		.output()
		.context("could not run r1-node key inspect-node-key")?;
	let peer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
	ensure!(
		!peer.is_empty(),
		"r1-node key inspect-node-key: {}",
		String::from_utf8_lossy(&output.stderr).trim()
	);
	Ok(peer)
}

/// The ed25519 seed of a development account, as the node itself derives it.
fn development_seed(node_program: &Path, account: &str) -> Result<String> {
	let output = Command::new(node_program)
		.args(["key", "inspect", "--scheme", "ed25519", "--output-type", "json"])
		.arg(format!("//{account}"))
		.output()
		.context("could not run r1-node key inspect")?;
	let key: Value = serde_json::from_slice(&output.stdout)
		.with_context(|| format!("r1-node key inspect did not describe //{account}"))?;
	let seed = key.get("secretSeed").and_then(Value::as_str).context("a key has a seed")?;
	Ok(seed.trim_start_matches("0x").to_owned())
}

/// A seed from the system's randomness.
fn random_seed() -> Result<String> {
	let mut seed = [0u8; 32];
	fs::File::open("/dev/urandom")?.read_exact(&mut seed)?;
	Ok(hex::encode(seed))
}

/// Writes a file that only its owner may read.
fn write_secret(path: &Path, text: &str) -> Result<()> {
	let mut file = fs::OpenOptions::new()
		.write(true)
		.create(true)
		.truncate(true)
		.mode(0o600)
		.open(path)
		.with_context(|| format!("could not write {}", path.display()))?;
	file.write_all(text.as_bytes())?;
	Ok(())
}
