// SPDX-License-Identifier: Apache-2.0

//! The part of Protocol Buffers that bitswap, dag-pb and UnixFS use: varints and length-delimited
//! fields.
//!
//! Written by hand because dag-pb fixes the order of its fields, and because a reader of untrusted
//! bytes must borrow and must not allocate by a length that a peer chose.

/// Bytes of the longest varint.
const VARINT_BYTES_MAX: usize = 10;

/// Reads the fields of a message, in the order in which they stand.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
	rest: &'a [u8],
}

impl<'a> Reader<'a> {
	/// A reader of one whole message.
	#[must_use]
	pub fn new(message: &'a [u8]) -> Self {
		Self { rest: message }
	}

	/// The next field; `None` at the end of the message.
	///
	/// # Errors
	///
	/// The bytes are not a message.
	pub fn next_field(&mut self) -> Result<Option<Field<'a>>, ProtobufError> {
		if self.rest.is_empty() {
			return Ok(None);
		}
		let tag = self.varint()?;
		let number = u32::try_from(tag >> 3).map_err(|_large| ProtobufError::InvalidTag)?;
		if number == 0 {
			return Err(ProtobufError::InvalidTag);
		}
		let value = match tag & 7 {
			0 => Value::Varint(self.varint()?),
			1 => Value::Fixed(self.take(8)?),
			2 => {
				let length = usize::try_from(self.varint()?)
					.map_err(|_large| ProtobufError::UnexpectedEnd)?;
				Value::Bytes(self.take(length)?)
			},
			5 => Value::Fixed(self.take(4)?),
			wire_type => return Err(ProtobufError::UnsupportedWireType { wire_type }),
		};
		Ok(Some(Field { number, value }))
	}

	fn varint(&mut self) -> Result<u64, ProtobufError> {
		let (value, rest) = take_varint(self.rest)?;
		self.rest = rest;
		Ok(value)
	}

	fn take(&mut self, length: usize) -> Result<&'a [u8], ProtobufError> {
		let (taken, rest) =
			self.rest.split_at_checked(length).ok_or(ProtobufError::UnexpectedEnd)?;
		self.rest = rest;
		Ok(taken)
	}
}

/// A field of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field<'a> {
	/// Its number.
	pub number: u32,
	/// What it holds.
	pub value: Value<'a>,
}

impl<'a> Field<'a> {
	/// The field's number, if it is a varint.
	///
	/// # Errors
	///
	/// The field is of another type.
	pub fn varint(&self) -> Result<u64, ProtobufError> {
		match self.value {
			Value::Varint(value) => Ok(value),
			Value::Bytes(_) | Value::Fixed(_) => {
				Err(ProtobufError::UnexpectedType { field: self.number })
			},
		}
	}

	/// The field's bytes, if it is length-delimited.
	///
	/// # Errors
	///
	/// The field is of another type.
	pub fn bytes(&self) -> Result<&'a [u8], ProtobufError> {
		match self.value {
			Value::Bytes(bytes) => Ok(bytes),
			Value::Varint(_) | Value::Fixed(_) => {
				Err(ProtobufError::UnexpectedType { field: self.number })
			},
		}
	}
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Value<'a> {
	/// A number, boolean or enumeration.
	Varint(u64),
	/// Bytes, a string, a message, or packed numbers.
	Bytes(&'a [u8]),
	/// Four or eight bytes of a type that no message here has; kept so that it can be skipped.
	Fixed(&'a [u8]),
}

/// Writes the fields of a message.
#[derive(Clone, Debug, Default)]
pub struct Writer {
	bytes: Vec<u8>,
}

impl Writer {
	/// A writer of an empty message.
	#[must_use]
	pub fn new() -> Self {
		Self::default()
	}

	/// Appends a varint field.
	pub fn varint(&mut self, number: u32, value: u64) -> &mut Self {
		put_varint(&mut self.bytes, u64::from(number) << 3);
		put_varint(&mut self.bytes, value);
		self
	}

	/// Appends a length-delimited field.
	pub fn bytes(&mut self, number: u32, bytes: &[u8]) -> &mut Self {
		put_varint(&mut self.bytes, (u64::from(number) << 3) | 2);
		put_varint(&mut self.bytes, bytes.len() as u64);
		self.bytes.extend_from_slice(bytes);
		self
	}

	/// The message.
	#[must_use]
	pub fn finish(self) -> Vec<u8> {
		self.bytes
	}
}

/// Splits a varint off the beginning of `bytes`.
///
/// # Errors
///
/// The bytes end inside the varint, or it has more than 64 bits.
pub fn take_varint(bytes: &[u8]) -> Result<(u64, &[u8]), ProtobufError> {
	let mut value = 0_u64;
	for (position, byte) in bytes.iter().take(VARINT_BYTES_MAX).enumerate() {
		// The tenth byte holds the 64th bit alone.
		if position == VARINT_BYTES_MAX - 1 && 1 < *byte {
			return Err(ProtobufError::VarintTooLong);
		}
		value |= u64::from(byte & 0x7f) << (7 * position);
		if byte & 0x80 == 0 {
			return Ok((value, &bytes[position + 1..]));
		}
	}
	// Ten bytes always return above: the tenth is at most 1.
	Err(ProtobufError::UnexpectedEnd)
}

/// Appends a varint to `bytes`.
pub fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
	while 0x7f < value {
		bytes.push((value & 0x7f) as u8 | 0x80);
		value >>= 7;
	}
	bytes.push(value as u8);
}

/// Why bytes are not the message that was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProtobufError {
	/// The message ends inside a field.
	#[error("message ends inside a field")]
	UnexpectedEnd,
	/// A varint has more than 64 bits.
	#[error("varint has more than 64 bits")]
	VarintTooLong,
	/// A field's tag names no field.
	#[error("invalid field tag")]
	InvalidTag,
	/// A field has a wire type that is not in use any more, or never was.
	#[error("unsupported wire type {wire_type}")]
	UnsupportedWireType {
		/// The wire type.
		wire_type: u64,
	},
	/// A field has another type than its message gives it.
	#[error("field {field} has an unexpected type")]
	UnexpectedType {
		/// The field's number.
		field: u32,
	},
}
