// SPDX-License-Identifier: Apache-2.0

//! Tensors: a shape and exactly as many elements as it holds.

use codec::{Decode, Encode};
use std::fmt::{self, Display};

/// Dimensions that one tensor may have; ONNX models in the field stay at 5 or fewer.
pub const TENSOR_DIMENSIONS_MAX: usize = 8;

/// Elements of one datatype in row-major order, with the shape that they fill.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
	shape: Vec<usize>,
	data: TensorData,
}

impl Tensor {
	/// A tensor of `shape` filled with `data`.
	///
	/// # Errors
	///
	/// The shape holds another number of elements than there are, or has too many dimensions.
	pub fn new(shape: Vec<usize>, data: TensorData) -> Result<Self, TensorError> {
		let expected = element_count(&shape)?;
		if expected != data.len() {
			return Err(TensorError::ElementCount { shape, expected, got: data.len() });
		}
		Ok(Self { shape, data })
	}

	/// Reads a tensor from little-endian bytes: the inverse of [`Tensor::to_le_bytes`].
	///
	/// # Errors
	///
	/// The bytes are not exactly the elements of `shape`, or one of them is no value of `datatype`.
	pub fn from_le_bytes(
		datatype: Datatype,
		shape: Vec<usize>,
		bytes: &[u8],
	) -> Result<Self, TensorError> {
		let expected = element_count(&shape)?
			.checked_mul(datatype.size_bytes())
			.ok_or_else(|| TensorError::ShapeOverflow { shape: shape.clone() })?;
		if expected != bytes.len() {
			return Err(TensorError::ByteCount { datatype, shape, expected, got: bytes.len() });
		}
		let data = TensorData::from_le_bytes(datatype, bytes)?;
		Ok(Self { shape, data })
	}

	/// The elements in little-endian bytes, without gaps; a boolean is one byte, 0 or 1.
	#[must_use]
	pub fn to_le_bytes(&self) -> Vec<u8> {
		self.data.to_le_bytes()
	}

	/// Size of each dimension, outermost first.
	#[must_use]
	pub fn shape(&self) -> &[usize] {
		&self.shape
	}

	/// The elements.
	#[must_use]
	pub fn data(&self) -> &TensorData {
		&self.data
	}

	/// The elements, without the shape.
	#[must_use]
	pub fn into_data(self) -> TensorData {
		self.data
	}

	/// What kind of number the elements are.
	#[must_use]
	pub fn datatype(&self) -> Datatype {
		self.data.datatype()
	}
}

/// Number of elements that a shape holds; an empty shape is a scalar and holds one.
///
/// # Errors
///
/// The shape has too many dimensions, or its product does not fit.
pub fn element_count(shape: &[usize]) -> Result<usize, TensorError> {
	if shape.len() > TENSOR_DIMENSIONS_MAX {
		return Err(TensorError::TooManyDimensions { got: shape.len() });
	}
	shape
		.iter()
		.try_fold(1_usize, |count, dimension| count.checked_mul(*dimension))
		.ok_or_else(|| TensorError::ShapeOverflow { shape: shape.to_vec() })
}

