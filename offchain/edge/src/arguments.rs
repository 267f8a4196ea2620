// SPDX-License-Identifier: Apache-2.0

//! The command line. Each flag overrides the file, and each variable too; a flag wins.

use crate::config::Listen;
use std::{net::SocketAddr, path::PathBuf};

/// The Ratio1 edge daemon.
#[derive(clap::Parser, Debug)]
#[command(version)]
pub(crate) struct Arguments {
	/// Configuration file.
	#[arg(long, env = "R1_CONFIG", value_name = "FILE")]
	pub(crate) config: Option<PathBuf>,

	/// File with the node's key: 64 hexadecimal digits, readable by its owner alone.
	#[arg(long, env = "R1_KEY_FILE", value_name = "FILE")]
	pub(crate) key_file: Option<PathBuf>,

	/// Directory for everything that the daemon keeps.
	#[arg(long, env = "R1_DATA_DIR", value_name = "DIRECTORY")]
	pub(crate) data_dir: Option<PathBuf>,

	/// WebSocket URL of the chain node to follow.
	#[arg(long, env = "R1_CHAIN_URL", value_name = "URL")]
	pub(crate) chain_url: Option<String>,

	/// Where the HTTP API listens.
	#[arg(long, env = "R1_API_LISTEN", value_name = "ADDRESS:PORT")]
	pub(crate) api_listen: Option<SocketAddr>,

	/// Where metrics and health are served.
	#[arg(long, env = "R1_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
	pub(crate) metrics_listen: Option<SocketAddr>,

	/// Where files are answered to clients of Ratio1's SDKs, or `off`.
	#[arg(long, env = "R1_FILES_LISTEN", value_name = "ADDRESS:PORT")]
	pub(crate) files_listen: Option<Listen>,

	/// Where the store answers clients of Ratio1's SDKs, or `off`.
	#[arg(long, env = "R1_CSTORE_LISTEN", value_name = "ADDRESS:PORT")]
	pub(crate) cstore_listen: Option<Listen>,

	/// Where the store answers clients of Redis, or `off`.
	#[arg(long, env = "R1_RESP_LISTEN", value_name = "ADDRESS:PORT")]
	pub(crate) resp_listen: Option<Listen>,

	/// Where visitors of jobs come in over HTTP, or `off`.
	#[arg(long, env = "R1_INGRESS_LISTEN", value_name = "ADDRESS:PORT")]
	pub(crate) ingress_listen: Option<Listen>,

	/// Multiaddress to listen on in the mesh; may be given several times.
	#[arg(long, env = "R1_MESH_LISTEN", value_name = "MULTIADDRESS", value_delimiter = ',')]
	pub(crate) mesh_listen: Vec<String>,

	/// Multiaddress of a daemon to find the others through; may be given several times.
	#[arg(long, env = "R1_MESH_BOOTSTRAP", value_name = "MULTIADDRESS", value_delimiter = ',')]
	pub(crate) mesh_bootstrap: Vec<String>,

	/// Print the configuration as it is after all overrides, and stop.
	#[arg(long)]
	pub(crate) print_config: bool,
}
