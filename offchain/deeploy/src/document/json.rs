// SPDX-License-Identifier: Apache-2.0

//! JSON with places.
//!
//! The parser hands out each value as the slice of the text that it stands in, and where a slice
//! begins tells its line. A value is scanned once for each level above it, which [`DEPTH_MAX`]
//! bounds.

use super::{DEPTH_MAX, DocumentError, Node, Value, quoted};
use serde::{
	Deserialize, Deserializer,
	de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// Reads a text that is one JSON value.
pub(super) fn read(text: &str) -> Result<Node, DocumentError> {
	// A number or a text may be out of range deep inside: this sees all of it.
	let raw: &RawValue = serde_json::from_str(text)
		.map_err(|error| DocumentError::syntax(error.line(), reason(&error)))?;
	Places::of(text).node(raw, DEPTH_MAX)
}

/// Where the lines of a text begin.
struct Places {
	text_start: usize,
	line_starts: Vec<usize>,
}

impl Places {
	fn of(text: &str) -> Self {
		let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
		let line_starts = std::iter::once(0).chain(starts.map(|(index, _)| index + 1));
		Self { text_start: text.as_ptr().addr(), line_starts: line_starts.collect() }
	}

	/// The line, from 1, in which a slice of the text begins.
	fn line_of(&self, slice: &str) -> usize {
		let offset = slice.as_ptr().addr() - self.text_start;
		self.line_starts.partition_point(|start| *start <= offset)
	}

	fn node(&self, raw: &RawValue, depth_left: usize) -> Result<Node, DocumentError> {
		let json = raw.get();
		let line = self.line_of(json);
		let inner = depth_left.checked_sub(1);
		let is_nested = json.starts_with(['{', '[']);
		let (true, Some(inner)) = (is_nested, inner) else {
			return match is_nested {
				true => Err(DocumentError::syntax(line, "nested too deep")),
				false => Ok(Node { line, value: self.leaf(json)? }),
			};
		};
		let value = match json.starts_with('{') {
			true => {
				let Members(members) = self.parse(json)?;
				let nodes = members
					.into_iter()
					.map(|(name, raw)| Ok::<_, DocumentError>((name, self.node(raw, inner)?)));
				Value::Object(self.without_repeats(nodes.collect::<Result<_, _>>()?)?)
			},
			false => {
				let items: Vec<&RawValue> = self.parse(json)?;
				let nodes = items.into_iter().map(|raw| self.node(raw, inner));
				Value::List(nodes.collect::<Result<_, _>>()?)
			},
		};
		Ok(Node { line, value })
	}

	fn leaf(&self, json: &str) -> Result<Value, DocumentError> {
		Ok(match self.parse(json)? {
			serde_json::Value::Null => Value::Null,
			serde_json::Value::Bool(value) => Value::Bool(value),
			serde_json::Value::Number(value) => Value::Number(value),
			serde_json::Value::String(value) => Value::Text(value),
			serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
				unreachable!("a leaf begins with neither bracket nor brace; qed")
			},
		})
	}

	fn without_repeats(
		&self,
		members: Vec<(String, Node)>,
	) -> Result<Vec<(String, Node)>, DocumentError> {
		super::fields::first_repeat(&members).map_or(Ok(()), |(name, line)| {
			Err(DocumentError::syntax(line, format!("field `{}` is there twice", quoted(name))))
		})?;
		Ok(members)
	}

	fn parse<'json, T: Deserialize<'json>>(&self, json: &'json str) -> Result<T, DocumentError> {
		serde_json::from_str(json).map_err(|error| {
			let line = self.line_of(json) + error.line().saturating_sub(1);
			DocumentError::syntax(line, reason(&error))
		})
	}
}

/// What the parser says, without the place: that is another one inside of a slice.
fn reason(error: &serde_json::Error) -> String {
	let message = error.to_string();
	match message.rfind(" at line ") {
		Some(end) => message[..end].to_owned(),
		None => message,
	}
}

/// The members of an object, as they stand in the text.
struct Members<'json>(Vec<(String, &'json RawValue)>);

impl<'de: 'json, 'json> Deserialize<'de> for Members<'json> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_map(MembersVisitor).map(Self)
	}
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
	type Value = Vec<(String, &'de RawValue)>;

	fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("an object")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
		let mut members = Vec::new();
		while let Some(member) = map.next_entry()? {
			members.push(member);
		}
		Ok(members)
	}
}
