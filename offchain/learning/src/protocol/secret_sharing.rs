// SPDX-License-Identifier: Apache-2.0

//! Sharing of secrets of 32 bytes, any `threshold` of whose shares give it back.
//!
//! The share of the participant at place `i` is the value of 32 polynomials over GF(256) at `i + 1`.

use chacha20::{
	ChaCha20,
	cipher::{KeyIvInit as _, StreamCipher as _},
};
use std::{convert::Infallible, fmt};
use vsss_rs::Gf256;
use zeroize::Zeroizing;

/// One share, or one secret.
pub(crate) type Share = Zeroizing<[u8; 32]>;

/// Shares a secret with `count` participants.
///
/// # Errors
///
/// Numbers that no round has: fewer than two shares needed, or more than there are, or above 255.
pub(crate) fn split(
	secret: &[u8; 32],
	threshold: usize,
	count: usize,
	randomness: &mut Randomness,
) -> Result<Vec<Share>, SharingError> {
	let dealt = Gf256::split_bytes(threshold, count, secret, randomness);
	let dealt = Zeroizing::new(dealt.map_err(|_| SharingError)?);
	// Each begins with its place, which follows from where it is.
	dealt.iter().map(|share| share_of(share.get(1..))).collect()
}

/// The secret of shares, each with the place that it was dealt to.
///
/// # Errors
///
/// There are fewer than two, or two of one place, or a place beyond 254.
pub(crate) fn combine(shares: &[(usize, Share)]) -> Result<Share, SharingError> {
	let mut placed = Zeroizing::new(Vec::with_capacity(shares.len()));
	for (place, share) in shares {
		let point = u8::try_from(*place).ok().and_then(|place| place.checked_add(1));
		let mut bytes = Vec::with_capacity(1 + share.len());
		bytes.push(point.ok_or(SharingError)?);
		bytes.extend(share.iter());
		placed.push(bytes);
	}
	let secret = Gf256::combine_bytes(placed.as_slice());
	let secret = Zeroizing::new(secret.map_err(|_| SharingError)?);
	share_of(Some(&secret))
}

fn share_of(bytes: Option<&[u8]>) -> Result<Share, SharingError> {
	let bytes: [u8; 32] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(SharingError)?;
	Ok(Zeroizing::new(bytes))
}

/// The numbers of shares and places do not make a sharing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no sharing with these numbers of shares")]
pub(crate) struct SharingError;

/// Coefficients that follow from a key that nobody else has, so that a node that starts again deals
/// the same shares.
pub(crate) struct Randomness(ChaCha20);

impl Randomness {
	pub(crate) fn new(key: &[u8; 32]) -> Self {
		Self(ChaCha20::new(key.into(), &Default::default()))
	}
}

impl fmt::Debug for Randomness {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("Randomness")
	}
}

impl rand_core::TryRng for Randomness {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		let mut bytes = [0; 4];
		self.try_fill_bytes(&mut bytes)?;
		Ok(u32::from_le_bytes(bytes))
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		let mut bytes = [0; 8];
		self.try_fill_bytes(&mut bytes)?;
		Ok(u64::from_le_bytes(bytes))
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
		bytes.fill(0);
		self.0.apply_keystream(bytes);
		Ok(())
	}
}

impl rand_core::TryCryptoRng for Randomness {}
