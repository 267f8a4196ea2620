// SPDX-License-Identifier: Apache-2.0

//! Rounds of daemons with a real mesh between them, on a chain that says what the test says.

use crate::world::{Daemon, JOB, Options, World, node, until};
use bytes::Bytes;
use cid::Cid;
use r1_core::{LearningRound, SystemRng};
use r1_deeploy::specification::ServedName;
use r1_learning::{
	fixed::WeighedUpdate,
	protocol::Aggregate,
	trainer::{Dataset, Layer, Model, Optimiser, TrainOptions, train},
};
use r1_primitives::{
	DeedId,
	learning::{Finding, Phase, RoundId, RoundSpec, Verdict},
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, ops::ControlFlow};

const ROUND: RoundId = 5;

/// A phase that ends when the test says so.
const FAR: u32 = u32::MAX;

fn cells() -> ServedName {
	ServedName::new("cells").unwrap()
}

/// Points of a plane, other ones on each node, by the side of a line that they are on.
fn data_of(deed: DeedId) -> Dataset {
	let points = (0..40_u32).map(|number| {
		let x = ((number * 7 + deed * 3) % 20) as f32 / 10.0 - 1.0;
		let y = ((number * 11 + deed * 5) % 20) as f32 / 10.0 - 1.0;
		(x, y)
	});
	let points: Vec<_> = points.take(20 + deed as usize).collect();
	let labels: Vec<i64> = points.iter().map(|(x, y)| i64::from(0.0 < x + y)).collect();
	Dataset::new(2, 2, points.iter().flat_map(|(x, y)| [*x, *y]).collect(), &labels).unwrap()
}

fn model() -> Model {
	Model::initial(vec![Layer::Linear { inputs: 2, outputs: 2 }], 1).unwrap()
}

fn spec() -> RoundSpec {
	RoundSpec {
		model_hash: Sha256::digest(model().to_bytes().unwrap()).into(),
		length: 6,
		minimum: 3,
		threshold: 2,
		scale_bits: 20,
		clip: 1 << 24,
		max_weight: 1_000,
		noise: None,
	}
}

/// What the sum of some nodes must be, worked out without any masks.
fn expected(deeds: &[DeedId]) -> (Vec<i64>, u64) {
	let options = TrainOptions {
		optimiser: Optimiser::Sgd,
		learning_rate: 0.1,
		epochs: 3,
		batch_samples: 8,
		seed: ROUND,
	};
	let mut sum = vec![0; 7];
	for deed in deeds {
		let data = data_of(*deed);
		let trained = train(&model(), &data, &options, &mut |_| ControlFlow::Continue(())).unwrap();
		let samples = u32::try_from(data.samples()).unwrap();
		let update = trained.delta(&model()).unwrap();
		let update = WeighedUpdate::new(&update, samples, &spec(), &SystemRng).unwrap();
		for (sum, element) in sum.iter_mut().zip(update.elements()) {
			*sum += element;
		}
	}
	let weight = sum.pop().unwrap();
	(sum, u64::try_from(weight).unwrap())
}

/// Four nodes with data, of which the fourth is an oracle as well, and a round of theirs that waits
/// for keys.
async fn open_round() -> (World, BTreeMap<DeedId, Daemon>) {
	let world = World::of(4);
	world.change(|state| {
		state.clock.slot_secs = 1;
		state.oracles = vec![node(4).key()];
		state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2, 3, 4];
	});
	let mut daemons = BTreeMap::new();
	let first = world.start(1, Options::default()).await;
	let bootstrap = [first.full_mesh_address().await];
	daemons.insert(1, first);
	for deed in 2..=4 {
		let options = Options { bootstrap: &bootstrap, ..Options::default() };
		daemons.insert(deed, world.start(deed, options).await);
	}
	for (deed, daemon) in &daemons {
		let bytes = Bytes::from(data_of(*deed).to_bytes().unwrap());
		daemon.shared.learning.keep_data(cells(), bytes).await.unwrap();
	}
	let files = daemons[&1].shared.files.files();
	let model = files.add(model().to_bytes().unwrap().as_slice()).await.unwrap().cid;
	let text = format!(
		"version: 2\nkind: learning\nname: lines\nmodel: {model}\ndata: cells\ntraining: \
		 {{optimiser: sgd, learning_rate: 0.1, epochs: 3, batch_samples: 8}}\n"
	);
	let specification = files.add(text.as_bytes()).await.unwrap().cid;
	world.change(|state| {
		state.jobs.get_mut(&JOB).unwrap().specification = specification.to_bytes();
		let round = LearningRound {
			id: ROUND,
			job: JOB,
			model: model.to_bytes(),
			spec: spec(),
			windows: [FAR; 5],
			phase: Phase::Announce,
			ends_at: FAR,
			invited: (1..=4).map(|deed| node(deed).key()).collect(),
			announced: Vec::new(),
			shared: Vec::new(),
			uploaded: Vec::new(),
			revealed: Vec::new(),
			attested: Vec::new(),
		};
		state.learning.insert(ROUND, round);
	});
	(world, daemons)
}

