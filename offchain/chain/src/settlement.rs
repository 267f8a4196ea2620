// SPDX-License-Identifier: Apache-2.0

//! What governance says of an epoch that the oracles did not agree on.

use crate::{Chain, QueryError, oracles, oracles::EpochDetails};
use r1_core::BlockHash;
use r1_primitives::{
	DEEDS_PER_PAGE, DeedId, EpochIndex, JobId, REPLICAS_MAX, WORK_ENTRIES_MAX, WorkEntry,
};
use std::collections::BTreeSet;

/// What was in an epoch, in any order; deeds that are not named were never there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ReportTable {
	/// Availability of deeds, 0 to 255.
	pub availability: Vec<(DeedId, u8)>,
	/// Work of the epoch.
	pub work: Vec<WorkEntry>,
}

/// One page of a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReportPage {
	/// Availability of the deeds of this page, in order.
	Availability(Vec<u8>),
	/// Work of the epoch, strictly ascending by job and deed.
	Work(Vec<WorkEntry>),
}

impl ReportTable {
	/// The whole report, as an oracle would have made it of an epoch that ended with so many deeds:
	/// the pages of availability, and then the one of work.
	///
	/// # Errors
	///
	/// The table is no report, for which the chain would refuse it or take it otherwise than it was
	/// meant.
	pub fn pages(&self, deeds: u32) -> Result<Vec<ReportPage>, TableError> {
		let values = self.values(deeds)?;
		let mut pages = values
			.chunks(DEEDS_PER_PAGE as usize)
			.map(|values| ReportPage::Availability(values.to_vec()))
			.collect::<Vec<_>>();
		pages.push(ReportPage::Work(self.sorted_work(deeds)?));
		Ok(pages)
	}

	/// Availability of every deed.
	fn values(&self, deeds: u32) -> Result<Vec<u8>, TableError> {
		let mut values = vec![0; deeds as usize];
		let mut named = BTreeSet::new();
		for (deed, availability) in &self.availability {
			let deed = *deed;
			let value = deed.checked_sub(1).and_then(|index| values.get_mut(index as usize));
			*value.ok_or(TableError::UnknownDeed { deed, deeds })? = *availability;
			if !named.insert(deed) {
				return Err(TableError::DeedTwice { deed });
			}
		}
		Ok(values)
	}

	/// The work in the order that a report has.
	fn sorted_work(&self, deeds: u32) -> Result<Vec<WorkEntry>, TableError> {
		let mut work = self.work.clone();
		work.sort_unstable_by_key(|entry| (entry.job, entry.deed));
		for WorkEntry { job, deed, .. } in work.iter().copied() {
			if job == 0 {
				return Err(TableError::UnknownJob { job });
			}
			if deed == 0 || deeds < deed {
				return Err(TableError::UnknownDeed { deed, deeds });
			}
		}
		for (one, next) in work.iter().zip(work.iter().skip(1)) {
			let WorkEntry { job, deed, .. } = *one;
			if (job, deed) == (next.job, next.deed) {
				return Err(TableError::WorkTwice { job, deed });
			}
		}
		for of_job in work.chunk_by(|one, next| one.job == next.job) {
			if is_beyond(of_job.len(), REPLICAS_MAX) {
				return Err(TableError::TooManyDeeds { job: of_job[0].job });
			}
		}
		if is_beyond(work.len(), WORK_ENTRIES_MAX) {
			return Err(TableError::TooMuchWork { entries: work.len() });
		}
		Ok(work)
	}
}

fn is_beyond(count: usize, most: u32) -> bool {
	(most as usize) < count
}

/// A table that cannot be reported.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TableError {
	/// The deed was not there when the epoch ended.
	#[error("deed {deed} is unknown: when the epoch ended, there were deeds 1 to {deeds}")]
	UnknownDeed {
		/// The deed.
		deed: DeedId,
		/// Deeds that there were.
		deeds: u32,
	},
	/// Jobs are counted from 1.
	#[error("job {job} is unknown: jobs are counted from 1")]
	UnknownJob {
		/// The job.
		job: JobId,
	},
	/// Nobody can tell which of two values is meant.
	#[error("the availability of deed {deed} is given twice")]
	DeedTwice {
		/// The deed.
		deed: DeedId,
	},
	/// Nobody can tell which of two values is meant.
	#[error("the work of deed {deed} for job {job} is given twice")]
	WorkTwice {
		/// The job.
		job: JobId,
		/// The deed.
		deed: DeedId,
	},
	/// A job never runs on so many.
	#[error("job {job} has the work of more than {REPLICAS_MAX} deeds")]
	TooManyDeeds {
		/// The job.
		job: JobId,
	},
	/// A report never holds so much.
	#[error("the table has {entries} entries of work, and a report at most {WORK_ENTRIES_MAX}")]
	TooMuchWork {
		/// Entries of work.
		entries: usize,
	},
}

