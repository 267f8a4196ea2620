// SPDX-License-Identifier: Apache-2.0

//! Real models through the real engine: the repository's own, and small ones made on the spot.

mod onnx;
mod digits;
mod requests;
mod malformed;
mod service;
mod tensors;
mod probes;

use crate::{InferenceLimits, InferenceService, ModelFile, ModelName, NamedTensor, TensorData};
use cid::Cid;
use multihash_codetable::{Code, MultihashDigest};
use std::sync::Arc;

/// The identifier of a file of one raw block.
fn raw_cid(bytes: &[u8]) -> Cid {
	Cid::new_v1(0x55, Code::Sha2_256.digest(bytes))
}

fn model_name(name: &str) -> ModelName {
	ModelName::new(name).unwrap()
}

async fn load(
	service: &InferenceService,
	name: &str,
	bytes: &[u8],
) -> Result<Arc<crate::ServedModel>, crate::LoadError> {
	let file = ModelFile::new(raw_cid(bytes), bytes.to_vec()).unwrap();
	service.load(model_name(name), file).await
}

/// A service with the default limits and one model.
async fn serving(bytes: &[u8]) -> (InferenceService, Arc<crate::ServedModel>) {
	let service = InferenceService::with_tract(InferenceLimits::default());
	let model = load(&service, "model", bytes).await.unwrap();
	(service, model)
}

fn fp32(name: &str, shape: &[usize], elements: &[f32]) -> NamedTensor {
	NamedTensor::new(name, shape.to_vec(), TensorData::Fp32(elements.to_vec())).unwrap()
}

/// The message of an error and of everything that caused it.
fn chain(error: &dyn std::error::Error) -> String {
	let sources = std::iter::successors(error.source(), |error| error.source());
	std::iter::once(error.to_string())
		.chain(sources.map(ToString::to_string))
		.collect::<Vec<_>>()
		.join(": ")
}
