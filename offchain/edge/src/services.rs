// SPDX-License-Identifier: Apache-2.0

//! Puts the services together: each gets the handles of those that it needs.
//!
//! ```text
//!  chain ──state──> mesh (admission), heartbeat, jobs, oracle
//!  mesh ──beats, challenges──> heartbeat ──whom to ask──> nodes, by the mesh
//!  mesh ──revocations──> dauth                  mesh ──replicas──> cstore ──> mesh
//!  cstore ──roots──> anchors ──mesh──> anchors of oracles
//!  mesh ──probes──> inference, encrypted, jobs      mesh ──what are you?──> capabilities
//!  HTTP ──what was answered──> receipts ──heads──> cstore      mesh ──audits──> receipts
//!  jobs ──files──> r1fs ──blocks──> mesh
//!  chain ──rounds──> learning ──calls──> chain    learning ──what data is here──> nodes
//!  ingress <──tunnels──> mesh             ingress ──containers──> jobs
//!  HTTP ──> every handle
//! ```

use crate::{
	anchors::{self, Anchors},
	capabilities,
	config::Config,
	cstore::{self, Cstore},
	dauth::{self, Dauth},
	encrypted::{self, EncryptedModels},
	files::{self, FileStore},
	heartbeat::{self, Heartbeat},
	ingress::{self, Ingress},
	jobs::{self, Jobs},
	learning::{self, Learning},
	mesh::{self, Mesh},
	nodes::{self, Nodes},
	oracle::{self, Oracle},
	receipts::{self, Receipts},
	shared::Shared,
};
use r1_chain::ChainHandle;
use r1_core::{ChainState, NodeIdentity, SystemClock, SystemRng};
use r1_inference::{InferenceLimits, InferenceService};
use r1_net::{Gossiped, Inbound, InboundRequest, InboundTunnel};
use r1_telemetry::{Health, MetricsRegistry};
use r1fs::{DiskBlockStore, Files};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What every service stands on.
pub(crate) struct Base {
	/// The first state of the chain that was seen.
	pub(crate) state: Arc<ChainState>,
	pub(crate) identity: Arc<NodeIdentity>,
	pub(crate) chain: ChainHandle,
	/// Where this node says what it does in rounds of learning.
	pub(crate) calls: Arc<dyn learning::Calls>,
	pub(crate) clock: Arc<SystemClock>,
	pub(crate) store: Arc<DiskBlockStore>,
	pub(crate) health: Health,
	pub(crate) registry: MetricsRegistry,
	pub(crate) cancel: CancellationToken,
	pub(crate) tasks: TaskTracker,
}

impl Base {
	/// Starts the services, each after those that it needs.
	///
	/// # Errors
	///
	/// A value of the configuration makes no sense to a service, or a file cannot be read or
	/// written.
	pub(crate) fn start(self, config: &Config) -> anyhow::Result<Shared> {
		let (mesh, inbound) = self.mesh(config)?;
		let Inbound {
			beats,
			revocations,
			requests,
			challenges,
			capabilities: asked_for_record,
			access_requests,
			store_requests,
			anchors: statements,
			tunnels,
		} = inbound;
		let store = self.files(config, &mesh);
		let files = store.files();
		let inference = InferenceService::with_tract(InferenceLimits::default());
		let encrypted = self.encrypted(files);
		let dauth = self.dauth(config, &mesh, revocations, access_requests)?;
		let cstore = self.cstore(config, &mesh, store_requests)?;
		let anchors = self.anchors(&mesh, &cstore, statements);
		let data = learning::data_sets(&config.node.data_dir)?;
		let record = capabilities::of_this_machine(config, &data.names()?)?;
		let (nodes, introduction) = nodes::prepare(record, asked_for_record);
		self.spawn(introduction);
		let heartbeat = self.heartbeat(config, &mesh, &nodes, beats, challenges)?;
		let models = jobs::Models { inference: inference.clone(), encrypted: encrypted.clone() };
		let jobs = self.jobs(config, &store, models, &dauth)?;
		let learning = self.learning(config, &store, &jobs, &nodes, data)?;
		let receipts = self.receipts(config, &jobs, &cstore);
		let probed = mesh::Probed {
			inference: inference.clone(),
			encrypted: encrypted.clone(),
			containers: jobs.containers().clone(),
			jobs: jobs.clone(),
			learning: learning.clone(),
			receipts: receipts.clone(),
			files: store.local().clone(),
			clock: self.clock.clone(),
		};
		self.spawn(mesh::answer_probes(requests, probed, self.tasks.clone()));
		let ingress = self.ingress(&mesh, &store, &jobs, &dauth, tunnels);
		let oracle = self.oracle(&mesh, &store, &heartbeat, &nodes);
		let Self { state, identity, clock, chain, health, cancel, .. } = self;
		Ok(Shared {
			identity,
			genesis_hash: state.genesis_hash,
			clock,
			chain,
			dauth,
			cstore,
			mesh,
			files: store,
			inference,
			encrypted,
			heartbeat,
			nodes,
			jobs,
			learning,
			receipts,
			oracle,
			anchors,
			ingress,
			health,
			is_gateway_public: config.store.is_gateway_public,
			cancel,
		})
	}

