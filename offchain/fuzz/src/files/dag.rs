// SPDX-License-Identifier: Apache-2.0

//! DAGs that are right, wrong in what they say of themselves, or no DAGs.

use super::Node;
use crate::{edits::edit_bytes, reached::Reached};
use cid::Cid;
use fuzzing::Choices;
use r1_core::{DAG_PB_CODEC, RAW_CODEC, cid_of, protobuf::Writer};
use r1fs::Listed;

/// UnixFS's numbers of kinds: files, directories, parts of spread ones, and others.
const KINDS: [u64; 7] = [2, 2, 2, 1, 1, 5, 4];

/// Names that entries get: fine ones, and ones that lead elsewhere.
const NAMES: [&str; 8] = ["a", "b", "größe", "", ".", "..", "a/b", "a\0b"];

/// Names in parts of spread directories: entries and parts where they belong, in the first part and in
/// those below it, and others. The hash of `a` begins with 8555, and that of `größe` with 96D9.
const NAMES_OF_PARTS: [&str; 12] =
	["85a", "96größe", "55a", "D9größe", "85", "96", "55", "00", "FFname", "85../up", "8", "ßa"];

/// Most bytes of a file that is read.
const FILE_BYTES_MAX: u64 = 1 << 16;

/// A block, and the file that it is the root of, if it is one.
struct Made {
	cid: Cid,
	file: Option<Vec<u8>>,
	/// Whether it was made as a part of a spread directory.
	is_part: bool,
}

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let node = Node::new();
	let leaf = |bytes: &[u8]| Made {
		cid: node.keep(RAW_CODEC, bytes.to_vec()),
		file: Some(bytes.to_vec()),
		is_part: false,
	};
	let mut made = vec![leaf(b"leaf"), leaf(b""), leaf(b"another")];
	made.push(Made { cid: cid_of(RAW_CODEC, b"nowhere"), file: None, is_part: false });
	for _ in 0..choices.number(1..=7) {
		let next = make(&node, choices, &made);
		made.push(next);
	}
	let Some(root) = made.last() else { return };
	read(&node, root, reached);
	list(&node, root, reached);
	let mut car = Vec::new();
	let exported = node.wait(node.files.export_car(&root.cid, &mut car));
	reached.note_result("export", &exported);
	if exported.is_ok() {
		let imported = node.wait(node.files.import_car(car.as_slice()));
		assert!(imported.is_ok_and(|imported| imported.roots == [root.cid]), "{}", root.cid);
	}
}

/// A block over those that were made before.
fn make(node: &Node, choices: &mut Choices<'_>, made: &[Made]) -> Made {
	let kind = choices.pick(&KINDS);
	let mut unixfs = Writer::new();
	let mut message = Writer::new();
	let mut file = Some(Vec::new());
	unixfs.varint(1, kind);
	let data: &[u8] = if choices.one_in(4) { b"data" } else { b"" };
	if !data.is_empty() {
		unixfs.bytes(2, data);
		file = Some(data.to_vec());
	}
	let mut sizes = Vec::new();
	for _ in 0..choices.number(0..=4) {
		let child = &made[choices.place(made.len() - 1)];
		let mut link = Writer::new();
		let name = match kind {
			2 => "",
			5 => choices.pick(&NAMES_OF_PARTS),
			_ => choices.pick(&NAMES),
		};
		link.bytes(1, &child.cid.to_bytes()).bytes(2, name.as_bytes()).varint(3, 1);
		message.bytes(2, &link.finish());
		let bytes = child.file.as_ref().map_or(1, |file| file.len() as u64);
		let claimed = if choices.one_in(8) { u64::from(choices.byte()) } else { bytes };
		// A child that holds nothing is one that no file may have.
		let is_right = claimed == bytes && bytes != 0;
		file = match (file, &child.file) {
			(Some(file), Some(more)) if is_right => Some([&file[..], more].concat()),
			_ => None,
		};
		sizes.push(claimed);
	}
	unixfs.varint(3, sizes.iter().sum::<u64>() + data.len() as u64);
	for bytes in sizes {
		unixfs.varint(4, bytes);
	}
	if kind == 5 {
		unixfs.varint(5, choices.pick(&[0x22, 0x22, 0x22, 0x12]));
		unixfs.varint(6, choices.pick(&[256, 256, 256, 0]));
	}
	message.bytes(1, &unixfs.finish());
	let mut block = message.finish();
	let codec = if choices.one_in(8) { choices.pick(&[RAW_CODEC, 0x71]) } else { DAG_PB_CODEC };
	if choices.one_in(6) {
		block = edit_bytes(&block, choices);
		file = None;
	}
	if kind != 2 || codec != DAG_PB_CODEC {
		file = (codec == RAW_CODEC).then(|| block.clone());
	}
	Made { cid: node.keep(codec, block), file, is_part: kind == 5 }
}

/// Reads it as a file.
fn read(node: &Node, root: &Made, reached: &mut Reached) {
	let bytes = node.wait(node.files.get(&root.cid, FILE_BYTES_MAX));
	reached.note_result("get", &bytes);
	match (&bytes, &root.file) {
		(Ok(bytes), Some(file)) => assert_eq!(bytes, file, "it is another file"),
		(Err(error), Some(file)) if file.len() as u64 <= FILE_BYTES_MAX => {
			panic!("a file of {} bytes is not read: {error}", file.len());
		},
		_ => {},
	}
	let Ok(bytes) = bytes else { return };
	let reader = node.wait(node.files.reader(&root.cid)).expect("it was read");
	assert_eq!(reader.file_bytes(), bytes.len() as u64);
	let middle = bytes.len() as u64 / 2;
	let mut reader = reader.range(middle..u64::MAX);
	let mut end = Vec::new();
	while let Some(piece) = node.wait(reader.next_piece()).expect("it was read") {
		end.extend_from_slice(&piece);
	}
	assert_eq!(end, bytes[middle as usize..], "a range is something else");
}

/// Reads it as a directory.
fn list(node: &Node, made: &Made, reached: &mut Reached) {
	let root = &made.cid;
	let listed = node.wait(node.files.list(root));
	let entries = match listed {
		Ok(Listed::File) => return reached.note("list", "file"),
		Ok(Listed::Directory(entries)) => entries,
		Err(_) => return reached.note_result("list", &listed),
	};
	let is_spread = made.is_part && !entries.is_empty();
	reached.note("list", if is_spread { "spread" } else { "directory" });
	for entry in &entries {
		let name = entry.name.as_str();
		let leads_elsewhere = name.contains(['/', '\0']) || ["", ".", ".."].contains(&name);
		assert!(!leads_elsewhere && name.len() <= 255, "{name:?}");
		let resolved = node.wait(node.files.resolve(root, name));
		assert!(resolved.is_ok_and(|cid| cid == entry.cid), "{name:?}");
	}
	assert!(entries.is_sorted_by(|one, next| one.name < next.name), "a name stands twice");
}
