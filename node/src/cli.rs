// SPDX-License-Identifier: Apache-2.0

//! The command line: the SDK's own, and where the edge daemon is.

use sc_cli::RunCmd;

/// The Ratio1 chain node.
#[derive(Debug, clap::Parser)]
pub(crate) struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub(crate) subcommand: Option<Subcommand>,

	/// How to run the node.
	#[clap(flatten)]
	pub(crate) run: RunCmd,

	/// Loopback URL of the edge daemon whose observations this validator attests.
	///
	/// Without it the node produces and finalises blocks, but reports on nobody.
	#[arg(long, value_name = "URL", env = "R1_EDGE_URL", value_parser = parse_edge_url)]
	pub(crate) edge_url: Option<String>,
}

/// What `r1-node` does beside running a node.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
	/// Key management: generate, inspect, insert.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Write a chain specification.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Validate blocks.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Export the state of a block into a chain specification.
	ExportState(sc_cli::ExportStateCmd),

	/// Import blocks.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the whole chain.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Revert the chain to an earlier state.
	Revert(sc_cli::RevertCmd),

	/// Measure the machine, blocks and extrinsics.
	#[cfg(feature = "benchmark")]
	#[command(subcommand)]
	Benchmark(frame_benchmarking_cli::BenchmarkCmd),

	/// Show what the database holds.
	ChainInfo(sc_cli::ChainInfoCmd),
}

/// Takes an `http://` URL without path; the reports travel unencrypted, so anything but loopback
/// is refused.
fn parse_edge_url(text: &str) -> Result<String, String> {
	let authority = text
		.strip_prefix("http://")
		.ok_or("must start with http://, for example http://127.0.0.1:31236")?
		.trim_end_matches('/');
	let address: std::net::SocketAddr = authority.parse().map_err(|_| {
		format!("`{authority}` must be an IP address and a port, as in 127.0.0.1:31236")
	})?;
	if !address.ip().is_loopback() {
		return Err(format!("`{}` is not a loopback address", address.ip()));
	}
	Ok(format!("http://{address}"))
}

#[cfg(test)]
mod tests {
	use super::{Cli, parse_edge_url};
	use clap::CommandFactory as _;

	#[test]
	fn command_line_should_be_consistent() {
		Cli::command().debug_assert();
	}

	#[test]
	fn edge_url_should_be_accepted_only_on_loopback() {
		assert_eq!(
			parse_edge_url("http://127.0.0.1:31236/"),
			Ok("http://127.0.0.1:31236".to_owned())
		);
		assert_eq!(parse_edge_url("http://[::1]:31236"), Ok("http://[::1]:31236".to_owned()));
		for refused in [
			"127.0.0.1:31236",
			"https://127.0.0.1:1",
			"http://10.0.0.1:31236",
			"http://localhost",
			"",
		] {
			assert!(parse_edge_url(refused).is_err(), "{refused}");
		}
	}
}
