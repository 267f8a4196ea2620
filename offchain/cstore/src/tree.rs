// SPDX-License-Identifier: Apache-2.0

//! All records of a namespace, in the order of their positions, in a tree of digests.
//!
//! A position has sixteen digits of four bits; a node of the tree is a prefix of them. Up to
//! [`LEAF_MAX`] records stand in one leaf, and more in sixteen children. The shape therefore
//! follows from the records alone, and so do the digests:
//!
//! ```text
//! no records   0
//! leaf         H(0x00 | digests of its records)
//! inner node   H(0x01 | digests of its sixteen children)
//! ```
//!
//! One structure serves four purposes: it finds a record, walks through all in an order that does
//! not change when others come and go, tells two replicas where they differ, and proves to a
//! stranger that a record is under a root.
//!
//! A snapshot shares all of it, and whatever is changed afterwards is copied first: a leaf, and the
//! nodes above it.

use crate::record::{Digest, Name, NameRef, Record};
use codec::{Decode, Encode, Error, Input};
use sp_crypto_hashing::blake2_256;
use std::sync::{Arc, LazyLock};

/// Most records of a leaf that can be split.
pub const LEAF_MAX: usize = 16;

/// Digits of a position.
pub const DEPTH_MAX: u8 = 16;

/// The digest of nothing.
pub const EMPTY: Digest = [0; 32];

/// The beginning of positions.
#[derive(Clone, Copy, Debug, Default, Encode, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Prefix {
	/// The digits, from the highest; zeros after them.
	digits: u64,
	/// How many of them count.
	depth: u8,
}

/// The records.
#[derive(Clone, Debug, Default)]
pub struct Tree {
	root: Node,
}

/// What stands under a prefix, for whoever compares.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Shape {
	/// The records themselves, in order: their names and digests.
	Leaf(Vec<(Name, Digest)>),
	/// The digests of the sixteen longer prefixes.
	Inner(Box<[Digest; 16]>),
}

#[derive(Clone, Debug)]
struct Node {
	kind: Kind,
	count: usize,
	/// Of what is under it; `None` if that has changed since.
	digest: Option<Digest>,
}

/// A record, and where it stands, which is costly to ask often.
#[derive(Clone, Debug)]
struct Slot {
	position: u64,
	record: Record,
}

#[derive(Clone, Debug)]
enum Kind {
	Leaf(Arc<Vec<Slot>>),
	Inner(Arc<[Node; 16]>),
}

/// A leaf without records, of which there are many: they are one.
static NOTHING: LazyLock<Arc<Vec<Slot>>> = LazyLock::new(Arc::default);

/// The way from the root to where a record stands or would stand.
#[derive(Debug)]
pub(crate) struct Path<'a> {
	/// The digests of the other fifteen children, level by level from the root.
	pub(crate) beside: Vec<[Digest; 15]>,
	/// The records of the leaf.
	pub(crate) leaf: Vec<&'a Record>,
}

impl Prefix {
	/// All positions.
	pub const ROOT: Self = Self { digits: 0, depth: 0 };

	/// A prefix; `None` if it has more digits than a position, or digits that do not count.
	#[must_use]
	pub fn new(digits: u64, depth: u8) -> Option<Self> {
		let prefix = Self { digits, depth };
		(depth <= DEPTH_MAX && digits & prefix.free() == 0).then_some(prefix)
	}

	/// Its digits, from the highest, with zeros after them.
	#[must_use]
	pub fn digits(self) -> u64 {
		self.digits
	}

	/// How many digits it has.
	#[must_use]
	pub fn depth(self) -> u8 {
		self.depth
	}

	/// The sixteen prefixes that are longer by a digit; none if it is a whole position.
	pub fn children(self) -> impl Iterator<Item = Self> {
		let count = if self.depth < DEPTH_MAX { 16 } else { 0 };
		(0..count).map(move |digit: u64| {
			let shift = 60 - 4 * u32::from(self.depth);
			Self { digits: self.digits | digit << shift, depth: self.depth + 1 }
		})
	}

