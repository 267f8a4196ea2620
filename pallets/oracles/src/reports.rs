// SPDX-License-Identifier: Apache-2.0

//! Reports of the oracles: commit first, reveal after.
//!
//! A commitment or a reveal that contradicts what the oracle signed before is not refused: it is
//! taken, as the proof of misconduct that it is.

use crate::{
	Commitment, Config, EpochNow, EpochOracles, EpochRecordOf, Epochs, Error, Event, OracleOf,
	OracleReport, PageHash, PageSet, Pallet, Phase, Proven, ReportPage, Reports, RevealBody,
	Reveals, Salt, commitment_of,
};
use frame_support::{dispatch::PostDispatchInfo, ensure, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{EpochIndex, Misconduct, OracleIndex, PageIndex, WorkEntry};
use sp_runtime::{
	DispatchError,
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

impl Reveal<'_> {
	/// What the oracle signs, in an epoch with so many deeds.
	pub(crate) fn body(&self, deeds: u32) -> RevealBody {
		let Self { epoch, oracle, page, .. } = *self;
		let commitment = commitment_of(epoch, oracle, self.salt, self.page_hashes);
		RevealBody { epoch, oracle, deeds, page, contents: self.contents.hash(), commitment }
	}
}

/// Whether what an oracle hands in fits what it signed before.
pub(crate) enum Conduct<Value> {
	/// It does.
	Right(Value),
	/// It does not, which proves misconduct.
	Wrong,
}

/// What came of something that an oracle handed in.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
	/// It was taken as what it is.
	Taken,
	/// It was taken as a proof of misconduct, and the oracle is convicted.
	Convicted,
}

impl Verdict {
	/// What a call is charged for, if `own` is what it weighs without a conviction.
	pub(crate) fn post_info(self, own: Weight) -> PostDispatchInfo {
		match self {
			Self::Taken => Some(own).into(),
			Self::Convicted => None.into(),
		}
	}
}

/// Something that an oracle may hand in now.
pub(crate) struct Checked<T: Config, Value> {
	pub(crate) record: EpochRecordOf<T>,
	pub(crate) oracle: OracleOf<T>,
	pub(crate) value: Conduct<Value>,
}

/// Something that an oracle may hand in as soon as the chain is so far.
pub(crate) struct Early<T: Config> {
	pub(crate) oracle: OracleOf<T>,
	/// Deeds that the report is about, as far as it can be known.
	pub(crate) deeds: u32,
	/// The block until which it is worth waiting.
	pub(crate) until: BlockNumberFor<T>,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_commit(
		epoch: EpochIndex,
		index: OracleIndex,
		commitment: Commitment,
	) -> Result<Verdict, DispatchError> {
		let Checked { mut record, oracle, value } = Self::check_commit(epoch, index, &commitment)?;
		if let Conduct::Wrong = value {
			Self::convict(epoch, index, &oracle.node, Misconduct::TwoReports, None);
			return Ok(Verdict::Convicted);
		}

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
		Ok(Verdict::Taken)
	}

	pub(crate) fn do_reveal(reveal: &Reveal<'_>) -> Result<Verdict, DispatchError> {
		let Checked { mut record, oracle, value } = Self::check_reveal(reveal)?;
		let Reveal { epoch, oracle: index, page, .. } = *reveal;
		let Conduct::Right(mut report) = value else {
			Self::convict(epoch, index, &oracle.node, Misconduct::FalseReveal, None);
			return Ok(Verdict::Convicted);
		};

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
		Ok(Verdict::Taken)
	}

	/// Whether the oracle may commit now, and whether it does so for the first time.
	pub(crate) fn check_commit(
		epoch: EpochIndex,
		index: OracleIndex,
		commitment: &Commitment,
	) -> Result<Checked<T, ()>, Error<T>> {
		let record = Self::ended_epoch(epoch)?;
		ensure!(Self::phase(&record) == Phase::Committing, Error::<T>::CommitWindowClosed);
		let oracle = Self::oracle_of(epoch, index)?;
		ensure!(!Proven::<T>::contains_key(epoch, index), Error::<T>::OracleExcluded);
		let value = match Reports::<T>::get(epoch, index) {
			None => Conduct::Right(()),
			Some(report) if report.commitment == *commitment => {
				return Err(Error::<T>::AlreadyCommitted);
			},
			Some(_) => Conduct::Wrong,
		};
		Ok(Checked { record, oracle, value })
	}

