// SPDX-License-Identifier: Apache-2.0

//! From bytes to decisions.
//!
//! Each decision takes as few bytes as it can, so that a change of one byte changes one decision.
//! When the bytes are used up every decision is its first option, which is the honest one.

use arbitrary::Unstructured;
use std::ops::RangeInclusive;

/// Decisions that an input has not made yet.
#[derive(Debug)]
pub struct Choices<'a>(Unstructured<'a>);

impl<'a> Choices<'a> {
	/// The decisions that some bytes make.
	#[must_use]
	pub fn new(bytes: &'a [u8]) -> Self {
		Self(Unstructured::new(bytes))
	}

	/// Whether every byte is used up.
	#[must_use]
	pub fn are_spent(&self) -> bool {
		self.0.is_empty()
	}

	/// Any byte.
	pub fn byte(&mut self) -> u8 {
		self.0.arbitrary().unwrap_or(0)
	}

	/// One of some options, of which there are a few.
	///
	/// # Panics
	///
	/// If there is none.
	pub fn pick<T: Clone>(&mut self, options: &[T]) -> T {
		self.0.choose(options).expect("a list of options has one").clone()
	}

	/// At most so many of some options, in any order, some of them twice.
	///
	/// # Panics
	///
	/// If there is none.
	pub fn some<T: Clone>(&mut self, options: &[T], count_max: u32) -> Vec<T> {
		(0..self.number(0..=count_max)).map(|_| self.pick(options)).collect()
	}

	/// A number from a range.
	///
	/// # Panics
	///
	/// If the range is empty.
	pub fn number(&mut self, range: RangeInclusive<u32>) -> u32 {
		self.0.int_in_range(range).expect("a range has a number")
	}

	/// A place in something of this length, its end included.
	pub fn place(&mut self, length: usize) -> usize {
		// Texts and messages have some thousand bytes.
		let last = u32::try_from(length).unwrap_or(u32::MAX);
		self.number(0..=last) as usize
	}

	/// Something that happens in one of so many cases, of 2 at least.
	pub fn one_in(&mut self, cases: u8) -> bool {
		self.byte() % cases == cases - 1
	}

	/// Bytes that nobody made for a purpose, at most so many.
	pub fn bytes(&mut self, count_max: u32) -> Vec<u8> {
		let count = self.number(0..=count_max) as usize;
		let count = count.min(self.0.len());
		self.0.bytes(count).map(<[u8]>::to_vec).unwrap_or_default()
	}
}
