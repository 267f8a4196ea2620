// SPDX-License-Identifier: Apache-2.0

//! What the nodes of the tour have learnt, worked out again in the clear: everybody's digits in one
//! place, no masks, no network and no chain.

use crate::programs::root;
use r1_core::SystemRng;
use r1_learning::{
	fixed::WeighedUpdate,
	protocol::{Aggregate, RoundSpec},
	trainer::{Dataset, Layer, Model, Optimiser, TrainOptions, accuracy, train},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{fs, ops::ControlFlow};

const NODES: usize = 3;
const TRAINING_ROWS: usize = 1_437;

/// What is sent has so many bits after the point, if nobody says otherwise.
const SCALE_BITS: u8 = 20;

/// Checks the step of the tour: the same model, byte for byte, and as good as it says.
pub(crate) fn check(learning: &Value) {
	let digits = fs::read(root().join("offchain/learning/fixtures/digits.bin")).unwrap();
	let rows: Vec<&[u8]> = digits.chunks(65).collect();
	let (training, test) = rows.split_at(TRAINING_ROWS);
	let start = Model::initial(vec![Layer::Linear { inputs: 64, outputs: 10 }], 1).unwrap();
	let round = learning["round"]["opened"]["round"].as_u64().unwrap();
	let spec = RoundSpec {
		model_hash: Sha256::digest(start.to_bytes().unwrap()).into(),
		length: 650,
		minimum: 3,
		threshold: 2,
		scale_bits: SCALE_BITS,
		clip: 8 << SCALE_BITS,
		max_weight: 10_000,
		noise: None,
	};
	let mut sum = vec![0_i64; 651];
	for node in 0..NODES {
		let data = dataset(&shard(training, node));
		assert_eq!(learning["samples"][node].as_u64(), Some(data.samples() as u64));
		let update = learn(&start, &data, round);
		let samples = data.samples() as u32;
		let weighed = WeighedUpdate::new(&update, samples, &spec, &SystemRng).unwrap();
		sum.iter_mut().zip(weighed.elements()).for_each(|(sum, one)| *sum += one);
	}
	let total_weight = sum.pop().unwrap() as u64;
	assert_eq!(total_weight, TRAINING_ROWS as u64, "each digit is with one node");
	let aggregate = Aggregate { round, scale_bits: SCALE_BITS, contributors: 3, sum, total_weight };
	let learnt = start.apply(&aggregate).unwrap();

	let result = &learning["result"];
	let hash = hex::encode(Sha256::digest(learnt.to_bytes().unwrap()));
	assert_eq!(result["sha256"], Value::from(hash), "{learning}");
	assert_eq!(result["round"].as_u64(), Some(round));
	let right = accuracy(&learnt, &dataset(test)).unwrap();
	let said = result["accuracy"].as_f64().unwrap();
	assert!((said - right).abs() < 1e-9, "{said} and {right}");
	// One round of three whose classes differ, on hands that nobody trained on.
	assert!(0.8 < right, "{right}");
	let completed = &learning["round"]["completed"];
	assert_eq!(completed["published"], serde_json::json!([3, 3, 3, 3]));
}

/// The digits of a node: of every second those of its classes, and of the others every third.
fn shard<'a>(rows: &[&'a [u8]], node: usize) -> Vec<&'a [u8]> {
	let is_its_own = |index: usize, label: u8| {
		if index.is_multiple_of(2) {
			usize::from(label) % NODES == node
		} else {
			(index / 2) % NODES == node
		}
	};
	let rows = rows.iter().enumerate();
	rows.filter(|(index, row)| is_its_own(*index, row[64]))
		.map(|(_, row)| *row)
		.collect()
}

fn dataset(rows: &[&[u8]]) -> Dataset {
	let inputs = rows.iter().flat_map(|row| &row[..64]).map(|pixel| f32::from(*pixel) / 16.0);
	let labels: Vec<i64> = rows.iter().map(|row| i64::from(row[64])).collect();
	Dataset::new(64, 10, inputs.collect(), &labels).unwrap()
}

fn learn(start: &Model, data: &Dataset, round: u64) -> Vec<f32> {
	let options = TrainOptions {
		optimiser: Optimiser::Adam,
		learning_rate: 0.01,
		epochs: 20,
		batch_samples: 16,
		seed: round,
	};
	let trained = train(start, data, &options, &mut |_| ControlFlow::Continue(())).unwrap();
	trained.delta(start).unwrap()
}
