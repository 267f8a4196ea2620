// SPDX-License-Identifier: Apache-2.0

//! A store of this command alone, where content is made and checked. It is gone when the command ends.

use super::transfer;
use anyhow::{Context as _, ensure};
use cid::Cid;
use r1_api::EdgeClient;
use r1_core::{BlockExchange, BlockFuture, ExchangeError};
use r1fs::{DiskBlockStore, Files};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;

/// The store, in a directory of its own.
pub(super) struct Desk {
	files: Files,
	/// Removed with the desk.
	_folder: TempDir,
}

impl Desk {
	/// A desk where temporary files are.
	pub(super) fn new() -> anyhow::Result<Self> {
		Self::at(tempfile::tempdir())
	}

	/// A desk on the disk on which something is to be written.
	pub(super) fn beside(path: &Path) -> anyhow::Result<Self> {
		let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
		let name = tempfile::Builder::new().prefix(".r1ctl-").to_owned();
		Self::at(name.tempdir_in(folder.unwrap_or(Path::new("."))))
	}

	fn at(folder: std::io::Result<TempDir>) -> anyhow::Result<Self> {
		let folder = folder.context("could not make a directory for the blocks of the file")?;
		let store = DiskBlockStore::open(folder.path(), u64::MAX)?;
		let files = Files::on_disk(Arc::new(store), Arc::new(Nobody));
		Ok(Self { files, _folder: folder })
	}

	pub(super) fn files(&self) -> &Files {
		&self.files
	}

	/// Sends what is below a root to a daemon, which keeps it.
	pub(super) async fn send(
		&self,
		edge: &EdgeClient,
		root: &Cid,
		name: &str,
		job: Option<u32>,
	) -> anyhow::Result<()> {
		let imported = transfer::send(edge, &self.files, root, name, job).await?;
		let is_it = imported.roots == [root.to_string()];
		ensure!(is_it, "the daemon says that it keeps {:?}, and not {root}", imported.roots);
		Ok(())
	}

	/// Fetches all that is below a root from a daemon; what comes is checked.
	pub(super) async fn fetch(
		&self,
		edge: &EdgeClient,
		root: &str,
		job: Option<u32>,
	) -> anyhow::Result<()> {
		let expected: Cid = root.parse().with_context(|| format!("`{root}` is no CID"))?;
		let imported = transfer::fetch(edge, &self.files, root, job).await?;
		let is_it = imported.roots == [expected];
		ensure!(is_it, "the daemon sent {:?}, and not {root}", imported.roots);
		Ok(())
	}
}

/// Nobody is asked for what is not here: all of it comes in one file.
struct Nobody;

impl BlockExchange for Nobody {
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		Box::pin(async move { Err(ExchangeError::NotFound { cid }) })
	}

	fn announce(&self, _: Cid) {}
}
