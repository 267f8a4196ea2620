// SPDX-License-Identifier: Apache-2.0

//! Plain values, and counting with them.

use crate::{
	cell::{Cell, Expiry, Text},
	namespace::{Kind, Namespace, WriteError},
	record::{NameRef, PartRef, Record},
};
use std::borrow::Cow;

/// How a value is set.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetOptions {
	/// When it ends, in milliseconds of Unix time.
	pub expires_at_ms: Option<u64>,
	/// Whether there must be a value, or none.
	pub condition: Condition,
}

/// When a value is set.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Condition {
	/// In any case.
	#[default]
	Always,
	/// If the key holds nothing, as far as this replica knows.
	IfAbsent,
	/// If the key holds something, as far as this replica knows.
	IfPresent,
}

impl Namespace {
	/// The value of a plain key.
	///
	/// # Errors
	///
	/// The key holds something else.
	pub fn get(&self, key: &[u8], now_ms: u64) -> Result<Option<Cow<'_, [u8]>>, WriteError> {
		match self.live_text(key, now_ms) {
			Some(text) => Ok(text.value()),
			None => self.check_kind(key, Kind::Text, now_ms).map(|()| None),
		}
	}

	/// Sets a value, whatever the key held; says whether it did.
	///
	/// # Errors
	///
	/// It is too long, or there is no room.
	pub fn set(
		&mut self,
		key: &[u8],
		value: &[u8],
		options: SetOptions,
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<bool, WriteError> {
		let kind = self.kind(key, now_ms);
		match options.condition {
			Condition::IfAbsent if kind.is_some() => return Ok(false),
			Condition::IfPresent if kind.is_none() => return Ok(false),
			Condition::Always | Condition::IfAbsent | Condition::IfPresent => {},
		}
		let stamp = self.tick(now_ms)?;
		let text = Text::written(stamp, Some(value.into()));
		self.write(NameRef { key, part: PartRef::Text }.owned(), Cell::Text(text), changes)?;
		if kind.is_some_and(|kind| kind != Kind::Text) {
			self.delete_parts(key, now_ms, changes)?;
		}
		// An end that was said before this value is not this value's.
		if options.expires_at_ms.is_some() {
			let expiry = Expiry { stamp: self.tick(now_ms)?, at_ms: options.expires_at_ms };
			self.write(
				NameRef { key, part: PartRef::Expiry }.owned(),
				Cell::Expiry(expiry),
				changes,
			)?;
		}
		Ok(true)
	}

	/// Adds to a number, which is 0 if there is none; returns the sum.
	///
	/// What others add meanwhile counts as well, and a value that somebody sets replaces all that
	/// was added to the one before.
	///
	/// # Errors
	///
	/// The value is no number, or would leave the range of one.
	pub fn add(
		&mut self,
		key: &[u8],
		amount: i64,
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<i64, WriteError> {
		let mut text = match self.live_text(key, now_ms) {
			Some(text) => text.clone(),
			None => {
				self.check_kind(key, Kind::Text, now_ms)?;
				// What ended is not counted on.
				self.forget_text(key, now_ms, changes)?
			},
		};
		let number = text.number().ok_or(WriteError::NotANumber)?;
		let sum = number.checked_add(amount).ok_or(WriteError::NotANumber)?;
		let stamp = self.tick(now_ms)?;
		text.add(stamp, amount).ok_or(WriteError::NotANumber)?;
		self.write(NameRef { key, part: PartRef::Text }.owned(), Cell::Text(text), changes)?;
		Ok(sum)
	}

	/// The value of a key at a moment.
	pub(crate) fn live_text(&self, key: &[u8], now_ms: u64) -> Option<&Text> {
		let record = self.tree.get(NameRef { key, part: PartRef::Text })?;
		match &record.cell {
			Cell::Text(text) if self.is_live(record, now_ms) => Some(text),
			Cell::Text(_) | Cell::Field(_) | Cell::Member(_) | Cell::Expiry(_) => None,
		}
	}

	/// A value that is not there: the tombstone that is, or a new one in the place of what ended.
	fn forget_text(
		&mut self,
		key: &[u8],
		now_ms: u64,
		changes: &mut Vec<Record>,
	) -> Result<Text, WriteError> {
		let name = NameRef { key, part: PartRef::Text };
		match self.tree.get(name).map(|record| &record.cell) {
			None => Ok(Text::default()),
			Some(Cell::Text(text)) if !text.is_alive() => Ok(text.clone()),
			Some(_) => {
				let text = Text::written(self.tick(now_ms)?, None);
				self.write(name.owned(), Cell::Text(text.clone()), changes)?;
				Ok(text)
			},
		}
	}
}
