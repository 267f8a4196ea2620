// SPDX-License-Identifier: Apache-2.0

//! Calls of pallet-learning: those of owners of jobs, and those of nodes, which carry the node's own
//! signature and need no account that pays.

use super::{Call, number, option};
use r1_core::{BlockHash, NodeIdentity};
use r1_primitives::{
	JobId,
	learning::{
		AggregateFile, AnnounceBody, Announcement, AttestBody, FileKind, Finding, Publication,
		PublishBody, RoundId, RoundSpec, Verdict,
	},
};
use subxt::dynamic::Value;

/// What a round is opened with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoundOrder {
	/// What is trained, by how many, and within which bounds.
	pub spec: RoundSpec,
	/// The binary CID of the model's file.
	pub model: Vec<u8>,
	/// The round whose sum made the model; `None` for a new one.
	pub previous: Option<RoundId>,
	/// Blocks that each phase lasts at most, in the order of phases.
	pub windows: [u32; 5],
}

/// Opens a round of a job, for the nodes that run it now.
#[must_use]
pub fn open_round(job: JobId, order: &RoundOrder) -> Call {
	let RoundSpec { model_hash, length, minimum, threshold, scale_bits, clip, max_weight, noise } =
		order.spec;
	let spec = Value::named_composite([
		("model_hash", Value::from_bytes(model_hash)),
		("length", number(length)),
		("minimum", number(minimum)),
		("threshold", number(threshold)),
		("scale_bits", number(scale_bits)),
		("clip", number(clip)),
		("max_weight", number(max_weight)),
		("noise", option(noise.map(number))),
	]);
	let [announce, share, upload, reveal, attest] = order.windows;
	let windows = Value::named_composite([
		("announce", number(announce)),
		("share", number(share)),
		("upload", number(upload)),
		("reveal", number(reveal)),
		("attest", number(attest)),
	]);
	let order = Value::named_composite([
		("spec", spec),
		("model", Value::from_bytes(&order.model)),
		("previous", option(order.previous.map(number))),
		("windows", windows),
	]);
	Call::new("Learning", "open_round", [("job", number(job)), ("order", order)])
}

/// Closes an open round before its end.
#[must_use]
pub fn close_round(round: RoundId) -> Call {
	Call::new("Learning", "close_round", [("round", number(round))])
}

/// Announces a node's keys for a round.
#[must_use]
pub fn announce_keys(
	node: &NodeIdentity,
	genesis: &BlockHash,
	round: RoundId,
	announcement: Announcement,
) -> Call {
	let signature = node.sign(&AnnounceBody { round, announcement }, genesis);
	let Announcement { account, mask_key, share_key, seed_commitment } = announcement;
	let announcement = Value::named_composite([
		("account", Value::from_bytes(account)),
		("mask_key", Value::from_bytes(mask_key)),
		("share_key", Value::from_bytes(share_key)),
		("seed_commitment", Value::from_bytes(seed_commitment)),
	]);
	let fields = [
		("round", number(round)),
		("announcement", announcement),
		("signature", Value::from_bytes(signature)),
	];
	Call::new("Learning", "announce", fields)
}

/// Publishes a file of a node in a round: its binary CID, and SHA-256 of its bytes.
#[must_use]
pub fn publish_file(
	node: &NodeIdentity,
	genesis: &BlockHash,
	round: RoundId,
	kind: FileKind,
	cid: Vec<u8>,
	sha256: [u8; 32],
) -> Call {
	let publication = Publication { account: node.key(), cid, sha256 };
	let body = PublishBody { round, kind, publication };
	let signature = node.sign(&body, genesis);
	let kind = match kind {
		FileKind::Shares => "Shares",
		FileKind::Upload => "Upload",
		FileKind::Reveal => "Reveal",
	};
	let publication = Value::named_composite([
		("account", Value::from_bytes(node.key())),
		("cid", Value::from_bytes(&body.publication.cid)),
		("sha256", Value::from_bytes(sha256)),
	]);
	let fields = [
		("round", number(round)),
		("kind", Value::unnamed_variant(kind, [])),
		("publication", publication),
		("signature", Value::from_bytes(signature)),
	];
	Call::new("Learning", "publish", fields)
}

/// Says what an oracle came to in a round.
#[must_use]
pub fn attest_round(
	node: &NodeIdentity,
	genesis: &BlockHash,
	round: RoundId,
	verdict: Verdict<Vec<u8>>,
) -> Call {
	let body = AttestBody { round, oracle: node.key(), verdict };
	let signature = node.sign(&body, genesis);
	let verdict = match &body.verdict {
		Verdict::Aggregate(AggregateFile { cid, sha256, contributors }) => {
			let file = Value::named_composite([
				("cid", Value::from_bytes(cid)),
				("sha256", Value::from_bytes(sha256)),
				("contributors", number(*contributors)),
			]);
			Value::unnamed_variant("Aggregate", [file])
		},
		Verdict::Finding(finding) => Value::unnamed_variant("Finding", [finding_value(finding)]),
	};
	let fields = [
		("round", number(round)),
		("oracle", Value::from_bytes(node.key())),
		("verdict", verdict),
		("signature", Value::from_bytes(signature)),
	];
	Call::new("Learning", "attest", fields)
}

fn finding_value(finding: &Finding) -> Value {
	let (name, field) = match finding {
		Finding::SharesUnreadable { dealer } => ("SharesUnreadable", Some(("dealer", dealer))),
		Finding::SharesInconsistent { dealer } => ("SharesInconsistent", Some(("dealer", dealer))),
		Finding::TooFewShares { dealer } => ("TooFewShares", Some(("dealer", dealer))),
		Finding::UploadUnreadable { participant } => {
			("UploadUnreadable", Some(("participant", participant)))
		},
		Finding::SumOutOfBounds => ("SumOutOfBounds", None),
	};
	let field = field.map(|(name, node)| (name.to_owned(), Value::from_bytes(node)));
	Value::named_variant(name, field)
}