	/// The first and the last position under it.
	#[must_use]
	pub fn range(self) -> (u64, u64) {
		(self.digits, self.digits | self.free())
	}

	/// The digits with which two positions begin.
	fn shared(one: u64, other: u64) -> Self {
		let bits = (one ^ other).leading_zeros();
		// At most sixteen.
		let depth = u8::try_from(bits / 4).unwrap_or(DEPTH_MAX);
		let prefix = Self { digits: one, depth };
		Self { digits: one & !prefix.free(), depth }
	}

	/// Bits that it leaves open.
	fn free(self) -> u64 {
		u64::MAX.checked_shr(4 * u32::from(self.depth)).unwrap_or(0)
	}
}

impl Decode for Prefix {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let (digits, depth) = Decode::decode(input)?;
		Self::new(digits, depth).ok_or_else(|| "a prefix has no digits that do not count".into())
	}
}

impl Tree {
	/// How many records there are.
	#[must_use]
	pub fn len(&self) -> usize {
		self.root.count
	}

	/// Whether there is none.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.root.count == 0
	}

	/// The record of a name.
	#[must_use]
	pub fn get(&self, name: NameRef<'_>) -> Option<&Record> {
		let position = name.position();
		let mut node = &self.root;
		for depth in 0..=DEPTH_MAX {
			match &node.kind {
				Kind::Leaf(slots) => {
					return find(slots, position, name).ok().map(|place| &slots[place].record);
				},
				Kind::Inner(children) => node = &children[digit(position, depth)],
			}
		}
		None
	}

	/// Puts a record in the place of the one of its name, and returns that.
	pub fn put(&mut self, record: Record) -> Option<Record> {
		let position = record.name.borrowed().position();
		self.root.put(0, position, record)
	}

	/// Takes a record out.
	pub fn remove(&mut self, name: NameRef<'_>) -> Option<Record> {
		self.root.remove(0, name.position(), name)
	}

	/// The records from one position to another, both included, in order.
	pub fn range(&self, first: u64, last: u64) -> impl Iterator<Item = &Record> {
		let mut range = Range::new(&self.root, first, last);
		std::iter::from_fn(move || range.next())
	}

	/// The digest of all records.
	pub fn root(&mut self) -> Digest {
		self.root.digest()
	}

	/// The digest of all records of a snapshot.
	#[must_use]
	pub fn known_root(&self) -> Digest {
		self.root.known_digest()
	}

	/// All records as they are now, whatever is changed later.
	#[must_use]
	pub fn snapshot(&mut self) -> Self {
		// Known once here, or computed by each of the two for itself.
		self.root();
		self.clone()
	}

	/// The digest of what is under a prefix.
	pub fn digest(&mut self, prefix: Prefix) -> Digest {
		self.root();
		match self.root.descend(0, prefix) {
			Found::Node(node) => node.known_digest(),
			Found::Part(slots) => leaf_digest(slots.iter().map(|slot| &slot.record)),
		}
	}

	/// What is under a prefix.
	pub fn shape(&mut self, prefix: Prefix) -> Shape {
		let names = |slots: &[Slot]| {
			let records = slots.iter().map(|slot| &slot.record);
			Shape::Leaf(records.map(|record| (record.name.clone(), record.digest())).collect())
		};
		self.root();
		match self.root.descend(0, prefix) {
			Found::Part(slots) => names(slots),
			Found::Node(node) => match &node.kind {
				Kind::Leaf(slots) => names(slots),
				Kind::Inner(children) => Shape::Inner(Box::new(digests_of(children))),
			},
		}
	}

	/// The way to a position.
	pub(crate) fn path(&self, position: u64) -> Path<'_> {
		let (mut node, mut beside) = (&self.root, Vec::new());
		loop {
			match &node.kind {
				Kind::Leaf(slots) => {
					return Path { beside, leaf: slots.iter().map(|slot| &slot.record).collect() };
				},
				Kind::Inner(children) => {
					// The tree is at most sixteen levels deep.
					let own = digit(position, u8::try_from(beside.len()).unwrap_or(DEPTH_MAX));
					let all = digests_of(children);
					beside
						.push(std::array::from_fn(|place| all[place + usize::from(own <= place)]));
					node = &children[own];
				},
			}
		}
	}
}

