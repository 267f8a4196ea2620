// SPDX-License-Identifier: Apache-2.0

//! The commands on keys that nodes agree on: what is asked of them, and what comes of it.
//!
//! ```text
//!  Arguments ──read──> Agreement ──next(what the key holds)──> Change ──> the nodes
//!                          ^                                                │
//!                          └── it holds something else: Held ───────────────┤
//!                                 it was changed: ──changed──> Reply <──────┘
//! ```
//!
//! A command that depends on what a key holds changes the version that it has seen, and looks again
//! if somebody was faster. So each takes effect at one moment, as the changes themselves do.

use super::{Arguments, CommandError, Reply, command::number, find, keys::Unit};
use crate::{
	cell::parse_number,
	quorum::{Change, Held},
};

/// Keys that one `DEL` or `EXISTS` may name: each of them is agreed on for itself, one after the
/// other, and takes a round trip or two.
pub const AGREED_KEYS_MAX: usize = 64;

/// What is appended to the name of a namespace, to choose its keys that nodes agree on.
pub const AGREED_SUFFIX: &str = "/quorum";

/// A command on keys that nodes agree on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreement<'a> {
	keys: Vec<&'a [u8]>,
	wish: Wish<'a>,
}

/// What is wished of each key.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Wish<'a> {
	Get,
	GetWithVersion,
	Exists,
	Delete,
	Set { value: &'a [u8], condition: Condition, returns_old: bool, replies: SetReplies },
	Add(i64),
	Replace { version: u64, value: Option<&'a [u8]> },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Condition {
	Always,
	IfAbsent,
	IfPresent,
}

/// How it is said that a value was set, or was not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum SetReplies {
	/// `OK`, or nothing.
	Words,
	/// 1, or 0.
	Numbers,
}

/// What is to be done next for a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
	/// This, with the nodes.
	Operate(Change),
	/// Nothing: this is the answer.
	Reply(Reply),
}

impl<'a> Agreement<'a> {
	/// What a request wishes.
	///
	/// # Errors
	///
	/// It is no command, or none for these keys, or was given what it does not take.
	pub fn read(arguments: Arguments<'a>) -> Result<Self, CommandError> {
		let given = arguments.len();
		let arity = |name, counts: std::ops::RangeInclusive<usize>| match counts.contains(&given) {
			true => Ok(()),
			false => Err(CommandError::Arity { name }),
		};
		let at = |place| arguments.at(place);
		let one = |wish| Self { keys: vec![at(1)], wish };
		let many = |wish| Self { keys: arguments.from(1).collect(), wish };
		let negated = |number: i64| number.checked_neg().ok_or(CommandError::NotANumber);
		let name = at(0).to_ascii_lowercase();
		Ok(match name.as_slice() {
			b"get" => arity("get", 2..=2).map(|()| one(Wish::Get))?,
			b"getv" => arity("getv", 2..=2).map(|()| one(Wish::GetWithVersion))?,
			b"exists" => arity("exists", 2..=AGREED_KEYS_MAX + 1).map(|()| many(Wish::Exists))?,
			b"del" | b"unlink" => {
				arity("del", 2..=AGREED_KEYS_MAX + 1).map(|()| many(Wish::Delete))?
			},
			b"set" => {
				arity("set", 3..=8)?;
				one(read_set(arguments)?)
			},
			b"setnx" => {
				arity("setnx", 3..=3)?;
				let (condition, replies) = (Condition::IfAbsent, SetReplies::Numbers);
				one(Wish::Set { value: at(2), condition, returns_old: false, replies })
			},
			b"incr" => arity("incr", 2..=2).map(|()| one(Wish::Add(1)))?,
			b"decr" => arity("decr", 2..=2).map(|()| one(Wish::Add(-1)))?,
			b"incrby" => {
				arity("incrby", 3..=3)?;
				one(Wish::Add(number(at(2))?))
			},
			b"decrby" => {
				arity("decrby", 3..=3)?;
				one(Wish::Add(negated(number(at(2))?)?))
			},
			b"cas" => {
				arity("cas", 3..=4)?;
				let version = u64::try_from(number(at(2))?);
				let version = version.map_err(|_| CommandError::NotANumber)?;
				one(Wish::Replace { version, value: arguments.get(3) })
			},
			_ => return Err(refused(arguments)),
		})
	}

	/// Whether it may change anything.
	#[must_use]
	pub fn is_write(&self) -> bool {
		!matches!(self.wish, Wish::Get | Wish::GetWithVersion | Wish::Exists)
	}

	/// The keys that it is about, each for itself.
	#[must_use]
	pub fn keys(&self) -> &[&'a [u8]] {
		&self.keys
	}

	/// The answer to all, from the answers for each key.
	#[must_use]
	pub fn total(&self, replies: Vec<Reply>) -> Reply {
		match self.wish {
			Wish::Exists | Wish::Delete => {
				let count = replies.iter().filter(|reply| **reply == Reply::Integer(1)).count();
				Reply::count(count)
			},
			_ => replies.into_iter().next().unwrap_or(Reply::Null),
		}
	}