	/// Whether the oracle may reveal this page now, and its report if the page is of it.
	pub(crate) fn check_reveal(reveal: &Reveal<'_>) -> Result<Checked<T, OracleReport>, Error<T>> {
		let Reveal { epoch, oracle: index, page, contents, page_hashes, salt } = *reveal;
		let record = Self::ended_epoch(epoch)?;
		match Self::phase(&record) {
			Phase::Committing => return Err(Error::<T>::RevealWindowNotOpen),
			Phase::Revealing => {},
			Phase::Settling | Phase::Decided(_) => return Err(Error::<T>::RevealWindowClosed),
		}
		let oracle = Self::oracle_of(epoch, index)?;
		ensure!(!Proven::<T>::contains_key(epoch, index), Error::<T>::OracleExcluded);
		let report = Reports::<T>::get(epoch, index).ok_or(Error::<T>::NotCommitted)?;
		ensure!(!report.revealed.contains(page), Error::<T>::AlreadyRevealed);

		let page_hash = check_page::<T>(reveal, &record)?;
		let is_right = *page_hash == contents.hash()
			&& commitment_of(epoch, index, salt, page_hashes) == report.commitment;
		let value = if is_right { Conduct::Right(report) } else { Conduct::Wrong };
		Ok(Checked { record, oracle, value })
	}

	/// Whether the oracle may commit as soon as the epoch that runs is over.
	pub(crate) fn early_commit(
		epoch: EpochIndex,
		index: OracleIndex,
	) -> Result<Early<T>, Error<T>> {
		ensure!(EpochNow::<T>::get() == Some(epoch), Error::<T>::EpochNotOver);
		let oracle = Self::oracle_of(epoch, index)?;
		ensure!(!Proven::<T>::contains_key(epoch, index), Error::<T>::OracleExcluded);
		let now = frame_system::Pallet::<T>::block_number();
		// Saturating: block numbers do not end within the life of a chain.
		let until = now.saturating_add(T::CommitBlocks::get());
		Ok(Early { oracle, deeds: Self::reportable_deeds(), until })
	}

	/// Whether the oracle may reveal this page as soon as the others have committed too.
	///
	/// Its own commitment may be one of those that are not in a block yet.
	pub(crate) fn early_reveal(reveal: &Reveal<'_>) -> Result<Early<T>, Error<T>> {
		let record = Self::ended_epoch(reveal.epoch)?;
		let oracle = Self::oracle_of(reveal.epoch, reveal.oracle)?;
		ensure!(
			!Proven::<T>::contains_key(reveal.epoch, reveal.oracle),
			Error::<T>::OracleExcluded
		);
		check_page::<T>(reveal, &record)?;
		Ok(Early { oracle, deeds: record.deeds, until: record.reveals_until })
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

	pub(crate) fn oracle_of(
		epoch: EpochIndex,
		index: OracleIndex,
	) -> Result<OracleOf<T>, Error<T>> {
		EpochOracles::<T>::get(epoch)
			.get(usize::from(index))
			.cloned()
			.ok_or(Error::<T>::UnknownOracle)
	}
}

/// Whether there is such a page in a report of the epoch; returns the hash that it must have.
fn check_page<'a, T: Config>(
	reveal: &Reveal<'a>,
	record: &EpochRecordOf<T>,
) -> Result<&'a PageHash, Error<T>> {
	let hashes = u32::try_from(reveal.page_hashes.len()).map_err(|_| Error::<T>::WrongPageCount)?;
	ensure!(hashes == record.pages(), Error::<T>::WrongPageCount);
	let hash = reveal
		.page_hashes
		.get(usize::from(reveal.page))
		.ok_or(Error::<T>::UnknownPage)?;
	check_contents(reveal.contents, reveal.page == record.availability_pages())?;
	Ok(hash)
}

/// Whether a page holds what a page at its position must hold.
pub(crate) fn check_contents<T>(contents: &ReportPage, is_last: bool) -> Result<(), Error<T>> {
	match contents {
		ReportPage::Availability(_) => ensure!(!is_last, Error::<T>::WrongPageKind),
		ReportPage::Work(work) => {
			ensure!(is_last, Error::<T>::WrongPageKind);
			check_work(work)?;
		},
		ReportPage::AnchoredWork { work, anchors } => {
			ensure!(is_last, Error::<T>::WrongPageKind);
			check_work(work)?;
			let mut pairs = anchors.iter().zip(anchors.iter().skip(1));
			let is_ascending =
				pairs.all(|(anchor, next)| (anchor.job, anchor.deed) < (next.job, next.deed));
			ensure!(is_ascending, Error::<T>::AnchorsNotAscending);
		},
	}
	Ok(())
}

fn check_work<T>(work: &[WorkEntry]) -> Result<(), Error<T>> {
	let mut pairs = work.iter().zip(work.iter().skip(1));
	let is_ascending = pairs.all(|(entry, next)| (entry.job, entry.deed) < (next.job, next.deed));
	ensure!(is_ascending, Error::<T>::WorkNotAscending);
	Ok(())
}
