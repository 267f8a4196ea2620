// SPDX-License-Identifier: Apache-2.0

//! What the oracle says: reports and votes, honest and spoilt; and what it might have agreed on.
//!
//! The preset has one validator, so that one oracle is all of them: what it reveals is agreed.

use super::{Action, deeds, governance as by_governance, signed};
use crate::{
	choices::Choices,
	people::{Node, Person},
	world::World,
};
use frame_support::BoundedVec;
use pallet_oracles::{
	Availability, AvailabilityPage, Ballot, Call, CommitBody, EpochOracles, EpochRecordOf, Epochs,
	FirstUndecided, JobQuality, Outcome, ReportPage, RevealBody, Salt, SettlingStage, SignatureOf,
	VoteBody, Work, commitment_of, page_hashes_of,
};
use pallet_poai::Jobs;
use r1_primitives::{
	DEEDS_PER_PAGE, DeedId, EpochIndex, JobId, OracleIndex, PageIndex, SignedBody, WorkEntry,
	traits::DeedInspect as _,
};
use ratio1_runtime::{BlockNumber, NodeDeeds, Runtime, System};

/// All calls of pallet-oracles, and what reports and votes are about.
pub(crate) const MENU: [Action; 16] = [
	commit,
	commit,
	reveal,
	reveal,
	reveal,
	place,
	vote,
	vote,
	agree_on_epochs,
	deeds::buy_some,
	deeds::link_some,
	by_governance::decide_on_deed,
	super::poai::order_some,
	super::poai::close_job,
	super::wait,
	super::skip_epochs,
];

/// What the oracle says of an epoch; kept until it has revealed it.
#[derive(Clone)]
pub(crate) struct Report {
	epoch: EpochIndex,
	salt: Salt,
	pages: Vec<ReportPage>,
}

impl Report {
	fn hashes(&self) -> Vec<[u8; 32]> {
		page_hashes_of(&self.pages)
	}

	fn commitment(&self, oracle: OracleIndex) -> [u8; 32] {
		commitment_of(self.epoch, oracle, &self.salt, &self.hashes())
	}
}

/// What is said of every deed and every job alike.
#[derive(Clone, Copy)]
struct Opinion {
	/// Availability of the deeds, in turn.
	marks: [u8; 3],
	/// Quality of all work.
	quality: u8,
}

impl Opinion {
	fn any(choices: &mut Choices<'_>) -> Self {
		let mut mark = || choices.pick(&[255, 255, 254, 1, 0, 128]);
		Self { marks: [mark(), mark(), mark()], quality: mark() }
	}

	/// The page of availability of so many deeds.
	fn page(&self, deeds: u32) -> AvailabilityPage {
		let marks = self.marks.into_iter().cycle().take(deeds as usize);
		AvailabilityPage::truncate_from(marks.collect())
	}

	/// Work of all nodes on all jobs that run in an epoch.
	fn work(&self, epoch: EpochIndex) -> Vec<WorkEntry> {
		let mut jobs: Vec<(JobId, _)> = Jobs::<Runtime>::iter().collect();
		jobs.sort_unstable_by_key(|(id, _)| *id);
		let entries = jobs.iter().flat_map(|(id, job)| {
			let entry = |deed: &DeedId| WorkEntry { job: *id, deed: *deed, quality: self.quality };
			job.deeds_in(epoch).iter().map(entry).collect::<Vec<_>>()
		});
		entries.collect()
	}

	fn report(&self, epoch: EpochIndex, record: &EpochRecordOf<Runtime>) -> Report {
		let pages = 0..record.availability_pages();
		let mut pages: Vec<_> = pages
			.map(|page| ReportPage::Availability(self.page(record.deeds_in(page))))
			.collect();
		pages.push(ReportPage::Work(BoundedVec::truncate_from(self.work(epoch))));
		Report { epoch, salt: [self.quality; 32], pages }
	}
}

// # Honest

/// Lets epochs pass, on each of which the oracle reports.
pub(crate) fn agree_on_epochs(world: &mut World, choices: &mut Choices<'_>) {
	let opinion = Opinion::any(choices);
	for _ in 0..choices.number(1..=3) {
		world.skip_epochs(1);
		// What is left from before is caught up with, if its windows are still open.
		while has_open_epoch(world) && agree(world, opinion) {}
	}
}

/// Whether an epoch that is over is not decided.
fn has_open_epoch(world: &mut World) -> bool {
	world.with(|| Epochs::<Runtime>::contains_key(FirstUndecided::<Runtime>::get()))
}

