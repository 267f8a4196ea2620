// SPDX-License-Identifier: Apache-2.0

//! The configuration: a TOML file, overridden by variables, overridden by flags.

mod containers;
mod ingress;

pub(crate) use containers::{Containers, Engine};
pub(crate) use ingress::{Ingress, IngressTcp};

use crate::{arguments::Arguments, capabilities, defaults, http::TlsFiles};
use anyhow::{Context as _, ensure};
use r1_telemetry::{LogFormat, LogOptions};
use serde::{Deserialize, Serialize};
use std::{
	fs,
	net::SocketAddr,
	path::{Path, PathBuf},
	str::FromStr,
};

/// Everything that can be configured.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
	pub(crate) node: Node,
	pub(crate) chain: Chain,
	pub(crate) mesh: Mesh,
	pub(crate) store: Store,
	pub(crate) cstore: Cstore,
	pub(crate) containers: Containers,
	pub(crate) ingress: Ingress,
	pub(crate) api: Api,
	pub(crate) metrics: Metrics,
	pub(crate) log: Log,
}

/// The node itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Node {
	/// Its key; made at the first start if it is not there. Default: `node.key` in `data_dir`.
	pub(crate) key_file: Option<PathBuf>,
	/// Everything that it keeps. Default: `r1-data`.
	pub(crate) data_dir: PathBuf,
	/// What the owner says of the machine, such as `region-eu`; everybody can read it. At most 16
	/// tags of 32 bytes. Default: none.
	pub(crate) tags: Vec<String>,
	/// Processor cores that jobs may use. Default: all that there are.
	pub(crate) cores: Option<u16>,
	/// Memory that jobs may use, in MiB. Default: all that there is.
	pub(crate) memory_mib: Option<u32>,
}

/// The chain.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Chain {
	/// WebSocket URL of the node to follow. Default: `ws://127.0.0.1:9944`.
	pub(crate) url: String,
}

/// The mesh of daemons.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mesh {
	/// Multiaddresses to listen on. Default: TCP and QUIC on port 4101, all interfaces.
	pub(crate) listen: Vec<String>,
	/// Multiaddresses of daemons to find the others through. Default: none.
	pub(crate) bootstrap: Vec<String>,
	/// Connections in all, each of about 100 KiB. An oracle needs one for each node that it asks;
	/// those that it has no connection for are not asked. Default: 256.
	pub(crate) connections_max: u32,
	/// Multiaddresses to serve blocks of files on to anybody, in the protocol of IPFS. Default: none,
	/// which serves the nodes of the network alone.
	pub(crate) public_listen: Vec<String>,
	/// Bytes of blocks a second for all strangers together. Default: 16 MiB.
	pub(crate) public_bytes_per_sec: u64,
}

/// The content store.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
	/// Space for blocks, in bytes. Default: 32 GiB.
	pub(crate) bytes_max: u64,
	/// Bytes that the pins of each job may keep. Default: 4 GiB.
	pub(crate) job_bytes_max: u64,
	/// Address and port for clients of Ratio1's SDKs, on loopback, or `off`. Default:
	/// 127.0.0.1:31235.
	pub(crate) listen: Listen,
	/// Whether anybody who reaches the API may read, without a token, what is on this node's disk, by
	/// its CID. Default: false.
	pub(crate) is_gateway_public: bool,
}

/// The store that jobs share state through.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Cstore {
	/// Address and port for clients of Ratio1's SDKs, on loopback, or `off`. Default:
	/// 127.0.0.1:31234.
	pub(crate) listen: Listen,
	/// Address and port for clients of Redis, on loopback, or `off`. Default: 127.0.0.1:6380.
	pub(crate) resp_listen: Listen,
	/// When what was written is on the disk: `always` before anybody is told that it is stored, or
	/// `periodic` every second, so that a crash of the machine costs what was written since. Default:
	/// `always`.
	pub(crate) fsync: Fsync,
	/// Bytes that each namespace may hold. Default: 64 MiB.
	pub(crate) namespace_bytes_max: usize,
}

/// Where something listens, if it does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Listen {
	/// Nowhere.
	Off,
	/// There.
	At(SocketAddr),
}

/// When what was written is on the disk.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fsync {
	/// Before anybody is told that it is stored.
	Always,
	/// Every second.
	Periodic,
}

impl From<Fsync> for r1_cstore::Fsync {
	fn from(fsync: Fsync) -> Self {
		match fsync {
			Fsync::Always => Self::Always,
			Fsync::Periodic => Self::Periodic,
		}
	}
}

