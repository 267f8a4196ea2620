// SPDX-License-Identifier: Apache-2.0

//! The canonical file of a round's sum: who has the same uploads writes the same bytes.
//!
//! ```text
//! file = "r1-learn" | kind 1 B | version 1 B | round u64 | length u32 | scale bits 1 B
//!      | contributors 1 B | the sum of weighed updates, i64 each | the sum of weights u64
//! ```

use super::round::Round;
use crate::{
	fixed::power_of_two,
	framing::{FRAMING_BYTES, FramingError, Kind, Reader, frame, unframe},
	limits::{LENGTH_MAX, PARTICIPANTS_MAX, SCALE_BITS_MAX},
};
use r1_primitives::learning::{RoundId, RoundSpec};

const WORD: usize = size_of::<u64>();

/// Bytes before the sum.
pub const AGGREGATE_HEADER_BYTES: usize =
	FRAMING_BYTES + size_of::<RoundId>() + size_of::<u32>() + 2;

/// What comes before the sum of a round.
pub(crate) fn aggregate_header(round: &Round) -> Vec<u8> {
	let mut bytes = frame(Kind::Aggregate);
	bytes.extend(round.id().to_le_bytes());
	bytes.extend(round.spec().length.to_le_bytes());
	bytes.push(round.spec().scale_bits);
	// A round has at most 64 participants.
	bytes.push(u8::try_from(round.contributors().count()).unwrap_or(u8::MAX));
	bytes
}

/// The sum of a round, as it was read of its file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Aggregate {
	/// Which round.
	pub round: RoundId,
	/// Bits after the point of each element.
	pub scale_bits: u8,
	/// Participants whose updates are in it, 1 to 64.
	pub contributors: u8,
	/// The sum of weighed updates, in scaled units.
	pub sum: Vec<i64>,
	/// The sum of weights, at least 1.
	pub total_weight: u64,
}

impl Aggregate {
	/// Reads a file.
	///
	/// # Errors
	///
	/// The bytes are none, or a number in them is out of its bounds.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, AggregateError> {
		let mut reader = Reader(bytes);
		unframe(Kind::Aggregate, &mut reader)?;
		let round = RoundId::from_le_bytes(reader.array()?);
		let length = u32::from_le_bytes(reader.array()?);
		if !(1..=LENGTH_MAX).contains(&length) {
			return Err(AggregateError::Length { found: length });
		}
		let [scale_bits, contributors] = reader.array()?;
		if SCALE_BITS_MAX < scale_bits {
			return Err(AggregateError::ScaleBits { found: scale_bits });
		}
		if contributors == 0 || PARTICIPANTS_MAX < usize::from(contributors) {
			return Err(AggregateError::Contributors { found: contributors });
		}
		let (words, _) = reader.rest((length as usize + 1) * WORD)?.as_chunks::<WORD>();
		let (weight, sum) = words.split_last().ok_or(AggregateError::Weight)?;
		let total_weight = u64::from_le_bytes(*weight);
		if total_weight < u64::from(contributors) {
			return Err(AggregateError::Weight);
		}
		let sum = sum.iter().copied().map(i64::from_le_bytes).collect();
		Ok(Self { round, scale_bits, contributors, sum, total_weight })
	}

	/// Whether it is of a round that was opened like this.
	#[must_use]
	pub fn fits(&self, id: RoundId, spec: &RoundSpec) -> bool {
		self.round == id
			&& self.scale_bits == spec.scale_bits
			&& self.sum.len() == spec.length as usize
	}

	/// The weighted mean of the updates, in units of the model.
	pub fn mean(&self) -> impl Iterator<Item = f64> {
		// Powers of two and divisions are the same on every machine, so everybody comes to the same model.
		let divisor = self.total_weight as f64 * power_of_two(self.scale_bits);
		self.sum.iter().map(move |sum| *sum as f64 / divisor)
	}
}

/// Why bytes are no sum.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AggregateError {
	/// Something else, or of another version, or cut.
	#[error(transparent)]
	Framing(#[from] FramingError),
	/// No parameters, or too many.
	#[error("{found} parameters are not between 1 and {LENGTH_MAX}")]
	Length {
		/// How many.
		found: u32,
	},
	/// More bits than there may be.
	#[error("{found} bits after the point, and {SCALE_BITS_MAX} are the limit")]
	ScaleBits {
		/// How many.
		found: u8,
	},
	/// Nobody, or too many.
	#[error("{found} contributors are not between 1 and {PARTICIPANTS_MAX}")]
	Contributors {
		/// How many.
		found: u8,
	},
	/// Less than 1 for each contributor.
	#[error("the sum of weights is less than one for each contributor")]
	Weight,
}
