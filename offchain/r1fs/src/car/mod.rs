// SPDX-License-Identifier: Apache-2.0

//! Blocks in one stream: CAR, version 1.
//!
//! ```text
//! CAR     = varint(length) | header | section, section, ...
//! header  = dag-cbor of {"roots": [CID, ...], "version": 1}
//! section = varint(length) | CID | block
//! ```
//!
//! A CAR has no end mark, so one that was cut between two sections looks whole. That is why an
//! import goes through the roots at the end, and fails if a block is missing.

mod export;
mod header;
mod import;

pub use header::HeaderError;
pub use import::{CarError, CarImported};

pub(crate) use export::export;
pub(crate) use import::{check_complete, import};

use crate::{source::SourceError, walk::WalkError};
use std::io;

/// What was written as a CAR file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CarExported {
	/// Blocks in it, each once.
	pub blocks: u64,
	/// Its length.
	pub bytes: u64,
}

/// Why a CAR file was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
	/// A block could not be had.
	#[error(transparent)]
	Source(#[from] SourceError),
	/// What is below the root cannot be walked.
	#[error(transparent)]
	Walk(#[from] WalkError),
	/// The bytes could not be written.
	#[error("could not write the CAR file")]
	Write {
		/// What the writer said.
		source: io::Error,
	},
}
