// SPDX-License-Identifier: Apache-2.0

//! The sum of all updates, piece by piece: what is in memory does not grow with the model.

use super::{
	aggregate::aggregate_header,
	masks::Mask,
	recovery::Recovered,
	round::{Round, short},
	upload::{UploadError, UploadReader},
};
use crate::{fixed::elements_of, limits::CHUNK_ELEMENTS};
use r1_core::Account;
use r1_primitives::learning::Finding;
use sha2::{Digest as _, Sha256};
use std::{
	collections::BTreeMap,
	io::{self, Read, Write},
};

/// What was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Summed {
	/// SHA-256 of the file.
	pub sha256: [u8; 32],
	/// Participants whose updates are in the sum.
	pub contributors: u32,
	/// The sum of their weights.
	pub total_weight: u64,
}

impl Recovered<'_> {
	/// Adds the uploads of U3, takes the masks away, and writes the canonical file of the sum.
	///
	/// What was written is of no use if this fails: uploads are checked while they are read.
	///
	/// # Errors
	///
	/// An upload is missing or cannot be read, the file cannot be written, or somebody spoils the
	/// round: of several the one whose account is the lowest is named.
	pub fn sum<R: Read>(
		&self,
		uploads: BTreeMap<Account, R>,
		file: &mut impl Write,
	) -> Result<Summed, SumError> {
		let round = self.round;
		let mut sources = Sources::open(round, uploads)?;
		let mut masks: Vec<Mask> =
			self.masks.iter().map(|(key, sign)| Mask::new(key, *sign)).collect();
		let mut out = HashedFile { file, digest: Sha256::new() };
		out.write(&aggregate_header(round))?;
		let bounds = Bounds::of(round);
		let elements = elements_of(round.spec());
		let (mut is_bounded, mut total_weight) = (true, 0);
		let mut sums = Vec::with_capacity(CHUNK_ELEMENTS);
		for first in (0..elements).step_by(CHUNK_ELEMENTS) {
			sums.clear();
			sums.resize(CHUNK_ELEMENTS.min(elements - first), 0_u64);
			sources.add_to(&mut sums)?;
			masks.iter_mut().for_each(|mask| mask.apply(&mut sums));
			let is_last = first + sums.len() == elements;
			let parameters = sums.len() - usize::from(is_last);
			is_bounded &= sums.iter().take(parameters).all(|sum| bounds.holds_element(*sum));
			if is_last {
				total_weight = sums.last().copied().unwrap_or_default();
				is_bounded &= bounds.holds_weight(total_weight);
			}
			out.write(&sums.iter().flat_map(|sum| sum.to_le_bytes()).collect::<Vec<_>>())?;
		}
		sources.finish()?;
		if !is_bounded {
			return Err(SumError::Finding(Finding::SumOutOfBounds));
		}
		let sha256 = out.digest.finalize().into();
		// A round has at most 64 participants.
		let contributors = u32::try_from(round.contributors().count()).unwrap_or(u32::MAX);
		Ok(Summed { sha256, contributors, total_weight })
	}
}

/// The uploads, each until something is wrong with it.
struct Sources<'a, R> {
	round: &'a Round,
	open: BTreeMap<usize, UploadReader<R>>,
	/// The first place whose upload is none.
	spoilt: Option<usize>,
}

impl<'a, R: Read> Sources<'a, R> {
	fn open(round: &'a Round, mut uploads: BTreeMap<Account, R>) -> Result<Self, SumError> {
		let mut sources = Self { round, open: BTreeMap::new(), spoilt: None };
		for place in round.contributors().iter() {
			let account = sources.account(place);
			let upload = uploads.remove(&account).ok_or(SumError::Missing { account })?;
			match UploadReader::new(upload, round, place) {
				Ok(reader) => drop(sources.open.insert(place, reader)),
				Err(error) => sources.spoil(place, error)?,
			}
		}
		Ok(sources)
	}

	fn add_to(&mut self, sums: &mut [u64]) -> Result<(), SumError> {
		for (place, reader) in std::mem::take(&mut self.open) {
			let mut reader = reader;
			match reader.add_to(sums) {
				Ok(()) => drop(self.open.insert(place, reader)),
				Err(error) => self.spoil(place, error)?,
			}
		}
		Ok(())
	}

	fn finish(mut self) -> Result<(), SumError> {
		for (place, reader) in std::mem::take(&mut self.open) {
			let published = self.round.file_hash(super::Phase::Upload, place);
			if let Err(error) = reader.finish(published) {
				self.spoil(place, error)?;
			}
		}
		match self.spoilt {
			None => Ok(()),
			Some(place) => Err(SumError::Finding(Finding::UploadUnreadable {
				participant: self.account(place),
			})),
		}
	}

	/// Notes that an upload is none, unless that may be nobody's fault.
	fn spoil(&mut self, place: usize, error: UploadError) -> Result<(), SumError> {
		if !error.is_peer_fault() {
			return Err(SumError::Upload { account: self.account(place), source: error });
		}
		self.spoilt = Some(self.spoilt.map_or(place, |first| first.min(place)));
		Ok(())
	}

	fn account(&self, place: usize) -> Account {
		self.round.participant(place).map(|one| one.account).unwrap_or_default()
	}
}

/// What honest participants stay within, all together.
struct Bounds {
	element: u64,
	weights: std::ops::RangeInclusive<u64>,
}

impl Bounds {
	fn of(round: &Round) -> Self {
		let spec = round.spec();
		let contributors = round.contributors().count() as u64;
		// The specification was checked: 64 times the bound of an element is below 2^63.
		let element = spec.element_bound().unwrap_or_default().saturating_mul(contributors);
		let most = contributors.saturating_mul(u64::from(spec.max_weight));
		Self { element, weights: contributors..=most }
	}

	fn holds_element(&self, sum: u64) -> bool {
		sum.cast_signed().unsigned_abs() <= self.element
	}

	fn holds_weight(&self, weight: u64) -> bool {
		self.weights.contains(&weight)
	}
}

/// A file whose hash is computed while it is written.
struct HashedFile<'a, W> {
	file: &'a mut W,
	digest: Sha256,
}

impl<W: Write> HashedFile<'_, W> {
	fn write(&mut self, bytes: &[u8]) -> Result<(), SumError> {
		self.digest.update(bytes);
		self.file.write_all(bytes).map_err(SumError::Write)
	}
}

/// Why there is no sum.
#[derive(Debug, thiserror::Error)]
pub enum SumError {
	/// An upload was not given. Nobody is to blame before it was looked for everywhere.
	#[error("the upload of account {} has yet to be fetched", short(account))]
	Missing {
		/// Whose.
		account: Account,
	},
	/// An upload could not be read; another attempt may succeed.
	#[error("the upload of account {} stopped", short(account))]
	Upload {
		/// Whose.
		account: Account,
		/// How.
		#[source]
		source: UploadError,
	},
	/// The sum could not be written.
	#[error("could not write the sum")]
	Write(#[source] io::Error),
	/// Somebody spoils the round.
	#[error("there is no sum: {0:?}")]
	Finding(Finding),
}