impl Chain {
	/// What the chain keeps of an epoch in the state that a block leaves behind; `None` if it is
	/// not over, or was skipped.
	///
	/// # Errors
	///
	/// The node does not answer, or has forgotten the block.
	pub async fn epoch_in(
		&self,
		block: BlockHash,
		epoch: EpochIndex,
	) -> Result<Option<EpochDetails>, QueryError> {
		oracles::details(&self.at_hash(block).await?, epoch).await
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_primitives::page_of;

	fn work(job: JobId, deed: DeedId) -> WorkEntry {
		WorkEntry { job, deed, quality: 7 }
	}

	fn availability_of(pages: &[ReportPage], deed: DeedId) -> u8 {
		let (page, offset) = page_of(deed).unwrap();
		match &pages[usize::from(page)] {
			ReportPage::Availability(values) => values[offset],
			ReportPage::Work(_) => panic!("deed {deed} is on a page of availability"),
		}
	}

	#[test]
	fn pages_should_hold_every_deed_at_its_place_and_work_in_order_at_the_end() {
		let table = ReportTable {
			availability: vec![(2_050, 4), (1_025, 3), (1, 1), (1_024, 2)],
			work: vec![work(2, 1), work(1, 9), work(1, 2_050)],
		};
		let pages = table.pages(2_050).unwrap();
		let sizes = pages.iter().map(|page| match page {
			ReportPage::Availability(values) => values.len(),
			ReportPage::Work(entries) => entries.len(),
		});
		assert_eq!(sizes.collect::<Vec<_>>(), [1_024, 1_024, 2, 3]);
		for (deed, expected) in [(1, 1), (2, 0), (1_024, 2), (1_025, 3), (2_049, 0), (2_050, 4)] {
			assert_eq!(availability_of(&pages, deed), expected, "deed {deed}");
		}
		let sorted = vec![work(1, 9), work(1, 2_050), work(2, 1)];
		assert_eq!(pages.last(), Some(&ReportPage::Work(sorted)));
	}

	#[test]
	fn report_should_have_no_page_too_many() {
		let pages = |deeds| ReportTable::default().pages(deeds).unwrap();
		let nothing = ReportPage::Work(Vec::new());
		assert_eq!(pages(0), std::slice::from_ref(&nothing));
		let full = ReportPage::Availability(vec![0; 1_024]);
		assert_eq!(pages(1_024), [full.clone(), nothing.clone()]);
		assert_eq!(pages(1_025), [full, ReportPage::Availability(vec![0]), nothing]);
	}

	#[test]
	fn table_should_be_refused_with_the_name_of_what_is_wrong() {
		let of_deeds = |availability: &[(DeedId, u8)]| {
			let availability = availability.to_vec();
			ReportTable { availability, work: Vec::new() }.pages(40).unwrap_err()
		};
		assert_eq!(of_deeds(&[(0, 1)]), TableError::UnknownDeed { deed: 0, deeds: 40 });
		assert_eq!(of_deeds(&[(41, 1)]), TableError::UnknownDeed { deed: 41, deeds: 40 });
		assert_eq!(of_deeds(&[(3, 1), (3, 1)]), TableError::DeedTwice { deed: 3 });

		let of_work = |work: &[WorkEntry]| {
			let work = work.to_vec();
			ReportTable { availability: Vec::new(), work }.pages(40).map(|_| ())
		};
		assert_eq!(of_work(&[work(0, 1)]), Err(TableError::UnknownJob { job: 0 }));
		let unknown = |deed| Err(TableError::UnknownDeed { deed, deeds: 40 });
		assert_eq!(of_work(&[work(1, 0)]), unknown(0));
		assert_eq!(of_work(&[work(1, 41)]), unknown(41));
		assert_eq!(
			of_work(&[work(1, 2), work(1, 3), work(1, 2)]),
			Err(TableError::WorkTwice { job: 1, deed: 2 })
		);
		let of_job = (1..=33).map(|deed| work(5, deed)).collect::<Vec<_>>();
		assert_eq!(of_work(&of_job[1..]), Ok(()));
		assert_eq!(of_work(&of_job), Err(TableError::TooManyDeeds { job: 5 }));
		let much = (1..=1_025)
			.map(|entry| work(1 + entry / 32, 1 + entry % 32))
			.collect::<Vec<_>>();
		assert_eq!(of_work(&much[1..]), Ok(()));
		assert_eq!(of_work(&much), Err(TableError::TooMuchWork { entries: 1_025 }));
	}
}
