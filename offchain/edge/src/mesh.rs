// SPDX-License-Identifier: Apache-2.0

//! The mesh in this daemon: who is admitted, and who answers probes.

use crate::{
	config,
	encrypted::EncryptedModels,
	jobs::{Containers, Health, Jobs},
	learning::Learning,
	receipts::Receipts,
};
use anyhow::Context as _;
use bytes::Bytes;
use r1_chain::ChainHandle;
use r1_core::{BlockStore, Clock, NodeIdentity, Rng, error_chain};
use r1_deeploy::{
	container::probe::{ContainerAnswer, ContainerProbe},
	encrypted::{EncryptedAnswer, EncryptedProbe},
	learning::{LearningAnswer, LearningProbe},
	receipts::AuditProbe,
	storage::{BlockAnswer, BlockProbe},
};
use r1_edil::Request;
use r1_inference::{InferenceService, Probe, ProbeAnswer, ProbeRefusal};
use r1_net::{Config, Inbound, InboundRequest, Metrics, Ports};
use r1_primitives::NodeKey;
use r1_telemetry::MetricsRegistry;
use r1fs::Files;
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::{mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

/// A handle on the mesh.
#[derive(Clone, Debug)]
pub(crate) struct Mesh {
	handle: r1_net::Handle,
}

impl Mesh {
	/// The services' handle.
	pub(crate) fn handle(&self) -> &r1_net::Handle {
		&self.handle
	}

	/// This node's address in the mesh.
	pub(crate) fn peer_id(&self) -> String {
		self.handle.report().borrow().peer_id.clone()
	}

	/// Peers that are connected.
	pub(crate) fn peers(&self) -> u32 {
		u32::try_from(self.handle.report().borrow().peers.len()).unwrap_or(u32::MAX)
	}
}

/// What the mesh needs from the rest of the daemon.
#[derive(Clone)]
pub(crate) struct Needs {
	pub(crate) identity: Arc<NodeIdentity>,
	pub(crate) genesis_hash: [u8; 32],
	pub(crate) clock: Arc<dyn Clock>,
	pub(crate) rng: Arc<dyn Rng>,
	pub(crate) store: Arc<dyn BlockStore>,
	pub(crate) chain: ChainHandle,
	pub(crate) metrics: Metrics,
}

/// Joins the mesh.
pub(crate) fn join(
	config: &config::Mesh,
	needs: Needs,
	cancel: &CancellationToken,
	tasks: &TaskTracker,
) -> anyhow::Result<(Mesh, Inbound)> {
	let settings = Config {
		listen: config.listen.clone(),
		bootstrap: config.bootstrap.clone(),
		connections_max: config.connections_max,
		public_listen: config.public_listen.clone(),
		public_bytes_per_sec: config.public_bytes_per_sec,
		..Config::default()
	}
	.validate()
	.context("the section [mesh] of the configuration is not valid")?;
	let (admit, admitted) = watch::channel(Arc::default());
	let ports = Ports {
		identity: NodeIdentity::from_seed(&needs.identity.secret_seed()),
		genesis_hash: needs.genesis_hash,
		clock: needs.clock,
		rng: needs.rng,
		store: needs.store,
		admitted,
		metrics: needs.metrics,
	};
	let (handle, inbound) = r1_net::spawn(settings, ports, cancel.clone(), tasks)?;
	let until = cancel.clone();
	tasks.spawn(async move {
		until.run_until_cancelled(admit_from_chain(needs.chain, admit)).await;
	});
	Ok((Mesh { handle }, inbound))
}

/// Where the mesh counts, in the registry as `r1_net_mesh_<name>`.
pub(crate) fn registered_metrics(registry: &MetricsRegistry) -> Metrics {
	let metrics = Metrics::default();
	registry.register("net", |registry| metrics.register(registry));
	metrics
}

/// Admits whom the chain names: linked nodes and oracles.
async fn admit_from_chain(chain: ChainHandle, admit: watch::Sender<Arc<BTreeSet<NodeKey>>>) {
	let mut states = chain.watch();
	loop {
		let nodes = states.borrow_and_update().as_ref().map(|state| state.admitted_nodes());
		if let Some(nodes) = nodes {
			// Most blocks change nobody's admission: wake the mesh only when one does.
			admit.send_if_modified(|admitted| {
				let changed = **admitted != nodes;
				if changed {
					*admitted = Arc::new(nodes);
				}
				changed
			});
		}
		if states.changed().await.is_err() {
			return;
		}
	}
}

/// Whom probes are about.
#[derive(Clone)]
pub(crate) struct Probed {
	pub(crate) inference: InferenceService,
	pub(crate) encrypted: EncryptedModels,
	pub(crate) containers: Containers,
	pub(crate) jobs: Jobs,
	pub(crate) learning: Learning,
	pub(crate) receipts: Receipts,
	/// What is on this node's disk.
	pub(crate) files: Files,
	pub(crate) clock: Arc<dyn Clock>,
}

/// Answers the probes of oracles, each in a task of its own; the models' service bounds those of
/// models, and those of containers are answered anew every two seconds at most.
pub(crate) async fn answer_probes(
	mut requests: mpsc::Receiver<InboundRequest>,
	probed: Probed,
	tasks: TaskTracker,
) {
	while let Some(request) = requests.recv().await {
		let probed = probed.clone();
		tasks.spawn(async move {
			let answer = if ContainerProbe::is_one(&request.bytes) {
				answer_container_probe(&request.bytes, &probed).await
			} else if BlockProbe::is_one(&request.bytes) {
				answer_block_probe(&request.bytes, &probed).await
			} else if LearningProbe::is_one(&request.bytes) {
				answer_learning_probe(&request.bytes, &probed)
			} else if AuditProbe::is_one(&request.bytes) {
				probed.receipts.answer(&request.node, &request.bytes)
			} else if EncryptedProbe::is_one(&request.bytes) {
				answer_encrypted_probe(&request.bytes, &probed.encrypted).await
			} else {
				answer_probe(&request.bytes, &probed.inference).await
			};
			request.answer(answer).await;
		});
	}
}

async fn answer_container_probe(bytes: &[u8], probed: &Probed) -> Bytes {
	let answer = match ContainerProbe::decode(bytes) {
		Ok(probe) => {
			let now_ms = probed.clock.monotonic_ms();
			match probed.containers.health(probe.job, now_ms).await {
				Health::Works => ContainerAnswer::Works,
				Health::Fails { reason } => ContainerAnswer::fails(&reason),
				Health::NotHere => ContainerAnswer::NotHere,
			}
		},
		Err(error) => {
			warn!(target: "r1::edge", %error, "received a probe of another version");
			ContainerAnswer::NotUnderstood
		},
	};
	answer.encode().into()
}

/// A block of a job that this node is paid to keep, from its own disk.
async fn answer_block_probe(bytes: &[u8], probed: &Probed) -> Bytes {
	let answer = match BlockProbe::decode(bytes) {
		Ok(probe) => match probe.cid().filter(|_| probed.jobs.keeps_files(probe.job)) {
			Some(cid) => match probed.files.block(&cid).await {
				Ok(block) => BlockAnswer::Block(block.to_vec()),
				Err(_not_here) => BlockAnswer::NotHere,
			},
			None => BlockAnswer::NotHere,
		},
		Err(error) => {
			warn!(target: "r1::edge", %error, "received a probe of another version");
			BlockAnswer::NotUnderstood
		},
	};
	answer.encode().into()
}

/// Whether this node could take part in a round now.
fn answer_learning_probe(bytes: &[u8], probed: &Probed) -> Bytes {
	let answer = match LearningProbe::decode(bytes) {
		Ok(probe) => match probed.jobs.learning(probe.job) {
			Some(learning) if probed.learning.has_data(&learning.data) => LearningAnswer::Ready,
			Some(_) => LearningAnswer::NoData,
			None => LearningAnswer::NotHere,
		},
		Err(error) => {
			warn!(target: "r1::edge", %error, "received a probe of another version");
			LearningAnswer::NotUnderstood
		},
	};
	answer.encode().into()
}

/// A response, as a client gets it.
async fn answer_encrypted_probe(bytes: &[u8], models: &EncryptedModels) -> Bytes {
	let answer = match EncryptedProbe::decode(bytes) {
		Ok(probe) => evaluate_probe(&probe, models).await,
		Err(error) => {
			warn!(target: "r1::edge", %error, "received a probe of another version");
			EncryptedAnswer::NotUnderstood
		},
	};
	answer.encode().into()
}

async fn evaluate_probe(probe: &EncryptedProbe, models: &EncryptedModels) -> EncryptedAnswer {
	let Some(served) = probe.model().and_then(|file| models.model_of(&file)) else {
		return EncryptedAnswer::NotServed;
	};
	let Ok(request) = Request::from_bytes(&probe.request) else {
		return EncryptedAnswer::Failed;
	};
	let key = probe.key();
	// Whoever asks waits for an evaluation, and not for seventeen megabytes.
	if served.needs_key() && key.is_some_and(|key| !models.has_key(&served, &request, &key)) {
		return EncryptedAnswer::FetchingKey;
	}
	match models.evaluate(&served, request, key.as_ref()).await {
		Ok(response) => EncryptedAnswer::Response(response.to_bytes()),
		Err(error) => {
			warn!(target: "r1::edge", error = %error_chain(&error), "a probe is not answered");
			EncryptedAnswer::Failed
		},
	}
}

async fn answer_probe(bytes: &[u8], inference: &InferenceService) -> Bytes {
	let answer = match Probe::decode(bytes) {
		Ok(probe) => inference.answer(probe).await,
		Err(error) => {
			warn!(target: "r1::edge", %error, "received something that is no probe");
			ProbeAnswer::Refused(ProbeRefusal::InvalidInput)
		},
	};
	answer
		.encode()
		.or_else(|_too_large| ProbeAnswer::Refused(ProbeRefusal::Failed).encode())
		.unwrap_or_default()
		.into()
}
