// SPDX-License-Identifier: Apache-2.0

//! What is kept in `genuine/`: made once, and read ever since.

use crate::{secret, token};
use r1_dauth::{SealingKey, seal};
use std::{env, fs, path::PathBuf};

/// Names of the tokens that are kept, as they came from each other.
const TOKENS: [&[&str]; 2] = [&["whole", "narrow", "narrower"], &["job"]];

fn write(name: &str, text: &str) {
	let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("genuine");
	fs::write(folder.join(name), format!("{}\n", text.trim_end())).unwrap();
}

/// Makes all of it anew, if the environment says so.
#[test]
fn genuine_should_be_written_when_it_is_asked_for() {
	if env::var_os("R1_FUZZ_GENUINE").is_none() {
		return;
	}
	for (names, texts) in TOKENS.into_iter().zip(token::make()) {
		for (name, text) in names.iter().zip(texts) {
			write(&format!("{name}.token"), &text);
		}
	}
	let keys = [(); 3].map(|()| SealingKey::generate());
	for (number, key) in (1..).zip(&keys) {
		write(&format!("node-{number}.key"), &key.to_text());
	}
	for count in 1..=2 {
		let recipients: Vec<_> = keys[..count].iter().map(SealingKey::recipient).collect();
		write(&format!("for-{count}.age"), &seal(&secret::genuine(), &recipients).unwrap());
	}
}

#[test]
fn genuine_should_still_be_read() {
	assert_eq!(token::TOKENS.len(), TOKENS.concat().len());
}
