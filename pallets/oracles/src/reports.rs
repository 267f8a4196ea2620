// SPDX-License-Identifier: Apache-2.0

//! Reports of the oracles: commit first, reveal after.

use crate::{
	Commitment, Config, EpochNow, EpochOracles, EpochRecordOf, Epochs, Error, Event, OracleOf,
	OracleReport, PageHash, PageSet, Pallet, Phase, ReportPage, Reports, Reveals, Salt,
	commitment_of,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{EpochIndex, OracleIndex, PageIndex};
use sp_runtime::{
	DispatchResult,
	traits::{One, Saturating},
};

/// A page that an oracle reveals, and what proves that it committed to it.
pub(crate) struct Reveal<'a> {
	pub(crate) epoch: EpochIndex,
	pub(crate) oracle: OracleIndex,
	pub(crate) page: PageIndex,
	pub(crate) contents: &'a ReportPage,
	pub(crate) page_hashes: &'a [PageHash],
	pub(crate) salt: &'a Salt,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_commit(
		epoch: EpochIndex,
		index: OracleIndex,
		commitment: Commitment,
	) -> DispatchResult {
		let (mut record, oracle) = Self::check_commit(epoch, index)?;

		// No overflow: each oracle commits once.
		record.commits = record.commits.saturating_add(1);
		if record.commits == record.oracles {
			// Nobody is left who could learn anything from a reveal.
			let now = frame_system::Pallet::<T>::block_number();
			record.commits_until = now.saturating_add(One::one());
			record.reveals_until = record.commits_until.saturating_add(T::RevealBlocks::get());
		}
		Epochs::<T>::insert(epoch, record);
		let report = OracleReport { commitment, revealed: PageSet::default() };
		Reports::<T>::insert(epoch, index, report);
		Self::deposit_event(Event::ReportCommitted { epoch, oracle: oracle.node });
		Ok(())
	}

	pub(crate) fn do_reveal(reveal: &Reveal<'_>) -> DispatchResult {
		let (mut record, oracle, mut report) = Self::check_reveal(reveal)?;
		let Reveal { epoch, oracle: index, page, .. } = *reveal;

		report.revealed = report.revealed.with(page);
		if report.revealed.count() == record.pages() {
			// No overflow: each oracle completes its report once.
			record.reveals = record.reveals.saturating_add(1);
			if record.reveals == record.oracles {
				// Nothing more can come: settling may begin in this very block.
				record.reveals_until = frame_system::Pallet::<T>::block_number();
			}
			Epochs::<T>::insert(epoch, record);
		}
		Reports::<T>::insert(epoch, index, report);
		Reveals::<T>::insert((epoch, page, index), reveal.contents);
		Self::deposit_event(Event::ReportRevealed { epoch, oracle: oracle.node, page });
		Ok(())
	}

	/// The epoch's record and the oracle, if it may commit now.
	pub(crate) fn check_commit(
		epoch: EpochIndex,
		index: OracleIndex,
	) -> Result<(EpochRecordOf<T>, OracleOf<T>), Error<T>> {
		let record = Self::ended_epoch(epoch)?;
		ensure!(Self::phase(&record) == Phase::Committing, Error::<T>::CommitWindowClosed);
		let oracle = Self::oracle_of(epoch, index)?;
		ensure!(!Reports::<T>::contains_key(epoch, index), Error::<T>::AlreadyCommitted);
		Ok((record, oracle))
	}

	/// The epoch's record, the oracle and its report, if it may reveal this page now.
	pub(crate) fn check_reveal(
		reveal: &Reveal<'_>,
	) -> Result<(EpochRecordOf<T>, OracleOf<T>, OracleReport), Error<T>> {
		let Reveal { epoch, oracle: index, page, contents, page_hashes, salt } = *reveal;
		let record = Self::ended_epoch(epoch)?;
		match Self::phase(&record) {
			Phase::Committing => return Err(Error::<T>::RevealWindowNotOpen),
			Phase::Revealing => {},
			Phase::Settling | Phase::Decided(_) => return Err(Error::<T>::RevealWindowClosed),
		}
		let oracle = Self::oracle_of(epoch, index)?;
		let report = Reports::<T>::get(epoch, index).ok_or(Error::<T>::NotCommitted)?;
		ensure!(!report.revealed.contains(page), Error::<T>::AlreadyRevealed);

		let hashes = u32::try_from(page_hashes.len()).map_err(|_| Error::<T>::WrongPageCount)?;
		ensure!(hashes == record.pages(), Error::<T>::WrongPageCount);
		let page_hash = page_hashes.get(usize::from(page)).ok_or(Error::<T>::UnknownPage)?;
		check_contents(contents, page == record.availability_pages())?;
		ensure!(*page_hash == contents.hash(), Error::<T>::PageMismatch);
		let commitment = commitment_of(epoch, index, salt, page_hashes);
		ensure!(commitment == report.commitment, Error::<T>::CommitmentMismatch);
		Ok((record, oracle, report))
	}

	fn ended_epoch(epoch: EpochIndex) -> Result<EpochRecordOf<T>, Error<T>> {
		let is_over = EpochNow::<T>::get().is_some_and(|now| epoch < now);
		ensure!(is_over, Error::<T>::EpochNotOver);
		Epochs::<T>::get(epoch).ok_or(Error::<T>::EpochUnknown)
	}

	fn phase(record: &EpochRecordOf<T>) -> Phase {
		let now: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
		record.phase(now)
	}

	fn oracle_of(epoch: EpochIndex, index: OracleIndex) -> Result<OracleOf<T>, Error<T>> {
		EpochOracles::<T>::get(epoch)
			.get(usize::from(index))
			.cloned()
			.ok_or(Error::<T>::UnknownOracle)
	}
}

/// Whether a page holds what a page at its position must hold.
fn check_contents<T>(contents: &ReportPage, is_last: bool) -> Result<(), Error<T>> {
	match contents {
		ReportPage::Availability(_) => ensure!(!is_last, Error::<T>::WrongPageKind),
		ReportPage::Work(entries) => {
			ensure!(is_last, Error::<T>::WrongPageKind);
			let is_ascending = entries
				.iter()
				.zip(entries.iter().skip(1))
				.all(|(entry, next)| (entry.job, entry.deed) < (next.job, next.deed));
			ensure!(is_ascending, Error::<T>::WorkNotAscending);
		},
	}
	Ok(())
}
