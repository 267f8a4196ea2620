// SPDX-License-Identifier: Apache-2.0

//! The chain specifications that are committed, against what the node makes.

use crate::programs::{program, root, run};
use serde_json::Value;
use std::{fs, process::Command};

/// Where a plain specification has its runtime, which differs from build to build.
const RUNTIME: &str = "/genesis/runtimeGenesis/code";

fn exported(arguments: &[&str]) -> Value {
	let outcome = run(Command::new(program("r1-node"))
		.arg("export-chain-spec")
		.args(arguments)
		.current_dir(root()));
	assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
	serde_json::from_str(&outcome.stdout).unwrap()
}

fn committed(name: &str) -> Value {
	let file = root().join("chain-specs").join(name);
	serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn plain_specification_should_hold_the_genesis_of_the_preset() {
	let mut ours = exported(&["--chain", "local"]);
	let mut theirs = committed("local.plain.json");
	for specification in [&mut ours, &mut theirs] {
		let code = specification.pointer_mut(RUNTIME).expect("a specification has a runtime");
		assert!(
			code.take().as_str().is_some_and(|code| code.starts_with("0x52bc53")),
			"compressed"
		);
	}
	assert_eq!(ours, theirs, "`cargo xtask specs` writes it anew");
}

#[test]
fn raw_specification_should_follow_from_the_plain_one() {
	let ours = exported(&["--chain", "chain-specs/local.plain.json", "--raw"]);
	assert!(ours == committed("local.raw.json"), "`cargo xtask specs` writes it anew");
}
