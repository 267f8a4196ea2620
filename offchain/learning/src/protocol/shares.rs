// SPDX-License-Identifier: Apache-2.0

//! Share files: what a dealer encrypts for each participant, and what says later that it is that.
//!
//! ```text
//! file   = header | threshold 1 B | count 1 B | an entry for each participant, by place
//! entry  = ciphertext 80 B | hash of the mask share 32 B | hash of the seed share 32 B
//! ciphertext = ChaCha20-Poly1305 of (mask share 32 B | seed share 32 B), nonce 0, no further data
//! hash   = SHA-256("ratio1/learning/share-hash" | tag | dealer | recipient | kind 1 B | share)
//! ```
//!
//! Each key encrypts one thing, so the nonce may be zero: if a node that starts again deals again,
//! it encrypts the same. Shares are uniform, so their hashes tell nothing of them.

use super::{
	keys::Keys,
	reveal::Revealed,
	round::{Phase, Round},
	secret_sharing::{Randomness, Share, SharingError, split},
};
use crate::{
	framing::{FramingError, HEADER_BYTES, Header, Kind, Reader},
	limits::SHARE_FILE_BYTES_MAX,
};
use chacha20poly1305::{
	ChaCha20Poly1305, Nonce,
	aead::{Aead as _, KeyInit as _},
};
use r1_primitives::learning::Announcement;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const CIPHERTEXT_BYTES: usize = 64 + 16;
const ENTRY_BYTES: usize = CIPHERTEXT_BYTES + 64;

/// A dealer's shares, each for its recipient alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShareFile {
	header: Header,
	threshold: u8,
	entries: Vec<Entry>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
	ciphertext: [u8; CIPHERTEXT_BYTES],
	mask_hash: [u8; 32],
	seed_hash: [u8; 32],
}

/// What one participant has of one dealer. It never reveals both.
#[derive(Debug)]
pub(crate) struct SharePair {
	/// Its share of the dealer's mask key.
	pub(crate) mask_key: Share,
	/// Its share of the seed of the dealer's own mask.
	pub(crate) seed: Share,
}

impl ShareFile {
	/// Deals shares of a participant's secrets to all participants of a round.
	pub(crate) fn deal(round: &Round, header: Header, keys: &Keys) -> Result<Self, SharingError> {
		let threshold = round.spec().threshold;
		let count = round.participants().len();
		let mut randomness = Randomness::new(&keys.dealing);
		let mask = split(&keys.mask_bytes(), threshold.into(), count, &mut randomness)?;
		let seed = split(&keys.seed, threshold.into(), count, &mut randomness)?;
		let entries = round.participants().iter().zip(mask.iter().zip(&seed));
		let entries = entries.map(|(recipient, (mask, seed))| {
			let of = ShareOf { round, dealer: &header, recipient };
			let cipher = cipher(round, keys, recipient, &header.account, &recipient.account);
			let shares = Zeroizing::new([**mask, **seed].concat());
			let ciphertext = cipher.encrypt(&Nonce::default(), shares.as_slice());
			let ciphertext =
				ciphertext.ok().and_then(|bytes| bytes.try_into().ok()).ok_or(SharingError)?;
			let (mask_hash, seed_hash) =
				(of.hash(&Revealed::MaskKey(mask.clone())), of.hash(&Revealed::Seed(seed.clone())));
			Ok(Entry { ciphertext, mask_hash, seed_hash })
		});
		Ok(Self { header, threshold, entries: entries.collect::<Result<_, _>>()? })
	}

	/// Reads the file of the dealer at a place, as the chain knows it.
	///
	/// # Errors
	///
	/// The bytes are not what was published, or no share file of that dealer in that round.
	pub fn from_bytes(bytes: &[u8], round: &Round, dealer: usize) -> Result<Self, ShareFileError> {
		if SHARE_FILE_BYTES_MAX < bytes.len() {
			return Err(ShareFileError::TooLong { found: bytes.len() });
		}
		let published = round.file_hash(Phase::Share, dealer);
		if published != Some(Sha256::digest(bytes).into()) {
			return Err(ShareFileError::OtherBytes);
		}
		let mut reader = Reader(bytes);
		let header = Header::read(Kind::Shares, &mut reader)?;
		if Some(header) != round.header_of(dealer) {
			return Err(ShareFileError::OtherRound);
		}
		let [threshold, count] = reader.array()?;
		let participants = round.participants().len();
		if threshold != round.spec().threshold || usize::from(count) != participants {
			return Err(ShareFileError::OtherSharing { threshold, count });
		}
		let (entries, _) = reader.rest(participants * ENTRY_BYTES)?.as_chunks::<ENTRY_BYTES>();
		let entries = entries.iter().map(|entry| Entry::read(entry)).collect::<Result<_, _>>()?;
		Ok(Self { header, threshold, entries })
	}

