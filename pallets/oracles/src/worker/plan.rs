// SPDX-License-Identifier: Apache-2.0

//! What an oracle does next: pure functions of chain state and the local record.

use crate::{
	Commitment, OracleReport, PageHash, Phase, ReportPage, Salt, commitment_of, page_hashes_of,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use core::fmt;
use frame_support::BoundedVec;
use r1_primitives::{Anchor, DEEDS_PER_PAGE, EpochEvidence, EpochIndex, OracleIndex, PageIndex};

/// What the chain knows of an oracle's report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnChain {
	/// Where the epoch stands in the next block.
	pub(crate) phase: Phase,
	/// Deeds that a report is about.
	pub(crate) deeds: u32,
	/// Pages that a report has.
	pub(crate) pages: u32,
	/// What the oracle has handed in.
	pub(crate) handed_in: Option<OracleReport>,
}

/// The report that this node made, stored before anything of it is submitted.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct LocalReport {
	/// The epoch that it is about.
	pub(crate) epoch: EpochIndex,
	/// How many deeds it is about.
	///
	/// Differs between two forks if a deed was sold at the epoch's end in one of them. A node then
	/// makes a report for each; signing two for as many deeds would be misconduct.
	pub(crate) deeds: u32,
	/// What keeps its commitment secret.
	pub(crate) salt: Salt,
	/// Its pages.
	pub(crate) pages: Vec<ReportPage>,
}

/// What an oracle does next for one report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Action {
	/// Nothing is due.
	Wait,
	/// Ask the daemon, record its report, and commit to it.
	Gather,
	/// Commit to the recorded report.
	Commit,
	/// Reveal these pages of the recorded report.
	Reveal(Vec<PageIndex>),
	/// Reveals are due, but the record is not what was committed to.
	Lost,
}

/// What is next for an oracle's report of an epoch.
pub(crate) fn next_action(
	on_chain: &OnChain,
	local: Option<&LocalReport>,
	epoch: EpochIndex,
	oracle: OracleIndex,
) -> Action {
	let local = local.filter(|local| local.is_of(epoch, on_chain.deeds));
	match (on_chain.phase, on_chain.handed_in, local) {
		(Phase::Committing, None, None) => Action::Gather,
		(Phase::Committing, None, Some(_)) => Action::Commit,
		(Phase::Revealing, Some(handed_in), local) => {
			let missing: Vec<PageIndex> = (0..)
				.take_while(|page| u32::from(*page) < on_chain.pages)
				.filter(|page| !handed_in.revealed.contains(*page))
				.collect();
			let is_ours =
				local.is_some_and(|local| local.commitment(oracle) == handed_in.commitment);
			match (missing.is_empty(), is_ours) {
				(true, _) => Action::Wait,
				(false, true) => Action::Reveal(missing),
				(false, false) => Action::Lost,
			}
		},
		_ => Action::Wait,
	}
}

/// Why the daemon's report is not signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ReportError {
	/// It is about another epoch.
	WrongEpoch { asked: EpochIndex, answered: EpochIndex },
	/// It has more entries of work than a page holds.
	TooMuchWork { entries: usize },
	/// Its work is not strictly ascending by job and deed.
	WorkNotAscending,
	/// It has more roots than a page holds.
	TooManyAnchors { anchors: usize },
	/// Its roots are not strictly ascending by job and deed.
	AnchorsNotAscending,
}

impl fmt::Display for ReportError {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::WrongEpoch { asked, answered } => {
				write!(formatter, "it is about epoch {answered}, not {asked}")
			},
			Self::TooMuchWork { entries } => {
				write!(formatter, "{entries} entries of work do not fit a page")
			},
			Self::WorkNotAscending => {
				write!(formatter, "its work is not ascending by job and deed")
			},
			Self::TooManyAnchors { anchors } => {
				write!(formatter, "{anchors} roots do not fit a page")
			},
			Self::AnchorsNotAscending => {
				write!(formatter, "its roots are not ascending by job and deed")
			},
		}
	}
}

impl LocalReport {
	/// Cuts the daemon's report into the pages that the chain expects for `issued` deeds.
	///
	/// Deeds that the daemon does not mention count as 0; it may know of later deeds than the
	/// epoch had, which are left out.
	pub(crate) fn from_evidence(
		epoch: EpochIndex,
		issued: u32,
		evidence: &EpochEvidence,
		anchors: &[Anchor],
		salt: Salt,
	) -> Result<Self, ReportError> {
		if evidence.epoch != epoch {
			return Err(ReportError::WrongEpoch { asked: epoch, answered: evidence.epoch });
		}
		let mut entries = evidence.work.iter().zip(evidence.work.iter().skip(1));
		if !entries.all(|(entry, next)| (entry.job, entry.deed) < (next.job, next.deed)) {
			return Err(ReportError::WorkNotAscending);
		}
		let work = BoundedVec::try_from(evidence.work.clone())
			.map_err(|work| ReportError::TooMuchWork { entries: work.len() })?;
		let mut pairs = anchors.iter().zip(anchors.iter().skip(1));
		if !pairs.all(|(anchor, next)| (anchor.job, anchor.deed) < (next.job, next.deed)) {
			return Err(ReportError::AnchorsNotAscending);
		}
		let anchors = BoundedVec::try_from(anchors.to_vec())
			.map_err(|anchors| ReportError::TooManyAnchors { anchors: anchors.len() })?;

		// Both fit a `usize`: they count bytes that are held in memory.
		let deeds = usize::try_from(issued).unwrap_or(usize::MAX);
		let page_deeds = usize::try_from(DEEDS_PER_PAGE).unwrap_or(usize::MAX);
		let mut availability = evidence.availability.clone();
		availability.resize(deeds, 0);
		let mut pages: Vec<ReportPage> = availability
			.chunks(page_deeds)
			.map(|page| ReportPage::Availability(BoundedVec::truncate_from(page.to_vec())))
			.collect();
		pages.push(match anchors.is_empty() {
			true => ReportPage::Work(work),
			false => ReportPage::AnchoredWork { work, anchors },
		});
		Ok(Self { epoch, deeds: issued, salt, pages })
	}

	/// Whether this is the report of an epoch with so many deeds.
	pub(crate) fn is_of(&self, epoch: EpochIndex, deeds: u32) -> bool {
		(self.epoch, self.deeds) == (epoch, deeds)
	}

	/// What the oracle commits to.
	pub(crate) fn commitment(&self, oracle: OracleIndex) -> Commitment {
		commitment_of(self.epoch, oracle, &self.salt, &self.page_hashes())
	}

	/// The hashes of its pages.
	pub(crate) fn page_hashes(&self) -> Vec<PageHash> {
		page_hashes_of(&self.pages)
	}
}

/// Blocks after which a transaction that is not on the chain yet is submitted again.
pub(crate) const RESUBMIT_AFTER_BLOCKS: u32 = 3;

/// A note that a transaction was handed to the pool.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Sent {
	/// Hash of what the transaction is for.
	pub(crate) tag: [u8; 16],
	/// The block after which it was submitted.
	pub(crate) at: u64,
}

impl Sent {
	/// Whether the same transaction went out so recently that it may still be under way.
	///
	/// A note of a later block is of a fork that is gone, and does not count.
	pub(crate) fn covers(&self, tag: [u8; 16], now: u64) -> bool {
		let elapsed = now.checked_sub(self.at);
		self.tag == tag && elapsed.is_some_and(|elapsed| elapsed < u64::from(RESUBMIT_AFTER_BLOCKS))
	}
}
