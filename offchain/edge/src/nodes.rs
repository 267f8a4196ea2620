// SPDX-License-Identifier: Apache-2.0

//! What is known of other nodes: when they beat last, and what their machines are.
//!
//! A beat carries only the hash of its node's capability record. When a beat that counts names a
//! hash that is not known, the node is asked for the record, which must have that hash. Kept in
//! memory; after a restart every node is asked again.

use bytes::Bytes;
use codec::Encode as _;
use r1_api::{NodeCapabilities, NodeGpu, NodeSummary};
use r1_core::{ChainState, error_chain};
use r1_deeploy::placement::Offer;
use r1_heartbeat::{CountedBeat, ObserverLimits};
use r1_net::{InboundRequest, RequestError};
use r1_primitives::{
	Capabilities, CapabilitiesError, ContainerEngine, DeedId, EpochIndex, InstructionSet, NodeKey,
};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;
use tracing::debug;

/// Records that are fetched at a time: enough for all nodes of a large network in some minutes
/// after a restart, and few enough not to be in the way of challenges.
const FETCHES_MAX: usize = 8;

/// Time before a node is asked again, in milliseconds: a minute.
const FETCH_AGAIN_MS: u64 = 60_000;

/// The hash in the beats of nodes that have no record.
const NO_RECORD: [u8; 32] = [0; 32];

/// A handle on what is known of nodes.
#[derive(Clone, Debug)]
pub(crate) struct Nodes {
	book: Arc<Mutex<Book>>,
}

impl Nodes {
	/// Knows only this node's own record.
	pub(crate) fn new(own: Capabilities) -> Self {
		let own_hash = own.hash();
		// As many nodes as can beat in one epoch: 35 MB if all have the largest record.
		let nodes_max = ObserverLimits::default().deeds_max as usize;
		let book = Book { own: Arc::new(own), own_hash, entries: BTreeMap::new(), nodes_max };
		Self { book: Arc::new(Mutex::new(book)) }
	}

	/// The hash of this node's own record.
	pub(crate) fn own_hash(&self) -> [u8; 32] {
		self.lock().own_hash
	}

	/// This node's own record, for whoever asks what it is.
	pub(crate) fn own_record(&self) -> Bytes {
		self.lock().own.encode().into()
	}

	/// Says something else of this machine from now on; its next beats name the new record.
	pub(crate) fn describe_own(&self, record: Capabilities) {
		let mut book = self.lock();
		(book.own_hash, book.own) = (record.hash(), Arc::new(record));
	}

	/// Notes a beat that counted; says whether its node is to be asked for its record now, by
	/// [`fetch`].
	pub(crate) fn heard(&self, beat: &CountedBeat, hash: [u8; 32], now_ms: u64) -> bool {
		self.lock().heard(beat, hash, now_ms)
	}

	/// What nodes have for jobs, by their deeds; `own` is the node that this daemon is, which does
	/// not ask itself.
	pub(crate) fn offers(&self, own: &NodeKey, state: &ChainState) -> BTreeMap<DeedId, Offer> {
		let book = self.lock();
		let known = book
			.entries
			.iter()
			.filter_map(|(node, entry)| Some((node, entry.record.as_ref()?)));
		known
			.chain([(own, &book.own)])
			.filter_map(|(node, record)| {
				Some((state.deeds.deed_of(node)?, Offer::from(record.as_ref())))
			})
			.collect()
	}

	/// Every node that was heard, ascending by deed.
	pub(crate) fn summaries(&self) -> Vec<NodeSummary> {
		let book = self.lock();
		let mut summaries: Vec<_> =
			book.entries.iter().map(|(node, entry)| entry.summary(*node)).collect();
		summaries.sort_unstable_by_key(|summary| (summary.deed, summary.node.0));
		summaries
	}

