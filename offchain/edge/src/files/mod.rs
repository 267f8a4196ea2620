// SPDX-License-Identifier: Apache-2.0

//! Files in this daemon: where their blocks are, who keeps what, and how the disk stays in order.
//!
//! ```text
//!  HTTP, SDKs ──scope──> FileStore ──pins of its holder──> Files ──> disk, mesh
//!                                        keeper ──collect, scrub──> disk
//! ```

mod keeper;
mod metrics;
mod piped;
mod uploads;

pub(crate) use keeper::scrub;
pub(crate) use metrics::register_metrics;
pub(crate) use piped::piped;
pub(crate) use uploads::{Progress, Upload, UploadError, Uploads};

use crate::config;
use anyhow::Context as _;
use cid::Cid;
use keeper::Keeper;
use r1_core::{BlockExchange, BlockFuture, Clock, ExchangeError};
use r1_dauth::{Scope, Subject};
use r1_primitives::{JobId, learning::RoundId};
use r1_telemetry::ComponentReporter;
use r1fs::{DiskBlockStore, Files, Holder, PinAs};
use std::{
	io,
	path::{Path, PathBuf},
	sync::Arc,
};
use tokio::task::spawn_blocking;

/// Who keeps what belongs to no job: the node's owner.
const OWNER: &str = "node";

/// How the names of pins of files of rounds begin.
const ROUND_PREFIX: &str = "learning round ";

/// A handle on the files of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct FileStore {
	files: Files,
	/// The same without the mesh: what is here already.
	local: Files,
	disk: Arc<DiskBlockStore>,
	job_bytes_max: u64,
	/// Where uploads lie until all of them is here.
	spool: PathBuf,
	uploads: Uploads,
}

/// Opens the blocks of files on the disk.
///
/// # Errors
///
/// They cannot be read, or another process uses them.
pub(crate) fn open(config: &config::Store, data_dir: &Path) -> anyhow::Result<Arc<DiskBlockStore>> {
	let store = DiskBlockStore::open(&data_dir.join("blocks"), config.bytes_max)
		.context("could not open the block store")?;
	Ok(Arc::new(store))
}

/// Makes the handle, and the service that keeps the disk in order.
pub(crate) fn prepare(
	config: &config::Store,
	data_dir: &Path,
	disk: Arc<DiskBlockStore>,
	mesh: r1_net::Handle,
	clock: Arc<dyn Clock>,
	health: ComponentReporter,
) -> (FileStore, impl Future<Output = ()> + use<>) {
	let files = Files::on_disk(Arc::clone(&disk), Arc::new(mesh));
	let store = FileStore {
		local: Files::on_disk(Arc::clone(&disk), Arc::new(Nobody)),
		files: files.clone(),
		disk: Arc::clone(&disk),
		job_bytes_max: config.job_bytes_max,
		spool: data_dir.to_owned(),
		uploads: Uploads::new(data_dir.join("uploads")),
	};
	let keeper = Keeper { files, disk, uploads: store.uploads.clone(), clock, health };
	(store, keeper.run())
}

impl FileStore {
	/// Files, from here or through the mesh; what is added is kept by nobody.
	pub(crate) fn files(&self) -> &Files {
		&self.files
	}

	/// Files that are here already.
	pub(crate) fn local(&self) -> &Files {
		&self.local
	}

	/// The disk that they are on.
	pub(crate) fn disk(&self) -> &Arc<DiskBlockStore> {
		&self.disk
	}

	/// Uploads that go on after an interruption.
	pub(crate) fn uploads(&self) -> &Uploads {
		&self.uploads
	}

	/// A file without a name on the store's disk, which is gone when it is closed.
	///
	/// # Errors
	///
	/// The disk is full, or failed.
	pub(crate) async fn spool(&self) -> io::Result<tokio::fs::File> {
		let folder = self.spool.clone();
		let file = spawn_blocking(move || tempfile::tempfile_in(folder)).await??;
		Ok(tokio::fs::File::from_std(file))
	}

	/// How something is pinned on behalf of whom a part of the files belongs to.
	pub(crate) fn pin_as(&self, scope: &Scope, name: Option<String>, since_secs: u64) -> PinAs {
		let holder = holder_of(scope);
		let holder_bytes_max = match holder.as_str() {
			// The disk's own limit is the owner's.
			OWNER => u64::MAX,
			_ => self.job_bytes_max,
		};
		PinAs { holder, name: name.unwrap_or_default(), since_secs, holder_bytes_max }
	}

	/// Files of which those that are added are pinned so.
	pub(crate) fn keeping(&self, scope: &Scope, name: Option<String>, since_secs: u64) -> Files {
		self.files.clone().with_pin(self.pin_as(scope, name, since_secs))
	}
}

/// The part of the files that goes without saying for whoever asks: that of his job, or of the node's
/// owner.
pub(crate) fn part_of(subject: Option<Subject>) -> Scope {
	match subject {
		Some(Subject::Job(job)) => Scope::of_job(job),
		Some(Subject::Account(_)) | None => Scope::whole(),
	}
}

/// On whose behalf the files of a scope are kept.
pub(crate) fn holder_of(scope: &Scope) -> Holder {
	let named = (*scope != Scope::whole()).then(|| Holder::new(scope.as_str().replace('/', "-")));
	named
		.flatten()
		.or_else(|| Holder::new(OWNER))
		.expect("the owner's name is one of a holder; qed")
}

/// The job on whose behalf a holder keeps something, if it is one.
pub(crate) fn job_of(holder: &Holder) -> Option<JobId> {
	holder.as_str().strip_prefix("job-")?.parse().ok()
}

/// What the pins of a node's own files of a round of learning are called.
pub(crate) fn part_name(round: RoundId) -> String {
	format!("{ROUND_PREFIX}{round}")
}

/// The round whose file a pin of that name keeps, if it is one.
pub(crate) fn of_round(name: &str) -> Option<RoundId> {
	name.strip_prefix(ROUND_PREFIX)?.parse().ok()
}

/// An exchange with nobody.
#[derive(Debug)]
pub(crate) struct Nobody;

impl BlockExchange for Nobody {
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		Box::pin(async move { Err(ExchangeError::NotFound { cid }) })
	}

	fn announce(&self, _: Cid) {}
}
