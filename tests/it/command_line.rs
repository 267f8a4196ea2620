// SPDX-License-Identifier: Apache-2.0

//! `r1ctl` as a person and their shell meet it: key files that wallets open, settings, completions,
//! colours and exit codes.

use crate::programs::{Outcome, program, root, run};
use serde_json::Value;
use std::{
	fs,
	io::Write as _,
	path::Path,
	process::{Command, Stdio},
};

const PASSWORD: &str = "correct horse battery staple";

/// What a wallet does with a key file. Its arguments are the file and the password.
const WALLET: &str = r"
import { Keyring } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { readFileSync } from 'node:fs';

await cryptoWaitReady();
const [file, password] = process.argv.slice(1);
const json = JSON.parse(readFileSync(file, 'utf8'));
const pair = new Keyring({ ss58Format: 1618 }).addFromJson(json);
let has_opened_with_wrong_password = true;
try {
	pair.unlock(`${password}.`);
} catch {
	has_opened_with_wrong_password = false;
}
pair.unlock(password);
const message = new Uint8Array([1, 2, 3]);
console.log(JSON.stringify({
	address: pair.address,
	public_key: `0x${Buffer.from(pair.publicKey).toString('hex')}`,
	type: pair.type,
	name: pair.meta.name,
	has_signed: pair.verify(message, pair.sign(message), pair.publicKey),
	has_opened_with_wrong_password,
}));
";

/// `r1ctl` without what the person who runs the tests has set.
fn r1ctl() -> Command {
	let mut command = Command::new(program("r1ctl"));
	for variable in [
		"R1_NODE_URL",
		"R1_EDGE_URL",
		"R1_SIGNER",
		"R1_SIGNER_FILE",
		"R1_PASSWORD",
		"R1_PASSWORD_FILE",
		"R1_TOKEN_FILE",
		"R1_EDGE_CERTIFICATE",
	] {
		command.env_remove(variable);
	}
	command
}

fn answer(command: &mut Command) -> Value {
	let outcome = run(command.arg("--json"));
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	serde_json::from_str(&outcome.stdout).unwrap()
}

/// Runs a program that reads something on its standard input.
fn run_with_input(command: &mut Command, input: &str) -> Outcome {
	let mut child = command
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.unwrap();
	child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
	let output = child.wait_with_output().unwrap();
	Outcome {
		code: output.status.code(),
		stdout: String::from_utf8(output.stdout).unwrap(),
		stderr: String::from_utf8(output.stderr).unwrap(),
	}
}

