// SPDX-License-Identifier: Apache-2.0

//! Reading values of a document, so that each error names its place.

use super::{DocumentError, Node, Problem, Value, quoted};
use std::{
	collections::{BTreeMap, BTreeSet},
	ops::RangeInclusive,
};

/// A value of a document, and its path.
#[derive(Clone, Debug)]
pub(crate) struct At<'node> {
	node: &'node Node,
	path: String,
}

impl<'node> At<'node> {
	/// The document itself.
	pub(crate) fn root(node: &'node Node) -> Self {
		Self { node, path: String::new() }
	}

	/// An object whose fields are known.
	pub(crate) fn fields(&self) -> Result<Fields<'node>, DocumentError> {
		let Value::Object(members) = &self.node.value else {
			return Err(self.wrong_type("an object"));
		};
		let members = members.iter().map(|(name, node)| (name.as_str(), node)).collect();
		Ok(Fields { at: self.clone(), members, known: Vec::new() })
	}

	/// An object whose fields have names of the user's choice.
	pub(crate) fn entries(
		&self,
		what: &'static str,
		max: usize,
	) -> Result<Vec<(&'node str, At<'node>)>, DocumentError> {
		let Value::Object(members) = &self.node.value else {
			return Err(self.wrong_type("an object"));
		};
		self.at_most(what, members.len(), max)?;
		Ok(members
			.iter()
			.map(|(name, node)| (name.as_str(), self.below(name, node)))
			.collect())
	}

	/// A list.
	pub(crate) fn items(
		&self,
		what: &'static str,
		max: usize,
	) -> Result<Vec<At<'node>>, DocumentError> {
		let Value::List(items) = &self.node.value else {
			return Err(self.wrong_type("a list"));
		};
		self.at_most(what, items.len(), max)?;
		let item = |(index, node)| At { node, path: format!("{}[{index}]", self.path) };
		Ok(items.iter().enumerate().map(item).collect())
	}

	/// A text without control characters but line ends and tabs.
	pub(crate) fn text(&self, bytes_max: usize) -> Result<&'node str, DocumentError> {
		let Value::Text(text) = &self.node.value else {
			// A person who writes a number in YAML where a text belongs forgot the quotes.
			return Err(self.wrong_type("a text; put it in quotes if it is meant as one"));
		};
		self.at_most("bytes", text.len(), bytes_max)?;
		match text
			.chars()
			.any(|char| char.is_control() && !matches!(char, '\n' | '\t' | '\r'))
		{
			true => Err(self.wrong_type("free of control characters")),
			false => Ok(text),
		}
	}

	/// A whole number.
	pub(crate) fn integer(&self, range: RangeInclusive<u64>) -> Result<u64, DocumentError> {
		let Value::Number(number) = &self.node.value else {
			return Err(self.wrong_type("a whole number"));
		};
		match number.as_u64() {
			Some(number) if range.contains(&number) => Ok(number),
			_ => Err(self.error(Problem::OutOfRange { min: *range.start(), max: *range.end() })),
		}
	}

	/// A number.
	pub(crate) fn number(&self) -> Result<f64, DocumentError> {
		match &self.node.value {
			Value::Number(number) => number.as_f64().ok_or_else(|| self.wrong_type("a number")),
			_ => Err(self.wrong_type("a number")),
		}
	}

	/// `true` or `false`.
	pub(crate) fn boolean(&self) -> Result<bool, DocumentError> {
		match &self.node.value {
			Value::Bool(value) => Ok(*value),
			_ => Err(self.wrong_type("true or false")),
		}
	}

	/// Whether it is an object.
	pub(crate) fn is_object(&self) -> bool {
		matches!(self.node.value, Value::Object(_))
	}

	/// One of some words.
	pub(crate) fn choice<T: Copy>(
		&self,
		expected: &'static str,
		words: &[(&'static str, T)],
	) -> Result<T, DocumentError> {
		let word = self.text(super::DOCUMENT_BYTES_MAX)?;
		let choice = words.iter().find(|(known, _)| *known == word);
		choice
			.map(|(_, value)| *value)
			.ok_or_else(|| self.invalid(word, expected, "write one of these words"))
	}

	pub(crate) fn error(&self, problem: Problem) -> DocumentError {
		DocumentError::new(self.node.line, self.path.clone(), problem)
	}

	pub(crate) fn invalid(
		&self,
		value: &str,
		expected: &'static str,
		hint: &'static str,
	) -> DocumentError {
		self.error(Problem::Invalid { value: quoted(value), expected, hint })
	}

	pub(crate) fn conflict(&self, message: impl Into<String>) -> DocumentError {
		self.error(Problem::Conflict { message: message.into() })
	}

	fn wrong_type(&self, expected: &'static str) -> DocumentError {
		self.error(Problem::WrongType { expected })
	}

	fn at_most(&self, what: &'static str, count: usize, max: usize) -> Result<(), DocumentError> {
		match count <= max {
			true => Ok(()),
			false => Err(self.error(Problem::TooLong { what, max })),
		}
	}

	fn below(&self, name: &str, node: &'node Node) -> Self {
		let name = quoted(name);
		let path = match self.path.as_str() {
			"" => name,
			path => format!("{path}.{name}"),
		};
		Self { node, path }
	}
}

/// An object whose fields are taken one by one.
#[derive(Debug)]
pub(crate) struct Fields<'node> {
	at: At<'node>,
	members: BTreeMap<&'node str, &'node Node>,
	known: Vec<&'static str>,
}

impl<'node> Fields<'node> {
	/// A field that must be there.
	pub(crate) fn required(&mut self, name: &'static str) -> Result<At<'node>, DocumentError> {
		self.optional(name)
			.ok_or_else(|| self.at.error(Problem::Missing { field: name }))
	}

	/// A field that may be left out, or be null, which is the same.
	pub(crate) fn optional(&mut self, name: &'static str) -> Option<At<'node>> {
		self.known.push(name);
		let node = self.members.remove(name)?;
		(node.value != Value::Null).then(|| self.at.below(name, node))
	}

	/// The object.
	pub(crate) fn at(&self) -> &At<'node> {
		&self.at
	}

	/// Refuses what nobody took.
	pub(crate) fn finish(self) -> Result<(), DocumentError> {
		let Some((name, node)) = self.members.first_key_value() else {
			return Ok(());
		};
		let (field, known) = (quoted(name), self.known.join(", "));
		let problem = Problem::Unknown { field, known };
		Err(DocumentError::new(node.line, self.at.path, problem))
	}
}

/// The first name that is there twice, and the line of its second value.
pub(super) fn first_repeat(members: &[(String, Node)]) -> Option<(&str, usize)> {
	let mut names = BTreeSet::new();
	let repeat = members.iter().find(|(name, _)| !names.insert(name.as_str()));
	repeat.map(|(name, node)| (name.as_str(), node.line))
}
