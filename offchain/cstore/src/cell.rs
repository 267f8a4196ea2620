// SPDX-License-Identifier: Apache-2.0

//! What merges: the smallest things that are replicated.
//!
//! Every cell is a join semilattice: [`Cell::merge`] is commutative, associative and idempotent, so
//! replicas that have seen the same writes are equal, in whatever order, however often, and however
//! split they came.
//!
//! - *Text*: the latest write wins; increments that were made on top of it all count.
//! - *Field* of a hash: the latest write wins.
//! - *Member* of a set: removing takes away what the remover has seen; an addition that it has not
//!   seen stays.
//! - *Expiry* of a key: the latest wins.
//!
//! What is deleted stays as a tombstone until every replica has it: see [`crate::Namespace`].

use crate::stamp::{Stamp, WriterId};
use codec::{Decode, Encode, Input};

/// A part of a key.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Cell {
	/// The value of a plain key.
	Text(Text),
	/// A field of a hash.
	Field(Register),
	/// A member of a set.
	Member(Box<Member>),
	/// When the key ends.
	Expiry(Expiry),
}

/// A value, the latest of which wins; and the greater one, if a writer that lies has written two at
/// one moment.
#[derive(Clone, Debug, Default, Encode, Eq, Ord, PartialEq, PartialOrd)]
pub struct Register {
	/// When it was written.
	pub stamp: Stamp,
	/// What; `None` if it was deleted.
	pub value: Option<Box<[u8]>>,
}

/// A value, and what was added to it since.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct Text {
	/// The value.
	pub register: Register,
	/// What each writer has added to it in all; by writer, ascending. Most values are not counted
	/// with.
	added: Option<Box<Additions>>,
}

/// What writers have added to a value.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
struct Additions(Vec<Added>);

/// What one writer has added to a value.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Ord, PartialEq, PartialOrd)]
struct Added {
	/// The write of the value that it was added to.
	base: Stamp,
	/// When the last of it was added.
	stamp: Stamp,
	total: i64,
}

/// A member of a set, as its writers see it.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct Member {
	/// The last addition of each writer that nobody has removed; by writer, ascending.
	added: Vec<Stamp>,
	/// The last addition of each writer that somebody has removed; by writer, ascending.
	removed: Vec<Stamp>,
	/// When it was last removed, which says when that can be forgotten.
	removed_at: Stamp,
}

/// When a key ends.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, Ord, PartialEq, PartialOrd)]
pub struct Expiry {
	/// When it was said.
	pub stamp: Stamp,
	/// In milliseconds of Unix time; `None` if the key shall not end.
	pub at_ms: Option<u64>,
}

impl Cell {
	/// Merges another state of the same part; says whether anything changed.
	///
	/// A cell of another kind changes nothing: the kind of a part follows from its name.
	pub fn merge(&mut self, other: &Self) -> bool {
		match (self, other) {
			(Self::Text(own), Self::Text(other)) => own.merge(other),
			(Self::Field(own), Self::Field(other)) => own.merge(other),
			(Self::Member(own), Self::Member(other)) => own.merge(other),
			(Self::Expiry(own), Self::Expiry(other)) => {
				let is_newer = *own < *other;
				if is_newer {
					*own = *other;
				}
				is_newer
			},
			(Self::Text(_) | Self::Field(_) | Self::Member(_) | Self::Expiry(_), _) => false,
		}
	}

	/// The latest stamp in it.
	#[must_use]
	pub fn latest(&self) -> Stamp {
		match self {
			Self::Text(text) => text
				.added()
				.iter()
				.map(|added| added.stamp)
				.fold(text.register.stamp, Stamp::max),
			Self::Field(register) => register.stamp,
			Self::Member(member) => member.stamps().fold(member.removed_at, Stamp::max),
			Self::Expiry(expiry) => expiry.stamp,
		}
	}

	/// Whether it says that something is gone, and nothing else.
	#[must_use]
	pub fn is_tombstone(&self) -> bool {
		match self {
			Self::Text(text) => !text.is_alive(),
			Self::Field(register) => register.value.is_none(),
			Self::Member(member) => member.added.is_empty(),
			Self::Expiry(expiry) => expiry.at_ms.is_none(),
		}
	}

