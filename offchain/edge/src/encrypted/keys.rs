// SPDX-License-Identifier: Apache-2.0

//! Evaluation keys: from the content store into the worker, some at a time.

use cid::Cid;
use r1_edil::{EVALUATION_KEY_BYTES_MAX, EvaluationKeyId, LoadKeyError, Worker};
use r1fs::{Files, GetError};
use std::{
	collections::{BTreeSet, VecDeque},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
	sync::Semaphore,
	task::{JoinError, spawn_blocking},
};
use tracing::debug;

/// Keys that are on their way at a time: each takes 22 MB, and three times as much while it is
/// prepared, which happens to one after the other.
const FETCHES_MAX: usize = 4;

/// Keys of which it is known where they came from: ten times as many as the worker has at once.
const FILES_MAX: usize = 256;

/// Brings keys here.
#[derive(Clone, Debug)]
pub(super) struct KeyStore {
	files: Files,
	fetches: Arc<Semaphore>,
	/// Those that are fetched in the background.
	begun: Arc<Mutex<BTreeSet<EvaluationKeyId>>>,
	/// Where the last ones came from that were needed, the latest at the end.
	files_of: Arc<Mutex<VecDeque<(EvaluationKeyId, Cid)>>>,
}

impl KeyStore {
	pub(super) fn new(files: Files) -> Self {
		Self {
			files,
			fetches: Arc::new(Semaphore::new(FETCHES_MAX)),
			begun: Arc::default(),
			files_of: Arc::default(),
		}
	}

	/// Where a key came from that is here, so that others can fetch it, too.
	pub(super) fn file_of(&self, id: &EvaluationKeyId) -> Option<Cid> {
		let mut files_of = self.lock_files();
		let place = files_of.iter().position(|(known, _)| known == id)?;
		let entry = files_of.remove(place)?;
		files_of.push_back(entry);
		Some(entry.1)
	}

	/// Has a key be here: fetches it if it is not.
	///
	/// # Errors
	///
	/// Nobody says where it is, it cannot be fetched, or it is none.
	pub(super) async fn bring(
		&self,
		worker: &Arc<Worker>,
		id: EvaluationKeyId,
		key: Option<&Cid>,
	) -> Result<(), NoKey> {
		if worker.has_key(&id) {
			return Ok(());
		}
		let key = key.ok_or(NoKey::NotHere)?;
		let _permit = self.fetches.acquire().await.map_err(|_| NoKey::NotHere)?;
		// Somebody who had the permit before may have wanted the same.
		if worker.has_key(&id) {
			return Ok(());
		}
		let bytes = self.files.get(key, EVALUATION_KEY_BYTES_MAX as u64).await;
		let bytes =
			bytes.map_err(|source| NoKey::NotFetched { key: *key, source: Box::new(source) })?;
		let worker = Arc::clone(worker);
		spawn_blocking(move || worker.load_key(id, &bytes)).await??;
		let mut files_of = self.lock_files();
		files_of.retain(|(known, _)| *known != id);
		files_of.push_back((id, *key));
		if FILES_MAX < files_of.len() {
			files_of.pop_front();
		}
		Ok(())
	}

	/// Whether a key is here; if not, it is fetched by somebody who is not waited for.
	pub(super) fn begin(&self, worker: &Arc<Worker>, id: EvaluationKeyId, key: Cid) -> bool {
		if worker.has_key(&id) {
			return true;
		}
		let is_room = {
			let mut begun = self.lock();
			begun.len() < FETCHES_MAX && begun.insert(id)
		};
		if is_room {
			let (keys, worker) = (self.clone(), Arc::clone(worker));
			tokio::spawn(async move {
				if let Err(error) = keys.bring(&worker, id, Some(&key)).await {
					debug!(target: "r1::edge", %key, %error, "no evaluation key");
				}
				keys.lock().remove(&id);
			});
		}
		false
	}

	fn lock_files(&self) -> MutexGuard<'_, VecDeque<(EvaluationKeyId, Cid)>> {
		// What a panic elsewhere may leave is an entry less.
		self.files_of.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn lock(&self) -> MutexGuard<'_, BTreeSet<EvaluationKeyId>> {
		// Each change is one insertion or removal, so a panic elsewhere leaves the set sound.
		self.begun.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Why an evaluation key is not here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoKey {
	/// It is not, and nobody says where it is.
	#[error("the evaluation key of the request is not here")]
	NotHere,
	/// It cannot be fetched.
	#[error("the evaluation key {key} cannot be fetched")]
	NotFetched {
		/// Where it should be.
		key: Cid,
		/// Why it is not.
		source: Box<GetError>,
	},
	/// It is none, or another one.
	#[error(transparent)]
	Refused(#[from] LoadKeyError),
	/// Its preparation panicked.
	#[error("the evaluation key was not prepared")]
	Died(#[from] JoinError),
}
