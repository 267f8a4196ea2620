// SPDX-License-Identifier: Apache-2.0

//! What must hold in every block.

use crate::{
	AnchoredEpochs, Anchors, Availability, Ballots, Clock, Config, EpochNow, EpochOracles,
	EpochSeeds, Epochs, FirstUndecided, MaintenanceOf, NextToSettle, OldestSnapshot, Outcome,
	Pallet, Participants, Phase, Proven, Reports, Reveals, SettlingStage, Work,
};
use alloc::collections::BTreeSet;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{EpochIndex, JobId, OracleIndex, PageIndex};
use sp_runtime::{
	TryRuntimeError,
	traits::{One, Saturating},
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_clock()?;
		Self::check_oracle_sets()?;
		Self::check_records()?;
		Self::check_reports()?;
		Self::check_verdicts()?;
		Self::check_anchors()?;
		Self::check_settling()?;
		Self::check_maintenance()?;
		Self::check_ballots()
	}

	/// The clock is usable, and nothing before its start or in the present is decided, nor settled
	/// later than it is decided.
	fn check_clock() -> Result<(), TryRuntimeError> {
		let clock = Clock::<T>::get().ok_or("the clock is missing")?;
		ensure!(clock.is_valid(), "slots do not fill an epoch");
		match EpochNow::<T>::get() {
			None => ensure!(Epochs::<T>::iter_keys().next().is_none(), "an epoch before the start"),
			Some(now) => ensure!(NextToSettle::<T>::get() <= now, "the present is settled"),
		}
		ensure!(
			FirstUndecided::<T>::get() <= NextToSettle::<T>::get(),
			"an epoch is decided that is not settled"
		);
		Ok(())
	}

	/// Only epochs from the oldest snapshot on have one, and no node or key is in a set twice.
	fn check_oracle_sets() -> Result<(), TryRuntimeError> {
		let oldest = OldestSnapshot::<T>::get();
		ensure!(oldest <= NextToSettle::<T>::get(), "an epoch without oracles is to be settled");
		for (epoch, oracles) in EpochOracles::<T>::iter() {
			ensure!(oldest <= epoch, "a snapshot that should be forgotten");
			let nodes: BTreeSet<_> = oracles.iter().map(|oracle| &oracle.node).collect();
			let keys: BTreeSet<_> = oracles.iter().map(|oracle| &oracle.key).collect();
			ensure!(nodes.len() == oracles.len(), "a node is an oracle twice");
			ensure!(keys.len() == oracles.len(), "two oracles share a key");
		}
		for epoch in EpochSeeds::<T>::iter_keys() {
			ensure!(EpochOracles::<T>::contains_key(epoch), "a seed without a snapshot");
		}
		for (epoch, oracle, _) in Proven::<T>::iter() {
			Self::check_position(epoch, oracle)?;
		}
		if let Some(now) = EpochNow::<T>::get() {
			ensure!(EpochOracles::<T>::contains_key(now), "no snapshot of the current epoch");
		}
		Ok(())
	}

	/// Records are of past epochs, settled exactly if they are before the next one to settle, with
	/// agreement exactly if more than two thirds reported; and decided ones are so for good.
	fn check_records() -> Result<(), TryRuntimeError> {
		for (epoch, record) in Epochs::<T>::iter() {
			ensure!(Some(epoch) < EpochNow::<T>::get(), "a record of an epoch that is not over");
			ensure!(epoch < record.next_epoch, "an epoch ends before it starts");
			ensure!(record.commits <= record.oracles, "more commitments than oracles");
			ensure!(record.reveals <= record.commits, "more reports than commitments");
			ensure!(record.commits_until <= record.reveals_until, "windows out of order");
			ensure!(
				record.outcome.is_none() == Self::is_unsettled_yet(epoch),
				"an epoch is settled out of order"
			);
			let is_agreed = record.outcome == Some(Outcome::Settled);
			ensure!(
				record.outcome.is_none() || is_agreed == record.has_quorum(),
				"an epoch is decided wrongly"
			);
			let is_final = record.outcome.is_some_and(Outcome::is_final);
			// Version 1 of the storage had no outcome for an epoch without agreement but one.
			let is_old =
				record.outcome == Some(Outcome::Unsettled) && epoch < OldestSnapshot::<T>::get();
			ensure!(
				is_final || is_old || FirstUndecided::<T>::get() <= epoch,
				"an epoch is decided whose verdicts may change"
			);
		}
		Ok(())
	}

	/// Reports and pages belong to oracles of undecided epochs; each revealed page is there; and
	/// the record counts them right until settling begins.
	fn check_reports() -> Result<(), TryRuntimeError> {
		for (epoch, oracle, report) in Reports::<T>::iter() {
			Self::check_position(epoch, oracle)?;
			let pages = Epochs::<T>::get(epoch).ok_or("a report without a record")?.pages();
			for page in (0..PageIndex::MAX).take_while(|page| u32::from(*page) < pages) {
				ensure!(
					report.revealed.contains(page)
						== Reveals::<T>::contains_key((epoch, page, oracle)),
					"revealed pages are not those that the report names"
				);
			}
		}
		for (epoch, _, oracle) in Reveals::<T>::iter_keys() {
			Self::check_position(epoch, oracle)?;
		}
		for (epoch, record) in Epochs::<T>::iter() {
			let is_being_settled =
				SettlingStage::<T>::exists() && epoch == NextToSettle::<T>::get();
			if !Self::is_unsettled_yet(epoch) || is_being_settled {
				continue;
			}
			let reports = || Reports::<T>::iter_prefix(epoch);
			let whole = reports().filter(|(oracle, report)| {
				report.revealed.count() == record.pages()
					&& !Proven::<T>::contains_key(epoch, oracle)
			});
			ensure!(count(reports()) == record.commits, "commitments are counted wrongly");
			ensure!(count(whole) == record.reveals, "whole reports are counted wrongly");
		}
		Ok(())
	}

	fn check_position(epoch: EpochIndex, oracle: OracleIndex) -> Result<(), TryRuntimeError> {
		let oracles = EpochOracles::<T>::decode_len(epoch).unwrap_or_default();
		ensure!(usize::from(oracle) < oracles, "a report of somebody who is no oracle");
		Ok(())
	}

	/// Verdicts are of epochs that are settled, or are being settled with agreement.
	fn check_verdicts() -> Result<(), TryRuntimeError> {
		let agreed = |epoch: EpochIndex| {
			Epochs::<T>::get(epoch).is_some_and(|record| match record.outcome {
				Some(Outcome::Settled | Outcome::SettledByGovernance) => true,
				Some(Outcome::Unsettled | Outcome::Void) => false,
				None => {
					let is_being_settled =
						epoch == NextToSettle::<T>::get() && SettlingStage::<T>::exists();
					is_being_settled && record.has_quorum()
				},
			})
		};
		for (epoch, page, values) in Availability::<T>::iter() {
			ensure!(agreed(epoch), "availability without agreement");
			let deeds = Epochs::<T>::get(epoch).map_or(0, |record| record.deeds_in(page));
			ensure!(u32::try_from(values.len()) == Ok(deeds), "a verdict of the wrong length");
		}
		for (epoch, _, quality) in Work::<T>::iter() {
			ensure!(agreed(epoch), "work without agreement");
			let mut pairs = quality.iter().zip(quality.iter().skip(1));
			ensure!(pairs.all(|(one, next)| one.0 < next.0), "a job's deeds are out of order");
		}
		Ok(())
	}

	/// Roots are kept of the epochs that are named, of settled ones, each once.
	fn check_anchors() -> Result<(), TryRuntimeError> {
		let epochs = AnchoredEpochs::<T>::get();
		ensure!(epochs.is_sorted_by(|one, next| one < next), "anchored epochs are out of order");
		ensure!(Anchors::<T>::iter_keys().count() == epochs.len(), "roots that nobody forgets");
		for epoch in epochs {
			let anchors = Anchors::<T>::get(epoch).ok_or("an anchored epoch without roots")?;
			ensure!(!anchors.is_empty(), "an epoch without roots is kept");
			ensure!(
				anchors.is_sorted_by(|one, next| (one.job, one.deed) < (next.job, next.deed)),
				"roots are out of order"
			);
			let outcome = Epochs::<T>::get(epoch).and_then(|record| record.outcome);
			ensure!(outcome == Some(Outcome::Settled), "roots without agreement");
		}
		Ok(())
	}

	/// Settling runs only on an epoch whose windows are over, with exactly those who reported.
	fn check_settling() -> Result<(), TryRuntimeError> {
		let participants = count(Participants::<T>::get().iter());
		if !SettlingStage::<T>::exists() {
			ensure!(participants == 0, "participants without settling");
			return Ok(());
		}
		let record = Epochs::<T>::get(NextToSettle::<T>::get())
			.ok_or("an epoch is being settled that has no record")?;
		let now: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
		// In the state after a block, that block's windows are over for the next one.
		let phase = record.phase(now.saturating_add(One::one()));
		ensure!(phase == Phase::Settling, "an epoch is being settled whose windows are open");
		let expected = if record.has_quorum() { record.reveals } else { 0 };
		ensure!(participants == expected, "participants are not those who reported");
		Ok(())
	}

	/// Windows of maintenance are such as can be announced, and at most one of a deed is to come.
	fn check_maintenance() -> Result<(), TryRuntimeError> {
		let slots = Clock::<T>::get().map_or(0, |clock| clock.slots_per_epoch());
		let now = EpochNow::<T>::get().unwrap_or(0);
		for windows in MaintenanceOf::<T>::iter_values() {
			ensure!(!windows.is_empty(), "a deed without maintenance is kept");
			ensure!(windows.iter().all(|window| window.is_valid(slots)), "impossible maintenance");
			ensure!(
				windows.is_sorted_by(|one, next| one.epoch < next.epoch),
				"maintenance is out of order"
			);
			let pending = windows.iter().filter(|window| now <= window.epoch).count();
			ensure!(pending <= 1, "two windows of maintenance are to come");
		}
		Ok(())
	}

	/// Ballots are for their job, name deeds in order, and were cast in the past.
	fn check_ballots() -> Result<(), TryRuntimeError> {
		let now = frame_system::Pallet::<T>::block_number();
		for (job, ballots) in Ballots::<T>::iter() {
			let job: JobId = job;
			ensure!(!ballots.is_empty(), "a job without ballots is kept");
			for ballot in ballots.values() {
				let mut pairs = ballot.deeds.iter().zip(ballot.deeds.iter().skip(1));
				ensure!(ballot.job == job, "a ballot is kept under another job");
				ensure!(!ballot.deeds.is_empty(), "a ballot names no deed");
				ensure!(pairs.all(|(one, next)| one < next), "a ballot's deeds are out of order");
				ensure!(ballot.cast_at <= now, "a ballot is from the future");
			}
		}
		Ok(())
	}

	fn is_unsettled_yet(epoch: EpochIndex) -> bool {
		NextToSettle::<T>::get() <= epoch
	}
}

fn count(items: impl Iterator) -> u32 {
	u32::try_from(items.count()).unwrap_or(u32::MAX)
}