/// What a prefix leads to.
enum Found<'a> {
	Node(&'a Node),
	/// A part of a leaf that stands higher.
	Part(&'a [Slot]),
}

impl Default for Node {
	fn default() -> Self {
		Self { kind: Kind::Leaf(Arc::clone(&NOTHING)), count: 0, digest: Some(EMPTY) }
	}
}

impl Node {
	fn put(&mut self, depth: u8, position: u64, record: Record) -> Option<Record> {
		self.digest = None;
		let replaced = match &mut self.kind {
			Kind::Inner(children) => {
				let children = Arc::make_mut(children);
				children[digit(position, depth)].put(depth + 1, position, record)
			},
			Kind::Leaf(slots) => {
				let slots = Arc::make_mut(slots);
				match find(slots, position, record.name.borrowed()) {
					Ok(place) => Some(std::mem::replace(&mut slots[place].record, record)),
					Err(place) => {
						// As large as what is in it: half of all leaves hold a record or two.
						slots.reserve_exact(1);
						slots.insert(place, Slot { position, record });
						None
					},
				}
			},
		};
		self.count += usize::from(replaced.is_none());
		if LEAF_MAX < self.count && depth < DEPTH_MAX && matches!(self.kind, Kind::Leaf(_)) {
			self.split(depth);
		}
		replaced
	}

	/// Makes an inner node of a leaf.
	fn split(&mut self, depth: u8) {
		let Kind::Leaf(slots) = &mut self.kind else { return };
		let mut children: [Self; 16] = Default::default();
		let slots = std::mem::replace(slots, Arc::clone(&NOTHING));
		for Slot { position, record } in Arc::unwrap_or_clone(slots) {
			children[digit(position, depth)].put(depth + 1, position, record);
		}
		self.kind = Kind::Inner(Arc::new(children));
	}

	fn remove(&mut self, depth: u8, position: u64, name: NameRef<'_>) -> Option<Record> {
		let removed = match &mut self.kind {
			Kind::Inner(children) => {
				let children = Arc::make_mut(children);
				children[digit(position, depth)].remove(depth + 1, position, name)
			},
			Kind::Leaf(slots) => {
				let place = find(slots, position, name).ok();
				place.map(|place| Arc::make_mut(slots).remove(place).record)
			},
		}?;
		self.digest = None;
		self.count -= 1;
		// The shape follows from the records alone.
		if self.count <= LEAF_MAX && matches!(self.kind, Kind::Inner(_)) {
			let mut slots = Vec::with_capacity(self.count);
			self.drain_into(&mut slots);
			self.kind = Kind::Leaf(Arc::new(slots));
		}
		Some(removed)
	}

	fn drain_into(&mut self, all: &mut Vec<Slot>) {
		match &mut self.kind {
			Kind::Leaf(slots) => all.append(Arc::make_mut(slots)),
			Kind::Inner(children) => {
				Arc::make_mut(children).iter_mut().for_each(|child| child.drain_into(all));
			},
		}
	}

	fn digest(&mut self) -> Digest {
		if let Some(known) = self.digest {
			return known;
		}
		let digest = match &mut self.kind {
			Kind::Leaf(slots) => leaf_digest(slots.iter().map(|slot| &slot.record)),
			Kind::Inner(children) => {
				// What a snapshot shares is known, and so is not copied to be computed.
				if children.iter().any(|child| child.digest.is_none()) {
					for child in Arc::make_mut(children) {
						child.digest();
					}
				}
				inner_digest(&digests_of(children))
			},
		};
		self.digest = Some(digest);
		digest
	}

	/// The same, when nothing has changed since it was asked for.
	fn known_digest(&self) -> Digest {
		self.digest.unwrap_or_else(|| self.clone().digest())
	}

	/// What a prefix leads to, from this node on, which stands at a depth.
	fn descend(&self, depth: u8, prefix: Prefix) -> Found<'_> {
		if depth == prefix.depth {
			return Found::Node(self);
		}
		match &self.kind {
			Kind::Inner(children) => {
				children[digit(prefix.digits, depth)].descend(depth + 1, prefix)
			},
			Kind::Leaf(slots) => {
				let (first, last) = prefix.range();
				let from = slots.partition_point(|slot| slot.position < first);
				let to = slots.partition_point(|slot| slot.position <= last);
				Found::Part(&slots[from..to])
			},
		}
	}
}

