// SPDX-License-Identifier: Apache-2.0

//! Oracles, their reports and their elections, as people ask about them.
//!
//! Who would be elected, and what a score is, is asked of the runtime's view functions; what was
//! handed in is read from storage, which forgets it when an epoch is settled.

use crate::{
	Chain, QueryError,
	client::{AtBlock, QUERIES_AT_ONCE},
	events::{Misconduct, Owner},
	state,
	storage::{self, EpochRecord},
	view::view,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use r1_core::Account;
use r1_primitives::{DEEDS_PER_PAGE, DeedId, EpochIndex};
use std::collections::BTreeMap;
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType};

pub use storage::EpochOutcome;

/// The oracles, and those who would be.
#[derive(Clone, Debug)]
pub struct OracleStatus {
	/// The epoch that the chain is in.
	pub epoch: EpochIndex,
	/// The oracles of that epoch, in the order of their index.
	pub oracles: Vec<OracleState>,
	/// The newest epoch that is over; `None` in the first.
	pub ended: Option<EpochDetails>,
	/// Misconduct that is proven, in the epochs whose oracles are still known.
	pub misconduct: Vec<ProvenMisconduct>,
	/// Who wants to validate, ascending by deed.
	pub candidates: Vec<CandidateState>,
	/// Whom an election now would choose.
	pub elected: Vec<Account>,
}

/// An oracle of the current epoch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OracleState {
	/// Its node.
	pub node: Account,
	/// 0 to 100.
	pub score: u8,
	/// How far its report of the newest epoch that is over has come.
	pub report: ReportState,
}

/// How far an oracle's report of an epoch has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReportState {
	/// It was no oracle of that epoch.
	NotDue,
	/// It has not committed.
	Missing,
	/// It has committed, and revealed some of its pages or none.
	Committed,
	/// It has revealed its whole report.
	Revealed,
	/// The epoch is settled, and the chain keeps only how many reported.
	Forgotten,
}

impl ReportState {
	/// Its name, in lower case.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::NotDue => "not due",
			Self::Missing => "missing",
			Self::Committed => "committed",
			Self::Revealed => "revealed",
			Self::Forgotten => "settled",
		}
	}
}

/// A misconduct that is proven.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ProvenMisconduct {
	/// The epoch whose report it was about.
	pub epoch: EpochIndex,
	/// Who did it.
	pub node: Option<Account>,
	/// What was done.
	pub kind: Misconduct,
}

/// One that wants to validate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CandidateState {
	/// The deed that its node is linked to.
	pub deed: DeedId,
	/// The node.
	pub node: Account,
	/// The epoch in which it announced itself.
	pub since: EpochIndex,
	/// Epochs that were counted of it.
	pub epochs: u32,
	/// Its availability in them, 0 to 255 on average, rounded down; `None` before the first.
	pub availability: Option<u8>,
	/// 0 to 100.
	pub score: u8,
}

/// What the chain keeps of an epoch that is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EpochDetails {
	/// The epoch.
	pub epoch: EpochIndex,
	/// The first block that took no commitments any more.
	pub commits_until: u32,
	/// The first block that took no reveals any more.
	pub reveals_until: u32,
	/// Deeds that were issued when it ended.
	pub deeds: u32,
	/// Its oracles.
	pub oracles: u32,
	/// Those of them that committed.
	pub commits: u32,
	/// Those of them that revealed a whole report.
	pub reveals: u32,
	/// How it was decided; `None` while it is open.
	pub outcome: Option<EpochOutcome>,
	/// The number that nobody knew before it; forgotten some epochs later.
	pub seed: Option<[u8; 32]>,
	/// Its table, if there is one.
	pub table: Option<TableSummary>,
}

/// A table of availability in a few numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TableSummary {
	/// Deeds in it.
	pub deeds: u32,
	/// Deeds that were never there.
	pub at_zero: u32,
	/// Deeds that were always there.
	pub at_full: u32,
	/// The lower median of all.
	pub median: u8,
}

impl TableSummary {
	/// The summary of some availabilities; `None` of none.
	#[must_use]
	pub fn of(values: impl IntoIterator<Item = u8>) -> Option<Self> {
		let mut values: Vec<u8> = values.into_iter().collect();
		values.sort_unstable();
		let median = *values.get(values.len().checked_sub(1)? / 2)?;
		// There are not as many deeds as a `u32` holds.
		let count = |wanted| {
			let are = values.iter().filter(|value| **value == wanted);
			u32::try_from(are.count()).unwrap_or(u32::MAX)
		};
		let deeds = u32::try_from(values.len()).unwrap_or(u32::MAX);
		Some(Self { deeds, at_zero: count(0), at_full: count(u8::MAX), median })
	}
}