	fn lock(&self) -> MutexGuard<'_, Book> {
		// Each change is of one entry, so a panic elsewhere leaves the book sound.
		self.book.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Makes the handle, and the task that tells others what this machine is.
pub(crate) fn prepare(
	record: Capabilities,
	requests: mpsc::Receiver<InboundRequest>,
) -> (Nodes, impl Future<Output = ()> + use<>) {
	let nodes = Nodes::new(record);
	let introduction = answer(requests, nodes.clone());
	(nodes, introduction)
}

/// Answers whoever asks for this node's record, until the mesh shuts down.
pub(crate) async fn answer(mut requests: mpsc::Receiver<InboundRequest>, nodes: Nodes) {
	while let Some(request) = requests.recv().await {
		request.answer(nodes.own_record()).await;
	}
}

/// Asks a node for its record.
pub(crate) async fn fetch(node: NodeKey, nodes: Nodes, mesh: r1_net::Handle) {
	let answer = mesh.capabilities(&node).await;
	let taken = nodes.lock().take_in(&node, answer.as_ref().map(AsRef::as_ref));
	if let Err(error) = taken {
		let node = hex::encode(node);
		debug!(target: "r1::edge", node, error = %error_chain(&error), "no capabilities");
	}
}

/// The nodes that were heard, and what is known of them.
#[derive(Debug)]
struct Book {
	own: Arc<Capabilities>,
	own_hash: [u8; 32],
	entries: BTreeMap<NodeKey, Entry>,
	nodes_max: usize,
}

/// What is known of a node.
#[derive(Clone, Debug)]
struct Entry {
	deed: DeedId,
	/// Epoch and slot of its last beat.
	last_beat: (EpochIndex, u32),
	/// The hash in that beat.
	hash: [u8; 32],
	/// The record with that hash.
	record: Option<Arc<Capabilities>>,
	asked_at_ms: Option<u64>,
	is_being_asked: bool,
}

/// Why a node's record is not known.
#[derive(Debug, thiserror::Error)]
enum NoRecord {
	#[error("the node did not say what it is")]
	NotAnswered(#[source] RequestError),
	#[error("the node's answer is not its record")]
	Malformed(#[source] CapabilitiesError),
	#[error("the node's record has another hash than its last beat says")]
	OtherHash,
	#[error("the node was forgotten meanwhile")]
	Forgotten,
}

impl Book {
	fn heard(&mut self, beat: &CountedBeat, hash: [u8; 32], now_ms: u64) -> bool {
		self.make_room(&beat.node);
		let open = self.entries.values().filter(|entry| entry.is_being_asked).count();
		let last_beat = (beat.epoch, beat.slot);
		let entry = self.entries.entry(beat.node).or_insert_with(|| Entry {
			deed: beat.deed,
			last_beat,
			hash: NO_RECORD,
			record: None,
			asked_at_ms: None,
			is_being_asked: false,
		});
		(entry.deed, entry.last_beat) = (beat.deed, last_beat);
		if entry.hash != hash {
			entry.hash = hash;
			// Machines of one kind have one record.
			entry.record = (hash == self.own_hash).then(|| Arc::clone(&self.own));
		}
		let has_rested = entry
			.asked_at_ms
			.is_none_or(|asked_at_ms| FETCH_AGAIN_MS <= now_ms.saturating_sub(asked_at_ms));
		let is_wanted = entry.record.is_none() && hash != NO_RECORD && !entry.is_being_asked;
		if !is_wanted || !has_rested || FETCHES_MAX <= open {
			return false;
		}
		(entry.asked_at_ms, entry.is_being_asked) = (Some(now_ms), true);
		true
	}

	/// Takes in what a node answered, or why it did not.
	fn take_in(
		&mut self,
		node: &NodeKey,
		answer: Result<&[u8], &RequestError>,
	) -> Result<(), NoRecord> {
		let entry = self.entries.get_mut(node).ok_or(NoRecord::Forgotten)?;
		entry.is_being_asked = false;
		let bytes = answer.map_err(|error| NoRecord::NotAnswered(error.clone()))?;
		let record = Capabilities::from_bytes(bytes).map_err(NoRecord::Malformed)?;
		if record.hash() != entry.hash {
			return Err(NoRecord::OtherHash);
		}
		entry.record = Some(Arc::new(record));
		Ok(())
	}

	/// Forgets the node that was not heard for the longest time, if another one is to be noted.
	fn make_room(&mut self, node: &NodeKey) {
		if self.entries.len() < self.nodes_max || self.entries.contains_key(node) {
			return;
		}
		let longest = self.entries.iter().min_by_key(|(_, entry)| entry.last_beat);
		if let Some(forgotten) = longest.map(|(node, _)| *node) {
			self.entries.remove(&forgotten);
		}
	}
}

impl Entry {
	fn summary(&self, node: NodeKey) -> NodeSummary {
		let (last_beat_epoch, last_beat_slot) = self.last_beat;
		NodeSummary {
			node: r1_api::HexBytes(node),
			deed: self.deed,
			last_beat_epoch,
			last_beat_slot,
			capabilities: self.record.as_deref().map(describe),
		}
	}
}

/// A record as clients read it.
fn describe(record: &Capabilities) -> NodeCapabilities {
	let engine = match record.engine {
		ContainerEngine::None => "none",
		ContainerEngine::DockerCompatible => "docker-compatible",
		ContainerEngine::Embedded => "embedded",
	};
	let instruction_set = match record.instruction_set {
		InstructionSet::Other => "other",
		InstructionSet::X86_64 => "x86-64",
		InstructionSet::X86_64Avx2 => "x86-64-avx2",
		InstructionSet::X86_64Avx512 => "x86-64-avx512",
		InstructionSet::Arm64 => "arm64",
		InstructionSet::Arm64Sve => "arm64-sve",
	};
	let gpu = record
		.gpu
		.as_ref()
		.map(|gpu| NodeGpu { name: gpu.name.as_str().to_owned(), memory_mib: gpu.memory_mib });
	NodeCapabilities {
		cores: record.cores,
		memory_mib: record.memory_mib,
		disk_mib: record.disk_mib,
		gpu,
		engine: engine.to_owned(),
		instruction_set: instruction_set.to_owned(),
		tags: record.tags.iter().map(str::to_owned).collect(),
		software_version: record.software_version.as_str().to_owned(),
	}
}

#[cfg(test)]
mod tests;
