// SPDX-License-Identifier: Apache-2.0

//! Probes of models that are evaluated on ciphertexts: the oracle repeats the evaluation, and compares
//! bytes.
//!
//! Request and key are words that nobody encrypted. A worker cannot tell them from a client's, because
//! it cannot tell ciphertexts from noise; and the oracle needs no secret key, which this daemon could
//! not even make.

use super::{NotProbed, receipts::Exhibit, unavailable, unusable};
use crate::files::FileStore;
use cid::Cid;
use r1_core::{Rng as _, SystemRng};
use r1_deeploy::{
	attest::{ProbeOutcome, ProbeTarget},
	encrypted::{EncryptedAnswer, EncryptedProbe},
	receipts::Fault,
};
use r1_edil::{
	BootstrapParameters, EVALUATION_KEY_BYTES_MAX, EdilLimits, EncryptedModel, EvaluationKey,
	EvaluationKeyId, LoadKeyError, NO_EVALUATION_KEY, ParameterSet, Request, Worker, check_request,
	limits::MODEL_BYTES_MAX,
};
use r1_net::RequestError;
use r1_primitives::NodeKey;
use r1fs::{Holder, PinAs};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{task::spawn_blocking, time::timeout};
use tracing::debug;

/// On whose behalf keys of probes are kept.
const HOLDER: &str = "oracle";

/// What their pins are called.
const PIN_NAME: &str = "evaluation key of probes";

/// How often in a row a node may say that it is fetching the key before that counts as a failure: it
/// takes seconds, and a key that others pushed out is fetched again.
const FETCHING_MAX: u32 = 4;

/// Time between two fetches of clients' keys, in seconds: each has 17 MB, which makes 1 Mbit/s.
const KEY_PAUSE_SECS: u64 = 120;

/// How long a client's key is waited for: others are to be probed, too.
const KEY_TIME_MAX: Duration = Duration::from_secs(30);

/// What repeats evaluations.
#[derive(Debug)]
pub(super) struct EncryptedAuditor {
	files: FileStore,
	/// Started with the first probe; apart from the worker that serves this node's own jobs.
	worker: Option<Arc<Worker>>,
	/// A key of each set that was probed with.
	keys: BTreeMap<ParameterSet, Key>,
	/// How often in a row each node said that it is fetching the key.
	fetching: BTreeMap<ProbeTarget, u32>,
	/// When a client's key was fetched last.
	fetched_at_secs: Option<u64>,
}

/// A key in the content store.
#[derive(Clone, Copy, Debug)]
struct Key {
	id: EvaluationKeyId,
	file: Cid,
}

impl EncryptedAuditor {
	pub(super) fn new(files: FileStore) -> Self {
		Self {
			files,
			worker: None,
			keys: BTreeMap::new(),
			fetching: BTreeMap::new(),
			fetched_at_secs: None,
		}
	}

	/// Asks a node to evaluate what nobody could foresee, and evaluates it too.
	pub(super) async fn probe(
		&mut self,
		mesh: &r1_net::Handle,
		node: &NodeKey,
		target: ProbeTarget,
		file: Cid,
		now_secs: u64,
	) -> Result<ProbeOutcome, NotProbed> {
		let model = self.model(file).await?;
		let worker = self.worker().await?;
		let key = self.key(&worker, model.parameters(), now_secs).await?;
		let request = random_request(&model, key.map_or(NO_EVALUATION_KEY, |key| key.id));
		let key = key.map(|key| key.file);
		let probe = EncryptedProbe::new(target.job, &file, request.to_bytes(), key.as_ref());
		let answer = match mesh.request(node, probe.encode().into()).await {
			Ok(answer) => EncryptedAnswer::decode(&answer),
			Err(RequestError::Refused { .. }) => return Ok(ProbeOutcome::Failed),
			Err(_) => return Ok(ProbeOutcome::TimedOut),
		};
		let answer = match answer {
			Ok(EncryptedAnswer::FetchingKey) => return self.count_fetching(target),
			Ok(EncryptedAnswer::Response(bytes)) => bytes,
			said => {
				debug!(target: "r1::edge", ?target, ?said, "no evaluation");
				return Ok(ProbeOutcome::Failed);
			},
		};
		self.fetching.remove(&target);
		let expected = evaluate(worker, model, request).await?;
		Ok(if expected == answer { ProbeOutcome::Ok } else { ProbeOutcome::Failed })
	}

