// SPDX-License-Identifier: Apache-2.0

//! An observer's memory as bytes.
//!
//! `magic (8) || version (1) || SCALE(body) || blake2_256 of all before (32)`.
//! Another layout of the body gets another version; nothing is guessed.

use crate::{
	bitmap::{SlotBitmap, bytes_for},
	challenger::CHALLENGES_PER_EPOCH,
	epoch::{EpochRecord, EpochRecords},
	observer::{ChainScope, ObserverLimits, UnusableClock},
	replay::{Print, ReplayGuard, slots_off_max},
};
use codec::{Decode, DecodeAll, Encode};
use r1_primitives::{DeedId, EpochClock, EpochIndex, NodeKey};
use sp_crypto_hashing::blake2_256;
use std::collections::{BTreeMap, BTreeSet};

const MAGIC: &[u8; 8] = b"r1-beats";
/// 2: missed challenges, and prints of the beats that were counted.
const VERSION: u8 = 2;
const CHECKSUM_BYTES: usize = 32;

/// What is written; separate from the types in memory, which may change without this.
#[derive(Decode, Encode)]
struct Body {
	genesis_hash: [u8; 32],
	clock: EpochClock,
	/// Ascending.
	epochs: Vec<(EpochIndex, EpochBody)>,
	/// The newest slot that each node has signed, and the print of its beat.
	signed: Vec<(NodeKey, u64, Print)>,
}

#[derive(Decode, Encode)]
struct EpochBody {
	covered: Vec<u8>,
	/// Ascending.
	deeds: Vec<(DeedId, Vec<u8>)>,
	/// Ascending.
	missed: Vec<(DeedId, u32)>,
}

pub(crate) fn encode(scope: &ChainScope, epochs: &EpochRecords, replay: &ReplayGuard) -> Vec<u8> {
	let body = Body {
		genesis_hash: scope.genesis_hash,
		clock: scope.clock,
		epochs: epochs.iter().map(|(epoch, record)| (epoch, EpochBody::of(record))).collect(),
		signed: replay.entries().collect(),
	};
	let mut bytes = MAGIC.to_vec();
	bytes.push(VERSION);
	body.encode_to(&mut bytes);
	let checksum = blake2_256(&bytes);
	bytes.extend_from_slice(&checksum);
	bytes
}

/// Reads what [`encode`] wrote into `epochs`, which is empty.
pub(crate) fn decode(
	bytes: &[u8],
	scope: &ChainScope,
	limits: &ObserverLimits,
	mut epochs: EpochRecords,
) -> Result<(EpochRecords, ReplayGuard), SnapshotError> {
	let body = decode_body(bytes)?;
	if body.genesis_hash != scope.genesis_hash || body.clock != scope.clock {
		return Err(SnapshotError::OtherChain);
	}
	for (epoch, record) in body.epochs {
		epochs.restore(epoch, record.into_record(scope.clock.slots_per_epoch(), limits)?);
	}
	Ok((epochs, body.signed.into_iter().collect()))
}

/// The length of the largest snapshot that an observer can make, in bytes.
pub(crate) fn bytes_max(scope: &ChainScope, limits: &ObserverLimits) -> u64 {
	// A length prefix has at most 5 bytes, a deed's number 4, an epoch's 4.
	let bitmap = bytes_for(scope.clock.slots_per_epoch()) as u64 + 5;
	let deeds = u64::from(limits.deeds_max) * (bitmap + 4);
	let missed = u64::from(limits.deeds_max) * CHALLENGES_PER_EPOCH as u64 * 8 + 5;
	let epoch = 4 + bitmap + 5 + deeds + missed;
	let epochs = (limits.epochs_max.max(2) as u64).saturating_mul(epoch);
	// The guard holds the nodes of a few slots, whose links may have changed in between.
	let guarded_slots = 2 * slots_off_max(&scope.clock) + 1;
	let signed = guarded_slots * u64::from(limits.deeds_max) * 48;
	epochs.saturating_add(signed).saturating_add(256)
}

/// Checks the frame before it decodes anything.
fn decode_body(bytes: &[u8]) -> Result<Body, SnapshotError> {
	let (framed, checksum) = bytes
		.len()
		.checked_sub(CHECKSUM_BYTES)
		.map(|end| bytes.split_at(end))
		.ok_or(SnapshotError::NotASnapshot)?;
	let (version, mut body) = framed
		.strip_prefix(MAGIC)
		.and_then(<[u8]>::split_first)
		.ok_or(SnapshotError::NotASnapshot)?;
	if blake2_256(framed) != checksum {
		return Err(SnapshotError::WrongChecksum);
	}
	if *version != VERSION {
		return Err(SnapshotError::UnsupportedVersion { version: *version });
	}
	Body::decode_all(&mut body).map_err(|source| SnapshotError::Malformed { source })
}

impl EpochBody {
	fn of(record: &EpochRecord) -> Self {
		let deeds = record.deeds.iter();
		Self {
			covered: record.covered.as_bytes().to_vec(),
			deeds: deeds.map(|(deed, bitmap)| (*deed, bitmap.as_bytes().to_vec())).collect(),
			missed: record.missed.iter().copied().collect(),
		}
	}

	fn into_record(
		self,
		slots: u32,
		limits: &ObserverLimits,
	) -> Result<EpochRecord, SnapshotError> {
		if (limits.deeds_max as usize) < self.deeds.len() {
			return Err(SnapshotError::Inconsistent { what: "there are too many deeds" });
		}
		let bitmap = |bytes: Vec<u8>| {
			SlotBitmap::from_bytes(slots, bytes)
				.ok_or(SnapshotError::Inconsistent { what: "a bitmap does not fit the epoch" })
		};
		let deeds: Result<BTreeMap<_, _>, SnapshotError> =
			self.deeds.into_iter().map(|(deed, bytes)| Ok((deed, bitmap(bytes)?))).collect();
		let covered = bitmap(self.covered)?;
		let mut record = EpochRecord { covered, deeds: deeds?, missed: BTreeSet::new() };
		for (deed, slot) in self.missed {
			if slots <= slot || !record.miss(deed, slot) {
				return Err(SnapshotError::Inconsistent {
					what: "a missed challenge does not fit",
				});
			}
		}
		Ok(record)
	}
}

/// Why bytes are not a snapshot that can be restored.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
	/// More bytes than a snapshot can have.
	#[error("longer than {bytes_max} bytes")]
	TooLong {
		/// The limit.
		bytes_max: u64,
	},
	/// Something else, or cut off early.
	#[error("not a snapshot of beats")]
	NotASnapshot,
	/// The bytes have changed since they were written.
	#[error("the checksum does not match")]
	WrongChecksum,
	/// Written by another version of this program.
	#[error("layout {version} is not supported")]
	UnsupportedVersion {
		/// The layout's number.
		version: u8,
	},
	/// The checksum is right and the body is not.
	#[error("the body cannot be decoded")]
	Malformed {
		/// What is wrong with it.
		source: codec::Error,
	},
	/// Of another chain, or of an earlier life of a development chain.
	#[error("belongs to another chain")]
	OtherChain,
	/// The body contradicts itself or the limits.
	#[error("{what}")]
	Inconsistent {
		/// What is wrong.
		what: &'static str,
	},
	/// No observer can be made for the chain.
	#[error(transparent)]
	UnusableClock(#[from] UnusableClock),
}
