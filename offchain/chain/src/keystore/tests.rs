// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_core::SeededRng;

/// The files of `fixtures` were exported by `@polkadot/keyring` 14.0.3, from this phrase and with
/// this password:
///
/// ```js
/// const keyring = new Keyring({ type, ss58Format: 1618 });
/// keyring.addFromUri(PHRASE, { name: 'Fixture' }, type).toJson('correct horse');
/// ```
///
/// `derived.json` is the sr25519 key of `PHRASE//derived`, with an address of prefix 0.
const PHRASE: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const PASSWORD: &str = "correct horse";

const SR25519: &str = include_str!("fixtures/sr25519.json");
const ED25519: &str = include_str!("fixtures/ed25519.json");
const DERIVED: &str = include_str!("fixtures/derived.json");
const ECDSA: &str = include_str!("fixtures/ecdsa.json");
const UNSEALED: &str = include_str!("fixtures/unsealed.json");

fn sealing(password: &str) -> Sealing<'_> {
	let salt = Salt::random(&SeededRng::new(1));
	Sealing { password, name: "Ann", created_at_ms: 1_700_000_000_000, salt }
}

fn signer(uri: &str) -> Signer {
	Signer::from_uri(uri).unwrap()
}

/// Whether a signature of one is good for the account of the other.
fn is_same_key(one: &Signer, other: &Signer) -> bool {
	let signature: [u8; 64] = one.sign_message(b"message").try_into().unwrap();
	match other.scheme() {
		Scheme::Sr25519 => subxt_signer::sr25519::verify(
			&subxt_signer::sr25519::Signature(signature),
			b"message",
			&subxt_signer::sr25519::PublicKey(other.account()),
		),
		Scheme::Ed25519 => ed25519_dalek::VerifyingKey::from_bytes(&other.account())
			.unwrap()
			.verify_strict(b"message", &signature.into())
			.is_ok(),
	}
}

#[test]
fn file_should_open_to_the_key_that_was_sealed() {
	for (uri, scheme) in [
		(PHRASE.to_owned(), Scheme::Sr25519),
		(format!("{PHRASE}///password"), Scheme::Sr25519),
		(Scheme::Ed25519.uri(PHRASE), Scheme::Ed25519),
		("ed25519://Alice".to_owned(), Scheme::Ed25519),
	] {
		let signer = signer(&uri);
		let sealed = KeyFile::seal(&signer, &sealing("pässword")).unwrap();
		let file = KeyFile::parse(&sealed.to_json()).unwrap();
		assert_eq!(file.to_json(), sealed.to_json());
		assert_eq!((file.address().0, file.scheme()), (signer.account(), scheme));
		assert_eq!(file.name(), Some("Ann"));
		let opened = file.open("pässword").unwrap();
		assert_eq!((opened.account(), opened.scheme()), (signer.account(), scheme));
		assert!(is_same_key(&opened, &signer));
	}
}