impl FromStr for Listen {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text {
			"off" => Ok(Self::Off),
			_ => text.parse().map(Self::At).map_err(|_| {
				format!(
					"`{text}` is neither an address with a port, like 127.0.0.1:6380, nor `off`"
				)
			}),
		}
	}
}

impl TryFrom<String> for Listen {
	type Error = String;

	fn try_from(text: String) -> Result<Self, String> {
		text.parse()
	}
}

impl From<Listen> for String {
	fn from(listen: Listen) -> Self {
		match listen {
			Listen::Off => "off".to_owned(),
			Listen::At(address) => address.to_string(),
		}
	}
}

/// The HTTP API.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Api {
	/// Address and port. Default: 127.0.0.1:31236. Other addresses than loopback need TLS and
	/// tokens.
	pub(crate) listen: SocketAddr,
	/// Another port, on loopback and without TLS, for programs of this machine: the chain node of a
	/// validator asks there if `listen` has TLS. Default: none.
	pub(crate) local_listen: Option<SocketAddr>,
	/// Whether routes that need a right refuse requests without a token. Default: false, which
	/// trusts all programs of this machine.
	pub(crate) requires_tokens: bool,
	/// The certificate for TLS, and those that vouch for it, in PEM. Default: none, which is no TLS.
	pub(crate) certificate_file: Option<PathBuf>,
	/// Its private key, in PEM. Default: none.
	pub(crate) private_key_file: Option<PathBuf>,
	/// Origins of web pages that may ask, such as `https://explorer.example`. Default: none.
	pub(crate) cors_origins: Vec<String>,
	/// Connections at a time. Beyond, those are closed that rest longest. Default: 1 024.
	pub(crate) connections_max: usize,
}

/// Metrics and health.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Metrics {
	/// Address and port. Default: 127.0.0.1:31237.
	pub(crate) listen: SocketAddr,
}

/// The log, on standard error.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
	/// What is logged, in the syntax of `tracing`'s environment filter. Default: `info`.
	pub(crate) filter: String,
	/// Whether each line is a JSON object. Default: false.
	pub(crate) json: bool,
}

impl Default for Node {
	fn default() -> Self {
		Self {
			key_file: None,
			data_dir: defaults::data_dir(),
			tags: Vec::new(),
			cores: None,
			memory_mib: None,
		}
	}
}

impl Default for Chain {
	fn default() -> Self {
		Self { url: defaults::CHAIN_URL.to_owned() }
	}
}

impl Default for Mesh {
	fn default() -> Self {
		Self {
			listen: defaults::MESH_LISTEN.map(str::to_owned).into(),
			bootstrap: Vec::new(),
			connections_max: r1_net::Config::default().connections_max,
			public_listen: Vec::new(),
			public_bytes_per_sec: r1_net::Config::default().public_bytes_per_sec,
		}
	}
}

impl Default for Store {
	fn default() -> Self {
		Self {
			bytes_max: defaults::STORE_BYTES_MAX,
			job_bytes_max: defaults::STORE_JOB_BYTES_MAX,
			listen: Listen::At(defaults::FILES_LISTEN),
			is_gateway_public: false,
		}
	}
}

impl Default for Cstore {
	fn default() -> Self {
		Self {
			listen: Listen::At(defaults::CSTORE_LISTEN),
			resp_listen: Listen::At(defaults::RESP_LISTEN),
			fsync: Fsync::Always,
			namespace_bytes_max: defaults::CSTORE_NAMESPACE_BYTES_MAX,
		}
	}
}

impl Default for Api {
	fn default() -> Self {
		Self {
			listen: defaults::API_LISTEN,
			local_listen: None,
			requires_tokens: false,
			certificate_file: None,
			private_key_file: None,
			cors_origins: Vec::new(),
			connections_max: defaults::API_CONNECTIONS_MAX,
		}
	}
}

impl Default for Metrics {
	fn default() -> Self {
		Self { listen: defaults::METRICS_LISTEN }
	}
}

impl Default for Log {
	fn default() -> Self {
		Self { filter: "info".to_owned(), json: false }
	}
}

impl Api {
	/// What TLS needs.
	pub(crate) fn tls_files(&self) -> TlsFiles<'_> {
		let certificates = self.certificate_file.as_deref();
		TlsFiles { section: "api", certificates, private_key: self.private_key_file.as_deref() }
	}

	/// Where programs of this machine find it.
	pub(crate) fn local_url(&self) -> String {
		match (self.local_listen, &self.certificate_file) {
			(Some(local), _) => format!("http://{local}"),
			(None, Some(_)) => format!("https://{}", self.listen),
			(None, None) => format!("http://{}", self.listen),
		}
	}
}

