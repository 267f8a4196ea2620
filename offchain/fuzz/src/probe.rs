// SPDX-License-Identifier: Apache-2.0

//! Probes that oracles send and what nodes answer, changed on their way; and receipts, which clients
//! keep.

use crate::{edits::edit_bytes, reached::Reached};
use cid::Cid;
use fuzzing::Choices;
use r1_core::{RAW_CODEC, cid_of};
use r1_deeploy::{
	ProbeError,
	container::probe::{ContainerAnswer, ContainerProbe},
	encrypted::{EncryptedAnswer, EncryptedProbe},
	receipts::{AuditAnswer, AuditProbe, RECENT_MAX, Receipt, Saved, Signed, Subject},
	storage::{BlockAnswer, BlockProbe},
};
use std::fmt::Debug;

/// Plays an input of probes and answers.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let job = u32::from(choices.byte());
	let cid = cid_of(RAW_CODEC, &choices.bytes(4));
	let sent = match choices.number(0..=4) {
		0 => ContainerProbe { job }.encode(),
		1 => BlockProbe::new(job, &cid).encode(),
		2 => AuditProbe::Recent { job, model: [choices.byte(); 32] }.encode(),
		3 => {
			let (epoch, index) = (u32::from(choices.byte()), u32::from(choices.byte()));
			AuditProbe::Payload { job, epoch, index }.encode()
		},
		_ => {
			let key = choices.one_in(2).then_some(&cid);
			EncryptedProbe::new(job, &cid, choices.bytes(64), key).encode()
		},
	};
	let got = spoilt(sent, choices);
	// A node asks each kind in turn, and takes what is of none for a probe of a model.
	let kinds = [
		ContainerProbe::is_one(&got),
		BlockProbe::is_one(&got),
		AuditProbe::is_one(&got),
		EncryptedProbe::is_one(&got),
	];
	assert!(kinds.iter().filter(|is_one| **is_one).count() <= 1, "a probe is of two kinds");
	read("container probe", &got, ContainerProbe::decode, ContainerProbe::encode, reached);
	read("block probe", &got, BlockProbe::decode, BlockProbe::encode, reached);
	read("audit probe", &got, AuditProbe::decode, AuditProbe::encode, reached);
	read("encrypted probe", &got, EncryptedProbe::decode, EncryptedProbe::encode, reached);
	if let Ok(probe) = EncryptedProbe::decode(&got) {
		is_cid_or_none(probe.model(), &probe.model);
		is_cid_or_none(probe.key(), probe.key.as_deref().unwrap_or_default());
	}
	play_answer(choices, reached);
	play_list(choices, reached);
}

/// A receipt of a job and a node, or of others.
fn receipt(choices: &mut Choices<'_>) -> Receipt {
	Receipt {
		job: u32::from(choices.byte() % 2),
		node: [choices.byte() % 2; 32],
		epoch: u32::from(choices.byte() % 4),
		index: u32::from(choices.byte()),
		at_secs: 0,
		model: [choices.byte() % 2; 32],
		evaluation_key: choices.one_in(2).then_some([1; 32]),
		input: [2; 32],
		input_bytes: if choices.one_in(8) { u32::MAX } else { 4 },
		output: [3; 32],
		output_bytes: 4,
	}
}

/// What a node names, and an oracle draws from; and a file of what a client keeps.
fn play_list(choices: &mut Choices<'_>, reached: &mut Reached) {
	let count = choices.number(0..=4);
	let recent: Vec<Receipt> = (0..count).map(|_| receipt(choices)).collect();
	let kept = recent.first().cloned();
	let got = spoilt(AuditAnswer::Recent(recent).encode(), choices);
	read("audit answer", &got, AuditAnswer::decode, AuditAnswer::encode, reached);
	if let Ok(AuditAnswer::Recent(recent)) = AuditAnswer::decode(&got) {
		let subject = Subject { job: 0, node: [0; 32], model: [0; 32], epoch: 2 };
		let draw = u64::from(choices.byte());
		let picked = subject.pick(recent.clone(), |count| draw % count);
		reached.note_result("pick", &picked);
		if let Ok(picked) = picked {
			assert!(recent.len() <= RECENT_MAX, "a long list was taken");
			assert_eq!(picked.is_some(), !recent.is_empty(), "nothing was drawn of something");
			assert!(picked.is_none_or(|it| recent.contains(&it) && it.job == 0), "made up");
		}
	}
	let Some(body) = kept else { return };
	let saved = Saved::Receipt(Box::new(Signed { body, signature: [9; 64] }));
	let got = spoilt(saved.to_bytes(), choices);
	let saved = Saved::from_bytes(&got);
	reached.note_result("saved", &saved);
	if let Ok(saved) = saved {
		assert_eq!(saved.to_bytes(), got, "a file changes when it is passed on");
	}
}

fn play_answer(choices: &mut Choices<'_>, reached: &mut Reached) {
	let bytes = choices.bytes(64);
	let sent = match choices.number(0..=7) {
		0 => ContainerAnswer::Works.encode(),
		1 => ContainerAnswer::fails(&String::from_utf8_lossy(&bytes)).encode(),
		2 => BlockAnswer::Block(bytes).encode(),
		3 => BlockAnswer::NotHere.encode(),
		4 => EncryptedAnswer::Response(bytes).encode(),
		5 => {
			let key = choices.one_in(2).then(|| choices.bytes(8));
			AuditAnswer::Payload { input: bytes, output: choices.bytes(8), key }.encode()
		},
		6 => AuditAnswer::NotHere.encode(),
		_ => EncryptedAnswer::FetchingKey.encode(),
	};
	let got = spoilt(sent, choices);
	read("container answer", &got, ContainerAnswer::decode, ContainerAnswer::encode, reached);
	read("block answer", &got, BlockAnswer::decode, BlockAnswer::encode, reached);
	read("audit answer", &got, AuditAnswer::decode, AuditAnswer::encode, reached);
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
