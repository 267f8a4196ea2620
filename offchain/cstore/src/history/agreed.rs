// SPDX-License-Identifier: Apache-2.0

//! Keys that nodes agree on: each is one register, whose operations have one order that fits the clock.
//!
//! Versions say which order, so it need not be searched for: changes are numbered one after the
//! other, each number is one change, whoever read a number saw what that change wrote, and what
//! ended before something else began is not after it.

use crate::quorum::{Change, Held, Outcome};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
};

/// What a client did, and saw. Values must be unique, or it cannot be told whose they are.
#[derive(Clone, Debug)]
pub struct Operation {
	/// The key.
	pub key: Vec<u8>,
	/// What was asked for.
	pub change: Change,
	/// When, in milliseconds by a clock that all clients share.
	pub began_ms: u64,
	/// When and how it ended; nothing if nobody was there any more to be told.
	pub ended: Option<(u64, End)>,
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub enum End {
	/// With an answer.
	Came(Outcome),
	/// It was given up before anybody was offered a change.
	Nothing,
}

/// Why a history is none of a register.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Violation {
	/// A read says that it changed something.
	#[error("what only reads has changed something: {0}")]
	ReadChanged(String),
	/// A change did not follow the version that it expected.
	#[error("a change does not follow what it expected: {0}")]
	Unexpected(String),
	/// Two changes have one version.
	#[error("two changes are version {version}; one of them: {operation}")]
	Forked {
		/// The version.
		version: u64,
		/// One of them.
		operation: String,
	},
	/// A change was refused though the key held what it expected.
	#[error("it was refused for no reason: {0}")]
	Refused(String),
	/// Somebody saw a value that nobody wrote, or whose writer was told that nothing was changed.
	#[error("nobody wrote what it saw: {0}")]
	MadeUp(String),
	/// Two saw different values of one version.
	#[error("another value of the same version was seen than by {0}")]
	Ambiguous(String),
	/// There are versions that nobody wrote.
	#[error("{count} changes are nobody's")]
	Unclaimed {
		/// How many.
		count: usize,
	},
	/// The order of versions is not that of the clock.
	#[error("{earlier} ended before {later} began, and comes after it")]
	Disorder {
		/// What ended first.
		earlier: String,
		/// What began afterwards.
		later: String,
	},
}

/// What an operation saw at the moment when it took effect.
struct Seen<'a> {
	began_ms: u64,
	ended_ms: u64,
	version: u64,
	is_change: bool,
	operation: &'a Operation,
}

/// Holds a history against what registers do, key by key.
///
/// # Errors
///
/// There is no order of the operations that fits.
pub fn check(operations: &[Operation]) -> Result<(), Violation> {
	let mut keys: BTreeMap<&[u8], Vec<&Operation>> = BTreeMap::new();
	for operation in operations {
		keys.entry(&operation.key).or_default().push(operation);
	}
	keys.values().try_for_each(|operations| check_key(operations))
}

fn check_key(operations: &[&Operation]) -> Result<(), Violation> {
	let mut seen: Vec<Seen<'_>> = operations.iter().copied().filter_map(Operation::seen).collect();
	let mut values = changes(&seen)?;
	// What nobody was told of, somebody may have seen.
	let unknown: BTreeSet<&[u8]> =
		operations.iter().copied().filter_map(Operation::unknown).collect();
	let deletions = operations.iter().copied().filter(|it| it.is_unknown_deletion()).count();
	let unclaimed = check_reads(&seen, &mut values, unknown, deletions)?;
	// Versions that nobody saw are of those whose end nobody saw.
	let last = values.keys().last().copied().unwrap_or(0);
	let gaps = usize::try_from(last).map_or(usize::MAX, |last| last + 1 - values.len());
	if unclaimed < gaps {
		return Err(Violation::Unclaimed { count: gaps - unclaimed });
	}
	check_order(&mut seen)
}