	/// Writes the file.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = self.header.to_bytes(Kind::Shares);
		// A round has at most 64 participants.
		bytes.extend([self.threshold, u8::try_from(self.entries.len()).unwrap_or(u8::MAX)]);
		for entry in &self.entries {
			bytes.extend(entry.ciphertext);
			bytes.extend(entry.mask_hash);
			bytes.extend(entry.seed_hash);
		}
		debug_assert_eq!(bytes.len(), HEADER_BYTES + 2 + self.entries.len() * ENTRY_BYTES);
		bytes
	}

	/// Opens what is for the owner of some keys, and checks that it is what the dealer stands by.
	pub(crate) fn open(
		&self,
		round: &Round,
		recipient: &Announcement,
		keys: &Keys,
	) -> Option<SharePair> {
		let place = round.place_of(&recipient.account)?;
		let entry = self.entries.get(place)?;
		let dealer = round.participant(round.place_of(&self.header.account)?)?;
		let cipher = cipher(round, keys, dealer, &dealer.account, &recipient.account);
		let shares = cipher.decrypt(&Nonce::default(), entry.ciphertext.as_slice()).ok()?;
		let shares = Zeroizing::new(shares);
		let (mask_key, seed) = shares.split_first_chunk::<32>()?;
		let pair = SharePair {
			mask_key: Zeroizing::new(*mask_key),
			seed: Zeroizing::new(seed.try_into().ok()?),
		};
		let is_sound = self.is_of(round, place, &Revealed::MaskKey(pair.mask_key.clone()))
			&& self.is_of(round, place, &Revealed::Seed(pair.seed.clone()));
		is_sound.then_some(pair)
	}

	/// Whether the dealer stands by a share that the participant at a place shows.
	#[must_use]
	pub fn is_of(&self, round: &Round, recipient: usize, share: &Revealed) -> bool {
		let entry = self.entries.get(recipient).zip(round.participant(recipient));
		entry.is_some_and(|(entry, recipient)| {
			let hash = ShareOf { round, dealer: &self.header, recipient }.hash(share);
			match share {
				Revealed::MaskKey(_) => hash == entry.mask_hash,
				Revealed::Seed(_) => hash == entry.seed_hash,
				Revealed::Unreadable => false,
			}
		})
	}
}

impl Entry {
	fn read(bytes: &[u8]) -> Result<Self, FramingError> {
		let mut reader = Reader(bytes);
		Ok(Self {
			ciphertext: reader.array()?,
			mask_hash: reader.array()?,
			seed_hash: reader.array()?,
		})
	}
}

/// Whose share for whom.
struct ShareOf<'a> {
	round: &'a Round,
	dealer: &'a Header,
	recipient: &'a Announcement,
}

impl ShareOf<'_> {
	fn hash(&self, share: &Revealed) -> [u8; 32] {
		let empty = Share::default();
		Sha256::new()
			.chain_update(b"ratio1/learning/share-hash")
			.chain_update(self.round.tag())
			.chain_update(self.dealer.account)
			.chain_update(self.recipient.account)
			.chain_update([share.kind()])
			.chain_update(share.bytes().unwrap_or(&empty))
			.finalize()
			.into()
	}
}

fn cipher(
	round: &Round,
	keys: &Keys,
	other: &Announcement,
	dealer: &r1_core::Account,
	recipient: &r1_core::Account,
) -> ChaCha20Poly1305 {
	let key = keys.share_cipher_key(round.tag(), &other.share_key, dealer, recipient);
	ChaCha20Poly1305::new(key.as_slice().into())
}

/// Why bytes are no share file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ShareFileError {
	/// More bytes than any has.
	#[error("{found} bytes, and a share file has at most {SHARE_FILE_BYTES_MAX}")]
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
	/// Of another round, chain or dealer.
	#[error("it is of another round, chain or dealer")]
	OtherRound,
	/// Not for these participants.
	#[error("it has {count} shares of which {threshold} are needed, which is not this round's way")]
	OtherSharing {
		/// Shares that give a secret back.
		threshold: u8,
		/// Shares.
		count: u8,
	},
}
