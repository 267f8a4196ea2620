// SPDX-License-Identifier: Apache-2.0

use super::{
	Due, due,
	heard::{Heard, Refused},
};
use crate::world::{JOB, OTHER_JOB, Options, World, node, until};
use r1_api::{ClientOptions, EdgeClient, ProofQuery};
use r1_core::{ChainState, Clock as _, SystemClock};
use r1_cstore::{Proof, SetOptions};
use r1_primitives::{ANCHORS_MAX, Anchor, AnchorBody, DeedId, EpochClock, EpochIndex, JobId};
use std::collections::BTreeSet;

const CLOCK: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 60, slot_secs: 2 };

#[test]
fn roots_should_be_told_in_the_last_slot_of_an_epoch() {
	for (now_secs, expected) in [
		(999, Due::Later),
		(1_000, Due::Later),
		(1_057, Due::Later),
		(1_058, Due::Now(0)),
		(1_059, Due::Now(0)),
		(1_060, Due::Later),
		(1_118, Due::Now(1)),
	] {
		assert_eq!(due(&CLOCK, now_secs), expected, "at {now_secs}");
	}
}

fn state() -> ChainState {
	let world = World::of(3);
	world.change(|state| {
		state.clock = CLOCK;
		state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2];
	});
	world.state()
}

/// What the node of a deed signs.
fn said(deed: DeedId, epoch: EpochIndex, roots: &[(JobId, u8)]) -> (AnchorBody, [u8; 64]) {
	let roots = roots.iter().map(|(job, root)| (*job, [*root; 32])).collect();
	let body = AnchorBody { epoch, roots };
	let signature = node(deed).sign(&body, &state().genesis_hash);
	(body, signature)
}

fn anchor(job: JobId, deed: DeedId, root: u8) -> Anchor {
	Anchor { job, deed, root: [root; 32] }
}

#[test]
fn oracle_should_take_what_nodes_say_of_their_own_jobs_once() {
	let (mut heard, state, now_secs) = (Heard::default(), state(), 1_059);
	let mut take = |deed: DeedId, roots: &[(JobId, u8)]| {
		let signed = said(deed, 0, roots);
		heard.take(&node(deed).key(), &signed, &state, now_secs)
	};
	// The second node says something of a job that is not its, which means nothing.
	assert_eq!(take(2, &[(JOB, 7), (OTHER_JOB, 7), (999, 7)]), Ok(()));
	assert_eq!(take(1, &[(JOB, 7), (OTHER_JOB, 8)]), Ok(()));
	// What was said stays said.
	assert_eq!(take(1, &[(JOB, 9)]), Ok(()));
	let expected = [anchor(JOB, 1, 7), anchor(JOB, 2, 7), anchor(OTHER_JOB, 1, 8)];
	assert_eq!(heard.of(0), expected);
	assert_eq!(heard.of(1), []);
}

#[test]
fn oracle_should_refuse_what_is_no_statement_of_the_node() {
	let (mut heard, state) = (Heard::default(), state());
	let one = node(1).key();
	let mut take = |node, signed, now_secs| heard.take(&node, &signed, &state, now_secs);
	let right = || said(1, 0, &[(JOB, 7)]);
	assert_eq!(take(one, said(2, 0, &[(JOB, 7)]), 1_059), Err(Refused::Signature));
	assert_eq!(take(node(9).key(), right(), 1_059), Err(Refused::NoDeed));
	let too_early = said(1, 1, &[(JOB, 7)]);
	assert_eq!(take(one, too_early, 1_059), Err(Refused::Epoch { epoch: 1, now: 0 }));
	assert_eq!(take(one, right(), 1_120), Err(Refused::Epoch { epoch: 0, now: 2 }));
	let disorder = said(1, 0, &[(OTHER_JOB, 7), (JOB, 7)]);
	assert_eq!(take(one, disorder, 1_059), Err(Refused::Disorder));
	let many: Vec<(JobId, u8)> = (0..=ANCHORS_MAX).map(|job| (job, 7)).collect();
	assert_eq!(take(one, said(1, 0, &many), 1_059), Err(Refused::Disorder));
	// It may come when the epoch has just ended.
	assert_eq!(take(one, right(), 1_061), Ok(()));
	assert_eq!(heard.of(0), [anchor(JOB, 1, 7)]);
}

