// SPDX-License-Identifier: Apache-2.0

//! What is stored under which name.

use crate::{
	cell::Cell,
	limits::{KEY_BYTES_MAX, RECORD_BYTES, VALUE_BYTES_MAX, WRITERS_MAX},
};
use codec::{Decode, Encode};
use siphasher::sip::SipHasher13;
use sp_crypto_hashing::blake2_256;

/// A digest, by BLAKE2b-256.
pub type Digest = [u8; 32];

/// Which part of a key a record is.
#[derive(Clone, Debug, Decode, Encode, Eq, Ord, PartialEq, PartialOrd)]
pub enum Part {
	/// When the key ends.
	Expiry,
	/// The value of a plain key.
	Text,
	/// A field of a hash.
	Field(Vec<u8>),
	/// A member of a set.
	Member(Vec<u8>),
}

/// The name of a record.
#[derive(Clone, Debug, Decode, Encode, Eq, Ord, PartialEq, PartialOrd)]
pub struct Name {
	/// The key.
	pub key: Vec<u8>,
	/// The part of it.
	pub part: Part,
}

/// What is stored, logged and sent.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Record {
	/// Its name.
	pub name: Name,
	/// Its state.
	pub cell: Cell,
}

/// Why a record is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecordError {
	/// The name is too long, or empty.
	#[error("a key or a name in it has 1 to {KEY_BYTES_MAX} bytes; this one has {bytes}")]
	Name {
		/// Its length.
		bytes: usize,
	},
	/// The value is too long.
	#[error("a value has at most {VALUE_BYTES_MAX} bytes; this one has {bytes}")]
	Value {
		/// Its length.
		bytes: usize,
	},
	/// Nobody's writes lead to this state.
	#[error("the record is in a state that no writes lead to")]
	MadeUp,
}

/// A name that somebody else has.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct NameRef<'a> {
	/// The key.
	pub key: &'a [u8],
	/// The part of it.
	pub part: PartRef<'a>,
}

/// A part, in the order of [`Part`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PartRef<'a> {
	/// When the key ends.
	Expiry,
	/// The value of a plain key.
	Text,
	/// A field of a hash.
	Field(&'a [u8]),
	/// A member of a set.
	Member(&'a [u8]),
}

impl Name {
	/// The same, borrowed.
	#[must_use]
	pub fn borrowed(&self) -> NameRef<'_> {
		let part = match &self.part {
			Part::Expiry => PartRef::Expiry,
			Part::Text => PartRef::Text,
			Part::Field(name) => PartRef::Field(name),
			Part::Member(name) => PartRef::Member(name),
		};
		NameRef { key: &self.key, part }
	}
}

impl NameRef<'_> {
	/// The same, owned.
	#[must_use]
	pub fn owned(self) -> Name {
		let part = match self.part {
			PartRef::Expiry => Part::Expiry,
			PartRef::Text => Part::Text,
			PartRef::Field(name) => Part::Field(name.to_vec()),
			PartRef::Member(name) => Part::Member(name.to_vec()),
		};
		Name { key: self.key.to_vec(), part }
	}

	/// Where the record stands among all: the parts of a key together, its end and its value first.
	#[must_use]
	pub fn position(self) -> u64 {
		let part = match self.part {
			PartRef::Expiry => 0,
			PartRef::Text => 1,
			PartRef::Field(name) | PartRef::Member(name) => half(name).max(2),
		};
		key_position(self.key) | u64::from(part)
	}

	/// Bytes of its texts.
	pub(crate) fn bytes(self) -> usize {
		self.key.len() + self.part.bytes()
	}

	/// Checks its lengths.
	///
	/// # Errors
	///
	/// The key or the name of a part is empty or too long; only that of a part may be empty.
	pub fn check(self) -> Result<(), RecordError> {
		for (bytes, least) in [(self.key.len(), 1), (self.part.bytes(), 0)] {
			if !(least..=KEY_BYTES_MAX).contains(&bytes) {
				return Err(RecordError::Name { bytes });
			}
		}
		Ok(())
	}
}

impl PartRef<'_> {
	fn bytes(self) -> usize {
		match self {
			Self::Expiry | Self::Text => 0,
			Self::Field(name) | Self::Member(name) => name.len(),
		}
	}
}

impl Record {
	/// What stands for it in a tree.
	#[must_use]
	pub fn digest(&self) -> Digest {
		blake2_256(&self.encode())
	}

	/// Bytes that it counts for.
	#[must_use]
	pub fn bytes(&self) -> usize {
		self.name.borrowed().bytes() + self.cell.value_bytes() + RECORD_BYTES
	}

	/// Checks what others send.
	///
	/// # Errors
	///
	/// It is too large, or can not have come about.
	pub fn check(&self) -> Result<(), RecordError> {
		self.name.borrowed().check()?;
		let has_its_kind = matches!(
			(&self.name.part, &self.cell),
			(Part::Expiry, Cell::Expiry(_))
				| (Part::Text, Cell::Text(_))
				| (Part::Field(_), Cell::Field(_))
				| (Part::Member(_), Cell::Member(_))
		);
		if !has_its_kind || !self.cell.is_well_formed(WRITERS_MAX) {
			return Err(RecordError::MadeUp);
		}
		match &self.cell {
			Cell::Text(text) => check_value(text.register.value.as_deref()),
			Cell::Field(register) => check_value(register.value.as_deref()),
			Cell::Member(_) | Cell::Expiry(_) => Ok(()),
		}
	}
}

/// Checks the length of a value.
pub(crate) fn check_value(value: Option<&[u8]>) -> Result<(), RecordError> {
	match value.map_or(0, <[u8]>::len) {
		bytes if VALUE_BYTES_MAX < bytes => Err(RecordError::Value { bytes }),
		_ => Ok(()),
	}
}

/// Where the records of a key begin: all of one key stand in one range, with those of the few other
/// keys whose hash begins alike.
#[must_use]
pub fn key_position(key: &[u8]) -> u64 {
	u64::from(half(key)) << 32
}

/// Every replica has the same, so the hash has no secret key; whoever looks for names that meet
/// finds a few, and slows down nobody but himself: see [`CROWD_MAX`](crate::limits::CROWD_MAX).
fn half(bytes: &[u8]) -> u32 {
	let hash = SipHasher13::new().hash(bytes);
	u32::try_from(hash >> 32).unwrap_or(u32::MAX)
}
