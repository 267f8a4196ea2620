// SPDX-License-Identifier: Apache-2.0

//! Tokens whose parts were moved about: blocks, signatures and keys of one or of several tokens,
//! each of them genuine.

use super::model::Line;
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use fuzzing::Choices;
use r1_core::protobuf::{Reader, Value, Writer};

/// A field of a message, as the format of tokens has them.
#[derive(Clone, Debug)]
enum Part {
	Number(u32, u64),
	Bytes(u32, Vec<u8>),
}

/// The numbers of a token's fields that hold signed blocks.
const BLOCKS: [u32; 2] = [2, 3];

/// Changes the parts of a token.
pub(super) fn edit(line: &Line, kept: &[Line], choices: &mut Choices<'_>) -> String {
	let mut parts = parts_of_text(&line.last().text);
	for _ in 0..choices.number(1..=3) {
		let other = match choices.one_in(2) {
			true => choices.pick(kept).last().text.clone(),
			false => choices.pick(&line.links).text.clone(),
		};
		change(&mut parts, &parts_of_text(&other), choices);
	}
	URL_SAFE.encode(bytes_of(&parts))
}

/// Makes one change, perhaps with a part of another token.
fn change(parts: &mut Vec<Part>, other: &[Part], choices: &mut Choices<'_>) {
	let Some(last) = parts.len().checked_sub(1) else { return };
	let (at, to) = (choices.place(last), choices.place(last));
	match choices.number(0..=7) {
		0 => drop(parts.remove(at)),
		1 => parts.insert(to, parts[at].clone()),
		2 => parts.swap(at, to),
		3 => {
			let same = other.iter().filter(|part| part.number() == parts[at].number());
			let same: Vec<_> = same.cloned().collect();
			if !same.is_empty() {
				parts[at] = choices.pick(&same);
			}
		},
		4 => {
			let unknown = [
				Part::Bytes(15, b"a field of another version".to_vec()),
				Part::Number(15, u64::MAX),
				Part::Number(1, 13),
				Part::Number(1, u64::MAX),
			];
			parts.insert(to, choices.pick(&unknown));
		},
		// The same inside of a signed block.
		_ => {
			let Part::Bytes(number, bytes) = &parts[at] else { return };
			if !BLOCKS.contains(number) {
				return;
			}
			let number = *number;
			let mut inner = parts_of(bytes);
			let blocks = other.iter().filter_map(|part| match part {
				Part::Bytes(number, bytes) if BLOCKS.contains(number) => Some(parts_of(bytes)),
				Part::Bytes(..) | Part::Number(..) => None,
			});
			let blocks: Vec<_> = blocks.collect();
			let other = if blocks.is_empty() { Vec::new() } else { choices.pick(&blocks) };
			change_inner(&mut inner, &other, choices);
			parts[at] = Part::Bytes(number, bytes_of(&inner));
		},
	}
}

fn change_inner(parts: &mut Vec<Part>, other: &[Part], choices: &mut Choices<'_>) {
	let Some(last) = parts.len().checked_sub(1) else { return };
	let at = choices.place(last);
	match choices.number(0..=4) {
		0 => drop(parts.remove(at)),
		1 => parts.push(parts[at].clone()),
		2 => {
			let same = other.iter().find(|part| part.number() == parts[at].number());
			if let Some(part) = same {
				parts[at] = part.clone();
			}
		},
		// Another version of how blocks are signed.
		3 => parts.push(Part::Number(5, u64::from(choices.number(0..=3)))),
		_ => parts.push(Part::Number(9, 1)),
	}
}

impl Part {
	fn number(&self) -> u32 {
		match self {
			Self::Number(number, _) | Self::Bytes(number, _) => *number,
		}
	}
}

fn parts_of_text(text: &str) -> Vec<Part> {
	parts_of(&URL_SAFE.decode(text).expect("tokens are in this alphabet; qed"))
}

/// The fields of a message; of what is none, those that come before the fault.
fn parts_of(bytes: &[u8]) -> Vec<Part> {
	let mut reader = Reader::new(bytes);
	let mut parts = Vec::new();
	while let Ok(Some(field)) = reader.next_field() {
		match field.value {
			Value::Varint(value) => parts.push(Part::Number(field.number, value)),
			Value::Bytes(bytes) => parts.push(Part::Bytes(field.number, bytes.to_vec())),
			Value::Fixed(_) => {},
		}
	}
	parts
}

fn bytes_of(parts: &[Part]) -> Vec<u8> {
	let mut bytes = Vec::new();
	for part in parts {
		let mut writer = Writer::new();
		match part {
			Part::Number(number, value) => writer.varint(*number, *value),
			Part::Bytes(number, bytes) => writer.bytes(*number, bytes),
		};
		bytes.extend(writer.finish());
	}
	bytes
}
