// SPDX-License-Identifier: Apache-2.0

//! Finalised chain state, as the services see it.
//!
//! A snapshot is immutable and belongs to one finalised block. The crate that talks to the chain
//! makes them; everybody else only reads.

use crate::{
	LearningRound,
	limits::{FRESH_BLOCK_SECS, RECENT_BLOCKS_MAX},
};
#[cfg(doc)]
use r1_primitives::FORMER_MEMBERS_MAX;
use r1_primitives::{
	DeedId, EpochClock, EpochIndex, JobId, Maintenance, NodeKey, PlacementRound, learning::RoundId,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An account of the chain, as its 32 bytes.
pub type Account = [u8; 32];

/// Hash of a block.
pub type BlockHash = [u8; 32];

/// What the chain says at one finalised block.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChainState {
	/// Hash of block 0: which chain this is.
	pub genesis_hash: BlockHash,
	/// The finalised block that this snapshot belongs to.
	pub finalised: BlockRef,
	/// It and its ancestors of the last minutes.
	pub recent_blocks: RecentBlocks,
	/// How time is cut into epochs.
	pub clock: EpochClock,
	/// The epoch that the chain is in.
	pub current_epoch: EpochIndex,
	/// The first epoch that the oracles have not decided; all before it are settled for good.
	pub first_undecided_epoch: EpochIndex,
	/// Every deed, of all kinds.
	pub deeds: Deeds,
	/// The oracles of the current epoch, in the order that gives them their index: those that were
	/// there when it began report on it, though the session may have changed since.
	pub oracles: Vec<NodeKey>,
	/// The oracles of the current session, who are those of the next epoch unless it changes again.
	pub session_oracles: Vec<NodeKey>,
	/// A number for the current epoch, and for the one before, that nobody knew before its start;
	/// none on a chain whose runtime draws none.
	pub epoch_seeds: BTreeMap<EpochIndex, [u8; 32]>,
	/// The windows of maintenance that each deed announced for epochs that are not decided,
	/// ascending by epoch.
	pub maintenance: BTreeMap<DeedId, Vec<Maintenance>>,
	/// What of a machine jobs can be ordered with, by the numbers of the classes; none on a chain
	/// whose runtime has no table of them.
	pub resource_classes: BTreeMap<u8, ResourceClass>,
	/// Every job that is not closed.
	pub jobs: BTreeMap<JobId, JobView>,
	/// The open rounds of federated learning; none on a chain whose runtime knows none.
	pub learning: BTreeMap<RoundId, LearningRound>,
	/// How far the oracles are with the epoch that ended last; `None` before the first.
	pub ended_epoch: Option<EndedEpoch>,
	/// The newest availability that the oracles agreed on; `None` before the first.
	pub settled_availability: Option<SettledAvailability>,
}

/// An epoch that is over, and what its oracles handed in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EndedEpoch {
	/// The epoch.
	pub epoch: EpochIndex,
	/// Its oracles.
	pub oracles: u32,
	/// Those of them that committed to a report.
	pub commits: u32,
	/// Those of them that revealed a whole report.
	pub reveals: u32,
}

impl ChainState {
	/// The windows of maintenance within an epoch.
	#[must_use]
	pub fn maintenance_in(&self, epoch: EpochIndex) -> BTreeMap<DeedId, Maintenance> {
		let windows = self.maintenance.iter();
		windows
			.filter_map(|(deed, windows)| {
				let window = windows.iter().find(|window| window.epoch == epoch)?;
				Some((*deed, *window))
			})
			.collect()
	}

	/// The keys that may take part in the mesh: nodes of deeds that are not banned, and oracles, of
	/// whom those that go stay until they have seen the whole of their last epoch.
	#[must_use]
	pub fn admitted_nodes(&self) -> BTreeSet<NodeKey> {
		let deeds = self.deeds.iter().filter(|(_, deed)| !deed.is_banned);
		let linked = deeds.filter_map(|(_, deed)| deed.node);
		linked
			.chain(self.oracles.iter().chain(&self.session_oracles).copied())
			.collect()
	}

