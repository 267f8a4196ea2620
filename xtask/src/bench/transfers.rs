// SPDX-License-Identifier: Apache-2.0

//! Starts three validators of a chain, and lets the load generator measure them.

use super::{
	Options,
	programs::{Programs, json_of},
};
use crate::{
	dev::{Layout, Network},
	process::Interrupt,
	workspace::Workspace,
};
use anyhow::Result;
use serde_json::Value;
use std::path::PathBuf;

/// A chain to measure.
#[derive(Debug)]
pub(super) struct Chain {
	/// Where its validators keep their files.
	pub(super) root: PathBuf,
	/// Its name, or the file of its specification.
	pub(super) specification: PathBuf,
}

/// Measures one chain, from an empty one.
pub(super) fn measure(
	workspace: &Workspace,
	interrupt: &Interrupt,
	options: &Options,
	programs: &Programs,
	chain: &Chain,
) -> Result<Value> {
	// No daemons: they would take their share of the processors on one chain alone. Our off-chain
	// worker finds none, and that is all that it does.
	let layout = Layout::of_validators(&chain.root, &chain.specification);
	layout.ensure_ports_are_free()?;
	let network = Network::start(workspace, layout, interrupt.clone())?;
	let mut load = programs.transfers();
	for validator in &network.layout().validators {
		load.args(["--url", &validator.rpc_url()]);
	}
	load.args(["--saturation-secs", &options.saturation_secs.to_string()]);
	load.args(["--steady-secs", &options.steady_secs.to_string()]);
	let measured = json_of(&mut load)?;
	network.stop()?;
	Ok(measured)
}