	/// Whether it holds something at a moment, in milliseconds of Unix time, if its key ends so.
	#[must_use]
	pub fn is_live(&self, end: Expiry, now_ms: u64) -> bool {
		if self.is_tombstone() {
			return false;
		}
		let Some(at_ms) = end.at_ms.filter(|at_ms| *at_ms <= now_ms) else { return true };
		match self {
			// A value that was written later does not end.
			Self::Text(text) => end.stamp < text.register.stamp,
			// What was put into it after its end begins anew.
			Self::Field(_) | Self::Member(_) => at_ms <= self.latest().unix_ms(),
			Self::Expiry(_) => false,
		}
	}

	/// Bytes of its values.
	#[must_use]
	pub fn value_bytes(&self) -> usize {
		match self {
			Self::Text(text) => text.register.bytes() + size_of_val(text.added()),
			Self::Field(register) => register.bytes(),
			Self::Member(member) => {
				(member.added.len() + member.removed.len()) * size_of::<Stamp>()
			},
			Self::Expiry(_) => 0,
		}
	}

	/// Whether it can have come from cells that were only written and merged, by so many writers at
	/// most; what is not was made up.
	#[must_use]
	pub fn is_well_formed(&self, writers_max: usize) -> bool {
		match self {
			Self::Text(text) => text.is_well_formed(writers_max),
			Self::Field(_) | Self::Expiry(_) => true,
			Self::Member(member) => member.is_well_formed(writers_max),
		}
	}
}

impl Decode for Register {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		let (stamp, value): (_, Option<Vec<u8>>) = Decode::decode(input)?;
		Ok(Self { stamp, value: value.map(Vec::into_boxed_slice) })
	}
}

impl Register {
	/// Merges; says whether anything changed.
	fn merge(&mut self, other: &Self) -> bool {
		let is_newer = *self < *other;
		if is_newer {
			self.clone_from(other);
		}
		is_newer
	}

	fn bytes(&self) -> usize {
		self.value.as_ref().map_or(0, |value| value.len())
	}
}

impl Text {
	/// A value that replaces all before.
	#[must_use]
	pub fn written(stamp: Stamp, value: Option<Box<[u8]>>) -> Self {
		Self { register: Register { stamp, value }, added: None }
	}

	/// Whether there is a value.
	#[must_use]
	pub fn is_alive(&self) -> bool {
		self.register.value.is_some() || !self.added().is_empty()
	}

	/// The value, as it was written or as a number with all that was added; `None` if there is none.
	#[must_use]
	pub fn value(&self) -> Option<std::borrow::Cow<'_, [u8]>> {
		match self.added().is_empty() {
			true => self.register.value.as_deref().map(Into::into),
			false => Some(self.number()?.to_string().into_bytes().into()),
		}
	}

	/// The value as a number: 0 if there is none, `None` if it is something else.
	///
	/// What concurrent writers added can leave the range of the type together, though none of them
	/// could alone; it is then the end of the range.
	#[must_use]
	pub fn number(&self) -> Option<i64> {
		let base = match &self.register.value {
			None => 0,
			Some(bytes) => parse_number(bytes)?,
		};
		let added = self.added().iter().map(|added| i128::from(added.total)).sum::<i128>();
		let sum = (i128::from(base) + added).clamp(i64::MIN.into(), i64::MAX.into());
		i64::try_from(sum).ok()
	}

	/// Adds to the value; `None`, and nothing changed, if the writer's own part has no room.
	pub(crate) fn add(&mut self, stamp: Stamp, amount: i64) -> Option<()> {
		let base = self.register.stamp;
		let writer = stamp.writer();
		let mut added = self.added().to_vec();
		match added.binary_search_by_key(&writer, |added| added.stamp.writer()) {
			Ok(place) => {
				let total = added[place].total.checked_add(amount)?;
				added[place] = Added { base, stamp, total };
			},
			Err(place) => added.insert(place, Added { base, stamp, total: amount }),
		}
		self.set_added(added);
		Some(())
	}

	fn added(&self) -> &[Added] {
		self.added.as_ref().map_or(&[], |added| &added.0)
	}

	fn set_added(&mut self, added: Vec<Added>) {
		self.added = (!added.is_empty()).then(|| Box::new(Additions(added)));
	}

	fn merge(&mut self, other: &Self) -> bool {
		let mut changed = self.register.merge(&other.register);
		let base = self.register.stamp;
		// What was added to a value that is replaced is replaced with it. Values only ever get
		// newer, so it cannot count again.
		let mut all = self.added().to_vec();
		all.retain(|added| added.base == base);
		for added in other.added().iter().filter(|added| added.base == base) {
			let writer = added.stamp.writer();
			match all.binary_search_by_key(&writer, |own| own.stamp.writer()) {
				Ok(place) => all[place] = all[place].max(*added),
				Err(place) => all.insert(place, *added),
			}
		}
		if all != self.added() {
			self.set_added(all);
			changed = true;
		}
		changed
	}

	fn is_well_formed(&self, writers_max: usize) -> bool {
		let is_number =
			|| self.register.value.as_ref().is_none_or(|bytes| parse_number(bytes).is_some());
		let base = self.register.stamp;
		self.added.as_ref().is_none_or(|added| !added.0.is_empty())
			&& self.added().len() <= writers_max
			&& (self.added.is_none() || is_number())
			&& self.added().iter().all(|added| added.base == base && base < added.stamp)
			&& is_ascending(self.added().iter().map(|added| added.stamp))
	}
}

