// SPDX-License-Identifier: Apache-2.0

//! CAR files whose sections were moved, repeated, left out and changed.

use super::Node;
use crate::{edits::edit_bytes, reached::Reached};
use fuzzing::Choices;
use r1_core::{BlockStore as _, protobuf::take_varint};

/// What another make of tool wrote.
const GENUINE: &[u8] = include_bytes!("../../../r1fs/fixtures/helia.car");

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let sections = sections(GENUINE);
	let car = match choices.number(0..=3) {
		0 => edit_bytes(GENUINE, choices),
		1 => choices.bytes(400),
		_ => rearranged(&sections, choices),
	};
	let node = Node::new();
	let imported = node.wait(node.files.import_car(car.as_slice()));
	reached.note_result("import", &imported);
	let Ok(imported) = imported else {
		assert!(car != GENUINE, "the genuine one is refused");
		return;
	};
	assert!(node.store.len() as u64 <= imported.blocks, "there are blocks from nowhere");
	assert!(imported.duplicates <= imported.blocks);
	for root in &imported.roots {
		let mut again = Vec::new();
		let exported = node.wait(node.files.export_car(root, &mut again));
		let exported = exported.expect("all below a root is here");
		let other = Node::new();
		let imported = other.wait(other.files.import_car(again.as_slice()));
		let imported = imported.expect("what was exported is a CAR file");
		assert_eq!((imported.roots.as_slice(), imported.blocks), (&[*root][..], exported.blocks));
	}
}

/// The header and the blocks, each with its length.
fn sections(car: &[u8]) -> Vec<&[u8]> {
	let mut rest = car;
	let mut sections = Vec::new();
	while !rest.is_empty() {
		let (length, behind) = take_varint(rest).expect("it is genuine");
		let end = rest.len() - behind.len() + length as usize;
		let (section, after) = rest.split_at(end);
		sections.push(section);
		rest = after;
	}
	sections
}

/// The genuine one with other blocks in another order, one of them changed.
fn rearranged(sections: &[&[u8]], choices: &mut Choices<'_>) -> Vec<u8> {
	let (header, blocks) = sections.split_first().expect("it has a header");
	let mut car = header.to_vec();
	let mut blocks = blocks.to_vec();
	match choices.number(0..=3) {
		0 => blocks.reverse(),
		1 => blocks.extend(choices.some(&blocks.clone(), 3)),
		2 => drop(blocks.remove(choices.place(blocks.len() - 1))),
		_ => {},
	}
	let changed = choices.one_in(2).then(|| choices.place(blocks.len() - 1));
	for (number, block) in blocks.iter().enumerate() {
		match changed == Some(number) {
			true => car.extend(edit_bytes(block, choices)),
			false => car.extend(*block),
		}
	}
	car
}