#[test]
fn file_should_have_the_fields_that_wallets_read() {
	let file = KeyFile::seal(&signer(PHRASE), &sealing(PASSWORD)).unwrap();
	let json: Value = serde_json::from_str(&file.to_json()).unwrap();
	assert_eq!(json["encoding"], serde_json::from_str::<Value>(SR25519).unwrap()["encoding"]);
	assert_eq!(json["address"], serde_json::from_str::<Value>(SR25519).unwrap()["address"]);
	assert_eq!(json["meta"], json!({ "name": "Ann", "whenCreated": 1_700_000_000_000_u64 }));
	let sealed = BASE64.decode(json["encoded"].as_str().unwrap()).unwrap();
	assert_eq!(sealed.len(), 201);
	let salt = Salt::random(&SeededRng::new(1));
	assert_eq!(sealed[..32], salt.salt);
	assert_eq!(sealed[32..44], [0, 128, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
	assert_eq!(sealed[44..68], salt.nonce);
}

#[test]
fn file_of_a_wallet_should_open() {
	for (text, uri, name) in [
		(SR25519, PHRASE.to_owned(), "Fixture"),
		(ED25519, Scheme::Ed25519.uri(PHRASE), "Fixture"),
		(DERIVED, format!("{PHRASE}//derived"), "Derived"),
	] {
		let (file, signer) = (KeyFile::parse(text).unwrap(), signer(&uri));
		assert_eq!(file.address().0, signer.account());
		assert_eq!(file.name(), Some(name));
		assert!(is_same_key(&file.open(PASSWORD).unwrap(), &signer));
	}
}

#[test]
fn file_should_not_open_when_the_password_is_wrong() {
	for text in [SR25519, ED25519] {
		let file = KeyFile::parse(text).unwrap();
		for wrong in ["", "correct hors", "correct horse "] {
			let error = file.open(wrong).unwrap_err();
			assert_eq!(error, KeyFileError::WrongPassword { address: file.address() });
		}
	}
}

#[test]
fn file_should_not_open_when_it_says_another_account() {
	let alice = Address(signer("//Alice").account()).to_string();
	for text in [SR25519, ED25519] {
		let mut json: Value = serde_json::from_str(text).unwrap();
		json["address"] = json!(alice);
		let file = KeyFile::parse(&json.to_string()).unwrap();
		assert_eq!(
			file.open(PASSWORD).unwrap_err(),
			KeyFileError::Damaged { address: alice.parse().unwrap() }
		);
	}
}

#[test]
fn file_should_be_refused_when_it_is_of_another_kind() {
	for (text, kind) in [(ECDSA, "ecdsa"), (UNSEALED, "none")] {
		let error = KeyFile::parse(text).unwrap_err().to_string();
		assert!(error.contains(kind), "{error}");
		assert!(error.contains("export the account anew"), "{error}");
	}
	let mut json: Value = serde_json::from_str(SR25519).unwrap();
	json["encoding"]["version"] = json!("2");
	let error = KeyFile::parse(&json.to_string()).unwrap_err();
	assert_eq!(error, KeyFileError::Unsupported { what: "the version \"2\"".to_owned() });
}

#[test]
fn file_should_be_refused_when_its_password_would_cost_too_much() {
	let mut json: Value = serde_json::from_str(SR25519).unwrap();
	let mut sealed = BASE64.decode(json["encoded"].as_str().unwrap()).unwrap();
	for (at, value) in [(35, 64), (36, 200), (40, 255), (34, 3)] {
		let before = std::mem::replace(&mut sealed[at], value);
		json["encoded"] = json!(BASE64.encode(&sealed));
		let error = KeyFile::parse(&json.to_string()).unwrap_err();
		assert!(matches!(error, KeyFileError::Unsupported { .. }), "{error}");
		sealed[at] = before;
	}
}

#[test]
fn text_should_be_refused_when_it_is_cut() {
	for end in (0..SR25519.trim_end().len()).filter(|end| SR25519.is_char_boundary(*end)) {
		let error = KeyFile::parse(&SR25519[..end]).unwrap_err();
		assert!(matches!(error, KeyFileError::Malformed { .. }), "{end}: {error}");
	}
	let mut json: Value = serde_json::from_str(SR25519).unwrap();
	let encoded = json["encoded"].as_str().unwrap().to_owned();
	for end in 0..encoded.len() {
		json["encoded"] = json!(encoded[..end]);
		assert!(KeyFile::parse(&json.to_string()).is_err(), "{end}");
	}
	let long = format!("{SR25519}{}", " ".repeat(KEY_FILE_BYTES_MAX));
	assert_eq!(
		KeyFile::parse(&long).unwrap_err(),
		KeyFileError::Malformed { reason: "it is too long" }
	);
}

#[test]
fn any_text_should_be_read_or_refused_without_panic() {
	let rng = SeededRng::new(2);
	let number = |bound: usize| usize::try_from(rng.below(bound as u64)).unwrap();
	let pieces: [&[u8]; 10] = [
		b"{",
		b"}",
		b"\"",
		b"[\"pkcs8\"]",
		b"null",
		b"-1e999",
		b"\xc3\xa9",
		b"\\ud800",
		b"\"3\"",
		b"",
	];
	for text in [SR25519, ED25519, DERIVED, ECDSA, UNSEALED] {
		for _ in 0..4_000 {
			let mut bytes = text.as_bytes().to_vec();
			for _ in 0..=number(4) {
				let at = number(bytes.len() + 1);
				let end = (at + number(24)).min(bytes.len());
				match number(3) {
					0 => drop(bytes.splice(at..end, pieces[number(pieces.len())].iter().copied())),
					1 => bytes[at..end].fill_with(|| u8::try_from(rng.below(256)).unwrap()),
					_ => bytes.truncate(end),
				}
			}
			let text = String::from_utf8_lossy(&bytes);
			// Whatever is taken for a key file stays one when it is written.
			if let Ok(file) = KeyFile::parse(&text) {
				assert_eq!(KeyFile::parse(&file.to_json()).unwrap().to_json(), file.to_json());
			}
		}
	}
}

#[test]
fn key_should_not_be_sealed_without_password_or_secret() {
	let error = KeyFile::seal(&signer(PHRASE), &sealing("")).unwrap_err();
	assert_eq!(error, KeyFileError::EmptyPassword);
	let opened = KeyFile::parse(SR25519).unwrap().open(PASSWORD).unwrap();
	for unknown in [signer("//Alice"), opened] {
		let error = KeyFile::seal(&unknown, &sealing(PASSWORD)).unwrap_err();
		assert_eq!(error, KeyFileError::SecretUnknown);
	}
}

#[test]
fn file_should_be_shown_without_what_is_sealed() {
	let file = KeyFile::parse(ED25519).unwrap();
	let address = file.address();
	let shown = format!("KeyFile {{ address: \"{address}\", scheme: Ed25519, .. }}");
	assert_eq!(format!("{file:?}"), shown);
}

#[test]
fn phrases_should_differ_and_be_secret_uris() {
	assert_ne!(new_phrase(), new_phrase());
	assert_eq!(phrase(&SeededRng::new(3)), phrase(&SeededRng::new(3)));
	assert_eq!(new_phrase().split(' ').count(), 12);
	for scheme in [Scheme::Sr25519, Scheme::Ed25519] {
		assert_eq!(signer(&scheme.uri(&new_phrase())).scheme(), scheme);
	}
}
