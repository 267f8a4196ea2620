// SPDX-License-Identifier: Apache-2.0

//! Probes of models that are evaluated on ciphertexts: the oracle repeats the evaluation, and compares
//! bytes.
//!
//! Request and key are words that nobody encrypted. A worker cannot tell them from a client's, because
//! it cannot tell ciphertexts from noise; and the oracle needs no secret key, which this daemon could
//! not even make.

use super::{NotProbed, unavailable, unusable};
use crate::files::FileStore;
use cid::Cid;
use r1_core::{Rng as _, SystemRng};
use r1_deeploy::{
	attest::{ProbeOutcome, ProbeTarget},
	encrypted::{EncryptedAnswer, EncryptedProbe},
};
use r1_edil::{
	BootstrapParameters, EdilLimits, EncryptedModel, EvaluationKey, EvaluationKeyId,
	NO_EVALUATION_KEY, ParameterSet, Request, Worker, limits::MODEL_BYTES_MAX,
};
use r1_net::RequestError;
use r1_primitives::NodeKey;
use r1fs::{Holder, PinAs};
use std::{collections::BTreeMap, sync::Arc};
use tokio::task::spawn_blocking;
use tracing::debug;

/// On whose behalf keys of probes are kept.
const HOLDER: &str = "oracle";

/// What their pins are called.
const PIN_NAME: &str = "evaluation key of probes";

/// How often in a row a node may say that it is fetching the key before that counts as a failure: it
/// takes seconds, and a key that others pushed out is fetched again.
const FETCHING_MAX: u32 = 4;

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
}

/// A key in the content store.
#[derive(Clone, Copy, Debug)]
struct Key {
	id: EvaluationKeyId,
	file: Cid,
}

impl EncryptedAuditor {
	pub(super) fn new(files: FileStore) -> Self {
		Self { files, worker: None, keys: BTreeMap::new(), fetching: BTreeMap::new() }
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
		let bytes = self.files.files().get(&file, MODEL_BYTES_MAX as u64).await;
		let model = EncryptedModel::from_bytes(&bytes.map_err(unavailable)?).map_err(unusable)?;
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
