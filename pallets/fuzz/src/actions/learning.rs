// SPDX-License-Identifier: Apache-2.0

//! Rounds of learning: who opens them, who does his part, who does not, and what oracles make of it.

use super::{Action, deeds, governance as by_governance, signed};
use crate::{
	people::{Node, Person},
	world::World,
};
use frame_support::BoundedVec;
use fuzzing::Choices;
use pallet_learning::{
	Call, Cid, NextRoundId, Publication, RoundOf, RoundOrder, Rounds, Verdict, Windows,
};
use pallet_poai::{Jobs, NextJobId, Order};
use r1_primitives::{
	JobId, NodeKey, USDC,
	learning::{
		AggregateFile, AnnounceBody, Announcement, AttestBody, FileKind, Finding, LENGTH_MAX,
		NOISE_MAX, Phase, PublishBody, RoundId, RoundSpec,
	},
};
use ratio1_runtime::{Runtime, RuntimeOrigin};

/// All calls of pallet-learning, and what lets jobs have rounds.
pub(crate) const MENU: [Action; 26] = [
	run_job,
	run_job,
	open_some,
	open_some,
	open_round,
	open_round,
	close_round,
	announce,
	publish,
	publish,
	everybody,
	everybody,
	everybody,
	everybody,
	attest,
	attest,
	attest,
	super::oracles::place,
	super::oracles::agree_on_epochs,
	super::oracles::plant_verdicts,
	super::poai::close_job,
	deeds::burn,
	by_governance::decide_on_deed,
	super::wait,
	super::wait,
	super::skip_epochs,
];

// # Honest

/// A job on four nodes of somebody, rightly.
pub(crate) fn run_job(world: &mut World, choices: &mut Choices<'_>) {
	let owner = Person::any(choices);
	deeds::buy_rightly(world, owner, 4, choices);
	deeds::link_rightly(world, owner, 4);
	let origin = RuntimeOrigin::signed(owner.account());
	world.call(origin.clone(), pallet_poai::Call::deposit { amount: 1_000 * USDC });
	let order = Order {
		resources: 53,
		replicas: choices.pick(&[4, 3]),
		epochs: 30,
		cost_max: u128::MAX,
		specification: BoundedVec::truncate_from(vec![1; 36]),
	};
	world.call(origin, pallet_poai::Call::create_job { order });
	super::oracles::place(world, &mut Choices::new(&[]));
}

/// A round of the newest job, rightly.
pub(crate) fn open_some(world: &mut World, _choices: &mut Choices<'_>) {
	let job = world.with(NextJobId::<Runtime>::get).saturating_sub(1);
	let Some(owner) = owner_of(world, job) else { return };
	let order = RoundOrder { spec: SPEC, model: cid(1), previous: None, windows: WINDOWS };
	world.call(RuntimeOrigin::signed(owner.account()), Call::open_round { job, order });
}

/// Nodes do what is due in the newest round, but in a few cases one or two of them.
pub(crate) fn everybody(world: &mut World, choices: &mut Choices<'_>) {
	let absent = choices.pick(&[vec![], vec![], vec![0_usize], vec![0, 1]]);
	let id = world.with(NextRoundId::<Runtime>::get) - 1;
	let Some(round) = standing(world, id) else { return };
	let due = round.invited_to(round.phase).without(round.members_of(round.phase));
	let places = 0..round.participants.len();
	let accounts = places.filter(|place| due.contains(*place) && !absent.contains(place));
	let nodes: Vec<_> = accounts
		.filter_map(|place| Node::of(&round.participants[place].account))
		.collect();
	for node in nodes {
		let honest = &mut Choices::new(&[]);
		match FileKind::ALL.into_iter().find(|kind| kind.phase() == round.phase) {
			Some(kind) => publish_as(world, (id, kind, node), honest),
			None if round.phase == Phase::Announce => announce_as(world, (id, node), honest),
			None => {},
		}
	}
}

// # Spoilt

/// A round with everything that can be wrong about one.
fn open_round(world: &mut World, choices: &mut Choices<'_>) {
	let job = super::poai::any_job(world, choices);
	let caller = owner_of(world, job).filter(|_| !choices.one_in(8));
	let caller = caller.unwrap_or_else(|| Person::any(choices));
	let newest = world.with(NextRoundId::<Runtime>::get);
	let previous =
		choices.pick(&[None, Some(newest - 1), Some(newest.saturating_sub(2)), Some(newest)]);
	let blocks = choices.pick(&[10, 11, 302_400, 9, 0, 302_401, u32::MAX]);
	let windows = match choices.byte() % 4 {
		0 | 1 => WINDOWS,
		2 => Windows { upload: blocks, ..WINDOWS },
		_ => Windows { announce: blocks, attest: blocks, ..WINDOWS },
	};
	let model = cid(choices.pick(&[1, 64, 0]));
	let order = RoundOrder { spec: spec(choices), model, previous, windows };
	world.call(signed(caller, choices), Call::open_round { job, order });
}

fn close_round(world: &mut World, choices: &mut Choices<'_>) {
	let round = any_round(world, choices);
	let job = world.with(|| Rounds::<Runtime>::get(round)).map(|round| round.job);
	let owner = job.and_then(|job| owner_of(world, job)).filter(|_| !choices.one_in(8));
	let caller = owner.unwrap_or_else(|| Person::any(choices));
	world.call(signed(caller, choices), Call::close_round { round });
}

fn announce(world: &mut World, choices: &mut Choices<'_>) {
	let round = any_round(world, choices);
	let node = Node::any(choices);
	announce_as(world, (round, node), choices);
}

