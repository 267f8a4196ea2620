// SPDX-License-Identifier: Apache-2.0

//! What is written is what the interface promises.

use crate::{
	ApiErrorBody, HexBytes, InferenceJobSpecification, JobKindName, JobState, LinkProofRequest,
	ModelFormat, NodeCapabilities, NodeSummary,
	oip::{Datatype, ErrorBody, ModelMetadata, TensorMetadata},
};
use serde_json::{json, to_value};
use std::collections::BTreeMap;

#[test]
fn link_proof_request_should_be_refused_when_malformed() {
	let owner = format!("0x{}", "ab".repeat(32));
	let check = |value: serde_json::Value, message: &str| {
		// As text, as it comes: what a tree of values says of a number depends on serde_json's features.
		let error = serde_json::from_str::<LinkProofRequest>(&value.to_string()).unwrap_err();
		assert!(error.to_string().contains(message), "{error}");
	};
	let good = json!({
		"owner": owner, "deed": 1, "last_linked_at_secs": 1_763_769_600, "expires_at_epoch": 9,
	});
	let with = |field: &str, value: serde_json::Value| {
		let mut request = good.clone();
		request[field] = value;
		request
	};
	for field in ["owner", "deed", "last_linked_at_secs", "expires_at_epoch"] {
		let mut short = good.clone();
		short.as_object_mut().unwrap().remove(field);
		check(short, &format!("missing field `{field}`"));
	}
	check(with("dead", json!(1)), "unknown field `dead`");
	check(
		with("owner", json!(&owner[2..])),
		"expected `0x` and 64 hexadecimal digits, which is 32 bytes",
	);
	check(with("deed", json!(-1)), "integer `-1`");
	check(with("last_linked_at_secs", json!(-1)), "integer `-1`");

	let request: LinkProofRequest = serde_json::from_value(good.clone()).unwrap();
	assert_eq!(request.owner, HexBytes([0xab; 32]));
	assert_eq!(to_value(request).unwrap(), good);
}

#[test]
fn node_should_be_written_with_what_it_says_of_its_machine() {
	let capabilities = NodeCapabilities {
		cores: 8,
		memory_mib: 16_000,
		disk_mib: 32_768,
		gpu: None,
		engine: "none".to_owned(),
		instruction_set: "x86-64-avx2".to_owned(),
		tags: vec!["region-eu".to_owned()],
		software_version: "0.1.0".to_owned(),
	};
	let node = NodeSummary {
		node: HexBytes([0xab; 32]),
		deed: 7,
		last_beat_epoch: 3,
		last_beat_slot: 5,
		capabilities: Some(capabilities),
	};
	let written = json!({
		"node": format!("0x{}", "ab".repeat(32)),
		"deed": 7,
		"last_beat_epoch": 3,
		"last_beat_slot": 5,
		"capabilities": {
			"cores": 8,
			"memory_mib": 16_000,
			"disk_mib": 32_768,
			"gpu": null,
			"engine": "none",
			"instruction_set": "x86-64-avx2",
			"tags": ["region-eu"],
			"software_version": "0.1.0",
		},
	});
	assert_eq!(to_value(&node).unwrap(), written);
	assert_eq!(serde_json::from_value::<NodeSummary>(written).unwrap(), node);
}

#[test]
fn specification_should_probe_from_zero_to_one_when_it_does_not_say() {
	let short = json!({
		"kind": "inference", "name": "digits", "model": "bafkreia", "format": "onnx",
			"tolerance": 1e-4,
	});
	let specification: InferenceJobSpecification = serde_json::from_value(short).unwrap();
	assert_eq!(
		specification,
		InferenceJobSpecification {
			kind: JobKindName::Inference,
			name: "digits".to_owned(),
			model: "bafkreia".to_owned(),
			format: ModelFormat::Onnx,
			tolerance: 1e-4,
			probe_range: [0.0, 1.0],
			secrets: BTreeMap::new(),
		}
	);
}

#[test]
fn specification_should_be_refused_when_it_has_an_unknown_part() {
	let check = |change: (&str, serde_json::Value), message: &str| {
		let mut value = json!({
			"kind": "inference", "name": "digits", "model": "bafkreia", "format": "onnx",
			"tolerance": 1e-4,
		});
		value[change.0] = change.1;
		let error = serde_json::from_value::<InferenceJobSpecification>(value).unwrap_err();
		assert!(error.to_string().contains(message), "{error}");
	};
	check(("kind", json!("mining")), "unknown variant `mining`, expected `inference`");
	check(("format", json!("pickle")), "unknown variant `pickle`, expected `onnx`");
	check(("tolerence", json!(0.1)), "unknown field `tolerence`");
}

#[test]
fn error_should_speak_to_both_kinds_of_clients_on_protocol_paths() {
	let body = ErrorBody::from(ApiErrorBody {
		code: "unknown_model".to_owned(),
		message: "no model `digits` is served here".to_owned(),
		hint: None,
	});
	assert_eq!(
		to_value(&body).unwrap(),
		json!({
			"error": "no model `digits` is served here",
			"code": "unknown_model",
			"message": "no model `digits` is served here",
		})
	);
	assert_eq!(body.details.to_string(), "no model `digits` is served here (unknown_model)");
}

#[test]
fn model_metadata_should_be_as_the_protocol_has_it() {
	let image =
		TensorMetadata { name: "image".to_owned(), datatype: Datatype::Fp32, shape: vec![-1, 64] };
	let metadata = ModelMetadata {
		name: "digits".to_owned(),
		versions: Vec::new(),
		platform: "onnx_tract".to_owned(),
		inputs: vec![image],
		outputs: Vec::new(),
	};
	assert_eq!(
		to_value(metadata).unwrap(),
		json!({
			"name": "digits",
			"platform": "onnx_tract",
			"inputs": [{ "name": "image", "datatype": "FP32", "shape": [-1, 64] }],
			"outputs": [],
		})
	);
	assert_eq!(to_value(JobState::Serving).unwrap(), json!("serving"));
}
