// SPDX-License-Identifier: Apache-2.0

//! The part of YAML 1.2 that says what JSON says.
//!
//! Anchors, aliases, tags and more than one document are refused: they are what makes small files
//! large and readable files surprising. Plain words are read by the core schema, so `no` and `on`
//! are texts.

use super::{DEPTH_MAX, DocumentError, Node, Value, quoted};
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Number;

/// Reads a text that is one YAML document.
pub(super) fn read(text: &str) -> Result<Node, DocumentError> {
	let mut builder = Builder::default();
	for event in Parser::new_from_str(text) {
		let (event, span) = event
			.map_err(|error| DocumentError::syntax(error.marker().line(), quoted(error.info())))?;
		builder.take(event, span.start.line())?;
	}
	builder.root.ok_or_else(|| DocumentError::syntax(1, "the document is empty"))
}

/// A list or an object that is being read.
enum Open {
	List(Vec<Node>),
	/// The members so far, and the name of the next one once it has been read.
	Object(Vec<(String, Node)>, Option<String>),
}

/// Puts events together.
#[derive(Default)]
struct Builder {
	open: Vec<(usize, Open)>,
	root: Option<Node>,
}

impl Builder {
	fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), DocumentError> {
		match event {
			Event::Alias(_) => Err(DocumentError::syntax(line, "aliases are not allowed")),
			Event::Scalar(_, _, 1.., _)
			| Event::SequenceStart(1.., _)
			| Event::MappingStart(1.., _) => Err(DocumentError::syntax(line, "anchors are not allowed")),
			Event::Scalar(_, _, _, Some(_))
			| Event::SequenceStart(_, Some(_))
			| Event::MappingStart(_, Some(_)) => {
				Err(DocumentError::syntax(line, "YAML tags are not allowed"))
			},
			Event::Scalar(text, style, _, None) => self.scalar(&text, style, line),
			Event::SequenceStart(_, None) => self.begin(line, Open::List(Vec::new())),
			Event::MappingStart(_, None) => self.begin(line, Open::Object(Vec::new(), None)),
			Event::SequenceEnd | Event::MappingEnd => self.end(),
			Event::DocumentStart(_) if self.root.is_some() => {
				Err(DocumentError::syntax(line, "a second document begins"))
			},
			Event::Nothing
			| Event::StreamStart
			| Event::StreamEnd
			| Event::DocumentStart(_)
			| Event::DocumentEnd => Ok(()),
		}
	}

	fn scalar(&mut self, text: &str, style: ScalarStyle, line: usize) -> Result<(), DocumentError> {
		if let Some((_, Open::Object(_, name @ None))) = self.open.last_mut() {
			*name = Some(text.to_owned());
			return Ok(());
		}
		let value = match style {
			ScalarStyle::Plain => plain(text),
			ScalarStyle::SingleQuoted
			| ScalarStyle::DoubleQuoted
			| ScalarStyle::Literal
			| ScalarStyle::Folded => Value::Text(text.to_owned()),
		};
		self.put(Node { line, value })
	}

	fn begin(&mut self, line: usize, open: Open) -> Result<(), DocumentError> {
		if self.open.len() == DEPTH_MAX {
			return Err(DocumentError::syntax(line, "nested too deep"));
		}
		if let Some((_, Open::Object(_, None))) = self.open.last() {
			return Err(DocumentError::syntax(line, "the name of a field is not a text"));
		}
		self.open.push((line, open));
		Ok(())
	}

	fn end(&mut self) -> Result<(), DocumentError> {
		let Some((line, open)) = self.open.pop() else {
			return Ok(());
		};
		let value = match open {
			Open::List(items) => Value::List(items),
			Open::Object(members, _) => {
				if let Some((name, line)) = super::fields::first_repeat(&members) {
					let message = format!("field `{}` is there twice", quoted(name));
					return Err(DocumentError::syntax(line, message));
				}
				Value::Object(members)
			},
		};
		self.put(Node { line, value })
	}

	fn put(&mut self, node: Node) -> Result<(), DocumentError> {
		match self.open.last_mut() {
			None => self.root = Some(node),
			Some((_, Open::List(items))) => items.push(node),
			Some((_, Open::Object(members, name))) => {
				let name = name.take().ok_or_else(|| {
					DocumentError::syntax(node.line, "the name of a field is not a text")
				})?;
				members.push((name, node));
			},
		}
		Ok(())
	}
}

/// What a word without quotes says.
fn plain(word: &str) -> Value {
	match word {
		"" | "~" | "null" | "Null" | "NULL" => Value::Null,
		"true" | "True" | "TRUE" => Value::Bool(true),
		"false" | "False" | "FALSE" => Value::Bool(false),
		// Numbers as JSON writes them. `0x1f`, `.5` and `1_000` stay texts, and where a number is
		// expected the error says so: better than a version `1.10` that quietly becomes another.
		word => match serde_json::from_str::<Number>(word) {
			Ok(number) => Value::Number(number),
			Err(_) => Value::Text(word.to_owned()),
		},
	}
}