fn publish(world: &mut World, choices: &mut Choices<'_>) {
	let round = any_round(world, choices);
	let phase = standing(world, round).map(|round| round.phase);
	let due = FileKind::ALL.into_iter().find(|kind| Some(kind.phase()) == phase);
	let kind = due.filter(|_| !choices.one_in(8));
	let kind = kind.unwrap_or_else(|| choices.pick(&FileKind::ALL));
	let node = Node::any(choices);
	publish_as(world, (round, kind, node), choices);
}

/// A verdict with everything that can be wrong about one.
pub(crate) fn attest(world: &mut World, choices: &mut Choices<'_>) {
	let id = any_round(world, choices);
	let epoch = world.epoch();
	let mut nodes = world.oracles(epoch);
	nodes.push(Node::any(choices));
	let node = if choices.one_in(8) { choices.pick(&nodes) } else { nodes[0] };
	let round = standing(world, id);
	let uploads = round.map_or(0, |round| round.uploaded.count());
	let named = Node::any(choices).key();
	let contributors = choices.pick(&[uploads, uploads, uploads, uploads + 1, 0]);
	let length = choices.pick(&[36, 36, 64, 0]);
	let file = AggregateFile { cid: cid(length), sha256: [1; 32], contributors };
	let verdict = match choices.byte() % 8 {
		0..4 => Verdict::Aggregate(file),
		4 => Verdict::Finding(Finding::SumOutOfBounds),
		5 => Verdict::Finding(Finding::UploadUnreadable { participant: named }),
		6 => Verdict::Finding(Finding::SharesUnreadable { dealer: named }),
		_ => Verdict::Finding(Finding::TooFewShares { dealer: named }),
	};
	let oracle: NodeKey = node.key();
	let body = AttestBody { round: id, oracle, verdict: verdict.clone() };
	let genesis_hash = world.genesis_hash();
	let signature = node.sign(&body, &genesis_hash, choices);
	say(world, Call::attest { round: id, oracle, verdict, signature }, choices);
}

// # What all of them need

const SPEC: RoundSpec = RoundSpec {
	model_hash: [7; 32],
	length: 650,
	minimum: 3,
	threshold: 2,
	scale_bits: 20,
	clip: 1 << 20,
	max_weight: 100,
	noise: None,
};

const WINDOWS: Windows = Windows { announce: 10, share: 10, upload: 10, reveal: 10, attest: 10 };

/// A specification, within its bounds in most cases.
fn spec(choices: &mut Choices<'_>) -> RoundSpec {
	let noisy = RoundSpec { max_weight: 1, noise: Some(1 << 20), ..SPEC };
	choices.pick(&[
		SPEC,
		noisy,
		RoundSpec { minimum: 4, threshold: 3, ..SPEC },
		RoundSpec { length: LENGTH_MAX, ..SPEC },
		RoundSpec { minimum: 64, threshold: 64, ..SPEC },
		RoundSpec { length: 0, ..SPEC },
		RoundSpec { minimum: 2, ..SPEC },
		RoundSpec { threshold: 1, ..SPEC },
		RoundSpec { scale_bits: 33, ..SPEC },
		RoundSpec { clip: 0, ..SPEC },
		RoundSpec { clip: u64::MAX, ..SPEC },
		RoundSpec { noise: Some(NOISE_MAX + 1), ..noisy },
		RoundSpec { max_weight: 2, ..noisy },
		RoundSpec { clip: u64::MAX, ..noisy },
	])
}

fn cid(length: usize) -> Cid {
	Cid::truncate_from(vec![1; length])
}

/// The number of a round, which may not exist.
fn any_round(world: &mut World, choices: &mut Choices<'_>) -> RoundId {
	let next = world.with(NextRoundId::<Runtime>::get);
	choices.pick(&[next - 1, next - 1, next - 1, next.saturating_sub(2), next, 0, RoundId::MAX])
}

/// An open round as it stands now.
fn standing(world: &mut World, id: RoundId) -> Option<RoundOf<Runtime>> {
	world.with(|| {
		let mut round = Rounds::<Runtime>::get(id)?;
		let failure = round.progress(ratio1_runtime::System::block_number());
		failure.is_none().then_some(round)
	})
}

fn owner_of(world: &mut World, job: JobId) -> Option<Person> {
	let job = world.with(|| Jobs::<Runtime>::get(job))?;
	Person::of(&job.owner)
}

fn announce_as(world: &mut World, (round, node): (RoundId, Node), choices: &mut Choices<'_>) {
	let announcement = Announcement {
		account: node.key(),
		mask_key: [1; 32],
		share_key: [2; 32],
		seed_commitment: [3; 32],
	};
	let genesis_hash = world.genesis_hash();
	let signature = node.sign(&AnnounceBody { round, announcement }, &genesis_hash, choices);
	say(world, Call::announce { round, announcement, signature }, choices);
}

fn publish_as(
	world: &mut World,
	(round, kind, node): (RoundId, FileKind, Node),
	choices: &mut Choices<'_>,
) {
	let cid = cid(choices.pick(&[36, 36, 64, 0]));
	let publication = Publication { account: node.key(), cid, sha256: [4; 32] };
	let body = PublishBody { round, kind, publication: publication.clone() };
	let genesis_hash = world.genesis_hash();
	let signature = node.sign(&body, &genesis_hash, choices);
	say(world, Call::publish { round, kind, publication, signature }, choices);
}

/// Hands in what a node has signed; in a few cases as if a person had.
fn say(world: &mut World, call: Call<Runtime>, choices: &mut Choices<'_>) {
	if choices.one_in(32) {
		world.call(signed(Person::ALICE, choices), call);
	} else {
		world.authorized_call(call);
	}
}
