// SPDX-License-Identifier: Apache-2.0

//! Files of a round, from the mesh.
//!
//! What a CID stands for is the same for everybody. So content that is no file, or a longer one than
//! there may be, counts as an empty file, which is its maker's fault; a file that does not come is
//! nobody's fault yet.

use super::Failure;
use crate::files::FileStore;
use cid::Cid;
use r1_core::LearningFile;
use r1_primitives::NodeKey;
use r1fs::{Files, GetError};
use std::{
	collections::BTreeMap,
	fs::File,
	io::{Seek as _, SeekFrom},
};
use tokio::io::AsyncWriteExt as _;

/// Small files, by their makers.
pub(super) async fn all(
	files: &Files,
	published: &[LearningFile],
	bytes_max: usize,
) -> Result<BTreeMap<NodeKey, Vec<u8>>, Failure> {
	let mut all = BTreeMap::new();
	for file in published {
		let bytes = match Cid::try_from(file.cid.as_slice()) {
			Ok(cid) => files.get(&cid, bytes_max as u64).await,
			Err(_none) => Ok(Vec::new()),
		};
		all.insert(file.account, or_empty(bytes)?);
	}
	Ok(all)
}

/// Large files, by their makers, on this node's disk until they are closed.
pub(super) async fn all_to_disk(
	store: &FileStore,
	published: &[LearningFile],
	bytes_max: usize,
) -> Result<BTreeMap<NodeKey, File>, Failure> {
	let files = store.files().clone().with_file_bytes_max(bytes_max as u64);
	let mut all = BTreeMap::new();
	for file in published {
		let mut spool = store.spool().await.map_err(|error| Failure::transient(&error))?;
		if let Ok(cid) = Cid::try_from(file.cid.as_slice()) {
			or_empty(files.write_to(&cid, &mut spool).await)?;
		}
		spool.flush().await.map_err(|error| Failure::transient(&error))?;
		let mut spool = spool.into_std().await;
		spool.seek(SeekFrom::Start(0)).map_err(|error| Failure::transient(&error))?;
		all.insert(file.account, spool);
	}
	Ok(all)
}

fn or_empty<T: Default>(got: Result<T, GetError>) -> Result<T, Failure> {
	match got {
		Err(error) if error.is_content_fault() => Ok(T::default()),
		got => got.map_err(|error| Failure::transient(&error)),
	}
}
