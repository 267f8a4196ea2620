// SPDX-License-Identifier: Apache-2.0

//! Forms in which files are uploaded: as clients write them, as nobody should, and in any pieces.

use crate::{
	edits::edit_bytes,
	reached::{Kind, Reached},
};
use bytes::Bytes;
use fuzzing::Choices;
use r1_api::{FORM_FIELDS_MAX, FORM_HEAD_BYTES_MAX, FORM_TEXT_BYTES_MAX, FormError, UploadForm};
use std::{
	future::{Ready, ready},
	io,
};
use tokio::runtime::Builder;

/// What is between the fields, in one that has all that a boundary may have, and in short ones.
const BOUNDARIES: [&str; 4] = ["x", "----formdata-undici-0123", "a'()+_,-./:=?", "--"];

/// Names of fields: those that are read, others, and none.
const NAMES: [&str; 9] =
	["body", "body_json", "filename", "secret", "file", "nonce", "größe", "", "fi\\\"le"];

/// What fields hold; `{b}` is the boundary.
const CONTENTS: [&str; 18] = [
	"",
	"text",
	"größe 🔑",
	"{}",
	r#"{"secret":"s","nonce":1}"#,
	r#"{"filename":"a.bin"}"#,
	r#"{"filename":null,"secret":"t"}"#,
	r#"{"secret":1}"#,
	r#"{"secret":"a","secret":"b"}"#,
	"[]",
	"{",
	"\r\n",
	"\r",
	"--{b}",
	"\r\n--",
	"\r\n-{b}",
	"\n--{b}\n",
	"\r\r\n\r\n--\r\n",
];

/// Most bytes of a form that is read whole.
const BYTES_MAX: u64 = 1 << 20;

/// A field as a client writes it.
#[derive(Clone)]
struct Written {
	name: &'static str,
	file_name: Option<&'static str>,
	/// Bytes of a header that says nothing.
	padding: usize,
	content: Vec<u8>,
}

/// What a form is read as.
#[derive(Debug, Eq, PartialEq)]
struct Read {
	filename: Option<String>,
	secret: Option<String>,
	file: Vec<u8>,
}

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let boundary = choices.pick(&BOUNDARIES);
	let mut fields: Vec<Written> =
		(0..choices.place(5)).map(|_| written(boundary, choices)).collect();
	if choices.one_in(12) {
		fields.extend(vec![written(boundary, choices); FORM_FIELDS_MAX]);
	}
	let genuine = form(boundary, &fields, choices);
	let is_edited = choices.one_in(3);
	let bytes = if is_edited { edit_bytes(&genuine, choices) } else { genuine.clone() };
	let content_type = content_type(boundary, choices);
	let bytes_max = if choices.one_in(8) { 40 } else { BYTES_MAX };
	let is_cut_off = choices.one_in(8);

	let whole = read(&content_type, &bytes, bytes.len().max(1), bytes_max, is_cut_off);
	note(reached, &whole);
	let pieces = read(&content_type, &bytes, 1 + choices.place(40), bytes_max, is_cut_off);
	assert_eq!(whole.as_ref().ok(), pieces.as_ref().ok(), "it matters how it comes: {bytes:?}");
	if let Ok(read) = &whole {
		assert!(read.file.len() <= bytes.len(), "a file from nowhere");
		for text in [&read.filename, &read.secret].into_iter().flatten() {
			assert!(text.len() <= FORM_TEXT_BYTES_MAX, "a text of {} bytes", text.len());
		}
	}
	let is_whole = (bytes.len() as u64) <= bytes_max && !is_cut_off;
	if bytes == genuine && is_whole && content_type.ends_with('"') {
		let expected = expected(&fields);
		match (&whole, &expected) {
			(Ok(read), Ok(expected)) => assert_eq!(read, expected, "it was read as another"),
			(Err(error), Err(kind)) => assert_eq!(error.kind(), *kind, "it has another fault"),
			_ => panic!("{whole:?}, and not {expected:?}: {bytes:?}"),
		}
	}
	if bytes_max < bytes.len() as u64 && !is_edited {
		// Headers of a file alone are longer than the lesser limit.
		assert!(whole.is_err(), "it is too long");
	}
}

fn note(reached: &mut Reached, read: &Result<Read, FormError>) {
	reached.note_result("read", read);
	let Ok(Read { filename, secret, file }) = read else { return };
	let says = |what: &Option<String>| if what.is_some() { "some" } else { "none" };
	reached.note("filename", says(filename));
	reached.note("secret", says(secret));
	reached.note("file", if file.is_empty() { "empty" } else { "bytes" });
}

fn written(boundary: &str, choices: &mut Choices<'_>) -> Written {
	let name = choices.pick(&NAMES);
	let is_file = name == "file" && !choices.one_in(8) || choices.one_in(8);
	let mut content = choices.pick(&CONTENTS).replace("{b}", boundary).into_bytes();
	match choices.number(0..=15) {
		0 => content.extend(choices.bytes(16)),
		1 => content.extend([0xff, 0xfe]),
		2 => content.extend(vec![b'x'; choices.pick(&[10_000, FORM_TEXT_BYTES_MAX + 1])]),
		_ => {},
	}
	let file_name = is_file.then(|| choices.pick(&["a.bin", "größe", "", "../up"]));
	// Whoever chooses a boundary looks whether it is in what he sends.
	let delimiter = format!("\r\n--{boundary}");
	let before = [b"\r\n", &content[..]].concat();
	if before.windows(delimiter.len()).any(|window| window == delimiter.as_bytes()) {
		content.clear();
	}
	let padding = if choices.one_in(24) { choices.pick(&[1_000, 40_000]) } else { 0 };
	Written { name, file_name, padding, content }
}

