// SPDX-License-Identifier: Apache-2.0

//! Key files as wallets export and import them: the key of one account, sealed with a password.
//!
//! The format is that of polkadot.js and of every wallet around it, in its third version:
//!
//! ```text
//! encoded  = base64(salt 32 | N, p, r: 3 x u32 LE | nonce 24 | secretbox(plaintext))
//! secretbox: XSalsa20 and Poly1305 under scrypt(password, salt, N, r, p)
//! plaintext = header 16 | secret 64 | divider 5 | public key 32
//! secret    = sr25519: the expanded secret in the form of ed25519; ed25519: seed | public key
//! ```
//!
//! Who opens a file decides nothing by what is in it before its size and the cost of its password
//! are known to be bounded. Address, name and kind are readable without the password, and are not
//! protected by it: [`KeyFile::open`] compares them with the key.

mod error;
mod password;
#[cfg(test)]
mod tests;

pub use error::KeyFileError;

use crate::{Address, Scheme, Signer, signer::SECRET_BYTES};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use crypto_secretbox::{
	Nonce,
	aead::{Aead as _, Error as CipherError},
};
use ed25519_dalek::SigningKey;
use password::{COSTS_BYTES, Costs, WRITTEN, cipher};
use r1_core::{Account, Clock as _, Rng, SystemClock, SystemRng};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;
use subxt::utils::AccountId32;
use subxt_signer::{
	bip39::Mnemonic,
	polkadot_js_compat::{self, decrypt_json},
};

/// Longest key file that is read, in bytes: a hundred times a usual one, for what wallets may note
/// beside the key.
pub const KEY_FILE_BYTES_MAX: usize = 64 << 10;

/// Entropy of a phrase, in bytes: twelve words.
const PHRASE_ENTROPY_BYTES: usize = 16;

/// Version of the format.
const VERSION: &str = "3";

/// What the secret is encoded in, inside.
const ENCODING: &str = "pkcs8";

/// What it is sealed with, outside.
const CIPHERS: [&str; 2] = ["scrypt", "xsalsa20-poly1305"];

/// Begins the plaintext: what PKCS #8 writes before an ed25519 key, which stands for all kinds.
const HEADER: [u8; 16] = [48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/// Stands between secret and public key.
const DIVIDER: [u8; 5] = [161, 35, 3, 33, 0];

const SALT_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const PUBLIC_BYTES: usize = 32;
const PLAINTEXT_BYTES: usize = HEADER.len() + SECRET_BYTES + DIVIDER.len() + PUBLIC_BYTES;
const SEALED_BYTES: usize = SALT_BYTES + COSTS_BYTES + NONCE_BYTES + TAG_BYTES + PLAINTEXT_BYTES;

/// Longest text of what a file says that an error repeats, in characters.
const SHOWN_MAX: usize = 60;

/// The key of one account, sealed with a password.
#[derive(Clone)]
pub struct KeyFile {
	scheme: Scheme,
	account: Account,
	meta: Map<String, Value>,
	sealed: [u8; SEALED_BYTES],
}

impl fmt::Debug for KeyFile {
	/// Without what is sealed: whoever has that can guess passwords.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("KeyFile")
			.field("address", &self.address().to_string())
			.field("scheme", &self.scheme)
			.finish_non_exhaustive()
	}
}

impl KeyFile {
	/// Seals a key with a password.
	///
	/// Takes a tenth of a second of computing.
	///
	/// # Errors
	///
	/// The password is empty, or the key's secret is not known: see
	/// [`KeyFileError::SecretUnknown`].
	pub fn seal(signer: &Signer, sealing: &Sealing<'_>) -> Result<Self, KeyFileError> {
		if sealing.password.is_empty() {
			return Err(KeyFileError::EmptyPassword);
		}
		let secret = signer.secret().ok_or(KeyFileError::SecretUnknown)?;
		let account = signer.account();
		let plaintext = [&HEADER[..], &secret, &DIVIDER, &account].concat();
		let Salt { salt, nonce } = &sealing.salt;
		let boxed = cipher(sealing.password, salt, WRITTEN)
			.encrypt(Nonce::from_slice(nonce), plaintext.as_slice())
			.expect("memory is all that encryption needs; qed");
		let sealed = [&salt[..], &WRITTEN.to_bytes(), nonce, &boxed].concat();
		let mut meta = Map::new();
		meta.insert("name".to_owned(), json!(sealing.name));
		meta.insert("whenCreated".to_owned(), json!(sealing.created_at_ms));
		Ok(Self {
			scheme: signer.scheme(),
			account,
			meta,
			sealed: sealed.try_into().expect("the parts have the sizes of a file's; qed"),
		})
	}

