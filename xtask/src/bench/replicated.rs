// SPDX-License-Identifier: Apache-2.0

//! Three nodes of the store beside three members of etcd, by a load generator that speaks with both.

use super::programs::{Programs, json_of};
use crate::{bootstrap, workspace::Workspace};
use anyhow::Result;
use serde_json::Value;
use std::path::Path;

/// Measures both, whose files are in a folder of `directory`.
pub(super) fn measure(
	workspace: &Workspace,
	programs: &Programs,
	directory: &Path,
) -> Result<Value> {
	bootstrap::ensure_etcd()?;
	let mut store = programs.store();
	store
		.arg("--folder")
		.arg(directory.join("replicated"))
		.arg("--replica")
		.arg(workspace.program("r1-replica")?);
	json_of(&mut store)
}