/// What changes wrote whose end was seen, by their versions.
fn changes(seen: &[Seen<'_>]) -> Result<BTreeMap<u64, Option<Vec<u8>>>, Violation> {
	let mut values: BTreeMap<u64, Option<Vec<u8>>> = BTreeMap::from([(0, None)]);
	for it in seen.iter().filter(|it| it.is_change) {
		let Change::Set { expected, value } = &it.operation.change else {
			return Err(Violation::ReadChanged(it.operation.to_string()));
		};
		if expected.is_some_and(|expected| expected.checked_add(1) != Some(it.version)) {
			return Err(Violation::Unexpected(it.operation.to_string()));
		}
		if values.insert(it.version, value.clone()).is_some() {
			let (version, operation) = (it.version, it.operation.to_string());
			return Err(Violation::Forked { version, operation });
		}
	}
	Ok(values)
}

/// Whether everybody saw what was written; returns how many changes may have come through that
/// nobody was told of and nobody saw.
fn check_reads(
	seen: &[Seen<'_>],
	values: &mut BTreeMap<u64, Option<Vec<u8>>>,
	mut unknown: BTreeSet<&[u8]>,
	deletions: usize,
) -> Result<usize, Violation> {
	for it in seen.iter().filter(|it| !it.is_change) {
		let shown = || it.operation.to_string();
		let Some((_, End::Came(Outcome::Holds(Held { version, value, .. })))) = &it.operation.ended
		else {
			continue;
		};
		if let Change::Set { expected, .. } = &it.operation.change
			&& expected.is_none_or(|expected| expected == *version)
		{
			return Err(Violation::Refused(shown()));
		}
		match values.get(version) {
			Some(known) if known == value => {},
			Some(_) => return Err(Violation::Ambiguous(shown())),
			None => {
				let is_one = value.as_deref().map_or(0 < deletions, |value| unknown.remove(value));
				if !is_one {
					return Err(Violation::MadeUp(shown()));
				}
				values.insert(*version, value.clone());
			},
		}
	}
	Ok(unknown.len() + deletions)
}

/// Whether versions follow the clock: what began after something had ended is later, or has seen
/// the same.
fn check_order(seen: &mut [Seen<'_>]) -> Result<(), Violation> {
	seen.sort_by_key(|it| it.began_ms);
	let mut ended: Vec<&Seen<'_>> = seen.iter().collect();
	ended.sort_by_key(|it| it.ended_ms);
	let mut ended = ended.into_iter().peekable();
	// Of all that had ended by then, the one that saw the latest version says it for the others.
	let mut latest: Option<&Seen<'_>> = None;
	for later in &*seen {
		while let Some(earlier) = ended.next_if(|earlier| earlier.ended_ms < later.began_ms) {
			if latest.is_none_or(|latest| latest.version <= earlier.version) {
				latest = Some(earlier);
			}
		}
		let fits = latest.is_none_or(|earlier| {
			earlier.version < later.version
				|| (earlier.version == later.version && !later.is_change)
		});
		if let Some(earlier) = latest.filter(|_| !fits) {
			let (earlier, later) = (earlier.operation.to_string(), later.operation.to_string());
			return Err(Violation::Disorder { earlier, later });
		}
	}
	Ok(())
}

impl Operation {
	/// Whether nobody knows what became of it.
	#[must_use]
	pub fn is_unknown(&self) -> bool {
		matches!(self.ended, None | Some((_, End::Came(Outcome::Unknown))))
	}

	fn seen(&self) -> Option<Seen<'_>> {
		let (ended_ms, end) = self.ended.as_ref()?;
		let (version, is_change) = match end {
			End::Came(Outcome::Changed(version)) => (*version, true),
			End::Came(Outcome::Holds(held)) => (held.version, false),
			End::Came(Outcome::Unknown) | End::Nothing => return None,
		};
		let (began_ms, ended_ms) = (self.began_ms, *ended_ms);
		Some(Seen { began_ms, ended_ms, version, is_change, operation: self })
	}

	fn unknown(&self) -> Option<&[u8]> {
		match &self.change {
			Change::Set { value: Some(value), .. } if self.is_unknown() => Some(value),
			_ => None,
		}
	}

	fn is_unknown_deletion(&self) -> bool {
		matches!(self.change, Change::Set { value: None, .. }) && self.is_unknown()
	}
}

/// As a person reads it: what was asked for, when, and what came of it.
impl fmt::Display for Operation {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let text = |value: &Option<Vec<u8>>| match value {
			Some(value) => format!("`{}`", value.escape_ascii()),
			None => "nothing".to_owned(),
		};
		write!(formatter, "{} ms: `{}`: ", self.began_ms, self.key.escape_ascii())?;
		match &self.change {
			Change::None => write!(formatter, "read")?,
			Change::Set { expected: Some(version), value } => {
				write!(formatter, "{} in place of version {version}", text(value))?;
			},
			Change::Set { expected: None, value } => write!(formatter, "{}", text(value))?,
		}
		let Some((ended_ms, end)) = &self.ended else {
			return write!(formatter, "; nobody was told what came of it");
		};
		write!(formatter, "; {ended_ms} ms: ")?;
		match end {
			End::Came(Outcome::Changed(version)) => write!(formatter, "changed, version {version}"),
			End::Came(Outcome::Holds(Held { version, value, .. })) => {
				write!(formatter, "holds {}, version {version}", text(value))
			},
			End::Came(Outcome::Unknown) => write!(formatter, "unknown"),
			End::Nothing => write!(formatter, "given up, nothing was changed"),
		}
	}
}