/// A candidate, as the runtime describes it.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct RawCandidate {
	node: Owner,
	since: EpochIndex,
	window: Vec<RawObservation>,
}

/// How a candidate did in an epoch, as the runtime describes it.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct RawObservation {
	availability: u8,
}

impl Chain {
	/// The oracles, how far their reports are, and who would be elected.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime elects nobody yet.
	pub async fn oracle_status(&self) -> Result<OracleStatus, QueryError> {
		let at = self.at_finalised().await?;
		let epoch = state::value(&at, "epoch", storage::current_epoch()).await?.unwrap_or(0);
		let ended = match epoch.checked_sub(1) {
			Some(last) => details(&at, last).await?,
			None => None,
		};
		let reports = match &ended {
			Some(ended) => Reports::read(&at, ended).await?,
			None => Reports::default(),
		};
		let current: Vec<storage::Oracle> =
			view(&at, "Oracles", "current_oracles", Vec::new()).await?;
		let nodes = current.iter().map(|oracle| oracle.node.0).collect::<Vec<_>>();
		let candidates: Vec<(DeedId, RawCandidate)> =
			view(&at, "Validators", "candidates", Vec::new()).await?;
		let ready = candidates.iter().map(|(_, candidate)| candidate.node.0);
		let scores = scores(&at, nodes.iter().copied().chain(ready)).await?;
		let score_of = |node: &Account| scores.get(node).copied().unwrap_or(0);
		let elected: Vec<Owner> = view(&at, "Validators", "election", Vec::new()).await?;
		let state_of = |node: Account| OracleState {
			node,
			score: score_of(&node),
			report: reports.state_of(&node),
		};
		Ok(OracleStatus {
			epoch,
			oracles: nodes.into_iter().map(state_of).collect(),
			ended,
			misconduct: misconduct(&at).await?,
			candidates: candidates
				.into_iter()
				.map(|(deed, candidate)| candidate.state(deed, score_of(&candidate.node.0)))
				.collect(),
			elected: elected.into_iter().map(|node| node.0).collect(),
		})
	}

	/// What the chain keeps of an epoch; `None` if it is not over, or was skipped.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn epoch(&self, epoch: EpochIndex) -> Result<Option<EpochDetails>, QueryError> {
		details(&self.at_finalised().await?, epoch).await
	}
}

impl RawCandidate {
	fn state(&self, deed: DeedId, score: u8) -> CandidateState {
		let sum: u64 = self.window.iter().map(|seen| u64::from(seen.availability)).sum();
		let average = sum.checked_div(self.window.len() as u64);
		CandidateState {
			deed,
			node: self.node.0,
			since: self.since,
			epochs: u32::try_from(self.window.len()).unwrap_or(u32::MAX),
			availability: average.map(|average| u8::try_from(average).unwrap_or(u8::MAX)),
			score,
		}
	}
}

/// What oracles have handed in for an epoch.
#[derive(Debug, Default)]
struct Reports {
	/// The epoch's oracles, and the pages that each has revealed, if it has committed.
	revealed: BTreeMap<Account, Option<u32>>,
	/// Pages of a whole report.
	pages: u32,
	is_settled: bool,
}

impl Reports {
	async fn read(at_block: &AtBlock, ended: &EpochDetails) -> Result<Self, QueryError> {
		let epoch = ended.epoch;
		let oracles =
			state::entry(at_block, "oracles of an epoch", storage::epoch_oracles(), (epoch,))
				.await?;
		let reports = state::entries(at_block, "reports", storage::reports(), (epoch,)).await?;
		let by_index: BTreeMap<_, _> = reports
			.into_iter()
			.map(|((_, index), report)| (index, report.revealed.0.count_ones()))
			.collect();
		let revealed = (0..)
			.zip(oracles.unwrap_or_default())
			.map(|(index, oracle)| (oracle.node.0, by_index.get(&index).copied()))
			.collect();
		// One page more than those of availability: that of work.
		let pages = ended.deeds.div_ceil(DEEDS_PER_PAGE).saturating_add(1);
		Ok(Self { revealed, pages, is_settled: ended.outcome.is_some() })
	}

