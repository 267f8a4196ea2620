// SPDX-License-Identifier: Apache-2.0

//! Keys that every replica writes for itself: nothing that was acknowledged is lost, and nothing is
//! there that nobody wrote.

use crate::{
	namespace::{Namespace, WriteError},
	record::{NameRef, PartRef},
	stamp::Stamp,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
};

/// A write that somebody tried.
#[derive(Clone, Debug)]
pub struct Attempt {
	/// What.
	pub write: Write,
	/// Whether it must be there: it was acknowledged, or the disk that it was written to is.
	pub is_kept: bool,
}

/// What was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Write {
	/// A member was put into a set.
	Added {
		/// The key of the set.
		set: Vec<u8>,
		/// What.
		member: Vec<u8>,
	},
	/// A member was taken out of a set.
	Removed {
		/// The key of the set.
		set: Vec<u8>,
		/// What.
		member: Vec<u8>,
	},
	/// One was added to a counter.
	Counted {
		/// Its key.
		key: Vec<u8>,
	},
	/// A value was set, or deleted.
	Replaced {
		/// Its key.
		key: Vec<u8>,
		/// When, as the record says; nothing if nobody was told.
		stamp: Option<Stamp>,
	},
}

impl fmt::Display for Write {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Added { set, member } => {
				write!(formatter, "`{}`: `{}` added", set.escape_ascii(), member.escape_ascii())
			},
			Self::Removed { set, member } => {
				write!(formatter, "`{}`: `{}` removed", set.escape_ascii(), member.escape_ascii())
			},
			Self::Counted { key } => write!(formatter, "`{}`: one more", key.escape_ascii()),
			Self::Replaced { key, stamp } => {
				write!(formatter, "`{}`: replaced at {stamp:?}", key.escape_ascii())
			},
		}
	}
}

/// Why a replica does not hold what it must.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Violation {
	/// A member is missing that nobody has removed.
	#[error("`{member}` is missing in the set `{set}`")]
	Lost {
		/// The set.
		set: String,
		/// The member.
		member: String,
	},
	/// A member is there that nobody has added.
	#[error("nobody has added `{member}` to the set `{set}`")]
	MadeUp {
		/// The set.
		set: String,
		/// The member.
		member: String,
	},
	/// A counter has lost something, or counted something twice.
	#[error("`{key}` is {value}; {kept} increments must be there, and {tried} were tried")]
	Miscounted {
		/// Its key.
		key: String,
		/// What it says.
		value: i64,
		/// How many must be there.
		kept: i64,
		/// How many there were at most.
		tried: i64,
	},
	/// A value is older than one that was acknowledged.
	#[error("`{key}` is as of {held:?}, but was written at {written:?}")]
	Older {
		/// Its key.
		key: String,
		/// Of what is there.
		held: Stamp,
		/// Of what was acknowledged.
		written: Stamp,
	},
	/// A key is not of the kind that it was written as.
	#[error(transparent)]
	Unreadable(#[from] WriteError),
}

/// How often a counter was counted up.
#[derive(Clone, Copy, Default)]
struct Count {
	kept: i64,
	tried: i64,
}

/// Holds what a replica has against all that was tried, at a moment when nothing has expired.
///
/// # Errors
///
/// Something is lost, or made up.
pub fn check(namespace: &Namespace, attempts: &[Attempt], now_ms: u64) -> Result<(), Violation> {
	let mut sets: BTreeMap<&[u8], BTreeSet<&[u8]>> = BTreeMap::new();
	let mut removed: BTreeSet<(&[u8], &[u8])> = BTreeSet::new();
	let mut counts: BTreeMap<&[u8], Count> = BTreeMap::new();
	for Attempt { write, is_kept } in attempts {
		match write {
			Write::Added { set, member } => {
				sets.entry(set).or_default().insert(member);
			},
			Write::Removed { set, member } => {
				removed.insert((set.as_slice(), member.as_slice()));
			},
			Write::Counted { key } => {
				let count = counts.entry(key).or_default();
				count.tried += 1;
				count.kept += i64::from(*is_kept);
			},
			Write::Replaced { .. } => {},
		}
	}
	for Attempt { write, .. } in attempts.iter().filter(|attempt| attempt.is_kept) {
		match write {
			Write::Added { set, member } => {
				let is_removed = removed.contains(&(set.as_slice(), member.as_slice()));
				if !is_removed && !namespace.set_contains(set, member, now_ms)? {
					return Err(Violation::Lost { set: text(set), member: text(member) });
				}
			},
			Write::Replaced { key, stamp: Some(stamp) } => check_value(namespace, key, *stamp)?,
			Write::Replaced { .. } | Write::Removed { .. } | Write::Counted { .. } => {},
		}
	}
	for (set, added) in sets {
		let members = namespace.set_members(set, now_ms)?;
		let mut made_up = members.filter(|member| !added.contains(member));
		if let Some(member) = made_up.next() {
			return Err(Violation::MadeUp { set: text(set), member: text(member) });
		}
	}
	counts
		.into_iter()
		.try_for_each(|(key, count)| check_count(namespace, key, count, now_ms))
}

fn check_value(namespace: &Namespace, key: &[u8], written: Stamp) -> Result<(), Violation> {
	let record = namespace.record(NameRef { key, part: PartRef::Text });
	let held = record.map_or(Stamp::ZERO, |record| record.cell.latest());
	// One that was deleted, and forgotten, is older than what everybody has.
	let is_forgotten = written.unix_ms() < namespace.horizon_ms();
	match written <= held || is_forgotten {
		true => Ok(()),
		false => Err(Violation::Older { key: text(key), held, written }),
	}
}

fn check_count(
	namespace: &Namespace,
	key: &[u8],
	Count { kept, tried }: Count,
	now_ms: u64,
) -> Result<(), Violation> {
	let value = namespace.get(key, now_ms)?;
	let value = value.map_or(Some(0), |value| crate::cell::parse_number(&value));
	// What is no number is as wrong as any number that was never reached.
	let value = value.unwrap_or(i64::MIN);
	match (kept..=tried).contains(&value) {
		true => Ok(()),
		false => Err(Violation::Miscounted { key: text(key), value, kept, tried }),
	}
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8_lossy(bytes).into_owned()
}
