// SPDX-License-Identifier: Apache-2.0

//! Uploads that go on after an interruption.
//!
//! ```text
//! uploads/<id>.json     what it is: length, holder, name
//! uploads/<id>.part     what is here of it; its length is how far it is
//! uploads/<id>.done     the CID, once all was here and was added
//! ```
//!
//! A crash leaves a beginning, from which the client goes on. One that nobody has touched for a day is
//! removed, and so is the note of one that is done.

use crate::defaults::{UPLOAD_KEPT, UPLOAD_PENDING_BYTES_MAX, UPLOADS_MAX};
use cid::Cid;
use r1_core::{Rng as _, SystemRng};
use r1fs::Holder;
use serde::{Deserialize, Serialize};
use std::{
	collections::BTreeSet,
	fs, io,
	path::PathBuf,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::SystemTime,
};
use tokio::{
	fs::{File, OpenOptions},
	io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
	task::spawn_blocking,
};

/// Uploads, on the disk of the store.
#[derive(Clone, Debug)]
pub(crate) struct Uploads {
	folder: PathBuf,
	/// Those that somebody is writing.
	busy: Arc<Mutex<BTreeSet<String>>>,
	/// Held while one begins: what there is room for is counted before.
	beginning: Arc<Mutex<()>>,
}

/// What an upload is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Upload {
	/// Bytes of the whole file.
	pub(crate) length: u64,
	/// On whose behalf it is kept.
	pub(crate) holder: String,
	/// What it is known by, to people.
	pub(crate) name: String,
}

/// How far an upload is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Progress {
	pub(crate) upload: Upload,
	/// Bytes that are here.
	pub(crate) offset: u64,
	/// What it was added as, if all of it was here.
	pub(crate) cid: Option<Cid>,
}

