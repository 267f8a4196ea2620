// SPDX-License-Identifier: Apache-2.0

//! Starts a network, links its edge nodes to deeds, and lets a program sign in at one of them.

use super::programs::{Programs, json_of};
use crate::{
	dev::{Control, Layout, Network, link_edge_nodes},
	process::Interrupt,
	workspace::Workspace,
};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::Path;

/// Measures one daemon, whose network keeps its files in `root`.
pub(super) fn measure(
	workspace: &Workspace,
	interrupt: &Interrupt,
	programs: &Programs,
	root: &Path,
) -> Result<Value> {
	let layout = Layout::new(root);
	layout.ensure_ports_are_free()?;
	let mut network = Network::start(workspace, layout, interrupt.clone())?;
	let control = Control::new(workspace, network.layout())?;
	let owner = link_edge_nodes(workspace, &mut network, &control)?;
	let daemons = network.layout().daemons.clone();
	let measured = network.layout().edge_nodes().first().context("there are edge nodes")?.clone();
	// The validators stay, for a daemon follows a chain that goes on; the other daemons would only
	// take their share of the processors.
	for other in daemons.iter().filter(|daemon| daemon.name != measured.name) {
		network.stop_one(&other.name)?;
	}
	let mut access = programs.access();
	access.args(["--url", &measured.api_url(), "--owner", owner]);
	let result = json_of(&mut access)?;
	network.stop()?;
	Ok(result)
}
