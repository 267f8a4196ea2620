// SPDX-License-Identifier: Apache-2.0

//! Secrets of jobs, sealed for the nodes that run them.
//!
//! The ciphertext is public: it travels in a job's specification. So it must be of no use in
//! another job: inside, it says whose secret it is, and a node hands it to jobs of that account
//! alone. Otherwise anybody could order a job with somebody else's ciphertext, and have a node open
//! it for him.
//!
//! The format is that of `age`, so that its tools open what was sealed here: they show the owner's
//! account, the name and the secret, in SCALE.

use crate::limits::{RECIPIENTS_MAX, SECRET_BYTES_MAX};
use age::{
	Decryptor, Encryptor, Identity as AgeIdentity, armor,
	secrecy::ExposeSecret as _,
	x25519::{Identity, Recipient as AgeRecipient},
};
use codec::{Decode, DecodeAll as _, Encode};
use r1_core::Account;
use std::{
	fmt,
	io::{Read as _, Write as _},
	iter,
	str::FromStr,
};

/// What a node opens secrets with.
#[derive(Clone)]
pub struct SealingKey(Identity);

/// Whom a secret can be sealed for: the public part of a [`SealingKey`].
#[derive(Clone, Eq, PartialEq)]
pub struct Recipient(AgeRecipient);

/// A secret, and what says where it belongs.
#[derive(Clone, Decode, Encode, Eq, PartialEq)]
pub struct SealedSecret {
	/// The account whose jobs may have it.
	pub owner: Account,
	/// Its name, which it is known by in a job.
	pub name: String,
	/// The secret itself.
	pub secret: Vec<u8>,
}

/// The text is no recipient.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this is no recipient of age; one begins with age1 and has 62 characters")]
pub struct RecipientError;

/// Why a secret is not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// It is sealed for nobody, or for too many.
	#[error("a secret is sealed for 1 to {RECIPIENTS_MAX} recipients, and not for {count}")]
	Recipients {
		/// For how many it was to be sealed.
		count: usize,
	},
	/// It is too long.
	#[error("a secret has at most {SECRET_BYTES_MAX} bytes, and this one {bytes}")]
	TooLong {
		/// Its length.
		bytes: usize,
	},
	/// The library refuses.
	#[error("the secret could not be sealed: {reason}")]
	Failed {
		/// What it says.
		reason: String,
	},
}

/// Why a secret is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// It was sealed for others.
	#[error("the secret is not sealed for this node; its owner has to seal it again")]
	NotForThisKey,
	/// It is damaged, or something else.
	#[error("this is no sealed secret, or it is damaged: {reason}")]
	Malformed {
		/// What is wrong.
		reason: String,
	},
	/// It is somebody else's.
	#[error("the secret belongs to another account than the job")]
	OfAnotherOwner,
}

/// Most bytes of a sealed secret, as text: its own in base64, and 200 for each recipient.
const SEALED_BYTES_MAX: usize = 2 * SECRET_BYTES_MAX + 256 * RECIPIENTS_MAX;

impl SealingKey {
	/// A new key.
	#[must_use]
	pub fn generate() -> Self {
		Self(Identity::generate())
	}

	/// The key that a file of it holds; `None` if it holds none.
	#[must_use]
	pub fn from_text(text: &str) -> Option<Self> {
		let mut lines = text.lines().map(str::trim);
		lines
			.find(|line| !line.is_empty() && !line.starts_with('#'))?
			.parse()
			.ok()
			.map(Self)
	}

	/// The key as its file holds it.
	#[must_use]
	pub fn to_text(&self) -> String {
		format!("# public key: {}\n{}\n", self.recipient(), self.0.to_string().expose_secret())
	}

	/// Whom others seal secrets for.
	#[must_use]
	pub fn recipient(&self) -> Recipient {
		Recipient(self.0.to_public())
	}

	/// Opens a secret of an owner.
	///
	/// # Errors
	///
	/// It is not for this key, or not of this owner, or no secret.
	pub fn open(&self, sealed: &str, owner: &Account) -> Result<SealedSecret, OpenError> {
		if SEALED_BYTES_MAX < sealed.len() {
			return Err(malformed("it is too long"));
		}
		let decryptor =
			Decryptor::new(armor::ArmoredReader::new(sealed.as_bytes())).map_err(malformed)?;
		let identity: &dyn AgeIdentity = &self.0;
		let reader = decryptor.decrypt(iter::once(identity)).map_err(|error| match error {
			age::DecryptError::NoMatchingKeys => OpenError::NotForThisKey,
			error => malformed(error),
		})?;
		let mut bytes = Vec::new();
		let limit = SEALED_BYTES_MAX as u64;
		reader.take(limit).read_to_end(&mut bytes).map_err(malformed)?;
		let secret = SealedSecret::decode_all(&mut &*bytes).map_err(malformed)?;
		match secret.owner == *owner {
			true => Ok(secret),
			false => Err(OpenError::OfAnotherOwner),
		}
	}
}

/// Seals a secret for recipients, as the text that a specification carries.
///
/// # Errors
///
/// There is nobody to seal it for, or it is too long.
pub fn seal(secret: &SealedSecret, recipients: &[Recipient]) -> Result<String, SealError> {
	let (count, bytes) = (recipients.len(), secret.secret.len());
	if !(1..=RECIPIENTS_MAX).contains(&count) {
		return Err(SealError::Recipients { count });
	}
	if SECRET_BYTES_MAX < bytes {
		return Err(SealError::TooLong { bytes });
	}
	let recipients = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
	let encryptor = Encryptor::with_recipients(recipients).map_err(failed)?;
	let armored =
		armor::ArmoredWriter::wrap_output(Vec::new(), armor::Format::AsciiArmor).map_err(failed)?;
	let mut writer = encryptor.wrap_output(armored).map_err(failed)?;
	writer.write_all(&secret.encode()).map_err(failed)?;
	let text = writer.finish().and_then(armor::ArmoredWriter::finish).map_err(failed)?;
	String::from_utf8(text).map_err(failed)
}

impl FromStr for Recipient {
	type Err = RecipientError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		text.parse().map(Self).map_err(|_reason| RecipientError)
	}
}

impl fmt::Display for Recipient {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(&self.0, formatter)
	}
}

impl fmt::Debug for Recipient {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, formatter)
	}
}

impl fmt::Debug for SealingKey {
	/// Only the public part: a key in a log is a key that is lost.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("SealingKey")
			.field("recipient", &self.recipient())
			.finish_non_exhaustive()
	}
}

impl fmt::Debug for SealedSecret {
	/// Without the secret.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("SealedSecret")
			.field("owner", &hex::encode(self.owner))
			.field("name", &self.name)
			.finish_non_exhaustive()
	}
}

fn malformed(error: impl fmt::Display) -> OpenError {
	OpenError::Malformed { reason: error.to_string() }
}

fn failed(error: impl fmt::Display) -> SealError {
	SealError::Failed { reason: error.to_string() }
}
