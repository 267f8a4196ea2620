// SPDX-License-Identifier: Apache-2.0

//! Sealed files that were changed on their way, and what strangers seal for us.

use super::Node;
use crate::{
	edits::{edit_bytes, edit_text},
	reached::Reached,
};
use age::Encryptor;
use cid::Cid;
use fuzzing::Choices;
use r1_core::{DAG_PB_CODEC, protobuf::Writer};
use r1fs::{OpenError, OpeningKeys};
use std::{io::Write as _, iter, sync::LazyLock};

/// What another make of tool sealed, and the key that it is sealed for.
const SEALED: &[u8] = include_bytes!("../../../r1fs/fixtures/keys.sealed.car");
const KEYS: &str = include_str!("../../../r1fs/fixtures/keys.json");

/// The two parts of what is genuine, what they open to, and with which key.
struct Genuine {
	content: Vec<u8>,
	manifest: Vec<u8>,
	opened: Vec<u8>,
	keys: OpeningKeys,
	recipient: age::x25519::Recipient,
}

static GENUINE: LazyLock<Genuine> = LazyLock::new(|| {
	let node = Node::new();
	let root = node.wait(node.files.import_car(SEALED)).expect("it is genuine").roots[0];
	let part = |name| {
		let cid = node.wait(node.files.resolve(&root, name)).expect("it is genuine");
		node.wait(node.files.get(&cid, u64::MAX)).expect("it is genuine")
	};
	let value = |key: &str| {
		let (_, rest) = KEYS.split_once(&format!("\"{key}\": \"")).expect("the file has it");
		rest.split('"').next().expect("it has an end").to_owned()
	};
	let keys = OpeningKeys::keys([value("identity").as_str()]).expect("the file has a key");
	let mut opened = Vec::new();
	let sealed = node.wait(node.files.open_sealed(&root, &keys)).expect("it is genuine");
	node.wait(sealed.write_to(&mut opened)).expect("it is genuine");
	let recipient = value("recipient").parse().expect("the file has a recipient");
	Genuine {
		content: part("content.age"),
		manifest: part("manifest.age"),
		opened,
		keys,
		recipient,
	}
});

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let genuine = &*GENUINE;
	let node = Node::new();
	let mut content = genuine.content.clone();
	if choices.one_in(2) {
		content = edit_part(&content, choices);
	}
	let claimed = genuine.opened.len() as u64;
	let manifest = match choices.number(0..=4) {
		0 => genuine.manifest.clone(),
		1 => edit_part(&genuine.manifest, choices),
		2 => choices.bytes(200),
		3 => {
			let json = json(&add(&node, &content), claimed);
			encrypted(edit_text(&json, choices).as_bytes(), &genuine.recipient)
		},
		_ => {
			let claimed = choices.pick(&[claimed, claimed, claimed, claimed + 1, 0, u64::MAX]);
			let json = json(&add(&node, &content), claimed);
			encrypted(json.as_bytes(), &genuine.recipient)
		},
	};
	let root = directory(&node, &[("content.age", &content), ("manifest.age", &manifest)]);
	let stranger = OpeningKeys::passphrase("wrong".to_owned());
	let keys = if choices.one_in(8) { &stranger } else { &genuine.keys };
	let opened = node.wait(node.files.open_sealed(&root, keys));
	reached.note_result("open", &opened);
	let is_untouched = content == genuine.content && manifest == genuine.manifest;
	let Ok(sealed) = opened else {
		let is_key = matches!(opened, Err(OpenError::Key { .. }));
		assert!(!is_untouched || is_key, "the genuine one does not open");
		return;
	};
	let name = &sealed.manifest().name;
	assert!(!name.is_empty() && !name.contains(['/', '\0']) && name != "..", "{name:?}");
	let mut bytes = Vec::new();
	let read = node.wait(sealed.write_to(&mut bytes));
	reached.note_result("read", &read);
	assert!(genuine.opened.starts_with(&bytes), "something was made up");
	match read {
		Ok(()) => assert!(bytes == genuine.opened && content == genuine.content, "it was changed"),
		Err(error) => assert!(!is_untouched, "{error}"),
	}
}

/// Changes a part near its beginning or its end, where its structure is, or anywhere.
fn edit_part(part: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
	let at = match choices.number(0..=2) {
		0 => part.len().min(300),
		1 => part.len().saturating_sub(40),
		_ => choices.place(part.len()),
	};
	let (head, tail) = part.split_at(at);
	match choices.one_in(2) {
		true => [&edit_bytes(head, choices)[..], tail].concat(),
		false => [head, &edit_bytes(tail, choices)].concat(),
	}
}

fn json(content: &Cid, bytes: u64) -> String {
	format!(
		r#"{{"r1fs-manifest":1,"name":"x","media_type":"","bytes":{bytes},"content":"{content}"}}"#
	)
}

fn add(node: &Node, bytes: &[u8]) -> Cid {
	node.wait(node.files.add(bytes)).expect("there is room").cid
}

fn directory(node: &Node, entries: &[(&str, &[u8])]) -> Cid {
	let mut message = Writer::new();
	for (name, bytes) in entries {
		let mut link = Writer::new();
		link.bytes(1, &add(node, bytes).to_bytes())
			.bytes(2, name.as_bytes())
			.varint(3, 1);
		message.bytes(2, &link.finish());
	}
	message.bytes(1, &[0x08, 0x01]);
	node.keep(DAG_PB_CODEC, message.finish())
}

fn encrypted(plain: &[u8], recipient: &age::x25519::Recipient) -> Vec<u8> {
	let recipients = iter::once(recipient as &dyn age::Recipient);
	let encryptor = Encryptor::with_recipients(recipients).expect("there is one");
	let mut writer = encryptor.wrap_output(Vec::new()).expect("memory can be written to");
	writer.write_all(plain).expect("memory can be written to");
	writer.finish().expect("memory can be written to")
}