/// Reports on the first epoch that is open; `false` if it is too late for that.
fn agree(world: &mut World, opinion: Opinion) -> bool {
	let honest = &mut Choices::new(&[]);
	let (epoch, report) = world.with(|| {
		let epoch = FirstUndecided::<Runtime>::get();
		let record = Epochs::<Runtime>::get(epoch).expect("the caller has seen it; qed");
		(epoch, opinion.report(epoch, &record))
	});
	let commitment = report.commitment(0);
	let signature = sign(world, &CommitBody { epoch, oracle: 0, commitment }, honest);
	if !world.authorized_call(Call::commit { epoch, oracle: 0, commitment, signature }) {
		return false;
	}
	world.next_block();
	for (page, contents) in (0..).zip(&report.pages) {
		let body = RevealBody { epoch, oracle: 0, page, commitment };
		let signature = sign(world, &body, honest);
		world.authorized_call(Call::reveal {
			epoch,
			oracle: 0,
			page,
			contents: contents.clone(),
			page_hashes: BoundedVec::truncate_from(report.hashes()),
			salt: report.salt,
			signature,
		});
	}
	world.next_block();
	true
}

/// Places the first job that waits on the deeds that can do it.
pub(crate) fn place(world: &mut World, choices: &mut Choices<'_>) {
	let epoch = world.epoch();
	let waiting = world.with(|| {
		let open = Jobs::<Runtime>::iter().filter(|(_, job)| job.open_round(epoch).is_some());
		open.min_by_key(|(id, _)| *id)
	});
	let Some((job, details)) = waiting else { return };
	let mut deeds = world.with(active_deeds);
	// Not always the same ones.
	if choices.one_in(3) && deeds.len() > 1 {
		deeds.remove(0);
	}
	deeds.truncate(details.replicas as usize);
	let cast_at = world.with(System::block_number);
	let deeds = BoundedVec::truncate_from(deeds);
	let ballot = Ballot { job, round: details.round, deeds, cast_at };
	let body = VoteBody { oracle: 0, ballot };
	let signature = sign(world, &body, &mut Choices::new(&[]));
	world.authorized_call(Call::vote_placement { oracle: 0, ballot: body.ballot, signature });
}

/// Node Deeds that can work, and so be voted for.
fn active_deeds() -> Vec<DeedId> {
	let nodes = Node::ALL.into_iter().filter_map(|node| NodeDeeds::deed_of(&node.account()));
	let can_work = |deed: &DeedId| {
		NodeDeeds::is_active(*deed)
			&& NodeDeeds::terms(*deed) == Some(r1_primitives::DeedTerms::Node)
	};
	let mut deeds: Vec<_> = nodes.filter(can_work).collect();
	deeds.sort_unstable();
	deeds
}

// # Spoilt

/// A commitment with everything that can be wrong about one.
pub(crate) fn commit(world: &mut World, choices: &mut Choices<'_>) {
	let epoch = reported_epoch(world, choices);
	let oracle = any_oracle(choices);
	let record = world.with(|| Epochs::<Runtime>::get(epoch));
	let opinion = Opinion::any(choices);
	let mut report = record.map_or_else(
		|| Report { epoch, salt: [0; 32], pages: Vec::new() },
		|record| world.with(|| opinion.report(epoch, &record)),
	);
	if choices.one_in(8) {
		spoil_pages(&mut report.pages, choices);
	}
	let commitment = report.commitment(oracle);
	let signature = sign(world, &CommitBody { epoch, oracle, commitment }, choices);
	let call = Call::commit { epoch, oracle, commitment, signature };
	if choices.one_in(32) {
		world.call(signed(Person::ALICE, choices), call);
	} else if world.authorized_call(call) {
		world.reports.insert(epoch, report);
	}
}

/// A page of a report with everything that can be wrong about one.
pub(crate) fn reveal(world: &mut World, choices: &mut Choices<'_>) {
	let newest = world.reports.keys().next_back().copied();
	let epoch = match newest {
		Some(newest) if !choices.one_in(16) => newest,
		_ => reported_epoch(world, choices),
	};
	let unknown = Report { epoch, salt: [0; 32], pages: Vec::new() };
	let report = world.reports.get(&epoch).cloned().unwrap_or(unknown);
	let oracle = any_oracle(choices);
	let page = choices.pick(&[0, 1, 0, 1, 2, PageIndex::MAX]);
	let commitment = report.commitment(oracle);
	let signature = sign(world, &RevealBody { epoch, oracle, page, commitment }, choices);

	let mut hashes = report.hashes();
	let mut pages = report.pages;
	let mut salt = report.salt;
	match choices.byte() {
		0..240 => {},
		240..244 => hashes.push([0; 32]),
		244..248 => salt[0] ^= 1,
		_ => spoil_pages(&mut pages, choices),
	}
	let nothing = ReportPage::Work(BoundedVec::default());
	let call = Call::reveal {
		epoch,
		oracle,
		page,
		contents: pages.get(usize::from(page)).cloned().unwrap_or(nothing),
		page_hashes: BoundedVec::truncate_from(hashes),
		salt,
		signature,
	};
	if choices.one_in(32) {
		world.call(signed(Person::ALICE, choices), call);
	} else {
		world.authorized_call(call);
	}
}

