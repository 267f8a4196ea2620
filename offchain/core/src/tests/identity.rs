// SPDX-License-Identifier: Apache-2.0

use crate::*;
use r1_primitives::LinkProof;
use std::{fs, path::Path};

const GENESIS: [u8; 32] = [8; 32];

fn proof() -> LinkProof {
	LinkProof {
		owner: [1; 32],
		deed: 1,
		node: [2; 32],
		last_linked_at_secs: 4,
		expires_at_epoch: 3,
	}
}

#[cfg(unix)]
fn write_with_mode(path: &Path, text: &str, mode: u32) {
	use std::os::unix::fs::PermissionsExt;
	fs::write(path, text).unwrap();
	fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn key_should_equal_the_public_key_of_rfc_8032() {
	// Test 1 of RFC 8032, section 7.1.
	let mut seed = [0; 32];
	let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
	hex::decode_to_slice(secret, &mut seed).unwrap();
	assert_eq!(
		hex::encode(NodeIdentity::from_seed(&seed).key()),
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	);
}

#[test]
fn verify_should_refuse_another_body_chain_key_or_signature() {
	let identity = NodeIdentity::from_seed(&[4; 32]);
	let signature = identity.sign(&proof(), &GENESIS);
	assert_eq!(verify(&identity.key(), &proof(), &GENESIS, &signature), Ok(()));

	let wrong = Err(SignatureError::WrongSignature);
	for other_body in [
		LinkProof { deed: 2, ..proof() },
		// The same deed, linked once more since.
		LinkProof { last_linked_at_secs: 5, ..proof() },
	] {
		assert_eq!(verify(&identity.key(), &other_body, &GENESIS, &signature), wrong);
	}
	assert_eq!(verify(&identity.key(), &proof(), &[9; 32], &signature), wrong);
	let other_key = NodeIdentity::from_seed(&[5; 32]).key();
	assert_eq!(verify(&other_key, &proof(), &GENESIS, &signature), wrong);
	assert_eq!(verify(&identity.key(), &proof(), &GENESIS, &[0; 64]), wrong);
	// The neutral point, as key and in the signature, would sign anything under lax rules.
	let mut neutral = [0; 32];
	neutral[0] = 1;
	let mut forged = [0; 64];
	forged[0] = 1;
	assert!(verify(&neutral, &proof(), &GENESIS, &forged).is_err());
}

#[cfg(unix)]
#[test]
fn load_should_read_what_create_wrote_and_never_overwrite_it() {
	let directory = tempfile::tempdir().unwrap();
	let path = directory.path().join("node.key");
	let created = NodeIdentity::create(&path, &SystemRng).unwrap();
	assert_eq!(NodeIdentity::load(&path).unwrap().key(), created.key());
	assert!(matches!(
		NodeIdentity::create(&path, &SystemRng),
		Err(IdentityError::Unwritable { .. })
	));
	assert_eq!(NodeIdentity::load(&path).unwrap().key(), created.key());
}

#[cfg(unix)]
#[test]
fn load_should_refuse_a_file_that_is_open_to_others_or_is_no_seed() {
	let directory = tempfile::tempdir().unwrap();
	let path = directory.path().join("node.key");
	let seed = "0b".repeat(32);

	assert!(matches!(NodeIdentity::load(&path), Err(IdentityError::Unreadable { .. })));

	for mode in [0o640, 0o604, 0o620, 0o666] {
		write_with_mode(&path, &seed, mode);
		let error = NodeIdentity::load(&path).unwrap_err();
		assert!(matches!(error, IdentityError::NotPrivate { mode: found, .. } if found == mode));
	}
	let malformed = [String::new(), seed[1..].into(), format!("{seed}0b"), "zz".repeat(32)];
	for text in malformed {
		write_with_mode(&path, &text, 0o600);
		let error = NodeIdentity::load(&path).unwrap_err();
		assert!(matches!(error, IdentityError::Malformed { .. }), "{text:?}: {error}");
	}
	for text in [seed.clone(), format!("{seed}\n"), format!("{seed}\r\n")] {
		write_with_mode(&path, &text, 0o600);
		assert_eq!(
			NodeIdentity::load(&path).unwrap().key(),
			NodeIdentity::from_seed(&[0x0b; 32]).key()
		);
	}
}

#[test]
fn debug_should_show_the_public_key_only() {
	let identity = NodeIdentity::from_seed(&[4; 32]);
	assert_eq!(format!("{identity:?}"), format!("NodeIdentity({})", hex::encode(identity.key())));
}
