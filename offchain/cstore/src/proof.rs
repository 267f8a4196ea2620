// SPDX-License-Identifier: Apache-2.0

//! Proofs that a key held something, or nothing, when an epoch ended, for whoever knows the root that
//! the chain holds. The format is described in `docs/cstore-proofs.md`.
//!
//! ```text
//!  Tree, as it was ──Proof::of──> bytes ──Proof::from_bytes──> Proof ──verify──> Proven: the root that
//!                                                                                it needs, the record
//! ```

use crate::{
	cell::{Cell, Expiry},
	limits::{CROWD_MAX, VALUE_BYTES_MAX},
	record::{Digest, Name, NameRef, PartRef, Record, RecordError, record_digest},
	shown::part_and_value,
	tree::{DEPTH_MAX, LEAF_MAX, Tree, digit, inner_digest, leaf_digest_of},
};
use codec::{Decode, DecodeLimit as _, Encode};
use r1_primitives::{DeedId, EpochIndex, JobId};
use std::borrow::Cow;

/// Longest proof: one value, and what is beside the two ways to it.
pub const PROOF_BYTES_MAX: usize = VALUE_BYTES_MAX + (64 << 10);

/// With what a proof begins; the last byte is the version of the format.
const MAGIC: &[u8; 8] = b"r1proof\x01";

/// Nesting of what is read: a proof, an opening, an item, a record, its state.
const NESTING_MAX: u32 = 16;

/// What is claimed, of which node's replica, and when.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Claim {
	/// The chain.
	pub genesis: [u8; 32],
	/// The epoch at whose end it was so.
	pub epoch: EpochIndex,
	/// The job whose namespace it is.
	pub job: JobId,
	/// The deed whose node had it so.
	pub deed: DeedId,
	/// Which key, and which part of it.
	pub name: Name,
}

/// A proof: what stands where the record would stand, and where the key's end would.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Proof {
	/// What is claimed.
	pub claim: Claim,
	/// Where the record stands, or would.
	pub record: Opening,
	/// Where it stands, or would, when the key ends.
	pub end: Opening,
}

/// A leaf of the tree, and the way to it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Opening {
	/// The digests of the other fifteen children, level by level from the root.
	pub beside: Vec<[Digest; 15]>,
	/// What stands in the leaf, in order.
	pub leaf: Vec<Item>,
}

/// A record of a leaf, as far as it is shown.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Item {
	/// Its digest alone.
	Hidden(Digest),
	/// Its name, and the digest of what it holds: nothing stands between two that are named.
	Named(Name, Digest),
	/// All of it.
	Shown(Record),
}

/// What a proof proves, if the chain holds the root.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proven {
	/// The root that the chain must hold for the claim's epoch, job and deed.
	pub root: Digest,
	/// The record; `None` if there was none.
	pub record: Option<Record>,
	/// When the key ended.
	pub end: Expiry,
}

/// Why bytes are no proof.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReadError {
	/// They are too many.
	#[error("a proof has at most {PROOF_BYTES_MAX} bytes; this has {bytes}")]
	TooLong {
		/// How many.
		bytes: usize,
	},
	/// They begin as something else.
	#[error("it is no proof of a key, or of a later version than this program knows")]
	OtherFormat,
	/// They do not go on as a proof does.
	#[error("it begins as a proof and does not go on as one")]
	Malformed,
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofError {
	/// It is about a name, or shows a record, that there cannot be.
	#[error(transparent)]
	Record(#[from] RecordError),
	/// It is about when a key ends, which is a part of every proof.
	#[error("a proof is about a value, a field or a member")]
	Nameless,
	/// It goes deeper than there are digits, or stands where more records are than can.
	#[error("no tree has this shape")]
	Shape,
	/// It neither shows the record nor what stands on both sides of its place.
	#[error("it shows neither the record nor that there is none")]
	Open,
	/// The two ways do not begin at the same root.
	#[error("its two ways lead to two roots")]
	TwoRoots,
}

impl Proof {
	/// The proof of a claim from the records as they were then.
	#[must_use]
	pub fn of(claim: Claim, tree: &Tree) -> Self {
		let end = NameRef { key: claim.name.key(), part: PartRef::Expiry };
		let (record, end) = (Opening::of(claim.name.borrowed(), tree), Opening::of(end, tree));
		Self { claim, record, end }
	}

	/// As it is stored and sent.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = MAGIC.to_vec();
		self.encode_to(&mut bytes);
		bytes
	}

	/// Reads a proof, and checks nothing of what it says.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
		if PROOF_BYTES_MAX < bytes.len() {
			return Err(ReadError::TooLong { bytes: bytes.len() });
		}
		let mut rest = bytes.strip_prefix(MAGIC).ok_or(ReadError::OtherFormat)?;
		let proof = Self::decode_with_depth_limit(NESTING_MAX, &mut rest);
		match proof {
			Ok(proof) if rest.is_empty() => Ok(proof),
			_ => Err(ReadError::Malformed),
		}
	}

	/// What it proves: nothing before the chain was asked for the root.
	///
	/// # Errors
	///
	/// It proves nothing, whatever the chain holds.
	pub fn verify(&self) -> Result<Proven, ProofError> {
		let name = self.claim.name.borrowed();
		name.check()?;
		if name.part == PartRef::Expiry {
			return Err(ProofError::Nameless);
		}
		let end_name = NameRef { key: name.key, part: PartRef::Expiry };
		let record = self.record.record(name)?;
		let end = match self.end.record(end_name)?.map(|record| &record.cell) {
			Some(Cell::Expiry(expiry)) => *expiry,
			// A record of this name has this kind: it was checked.
			_ => Expiry::default(),
		};
		let root = self.record.root(name.position());
		if root != self.end.root(end_name.position()) {
			return Err(ProofError::TwoRoots);
		}
		Ok(Proven { root, record: record.cloned(), end })
	}
}

