// SPDX-License-Identifier: Apache-2.0

//! Properties over all inputs.

use super::node;
use crate::{CHUNK_BYTES, dag::decode_file_node};
use proptest::prelude::*;

/// Lengths around the borders of chunks, and anything in between.
fn length() -> impl Strategy<Value = usize> {
	prop_oneof![
		0_usize..4_096,
		(1_usize..4, 0_usize..3).prop_map(|(chunks, off)| chunks * CHUNK_BYTES + off - 1),
		0..3 * CHUNK_BYTES,
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn get_should_return_what_add_took(length in length(), seed in any::<u64>()) {
		let content: Vec<u8> = (0..length as u64)
			// A multiplication by an odd constant: cheap, and different for each seed.
			.map(|position| ((position ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
			.collect();
		let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
		let (added, read) = runtime.block_on(async {
			let node = node();
			let added = node.files.add(content.as_slice()).await.unwrap();
			(added, node.files.get(&added.cid, u64::MAX).await.unwrap())
		});
		prop_assert_eq!(added.bytes, length as u64);
		prop_assert!(read == content);
	}
}

proptest! {
	#[test]
	fn decode_should_end_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
		if let Ok(node) = decode_file_node(&bytes) {
			let below: u64 = node.children.iter().map(|(_, bytes)| *bytes).sum();
			prop_assert_eq!(node.file_bytes, node.data.len() as u64 + below);
		}
	}
}
