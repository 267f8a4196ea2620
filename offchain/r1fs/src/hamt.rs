// SPDX-License-Identifier: Apache-2.0

//! Where a name is in a directory that is spread over blocks: its hash says so, digit by digit.
//!
//! ```text
//! hash of a name:  9C 41 07 ..      64 bits of murmur3, the most significant first
//! root:            9C ──> an entry `9Cname`, if it is the only one that begins so
//!                  9C ──> a part `9C`, if others do: 41 ──> an entry `41name` there, or a part
//! ```

/// Multicodec of the hash that places names: the first half of murmur3's 128 bits for machines of 64.
pub(crate) const SHARD_HASH: u64 = 0x22;

/// Children that a part of a spread directory has room for, as IPFS tools write it.
pub(crate) const SHARD_FANOUT: u64 = 1 << SHARD_FANOUT_BITS;

/// The same, in bits of the hash.
pub(crate) const SHARD_FANOUT_BITS: u32 = 8;

/// What the hash of a name has.
const HASH_BITS: u32 = u64::BITS;

/// A part of a spread directory: the first bits that the hashes of all names in it have in common.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Place {
	prefix: u64,
	bits: u32,
}

impl Place {
	/// Whether this is where everything begins.
	pub(crate) fn is_root(self) -> bool {
		self.bits == 0
	}

	/// Whether a name with this hash belongs here.
	pub(crate) fn holds(self, hash: u64) -> bool {
		self.is_root() || hash >> (HASH_BITS - self.bits) == self.prefix
	}

	/// Which child a name with this hash belongs to, among `1 << bits`; `None` if the hash has no
	/// more bits.
	pub(crate) fn slot(self, hash: u64, bits: u32) -> Option<u64> {
		let left = HASH_BITS.checked_sub(self.bits)?.checked_sub(bits)?;
		let mask = 1_u64.checked_shl(bits)?.wrapping_sub(1);
		Some(hash.checked_shr(left)? & mask)
	}

	/// The part that is a child of this one; `None` if hashes have no more bits.
	pub(crate) fn child(self, slot: u64, bits: u32) -> Option<Self> {
		// As many bits as a hash has are one more part than names can be told apart by.
		let below = self.bits.checked_add(bits).filter(|below| *below < HASH_BITS)?;
		Some(Self { prefix: self.prefix << bits | slot, bits: below })
	}
}

/// The hash of a name.
pub(crate) fn hash_name(name: &str) -> u64 {
	let mut state = (0, 0);
	let (blocks, rest) = name.as_bytes().as_chunks::<16>();
	for block in blocks {
		let (first, second) = halves(block);
		state.0 ^= first_mixed(first);
		state.0 = state.0.rotate_left(27).wrapping_add(state.1);
		state.0 = state.0.wrapping_mul(5).wrapping_add(0x52dc_e729);
		state.1 ^= second_mixed(second);
		state.1 = state.1.rotate_left(31).wrapping_add(state.0);
		state.1 = state.1.wrapping_mul(5).wrapping_add(0x3849_5ab5);
	}
	// What is left counts as if zeros came after it, which mix to nothing.
	let mut last = [0; 16];
	for (byte, kept) in last.iter_mut().zip(rest) {
		*byte = *kept;
	}
	let (first, second) = halves(&last);
	state.0 ^= first_mixed(first);
	state.1 ^= second_mixed(second);

	let length = name.len() as u64;
	state.0 ^= length;
	state.1 ^= length;
	state.0 = state.0.wrapping_add(state.1);
	state.1 = state.1.wrapping_add(state.0);
	finished(state.0).wrapping_add(finished(state.1))
}

const FIRST: u64 = 0x87c3_7b91_1142_53d5;
const SECOND: u64 = 0x4cf5_ad43_2745_937f;

fn halves(block: &[u8; 16]) -> (u64, u64) {
	let both = u128::from_le_bytes(*block);
	// Cut in two on purpose.
	(both as u64, (both >> 64) as u64)
}

fn first_mixed(half: u64) -> u64 {
	half.wrapping_mul(FIRST).rotate_left(31).wrapping_mul(SECOND)
}

fn second_mixed(half: u64) -> u64 {
	half.wrapping_mul(SECOND).rotate_left(33).wrapping_mul(FIRST)
}

fn finished(mut half: u64) -> u64 {
	half ^= half >> 33;
	half = half.wrapping_mul(0xff51_afd7_ed55_8ccd);
	half ^= half >> 33;
	half = half.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
	half ^ half >> 33
}