#[test]
fn oracles_should_choose_alike_when_there_are_too_many_roots() {
	let mut state = state();
	let model = state.jobs[&JOB].clone();
	let ids = 100..100 + 2 * ANCHORS_MAX;
	state.jobs = ids.clone().map(|id| (id, r1_core::JobView { id, ..model.clone() })).collect();
	let hear = |without: JobId| {
		let mut heard = Heard::default();
		for deed in [1, 2] {
			let roots: Vec<(JobId, u8)> =
				ids.clone().filter(|id| *id != without).step_by(2).map(|id| (id, 7)).collect();
			let signed = said(deed, 0, &roots);
			heard.take(&node(deed).key(), &signed, &state, 1_059).unwrap();
		}
		heard.of(0)
	};
	let chosen = hear(0);
	assert_eq!(chosen.len(), ANCHORS_MAX as usize);
	assert!(chosen.is_sorted_by(|one, next| (one.job, one.deed) < (next.job, next.deed)));
	// Who has not heard of one job differs in what takes its place alone.
	let last = 100 + 2 * ANCHORS_MAX - 2;
	let others: BTreeSet<Anchor> = hear(last).into_iter().collect();
	let missing = chosen.iter().filter(|anchor| !others.contains(anchor)).count();
	assert!(missing <= 2, "{missing} are missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn oracle_should_hear_the_roots_of_a_job_and_its_nodes_prove_what_they_held() {
	let world = World::of(3);
	world.change(|state| {
		// The last slot of the first epoch runs now, and for some time.
		let now_secs = SystemClock::new().now_secs();
		state.clock = EpochClock { start_secs: now_secs - 601, epoch_secs: 1_200, slot_secs: 600 };
		state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2];
		state.oracles = vec![node(3).key()];
		// Not yet: they shall have met, and stored something.
		state.clock.start_secs += 86_400;
	});
	let options = Options { requires_tokens: false, ..Options::default() };
	let oracle = world.start(3, options).await;
	let bootstrap = [oracle.mesh_address().await];
	let options = Options { bootstrap: &bootstrap, ..options };
	let [first, second] = [world.start(1, options).await, world.start(2, options).await];
	let namespace = format!("job/{JOB}");
	let space = first.shared.cstore.store.space(&namespace).unwrap();
	let set = |value: &[u8]| {
		let run = space.run(|namespace, now_ms, changes| {
			namespace.set(b"key", value, SetOptions::default(), now_ms, changes)
		});
		run.unwrap().1
	};
	let write = set(b"then");
	assert_eq!(space.copied(write, 2, crate::world::PATIENCE).await, Ok(2));
	world.change(|state| state.clock.start_secs -= 86_400);
	until("the oracle knows the roots of both nodes", || async {
		oracle.shared.anchors.of(0).iter().filter(|it| it.job == JOB).count() == 2
	})
	.await;
	set(b"later");

	for daemon in [&first, &second] {
		let client = EdgeClient::new(&daemon.url, &ClientOptions::default()).unwrap();
		let query = ProofQuery { key: "key", epoch: 0, ..Default::default() };
		let bytes = client.proof(&namespace, &query).await.unwrap();
		let proof = Proof::from_bytes(&bytes).unwrap();
		let proven = proof.verify().unwrap();
		let anchors = oracle.shared.anchors.of(0);
		let told = anchors.iter().find(|it| (it.job, it.deed) == (JOB, proof.claim.deed)).unwrap();
		assert_eq!(told.root, proven.root);
		let now_ms = SystemClock::new().now_ms();
		assert_eq!(proven.value(now_ms).as_deref(), Some(b"then".as_slice()));
		let unknown = ProofQuery { epoch: 9, ..query };
		assert!(client.proof(&namespace, &unknown).await.is_err());
	}
	// What the chain's node asks for.
	let url = format!("{}/oracle/v1/anchors?epoch=0", oracle.url);
	let answer = crate::world::client().get(url).send().await.unwrap();
	assert_eq!(answer.status().as_u16(), 200);
	let bytes = answer.bytes().await.unwrap();
	let anchors: Vec<Anchor> = codec::DecodeAll::decode_all(&mut &*bytes).unwrap();
	assert_eq!(anchors, oracle.shared.anchors.of(0));
}
