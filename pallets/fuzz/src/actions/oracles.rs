// SPDX-License-Identifier: Apache-2.0

//! What the oracles say: reports and votes, honest and spoilt; and what they might have agreed on.
//!
//! The preset has one validator, so that one oracle is all of them: what it reveals is agreed. If
//! others were elected, all of them say the same here.

use super::{
	Action, any_deed, deeds, governance as by_governance, misconduct, owner_of,
	report::{Opinion, Report, any_oracle, sign},
	signed,
	validators::{fill_windows, stand_all},
};
use crate::{
	people::{Node, Person},
	world::World,
};
use frame_support::BoundedVec;
use fuzzing::Choices;
use pallet_oracles::{
	Availability, Ballot, Call, EpochRecordOf, Epochs, FirstUndecided, JobQuality, NextToSettle,
	Outcome, Phase, VoteBody, Work,
};
use pallet_poai::Jobs;
use r1_primitives::{
	DeedId, EpochIndex, Maintenance, OracleIndex, PageIndex, traits::DeedInspect as _,
};
use ratio1_runtime::{BlockNumber, NodeDeeds, Runtime, RuntimeOrigin, System};

/// All calls of pallet-oracles, and what reports and votes are about.
pub(crate) const MENU: [Action; 28] = [
	commit,
	commit,
	reveal,
	reveal,
	reveal,
	place,
	vote,
	vote,
	agree_on_epochs,
	leave_unsettled,
	by_governance::decide_on_epoch,
	by_governance::decide_on_epoch,
	announce_maintenance,
	announce_maintenance,
	misconduct::report_misconduct,
	misconduct::report_misconduct,
	stand_all,
	fill_windows,
	super::skip_sessions,
	deeds::buy_some,
	deeds::link_some,
	deeds::link,
	by_governance::decide_on_deed,
	super::poai::order_some,
	super::poai::order_some,
	super::poai::close_job,
	super::wait,
	super::skip_epochs,
];

/// Blocks after an epoch in which it is reported on and settled, and some more.
const WINDOWS_BLOCKS: u32 = 30;

// # Honest

/// Lets epochs pass, on each of which the oracles report.
pub(crate) fn agree_on_epochs(world: &mut World, choices: &mut Choices<'_>) {
	let opinion = Opinion::any(choices);
	for _ in 0..choices.number(1..=3) {
		world.skip_epochs(1);
		// What is left from before is caught up with, if its windows are still open.
		while has_open_epoch(world) && agree(world, opinion) {}
	}
}

/// Lets an epoch pass on which nobody reports.
pub(crate) fn leave_unsettled(world: &mut World, _choices: &mut Choices<'_>) {
	world.skip_epochs(1);
	let last = world.epoch();
	for _ in 0..WINDOWS_BLOCKS {
		let next = world.with(NextToSettle::<Runtime>::get);
		if !has_open_epoch(world) || last <= next {
			return;
		}
		world.next_block();
	}
}

/// Whether an epoch that is over is not settled.
fn has_open_epoch(world: &mut World) -> bool {
	world.with(|| Epochs::<Runtime>::contains_key(NextToSettle::<Runtime>::get()))
}

/// Reports on the first epoch that is open; `false` if it is too late for that.
fn agree(world: &mut World, opinion: Opinion) -> bool {
	let epoch = world.with(NextToSettle::<Runtime>::get);
	let report = opinion.report(world, epoch);
	let mut committed = Vec::new();
	for (oracle, node) in (0..).zip(world.oracles(epoch)) {
		if commit_rightly(world, &report, (oracle, node)) {
			committed.push((oracle, node));
		}
	}
	if committed.is_empty() {
		return false;
	}
	wait_out(world, epoch, Phase::Committing);
	for oracle in committed {
		for page in (0..).take(report.pages.len()) {
			reveal_rightly(world, &report, oracle, page);
		}
	}
	wait_out(world, epoch, Phase::Revealing);
	wait_out(world, epoch, Phase::Settling);
	true
}

fn commit_rightly(world: &mut World, report: &Report, (oracle, node): (OracleIndex, Node)) -> bool {
	let body = report.commit_body(oracle);
	let signature = sign(world, node, &body, &mut Choices::new(&[]));
	let (epoch, commitment) = (body.epoch, body.commitment);
	world.authorized_call(Call::commit { epoch, oracle, commitment, signature })
}

fn reveal_rightly(
	world: &mut World,
	report: &Report,
	(oracle, node): (OracleIndex, Node),
	page: PageIndex,
) {
	let body = report.reveal_body(oracle, page);
	let signature = sign(world, node, &body, &mut Choices::new(&[]));
	world.authorized_call(Call::reveal {
		epoch: report.epoch,
		oracle,
		page,
		contents: report.page(page),
		page_hashes: report.hashes(),
		salt: report.salt,
		signature,
	});
}

