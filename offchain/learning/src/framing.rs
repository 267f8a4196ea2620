// SPDX-License-Identifier: Apache-2.0

//! What every file begins with, and how its fields are read.
//!
//! ```text
//! bytes = "r1-learn" | kind 1 B | version 1 B | body
//! ```

use crate::protocol::RoundId;
use r1_core::Account;

const MAGIC: &[u8; 8] = b"r1-learn";
const VERSION: u8 = 1;

/// Bytes before the body.
pub const FRAMING_BYTES: usize = MAGIC.len() + 2;

/// Bytes before the content of what one participant makes for one round.
pub const HEADER_BYTES: usize = FRAMING_BYTES + 32 + size_of::<RoundId>() + 32;

/// What some bytes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Kind {
	/// Encrypted shares of one dealer.
	Shares = 1,
	/// A masked update.
	Upload = 2,
	/// The shares that one participant reveals.
	Reveal = 3,
	/// The sum of all updates of a round.
	Aggregate = 4,
	/// What a participant keeps for itself.
	State = 5,
}

/// Whose file of which round it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
	/// The chain's first block.
	pub genesis: [u8; 32],
	/// The round.
	pub round: RoundId,
	/// Who made it.
	pub account: Account,
}

impl Header {
	/// Writes what comes before the content.
	#[must_use]
	pub fn to_bytes(&self, kind: Kind) -> Vec<u8> {
		let mut bytes = frame(kind);
		bytes.extend(self.genesis);
		bytes.extend(self.round.to_le_bytes());
		bytes.extend(self.account);
		bytes
	}

	/// Reads what comes before the content.
	///
	/// # Errors
	///
	/// The bytes are of another kind or version, or end too early.
	pub fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<Self, FramingError> {
		unframe(kind, reader)?;
		let genesis = reader.array()?;
		let round = RoundId::from_le_bytes(reader.array()?);
		Ok(Self { genesis, round, account: reader.array()? })
	}
}

/// What comes before a body.
pub(crate) fn frame(kind: Kind) -> Vec<u8> {
	let mut bytes = MAGIC.to_vec();
	bytes.extend([kind as u8, VERSION]);
	bytes
}

/// Reads what comes before a body.
pub(crate) fn unframe(kind: Kind, reader: &mut Reader<'_>) -> Result<(), FramingError> {
	let magic: [u8; MAGIC.len()] = reader.array().map_err(|_| FramingError::Foreign)?;
	if magic != *MAGIC {
		return Err(FramingError::Foreign);
	}
	let [found, version] = reader.array()?;
	if found != kind as u8 {
		return Err(FramingError::Kind { expected: kind as u8, found });
	}
	if version != VERSION {
		return Err(FramingError::Version { found: version });
	}
	Ok(())
}

/// What was not read of some bytes.
#[derive(Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
	/// The next bytes.
	///
	/// # Errors
	///
	/// There are not so many.
	pub fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], FramingError> {
		let error = FramingError::Length { expected: LENGTH, found: self.0.len() };
		let (array, rest) = self.0.split_first_chunk().ok_or(error)?;
		self.0 = rest;
		Ok(*array)
	}

	/// All that is left, if it is as long as it must be.
	///
	/// # Errors
	///
	/// It is longer or shorter.
	pub fn rest(self, expected: usize) -> Result<&'a [u8], FramingError> {
		let found = self.0.len();
		if found == expected { Ok(self.0) } else { Err(FramingError::Length { expected, found }) }
	}
}

/// Why bytes are not what was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FramingError {
	/// They are not of this system.
	#[error("it does not begin as files of federated learning do")]
	Foreign,
	/// They are something else.
	#[error("it is of kind {found}, not {expected}")]
	Kind {
		/// What was expected.
		expected: u8,
		/// What it is.
		found: u8,
	},
	/// They are newer, or damaged.
	#[error("version {found} is unknown, only {VERSION} is known")]
	Version {
		/// Which version.
		found: u8,
	},
	/// More or fewer bytes than there must be.
	#[error("{found} bytes where there must be {expected}")]
	Length {
		/// How many there must be.
		expected: usize,
		/// How many there are.
		found: usize,
	},
}
