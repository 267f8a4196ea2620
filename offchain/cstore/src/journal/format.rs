// SPDX-License-Identifier: Apache-2.0

//! The bytes of the journal's files.
//!
//! ```text
//! file  = "r1-cstore" | version 1 B | kind 1 B | number u64 LE | frames
//! frame = length u32 LE | checksum 8 B | payload
//! checksum = the first bytes of BLAKE2b-256(number | index of the frame | payload)
//! ```
//!
//! The checksum binds a frame to its place, so what an older file left on the disk is no frame of a
//! newer one. Another layout of a payload gets another version; nothing is guessed.

use crate::{quorum::Memory, record::Record};
use codec::{Decode, DecodeAll as _, Encode};
use sp_crypto_hashing::blake2_256;
use std::io::{self, ErrorKind, Read};

/// Longest payload, in bytes: some records of the largest size. A longer length is a damaged one.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 8 << 20;

/// Bytes of records in one entry, at about which another begins: far below what a frame may have.
const ENTRY_BYTES_MAX: usize = 1 << 20;

const MAGIC: &[u8; 9] = b"r1-cstore";
const VERSION: u8 = 1;
const HEADER_BYTES: usize = MAGIC.len() + 2 + 8;
const CHECKSUM_BYTES: usize = 8;

/// Bytes of a frame besides its payload.
pub(crate) const FRAME_BYTES: usize = 4 + CHECKSUM_BYTES;

/// What a file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
	/// What changed, in order.
	Log,
	/// All that there was.
	Snapshot,
}

/// What the files say.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Entry {
	/// Records of a namespace, to be merged.
	Records {
		/// Whose.
		namespace: String,
		/// Them.
		records: Vec<Record>,
	},
	/// Up to when every replica of a namespace has everything.
	Horizon {
		/// Of which.
		namespace: String,
		/// In milliseconds of Unix time.
		horizon_ms: u64,
	},
	/// A namespace was given up, with all that is said of it before.
	Removed {
		/// Which.
		namespace: String,
	},
	/// The end of a snapshot: without it, it is not whole.
	End,
	/// What one of those who agree on the keys of a namespace must remember.
	Quorum {
		/// Of which.
		namespace: String,
		/// What.
		memory: Memory,
	},
}

impl Entry {
	/// Records of a namespace, in entries of which any number of small ones and each large one fits
	/// into a frame.
	pub fn of_records(
		namespace: &str,
		records: impl IntoIterator<Item = Record>,
	) -> impl Iterator<Item = Self> {
		let mut records = records.into_iter().peekable();
		std::iter::from_fn(move || {
			let mut bytes = 0;
			let mut some = Vec::new();
			while let Some(record) =
				records.next_if(|next| some.is_empty() || bytes + next.bytes() <= ENTRY_BYTES_MAX)
			{
				bytes += record.bytes();
				some.push(record);
			}
			let namespace = namespace.to_owned();
			(!some.is_empty()).then_some(Self::Records { namespace, records: some })
		})
	}
}

/// What is wrong with a file from some place on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Damage {
	/// It does not begin as such a file does.
	#[error("it is not a file of the store, or of another version")]
	Header,
	/// The file ends within a frame.
	#[error("it ends within a frame")]
	Torn,
	/// A frame is not what was written.
	#[error("a frame has another checksum than its content")]
	Checksum,
	/// What was written cannot be read.
	#[error("a frame's content has another form")]
	Content,
	/// A snapshot has no end.
	#[error("it has no end")]
	Endless,
}

/// What a file begins with.
pub(crate) fn header(kind: Kind, number: u64) -> Vec<u8> {
	let mut bytes = MAGIC.to_vec();
	bytes.extend([VERSION, kind.byte()]);
	bytes.extend(number.to_le_bytes());
	bytes
}

/// One frame of a file.
pub(crate) fn frame(number: u64, index: u64, entries: &[Entry]) -> Vec<u8> {
	let payload = entries.encode();
	let mut bytes = Vec::with_capacity(FRAME_BYTES + payload.len());
	// Nobody hands over more than a frame may have, which is checked when it is read.
	let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
	bytes.extend(length.to_le_bytes());
	bytes.extend(checksum(number, index, &payload));
	bytes.extend(payload);
	bytes
}

/// Reads a file, frame by frame, until its end or its first damage.
#[derive(Debug)]
pub(crate) struct Reader<R> {
	from: R,
	number: u64,
	index: u64,
	/// Bytes up to the end of the last sound frame.
	sound_bytes: u64,
}

impl<R: Read> Reader<R> {
	/// Reads the header.
	pub(crate) fn new(mut from: R, kind: Kind, number: u64) -> io::Result<Result<Self, Damage>> {
		let mut read = [0; HEADER_BYTES];
		if read_fully(&mut from, &mut read)? < HEADER_BYTES || header(kind, number) != read {
			return Ok(Err(Damage::Header));
		}
		Ok(Ok(Self { from, number, index: 0, sound_bytes: HEADER_BYTES as u64 }))
	}

	/// The entries of the next frame; `None` at the end of the file.
	pub(crate) fn next(&mut self) -> io::Result<Result<Option<Vec<Entry>>, Damage>> {
		let mut length = [0; 4];
		match read_fully(&mut self.from, &mut length)? {
			0 => return Ok(Ok(None)),
			4 => {},
			_ => return Ok(Err(Damage::Torn)),
		}
		let length = u32::from_le_bytes(length) as usize;
		if PAYLOAD_BYTES_MAX < length {
			return Ok(Err(Damage::Checksum));
		}
		let mut rest = vec![0; CHECKSUM_BYTES + length];
		if read_fully(&mut self.from, &mut rest)? < rest.len() {
			return Ok(Err(Damage::Torn));
		}
		let (found, payload) = rest.split_at(CHECKSUM_BYTES);
		if checksum(self.number, self.index, payload) != found {
			return Ok(Err(Damage::Checksum));
		}
		let Ok(entries) = Vec::<Entry>::decode_all(&mut &*payload) else {
			return Ok(Err(Damage::Content));
		};
		self.index += 1;
		self.sound_bytes += (FRAME_BYTES + length) as u64;
		Ok(Ok(Some(entries)))
	}

	/// How many frames were sound.
	pub(crate) fn index(&self) -> u64 {
		self.index
	}

	/// Where the last sound one ends, in bytes.
	pub(crate) fn sound_bytes(&self) -> u64 {
		self.sound_bytes
	}
}

impl Kind {
	fn byte(self) -> u8 {
		match self {
			Self::Log => 1,
			Self::Snapshot => 2,
		}
	}

	/// The beginning of its files' names.
	pub(crate) fn name(self) -> &'static str {
		match self {
			Self::Log => "log",
			Self::Snapshot => "snapshot",
		}
	}
}

fn checksum(number: u64, index: u64, payload: &[u8]) -> [u8; CHECKSUM_BYTES] {
	let mut bytes = Vec::with_capacity(16 + payload.len());
	bytes.extend(number.to_le_bytes());
	bytes.extend(index.to_le_bytes());
	bytes.extend(payload);
	let [a, b, c, d, e, f, g, h, ..] = blake2_256(&bytes);
	[a, b, c, d, e, f, g, h]
}

/// Reads until a buffer is full or the file ends; says how much there was.
fn read_fully(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
	let mut filled = 0;
	while filled < buffer.len() {
		match from.read(&mut buffer[filled..]) {
			Ok(0) => break,
			Ok(read) => filled += read,
			Err(error) if error.kind() == ErrorKind::Interrupted => {},
			Err(error) => return Err(error),
		}
	}
	Ok(filled)
}