/// Lets blocks pass while an epoch stands somewhere; as many as its windows have, at most.
fn wait_out(world: &mut World, epoch: EpochIndex, phase: Phase) {
	for _ in 0..WINDOWS_BLOCKS {
		let record = world.with(|| Epochs::<Runtime>::get(epoch));
		let now = world.with(System::block_number);
		if record.is_none_or(|record| record.phase(now) != phase) {
			return;
		}
		world.next_block();
	}
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
	for (oracle, node) in (0..).zip(world.oracles(epoch)) {
		let body = VoteBody { oracle, ballot: ballot.clone() };
		let signature = sign(world, node, &body, &mut Choices::new(&[]));
		world.authorized_call(Call::vote_placement { oracle, ballot: body.ballot, signature });
	}
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

/// A commitment with everything that can be wrong about one; a second one is misconduct.
pub(crate) fn commit(world: &mut World, choices: &mut Choices<'_>) {
	let epoch = reported_epoch(world, choices);
	let (oracle, node) = any_oracle(world, epoch, choices);
	let mut report = Opinion::any(choices).report(world, epoch);
	if choices.one_in(8) {
		report.spoil(choices);
	}
	let mut body = report.commit_body(oracle);
	if choices.one_in(32) {
		body.deeds += 1;
	}
	let signature = sign(world, node, &body, choices);
	let call = Call::commit { epoch, oracle, commitment: body.commitment, signature };
	if choices.one_in(32) {
		world.call(signed(Person::ALICE, choices), call);
	} else if world.authorized_call(call) {
		world.reports.insert((epoch, oracle), report);
	}
}

/// A page of a report with everything that can be wrong about one; what is not of the report is
/// misconduct.
pub(crate) fn reveal(world: &mut World, choices: &mut Choices<'_>) {
	let newest = world.reports.keys().next_back().copied();
	let epoch = match newest {
		Some((newest, _)) if !choices.one_in(16) => newest,
		_ => reported_epoch(world, choices),
	};
	let (oracle, node) = any_oracle(world, epoch, choices);
	let report = world.reports.get(&(epoch, oracle)).cloned();
	let mut report = report.unwrap_or_else(|| Report::empty(epoch));
	let page = choices.pick(&[0, 1, 0, 1, 2, PageIndex::MAX]);

	let mut page_hashes = report.hashes();
	match choices.byte() {
		0..240 => {},
		240..244 => page_hashes = BoundedVec::truncate_from(vec![[0; 32]; page_hashes.len() + 1]),
		244..248 => report.salt[0] ^= 1,
		_ => report.spoil(choices),
	}
	let mut body = report.reveal_body(oracle, page);
	if choices.one_in(32) {
		body.deeds += 1;
	}
	let signature = sign(world, node, &body, choices);
	let call = Call::reveal {
		epoch,
		oracle,
		page,
		contents: report.page(page),
		page_hashes,
		salt: report.salt,
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
	let epoch = world.epoch();
	let (oracle, node) = any_oracle(world, epoch, choices);
	let body = VoteBody { oracle, ballot };
	let signature = sign(world, node, &body, choices);
	let call = Call::vote_placement { oracle: body.oracle, ballot: body.ballot, signature };
	if choices.one_in(32) {
		world.call(signed(Person::ALICE, choices), call);
	} else {
		world.authorized_call(call);
	}
}

/// A window of maintenance with everything that can be wrong about one.
pub(crate) fn announce_maintenance(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let owner = owner_of(world, deed, choices);
	let node = world.with(|| NodeDeeds::node_of(deed));
	let origin = match node {
		Some(node) if choices.one_in(2) => RuntimeOrigin::signed(node),
		_ => signed(owner, choices),
	};
	let now = world.epoch();
	let window = Maintenance {
		epoch: choices.pick(&[now + 1, now + 1, now + 2, now + 30, now, now + 31, u32::MAX]),
		// An epoch has 30 slots here, of which one may be maintenance.
		first_slot: choices.pick(&[0, 29, 12, 30, u32::MAX]),
		slots: choices.pick(&[1, 1, 1, 0, 2, u32::MAX]),
	};
	world.call(origin, Call::announce_maintenance { deed, window });
}

/// The first epoch that is open; another one in a few cases.
fn reported_epoch(world: &mut World, choices: &mut Choices<'_>) -> EpochIndex {
	let now = world.epoch();
	let open = world.with(NextToSettle::<Runtime>::get);
	choices.pick(&[open, open, open, now.saturating_sub(1), now, open.saturating_sub(1), u32::MAX])
}

// # Planted

/// Lets many epochs pass at once, and writes into the state what the oracles would have agreed on.
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
			FirstUndecided::<Runtime>::get() == first && NextToSettle::<Runtime>::get() == first;
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
		NextToSettle::<Runtime>::put(end);
		FirstUndecided::<Runtime>::put(end);
	});
}
