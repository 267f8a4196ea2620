// SPDX-License-Identifier: Apache-2.0

//! Tensors between the wire and the engine.

use super::error::ApiError;
use axum::http::StatusCode;
use r1_api::oip::{self, Elements, InferRequest, InferResponse, InferTensor};
use r1_core::error_chain;
use r1_inference::{
	Dimension, InferError, InferenceRequest, NamedTensor, RequestError, Tensor, TensorData,
};

/// Declares each datatype once, for both directions.
macro_rules! convert {
	($($variant:ident),+ $(,)?) => {
		fn to_engine(elements: Elements) -> TensorData {
			match elements {
				$(Elements::$variant(values) => TensorData::$variant(values),)+
			}
		}

		fn to_wire(data: TensorData) -> Elements {
			match data {
				$(TensorData::$variant(values) => Elements::$variant(values),)+
			}
		}

		fn datatype(datatype: r1_inference::Datatype) -> oip::Datatype {
			match datatype {
				$(r1_inference::Datatype::$variant => oip::Datatype::$variant,)+
			}
		}
	};
}

convert!(Bool, Uint8, Uint16, Uint32, Uint64, Int8, Int16, Int32, Int64, Fp32, Fp64);

/// What a client asks, from the body of its request; or what is wrong with it.
pub(crate) fn request_of(body: &[u8]) -> Result<InferenceRequest, String> {
	let request: InferRequest = serde_json::from_slice(body).map_err(|error| error.to_string())?;
	let inputs = request.inputs.into_iter().map(to_tensor).collect::<Result<_, _>>();
	let inputs = inputs.map_err(|error| error_chain(&error).to_string())?;
	let outputs = request.outputs.into_iter().map(|output| output.name).collect();
	Ok(InferenceRequest { inputs, outputs })
}

/// What a model answered, from the body of a response; or what is wrong with it.
pub(crate) fn outputs_of(body: &[u8]) -> Result<Vec<NamedTensor>, String> {
	let response: InferResponse =
		serde_json::from_slice(body).map_err(|error| error.to_string())?;
	let outputs = response.outputs.into_iter().map(to_tensor).collect::<Result<_, _>>();
	outputs.map_err(|error| error_chain(&error).to_string())
}

/// A tensor that a client sent.
pub(super) fn from_client(tensor: InferTensor) -> Result<NamedTensor, ApiError> {
	to_tensor(tensor).map_err(|error| InferError::Request(error).into())
}

fn to_tensor(tensor: InferTensor) -> Result<NamedTensor, RequestError> {
	let (name, shape, elements) = tensor.into_parts();
	NamedTensor::new(&name, shape, to_engine(elements))
}

/// A tensor that a model computed.
pub(super) fn to_client(named: NamedTensor) -> Result<InferTensor, ApiError> {
	let shape = named.tensor.shape().to_vec();
	InferTensor::new(named.name, shape, to_wire(Tensor::into_data(named.tensor))).map_err(|error| {
		let message = error_chain(&error).to_string();
		ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "output_not_finite", message)
	})
}

/// What a model takes or gives, as clients read it: -1 is a size that each request chooses.
pub(super) fn describe(metadata: &r1_inference::TensorMetadata) -> oip::TensorMetadata {
	oip::TensorMetadata {
		name: metadata.name.clone(),
		datatype: datatype(metadata.datatype),
		shape: metadata
			.shape
			.iter()
			.map(|dimension| match dimension {
				// A dimension beyond 2^63 fits no machine.
				Dimension::Fixed(size) => i64::try_from(*size).unwrap_or(i64::MAX),
				Dimension::Dynamic(_) => -1,
			})
			.collect(),
	}
}
