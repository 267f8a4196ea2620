// SPDX-License-Identifier: Apache-2.0

//! A prediction by a daemon that learns neither the values nor what comes of them.

use super::{logits, request_for};
use crate::{
	arguments::{Arguments, EdilPredict},
	commands::job::save_receipt,
	files,
	output::Answer,
};
use anyhow::{Context as _, ensure};
use r1_api::{ClientError, EdgeClient, EncryptedModelStatus, Receipted};
use r1_edil::{EVALUATION_KEY_BYTES_MAX, EncryptedModel, Response};
use r1_edil_client::decrypt;
use sp_crypto_hashing::blake2_256;

/// What a daemon says that has not got the evaluation key.
const KEY_MISSING: &str = "evaluation_key_missing";

pub(super) async fn run(arguments: &Arguments, order: &EdilPredict) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	let status = edge.encrypted_model(&order.name).await?;
	let model = model(&edge, &status).await?;
	let (key, request) = request_for(&model, &order.values)?;
	let response = match evaluate(&edge, order, request.to_bytes(), None).await {
		Err(error) if is_key_missing(&error) => {
			let cid = give_key(&edge, order, key.evaluation_key()).await?;
			evaluate(&edge, order, request.to_bytes(), Some(&cid)).await?
		},
		answered => answered?,
	};
	if let Some(path) = &order.receipt {
		save_receipt(path, &response)?;
	}
	let response =
		Response::from_bytes(&response.answer).context("the daemon's answer is no response")?;
	logits(&decrypt(&key, &model, &request.id(), &response)?)
}

/// The model's file, which must be the one that requests name.
async fn model(edge: &EdgeClient, status: &EncryptedModelStatus) -> anyhow::Result<EncryptedModel> {
	let bytes = edge.file(&status.model).await?;
	let model = EncryptedModel::from_bytes(&bytes)
		.with_context(|| format!("the daemon's file {} is no encrypted model", status.model))?;
	ensure!(*model.id() == status.id.0, "the daemon's file {} is another model", status.model);
	Ok(model)
}

async fn evaluate(
	edge: &EdgeClient,
	order: &EdilPredict,
	request: Vec<u8>,
	key: Option<&str>,
) -> Result<Receipted<Vec<u8>>, ClientError> {
	edge.encrypted_infer_with_receipt(&order.name, request, key).await
}

fn is_key_missing(error: &ClientError) -> bool {
	matches!(error, ClientError::Refused { body, .. } if body.code == KEY_MISSING)
}

/// Puts the evaluation key into the content store; returns its CID.
async fn give_key(edge: &EdgeClient, order: &EdilPredict, id: &[u8; 32]) -> anyhow::Result<String> {
	let path = order.evaluation_key.as_ref().context(
		"the daemon has not got the evaluation key: give its file with --evaluation-key",
	)?;
	let bytes = files::read(path, EVALUATION_KEY_BYTES_MAX)?;
	ensure!(
		blake2_256(&bytes) == *id,
		"{} is not the evaluation key that was made with the secret key",
		path.display()
	);
	Ok(edge.add_file(bytes).await?.cid)
}
