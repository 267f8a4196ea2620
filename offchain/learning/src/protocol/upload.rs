// SPDX-License-Identifier: Apache-2.0

//! Uploads: masked updates.
//!
//! ```text
//! file = header | length u32 | the parameters and the weight, each masked, u64
//! ```

use super::{
	masks::{Mask, Sign},
	round::{Members, Round},
};
use crate::{
	fixed::WeighedUpdate,
	framing::{FramingError, HEADER_BYTES, Header, Kind, Reader},
	limits::CHUNK_ELEMENTS,
};
use sha2::{Digest as _, Sha256};
use std::io::{self, ErrorKind, Read};

const WORD: usize = size_of::<u64>();

/// Bytes before the elements.
pub const UPLOAD_HEADER_BYTES: usize = HEADER_BYTES + size_of::<u32>();

/// Bytes of each upload of a round.
#[must_use]
pub fn upload_bytes(length: u32) -> usize {
	UPLOAD_HEADER_BYTES + (length as usize + 1) * WORD
}

/// Writes an update under its masks.
pub(crate) fn masked(
	header: Header,
	length: u32,
	update: &WeighedUpdate,
	masks: &mut [Mask],
) -> Vec<u8> {
	let mut bytes = Vec::with_capacity(upload_bytes(length));
	bytes.extend(header.to_bytes(Kind::Upload));
	bytes.extend(length.to_le_bytes());
	for chunk in update.elements().chunks(CHUNK_ELEMENTS) {
		let mut words: Vec<u64> = chunk.iter().map(|element| element.cast_unsigned()).collect();
		for mask in &mut *masks {
			mask.apply(&mut words);
		}
		bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
	}
	bytes
}

/// The masks of the participant at a place: its own, and one with each other dealer.
pub(crate) fn masks_of(
	place: usize,
	dealers: Members,
	self_key: &[u8; 32],
	pair_key: impl Fn(usize) -> Option<zeroize::Zeroizing<[u8; 32]>>,
) -> Vec<Mask> {
	let pairs = dealers.iter().filter(|other| *other != place).filter_map(|other| {
		pair_key(other).map(|key| Mask::new(&key, Sign::of_pair(place, other)))
	});
	std::iter::once(Mask::new(self_key, Sign::Plus)).chain(pairs).collect()
}

/// An upload that is read piece by piece.
#[derive(Debug)]
pub(crate) struct UploadReader<R> {
	source: R,
	digest: Sha256,
	buffer: Vec<u8>,
}

impl<R: Read> UploadReader<R> {
	/// Reads what comes before the elements.
	pub(crate) fn new(mut source: R, round: &Round, place: usize) -> Result<Self, UploadError> {
		let mut bytes = [0; UPLOAD_HEADER_BYTES];
		fill(&mut source, &mut bytes)?;
		let mut reader = Reader(&bytes);
		let header = Header::read(Kind::Upload, &mut reader)?;
		if Some(header) != round.header_of(place) {
			return Err(UploadError::OtherRound);
		}
		let length = u32::from_le_bytes(reader.array()?);
		if length != round.spec().length {
			return Err(UploadError::OtherLength { found: length });
		}
		let digest = Sha256::new().chain_update(bytes);
		Ok(Self { source, digest, buffer: Vec::with_capacity(CHUNK_ELEMENTS * WORD) })
	}

	/// Adds the next elements to as many sums.
	pub(crate) fn add_to(&mut self, sums: &mut [u64]) -> Result<(), UploadError> {
		self.buffer.resize(sums.len() * WORD, 0);
		fill(&mut self.source, &mut self.buffer)?;
		self.digest.update(&self.buffer);
		let (words, _) = self.buffer.as_chunks::<WORD>();
		for (sum, word) in sums.iter_mut().zip(words) {
			*sum = sum.wrapping_add(u64::from_le_bytes(*word));
		}
		Ok(())
	}

	/// Checks that nothing follows, and that it was what was published.
	pub(crate) fn finish(mut self, published: Option<[u8; 32]>) -> Result<(), UploadError> {
		let mut more = [0];
		match fill(&mut self.source, &mut more) {
			Err(UploadError::Short) => {},
			Err(error) => return Err(error),
			Ok(()) => return Err(UploadError::TooLong),
		}
		let found: [u8; 32] = self.digest.finalize().into();
		if published == Some(found) { Ok(()) } else { Err(UploadError::OtherBytes) }
	}
}

fn fill(source: &mut impl Read, bytes: &mut [u8]) -> Result<(), UploadError> {
	source.read_exact(bytes).map_err(|error| match error.kind() {
		ErrorKind::UnexpectedEof => UploadError::Short,
		_ => UploadError::Read(error),
	})
}

/// Why an upload is none.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
	/// It could not be read to its end; nobody's fault, so another attempt may succeed.
	#[error("could not read an upload")]
	Read(#[source] io::Error),
	/// It ends too early.
	#[error("it ends before its last element")]
	Short,
	/// Something follows.
	#[error("it goes on after its last element")]
	TooLong,
	/// Something else, or of another version.
	#[error(transparent)]
	Framing(#[from] FramingError),
	/// Of another round, chain or participant.
	#[error("it is of another round, chain or participant")]
	OtherRound,
	/// Not of this model.
	#[error("it has {found} parameters, and the round another number")]
	OtherLength {
		/// How many.
		found: u32,
	},
	/// It is not what the chain says.
	#[error("its hash is not the one that was published")]
	OtherBytes,
}

impl UploadError {
	/// Whether the participant who published it is to blame.
	#[must_use]
	pub fn is_peer_fault(&self) -> bool {
		!matches!(self, Self::Read(_))
	}
}
