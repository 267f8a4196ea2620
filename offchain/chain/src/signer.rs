// SPDX-License-Identifier: Apache-2.0

//! The key that signs transactions: a person's, or a node's.

use crate::{Address, client::Config};
use ed25519_dalek::{Signer as _, SigningKey};
use r1_core::Account;
use sp_crypto_hashing::blake2_256;
use std::{fmt, str::FromStr as _};
use subxt::{
	ext::codec::Encode as _,
	tx,
	utils::{AccountId32, MultiSignature},
};
use subxt_signer::{DeriveJunction, ExposeSecret as _, SecretString, SecretUri, ecdsa, sr25519};

/// What a secret URI of an ed25519 key begins with.
const ED25519: &str = "ed25519:";

/// What Substrate's tools put before a junction when they derive an ed25519 key.
const ED25519_DERIVATION: &str = "Ed25519HDKD";

/// What the second half of an exported sr25519 secret is made from, besides the seed.
const SR25519_NONCE: &str = "r1/sr25519-nonce/v1";

/// Size of a secret as key files hold it, in bytes.
pub(crate) const SECRET_BYTES: usize = 64;

/// A key that signs transactions.
#[derive(Clone)]
pub struct Signer(Key);

#[derive(Clone)]
enum Key {
	/// A person's.
	Sr25519 {
		pair: sr25519::Keypair,
		/// The seed of the pair, where it is known: the pair does not tell its secret. Held like a
		/// key of the other kind, which is zeroed on drop and expands a seed in the same way.
		seed: Option<Box<SigningKey>>,
	},
	/// A node's. Zeroed on drop.
	Ed25519(SigningKey),
}

impl fmt::Debug for Signer {
	/// Only the account: a key in a log is a key that is lost.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let account = Address(self.account()).to_string();
		formatter
			.debug_struct("Signer")
			.field("account", &account)
			.finish_non_exhaustive()
	}
}

impl Signer {
	/// Makes the key of a secret URI: a seed phrase or a hex seed, with derivation and password, as
	/// every Substrate tool reads it; `//Alice` is a development account.
	///
	/// The key is sr25519, as people's are. It is ed25519, as nodes' are, after the prefix
	/// `ed25519:`, and if the text is 64 hexadecimal digits alone: the contents of a node's key
	/// file.
	///
	/// # Errors
	///
	/// The text is not a secret URI. The error does not repeat it.
	pub fn from_uri(uri: &str) -> Result<Self, SignerError> {
		let key = match (uri.strip_prefix(ED25519), seed_of_key_file(uri)) {
			(Some(uri), _) => Key::Ed25519(SigningKey::from_bytes(&ed25519_seed(uri)?)),
			(None, Some(seed)) => Key::Ed25519(SigningKey::from_bytes(&seed)),
			(None, None) => {
				let uri = SecretUri::from_str(uri).map_err(|_| SignerError)?;
				let pair = sr25519::Keypair::from_uri(&uri).map_err(|_| SignerError)?;
				Key::Sr25519 { pair, seed: sr25519_seed(uri).map(Box::new) }
			},
		};
		Ok(Self(key))
	}

	/// The signer of an sr25519 key that does not tell its secret.
	pub(crate) fn of_person(pair: sr25519::Keypair) -> Self {
		Self(Key::Sr25519 { pair, seed: None })
	}

	/// The signer of an ed25519 key.
	pub(crate) fn of_node(key: SigningKey) -> Self {
		Self(Key::Ed25519(key))
	}

	/// The account that the key belongs to.
	#[must_use]
	pub fn account(&self) -> Account {
		match &self.0 {
			Key::Sr25519 { pair, .. } => pair.public_key().0,
			Key::Ed25519(key) => key.verifying_key().to_bytes(),
		}
	}

	/// What kind of key it is.
	#[must_use]
	pub fn scheme(&self) -> Scheme {
		match &self.0 {
			Key::Sr25519 { .. } => Scheme::Sr25519,
			Key::Ed25519(_) => Scheme::Ed25519,
		}
	}

	/// Signs a message that is no transaction, its bytes as they are: 64 bytes.
	///
	/// Wallets put `<Bytes>` around what they sign for a web site; nothing is put around it here.
	#[must_use]
	pub fn sign_message(&self, message: &[u8]) -> Vec<u8> {
		match &self.0 {
			Key::Sr25519 { pair, .. } => pair.sign(message).0.to_vec(),
			Key::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
		}
	}

