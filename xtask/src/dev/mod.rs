// SPDX-License-Identifier: Apache-2.0

//! `make dev`: a network of six machines on this one, and a tour of what it does.
//!
//! ```text
//!  validator-1..3   r1-node ──── HTTP on loopback ───> r1-edge (the same node key)
//!  edge-1..3                                           r1-edge
//!  podman           the engine that runs the containers of all daemons
//!  r1ctl            the tour's only way to look at the network and to change it
//! ```

mod engine;
mod layout;
mod network;
mod control;
mod tour;

pub use control::Control;
pub use engine::Podman;
pub use layout::Layout;
pub use network::Network;
pub use tour::link_edge_nodes;

use crate::{client, process::Interrupt, workspace::Workspace};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

/// What `dev` can be asked to do differently.
#[derive(clap::Args, Debug, Default)]
pub struct Options {
	/// Stop the network when the tour is over, instead of leaving it up.
	#[arg(long)]
	pub once: bool,
	/// After the tour, stop and kill parts of the network and check that it recovers, and run a job
	/// of containers.
	#[arg(long)]
	pub drills: bool,
	/// After the tour, let clients of another make read the whole chain, use the store, sign in at a
	/// daemon, and attack it.
	#[arg(long)]
	pub client: bool,
	/// Take the programs as they were built last.
	#[arg(long)]
	pub no_build: bool,
	/// Write what the tour saw to this file, as JSON.
	#[arg(long)]
	pub report: Option<PathBuf>,
}

/// Builds the programs, starts the network, and plays the tour.
///
/// # Errors
///
/// A port is taken, a program does not start, or a step of the tour does not end as it must; every
/// process that was started is stopped.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
	let layout = Layout::new(&workspace.root.join(".dev"));
	layout.ensure_ports_are_free()?;
	if !options.no_build {
		workspace.build_programs()?;
	}
	let interrupt = Interrupt::on_signals()?;
	let mut network = Network::start(workspace, layout, interrupt.clone())?;
	let control = Control::new(workspace, network.layout())?;

	let mut report = tour::play(workspace, &mut network, &control)?;
	if options.drills {
		let looked = tour::look_into_nodes(workspace, &network, &report["encrypted"]["hosts"])?;
		report.insert("memory".into(), looked);
		report.insert("drills".into(), tour::drills(&mut network, &control)?);
		let containers = tour::containers(workspace, &mut network, &control)?;
		report.insert("containers".into(), containers);
		let replacement = tour::replacement(&mut network, &control)?;
		report.insert("replacement".into(), replacement);
	}
	if options.client {
		client::tour(workspace, &network.layout().validators[0].rpc_url())?;
		report.insert("store".into(), tour::store(workspace, &mut network)?);
		report.insert("files".into(), tour::files(workspace, &mut network, &control)?);
		report.insert("access".into(), tour::access(workspace, &mut network, &control)?);
	}
	if let Some(path) = &options.report {
		let report = serde_json::to_string_pretty(&report)?;
		fs::write(path, report).with_context(|| format!("could not write {}", path.display()))?;
	}
	if !options.once {
		network.stay_up()?;
	}
	network.stop()
}
