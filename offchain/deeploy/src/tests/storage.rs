// SPDX-License-Identifier: Apache-2.0

use crate::{
	ProbeError,
	container::probe::{ContainerAnswer, ContainerProbe},
	storage::{BlockAnswer, BlockProbe},
};
use r1_core::{RAW_CODEC, cid_of, limits::BLOCK_BYTES_MAX};

#[test]
fn probes_should_be_read_as_what_they_are() {
	let cid = cid_of(RAW_CODEC, b"a");
	let probe = BlockProbe::new(7, &cid);
	let bytes = probe.encode();
	assert!(BlockProbe::is_one(&bytes) && !ContainerProbe::is_one(&bytes));
	assert_eq!(BlockProbe::decode(&bytes), Ok(probe.clone()));
	assert_eq!(probe.cid(), Some(cid));
	let other = ContainerProbe { job: 7 }.encode();
	assert!(!BlockProbe::is_one(&other) && ContainerProbe::is_one(&other));
	assert_eq!(BlockProbe::decode(&other), Err(ProbeError::Malformed));
	// What a person would call a job is neither.
	let model = 7_u32.to_le_bytes();
	assert!(!BlockProbe::is_one(&model) && !ContainerProbe::is_one(&model));
	for answer in [BlockAnswer::Block(vec![1; 3]), BlockAnswer::NotHere] {
		assert_eq!(BlockAnswer::decode(&answer.encode()), Ok(answer));
	}
	let works = ContainerAnswer::Works;
	assert_eq!(ContainerAnswer::decode(&works.encode()), Ok(works));
	assert_eq!(BlockProbe { job: 1, cid: vec![1, 2] }.cid(), None);
}

#[test]
fn what_is_no_probe_should_be_refused() {
	let bytes = BlockProbe::new(7, &cid_of(RAW_CODEC, b"a")).encode();
	for end in 0..bytes.len() {
		assert_eq!(BlockProbe::decode(&bytes[..end]), Err(ProbeError::Malformed), "{end}");
	}
	let mut newer = bytes.clone();
	newer[4] = 2;
	let expected = ProbeError::OtherVersion { version: 2, known: 1 };
	assert_eq!(BlockProbe::decode(&newer), Err(expected));
	let longer = [bytes, vec![0; 200]].concat();
	assert!(matches!(BlockProbe::decode(&longer), Err(ProbeError::TooLong { .. })));
	let largest = BlockAnswer::Block(vec![0; BLOCK_BYTES_MAX]).encode();
	assert!(BlockAnswer::decode(&largest).is_ok());
	let longer = BlockAnswer::Block(vec![0; BLOCK_BYTES_MAX + 64]).encode();
	assert!(matches!(BlockAnswer::decode(&longer), Err(ProbeError::TooLong { .. })));
}
