// SPDX-License-Identifier: Apache-2.0

//! `r1-node`: the chain node that validators, full nodes and archive nodes run.

mod cli;
mod command;
mod chain_spec;
mod service;
mod rpc;
#[cfg(feature = "benchmark")]
mod benchmarking;

fn main() -> sc_cli::Result<()> {
	command::run()
}
