// SPDX-License-Identifier: Apache-2.0

//! The daemon's files about containers.
//!
//! ```text
//!  containers.json           the ledger
//!  images/<cid>              an archive on its way to the engine
//!  jobs/<number>/given/      what the containers of a job see at /run/ratio1
//! ```

use crate::jobs::credentials::given_directory;
use anyhow::Context as _;
use r1_deeploy::container::Ledger;
use r1_primitives::JobId;
use std::{
	fs::{self, File},
	io::{self, ErrorKind, Write as _},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, PoisonError},
};
use tracing::warn;

/// Where the files are.
#[derive(Clone, Debug)]
pub(crate) struct Places {
	/// Absolute: the engine has another working directory.
	data_dir: PathBuf,
	/// The ledger as it was written last.
	written: Arc<Mutex<Vec<u8>>>,
}

impl Places {
	/// The places below a directory.
	pub(crate) fn new(data_dir: &Path) -> anyhow::Result<Self> {
		let data_dir = std::path::absolute(data_dir)
			.with_context(|| format!("{} has no absolute path", data_dir.display()))?;
		Ok(Self { data_dir, written: Arc::default() })
	}

	/// Where the file of an image lies while it is taken in, in a directory that is there.
	pub(super) fn archive(&self, name: &str) -> io::Result<PathBuf> {
		let directory = self.images();
		fs::create_dir_all(&directory)?;
		Ok(directory.join(name))
	}

	/// What containers of a job see of this machine.
	pub(super) fn given(&self, job: JobId) -> PathBuf {
		given_directory(&self.data_dir, job)
	}

	/// The ledger of an earlier start; an empty one if there is none that can be read. Removes what an
	/// earlier start had not taken in.
	pub(super) fn read_ledger(&self, now_ms: u64) -> Ledger {
		match fs::remove_dir_all(self.images()) {
			Err(error) if error.kind() != ErrorKind::NotFound => {
				warn!(target: "r1::edge", %error, "could not remove archives of an earlier start");
			},
			_ => {},
		}
		let path = self.ledger();
		let bytes = match fs::read(&path) {
			Ok(bytes) => bytes,
			Err(error) if error.kind() == ErrorKind::NotFound => return Ledger::default(),
			Err(error) => {
				let path = path.display();
				warn!(target: "r1::edge", %path, %error, "could not read the ledger of containers");
				return Ledger::default();
			},
		};
		Ledger::read(&bytes, now_ms).unwrap_or_else(|error| {
			// What works goes on without it; whoever wants to know finds it beside.
			let aside = path.with_extension("unreadable");
			drop(fs::rename(&path, &aside));
			let (aside, error) = (aside.display(), r1_core::error_chain(&error));
			warn!(target: "r1::edge", %aside, %error, "begins a new ledger of containers");
			Ledger::default()
		})
	}

	/// Writes the ledger, if it has changed.
	pub(super) async fn keep(&self, ledger: &Ledger) {
		let bytes = ledger.to_bytes();
		let written = Arc::clone(&self.written);
		let path = self.ledger();
		let writing = move || {
			let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
			if *written == bytes {
				return Ok(());
			}
			write(&path, &bytes)?;
			*written = bytes;
			Ok::<_, io::Error>(())
		};
		let outcome = tokio::task::spawn_blocking(writing).await;
		if let Err(error) = outcome.unwrap_or_else(|error| Err(error.into())) {
			warn!(target: "r1::edge", %error, "could not write the ledger of containers");
		}
	}

	fn ledger(&self) -> PathBuf {
		self.data_dir.join("containers.json")
	}

	fn images(&self) -> PathBuf {
		self.data_dir.join("images")
	}
}

/// Writes a file that is there in full or not at all, after a power cut too.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let new = path.with_extension("new");
	let mut file = File::create(&new)?;
	file.write_all(bytes)?;
	file.sync_all()?;
	fs::rename(&new, path)?;
	match path.parent() {
		Some(directory) => File::open(directory)?.sync_all(),
		None => Ok(()),
	}
}