	/// Evaluates what a client asked, and compares with what it was answered.
	pub(super) async fn repeat(
		&mut self,
		file: Cid,
		exhibit: Exhibit,
		now_secs: u64,
	) -> Result<Result<(), Fault>, NotProbed> {
		let model = self.model(file).await?;
		let worker = self.worker().await?;
		let no_request = |reason: String| Ok(Err(Fault::NoRequest { reason }));
		let request = match Request::from_bytes(&exhibit.input) {
			Ok(request) => request,
			Err(error) => return no_request(error.to_string()),
		};
		if let Err(error) = check_request(&model, &request) {
			return no_request(error.to_string());
		}
		// Whatever a client names that needs none.
		let id = model.parameters().bootstrap().map(|_| request.evaluation_key);
		if id != exhibit.receipt.evaluation_key {
			return Ok(Err(Fault::OtherKey));
		}
		if let Some(id) = id
			&& let Err(fault) = self.bring(&worker, id, exhibit.key, now_secs).await?
		{
			return Ok(Err(fault));
		}
		let expected = evaluate(worker, model, request).await?;
		let reason = "other bytes come of the request".to_owned();
		Ok(match expected == exhibit.output {
			true => Ok(()),
			false => Err(Fault::WrongAnswer { reason }),
		})
	}

	/// Has a client's key be here, which the node must know where to find: it got it there.
	async fn bring(
		&mut self,
		worker: &Arc<Worker>,
		id: EvaluationKeyId,
		file: Option<Cid>,
		now_secs: u64,
	) -> Result<Result<(), Fault>, NotProbed> {
		if worker.has_key(&id) {
			return Ok(Ok(()));
		}
		let Some(file) = file else { return Ok(Err(Fault::OtherKey)) };
		let is_soon = |at_secs: u64| now_secs.saturating_sub(at_secs) < KEY_PAUSE_SECS;
		if self.fetched_at_secs.is_some_and(is_soon) {
			return Err(NotProbed::ManyKeys);
		}
		self.fetched_at_secs = Some(now_secs);
		let fetched = self.files.files().get(&file, EVALUATION_KEY_BYTES_MAX as u64);
		let fetched = timeout(KEY_TIME_MAX, fetched).await.map_err(unavailable)?;
		let bytes = fetched.map_err(unavailable)?;
		let loading = Arc::clone(worker);
		let loaded = spawn_blocking(move || loading.load_key(id, &bytes)).await;
		match loaded.map_err(unusable)? {
			Ok(()) => Ok(Ok(())),
			Err(LoadKeyError::Key(_) | LoadKeyError::OtherKey) => Ok(Err(Fault::OtherKey)),
			Err(error @ LoadKeyError::Memory(_)) => Err(unusable(error)),
		}
	}

	async fn model(&self, file: Cid) -> Result<EncryptedModel, NotProbed> {
		let bytes = self.files.files().get(&file, MODEL_BYTES_MAX as u64).await;
		EncryptedModel::from_bytes(&bytes.map_err(unavailable)?).map_err(unusable)
	}

	/// A node that fetches the key is neither right nor wrong, for some time.
	fn count_fetching(&mut self, target: ProbeTarget) -> Result<ProbeOutcome, NotProbed> {
		let times = self.fetching.entry(target).or_default();
		*times = times.saturating_add(1);
		if *times <= FETCHING_MAX {
			return Err(NotProbed::FetchingKey);
		}
		self.fetching.remove(&target);
		Ok(ProbeOutcome::Failed)
	}

	async fn worker(&mut self) -> Result<Arc<Worker>, NotProbed> {
		if let Some(worker) = &self.worker {
			return Ok(Arc::clone(worker));
		}
		let started = spawn_blocking(|| Worker::new(EdilLimits::default())).await;
		let worker = Arc::new(started.map_err(unusable)?.map_err(unusable)?);
		self.worker = Some(Arc::clone(&worker));
		Ok(worker)
	}

