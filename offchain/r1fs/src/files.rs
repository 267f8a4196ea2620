// SPDX-License-Identifier: Apache-2.0

//! The door to the file store.

use crate::{
	add::{self, AddError, Added},
	batch::Batch,
	car::{self, CarError, CarExported, CarImported, ExportError},
	chunker::Chunker,
	directory::{self, DirectoryError, Listed},
	disk::{DiskBlockStore, Holder, PinAs, PinError, PinKind},
	get::{self, GetError},
	name::{NameError, check_name},
	reader::FileReader,
	seal::{self, OpenError, OpeningKeys, Recipients, SealError, SealedAs, SealedFile},
	source::{BlockSource, SourceError},
	tree::{self, AddTreeError, DirectoryBuilder, EntryKind, Limits, SaveError},
	walk::{Walk, WalkError},
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockExchange, BlockStore, BlockStoreError, ContentHash};
use std::{path::Path, sync::Arc};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	task::spawn_blocking,
};

#[cfg(doc)]
use crate::defaults::DIRECTORY_PLAIN_BYTES_MAX;

/// Adds files and gets them back. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
	source: BlockSource,
	chunker: Chunker,
	hash: ContentHash,
	limits: Limits,
	pin: Option<PinAs>,
}

impl Files {
	/// Files over a store of blocks and the mesh.
	#[must_use]
	pub fn new(store: Arc<dyn BlockStore>, exchange: Arc<dyn BlockExchange>) -> Self {
		Self::over(BlockSource::new(store, exchange))
	}

	/// Files over a store on a disk: blocks are made durable in groups, what is added can be pinned,
	/// and what is added or read is not collected meanwhile.
	#[must_use]
	pub fn on_disk(store: Arc<DiskBlockStore>, exchange: Arc<dyn BlockExchange>) -> Self {
		Self::over(BlockSource::on_disk(store, exchange))
	}

	fn over(source: BlockSource) -> Self {
		let (chunker, hash) = (Chunker::default(), ContentHash::default());
		Self { source, chunker, hash, limits: Limits::default(), pin: None }
	}

	/// The same, but what is added is pinned, with all below it, before it is acknowledged. Without a
	/// store on a disk nothing is collected, so nothing is pinned either.
	#[must_use]
	pub fn with_pin(mut self, pin: PinAs) -> Self {
		self.pin = Some(pin);
		self
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

	/// The same, but blocks of what is added are named by another hash, and so it gets another CID.
	#[must_use]
	pub fn with_hash(mut self, hash: ContentHash) -> Self {
		self.hash = hash;
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
		let mut batch = Batch::new(self.source.clone(), self.hash);
		let added = add::add(&mut batch, self.chunker, self.limits.file_bytes_max, reader).await?;
		self.finish::<AddError>(batch, &[added.cid]).await?;
		Ok(added)
	}

	/// Stores the file or the directory at `path`, with all that is in it.
	///
	/// Files and directories alone: a symbolic link in it is an error. A directory with more than
	/// [`DIRECTORY_PLAIN_BYTES_MAX`] of names and CIDs is spread over blocks.
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
		let mut batch = Batch::new(self.source.clone(), self.hash);
		let added = tree::add_tree(&mut batch, self.chunker, self.limits, path.to_owned()).await?;
		self.finish::<AddTreeError>(batch, &[added.cid]).await?;
		Ok(added)
	}

