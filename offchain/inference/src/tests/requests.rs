// SPDX-License-Identifier: Apache-2.0

//! Every way in which a request may not fit its model.

use super::{chain, digits::MODEL, fp32, onnx, serving};
use crate::{BackendError, InferError, InferenceRequest, NamedTensor, RequestError, TensorData};

fn int64(name: &str, elements: &[i64]) -> NamedTensor {
	let data = TensorData::Int64(elements.to_vec());
	NamedTensor::new(name, vec![elements.len()], data).unwrap()
}

async fn infer(
	model: &[u8],
	inputs: Vec<NamedTensor>,
	outputs: &[&str],
) -> Result<Vec<NamedTensor>, InferError> {
	let (service, model) = serving(model).await;
	let outputs = outputs.iter().map(|output| (*output).to_owned()).collect();
	service.infer(&model, InferenceRequest { inputs, outputs }).await
}

/// The request is refused, by the client's fault, with exactly this message.
async fn check_refused(model: &[u8], inputs: Vec<NamedTensor>, outputs: &[&str], message: &str) {
	let error = infer(model, inputs, outputs).await.unwrap_err();
	assert!(error.is_client_fault(), "{error}");
	assert!(!error.is_transient(), "{error}");
	assert_eq!(error.to_string(), message);
}

fn image(batch: usize, pixels: usize) -> NamedTensor {
	fp32("image", &[batch, pixels], &vec![0.0; batch * pixels])
}

#[tokio::test]
async fn request_should_be_refused_when_its_shape_is_wrong() {
	let expected = "input `image` must have shape [N, 64], but";
	let refused = |input, got| async move {
		check_refused(MODEL, vec![input], &[], &format!("{expected} {got} was given")).await;
	};
	refused(image(1, 63), "[1, 63]").await;
	refused(image(0, 64), "[0, 64]").await;
	refused(fp32("image", &[64], &[0.0; 64]), "[64]").await;
	refused(fp32("image", &[1, 1, 8, 8], &[0.0; 64]), "[1, 1, 8, 8]").await;
}

#[tokio::test]
async fn request_should_be_refused_when_its_datatype_is_wrong() {
	let input = NamedTensor::new("image", vec![1, 64], TensorData::Int64(vec![0; 64])).unwrap();
	let message = "input `image` must be FP32, but INT64 was given";
	check_refused(MODEL, vec![input], &[], message).await;
}

#[tokio::test]
async fn request_should_be_refused_when_an_input_is_unknown_missing_or_double() {
	let unknown = fp32("pixels", &[1, 64], &[0.0; 64]);
	let message = "the model has no input `pixels`; it takes `image`";
	check_refused(MODEL, vec![unknown], &[], message).await;

	let message = "the request has no value for the input `right`";
	check_refused(&onnx::addition(), vec![int64("left", &[1])], &[], message).await;

	let twice = vec![image(1, 64), image(1, 64)];
	let message = "the request has two values for the input `image`";
	check_refused(MODEL, twice, &[], message).await;
}

#[tokio::test]
async fn request_should_be_refused_when_an_output_is_unknown_or_double() {
	let message = "the model has no output `label`; it gives `probabilities`";
	check_refused(MODEL, vec![image(1, 64)], &["label"], message).await;

	let message = "the output `probabilities` is asked for twice";
	let outputs = ["probabilities", "probabilities"];
	check_refused(MODEL, vec![image(1, 64)], &outputs, message).await;
}

#[tokio::test]
async fn request_should_be_refused_when_inputs_disagree_about_a_dimension() {
	let inputs = vec![int64("left", &[1, 2]), int64("right", &[1, 2, 3])];
	let message = "dimension N of input `right` is 3, but it is 2 elsewhere";
	check_refused(&onnx::addition(), inputs, &[], message).await;
}

#[tokio::test]
async fn request_should_be_refused_when_its_batch_is_too_large() {
	let message = "input `image` holds a batch of 1025, but at most 1024 are allowed";
	check_refused(MODEL, vec![image(1_025, 64)], &[], message).await;
}

#[tokio::test]
async fn request_should_be_refused_when_a_result_would_be_too_large() {
	// Two short vectors, and a table of 1 024 x 16 385 = 16 778 240 elements, just over 16 Mi.
	let inputs =
		vec![fp32("column", &[1_024, 1], &[0.0; 1_024]), fp32("row", &[1, 16_385], &[0.0; 16_385])];
	let error = infer(&onnx::outer_sum(), inputs, &[]).await.unwrap_err();
	assert!(error.is_client_fault());
	let InferError::Backend(BackendError::TensorTooLarge { got, max }) = error else {
		panic!("{error}")
	};
	assert_eq!((got, max), (16_778_240, 16_777_216));
}

#[test]
fn tensor_should_be_refused_when_its_elements_do_not_fill_its_shape() {
	let error =
		NamedTensor::new("image", vec![1, 64], TensorData::Fp32(vec![0.0; 63])).unwrap_err();
	assert!(matches!(&error, RequestError::InvalidTensor { input, .. } if input == "image"));
	assert_eq!(
		chain(&error),
		"the value of input `image` is no tensor: shape [1, 64] holds 64 elements, but 63 were given"
	);
}

#[tokio::test]
async fn inputs_should_be_matched_by_name_when_their_order_differs() {
	let inputs = vec![int64("right", &[10, 20]), int64("left", &[1, -2])];
	let outputs = infer(&onnx::addition(), inputs, &["sum"]).await.unwrap();
	assert_eq!(outputs, [int64("sum", &[11, 18])]);
}