	fn state_of(&self, node: &Account) -> ReportState {
		match self.revealed.get(node) {
			None => ReportState::NotDue,
			Some(_) if self.is_settled => ReportState::Forgotten,
			Some(None) => ReportState::Missing,
			Some(Some(pages)) if *pages < self.pages => ReportState::Committed,
			Some(Some(_)) => ReportState::Revealed,
		}
	}
}

/// The scores of nodes.
async fn scores(
	at_block: &AtBlock,
	nodes: impl Iterator<Item = Account>,
) -> Result<BTreeMap<Account, u8>, QueryError> {
	let score = async |node: Account| {
		let arguments = vec![Value::from_bytes(node)];
		Ok((node, view(at_block, "Validators", "score_of", arguments).await?))
	};
	stream::iter(nodes.map(score)).buffered(QUERIES_AT_ONCE).try_collect().await
}

/// The misconduct that is proven, with the nodes of those who are still known.
async fn misconduct(at_block: &AtBlock) -> Result<Vec<ProvenMisconduct>, QueryError> {
	let proven = state::entries(at_block, "proven misconduct", storage::proven(), ()).await?;
	let mut known = Vec::new();
	for ((epoch, index), kind) in proven {
		let oracles =
			state::entry(at_block, "oracles of an epoch", storage::epoch_oracles(), (epoch,))
				.await?;
		let oracles = oracles.unwrap_or_default();
		let node = oracles.get(usize::from(index)).map(|oracle| oracle.node.0);
		known.push(ProvenMisconduct { epoch, node, kind });
	}
	known.sort_unstable_by_key(|misconduct| (misconduct.epoch, misconduct.node));
	Ok(known)
}

/// What is kept of an epoch; `None` if there is no record of it.
pub(crate) async fn details(
	at_block: &AtBlock,
	epoch: EpochIndex,
) -> Result<Option<EpochDetails>, QueryError> {
	let record = state::entry(at_block, "record of an epoch", storage::epochs(), (epoch,)).await?;
	let Some(record) = record else { return Ok(None) };
	let seed = state::entry(at_block, "seed of an epoch", storage::epoch_seeds(), (epoch,)).await?;
	let values = state::availability_of(at_block, epoch).await?;
	let EpochRecord { commits_until, reveals_until, deeds, oracles, commits, reveals, outcome } =
		record;
	Ok(Some(EpochDetails {
		epoch,
		commits_until,
		reveals_until,
		deeds,
		oracles,
		commits,
		reveals,
		outcome,
		seed: seed.map(|seed| seed.0),
		table: TableSummary::of(values.into_values()),
	}))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn summary_should_count_both_ends_and_take_the_lower_median() {
		assert_eq!(TableSummary::of([]), None);
		let summary = |deeds, at_zero, at_full, median| {
			Some(TableSummary { deeds, at_zero, at_full, median })
		};
		assert_eq!(TableSummary::of([0]), summary(1, 1, 0, 0));
		assert_eq!(TableSummary::of([255, 0]), summary(2, 1, 1, 0));
		assert_eq!(TableSummary::of([255, 7, 255]), summary(3, 0, 2, 255));
		assert_eq!(TableSummary::of([255, 0, 9, 8]), summary(4, 1, 1, 8));
	}

	#[test]
	fn report_should_be_as_far_as_its_pages_and_forgotten_once_it_counts() {
		let revealed = BTreeMap::from([
			([1; 32], None),
			([2; 32], Some(0)),
			([3; 32], Some(1)),
			([4; 32], Some(2)),
		]);
		let mut reports = Reports { revealed, pages: 2, is_settled: false };
		let states = |reports: &Reports| [1, 2, 3, 4, 5].map(|node| reports.state_of(&[node; 32]));
		use ReportState::{Committed, Forgotten, Missing, NotDue, Revealed};
		assert_eq!(states(&reports), [Missing, Committed, Committed, Revealed, NotDue]);
		reports.is_settled = true;
		assert_eq!(states(&reports), [Forgotten, Forgotten, Forgotten, Forgotten, NotDue]);
	}

	#[test]
	fn candidate_should_have_an_average_once_an_epoch_was_counted() {
		let candidate = |window: &[u8]| {
			let window =
				window.iter().map(|availability| RawObservation { availability: *availability });
			let candidate =
				RawCandidate { node: Owner([1; 32]), since: 3, window: window.collect() };
			let state = candidate.state(7, 100);
			assert_eq!((state.deed, state.node, state.since), (7, [1; 32], 3));
			(state.epochs, state.availability)
		};
		assert_eq!(candidate(&[]), (0, None));
		assert_eq!(candidate(&[255, 254]), (2, Some(254)));
	}
}
