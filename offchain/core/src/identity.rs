// SPDX-License-Identifier: Apache-2.0

//! The node's key: its account on the chain and its address in the mesh at once.

use crate::Rng;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use r1_primitives::{NodeKey, SignedBody};
use std::{
	fmt,
	fs::{File, OpenOptions},
	io::{self, Read, Write},
	path::{Path, PathBuf},
};

/// Bytes of a key file: 64 hexadecimal digits and at most a line end (`\r\n`).
const KEY_FILE_BYTES_MAX: u64 = 66;

/// A node's ed25519 key pair.
#[derive(Clone)]
pub struct NodeIdentity {
	// Zeroed on drop.
	signing_key: SigningKey,
}

impl NodeIdentity {
	/// The identity of a seed.
	#[must_use]
	pub fn from_seed(seed: &[u8; 32]) -> Self {
		Self { signing_key: SigningKey::from_bytes(seed) }
	}

	/// Reads the identity from a file that holds the seed as 64 hexadecimal digits.
	///
	/// # Errors
	///
	/// The file cannot be read, other users can read it, or it does not hold a seed.
	pub fn load(path: &Path) -> Result<Self, IdentityError> {
		let unreadable = |source| IdentityError::Unreadable { path: path.into(), source };
		let file = File::open(path).map_err(unreadable)?;
		check_private(&file, path)?;
		let mut text = String::new();
		// One byte more than a key file may have, so that a longer one is noticed.
		file.take(KEY_FILE_BYTES_MAX + 1)
			.read_to_string(&mut text)
			.map_err(unreadable)?;
		let mut seed = [0; 32];
		// The decoder's own error would quote a digit of the secret.
		hex::decode_to_slice(text.trim_end(), &mut seed)
			.map_err(|_secret| IdentityError::Malformed { path: path.into() })?;
		Ok(Self::from_seed(&seed))
	}

	/// Makes a new identity and writes it to a file that only its owner can read.
	///
	/// # Errors
	///
	/// The file exists already, which is never overwritten, or cannot be written.
	pub fn create(path: &Path, rng: &dyn Rng) -> Result<Self, IdentityError> {
		let mut seed = [0; 32];
		rng.fill(&mut seed);
		let mut options = OpenOptions::new();
		options.write(true).create_new(true);
		#[cfg(unix)]
		std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
		options
			.open(path)
			.and_then(|mut file| {
				file.write_all(hex::encode(seed).as_bytes())?;
				file.sync_all()
			})
			.map_err(|source| IdentityError::Unwritable { path: path.into(), source })?;
		Ok(Self::from_seed(&seed))
	}

	/// The public key.
	#[must_use]
	pub fn key(&self) -> NodeKey {
		self.signing_key.verifying_key().to_bytes()
	}

	/// Signs a body for one chain.
	#[must_use]
	pub fn sign<B: SignedBody>(&self, body: &B, genesis_hash: &[u8; 32]) -> [u8; 64] {
		self.signing_key.sign(&body.signing_payload(genesis_hash)).to_bytes()
	}

	/// The secret seed, for the mesh, which proves possession of the same key by itself.
	#[must_use]
	pub fn secret_seed(&self) -> [u8; 32] {
		self.signing_key.to_bytes()
	}
}

impl fmt::Debug for NodeIdentity {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "NodeIdentity({})", hex::encode(self.key()))
	}
}

/// Checks that a node signed a body for one chain.
///
/// Strict: keys of small order and malleable signatures are refused, so that all nodes agree.
///
/// # Errors
///
/// The key is no point of the curve, or the signature is not its signature of the body.
pub fn verify<B: SignedBody>(
	node: &NodeKey,
	body: &B,
	genesis_hash: &[u8; 32],
	signature: &[u8; 64],
) -> Result<(), SignatureError> {
	let key = VerifyingKey::from_bytes(node).map_err(|_opaque| SignatureError::InvalidKey)?;
	key.verify_strict(&body.signing_payload(genesis_hash), &Signature::from_bytes(signature))
		.map_err(|_opaque| SignatureError::WrongSignature)
}

/// Why a node's identity could not be had.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
	/// The file cannot be opened or read.
	#[error("could not read the node key at {}", path.display())]
	Unreadable {
		/// The key file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The file cannot be created or written.
	#[error("could not write the node key to {}", path.display())]
	Unwritable {
		/// The key file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// Other users can read or write the file.
	#[error("the node key at {} has mode {mode:03o}, which lets other users in: run chmod 600", path.display())]
	NotPrivate {
		/// The key file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The file does not hold a seed.
	#[error("the node key at {} is not 64 hexadecimal digits", path.display())]
	Malformed {
		/// The key file.
		path: PathBuf,
	},
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureError {
	/// The public key is no point of the curve.
	#[error("not an ed25519 public key")]
	InvalidKey,
	/// The signature is not the key's signature of the body.
	#[error("wrong signature")]
	WrongSignature,
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<(), IdentityError> {
	use std::os::unix::fs::PermissionsExt;
	// Asked of the open file, not of the path, which could change in between.
	let metadata = file
		.metadata()
		.map_err(|source| IdentityError::Unreadable { path: path.into(), source })?;
	let mode = metadata.permissions().mode() & 0o777;
	if mode & 0o077 != 0 {
		return Err(IdentityError::NotPrivate { path: path.into(), mode });
	}
	Ok(())
}

#[cfg(not(unix))]
fn check_private(_file: &File, _path: &Path) -> Result<(), IdentityError> {
	// Other systems keep a home directory private by default and have no mode bits to check.
	Ok(())
}