fn round(world: &World) -> LearningRound {
	world.state().learning[&ROUND].clone()
}

/// Waits until so many have done their part of a phase.
async fn wait_for(world: &World, phase: Phase, count: usize) {
	let what = format!("{count} in {phase:?}");
	until(&what, || async { count <= round(world).members_of(phase) }).await;
	assert_eq!(round(world).members_of(phase), count, "{what}");
}

/// Waits until so many have done their part of a phase, and ends it.
async fn end_phase(world: &World, phase: Phase, count: usize) {
	wait_for(world, phase, count).await;
	world.change(|state| {
		let round = state.learning.get_mut(&ROUND).unwrap();
		round.phase = phase.next().unwrap();
	});
}

async fn verdict(world: &World) -> Verdict<Vec<u8>> {
	until("the oracle says what came of it", || async { !world.verdicts().is_empty() }).await;
	let (oracle, id, verdict) = world.verdicts().pop().unwrap();
	assert_eq!((oracle, id), (node(4).key(), ROUND));
	verdict
}

async fn aggregate(daemon: &Daemon, verdict: Verdict<Vec<u8>>) -> Aggregate {
	let Verdict::Aggregate(file) = verdict else { panic!("{verdict:?}") };
	let cid = Cid::try_from(file.cid.as_slice()).unwrap();
	let bytes = daemon.shared.files.files().get(&cid, 1 << 20).await.unwrap();
	assert_eq!(Sha256::digest(&bytes).as_slice(), file.sha256);
	Aggregate::from_bytes(&bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_should_learn_together_and_forget_the_round() {
	let (world, daemons) = open_round().await;
	end_phase(&world, Phase::Announce, 4).await;
	end_phase(&world, Phase::Share, 4).await;
	end_phase(&world, Phase::Upload, 4).await;
	assert!(daemons[&2].file("learning/rounds/5.state").exists());
	let status = daemons[&2].shared.learning.status(JOB);
	assert_eq!((status[0].round, status[0].epochs), (ROUND, Some(2)), "{status:?}");
	end_phase(&world, Phase::Reveal, 4).await;

	let sum = aggregate(&daemons[&3], verdict(&world).await).await;
	assert_eq!((sum.sum, sum.total_weight), expected(&[1, 2, 3, 4]));
	assert_eq!((sum.round, sum.contributors), (ROUND, 4));

	world.change(|state| state.learning.clear());
	for daemon in daemons.values() {
		until("the round is forgotten", || async {
			let of_round = |pin: &r1fs::Pin| crate::files::of_round(&pin.name).is_some();
			!daemon.file("learning/rounds/5.state").exists()
				&& daemon.shared.learning.status(JOB).is_empty()
				&& !daemon.shared.files.disk().pins().iter().any(of_round)
		})
		.await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn round_should_bear_one_that_is_lost_and_one_that_starts_again() {
	let (world, mut daemons) = open_round().await;
	end_phase(&world, Phase::Announce, 4).await;
	wait_for(&world, Phase::Share, 4).await;
	let dealt = round(&world).shared.into_iter().find(|file| file.account == node(2).key());
	let dealt = Cid::try_from(dealt.unwrap().cid.as_slice()).unwrap();
	for deed in [1, 3, 4] {
		let local = daemons[&deed].shared.files.local();
		until("others have its shares", || async { local.get(&dealt, 1 << 20).await.is_ok() })
			.await;
	}
	// The second is lost before it uploads. The third starts again with its files.
	drop(daemons.remove(&2));
	let bootstrap = [daemons[&1].full_mesh_address().await];
	let directory = daemons.remove(&3).unwrap().stop().await;
	end_phase(&world, Phase::Share, 4).await;
	let options = Options { bootstrap: &bootstrap, ..Options::default() };
	daemons.insert(3, world.start_in(directory, 3, options).await);
	end_phase(&world, Phase::Upload, 3).await;
	end_phase(&world, Phase::Reveal, 3).await;
	let sum = aggregate(&daemons[&1], verdict(&world).await).await;
	assert_eq!((sum.sum, sum.total_weight), expected(&[1, 3, 4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_that_is_none_should_be_found_and_named() {
	let (world, daemons) = open_round().await;
	end_phase(&world, Phase::Announce, 4).await;
	end_phase(&world, Phase::Share, 4).await;
	wait_for(&world, Phase::Upload, 4).await;
	let garbage = b"garbage".as_slice();
	let cid = daemons[&1].shared.files.files().add(garbage).await.unwrap().cid;
	let participant = node(2).key();
	world.change(|state| {
		let round = state.learning.get_mut(&ROUND).unwrap();
		let file = round.uploaded.iter_mut().find(|file| file.account == participant).unwrap();
		(file.cid, file.sha256) = (cid.to_bytes(), Sha256::digest(garbage).into());
	});
	end_phase(&world, Phase::Upload, 4).await;
	end_phase(&world, Phase::Reveal, 4).await;
	let found = verdict(&world).await;
	assert_eq!(found, Verdict::Finding(Finding::UploadUnreadable { participant }));
}
