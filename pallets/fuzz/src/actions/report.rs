// SPDX-License-Identifier: Apache-2.0

//! What oracles and governance say of an epoch.

use crate::{people::Node, world::World};
use frame_support::BoundedVec;
use fuzzing::Choices;
use pallet_oracles::{
	AvailabilityPage, CommitBody, EpochRecordOf, Epochs, PageHash, PageHashes, ReportPage,
	RevealBody, Salt, SignatureOf, commitment_of, page_hashes_of,
};
use pallet_poai::Jobs;
use r1_primitives::{
	Anchor, DEEDS_PER_PAGE, DeedId, EpochIndex, JobId, OracleIndex, PageIndex, REPLICAS_MAX,
	SignedBody, WorkEntry,
};
use ratio1_runtime::Runtime;

/// What an oracle says of an epoch.
#[derive(Clone, Debug)]
pub(crate) struct Report {
	pub(crate) epoch: EpochIndex,
	/// How many deeds it is about.
	pub(crate) deeds: u32,
	pub(crate) salt: Salt,
	pub(crate) pages: Vec<ReportPage>,
}

impl Report {
	/// What is said of an epoch that nobody can say anything of.
	pub(crate) fn empty(epoch: EpochIndex) -> Self {
		Self { epoch, deeds: 0, salt: [0; 32], pages: Vec::new() }
	}

	pub(crate) fn hashes(&self) -> PageHashes<Runtime> {
		BoundedVec::truncate_from(page_hashes_of(&self.pages))
	}

	pub(crate) fn commit_body(&self, oracle: OracleIndex) -> CommitBody {
		let commitment = commitment_of(self.epoch, oracle, &self.salt, &self.hashes());
		CommitBody { epoch: self.epoch, oracle, deeds: self.deeds, commitment }
	}

	pub(crate) fn reveal_body(&self, oracle: OracleIndex, page: PageIndex) -> RevealBody {
		let CommitBody { epoch, oracle, deeds, commitment } = self.commit_body(oracle);
		let contents = self.page_hash(page);
		RevealBody { epoch, oracle, deeds, page, contents, commitment }
	}

	/// A page; one without work if the report has none there.
	pub(crate) fn page(&self, page: PageIndex) -> ReportPage {
		let nothing = || ReportPage::Work(BoundedVec::default());
		self.pages.get(usize::from(page)).cloned().unwrap_or_else(nothing)
	}

	fn page_hash(&self, page: PageIndex) -> PageHash {
		self.page(page).hash()
	}

	/// The same without roots, of which governance says nothing.
	pub(crate) fn without_anchors(mut self) -> Self {
		for page in &mut self.pages {
			if let ReportPage::AnchoredWork { work, .. } = page {
				*page = ReportPage::Work(core::mem::take(work));
			}
		}
		self
	}

	/// Makes it none: too few pages, in the wrong order, or out of order.
	pub(crate) fn spoil(&mut self, choices: &mut Choices<'_>) {
		let pages = &mut self.pages;
		match choices.byte() % 5 {
			0 => drop(pages.pop()),
			1 => pages.reverse(),
			2 => {
				let entry = WorkEntry { job: 1, deed: 2, quality: 255 };
				replace(pages.last_mut(), work(vec![entry, entry]));
			},
			3 => {
				// One node more than a job can have.
				let entries =
					(1..=REPLICAS_MAX + 1).map(|deed| WorkEntry { job: 1, deed, quality: 255 });
				replace(pages.last_mut(), work(entries.collect()));
			},
			_ => {
				let longest = AvailabilityPage::truncate_from(vec![255; DEEDS_PER_PAGE as usize]);
				replace(pages.first_mut(), ReportPage::Availability(longest));
			},
		}
	}
}

fn work(entries: Vec<WorkEntry>) -> ReportPage {
	ReportPage::Work(BoundedVec::truncate_from(entries))
}

fn replace(page: Option<&mut ReportPage>, other: ReportPage) {
	if let Some(page) = page {
		*page = other;
	}
}

