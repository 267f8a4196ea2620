// SPDX-License-Identifier: Apache-2.0

//! A tensor of the wire, for inputs and outputs alike.

use crate::oip::{
	elements::{Datatype, ElementError, Elements},
	nested::NestedArray,
};
use serde::{Deserialize, Serialize};

/// A named tensor.
///
/// The elements are of the declared datatype and finite; whether they fill the shape is for the
/// receiver to check, who knows the model.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "RawTensor")]
pub struct InferTensor {
	name: String,
	shape: Vec<usize>,
	datatype: Datatype,
	data: Elements,
}

impl InferTensor {
	/// A tensor to send.
	///
	/// # Errors
	///
	/// An element is infinite or not a number: JSON has no way to write it.
	pub fn new(name: String, shape: Vec<usize>, data: Elements) -> Result<Self, NonFinite> {
		match data.first_non_finite() {
			Some(index) => Err(NonFinite { name, index }),
			None => Ok(Self { name, shape, datatype: data.datatype(), data }),
		}
	}

	/// The name of the input or output.
	#[must_use]
	pub fn name(&self) -> &str {
		&self.name
	}

	/// Size of each dimension, outermost first.
	#[must_use]
	pub fn shape(&self) -> &[usize] {
		&self.shape
	}

	/// The elements.
	#[must_use]
	pub fn elements(&self) -> &Elements {
		&self.data
	}

	/// Name, shape and elements.
	#[must_use]
	pub fn into_parts(self) -> (String, Vec<usize>, Elements) {
		(self.name, self.shape, self.data)
	}
}

/// A tensor as it is written; what it promises is not checked yet.
#[derive(Deserialize)]
struct RawTensor {
	name: String,
	shape: Vec<usize>,
	datatype: Datatype,
	data: NestedArray,
}

impl TryFrom<RawTensor> for InferTensor {
	type Error = InferTensorError;

	fn try_from(raw: RawTensor) -> Result<Self, Self::Error> {
		let RawTensor { name, shape, datatype, data: NestedArray { scalars, shape: nesting } } =
			raw;
		// A flat array may have any shape; a nested one shows its own.
		if 1 < nesting.len() && nesting != shape {
			return Err(InferTensorError::Nesting { name, shape, nesting });
		}
		match Elements::read(datatype, &scalars) {
			Ok(data) => Ok(Self { name, shape, datatype, data }),
			Err(error) => Err(InferTensorError::Element { name, error }),
		}
	}
}

/// Why JSON is no tensor.
///
/// The sources are part of the messages: these errors reach people through the JSON reader, which
/// keeps nothing but text.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InferTensorError {
	/// The arrays are nested otherwise than the shape says.
	#[error("tensor `{name}` has shape {shape:?}, but its data is nested as {nesting:?}")]
	Nesting {
		/// Name of the tensor.
		name: String,
		/// The shape that it declares.
		shape: Vec<usize>,
		/// The shape of its nesting.
		nesting: Vec<usize>,
	},
	/// A value that is no element.
	#[error("tensor `{name}`: {error}")]
	Element {
		/// Name of the tensor.
		name: String,
		/// The value.
		error: ElementError,
	},
}

/// A number that JSON cannot hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("element {index} of `{name}` is infinite or not a number, which JSON cannot hold")]
pub struct NonFinite {
	/// Name of the tensor.
	pub name: String,
	/// Position of the element, in row-major order.
	pub index: usize,
}