impl Member {
	/// Whether it is in the set.
	#[must_use]
	pub fn is_alive(&self) -> bool {
		!self.added.is_empty()
	}

	pub(crate) fn add(&mut self, stamp: Stamp) {
		put(&mut self.added, stamp);
	}

	/// Removes every addition that is known here.
	pub(crate) fn remove(&mut self, stamp: Stamp) {
		for added in std::mem::take(&mut self.added) {
			put(&mut self.removed, added);
		}
		self.removed_at = self.removed_at.max(stamp);
	}

	fn stamps(&self) -> impl Iterator<Item = Stamp> {
		self.added.iter().chain(&self.removed).copied()
	}

	fn merge(&mut self, other: &Self) -> bool {
		let before = self.clone();
		for stamp in &other.removed {
			put(&mut self.removed, *stamp);
		}
		for stamp in &other.added {
			put(&mut self.added, *stamp);
		}
		let removed = &self.removed;
		self.added.retain(|added| last_of(removed, added.writer()) < *added);
		self.removed_at = self.removed_at.max(other.removed_at);
		*self != before
	}

	fn is_well_formed(&self, writers_max: usize) -> bool {
		self.added.len().max(self.removed.len()) <= writers_max
			&& self.added.iter().all(|added| last_of(&self.removed, added.writer()) < *added)
			&& (self.removed.is_empty() || self.removed_at != Stamp::ZERO)
			&& is_ascending(self.added.iter().copied())
			&& is_ascending(self.removed.iter().copied())
	}
}

/// Keeps the last stamp of each writer.
fn put(stamps: &mut Vec<Stamp>, stamp: Stamp) {
	match stamps.binary_search_by_key(&stamp.writer(), |own| own.writer()) {
		Ok(place) => stamps[place] = stamps[place].max(stamp),
		Err(place) => stamps.insert(place, stamp),
	}
}

fn last_of(stamps: &[Stamp], writer: WriterId) -> Stamp {
	stamps
		.binary_search_by_key(&writer, |stamp| stamp.writer())
		.map_or(Stamp::ZERO, |place| stamps[place])
}

fn is_ascending(stamps: impl Iterator<Item = Stamp> + Clone) -> bool {
	stamps
		.clone()
		.zip(stamps.skip(1))
		.all(|(one, next)| one.writer() < next.writer())
}

/// A number as texts of numbers are written: no sign but a minus, no zeros before it.
pub(crate) fn parse_number(bytes: &[u8]) -> Option<i64> {
	let text = std::str::from_utf8(bytes).ok()?;
	let number: i64 = text.parse().ok()?;
	(number.to_string() == text).then_some(number)
}
