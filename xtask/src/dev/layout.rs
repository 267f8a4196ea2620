// SPDX-License-Identifier: Apache-2.0

//! Who is in the development network, on which ports, and where its files are.

use crate::process::port;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Validators of the `local` chain, by the development account that each one is.
const VALIDATORS: [&str; 3] = ["Alice", "Bob", "Charlie"];

/// Plain edge nodes.
const EDGE_NODES: usize = 3;

/// JSON-RPC of the first validator; polkadot.js looks for it here.
const RPC_PORT: u16 = 9944;
/// Chain network of the first validator.
const CHAIN_PORT: u16 = 30333;
/// Prometheus of the first validator.
const PROMETHEUS_PORT: u16 = 9615;
/// HTTP API of the first daemon.
const API_PORT: u16 = 31236;
/// Metrics of the first daemon.
const METRICS_PORT: u16 = 31237;
/// The first daemon's store, for clients of Ratio1's SDKs.
const CSTORE_PORT: u16 = 31234;
/// The first daemon's files, for clients of Ratio1's SDKs.
const FILES_PORT: u16 = 31235;
/// The first daemon's store, for clients of Redis.
const RESP_PORT: u16 = 6380;
/// Mesh of the first daemon.
const MESH_PORT: u16 = 4101;
/// Where the first daemon serves files to anybody.
const PUBLIC_PORT: u16 = 4201;
/// Where the first daemon leads visitors to jobs.
const INGRESS_PORT: u16 = 31238;
/// What host names of jobs end in; browsers find such names on this machine.
pub(super) const INGRESS_SUFFIX: &str = "apps.localhost";
/// Distance between the HTTP ports of two daemons, which leaves room for other services of one.
const API_PORT_STEP: u16 = 10;

/// The network's machines.
#[derive(Clone, Debug)]
pub struct Layout {
	/// Everything that the network writes.
	pub root: PathBuf,
	/// The chain: a name that the node knows, or the file of a specification.
	pub chain: String,
	/// Machines that run a chain node and a daemon.
	pub validators: Vec<Validator>,
	/// More lines of the daemons' section `[cstore]`.
	pub cstore_options: &'static str,
	/// All daemons: first those of the validators, in order, then the plain ones.
	pub daemons: Vec<Daemon>,
}

/// A chain node.
#[derive(Clone, Debug)]
pub struct Validator {
	/// Its name in logs.
	pub name: String,
	/// The development account that it is.
	pub account: &'static str,
	/// JSON-RPC.
	pub rpc_port: u16,
	/// Chain network.
	pub chain_port: u16,
	/// Prometheus.
	pub prometheus_port: u16,
}

/// A daemon.
#[derive(Clone, Debug)]
pub struct Daemon {
	/// Its name in logs.
	pub name: String,
	/// The development account whose key it has; `None` for a key of its own.
	pub account: Option<&'static str>,
	/// HTTP API.
	pub api_port: u16,
	/// Metrics and health.
	pub metrics_port: u16,
	/// The store, for clients of Ratio1's SDKs.
	pub cstore_port: u16,
	/// Files, for clients of Ratio1's SDKs.
	pub files_port: u16,
	/// The store, for clients of Redis.
	pub resp_port: u16,
	/// Mesh, both TCP and QUIC.
	pub mesh_port: u16,
	/// Where files are served to anybody.
	pub public_port: u16,
	/// Where visitors are led to jobs.
	pub ingress_port: u16,
	/// JSON-RPC of the chain node that it follows.
	pub chain_rpc_port: u16,
}

