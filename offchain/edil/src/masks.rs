// SPDX-License-Identifier: Apache-2.0

//! Ciphertexts of a request: bodies came, and masks follow from the seed.
//!
//! The library makes masks byte by byte, which is most of what a head without bootstraps takes. They
//! are parts of one sequence that generators can begin anywhere in, so threads share them.

use crate::wire::Request;
use std::{num::NonZeroUsize, thread};
use tfhe::core_crypto::commons::math::random::{DefaultRandomGenerator, RandomGenerator, Seed};

/// Ciphertexts of a request, one after the other, each its mask and then its body.
pub(crate) fn expand(request: &Request, threads: NonZeroUsize) -> Vec<u64> {
	let dimension = request.parameters.input_dimension();
	let count = request.bodies.len();
	let mut words = vec![0; count * (dimension + 1)];
	let mut sequence = RandomGenerator::<DefaultRandomGenerator>::new(Seed(request.seed));
	let generators = sequence
		.try_fork(count, dimension * size_of::<u64>())
		.expect("a sequence of 2^128 bytes has some megabytes; qed");
	let ciphertexts = words.chunks_mut(dimension + 1).zip(&request.bodies);
	let mut all: Vec<_> = ciphertexts.zip(generators).collect();
	let share = count.div_ceil(threads.get()).max(1);
	let fill = |some: &mut [((&mut [u64], &u64), RandomGenerator<DefaultRandomGenerator>)]| {
		for ((ciphertext, body), generator) in some {
			if let Some((last, mask)) = ciphertext.split_last_mut() {
				generator.fill_slice_with_random_uniform(mask);
				*last = **body;
			}
		}
	};
	thread::scope(|scope| {
		// The caller's thread works too.
		let mut shares = all.chunks_mut(share);
		let own = shares.next();
		for some in shares {
			scope.spawn(move || fill(some));
		}
		if let Some(some) = own {
			fill(some);
		}
	});
	words
}
