// SPDX-License-Identifier: Apache-2.0

//! Encrypted inference, on the client's side: what a daemon gets is a request that it cannot open and
//! an evaluation key that opens nothing.

mod predict;

use crate::{
	arguments::{
		Arguments, Edil, EdilCompile, EdilDecrypt, EdilEncrypt, EdilKeygen, EdilPassphrase,
		EdilValues,
	},
	files,
	output::Answer,
	secrets,
};
use anyhow::{Context as _, bail, ensure};
use r1_core::SystemRng;
use r1_edil::{
	EncoderReference, EncryptedModel, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX, Request, Response,
	limits::MODEL_BYTES_MAX,
};
use r1_edil_client::{
	CompileOptions, ENCODER_FILE_BYTES_MAX, HEAD_FILE_BYTES_MAX, HeadFile, SecretKey, compile,
	decrypt, encoder_hash, encrypt, read_encoder, read_key, write_key,
};
use serde::Serialize;
use std::path::Path;

/// Longest file of values that is read, in bytes: a million numbers.
const VALUES_BYTES_MAX: usize = 16 << 20;

pub(super) async fn run(arguments: &Arguments, command: &Edil) -> anyhow::Result<Answer> {
	match command {
		Edil::Compile(order) => compile_model(order),
		Edil::Keygen(order) => make_keys(order),
		Edil::Encrypt(order) => encrypt_values(order),
		Edil::Decrypt(order) => decrypt_response(order),
		Edil::Predict(order) => predict::run(arguments, order).await,
	}
}

/// A model that was compiled.
#[derive(Serialize)]
struct Compiled {
	id: String,
	parameters: String,
	bootstraps: usize,
	request_failure_log2: f64,
	evaluation_key_bytes: usize,
	request_bytes: usize,
	response_bytes: usize,
	expected_ms: f64,
}

fn compile_model(order: &EdilCompile) -> anyhow::Result<Answer> {
	let head = files::read(&order.head, HEAD_FILE_BYTES_MAX)?;
	let head = HeadFile::from_json(&head)
		.with_context(|| format!("{} is no head", order.head.display()))?;
	let encoder = match &order.encoder {
		Some(path) => {
			let bytes = files::read(path, ENCODER_FILE_BYTES_MAX)?;
			read_encoder(&bytes).with_context(|| format!("{} is no encoder", path.display()))?;
			EncoderReference::Hash(encoder_hash(&bytes))
		},
		None => EncoderReference::None,
	};
	let options = CompileOptions { failure_log2: order.failure_log2, encoder };
	let compiled = compile(&head, &options)
		.with_context(|| format!("{} makes no model", order.head.display()))?;
	write_new(&order.output, compiled.model.bytes())?;
	let report = &compiled.report;
	let shown = Compiled {
		id: hex::encode(compiled.model.id()),
		parameters: format!("{:?}", report.parameters),
		bootstraps: report.bootstraps,
		request_failure_log2: report.request_failure_log2,
		evaluation_key_bytes: report.evaluation_key_bytes,
		request_bytes: report.request_bytes,
		response_bytes: report.response_bytes,
		expected_ms: report.expected_ms,
	};
	Answer::text_of(&shown, &report.to_string())
}

/// Keys that were made.
#[derive(Serialize)]
struct Keys {
	parameters: String,
	secret_key: String,
	evaluation_key: Option<String>,
	evaluation_key_id: Option<String>,
}

fn make_keys(order: &EdilKeygen) -> anyhow::Result<Answer> {
	let model = read_model(&order.model)?;
	let has_key = model.parameters().bootstrap().is_some();
	// Before anything is written: a secret key without its evaluation key is of no use.
	for path in [&order.secret_key, &order.evaluation_key] {
		ensure!(
			!path.try_exists().unwrap_or(false),
			"{} exists, and is not overwritten: give another path",
			path.display()
		);
	}
	let (secret, evaluation) = SecretKey::generate(model.parameters(), &SystemRng);
	if let Some(evaluation) = &evaluation {
		write_new(&order.evaluation_key, &evaluation.to_bytes())?;
	}
	write_key(&order.secret_key, &secret, passphrase(&order.passphrase)?)?;
	let shown = Keys {
		parameters: format!("{:?}", model.parameters()),
		secret_key: order.secret_key.display().to_string(),
		evaluation_key: has_key.then(|| order.evaluation_key.display().to_string()),
		evaluation_key_id: has_key.then(|| hex::encode(secret.evaluation_key())),
	};
	Answer::one(
		&shown,
		&[
			("parameters", shown.parameters.clone()),
			("secret key, which stays here", shown.secret_key.clone()),
			(
				"evaluation key, for nodes",
				shown
					.evaluation_key
					.clone()
					.unwrap_or_else(|| "the model needs none".to_owned()),
			),
		],
	)
}

