// SPDX-License-Identifier: Apache-2.0

//! Five participants with different digits train one model, which is as good as if one had all data.

use super::table::{GENESIS, MemoryStore, account};
use crate::{
	fixed::WeighedUpdate,
	protocol::{Aggregate, Participant, Publication, Round, RoundSpec, RoundView, recover},
	trainer::{Dataset, Layer, Model, Optimiser, TrainOptions, accuracy, train},
};
use r1_core::SeededRng;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, ops::ControlFlow};

/// Rows of 64 pixels of 0 to 16 and a label, in the order of scikit-learn; tools/learning-data makes
/// it.
const DIGITS: &[u8] = include_bytes!("../../fixtures/digits.bin");
const ROW: usize = 65;
const PARTICIPANTS: usize = 5;
const ROUNDS: u64 = 60;

/// Rows to train on, and rows of other hands to test with.
fn parts() -> (Vec<&'static [u8]>, Vec<&'static [u8]>) {
	let rows: Vec<_> = DIGITS.chunks(ROW).collect();
	assert_eq!(rows.len(), 1_797);
	let (train, test) = rows.split_at(rows.len() * 4 / 5);
	(train.to_vec(), test.to_vec())
}

fn dataset<'a>(rows: impl IntoIterator<Item = &'a &'a [u8]>) -> Dataset {
	let (mut inputs, mut labels) = (Vec::new(), Vec::new());
	for row in rows {
		let (pixels, label) = row.split_at(64);
		inputs.extend(pixels.iter().map(|pixel| f32::from(*pixel) / 16.0));
		labels.push(i64::from(label[0]));
	}
	Dataset::new(64, 10, inputs, &labels).expect("they are digits")
}

/// Data that is not identical: each participant has six of ten samples of two digits that are its
/// own, and one of ten of all others.
fn shards(rows: &[&'static [u8]]) -> Vec<Dataset> {
	let mut shards = vec![Vec::new(); PARTICIPANTS];
	let mut seen = [0; 10];
	for row in rows {
		let digit = usize::from(row[64]);
		let turn = seen[digit] % 10;
		seen[digit] += 1;
		// The first six turns are the owner's, the other four go round the others.
		let owner = digit % PARTICIPANTS + if turn < 6 { 0 } else { turn - 5 };
		shards[owner % PARTICIPANTS].push(*row);
	}
	shards.iter().map(dataset).collect()
}

/// One round with all phases, in which one participant is lost after it dealt its shares.
fn round(id: u64, model: &Model, data: &[Dataset], options: &TrainOptions) -> Model {
	let length = model.parameters().len() as u32;
	let spec = RoundSpec {
		model_hash: Sha256::digest(model.to_bytes().expect("it is written")).into(),
		length,
		minimum: 4,
		threshold: 3,
		scale_bits: 20,
		clip: 4 << 20,
		max_weight: 1_000,
		noise: None,
	};
	let lost = if id.is_multiple_of(8) { (id as usize / 8) % PARTICIPANTS } else { PARTICIPANTS };
	let rng = SeededRng::new(id);
	let mut people: Vec<_> = (0..PARTICIPANTS)
		.map(|one| {
			let mut store = MemoryStore::default();
			let joined = Participant::join(GENESIS, id, account(one), &rng, &mut store);
			(joined.expect("memory has room"), store)
		})
		.collect();
	let announced = people.iter().map(|(one, _)| one.announcement()).collect();
	let (shared, uploaded, revealed) = Default::default();
	let mut view = RoundView { genesis: GENESIS, id, spec, announced, shared, uploaded, revealed };
	let now = |view: &RoundView| Round::new(view.clone()).expect("it is sound");
	let publication = |one: usize, file: &[u8]| Publication {
		account: account(one),
		cid: Vec::new(),
		sha256: Sha256::digest(file).into(),
	};
	let (mut shares, mut uploads, mut reveals) =
		(BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
	let seen = now(&view);
	for (one, (participant, store)) in people.iter_mut().enumerate() {
		let file = participant.share(&seen, store).expect("the round goes on");
		view.shared.push(publication(one, &file));
		shares.insert(account(one), file);
	}
	let seen = now(&view);
	for (one, (participant, store)) in people.iter_mut().enumerate().filter(|(one, _)| *one != lost)
	{
		let trained = train(model, &data[one], options, &mut |_| ControlFlow::Continue(()))
			.expect("it trains");
		let delta = trained.delta(model).expect("same layers");
		let samples = data[one].samples() as u32;
		let update = WeighedUpdate::new(&delta, samples, seen.spec(), &rng).expect("it fits");
		let file = participant.upload(&seen, &update, store).expect("the round goes on");
		view.uploaded.push(publication(one, &file));
		uploads.insert(account(one), file);
	}
	let seen = now(&view);
	for (one, (participant, store)) in people.iter_mut().enumerate().filter(|(one, _)| *one != lost)
	{
		let file = participant.reveal(&seen, &shares, store).expect("the round goes on");
		view.revealed.push(publication(one, &file));
		reveals.insert(account(one), file);
	}
	let seen = now(&view);
	let mut file = Vec::new();
	let uploads = uploads.iter().map(|(account, file)| (*account, file.as_slice())).collect();
	let recovered = recover(&seen, &shares, &reveals).expect("enough are left");
	recovered.sum(uploads, &mut file).expect("all are honest");
	let aggregate = Aggregate::from_bytes(&file).expect("it is canonical");
	model.apply(&aggregate).expect("it fits")
}

/// Trains over all rounds, with all data in one place, and each participant alone; compares on digits
/// of other hands.
fn check(layers: Vec<Layer>) {
	let options = TrainOptions {
		optimiser: Optimiser::Sgd,
		learning_rate: 0.5,
		epochs: 5,
		batch_samples: 32,
		seed: 0,
	};
	let (rows, test) = parts();
	let test = dataset(&test);
	let start = Model::initial(layers, 1).expect("it is a head");
	let whole = TrainOptions { epochs: ROUNDS as u32 * options.epochs, ..options };
	let of_one = |data: &Dataset| {
		let trained =
			train(&start, data, &whole, &mut |_| ControlFlow::Continue(())).expect("it trains");
		accuracy(&trained, &test).expect("it fits")
	};
	let data = shards(&rows);
	let mut model = start.clone();
	for id in 1..=ROUNDS {
		model = round(id, &model, &data, &TrainOptions { seed: id, ..options });
	}
	let federated = accuracy(&model, &test).expect("it fits");
	let central = of_one(&dataset(&rows));
	let alone: Vec<f64> = data.iter().map(of_one).collect();
	println!("federated {federated:.4}, central {central:.4}, alone {alone:.4?}");
	assert!(central - 0.01 <= federated, "federated {federated}, central {central}");
	assert!(alone.iter().all(|alone| *alone < federated), "federated {federated}, alone {alone:?}");
	assert!(0.89 < federated, "{federated}");
}

#[test]
fn linear_head_should_be_as_good_as_with_all_data_in_one_place() {
	check(vec![Layer::Linear { inputs: 64, outputs: 10 }]);
}

#[test]
fn perceptron_should_be_as_good_as_with_all_data_in_one_place() {
	check(vec![
		Layer::Linear { inputs: 64, outputs: 32 },
		Layer::Relu,
		Layer::Linear { inputs: 32, outputs: 10 },
	]);
}