	/// Opens it.
	///
	/// Takes up to a second of computing, and 128 MiB of memory, by what the file asks for.
	///
	/// # Errors
	///
	/// The password is wrong, or the file is damaged.
	pub fn open(&self, password: &str) -> Result<Signer, KeyFileError> {
		let signer = match self.scheme {
			Scheme::Sr25519 => Signer::of_person(self.open_sr25519(password)?),
			Scheme::Ed25519 => Signer::of_node(self.open_ed25519(password)?),
		};
		if signer.account() == self.account { Ok(signer) } else { Err(self.damaged()) }
	}

	/// Reads a key file; it stays sealed.
	///
	/// # Errors
	///
	/// The text is no key file, or one of a kind that is not supported.
	pub fn parse(text: &str) -> Result<Self, KeyFileError> {
		if KEY_FILE_BYTES_MAX < text.len() {
			return Err(KeyFileError::Malformed { reason: "it is too long" });
		}
		// The error would repeat a part of the file.
		let wire: Wire = serde_json::from_str(text)
			.map_err(|_| KeyFileError::Malformed { reason: "it has not the fields of one" })?;
		let scheme = wire.encoding.scheme()?;
		let account = account(&wire.address)
			.ok_or(KeyFileError::Malformed { reason: "its address is not valid" })?;
		let sealed = BASE64
			.decode(&wire.encoded)
			.map_err(|_| KeyFileError::Malformed { reason: "its field `encoded` is not base64" })?;
		let sealed: [u8; SEALED_BYTES] = sealed.try_into().map_err(|_| {
			KeyFileError::Malformed { reason: "its field `encoded` has not the length of a key" }
		})?;
		let file = Self { scheme, account, meta: wire.meta, sealed };
		let costs = file.parts().costs;
		costs.map(|_| file)
	}

	/// The file's text, which wallets import.
	#[must_use]
	pub fn to_json(&self) -> String {
		let encoding = Encoding {
			content: json!([ENCODING, self.scheme.name()]),
			ciphers: json!(CIPHERS),
			version: json!(VERSION),
		};
		let wire = Wire {
			encoded: BASE64.encode(self.sealed),
			encoding,
			address: self.address().to_string(),
			meta: self.meta.clone(),
		};
		serde_json::to_string(&wire).expect("text and maps are JSON; qed")
	}

	/// The account that the file says it is the key of.
	#[must_use]
	pub fn address(&self) -> Address {
		Address(self.account)
	}

	/// What kind of key it is.
	#[must_use]
	pub fn scheme(&self) -> Scheme {
		self.scheme
	}

	/// What the account is called.
	#[must_use]
	pub fn name(&self) -> Option<&str> {
		self.meta.get("name")?.as_str()
	}

	/// The client library's own opener, which alone makes a key of such a secret.
	fn open_sr25519(&self, password: &str) -> Result<subxt_signer::sr25519::Keypair, KeyFileError> {
		// Written anew rather than as it was read, so that it sees only what was checked here.
		decrypt_json(&self.to_json(), password).map_err(|error| match error {
			polkadot_js_compat::Error::Secretbox(_) => self.wrong_password(),
			_ => self.damaged(),
		})
	}

	fn open_ed25519(&self, password: &str) -> Result<SigningKey, KeyFileError> {
		let Parts { salt, costs, nonce, boxed } = self.parts();
		let plaintext = cipher(password, salt, costs?)
			.decrypt(Nonce::from_slice(nonce), boxed)
			.map_err(|CipherError| self.wrong_password())?;
		let key = plaintext.strip_prefix(&HEADER).and_then(|rest| {
			let (secret, rest) = rest.split_first_chunk::<SECRET_BYTES>()?;
			let public = rest.strip_prefix(&DIVIDER)?;
			// Refused if the second half of the secret is not the key of the first.
			let key = SigningKey::from_keypair_bytes(secret).ok()?;
			(key.verifying_key().as_bytes() == public).then_some(key)
		});
		key.ok_or_else(|| self.damaged())
	}

