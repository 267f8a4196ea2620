// SPDX-License-Identifier: Apache-2.0

//! Measures encrypted inference with the models of this repository; prints one line of JSON.
//!
//! `cargo run --package r1-edil-client --example latency [RUNS]`, from the repository's root.

#![expect(clippy::print_stdout, reason = "what it measured is what it is for")]
#![expect(clippy::disallowed_types, reason = "it measures microseconds")]

use r1_core::SystemRng;
use r1_edil::{EncryptedModel, PreparedKey, Request, Response, evaluate};
use r1_edil_client::{SecretKey, decrypt, encrypt};
use serde_json::{Value, json};
use std::{env, error::Error, fs, num::NonZeroUsize, time::Instant};

/// Runs of each measurement, unless the command line says otherwise.
const RUNS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
	let runs = env::args().nth(1).map_or(Ok(RUNS), |runs| runs.parse())?;
	let models = ["edil-digits/model.edil", "edil-digits/model-128.edil"];
	let digits: Vec<Value> =
		models.into_iter().map(|path| measure(path, runs)).collect::<Result<_, _>>()?;
	let breast_cancer = measure("edil-breast-cancer/model.edil", runs)?;
	println!("{}", json!({ "digits": digits, "breast_cancer": breast_cancer }));
	Ok(())
}

/// Everything that happens with one model.
fn measure(path: &str, runs: usize) -> Result<Value, Box<dyn Error>> {
	let model = EncryptedModel::from_bytes(&fs::read(format!("models/{path}"))?)?;
	let ((secret, evaluation), keygen_ms) =
		timed(|| SecretKey::generate(model.parameters(), &SystemRng));
	let key_bytes = evaluation.as_ref().map_or(0, |key| key.to_bytes().len());
	let (prepared, expand_ms) = timed(|| evaluation.and_then(PreparedKey::new));
	let inputs = vec![1; model.head().inputs()];
	let expected = model.head().evaluate(&inputs)?;
	let encrypted = || encrypt(&secret, &model, &inputs, &SystemRng);

	let (encrypt_ms, _) = median(runs, || encrypted().map(drop))?;
	let request = encrypted()?;
	let mut latencies = Vec::new();
	// Threads, and requests that are evaluated together.
	for (threads, together) in [(1, 1), (2, 1), (2, 4)] {
		let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
		let requests = vec![request.clone(); together];
		let run = || evaluate(&model, prepared.as_ref(), &requests, threads).map(drop);
		let (median_ms, p95_ms) = median(runs, run)?;
		latencies.push(json!({
			"threads": threads,
			"together": together,
			"median_ms": median_ms,
			"p95_ms": p95_ms,
			"per_second": 1e3 * together as f64 / median_ms,
		}));
	}
	let response = answer(&model, prepared.as_ref(), &request)?;
	let (decrypt_ms, _) =
		median(runs, || decrypt(&secret, &model, &request.id(), &response).map(drop))?;
	let is_exact = decrypt(&secret, &model, &request.id(), &response)? == expected;
	Ok(json!({
		"model": path,
		"parameters": format!("{:?}", model.parameters()),
		"bootstraps": model.head().bootstraps(),
		"is_exact": is_exact,
		"keygen_ms": keygen_ms,
		"expand_ms": expand_ms,
		"encrypt_ms": encrypt_ms,
		"evaluate": latencies,
		"decrypt_ms": decrypt_ms,
		"evaluation_key_bytes": key_bytes,
		"request_bytes": request.to_bytes().len(),
		"response_bytes": response.to_bytes().len(),
	}))
}

fn answer(
	model: &EncryptedModel,
	key: Option<&PreparedKey>,
	request: &Request,
) -> Result<Response, Box<dyn Error>> {
	let responses = evaluate(model, key, std::slice::from_ref(request), NonZeroUsize::MIN)?;
	Ok(responses.into_iter().next().ok_or("a request has a response")?)
}

/// What something returns, and how long it took.
fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
	let start = Instant::now();
	let result = run();
	(result, start.elapsed().as_secs_f64() * 1e3)
}

/// The median and the 95th percentile of some runs, after one that does not count.
fn median<E>(runs: usize, mut run: impl FnMut() -> Result<(), E>) -> Result<(f64, f64), E> {
	run()?;
	let mut times = Vec::new();
	for _ in 0..runs.max(1) {
		let (result, time) = timed(&mut run);
		result?;
		times.push(time);
	}
	times.sort_by(f64::total_cmp);
	let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
	Ok((at(0.5), at(0.95)))
}
