// SPDX-License-Identifier: Apache-2.0

//! Mutation that is guided by what inputs reach: an input that reaches something new is kept, and
//! mutated in its turn.

use crate::{Coverage, Subject, corpus::BYTES_MAX, run_and_explain};
use std::{env, time::Duration};

/// An input, and what it alone was the first to reach.
pub(crate) struct Kept {
	pub(crate) input: Vec<u8>,
	pub(crate) reached: Coverage,
}

/// Inputs of a target, and what they reach.
pub(crate) struct Mutator<S> {
	target: S,
	pool: Vec<Kept>,
	reached: Coverage,
	random: Xorshift,
	seed: u64,
	executions: u64,
	elapsed: Duration,
}

impl<S: Subject> Mutator<S> {
	/// Runs some inputs, from which mutation starts.
	pub(crate) fn new(target: S, inputs: Vec<Vec<u8>>) -> Self {
		let seed = env::var("R1_FUZZ_SEED")
			.map_or(1, |seed| seed.parse().expect("R1_FUZZ_SEED is a number"));
		let mut mutator = Self {
			target,
			pool: Vec::new(),
			reached: Coverage::new(),
			random: Xorshift::new(seed),
			seed,
			executions: 0,
			elapsed: Duration::ZERO,
		};
		inputs.into_iter().for_each(|input| mutator.run(input));
		mutator
	}

	/// Mutates for so long.
	#[expect(clippy::disallowed_types, reason = "the deadline is real: nothing simulates it")]
	pub(crate) fn mutate_for(&mut self, time: Duration) {
		let started = std::time::Instant::now();
		let before = self.executions;
		while started.elapsed() < time {
			let input = self.mutation();
			self.run(input);
		}
		self.executions -= before;
		self.elapsed = started.elapsed();
	}

	/// How the mutation went.
	pub(crate) fn report(&self) -> String {
		let per_second = self.executions as f64 / self.elapsed.as_secs_f64();
		let (seed, kept, reached) = (self.seed, self.pool.len(), self.reached.len());
		format!(
			"seed {seed}, {} inputs, {per_second:.0} a second; {reached} pairs by {kept} inputs",
			self.executions
		)
	}

	/// Every input that was kept.
	pub(crate) fn into_pool(self) -> Vec<Kept> {
		self.pool
	}

	fn run(&mut self, input: Vec<u8>) {
		let reached = run_and_explain(self.target, &input);
		self.executions += 1;
		let is_new = !reached.is_subset(&self.reached);
		if is_new {
			self.reached.extend(reached.iter().cloned());
			self.pool.push(Kept { input, reached });
		}
	}

	/// An input like one that is kept; a new one in a few cases.
	fn mutation(&mut self) -> Vec<u8> {
		if self.pool.is_empty() || self.random.below(16) == 0 {
			let length = 1 + self.random.below(BYTES_MAX);
			return self.random.bytes(length);
		}
		// What is newest is looked at as often as all that is older.
		let kept = self.pool.len();
		let newest = kept - kept.min(8);
		let chosen = match self.random.below(2) {
			0 => self.random.below(kept),
			_ => newest + self.random.below(kept - newest),
		};
		let mut input = self.pool[chosen].input.clone();
		for _ in 0..=self.random.below(4) {
			self.change(&mut input);
		}
		input.truncate(BYTES_MAX);
		input
	}

	/// Makes one change to an input.
	fn change(&mut self, input: &mut Vec<u8>) {
		let random = &mut self.random;
		let at = random.below(input.len() + 1);
		match random.below(8) {
			0 | 1 if at < input.len() => input[at] = random.byte(),
			// A small step, to the next option of a choice.
			2 if at < input.len() => input[at] = input[at].wrapping_add(1),
			3 if at < input.len() => {
				let end = (at + 1 + random.below(8)).min(input.len());
				input.drain(at..end);
			},
			4 => {
				let length = 1 + random.below(8);
				let inserted = random.bytes(length);
				input.splice(at..at, inserted);
			},
			5 => {
				let length = 1 + random.below(64);
				let appended = random.bytes(length);
				input.extend(appended);
			},
			6 => {
				let end = (at + 1 + random.below(32)).min(input.len());
				let again = input[at..end].to_vec();
				input.extend(again);
			},
			// The end of another input.
			_ => {
				let other = random.below(self.pool.len());
				let other = &self.pool[other].input;
				let from = random.below(other.len() + 1);
				input.truncate(at);
				input.extend_from_slice(&other[from..]);
			},
		}
	}
}

/// A small generator of numbers that look random: xorshift64*.
struct Xorshift(u64);

impl Xorshift {
	fn new(seed: u64) -> Self {
		// Its state is never zero.
		Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
	}

	fn next(&mut self) -> u64 {
		self.0 ^= self.0 >> 12;
		self.0 ^= self.0 << 25;
		self.0 ^= self.0 >> 27;
		self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
	}

	/// A number below a limit, which is not zero.
	fn below(&mut self, limit: usize) -> usize {
		((self.next() >> 33) % limit as u64) as usize
	}

	fn byte(&mut self) -> u8 {
		(self.next() >> 56) as u8
	}

	fn bytes(&mut self, length: usize) -> Vec<u8> {
		(0..length).map(|_| self.byte()).collect()
	}
}
