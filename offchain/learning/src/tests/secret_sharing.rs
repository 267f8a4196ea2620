// SPDX-License-Identifier: Apache-2.0

//! Shares give a secret back, and fewer tell nothing of it.

use crate::protocol::{Randomness, combine, split};
use proptest::prelude::*;
use zeroize::Zeroizing;

fn dealt(secret: [u8; 32], threshold: usize, count: usize, key: u8) -> Vec<Zeroizing<[u8; 32]>> {
	split(&secret, threshold, count, &mut Randomness::new(&[key; 32])).expect("it is a sharing")
}

proptest! {
	#[test]
	fn any_shares_should_give_the_secret_back(
		secret in any::<[u8; 32]>(),
		key in any::<u8>(),
		(count, threshold, order) in (2_usize..=64).prop_flat_map(|count| {
			let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
			(Just(count), 2..=count, order)
		}),
	) {
		let shares = dealt(secret, threshold, count, key);
		prop_assert_eq!(shares.len(), count);
		let chosen = |many: usize| -> Vec<_> {
			order.iter().take(many).map(|place| (*place, shares[*place].clone())).collect()
		};
		prop_assert_eq!(*combine(&chosen(threshold)).expect("enough"), secret);
		prop_assert_eq!(*combine(&chosen(count)).expect("enough"), secret);
		if 2 < threshold {
			prop_assert_ne!(*combine(&chosen(threshold - 1)).expect("a wrong one"), secret);
		}
	}
}

/// With two of three shares known, every secret is as likely as another: for each there is a third
/// share, and each third share leads to another secret.
#[test]
fn fewer_shares_should_fit_every_secret() {
	let shares = dealt([0x5a; 32], 3, 3, 1);
	let mut secrets = [false; 256];
	for byte in 0..=255 {
		let guess = Zeroizing::new([byte; 32]);
		let secret = combine(&[(0, shares[0].clone()), (1, shares[1].clone()), (2, guess)]);
		let first = secret.expect("three shares")[0];
		assert!(!secrets[usize::from(first)], "{first} is more likely than another");
		secrets[usize::from(first)] = true;
	}
	assert!(secrets.iter().all(|is_possible| *is_possible));
}

/// Coefficients that are never zero would rule secrets out (as in RUSTSEC-2024-0398).
#[test]
fn shares_should_take_every_value() {
	let mut seen = [false; 256];
	for key in 0..=255 {
		for share in dealt([0; 32], 2, 2, key) {
			share.iter().for_each(|byte| seen[usize::from(*byte)] = true);
		}
	}
	assert!(seen[0], "a share is never what is shared");
	assert!(seen.iter().all(|is_seen| *is_seen));
}

#[test]
fn numbers_of_no_sharing_should_be_refused() {
	let refused = |threshold, count| {
		split(&[1; 32], threshold, count, &mut Randomness::new(&[1; 32])).is_err()
	};
	assert!(refused(1, 3) && refused(4, 3) && refused(2, 256) && !refused(2, 255));
	let share = Zeroizing::new([1; 32]);
	for shares in [
		Vec::new(),
		vec![(0, share.clone())],
		vec![(0, share.clone()), (0, share.clone())],
		vec![(0, share.clone()), (255, share.clone())],
		vec![(0, share.clone()), (usize::MAX, share.clone())],
	] {
		assert!(combine(&shares).is_err(), "{} shares", shares.len());
	}
}
