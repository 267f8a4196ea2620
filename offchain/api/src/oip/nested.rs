// SPDX-License-Identifier: Apache-2.0

//! Arrays of the wire: flat, or nested as deep as the tensor has dimensions.

use crate::oip::TENSOR_DIMENSIONS_MAX;
use serde::{
	Deserialize, Deserializer,
	de::{
		DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor,
		value::MapAccessDeserializer,
	},
};
use serde_json::Number;
use std::fmt::{self, Display};

/// The elements of an array in row-major order, and the shape of its nesting.
#[derive(Debug, Default)]
pub(crate) struct NestedArray {
	pub(crate) scalars: Vec<Scalar>,
	/// Length of the arrays at each depth, outermost first.
	pub(crate) shape: Vec<usize>,
}

/// A JSON value that may be an element.
#[derive(Clone, Debug)]
pub(crate) enum Scalar {
	Bool(bool),
	Unsigned(u64),
	Signed(i64),
	Float(f64),
	/// Never an element: kept in part, to say what came.
	Text(String),
}

/// Bytes of an offending text that an error repeats.
const TEXT_SHOWN_MAX: usize = 32;

impl Display for Scalar {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Bool(value) => Display::fmt(value, formatter),
			Self::Unsigned(number) => Display::fmt(number, formatter),
			Self::Signed(number) => Display::fmt(number, formatter),
			Self::Float(number) => fmt::Debug::fmt(number, formatter),
			Self::Text(text) => write!(formatter, "the text \"{text}\""),
		}
	}
}

impl<'de> Deserialize<'de> for NestedArray {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let mut collector = Collector::default();
		let root = ValueAt { collector: &mut collector, depth: 0 };
		root.deserialize(deserializer)?;
		Ok(Self {
			scalars: collector.scalars,
			shape: collector.lengths.into_iter().map(Option::unwrap_or_default).collect(),
		})
	}
}

#[derive(Default)]
struct Collector {
	scalars: Vec<Scalar>,
	/// Length of the arrays at each depth, known from the first one that ended.
	lengths: Vec<Option<usize>>,
	/// The depth that scalars are at, known from the first one.
	scalar_depth: Option<usize>,
}

impl Collector {
	fn push<E: Error>(&mut self, scalar: Scalar, depth: usize) -> Result<(), E> {
		if depth == 0 {
			return Err(E::custom("tensor data must be an array"));
		}
		// A scalar beside an array is ragged, in either order.
		if *self.scalar_depth.get_or_insert(depth) != depth || depth < self.lengths.len() {
			return Err(ragged());
		}
		self.scalars.push(scalar);
		Ok(())
	}

	fn open<E: Error>(&mut self, depth: usize) -> Result<(), E> {
		if TENSOR_DIMENSIONS_MAX <= depth {
			let message =
				format!("tensor data is nested deeper than {TENSOR_DIMENSIONS_MAX} arrays");
			return Err(E::custom(message));
		}
		if self.scalar_depth.is_some_and(|scalar_depth| scalar_depth <= depth) {
			return Err(ragged());
		}
		if self.lengths.len() == depth {
			self.lengths.push(None);
		}
		Ok(())
	}

	fn close<E: Error>(&mut self, depth: usize, length: usize) -> Result<(), E> {
		let known = self.lengths.get_mut(depth).ok_or_else(ragged)?;
		match *known.get_or_insert(length) == length {
			true => Ok(()),
			false => Err(ragged()),
		}
	}
}

fn ragged<E: Error>() -> E {
	E::custom("the nested arrays of tensor data must have equal lengths at each depth")
}

/// Reads one value, which is an array or a scalar, at some depth of the nesting.
struct ValueAt<'collector> {
	collector: &'collector mut Collector,
	depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValueAt<'_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_any(self)
	}
}

impl<'de> Visitor<'de> for ValueAt<'_> {
	type Value = ();

	fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("tensor data: an array of numbers or booleans, flat or nested")
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
		let Self { collector, depth } = self;
		collector.open(depth)?;
		let mut length = 0;
		while elements
			.next_element_seed(ValueAt { collector: &mut *collector, depth: depth + 1 })?
			.is_some()
		{
			length += 1;
		}
		collector.close(depth, length)
	}

	fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
		self.collector.push(Scalar::Bool(value), self.depth)
	}

	fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
		self.collector.push(Scalar::Unsigned(number), self.depth)
	}

	fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
		self.collector.push(Scalar::Signed(number), self.depth)
	}

	fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
		self.collector.push(Scalar::Float(number), self.depth)
	}

	/// A number, where serde_json keeps all its digits: it then comes as a map that only serde_json
	/// can read. The SDK asks for that, so it depends on what is built together with this crate.
	fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
		let number = Number::deserialize(MapAccessDeserializer::new(map))
			.map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))?;
		let scalar = number
			.as_u64()
			.map(Scalar::Unsigned)
			.or_else(|| number.as_i64().map(Scalar::Signed))
			.or_else(|| number.as_f64().map(Scalar::Float))
			.ok_or_else(|| A::Error::invalid_type(Unexpected::Map, &self))?;
		self.collector.push(scalar, self.depth)
	}

	fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
		let shown = text.chars().take(TEXT_SHOWN_MAX).collect();
		self.collector.push(Scalar::Text(shown), self.depth)
	}
}
