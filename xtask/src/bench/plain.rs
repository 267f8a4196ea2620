// SPDX-License-Identifier: Apache-2.0

//! The specification of the plain chain: our local one, with the plain runtime in it.

use crate::{specs, workspace::Workspace};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{
	fmt::Write as _,
	fs,
	path::{Path, PathBuf},
};

/// What the account that pays for the benchmark starts with, in base units: as on our chain.
const ENDOWMENT: u128 = 1_000_000_000_000_000_000_000_000;

/// What a validator starts with: enough to exist.
const VALIDATOR_ENDOWMENT: u128 = 10_000_000_000_000_000_000;

/// Session keys that only our runtime has.
const OUR_SESSION_KEYS: [&str; 1] = ["orac"];

/// Writes the specification into a directory: the same validators and the same BABE as in `local`.
pub(super) fn specification(
	workspace: &Workspace,
	wasm: &Path,
	directory: &Path,
) -> Result<PathBuf> {
	let wasm = fs::read(wasm).with_context(|| format!("could not read {}", wasm.display()))?;
	let ours = specs::exported(&workspace.program("r1-node")?, &["local"])?;
	let ours: Value = serde_json::from_slice(&ours).context("a specification is JSON")?;
	let patch = ours
		.pointer("/genesis/runtimeGenesis/patch")
		.context("no patch of the genesis")?;
	let path = directory.join("plain.json");
	fs::write(&path, plain_specification(patch, &wasm)?)
		.with_context(|| format!("could not write {}", path.display()))?;
	Ok(path)
}

/// The text of the specification.
///
/// It is put together as text, because balances are longer than the numbers that JSON can be sure
/// to keep.
fn plain_specification(our_patch: &Value, wasm: &[u8]) -> Result<String> {
	let part =
		|name: &str| our_patch.get(name).with_context(|| format!("no `{name}` in the patch"));
	let babe = part("babe")?;
	let mut session = part("session")?.clone();
	let alice = part("sudo")?.get("key").context("the patch has a sudo key")?;
	let mut balances = format!("[{alice}, {ENDOWMENT}]");
	let validators = session.get_mut("keys").and_then(Value::as_array_mut);
	for validator in validators.context("the patch has session keys")? {
		let account = validator.get(0).context("a validator has an account")?;
		write!(balances, ", [{account}, {VALIDATOR_ENDOWMENT}]")?;
		let keys = validator.get_mut(2).and_then(Value::as_object_mut);
		let keys = keys.context("a validator has session keys")?;
		keys.retain(|name, _| !OUR_SESSION_KEYS.contains(&name.as_str()));
	}
	let code = hex::encode(wasm);
	Ok(format!(
		r#"{{
	"name": "Plain Local",
	"id": "plain_local",
	"chainType": "Local",
	"bootNodes": [],
	"telemetryEndpoints": null,
	"protocolId": "plain",
	"properties": null,
	"codeSubstitutes": {{}},
	"genesis": {{
		"runtimeGenesis": {{
			"patch": {{
				"babe": {babe},
				"balances": {{ "balances": [{balances}] }},
				"session": {session}
			}},
			"code": "0x{code}"
		}}
	}}
}}
"#
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn plain_specification_should_keep_validators_and_leave_out_what_is_ours() {
		let patch = json!({
			"babe": { "epochConfig": { "c": [1, 4] } },
			"oracles": { "clock": {} },
			"session": { "keys": [["5A", "5A", { "babe": "5B", "grandpa": "5C", "orac": "5B" }]] },
			"sudo": { "key": "5D" },
		});
		let text = plain_specification(&patch, &[0, 255]).expect("the patch has every part");
		assert!(text.contains(r#"[["5D", 1000000000000000000000000], ["5A", "#), "{text}");
		let written: Value = serde_json::from_str(&text).expect("it is JSON");
		let genesis = &written["genesis"]["runtimeGenesis"];
		assert_eq!(genesis["code"], "0x00ff");
		assert_eq!(genesis["patch"]["babe"], patch["babe"]);
		assert_eq!(
			genesis["patch"]["session"],
			json!({ "keys": [["5A", "5A", { "babe": "5B", "grandpa": "5C" }]] })
		);
		assert_eq!(genesis["patch"].get("oracles"), None);
	}
}
