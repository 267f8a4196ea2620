// SPDX-License-Identifier: Apache-2.0

//! The storage items that are read, with the fields that are used of each.

use crate::{
	economy::{ResourceClass, Rights},
	events::Misconduct,
};
use r1_core::{Account, DeedKind};
use r1_primitives::{DeedId, EpochIndex, JobId, OracleIndex, PageIndex, PlacementRound};
use subxt::{
	dynamic::{Value, storage},
	ext::scale_decode::DecodeAsType,
	storage::DynamicAddress,
	utils::H256,
};

/// Address of a storage item with keys `K` and value `V`.
pub(crate) type Item<K, V> = DynamicAddress<K, V>;

/// An account id, whatever the metadata calls it.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct AccountId(pub(crate) Account);

/// The epoch clock.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Clock {
	pub(crate) start_secs: u64,
	pub(crate) epoch_secs: u32,
	pub(crate) slot_secs: u32,
}

/// One of the oracles.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Oracle {
	pub(crate) node: AccountId,
}

/// A number that nobody knew before its epoch.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Seed(pub(crate) [u8; 32]);

/// A window of maintenance.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Maintenance {
	pub(crate) epoch: EpochIndex,
	pub(crate) first_slot: u32,
	pub(crate) slots: u32,
}

impl From<Maintenance> for r1_primitives::Maintenance {
	fn from(window: Maintenance) -> Self {
		let Maintenance { epoch, first_slot, slots } = window;
		Self { epoch, first_slot, slots }
	}
}

/// The root of a job's namespace as a node had it.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Anchor {
	pub(crate) job: JobId,
	pub(crate) deed: DeedId,
	pub(crate) root: [u8; 32],
}

/// The record of an epoch that is over.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct EpochRecord {
	pub(crate) commits_until: u32,
	pub(crate) reveals_until: u32,
	pub(crate) deeds: u32,
	pub(crate) oracles: u32,
	pub(crate) commits: u32,
	pub(crate) reveals: u32,
	pub(crate) outcome: Option<EpochOutcome>,
}

/// How an epoch was decided.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum EpochOutcome {
	/// More than two thirds of the oracles revealed a whole report.
	Settled,
	/// Too few did: the epoch pays nothing, unless governance settles it in time.
	Unsettled,
	/// Too few did, and governance said what was.
	SettledByGovernance,
	/// Too few did, and the epoch pays nothing, for good.
	Void,
}

/// What an oracle has handed in.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct OracleReport {
	pub(crate) revealed: PageSet,
}

/// A set of pages, one bit for each.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct PageSet(pub(crate) u128);

/// A deed: what it may earn, and its link.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Deed {
	pub(crate) terms: DeedTerms,
	pub(crate) node: Option<AccountId>,
	pub(crate) is_banned: bool,
}

/// What a deed may earn.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) enum DeedTerms {
	Node,
	Master { allocation: u128, first_epoch: EpochIndex },
	Genesis,
}

impl DeedTerms {
	/// The kind of the deed.
	pub(crate) fn kind(self) -> DeedKind {
		match self {
			Self::Node => DeedKind::Node,
			Self::Master { .. } => DeedKind::Master,
			Self::Genesis => DeedKind::Genesis,
		}
	}

	/// What a Master Deed may release over its life, and the epoch in which it starts.
	pub(crate) fn curve(self) -> Option<(u128, EpochIndex)> {
		match self {
			Self::Master { allocation, first_epoch } => Some((allocation, first_epoch)),
			Self::Node | Self::Genesis => None,
		}
	}
}

/// An item of pallet-nfts.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct NftItem {
	pub(crate) owner: AccountId,
}

/// A job.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Job {
	pub(crate) owner: AccountId,
	pub(crate) resources: u8,
	pub(crate) price_per_epoch: u128,
	pub(crate) replicas: u32,
	pub(crate) end: EpochIndex,
	pub(crate) specification: Vec<u8>,
	pub(crate) round: PlacementRound,
	pub(crate) awaits_placement: bool,
	pub(crate) deeds: Vec<DeedId>,
	pub(crate) lost: Vec<DeedId>,
}

