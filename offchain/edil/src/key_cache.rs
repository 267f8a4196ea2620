// SPDX-License-Identifier: Apache-2.0

//! Prepared evaluation keys within a bound of memory; the one that was used longest ago goes first.

use crate::{prepared::PreparedKey, wire::EvaluationKeyId};
use std::{collections::BTreeMap, sync::Arc};

/// Prepared keys, by what they are known by.
#[derive(Debug)]
pub struct KeyCache {
	bytes_max: usize,
	bytes: usize,
	/// Counts uses, so that it orders them.
	uses: u64,
	keys: BTreeMap<EvaluationKeyId, Cached>,
}

#[derive(Debug)]
struct Cached {
	key: Arc<PreparedKey>,
	used: u64,
}

impl KeyCache {
	/// An empty cache for so many bytes.
	#[must_use]
	pub fn new(bytes_max: usize) -> Self {
		Self { bytes_max, bytes: 0, uses: 0, keys: BTreeMap::new() }
	}

	/// A key, which counts as used.
	pub fn get(&mut self, id: &EvaluationKeyId) -> Option<Arc<PreparedKey>> {
		self.uses += 1;
		let cached = self.keys.get_mut(id)?;
		cached.used = self.uses;
		Some(cached.key.clone())
	}

	/// Adds a key, and forgets others until all fit. Whoever evaluates with one of them keeps it
	/// until that ends.
	///
	/// # Errors
	///
	/// It would not fit alone; the others stay.
	pub fn insert(
		&mut self,
		id: EvaluationKeyId,
		key: Arc<PreparedKey>,
	) -> Result<(), KeyTooLarge> {
		let bytes = key.bytes();
		if bytes > self.bytes_max {
			return Err(KeyTooLarge { bytes, bytes_max: self.bytes_max });
		}
		self.remove(&id);
		while self.bytes + bytes > self.bytes_max {
			let Some(oldest) = self.oldest() else { break };
			self.remove(&oldest);
		}
		self.uses += 1;
		self.bytes += bytes;
		self.keys.insert(id, Cached { key, used: self.uses });
		Ok(())
	}

	/// Forgets a key.
	pub fn remove(&mut self, id: &EvaluationKeyId) {
		if let Some(cached) = self.keys.remove(id) {
			self.bytes -= cached.key.bytes();
		}
	}

	/// Bytes of all keys.
	#[must_use]
	pub fn bytes(&self) -> usize {
		self.bytes
	}

	/// How many keys there are.
	#[must_use]
	pub fn count(&self) -> usize {
		self.keys.len()
	}

	fn oldest(&self) -> Option<EvaluationKeyId> {
		self.keys.iter().min_by_key(|(_, cached)| cached.used).map(|(id, _)| *id)
	}
}

/// A key that the cache has no room for, even if it were the only one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key takes {bytes} bytes, and all keys together may take {bytes_max}")]
pub struct KeyTooLarge {
	/// What the key takes.
	pub bytes: usize,
	/// What all keys may take.
	pub bytes_max: usize,
}