/// What is said of every deed and every job alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opinion {
	/// Availability of the deeds, in turn.
	marks: [u8; 3],
	/// Quality of all work.
	quality: u8,
}

impl Opinion {
	/// Everything was as good as it can be.
	pub(crate) const BEST: Self = Self { marks: [255; 3], quality: 255 };

	pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
		let mut mark = || choices.pick(&[255, 255, 254, 1, 0, 128]);
		Self { marks: [mark(), mark(), mark()], quality: mark() }
	}

	/// The page of availability of so many deeds.
	pub(crate) fn page(&self, deeds: u32) -> AvailabilityPage {
		let marks = self.marks.into_iter().cycle().take(deeds as usize);
		AvailabilityPage::truncate_from(marks.collect())
	}

	/// Work of all nodes on all jobs that run in an epoch.
	pub(crate) fn work(&self, epoch: EpochIndex) -> Vec<WorkEntry> {
		let mut jobs: Vec<(JobId, _)> = Jobs::<Runtime>::iter().collect();
		jobs.sort_unstable_by_key(|(id, _)| *id);
		let entries = jobs.iter().flat_map(|(id, job)| {
			let entry = |deed: &DeedId| WorkEntry { job: *id, deed: *deed, quality: self.quality };
			job.deeds_in(epoch).iter().map(entry).collect::<Vec<_>>()
		});
		entries.collect()
	}

	/// Work and, if the first deeds were there all the time, a root of each node of a job.
	fn last_page(&self, epoch: EpochIndex) -> ReportPage {
		let entries = self.work(epoch);
		let [mark, ..] = self.marks;
		if mark != u8::MAX || entries.is_empty() {
			return work(entries);
		}
		let root = [self.quality; 32];
		let anchors = entries.iter().map(|WorkEntry { job, deed, .. }| Anchor {
			job: *job,
			deed: *deed,
			root,
		});
		ReportPage::AnchoredWork {
			anchors: BoundedVec::truncate_from(anchors.collect()),
			work: BoundedVec::truncate_from(entries),
		}
	}

	/// The report of an epoch that is over; an empty one if it has no record.
	pub(crate) fn report(&self, world: &mut World, epoch: EpochIndex) -> Report {
		world.with(|| match Epochs::<Runtime>::get(epoch) {
			Some(record) => self.report_on(epoch, &record),
			None => Report::empty(epoch),
		})
	}

	fn report_on(&self, epoch: EpochIndex, record: &EpochRecordOf<Runtime>) -> Report {
		let pages = 0..record.availability_pages();
		let mut pages: Vec<_> = pages
			.map(|page| ReportPage::Availability(self.page(record.deeds_in(page))))
			.collect();
		pages.push(self.last_page(epoch));
		Report { epoch, deeds: record.deeds, salt: [self.quality; 32], pages }
	}
}

/// An oracle's signature; somebody else's, or a spoilt one, in a few cases.
pub(crate) fn sign(
	world: &mut World,
	oracle: Node,
	body: &impl SignedBody,
	choices: &mut Choices<'_>,
) -> SignatureOf<Runtime> {
	let signer = if choices.one_in(32) { Node::any(choices) } else { oracle };
	signer.sign_as_oracle(body, &world.genesis_hash(), choices).into()
}

/// A position in the set of an epoch's oracles, and who has it; nobody's in a few cases.
pub(crate) fn any_oracle(
	world: &mut World,
	epoch: EpochIndex,
	choices: &mut Choices<'_>,
) -> (OracleIndex, Node) {
	let oracles = world.oracles(epoch);
	let count = OracleIndex::try_from(oracles.len()).expect("a set is small; qed");
	let index = if choices.one_in(32) {
		choices.pick(&[count, OracleIndex::MAX])
	} else {
		let last = u32::from(count.saturating_sub(1));
		OracleIndex::try_from(choices.number(0..=last)).expect("it is below the count; qed")
	};
	(index, oracles.get(usize::from(index)).copied().unwrap_or(Node::VALIDATOR))
}
