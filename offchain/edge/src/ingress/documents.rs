// SPDX-License-Identifier: Apache-2.0

//! What jobs are: their specifications, which are looked up for each visit.

use crate::defaults::{
	INGRESS_DOCUMENTS_MAX, INGRESS_FETCHES_MAX, INGRESS_SPECIFICATION_AGAIN,
	INGRESS_SPECIFICATION_TIME_MAX, SPECIFICATION_BYTES_MAX,
};
use cid::Cid;
use r1_core::{Clock as _, SystemClock, error_chain};
use r1_deeploy::job::Document;
use r1fs::Files;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::Semaphore, time::timeout};

/// Specifications that visitors asked for.
#[derive(Debug)]
pub(super) struct Documents {
	files: Files,
	clock: Arc<SystemClock>,
	known: Mutex<BTreeMap<Cid, Known>>,
	fetches: Semaphore,
}

/// What is known of a CID.
#[derive(Clone, Debug)]
struct Known {
	/// When it was learnt, in monotonic time.
	since_ms: u64,
	document: Result<Arc<Document>, String>,
}

impl Documents {
	pub(super) fn new(files: Files, clock: Arc<SystemClock>) -> Self {
		let fetches = Semaphore::new(INGRESS_FETCHES_MAX);
		Self { files, clock, known: Mutex::default(), fetches }
	}

	/// A specification; if it cannot be had or read, why.
	pub(super) async fn get(&self, cid: Cid) -> Result<Arc<Document>, String> {
		if let Some(document) = self.known(&cid) {
			return document;
		}
		let secs = INGRESS_SPECIFICATION_TIME_MAX.as_secs();
		let fetching = timeout(INGRESS_SPECIFICATION_TIME_MAX, self.fetch(cid));
		let fetched = fetching.await.unwrap_or_else(|_| {
			Err(format!("the specification {cid} could not be had within {secs} s"))
		});
		self.learn(cid, fetched.clone());
		fetched
	}

	async fn fetch(&self, cid: Cid) -> Result<Arc<Document>, String> {
		// Never closed.
		let _permit = self.fetches.acquire().await.map_err(|error| error.to_string())?;
		// Somebody else may have got it while this one waited.
		if let Some(document) = self.known(&cid) {
			return document;
		}
		let bytes = self.files.get(&cid, SPECIFICATION_BYTES_MAX).await;
		let bytes = bytes.map_err(|error| error_chain(&error).to_string())?;
		let document = Document::read(&bytes).map_err(|error| error_chain(&error).to_string())?;
		Ok(Arc::new(document))
	}

	/// A failure is good for a moment: it may be mended, and must not be tried for each visitor.
	fn known(&self, cid: &Cid) -> Option<Result<Arc<Document>, String>> {
		let known = self.lock().get(cid).cloned()?;
		let age_ms = u128::from(self.clock.monotonic_ms().saturating_sub(known.since_ms));
		let is_good = known.document.is_ok() || age_ms < INGRESS_SPECIFICATION_AGAIN.as_millis();
		is_good.then_some(known.document)
	}

	fn learn(&self, cid: Cid, document: Result<Arc<Document>, String>) {
		let since_ms = self.clock.monotonic_ms();
		let mut known = self.lock();
		if INGRESS_DOCUMENTS_MAX <= known.len() && !known.contains_key(&cid) {
			let oldest = known.iter().min_by_key(|(_, it)| it.since_ms).map(|(cid, _)| *cid);
			if let Some(oldest) = oldest {
				known.remove(&oldest);
			}
		}
		known.insert(cid, Known { since_ms, document });
	}

	fn lock(&self) -> MutexGuard<'_, BTreeMap<Cid, Known>> {
		// Each change is one insertion or removal, so a panic elsewhere leaves the map sound.
		self.known.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
