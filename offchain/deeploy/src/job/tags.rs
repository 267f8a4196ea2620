// SPDX-License-Identifier: Apache-2.0

//! Which nodes a job may run on, by what is certified about them.
//!
//! Tokens are compared whole: `E` does not match `REG:EU`, and `REG:E` does not either.

use super::limits::{ALTERNATIVES_MAX, CLAUSES_MAX, TAG_BYTES_MAX};
use std::{
	collections::BTreeSet,
	fmt::{self, Display},
	str::FromStr,
};

/// What must hold of a node's tags: each clause, of which one alternative is enough.
///
/// Empty for any node.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TagExpression(Vec<Clause>);

impl TagExpression {
	/// Reads clauses such as `KYB`, `REG:EU||REG:US`, `!CT:FR` and `CT:*`.
	///
	/// # Errors
	///
	/// See [`TagError`].
	pub fn parse<'text>(clauses: impl IntoIterator<Item = &'text str>) -> Result<Self, TagError> {
		let clauses: Vec<_> = clauses.into_iter().map(Clause::parse).collect::<Result<_, _>>()?;
		match clauses.len() <= CLAUSES_MAX {
			true => Ok(Self(clauses)),
			false => Err(TagError::TooMany),
		}
	}

	/// The same, where nodes must also have a tag.
	#[must_use]
	pub fn and(mut self, tag: Tag) -> Self {
		let literal = Literal { is_negated: false, pattern: Pattern::Tag(tag) };
		self.0.push(Clause(vec![literal]));
		self
	}

	/// Whether a node with these tags may run the job.
	#[must_use]
	pub fn matches(&self, tags: &BTreeSet<Tag>) -> bool {
		self.0.iter().all(|clause| clause.0.iter().any(|literal| literal.holds(tags)))
	}

	/// Its clauses, as they are written.
	pub fn clauses(&self) -> impl Iterator<Item = String> {
		self.0.iter().map(Clause::to_string)
	}
}

/// Something that is certified about a node: `KYB`, or a key and a value such as `REG:EU`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Tag(String);

impl Tag {
	/// The tag.
	#[must_use]
	pub fn as_str(&self) -> &str {
		&self.0
	}

	fn key(&self) -> Option<&str> {
		self.0.split_once(':').map(|(key, _)| key)
	}
}

impl FromStr for Tag {
	type Err = TagError;

	fn from_str(text: &str) -> Result<Self, TagError> {
		let is_word = |word: &str| {
			let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
			!word.is_empty() && word.bytes().all(is_allowed)
		};
		let is_tag = match text.split_once(':') {
			Some((key, value)) => is_word(key) && is_word(value),
			None => is_word(text),
		};
		match is_tag && text.len() <= TAG_BYTES_MAX {
			true => Ok(Self(text.to_owned())),
			false => Err(TagError::Invalid),
		}
	}
}

/// Why a text says nothing about tags.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TagError {
	/// Not a tag.
	#[error("not a tag, which is a word or two with a colon between, such as `REG:EU`")]
	Invalid,
	/// More clauses or alternatives than are read.
	#[error("more than {CLAUSES_MAX} clauses or {ALTERNATIVES_MAX} alternatives")]
	TooMany,
}

/// Alternatives; there is at least one.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Clause(Vec<Literal>);

impl Clause {
	fn parse(text: &str) -> Result<Self, TagError> {
		let literals: Vec<_> = text
			.split("||")
			.map(|literal| Literal::parse(literal.trim()))
			.collect::<Result<_, _>>()?;
		match literals.len() <= ALTERNATIVES_MAX {
			true => Ok(Self(literals)),
			false => Err(TagError::TooMany),
		}
	}
}

impl Display for Clause {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		for (index, Literal { is_negated, pattern }) in self.0.iter().enumerate() {
			let or = if index == 0 { "" } else { "||" };
			let not = if *is_negated { "!" } else { "" };
			match pattern {
				Pattern::Tag(tag) => write!(formatter, "{or}{not}{}", tag.as_str())?,
				Pattern::Key(key) => write!(formatter, "{or}{not}{key}:*")?,
			}
		}
		Ok(())
	}
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Literal {
	is_negated: bool,
	pattern: Pattern,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Pattern {
	/// This tag.
	Tag(Tag),
	/// Any value of this key.
	Key(String),
}

impl Literal {
	fn parse(text: &str) -> Result<Self, TagError> {
		let (is_negated, text) = match text.strip_prefix('!') {
			Some(rest) => (true, rest),
			None => (false, text),
		};
		let pattern = match text.strip_suffix(":*") {
			// A key alone is a word, as a tag without a colon is.
			Some(key) if !key.contains(':') => Pattern::Key(Tag::from_str(key)?.0),
			Some(_) => return Err(TagError::Invalid),
			None => Pattern::Tag(text.parse()?),
		};
		Ok(Self { is_negated, pattern })
	}

	fn holds(&self, tags: &BTreeSet<Tag>) -> bool {
		let is_there = match &self.pattern {
			Pattern::Tag(tag) => tags.contains(tag),
			Pattern::Key(key) => tags.iter().any(|tag| tag.key() == Some(key)),
		};
		is_there != self.is_negated
	}
}