/// What the wallets' own library says of a key file: its address, and whether it opens and signs.
fn opened_by_wallet(file: &Path) -> Value {
	let package = root().join("tests/client");
	if !package.join("node_modules/@polkadot/api").exists() {
		let arguments = ["ci", "--no-audit", "--no-fund"];
		let outcome = run(Command::new("npm").args(arguments).current_dir(&package));
		assert_eq!(outcome.code, Some(0), "{outcome:?}");
	}
	let outcome = run(Command::new("node")
		.args(["--input-type=module", "--eval", WALLET, "--", file.to_str().unwrap(), PASSWORD])
		.current_dir(&package));
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn key_file_should_be_opened_by_wallets_and_by_us() {
	let directory = tempfile::tempdir().unwrap();
	for scheme in ["sr25519", "ed25519"] {
		let file = directory.path().join(format!("{scheme}.json"));
		let generated = answer(
			r1ctl()
				.args(["keys", "generate", "--scheme", scheme, "--name", "Ann", "--output"])
				.arg(&file)
				.env("R1_PASSWORD", PASSWORD),
		);
		assert_eq!(generated.get("phrase"), None, "it was not asked for");

		let wallet = opened_by_wallet(&file);
		assert_eq!(wallet["address"], generated["address"], "{scheme}");
		assert_eq!(wallet["type"], scheme);
		assert_eq!(wallet["name"], "Ann");
		assert_eq!(wallet["has_signed"], true);
		assert_eq!(wallet["has_opened_with_wrong_password"], false);

		let shown = answer(r1ctl().args(["keys", "show"]).arg(&file));
		assert_eq!(shown, generated);
		assert_eq!(shown["public_key"], wallet["public_key"]);
	}
	let listed = answer(r1ctl().args(["keys", "list"]).arg(directory.path()));
	let schemes = listed.as_array().unwrap().iter().map(|file| &file["scheme"]);
	assert_eq!(schemes.collect::<Vec<_>>(), ["ed25519", "sr25519"]);
}

#[test]
fn key_file_should_be_private_and_never_overwritten() {
	use std::os::unix::fs::PermissionsExt as _;

	let directory = tempfile::tempdir().unwrap();
	let (file, password) = (directory.path().join("key.json"), directory.path().join("password"));
	fs::write(&password, format!("{PASSWORD}\n")).unwrap();
	let generate = || {
		let mut command = r1ctl();
		command.args(["keys", "generate", "--output"]).arg(&file);
		command.arg("--password-file").arg(&password);
		command
	};
	let outcome = run(&mut generate());
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	assert!(outcome.stderr.contains("the secret phrase was not shown"), "{}", outcome.stderr);
	let mode = fs::metadata(&file).unwrap().permissions().mode();
	assert_eq!(mode & 0o777, 0o600);
	let before = fs::read(&file).unwrap();
	let outcome = run(&mut generate());
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("is not overwritten"), "{}", outcome.stderr);
	assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn phrase_should_lead_to_the_same_account_again() {
	let directory = tempfile::tempdir().unwrap();
	let (first, second) = (directory.path().join("1.json"), directory.path().join("2.json"));
	let generated = answer(
		r1ctl()
			.args(["keys", "generate", "--show-phrase", "--output"])
			.arg(&first)
			.env("R1_PASSWORD", PASSWORD),
	);
	let phrase = generated["phrase"].as_str().unwrap();
	assert_eq!(phrase.split(' ').count(), 12);
	let mut import = r1ctl();
	import.args(["keys", "import", "--json", "--output"]).arg(&second);
	let outcome = run_with_input(import.env("R1_PASSWORD", PASSWORD), &format!("{phrase}\n"));
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	let imported: Value = serde_json::from_str(&outcome.stdout).unwrap();
	assert_eq!(imported["address"], generated["address"]);
	assert!(!outcome.stdout.contains(phrase) && !outcome.stderr.contains(phrase));
}

#[test]
fn key_file_should_sign_when_its_password_is_right() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("key.json");
	answer(
		r1ctl()
			.args(["keys", "generate", "--output"])
			.arg(&file)
			.env("R1_PASSWORD", PASSWORD),
	);
	// The key is read before a node is looked for.
	let deposit = |password: &str| {
		let mut command = r1ctl();
		command.args(["escrow", "deposit", "1", "--node-url", "ws://127.0.0.1:1"]);
		run(command.arg("--signer-file").arg(&file).env("R1_PASSWORD", password))
	};
	let outcome = deposit(PASSWORD);
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("ws://127.0.0.1:1"), "{}", outcome.stderr);
	let outcome = deposit("wrong");
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("the password does not open"), "{}", outcome.stderr);
}

#[test]
fn import_should_say_what_to_do_when_it_cannot() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("key.json");
	for (secret, password, needle) in [
		("", PASSWORD, "no secret to import"),
		("one two three", PASSWORD, "the secret URI is not valid"),
		("//Alice", PASSWORD, "without a path"),
		("{}", PASSWORD, "--signer-file"),
		("ed25519://Alice", "", "the password is empty"),
	] {
		let mut import = r1ctl();
		import.args(["keys", "import", "--output"]).arg(&file);
		let outcome = run_with_input(import.env("R1_PASSWORD", password), secret);
		assert_eq!(outcome.code, Some(2), "{outcome:?}");
		assert!(outcome.stderr.contains(needle), "`{needle}` is not in {}", outcome.stderr);
		assert!(!file.exists(), "{secret}");
	}
}