/// A walk from one position to another.
struct Range<'a> {
	/// Nodes that are left, the next one last, with their depths and first positions.
	open: Vec<(&'a Node, u8, u64)>,
	leaf: std::slice::Iter<'a, Slot>,
	first: u64,
	last: u64,
}

impl<'a> Range<'a> {
	/// Begins at the lowest node that has all of it: the records of one key are mostly in one leaf.
	fn new(root: &'a Node, first: u64, last: u64) -> Self {
		let (mut node, mut depth) = (root, 0);
		let shared = Prefix::shared(first, last);
		while let Kind::Inner(children) = &node.kind
			&& depth < shared.depth
		{
			node = &children[digit(first, depth)];
			depth += 1;
		}
		match &node.kind {
			Kind::Leaf(slots) => Self { open: Vec::new(), leaf: slots.iter(), first, last },
			Kind::Inner(_) => {
				let digits = first & !Prefix { digits: 0, depth }.free();
				Self { open: vec![(node, depth, digits)], leaf: [].iter(), first, last }
			},
		}
	}

	fn next(&mut self) -> Option<&'a Record> {
		loop {
			for slot in self.leaf.by_ref() {
				if (self.first..=self.last).contains(&slot.position) {
					return Some(&slot.record);
				}
			}
			let (node, depth, digits) = self.open.pop()?;
			match &node.kind {
				Kind::Leaf(slots) => self.leaf = slots.iter(),
				Kind::Inner(children) => {
					let prefix = Prefix { digits, depth };
					let wanted = prefix.children().zip(children.iter()).filter(|(child, node)| {
						let (first, last) = child.range();
						node.count != 0 && first <= self.last && self.first <= last
					});
					let before = self.open.len();
					self.open.extend(wanted.map(|(child, node)| (node, child.depth, child.digits)));
					// The last is the next.
					self.open[before..].reverse();
				},
			}
		}
	}
}

fn digests_of(children: &[Node; 16]) -> [Digest; 16] {
	std::array::from_fn(|digit| children[digit].known_digest())
}

/// Where a record is among those of a leaf, or would be.
fn find(slots: &[Slot], position: u64, name: NameRef<'_>) -> Result<usize, usize> {
	slots.binary_search_by(|slot| {
		slot.position
			.cmp(&position)
			.then_with(|| slot.record.name.borrowed().cmp(&name))
	})
}

/// A digit of a position, the highest first.
pub(crate) fn digit(position: u64, depth: u8) -> usize {
	let shift = 60_u32.saturating_sub(4 * u32::from(depth));
	usize::try_from(position >> shift & 0xf).unwrap_or(0)
}

/// The digest of a leaf with these records.
#[must_use]
pub fn leaf_digest<'a>(records: impl IntoIterator<Item = &'a Record>) -> Digest {
	leaf_digest_of(records.into_iter().map(Record::digest))
}

/// The digest of a leaf with records of these digests, in order.
#[must_use]
pub fn leaf_digest_of(digests: impl IntoIterator<Item = Digest>) -> Digest {
	let mut bytes = vec![0x00];
	bytes.extend(digests.into_iter().flatten());
	if bytes.len() == 1 { EMPTY } else { blake2_256(&bytes) }
}

/// The digest of an inner node with these children.
#[must_use]
pub fn inner_digest(children: &[Digest; 16]) -> Digest {
	let mut bytes = vec![0x01];
	bytes.extend(children.iter().flatten());
	blake2_256(&bytes)
}
