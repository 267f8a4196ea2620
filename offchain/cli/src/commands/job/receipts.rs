// SPDX-License-Identifier: Apache-2.0

//! Receipts of what a job's model has answered: looked up, and checked on this machine.

use crate::{
	arguments::{Arguments, JobReceiptCheck},
	commands::{date, or_dash, proof},
	files,
	output::{self, Answer},
};
use anyhow::{Context as _, bail, ensure};
use r1_api::{ClientError, Receipted};
use r1_chain::Chain;
use r1_core::error_chain;
use r1_cstore::{PartRef, Proof};
use r1_deeploy::receipts::{
	EVIDENCE_BYTES_MAX, Evidence, Head, Inclusion, Receipt, Saved, Signed, head_key,
};
use serde::Serialize;
use sp_crypto_hashing::blake2_256;
use std::path::Path;

/// How many requests a job's model has answered, epoch by epoch.
pub(super) async fn list(arguments: &Arguments, job: u32) -> anyhow::Result<Answer> {
	let receipts = arguments.edge()?.job_receipts(job).await?;
	Answer::rows(&receipts.epochs, &["epoch", "answered", "root", "state"], |epoch| {
		let state = match (epoch.is_closed, epoch.is_full) {
			(true, false) => "over",
			(true, true) => "over, and was full",
			(false, false) => "goes on",
			(false, true) => "full",
		};
		let root = epoch.root.to_string();
		vec![epoch.epoch.to_string(), epoch.count.to_string(), root, state.to_owned()]
	})
}

/// What a receipt says, and what says so.
#[derive(Serialize)]
struct Shown {
	job: u32,
	node: String,
	epoch: u32,
	index: u32,
	at_secs: u64,
	model: String,
	evaluation_key: Option<String>,
	input: String,
	output: String,
	/// Whether the node has signed the receipt itself, and the file has that.
	is_signed: bool,
	/// Requests that the node says to have answered in the epoch; none before it is over.
	counted_among: Option<u32>,
	/// The epoch at whose end the chain has the root that the head is under.
	on_chain_since_epoch: Option<u32>,
	/// What it proves, and what not.
	proves: &'static str,
}

/// Checks a receipt that was saved, or evidence of one.
pub(super) async fn check(
	arguments: &Arguments,
	order: &JobReceiptCheck,
) -> anyhow::Result<Answer> {
	let path = &order.file;
	let bytes = files::read(path, EVIDENCE_BYTES_MAX)?;
	let saved =
		Saved::from_bytes(&bytes).with_context(|| format!("{} is of no use", path.display()))?;
	let chain = arguments.chain().await?;
	let genesis = chain.genesis_hash();
	let (receipt, evidence) = match saved {
		Saved::Evidence(evidence) => (None, Some(*evidence)),
		Saved::Receipt(signed) => {
			signed.verify(&genesis).context("the node has not signed it for this chain")?;
			let evidence = ask(arguments, &signed.body).await?;
			(Some(signed), evidence)
		},
	};
	let Some(evidence) = evidence else {
		let signed = receipt.context("a file is a receipt or evidence")?;
		return answer(&signed.body, true, &Found::default());
	};
	let Inclusion { receipt: counted, head, .. } = &evidence.inclusion;
	evidence.inclusion.verify(&genesis).context("the evidence proves nothing")?;
	if let Some(signed) = &receipt
		&& signed.body != *counted
	{
		let found = Found { count: Some(head.body.count), is_another: true, ..Found::default() };
		return answer(&signed.body, true, &found);
	}
	let on_chain = on_chain(&chain, &evidence).await?;
	let count = Some(head.body.count);
	let shown = answer(counted, receipt.is_some(), &Found { count, on_chain, ..Found::default() })?;
	if let Some(path) = &order.output {
		let bytes = Saved::Evidence(Box::new(evidence)).to_bytes();
		std::fs::write(path, bytes)
			.with_context(|| format!("could not write {}", path.display()))?;
		output::say(&format!("the evidence is in {}", path.display()));
	}
	Ok(shown)
}