/// A request that was made.
#[derive(Serialize)]
struct Encrypted {
	request: String,
	request_id: String,
	inputs: usize,
	bytes: usize,
}

fn encrypt_values(order: &EdilEncrypt) -> anyhow::Result<Answer> {
	let model = read_model(&order.model)?;
	let (_, request) = request_for(&model, &order.values)?;
	let bytes = request.to_bytes();
	write_new(&order.output, &bytes)?;
	let shown = Encrypted {
		request: order.output.display().to_string(),
		request_id: hex::encode(request.id()),
		inputs: request.bodies.len(),
		bytes: bytes.len(),
	};
	Answer::one(
		&shown,
		&[
			("request", shown.request.clone()),
			("inputs", shown.inputs.to_string()),
			("bytes", shown.bytes.to_string()),
		],
	)
}

fn decrypt_response(order: &EdilDecrypt) -> anyhow::Result<Answer> {
	let model = read_model(&order.model)?;
	let key = secret_key(&order.secret_key, &order.passphrase)?;
	let request = Request::from_bytes(&files::read(&order.request, REQUEST_BYTES_MAX)?)
		.with_context(|| format!("{} is no request", order.request.display()))?;
	let response = Response::from_bytes(&files::read(&order.response, RESPONSE_BYTES_MAX)?)
		.with_context(|| format!("{} is no response", order.response.display()))?;
	logits(&decrypt(&key, &model, &request.id(), &response)?)
}

/// What a model says of some values.
#[derive(Serialize)]
struct Logits<'a> {
	/// The place of the largest logit, which is the class of a model with several.
	largest: usize,
	logits: &'a [i32],
}

fn logits(logits: &[i32]) -> anyhow::Result<Answer> {
	// Of equal ones the first, as the trainer counts.
	let largest = (0..logits.len()).rev().max_by_key(|place| logits[*place]).unwrap_or(0);
	let shown = Logits { largest, logits };
	Answer::one(&shown, &[("largest", largest.to_string()), ("logits", format!("{logits:?}"))])
}

/// Encodes and encrypts values; the key is needed again for what comes back.
fn request_for(
	model: &EncryptedModel,
	values: &EdilValues,
) -> anyhow::Result<(SecretKey, Request)> {
	let key = secret_key(&values.secret_key, &values.passphrase)?;
	let raw = files::read(&values.values, VALUES_BYTES_MAX)?;
	let raw: Vec<f64> = serde_json::from_slice(&raw)
		.with_context(|| format!("{} is no list of numbers", values.values.display()))?;
	let inputs = match &values.encoder {
		Some(path) => encode(model, path, &raw)?,
		None => whole_numbers(&raw)?,
	};
	let request = encrypt(&key, model, &inputs, &SystemRng)?;
	Ok((key, request))
}

fn encode(model: &EncryptedModel, path: &Path, raw: &[f64]) -> anyhow::Result<Vec<i8>> {
	let bytes = files::read(path, ENCODER_FILE_BYTES_MAX)?;
	if let EncoderReference::Hash(hash) = model.content().encoder {
		// With another one, what comes out would be wrong and nobody would notice.
		ensure!(
			encoder_hash(&bytes) == hash,
			"{} is not the encoder that the model was trained with; its BLAKE2b-256 would be {}",
			path.display(),
			hex::encode(hash)
		);
	}
	let encoder =
		read_encoder(&bytes).with_context(|| format!("{} is no encoder", path.display()))?;
	encoder
		.encode(raw)
		.with_context(|| format!("the encoder {} does not take the values", path.display()))
}

fn whole_numbers(raw: &[f64]) -> anyhow::Result<Vec<i8>> {
	raw.iter()
		.map(|value| {
			let whole = *value as i8;
			if f64::from(whole) == *value {
				return Ok(whole);
			}
			bail!(
				"{value} is no whole number from -128 to 127: give the model's encoder with \
				 --encoder"
			)
		})
		.collect()
}

fn read_model(path: &Path) -> anyhow::Result<EncryptedModel> {
	EncryptedModel::from_bytes(&files::read(path, MODEL_BYTES_MAX)?)
		.with_context(|| format!("{} is no encrypted model", path.display()))
}

fn secret_key(path: &Path, of: &EdilPassphrase) -> anyhow::Result<SecretKey> {
	read_key(path, passphrase(of)?)
		.with_context(|| format!("could not use the secret key {}", path.display()))
}

fn passphrase(of: &EdilPassphrase) -> anyhow::Result<Option<String>> {
	of.passphrase_file.as_deref().map(secrets::passphrase).transpose()
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
	files::write_new(path, bytes).with_context(|| format!("could not write {}", path.display()))
}
