// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::arguments::{self, Command};
use std::fs;

const OWNER: Account = [3; 32];

fn command(line: &str) -> Secret {
	match arguments::parse(line).unwrap().command {
		Command::Secret(command) => command,
		other => panic!("{other:?}"),
	}
}

fn to(line: &str) -> SealTo {
	let line = format!("secret seal --name database --file none --to-job 7{line}");
	let Secret::Seal(order) = command(&line) else { panic!("{line}") };
	order.to
}

fn job() -> Job {
	Job { id: 7, owner: OWNER, seats: Vec::new() }
}

/// What is sealed for a node and for whom the command line names.
fn seal_it(to: &SealTo, node: &SealingKey) -> anyhow::Result<Answer> {
	let found = Found { recipients: vec![(10, node.recipient())], missing: Vec::new() };
	let secret =
		SealedSecret { owner: OWNER, name: "database".to_owned(), secret: b"\xff\0x\n".to_vec() };
	sealed(to, &job(), &found, &secret, &to.recipients)
}

#[test]
fn secret_should_be_opened_by_the_node_and_by_its_owner() {
	let directory = tempfile::tempdir().unwrap();
	let path = |name: &str| directory.path().join(name);
	let (own_file, sealed_file) = (path("own.key"), path("sealed"));
	let made = key(&own_file).unwrap();
	let recipient = made.json()["recipient"].as_str().unwrap();
	assert_eq!(made.printed(), format!("{recipient}\n").as_bytes());
	let node = SealingKey::generate();
	let line = format!(
		" --recipient {recipient} --recipient {recipient} --output {}",
		sealed_file.display()
	);
	for _ in 0..2 {
		let answer = seal_it(&to(&line), &node).unwrap();
		assert_eq!(answer.json()["recipients"].as_array().unwrap().len(), 2);
		assert_eq!(answer.json()["deeds"], serde_json::json!([10]));
	}
	let text = fs::read_to_string(&sealed_file).unwrap();
	assert_eq!(node.open(&text, &OWNER).unwrap().secret, b"\xff\0x\n");
	let answer = open(&sealed_file, &own_file, Address(OWNER)).unwrap();
	assert_eq!(answer.printed(), b"\xff\0x\n");
	assert_eq!(answer.json()["secret_hex"], "ff00780a");
	assert_eq!(answer.json()["name"], "database");
	let other = open(&sealed_file, &own_file, Address([4; 32])).unwrap_err().to_string();
	assert!(other.contains("is not one of"), "{other}");
	// A key is never overwritten.
	let before = fs::read(&own_file).unwrap();
	assert!(key(&own_file).is_err());
	assert_eq!(fs::read(&own_file).unwrap(), before);
}

#[test]
fn sealed_secret_should_be_printed_as_it_is() {
	let node = SealingKey::generate();
	let answer = seal_it(&to(""), &node).unwrap();
	let printed = std::str::from_utf8(answer.printed()).unwrap();
	assert_eq!(answer.json()["sealed"].as_str().unwrap().trim_end(), printed.trim_end());
	assert_eq!(node.open(printed, &OWNER).unwrap().name, "database");
}

#[test]
fn who_cannot_open_should_be_told_how_to_mend_it() {
	let directory = tempfile::tempdir().unwrap();
	let path = |name: &str| directory.path().join(name);
	let line = format!(" --output {}", path("sealed").display());
	seal_it(&to(&line), &SealingKey::generate()).unwrap();
	key(&path("own.key")).unwrap();
	fs::write(path("noise"), "noise").unwrap();
	for (file, identity, needle) in [
		("sealed", "own.key", "is not sealed for the identity"),
		("noise", "own.key", "secret seal` makes one"),
		("sealed", "noise", "secret key` makes one"),
		("none", "own.key", "none"),
	] {
		let error = open(&path(file), &path(identity), Address(OWNER)).unwrap_err();
		assert!(format!("{error:#}").contains(needle), "`{needle}` is not in {error:#}");
	}
}

#[test]
fn other_files_should_not_be_overwritten() {
	let directory = tempfile::tempdir().unwrap();
	let secret = directory.path().join("secret");
	fs::write(&secret, "hunter2").unwrap();
	let to = to(&format!(" --output {}", secret.display()));
	assert!(check_output(&to).is_err());
	assert!(seal_it(&to, &SealingKey::generate()).is_err());
	assert_eq!(fs::read_to_string(&secret).unwrap(), "hunter2");
}
