// SPDX-License-Identifier: Apache-2.0

//! Reads the chain at one block.

use crate::{
	client::{AtBlock, QueryError},
	learning,
	storage::{self, AccountId, EpochRecord, Item},
};
use r1_core::{
	BlockRef, ChainState, Deed, Deeds, EndedEpoch, JobMembers, JobView, Membership, RecentBlocks,
	ResourceClass, SettledAvailability,
};
use r1_primitives::{DeedId, EpochClock, EpochIndex, JobId, Maintenance, NodeKey, deed_at};
use std::collections::BTreeMap;
use subxt::{
	error::StorageError,
	ext::{
		frame_decode::storage::{IntoDecodableValues, IntoEncodableValues, StorageInfoError},
		scale_decode::DecodeAsType,
	},
	storage::PrefixOf,
};

/// The collection of pallet-nfts whose items are the Node Deeds.
const NODE_DEED_COLLECTION: u32 = 0;

/// How many decided epochs are searched for one with agreement: each costs a query.
const LOOK_BACK_EPOCHS: u32 = 8;

/// Everything that the services follow.
pub(crate) async fn read(
	at_block: &AtBlock,
	mut recent_blocks: RecentBlocks,
) -> Result<ChainState, QueryError> {
	let finalised = BlockRef {
		number: number_of(at_block),
		hash: at_block.block_hash().0,
		timestamp_secs: timestamp_secs(at_block).await?,
	};
	recent_blocks.push(finalised.hash, finalised.timestamp_secs);
	let clock = value(at_block, "epoch clock", storage::clock())
		.await?
		.ok_or(QueryError::Missing { item: "epoch clock" })?;
	let first_undecided_epoch =
		value(at_block, "first undecided epoch", storage::first_undecided())
			.await?
			.unwrap_or(0);
	let deeds = deeds(at_block).await?;
	let session_oracles = value(at_block, "oracles of the session", storage::session_oracles());
	let session_oracles = nodes_of(session_oracles.await?);
	let current_epoch = value(at_block, "epoch", storage::current_epoch()).await?.unwrap_or(0);
	let oracles = entry(at_block, "oracles", storage::epoch_oracles(), (current_epoch,)).await?;
	Ok(ChainState {
		genesis_hash: at_block.genesis_hash().map_or([0; 32], |hash| hash.0),
		finalised,
		recent_blocks,
		clock: EpochClock {
			start_secs: clock.start_secs,
			epoch_secs: clock.epoch_secs,
			slot_secs: clock.slot_secs,
		},
		current_epoch,
		first_undecided_epoch,
		oracles: nodes_of(oracles),
		session_oracles,
		epoch_seeds: epoch_seeds(at_block, current_epoch).await?,
		maintenance: maintenance(at_block, first_undecided_epoch).await?,
		resource_classes: resource_classes(at_block).await?,
		jobs: jobs(at_block).await?,
		learning: learning::open_rounds(at_block).await?,
		ended_epoch: ended_epoch(at_block, current_epoch).await?,
		settled_availability: settled_availability(at_block, first_undecided_epoch).await?,
		deeds,
	})
}

/// Their nodes, in their order.
fn nodes_of(oracles: Option<Vec<storage::Oracle>>) -> Vec<NodeKey> {
	oracles.into_iter().flatten().map(|oracle| oracle.node.0).collect()
}

/// The block's height, as the chain itself counts it.
pub(crate) fn number_of(at_block: &AtBlock) -> u32 {
	u32::try_from(at_block.block_number()).unwrap_or(u32::MAX)
}

/// When the block was made, in Unix seconds.
pub(crate) async fn timestamp_secs(at_block: &AtBlock) -> Result<u64, QueryError> {
	Ok(value(at_block, "timestamp", storage::timestamp()).await?.unwrap_or(0) / 1_000)
}

/// A single value; `None` if the chain has none.
pub(crate) async fn value<V: DecodeAsType>(
	at_block: &AtBlock,
	name: &'static str,
	item: Item<(), V>,
) -> Result<Option<V>, QueryError> {
	entry(at_block, name, item, ()).await
}

/// The value of one key; `None` if the chain has none.
pub(crate) async fn entry<K, V>(
	at_block: &AtBlock,
	name: &'static str,
	item: Item<K, V>,
	key: K,
) -> Result<Option<V>, QueryError>
where
	K: IntoEncodableValues + IntoDecodableValues,
	V: DecodeAsType,
{
	at_block
		.storage()
		.try_fetch(item, key)
		.await
		.map_err(QueryError::node)?
		.map(|value| value.decode())
		.transpose()
		.map_err(|error| QueryError::incompatible(name, error))
}

