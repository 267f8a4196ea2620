// SPDX-License-Identifier: Apache-2.0

//! One bit for each slot of an epoch.

use std::ops::Range;

/// Which slots of an epoch are marked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SlotBitmap {
	slots: u32,
	// The lowest bit of the first byte is slot 0. Bits beyond the last slot are never set.
	bytes: Box<[u8]>,
}

impl SlotBitmap {
	/// No slot of `slots` is marked.
	pub(crate) fn new(slots: u32) -> Self {
		Self { slots, bytes: vec![0; bytes_for(slots)].into() }
	}

	/// Reads what [`Self::as_bytes`] gave; `None` if it cannot be that for so many slots.
	pub(crate) fn from_bytes(slots: u32, bytes: Vec<u8>) -> Option<Self> {
		let unused_bits = match slots % 8 {
			0 => 0,
			used => u8::MAX << used,
		};
		let ends_clean = bytes.last().is_none_or(|last| last & unused_bits == 0);
		(bytes.len() == bytes_for(slots) && ends_clean).then(|| Self { slots, bytes: bytes.into() })
	}

	/// Marks a slot of the epoch; a slot beyond its end changes nothing.
	pub(crate) fn set(&mut self, slot: u32) {
		if slot < self.slots {
			let (index, mask) = place(slot);
			self.bytes[index] |= mask;
		}
	}

	/// Takes the marks of some slots away; slots beyond the end change nothing.
	pub(crate) fn clear(&mut self, slots: Range<u32>) {
		for slot in slots.start..slots.end.min(self.slots) {
			let (index, mask) = place(slot);
			self.bytes[index] &= !mask;
		}
	}

	/// Whether a slot is marked.
	pub(crate) fn contains(&self, slot: u32) -> bool {
		let (index, mask) = place(slot);
		self.bytes.get(index).is_some_and(|byte| byte & mask != 0)
	}

	/// Number of marked slots.
	pub(crate) fn ones(&self) -> u32 {
		self.bytes.iter().map(|byte| byte.count_ones()).sum()
	}

	pub(crate) fn as_bytes(&self) -> &[u8] {
		&self.bytes
	}
}

/// Bytes of a bitmap of `slots` slots.
pub(crate) fn bytes_for(slots: u32) -> usize {
	// At most 2^29: fits every `usize` that the standard library runs with.
	slots.div_ceil(8) as usize
}

fn place(slot: u32) -> (usize, u8) {
	((slot / 8) as usize, 1 << (slot % 8))
}
