// SPDX-License-Identifier: Apache-2.0

//! How well placed nodes do their work.
//!
//! An oracle's daemon sends probes, requests whose right answer it can compute itself, and counts
//! what comes back. The share of right answers is the quality that the oracle reports; the chain
//! pays by the median of all oracles.

use crate::placement::running_jobs;
use codec::Encode;
use r1_core::ChainState;
use r1_primitives::{DeedId, EpochIndex, JobId, WORK_ENTRIES_MAX, WorkEntry};
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;

/// Time that a node has from its placement to its first probe, in seconds: enough to see the
/// placement, fetch a small model and load it.
pub const GRACE_SECS: u64 = 10;

/// Epochs that are kept: the one that goes on, and the one that is being reported.
const EPOCHS_MAX: usize = 2;

/// An oracle's memory of its probes.
///
/// Bounded: [`WORK_ENTRIES_MAX`] pairs of a job and a deed in each of two epochs, as many as a
/// report holds. Pairs beyond that are not probed and not reported.
#[derive(Clone, Debug)]
pub struct Attestor {
	/// Makes the order of probes unpredictable for those who are probed.
	seed: [u8; 32],
	/// The pairs that are placed now, and when each was first seen.
	placed: BTreeMap<ProbeTarget, u64>,
	tallies: BTreeMap<EpochIndex, BTreeMap<ProbeTarget, Tally>>,
}

impl Attestor {
	/// An attestor that has probed nobody. The seed is the oracle's secret.
	#[must_use]
	pub fn new(seed: [u8; 32]) -> Self {
		Self { seed, placed: BTreeMap::new(), tallies: BTreeMap::new() }
	}

	/// Takes in who is placed; call it with each new finalised state, and once a slot.
	///
	/// Whoever is placed in an epoch is in its report: with quality 0 if no probe was answered.
	pub fn note_placements(&mut self, now_secs: u64, chain: &ChainState) {
		let targets: Vec<_> = running_jobs(chain)
			.flat_map(|job| job.deeds.iter().map(|deed| ProbeTarget { job: job.id, deed: *deed }))
			.take(PAIRS_MAX)
			.collect();
		let Some(tallies) = self.open(chain.current_epoch) else { return };
		for target in &targets {
			if tallies.len() < PAIRS_MAX {
				tallies.entry(*target).or_default();
			}
		}
		let since = |target: &ProbeTarget| self.placed.get(target).copied().unwrap_or(now_secs);
		self.placed = targets.iter().map(|target| (*target, since(target))).collect();
	}

	/// Whom to probe at a tick; `None` if nobody is placed for long enough.
	///
	/// Ticks are counted by the caller. With `n` targets, each is probed once in every `n` ticks,
	/// in an order that the seed shuffles anew each time.
	#[must_use]
	pub fn probe_at(&self, tick: u64, now_secs: u64) -> Option<ProbeTarget> {
		let is_due = |since: u64| GRACE_SECS <= now_secs.saturating_sub(since);
		let due: Vec<_> = self
			.placed
			.iter()
			.filter(|(_, since)| is_due(**since))
			.map(|(target, _)| *target)
			.collect();
		let count = u64::try_from(due.len()).ok()?;
		let (lap, turn) = (tick.checked_div(count)?, tick.checked_rem(count)?);
		let mut order: Vec<_> = due
			.into_iter()
			.map(|target| {
				let draw = (b"r1/probe/v1", self.seed, lap, target.job, target.deed);
				(draw.using_encoded(blake2_256), target)
			})
			.collect();
		order.sort_unstable();
		order.get(usize::try_from(turn).ok()?).map(|(_, target)| *target)
	}

	/// Counts the outcome of a probe that was sent in `epoch`.
	///
	/// # Errors
	///
	/// The pair was not placed in that epoch, or the epoch is no longer kept; nothing changes.
	pub fn record(
		&mut self,
		epoch: EpochIndex,
		target: ProbeTarget,
		outcome: ProbeOutcome,
	) -> Result<(), NotPlaced> {
		let tally = self
			.tallies
			.get_mut(&epoch)
			.and_then(|tallies| tallies.get_mut(&target))
			.ok_or(NotPlaced { epoch, target })?;
		tally.count(outcome);
		Ok(())
	}

	/// The work of an epoch as a report holds it: strictly ascending by job and deed.
	#[must_use]
	pub fn entries(&self, epoch: EpochIndex) -> Vec<WorkEntry> {
		let tallies = self.tallies.get(&epoch).into_iter().flatten();
		tallies
			.map(|(target, tally)| WorkEntry {
				job: target.job,
				deed: target.deed,
				quality: tally.quality(),
			})
			.collect()
	}

	/// What was counted for one pair in an epoch.
	#[must_use]
	pub fn tally(&self, epoch: EpochIndex, target: ProbeTarget) -> Option<Tally> {
		self.tallies.get(&epoch)?.get(&target).copied()
	}

	/// The tallies of an epoch; `None` if it is older than all that are kept.
	fn open(&mut self, epoch: EpochIndex) -> Option<&mut BTreeMap<ProbeTarget, Tally>> {
		let is_kept = self.tallies.contains_key(&epoch);
		if !is_kept && EPOCHS_MAX <= self.tallies.len() {
			let (oldest, _) = self.tallies.first_key_value()?;
			if epoch < *oldest {
				return None;
			}
			self.tallies.pop_first();
		}
		Some(self.tallies.entry(epoch).or_default())
	}
}

/// Entries of one report.
const PAIRS_MAX: usize = WORK_ENTRIES_MAX as usize;

/// A node, by its deed, and a job that it shall do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ProbeTarget {
	/// The job.
	pub job: JobId,
	/// The deed whose node is probed.
	pub deed: DeedId,
}

/// What came of a probe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProbeOutcome {
	/// The right answer, in time.
	Ok,
	/// A wrong answer, or a refusal.
	Failed,
	/// No answer in time, or no connection.
	TimedOut,
}

/// Probes of one node's work on one job in one epoch.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
	/// Right answers.
	pub ok: u32,
	/// Wrong answers and refusals.
	pub failed: u32,
	/// Probes without an answer.
	pub timed_out: u32,
}

impl Tally {
	/// `round(255 * ok / probes)`, halves up; 0 without a probe, because nothing was shown.
	#[must_use]
	pub fn quality(&self) -> u8 {
		let ok = u64::from(self.ok);
		let probes = ok + u64::from(self.failed) + u64::from(self.timed_out);
		// floor(x + 1/2) = floor((2 * 255 * ok + probes) / (2 * probes)), below 2^42.
		let quality = (2 * 255 * ok + probes).checked_div(2 * probes).unwrap_or(0);
		u8::try_from(quality).expect("ok is at most all probes, so quality is at most 255; qed")
	}

	fn count(&mut self, outcome: ProbeOutcome) {
		let counter = match outcome {
			ProbeOutcome::Ok => &mut self.ok,
			ProbeOutcome::Failed => &mut self.failed,
			ProbeOutcome::TimedOut => &mut self.timed_out,
		};
		// At one probe a millisecond this takes 49 days, and no epoch lasts that long.
		*counter = counter.saturating_add(1);
	}
}

/// A probe that counts for nobody.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("job {} was not placed on deed {} in epoch {epoch}", target.job, target.deed)]
pub struct NotPlaced {
	/// The epoch.
	pub epoch: EpochIndex,
	/// The pair.
	pub target: ProbeTarget,
}
