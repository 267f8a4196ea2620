// SPDX-License-Identifier: Apache-2.0

//! What `r1-edge` and `r1ctl` say when they are used wrongly.

use crate::programs::{program, run};
use std::{fs, process::Command};

#[test]
fn daemon_should_name_key_and_line_when_its_configuration_is_malformed() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("edge.toml");
	fs::write(&file, "[chain]\nurl = \"ws://127.0.0.1:1\"\n\n[mesh]\nlissten = []\n").unwrap();
	let outcome = run(Command::new(program("r1-edge")).arg("--config").arg(&file));
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	for needle in ["edge.toml", "line 5", "lissten", "listen"] {
		assert!(outcome.stderr.contains(needle), "`{needle}` is not in {}", outcome.stderr);
	}
}

#[test]
fn daemon_should_print_its_configuration_with_overrides_and_touch_nothing() {
	let directory = tempfile::tempdir().unwrap();
	let data = directory.path().join("data");
	let outcome = run(Command::new(program("r1-edge"))
		.args(["--print-config", "--api-listen", "127.0.0.1:4444"])
		.env("R1_CHAIN_URL", "ws://127.0.0.1:5555")
		.arg("--data-dir")
		.arg(&data));
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	assert!(outcome.stdout.contains("listen = \"127.0.0.1:4444\""), "{}", outcome.stdout);
	assert!(outcome.stdout.contains("url = \"ws://127.0.0.1:5555\""), "{}", outcome.stdout);
	assert!(!data.exists(), "a daemon that only prints makes no directory");
}

#[test]
fn command_line_should_say_where_it_looked_when_no_node_answers() {
	let outcome = run(Command::new(program("r1ctl")).args([
		"network",
		"status",
		"--node-url",
		"ws://127.0.0.1:1",
	]));
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("ws://127.0.0.1:1"), "{}", outcome.stderr);
	assert_eq!(outcome.stdout, "", "an error leaves standard output to data");
}

#[test]
fn command_line_should_say_how_to_sign_when_it_has_no_key() {
	let outcome = run(Command::new(program("r1ctl"))
		.args(["escrow", "deposit", "1"])
		.env_remove("R1_SIGNER")
		.env_remove("R1_SIGNER_FILE"));
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("--signer-file"), "{}", outcome.stderr);
}
