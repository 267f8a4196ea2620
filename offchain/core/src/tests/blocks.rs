// SPDX-License-Identifier: Apache-2.0

use crate::{limits::BLOCK_BYTES_MAX, *};
use bytes::Bytes;
use cid::Cid;
use multihash_codetable::{Code, MultihashDigest};

#[test]
fn cid_of_should_equal_what_ipfs_tools_compute() {
	// Published by every IPFS tool: the empty file, and "hello world" without a line end.
	let cases = [
		("", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
		("hello world", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"),
	];
	for (text, expected) in cases {
		assert_eq!(cid_of(RAW_CODEC, text.as_bytes()).to_string(), expected);
	}
}

#[test]
fn check_block_should_name_what_is_wrong() {
	let cid = cid_of(RAW_CODEC, b"abc");
	assert_eq!(check_block(&cid, b"abc"), Ok(()));
	assert_eq!(check_block(&cid, b"abd"), Err(BlockCheckError::Mismatch { cid }));

	let large = vec![0; BLOCK_BYTES_MAX + 1];
	let cid = cid_of(RAW_CODEC, &large);
	assert_eq!(
		check_block(&cid, &large),
		Err(BlockCheckError::TooLarge { cid, bytes: BLOCK_BYTES_MAX + 1 })
	);
	assert_eq!(check_block(&cid_of(RAW_CODEC, &large[1..]), &large[1..]), Ok(()));

	let cid = Cid::new_v1(RAW_CODEC, Code::Sha2_512.digest(b"abc"));
	assert_eq!(
		check_block(&cid, b"abc"),
		Err(BlockCheckError::UnsupportedHash { cid, code: 0x13 })
	);
}

#[test]
fn check_block_should_check_by_the_hash_of_the_cid() {
	// Of the test vectors of BLAKE3, and of FIPS 180-4.
	for (hash, digest) in [
		(ContentHash::Blake3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"),
		(ContentHash::Sha2_256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	] {
		let cid = hash.cid_of(RAW_CODEC, b"abc");
		assert_eq!(hex::encode(cid.hash().digest()), digest);
		assert_eq!(check_hash(&cid), Ok(hash));
		assert_eq!(check_block(&cid, b"abc"), Ok(()));
		assert_eq!(check_block(&cid, b"abd"), Err(BlockCheckError::Mismatch { cid }));
		assert_eq!(
			(hash.to_string().parse(), ContentHash::of_code(hash.code())),
			(Ok(hash), Some(hash))
		);
	}
	assert_eq!("sha1".parse::<ContentHash>(), Err(ContentHashError));
}

#[test]
fn memory_store_should_keep_what_matches_and_stay_within_its_limit() {
	let store = MemoryBlockStore::new(1);
	let cid = cid_of(RAW_CODEC, b"one");
	assert!(store.put(&cid, Bytes::from_static(b"two")).is_err());
	assert!(store.is_empty());

	store.put(&cid, Bytes::from_static(b"one")).unwrap();
	store.put(&cid, Bytes::from_static(b"one")).unwrap();
	assert_eq!(store.get(&cid).unwrap().as_deref(), Some(b"one".as_slice()));
	assert!(store.has(&cid).unwrap());

	let other = cid_of(RAW_CODEC, b"two");
	let full = store.put(&other, Bytes::from_static(b"two")).unwrap_err();
	assert_eq!(full.to_string(), format!("no room for block {other}"));
	assert_eq!((store.len(), store.has(&other).unwrap()), (1, false));
}
