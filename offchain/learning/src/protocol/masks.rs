// SPDX-License-Identifier: Apache-2.0

//! Masks: streams of words, as long as an upload.
//!
//! The words of a mask are the stream of ChaCha20 under its key, with nonce 0, as little-endian `u64`.
//! A key is used for one mask.

use chacha20::{
	ChaCha20,
	cipher::{KeyIvInit as _, StreamCipher as _},
};
use std::fmt;
use zeroize::Zeroizing;

const WORD: usize = size_of::<u64>();

/// Words that are computed at once: 4 KB stay in the first cache beside the elements.
const BLOCK_WORDS: usize = 512;

/// Whether a mask is added or taken away.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sign {
	Plus,
	Minus,
}

impl Sign {
	/// The sign of the mask that one participant has with another: the lower place adds it, so that
	/// the two are nothing in the sum.
	pub(crate) fn of_pair(own: usize, other: usize) -> Self {
		if own < other { Self::Plus } else { Self::Minus }
	}

	/// The other one.
	pub(crate) fn inverse(self) -> Self {
		match self {
			Self::Plus => Self::Minus,
			Self::Minus => Self::Plus,
		}
	}
}

/// A mask from where it is now.
pub(crate) struct Mask {
	stream: ChaCha20,
	sign: Sign,
}

impl Mask {
	/// A mask from its first word.
	pub(crate) fn new(key: &[u8; 32], sign: Sign) -> Self {
		Self { stream: ChaCha20::new(key.into(), &Default::default()), sign }
	}

	/// Adds the next words of the mask to as many elements, or takes them away.
	pub(crate) fn apply(&mut self, elements: &mut [u64]) {
		// The stream is also a secret: it and an upload are an update.
		let mut buffer = Zeroizing::new([0; BLOCK_WORDS * WORD]);
		for chunk in elements.chunks_mut(BLOCK_WORDS) {
			let (bytes, _) = buffer.split_at_mut(chunk.len() * WORD);
			bytes.fill(0);
			self.stream.apply_keystream(bytes);
			let (words, _) = bytes.as_chunks::<WORD>();
			for (element, word) in chunk.iter_mut().zip(words) {
				let word = u64::from_le_bytes(*word);
				*element = match self.sign {
					Sign::Plus => element.wrapping_add(word),
					Sign::Minus => element.wrapping_sub(word),
				};
			}
		}
	}
}

impl fmt::Debug for Mask {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_struct("Mask").field("sign", &self.sign).finish_non_exhaustive()
	}
}
