// SPDX-License-Identifier: Apache-2.0

//! The model that a round makes: that which it started from, and the sum.

use super::check_hash;
use anyhow::{Context as _, ensure};
use cid::Cid;
use r1_api::EdgeClient;
use r1_chain::EndedLearningRound;
use r1_learning::{protocol::Aggregate, trainer::Model};
use sha2::{Digest as _, Sha256};

/// The file of a sum, as the chain names it.
pub(super) type SumFile = r1_chain::LearningSumFile;

/// Fetches what the chain names, checks it, and applies the sum.
pub(super) async fn after(
	edge: &EdgeClient,
	round: &EndedLearningRound,
	file: &SumFile,
) -> anyhow::Result<Model> {
	let model = fetch(edge, &round.model, round.spec.model_hash, "the model").await?;
	let model = Model::from_bytes(&model)
		.with_context(|| format!("the model that round {} started from is none", round.id))?;
	let sum = fetch(edge, &file.cid, file.sha256, "the sum").await?;
	let sum = Aggregate::from_bytes(&sum)
		.with_context(|| format!("what the oracles agreed on in round {} is no sum", round.id))?;
	ensure!(sum.fits(round.id, &round.spec), "the sum is not of round {}", round.id);
	Ok(model.apply(&sum)?)
}

/// A file whose hash the chain has.
pub(super) async fn fetch(
	edge: &EdgeClient,
	cid: &[u8],
	sha256: [u8; 32],
	what: &str,
) -> anyhow::Result<Vec<u8>> {
	let cid = Cid::try_from(cid).with_context(|| format!("the CID of {what} is none"))?;
	let bytes = edge.file(&cid.to_string()).await?;
	check_hash(&bytes, sha256, what)?;
	Ok(bytes)
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
	Sha256::digest(bytes).into()
}
