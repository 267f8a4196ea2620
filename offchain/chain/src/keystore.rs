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

use crate::{Address, Scheme, Signer, signer::SECRET_BYTES};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use crypto_secretbox::{
	Key, KeyInit as _, Nonce, XSalsa20Poly1305,
	aead::{Aead as _, Error as CipherError},
};
use ed25519_dalek::SigningKey;
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
const COSTS_BYTES: usize = 12;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const KEY_BYTES: usize = 32;
const PLAINTEXT_BYTES: usize = HEADER.len() + SECRET_BYTES + DIVIDER.len() + KEY_BYTES;
const SEALED_BYTES: usize = SALT_BYTES + COSTS_BYTES + NONCE_BYTES + TAG_BYTES + PLAINTEXT_BYTES;

/// Longest text of what a file says that an error repeats, in characters.
const SHOWN_MAX: usize = 60;

/// What it costs to try a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Costs {
	/// Logarithm of scrypt's N to base 2.
	log_n: u8,
	p: u32,
	r: u32,
}

/// The costs of the files that are written here: 32 MiB and a tenth of a second.
const WRITTEN: Costs = Costs { log_n: 15, p: 1, r: 8 };

/// The costs that wallets write. A file with any other is not opened: its author could ask for all
/// the memory that there is. The highest is 128 MiB.
const ALLOWED: [Costs; 6] = [
	Costs { log_n: 13, p: 10, r: 8 },
	Costs { log_n: 14, p: 5, r: 8 },
	Costs { log_n: 15, p: 3, r: 8 },
	WRITTEN,
	Costs { log_n: 16, p: 2, r: 8 },
	Costs { log_n: 17, p: 1, r: 8 },
];

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

/// Why a key file is not written or not opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
	/// The text is something else.
	#[error(
		"this is no key file of a wallet: {reason}; export the account from the wallet as JSON, or \
		 make a file with `r1ctl keys generate`"
	)]
	Malformed {
		/// What is wrong with it.
		reason: &'static str,
	},
	/// A key file, but not one that can be opened here.
	#[error(
		"key files with {what} are not supported; export the account anew from a wallet of today, as \
		 an sr25519 or ed25519 account with a password"
	)]
	Unsupported {
		/// What the file has.
		what: String,
	},
	/// The password does not fit.
	#[error(
		"the password does not open the key file of {address}; try again, or import the account from \
		 its secret phrase"
	)]
	WrongPassword {
		/// Whose file it is.
		address: Address,
	},
	/// The password fits, but what is inside is not the account's key.
	#[error(
		"the key file of {address} holds another key than it says; use a copy of it, or import the \
		 account from its secret phrase"
	)]
	Damaged {
		/// Whose file it says it is.
		address: Address,
	},
	/// Without a password everybody who finds the file has the account.
	#[error("a key file needs a password; give one that is not empty")]
	EmptyPassword,
	/// The key can sign, but does not tell its secret.
	#[error(
		"the secret of an sr25519 key that was derived with a path, or that came from a key file, \
		 cannot be written; give the phrase or seed without a path, or let a wallet export the \
		 account"
	)]
	SecretUnknown,
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

impl Costs {
	fn n(self) -> u32 {
		1 << self.log_n
	}

	fn to_bytes(self) -> [u8; COSTS_BYTES] {
		let mut bytes = [0; COSTS_BYTES];
		for (place, number) in bytes.chunks_exact_mut(4).zip([self.n(), self.p, self.r]) {
			place.copy_from_slice(&number.to_le_bytes());
		}
		bytes
	}

	fn from_bytes(bytes: &[u8]) -> Result<Self, KeyFileError> {
		ALLOWED.into_iter().find(|costs| costs.to_bytes() == bytes).ok_or_else(|| {
			KeyFileError::Unsupported { what: "unusual costs of the password".to_owned() }
		})
	}
}

/// The account of an address of any chain: wallets write that which they show.
fn account(address: &str) -> Option<Account> {
	address
		.parse::<AccountId32>()
		.map(|account| account.0)
		.ok()
		.or_else(|| address.parse().map(|Address(account)| account).ok())
}

/// The cipher of a password.
fn cipher(password: &str, salt: &[u8], costs: Costs) -> XSalsa20Poly1305 {
	let Costs { log_n, p, r } = costs;
	let mut key = Key::default();
	let parameters = scrypt::Params::new(log_n, r, p, KEY_BYTES)
		.expect("the costs are among those that are allowed; qed");
	scrypt::scrypt(password.as_bytes(), salt, &parameters, &mut key)
		.expect("a key of 32 bytes can be made; qed");
	XSalsa20Poly1305::new(&key)
}

#[cfg(test)]
mod tests;