	fn parts(&self) -> Parts<'_> {
		let (salt, rest) = self.sealed.split_at(SALT_BYTES);
		let (costs, rest) = rest.split_at(COSTS_BYTES);
		let (nonce, boxed) = rest.split_at(NONCE_BYTES);
		Parts { salt, costs: Costs::from_bytes(costs), nonce, boxed }
	}

	fn wrong_password(&self) -> KeyFileError {
		KeyFileError::WrongPassword { address: self.address() }
	}

	fn damaged(&self) -> KeyFileError {
		KeyFileError::Damaged { address: self.address() }
	}
}

/// How a key is sealed.
#[derive(Clone, Debug)]
pub struct Sealing<'a> {
	/// The password.
	pub password: &'a str,
	/// What wallets shall call the account.
	pub name: &'a str,
	/// When the file was made, in milliseconds of Unix time: wallets show it.
	pub created_at_ms: u64,
	/// What no two files may share.
	pub salt: Salt,
}

impl<'a> Sealing<'a> {
	/// A sealing with this machine's clock and randomness.
	#[must_use]
	pub fn now(password: &'a str, name: &'a str) -> Self {
		let created_at_ms = SystemClock::new().now_secs().saturating_mul(1_000);
		Self { password, name, created_at_ms, salt: Salt::random(&SystemRng) }
	}
}

/// What makes two files of one key and one password differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Salt {
	/// Salt of the password.
	pub salt: [u8; SALT_BYTES],
	/// Nonce of the cipher.
	pub nonce: [u8; NONCE_BYTES],
}

impl Salt {
	/// A random one.
	#[must_use]
	pub fn random(rng: &dyn Rng) -> Self {
		let mut random = Self { salt: [0; SALT_BYTES], nonce: [0; NONCE_BYTES] };
		rng.fill(&mut random.salt);
		rng.fill(&mut random.nonce);
		random
	}
}

/// A new secret phrase of twelve words, from this machine's randomness.
#[must_use]
pub fn new_phrase() -> String {
	phrase(&SystemRng)
}

fn phrase(rng: &dyn Rng) -> String {
	let mut entropy = [0; PHRASE_ENTROPY_BYTES];
	rng.fill(&mut entropy);
	Mnemonic::from_entropy(&entropy)
		.expect("a phrase of twelve words has 128 bits; qed")
		.to_string()
}

/// A key file, as its text has it.
#[derive(Deserialize, Serialize)]
struct Wire {
	encoded: String,
	encoding: Encoding,
	address: String,
	/// Whatever wallets note beside the key.
	#[serde(default)]
	meta: Map<String, Value>,
}

/// How the key is encoded. Older versions have other types in these fields.
#[derive(Deserialize, Serialize)]
struct Encoding {
	content: Value,
	#[serde(rename = "type")]
	ciphers: Value,
	version: Value,
}

impl Encoding {
	fn scheme(&self) -> Result<Scheme, KeyFileError> {
		let unsupported = |what: &str, value: &Value| {
			let value = value.to_string().chars().take(SHOWN_MAX).collect::<String>();
			KeyFileError::Unsupported { what: format!("the {what} {value}") }
		};
		if self.version != json!(VERSION) {
			return Err(unsupported("version", &self.version));
		}
		if self.ciphers != json!(CIPHERS) {
			return Err(unsupported("encryption", &self.ciphers));
		}
		[Scheme::Sr25519, Scheme::Ed25519]
			.into_iter()
			.find(|scheme| self.content == json!([ENCODING, scheme.name()]))
			.ok_or_else(|| unsupported("content", &self.content))
	}
}

/// Parts of what is sealed.
struct Parts<'a> {
	salt: &'a [u8],
	costs: Result<Costs, KeyFileError>,
	nonce: &'a [u8],
	boxed: &'a [u8],
}

/// The account of an address of any chain: wallets write that which they show.
fn account(address: &str) -> Option<Account> {
	address
		.parse::<AccountId32>()
		.map(|account| account.0)
		.ok()
		.or_else(|| address.parse().map(|Address(account)| account).ok())
}
