// SPDX-License-Identifier: Apache-2.0

//! Links of deeds to nodes, each of which proves that it holds its own key.

use super::{address, submit_to};
use crate::{
	arguments::{Arguments, edge_at},
	output::Answer,
};
use anyhow::{Context as _, ensure};
use r1_api::{EdgeClient, HexBytes, LinkProofRequest};
use r1_chain::{
	Chain, Receipt,
	calls::{self, Link},
	events::Event,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How many epochs a node's consent to a link stays valid: the one it is given in, and one more
/// in case the transaction lands after the boundary.
const PROOF_EPOCHS: u32 = 1;

#[derive(Serialize)]
struct Linked {
	deed: u32,
	node: String,
	/// The first epoch that may pay.
	epoch: u32,
}

/// Links a deed to the node of the daemon at `--edge-url`.
pub(super) async fn one(arguments: &Arguments, deed: u32) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let terms = ProofTerms::now(arguments, &chain).await?;
	let link = terms.link(&arguments.edge()?, deed).await?;
	submit_to(&chain, arguments, &calls::link(&link), |receipt| {
		let row = linked(receipt)
			.next()
			.context("the call succeeded without its event; do the versions match?")?;
		Answer::one(
			&row,
			&[
				("deed", row.deed.to_string()),
				("node", row.node.clone()),
				("earns from epoch", row.epoch.to_string()),
			],
		)
	})
	.await
}

/// A deed, and the daemon whose node it shall be linked to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
	deed: u32,
	edge_url: String,
}

/// Links the deeds of a file, all or none.
pub(super) async fn batch(arguments: &Arguments, file: &Path) -> anyhow::Result<Answer> {
	let bytes =
		std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
	let wanted: Vec<Wanted> = serde_json::from_slice(&bytes)
		.with_context(|| format!("{} is not a list of links", file.display()))?;
	ensure!(!wanted.is_empty(), "{} lists no link", file.display());
	let chain = arguments.chain().await?;
	let most = chain.links_per_batch_max().await?;
	ensure!(
		u32::try_from(wanted.len()).is_ok_and(|links| links <= most),
		"{} lists {} links, and a batch may hold {most}: split it",
		file.display(),
		wanted.len()
	);
	let terms = ProofTerms::now(arguments, &chain).await?;
	let mut links = Vec::with_capacity(wanted.len());
	for Wanted { deed, edge_url } in &wanted {
		let link = terms.link(&edge_at(edge_url)?, *deed).await;
		links.push(link.with_context(|| format!("no proof for deed {deed} from {edge_url}"))?);
	}
	submit_to(&chain, arguments, &calls::link_batch(&links), |receipt| {
		let rows = linked(receipt).collect::<Vec<_>>();
		Answer::rows(&rows, &["deed", "node", "earns from epoch"], |row| {
			vec![row.deed.to_string(), row.node.clone(), row.epoch.to_string()]
		})
	})
	.await
}

/// What a node agrees to when it signs, besides the deed.
struct ProofTerms {
	owner: [u8; 32],
	expires_at_epoch: u32,
}

impl ProofTerms {
	async fn now(arguments: &Arguments, chain: &Chain) -> anyhow::Result<Self> {
		let owner = arguments.signer()?.account();
		let state = chain.finalised_state().await?;
		Ok(Self { owner, expires_at_epoch: state.current_epoch + PROOF_EPOCHS })
	}

	/// Lets a daemon prove that its node agrees to be linked to a deed.
	async fn link(&self, edge: &EdgeClient, deed: u32) -> anyhow::Result<Link> {
		let Self { owner, expires_at_epoch } = *self;
		let request = LinkProofRequest { owner: HexBytes(owner), deed, expires_at_epoch };
		let proof = edge.link_proof(&request).await?;
		Ok(Link { deed, node: proof.node.0, expires_at_epoch, signature: proof.signature.0 })
	}
}

fn linked(receipt: &Receipt) -> impl Iterator<Item = Linked> {
	receipt.events.iter().filter_map(|event| match event {
		Event::NodeLinked(linked) => {
			Some(Linked { deed: linked.deed, node: address(linked.node.0), epoch: linked.epoch })
		},
		_ => None,
	})
}
