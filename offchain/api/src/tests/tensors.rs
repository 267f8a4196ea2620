// SPDX-License-Identifier: Apache-2.0

//! Tensors in JSON: flat or nested, of the datatype that they declare.

use crate::oip::{Datatype, Elements, InferRequest, InferTensor, NonFinite};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(shape: &Value, datatype: &str, data: &Value) -> Result<InferTensor, String> {
	let tensor = json!({ "name": "x", "shape": shape, "datatype": datatype, "data": data });
	serde_json::from_str(&tensor.to_string()).map_err(|error| error.to_string())
}

fn check(shape: &Value, datatype: &str, data: &Value, expected: &Elements) {
	let tensor = read(shape, datatype, data).unwrap();
	assert_eq!(tensor.elements(), expected, "{data}");
}

fn check_refused(shape: &Value, datatype: &str, data: &Value, message: &str) {
	let error = read(shape, datatype, data).unwrap_err();
	assert!(error.contains(message), "{error:?} does not say {message:?}");
}

#[test]
fn data_should_be_read_in_row_major_order_when_flat_or_nested() {
	let expected = Elements::Fp32(vec![1.0, 2.5, -3.0, 4.0]);
	check(&json!([2, 2]), "FP32", &json!([1, 2.5, -3, 4]), &expected);
	check(&json!([2, 2]), "FP32", &json!([[1, 2.5], [-3, 4]]), &expected);
	check(&json!([2, 1, 2]), "FP32", &json!([[[1, 2.5]], [[-3, 4]]]), &expected);
	check(&json!([0]), "INT8", &json!([]), &Elements::Int8(Vec::new()));
	check(&json!([2, 0]), "INT8", &json!([[], []]), &Elements::Int8(Vec::new()));
}

#[test]
fn data_should_be_read_as_the_datatype_that_is_declared() {
	check(&json!([2]), "BOOL", &json!([true, false]), &Elements::Bool(vec![true, false]));
	check(&json!([2]), "UINT8", &json!([0, 255]), &Elements::Uint8(vec![0, 255]));
	check(
		&json!([2]),
		"INT64",
		&json!([i64::MIN, i64::MAX]),
		&Elements::Int64(vec![i64::MIN, i64::MAX]),
	);
	check(&json!([1]), "UINT64", &json!([u64::MAX]), &Elements::Uint64(vec![u64::MAX]));
	check(&json!([1]), "FP64", &json!([0.1]), &Elements::Fp64(vec![0.1]));
}

#[test]
fn data_should_be_refused_when_an_element_is_of_another_datatype() {
	check_refused(
		&json!([1]),
		"UINT8",
		&json!([256]),
		"tensor `x`: element 0 is 256, which is no UINT8",
	);
	check_refused(&json!([2]), "UINT32", &json!([1, -1]), "element 1 is -1, which is no UINT32");
	check_refused(&json!([1]), "INT64", &json!([1.0]), "element 0 is 1.0, which is no INT64");
	check_refused(
		&json!([1]),
		"FP32",
		&json!(["one"]),
		"element 0 is the text \"one\", which is no FP32",
	);
	check_refused(&json!([1]), "FP32", &json!([1e39]), "which is no FP32");
	check_refused(&json!([1]), "FP32", &json!([true]), "element 0 is true, which is no FP32");
	check_refused(&json!([1]), "BOOL", &json!([1]), "element 0 is 1, which is no BOOL");
	check_refused(&json!([1]), "FP32", &json!([null]), "invalid type: null, expected tensor data");
	check_refused(
		&json!([1]),
		"FP16",
		&json!([1]),
		"unknown variant `FP16`, expected one of `BOOL`",
	);
}

#[test]
fn data_should_be_refused_when_its_nesting_is_not_the_shape() {
	check_refused(
		&json!([4]),
		"FP32",
		&json!([[1, 2], [3, 4]]),
		"tensor `x` has shape [4], but its data is nested as [2, 2]",
	);
	let ragged = "equal lengths at each depth";
	for data in [json!([[1, 2], [3]]), json!([1, [2]]), json!([[1], 2]), json!([[], 1])] {
		check_refused(&json!([2, 2]), "FP32", &data, ragged);
	}
	check_refused(&json!([1]), "FP32", &json!(1), "tensor data must be an array");
	check_refused(&json!([-1]), "FP32", &json!([1]), "integer `-1`");

	let deep = (0..9).fold(json!(1), |inner, _| json!([inner]));
	check_refused(&json!([1]), "FP32", &deep, "nested deeper than 8 arrays");
}