impl Proven {
	/// What the part held at a moment, in milliseconds of Unix time; for a member of a set nothing, in
	/// no bytes. `None` if it held nothing then.
	#[must_use]
	pub fn value(&self, at_ms: u64) -> Option<Cow<'_, [u8]>> {
		let record = self.record.as_ref().filter(|record| record.cell.is_live(self.end, at_ms))?;
		Some(part_and_value(record).1.unwrap_or_default())
	}
}

impl Opening {
	/// What stands around a place: the record if it is there, or else its neighbours' names.
	fn of(name: NameRef<'_>, tree: &Tree) -> Self {
		let path = tree.path(name.position());
		let order = |record: &Record| {
			let other = record.name.borrowed();
			(other.position(), other).cmp(&(name.position(), name))
		};
		let place = path.leaf.partition_point(|record| order(record).is_lt());
		let is_there = path.leaf.get(place).is_some_and(|record| order(record).is_eq());
		let item = |(at, record): (usize, &&Record)| match is_there {
			true if at == place => Item::Shown((*record).clone()),
			false if at == place || at + 1 == place => {
				Item::Named(record.name.clone(), record.cell_digest())
			},
			_ => Item::Hidden(record.digest()),
		};
		let leaf = path.leaf.iter().enumerate().map(item).collect();
		Self { beside: path.beside, leaf }
	}

	/// The record of a name, if it shows it; `None` if it shows that there is none.
	fn record(&self, name: NameRef<'_>) -> Result<Option<&Record>, ProofError> {
		let depth_max = usize::from(DEPTH_MAX);
		let records_max = if self.beside.len() < depth_max { LEAF_MAX } else { CROWD_MAX };
		if depth_max < self.beside.len() || records_max < self.leaf.len() {
			return Err(ProofError::Shape);
		}
		let mut shown = self.leaf.iter().filter_map(|item| match item {
			Item::Shown(record) => Some(record),
			Item::Hidden(_) | Item::Named(..) => None,
		});
		if let Some(record) = shown.next() {
			record.check()?;
			let is_it = record.name.borrowed() == name && shown.next().is_none();
			return if is_it { Ok(Some(record)) } else { Err(ProofError::Open) };
		}
		let order = |item: &Item| match item {
			Item::Named(other, _) => {
				let other = other.borrowed();
				Some((other.position(), other).cmp(&(name.position(), name)))
			},
			Item::Hidden(_) | Item::Shown(_) => None,
		};
		let is_gap = |place: usize| {
			let before = place.checked_sub(1).and_then(|before| self.leaf.get(before));
			let ends_before = before.is_none_or(|item| order(item).is_some_and(|it| it.is_lt()));
			let after = self.leaf.get(place);
			ends_before && after.is_none_or(|item| order(item).is_some_and(|it| it.is_gt()))
		};
		match (0..=self.leaf.len()).any(is_gap) {
			true => Ok(None),
			false => Err(ProofError::Open),
		}
	}

	/// The root of a tree in which this leaf stands at a position.
	fn root(&self, position: u64) -> Digest {
		let leaf = leaf_digest_of(self.leaf.iter().map(Item::digest));
		let levels = (0..DEPTH_MAX).zip(&self.beside).rev();
		levels.fold(leaf, |below, (depth, beside)| {
			let own = digit(position, depth);
			inner_digest(&std::array::from_fn(|place| match place.cmp(&own) {
				std::cmp::Ordering::Less => beside[place],
				std::cmp::Ordering::Equal => below,
				std::cmp::Ordering::Greater => beside[place - 1],
			}))
		})
	}
}

impl Item {
	fn digest(&self) -> Digest {
		match self {
			Self::Hidden(digest) => *digest,
			Self::Named(name, cell) => record_digest(name, cell),
			Self::Shown(record) => record.digest(),
		}
	}
}
