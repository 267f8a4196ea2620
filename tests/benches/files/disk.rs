// SPDX-License-Identifier: Apache-2.0

//! Hashing, and adding to a store on a disk.

use super::content::Content;
use anyhow::{Context as _, Result};
use cid::Cid;
use r1_core::{BlockExchange, BlockFuture, ExchangeError, RAW_CODEC, cid_of};
use r1fs::{CHUNK_BYTES, DiskBlockStore, Files, Recipients, SealedAs};
use serde_json::{Value, json};
use std::{fs, hint::black_box, path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt as _, time::Instant};

/// Bytes of a small file.
const SMALL_BYTES: usize = 4_096;

/// A recipient whose key nobody has.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// Nobody has what is not here.
#[derive(Debug)]
struct Nobody;

impl BlockExchange for Nobody {
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		Box::pin(async move { Err(ExchangeError::NotFound { cid }) })
	}

	fn announce(&self, _: Cid) {}
}

/// A store in a folder of its own.
pub(super) fn store(root: &Path) -> Result<(TempDir, Arc<DiskBlockStore>)> {
	let folder = tempfile::tempdir_in(root)?;
	let store = Arc::new(DiskBlockStore::open(folder.path(), u64::MAX)?);
	Ok((folder, store))
}

/// Files of a store that asks nobody.
pub(super) fn files(store: Arc<DiskBlockStore>) -> Files {
	Files::on_disk(store, Arc::new(Nobody))
}

/// Seconds that hashing the chunks of a file takes, reading included, on one core.
pub(super) async fn hash(bytes: u64) -> Result<f64> {
	let mut content = Content::new(bytes);
	let mut chunk = vec![0; CHUNK_BYTES];
	let begun = Instant::now();
	let mut left = bytes;
	while 0 < left {
		let length = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK_BYTES);
		content.read_exact(&mut chunk[..length]).await?;
		black_box(cid_of(RAW_CODEC, &chunk[..length]));
		left -= length as u64;
	}
	Ok(begun.elapsed().as_secs_f64())
}

/// How long adding a file takes until all of it is synced, and the most memory that the process has had.
pub(super) async fn add(root: &Path, bytes: u64) -> Result<Value> {
	let (_folder, store) = store(root)?;
	let files = files(store);
	let begun = Instant::now();
	files.add(Content::new(bytes)).await?;
	let secs = begun.elapsed().as_secs_f64();
	Ok(json!({ "secs": secs, "peak_bytes": peak_bytes()? }))
}

/// The same, sealed for a key.
pub(super) async fn add_sealed(root: &Path, bytes: u64) -> Result<Value> {
	let (_folder, store) = store(root)?;
	let files = files(store);
	let recipients = Recipients::keys([RECIPIENT])?;
	let sealed_as = SealedAs { name: "file".into(), media_type: String::new() };
	let begun = Instant::now();
	files.add_sealed(sealed_as, &recipients, Content::new(bytes)).await?;
	Ok(json!({ "secs": begun.elapsed().as_secs_f64() }))
}

/// How long adding a directory of small files takes.
pub(super) async fn add_small(root: &Path, count: u32) -> Result<Value> {
	let source = tempfile::tempdir_in(root)?;
	for number in 0..count {
		let mut bytes = vec![0; SMALL_BYTES];
		bytes[..4].copy_from_slice(&number.to_le_bytes());
		fs::write(source.path().join(number.to_string()), bytes)?;
	}
	let (_folder, store) = store(root)?;
	let files = files(store);
	let begun = Instant::now();
	files.add_tree(source.path()).await?;
	Ok(json!({ "files": count, "secs": begun.elapsed().as_secs_f64() }))
}

/// The most memory that this process has had.
pub(super) fn peak_bytes() -> Result<u64> {
	let status = fs::read_to_string("/proc/self/status").context("no /proc/self/status")?;
	let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
	let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
	let kib: u64 = kib.context("no VmHWM")?.trim().parse()?;
	Ok(kib * 1_024)
}
