// SPDX-License-Identifier: Apache-2.0

//! The door to the file store.

use crate::{
	add::{self, AddError, Added},
	batch::Batch,
	car::{self, CarError, CarExported, CarImported, ExportError},
	chunker::Chunker,
	directory::{self, DirectoryError, Listed},
	get::{self, GetError},
	reader::FileReader,
	source::BlockSource,
	tree::{self, AddTreeError, Limits, SaveError},
};
use cid::Cid;
use r1_core::{BlockExchange, BlockStore};
use std::{path::Path, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};

/// Adds files and gets them back. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
	source: BlockSource,
	chunker: Chunker,
	limits: Limits,
}

impl Files {
	/// Files over a store of blocks and the mesh.
	#[must_use]
	pub fn new(store: Arc<dyn BlockStore>, exchange: Arc<dyn BlockExchange>) -> Self {
		Self::over(BlockSource::new(store, exchange))
	}

	fn over(source: BlockSource) -> Self {
		Self { source, chunker: Chunker::default(), limits: Limits::default() }
	}

	/// The same, for files up to another size.
	#[must_use]
	pub fn with_file_bytes_max(mut self, file_bytes_max: u64) -> Self {
		self.limits.file_bytes_max = file_bytes_max;
		self
	}

	/// The same, for trees of directories with up to another number of entries.
	#[must_use]
	pub fn with_tree_entries_max(mut self, tree_entries_max: u64) -> Self {
		self.limits.tree_entries_max = tree_entries_max;
		self
	}

	/// The same, but what is added is cut in another way, and so gets another CID.
	#[must_use]
	pub fn with_chunker(mut self, chunker: Chunker) -> Self {
		self.chunker = chunker;
		self
	}

	// # Adding

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
		let mut batch = Batch::new(self.source.clone());
		add::add(&mut batch, self.chunker, self.limits.file_bytes_max, reader).await
	}

	/// Stores the file or the directory at `path`, with all that is in it.
	///
	/// Files and directories alone: a symbolic link in it is an error. A directory is one block, so
	/// that it has room for 20 000 to 40 000 entries.
	///
	/// # Errors
	///
	/// Something in it cannot be read or may not be added, it is too large, or storing failed. Blocks
	/// that were stored by then stay.
	///
	/// # Cancel safety
	///
	/// As [`Self::add`].
	pub async fn add_tree(&self, path: &Path) -> Result<Added, AddTreeError> {
		let mut batch = Batch::new(self.source.clone());
		tree::add_tree(&mut batch, self.chunker, self.limits, path.to_owned()).await
	}

	// # Getting

	/// A whole file in memory, if it is at most `bytes_max` long.
	///
	/// # Errors
	///
	/// As [`Self::write_to`].
	pub async fn get(&self, cid: &Cid, bytes_max: u64) -> Result<Vec<u8>, GetError> {
		let mut bytes = Vec::new();
		let limit = bytes_max.min(self.limits.file_bytes_max);
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
		get::write_to(&self.source, cid, self.limits.file_bytes_max, writer).await
	}

	/// A reader of a file, which may be told to read a range of it.
	///
	/// # Errors
	///
	/// The first block cannot be had or is not part of a file, or the file is too large.
	pub async fn reader(&self, cid: &Cid) -> Result<FileReader, GetError> {
		FileReader::open(self.source.clone(), *cid, self.limits.file_bytes_max).await
	}

	/// Writes a file, or a directory with all that is in it, to a path where nothing is yet; says how
	/// many bytes all files have.
	///
	/// Nothing is at the path before all of it was read and checked. It is not synced to the disk.
	///
	/// # Errors
	///
	/// Something is there, a block cannot be had or is not what it has to be, there is too much of
	/// it, or the disk failed. Nothing is at the path then.
	///
	/// # Cancel safety
	///
	/// Dropping the future leaves nothing behind.
	pub async fn save(&self, cid: &Cid, path: &Path) -> Result<u64, SaveError> {
		tree::save(&self.source, self.limits, *cid, path).await
	}

	// # CAR files

	/// Writes a CAR file (version 1) of all that is below a root, each block once.
	///
	/// # Errors
	///
	/// A block cannot be had or is neither bytes nor a node, or writing failed. What was written by
	/// then is a beginning of the file.
	///
	/// # Cancel safety
	///
	/// Dropping the future may leave a beginning of the file in `writer`.
	pub async fn export_car(
		&self,
		root: &Cid,
		writer: &mut (impl AsyncWrite + Unpin + Send),
	) -> Result<CarExported, ExportError> {
		car::export(&self.source, *root, writer).await
	}

	/// Stores the blocks of a CAR file (version 1). All that is below its roots is here then.
	///
	/// # Errors
	///
	/// It is no such file, a block is not what its CID says or missing, there is too much of it, or
	/// reading or storing failed. Blocks that were stored by then stay.
	///
	/// # Cancel safety
	///
	/// As [`Self::add`].
	pub async fn import_car(
		&self,
		reader: impl AsyncRead + Unpin + Send,
	) -> Result<CarImported, CarError> {
		let mut batch = Batch::new(self.source.clone());
		let imported =
			car::import(&self.source, &mut batch, self.limits.file_bytes_max, reader).await?;
		for root in &imported.roots {
			car::check_complete(&self.source, *root).await?;
		}
		Ok(imported)
	}

	// # Directories

	/// What a CID stands for: a file, or a directory and its entries.
	///
	/// # Errors
	///
	/// A block cannot be had, or is no directory that may be read.
	pub async fn list(&self, cid: &Cid) -> Result<Listed, DirectoryError> {
		directory::list(&self.source, *cid).await
	}

	/// The CID of what a path like `a/b.txt` leads to from a root on; the empty path leads to the root
	/// itself.
	///
	/// # Errors
	///
	/// The path may not be one, or leads nowhere, or a block on the way cannot be had.
	pub async fn resolve(&self, root: &Cid, path: &str) -> Result<Cid, DirectoryError> {
		directory::resolve(&self.source, *root, path).await
	}
}
