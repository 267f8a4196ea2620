// SPDX-License-Identifier: Apache-2.0

//! From a definition in TOML to what zombienet starts.
//!
//! A definition names what is different on each machine by variables in double braces:
//!
//! | variable | what it becomes |
//! | --- | --- |
//! | `R1_NODE`, `R1_EDGE` | the programs |
//! | `DIRECTORY` | where the network keeps its files |
//! | `SPECIFICATION` | the file of the chain's specification |
//! | `KEY:Alice` | the file of a development account's node key, for its daemon |
//! | `CHAIN_PEER:alice` | the peer of a node in the chain's network |
//! | `MESH_PEER:Alice` | the peer of an account's daemon in the mesh |
//! | `NETWORK:1` | the network of machine 1, for `nsenter` to enter |

use crate::{
	keys::{chain_peer, mesh_peer, printed, write_node_key},
	namespace::Machine,
	programs::{Programs, text},
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
	collections::BTreeMap,
	fs,
	path::{Path, PathBuf},
	process::Command,
};
use tempfile::TempDir;
use zombienet_sdk::NetworkConfig;

/// A value of the plain specification that a network wants otherwise: where it is, as a JSON
/// pointer below the genesis, and what it shall be.
pub type SpecificationChange<'a> = (&'a str, Value);

/// A network that is ready to be started.
#[derive(Debug)]
pub struct Definition {
	pub(crate) config: NetworkConfig,
	pub(crate) programs: Programs,
	/// Machines with a network of their own, by number.
	pub(crate) machines: BTreeMap<u8, Machine>,
	pub(crate) directory: TempDir,
}

impl Definition {
	/// Reads a definition, and makes the files that it needs.
	///
	/// # Errors
	///
	/// The file is not a definition, names an unknown variable, or a program is not built.
	pub fn load(path: &Path, changes: &[SpecificationChange<'_>]) -> Result<Self> {
		let toml = fs::read_to_string(path)
			.with_context(|| format!("could not read the definition {}", path.display()))?;
		let directory = tempfile::Builder::new()
			.prefix("r1-network-")
			.tempdir()
			.context("could not make a directory for the network")?;
		let programs = Programs::find()?;
		let mut files = Files {
			specification: write_specification(&programs.node, directory.path(), changes)?,
			programs: &programs,
			directory: directory.path(),
			machines: BTreeMap::new(),
		};
		let toml = files.fill_in(&toml).with_context(|| format!("{}", path.display()))?;
		let machines = files.machines;
		let config = NetworkConfig::load_from_toml_string(&toml)
			.with_context(|| format!("{} is no definition of a network", path.display()))?;
		Ok(Self { config, programs, machines, directory })
	}
}

/// What variables become.
struct Files<'a> {
	specification: PathBuf,
	programs: &'a Programs,
	directory: &'a Path,
	machines: BTreeMap<u8, Machine>,
}

impl Files<'_> {
	fn fill_in(&mut self, template: &str) -> Result<String> {
		let mut filled = String::with_capacity(template.len());
		let mut rest = template;
		while let Some((before, after)) = rest.split_once("{{") {
			let (variable, after) = after.split_once("}}").context("a `{{` has no `}}`")?;
			filled.push_str(before);
			filled.push_str(&self.value(variable)?);
			rest = after;
		}
		filled.push_str(rest);
		Ok(filled)
	}

	fn value(&mut self, variable: &str) -> Result<String> {
		let value = match variable.split_once(':') {
			None => match variable {
				"R1_NODE" => text(&self.programs.node)?.to_owned(),
				"R1_EDGE" => text(&self.programs.edge)?.to_owned(),
				"DIRECTORY" => text(self.directory)?.to_owned(),
				"SPECIFICATION" => text(&self.specification)?.to_owned(),
				_ => bail!("there is no variable `{variable}`"),
			},
			Some(("KEY", account)) => text(&self.key_file(account)?)?.to_owned(),
			Some(("CHAIN_PEER", node)) => chain_peer(node)?,
			Some(("MESH_PEER", account)) => {
				mesh_peer(&self.programs.node, &self.key_file(account)?)?
			},
			Some(("NETWORK", number)) => self.machine(number)?.network(),
			Some(_) => bail!("there is no variable `{variable}`"),
		};
		Ok(value)
	}

	fn key_file(&self, account: &str) -> Result<PathBuf> {
		key_file(&self.programs.node, self.directory, account)
	}

	fn machine(&mut self, number: &str) -> Result<&Machine> {
		let number = number.parse().with_context(|| format!("`{number}` is no machine"))?;
		Ok(match self.machines.entry(number) {
			std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
			std::collections::btree_map::Entry::Vacant(entry) => {
				entry.insert(Machine::plug_in(number)?)
			},
		})
	}
}

/// The file with the node key of a development account, which is made when it is first wanted.
pub(crate) fn key_file(node: &Path, directory: &Path, account: &str) -> Result<PathBuf> {
	let path = directory.join(format!("{account}.key"));
	if !path.exists() {
		write_node_key(node, account, &path)?;
	}
	Ok(path)
}

/// Writes the raw specification of the chain `fast`, with some values changed.
fn write_specification(
	node: &Path,
	directory: &Path,
	changes: &[SpecificationChange<'_>],
) -> Result<PathBuf> {
	let plain = export(node, "fast", &[])?;
	let mut specification: Value =
		serde_json::from_str(&plain).context("r1-node exported no JSON")?;
	let genesis = specification
		.pointer_mut("/genesis/runtimeGenesis")
		.context("a plain specification has the genesis of the runtime")?;
	if !changes.is_empty() {
		// By a preset's name the node looks its values up; here they are written down.
		ensure!(genesis.get("patch").is_some(), "the specification holds no values to change");
	}
	for (pointer, value) in changes {
		let place = genesis
			.pointer_mut(&format!("/patch{pointer}"))
			.with_context(|| format!("the genesis has no `{pointer}`"))?;
		*place = value.clone();
	}
	let plain = directory.join("plain.json");
	write(&plain, &specification.to_string())?;
	let raw = directory.join("raw.json");
	write(&raw, &export(node, text(&plain)?, &["--raw"])?)?;
	Ok(raw)
}

/// The specification of a chain, by its name or its file.
fn export(node: &Path, chain: &str, flags: &[&str]) -> Result<String> {
	let output = Command::new(node)
		.args(["export-chain-spec", "--chain", chain])
		.args(flags)
		.output()
		.context("could not run r1-node")?;
	printed(&output, "r1-node export-chain-spec")
}

fn write(path: &Path, content: &str) -> Result<()> {
	fs::write(path, content).with_context(|| format!("could not write {}", path.display()))
}
