// SPDX-License-Identifier: Apache-2.0

//! Keys of accounts, in files that wallets import and export.

use super::or_dash;
use crate::{
	arguments::{Arguments, GenerateKey, ImportKey, KeyOutput, KeyScheme, Keys},
	files,
	output::{self, Answer},
	secrets,
};
use anyhow::{Context as _, bail, ensure};
use r1_chain::{KEY_FILE_BYTES_MAX, KeyFile, Scheme, Sealing, Signer, new_phrase};
use serde::Serialize;
use std::{fs, path::Path};

pub(super) fn run(arguments: &Arguments, command: &Keys) -> anyhow::Result<Answer> {
	match command {
		Keys::Generate(order) => generate(arguments, order),
		Keys::Import(order) => import(arguments, order),
		Keys::Show { file } => described(&Described::of(file, &read(file)?), None),
		Keys::List { directory } => list(directory),
	}
}

/// A key file.
#[derive(Serialize)]
struct Described {
	file: String,
	address: String,
	public_key: String,
	scheme: &'static str,
	name: Option<String>,
}

impl Described {
	fn of(path: &Path, file: &KeyFile) -> Self {
		let address = file.address();
		Self {
			file: path.display().to_string(),
			address: address.to_string(),
			public_key: format!("0x{}", hex::encode(address.0)),
			scheme: file.scheme().name(),
			name: file.name().map(ToOwned::to_owned),
		}
	}
}

/// The answer about one file, and its phrase if it shall be seen.
fn described(file: &Described, phrase: Option<&str>) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row<'a> {
		#[serde(flatten)]
		file: &'a Described,
		#[serde(skip_serializing_if = "Option::is_none")]
		phrase: Option<&'a str>,
	}
	let mut lines = vec![
		("file", file.file.clone()),
		("address", file.address.clone()),
		("public key", file.public_key.clone()),
		("scheme", file.scheme.to_owned()),
		("name", or_dash(file.name.as_ref())),
	];
	lines.extend(phrase.map(|phrase| ("phrase", phrase.to_owned())));
	Answer::one(&Row { file, phrase }, &lines)
}

fn generate(arguments: &Arguments, order: &GenerateKey) -> anyhow::Result<Answer> {
	let phrase = new_phrase();
	let signer = Signer::from_uri(&Scheme::from(order.scheme).uri(&phrase))?;
	let file = write(arguments, &order.output, &signer)?;
	if order.show_phrase {
		output::say("whoever knows the phrase has the account: write it down where nobody looks");
	} else {
		output::say(
			"the secret phrase was not shown: the file and its password are the only way to the \
			 account, so keep a copy of both",
		);
	}
	described(&file, order.show_phrase.then_some(&phrase))
}

fn import(arguments: &Arguments, order: &ImportKey) -> anyhow::Result<Answer> {
	let secret = secrets::secret(order.secret_file.as_deref())?;
	if secrets::is_key_file(&secret) {
		bail!("this is a key file already: give it to --signer-file as it is");
	}
	let signer = signer(&secret, order.scheme)?;
	described(&write(arguments, &order.output, &signer)?, None)
}

/// The key of a secret, which must be of the kind that was asked for.
fn signer(secret: &str, scheme: Option<KeyScheme>) -> anyhow::Result<Signer> {
	let signer = Signer::from_uri(secret)?;
	let Some(wanted) = scheme.map(Scheme::from).filter(|wanted| *wanted != signer.scheme()) else {
		return Ok(signer);
	};
	ensure!(
		wanted == Scheme::Ed25519,
		"the secret is of an {} key: leave --scheme out",
		signer.scheme().name()
	);
	Ok(Signer::from_uri(&wanted.uri(secret))?)
}

/// Seals a key with the password that is given or asked for, and writes its file.
fn write(arguments: &Arguments, output: &KeyOutput, signer: &Signer) -> anyhow::Result<Described> {
	let path = &output.output;
	// Before a password is asked for. Whether it is still so, the writing itself looks again.
	ensure!(
		!path.try_exists().unwrap_or(false),
		"{} exists, and is not overwritten: give another --output",
		path.display()
	);
	let password = secrets::new_password(arguments.password_file.as_deref())?;
	let stem = path.file_stem().unwrap_or_default().to_string_lossy();
	let name = output.name.as_deref().unwrap_or(&stem);
	let file = KeyFile::seal(signer, &Sealing::now(&password, name))?;
	files::write_new(path, format!("{}\n", file.to_json()).as_bytes())
		.with_context(|| format!("could not write {}", path.display()))?;
	Ok(Described::of(path, &file))
}

fn read(path: &Path) -> anyhow::Result<KeyFile> {
	let text = secrets::read_file(path)?;
	KeyFile::parse(text.trim()).with_context(|| format!("could not read {}", path.display()))
}

/// The key files in a directory, by their names; other files are passed over.
fn list(directory: &Path) -> anyhow::Result<Answer> {
	let entries = fs::read_dir(directory)
		.with_context(|| format!("could not read the directory {}", directory.display()))?;
	let mut files = Vec::new();
	for entry in entries {
		let path = entry.with_context(|| format!("could not read {}", directory.display()))?.path();
		if !may_be_key_file(&path) {
			continue;
		}
		if let Ok(file) = read(&path) {
			files.push(Described::of(&path, &file));
		}
	}
	files.sort_by(|one, other| one.file.cmp(&other.file));
	Answer::rows(&files, &["file", "address", "scheme", "name"], |file| {
		let Described { file, address, scheme, name, .. } = file;
		vec![file.clone(), address.clone(), (*scheme).to_owned(), or_dash(name.as_ref())]
	})
}

/// Whether it is worth to be opened: a small regular file. A pipe would never end.
fn may_be_key_file(path: &Path) -> bool {
	let is_json = path.extension().is_some_and(|extension| extension == "json");
	is_json
		&& path
			.metadata()
			.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= KEY_FILE_BYTES_MAX as u64)
}

#[cfg(test)]
mod tests {
	use super::*;

	const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

	#[test]
	fn key_should_be_of_the_kind_that_is_wanted() {
		let scheme = |secret: &str, wanted| signer(secret, wanted).map(|signer| signer.scheme());
		let node = format!("ed25519:{PHRASE}");
		assert_eq!(scheme(PHRASE, None).unwrap(), Scheme::Sr25519);
		assert_eq!(scheme(PHRASE, Some(KeyScheme::Sr25519)).unwrap(), Scheme::Sr25519);
		assert_eq!(scheme(PHRASE, Some(KeyScheme::Ed25519)).unwrap(), Scheme::Ed25519);
		assert_eq!(scheme(&node, None).unwrap(), Scheme::Ed25519);
		assert_eq!(scheme(&node, Some(KeyScheme::Ed25519)).unwrap(), Scheme::Ed25519);
		let error = scheme(&node, Some(KeyScheme::Sr25519)).unwrap_err().to_string();
		assert!(error.contains("leave --scheme out"), "{error}");
		assert!(scheme("no phrase", None).is_err());
	}
}
