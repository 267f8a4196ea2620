// SPDX-License-Identifier: Apache-2.0

//! Heads, data, and training on them.

use crate::{
	limits::METADATA_BYTES_MAX,
	protocol::Aggregate,
	trainer::{
		ApplyError, Dataset, DatasetError, FileError, Layer, Model, ModelError, Optimiser,
		Progress, TrainError, TrainOptions, accuracy,
	},
};
use safetensors::{Dtype, tensor::TensorView};
use std::{collections::HashMap, ops::ControlFlow};

const OPTIONS: TrainOptions = TrainOptions {
	optimiser: Optimiser::Adam,
	learning_rate: 0.05,
	epochs: 30,
	batch_samples: 16,
	seed: 1,
};

/// Trains to the end.
fn train(model: &Model, data: &Dataset, options: &TrainOptions) -> Result<Model, TrainError> {
	crate::trainer::train(model, data, options, &mut |_| ControlFlow::Continue(()))
}

fn linear() -> Vec<Layer> {
	vec![Layer::Linear { inputs: 2, outputs: 2 }]
}

fn perceptron(inputs: usize, hidden: usize, outputs: usize) -> Vec<Layer> {
	vec![
		Layer::Linear { inputs, outputs: hidden },
		Layer::Relu,
		Layer::Linear { inputs: hidden, outputs },
	]
}

/// Points on a grid, in the class of whether both their coordinates have the same sign.
fn quadrants() -> Dataset {
	let points = (-8..8).flat_map(|x| (-8..8).map(move |y| (x as f32 + 0.5, y as f32 + 0.5)));
	let points: Vec<_> = points.map(|(x, y)| (x / 8.0, y / 8.0)).collect();
	let labels: Vec<i64> = points.iter().map(|(x, y)| i64::from(x * y > 0.0)).collect();
	let inputs = points.iter().flat_map(|(x, y)| [*x, *y]).collect();
	Dataset::new(2, 2, inputs, &labels).expect("it is data")
}

/// A file of safetensors.
fn file(tensors: &[(&str, Dtype, &[usize], Vec<u8>)], metadata: &[(&str, &str)]) -> Vec<u8> {
	let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
		(*name, TensorView::new(*dtype, shape.to_vec(), bytes).expect("it is a tensor"))
	});
	let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
	let metadata: HashMap<String, String> = metadata.collect();
	safetensors::serialize(views, Some(metadata)).expect("it is a file")
}

