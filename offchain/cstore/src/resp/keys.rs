// SPDX-License-Identifier: Apache-2.0

//! Commands on keys as wholes.

use super::{Arguments, CommandError, Context, Reply, command::number, glob};
use crate::{Kind, Life};

/// In what an end is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unit {
	/// Seconds from now.
	Seconds,
	/// Milliseconds from now.
	Milliseconds,
	/// Seconds of Unix time.
	UnixSeconds,
	/// Milliseconds of Unix time.
	UnixMilliseconds,
}

impl Unit {
	/// The unit that an option of `SET` names.
	pub(super) fn named(word: &[u8]) -> Option<Self> {
		match word {
			b"EX" => Some(Self::Seconds),
			b"PX" => Some(Self::Milliseconds),
			b"EXAT" => Some(Self::UnixSeconds),
			b"PXAT" => Some(Self::UnixMilliseconds),
			_ => None,
		}
	}
}

/// A moment in milliseconds of Unix time, the beginning of it for what is before; `None` if it is too
/// far away to be said.
pub(super) fn moment(time: i64, unit: Unit, now_ms: u64) -> Option<u64> {
	let now = i64::try_from(now_ms).ok()?;
	let at = match unit {
		Unit::Seconds => now.checked_add(time.checked_mul(1_000)?)?,
		Unit::Milliseconds => now.checked_add(time)?,
		Unit::UnixSeconds => time.checked_mul(1_000)?,
		Unit::UnixMilliseconds => time,
	};
	Some(u64::try_from(at).unwrap_or(0))
}

pub(super) fn delete(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let mut deleted = 0;
	let Context { namespace, now_ms, changes } = context;
	for key in arguments.from(1) {
		deleted += usize::from(namespace.delete(key, *now_ms, changes)?);
	}
	Ok(Reply::count(deleted))
}

pub(super) fn exists(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let is_there = |key: &&[u8]| context.namespace.contains(key, context.now_ms);
	Ok(Reply::count(arguments.from(1).filter(is_there).count()))
}

pub(super) fn expire(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	end(context, arguments, Unit::Seconds, "expire")
}

pub(super) fn expire_ms(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	end(context, arguments, Unit::Milliseconds, "pexpire")
}

pub(super) fn expire_at(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	end(context, arguments, Unit::UnixSeconds, "expireat")
}

pub(super) fn expire_at_ms(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	end(context, arguments, Unit::UnixMilliseconds, "pexpireat")
}

fn end(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
	unit: Unit,
	name: &'static str,
) -> Result<Reply, CommandError> {
	let time = number(arguments.at(2))?;
	let at_ms = moment(time, unit, context.now_ms).ok_or(CommandError::Expiry { name })?;
	let Context { namespace, now_ms, changes } = context;
	let is_there = namespace.expire(arguments.at(1), Some(at_ms), *now_ms, changes)?;
	Ok(Reply::Integer(is_there.into()))
}

pub(super) fn persist(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let key = arguments.at(1);
	let Context { namespace, now_ms, changes } = context;
	match namespace.life(key, *now_ms) {
		Life::Ms(_) => {
			namespace.expire(key, None, *now_ms, changes)?;
			Ok(Reply::Integer(1))
		},
		Life::None | Life::Endless => Ok(Reply::Integer(0)),
	}
}

pub(super) fn life(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	// Rounded, as others do.
	Ok(Reply::Integer(left(context, arguments, |ms| ms.saturating_add(500) / 1_000)))
}

pub(super) fn life_ms(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	Ok(Reply::Integer(left(context, arguments, |ms| ms)))
}

fn left(context: &Context<'_>, arguments: Arguments<'_>, unit: impl Fn(u64) -> u64) -> i64 {
	match context.namespace.life(arguments.at(1), context.now_ms) {
		Life::None => -2,
		Life::Endless => -1,
		Life::Ms(ms) => i64::try_from(unit(ms)).unwrap_or(i64::MAX),
	}
}

pub(super) fn kind(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let kind = context.namespace.kind(arguments.at(1), context.now_ms);
	Ok(Reply::Simple(kind.map_or("none", name_of)))
}

fn name_of(kind: Kind) -> &'static str {
	match kind {
		Kind::Text => "string",
		Kind::Hash => "hash",
		Kind::Set => "set",
	}
}

/// Keys that are there now, which are counted one by one.
pub(super) fn count(
	context: &mut Context<'_>,
	_arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let page = context.namespace.scan(0, usize::MAX, context.now_ms);
	Ok(Reply::count(page.keys.len()))
}

/// What a walk in pages is asked for.
#[derive(Debug)]
pub(super) struct Walk<'a> {
	/// Where it goes on.
	pub(super) from: u64,
	/// Of what form the names shall be.
	pattern: Option<&'a [u8]>,
	/// About how many names it looks at.
	pub(super) count: usize,
	/// Of what kind the keys shall be.
	kind: Option<Vec<u8>>,
}

impl<'a> Walk<'a> {
	/// Reads `cursor [MATCH pattern] [COUNT count] [TYPE type]`.
	pub(super) fn read(arguments: Arguments<'a>, first: usize) -> Result<Self, CommandError> {
		let cursor = std::str::from_utf8(arguments.at(first)).ok();
		let from = cursor.and_then(|cursor| cursor.parse().ok()).ok_or(CommandError::Cursor)?;
		let mut walk = Self { from, pattern: None, count: 10, kind: None };
		let mut words = arguments.from(first + 1);
		while let Some(word) = words.next() {
			let value = words.next().ok_or(CommandError::Syntax)?;
			match word.to_ascii_uppercase().as_slice() {
				b"MATCH" => walk.pattern = Some(value),
				b"TYPE" => walk.kind = Some(value.to_ascii_lowercase()),
				b"COUNT" => {
					let count = usize::try_from(number(value)?).unwrap_or(0);
					walk.count = if count == 0 { return Err(CommandError::Syntax) } else { count };
				},
				_ => return Err(CommandError::Syntax),
			}
		}
		Ok(walk)
	}

	/// Whether a name has the form.
	pub(super) fn wants(&self, name: &[u8]) -> bool {
		self.pattern.is_none_or(|pattern| glob::matches(pattern, name))
	}
}

pub(super) fn scan(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let walk = Walk::read(arguments, 1)?;
	let page = context.namespace.scan(walk.from, walk.count, context.now_ms);
	let is_wanted = |key: &Vec<u8>| {
		let kind = context.namespace.kind(key, context.now_ms);
		walk.wants(key)
			&& walk.kind.as_ref().is_none_or(|wanted| {
				kind.is_some_and(|kind| name_of(kind).as_bytes() == wanted.as_slice())
			})
	};
	let keys = page.keys.into_iter().filter(is_wanted).map(Reply::Bulk).collect();
	Ok(Reply::Array(vec![cursor(page.next), Reply::Array(keys)]))
}

/// Where to go on, as text; 0 at the end.
pub(super) fn cursor(next: Option<u64>) -> Reply {
	Reply::Bulk(next.unwrap_or(0).to_string().into_bytes())
}
