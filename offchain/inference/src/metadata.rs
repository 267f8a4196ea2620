// SPDX-License-Identifier: Apache-2.0

//! What a model takes and what it gives.

use crate::tensor::Datatype;
use std::fmt::{self, Display};

/// The signature of a loaded model.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ModelMetadata {
	/// What the model takes, in its own order.
	pub inputs: Vec<TensorMetadata>,
	/// What the model gives, in its own order.
	pub outputs: Vec<TensorMetadata>,
}

/// One input or output of a model.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TensorMetadata {
	/// The name in the model.
	pub name: String,
	/// What kind of number its elements are.
	pub datatype: Datatype,
	/// Its dimensions, outermost first.
	pub shape: Vec<Dimension>,
}

impl TensorMetadata {
	/// The shape as a person reads it, such as `[N, 64]`.
	#[must_use]
	pub fn shape_display(&self) -> String {
		display_shape(&self.shape)
	}
}

/// One dimension of an input or output.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Dimension {
	/// Always this size.
	Fixed(usize),
	/// Chosen by each request. Dimensions of the same name have the same size within a request.
	Dynamic(String),
}

impl Dimension {
	/// Whether a dimension of `size` fits here.
	#[must_use]
	pub fn accepts(&self, size: usize) -> bool {
		match self {
			Self::Fixed(fixed) => *fixed == size,
			Self::Dynamic(_) => size > 0,
		}
	}
}

impl Display for Dimension {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Fixed(size) => Display::fmt(size, formatter),
			Self::Dynamic(name) => formatter.write_str(name),
		}
	}
}

/// `[N, 64]` rather than `[Dynamic("N"), Fixed(64)]`.
pub(crate) fn display_shape(shape: &[Dimension]) -> String {
	let dimensions: Vec<_> = shape.iter().map(ToString::to_string).collect();
	format!("[{}]", dimensions.join(", "))
}