#[test]
fn tensor_should_be_refused_when_json_cannot_hold_it() {
	let data = Elements::Fp32(vec![0.0, f32::NAN]);
	let error = InferTensor::new("y".to_owned(), vec![2], data).unwrap_err();
	assert_eq!(error, NonFinite { name: "y".to_owned(), index: 1 });
}

#[test]
fn floats_should_be_written_in_their_own_precision() {
	let data = Elements::Fp32(vec![0.1]);
	let tensor = InferTensor::new("y".to_owned(), vec![1], data).unwrap();
	assert_eq!(
		serde_json::to_string(&tensor).unwrap(),
		r#"{"name":"y","shape":[1],"datatype":"FP32","data":[0.1]}"#
	);
}

#[test]
fn request_of_another_client_should_be_read_with_its_options() {
	let request: InferRequest = serde_json::from_value(json!({
		"id": "42",
		"parameters": { "priority": 1 },
		"inputs": [{
			"name": "image", "shape": [1, 2], "datatype": "FP32", "data": [[0.5, 1]],
			"parameters": { "content_type": "np" },
		}],
		"outputs": [{ "name": "probabilities", "parameters": { "binary_data": false } }],
	}))
	.unwrap();
	assert_eq!(request.id.as_deref(), Some("42"));
	assert_eq!(request.outputs[0].name, "probabilities");
	assert_eq!(*request.inputs[0].elements(), Elements::Fp32(vec![0.5, 1.0]));
}

/// Elements of any datatype that JSON can hold.
fn elements() -> impl Strategy<Value = Elements> {
	fn many<T: std::fmt::Debug>(
		element: impl Strategy<Value = T>,
	) -> impl Strategy<Value = Vec<T>> {
		prop::collection::vec(element, 0..24)
	}
	prop_oneof![
		many(any::<bool>()).prop_map(Elements::Bool),
		many(any::<u8>()).prop_map(Elements::Uint8),
		many(any::<u16>()).prop_map(Elements::Uint16),
		many(any::<u32>()).prop_map(Elements::Uint32),
		many(any::<u64>()).prop_map(Elements::Uint64),
		many(any::<i8>()).prop_map(Elements::Int8),
		many(any::<i16>()).prop_map(Elements::Int16),
		many(any::<i32>()).prop_map(Elements::Int32),
		many(any::<i64>()).prop_map(Elements::Int64),
		many(prop::num::f32::NORMAL | prop::num::f32::ZERO).prop_map(Elements::Fp32),
		// Short enough to be read exactly: JSON readers may be off by one in the 17th digit.
		many(any::<i32>().prop_map(|number| f64::from(number) / 16.0)).prop_map(Elements::Fp64),
	]
}

/// JSON values of any form, arrays above all.
fn values() -> impl Strategy<Value = Value> {
	let leaf = prop_oneof![
		Just(Value::Null),
		any::<bool>().prop_map(Value::from),
		any::<i64>().prop_map(Value::from),
		any::<f64>().prop_map(Value::from),
		"[a-z]{0,4}".prop_map(Value::from),
	];
	leaf.prop_recursive(10, 64, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}

proptest! {
	#[test]
	fn tensor_should_survive_when_written_and_read(elements in elements()) {
		let shape = vec![elements.len()];
		let tensor = InferTensor::new("x".to_owned(), shape, elements).unwrap();
		let text = serde_json::to_string(&tensor).unwrap();
		let read: InferTensor = serde_json::from_str(&text).unwrap();
		prop_assert_eq!(read, tensor);
	}

	#[test]
	fn reading_should_return_when_the_data_is_anything(
		datatype in prop::sample::select(Datatype::ALL),
		shape in prop::collection::vec(0_usize..4, 0..4),
		data in values(),
	) {
		if let Ok(tensor) = read(&json!(shape), datatype.name(), &data) {
			prop_assert_eq!(tensor.elements().datatype(), datatype);
		}
	}
}
