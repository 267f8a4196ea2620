// SPDX-License-Identifier: Apache-2.0

//! From what each oracle said to what all of them said: pure functions over revealed pages.

use crate::JobQuality;
use alloc::vec::Vec;
use r1_math::median::{is_supermajority, lower_median, lower_median_of_columns};
use r1_primitives::{Anchor, JobId, WorkEntry};

/// Jobs whose verdicts are written in one step of settling.
///
/// 64 writes beside the reading of up to 100 pages: neither dominates the step.
pub(crate) const JOBS_PER_STEP: usize = 64;

/// Medians of one page of availability, one for each of its `deeds`.
pub(crate) fn tally_availability(pages: &[Vec<u8>], deeds: u32) -> Vec<u8> {
	let rows: Vec<&[u8]> = pages.iter().map(Vec::as_slice).collect();
	// A page has 1 024 deeds at most, which every `usize` holds.
	lower_median_of_columns(&rows, usize::try_from(deeds).unwrap_or(0))
}

/// Availability of exactly so many deeds: what is missing is 0, what is too much is dropped.
pub(crate) fn pad_availability(mut values: Vec<u8>, deeds: u32) -> Vec<u8> {
	// A page has 1 024 deeds at most, which every `usize` holds.
	values.resize(usize::try_from(deeds).unwrap_or(0), 0);
	values
}

/// Verdicts on a few jobs.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct WorkTally {
	/// Quality of each node's work, ascending by job and deed; what is missing is 0.
	pub(crate) jobs: Vec<(JobId, JobQuality)>,
	/// Whether jobs with greater numbers than the last one's are left.
	pub(crate) has_more: bool,
}

/// Medians of the work on the first [`JOBS_PER_STEP`] jobs with a number greater than `after`.
///
/// An oracle that does not list a job's deed says 0 of it. Each page lists a deed of a job once.
pub(crate) fn tally_work(pages: &[Vec<WorkEntry>], after: JobId) -> WorkTally {
	let mut entries: Vec<WorkEntry> =
		pages.iter().flatten().copied().filter(|entry| after < entry.job).collect();
	entries.sort_unstable();

	let mut jobs: Vec<(JobId, JobQuality)> = Vec::new();
	for said in entries.chunk_by(|one, other| one.job == other.job) {
		let deeds = tally_job(said, pages.len());
		let Some(first) = said.first().filter(|_| !deeds.is_empty()) else { continue };
		if jobs.len() == JOBS_PER_STEP {
			return WorkTally { jobs, has_more: true };
		}
		jobs.push((first.job, deeds));
	}
	WorkTally { jobs, has_more: false }
}

/// Medians above 0 of one job's work, ascending by deed, from what `oracles` said of it.
fn tally_job(said_of_job: &[WorkEntry], oracles: usize) -> JobQuality {
	let mut qualities = Vec::with_capacity(oracles);
	let agreed = said_of_job
		.chunk_by(|one, other| one.deed == other.deed)
		.filter_map(|said| {
			qualities.clear();
			qualities.extend(said.iter().map(|entry| entry.quality));
			qualities.resize(oracles, 0);
			let quality = lower_median(&mut qualities).filter(|quality| 0 < *quality)?;
			Some((said.first()?.deed, quality))
		})
		.collect();
	// A job has no more nodes, whoever attests more.
	JobQuality::truncate_from(agreed)
}

/// Roots that more than two thirds of so many oracles name, ascending by job and deed.
///
/// Each page names a deed of a job once, so that two roots of the same are never both named by so many.
pub(crate) fn tally_anchors(pages: &[Vec<Anchor>], oracles: usize) -> Vec<Anchor> {
	let mut said: Vec<Anchor> = pages.iter().flatten().copied().collect();
	said.sort_unstable();
	// There are no more oracles than the range has numbers.
	let of = u32::try_from(oracles).unwrap_or(u32::MAX);
	said.chunk_by(|one, other| one == other)
		.filter(|same| is_supermajority(u32::try_from(same.len()).unwrap_or(0), of))
		.filter_map(|same| same.first().copied())
		.collect()
}