/// A job, as runtimes before 105 have it: they do not say which nodes have lost their place.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct JobOfRelease104 {
	owner: AccountId,
	resources: u8,
	price_per_epoch: u128,
	replicas: u32,
	end: EpochIndex,
	specification: Vec<u8>,
	round: PlacementRound,
	awaits_placement: bool,
	deeds: Vec<DeedId>,
}

impl From<JobOfRelease104> for Job {
	fn from(job: JobOfRelease104) -> Self {
		Self {
			owner: job.owner,
			resources: job.resources,
			price_per_epoch: job.price_per_epoch,
			replicas: job.replicas,
			end: job.end,
			specification: job.specification,
			round: job.round,
			awaits_placement: job.awaits_placement,
			deeds: job.deeds,
			lost: Vec::new(),
		}
	}
}

/// The nodes of a job.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct JobMembers {
	pub(crate) current: Membership,
	pub(crate) former: Vec<Membership>,
}

/// Nodes that a placement named.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Membership {
	pub(crate) round: PlacementRound,
	pub(crate) since_secs: u64,
	pub(crate) nodes: Vec<AccountId>,
}

/// A deed's account of rewards.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct RewardAccount {
	pub(crate) released: u128,
	pub(crate) withheld: u128,
	pub(crate) next_epoch: EpochIndex,
	pub(crate) payments: u32,
}

/// An application that R1 is burned for.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Application {
	pub(crate) slug: Vec<u8>,
	pub(crate) name: Vec<u8>,
	pub(crate) creator: AccountId,
	pub(crate) deposit: u128,
	pub(crate) total: u128,
}

/// A place on the leaderboard of burners.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Rank {
	pub(crate) id: AccountId,
	pub(crate) total: u128,
}

/// A developer's escrow.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Escrow {
	pub(crate) free: u128,
}

/// Balances of R1.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct AccountInfo {
	pub(crate) data: AccountData,
}

/// The part of a balance that can be spent.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct AccountData {
	pub(crate) free: u128,
}

/// A balance of an asset.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct AssetAccount {
	pub(crate) balance: u128,
}

/// Unix time of the block, in milliseconds.
pub(crate) fn timestamp() -> Item<(), u64> {
	storage("Timestamp", "Now")
}

/// R1 of an account.
pub(crate) fn account() -> Item<(Account,), AccountInfo> {
	storage("System", "Account")
}

/// The session keys of an account, of which only their presence is used.
pub(crate) fn session_keys() -> Item<(Account,), Value> {
	storage("Session", "NextKeys")
}

/// All R1 in existence.
pub(crate) fn issuance() -> Item<(), u128> {
	storage("Balances", "TotalIssuance")
}

/// An asset of an account.
pub(crate) fn asset_account() -> Item<(u32, Account), AssetAccount> {
	storage("Assets", "Account")
}

/// How time is cut into epochs.
pub(crate) fn clock() -> Item<(), Clock> {
	storage("Oracles", "Clock")
}

/// The epoch of the block.
pub(crate) fn current_epoch() -> Item<(), EpochIndex> {
	storage("Oracles", "EpochNow")
}

/// The first epoch without verdict.
pub(crate) fn first_undecided() -> Item<(), EpochIndex> {
	storage("Oracles", "FirstUndecided")
}

/// The oracles of the session, in the order of their index.
pub(crate) fn session_oracles() -> Item<(), Vec<Oracle>> {
	storage("Oracles", "SessionOracles")
}

/// A number for each epoch that nobody knew before its start.
pub(crate) fn epoch_seeds() -> Item<(EpochIndex,), Seed> {
	storage("Oracles", "EpochSeeds")
}

/// The windows of maintenance of each deed.
pub(crate) fn maintenance() -> Item<(DeedId,), Vec<Maintenance>> {
	storage("Oracles", "MaintenanceOf")
}

