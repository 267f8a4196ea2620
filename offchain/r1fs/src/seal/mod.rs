// SPDX-License-Identifier: Apache-2.0

//! Files that only their recipients can read.
//!
//! ```text
//! sealed file = directory
//!   content.age   = age(the file's bytes)
//!   manifest.age  = age(JSON: version, name, media type, length, CID of content.age), filled up
//! ```
//!
//! Both are plain files of `age`, version 1, each with a random key of its own that is wrapped for
//! the recipients. So `age -d` of `content.age` gives the file's bytes, and of `manifest.age` what
//! they are. A stranger sees the directory, the two lengths, and how many recipients there are.
//!
//! The manifest names the content that it belongs to, so nobody can put another content beside it
//! without the key. Whoever may read a file may also make another one that looks as if it came from
//! the same sender: `age` says for whom a file is, not from whom.
//!
//! # No deduplication
//!
//! The same file sealed twice has two CIDs. A store in which equal files had equal CIDs would let
//! everyone who can guess a file find out who else has it; so equal content of different tenants is
//! kept twice.

mod content;
mod cursor;
mod keys;
mod manifest;
mod open;

pub use keys::{KeyError, OpeningKeys, Recipients};
pub use manifest::{Manifest, ManifestError};
pub use open::{OpenError, SealedFile};

pub(crate) use content::SealingReader;
pub(crate) use open::open;

use crate::{
	add::{AddError, Added, add},
	batch::Batch,
	chunker::Chunker,
	disk::PinError,
	tree::{DirectoryBuilder, EntryKind},
};
use r1_core::BlockStoreError;
use tokio::io::AsyncRead;

/// Name of the entry with the file's bytes.
const CONTENT: &str = "content.age";
/// Name of the entry that says what they are.
const MANIFEST: &str = "manifest.age";

/// What a file is sealed as, besides its bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedAs {
	/// Its name, which is one that a disk takes.
	pub name: String,
	/// Its media type, like `application/json`; empty if nobody knows.
	pub media_type: String,
}

/// Seals a file, and puts it into a batch.
pub(crate) async fn seal(
	batch: &mut Batch,
	chunker: Chunker,
	file_bytes_max: u64,
	sealed_as: SealedAs,
	recipients: &Recipients,
	reader: impl AsyncRead + Unpin + Send,
) -> Result<Added, SealError> {
	let SealedAs { name, media_type } = sealed_as;
	manifest::check(&name, &media_type)?;
	let mut content = SealingReader::new(reader, recipients).await?;
	let added = add(batch, chunker, file_bytes_max, &mut content).await?;
	let manifest = Manifest { name, media_type, bytes: content.bytes() };
	let manifest = manifest.encode(&added.cid);
	let mut manifest = SealingReader::new(manifest.as_slice(), recipients).await?;
	let manifest = add(batch, chunker, file_bytes_max, &mut manifest).await?;
	let mut directory = DirectoryBuilder::default();
	// Names of ours, which no check refuses, in a directory that fits into any block.
	for (name, added) in [(CONTENT, added), (MANIFEST, manifest)] {
		directory
			.insert(name.as_bytes(), EntryKind::Leaf, added)
			.map_err(ManifestError::Name)?;
	}
	let directory = directory.finish(batch).await?;
	directory.ok_or(SealError::Manifest(ManifestError::TooLong))
}

/// Why a file was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// The recipients cannot be used.
	#[error(transparent)]
	Keys(#[from] KeyError),
	/// What the file is to be sealed as may not be.
	#[error(transparent)]
	Manifest(#[from] ManifestError),
	/// The sealed bytes could not be added.
	#[error(transparent)]
	Add(#[from] AddError),
	/// A block could not be stored.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// It is stored, but could not be pinned: the next collection removes it.
	#[error(transparent)]
	Pin(#[from] PinError),
}
