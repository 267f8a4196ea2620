// SPDX-License-Identifier: Apache-2.0

//! `r1ctl edil` as a person meets it: models, keys, requests and responses in files. A worker's part is
//! done here by the library, and in the tour by nodes.

use crate::programs::{Outcome, program, root, run};
use r1_edil::{EncryptedModel, Request, evaluate};
use serde_json::Value;
use std::{
	fs,
	num::NonZeroUsize,
	os::unix::fs::PermissionsExt as _,
	path::{Path, PathBuf},
	process::Command,
};
use tempfile::TempDir;

/// A person's folder, and a model of the repository that needs no evaluation key.
struct Desk {
	folder: TempDir,
	model: PathBuf,
}

impl Desk {
	fn new() -> Self {
		let folder = tempfile::tempdir().unwrap();
		Self { folder, model: root().join("models/edil-breast-cancer") }
	}

	fn own(&self, name: &str) -> PathBuf {
		self.folder.path().join(name)
	}

	/// Runs `r1ctl edil` with options that name files.
	fn edil(&self, command: &str, options: &[(&str, &Path)]) -> Outcome {
		let mut r1ctl = Command::new(program("r1ctl"));
		r1ctl.args(["edil", command, "--json"]);
		for (option, path) in options {
			r1ctl.arg(format!("--{option}")).arg(path);
		}
		run(&mut r1ctl)
	}

	fn answer(&self, command: &str, options: &[(&str, &Path)]) -> Value {
		let outcome = self.edil(command, options);
		assert_eq!(outcome.code, Some(0), "{outcome:?}");
		serde_json::from_str(&outcome.stdout).unwrap()
	}

	fn refusal(&self, command: &str, options: &[(&str, &Path)]) -> String {
		let outcome = self.edil(command, options);
		assert_eq!(outcome.code, Some(2), "{outcome:?}");
		outcome.stderr
	}

	/// A sample as the person has it, and what the trainer computed of it.
	fn sample(&self, number: usize) -> (Vec<u8>, Value) {
		let vectors = fs::read(self.model.join("vectors.json")).unwrap();
		let vectors: Value = serde_json::from_slice(&vectors).unwrap();
		let raw = serde_json::to_vec(&vectors["raw"][number]).unwrap();
		(raw, vectors["logits"][number].clone())
	}
}

/// What a worker makes of a request's file.
fn work(model: &Path, request: &Path, response: &Path) {
	let model = EncryptedModel::from_bytes(&fs::read(model).unwrap()).unwrap();
	let request = Request::from_bytes(&fs::read(request).unwrap()).unwrap();
	let responses = evaluate(&model, None, &[request], NonZeroUsize::MIN).unwrap();
	fs::write(response, responses[0].to_bytes()).unwrap();
}

#[test]
fn compiler_should_make_the_models_of_the_repository_and_overwrite_nothing() {
	let desk = Desk::new();
	let digits = root().join("models/edil-digits");
	let output = desk.own("model.edil");
	let (head, encoder) = (digits.join("head.json"), digits.join("encoder.json"));
	let options: [(&str, &Path); 3] = [("head", &head), ("encoder", &encoder), ("output", &output)];
	let compiled = desk.answer("compile", &options);
	assert_eq!(compiled["parameters"], "Bootstrapped1024");
	assert_eq!(
		(compiled["bootstraps"].as_u64(), compiled["request_bytes"].as_u64()),
		(Some(16), Some(220))
	);
	assert_eq!(fs::read(&output).unwrap(), fs::read(digits.join("model.edil")).unwrap());
	let refusal = desk.refusal("compile", &options);
	assert!(refusal.contains("model.edil"), "{refusal}");
	let (rarer, other) = (Path::new("-400"), desk.own("other.edil"));
	let options: [(&str, &Path); 3] =
		[("head", &head), ("failure-log2", rarer), ("output", &other)];
	let refusal = desk.refusal("compile", &options);
	assert!(refusal.contains("2^-400.0 was asked for"), "{refusal}");
	assert!(!other.exists());
}

#[test]
fn values_should_come_back_as_the_trainers_logits_through_files() {
	let desk = Desk::new();
	let [model, encoder] = ["model.edil", "encoder.json"].map(|name| desk.model.join(name));
	let [secret, evaluation, values, request, response, passphrase] =
		["secret", "evaluation", "values", "request", "response", "passphrase"]
			.map(|name| desk.own(name));
	fs::write(&passphrase, "of my own\n").unwrap();
	let keys = desk.answer(
		"keygen",
		&[
			("model", &model),
			("secret-key", &secret),
			("evaluation-key", &evaluation),
			("passphrase-file", &passphrase),
		],
	);
	assert!(keys["evaluation_key"].is_null() && !evaluation.exists(), "{keys}");
	assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
	assert!(fs::read(&secret).unwrap().starts_with(b"age-encryption.org/"));
	let (raw, logits) = desk.sample(3);
	fs::write(&values, raw).unwrap();
	let options: [(&str, &Path); 6] = [
		("model", &model),
		("secret-key", &secret),
		("encoder", &encoder),
		("values", &values),
		("output", &request),
		("passphrase-file", &passphrase),
	];
	let without = desk.refusal("encrypt", &options[..5]);
	assert!(without.contains("passphrase"), "{without}");
	let encrypted = desk.answer("encrypt", &options);
	assert_eq!(encrypted["inputs"], 30);
	work(&model, &request, &response);
	let options: [(&str, &Path); 5] = [
		("model", &model),
		("secret-key", &secret),
		("request", &request),
		("response", &response),
		("passphrase-file", &passphrase),
	];
	assert_eq!(desk.answer("decrypt", &options)["logits"], logits);
}

#[test]
fn what_does_not_belong_together_should_be_refused() {
	let desk = Desk::new();
	let model = desk.model.join("model.edil");
	let [secret, evaluation, values, request] =
		["secret", "evaluation", "values", "request"].map(|name| desk.own(name));
	let keys: [(&str, &Path); 3] =
		[("model", &model), ("secret-key", &secret), ("evaluation-key", &evaluation)];
	desk.answer("keygen", &keys);
	let again = desk.refusal("keygen", &keys);
	assert!(again.contains("exists, and is not overwritten"), "{again}");
	fs::write(&values, desk.sample(0).0).unwrap();
	let digits = root().join("models/edil-digits/encoder.json");
	let with = |more: &[(&'static str, &Path)]| {
		let options: [(&str, &Path); 4] =
			[("model", &model), ("secret-key", &secret), ("values", &values), ("output", &request)];
		desk.refusal("encrypt", &[&options[..], more].concat())
	};
	let other = with(&[("encoder", &digits)]);
	assert!(other.contains("is not the encoder that the model was trained with"), "{other}");
	let none = with(&[]);
	assert!(none.contains("give the model's encoder with --encoder"), "{none}");
	fs::write(&values, "nonsense").unwrap();
	let nonsense = with(&[]);
	assert!(nonsense.contains("is no list of numbers"), "{nonsense}");
	assert!(!request.exists());
}
