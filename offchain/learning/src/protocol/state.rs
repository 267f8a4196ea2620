// SPDX-License-Identifier: Apache-2.0

//! What a participant keeps, so that it goes on after a restart and never says two things.
//!
//! ```text
//! file = header | secret 32 B | SCALE of Progress
//! ```

use super::{keys::Secret, round::Members};
use crate::{
	framing::{FramingError, Header, Kind, Reader},
	limits::STATE_BYTES_MAX,
};
use codec::{Decode, DecodeAll as _, Encode};
use std::{fmt, io};
use zeroize::Zeroizing;

/// Where a participant's state is written, before anything that follows from it leaves.
pub trait StateStore {
	/// Replaces what was written before; returns when it would survive a loss of power.
	///
	/// # Errors
	///
	/// It could not be written. Nothing leaves then.
	fn save(&mut self, state: &[u8]) -> io::Result<()>;
}

/// A participant's secret and what it has done with it.
pub(crate) struct State {
	pub(crate) owner: Header,
	pub(crate) secret: Secret,
	pub(crate) progress: Progress,
}

/// What a participant has done: each may be done for one thing alone.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct Progress {
	/// The participants that it dealt shares to, by their digest.
	pub(crate) dealt: Option<[u8; 32]>,
	/// The update that it masked.
	pub(crate) masked: Option<Masked>,
	/// Who had contributed when it chose what to reveal, as bits by place.
	pub(crate) frozen: Option<u64>,
}

/// What was masked.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Masked {
	/// The dealers that it has masks with, as bits by place.
	pub(crate) dealers: u64,
	/// SHA-256 of the upload.
	pub(crate) sha256: [u8; 32],
}

impl State {
	/// Writes it for its owner alone.
	pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		let mut bytes = Zeroizing::new(Vec::with_capacity(STATE_BYTES_MAX));
		bytes.extend(self.owner.to_bytes(Kind::State));
		bytes.extend(self.secret.iter());
		self.progress.encode_to(&mut *bytes);
		bytes
	}

	pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
		if STATE_BYTES_MAX < bytes.len() {
			return Err(StateError::Progress);
		}
		let mut reader = Reader(bytes);
		let owner = Header::read(Kind::State, &mut reader)?;
		let secret = Zeroizing::new(reader.array()?);
		let progress = Progress::decode_all(&mut reader.0).map_err(|_| StateError::Progress)?;
		Ok(Self { owner, secret, progress })
	}
}

impl Progress {
	pub(crate) fn contributors(&self) -> Option<Members> {
		self.frozen.map(Members::from_bits)
	}
}

impl fmt::Debug for State {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("State")
			.field("owner", &self.owner)
			.field("progress", &self.progress)
			.finish_non_exhaustive()
	}
}

/// Why bytes are no state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StateError {
	/// Something else, or of another version, or cut.
	#[error(transparent)]
	Framing(#[from] FramingError),
	/// What follows the secret is damaged.
	#[error("what it says of the participant's progress is damaged")]
	Progress,
}
