// SPDX-License-Identifier: Apache-2.0

//! Whether two machines computed the same thing.
//!
//! Floating-point kernels differ between instruction sets, so the answers of two honest nodes
//! differ in the last bits. The specification of a job says how far they may.

use crate::{
	request::NamedTensor,
	tensor::{Datatype, Tensor, TensorData},
};

/// How far two honest answers may be apart.
///
/// Elements `a` (recomputed) and `b` (answered) agree when `|a - b| <= tolerance * max(1, |a|)`:
/// an absolute bound near zero and a relative one for large values. Integers and booleans must be
/// equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance(f64);

impl Tolerance {
	/// Only equal answers agree.
	pub const EXACT: Self = Self(0.0);

	/// A tolerance of at least 0 and less than 1.
	///
	/// # Errors
	///
	/// Any other number: at 1 every two answers near zero would agree.
	pub fn new(tolerance: f64) -> Result<Self, InvalidTolerance> {
		match (0.0..1.0).contains(&tolerance) {
			true => Ok(Self(tolerance)),
			false => Err(InvalidTolerance { got: tolerance }),
		}
	}

	/// Compares what a node answered with what was recomputed here.
	///
	/// # Errors
	///
	/// The first difference that is found.
	pub fn compare(
		self,
		recomputed: &[NamedTensor],
		answered: &[NamedTensor],
	) -> Result<(), Difference> {
		if recomputed.len() != answered.len() {
			return Err(Difference::Count { expected: recomputed.len(), got: answered.len() });
		}
		recomputed.iter().zip(answered).try_for_each(|(expected, got)| {
			if expected.name != got.name {
				return Err(Difference::Name {
					expected: expected.name.clone(),
					got: got.name.clone(),
				});
			}
			self.compare_tensors(&expected.name, &expected.tensor, &got.tensor)
		})
	}

	fn compare_tensors(
		self,
		output: &str,
		expected: &Tensor,
		got: &Tensor,
	) -> Result<(), Difference> {
		let output = || output.to_owned();
		if expected.datatype() != got.datatype() {
			return Err(Difference::Datatype {
				output: output(),
				expected: expected.datatype(),
				got: got.datatype(),
			});
		}
		if expected.shape() != got.shape() {
			return Err(Difference::Shape {
				output: output(),
				expected: expected.shape().to_vec(),
				got: got.shape().to_vec(),
			});
		}
		let differing = match (expected.data(), got.data()) {
			(TensorData::Fp32(expected), TensorData::Fp32(got)) => self.first_apart(
				expected.iter().copied().map(f64::from),
				got.iter().copied().map(f64::from),
			),
			(TensorData::Fp64(expected), TensorData::Fp64(got)) => {
				self.first_apart(expected.iter().copied(), got.iter().copied())
			},
			(expected_data, got_data) if expected_data == got_data => None,
			_ => Some(first_unequal_element(expected, got)),
		};
		match differing {
			Some(index) => Err(Difference::Element { output: output(), index }),
			None => Ok(()),
		}
	}

	fn first_apart(
		self,
		mut expected: impl Iterator<Item = f64>,
		mut got: impl Iterator<Item = f64>,
	) -> Option<usize> {
		let mut pairs = std::iter::from_fn(|| expected.next().zip(got.next()));
		pairs.position(|(expected, got)| !self.agree(expected, got))
	}

	fn agree(self, expected: f64, got: f64) -> bool {
		// Infinities of one sign are equal, and "not a number" is the same answer on both sides.
		expected == got
			|| (expected.is_nan() && got.is_nan())
			|| (expected - got).abs() <= self.0 * expected.abs().max(1.0) && expected.is_finite()
	}
}

/// Position of the first element whose bytes differ, in tensors of one datatype and shape.
fn first_unequal_element(expected: &Tensor, got: &Tensor) -> usize {
	let (expected_bytes, got_bytes) = (expected.to_le_bytes(), got.to_le_bytes());
	let equal_bytes = expected_bytes
		.iter()
		.zip(&got_bytes)
		.take_while(|(expected, got)| expected == got)
		.count();
	equal_bytes / expected.datatype().size_bytes()
}

/// A number that is no tolerance.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("a tolerance is at least 0 and less than 1, but {got} was given")]
pub struct InvalidTolerance {
	/// What was given.
	pub got: f64,
}

/// Where an answer first differs from what was recomputed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Difference {
	/// Too few or too many outputs.
	#[error("{expected} outputs were expected, but {got} were answered")]
	Count {
		/// Outputs recomputed.
		expected: usize,
		/// Outputs answered.
		got: usize,
	},
	/// Another output than expected.
	#[error("output `{expected}` was expected, but `{got}` was answered")]
	Name {
		/// Output recomputed.
		expected: String,
		/// Output answered.
		got: String,
	},
	/// Another kind of number.
	#[error("output `{output}` must be {expected}, but {got} was answered")]
	Datatype {
		/// The output.
		output: String,
		/// Datatype recomputed.
		expected: Datatype,
		/// Datatype answered.
		got: Datatype,
	},
	/// Another shape.
	#[error("output `{output}` must have shape {expected:?}, but {got:?} was answered")]
	Shape {
		/// The output.
		output: String,
		/// Shape recomputed.
		expected: Vec<usize>,
		/// Shape answered.
		got: Vec<usize>,
	},
	/// Another value.
	#[error("element {index} of output `{output}` is further from the recomputed one than allowed")]
	Element {
		/// The output.
		output: String,
		/// Position of the element, in row-major order.
		index: usize,
	},
}