	/// Whether a node is an oracle of the current epoch or of the current session.
	#[must_use]
	pub fn is_oracle(&self, node: &NodeKey) -> bool {
		self.oracles.contains(node) || self.session_oracles.contains(node)
	}

	/// The node that a deed speaks through, unless it is banned.
	#[must_use]
	pub fn node_of(&self, deed: DeedId) -> Option<NodeKey> {
		self.deeds.get(deed).filter(|deed| !deed.is_banned)?.node
	}

	/// Whether an account owns a deed or a job.
	#[must_use]
	pub fn has_stake(&self, account: &Account) -> bool {
		self.deeds.iter().any(|(_, deed)| deed.owner == *account)
			|| self.jobs.values().any(|job| job.owner == *account)
	}

	/// The jobs that are placed on a node's deed.
	pub fn jobs_on(&self, node: &NodeKey) -> impl Iterator<Item = &JobView> {
		let deed = self.deeds.deed_of(node);
		self.jobs
			.values()
			.filter(move |job| deed.is_some_and(|deed| job.deeds.contains(&deed)))
	}
}

/// A block, and when it was made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BlockRef {
	/// Its height.
	pub number: u32,
	/// Its hash.
	pub hash: BlockHash,
	/// Its timestamp, in Unix seconds.
	pub timestamp_secs: u64,
}

/// A deed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deed {
	/// Who owns it.
	pub owner: Account,
	/// The node that it is linked to.
	pub node: Option<NodeKey>,
	/// What kind it is.
	pub kind: DeedKind,
	/// Whether it was banned: its node may neither earn nor work.
	pub is_banned: bool,
}

impl Deed {
	/// Whether the chain lets its node do paid work: only a linked Node Deed that is not banned.
	#[must_use]
	pub fn may_do_paid_work(&self) -> bool {
		self.node.is_some() && self.kind == DeedKind::Node && !self.is_banned
	}
}

/// The kinds of deeds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeedKind {
	/// A Node Deed: sold to anybody, and the only kind that does paid work.
	Node,
	/// A Master Deed: given by governance, and soul-bound.
	Master,
	/// The Genesis Deed, which pays the treasury.
	Genesis,
}

impl DeedKind {
	/// Its name, in lower case.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::Node => "node",
			Self::Master => "master",
			Self::Genesis => "genesis",
		}
	}
}

/// All deeds, found by number or by node.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Deeds {
	by_id: BTreeMap<DeedId, Deed>,
	// Always the inverse of `by_id`'s nodes: both are made together and never change.
	by_node: BTreeMap<NodeKey, DeedId>,
}

impl Deeds {
	/// Number of deeds.
	#[must_use]
	pub fn len(&self) -> usize {
		self.by_id.len()
	}

	/// Whether there is no deed.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.by_id.is_empty()
	}

	/// A deed by its number.
	#[must_use]
	pub fn get(&self, deed: DeedId) -> Option<&Deed> {
		self.by_id.get(&deed)
	}

	/// The deed that a node is linked to.
	#[must_use]
	pub fn deed_of(&self, node: &NodeKey) -> Option<DeedId> {
		self.by_node.get(node).copied()
	}

	/// All deeds, ascending.
	pub fn iter(&self) -> impl Iterator<Item = (DeedId, &Deed)> {
		self.by_id.iter().map(|(id, deed)| (*id, deed))
	}

	/// All nodes that are linked to a deed.
	pub fn linked_nodes(&self) -> impl Iterator<Item = NodeKey> {
		self.by_node.keys().copied()
	}
}

impl FromIterator<(DeedId, Deed)> for Deeds {
	/// The chain links a node to one deed at most; were it to say otherwise, the highest counts.
	fn from_iter<I: IntoIterator<Item = (DeedId, Deed)>>(deeds: I) -> Self {
		let by_id: BTreeMap<DeedId, Deed> = deeds.into_iter().collect();
		let by_node = by_id.iter().filter_map(|(id, deed)| Some((deed.node?, *id))).collect();
		Self { by_id, by_node }
	}
}

