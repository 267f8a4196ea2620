// SPDX-License-Identifier: Apache-2.0

//! Identifiers, units and limits.

/// Index of an epoch of availability; epoch 0 starts when the clock starts.
pub type EpochIndex = u32;

/// Number of a deed of any kind, counted from 1 and never reused; also its item number in
/// pallet-nfts.
pub type DeedId = u32;

/// Number of a job, counted from 1 and never reused.
pub type JobId = u32;

/// Position of an oracle in the set that an epoch started with.
pub type OracleIndex = u16;

/// Position of a page in an oracle's report.
pub type PageIndex = u16;

/// How many times a job has been placed; a ballot names the round that it is for.
pub type PlacementRound = u32;

/// An ed25519 public key: a node's chain account and its mesh identity at once.
pub type NodeKey = [u8; 32];

/// One R1 in base units (18 decimals).
pub const R1: u128 = 1_000_000_000_000_000_000;

/// One USDC in base units (6 decimals).
pub const USDC: u128 = 1_000_000;

/// Share of each payment for work that is swapped to R1 and burned, in basis points.
pub const BURN_BASIS_POINTS: u16 = 1_500;

/// Deeds in one page of an availability report, one byte each.
///
/// 1 024 bytes keep a page's median over 100 oracles near 100 KiB of proof, a small part of a
/// block, while all 46 224 deeds fit in 46 pages.
pub const DEEDS_PER_PAGE: u32 = 1_024;

/// Entries of attested work in one report.
pub const WORK_ENTRIES_MAX: u32 = 1_024;

/// Roots of jobs' namespaces in one report.
///
/// 256 of 40 bytes are about what a page of work has, and so a page of both stays below 20 KB. With
/// more, each epoch has another choice of them.
pub const ANCHORS_MAX: u32 = 256;

/// Roots that the oracles can agree on in one epoch: more than two thirds of them name each, and none
/// names more than [`ANCHORS_MAX`].
pub const ANCHORS_AGREED_MAX: u32 = 384;

/// Nodes that one job may run on.
pub const REPLICAS_MAX: u32 = 32;

/// Quality of work below which a node loses its place, if two epochs in a row are like that: half.
///
/// A node that is restarted or moved loses minutes of an epoch, and not half of two.
pub const WORK_QUALITY_MIN: u8 = 128;

/// Earlier placements of a job whose nodes are remembered: what was agreed on is found again although
/// nobody of so many placements came to agree on anything, less one.
pub const FORMER_MEMBERS_MAX: u32 = 3;

/// The page and the offset in it that hold a deed's availability.
///
/// `None` for deed 0, which does not exist, and beyond what a [`PageIndex`] can name.
#[must_use]
pub fn page_of(deed: DeedId) -> Option<(PageIndex, usize)> {
	let slot = deed.checked_sub(1)?;
	let page = PageIndex::try_from(slot.checked_div(DEEDS_PER_PAGE)?).ok()?;
	let offset = usize::try_from(slot.checked_rem(DEEDS_PER_PAGE)?).ok()?;
	Some((page, offset))
}

/// The deed whose availability is at `offset` of `page`: the inverse of [`page_of`].
#[must_use]
pub fn deed_at(page: PageIndex, offset: usize) -> Option<DeedId> {
	let offset = u32::try_from(offset).ok().filter(|offset| *offset < DEEDS_PER_PAGE)?;
	u32::from(page).checked_mul(DEEDS_PER_PAGE)?.checked_add(offset)?.checked_add(1)
}