	/// Stores all that `reader` yields as the only file of a directory, which keeps its name.
	///
	/// # Errors
	///
	/// The name may not be one, the file is too large, or reading or storing failed. Blocks that were
	/// stored by then stay.
	///
	/// # Cancel safety
	///
	/// As [`Self::add`].
	pub async fn add_named(
		&self,
		name: &str,
		reader: impl AsyncRead + Unpin + Send,
	) -> Result<Added, AddNamedError> {
		check_name(name.as_bytes())?;
		let mut batch = Batch::new(self.source.clone(), self.hash);
		let added = add::add(&mut batch, self.chunker, self.limits.file_bytes_max, reader).await?;
		let mut directory = DirectoryBuilder::default();
		directory.insert(name.as_bytes(), EntryKind::Leaf, added)?;
		let directory = directory.finish(&mut batch).await.map_err(AddError::from)?;
		let added = directory.expect("one name collides with no other; qed");
		self.finish::<AddError>(batch, &[added.cid]).await?;
		Ok(added)
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
		get::write_to(&self.source.for_root(*cid), cid, limit, &mut bytes).await?;
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
		get::write_to(&self.source.for_root(*cid), cid, self.limits.file_bytes_max, writer).await
	}

	/// A reader of a file, which may be told to read a range of it.
	///
	/// # Errors
	///
	/// The first block cannot be had or is not part of a file, or the file is too large.
	pub async fn reader(&self, cid: &Cid) -> Result<FileReader, GetError> {
		FileReader::open(self.source.for_root(*cid), *cid, self.limits.file_bytes_max).await
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
		tree::save(&self.source.for_root(*cid), self.limits, *cid, path).await
	}

	/// One block, which matches its CID.
	///
	/// # Errors
	///
	/// Nobody has it, or the store failed.
	pub async fn block(&self, cid: &Cid) -> Result<Bytes, SourceError> {
		self.source.get(*cid).await
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
		car::export(&self.source.for_root(*root), *root, writer).await
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
		let mut batch = Batch::new(self.source.clone(), self.hash);
		let imported =
			car::import(&self.source, &mut batch, self.limits.file_bytes_max, reader).await?;
		let protection = batch.commit().await?;
		for root in &imported.roots {
			car::check_complete(&self.source, *root).await?;
		}
		self.pin_all(&imported.roots).await?;
		drop(protection);
		Ok(imported)
	}

	// # Directories

	/// What a CID stands for: a file, or a directory and its entries.
	///
	/// # Errors
	///
	/// A block cannot be had, or is no directory that may be read.
	pub async fn list(&self, cid: &Cid) -> Result<Listed, DirectoryError> {
		directory::list(&self.source.for_root(*cid), *cid).await
	}

	/// The CID of what a path like `a/b.txt` leads to from a root on; the empty path leads to the root
	/// itself.
	///
	/// # Errors
	///
	/// The path may not be one, or leads nowhere, or a block on the way cannot be had.
	pub async fn resolve(&self, root: &Cid, path: &str) -> Result<Cid, DirectoryError> {
		directory::resolve(&self.source.for_root(*root), *root, path).await
	}

	// # Sealed files

	/// Seals all that `reader` yields, and stores it; the CID is that of a directory of two entries.
	///
	/// Each time under other random keys, and so under another CID. Randomness is the operating
	/// system's, which `age` asks itself.
	///
	/// # Errors
	///
	/// The name may not be one, the file is too large, or reading or storing failed. Blocks that were
	/// stored by then stay.
	///
	/// # Cancel safety
	///
	/// As [`Self::add`].
	pub async fn add_sealed(
		&self,
		sealed_as: SealedAs,
		recipients: &Recipients,
		reader: impl AsyncRead + Unpin + Send,
	) -> Result<Added, SealError> {
		let mut batch = Batch::new(self.source.clone(), self.hash);
		let bytes_max = self.limits.file_bytes_max;
		let added =
			seal::seal(&mut batch, self.chunker, bytes_max, sealed_as, recipients, reader).await?;
		self.finish::<SealError>(batch, &[added.cid]).await?;
		Ok(added)
	}

	/// Opens a sealed file: says what it is, and can then be read or written to a disk.
	///
	/// # Errors
	///
	/// It is no sealed file or sealed for others, a block cannot be had, or its manifest is damaged or
	/// belongs to another content.
	pub async fn open_sealed(
		&self,
		root: &Cid,
		keys: &OpeningKeys,
	) -> Result<SealedFile, OpenError> {
		seal::open(&self.source.for_root(*root), *root, keys, self.limits.file_bytes_max).await
	}