	fn mesh(&self, config: &Config) -> anyhow::Result<(Mesh, Inbound)> {
		let needs = mesh::Needs {
			identity: Arc::clone(&self.identity),
			genesis_hash: self.state.genesis_hash,
			clock: self.clock.clone(),
			rng: Arc::new(SystemRng),
			store: self.store.clone(),
			chain: self.chain.clone(),
			metrics: mesh::registered_metrics(&self.registry),
		};
		mesh::join(&config.mesh, needs, &self.cancel, &self.tasks)
	}

	fn files(&self, config: &Config, mesh: &Mesh) -> FileStore {
		let (store, keeper) = files::prepare(
			&config.store,
			&config.node.data_dir,
			Arc::clone(&self.store),
			mesh.handle().clone(),
			self.clock.clone(),
			self.health.component("files"),
		);
		files::register_metrics(&self.store, &self.registry);
		self.spawn(keeper);
		store
	}

	fn encrypted(&self, files: &Files) -> EncryptedModels {
		let (models, evaluator) = encrypted::prepare(files.clone(), self.clock.clone());
		encrypted::register_metrics(&models, &self.registry);
		self.spawn(evaluator.run());
		models
	}

	fn dauth(
		&self,
		config: &Config,
		mesh: &Mesh,
		heard: mpsc::Receiver<Gossiped>,
		asked: mpsc::Receiver<InboundRequest>,
	) -> anyhow::Result<Dauth> {
		let needs = dauth::Needs {
			identity: Arc::clone(&self.identity),
			clock: self.clock.clone(),
			chain: self.chain.clone(),
			mesh: mesh.handle().clone(),
			heard,
			asked,
			requires_tokens: config.api.requires_tokens,
		};
		let (dauth, keeper) = dauth::prepare(&config.node.data_dir, &self.state, needs)?;
		self.spawn(keeper);
		Ok(dauth)
	}

	fn cstore(
		&self,
		config: &Config,
		mesh: &Mesh,
		requests: mpsc::Receiver<InboundRequest>,
	) -> anyhow::Result<Cstore> {
		let needs = cstore::Needs {
			identity: &self.identity,
			clock: self.clock.clone(),
			chain: self.chain.clone(),
			mesh: mesh.handle().clone(),
			requests,
			cancel: self.cancel.clone(),
			tasks: self.tasks.clone(),
			health: self.health.component("cstore"),
		};
		let (cstore, service) =
			cstore::prepare(&config.cstore, &config.node.data_dir, &self.state, needs)?;
		cstore::register_metrics(&cstore.store, &self.registry);
		self.spawn(service);
		Ok(cstore)
	}

	fn anchors(
		&self,
		mesh: &Mesh,
		cstore: &Cstore,
		statements: mpsc::Receiver<InboundRequest>,
	) -> Anchors {
		let (anchors, service) = anchors::prepare(anchors::Needs {
			identity: Arc::clone(&self.identity),
			clock: Arc::clone(&self.clock),
			chain: self.chain.clone(),
			cstore: cstore.clone(),
			mesh: mesh.handle().clone(),
			statements,
		});
		self.spawn(service);
		anchors
	}

