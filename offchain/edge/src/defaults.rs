// SPDX-License-Identifier: Apache-2.0

//! Defaults of the configuration, and limits of the daemon, with the reasons for their numbers.

use std::{
	net::{Ipv4Addr, SocketAddr},
	path::PathBuf,
	time::Duration,
};

/// Where the HTTP API listens.
pub(crate) const API_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 31236);

/// Where metrics and health are served.
pub(crate) const METRICS_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 31237);

/// Where the mesh listens.
pub(crate) const MESH_LISTEN: [&str; 2] =
	["/ip4/0.0.0.0/tcp/4101", "/ip4/0.0.0.0/udp/4101/quic-v1"];

/// Fewest connections that may be configured: gossip wants some, and jobs others.
pub(crate) const MESH_CONNECTIONS_MIN: u32 = 16;

/// Most connections that may be configured: more than there can be nodes.
pub(crate) const MESH_CONNECTIONS_MAX: u32 = 65_536;

/// The chain node beside the daemon.
pub(crate) const CHAIN_URL: &str = "ws://127.0.0.1:9944";

/// Space for the blocks of files, in bytes (32 GiB).
pub(crate) const STORE_BYTES_MAX: u64 = 32 * 1024 * 1024 * 1024;

/// Largest file that is added over HTTP, in bytes (64 MiB): as large as the largest model that is
/// served, and small enough to be held in memory a few times.
pub(crate) const UPLOAD_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Largest body of any other request, in bytes (16 MiB): a batch of pictures in JSON.
pub(crate) const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest time for a request, fetching a large model from the mesh included.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);

/// Largest job specification that is read, in bytes.
pub(crate) const SPECIFICATION_BYTES_MAX: u64 = 64 * 1024;

/// How often jobs are reconciled when nothing happens on the chain: failures are tried again.
pub(crate) const RECONCILE_INTERVAL: Duration = Duration::from_secs(5);

/// Challenges that wait for an answer at a time: as many as the mesh dials at once, so that no node
/// is blamed for what this one cannot do. All 46 224 deeds make 22 in a slot of 10 s.
pub(crate) const CHALLENGES_OPEN_MAX: usize = 64;

/// How long shutdown waits for what is under way.
pub(crate) const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// Where the daemon keeps its files: the working directory's `r1-data`, so that a trial run leaves
/// nothing elsewhere. The systemd unit sets a system directory.
pub(crate) fn data_dir() -> PathBuf {
	PathBuf::from("r1-data")
}
