// SPDX-License-Identifier: Apache-2.0

//! Masks on several threads.

use crate::{ParameterSet, Request, masks::expand};
use std::num::NonZeroUsize;
use tfhe::core_crypto::{
	commons::math::random::{CompressionSeed, Seed},
	prelude::{CiphertextModulus, SeededLweCiphertextList},
};

#[test]
fn expand_should_make_the_masks_that_the_library_encrypts_with() {
	for parameters in ParameterSet::ALL {
		let request = Request {
			parameters,
			model: [0; 32],
			evaluation_key: [0; 32],
			seed: 1 << 100,
			bodies: vec![1, 2, 3, 4, 5],
		};
		let expected = SeededLweCiphertextList::from_container(
			request.bodies.clone(),
			parameters.input_lwe_size(),
			CompressionSeed { seed: Seed(request.seed) },
			CiphertextModulus::new_native(),
		)
		.decompress_into_lwe_ciphertext_list()
		.into_container();
		for threads in 1..=6 {
			let threads = NonZeroUsize::new(threads).expect("it is not zero");
			assert_eq!(expand(&request, threads), expected, "{parameters:?} {threads}");
		}
	}
}