/// Declares the datatypes once: their names, sizes and containers cannot drift apart.
macro_rules! datatypes {
	($($(#[$doc:meta])* $variant:ident($element:ty) = $name:literal),+ $(,)?) => {
		/// What kind of number an element is, named as the Open Inference Protocol names it.
		#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Hash, PartialEq)]
		pub enum Datatype {
			$($(#[$doc])* $variant,)+
		}

		impl Datatype {
			/// Every datatype that can be served.
			pub const ALL: &'static [Self] = &[$(Self::$variant),+];

			/// The name on the wire.
			#[must_use]
			pub const fn name(self) -> &'static str {
				match self {
					$(Self::$variant => $name,)+
				}
			}

			/// Bytes of one element.
			#[must_use]
			pub const fn size_bytes(self) -> usize {
				match self {
					$(Self::$variant => size_of::<$element>(),)+
				}
			}
		}

		/// Elements of a tensor, all of one datatype.
		#[derive(Clone, Debug, PartialEq)]
		pub enum TensorData {
			$($(#[$doc])* $variant(Vec<$element>),)+
		}

		impl TensorData {
			/// What kind of number the elements are.
			#[must_use]
			pub fn datatype(&self) -> Datatype {
				match self {
					$(Self::$variant(_) => Datatype::$variant,)+
				}
			}

			/// Number of elements.
			#[must_use]
			pub fn len(&self) -> usize {
				match self {
					$(Self::$variant(elements) => elements.len(),)+
				}
			}

			fn to_le_bytes(&self) -> Vec<u8> {
				match self {
					$(Self::$variant(elements) => {
						elements.iter().flat_map(|element| element.to_bytes()).collect()
					})+
				}
			}

			fn from_le_bytes(datatype: Datatype, bytes: &[u8]) -> Result<Self, TensorError> {
				match datatype {
					$(Datatype::$variant => {
						decode_elements::<$element, { size_of::<$element>() }>(bytes)
							.map(Self::$variant)
					})+
				}
			}
		}
	};
}

datatypes! {
	/// True or false.
	Bool(bool) = "BOOL",
	/// Unsigned, 8 bits.
	Uint8(u8) = "UINT8",
	/// Unsigned, 16 bits.
	Uint16(u16) = "UINT16",
	/// Unsigned, 32 bits.
	Uint32(u32) = "UINT32",
	/// Unsigned, 64 bits.
	Uint64(u64) = "UINT64",
	/// Signed, 8 bits.
	Int8(i8) = "INT8",
	/// Signed, 16 bits.
	Int16(i16) = "INT16",
	/// Signed, 32 bits.
	Int32(i32) = "INT32",
	/// Signed, 64 bits.
	Int64(i64) = "INT64",
	/// IEEE 754, 32 bits.
	Fp32(f32) = "FP32",
	/// IEEE 754, 64 bits.
	Fp64(f64) = "FP64",
}

impl TensorData {
	/// Whether there are no elements.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}
}

impl Display for Datatype {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(self.name())
	}
}

/// Why a shape and elements do not make a tensor.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TensorError {
	/// Too few or too many elements for the shape.
	#[error("shape {shape:?} holds {expected} elements, but {got} were given")]
	ElementCount {
		/// The shape.
		shape: Vec<usize>,
		/// Elements that it holds.
		expected: usize,
		/// Elements that came.
		got: usize,
	},
	/// Too few or too many bytes for the shape.
	#[error("shape {shape:?} of {datatype} is {expected} bytes, but {got} were given")]
	ByteCount {
		/// What the bytes encode.
		datatype: Datatype,
		/// The shape.
		shape: Vec<usize>,
		/// Bytes that it takes.
		expected: usize,
		/// Bytes that came.
		got: usize,
	},
	/// A byte that encodes no boolean.
	#[error("element {index} is the byte {byte}, but a BOOL is 0 or 1")]
	InvalidBool {
		/// Position of the element.
		index: usize,
		/// What came.
		byte: u8,
	},
	/// More elements than can be counted.
	#[error("shape {shape:?} is too large")]
	ShapeOverflow {
		/// The shape.
		shape: Vec<usize>,
	},
	/// More dimensions than are served.
	#[error("a tensor has at most {TENSOR_DIMENSIONS_MAX} dimensions, but {got} were given")]
	TooManyDimensions {
		/// Dimensions that came.
		got: usize,
	},
}

/// An element that is a fixed number of little-endian bytes.
trait Element<const SIZE: usize>: Sized {
	fn to_bytes(&self) -> [u8; SIZE];

	/// `Err` holds the byte that is no value of this type.
	fn from_bytes(bytes: [u8; SIZE]) -> Result<Self, u8>;
}

macro_rules! number_elements {
	($($number:ty),+) => {
		$(impl Element<{ size_of::<$number>() }> for $number {
			fn to_bytes(&self) -> [u8; size_of::<$number>()] {
				self.to_le_bytes()
			}

			fn from_bytes(bytes: [u8; size_of::<$number>()]) -> Result<Self, u8> {
				Ok(<$number>::from_le_bytes(bytes))
			}
		})+
	};
}

number_elements!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

impl Element<1> for bool {
	fn to_bytes(&self) -> [u8; 1] {
		[u8::from(*self)]
	}

	fn from_bytes([byte]: [u8; 1]) -> Result<Self, u8> {
		match byte {
			0 => Ok(false),
			1 => Ok(true),
			other => Err(other),
		}
	}
}

/// Decodes whole elements; the caller has checked that no byte is left over.
fn decode_elements<E: Element<SIZE>, const SIZE: usize>(
	bytes: &[u8],
) -> Result<Vec<E>, TensorError> {
	let (elements, rest) = bytes.as_chunks::<SIZE>();
	debug_assert!(rest.is_empty(), "the byte count is checked against the shape");
	elements
		.iter()
		.enumerate()
		.map(|(index, element)| {
			E::from_bytes(*element).map_err(|byte| TensorError::InvalidBool { index, byte })
		})
		.collect()
}
