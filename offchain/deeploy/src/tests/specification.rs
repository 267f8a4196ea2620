// SPDX-License-Identifier: Apache-2.0

use super::*;
use proptest::prelude::*;
use r1_core::error_chain;
use serde_json::{Value, json};

fn digits() -> Value {
	json!({
		"kind": "inference",
		"name": "digits",
		"model": content("model").to_string(),
		"format": "onnx",
		"tolerance": 0.0001,
	})
}

fn read(specification: &Value) -> Result<Specification, SpecificationError> {
	Specification::from_json(specification.to_string().as_bytes())
}

/// The message for a specification in which one field is another.
fn message(field: &str, value: Value) -> String {
	let mut specification = digits();
	specification[field] = value;
	error_chain(&read(&specification).unwrap_err())
}

#[test]
fn specification_should_be_read_when_it_is_right() {
	assert_eq!(read(&digits()).unwrap(), specification("digits", content("model")));
	let by_hand = format!(
		r#"{{"kind":"inference","name":"digits","model":"{}","format":"onnx","tolerance":1e-4}}"#,
		content("model")
	);
	assert!(Specification::from_json(by_hand.as_bytes()).is_ok());
}

#[test]
fn specification_should_name_the_field_that_is_wrong() {
	let messages = [
		message("kind", json!("train")),
		message("name", json!("Digits!")),
		message("name", json!("")),
		message("model", json!("digits.onnx")),
		message("format", json!("pickle")),
		message("tolerance", json!(-0.5)),
		message("tolerance", json!(1)),
		message("tolerance", json!("small")),
		message("name", json!(["digits"])),
		message("kind", json!(null)),
		message("probe_range", json!([0])),
		message("probe_range", json!([0, "16"])),
		message("probe_range", json!([1, 1])),
		message("probe_range", json!([-1e308, 1e308])),
		message("replicas", json!(2)),
	];
	insta::assert_snapshot!(messages.join("\n"), @"
	field `kind`: `train` is not supported, only `inference` is
	field `name`: `Digits!` is not 1 to 64 of a to z, 0 to 9 and `-`
	field `name`: `` is not 1 to 64 of a to z, 0 to 9 and `-`
	field `model`: `digits.onnx` is not a CID: Failed to parse multihash
	field `format`: `pickle` is not supported, only `onnx` is
	field `tolerance`: -0.5 is not at least 0 and less than 1
	field `tolerance`: 1 is not at least 0 and less than 1
	field `tolerance`: not a number
	field `name`: not a string
	field `kind`: not a string
	field `probe_range`: not a list of two numbers
	field `probe_range`: not a list of two numbers
	field `probe_range`: no number can be drawn from 1e0 to 1e0
	field `probe_range`: no number can be drawn from -1e308 to 1e308
	the specification is malformed: unknown field `replicas`, expected one of `kind`, `name`, `model`, `format`, `tolerance`, `probe_range`, `secrets` at line 1 column 132
	");
}

#[test]
fn specification_should_take_a_probe_range_when_it_is_given() {
	let mut with_range = digits();
	with_range["probe_range"] = json!([-2, 16.5]);
	let Specification::Inference(inference) = read(&with_range).unwrap();
	assert_eq!(inference.probe_range, -2.0..16.5);
}

#[test]
fn specification_should_name_the_field_that_is_missing() {
	for field in ["kind", "name", "model", "format", "tolerance"] {
		let mut specification = digits();
		specification.as_object_mut().unwrap().remove(field);
		let message = error_chain(&read(&specification).unwrap_err());
		let expected = format!("the specification is malformed: missing field `{field}`");
		assert!(message.starts_with(&expected), "{message}");
	}
}

#[test]
fn specification_should_be_refused_when_it_is_not_one() {
	let message = |text: &[u8]| error_chain(&Specification::from_json(text).unwrap_err());
	assert!(message(b"").starts_with("the specification is malformed: EOF"));
	assert!(message(b"[]").starts_with("the specification is malformed: "));
	assert!(message(&[0xff]).starts_with("the specification is malformed: "));
	let twice = digits().to_string().replacen("{", r#"{"kind":"inference","#, 1);
	assert!(message(twice.as_bytes()).contains("duplicate field `kind`"));
	let long = vec![b' '; SPECIFICATION_BYTES_MAX + 1];
	assert_eq!(message(&long), "the specification has 65537 bytes, more than 65536");
}

#[test]
fn errors_should_quote_no_more_than_a_name_of_what_they_refuse() {
	let endless = "x".repeat(3_000);
	for field in ["kind", "name", "model", "format"] {
		let mut specification = digits();
		specification[field] = json!(endless);
		let message = read(&specification).unwrap_err().to_string();
		assert!(message.starts_with(&format!("field `{field}`: `xxx")), "{message}");
		assert!(message.len() < 200, "{message}");
	}
}

#[test]
fn name_should_have_1_to_64_allowed_characters() {
	for (name, is_valid) in [
		("a", true),
		("digits-2", true),
		("-", true),
		(&*"a".repeat(64), true),
		(&*"a".repeat(65), false),
		("", false),
		("Digits", false),
		("a_b", false),
		("a.b", false),
		("a/b", false),
		("é", false),
	] {
		assert_eq!(ServedName::new(name).is_ok(), is_valid, "{name}");
	}
}

#[test]
fn secrets_should_be_texts_with_names_of_files_and_not_too_many() {
	let mut sealed = digits();
	sealed["secrets"] = json!({ "database": "-----BEGIN AGE ENCRYPTED FILE-----" });
	let written = read(&sealed).unwrap();
	let names: Vec<_> = written.secrets().keys().map(ServedName::as_str).collect();
	assert_eq!(names, ["database"]);
	assert_eq!(Specification::from_json(written.to_json().as_bytes()).unwrap(), written);
	let many: serde_json::Map<_, _> =
		(0..=SECRETS_MAX).map(|number| (format!("s{number}"), json!("x"))).collect();
	for (value, expected) in [
		(json!(["database"]), "field `secrets`: not an object whose values are strings"),
		(json!({ "database": 1 }), "field `secrets`: not a string"),
		(json!({ "../../etc/passwd": "x" }), "field `name`: `../../etc/passwd` is not 1 to 64"),
		(Value::Object(many), "field `secrets`: 17 secrets, more than 16"),
	] {
		let message = message("secrets", value);
		assert!(message.starts_with(expected), "{message}");
	}
}

proptest! {
	#[test]
	fn specification_should_survive_a_round_trip(
		name in "[a-z0-9-]{1,64}",
		model in any::<[u8; 8]>(),
		tolerance in 0_u32..10_000,
		start in -1_000_000_i32..1_000_000,
		width in 1_u32..1_000_000,
	) {
		let Specification::Inference(fields) = specification(&name, cid_of(RAW_CODEC, &model));
		let tolerance = f64::from(tolerance) / 1e4;
		let probe_range = f64::from(start) / 1e3..(f64::from(start) + f64::from(width)) / 1e3;
		let fields = InferenceSpecification { tolerance, probe_range, ..fields };
		let written = Specification::Inference(fields);
		let json = written.to_json();
		prop_assert!(json.len() < 400);
		prop_assert_eq!(Specification::from_json(json.as_bytes()).unwrap(), written);
	}

	#[test]
	fn specification_should_end_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
		prop_assert!(Specification::from_json(&bytes).is_err());
	}
}