	fn heartbeat(
		&self,
		config: &Config,
		mesh: &Mesh,
		nodes: &Nodes,
		beats: mpsc::Receiver<Gossiped>,
		challenges: mpsc::Receiver<InboundRequest>,
	) -> anyhow::Result<Heartbeat> {
		let needs = heartbeat::Needs {
			identity: Arc::clone(&self.identity),
			clock: self.clock.clone(),
			rng: Arc::new(SystemRng),
			chain: self.chain.clone(),
			mesh: mesh.handle().clone(),
			beats,
			nodes: nodes.clone(),
			tasks: self.tasks.clone(),
			health: self.health.component("heartbeat"),
		};
		let (heartbeat, task) = heartbeat::prepare(&config.node.data_dir, &self.state, needs)?;
		heartbeat::register_metrics(&heartbeat, &self.registry);
		self.spawn(task.run());
		let chain = self.chain.clone();
		self.spawn(heartbeat::answer_challenges(challenges, heartbeat.clone(), chain));
		Ok(heartbeat)
	}

	fn jobs(
		&self,
		config: &Config,
		files: &FileStore,
		models: jobs::Models,
		dauth: &Dauth,
	) -> anyhow::Result<Jobs> {
		let api_url = config.api.local_url();
		let (jobs, reconciler, containers) = jobs::prepare(jobs::Needs {
			node: self.identity.key(),
			chain: self.chain.clone(),
			files: files.clone(),
			models,
			dauth: dauth.clone(),
			clock: self.clock.clone(),
			credentials: jobs::Credentials::new(&config.node.data_dir, dauth.clone(), api_url),
			data_dir: config.node.data_dir.clone(),
			engine: config.containers.engine.clone(),
			health: self.health.component("jobs"),
			containers_health: self.health.component("containers"),
		})?;
		self.spawn(reconciler.run());
		self.spawn(containers.run());
		Ok(jobs)
	}

	fn learning(
		&self,
		config: &Config,
		files: &FileStore,
		jobs: &Jobs,
		nodes: &Nodes,
		data: learning::DataSets,
	) -> anyhow::Result<Learning> {
		let (learning, task) = learning::prepare(learning::Needs {
			own: self.identity.key(),
			genesis: self.state.genesis_hash,
			chain: self.chain.clone(),
			files: files.clone(),
			jobs: jobs.clone(),
			clock: self.clock.clone(),
			calls: Arc::clone(&self.calls),
			data,
			own_record: learning::OwnRecord::new(config, nodes),
			data_dir: config.node.data_dir.clone(),
		})?;
		self.spawn(task.run());
		Ok(learning)
	}

	fn receipts(&self, config: &Config, jobs: &Jobs, cstore: &Cstore) -> Receipts {
		let (receipts, poster) = receipts::prepare(receipts::Needs {
			identity: Arc::clone(&self.identity),
			genesis_hash: self.state.genesis_hash,
			clock: Arc::clone(&self.clock),
			chain: self.chain.clone(),
			jobs: jobs.clone(),
			store: cstore.store.clone(),
			data_dir: &config.node.data_dir,
		});
		self.spawn(poster);
		receipts
	}

	fn ingress(
		&self,
		mesh: &Mesh,
		files: &FileStore,
		jobs: &Jobs,
		dauth: &Dauth,
		tunnels: mpsc::Receiver<InboundTunnel>,
	) -> Ingress {
		let entry = ingress::Entry {
			containers: jobs.containers().clone(),
			dauth: dauth.clone(),
			clock: Arc::clone(&self.clock),
		};
		self.spawn(entry.clone().answer(tunnels, self.cancel.clone(), self.tasks.clone()));
		let ingress = Ingress::new(ingress::Needs {
			own: self.identity.key(),
			chain: self.chain.clone(),
			mesh: mesh.handle().clone(),
			files: files.files().clone(),
			entry,
		});
		ingress.register_metrics(&self.registry);
		ingress
	}

	fn oracle(
		&self,
		mesh: &Mesh,
		files: &FileStore,
		heartbeat: &Heartbeat,
		nodes: &Nodes,
	) -> Oracle {
		let (oracle, prober) = oracle::prepare(
			self.identity.key(),
			self.chain.clone(),
			mesh.handle().clone(),
			files,
			heartbeat.clone(),
			nodes.clone(),
			self.clock.clone(),
		);
		oracle::register_metrics(heartbeat, &self.chain, &self.registry);
		self.spawn(prober.run());
		oracle
	}

	/// Runs a service until the daemon stops; if it ends by itself, the daemon ends with it.
	fn spawn(&self, service: impl Future<Output = ()> + Send + 'static) {
		let cancel = self.cancel.clone();
		self.tasks.spawn(async move {
			cancel.run_until_cancelled(service).await;
			cancel.cancel();
		});
	}
}
