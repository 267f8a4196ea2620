// SPDX-License-Identifier: Apache-2.0

//! What a validator's daemon does as the eyes of an oracle: it probes those who are paid, and says
//! what it saw. Any daemon can; only the oracle beside a validator's is asked.

mod containers;
mod encrypted;
mod receipts;
mod demands;
mod learning;
mod metrics;

pub(crate) use metrics::register_metrics;

use self::encrypted::EncryptedAuditor;
use crate::{
	defaults::SPECIFICATION_BYTES_MAX,
	files::FileStore,
	heartbeat::{ClockPort, Heartbeat},
	nodes::Nodes,
};
use cid::Cid;
use demands::{Demands, Reader};
use r1_chain::ChainHandle;
use r1_core::{ChainState, Rng as _, SystemRng, error_chain};
use r1_deeploy::{
	attest::{Attestor, ProbeOutcome, ProbeTarget},
	job::{Document, ModelKind, Storage},
	placement::{self, Knowledge, PlacementPolicy},
	specification::InferenceSpecification,
	storage::{BlockAnswer, BlockProbe},
};
use r1_inference::{
	InferenceLimits, InferenceRequest, InferenceService, ModelFile, ModelName, NamedTensor, Probe,
	ProbeAnswer, ProbeInputs, ServedModel, Tolerance,
};
use r1_net::RequestError;
use r1_primitives::{EpochEvidence, EpochIndex, NodeKey, OracleEvidence};
use r1fs::{Audit, Audited, Files};
use std::{
	collections::BTreeMap,
	error::Error,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::time::MissedTickBehavior;
use tracing::{debug, warn};

/// Examples in one probe: enough to tell a guess from an answer, and a fraction of a millisecond.
const PROBE_BATCH: usize = 4;

/// A handle on what this node saw of others.
#[derive(Clone, Debug)]
pub(crate) struct Oracle {
	node: NodeKey,
	attestor: Arc<Mutex<Attestor>>,
	heartbeat: Heartbeat,
	nodes: Nodes,
	demands: Demands,
}

impl Oracle {
	/// What this node can say about an epoch, and where it would place jobs now.
	pub(crate) fn evidence(&self, epoch: EpochIndex, state: &ChainState) -> OracleEvidence {
		let report = match self.heartbeat.availability(epoch, state) {
			Ok(availability) => {
				Some(EpochEvidence { epoch, availability, work: self.lock().entries(epoch) })
			},
			Err(reason) => {
				debug!(target: "r1::edge", epoch, %reason, "no evidence");
				None
			},
		};
		let knowledge = Knowledge {
			offers: self.nodes.offers(&self.node, state),
			demands: self.demands.of(state),
		};
		let ballots = placement::ballots(state, &knowledge, &PlacementPolicy::default());
		OracleEvidence { report, ballots }
	}

	/// What was counted for a deed's work on a job in an epoch.
	#[cfg(test)]
	pub(crate) fn tally(
		&self,
		epoch: EpochIndex,
		target: ProbeTarget,
	) -> Option<r1_deeploy::attest::Tally> {
		self.lock().tally(epoch, target)
	}

	fn lock(&self) -> MutexGuard<'_, Attestor> {
		// Each change is one counter or one insertion, so a panic elsewhere leaves it sound.
		self.attestor.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The task that probes.
pub(crate) struct Prober {
	node: NodeKey,
	oracle: Oracle,
	chain: ChainHandle,
	mesh: r1_net::Handle,
	files: Files,
	clock: Arc<dyn ClockPort>,
	/// Models that this node runs only to know the right answers. Apart from those that it serves
	/// for jobs of its own, which come and go with those.
	references: InferenceService,
	/// The same for models that are evaluated on ciphertexts.
	encrypted: EncryptedAuditor,
	specifications: BTreeMap<Cid, Arc<Document>>,
}

/// Makes the handle and the task.
pub(crate) fn prepare(
	node: NodeKey,
	chain: ChainHandle,
	mesh: r1_net::Handle,
	files: &FileStore,
	heartbeat: Heartbeat,
	nodes: Nodes,
	clock: Arc<dyn ClockPort>,
) -> (Oracle, Prober) {
	// Nobody may foresee whom this oracle probes next.
	let mut seed = [0; 32];
	SystemRng.fill(&mut seed);
	let attestor = Arc::new(Mutex::new(Attestor::new(seed)));
	let demands = Demands::default();
	let oracle = Oracle { node, attestor, heartbeat, nodes, demands };
	let prober = Prober {
		node,
		oracle: oracle.clone(),
		chain,
		mesh,
		files: files.files().clone(),
		clock,
		references: InferenceService::with_tract(InferenceLimits::default()),
		encrypted: EncryptedAuditor::new(files.clone()),
		specifications: BTreeMap::new(),
	};
	(oracle, prober)
}

/// A probe that says nothing about the node that was to be probed.
#[derive(Debug, thiserror::Error)]
enum NotProbed {
	#[error("the chain holds no CID of a specification")]
	NoSpecification,
	#[error("a job of kind `{0}` has nothing to probe")]
	UnknownKind(&'static str),
	#[error("the node is fetching the evaluation key")]
	FetchingKey,
	#[error("another evaluation key was fetched a moment ago")]
	ManyKeys,
	#[error("the specification or the model is not at hand")]
	Unavailable(#[source] Box<dyn Error + Send + Sync>),
	#[error("the model cannot be probed")]
	Unusable(#[source] Box<dyn Error + Send + Sync>),
}

impl Prober {
	/// Probes somebody in each slot, and reads what is to be placed, until the chain's follower ends.
	pub(crate) async fn run(self) {
		let reader = Reader {
			node: self.node,
			chain: self.chain.clone(),
			files: self.files.clone(),
			demands: self.oracle.demands.clone(),
		};
		tokio::join!(self.probe_in_turn(), reader.run());
	}

	async fn probe_in_turn(mut self) {
		let Some(state) = self.chain.state() else { return };
		let slot = Duration::from_secs(u64::from(state.clock.slot_secs.max(1)));
		let mut ticks = tokio::time::interval(slot);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		for tick in 0.. {
			ticks.tick().await;
			let Some(state) = self.chain.state() else { continue };
			if !state.oracles.contains(&self.node) {
				continue;
			}
			let now_secs = self.clock.now_secs();
			let target = {
				let mut attestor = self.oracle.lock();
				attestor.note_placements(now_secs, &state);
				attestor.probe_at(tick, now_secs)
			};
			if let Some(target) = target {
				self.probe_and_record(&state, target).await;
			}
		}
	}

	async fn probe_and_record(&mut self, state: &ChainState, target: ProbeTarget) {
		let epoch = state.current_epoch;
		match self.probe(state, target).await {
			Ok(outcome) => {
				debug!(target: "r1::edge", epoch, ?target, ?outcome, "probed");
				if let Err(error) = self.oracle.lock().record(epoch, target, outcome) {
					debug!(target: "r1::edge", %error, "a probe counts for nobody");
				}
			},
			Err(error) => {
				warn!(target: "r1::edge", ?target, error = %error_chain(&error), "no probe");
			},
		}
	}

	/// Asks the node, computes the right answer, and compares.
	async fn probe(
		&mut self,
		state: &ChainState,
		target: ProbeTarget,
	) -> Result<ProbeOutcome, NotProbed> {
		let Some(node) = state.deeds.get(target.deed).and_then(|deed| deed.node) else {
			// Unlinked since it was placed: nobody answers for the deed.
			return Ok(ProbeOutcome::TimedOut);
		};
		let job = state.jobs.get(&target.job).ok_or(NotProbed::NoSpecification)?;
		let cid =
			Cid::try_from(job.specification.as_slice()).map_err(|_| NotProbed::NoSpecification)?;
		let document = self.specification(cid).await?;
		if let Some(group) = document.group() {
			return containers::probe(&self.mesh, &node, target, group).await;
		}
		if let Some(storage) = document.storage() {
			return self.audit(&node, target, storage).await;
		}
		if document.learning().is_some() {
			return learning::probe(&self.mesh, &node, target).await;
		}
		let epoch = state.current_epoch;
		if let Some(audited) = self.audit_sometimes(&node, target, epoch, &document).await {
			return Ok(audited);
		}
		if let Some((_, model)) = document.model()
			&& model.kind == ModelKind::Encrypted
		{
			let now_secs = self.clock.now_secs();
			return self.encrypted.probe(&self.mesh, &node, target, model.file, now_secs).await;
		}
		let specification =
			document.inference().ok_or_else(|| NotProbed::UnknownKind(document.kind()))?;
		let model = self.reference(&specification).await?;
		let inputs = sample(&model, &specification)?;
		let probe = Probe { job: target.job, model: specification.model, inputs: inputs.clone() };
		let request = probe.encode().map_err(unusable)?;
		let answer = match self.mesh.request(&node, request.into()).await {
			Ok(answer) => answer,
			Err(RequestError::Refused { .. }) => return Ok(ProbeOutcome::Failed),
			Err(_) => return Ok(ProbeOutcome::TimedOut),
		};
		let expected = InferenceRequest { inputs, outputs: Vec::new() };
		let expected = self.references.infer(&model, expected).await.map_err(unusable)?;
		let tolerance = Tolerance::new(specification.tolerance).map_err(unusable)?;
		let is_right = matches!(
			ProbeAnswer::decode(&answer),
			Ok(ProbeAnswer::Outputs(outputs)) if tolerance.compare(&expected, &outputs).is_ok()
		);
		Ok(if is_right { ProbeOutcome::Ok } else { ProbeOutcome::Failed })
	}

	/// Walks from a root to a chunk that nobody could foresee, block by block, and checks each.
	async fn audit(
		&self,
		node: &NodeKey,
		target: ProbeTarget,
		storage: &Storage,
	) -> Result<ProbeOutcome, NotProbed> {
		let mut seed = [0; 32];
		SystemRng.fill(&mut seed);
		let count = u64::try_from(storage.roots.len()).unwrap_or(u64::MAX);
		let place = usize::try_from(SystemRng.below(count.max(1))).unwrap_or(0);
		let root = storage.roots.get(place).ok_or(NotProbed::NoSpecification)?;
		let mut audit = Audit::new(*root, seed);
		loop {
			let request = BlockProbe::new(target.job, audit.wanted()).encode();
			let answer = match self.mesh.request(node, request.into()).await {
				Ok(answer) => BlockAnswer::decode(&answer),
				Err(RequestError::Refused { .. }) => return Ok(ProbeOutcome::Failed),
				Err(_) => return Ok(ProbeOutcome::TimedOut),
			};
			let Ok(BlockAnswer::Block(block)) = answer else { return Ok(ProbeOutcome::Failed) };
			audit = match audit.take(&block) {
				Ok(Audited::Next(next)) => next,
				Ok(Audited::Passed) => return Ok(ProbeOutcome::Ok),
				Err(error) if error.is_content_fault() => return Err(unusable(error)),
				Err(_wrong) => return Ok(ProbeOutcome::Failed),
			};
		}
	}

	async fn specification(&mut self, cid: Cid) -> Result<Arc<Document>, NotProbed> {
		if let Some(known) = self.specifications.get(&cid) {
			return Ok(Arc::clone(known));
		}
		let bytes = self.files.get(&cid, SPECIFICATION_BYTES_MAX).await.map_err(unavailable)?;
		let read = Arc::new(Document::read(&bytes).map_err(unusable)?);
		self.specifications.insert(cid, Arc::clone(&read));
		Ok(read)
	}

	/// The model under the name of its file, which no two models share.
	async fn reference(
		&self,
		specification: &InferenceSpecification,
	) -> Result<Arc<ServedModel>, NotProbed> {
		let cid = specification.model;
		if let Some(model) = self.references.model_by_cid(&cid) {
			return Ok(model);
		}
		let bytes_max = self.references.limits().model_bytes_max as u64;
		let bytes = self.files.get(&cid, bytes_max).await.map_err(unavailable)?;
		let name = ModelName::new(&cid.to_string()).map_err(unusable)?;
		let file = ModelFile::new(cid, bytes).map_err(unusable)?;
		self.references.load(name, file).await.map_err(unusable)
	}
}

/// Random inputs that nobody can foresee.
fn sample(
	model: &ServedModel,
	specification: &InferenceSpecification,
) -> Result<Vec<NamedTensor>, NotProbed> {
	let mut seed = [0; 32];
	SystemRng.fill(&mut seed);
	let values = specification.probe_range.clone();
	ProbeInputs { batch: PROBE_BATCH, values, seed }
		.sample(model.metadata())
		.map_err(unusable)
}

fn unavailable(error: impl Error + Send + Sync + 'static) -> NotProbed {
	NotProbed::Unavailable(Box::new(error))
}

fn unusable(error: impl Error + Send + Sync + 'static) -> NotProbed {
	NotProbed::Unusable(Box::new(error))
}
