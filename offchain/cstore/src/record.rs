// SPDX-License-Identifier: Apache-2.0

//! What is stored under which name.

use crate::{
	cell::Cell,
	limits::{KEY_BYTES_MAX, RECORD_BYTES, VALUE_BYTES_MAX, WRITERS_MAX},
};
use codec::{Decode, Encode, Input, Output};
use siphasher::sip::SipHasher13;
use sp_crypto_hashing::blake2_256;
use std::{cmp::Ordering, fmt};

/// A digest, by BLAKE2b-256.
pub type Digest = [u8; 32];

/// The name of a record: a key, and which part of it.
///
/// In one piece of memory, because there is one for each record.
#[derive(Clone, Eq, PartialEq)]
pub struct Name {
	/// The key, and the name of a field or a member after it.
	bytes: Box<[u8]>,
	key_bytes: u32,
	kind: PartKind,
}

/// Which part of a key a record is, without its name.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
enum PartKind {
	Expiry,
	Text,
	Field,
	Member,
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

/// Which part of a key a record is.
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
		NameRef { key: self.key(), part: self.part() }
	}

	/// The key.
	#[must_use]
	pub fn key(&self) -> &[u8] {
		self.split().0
	}

	/// The part of it.
	#[must_use]
	pub fn part(&self) -> PartRef<'_> {
		let name = self.split().1;
		match self.kind {
			PartKind::Expiry => PartRef::Expiry,
			PartKind::Text => PartRef::Text,
			PartKind::Field => PartRef::Field(name),
			PartKind::Member => PartRef::Member(name),
		}
	}

	fn split(&self) -> (&[u8], &[u8]) {
		let key_bytes = usize::try_from(self.key_bytes).unwrap_or(usize::MAX);
		self.bytes.split_at_checked(key_bytes).unwrap_or((&self.bytes, &[]))
	}
}

impl fmt::Debug for Name {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.borrowed().fmt(formatter)
	}
}

impl Ord for Name {
	fn cmp(&self, other: &Self) -> Ordering {
		self.borrowed().cmp(&other.borrowed())
	}
}

impl PartialOrd for Name {
	fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
		Some(self.cmp(other))
	}
}

impl Encode for Name {
	fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
		let (key, name) = self.split();
		self.kind.encode_to(output);
		key.encode_to(output);
		match self.kind {
			PartKind::Expiry | PartKind::Text => {},
			PartKind::Field | PartKind::Member => name.encode_to(output),
		}
	}

	fn size_hint(&self) -> usize {
		self.bytes.len() + 9
	}
}

impl Decode for Name {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		let kind = PartKind::decode(input)?;
		let key = Vec::decode(input)?;
		let name = match kind {
			PartKind::Expiry | PartKind::Text => Vec::new(),
			PartKind::Field | PartKind::Member => Vec::decode(input)?,
		};
		let key_bytes = u32::try_from(key.len()).map_err(|_| "a key is shorter")?;
		Ok(Self { bytes: [key, name].concat().into(), key_bytes, kind })
	}
}

impl NameRef<'_> {
	/// The same, owned.
	#[must_use]
	pub fn owned(self) -> Name {
		let (kind, name) = match self.part {
			PartRef::Expiry => (PartKind::Expiry, &[][..]),
			PartRef::Text => (PartKind::Text, &[][..]),
			PartRef::Field(name) => (PartKind::Field, name),
			PartRef::Member(name) => (PartKind::Member, name),
		};
		// A longer key is none, which whoever stores it checks.
		let key_bytes = u32::try_from(self.key.len()).unwrap_or(u32::MAX);
		Name { bytes: [self.key, name].concat().into(), key_bytes, kind }
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
		record_digest(&self.name, &self.cell_digest())
	}

	/// What stands for its state alone.
	#[must_use]
	pub fn cell_digest(&self) -> Digest {
		blake2_256(&self.cell.encode())
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
			(self.name.kind, &self.cell),
			(PartKind::Expiry, Cell::Expiry(_))
				| (PartKind::Text, Cell::Text(_))
				| (PartKind::Field, Cell::Field(_))
				| (PartKind::Member, Cell::Member(_))
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

/// The digest of a record of this name whose state has this digest: so that it can be shown which
/// record stands somewhere, and not what it holds.
#[must_use]
pub fn record_digest(name: &Name, cell: &Digest) -> Digest {
	blake2_256(&(0x02_u8, name, cell).encode())
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
