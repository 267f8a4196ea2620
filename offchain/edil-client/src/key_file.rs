// SPDX-License-Identifier: Apache-2.0

//! Files of secret keys: for their owner alone, and under a passphrase if there is one.
//!
//! With a passphrase a file is an age file of the key's bytes, which the stock tool opens too.

use crate::keys::{SecretKey, SecretKeyError};
use std::{
	fs::{File, OpenOptions},
	io::{self, Read as _, Write as _},
	os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
	path::{Path, PathBuf},
};

/// What files under a passphrase begin with.
const AGE: &[u8] = b"age-encryption.org/";

/// Longest file: a key has less than 500 bytes, and age adds some 200.
const FILE_BYTES_MAX: u64 = 4_096;

/// Rights of a file: its owner reads and writes it.
const MODE: u32 = 0o600;

/// Largest work that a file may demand of whoever opens it, as a power of two; the stock tool's
/// limit is close to it.
const WORK_FACTOR_MAX: u8 = 22;

/// Writes a key to a file that does not exist yet: nobody loses a key by making another one.
///
/// # Errors
///
/// The file exists, or it cannot be written.
pub fn write_key(
	path: &Path,
	key: &SecretKey,
	passphrase: Option<String>,
) -> Result<(), KeyFileError> {
	let bytes = match passphrase {
		None => key.to_bytes(),
		Some(passphrase) => {
			age::encrypt(&age::scrypt::Recipient::new(passphrase.into()), &key.to_bytes())
				.map_err(|_| KeyFileError::Seal)?
		},
	};
	let error = |source| KeyFileError::Io { path: path.to_owned(), source };
	let mut file = OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(MODE)
		.open(path)
		.map_err(error)?;
	file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(error)
}

/// Reads a key from a file.
///
/// # Errors
///
/// The file cannot be read, others may read it, it holds no key, or the passphrase is missing or
/// another one.
pub fn read_key(path: &Path, passphrase: Option<String>) -> Result<SecretKey, KeyFileError> {
	let error = |source| KeyFileError::Io { path: path.to_owned(), source };
	let file = File::open(path).map_err(error)?;
	let mode = file.metadata().map_err(error)?.permissions().mode();
	if mode & 0o077 != 0 {
		return Err(KeyFileError::Open { path: path.to_owned() });
	}
	let mut bytes = Vec::new();
	file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(error)?;
	if bytes.starts_with(AGE) {
		let passphrase = passphrase.ok_or(KeyFileError::NoPassphrase)?;
		let mut identity = age::scrypt::Identity::new(passphrase.into());
		identity.set_max_work_factor(WORK_FACTOR_MAX);
		bytes = age::decrypt(&identity, &bytes).map_err(|_| KeyFileError::Passphrase)?;
	}
	SecretKey::from_bytes(&bytes).map_err(KeyFileError::Key)
}

/// Why a key is not written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
	/// The file cannot be opened, made, read or written.
	#[error("could not use the key file {path}")]
	Io {
		/// Which.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
	/// Others than its owner may use it.
	#[error("others may use the key file {path}: it must have the mode 0600")]
	Open {
		/// Which.
		path: PathBuf,
	},
	/// It could not be put under the passphrase.
	#[error("could not encrypt the key")]
	Seal,
	/// It is under a passphrase.
	#[error("the key file is under a passphrase, and none was given")]
	NoPassphrase,
	/// The passphrase is another one, or the file is damaged.
	#[error("the passphrase does not open the key file")]
	Passphrase,
	/// It holds something else.
	#[error("the key file holds no key")]
	Key(#[source] SecretKeyError),
}
