// SPDX-License-Identifier: Apache-2.0

//! Probes that oracles send and what nodes answer, changed on their way.

use crate::{edits::edit_bytes, reached::Reached};
use cid::Cid;
use fuzzing::Choices;
use r1_core::{RAW_CODEC, cid_of};
use r1_deeploy::{
	ProbeError,
	container::probe::{ContainerAnswer, ContainerProbe},
	encrypted::{EncryptedAnswer, EncryptedProbe},
	storage::{BlockAnswer, BlockProbe},
};
use std::fmt::Debug;

/// Plays an input of probes and answers.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let job = u32::from(choices.byte());
	let cid = cid_of(RAW_CODEC, &choices.bytes(4));
	let sent = match choices.number(0..=2) {
		0 => ContainerProbe { job }.encode(),
		1 => BlockProbe::new(job, &cid).encode(),
		_ => {
			let key = choices.one_in(2).then_some(&cid);
			EncryptedProbe::new(job, &cid, choices.bytes(64), key).encode()
		},
	};
	let got = spoilt(sent, choices);
	// A node asks each kind in turn, and takes what is of none for a probe of a model.
	let kinds =
		[ContainerProbe::is_one(&got), BlockProbe::is_one(&got), EncryptedProbe::is_one(&got)];
	assert!(kinds.iter().filter(|is_one| **is_one).count() <= 1, "a probe is of two kinds");
	read("container probe", &got, ContainerProbe::decode, ContainerProbe::encode, reached);
	read("block probe", &got, BlockProbe::decode, BlockProbe::encode, reached);
	read("encrypted probe", &got, EncryptedProbe::decode, EncryptedProbe::encode, reached);
	if let Ok(probe) = EncryptedProbe::decode(&got) {
		is_cid_or_none(probe.model(), &probe.model);
		is_cid_or_none(probe.key(), probe.key.as_deref().unwrap_or_default());
	}
	play_answer(choices, reached);
}

fn play_answer(choices: &mut Choices<'_>, reached: &mut Reached) {
	let bytes = choices.bytes(64);
	let sent = match choices.number(0..=5) {
		0 => ContainerAnswer::Works.encode(),
		1 => ContainerAnswer::fails(&String::from_utf8_lossy(&bytes)).encode(),
		2 => BlockAnswer::Block(bytes).encode(),
		3 => BlockAnswer::NotHere.encode(),
		4 => EncryptedAnswer::Response(bytes).encode(),
		_ => EncryptedAnswer::FetchingKey.encode(),
	};
	let got = spoilt(sent, choices);
	read("container answer", &got, ContainerAnswer::decode, ContainerAnswer::encode, reached);
	read("block answer", &got, BlockAnswer::decode, BlockAnswer::encode, reached);
	read("encrypted answer", &got, EncryptedAnswer::decode, EncryptedAnswer::encode, reached);
}

/// What is read means the same when it is written and read again.
fn read<T: Debug + PartialEq>(
	what: &str,
	bytes: &[u8],
	decode: impl Fn(&[u8]) -> Result<T, ProbeError>,
	encode: impl Fn(&T) -> Vec<u8>,
	reached: &mut Reached,
) {
	let read = decode(bytes);
	reached.note_result(what, &read);
	if let Ok(read) = read {
		assert_eq!(
			decode(&encode(&read)).as_ref(),
			Ok(&read),
			"{what} changes when it is passed on"
		);
	}
}

fn is_cid_or_none(read: Option<Cid>, bytes: &[u8]) {
	let Some(read) = read else { return };
	assert_eq!(Cid::try_from(bytes).ok(), Some(read), "another CID was read");
}

/// What came of bytes on their way: often nothing.
fn spoilt(bytes: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
	if choices.one_in(2) { edit_bytes(&bytes, choices) } else { bytes }
}
