// SPDX-License-Identifier: Apache-2.0

//! Elements of a tensor, typed.

use crate::oip::nested::Scalar;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// Declares the datatypes once: their names and containers cannot drift apart.
macro_rules! datatypes {
	($($(#[$doc:meta])* $variant:ident($element:ty) = $name:literal),+ $(,)?) => {
		/// What kind of number an element is.
		#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
		#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
		pub enum Datatype {
			$($(#[$doc])* #[serde(rename = $name)] $variant,)+
		}

		impl Datatype {
			/// Every datatype that is served.
			pub const ALL: &'static [Self] = &[$(Self::$variant),+];

			/// The name on the wire.
			#[must_use]
			pub const fn name(self) -> &'static str {
				match self {
					$(Self::$variant => $name,)+
				}
			}
		}

		/// Elements of one tensor, all of one datatype, in row-major order.
		#[derive(Clone, Debug, PartialEq, Serialize)]
		#[serde(untagged)]
		pub enum Elements {
			$($(#[$doc])* $variant(Vec<$element>),)+
		}

		impl Elements {
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

			/// Reads JSON scalars as elements of a datatype.
			pub(crate) fn read(datatype: Datatype, scalars: &[Scalar]) -> Result<Self, ElementError> {
				match datatype {
					$(Datatype::$variant => {
						read_all(datatype, scalars, <$element>::read).map(Self::$variant)
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

impl Elements {
	/// Whether there are no elements.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// Position of the first element that JSON cannot hold.
	pub(crate) fn first_non_finite(&self) -> Option<usize> {
		match self {
			Self::Fp32(elements) => elements.iter().position(|element| !element.is_finite()),
			Self::Fp64(elements) => elements.iter().position(|element| !element.is_finite()),
			_ => None,
		}
	}
}

impl Display for Datatype {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(self.name())
	}
}

/// A JSON value that is no element of the tensor that it is in.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("element {index} is {got}, which is no {datatype}")]
pub struct ElementError {
	/// Position of the element, in row-major order.
	pub index: usize,
	/// What the tensor holds.
	pub datatype: Datatype,
	/// What came.
	pub got: String,
}

fn read_all<T>(
	datatype: Datatype,
	scalars: &[Scalar],
	read: impl Fn(&Scalar) -> Option<T>,
) -> Result<Vec<T>, ElementError> {
	scalars
		.iter()
		.enumerate()
		.map(|(index, scalar)| {
			read(scalar).ok_or_else(|| ElementError { index, datatype, got: scalar.to_string() })
		})
		.collect()
}

/// An element that may be read from a JSON scalar, without loss but for the rounding of floats.
trait Element: Sized {
	fn read(scalar: &Scalar) -> Option<Self>;
}

macro_rules! integer_elements {
	($($integer:ty),+) => {
		$(impl Element for $integer {
			fn read(scalar: &Scalar) -> Option<Self> {
				match scalar {
					Scalar::Unsigned(number) => Self::try_from(*number).ok(),
					Scalar::Signed(number) => Self::try_from(*number).ok(),
					Scalar::Bool(_) | Scalar::Float(_) | Scalar::Text(_) => None,
				}
			}
		})+
	};
}

integer_elements!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Element for bool {
	fn read(scalar: &Scalar) -> Option<Self> {
		match scalar {
			Scalar::Bool(value) => Some(*value),
			_ => None,
		}
	}
}

impl Element for f64 {
	fn read(scalar: &Scalar) -> Option<Self> {
		match scalar {
			Scalar::Float(number) => Some(*number),
			// JSON has one kind of number: `1` is as good a float as `1.0`.
			Scalar::Unsigned(number) => Some(*number as Self),
			Scalar::Signed(number) => Some(*number as Self),
			Scalar::Bool(_) | Scalar::Text(_) => None,
		}
	}
}

impl Element for f32 {
	fn read(scalar: &Scalar) -> Option<Self> {
		// Rounding is what FP32 means; a number beyond its range is not.
		Some(f64::read(scalar)? as Self).filter(|number| number.is_finite())
	}
}