#[test]
fn settings_should_be_shown_with_their_sources_and_without_secrets() {
	let settings = answer(
		r1ctl()
			.args(["config", "print", "--node-url", "wss://ann:hidden@host"])
			.env("R1_EDGE_URL", "http://edge:1")
			.env("R1_SIGNER", "//Hidden"),
	);
	assert!(!settings.to_string().to_lowercase().contains("hidden"), "{settings}");
	let setting = |name: &str| {
		let mut settings = settings.as_array().unwrap().iter();
		settings.find(|setting| setting["name"] == name).unwrap()
	};
	assert_eq!(setting("node_url")["source"], "option (--node-url)");
	assert_eq!(setting("edge_url")["source"], "environment (R1_EDGE_URL)");
	assert_eq!(setting("edge_url")["value"], "http://edge:1");
	assert_eq!(setting("signer")["source"], "environment (R1_SIGNER)");
	assert_eq!(setting("signer_file")["value"], Value::Null);
	assert_eq!(setting("edge_certificate")["source"], "not set");
	let help = run(r1ctl().arg("--help").env("R1_NODE_URL", "wss://ann:hidden@host"));
	assert!(!help.stdout.contains("hidden"), "{}", help.stdout);
}

#[test]
fn token_should_be_asked_for_when_there_is_none() {
	for command in ["attenuate", "show", "revoke"] {
		for (input, needle) in [("", "r1ctl auth login"), ("nonsense", "is no token")] {
			let outcome = run_with_input(r1ctl().args(["token", command]), input);
			assert_eq!(outcome.code, Some(2), "{outcome:?}");
			assert!(outcome.stderr.contains(needle), "`{needle}` is not in {}", outcome.stderr);
		}
	}
}

