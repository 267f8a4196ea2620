// SPDX-License-Identifier: Apache-2.0

//! The daemon: its files, its ports, and how it stops.
//!
//! Waits for the chain, starts the services (see `services`), and answers on its ports.

use crate::{
	config::{Config, IngressTcp, Listen},
	defaults::SHUTDOWN_GRACE,
	files, http,
	ingress::TcpPort,
	learning, resp,
	sdk::{self, Sdk},
	services::Base,
	shared::Shared,
};
use anyhow::Context as _;
use r1_chain::{ChainHandle, FollowConfig};
use r1_core::{ChainState, NodeIdentity, SystemClock, SystemRng};
use r1_telemetry::{Health, MetricsRegistry};
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
	let ports = Ports::bind(config).await?;
	let identity = Arc::new(identity(config)?);
	info!(target: "r1::edge", node = hex::encode(identity.key()), "starting");

	let follow = FollowConfig { url: config.chain.url.clone(), genesis_hash: None };
	let chain = r1_chain::follow(follow, cancel.clone(), tasks);
	let state = first_state(&chain).await?;
	let (node, url) = (Arc::clone(&identity), config.chain.url.clone());
	let base = Base {
		calls: Arc::new(learning::Sender::new(node, url, state.genesis_hash)),
		state,
		identity,
		chain,
		clock: Arc::new(SystemClock::new()),
		store: files::open(&config.store, &config.node.data_dir)?,
		health: Health::new(),
		registry: MetricsRegistry::new(),
		cancel: cancel.clone(),
		tasks: tasks.clone(),
	};
	let registry = base.registry.clone();
	let shared = base.start(config)?;
	ports.serve(config, shared, registry, cancel, tasks)?;
	info!(target: "r1::edge", api = %config.api.listen, "serving");
	Ok(())
}

/// The ports that the daemon answers on.
struct Ports {
	api: TcpListener,
	local: Option<TcpListener>,
	files: Option<TcpListener>,
	cstore: Option<TcpListener>,
	resp: Option<TcpListener>,
	ingress: Option<TcpListener>,
	ingress_tcp: Vec<TcpPort>,
	metrics: TcpListener,
}

impl Ports {
	async fn bind(config: &Config) -> anyhow::Result<Self> {
		let api = listen(config.api.listen, "api.listen").await?;
		let local = match config.api.local_listen {
			Some(address) => Some(listen(address, "api.local_listen").await?),
			None => None,
		};
		let files = listen_if(config.store.listen, "store.listen").await?;
		let cstore = listen_if(config.cstore.listen, "cstore.listen").await?;
		let resp = listen_if(config.cstore.resp_listen, "cstore.resp_listen").await?;
		let ingress = listen_if(config.ingress.listen, "ingress.listen").await?;
		let mut ingress_tcp = Vec::new();
		for IngressTcp { listen: address, target } in &config.ingress.tcp {
			let socket = listen(*address, "ingress.tcp").await?;
			ingress_tcp.push(TcpPort { socket, target: target.clone() });
		}
		let metrics = listen(config.metrics.listen, "metrics.listen").await?;
		Ok(Self { api, local, files, cstore, resp, ingress, ingress_tcp, metrics })
	}

	/// Serves what each port is for.
	fn serve(
		self,
		config: &Config,
		shared: Shared,
		registry: MetricsRegistry,
		cancel: &CancellationToken,
		tasks: &TaskTracker,
	) -> anyhow::Result<()> {
		let Self { api, local, files, cstore, resp, ingress, ingress_tcp, metrics } = self;
		if let Some(resp) = resp {
			let clock = Arc::clone(&shared.clock);
			resp::spawn(resp, shared.door(), clock, cancel.clone(), tasks)?;
		}
		if let Some(socket) = ingress {
			let tls = http::acceptor(config.ingress.tls_files())?;
			let router = shared.ingress.router(config.ingress.names(), tls.is_some());
			let connections_max = config.ingress.connections_max;
			let listener = http::Listener { socket, tls, connections_max };
			tasks.spawn(http::serve(listener, router, cancel.clone(), tasks.clone()));
		}
		let tcp = shared.ingress.clone().serve_tcp(ingress_tcp, cancel.clone(), tasks.clone());
		tasks.spawn(tcp);
		let sdk = Sdk::new(&shared);
		tasks.spawn(http::serve_inside(shared.clone(), cancel.clone(), tasks.clone()));
		let router = http::api_router(&config.api, shared)?;
		let metrics_router = http::metrics_router(registry);
		let tls = http::acceptor(config.api.tls_files())?;
		let connections_max = config.api.connections_max;
		let serve = |socket, tls, router| {
			let listener = http::Listener { socket, tls, connections_max };
			tasks.spawn(http::serve(listener, router, cancel.clone(), tasks.clone()));
		};
		if let Some(local) = local {
			serve(local, None, router.clone());
		}
		if let Some(files) = files {
			serve(files, None, sdk::files_router(sdk.clone()));
		}
		if let Some(cstore) = cstore {
			serve(cstore, None, sdk::cstore_router(sdk));
		}
		serve(api, tls, router);
		serve(metrics, None, metrics_router);
		Ok(())
	}
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

async fn listen_if(listen_at: Listen, key: &str) -> anyhow::Result<Option<TcpListener>> {
	match listen_at {
		Listen::Off => Ok(None),
		Listen::At(address) => listen(address, key).await.map(Some),
	}
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