impl Log {
	/// The same, as the logs are set up with.
	pub(crate) fn options(&self) -> LogOptions {
		let format = if self.json { LogFormat::Json } else { LogFormat::Text };
		LogOptions { filter: self.filter.clone(), format }
	}
}

impl Config {
	/// The file with the node's key.
	pub(crate) fn key_file(&self) -> PathBuf {
		self.node
			.key_file
			.clone()
			.unwrap_or_else(|| self.node.data_dir.join("node.key"))
	}
}

/// Reads the file, if one is named, and applies the overrides.
///
/// # Errors
///
/// The file cannot be read or is not a configuration (the error names key and line), or a value
/// makes no sense.
pub(crate) fn load(arguments: &Arguments) -> anyhow::Result<Config> {
	let mut config = match &arguments.config {
		Some(path) => read(path)?,
		None => Config::default(),
	};
	if let Some(key_file) = &arguments.key_file {
		config.node.key_file = Some(key_file.clone());
	}
	if let Some(data_dir) = &arguments.data_dir {
		config.node.data_dir.clone_from(data_dir);
	}
	if let Some(url) = &arguments.chain_url {
		config.chain.url.clone_from(url);
	}
	if let Some(listen) = arguments.api_listen {
		config.api.listen = listen;
	}
	if let Some(listen) = arguments.metrics_listen {
		config.metrics.listen = listen;
	}
	if let Some(listen) = arguments.files_listen {
		config.store.listen = listen;
	}
	if let Some(listen) = arguments.cstore_listen {
		config.cstore.listen = listen;
	}
	if let Some(listen) = arguments.resp_listen {
		config.cstore.resp_listen = listen;
	}
	if let Some(listen) = arguments.ingress_listen {
		config.ingress.listen = listen;
	}
	if !arguments.mesh_listen.is_empty() {
		config.mesh.listen.clone_from(&arguments.mesh_listen);
	}
	if !arguments.mesh_bootstrap.is_empty() {
		config.mesh.bootstrap.clone_from(&arguments.mesh_bootstrap);
	}
	validate(&config)?;
	Ok(config)
}

/// Prints the configuration in the form that a file has.
pub(crate) fn print(config: &Config) -> anyhow::Result<()> {
	use std::io::Write as _;
	let text = toml::to_string_pretty(config).context("could not write the configuration")?;
	std::io::stdout()
		.write_all(text.as_bytes())
		.context("could not print the configuration")
}

fn read(path: &Path) -> anyhow::Result<Config> {
	let text = fs::read_to_string(path)
		.with_context(|| format!("could not read the configuration file {}", path.display()))?;
	// The parser's message shows the line, points at the key, and lists the keys that exist.
	toml::from_str(&text)
		.with_context(|| format!("{} is not a valid configuration", path.display()))
}

fn validate(config: &Config) -> anyhow::Result<()> {
	ensure!(
		config.chain.url.starts_with("ws://") || config.chain.url.starts_with("wss://"),
		"chain.url is `{}`; it must start with ws:// or wss://",
		config.chain.url
	);
	validate_api(&config.api)?;
	ensure!(!config.mesh.listen.is_empty(), "mesh.listen is empty; nobody could reach the node");
	ensure!(
		(defaults::MESH_CONNECTIONS_MIN..=defaults::MESH_CONNECTIONS_MAX)
			.contains(&config.mesh.connections_max),
		"mesh.connections_max is {}; it must be from {} to {}",
		config.mesh.connections_max,
		defaults::MESH_CONNECTIONS_MIN,
		defaults::MESH_CONNECTIONS_MAX,
	);
	ensure!(config.store.bytes_max > 0, "store.bytes_max is 0; the store could hold nothing");
	for (listen, key) in [
		(config.store.listen, "store.listen"),
		(config.cstore.listen, "cstore.listen"),
		(config.cstore.resp_listen, "cstore.resp_listen"),
	] {
		if let Listen::At(address) = listen {
			ensure!(
				address.ip().is_loopback(),
				"{key} is {address}; it has no TLS, so it must be a loopback address, or `off`"
			);
		}
	}
	ensure!(
		0 < config.cstore.namespace_bytes_max,
		"cstore.namespace_bytes_max is 0; no namespace could hold anything"
	);
	config.ingress.validate()?;
	capabilities::tags(&config.node.tags)?;
	Ok(())
}

