// SPDX-License-Identifier: Apache-2.0

//! Secret keys as bytes and as files.

use super::client;
use crate::{KeyFileError, SecretKey, SecretKeyError, read_key, write_key};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use r1_core::SystemRng;
use r1_edil::{NO_EVALUATION_KEY, ParameterSet, framing::FRAMING_BYTES};
use std::{fs, os::unix::fs::PermissionsExt as _};

fn levelled() -> SecretKey {
	let (secret, evaluation) = SecretKey::generate(ParameterSet::Levelled, &SystemRng);
	assert!(evaluation.is_none());
	assert_eq!(*secret.evaluation_key(), NO_EVALUATION_KEY);
	secret
}

fn passphrase(text: &str) -> Option<String> {
	Some(text.to_owned())
}

#[test]
fn key_should_be_read_as_it_was_written() {
	let bootstrapped = &client(ParameterSet::Bootstrapped1024).secret;
	for (key, length) in [(&levelled(), 256), (bootstrapped, 256 + 86)] {
		let bytes = key.to_bytes();
		assert_eq!(bytes.len(), FRAMING_BYTES + 33 + length);
		assert_eq!(SecretKey::from_bytes(&bytes).as_ref(), Ok(key));
		assert_eq!(SecretKey::from_bytes(&bytes[1..]).map_err(drop), Err(()));
		for wrong in [&bytes[..bytes.len() - 1], &[bytes.as_slice(), &[0]].concat()] {
			assert_eq!(SecretKey::from_bytes(wrong), Err(SecretKeyError::Length));
		}
		let mut unknown = bytes;
		unknown[FRAMING_BYTES] = 77;
		assert_eq!(SecretKey::from_bytes(&unknown), Err(SecretKeyError::Parameters { index: 77 }));
	}
	assert_eq!(format!("{bootstrapped:?}"), "SecretKey { parameters: Bootstrapped1024, .. }");
}

#[test]
fn keys_should_never_be_the_same() {
	assert_ne!(levelled(), levelled());
}

#[test]
fn evaluation_key_should_be_the_one_that_the_secret_key_names() {
	let client = client(ParameterSet::Bootstrapped1024);
	assert_eq!(*client.secret.evaluation_key(), client.evaluation.id());
}

#[test]
fn key_file_should_be_for_its_owner_alone() {
	let folder = tempfile::tempdir().expect("there is room");
	let path = folder.path().join("key");
	let key = levelled();
	write_key(&path, &key, None).expect("it can be written");
	let mode = fs::metadata(&path).expect("it is there").permissions().mode();
	assert_eq!(mode & 0o777, 0o600);
	assert_eq!(read_key(&path, None).expect("it is a key"), key);
	let again = write_key(&path, &key, None);
	assert!(matches!(again, Err(KeyFileError::Io { .. })), "{again:?}");
	fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
	let open = read_key(&path, None);
	assert!(matches!(open, Err(KeyFileError::Open { .. })), "{open:?}");
}

#[test]
fn key_file_should_open_with_its_passphrase_alone() {
	let folder = tempfile::tempdir().expect("there is room");
	let path = folder.path().join("key");
	let key = levelled();
	write_key(&path, &key, passphrase("ten words")).expect("it can be written");
	let bytes = fs::read(&path).expect("it is there");
	assert!(bytes.starts_with(b"age-encryption.org/v1"));
	let none = read_key(&path, None);
	assert!(matches!(none, Err(KeyFileError::NoPassphrase)), "{none:?}");
	let other = read_key(&path, passphrase("nine words"));
	assert!(matches!(other, Err(KeyFileError::Passphrase)), "{other:?}");
	assert_eq!(read_key(&path, passphrase("ten words")).expect("it is a key"), key);
}

proptest! {
	#[test]
	fn bytes_should_be_a_key_or_be_refused(change in any::<(usize, u8)>(), cut in 0_usize..400) {
		let mut bytes = levelled().to_bytes();
		let place = change.0 % bytes.len();
		bytes[place] = change.1;
		bytes.truncate(cut.max(FRAMING_BYTES));
		if let Ok(key) = SecretKey::from_bytes(&bytes) {
			prop_assert_eq!(key.to_bytes(), bytes);
		}
	}

	#[test]
	fn noise_should_be_no_key_and_no_export(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
		prop_assert_eq!(SecretKey::from_bytes(&bytes).is_ok(), false);
		prop_assert_eq!(crate::HeadFile::from_json(&bytes).is_ok(), false);
		prop_assert_eq!(crate::DenseEncoder::from_json(&bytes).is_ok(), false);
		prop_assert_eq!(crate::ScalingEncoder::from_json(&bytes).is_ok(), false);
	}
}