	/// Signs bytes that are no transaction, with the kind of key that says so.
	pub(crate) fn sign(&self, bytes: &[u8]) -> MultiSignature {
		match &self.0 {
			Key::Sr25519 { pair, .. } => MultiSignature::Sr25519(pair.sign(bytes).0),
			Key::Ed25519(key) => MultiSignature::Ed25519(key.sign(bytes).to_bytes()),
		}
	}

	/// The secret as key files hold it; `None` if it is not known any more.
	///
	/// That is so with an sr25519 key that was derived, or that came from a key file.
	pub(crate) fn secret(&self) -> Option<[u8; SECRET_BYTES]> {
		match &self.0 {
			Key::Sr25519 { seed, .. } => seed.as_deref().map(sr25519_secret),
			Key::Ed25519(key) => Some(key.to_keypair_bytes()),
		}
	}
}

/// Kind of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
	/// People's.
	Sr25519,
	/// Nodes'.
	Ed25519,
}

impl Scheme {
	/// Its name, as all of Substrate's tools write it.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::Sr25519 => "sr25519",
			Self::Ed25519 => "ed25519",
		}
	}

	/// A secret URI that makes a key of this kind, of a phrase without a prefix.
	#[must_use]
	pub fn uri(self, phrase: &str) -> String {
		match self {
			Self::Sr25519 => phrase.to_owned(),
			Self::Ed25519 => format!("{ED25519}{phrase}"),
		}
	}
}

impl tx::Signer<Config> for Signer {
	fn account_id(&self) -> AccountId32 {
		AccountId32(self.account())
	}

	fn sign(&self, payload: &[u8]) -> MultiSignature {
		Self::sign(self, payload)
	}
}

/// The seed that a node's key file holds.
fn seed_of_key_file(text: &str) -> Option<[u8; 32]> {
	let mut seed = [0; 32];
	hex::decode_to_slice(text, &mut seed).ok()?;
	Some(seed)
}

/// The seed of an ed25519 key by its secret URI, as Substrate's tools derive it.
fn ed25519_seed(uri: &str) -> Result<[u8; 32], SignerError> {
	let SecretUri { phrase, password, junctions } =
		SecretUri::from_str(uri).map_err(|_| SignerError)?;
	let root = root_seed(phrase, password)?;
	junctions.into_iter().try_fold(root, |seed, junction| match junction {
		DeriveJunction::Hard(id) => Ok(blake2_256(&(ED25519_DERIVATION, seed, id).encode())),
		// The kind of key has no soft derivation.
		DeriveJunction::Soft(_) => Err(SignerError),
	})
}

/// The seed of an sr25519 key by its secret URI; `None` if the key was derived from another, because
/// then its seed is not at hand.
fn sr25519_seed(uri: SecretUri) -> Option<SigningKey> {
	let SecretUri { phrase, password, junctions } = uri;
	if !junctions.is_empty() {
		return None;
	}
	root_seed(phrase, password).ok().map(|seed| SigningKey::from_bytes(&seed))
}

/// The seed that derivation begins with: the same for all kinds of keys.
fn root_seed(
	phrase: SecretString,
	password: Option<SecretString>,
) -> Result<[u8; 32], SignerError> {
	match phrase.expose_secret().strip_prefix("0x") {
		Some(digits) => seed_of_key_file(digits).ok_or(SignerError),
		// Of all kinds of keys, only this one gives the seed of a phrase away.
		None => ecdsa::Keypair::from_uri(&SecretUri { phrase, password, junctions: Vec::new() })
			.map(|pair| pair.secret_key())
			.map_err(|_| SignerError),
	}
}

/// The secret of an sr25519 key in the form that wallets keep it in, which is that of ed25519.
fn sr25519_secret(seed: &SigningKey) -> [u8; SECRET_BYTES] {
	let mut secret = [0; SECRET_BYTES];
	let (scalar, nonce) = secret.split_at_mut(SECRET_BYTES / 2);
	scalar.copy_from_slice(&seed.to_scalar_bytes());
	// As ed25519 clamps it.
	scalar[0] &= 0b1111_1000;
	scalar[31] &= 0b0011_1111;
	scalar[31] |= 0b0100_0000;
	// Signatures are random besides, so that any secret does here; account and signatures do not
	// tell which one it was.
	nonce.copy_from_slice(&blake2_256(&(SR25519_NONCE, seed.as_bytes()).encode()));
	secret
}