#[test]
fn sign_in_should_touch_nothing_when_it_cannot_succeed() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("diary");
	fs::write(&file, "dear diary").unwrap();
	let login = || {
		let mut command = r1ctl();
		command.args(["auth", "login", "--node-url", "ws://127.0.0.1:1"]);
		command.args(["--edge-url", "http://127.0.0.1:1"]).env("R1_SIGNER", "//Alice");
		command
	};
	let outcome = run(login().arg("--output").arg(&file));
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("is no token, and is not overwritten"), "{}", outcome.stderr);
	assert_eq!(fs::read_to_string(&file).unwrap(), "dear diary");
	// A token that is not there yet is what one signs in for.
	let outcome = run(login().env("R1_TOKEN_FILE", directory.path().join("token")));
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	for needle in ["was not checked", "ws://127.0.0.1:1", "http://127.0.0.1:1"] {
		assert!(outcome.stderr.contains(needle), "`{needle}` is not in {}", outcome.stderr);
	}
	let outcome = run(login().args(["--deed", "7"]));
	assert_eq!(outcome.code, Some(2), "{outcome:?}");
	assert!(outcome.stderr.contains("node of deed 7"), "{}", outcome.stderr);
	assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn identity_should_be_private_and_never_overwritten() {
	use std::os::unix::fs::PermissionsExt as _;

	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("own.key");
	let make = || run(r1ctl().args(["secret", "key", "--output"]).arg(&file));
	let outcome = make();
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	assert!(outcome.stdout.starts_with("age1"), "{}", outcome.stdout);
	let before = fs::read_to_string(&file).unwrap();
	assert!(before.contains("AGE-SECRET-KEY-1") && !outcome.stdout.contains("AGE-SECRET"));
	assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
	assert_eq!(make().code, Some(2));
	assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn secret_should_be_read_before_anybody_is_asked() {
	let directory = tempfile::tempdir().unwrap();
	let path = |name: &str| directory.path().join(name);
	fs::write(path("long"), vec![7; 300_000]).unwrap();
	fs::write(path("secret"), "hunter2").unwrap();
	for (file, owner, needle) in [
		("none", true, "none"),
		("long", true, "more than"),
		("secret", false, "--owner"),
		("secret", true, "ws://127.0.0.1:1"),
	] {
		let mut seal = r1ctl();
		seal.args(["secret", "seal", "--to-job", "7", "--name", "database", "--file"]);
		seal.arg(path(file)).args(["--node-url", "ws://127.0.0.1:1"]);
		if owner {
			seal.args(["--owner", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]);
		}
		let outcome = run(&mut seal);
		assert_eq!(outcome.code, Some(2), "{outcome:?}");
		assert!(outcome.stderr.contains(needle), "`{needle}` is not in {}", outcome.stderr);
	}
}

#[test]
fn doctor_should_say_no_when_nothing_runs() {
	let outcome = run(r1ctl()
		.args(["doctor", "--json", "--node-url", "ws://127.0.0.1:1"])
		.args(["--edge-url", "http://127.0.0.1:1"]));
	assert_eq!(outcome.code, Some(1), "{outcome:?}");
	let findings: Value = serde_json::from_str(&outcome.stdout).unwrap();
	for check in ["chain node", "edge daemon"] {
		let mut findings = findings.as_array().unwrap().iter();
		let finding = findings.find(|finding| finding["check"] == check).unwrap();
		assert_eq!(finding["state"], "failed");
		assert!(finding["finding"].as_str().unwrap().contains("127.0.0.1:1"), "{finding}");
		assert!(finding["remedy"].as_str().unwrap().contains("start r1-"), "{finding}");
	}
}

#[test]
fn doctor_should_tell_settings_that_cannot_be_used_from_a_daemon_that_is_away() {
	let outcome = run(r1ctl()
		.args(["doctor", "--json", "--node-url", "ws://127.0.0.1:1"])
		.args(["--edge-certificate", "/nowhere/ca.pem"]));
	assert_eq!(outcome.code, Some(1), "{outcome:?}");
	let findings: Value = serde_json::from_str(&outcome.stdout).unwrap();
	let mut findings = findings.as_array().unwrap().iter();
	let finding = findings.find(|finding| finding["check"] == "edge daemon").unwrap();
	assert!(finding["finding"].as_str().unwrap().contains("/nowhere/ca.pem"), "{finding}");
	assert!(finding["remedy"].as_str().unwrap().contains("--edge-certificate"), "{finding}");
}

#[test]
fn manual_should_be_written_page_by_page() {
	let directory = tempfile::tempdir().unwrap();
	let written = answer(r1ctl().args(["manual", "--output"]).arg(directory.path()));
	let files = fs::read_dir(directory.path()).unwrap().count();
	assert_eq!(written["pages"], files);
	assert!(directory.path().join("r1ctl-keys-generate.1").exists());
	let outcome = run(r1ctl().arg("manual"));
	assert_eq!(outcome.code, Some(0), "{outcome:?}");
	assert!(outcome.stdout.contains(".TH r1ctl 1"), "{}", outcome.stdout);
}

#[test]
fn text_should_have_no_colours_when_it_goes_to_no_terminal() {
	for arguments in [&["--help"][..], &["keys", "--help"], &["config", "print"], &["nonsense"]] {
		let outcome = run(r1ctl().args(arguments));
		let is_plain = |text: &str| !text.contains('\u{1b}');
		assert!(is_plain(&outcome.stdout) && is_plain(&outcome.stderr), "{arguments:?}");
	}
}

#[test]
fn broken_pipe_should_be_success() {
	let mut child = r1ctl()
		.args(["completions", "bash"])
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.unwrap();
	// Closed before anything can be written: the program takes longer to start.
	drop(child.stdout.take());
	let output = child.wait_with_output().unwrap();
	assert_eq!(output.status.code(), Some(0), "{output:?}");
	assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn wrong_command_should_be_an_error_and_help_none() {
	for (arguments, code) in [(&["nonsense"][..], 2), (&["keys", "show"], 2), (&["--help"], 0)] {
		assert_eq!(run(r1ctl().args(arguments)).code, Some(code), "{arguments:?}");
	}
}
