// SPDX-License-Identifier: Apache-2.0

//! Prepared keys within their memory.

use crate::{EvaluationKey, KeyCache, KeyTooLarge, ParameterSet, PreparedKey};
use std::sync::Arc;

fn prepared() -> Arc<PreparedKey> {
	let set = ParameterSet::Bootstrapped1024;
	let words = set.bootstrap().expect("it has one").seeded_words();
	let key = EvaluationKey::new(set, 1, vec![1; words]).expect("it has its length");
	Arc::new(PreparedKey::new(key).expect("it is for bootstraps"))
}

#[test]
fn cache_should_forget_the_key_that_was_used_longest_ago() {
	let key = prepared();
	assert_eq!(key.bytes(), 50_429_952);
	let mut cache = KeyCache::new(2 * key.bytes() + 1);
	for id in [1, 2] {
		cache.insert([id; 32], key.clone()).expect("there is room");
	}
	assert!(cache.get(&[1; 32]).is_some());
	cache.insert([3; 32], key.clone()).expect("room is made");
	let has: Vec<_> = [1, 2, 3].into_iter().filter(|id| cache.get(&[*id; 32]).is_some()).collect();
	assert_eq!((has, cache.bytes(), cache.count()), (vec![1, 3], 2 * key.bytes(), 2));
	// The same again takes no more room.
	cache.insert([3; 32], key.clone()).expect("it is there");
	assert_eq!((cache.bytes(), cache.count()), (2 * key.bytes(), 2));
	cache.remove(&[3; 32]);
	assert_eq!(cache.bytes(), key.bytes());
}

#[test]
fn cache_should_refuse_a_key_that_does_not_fit_alone() {
	let key = prepared();
	let mut cache = KeyCache::new(key.bytes() - 1);
	let error = KeyTooLarge { bytes: key.bytes(), bytes_max: key.bytes() - 1 };
	assert_eq!(cache.insert([1; 32], key), Err(error));
	assert_eq!(cache.count(), 0);
}