fn floats(values: &[f32]) -> Vec<u8> {
	values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn integers(values: &[i64]) -> Vec<u8> {
	values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

const HEAD: [(&str, &str); 1] = [("r1-head", "1:linear")];

#[test]
fn perceptron_should_learn_what_a_line_cannot() {
	let data = quadrants();
	let line = train(&Model::initial(linear(), 1).expect("it is a head"), &data, &OPTIONS);
	let line = accuracy(&line.expect("it trains"), &data).expect("it fits");
	assert!(line < 0.8, "{line}");
	for optimiser in [Optimiser::Adam, Optimiser::Sgd] {
		let options = TrainOptions { optimiser, learning_rate: 0.1, epochs: 60, ..OPTIONS };
		let model = Model::initial(perceptron(2, 16, 2), 1).expect("it is a head");
		let before = accuracy(&model, &data).expect("it fits");
		let trained = train(&model, &data, &options).expect("it trains");
		let after = accuracy(&trained, &data).expect("it fits");
		assert!(before < 0.9 && 0.95 < after, "{optimiser:?}: {before} to {after}");
	}
}

#[test]
fn training_should_follow_from_its_seed() {
	let (data, model) = (quadrants(), Model::initial(perceptron(2, 4, 2), 7).expect("it is one"));
	let of = |seed| train(&model, &data, &TrainOptions { seed, ..OPTIONS }).expect("it trains");
	assert_eq!(of(1), of(1));
	assert_ne!(of(1), of(2));
	assert_eq!(model, Model::initial(perceptron(2, 4, 2), 7).expect("it is one"));
	assert_ne!(model, Model::initial(perceptron(2, 4, 2), 8).expect("it is one"));
}

#[test]
fn training_should_be_watched_and_stop_when_it_is_told_to() {
	let (data, model) = (quadrants(), Model::initial(perceptron(2, 8, 2), 7).expect("it is one"));
	let options = TrainOptions { epochs: 4, batch_samples: 100, ..OPTIONS };
	let mut seen = Vec::new();
	let mut watch = |progress| {
		seen.push(progress);
		ControlFlow::Continue(())
	};
	crate::trainer::train(&model, &data, &options, &mut watch).expect("it trains");
	let places: Vec<_> = seen.iter().map(|seen| (seen.epochs, seen.samples)).collect();
	let epoch = |epoch| [(epoch, 100), (epoch, 200), (epoch, 256)];
	assert_eq!(places, [epoch(0), epoch(1), epoch(2), epoch(3)].concat());
	assert!(seen[11].loss < seen[0].loss, "{seen:?}");
	let mut watch = |progress: Progress| match (progress.epochs, progress.samples) {
		(2, 200) => ControlFlow::Break(()),
		(0..=2, _) => ControlFlow::Continue(()),
		_ => panic!("it goes on after {progress:?}"),
	};
	let stopped = crate::trainer::train(&model, &data, &options, &mut watch);
	assert!(matches!(stopped, Err(TrainError::Stopped { epochs: 2 })), "{stopped:?}");
}

/// A step of a linear head, by hand: gradients of cross-entropy at zero are known.
#[test]
fn step_should_go_down_the_gradient() {
	let model = Model::new(linear(), vec![0.0; 6]).expect("it is a head");
	let data = Dataset::new(2, 2, vec![1.0, 2.0], &[1]).expect("it is data");
	let options =
		TrainOptions { optimiser: Optimiser::Sgd, learning_rate: 1.0, epochs: 1, ..OPTIONS };
	let trained = train(&model, &data, &options).expect("it trains");
	assert_eq!(trained.parameters(), [-0.5, -1.0, 0.5, 1.0, -0.5, 0.5]);
	assert_eq!(trained.delta(&model).expect("same layers"), trained.parameters());
}

#[test]
fn mean_should_lead_to_the_next_model() {
	let model = Model::new(linear(), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("it is a head");
	let mut aggregate = Aggregate {
		round: 1,
		scale_bits: 2,
		contributors: 2,
		sum: vec![0, 4, -8, 10, -40, 1],
		total_weight: 5,
	};
	let next = model.apply(&aggregate).expect("it fits");
	assert_eq!(next.parameters(), [1.0, 2.2, 2.6, 4.5, 3.0, 6.05]);
	aggregate.sum.pop();
	assert_eq!(model.apply(&aggregate), Err(ApplyError::Length { expected: 6, found: 5 }));
	let other = Model::initial(perceptron(2, 1, 2), 1).expect("it is a head");
	assert_eq!(model.delta(&other), Err(ApplyError::OtherLayers));
}

#[test]
fn models_should_be_read_as_they_were_written() {
	for layers in [linear(), perceptron(3, 5, 4)] {
		let model = Model::initial(layers, 3).expect("it is a head");
		let file = model.to_bytes().expect("it is written");
		let read = Model::from_bytes(&file).expect("it is one");
		assert_eq!(read, model);
		assert_eq!(read.to_bytes().expect("it is written"), file, "a model has two forms");
	}
}

#[test]
fn batch_normalisation_should_be_refused_with_the_reason() {
	let weight = ("0.weight", Dtype::F32, &[2, 2][..], floats(&[0.0; 4]));
	let bias = ("0.bias", Dtype::F32, &[2][..], floats(&[0.0; 2]));
	let mean = ("1.running_mean", Dtype::F32, &[2][..], floats(&[0.0; 2]));
	let files = [
		file(&[weight.clone(), bias.clone()], &[("r1-head", "1:linear,batch_norm")]),
		file(&[weight.clone(), bias.clone(), mean.clone()], &[("r1-head", "1:linear,relu")]),
		// A file of another tool, which says nothing of its layers.
		file(&[mean], &[]),
	];
	for file in files {
		let refused = Model::from_bytes(&file).expect_err("it is refused");
		assert!(matches!(refused, ModelError::BatchNormalisation { .. }), "{refused:?}");
		assert!(refused.to_string().contains("running statistics"), "{refused}");
	}
}

#[test]
fn files_that_are_no_model_should_be_refused() {
	let weight = ("0.weight", Dtype::F32, &[2, 2][..], floats(&[0.0; 4]));
	let bias = ("0.bias", Dtype::F32, &[2][..], floats(&[0.0; 2]));
	let refused = |tensors: &[_], metadata: &[_]| {
		Model::from_bytes(&file(tensors, metadata)).expect_err("it is refused")
	};
	let whole = [weight.clone(), bias.clone()];
	assert!(Model::from_bytes(&file(&whole, &HEAD)).is_ok());
	assert!(matches!(refused(&whole, &[]), ModelError::Foreign));
	assert!(matches!(refused(&whole, &[("r1-head", "linear")]), ModelError::Foreign));
	assert!(matches!(refused(&whole, &[("r1-head", "2:linear")]), ModelError::Version { .. }));
	for (layers, is_unknown) in
		[("1:dropout", true), ("1:", true), ("1:relu", false), ("1:linear,relu,relu,relu", false)]
	{
		let error = refused(&whole, &[("r1-head", layers)]);
		assert_eq!(
			matches!(error, ModelError::UnknownLayer { .. }),
			is_unknown,
			"{layers}: {error}"
		);
		assert_eq!(matches!(error, ModelError::Layers), !is_unknown, "{layers}: {error}");
	}
	let missing = refused(std::slice::from_ref(&weight), &HEAD);
	assert!(matches!(missing, ModelError::File(FileError::Missing { .. })), "{missing}");
	let more = ("more", Dtype::F32, &[1][..], floats(&[0.0]));
	let more = refused(&[weight.clone(), bias.clone(), more], &HEAD);
	assert!(matches!(more, ModelError::Tensors { expected: 2, found: 3 }), "{more}");
	let other = ("0.bias", Dtype::F32, &[3][..], floats(&[0.0; 3]));
	let other = refused(&[weight.clone(), other], &HEAD);
	assert!(matches!(other, ModelError::File(FileError::Shape { .. })), "{other}");
	let doubles = ("0.bias", Dtype::I64, &[2][..], integers(&[0; 2]));
	let doubles = refused(&[weight.clone(), doubles], &HEAD);
	assert!(matches!(doubles, ModelError::File(FileError::Type { .. })), "{doubles}");
	let infinite = ("0.bias", Dtype::F32, &[2][..], floats(&[0.0, f32::INFINITY]));
	let infinite = refused(&[weight, infinite], &HEAD);
	assert!(
		matches!(infinite, ModelError::File(FileError::NotFinite { index: 1, .. })),
		"{infinite}"
	);
	let mut long = ((METADATA_BYTES_MAX + 1) as u64).to_le_bytes().to_vec();
	long.resize(METADATA_BYTES_MAX + 100, b' ');
	let long = Model::from_bytes(&long).expect_err("it is refused");
	assert!(matches!(long, ModelError::File(FileError::Description { .. })), "{long}");
}

#[test]
fn layers_that_are_no_head_should_be_refused() {
	let line = |inputs, outputs| Layer::Linear { inputs, outputs };
	let refused = |layers: &[Layer]| Model::new(layers.to_vec(), Vec::new()).expect_err("no head");
	for layers in
		[&[][..], &[Layer::Relu], &[line(2, 3), line(3, 2)], &[line(2, 3), Layer::Relu, line(4, 2)]]
	{
		assert!(matches!(refused(layers), ModelError::Layers), "{layers:?}");
	}
	assert!(matches!(refused(&[line(0, 2)]), ModelError::Shape { .. }));
	assert!(matches!(refused(&[line(2, 1)]), ModelError::Shape { .. }));
	assert!(matches!(refused(&[line(usize::MAX, 2)]), ModelError::Shape { .. }));
	assert!(matches!(refused(&[line(65_536, 65_536)]), ModelError::TooLarge));
	let huge = [line(2, usize::MAX), Layer::Relu, line(usize::MAX, 2)];
	assert!(matches!(refused(&huge), ModelError::TooLarge));
	assert!(matches!(refused(&[line(2, 2)]), ModelError::Parameters { expected: 6, found: 0 }));
	let infinite = Model::new(linear(), vec![f32::NAN; 6]).expect_err("no numbers");
	assert!(matches!(infinite, ModelError::NotFinite { index: 0 }));
}

#[test]
fn data_should_be_read_and_checked() {
	let data = |x: &[f32], y: &[i64]| {
		let (x_shape, y_shape) = ([y.len(), 2], [y.len()]);
		file(
			&[("x", Dtype::F32, &x_shape, floats(x)), ("y", Dtype::I64, &y_shape, integers(y))],
			&[],
		)
	};
	let read = |file: &[u8]| Dataset::from_bytes(file, 2, 3);
	let sound = read(&data(&[1.0, 2.0, 3.0, 4.0], &[2, 0])).expect("it is data");
	assert_eq!((sound.samples(), sound.features(), sound.classes()), (2, 2, 3));
	assert_eq!((sound.inputs(), sound.labels()), (&[1.0, 2.0, 3.0, 4.0][..], &[2, 0][..]));
	for label in [3, -1, i64::MAX] {
		let refused = read(&data(&[0.0; 2], &[label])).expect_err("no such class");
		assert!(matches!(refused, DatasetError::Label { sample: 0, .. }), "{refused}");
	}
	let refused = read(&data(&[0.0, f32::NAN], &[0])).expect_err("no number");
	assert!(matches!(refused, DatasetError::File(FileError::NotFinite { .. })), "{refused}");
	let refused = read(&data(&[], &[])).expect_err("no samples");
	assert!(matches!(refused, DatasetError::Samples { found: 0 }), "{refused}");
	let refused = Dataset::from_bytes(&data(&[0.0; 2], &[0]), 3, 3).expect_err("other features");
	assert!(matches!(refused, DatasetError::File(FileError::Shape { .. })), "{refused}");
	let refused = Dataset::new(2, 1, vec![0.0; 2], &[0]).expect_err("one class");
	assert!(matches!(refused, DatasetError::Classes { found: 1 }), "{refused}");
	let refused = Dataset::new(0, 2, Vec::new(), &[0]).expect_err("no features");
	assert!(matches!(refused, DatasetError::Features { found: 0 }), "{refused}");
	let refused = Dataset::new(2, 2, vec![0.0; 3], &[0]).expect_err("half a sample");
	assert!(matches!(refused, DatasetError::Labels { .. }), "{refused}");
	let table = [
		("x", Dtype::F32, &[2, 2][..], floats(&[0.0; 4])),
		("y", Dtype::I64, &[2, 1][..], integers(&[0; 2])),
	];
	let refused = read(&file(&table, &[])).expect_err("labels in a table");
	assert!(matches!(refused, DatasetError::LabelShape { found: 2 }), "{refused}");
	let refused = read(b"").expect_err("nothing");
	assert!(matches!(refused, DatasetError::File(FileError::Malformed(_))), "{refused}");
}

#[test]
fn training_should_refuse_what_does_not_fit() {
	let model = Model::initial(linear(), 1).expect("it is a head");
	let other = Dataset::new(3, 2, vec![0.0; 3], &[0]).expect("it is data");
	assert!(matches!(train(&model, &other, &OPTIONS), Err(TrainError::Shape { .. })));
	assert!(matches!(accuracy(&model, &other), Err(TrainError::Shape { .. })));
	let data = quadrants();
	for options in [
		TrainOptions { learning_rate: 0.0, ..OPTIONS },
		TrainOptions { learning_rate: f64::NAN, ..OPTIONS },
		TrainOptions { learning_rate: 11.0, ..OPTIONS },
		TrainOptions { epochs: 0, ..OPTIONS },
		TrainOptions { epochs: 1_001, ..OPTIONS },
		TrainOptions { batch_samples: 0, ..OPTIONS },
	] {
		assert!(matches!(train(&model, &data, &options), Err(TrainError::Options)), "{options:?}");
	}
	let wide = Dataset::new(2, 2, vec![3e38; 4], &[0, 1]).expect("it is data");
	let options = TrainOptions { optimiser: Optimiser::Sgd, learning_rate: 10.0, ..OPTIONS };
	assert!(matches!(train(&model, &wide, &options), Err(TrainError::Diverged)));
}
