// SPDX-License-Identifier: Apache-2.0

//! Reveal files: of each dealer the one share that a participant shows.
//!
//! ```text
//! file  = header | count 1 B | an entry for each dealer, by place
//! entry = kind 1 B (0 unreadable, 1 seed, 2 mask key) | share 32 B, zeros if unreadable
//! ```
//!
//! Who contributed is shown by its seed, who was lost by its mask key, and nobody by both: with both
//! an update could be read.

use super::{
	round::{Members, Phase, Round},
	secret_sharing::Share,
	shares::SharePair,
};
use crate::{
	framing::{FramingError, Header, Kind, Reader},
	limits::REVEAL_FILE_BYTES_MAX,
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const ENTRY_BYTES: usize = 1 + 32;

/// What a participant shows of one dealer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Revealed {
	/// Nothing: what it got was unreadable, or not what the dealer stands by.
	Unreadable,
	/// Its share of the seed of the dealer's own mask.
	Seed(Share),
	/// Its share of the dealer's mask key.
	MaskKey(Share),
}

impl Revealed {
	/// What is shown of a dealer, given whether it contributed. This is the one place where a share
	/// is chosen.
	pub(crate) fn choose(pair: Option<SharePair>, has_contributed: bool) -> Self {
		match pair {
			None => Self::Unreadable,
			Some(pair) if has_contributed => Self::Seed(pair.seed),
			Some(pair) => Self::MaskKey(pair.mask_key),
		}
	}

	/// Whether it may be shown of a dealer.
	#[must_use]
	pub fn is_allowed(&self, has_contributed: bool) -> bool {
		match self {
			Self::Unreadable => true,
			Self::Seed(_) => has_contributed,
			Self::MaskKey(_) => !has_contributed,
		}
	}

	pub(crate) fn kind(&self) -> u8 {
		match self {
			Self::Unreadable => 0,
			Self::Seed(_) => 1,
			Self::MaskKey(_) => 2,
		}
	}

	pub(crate) fn bytes(&self) -> Option<&Share> {
		match self {
			Self::Unreadable => None,
			Self::Seed(share) | Self::MaskKey(share) => Some(share),
		}
	}
}

/// The shares that one participant shows, one for each dealer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevealFile {
	header: Header,
	dealers: Members,
	entries: Vec<Revealed>,
}

impl RevealFile {
	/// Makes the file of what was chosen for each dealer, by place.
	pub(crate) fn new(header: Header, dealers: Members, entries: Vec<Revealed>) -> Self {
		debug_assert_eq!(dealers.count(), entries.len());
		Self { header, dealers, entries }
	}

	/// Reads the file of the participant at a place, as the chain knows it.
	///
	/// # Errors
	///
	/// The bytes are not what was published, or no reveal file of that participant in that round.
	pub fn from_bytes(
		bytes: &[u8],
		round: &Round,
		revealer: usize,
	) -> Result<Self, RevealFileError> {
		if REVEAL_FILE_BYTES_MAX < bytes.len() {
			return Err(RevealFileError::TooLong { found: bytes.len() });
		}
		let published = round.file_hash(Phase::Reveal, revealer);
		if published != Some(Sha256::digest(bytes).into()) {
			return Err(RevealFileError::OtherBytes);
		}
		let mut reader = Reader(bytes);
		let header = Header::read(Kind::Reveal, &mut reader)?;
		if Some(header) != round.header_of(revealer) {
			return Err(RevealFileError::OtherRound);
		}
		let [count] = reader.array()?;
		let dealers = round.dealers();
		if usize::from(count) != dealers.count() {
			return Err(RevealFileError::OtherDealers { found: count });
		}
		let (entries, _) = reader.rest(dealers.count() * ENTRY_BYTES)?.as_chunks::<ENTRY_BYTES>();
		let entries = entries.iter().map(read_entry).collect::<Result<_, _>>()?;
		Ok(Self { header, dealers, entries })
	}

	/// Writes the file.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = self.header.to_bytes(Kind::Reveal);
		// A round has at most 64 dealers.
		bytes.push(u8::try_from(self.entries.len()).unwrap_or(u8::MAX));
		for entry in &self.entries {
			bytes.push(entry.kind());
			bytes.extend(entry.bytes().map_or([0; 32], |share| **share));
		}
		bytes
	}

	/// What is shown of each dealer, with the dealer's place.
	pub fn entries(&self) -> impl Iterator<Item = (usize, &Revealed)> {
		self.dealers.iter().zip(&self.entries)
	}

	/// What is shown of the dealer at a place.
	#[must_use]
	pub fn entry(&self, dealer: usize) -> Option<&Revealed> {
		self.entries().find(|(place, _)| *place == dealer).map(|(_, entry)| entry)
	}
}

fn read_entry(bytes: &[u8; ENTRY_BYTES]) -> Result<Revealed, RevealFileError> {
	let mut reader = Reader(bytes);
	let [kind] = reader.array()?;
	let share = Zeroizing::new(reader.array()?);
	match kind {
		0 if *share == [0; 32] => Ok(Revealed::Unreadable),
		1 => Ok(Revealed::Seed(share)),
		2 => Ok(Revealed::MaskKey(share)),
		_ => Err(RevealFileError::Entry { kind }),
	}
}

/// Why bytes are no reveal file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevealFileError {
	/// More bytes than any has.
	#[error("{found} bytes, and a reveal file has at most {REVEAL_FILE_BYTES_MAX}")]
	TooLong {
		/// How many.
		found: usize,
	},
	/// They are not what the chain says.
	#[error("its hash is not the one that was published")]
	OtherBytes,
	/// Something else, or of another version, or cut.
	#[error(transparent)]
	Framing(#[from] FramingError),
	/// Of another round, chain or participant.
	#[error("it is of another round, chain or participant")]
	OtherRound,
	/// Not of these dealers.
	#[error("it is of {found} dealers, and the round has another number")]
	OtherDealers {
		/// How many.
		found: u8,
	},
	/// A share that is none.
	#[error("an entry of kind {kind} is unknown, or not empty where it must be")]
	Entry {
		/// Its kind.
		kind: u8,
	},
}