impl Layout {
	/// Three validators and three plain edge nodes, whose files are under `root`.
	#[must_use]
	pub fn new(root: &Path) -> Self {
		let validators: Vec<Validator> = (0..)
			.zip(VALIDATORS)
			.map(|(offset, account)| Validator {
				name: format!("validator-{}", offset + 1),
				account,
				rpc_port: RPC_PORT + offset,
				chain_port: CHAIN_PORT + offset,
				prometheus_port: PROMETHEUS_PORT + offset,
			})
			.collect();
		let beside_validators = VALIDATORS
			.iter()
			.enumerate()
			.map(|(index, account)| (format!("validator-{}-edge", index + 1), Some(*account)));
		let plain = (1..=EDGE_NODES).map(|number| (format!("edge-{number}"), None));
		let daemons = (0..)
			.zip(beside_validators.chain(plain))
			.map(|(offset, (name, account))| Daemon {
				name,
				account,
				api_port: API_PORT + offset * API_PORT_STEP,
				metrics_port: METRICS_PORT + offset * API_PORT_STEP,
				cstore_port: CSTORE_PORT + offset * API_PORT_STEP,
				files_port: FILES_PORT + offset * API_PORT_STEP,
				resp_port: RESP_PORT + offset,
				mesh_port: MESH_PORT + offset,
				public_port: PUBLIC_PORT + offset,
				ingress_port: INGRESS_PORT + offset * API_PORT_STEP,
				// Plain nodes follow different validators, so that one outage hits one of them.
				chain_rpc_port: RPC_PORT + offset % 3,
			})
			.collect();
		Self {
			root: root.to_owned(),
			chain: "local".to_owned(),
			validators,
			cstore_options: "",
			daemons,
		}
	}

	/// The three validators alone, on a chain of their own.
	#[must_use]
	pub fn of_validators(root: &Path, chain: &Path) -> Self {
		let chain = chain.to_string_lossy().into_owned();
		Self { chain, daemons: Vec::new(), ..Self::new(root) }
	}

	/// The plain edge nodes: those that the tour links to deeds.
	#[must_use]
	pub fn edge_nodes(&self) -> &[Daemon] {
		&self.daemons[self.validators.len()..]
	}

	/// The log of a process.
	#[must_use]
	pub fn log(&self, name: &str) -> PathBuf {
		self.root.join("logs").join(format!("{name}.log"))
	}

	/// The files of a process.
	#[must_use]
	pub fn data(&self, name: &str) -> PathBuf {
		self.root.join("data").join(name)
	}

	/// Checks that nobody else listens where the network wants to.
	///
	/// # Errors
	///
	/// Some port is taken: which, by what process, and what it is wanted for.
	pub fn ensure_ports_are_free(&self) -> Result<()> {
		let mut ports = Vec::new();
		for validator in &self.validators {
			ports.push((validator.rpc_port, format!("{}'s JSON-RPC", validator.name)));
			ports.push((validator.chain_port, format!("{}'s network", validator.name)));
			ports.push((validator.prometheus_port, format!("{}'s metrics", validator.name)));
		}
		for daemon in &self.daemons {
			ports.push((daemon.api_port, format!("{}'s API", daemon.name)));
			ports.push((daemon.metrics_port, format!("{}'s metrics", daemon.name)));
			ports.push((daemon.cstore_port, format!("{}'s store", daemon.name)));
			ports.push((daemon.resp_port, format!("{}'s store for Redis clients", daemon.name)));
			ports.push((daemon.files_port, format!("{}'s files", daemon.name)));
			ports.push((daemon.public_port, format!("{}'s files for anybody", daemon.name)));
			ports.push((daemon.ingress_port, format!("{}'s ingress", daemon.name)));
			ports.push((daemon.mesh_port, format!("{}'s mesh", daemon.name)));
		}
		port::ensure_free(&ports)
	}
}

impl Validator {
	/// Where clients find it.
	#[must_use]
	pub fn rpc_url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.rpc_port)
	}
}

impl Daemon {
	/// Where clients find it.
	#[must_use]
	pub fn api_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.api_port)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeSet;

	#[test]
	fn layout_should_give_every_process_a_port_and_a_name_of_its_own() {
		let layout = Layout::new(Path::new("root"));
		let ports = layout
			.validators
			.iter()
			.flat_map(|it| [it.rpc_port, it.chain_port, it.prometheus_port])
			.chain(layout.daemons.iter().flat_map(|it| {
				let http = [it.api_port, it.metrics_port, it.cstore_port, it.files_port];
				let others = [it.resp_port, it.mesh_port, it.public_port, it.ingress_port];
				http.into_iter().chain(others)
			}))
			.collect::<Vec<_>>();
		assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len());
		assert_eq!(ports.len(), 3 * 3 + 6 * 8);
		assert_eq!(layout.edge_nodes().len(), EDGE_NODES);
		assert!(layout.edge_nodes().iter().all(|node| node.account.is_none()));
	}
}