	/// What is to be done for a key of which this is known; nothing is, at first.
	#[must_use]
	pub fn next(&self, held: Option<&Held>) -> Next {
		match self.try_next(held) {
			Ok(next) => next,
			Err(error) => Next::Reply(Reply::Error(error.to_string())),
		}
	}

	fn try_next(&self, held: Option<&Held>) -> Result<Next, CommandError> {
		// What depends on nothing is done at once.
		let change = match (&self.wish, held) {
			(Wish::Replace { version, .. }, Some(held)) if held.version != *version => {
				return Ok(Next::Reply(Reply::Null));
			},
			(Wish::Replace { version, value }, _) => set(Some(*version), *value),
			(Wish::Set { value, condition: Condition::Always, returns_old: false, .. }, _) => {
				set(None, Some(*value))
			},
			(_, None) => Change::None,
			(wish, Some(held)) => return wish.next(held),
		};
		Ok(Next::Operate(change))
	}

	/// The answer for a key that was changed, and of which this was known before.
	#[must_use]
	pub fn changed(&self, held: Option<&Held>, version: u64) -> Reply {
		match &self.wish {
			Wish::Set { returns_old: true, .. } => old(held),
			Wish::Set { replies, .. } => replies.said(true),
			Wish::Add(amount) => match held.and_then(|held| sum(held, *amount)) {
				Some(sum) => Reply::Integer(sum),
				// It was not changed without a sum.
				None => Reply::Null,
			},
			Wish::Replace { .. } => Reply::Integer(i64::try_from(version).unwrap_or(i64::MAX)),
			Wish::Delete => Reply::Integer(1),
			Wish::Get | Wish::GetWithVersion | Wish::Exists => Reply::Null,
		}
	}
}

impl Wish<'_> {
	/// What follows from what a key holds.
	fn next(&self, held: &Held) -> Result<Next, CommandError> {
		let is_there = held.value.is_some();
		let replaces = |value: Option<&[u8]>| Next::Operate(set(Some(held.version), value));
		Ok(match self {
			Wish::Get => Next::Reply(old(Some(held))),
			Wish::GetWithVersion => {
				let version = i64::try_from(held.version).unwrap_or(i64::MAX);
				Next::Reply(Reply::Array(vec![Reply::Integer(version), old(Some(held))]))
			},
			Wish::Exists => Next::Reply(Reply::Integer(is_there.into())),
			Wish::Delete if is_there => replaces(None),
			Wish::Delete => Next::Reply(Reply::Integer(0)),
			Wish::Set { value, condition, returns_old, replies } => {
				let is_met = match condition {
					Condition::Always => true,
					Condition::IfAbsent => !is_there,
					Condition::IfPresent => is_there,
				};
				match is_met {
					true => replaces(Some(*value)),
					false if *returns_old => Next::Reply(old(Some(held))),
					false => Next::Reply(replies.said(false)),
				}
			},
			Wish::Add(amount) => {
				let sum = sum(held, *amount).ok_or(CommandError::NotANumber)?;
				replaces(Some(sum.to_string().as_bytes()))
			},
			Wish::Replace { .. } => Next::Reply(Reply::Null),
		})
	}
}

impl SetReplies {
	fn said(self, is_set: bool) -> Reply {
		match self {
			Self::Numbers => Reply::Integer(is_set.into()),
			Self::Words if is_set => Reply::OK,
			Self::Words => Reply::Null,
		}
	}
}

/// `SET key value [NX | XX] [GET]`
fn read_set(arguments: Arguments<'_>) -> Result<Wish<'_>, CommandError> {
	let (mut condition, mut returns_old) = (Condition::Always, false);
	for word in arguments.from(3) {
		match word.to_ascii_uppercase().as_slice() {
			b"NX" if condition == Condition::Always => condition = Condition::IfAbsent,
			b"XX" if condition == Condition::Always => condition = Condition::IfPresent,
			b"GET" => returns_old = true,
			word if Unit::named(word).is_some() => return Err(CommandError::Endless),
			_ => return Err(CommandError::Syntax),
		}
	}
	let replies = SetReplies::Words;
	Ok(Wish::Set { value: arguments.at(2), condition, returns_old, replies })
}

/// What is said of a command that these keys do not have.
fn refused(arguments: Arguments<'_>) -> CommandError {
	const OTHERS: [&str; 6] =
		["wait", "publish", "subscribe", "unsubscribe", "psubscribe", "punsubscribe"];
	let is_named = |other: &&&str| other.as_bytes().eq_ignore_ascii_case(arguments.at(0));
	match (find(&arguments), OTHERS.iter().find(is_named)) {
		(Ok(command), _) => CommandError::NotAgreed { name: command.name },
		(Err(_), Some(name)) => CommandError::NotAgreed { name },
		(Err(unknown), None) => unknown,
	}
}

fn set(expected: Option<u64>, value: Option<&[u8]>) -> Change {
	Change::Set { expected, value: value.map(<[u8]>::to_vec) }
}

fn old(held: Option<&Held>) -> Reply {
	Reply::bulk_or_null(held.and_then(|held| held.value.as_deref()))
}

/// What comes of adding to a value, which is 0 if there is none.
fn sum(held: &Held, amount: i64) -> Option<i64> {
	let number = held.value.as_deref().map_or(Some(0), parse_number)?;
	number.checked_add(amount)
}