/// What the daemon at hand says of a receipt; none if it is not the node's, or cannot say yet.
async fn ask(arguments: &Arguments, receipt: &Receipt) -> anyhow::Result<Option<Evidence>> {
	let Receipt { job, epoch, index, .. } = *receipt;
	let told = arguments.edge()?.job_receipt(job, epoch, index).await;
	let bytes = match told {
		Ok(bytes) => bytes,
		Err(error @ (ClientError::Refused { .. } | ClientError::Transport { .. })) => {
			output::say(&format!("the daemon has no evidence: {}", error_chain(&error)));
			return Ok(None);
		},
		Err(error) => return Err(error.into()),
	};
	let Saved::Evidence(evidence) = Saved::from_bytes(&bytes)? else {
		bail!("the daemon answers with a receipt, and not with evidence of one")
	};
	if evidence.inclusion.receipt.node != receipt.node {
		output::say("the daemon is that of another node: ask the one that has answered");
		return Ok(None);
	}
	Ok(Some(*evidence))
}

/// The epoch at whose end the chain has a root that the head is under.
async fn on_chain(chain: &Chain, evidence: &Evidence) -> anyhow::Result<Option<u32>> {
	let head = &evidence.inclusion.head;
	for bytes in &evidence.store_proofs {
		let proof = Proof::from_bytes(bytes).context("the evidence has a proof that is none")?;
		check_claim(&proof, &head.body)?;
		// One whose epoch is not settled, or too long ago, says nothing; another one may.
		match proof::held(chain, &proof).await {
			Ok(held) => {
				let value = held.value.context("the namespace of the job held no head then")?;
				let held: Signed<Head> = codec_of(&value)?;
				ensure!(held == *head, "the namespace of the job held another head then");
				return Ok(Some(proof.claim.epoch));
			},
			Err(error) => output::say(&format!("{error:#}")),
		}
	}
	Ok(None)
}

/// A proof of the store must be about the very key that the head stands under.
fn check_claim(proof: &Proof, head: &Head) -> anyhow::Result<()> {
	let claim = &proof.claim;
	let key = head_key(head.deed, head.epoch);
	let is_it = (claim.job, claim.deed) == (head.job, head.deed)
		&& claim.name.key() == key.as_bytes()
		&& claim.name.part() == PartRef::Text;
	ensure!(is_it, "the evidence has a proof of something else than {key} of job {}", head.job);
	Ok(())
}

fn codec_of(value: &[u8]) -> anyhow::Result<Signed<Head>> {
	Signed::from_bytes(value).context("the namespace of the job held something else than a head")
}

/// What was found of a receipt.
#[derive(Debug, Default)]
struct Found {
	/// How many the head has.
	count: Option<u32>,
	/// Whether another receipt stands in its place.
	is_another: bool,
	/// The epoch at whose end the chain has it.
	on_chain: Option<u32>,
}

fn answer(receipt: &Receipt, is_signed: bool, found: &Found) -> anyhow::Result<Answer> {
	let hex = |hash: &[u8; 32]| format!("0x{}", hex::encode(hash));
	let proves = match found {
		Found { is_another: true, .. } => {
			"the node has signed this receipt, and another one in its place: it is dishonest, or has \
			 lost its disk"
		},
		Found { count: None, .. } => {
			"the node says that it has answered this; nothing on the chain says that it counts"
		},
		Found { on_chain: None, .. } => {
			"the node has counted it, in a head that it has signed; no root on the chain covers that yet"
		},
		Found { .. } => "the node has counted it, under a root that the chain has",
	};
	let shown = Shown {
		job: receipt.job,
		node: super::address(receipt.node),
		epoch: receipt.epoch,
		index: receipt.index,
		at_secs: receipt.at_secs,
		model: hex(&receipt.model),
		evaluation_key: receipt.evaluation_key.as_ref().map(hex),
		input: hex(&receipt.input),
		output: hex(&receipt.output),
		is_signed,
		counted_among: found.count,
		on_chain_since_epoch: found.on_chain,
		proves,
	};
	let place = match shown.counted_among {
		Some(count) => format!("{} of {count}", shown.index),
		None => shown.index.to_string(),
	};
	let mut lines = vec![
		("job", shown.job.to_string()),
		("node", shown.node.clone()),
		("epoch", shown.epoch.to_string()),
		("index", place),
		("answered", date(shown.at_secs)),
		("model", shown.model.clone()),
	];
	lines.extend(shown.evaluation_key.clone().map(|key| ("evaluation key", key)));
	lines.extend([
		("request", shown.input.clone()),
		("response", shown.output.clone()),
		("on chain since epoch", or_dash(shown.on_chain_since_epoch)),
		("proves", shown.proves.to_owned()),
	]);
	Ok(Answer::one(&shown, &lines)?.negative(found.on_chain.is_none()))
}

