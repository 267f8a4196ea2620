// SPDX-License-Identifier: Apache-2.0

//! Puts the services together, runs them, and stops them in order.
//!
//! ```text
//!  chain ──state──> mesh (admission), heartbeat, jobs, oracle
//!  mesh ──beats, challenges──> heartbeat ──whom to ask──> nodes, by the mesh
//!  mesh ──probes──> inference      mesh ──what are you?──> capabilities
//!  jobs ──files──> r1fs ──blocks──> mesh
//!  HTTP ──> every handle
//! ```

use crate::{
	config::Config, defaults::SHUTDOWN_GRACE, heartbeat, http, jobs, mesh, nodes, oracle,
	shared::Shared,
};
use anyhow::Context as _;
use r1_chain::{ChainHandle, FollowConfig};
use r1_core::{BlockStore, ChainState, NodeIdentity, SystemClock, SystemRng};
use r1_inference::{InferenceLimits, InferenceService};
use r1_telemetry::{Health, MetricsRegistry};
use r1fs::{DiskBlockStore, Files};
use std::{fs, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::info;

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
	let cancel = CancellationToken::new();
	let tasks = TaskTracker::new();
	let result = tokio::select! {
		result = start(&config, &cancel, &tasks) => result,
		() = stop_signal() => Ok(()),
	};
	if result.is_ok() && !cancel.is_cancelled() && !tasks.is_empty() {
		tokio::select! {
			() = stop_signal() => info!(target: "r1::edge", "stopping"),
			() = cancel.cancelled() => {},
		}
	}
	cancel.cancel();
	tasks.close();
	// What is not done by then is bounded by what the stores survive: a power cut.
	drop(tokio::time::timeout(SHUTDOWN_GRACE, tasks.wait()).await);
	result
}

/// Starts everything; returns when the daemon serves.
async fn start(
	config: &Config,
	cancel: &CancellationToken,
	tasks: &TaskTracker,
) -> anyhow::Result<()> {
	// Ports first: a second daemon must not touch the files of the first.
	let api = listen(config.api.listen, "api.listen").await?;
	let metrics = listen(config.metrics.listen, "metrics.listen").await?;
	let identity = Arc::new(identity(config)?);
	info!(target: "r1::edge", node = hex::encode(identity.key()), "starting");

	let registry = MetricsRegistry::new();
	let health = Health::new();
	let follow = FollowConfig { url: config.chain.url.clone(), genesis_hash: None };
	let chain = r1_chain::follow(follow, cancel.clone(), tasks);
	let state = first_state(&chain).await?;

	let store = open_store(config)?;
	let clock = Arc::new(SystemClock::new());
	let needs = mesh::Needs {
		identity: Arc::clone(&identity),
		genesis_hash: state.genesis_hash,
		clock: clock.clone(),
		rng: Arc::new(SystemRng),
		store: Arc::clone(&store),
		chain: chain.clone(),
		metrics: mesh::registered_metrics(&registry),
	};
	let (mesh, inbound) = mesh::join(&config.mesh, needs, cancel, tasks)?;
	let files = Files::new(store, Arc::new(mesh.handle().clone()));
	let inference = InferenceService::with_tract(InferenceLimits::default());

	let (nodes, introduction) = nodes::prepare(config, inbound.capabilities)?;
	spawn(tasks, cancel, introduction);
	let needs = heartbeat::Needs {
		identity: Arc::clone(&identity),
		clock: clock.clone(),
		rng: Arc::new(SystemRng),
		chain: chain.clone(),
		mesh: mesh.handle().clone(),
		beats: inbound.beats,
		nodes: nodes.clone(),
		tasks: tasks.clone(),
		health: health.component("heartbeat"),
	};
	let (heartbeat, beats) = heartbeat::prepare(&config.node.data_dir, &state, needs)?;
	heartbeat::register_metrics(&heartbeat, &registry);
	spawn(tasks, cancel, beats.run());
	let answers =
		heartbeat::answer_challenges(inbound.challenges, heartbeat.clone(), chain.clone());
	spawn(tasks, cancel, answers);
	spawn(tasks, cancel, mesh::answer_probes(inbound.requests, inference.clone(), tasks.clone()));
	let (jobs, reconciler) = jobs::prepare(
		identity.key(),
		chain.clone(),
		files.clone(),
		inference.clone(),
		clock.clone(),
		health.component("jobs"),
	);
	spawn(tasks, cancel, reconciler.run());
	let (oracle, prober) = oracle::prepare(
		identity.key(),
		chain.clone(),
		mesh.handle().clone(),
		files.clone(),
		heartbeat.clone(),
		clock,
	);
	oracle::register_metrics(&heartbeat, &chain, &registry);
	spawn(tasks, cancel, prober.run());

	let shared =
		Shared { identity, chain, mesh, files, inference, heartbeat, nodes, jobs, oracle, health };
	tasks.spawn(http::serve(api, http::api_router(shared), cancel.clone()));
	tasks.spawn(http::serve(metrics, http::metrics_router(registry), cancel.clone()));
	info!(target: "r1::edge", api = %config.api.listen, "serving");
	Ok(())
}

/// Runs a service until `cancel`; if it ends by itself, the daemon ends with it.
fn spawn(
	tasks: &TaskTracker,
	cancel: &CancellationToken,
	service: impl Future<Output = ()> + Send + 'static,
) {
	let cancel = cancel.clone();
	tasks.spawn(async move {
		cancel.run_until_cancelled(service).await;
		cancel.cancel();
	});
}

/// Waits for the chain: nothing makes sense without it, least of all a mesh of strangers.
async fn first_state(chain: &ChainHandle) -> anyhow::Result<Arc<ChainState>> {
	// A development chain starts its clock with its first block: before that, time has no epochs.
	let has_time = |state: &Option<Arc<ChainState>>| {
		state.as_ref().is_some_and(|state| state.clock.start_secs > 0)
	};
	let mut states = chain.watch();
	let state = states.wait_for(has_time).await.context("the chain's follower has ended")?;
	state.clone().context("the state is known; it was waited for")
}

/// The blocks of files, on the disk.
fn open_store(config: &Config) -> anyhow::Result<Arc<dyn BlockStore>> {
	let folder = config.node.data_dir.join("blocks");
	let store = DiskBlockStore::open(&folder, config.store.bytes_max)
		.context("could not open the block store")?;
	Ok(Arc::new(store))
}

async fn listen(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
	TcpListener::bind(address).await.with_context(|| {
		format!("could not listen on {address}, which is `{key}` of the configuration")
	})
}

/// The node's key, made at the first start.
fn identity(config: &Config) -> anyhow::Result<NodeIdentity> {
	fs::create_dir_all(&config.node.data_dir)
		.with_context(|| format!("could not make {}", config.node.data_dir.display()))?;
	let path = config.key_file();
	if path.exists() {
		return Ok(NodeIdentity::load(&path)?);
	}
	let identity = NodeIdentity::create(&path, &SystemRng)?;
	info!(target: "r1::edge", path = %path.display(), "made a new node key");
	Ok(identity)
}

/// Ends when somebody asks the process to stop.
async fn stop_signal() {
	let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) else {
		// Without the handler the system's default ends the process, which is a stop as well.
		return std::future::pending().await;
	};
	tokio::select! {
		_ = signal::ctrl_c() => {},
		_ = terminate.recv() => {},
	}
}
