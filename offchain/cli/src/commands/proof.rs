// SPDX-License-Identifier: Apache-2.0

//! Proofs of what the store held when an epoch ended, checked on this machine against the chain.

use crate::{
	arguments::{Arguments, StoreProve},
	files,
	output::{self, Answer},
};
use anyhow::{Context as _, bail, ensure};
use r1_api::{EdgeClient, Octets, ProofQuery};
use r1_chain::Chain;
use r1_cstore::{NameRef, PROOF_BYTES_MAX, PartRef, Proof};
use serde::Serialize;
use std::{fs, path::Path};

/// What a proof says, and the chain as well.
#[derive(Serialize)]
struct Shown {
	job: u32,
	epoch: u32,
	/// The deed whose node had it.
	deed: u32,
	/// Nodes of the job that had the same in everything, that one among them.
	nodes_with_the_same_root: usize,
	/// Nodes of the job whose roots the chain has.
	nodes_with_a_root: usize,
	root: String,
	key: Octets,
	part: &'static str,
	name: Option<Octets>,
	/// None if there was none; of a member of a set no bytes.
	value: Option<Octets>,
}

/// Lets the daemon prove something, and checks it.
pub(super) async fn prove(arguments: &Arguments, order: &StoreProve) -> anyhow::Result<Answer> {
	let StoreProve { key, epoch, job, field, member, output } = order;
	let edge = arguments.edge()?;
	let job = match job {
		Some(job) => *job,
		None => only_job(&edge).await?,
	};
	let (field, member) = (field.as_deref(), member.as_deref());
	let query = ProofQuery { key, epoch: *epoch, field, member };
	let bytes = edge.proof(&format!("job/{job}"), &query).await?;
	let proof = Proof::from_bytes(&bytes)?;
	let part = match (field, member) {
		(Some(field), _) => PartRef::Field(field.as_bytes()),
		(None, Some(member)) => PartRef::Member(member.as_bytes()),
		(None, None) => PartRef::Text,
	};
	let asked = NameRef { key: key.as_bytes(), part };
	let claim = &proof.claim;
	ensure!(
		(claim.epoch, claim.job, claim.name.borrowed()) == (*epoch, job, asked),
		"the daemon proves something else than was asked for"
	);
	let answer = verify(&arguments.chain().await?, &proof).await?;
	if let Some(path) = output {
		fs::write(path, &bytes).with_context(|| format!("could not write {}", path.display()))?;
		output::say(&format!("the proof is in {}", path.display()));
	}
	Ok(answer)
}

/// Checks a proof that somebody else has made.
pub(super) async fn verify_file(arguments: &Arguments, file: &Path) -> anyhow::Result<Answer> {
	let bytes = files::read(file, PROOF_BYTES_MAX)?;
	let proof =
		Proof::from_bytes(&bytes).with_context(|| format!("{} is of no use", file.display()))?;
	verify(&arguments.chain().await?, &proof).await
}

async fn only_job(edge: &EdgeClient) -> anyhow::Result<u32> {
	let namespaces = edge.namespaces().await?.namespaces;
	let jobs: Vec<u32> = namespaces
		.iter()
		.filter_map(|status| status.namespace.strip_prefix("job/")?.parse().ok())
		.collect();
	match jobs[..] {
		[job] => Ok(job),
		_ => bail!("the daemon replicates {} jobs' namespaces; name one with --job", jobs.len()),
	}
}

/// What a proof and the chain say together.
pub(super) struct Held {
	/// What the key held; none if nothing.
	pub(super) value: Option<Vec<u8>>,
	root: [u8; 32],
	nodes_with_the_same_root: usize,
	nodes_with_a_root: usize,
}

/// Holds a proof against the root that the newest finalised block has.
pub(super) async fn held(chain: &Chain, proof: &Proof) -> anyhow::Result<Held> {
	let claim = &proof.claim;
	ensure!(
		claim.genesis == chain.genesis_hash(),
		"the proof is about another chain, whose genesis is 0x{}",
		hex::encode(claim.genesis)
	);
	let proven = proof.verify().context("the proof proves nothing")?;
	let epoch = chain.anchors(claim.epoch).await?;
	let anchors = epoch.anchors.with_context(|| {
		format!(
			"the chain has no roots of epoch {}: it is not settled yet, had none, or is too long ago",
			claim.epoch
		)
	})?;
	let of_job: Vec<_> = anchors.iter().filter(|anchor| anchor.job == claim.job).collect();
	let anchor = of_job.iter().find(|anchor| anchor.deed == claim.deed).with_context(|| {
		format!(
			"the oracles agreed on no root of job {} on the node of deed {} in epoch {}",
			claim.job, claim.deed, claim.epoch
		)
	})?;
	ensure!(
		anchor.root == proven.root,
		"the proof leads to the root 0x{}, but the chain has 0x{}: it is false",
		hex::encode(proven.root),
		hex::encode(anchor.root)
	);
	let value = proven.value(epoch.ended_at_secs.saturating_mul(1_000));
	Ok(Held {
		value: value.map(|value| value.into_owned()),
		root: proven.root,
		nodes_with_the_same_root: of_job.iter().filter(|it| it.root == proven.root).count(),
		nodes_with_a_root: of_job.len(),
	})
}

async fn verify(chain: &Chain, proof: &Proof) -> anyhow::Result<Answer> {
	let Held { value, root, nodes_with_the_same_root, nodes_with_a_root } =
		held(chain, proof).await?;
	let claim = &proof.claim;
	let (part, name) = match claim.name.part() {
		PartRef::Text | PartRef::Expiry => ("value", None),
		PartRef::Field(field) => ("field", Some(field)),
		PartRef::Member(member) => ("member", Some(member)),
	};
	let octets = |bytes: &[u8]| Octets(bytes.to_vec());
	let shown = Shown {
		job: claim.job,
		epoch: claim.epoch,
		deed: claim.deed,
		nodes_with_the_same_root,
		nodes_with_a_root,
		root: format!("0x{}", hex::encode(root)),
		key: octets(claim.name.key()),
		part,
		name: name.map(octets),
		value: value.as_deref().map(octets),
	};
	answer(&shown)
}

fn answer(shown: &Shown) -> anyhow::Result<Answer> {
	let text = |octets: &Octets| String::from_utf8_lossy(&octets.0).into_owned();
	let Shown { job, epoch, deed, .. } = shown;
	let said = match (&shown.value, shown.part) {
		(None, _) => "nothing".to_owned(),
		(Some(_), "member") => "is one".to_owned(),
		(Some(value), _) => text(value),
	};
	let what = match &shown.name {
		None => shown.part.to_owned(),
		Some(name) => format!("{} {}", shown.part, text(name)),
	};
	let (same, all) = (shown.nodes_with_the_same_root, shown.nodes_with_a_root);
	let lines = [
		("key", text(&shown.key)),
		(what.as_str(), said),
		("when", format!("at the end of epoch {epoch}, in job {job}")),
		("who says so", format!("the node of deed {deed}; the chain has what it signed then")),
		("the same root", format!("on {same} of {all} nodes whose roots the chain has")),
		("root", shown.root.clone()),
	];
	Ok(Answer::one(shown, &lines)?.negative(shown.value.is_none()))
}