/// All entries under a prefix of the key.
pub(crate) async fn entries<K, V, P>(
	at_block: &AtBlock,
	name: &'static str,
	item: Item<K, V>,
	prefix: P,
) -> Result<Vec<(K, V)>, QueryError>
where
	K: IntoEncodableValues + IntoDecodableValues,
	V: DecodeAsType,
	P: PrefixOf<K>,
{
	let mut stream = at_block.storage().iter(item, prefix).await.map_err(QueryError::node)?;
	let mut entries = Vec::new();
	while let Some(entry) = stream.next().await {
		let entry = entry.map_err(QueryError::node)?;
		let key = entry
			.key()
			.and_then(|key| key.decode())
			.map_err(|error| QueryError::incompatible(name, error))?;
		let value =
			entry.value().decode().map_err(|error| QueryError::incompatible(name, error))?;
		entries.push((key, value));
	}
	Ok(entries)
}

/// What was read, or nothing from a runtime that does not have the item yet.
///
/// For items that came after the first release; of all others, their absence is an error.
pub(crate) fn or_nothing_before_its_release<T: Default>(
	read: Result<T, QueryError>,
) -> Result<T, QueryError> {
	match read {
		Err(QueryError::Node(error)) if is_unknown_item(&error) => Ok(T::default()),
		read => read,
	}
}

/// Whether a runtime does not have a storage item.
fn is_unknown_item(error: &subxt::Error) -> bool {
	let subxt::Error::StorageError(error) = error else { return false };
	matches!(
		error,
		StorageError::StorageInfoError(
			StorageInfoError::PalletNotFound { .. } | StorageInfoError::StorageNotFound { .. }
		)
	)
}

/// The seeds of the current epoch and of the one before.
async fn epoch_seeds(
	at_block: &AtBlock,
	current: EpochIndex,
) -> Result<BTreeMap<EpochIndex, [u8; 32]>, QueryError> {
	let mut seeds = BTreeMap::new();
	for epoch in current.saturating_sub(1)..=current {
		let seed = entry(at_block, "seed of an epoch", storage::epoch_seeds(), (epoch,)).await;
		if let Some(seed) = or_nothing_before_its_release(seed)? {
			seeds.insert(epoch, seed.0);
		}
	}
	Ok(seeds)
}

/// What the oracles have handed in of the epoch before the current one.
async fn ended_epoch(
	at_block: &AtBlock,
	current: EpochIndex,
) -> Result<Option<EndedEpoch>, QueryError> {
	let Some(epoch) = current.checked_sub(1) else { return Ok(None) };
	let record = entry(at_block, "record of an epoch", storage::epochs(), (epoch,)).await?;
	Ok(record.map(|EpochRecord { oracles, commits, reveals, .. }| EndedEpoch {
		epoch,
		oracles,
		commits,
		reveals,
	}))
}

/// The windows of maintenance of epochs that are not decided.
async fn maintenance(
	at_block: &AtBlock,
	first_undecided: EpochIndex,
) -> Result<BTreeMap<DeedId, Vec<Maintenance>>, QueryError> {
	let windows = entries(at_block, "windows of maintenance", storage::maintenance(), ()).await;
	let mut of_use = BTreeMap::new();
	for ((deed,), windows) in or_nothing_before_its_release(windows)? {
		let windows = windows.into_iter().map(Maintenance::from);
		let windows = windows.filter(|window| first_undecided <= window.epoch).collect::<Vec<_>>();
		if !windows.is_empty() {
			of_use.insert(deed, windows);
		}
	}
	Ok(of_use)
}

/// Every deed, with its owner from pallet-nfts. A deed whose item was destroyed is gone.
async fn deeds(at_block: &AtBlock) -> Result<Deeds, QueryError> {
	let mut owners = BTreeMap::new();
	for collection in deed_collections(at_block).await? {
		owners.extend(self::owners(at_block, collection).await?);
	}
	let records = entries(at_block, "deeds", storage::deeds(), ()).await?;
	Ok(records
		.into_iter()
		.filter_map(|((deed,), record)| {
			let owner = owners.get(&deed)?.0;
			let node = record.node.map(|node| node.0);
			let kind = record.terms.kind();
			Some((deed, Deed { owner, node, kind, is_banned: record.is_banned }))
		})
		.collect())
}

/// The collections of pallet-nfts whose items are deeds.
pub(crate) async fn deed_collections(at_block: &AtBlock) -> Result<Vec<u32>, QueryError> {
	let masters =
		value(at_block, "collection of Master Deeds", storage::master_collection()).await?;
	Ok([NODE_DEED_COLLECTION].into_iter().chain(masters).collect())
}

