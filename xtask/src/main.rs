// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask <chore>`: the one door to everything that is done with this repository.

#![expect(
	clippy::print_stderr,
	reason = "a chore talks to a person on stderr; stdout is for data alone"
)]

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use xtask::{
	bench, bootstrap, check, ci, client, dev, image, network, specs, tidy, upgrade, weights,
	workspace::Workspace,
};

/// The chores of the Ratio1 repository.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", version, disable_help_subcommand = true)]
struct Arguments {
	#[command(subcommand)]
	chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
	/// Install what is missing to build the project; quick when nothing is.
	Bootstrap(bootstrap::Options),
	/// Check the repository's own rules: sizes, imports, headings, blobs, headers, leftovers.
	Tidy,
	/// Check what changed since the last commit: format, tidy, lints, unit tests.
	Check,
	/// Run every check of the project, in order, and stop at the first that fails.
	Ci,
	/// Start a development network on this machine, and play the tour.
	Dev(dev::Options),
	/// Make the image of an example, as an archive that `r1ctl fs add` takes.
	Image(image::Options),
	/// Let a stock client read a whole chain: a node's of its own, or the one behind an address.
	Client {
		/// WebSocket address of a node that runs already.
		url: Option<String>,
	},
	/// Start a network of real processes in a network namespace, for trying things out.
	Network(network::Options),
	/// Rehearse the upgrade of a network from the last release's runtime to the one that is built.
	Upgrade,
	/// Write the chain specifications in chain-specs/ anew.
	Specs,
	/// Measure the weights of our pallets and write them anew.
	Weights(weights::Options),
	/// Measure transfers, finality and the closing of epochs; nothing else should run meanwhile.
	Bench(bench::Options),
}

fn main() -> ExitCode {
	match run(&Arguments::parse().chore) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		},
	}
}

fn run(chore: &Chore) -> Result<()> {
	let workspace = Workspace::find()?;
	match chore {
		Chore::Bootstrap(options) => bootstrap::run(&workspace, *options),
		Chore::Tidy => tidy::run(&workspace),
		Chore::Check => check::run(&workspace),
		Chore::Ci => ci::run(&workspace),
		Chore::Dev(options) => dev::run(&workspace, options),
		Chore::Image(options) => image::run(&workspace, options),
		Chore::Client { url: None } => client::run(&workspace),
		Chore::Client { url: Some(url) } => client::tour(&workspace, url),
		Chore::Network(options) => network::run(&workspace, options),
		Chore::Upgrade => upgrade::run(&workspace),
		Chore::Specs => specs::run(&workspace),
		Chore::Weights(options) => weights::run(&workspace, options),
		Chore::Bench(options) => bench::run(&workspace, options),
	}
}
