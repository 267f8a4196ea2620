// SPDX-License-Identifier: Apache-2.0

//! Keys as wholes: whether they are there, when they end, and which there are.

use crate::{
	cell::{Cell, Expiry, Register, Text},
	namespace::{Kind, Namespace, WriteError},
	record::{NameRef, PartRef, Record, key_position},
};

/// How long a key lives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Life {
	/// There is no such key.
	None,
	/// Until it is deleted.
	Endless,
	/// So many milliseconds.
	Ms(u64),
}

/// A part of all keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page {
	/// Its keys.
	pub keys: Vec<Vec<u8>>,
	/// Where the next part begins; `None` if this was the last.
	pub next: Option<u64>,
}

impl Namespace {
	/// Whether a key holds anything.
	#[must_use]
	pub fn contains(&self, key: &[u8], now_ms: u64) -> bool {
		self.kind(key, now_ms).is_some()
	}

	/// Deletes a key with all that is known of it here; says whether it held anything. What others
	/// put into a hash or a set meanwhile stays.
	///
	/// # Errors
	///
	/// A clock is wrong.
	pub fn delete(
		&mut self,
		key: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		let was = self.contains(key, now_ms);
		if was {
			if self.live_text(key, now_ms).is_some() {
				let text = Text::written(self.tick(now_ms)?, None);
				self.write(
					NameRef { key, part: PartRef::Text }.owned(),
					Cell::Text(text),
					changes,
				)?;
			}
			self.delete_parts(key, now_ms, changes)?;
		}
		Ok(was)
	}

	/// Lets a key end at a moment, or live until it is deleted; says whether it holds anything. One
	/// that shall have ended already is deleted.
	///
	/// # Errors
	///
	/// A clock is wrong, or there is no room.
	pub fn expire(
		&mut self,
		key: &[u8],
		at_ms: Option<u64>,
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		if !self.contains(key, now_ms) {
			return Ok(false);
		}
		if at_ms.is_some_and(|at_ms| at_ms <= now_ms) {
			return self.delete(key, now_ms, changes);
		}
		let expiry = Expiry { stamp: self.tick(now_ms)?, at_ms };
		self.write(NameRef { key, part: PartRef::Expiry }.owned(), Cell::Expiry(expiry), changes)?;
		Ok(true)
	}

	/// How long a key lives.
	#[must_use]
	pub fn life(&self, key: &[u8], now_ms: u64) -> Life {
		if !self.contains(key, now_ms) {
			return Life::None;
		}
		let expiry = self.expiry(key).unwrap_or_default();
		let is_earlier = |text: &Text| expiry.stamp < text.register.stamp;
		match expiry.at_ms.filter(|at_ms| now_ms < *at_ms) {
			Some(_) if self.live_text(key, now_ms).is_some_and(is_earlier) => Life::Endless,
			Some(at_ms) => Life::Ms(at_ms - now_ms),
			None => Life::Endless,
		}
	}

	/// The keys from a place on, after about so many of which it stops. A key that is there all the
	/// time is in one of the pages; one that comes or goes meanwhile may be.
	#[must_use]
	pub fn scan(&self, from: u64, count: usize, now_ms: u64) -> Page {
		let mut keys: Vec<Vec<u8>> = Vec::new();
		let mut place = None;
		for record in self.tree.range(from, u64::MAX) {
			let key = record.name.key();
			// Parts of keys whose hash begins alike stand in turn.
			let here = key_position(key);
			if count <= keys.len() && place != Some(here) {
				return Page { keys, next: Some(here) };
			}
			let of_place = keys.iter().rev().take_while(|key| key_position(key) == here);
			if !of_place.into_iter().any(|known| known.as_slice() == key)
				&& self.contains(key, now_ms)
			{
				keys.push(key.to_vec());
			}
			place = Some(here);
		}
		Page { keys, next: None }
	}

	/// Checks that a key holds this kind; if it holds nothing, what it held before does not say when
	/// it ends.
	pub(crate) fn begin(
		&mut self,
		key: &[u8],
		kind: Kind,
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<(), WriteError> {
		if self.kind(key, now_ms).is_some() {
			return self.check_kind(key, kind, now_ms);
		}
		if self
			.expiry(key)
			.and_then(|expiry| expiry.at_ms)
			.is_some_and(|at_ms| now_ms < at_ms)
		{
			let expiry = Expiry { stamp: self.tick(now_ms)?, at_ms: None };
			let name = NameRef { key, part: PartRef::Expiry }.owned();
			self.write(name, Cell::Expiry(expiry), changes)?;
		}
		Ok(())
	}

	/// Deletes what is known of the fields and members of a key.
	pub(crate) fn delete_parts(
		&mut self,
		key: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<(), WriteError> {
		let parts = self.records_of(key).filter(|record| self.is_live(record, now_ms));
		let parts: Vec<Record> = parts
			.filter(|record| matches!(record.name.part(), PartRef::Field(_) | PartRef::Member(_)))
			.cloned()
			.collect();
		for Record { name, cell } in parts {
			let stamp = self.tick(now_ms)?;
			let deleted = match cell {
				Cell::Field(_) => Cell::Field(Register { stamp, value: None }),
				Cell::Member(mut member) => {
					member.remove(stamp);
					Cell::Member(member)
				},
				Cell::Text(_) | Cell::Expiry(_) => continue,
			};
			self.write(name, deleted, changes)?;
		}
		Ok(())
	}
}