/// The owner of every item of a collection: all kinds of deeds share one sequence of numbers.
async fn owners(
	at_block: &AtBlock,
	collection: u32,
) -> Result<BTreeMap<DeedId, AccountId>, QueryError> {
	let items = entries(at_block, "items of deeds", storage::nft_items(), (collection,)).await?;
	Ok(items.into_iter().map(|((_, deed), item)| (deed, item.owner)).collect())
}

/// What of a machine jobs can be ordered with.
async fn resource_classes(at_block: &AtBlock) -> Result<BTreeMap<u8, ResourceClass>, QueryError> {
	let classes = entries(at_block, "resource classes", storage::resource_classes(), ()).await;
	let classes = or_nothing_before_its_release(classes)?.into_iter();
	Ok(classes.map(|((id,), class)| (id, class.into())).collect())
}

/// Every job that is not closed.
async fn jobs(at_block: &AtBlock) -> Result<BTreeMap<JobId, JobView>, QueryError> {
	let jobs = match entries(at_block, "jobs", storage::jobs(), ()).await {
		Err(QueryError::Incompatible { .. }) => {
			let old = entries(at_block, "jobs", storage::jobs_of_release_104(), ()).await?;
			old.into_iter().map(|(id, job)| (id, job.into())).collect()
		},
		jobs => jobs?,
	};
	let mut members = job_members(at_block).await?;
	Ok(jobs
		.into_iter()
		.map(|((id,), job)| {
			let view = JobView {
				id,
				owner: job.owner.0,
				resources: job.resources,
				price_per_epoch: job.price_per_epoch,
				replicas: job.replicas,
				specification: job.specification,
				end_epoch: job.end,
				round: job.round,
				awaits_placement: job.awaits_placement,
				deeds: job.deeds,
				lost: job.lost,
				members: members.remove(&id),
			};
			(id, view)
		})
		.collect())
}

/// The nodes of each job that was placed.
async fn job_members(at_block: &AtBlock) -> Result<BTreeMap<JobId, JobMembers>, QueryError> {
	let membership = |one: storage::Membership| Membership {
		round: one.round,
		since_secs: one.since_secs,
		nodes: one.nodes.into_iter().map(|node| node.0).collect(),
	};
	let members = entries(at_block, "nodes of jobs", storage::job_members(), ()).await;
	let members = or_nothing_before_its_release(members)?.into_iter().map(|((id,), members)| {
		let former = members.former.into_iter().map(membership).collect();
		(id, JobMembers { current: membership(members.current), former })
	});
	Ok(members.collect())
}

/// The availability that the oracles agreed on last.
///
/// `None` if they never agreed, or not in the last [`LOOK_BACK_EPOCHS`].
async fn settled_availability(
	at_block: &AtBlock,
	first_undecided: EpochIndex,
) -> Result<Option<SettledAvailability>, QueryError> {
	let oldest = first_undecided.saturating_sub(LOOK_BACK_EPOCHS);
	for epoch in (oldest..first_undecided).rev() {
		let by_deed = availability_of(at_block, epoch).await?;
		// An epoch without agreement has no pages, and says nothing about anybody.
		if !by_deed.is_empty() {
			return Ok(Some(SettledAvailability { epoch, by_deed }));
		}
	}
	Ok(None)
}

/// The agreed availability of every deed in one epoch; empty if the oracles did not agree.
pub(crate) async fn availability_of(
	at_block: &AtBlock,
	epoch: EpochIndex,
) -> Result<BTreeMap<DeedId, u8>, QueryError> {
	let pages = entries(at_block, "availability", storage::availability(), (epoch,)).await?;
	Ok(pages
		.into_iter()
		.flat_map(|((_, page), values)| {
			values
				.into_iter()
				.enumerate()
				.filter_map(move |(offset, value)| Some((deed_at(page, offset)?, value)))
		})
		.collect())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn item_should_be_nothing_only_where_the_runtime_does_not_have_it() {
		let read = |error: StorageError| {
			or_nothing_before_its_release::<Vec<u8>>(Err(QueryError::node(error))).ok()
		};
		let (name, pallet_name) = ("EpochSeeds".to_owned(), "Oracles".to_owned());
		let no_item =
			StorageInfoError::StorageNotFound { name, pallet_name: pallet_name.clone().into() };
		assert_eq!(read(StorageError::StorageInfoError(no_item)), Some(Vec::new()));
		let no_pallet = StorageInfoError::PalletNotFound { pallet_name };
		assert_eq!(read(StorageError::StorageInfoError(no_pallet)), Some(Vec::new()));
		// A node that does not answer is no runtime without the item.
		assert_eq!(read(StorageError::NoValueFound), None);
		let missing = QueryError::Missing { item: "clock" };
		assert!(or_nothing_before_its_release::<Vec<u8>>(Err(missing)).is_err());
		assert_eq!(or_nothing_before_its_release(Ok(vec![1_u8])).unwrap(), [1]);
	}
}
