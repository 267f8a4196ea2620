// SPDX-License-Identifier: Apache-2.0

//! Tests, and the small world that they share.

mod attest;
mod container_config;
mod container_memory;
mod container_plan;
mod container_plan_invariants;
mod container_world;
mod encrypted;
mod job;
mod job_properties;
mod placement;
mod podman;
mod ports;
mod plan;
mod plan_invariants;
mod receipts;
mod receipts_audit;
mod receipts_shelf;
mod reconcile;
mod specification;
mod storage;

use crate::{job::Document, plan::Desired, specification::*};
use cid::Cid;
use r1_core::{
	BlockRef, ChainState, Deed, DeedKind, JobView, RAW_CODEC, RecentBlocks, SettledAvailability,
	cid_of,
};
use r1_primitives::{DeedId, EpochClock, JobId};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) const OWNER: [u8; 32] = [9; 32];
pub(crate) const NOW_EPOCH: u32 = 10;

/// A chain in epoch 10 with no deeds and no jobs.
pub(crate) fn chain() -> ChainState {
	ChainState {
		genesis_hash: [0xee; 32],
		finalised: BlockRef { number: 5, hash: [5; 32], timestamp_secs: 600 },
		recent_blocks: RecentBlocks::default(),
		clock: EpochClock { start_secs: 0, epoch_secs: 60, slot_secs: 2 },
		current_epoch: NOW_EPOCH,
		first_undecided_epoch: NOW_EPOCH - 1,
		deeds: r1_core::Deeds::default(),
		oracles: Vec::new(),
		session_oracles: Vec::new(),
		epoch_seeds: [].into(),
		maintenance: [].into(),
		resource_classes: [].into(),
		jobs: [].into(),
		learning: [].into(),
		ended_epoch: None,
		settled_availability: None,
	}
}

pub(crate) fn node_key(deed: DeedId) -> [u8; 32] {
	let mut key = [0xaa; 32];
	key[..4].copy_from_slice(&deed.to_le_bytes());
	key
}

/// A Node Deed that is linked to a node.
pub(crate) fn linked(deed: DeedId) -> (DeedId, Deed) {
	let node = Some(node_key(deed));
	(deed, Deed { owner: OWNER, node, kind: DeedKind::Node, is_banned: false })
}

/// A Node Deed without a node.
pub(crate) fn unlinked(deed: DeedId) -> (DeedId, Deed) {
	(deed, Deed { node: None, ..linked(deed).1 })
}

/// An inference job that waits for its first placement.
pub(crate) fn waiting_job(id: JobId, replicas: u32) -> JobView {
	JobView {
		id,
		owner: OWNER,
		resources: 1,
		price_per_epoch: 375_000,
		replicas,
		specification: content(&format!("specification {id}")).to_bytes(),
		end_epoch: NOW_EPOCH + 30,
		round: 0,
		awaits_placement: true,
		deeds: Vec::new(),
		lost: Vec::new(),
		members: None,
	}
}

/// A job that runs on some deeds.
pub(crate) fn placed_job(id: JobId, deeds: &[DeedId]) -> JobView {
	let replicas = deeds.len() as u32;
	JobView {
		awaits_placement: false,
		round: 1,
		deeds: deeds.to_vec(),
		..waiting_job(id, replicas)
	}
}

pub(crate) fn settled(values: &[(DeedId, u8)]) -> Option<SettledAvailability> {
	let by_deed = values.iter().copied().collect();
	Some(SettledAvailability { epoch: NOW_EPOCH - 2, by_deed })
}

/// The CID of some text.
pub(crate) fn content(text: &str) -> Cid {
	cid_of(RAW_CODEC, text.as_bytes())
}

pub(crate) fn specification(name: &str, model: Cid) -> Specification {
	Specification::Inference(InferenceSpecification {
		name: ServedName::new(name).unwrap(),
		model,
		format: ModelFormat::Onnx,
		tolerance: 0.0001,
		probe_range: 0.0..1.0,
		secrets: BTreeMap::new(),
	})
}

/// The same, as a document that was fetched.
pub(crate) fn document(name: &str, model: Cid) -> Arc<Document> {
	Arc::new(Document::V1(specification(name, model)))
}

/// A job of version 2 that serves an encrypted model.
pub(crate) fn encrypted(name: &str, model: Cid) -> Arc<Document> {
	let text = format!("version: 2\nkind: encrypted-model\nname: {name}\nmodel: {model}\n");
	Arc::new(Document::read(text.as_bytes()).unwrap())
}

pub(crate) fn desired(jobs: &[(JobId, Cid)]) -> Desired {
	Desired { jobs: jobs.iter().map(|(job, cid)| (*job, Some(*cid))).collect() }
}
