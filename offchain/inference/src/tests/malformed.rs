// SPDX-License-Identifier: Apache-2.0

//! Model files from strangers: every one is served or refused, none takes the process down.

use super::{
	chain,
	digits::MODEL,
	load,
	onnx::{ModelBuilder, Size},
	raw_cid,
};
use crate::{
	BackendError, InferenceBackend, InferenceLimits, InferenceService, LoadError, ModelFile,
	ModelFileError, TractBackend,
};
use proptest::prelude::*;
use tract_onnx::pb::{
	StringStringEntryProto, TensorProto,
	tensor_proto::{DataLocation, DataType},
};

fn backend() -> TractBackend {
	TractBackend::new(InferenceLimits::default().tensor_elements_max)
}

fn refusal(bytes: &[u8]) -> BackendError {
	backend().load(bytes).expect_err("the model must be refused")
}

#[test]
fn model_should_be_refused_when_its_bytes_are_no_model() {
	for bytes in [&b""[..], b"not a model", b"<!DOCTYPE html><html>", &[0xff; 1_000]] {
		let error = refusal(bytes);
		assert!(error.is_model_fault(), "{error}");
		assert_eq!(error.to_string(), "the file is not a valid ONNX model");
	}
}

#[test]
fn model_should_be_refused_when_it_is_cut_anywhere() {
	// The last field, 6 bytes, only names the version of the operators: a file without it is whole.
	let whole = MODEL.len() - 6;
	// Every length near both ends, where the structure is, and samples between.
	let near_ends = (0..200).chain(whole - 200..whole);
	for length in near_ends.chain((200..whole).step_by(97)) {
		let served = backend().load(&MODEL[..length]);
		assert!(served.is_err(), "{length} of {} bytes were served", MODEL.len());
	}
}

#[test]
fn model_should_be_refused_when_an_operator_is_unknown_or_random() {
	for operator in ["MineBitcoin", "RandomUniformLike"] {
		let model = ModelBuilder::default()
			.input("x", DataType::Float, &[Size::Named("N")])
			.output("y", DataType::Float, &[Size::Named("N")])
			.node(operator, &["x"], "y")
			.build();
		let error = refusal(&model);
		assert!(error.is_model_fault());
		assert!(chain(&error).contains(operator), "{}", chain(&error));
	}
}

#[test]
fn model_should_be_refused_when_its_datatype_is_not_served() {
	let model = ModelBuilder::default()
		.input("x", DataType::Float16, &[Size::Named("N")])
		.output("y", DataType::Float16, &[Size::Named("N")])
		.node("Relu", &["x"], "y")
		.build();
	let error = refusal(&model);
	assert_eq!(error.to_string(), "the model cannot be served: `x` holds elements of type F16");
}

#[test]
fn model_should_be_refused_when_its_weights_are_in_a_file() {
	let entry = |key: &str, value: &str| StringStringEntryProto {
		key: key.to_owned(),
		value: value.to_owned(),
	};
	let weights = TensorProto {
		dims: vec![4],
		data_type: DataType::Uint8.into(),
		name: "w".to_owned(),
		data_location: Some(DataLocation::External.into()),
		external_data: vec![entry("location", "Cargo.toml"), entry("length", "4")],
		..TensorProto::default()
	};
	let model = ModelBuilder::default()
		.input("x", DataType::Uint8, &[Size::Fixed(4)])
		.output("y", DataType::Uint8, &[Size::Fixed(4)])
		.initializer(weights)
		.node("Add", &["x", "w"], "y")
		.build();
	assert!(refusal(&model).is_model_fault());
}

#[test]
fn model_should_be_refused_when_it_makes_a_huge_constant() {
	// 2^50 elements of 4 bytes: more than an address can reach, on every machine.
	let side = 1 << 25;
	let shape = TensorProto {
		dims: vec![2],
		data_type: DataType::Int64.into(),
		int64_data: vec![side, side],
		name: "shape".to_owned(),
		..TensorProto::default()
	};
	let model = ModelBuilder::default()
		.input("x", DataType::Float, &[Size::Fixed(1)])
		.output("y", DataType::Float, &[Size::Fixed(side), Size::Fixed(side)])
		.initializer(shape)
		.node("ConstantOfShape", &["shape"], "zeros")
		.node("Add", &["x", "zeros"], "y")
		.build();
	let error = refusal(&model);
	// The engine tries the allocation itself before it tells anyone the size; that is contained.
	let expected =
		matches!(error, BackendError::TensorTooLarge { .. } | BackendError::Panicked { .. });
	assert!(expected, "{error}");
}

#[test]
fn model_should_be_refused_when_a_constant_size_is_too_large() {
	let model = ModelBuilder::default()
		.input("column", DataType::Float, &[Size::Fixed(1 << 13), Size::Fixed(1)])
		.input("row", DataType::Float, &[Size::Fixed(1), Size::Fixed(1 << 13)])
		.output("table", DataType::Float, &[Size::Fixed(1 << 13), Size::Fixed(1 << 13)])
		.node("Add", &["column", "row"], "table")
		.build();
	let error = refusal(&model);
	assert!(matches!(error, BackendError::TensorTooLarge { got, .. } if got == 1 << 26), "{error}");
}

#[test]
fn dimensions_should_be_chosen_by_requests_when_the_model_leaves_them_open() {
	let model = ModelBuilder::default()
		.input("x", DataType::Float, &[Size::Nameless, Size::Nameless])
		.output("y", DataType::Float, &[Size::Nameless, Size::Nameless])
		.node("Relu", &["x"], "y")
		.build();
	let model = backend().load(&model).unwrap();
	assert_eq!(model.metadata().inputs[0].shape_display(), "[batch, input_0_axis_1]");
}

#[test]
fn file_should_be_refused_when_its_bytes_do_not_match_its_cid() {
	let cid = raw_cid(MODEL);
	let mut bytes = MODEL.to_vec();
	bytes[5_000] ^= 1;
	let error = ModelFile::new(cid, bytes).unwrap_err();
	assert_eq!(error, ModelFileError::Mismatch { cid });
	assert!(error.to_string().contains(&cid.to_string()));
}

#[tokio::test]
async fn file_should_be_refused_when_it_is_too_large() {
	let limits = InferenceLimits { model_bytes_max: 10_000, ..InferenceLimits::default() };
	let service = InferenceService::with_tract(limits);
	let error = load(&service, "digits", MODEL).await.unwrap_err();
	assert!(matches!(error, LoadError::TooLarge { max: 10_000, got } if got == MODEL.len()));
	assert!(service.models().is_empty());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn model_should_be_served_or_refused_when_bytes_of_it_change(
		changes in prop::collection::vec((0..MODEL.len(), any::<u8>()), 1..8),
	) {
		let mut bytes = MODEL.to_vec();
		for (position, byte) in changes {
			bytes[position] = byte;
		}
		// Most changes hit a weight, and the model is served with it; the test is that we get here.
		match backend().load(&bytes) {
			Ok(model) => prop_assert_eq!(model.metadata().inputs.len(), 1),
			Err(error) => prop_assert!(!error.to_string().is_empty()),
		}
	}
}