/// The form as it is sent.
fn form(boundary: &str, fields: &[Written], choices: &mut Choices<'_>) -> Vec<u8> {
	let mut bytes = Vec::new();
	for Written { name, file_name, padding, content } in fields {
		bytes.extend(format!("--{boundary}\r\n").bytes());
		bytes.extend(format!("Content-Disposition: form-data; name=\"{name}\"").bytes());
		if let Some(file_name) = file_name {
			bytes.extend(format!("; filename=\"{file_name}\"").bytes());
		}
		bytes.extend(b"\r\n");
		if choices.one_in(8) {
			bytes.extend(b"Content-Type: application/octet-stream\r\n");
		}
		if *padding != 0 {
			bytes.extend(format!("X-Padding: {}\r\n", "x".repeat(*padding)).bytes());
		}
		bytes.extend(b"\r\n");
		bytes.extend(content);
		bytes.extend(b"\r\n");
	}
	bytes.extend(format!("--{boundary}--\r\n").bytes());
	bytes
}

/// How the form is announced: right, if it ends with a quote.
fn content_type(boundary: &str, choices: &mut Choices<'_>) -> String {
	let right = format!("multipart/form-data; boundary=\"{boundary}\"");
	match choices.number(0..=15) {
		0 => "application/json".to_owned(),
		1 => "multipart/form-data".to_owned(),
		2 => format!("multipart/form-data; boundary={}", "b".repeat(71)),
		3 => "multipart/form-data; boundary=".to_owned(),
		_ => right,
	}
}

/// Reads a form that comes in pieces.
fn read(
	content_type: &str,
	bytes: &[u8],
	piece_bytes: usize,
	bytes_max: u64,
	is_cut_off: bool,
) -> Result<Read, FormError> {
	let comes = if is_cut_off { &bytes[..bytes.len() / 2] } else { bytes };
	let pieces = comes.chunks(piece_bytes).map(|piece| Ok(Bytes::copy_from_slice(piece)));
	let mut pieces: Vec<io::Result<Bytes>> = pieces.collect();
	if is_cut_off {
		pieces.push(Err(io::Error::other("gone")));
	}
	let body = futures::stream::iter(pieces);
	let open: Ready<io::Result<Vec<u8>>> = ready(Ok(Vec::new()));
	let runtime = Builder::new_current_thread().build().expect("a runtime needs nothing");
	let form = runtime.block_on(UploadForm::read(content_type, body, bytes_max, open))?;
	Ok(Read { filename: form.filename, secret: form.secret, file: form.file })
}

/// What a form says that is read to its end, or the name of the first fault in it.
fn expected(fields: &[Written]) -> Result<Read, String> {
	let fault = |kind: &str| Err(kind.to_owned());
	let (mut filename, mut secret, mut file) = (None, None, None);
	for (number, field) in fields.iter().enumerate() {
		let Written { name, file_name, padding, content } = field;
		if 2 * FORM_HEAD_BYTES_MAX < *padding {
			return fault("HeadTooLong");
		}
		if FORM_FIELDS_MAX <= number {
			return fault("TooManyFields");
		}
		let is_text = ["body", "body_json", "filename", "secret"].contains(name);
		if is_text && FORM_TEXT_BYTES_MAX < content.len() {
			return fault("TextTooLong");
		}
		match *name {
			"body" | "body_json" => match said(content) {
				Some([name, key]) => {
					filename = name.or(filename);
					secret = key.or(secret);
				},
				None => return fault("Json"),
			},
			"filename" | "secret" => {
				let Ok(text) = String::from_utf8(content.clone()) else { return fault("NotText") };
				*(if *name == "filename" { &mut filename } else { &mut secret }) = Some(text);
			},
			_ => {
				if let (None, Some(file_name)) = (&file, file_name) {
					file = Some(((*file_name).to_owned(), content.clone()));
				}
			},
		}
	}
	match file {
		Some((name, file)) => Ok(Read { filename: filename.or(Some(name)), secret, file }),
		None => fault("NoFile"),
	}
}

/// The name and the secret in the JSON of [`CONTENTS`].
fn said(content: &[u8]) -> Option<[Option<String>; 2]> {
	let some = |text: &str| Some(text.to_owned());
	let end = content
		.iter()
		.rposition(|byte| !b" \t\r\n".contains(byte))
		.map_or(0, |at| at + 1);
	match &content[..end] {
		b"{}" => Some([None, None]),
		br#"{"secret":"s","nonce":1}"# => Some([None, some("s")]),
		br#"{"filename":"a.bin"}"# => Some([some("a.bin"), None]),
		br#"{"filename":null,"secret":"t"}"# => Some([None, some("t")]),
		_ => None,
	}
}