/// What of a machine each node of a job gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ResourceClass {
	/// Processor, in thousandths of a core.
	pub cpu_millicores: u32,
	/// Memory, in MiB.
	pub memory_mib: u32,
	/// Storage, in GiB; `None` for a whole machine.
	pub storage_gib: Option<u32>,
	/// The graphics processor that the machine must have.
	pub gpu: Option<GpuGrade>,
}

/// Grades of graphics processors, ascending.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum GpuGrade {
	/// Such as an RTX 2060 to 3070.
	Entry,
	/// Such as an RTX 2080 to 3080.
	Medium,
	/// Such as an RTX 3090 to 5090.
	High,
	/// Such as an A100 or H100.
	Ultra,
}

/// A job, as far as the services care.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobView {
	/// Its number.
	pub id: JobId,
	/// Who ordered it.
	pub owner: Account,
	/// The resource class that each of its nodes must offer, by its number.
	pub resources: u8,
	/// What one node costs for one epoch at full quality, in 10^-6 USDC.
	pub price_per_epoch: u128,
	/// On how many nodes it shall run.
	pub replicas: u32,
	/// The binary CID of its specification.
	pub specification: Vec<u8>,
	/// The first epoch that it does not run in.
	pub end_epoch: EpochIndex,
	/// Its round of placement.
	pub round: PlacementRound,
	/// Whether that round still waits for the oracles' votes.
	pub awaits_placement: bool,
	/// The deeds whose nodes run it, ascending.
	pub deeds: Vec<DeedId>,
	/// Those of them that have lost their place, ascending; others are to be voted for instead.
	pub lost: Vec<DeedId>,
	/// The nodes that its newest placement named; none before the first.
	pub members: Option<JobMembers>,
}

/// The nodes of a job that agree with each other, and those that did before them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobMembers {
	/// The nodes now.
	pub current: Membership,
	/// Those before, the newest first; all of them if there are less than [`FORMER_MEMBERS_MAX`].
	pub former: Vec<Membership>,
}

/// Nodes that a placement named; what their deeds are linked to since then does not matter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Membership {
	/// The round of the placement.
	pub round: PlacementRound,
	/// When it was, in seconds of Unix time.
	pub since_secs: u64,
	/// The nodes.
	pub nodes: BTreeSet<NodeKey>,
}

/// What the oracles agreed on for one epoch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettledAvailability {
	/// The epoch.
	pub epoch: EpochIndex,
	/// Availability of each deed, 0 to 255. A deed that is absent has 0.
	pub by_deed: BTreeMap<DeedId, u8>,
}

/// Recent finalised blocks, which tell whether a beat is fresh.
///
/// Holds the newest [`RECENT_BLOCKS_MAX`] blocks; older ones are forgotten.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RecentBlocks(VecDeque<(BlockHash, u64)>);

impl RecentBlocks {
	/// Appends a newly finalised block.
	pub fn push(&mut self, hash: BlockHash, timestamp_secs: u64) {
		if self.0.len() == RECENT_BLOCKS_MAX {
			self.0.pop_front();
		}
		self.0.push_back((hash, timestamp_secs));
	}

	/// When a block was made, in Unix seconds; `None` if it is unknown or forgotten.
	#[must_use]
	pub fn timestamp_secs(&self, hash: &BlockHash) -> Option<u64> {
		// Newest first: beats name recent blocks.
		self.0
			.iter()
			.rev()
			.find(|(known, _)| known == hash)
			.map(|(_, timestamp)| *timestamp)
	}

	/// Whether a block is known and at most [`FRESH_BLOCK_SECS`] old.
	#[must_use]
	pub fn is_fresh(&self, hash: &BlockHash, now_secs: u64) -> bool {
		self.timestamp_secs(hash)
			.is_some_and(|timestamp| now_secs.saturating_sub(timestamp) <= FRESH_BLOCK_SECS)
	}

	/// Number of blocks that are remembered.
	#[must_use]
	pub fn len(&self) -> usize {
		self.0.len()
	}

	/// Whether no block is remembered.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}
}