/// The oracles at the start of each epoch of late, in the order of their index.
pub(crate) fn epoch_oracles() -> Item<(EpochIndex,), Vec<Oracle>> {
	storage("Oracles", "EpochOracles")
}

/// Records of the epochs that are over.
pub(crate) fn epochs() -> Item<(EpochIndex,), EpochRecord> {
	storage("Oracles", "Epochs")
}

/// What each oracle has handed in for an epoch that is not settled.
pub(crate) fn reports() -> Item<(EpochIndex, OracleIndex), OracleReport> {
	storage("Oracles", "Reports")
}

/// Misconduct of oracles that is proven, in the epochs of late.
pub(crate) fn proven() -> Item<(EpochIndex, OracleIndex), Misconduct> {
	storage("Oracles", "Proven")
}

/// Agreed availability of one page of deeds.
pub(crate) fn availability() -> Item<(EpochIndex, PageIndex), Vec<u8>> {
	storage("Oracles", "Availability")
}

/// Agreed roots of jobs' namespaces at the end of an epoch.
pub(crate) fn anchors() -> Item<(EpochIndex,), Vec<Anchor>> {
	storage("Oracles", "Anchors")
}

/// Deeds by number.
pub(crate) fn deeds() -> Item<(DeedId,), Deed> {
	storage("NodeDeeds", "Deeds")
}

/// The collection of pallet-nfts whose items are the Master and Genesis Deeds.
pub(crate) fn master_collection() -> Item<(), u32> {
	storage("NodeDeeds", "MasterCollection")
}

/// Items of pallet-nfts: Node Deeds are those of collection 0, the others have one of their own.
pub(crate) fn nft_items() -> Item<(u32, DeedId), NftItem> {
	storage("Nfts", "Item")
}

/// The tier on sale.
pub(crate) fn current_tier() -> Item<(), u8> {
	storage("NodeDeeds", "CurrentTier")
}

/// Who may sign permits to buy Node Deeds.
pub(crate) fn permit_issuers() -> Item<(), Vec<AccountId>> {
	storage("NodeDeeds", "PermitIssuers")
}

/// Jobs by number.
pub(crate) fn jobs() -> Item<(JobId,), Job> {
	storage("Poai", "Jobs")
}

/// Jobs by number, in a runtime before 105.
pub(crate) fn jobs_of_release_104() -> Item<(JobId,), JobOfRelease104> {
	storage("Poai", "Jobs")
}

/// The nodes of jobs that were placed.
pub(crate) fn job_members() -> Item<(JobId,), JobMembers> {
	storage("Poai", "JobMembers")
}

/// Resource classes by number.
pub(crate) fn resource_classes() -> Item<(u8,), ResourceClass> {
	storage("Poai", "ResourceClasses")
}

/// Delegates of escrows, by owner.
pub(crate) fn delegates() -> Item<(Account,), Vec<(AccountId, Rights)>> {
	storage("Poai", "Delegates")
}

/// Escrows by owner.
pub(crate) fn escrows() -> Item<(Account,), Escrow> {
	storage("Poai", "Escrows")
}

/// USDC that owners of deeds have earned and not claimed.
pub(crate) fn accrued() -> Item<(Account,), u128> {
	storage("Poai", "Accrued")
}

/// Reward accounts by deed.
pub(crate) fn reward_accounts() -> Item<(DeedId,), RewardAccount> {
	storage("Availability", "Accounts")
}

/// Applications by their id.
pub(crate) fn applications() -> Item<(H256,), Application> {
	storage("Burn", "Applications")
}

/// All R1 that was burned by choice.
pub(crate) fn total_burned() -> Item<(), u128> {
	storage("Burn", "TotalBurned")
}

/// Those who burned most, the greatest first.
pub(crate) fn top_burners() -> Item<(), Vec<Rank>> {
	storage("Burn", "TopBurners")
}

#[cfg(test)]
mod tests;
