// SPDX-License-Identifier: Apache-2.0

//! A response follows from the bytes of model, key and request, and from nothing else.

use super::{client, compiled, models::Example};
use crate::encrypt;
use r1_core::SystemRng;
use r1_edil::{EncryptedModel, EvaluationKey, ParameterSet, PreparedKey, Request, evaluate};
use std::{env, fs, num::NonZeroUsize, path::Path, process::Command};

/// Names the folder of what is to be evaluated, for the process that a test starts.
const FOLDER: &str = "R1_EDIL_FOLDER";

fn threads(count: usize) -> NonZeroUsize {
	NonZeroUsize::new(count).expect("it is not zero")
}

fn requests(model: &EncryptedModel, count: usize) -> Vec<Request> {
	let secret = &client(ParameterSet::Bootstrapped1024).secret;
	let inputs = Example::Digits.vectors().inputs;
	let request = |inputs: &Vec<i8>| encrypt(secret, model, inputs, &SystemRng).expect("it fits");
	inputs.iter().take(count).map(request).collect()
}

#[test]
fn response_should_not_depend_on_threads_nor_on_what_is_evaluated_together() {
	let model = compiled(Example::Digits, -54.0).model;
	let key = Some(&client(ParameterSet::Bootstrapped1024).prepared);
	let requests = requests(&model, 3);
	let run = |requests: &[Request], count| {
		let responses = evaluate(&model, key, requests, threads(count)).expect("they fit");
		responses.iter().map(r1_edil::Response::to_bytes).collect::<Vec<_>>()
	};
	let together = run(&requests, 1);
	assert_eq!(run(&requests, 1), together);
	assert_eq!(run(&requests, 2), together);
	assert_eq!(run(&requests, 7), together);
	let alone: Vec<_> = requests.iter().flat_map(|one| run(std::slice::from_ref(one), 2)).collect();
	assert_eq!(alone, together);
}

#[test]
fn response_should_be_the_same_in_another_process() {
	if let Some(folder) = env::var_os(FOLDER) {
		return evaluate_files(Path::new(&folder));
	}
	let model = compiled(Example::Digits, -54.0).model;
	let client = client(ParameterSet::Bootstrapped1024);
	let request = requests(&model, 1).remove(0);
	let folder = tempfile::tempdir().expect("there is room");
	let write = |name, bytes: &[u8]| {
		fs::write(folder.path().join(name), bytes).expect("there is room");
	};
	write("model", model.bytes());
	write("key", &client.evaluation.to_bytes());
	write("request", &request.to_bytes());
	let own = evaluate(&model, Some(&client.prepared), &[request], threads(2)).expect("it fits");
	for run in 0..2 {
		let name = "tests::determinism::response_should_be_the_same_in_another_process";
		let status = Command::new(env::current_exe().expect("it has a path"))
			.args([name, "--exact", "--quiet"])
			.env(FOLDER, folder.path())
			.output()
			.expect("it can be started again");
		assert!(status.status.success(), "{status:?}");
		let response = fs::read(folder.path().join("response")).expect("it was written");
		assert_eq!(response, own[0].to_bytes(), "run {run}");
		fs::remove_file(folder.path().join("response")).expect("it is there");
	}
}

/// What the other process does.
fn evaluate_files(folder: &Path) {
	let read = |name| fs::read(folder.join(name)).expect("it was written");
	let model = EncryptedModel::from_bytes(&read("model")).expect("it is a model");
	let key = EvaluationKey::from_bytes(&read("key")).expect("it is a key");
	let key = PreparedKey::new(key).expect("it bootstraps");
	let request = Request::from_bytes(&read("request")).expect("it is a request");
	let responses = evaluate(&model, Some(&key), &[request], threads(1)).expect("it fits");
	fs::write(folder.join("response"), responses[0].to_bytes()).expect("there is room");
}
