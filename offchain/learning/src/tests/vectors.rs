// SPDX-License-Identifier: Apache-2.0

//! Files of fixed secrets, byte for byte: what changes here changes the protocol.
//!
//! `tools/learning-data/vectors.py` computed them, in another language and with other libraries.

use super::table::{GENESIS, MemoryStore, ROUND};
use crate::{
	fixed::WeighedUpdate,
	protocol::{Participant, Publication, Round, RoundView, StateStore as _},
};
use r1_core::{Rng, SeededRng};
use sha2::{Digest as _, Sha256};

const VECTORS: &str = include_str!("../../fixtures/vectors.txt");

/// The known answer of a name, in hexadecimal.
fn vector(name: &str) -> &'static str {
	let mut lines = VECTORS.lines().filter_map(|line| line.split_once(' '));
	lines.find(|(found, _)| *found == name).expect("it is in the file").1
}

/// A secret of one byte, again and again.
struct Fixed(u8);

impl Rng for Fixed {
	fn fill(&self, bytes: &mut [u8]) {
		bytes.fill(self.0);
	}
}

/// Three participants whose accounts and secrets are bytes of 1, 2 and 3, after they dealt.
fn dealt() -> (RoundView, Vec<(Participant, MemoryStore)>, Vec<Vec<u8>>) {
	let mut people: Vec<_> = (1..=3)
		.map(|byte| {
			let mut store = MemoryStore::default();
			store.save(&[]).expect("memory has room");
			let joined = Participant::join(GENESIS, ROUND, [byte; 32], &Fixed(byte), &mut store);
			(joined.expect("memory has room"), store)
		})
		.collect();
	let mut view = RoundView {
		genesis: GENESIS,
		id: ROUND,
		spec: super::table::spec(3, 3, 2),
		announced: people.iter().map(|(one, _)| one.announcement()).collect(),
		shared: Vec::new(),
		uploaded: Vec::new(),
		revealed: Vec::new(),
	};
	let round = Round::new(view.clone()).expect("it is sound");
	let files: Vec<Vec<u8>> = people
		.iter_mut()
		.map(|(one, store)| one.share(&round, store).expect("the round goes on"))
		.collect();
	view.shared = (1..=3)
		.zip(&files)
		.map(|(byte, file)| Publication {
			account: [byte; 32],
			cid: Vec::new(),
			sha256: Sha256::digest(file).into(),
		})
		.collect();
	(view, people, files)
}

#[test]
fn announcement_should_be_what_it_always_was() {
	let (view, ..) = dealt();
	let first = &view.announced[0];
	assert_eq!(hex::encode(first.mask_key), vector("mask-key"));
	assert_eq!(hex::encode(first.share_key), vector("share-key"));
	assert_eq!(hex::encode(first.seed_commitment), vector("seed-commitment"));
}

#[test]
fn share_file_should_be_what_it_always_was() {
	let (_, _, files) = dealt();
	assert_eq!(hex::encode(&files[0]), vector("share-file"));
}

#[test]
fn upload_should_be_what_it_always_was() {
	let (view, mut people, _) = dealt();
	let round = Round::new(view).expect("it is sound");
	let update = WeighedUpdate::new(&[0.5, -0.25, 2.0], 3, round.spec(), &SeededRng::new(0));
	let (participant, store) = &mut people[1];
	let file = participant.upload(&round, &update.expect("it fits"), store);
	assert_eq!(hex::encode(file.expect("the round goes on")), vector("upload"));
}