/// An API that others can reach asks who they are, and nobody between can listen.
fn validate_api(api: &Api) -> anyhow::Result<()> {
	ensure!(
		api.certificate_file.is_some() == api.private_key_file.is_some(),
		"api.certificate_file and api.private_key_file go together; one of them is missing"
	);
	if !api.listen.ip().is_loopback() {
		ensure!(
			api.requires_tokens,
			"api.listen is {}, which others can reach; set api.requires_tokens = true, or listen on \
			 127.0.0.1",
			api.listen
		);
		ensure!(
			api.certificate_file.is_some(),
			"api.listen is {}, where others could read tokens on their way; set \
			 api.certificate_file and api.private_key_file, or listen on 127.0.0.1 and let a reverse \
			 proxy of this machine speak TLS",
			api.listen
		);
	}
	if let Some(local) = api.local_listen {
		ensure!(
			local.ip().is_loopback(),
			"api.local_listen is {local}; it has no TLS, so it must be a loopback address"
		);
	}
	let connections = 1..=defaults::API_CONNECTIONS_LIMIT;
	ensure!(
		connections.contains(&api.connections_max),
		"api.connections_max is {}; it must be from 1 to {}",
		api.connections_max,
		defaults::API_CONNECTIONS_LIMIT
	);
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(text: &str) -> Result<Config, String> {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("edge.toml");
		fs::write(&path, text).unwrap();
		let config = read(&path).and_then(|config| validate(&config).map(|()| config));
		config.map_err(|error| format!("{error:#}"))
	}

	#[test]
	fn configuration_should_have_defaults_for_everything() {
		let config = parse("").unwrap();
		assert_eq!(config.api.listen.to_string(), "127.0.0.1:31236");
		assert_eq!(config.key_file(), Path::new("r1-data/node.key"));
		let printed = toml::to_string_pretty(&config).unwrap();
		assert!(parse(&printed).is_ok(), "{printed}");
	}

	#[test]
	fn configuration_error_should_name_the_key_and_the_line() {
		let cases = [
			("[chain]\nurl = 5\n", ["line 2", "url"]),
			("[chain]\nulr = \"ws://a\"\n", ["line 2", "ulr"]),
			("[api]\nlisten = \"nowhere\"\n", ["line 2", "listen"]),
			("[mesh\n", ["line 1", "mesh"]),
			("[chain]\nurl = \"http://a\"\n", ["chain.url", "ws://"]),
			("[api]\nlisten = \"0.0.0.0:1\"\n", ["api.listen", "requires_tokens"]),
			(
				"[api]\nlisten = \"[::]:1\"\nrequires_tokens = true\n",
				["api.listen", "certificate_file"],
			),
			("[api]\nprivate_key_file = \"k\"\n", ["api.certificate_file", "together"]),
			("[api]\nlocal_listen = \"10.0.0.1:1\"\n", ["api.local_listen", "loopback"]),
			("[api]\nconnections_max = 0\n", ["api.connections_max", "from 1 to 65536"]),
			("[node]\ntags = [\"a\\nb\"]\n", ["node.tags", "control"]),
			("[containers]\nengine = \"podman\"\n", ["line 2", "`auto`, `off`"]),
			("[mesh]\nconnections_max = 15\n", ["mesh.connections_max", "from 16 to 65536"]),
			("[ingress]\nlisten = \"0.0.0.0:1\"\n", ["ingress.listen", "certificate_file"]),
			("[ingress]\nprivate_key_file = \"k\"\n", ["ingress.certificate_file", "together"]),
			("[ingress]\nhost_suffix = \".a\"\n", ["ingress.host_suffix", "without a dot"]),
			("[ingress.names]\nshop = \"7\"\n", ["ingress.names", "ingress.host_suffix"]),
			(
				"[ingress]\nhost_suffix = \"a\"\nnames = { a_b = \"7\" }\n",
				["ingress.names", "`a_b`"],
			),
			("[ingress.names]\nshop = \"seven\"\n", ["line 2", "`7:http`"]),
			(
				"[[ingress.tcp]]\nlisten = \"127.0.0.1:1\"\ntarget = \"7\"\n",
				["ingress.tcp", "`7:sql`"],
			),
			("[ingress]\nconnections_max = 0\n", ["ingress.connections_max", "from 1 to 65536"]),
		];
		for (text, needles) in cases {
			let error = parse(text).unwrap_err();
			for needle in needles {
				assert!(error.contains(needle), "`{needle}` is not in: {error}");
			}
		}
	}
}
