// SPDX-License-Identifier: Apache-2.0

use crate::{
	ProbeError,
	encrypted::{EncryptedAnswer, EncryptedProbe},
	storage::BlockProbe,
};
use r1_core::{RAW_CODEC, cid_of};

fn probe() -> EncryptedProbe {
	let [model, key] = [b"model", b"a key"].map(|text| cid_of(RAW_CODEC, text));
	EncryptedProbe::new(7, &model, vec![1; 220], Some(&key))
}

#[test]
fn probe_should_be_read_as_what_it_is() {
	let probe = probe();
	let bytes = probe.encode();
	assert!(EncryptedProbe::is_one(&bytes) && !BlockProbe::is_one(&bytes));
	let read = EncryptedProbe::decode(&bytes).unwrap();
	assert_eq!(read, probe);
	assert_eq!(read.model(), Some(cid_of(RAW_CODEC, b"model")));
	assert_eq!(read.key(), Some(cid_of(RAW_CODEC, b"a key")));
	let without = EncryptedProbe { key: None, model: vec![1, 2], ..probe };
	assert_eq!((without.key(), without.model()), (None, None));
	let block = BlockProbe::new(7, &cid_of(RAW_CODEC, b"model")).encode();
	assert_eq!(EncryptedProbe::decode(&block), Err(ProbeError::Malformed));
	for answer in [EncryptedAnswer::Response(vec![1; 41_024]), EncryptedAnswer::FetchingKey] {
		assert_eq!(EncryptedAnswer::decode(&answer.encode()), Ok(answer));
	}
}

#[test]
fn what_is_no_probe_should_be_refused() {
	let bytes = probe().encode();
	for end in 0..bytes.len() {
		assert_eq!(EncryptedProbe::decode(&bytes[..end]), Err(ProbeError::Malformed), "{end}");
	}
	let mut newer = bytes;
	newer[4] = 2;
	let expected = ProbeError::OtherVersion { version: 2, known: 1 };
	assert_eq!(EncryptedProbe::decode(&newer), Err(expected));
	let longer = EncryptedProbe { request: vec![0; 1 << 15], ..probe() }.encode();
	assert!(matches!(EncryptedProbe::decode(&longer), Err(ProbeError::TooLong { .. })));
	let longer = EncryptedAnswer::Response(vec![0; (1 << 20) + 64]).encode();
	assert!(matches!(EncryptedAnswer::decode(&longer), Err(ProbeError::TooLong { .. })));
}
