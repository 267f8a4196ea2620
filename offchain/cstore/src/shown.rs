// SPDX-License-Identifier: Apache-2.0

//! Changes, as those who watch are told of them: in the words of Redis.

use crate::{
	cell::Cell,
	record::{PartRef, Record},
};
use std::borrow::Cow;

/// What became of a record: `set`, `del`, `hset`, `hdel`, `sadd`, `srem`, `expire` or `persist`.
#[must_use]
pub fn what_happened(record: &Record) -> &'static str {
	let is_gone = record.cell.is_tombstone();
	match (record.name.part(), &record.cell) {
		(PartRef::Expiry, Cell::Expiry(expiry)) if expiry.at_ms.is_none() => "persist",
		(PartRef::Expiry, _) => "expire",
		(PartRef::Text, _) if is_gone => "del",
		(PartRef::Text, _) => "set",
		(PartRef::Field(_), _) if is_gone => "hdel",
		(PartRef::Field(_), _) => "hset",
		(PartRef::Member(_), _) if is_gone => "srem",
		(PartRef::Member(_), _) => "sadd",
	}
}

/// Which field or member of its key a record is, if it is one, and the value that it has.
#[must_use]
pub fn part_and_value(record: &Record) -> (Option<&[u8]>, Option<Cow<'_, [u8]>>) {
	let part = match record.name.part() {
		PartRef::Field(name) | PartRef::Member(name) => Some(name),
		PartRef::Expiry | PartRef::Text => None,
	};
	let value = match &record.cell {
		Cell::Text(text) => text.value(),
		Cell::Field(register) => register.value.as_deref().map(Cow::from),
		Cell::Member(_) | Cell::Expiry(_) => None,
	};
	(part, value)
}
