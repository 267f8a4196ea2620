// SPDX-License-Identifier: Apache-2.0

//! `r1-edge`: the daemon of every licensed machine, and of every validator.

mod arguments;
mod config;
mod defaults;
mod daemon;
mod services;
mod dauth;
mod encrypted;
mod files;
mod shared;
mod turnstile;
mod mesh;
mod cstore;
mod receipts;
mod resp;
mod capabilities;
mod nodes;
mod heartbeat;
mod jobs;
mod learning;
mod ingress;
mod oracle;
mod anchors;
mod http;
mod sdk;
#[cfg(test)]
mod world;

use arguments::Arguments;
use clap::Parser as _;
use std::process::ExitCode;

/// Exit code of an error.
const ERROR: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
	match run(&Arguments::parse()).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			tracing::error!(target: "r1::edge", "{error:#}");
			report(&error);
			ExitCode::from(ERROR)
		},
	}
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
	let config = config::load(arguments)?;
	if arguments.print_config {
		return config::print(&config);
	}
	r1_telemetry::install(&config.log.options())?;
	daemon::run(config).await
}

/// Tells the person who started the daemon, whose log may go elsewhere.
fn report(error: &anyhow::Error) {
	use std::io::Write as _;
	// Nobody is left to hear of a failure to print a failure.
	drop(writeln!(std::io::stderr(), "error: {error:#}"));
}
