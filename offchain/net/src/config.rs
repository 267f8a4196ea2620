// SPDX-License-Identifier: Apache-2.0

//! What an operator may set.

use crate::{defaults, error::ConfigError};
use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use serde::Deserialize;

/// The mesh as written in the configuration file.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
	/// Addresses to listen on, as multiaddresses. Default: port 4101 of loopback, TCP and QUIC.
	pub listen: Vec<String>,
	/// Peers to start from, as multiaddresses that end in `/p2p/<peer id>`. They are admitted
	/// whatever the chain says. Default: none.
	pub bootstrap: Vec<String>,
	/// Peer ids of further clients that are admitted whatever the chain says. Default: none.
	pub clients: Vec<String>,
	/// Connections in all. Default: 256.
	pub connections_max: u32,
	/// Peers up to which discovered ones are dialled. Default: 32.
	pub peers_target: usize,
	/// Largest request and largest response, in bytes. Default: 4 MiB.
	pub request_bytes_max: usize,
	/// How long a request may take, in milliseconds. Default: 20 000.
	pub request_timeout_ms: u64,
	/// How long a block may take, in milliseconds. Default: 30 000.
	pub fetch_timeout_ms: u64,
	/// Addresses to serve blocks on to anybody, as multiaddresses. Strangers get nothing else there,
	/// and nothing at all if there is no such address. Default: none.
	pub public_listen: Vec<String>,
	/// Bytes of blocks a second for all strangers together. Default: 16 MiB.
	pub public_bytes_per_sec: u64,
}

impl Default for Config {
	fn default() -> Self {
		Self {
			listen: defaults::LISTEN.map(String::from).to_vec(),
			bootstrap: Vec::new(),
			clients: Vec::new(),
			connections_max: defaults::CONNECTIONS_MAX,
			peers_target: defaults::PEERS_TARGET,
			request_bytes_max: defaults::REQUEST_BYTES_MAX,
			request_timeout_ms: defaults::REQUEST_TIMEOUT_MS,
			fetch_timeout_ms: defaults::FETCH_TIMEOUT_MS,
			public_listen: Vec::new(),
			public_bytes_per_sec: defaults::PUBLIC_BYTES_PER_SEC,
		}
	}
}

/// A configuration that has been checked.
#[derive(Clone, Debug)]
pub struct Settings {
	pub(crate) listen: Vec<Multiaddr>,
	pub(crate) public_listen: Vec<Multiaddr>,
	pub(crate) bootstrap: Vec<(PeerId, Multiaddr)>,
	pub(crate) clients: Vec<PeerId>,
	pub(crate) config: Config,
}

impl Config {
	/// Checks every value.
	///
	/// # Errors
	///
	/// A value is not what its key needs; the error names both.
	pub fn validate(self) -> Result<Settings, ConfigError> {
		let listen = self.listen.iter().map(|text| parse_address("listen", text));
		let public = self.public_listen.iter().map(|text| parse_address("public_listen", text));
		let bootstrap = self.bootstrap.iter().map(|text| parse_bootstrap(text));
		let clients = self.clients.iter().map(|text| {
			text.parse()
				.map_err(|_detail| ConfigError::InvalidPeerId { value: text.clone() })
		});
		for (key, value) in [
			("connections_max", u64::from(self.connections_max)),
			("request_bytes_max", self.request_bytes_max as u64),
			("request_timeout_ms", self.request_timeout_ms),
			("fetch_timeout_ms", self.fetch_timeout_ms),
			("public_bytes_per_sec", self.public_bytes_per_sec),
		] {
			if value == 0 {
				return Err(ConfigError::Zero { key });
			}
		}
		Ok(Settings {
			listen: listen.collect::<Result<_, _>>()?,
			public_listen: public.collect::<Result<_, _>>()?,
			bootstrap: bootstrap.collect::<Result<_, _>>()?,
			clients: clients.collect::<Result<_, _>>()?,
			config: self,
		})
	}
}

fn parse_address(key: &'static str, text: &str) -> Result<Multiaddr, ConfigError> {
	text.parse()
		.map_err(|source| ConfigError::InvalidAddress { key, value: text.into(), source })
}

/// Splits an address into the peer that it ends in and the way to it.
fn parse_bootstrap(text: &str) -> Result<(PeerId, Multiaddr), ConfigError> {
	let mut address = parse_address("bootstrap", text)?;
	match address.pop() {
		Some(Protocol::P2p(peer)) => Ok((peer, address)),
		_ => Err(ConfigError::NoPeerId { value: text.into() }),
	}
}
