// SPDX-License-Identifier: Apache-2.0

//! What careless programs and hostile ones do to something genuine on its way.

use fuzzing::Choices;

/// Characters that look like others, or like nothing, or end something.
const STRANGE: [char; 16] = [
	'\0',
	'\r',
	'\n',
	'\t',
	' ',
	':',
	'\u{85}',
	'\u{200b}',
	'\u{202e}',
	'\u{feff}',
	'\u{2028}',
	'\u{ff41}',
	'\u{130}',
	'\u{212a}',
	'\u{301}',
	'\u{1f511}',
];

/// Makes one to three changes to a text.
pub(crate) fn edit_text(text: &str, choices: &mut Choices<'_>) -> String {
	let mut text = text.to_owned();
	for _ in 0..choices.number(1..=3) {
		text = if choices.one_in(2) {
			edit_lines(&text, choices)
		} else {
			edit_characters(&text, choices)
		};
	}
	text
}

fn edit_lines(text: &str, choices: &mut Choices<'_>) -> String {
	let mut lines: Vec<&str> = text.split('\n').collect();
	let count = lines.len();
	let (one, other) = (choices.place(count - 1), choices.place(count - 1));
	match choices.number(0..=8) {
		0 => lines.swap(one, other),
		1 => lines.insert(other, lines[one]),
		2 => drop(lines.remove(one)),
		3 => lines[one] = lines[other],
		4 => lines.insert(one, ""),
		5 => lines.truncate(one + 1),
		6 => return lines.join("\r\n"),
		7 => return format!("{text}\n"),
		_ => return format!("<Bytes>{text}</Bytes>"),
	}
	lines.join("\n")
}

fn edit_characters(text: &str, choices: &mut Choices<'_>) -> String {
	let mut characters: Vec<char> = text.chars().collect();
	let length = characters.len();
	let at = choices.place(length);
	let end = (at + choices.number(1..=16) as usize).min(length);
	match choices.number(0..=7) {
		0 if at < length => characters[at] = printable(choices),
		1 => drop(characters.drain(at..end)),
		2 => {
			let again = characters[at..end].to_vec();
			characters.splice(at..at, again).for_each(drop);
		},
		3 if at < length => characters[at] = other_case(characters[at]),
		4 => return text.to_uppercase(),
		5 => characters.insert(at, choices.pick(&STRANGE)),
		6 if at < length => characters[at] = choices.pick(&STRANGE),
		_ => characters.truncate(at),
	}
	characters.into_iter().collect()
}

fn printable(choices: &mut Choices<'_>) -> char {
	char::from(b' ' + choices.byte() % 95)
}

fn other_case(character: char) -> char {
	match character.is_ascii_lowercase() {
		true => character.to_ascii_uppercase(),
		false => character.to_ascii_lowercase(),
	}
}

/// Makes one to three changes to some bytes.
pub(crate) fn edit_bytes(bytes: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
	let mut bytes = bytes.to_vec();
	for _ in 0..choices.number(1..=3) {
		let at = choices.place(bytes.len());
		let end = (at + choices.number(1..=16) as usize).min(bytes.len());
		match choices.number(0..=6) {
			0 if at < bytes.len() => bytes[at] ^= 1 << (choices.byte() % 8),
			1 if at < bytes.len() => bytes[at] = choices.byte(),
			2 => drop(bytes.drain(at..end)),
			3 => bytes.insert(at, choices.byte()),
			4 => {
				let again = bytes[at..end].to_vec();
				bytes.extend(again);
			},
			5 => bytes.truncate(at),
			_ => bytes.extend(choices.bytes(8)),
		}
	}
	bytes
}

/// A message as it comes: mostly as it was sent.
pub(crate) fn spoilt(bytes: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
	match choices.number(0..=3) {
		0 => edit_bytes(&bytes, choices),
		_ => bytes,
	}
}
