// SPDX-License-Identifier: Apache-2.0

//! Hashes and sets: keys of many parts, each of which is replicated for itself.

use crate::{
	cell::{Cell, Member, Register},
	namespace::{Kind, Namespace, WriteError},
	record::{NameRef, PartRef, Record, key_position},
};

/// A field of a hash, and its value.
pub type Pair<'a> = (&'a [u8], &'a [u8]);

impl Namespace {
	// # Hashes

	/// The value of a field.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn hash_get(
		&self,
		key: &[u8],
		field: &[u8],
		now_ms: u64,
	) -> Result<Option<&[u8]>, WriteError> {
		match self.live_field(key, field, now_ms) {
			Some(value) => Ok(Some(value)),
			None => self.check_kind(key, Kind::Hash, now_ms).map(|()| None),
		}
	}

	/// The fields of a hash and their values, in an order of their own.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn hash_all<'a>(
		&'a self,
		key: &'a [u8],
		now_ms: u64,
	) -> Result<impl Iterator<Item = Pair<'a>>, WriteError> {
		self.check_kind(key, Kind::Hash, now_ms)?;
		let live = self.records_of(key).filter(move |record| self.is_live(record, now_ms));
		Ok(live.filter_map(|record| match (record.name.part(), &record.cell) {
			(PartRef::Field(field), Cell::Field(register)) => {
				Some((field, register.value.as_deref()?))
			},
			_ => None,
		}))
	}

	/// The fields of a hash from a place on, after about so many of which it stops, and where the next
	/// ones begin.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn hash_page<'a>(
		&'a self,
		key: &'a [u8],
		from: u64,
		count: usize,
		now_ms: u64,
	) -> Result<(Vec<Pair<'a>>, Option<u64>), WriteError> {
		self.check_kind(key, Kind::Hash, now_ms)?;
		let (first, last) = (key_position(key), key_position(key) | u64::from(u32::MAX));
		let mut page = Vec::new();
		let mut place = None;
		for record in self.tree.range(first.max(from), last) {
			let here = record.name.borrowed().position();
			// Fields whose hash is the same stand at one place.
			if count <= page.len() && place != Some(here) {
				return Ok((page, Some(here)));
			}
			place = Some(here);
			let PartRef::Field(field) = record.name.part() else { continue };
			let Cell::Field(Register { value: Some(value), .. }) = &record.cell else { continue };
			if record.name.key() == key && self.is_live(record, now_ms) {
				page.push((field, &**value));
			}
		}
		Ok((page, None))
	}

	/// Sets a field; says whether there was none.
	///
	/// # Errors
	///
	/// The key holds something else, or something is too long, or there is no room.
	pub fn hash_set(
		&mut self,
		key: &[u8],
		field: &[u8],
		value: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		let is_new = self.live_field(key, field, now_ms).is_none();
		if is_new {
			self.begin(key, Kind::Hash, now_ms, changes)?;
		}
		let register = Register { stamp: self.tick(now_ms)?, value: Some(value.into()) };
		let name = NameRef { key, part: PartRef::Field(field) }.owned();
		self.write(name, Cell::Field(register), changes)?;
		Ok(is_new)
	}

	/// Deletes a field; says whether there was one.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn hash_delete(
		&mut self,
		key: &[u8],
		field: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		if self.live_field(key, field, now_ms).is_none() {
			return self.check_kind(key, Kind::Hash, now_ms).map(|()| false);
		}
		let register = Register { stamp: self.tick(now_ms)?, value: None };
		let name = NameRef { key, part: PartRef::Field(field) }.owned();
		self.write(name, Cell::Field(register), changes)?;
		Ok(true)
	}

	fn live_field(&self, key: &[u8], field: &[u8], now_ms: u64) -> Option<&[u8]> {
		let record = self.tree.get(NameRef { key, part: PartRef::Field(field) })?;
		match &record.cell {
			Cell::Field(register) if self.is_live(record, now_ms) => register.value.as_deref(),
			Cell::Text(_) | Cell::Field(_) | Cell::Member(_) | Cell::Expiry(_) => None,
		}
	}

	// # Sets

	/// The members of a set, in an order of their own.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn set_members<'a>(
		&'a self,
		key: &'a [u8],
		now_ms: u64,
	) -> Result<impl Iterator<Item = &'a [u8]>, WriteError> {
		self.check_kind(key, Kind::Set, now_ms)?;
		let live = self.records_of(key).filter(move |record| self.is_live(record, now_ms));
		Ok(live.filter_map(|record| match record.name.part() {
			PartRef::Member(member) => Some(member),
			PartRef::Expiry | PartRef::Text | PartRef::Field(_) => None,
		}))
	}

	/// Whether something is in a set.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn set_contains(&self, key: &[u8], member: &[u8], now_ms: u64) -> Result<bool, WriteError> {
		match self.live_member(key, member, now_ms) {
			Some(_) => Ok(true),
			None => self.check_kind(key, Kind::Set, now_ms).map(|()| false),
		}
	}

	/// Puts something into a set; says whether it was not in it.
	///
	/// # Errors
	///
	/// The key holds something else, or the member is too long, or there is no room.
	pub fn set_add(
		&mut self,
		key: &[u8],
		member: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		let is_new = self.live_member(key, member, now_ms).is_none();
		if is_new {
			self.begin(key, Kind::Set, now_ms, changes)?;
		}
		// Also if it is in it, so that who removes it without knowing of this does not win.
		let mut added = Member::default();
		added.add(self.tick(now_ms)?);
		let name = NameRef { key, part: PartRef::Member(member) }.owned();
		self.write(name, Cell::Member(Box::new(added)), changes)?;
		Ok(is_new)
	}

	/// Takes something out of a set; says whether it was in it.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn set_remove(
		&mut self,
		key: &[u8],
		member: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		let Some(known) = self.live_member(key, member, now_ms) else {
			return self.check_kind(key, Kind::Set, now_ms).map(|()| false);
		};
		let mut removed = known.clone();
		removed.remove(self.tick(now_ms)?);
		let name = NameRef { key, part: PartRef::Member(member) }.owned();
		self.write(name, Cell::Member(Box::new(removed)), changes)?;
		Ok(true)
	}

	fn live_member(&self, key: &[u8], member: &[u8], now_ms: u64) -> Option<&Member> {
		let record = self.tree.get(NameRef { key, part: PartRef::Member(member) })?;
		match &record.cell {
			Cell::Member(member) if self.is_live(record, now_ms) => Some(member),
			Cell::Text(_) | Cell::Field(_) | Cell::Member(_) | Cell::Expiry(_) => None,
		}
	}
}