/// Saves the receipt that came with an answer, if it is one of the request and the response.
pub(crate) fn save<T>(path: &Path, answered: &Receipted<T>) -> anyhow::Result<()> {
	let header = answered.receipt.as_deref().context(
		"the answer came without a receipt: the model is no job's, or the node takes no more",
	)?;
	let bytes = hex::decode(header).context("the receipt is not in hexadecimal digits")?;
	let signed = Signed::<Receipt>::from_bytes(&bytes).context("what came is no receipt")?;
	let Receipt { input, output, .. } = signed.body;
	ensure!(input == blake2_256(&answered.input), "the receipt is of another request");
	ensure!(output == blake2_256(&answered.output), "the receipt is of another response");
	std::fs::write(path, Saved::Receipt(Box::new(signed)).to_bytes())
		.with_context(|| format!("could not write {}", path.display()))?;
	output::say(&format!("the receipt is in {}", path.display()));
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn receipt(input: &[u8], output: &[u8]) -> Receipt {
		Receipt {
			job: 7,
			node: [1; 32],
			epoch: 12,
			index: 3,
			at_secs: 1_790_000_000,
			model: [2; 32],
			evaluation_key: None,
			input: blake2_256(input),
			input_bytes: input.len() as u32,
			output: blake2_256(output),
			output_bytes: output.len() as u32,
		}
	}

	/// The header, and what was asked and answered.
	fn answered(receipt: Option<&Signed<Receipt>>) -> Receipted<()> {
		let hex = |signed: &Signed<Receipt>| {
			let bytes = Saved::Receipt(Box::new(signed.clone())).to_bytes();
			// Behind the mark and the kind is what a header has.
			hex::encode(&bytes[9..])
		};
		let (input, output) = (b"asked".to_vec(), b"answered".to_vec());
		Receipted { answer: (), input, output, receipt: receipt.map(hex) }
	}

	#[test]
	fn receipt_should_be_saved_if_it_is_of_what_was_asked_and_answered() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("receipt");
		let signed = |body| Signed { body, signature: [9; 64] };
		let right = signed(receipt(b"asked", b"answered"));
		for (header, reason) in [
			(None, "without a receipt"),
			(Some(signed(receipt(b"other", b"answered"))), "of another request"),
			(Some(signed(receipt(b"asked", b"other"))), "of another response"),
		] {
			let error = save(&path, &answered(header.as_ref())).unwrap_err();
			assert!(error.to_string().contains(reason), "{error}");
			assert!(!path.exists());
		}
		let spoilt = Receipted { receipt: Some("0x00".to_owned()), ..answered(None) };
		assert!(save(&path, &spoilt).is_err());
		save(&path, &answered(Some(&right))).unwrap();
		let saved = Saved::from_bytes(&std::fs::read(&path).unwrap());
		assert_eq!(saved, Ok(Saved::Receipt(Box::new(right))));
	}

	#[test]
	fn answer_should_say_yes_only_to_what_the_chain_has() {
		let receipt = receipt(b"asked", b"answered");
		for (found, negative, said) in [
			(Found::default(), true, "nothing on the chain"),
			(Found { count: Some(5), ..Found::default() }, true, "no root on the chain"),
			(Found { count: Some(5), is_another: true, on_chain: None }, true, "dishonest"),
			(Found { count: Some(5), is_another: false, on_chain: Some(13) }, false, "counted"),
		] {
			let answer = answer(&receipt, true, &found).unwrap();
			assert_eq!(answer.is_negative(), negative, "{found:?}");
			let proves = answer.json()["proves"].as_str().unwrap().to_owned();
			assert!(proves.contains(said), "{proves}");
		}
	}
}