	// # Pins

	/// Brings all that is below a root here, pins it, and says so to whoever looks for it.
	///
	/// # Errors
	///
	/// A block cannot be had, what is below cannot be walked, the holder would keep too much, or the
	/// pin cannot be written.
	///
	/// # Cancel safety
	///
	/// Dropping the future leaves whole blocks in the store, which a later call reuses.
	pub async fn pin(&self, root: &Cid, pin_as: &PinAs) -> Result<(), PinContentError> {
		let source = self.source.for_root(*root);
		let _protection = source.protect(*root);
		let mut walk = Walk::new(root)?;
		while let Some(cid) = walk.next() {
			if Walk::is_node(&cid) || !source.has(cid).await? {
				let block = source.get(cid).await?;
				walk.enter(&cid, &block)?;
			}
		}
		Ok(self.clone().with_pin(pin_as.clone()).pin_all(&[*root]).await?)
	}

	/// Keeps something no longer on behalf of a holder; whether it was pinned. When nobody else keeps
	/// it, others are no longer told that it is here.
	///
	/// # Errors
	///
	/// The disk failed; it may be pinned still.
	pub async fn unpin(&self, root: &Cid, holder: &Holder) -> Result<bool, PinError> {
		let Some(disk) = self.source.disk() else { return Ok(false) };
		let (cid, holder) = (*root, holder.clone());
		let unpinned = spawn_blocking(move || {
			let was_pinned = disk.unpin(&cid, &holder)?;
			Ok::<_, PinError>((was_pinned, disk.is_pinned(&cid)))
		});
		let (was_pinned, is_pinned) = unpinned.await.unwrap_or_else(|died| {
			Err(PinError::Disk { action: "unpin", cid, source: died.into() })
		})?;
		if !is_pinned {
			self.source.withdraw(cid).await;
		}
		Ok(was_pinned)
	}

	/// Says of everything that is pinned that it is here, as at the start of a process nobody knows.
	pub async fn provide_pins(&self) {
		let Some(disk) = self.source.disk() else { return };
		for pin in disk.pins() {
			self.source.provide(pin.cid).await;
		}
	}

	/// Makes durable what was added, and then its pins.
	async fn finish<E>(&self, batch: Batch, roots: &[Cid]) -> Result<(), E>
	where
		E: From<BlockStoreError> + From<PinError>,
	{
		// Held until the pins are there, or a collection might come between.
		let protection = batch.commit().await?;
		self.pin_all(roots).await?;
		drop(protection);
		Ok(())
	}

	async fn pin_all(&self, roots: &[Cid]) -> Result<(), PinError> {
		let (Some(pin_as), Some(disk)) = (&self.pin, self.source.disk()) else { return Ok(()) };
		for cid in roots.iter().copied() {
			let (disk, pin_as) = (Arc::clone(&disk), pin_as.clone());
			let pinned = spawn_blocking(move || disk.pin(cid, PinKind::Recursive, &pin_as)).await;
			pinned.unwrap_or_else(|died| {
				Err(PinError::Disk { action: "pin", cid, source: died.into() })
			})?;
			self.source.provide(cid).await;
		}
		Ok(())
	}
}

/// Why a file was not added under a name.
#[derive(Debug, thiserror::Error)]
pub enum AddNamedError {
	/// The name may not be one.
	#[error("invalid name")]
	Name(#[from] NameError),
	/// The file could not be added.
	#[error(transparent)]
	Add(#[from] AddError),
}

/// Why content was not pinned.
#[derive(Debug, thiserror::Error)]
pub enum PinContentError {
	/// A block could not be had.
	#[error(transparent)]
	Source(#[from] SourceError),
	/// What is below the root cannot be walked.
	#[error(transparent)]
	Walk(#[from] WalkError),
	/// The store failed.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// It is here, but could not be pinned.
	#[error(transparent)]
	Pin(#[from] PinError),
}
