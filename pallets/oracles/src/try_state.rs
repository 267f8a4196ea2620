// SPDX-License-Identifier: Apache-2.0

//! What must hold in every block.

use crate::{
	Availability, Ballots, Clock, Config, EpochNow, EpochOracles, Epochs, FirstUndecided, Outcome,
	Pallet, Participants, Phase, Reports, Reveals, SettlingStage, Work,
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
		Self::check_settling()?;
		Self::check_ballots()
	}

	/// The clock is usable, and nothing before its start or in the present is decided.
	fn check_clock() -> Result<(), TryRuntimeError> {
		let clock = Clock::<T>::get().ok_or("the clock is missing")?;
		ensure!(clock.is_valid(), "slots do not fill an epoch");
		match EpochNow::<T>::get() {
			None => ensure!(Epochs::<T>::iter_keys().next().is_none(), "an epoch before the start"),
			Some(now) => ensure!(FirstUndecided::<T>::get() <= now, "the present is decided"),
		}
		Ok(())
	}

	/// Exactly the undecided epochs have a snapshot, and no node or key is in a set twice.
	fn check_oracle_sets() -> Result<(), TryRuntimeError> {
		for (epoch, oracles) in EpochOracles::<T>::iter() {
			ensure!(Self::is_undecided(epoch), "a snapshot of an epoch that is decided");
			let nodes: BTreeSet<_> = oracles.iter().map(|oracle| &oracle.node).collect();
			let keys: BTreeSet<_> = oracles.iter().map(|oracle| &oracle.key).collect();
			ensure!(nodes.len() == oracles.len(), "a node is an oracle twice");
			ensure!(keys.len() == oracles.len(), "two oracles share a key");
		}
		if let Some(now) = EpochNow::<T>::get() {
			ensure!(EpochOracles::<T>::contains_key(now), "no snapshot of the current epoch");
		}
		Ok(())
	}

	/// Records are of past epochs, decided exactly if they are before the first undecided epoch,
	/// and settled exactly if more than two thirds reported.
	fn check_records() -> Result<(), TryRuntimeError> {
		for (epoch, record) in Epochs::<T>::iter() {
			ensure!(Some(epoch) < EpochNow::<T>::get(), "a record of an epoch that is not over");
			ensure!(epoch < record.next_epoch, "an epoch ends before it starts");
			ensure!(record.commits <= record.oracles, "more commitments than oracles");
			ensure!(record.reveals <= record.commits, "more reports than commitments");
			ensure!(record.commits_until <= record.reveals_until, "windows out of order");
			let outcome = match (Self::is_undecided(epoch), record.has_quorum()) {
				(true, _) => None,
				(false, true) => Some(Outcome::Settled),
				(false, false) => Some(Outcome::Unsettled),
			};
			ensure!(record.outcome == outcome, "an epoch is decided wrongly");
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
				SettlingStage::<T>::exists() && epoch == FirstUndecided::<T>::get();
			if !Self::is_undecided(epoch) || is_being_settled {
				continue;
			}
			let reports = || Reports::<T>::iter_prefix_values(epoch);
			let whole = reports().filter(|report| report.revealed.count() == record.pages());
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
			Epochs::<T>::get(epoch).is_some_and(|record| {
				let is_open_to_it = !Self::is_undecided(epoch)
					|| (epoch == FirstUndecided::<T>::get() && SettlingStage::<T>::exists());
				is_open_to_it && record.has_quorum()
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

	/// Settling runs only on an epoch whose windows are over, with exactly those who reported.
	fn check_settling() -> Result<(), TryRuntimeError> {
		let participants = count(Participants::<T>::get().iter());
		if !SettlingStage::<T>::exists() {
			ensure!(participants == 0, "participants without settling");
			return Ok(());
		}
		let record = Epochs::<T>::get(FirstUndecided::<T>::get())
			.ok_or("an epoch is being settled that has no record")?;
		let now: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
		// In the state after a block, that block's windows are over for the next one.
		let phase = record.phase(now.saturating_add(One::one()));
		ensure!(phase == Phase::Settling, "an epoch is being settled whose windows are open");
		let expected = if record.has_quorum() { record.reveals } else { 0 };
		ensure!(participants == expected, "participants are not those who reported");
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

	fn is_undecided(epoch: EpochIndex) -> bool {
		FirstUndecided::<T>::get() <= epoch
	}
}

fn count(items: impl Iterator) -> u32 {
	u32::try_from(items.count()).unwrap_or(u32::MAX)
}