	/// The key for a set, in the worker and in the content store; `None` where none is needed.
	async fn key(
		&mut self,
		worker: &Arc<Worker>,
		parameters: ParameterSet,
		now_secs: u64,
	) -> Result<Option<Key>, NotProbed> {
		let Some(bootstrap) = parameters.bootstrap() else { return Ok(None) };
		if let Some(key) = self.keys.get(&parameters) {
			// It may have had to make room for keys of clients.
			if !worker.has_key(&key.id) {
				let bytes = self.files.files().get(&key.file, EVALUATION_KEY_BYTES_MAX as u64);
				let (id, bytes, loading) =
					(key.id, bytes.await.map_err(unavailable)?, Arc::clone(worker));
				let loaded = spawn_blocking(move || loading.load_key(id, &bytes)).await;
				loaded.map_err(unusable)?.map_err(unusable)?;
			}
			return Ok(Some(*key));
		}
		if self.keys.is_empty() {
			self.release_earlier().await?;
		}
		let loading = Arc::clone(worker);
		let loaded = spawn_blocking(move || random_key(&loading, parameters, bootstrap)).await;
		let (id, bytes) = loaded.map_err(unusable)??;
		let pin = PinAs {
			holder: holder(),
			name: PIN_NAME.to_owned(),
			since_secs: now_secs,
			holder_bytes_max: u64::MAX,
		};
		let files = self.files.files().clone().with_pin(pin);
		let file = files.add(bytes.as_slice()).await.map_err(unavailable)?.cid;
		let key = Key { id, file };
		self.keys.insert(parameters, key);
		Ok(Some(key))
	}

	/// Keeps no longer what was kept before the daemon was started again.
	async fn release_earlier(&self) -> Result<(), NotProbed> {
		let pins = self.files.disk().pins().into_iter();
		for pin in pins.filter(|pin| pin.holder == holder()) {
			let released = self.files.files().unpin(&pin.cid, &pin.holder).await;
			released.map_err(unavailable)?;
		}
		Ok(())
	}
}

fn holder() -> Holder {
	Holder::new(HOLDER).expect("the oracle's name is one of a holder; qed")
}

/// Evaluates a request as a node should.
async fn evaluate(
	worker: Arc<Worker>,
	model: EncryptedModel,
	request: Request,
) -> Result<Vec<u8>, NotProbed> {
	let run = move || {
		let id = worker.load_model(model.bytes()).map_err(unusable)?;
		let evaluated = worker.evaluate(&[request]);
		worker.unload_model(&id);
		let mut responses = evaluated.map_err(unusable)?;
		Ok(responses.pop().map_or_else(Vec::new, |response| response.to_bytes()))
	};
	spawn_blocking(run).await.map_err(unusable)?
}

/// A key that looks like any other, loaded.
fn random_key(
	worker: &Worker,
	parameters: ParameterSet,
	bootstrap: BootstrapParameters,
) -> Result<(EvaluationKeyId, Vec<u8>), NotProbed> {
	let bodies = random_words(bootstrap.seeded_words());
	let key = EvaluationKey::new(parameters, random_seed(), bodies).map_err(unusable)?;
	let (id, bytes) = (key.id(), key.to_bytes());
	worker.load_key(id, &bytes).map_err(unusable)?;
	Ok((id, bytes))
}

/// A request that looks like any other.
fn random_request(model: &EncryptedModel, evaluation_key: EvaluationKeyId) -> Request {
	Request {
		parameters: model.parameters(),
		model: *model.id(),
		evaluation_key,
		seed: random_seed(),
		bodies: random_words(model.head().inputs()),
	}
}

fn random_words(count: usize) -> Vec<u64> {
	let mut bytes = vec![0; count * size_of::<u64>()];
	SystemRng.fill(&mut bytes);
	let (words, _) = bytes.as_chunks();
	words.iter().copied().map(u64::from_le_bytes).collect()
}

fn random_seed() -> u128 {
	let mut seed = [0; size_of::<u128>()];
	SystemRng.fill(&mut seed);
	u128::from_le_bytes(seed)
}