/// The text is not a secret URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
	"the secret URI is not valid; give a seed phrase, a 0x hex seed or a path such as //Alice, after \
	 `ed25519:` for a node's key, or the contents of a node's key file"
)]
pub struct SignerError;

#[cfg(test)]
mod tests {
	use super::*;
	use ed25519_dalek::{Signature, VerifyingKey};

	#[test]
	fn key_should_be_shown_as_its_account_only() {
		let alice = Signer::from_uri("//Alice").unwrap();
		let address = Address(alice.account());
		assert_eq!(format!("{alice:?}"), format!("Signer {{ account: \"{address}\", .. }}"));
	}

	#[test]
	fn ed25519_keys_should_be_those_of_other_tools() {
		let account = |uri: &str| hex::encode(Signer::from_uri(uri).unwrap().account());
		// `//Alice` as `subkey inspect --scheme ed25519` knows it.
		let alice = "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee";
		assert_eq!(account("ed25519://Alice"), alice);
		let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
		assert_eq!(account(&format!("ed25519:{phrase}//Alice")), alice);
		// The seed that derivation begins with, and the one that it ends with.
		let root = "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
		assert_eq!(account(&format!("ed25519:0x{root}//Alice")), alice);
		let seed = "abf8e5bdbe30c65656c0a3cbd181ff8a56294a69dfedd27982aace4a76909115";
		assert_eq!(account(&format!("ed25519:0x{seed}")), alice);
		// The contents of a node's key file.
		assert_eq!(account(seed), alice);
		// The same seed is another account if the key is a person's.
		assert_ne!(account(&format!("0x{seed}")), alice);
	}

	#[test]
	fn signature_should_name_the_kind_of_its_key() {
		let node = Signer::from_uri("ed25519://Alice").unwrap();
		let MultiSignature::Ed25519(signature) = node.sign(b"payload") else {
			panic!("a node signs with ed25519");
		};
		let key = VerifyingKey::from_bytes(&node.account()).unwrap();
		let signature = Signature::from_bytes(&signature);
		assert!(key.verify_strict(b"payload", &signature).is_ok());
		assert!(key.verify_strict(b"another", &signature).is_err());
		let person = Signer::from_uri("//Alice").unwrap();
		assert!(matches!(person.sign(b"payload"), MultiSignature::Sr25519(_)));
		assert_ne!(person.account(), node.account());
	}

	#[test]
	fn message_should_be_signed_as_it_is() {
		let node = Signer::from_uri("ed25519://Alice").unwrap();
		let signature = Signature::from_slice(&node.sign_message(b"hello")).unwrap();
		let key = VerifyingKey::from_bytes(&node.account()).unwrap();
		assert!(key.verify_strict(b"hello", &signature).is_ok());
		let person = Signer::from_uri("//Alice").unwrap();
		let signature = person.sign_message(b"hello").try_into().map(sr25519::Signature).unwrap();
		let key = sr25519::PublicKey(person.account());
		assert!(sr25519::verify(&signature, b"hello", &key));
		assert!(!sr25519::verify(&signature, b"<Bytes>hello</Bytes>", &key));
		assert_eq!((person.scheme(), node.scheme()), (Scheme::Sr25519, Scheme::Ed25519));
	}

	#[test]
	fn secret_should_be_known_unless_the_key_was_derived() {
		let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
		let root = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
		let secret = |uri: &str| Signer::from_uri(uri).unwrap().secret();
		assert!(secret(phrase).is_some());
		assert_eq!(secret(phrase), secret(root), "a phrase stands for its seed");
		assert_ne!(secret(phrase), secret(&format!("{phrase}///password")));
		assert_eq!(secret("//Alice"), None);
		assert!(secret("ed25519://Alice").is_some());
	}

	#[test]
	fn uri_should_be_refused_when_no_key_follows_from_it() {
		let digits = "ab".repeat(31);
		for wrong in ["ed25519:0x00", "ed25519:/Alice", "ed25519:one two", "one two", &digits] {
			assert_eq!(Signer::from_uri(wrong).map(|_| ()), Err(SignerError), "{wrong}");
		}
	}
}
