// SPDX-License-Identifier: Apache-2.0

//! Tensors between the wire and the engine.

use super::error::ApiError;
use axum::http::StatusCode;
use r1_api::oip::{self, Elements, InferTensor};
use r1_core::error_chain;
use r1_inference::{Dimension, InferError, NamedTensor, Tensor, TensorData};

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

/// A tensor that a client sent.
pub(super) fn from_client(tensor: InferTensor) -> Result<NamedTensor, ApiError> {
	let (name, shape, elements) = tensor.into_parts();
	NamedTensor::new(&name, shape, to_engine(elements))
		.map_err(|error| InferError::Request(error).into())
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