/// A vote with everything that can be wrong about one.
pub(crate) fn vote(world: &mut World, choices: &mut Choices<'_>) {
	let job = super::poai::any_job(world, choices);
	let round = world.with(|| Jobs::<Runtime>::get(job)).map_or(0, |job| job.round);
	let mut deeds = world.with(active_deeds);
	deeds.truncate(choices.pick(&[1, 2, 4, 0]));
	if choices.one_in(8) {
		deeds.push(super::any_deed(world, choices));
	}
	let now = world.with(System::block_number);
	let expired = now.saturating_sub(30);
	let ballot = Ballot {
		job,
		round: choices.pick(&[round, round, round, round + 1, round.saturating_sub(1)]),
		deeds: BoundedVec::truncate_from(deeds),
		cast_at: choices.pick(&[now, now, expired + 1, expired, now + 1, BlockNumber::MAX]),
	};
	let body = VoteBody { oracle: any_oracle(choices), ballot };
	let signature = sign(world, &body, choices);
	let call = Call::vote_placement { oracle: body.oracle, ballot: body.ballot, signature };
	if choices.one_in(32) {
		world.call(signed(Person::ALICE, choices), call);
	} else {
		world.authorized_call(call);
	}
}

/// The first epoch that is open; another one in a few cases.
fn reported_epoch(world: &mut World, choices: &mut Choices<'_>) -> EpochIndex {
	let now = world.epoch();
	let open = world.with(FirstUndecided::<Runtime>::get);
	choices.pick(&[open, open, open, now.saturating_sub(1), now, open.saturating_sub(1), u32::MAX])
}

/// The oracle; nobody in a few cases.
fn any_oracle(choices: &mut Choices<'_>) -> OracleIndex {
	if choices.one_in(32) { choices.pick(&[1, OracleIndex::MAX]) } else { 0 }
}

/// The oracle's signature; somebody else's, or a spoilt one, in a few cases.
fn sign(
	world: &mut World,
	body: &impl SignedBody,
	choices: &mut Choices<'_>,
) -> SignatureOf<Runtime> {
	let signer = if choices.one_in(32) { Person::any(choices) } else { Person::ALICE };
	signer.sign(body, &world.genesis_hash(), choices).into()
}

/// Makes a report that is none: too few pages, in the wrong order, or out of order.
fn spoil_pages(pages: &mut Vec<ReportPage>, choices: &mut Choices<'_>) {
	match choices.byte() % 4 {
		0 => drop(pages.pop()),
		1 => pages.reverse(),
		2 => {
			let entry = WorkEntry { job: 1, deed: 2, quality: 255 };
			let twice = ReportPage::Work(BoundedVec::truncate_from(vec![entry, entry]));
			if let Some(last) = pages.last_mut() {
				*last = twice;
			}
		},
		_ => {
			let longest = AvailabilityPage::truncate_from(vec![255; DEEDS_PER_PAGE as usize]);
			if let Some(first) = pages.first_mut() {
				*first = ReportPage::Availability(longest);
			}
		},
	}
}

// # Planted

/// Lets many epochs pass at once, and writes into the state what the oracle would have agreed on.
///
/// Only if nothing is open from before, so that epochs are still decided in order.
pub(crate) fn plant_verdicts(world: &mut World, choices: &mut Choices<'_>) {
	// A year at most: each check of the state looks at all of them.
	let epochs = choices.pick(&[1, 30, 5, 10, 100, 365]);
	let opinion = Opinion::any(choices);
	let first = world.epoch();
	world.skip_epochs(epochs);
	world.with(|| {
		let is_in_order =
			FirstUndecided::<Runtime>::get() == first && !SettlingStage::<Runtime>::exists();
		let Some(record) = Epochs::<Runtime>::get(first).filter(|_| is_in_order) else { return };
		let end = record.next_epoch;
		for epoch in first..end {
			let settled = EpochRecordOf::<Runtime> {
				commits: record.oracles,
				reveals: record.oracles,
				next_epoch: epoch + 1,
				outcome: Some(Outcome::Settled),
				..record
			};
			Epochs::<Runtime>::insert(epoch, settled);
			for page in 0..record.availability_pages() {
				let page_of_deeds = opinion.page(record.deeds_in(page));
				Availability::<Runtime>::insert(epoch, page, page_of_deeds);
			}
			for said in opinion.work(epoch).chunk_by(|one, other| one.job == other.job) {
				let qualities = said.iter().map(|entry| (entry.deed, entry.quality)).collect();
				let quality = JobQuality::truncate_from(qualities);
				Work::<Runtime>::insert(epoch, said[0].job, quality);
			}
		}
		EpochOracles::<Runtime>::remove(first);
		FirstUndecided::<Runtime>::put(end);
	});
}