/// Why an upload does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
	/// There is no such upload of this holder.
	#[error("there is no upload {id}; it may have been removed after a day")]
	NotFound {
		/// Its name.
		id: String,
	},
	/// Somebody is writing it.
	#[error("upload {id} is being written by another request")]
	Busy {
		/// Its name.
		id: String,
	},
	/// It is somewhere else than the client thinks.
	#[error("upload {id} is at {offset}, and not at {said}")]
	Offset {
		/// Its name.
		id: String,
		/// Where it is.
		offset: u64,
		/// Where the client thinks that it is.
		said: u64,
	},
	/// The client sends more than it said.
	#[error("upload {id} has {length} bytes, and more came")]
	TooLong {
		/// Its name.
		id: String,
		/// The length that was said.
		length: u64,
	},
	/// There are too many.
	#[error("there are {UPLOADS_MAX} unfinished uploads, or their files are too long together")]
	TooMany,
	/// The client went away; what came is kept.
	#[error("the request ended early")]
	Interrupted(#[source] io::Error),
	/// The disk is full, or failed.
	#[error("the disk could not take the upload")]
	Disk(#[source] io::Error),
}

impl Uploads {
	/// Uploads in a folder, which is made when it is needed.
	pub(crate) fn new(folder: PathBuf) -> Self {
		Self { folder, busy: Arc::default(), beginning: Arc::default() }
	}

	/// Begins an upload; its name.
	pub(crate) async fn begin(&self, upload: Upload) -> Result<String, UploadError> {
		self.run(move |uploads| uploads.begin_now(&upload)).await
	}

	fn begin_now(&self, upload: &Upload) -> Result<String, UploadError> {
		// Nothing is changed under it that could be half done.
		let _turn = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
		self.make_room(upload.length)?;
		let mut id = [0; 16];
		SystemRng.fill(&mut id);
		let id = hex::encode(id);
		fs::create_dir_all(&self.folder).map_err(UploadError::Disk)?;
		let text = serde_json::to_vec(upload).map_err(|error| UploadError::Disk(error.into()))?;
		fs::write(self.path(&id, "part"), []).map_err(UploadError::Disk)?;
		// Last: without it, there is no upload.
		fs::write(self.path(&id, "json"), text).map_err(UploadError::Disk)?;
		Ok(id)
	}

	/// How far an upload of a holder is.
	pub(crate) async fn progress(
		&self,
		id: &str,
		holder: &Holder,
	) -> Result<Progress, UploadError> {
		let (id, holder) = (id.to_owned(), holder.clone());
		self.run(move |uploads| uploads.progress_now(&id, &holder)).await
	}

	fn progress_now(&self, id: &str, holder: &Holder) -> Result<Progress, UploadError> {
		let not_found = || UploadError::NotFound { id: shown(id) };
		if !is_id(id) {
			return Err(not_found());
		}
		let text = fs::read(self.path(id, "json")).map_err(|_| not_found())?;
		let upload: Upload = serde_json::from_slice(&text).map_err(|_| not_found())?;
		if upload.holder != holder.as_str() {
			return Err(not_found());
		}
		let cid = fs::read_to_string(self.path(id, "done")).ok().and_then(|cid| cid.parse().ok());
		let offset = match cid {
			Some(_) => upload.length,
			None => fs::metadata(self.path(id, "part")).map_err(|_| not_found())?.len(),
		};
		Ok(Progress { upload, offset, cid })
	}

	/// Takes what comes next; where the upload is then. What came before an error is kept.
	pub(crate) async fn append(
		&self,
		id: &str,
		holder: &Holder,
		said: u64,
		mut reader: impl AsyncRead + Unpin,
	) -> Result<Progress, UploadError> {
		let _turn = self.turn(id)?;
		let mut progress = self.progress(id, holder).await?;
		let (offset, length) = (progress.offset, progress.upload.length);
		if offset != said {
			return Err(UploadError::Offset { id: id.to_owned(), offset, said });
		}
		if progress.cid.is_some() {
			return Ok(progress);
		}
		let part = OpenOptions::new().append(true).open(self.path(id, "part")).await;
		let mut part = part.map_err(UploadError::Disk)?;
		let mut buffer = vec![0; 256 * 1024];
		let outcome = loop {
			let read = match reader.read(&mut buffer).await {
				Ok(0) => break Ok(()),
				Ok(read) => read,
				Err(error) => break Err(UploadError::Interrupted(error)),
			};
			if length - progress.offset < read as u64 {
				break Err(UploadError::TooLong { id: id.to_owned(), length });
			}
			if let Err(error) = part.write_all(&buffer[..read]).await {
				break Err(UploadError::Disk(error));
			}
			progress.offset += read as u64;
		};
		part.flush().await.map_err(UploadError::Disk)?;
		outcome.map(|()| progress)
	}

	/// All that came of an upload, to be read.
	pub(crate) async fn open(&self, id: &str) -> Result<File, UploadError> {
		File::open(self.path(id, "part")).await.map_err(UploadError::Disk)
	}

	/// Notes what an upload was added as; its bytes are in the store then.
	pub(crate) async fn finish(&self, id: &str, cid: &Cid) -> Result<(), UploadError> {
		let (done, part) = (self.path(id, "done"), self.path(id, "part"));
		let cid = cid.to_string();
		self.run(move |_| {
			fs::write(done, cid).map_err(UploadError::Disk)?;
			// Removed anyway after a day.
			drop(fs::remove_file(part));
			Ok(())
		})
		.await
	}

	/// Forgets an upload of a holder.
	pub(crate) async fn remove(&self, id: &str, holder: &Holder) -> Result<(), UploadError> {
		let (id, holder) = (id.to_owned(), holder.clone());
		self.run(move |uploads| {
			let _turn = uploads.turn(&id)?;
			uploads.progress_now(&id, &holder)?;
			uploads.remove_files(&id);
			Ok(())
		})
		.await
	}

	/// Forgets what nobody has touched for long. To be called where it may block.
	pub(crate) fn remove_old(&self, now_secs: u64) {
		for id in self.ids() {
			let kinds = ["part", "done", "json"];
			let touched = kinds.iter().filter_map(|kind| {
				fs::metadata(self.path(&id, kind)).and_then(|it| it.modified()).ok()
			});
			let touched =
				touched.max().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
			let until_secs = touched.map(|at| (at + UPLOAD_KEPT).as_secs());
			if until_secs.is_some_and(|until| until < now_secs) && self.turn(&id).is_ok() {
				self.remove_files(&id);
			}
		}
	}

	/// Asks the disk where it may block.
	async fn run<T: Send + 'static>(
		&self,
		operation: impl FnOnce(&Self) -> Result<T, UploadError> + Send + 'static,
	) -> Result<T, UploadError> {
		let uploads = self.clone();
		spawn_blocking(move || operation(&uploads))
			.await
			.unwrap_or_else(|died| Err(UploadError::Disk(died.into())))
	}

	fn remove_files(&self, id: &str) {
		// The one that makes it an upload goes first.
		for kind in ["json", "part", "done"] {
			drop(fs::remove_file(self.path(id, kind)));
		}
	}

	fn make_room(&self, length: u64) -> Result<(), UploadError> {
		let unfinished = self.ids().into_iter().filter(|id| !self.path(id, "done").exists());
		let lengths: Vec<u64> = unfinished
			.filter_map(|id| fs::read(self.path(&id, "json")).ok())
			.filter_map(|text| serde_json::from_slice::<Upload>(&text).ok())
			.map(|upload| upload.length)
			.collect();
		let bytes = lengths.iter().fold(length, |sum, length| sum.saturating_add(*length));
		match lengths.len() < UPLOADS_MAX && bytes <= UPLOAD_PENDING_BYTES_MAX {
			true => Ok(()),
			false => Err(UploadError::TooMany),
		}
	}

	fn ids(&self) -> Vec<String> {
		let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
		let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
		let ids = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
		ids.filter(|id| is_id(id)).collect()
	}

	fn path(&self, id: &str, kind: &str) -> PathBuf {
		self.folder.join(format!("{id}.{kind}"))
	}

	/// Where uploads are.
	#[cfg(test)]
	pub(crate) fn folder(&self) -> &std::path::Path {
		&self.folder
	}

	/// Writes an upload alone, until what is returned is dropped.
	fn turn(&self, id: &str) -> Result<Turn, UploadError> {
		if !lock(&self.busy).insert(id.to_owned()) {
			return Err(UploadError::Busy { id: shown(id) });
		}
		Ok(Turn { busy: Arc::clone(&self.busy), id: id.to_owned() })
	}
}

/// The right to write an upload.
struct Turn {
	busy: Arc<Mutex<BTreeSet<String>>>,
	id: String,
}

impl Drop for Turn {
	fn drop(&mut self) {
		lock(&self.busy).remove(&self.id);
	}
}

fn lock(busy: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
	// Every change is of one name.
	busy.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a text is the name of an upload, and so of a file.
fn is_id(text: &str) -> bool {
	text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn shown(id: &str) -> String {
	id.chars().take(40).flat_map(char::escape_default).collect()
}
