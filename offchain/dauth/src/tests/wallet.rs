// SPDX-License-Identifier: Apache-2.0

use crate::{WalletError, verify_wallet};
use sp_core::{ByteArray as _, Pair as _, ecdsa, ed25519, sr25519};
use sp_crypto_hashing::blake2_256;

const MESSAGE: &[u8] = b"a text with\nlines";

fn wrapped() -> Vec<u8> {
	[b"<Bytes>", MESSAGE, b"</Bytes>"].concat()
}

/// What wallets of all kinds make of some bytes: the account, the number of its kind, and the
/// signature.
fn signed(bytes: &[u8]) -> [([u8; 32], u8, Vec<u8>); 3] {
	let seed = [5; 32];
	let ed25519 = ed25519::Pair::from_seed(&seed);
	let sr25519 = sr25519::Pair::from_seed(&seed);
	let ecdsa = ecdsa::Pair::from_seed(&seed);
	[
		(ed25519.public().0, 0, ed25519.sign(bytes).to_raw_vec()),
		(sr25519.public().0, 1, sr25519.sign(bytes).to_raw_vec()),
		(blake2_256(ecdsa.public().as_slice()), 2, ecdsa.sign(bytes).to_raw_vec()),
	]
}

#[test]
fn every_kind_of_key_should_do_wrapped_or_not_and_with_its_kind_or_without() {
	for bytes in [MESSAGE.to_vec(), wrapped()] {
		for (account, kind, signature) in signed(&bytes) {
			let with_kind = [&[kind][..], &signature].concat();
			for signature in [signature, with_kind] {
				assert_eq!(verify_wallet(&account, MESSAGE, &signature), Ok(()), "kind {kind}");
			}
		}
	}
}

#[test]
fn signature_of_something_or_somebody_else_should_be_refused() {
	let others = signed(MESSAGE);
	for (index, (account, kind, signature)) in signed(b"another text").into_iter().enumerate() {
		assert_eq!(verify_wallet(&account, MESSAGE, &signature), Err(WalletError::Wrong));
		for (other, (_, _, right)) in others.iter().enumerate() {
			let expected = if index == other { Ok(()) } else { Err(WalletError::Wrong) };
			assert_eq!(verify_wallet(&account, MESSAGE, right), expected, "kind {kind}, {other}");
		}
	}
	// Wrapped twice is another text.
	let twice = [b"<Bytes>".as_slice(), &wrapped(), b"</Bytes>"].concat();
	for (account, _, signature) in signed(&twice) {
		assert_eq!(verify_wallet(&account, MESSAGE, &signature), Err(WalletError::Wrong));
	}
}

#[test]
fn signature_of_a_length_that_none_has_should_be_refused_as_that() {
	for bytes in (0..64).chain(67..200) {
		let refused = verify_wallet(&[1; 32], MESSAGE, &vec![2; bytes]);
		assert_eq!(refused, Err(WalletError::Length { bytes }));
	}
	assert_eq!(verify_wallet(&[1; 32], MESSAGE, &[3; 66]), Err(WalletError::Length { bytes: 66 }));
}
