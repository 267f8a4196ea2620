// SPDX-License-Identifier: Apache-2.0

//! The door to the file store.

use crate::{
	add::{self, AddError, Added},
	defaults::FILE_BYTES_MAX,
	get::{self, GetError},
	source::BlockSource,
};
use cid::Cid;
use r1_core::{BlockExchange, BlockStore};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Adds files and gets them back. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
	source: BlockSource,
	file_bytes_max: u64,
}

impl Files {
	/// Files over a store of blocks and the mesh.
	#[must_use]
	pub fn new(store: Arc<dyn BlockStore>, exchange: Arc<dyn BlockExchange>) -> Self {
		Self { source: BlockSource::new(store, exchange), file_bytes_max: FILE_BYTES_MAX }
	}

	/// The same, for files up to another size.
	#[must_use]
	pub fn with_file_bytes_max(mut self, file_bytes_max: u64) -> Self {
		self.file_bytes_max = file_bytes_max;
		self
	}

	/// Stores all that `reader` yields, and says under which CID.
	///
	/// # Errors
	///
	/// The file is too large, or reading or storing failed. Blocks that were stored by then stay.
	///
	/// # Cancel safety
	///
	/// Dropping the future leaves whole blocks in the store; adding the file again reuses them.
	pub async fn add(&self, reader: impl AsyncRead + Unpin + Send) -> Result<Added, AddError> {
		add::add(&self.source, self.file_bytes_max, reader).await
	}

	/// A whole file in memory, if it is at most `bytes_max` long.
	///
	/// # Errors
	///
	/// As [`Self::write_to`].
	pub async fn get(&self, cid: &Cid, bytes_max: u64) -> Result<Vec<u8>, GetError> {
		let mut bytes = Vec::new();
		let limit = bytes_max.min(self.file_bytes_max);
		get::write_to(&self.source, cid, limit, &mut bytes).await?;
		Ok(bytes)
	}

	/// Writes a whole file to `writer`, and says how long it was.
	///
	/// # Errors
	///
	/// A block cannot be had or is not part of a file, the file is too large, or writing failed.
	/// What was written by then is a correct beginning of the file.
	///
	/// # Cancel safety
	///
	/// Dropping the future may leave a beginning of the file in `writer`.
	pub async fn write_to(
		&self,
		cid: &Cid,
		writer: &mut (impl AsyncWrite + Unpin + Send),
	) -> Result<u64, GetError> {
		get::write_to(&self.source, cid, self.file_bytes_max, writer).await
	}
}
