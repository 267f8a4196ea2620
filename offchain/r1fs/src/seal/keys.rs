// SPDX-License-Identifier: Apache-2.0

//! Whom a file is sealed for, and what opens it.

use crate::defaults::{PASSPHRASE_WORK, PASSPHRASE_WORK_MAX, SEAL_RECIPIENTS_MAX};
use age::{
	DecryptError, Decryptor, Encryptor, Identity, secrecy::SecretString, stream::StreamReader,
	x25519,
};
use std::{fmt, io::Read, iter};

/// Whom a file is sealed for.
#[derive(Clone)]
pub struct Recipients(For);

#[derive(Clone)]
enum For {
	Keys(Vec<x25519::Recipient>),
	Passphrase { passphrase: SecretString, work: u8 },
}

impl Recipients {
	/// Whoever has the secret key of one of these recipients of `age` (`age1...`).
	///
	/// # Errors
	///
	/// There is none or are too many, or one is no recipient.
	pub fn keys<'a>(recipients: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
		let keys: Vec<x25519::Recipient> = recipients
			.into_iter()
			.map(|text| text.parse().map_err(|_reason| KeyError::NoRecipient))
			.take(SEAL_RECIPIENTS_MAX + 1)
			.collect::<Result<_, _>>()?;
		match keys.len() {
			1..=SEAL_RECIPIENTS_MAX => Ok(Self(For::Keys(keys))),
			count => Err(KeyError::Recipients { count }),
		}
	}

	/// Whoever knows a passphrase. It is as good as the passphrase is, and costs a second.
	#[must_use]
	pub fn passphrase(passphrase: String) -> Self {
		Self(For::Passphrase { passphrase: passphrase.into(), work: PASSPHRASE_WORK })
	}

	/// The same, with so little work that a test can wait for it.
	#[cfg(test)]
	pub(crate) fn weak_passphrase(passphrase: &str, work: u8) -> Self {
		Self(For::Passphrase { passphrase: passphrase.to_owned().into(), work })
	}

	/// What seals one file. Takes a second and 256 MiB if there is a passphrase.
	pub(super) fn encryptor(&self) -> Result<Encryptor, KeyError> {
		let made = match &self.0 {
			For::Keys(keys) => {
				Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient))
			},
			For::Passphrase { passphrase, work } => {
				let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
				recipient.set_work_factor(*work);
				Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
			},
		};
		made.map_err(|error| KeyError::Refused { reason: error.to_string() })
	}
}

/// What opens sealed files.
#[derive(Clone)]
pub struct OpeningKeys(By);

#[derive(Clone)]
enum By {
	Keys(Vec<x25519::Identity>),
	Passphrase(SecretString),
}

impl OpeningKeys {
	/// Secret keys of `age` (`AGE-SECRET-KEY-1...`), each of which is tried.
	///
	/// # Errors
	///
	/// One is no key.
	pub fn keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
		let keys = keys.into_iter().map(|text| text.parse().map_err(|_reason| KeyError::NoKey));
		keys.collect::<Result<_, _>>().map(|keys| Self(By::Keys(keys)))
	}

	/// A passphrase.
	#[must_use]
	pub fn passphrase(passphrase: String) -> Self {
		Self(By::Passphrase(passphrase.into()))
	}

	/// Reads what a file of `age` holds.
	pub(super) fn decrypt<R: Read>(&self, sealed: R) -> Result<StreamReader<R>, DecryptError> {
		let decryptor = Decryptor::new(sealed)?;
		match &self.0 {
			By::Keys(keys) => decryptor.decrypt(keys.iter().map(|key| key as &dyn Identity)),
			By::Passphrase(passphrase) => {
				let mut identity = age::scrypt::Identity::new(passphrase.clone());
				identity.set_max_work_factor(PASSPHRASE_WORK_MAX);
				decryptor.decrypt(iter::once(&identity as &dyn Identity))
			},
		}
	}
}

impl fmt::Debug for Recipients {
	/// Without the passphrase.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.0 {
			For::Keys(keys) => {
				formatter.debug_list().entries(keys.iter().map(ToString::to_string)).finish()
			},
			For::Passphrase { .. } => formatter.write_str("Recipients(passphrase)"),
		}
	}
}

impl fmt::Debug for OpeningKeys {
	/// Only the public parts: a key in a log is a key that is lost.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.0 {
			By::Keys(keys) => {
				let public = keys.iter().map(|key| key.to_public().to_string());
				formatter.debug_list().entries(public).finish()
			},
			By::Passphrase(_) => formatter.write_str("OpeningKeys(passphrase)"),
		}
	}
}

/// Why keys cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
	/// A text is no recipient.
	#[error("this is no recipient of age; one begins with age1 and has 62 characters")]
	NoRecipient,
	/// A text is no secret key.
	#[error("this is no secret key of age; one begins with AGE-SECRET-KEY-1")]
	NoKey,
	/// There is nobody to seal for, or there are too many.
	#[error("a file is sealed for 1 to {SEAL_RECIPIENTS_MAX} recipients, and not for {count}")]
	Recipients {
		/// How many; one more than the limit stands for all beyond it.
		count: usize,
	},
	/// The library refuses.
	#[error("the file could not be sealed: {reason}")]
	Refused {
		/// What it says.
		reason: String,
	},
}
