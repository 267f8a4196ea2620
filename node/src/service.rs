// SPDX-License-Identifier: Apache-2.0

//! Puts the node together: database, network, block production, finality and RPC.

use crate::rpc;
use futures::FutureExt as _;
use jsonrpsee::RpcModule;
use r1_primitives::{EDGE_STATE_KEY, EDGE_URL_KEY};
use ratio1_runtime::{apis::RuntimeApi, opaque::Block};
use sc_client_api::{Backend as _, BlockBackend as _};
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{FinalityProofProvider, LinkHalf, SharedVoterState};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{NetworkBackend, ProtocolName, service::traits::NotificationService};
use sc_network_sync::SyncingService;
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::{
	Configuration, TaskManager, WarpSyncConfig, config::Role, error::Error as ServiceError,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_core::offchain::{OffchainStorage as _, STORAGE_PREFIX};
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use std::{sync::Arc, time::Duration};

/// Blocks between two justifications that GRANDPA keeps for warp sync.
const GRANDPA_JUSTIFICATION_PERIOD: u32 = 512;

/// How long a GRANDPA message takes to reach everybody; half of it on a slow link.
const GRANDPA_GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The functions that the runtime calls in the node.
type HostFunctions = sp_io::SubstrateHostFunctions;

type RuntimeExecutor = sc_executor::WasmExecutor<HostFunctions>;

/// The client of the chain.
pub(crate) type FullClient = sc_service::TFullClient<Block, RuntimeApi, RuntimeExecutor>;
type FullBackend = sc_service::TFullBackend<Block>;
type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
type FullGrandpaBlockImport =
	sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

/// Makes the time and the slot that a block claims, and checks those of imported ones.
type CreateInherents = Arc<
	dyn sp_inherents::CreateInherentDataProviders<
			Block,
			(),
			InherentDataProviders = (
				sp_consensus_babe::inherents::InherentDataProvider,
				sp_timestamp::InherentDataProvider,
			),
		>,
>;
type FullBabeBlockImport =
	BabeBlockImport<Block, FullClient, FullGrandpaBlockImport, CreateInherents, FullSelectChain>;

/// What block import needs beyond the client, handed from [`new_partial`] to [`new_full`].
pub(crate) struct Consensus {
	block_import: FullBabeBlockImport,
	babe_link: BabeLink<Block>,
	babe_worker: BabeWorkerHandle<Block>,
	grandpa_link: LinkHalf<Block, FullClient, FullSelectChain>,
	telemetry: Option<Telemetry>,
}

/// The parts that subcommands such as `revert` need as well.
pub(crate) type Partial = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	FullSelectChain,
	sc_consensus::DefaultImportQueue<Block>,
	FullPool,
	Consensus,
>;

/// Builds everything that needs no network.
#[expect(clippy::too_many_lines, reason = "a list of parts, each of which needs those before it")]
pub(crate) fn new_partial(config: &Configuration) -> Result<Partial, ServiceError> {
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| -> Result<_, sc_telemetry::Error> {
			let worker = TelemetryWorker::new(16)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok((worker, telemetry))
		})
		.transpose()?;

	let executor = sc_service::new_wasm_executor(&config.executor);
	let (client, backend, keystore_container, task_manager) = sc_service::new_full_parts(
		config,
		telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
		executor,
		Vec::new(),
	)?;
	let client: Arc<FullClient> = Arc::new(client);
	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = sc_consensus::LongestChain::new(backend.clone());
	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (grandpa_block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		GRANDPA_JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry.as_ref().map(Telemetry::handle),
	)?;
	let justification_import = grandpa_block_import.clone();

	let babe_config = sc_consensus_babe::configuration(&*client)?;
	let slot_duration = babe_config.slot_duration();
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_block_import,
		client.clone(),
		inherents(slot_duration),
		select_chain.clone(),
		OffchainTransactionPoolFactory::new(transaction_pool.clone()),
	)?;
	let (import_queue, babe_worker) =
		sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
			link: babe_link.clone(),
			block_import: block_import.clone(),
			justification_import: Some(Box::new(justification_import)),
			client: client.clone(),
			slot_duration,
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			telemetry: telemetry.as_ref().map(Telemetry::handle),
		})?;

	Ok(sc_service::PartialComponents {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: Consensus { block_import, babe_link, babe_worker, grandpa_link, telemetry },
	})
}

/// Starts a node.
///
/// `edge_url` is where a validator's off-chain worker finds the daemon beside it.
#[expect(clippy::too_many_lines, reason = "a list of parts, each of which needs those before it")]
pub(crate) fn new_full<N>(
	config: Configuration,
	edge_url: Option<&str>,
) -> Result<TaskManager, ServiceError>
where
	N: NetworkBackend<Block, <Block as BlockT>::Hash>,
{
	let sc_service::PartialComponents {
		client,
		backend,
		mut task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: Consensus { block_import, babe_link, babe_worker, grandpa_link, mut telemetry },
	} = new_partial(&config)?;
	publish_edge_url(&backend, edge_url)?;

	let mut net_config = sc_network::config::FullNetworkConfiguration::<_, _, N>::new(
		&config.network,
		config.prometheus_registry().cloned(),
	);
	let genesis_hash = client.block_hash(0)?.ok_or("the database holds no genesis block")?;
	let grandpa_protocol =
		sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
	let metrics = N::register_notification_metrics(config.prometheus_registry());
	let (grandpa_set, grandpa_notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
		grandpa_protocol.clone(),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(grandpa_set);
	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	let node = Node {
		role: config.role,
		name: config.network.node_name.clone(),
		force_authoring: config.force_authoring,
		prometheus_registry: config.prometheus_registry().cloned(),
		client,
		backend,
		keystore: keystore_container.keystore(),
		select_chain,
		transaction_pool,
		network,
		sync_service,
	};
	if config.offchain_worker.enabled {
		node.spawn_offchain_workers(&task_manager)?;
	}

	let shared_voter_state = SharedVoterState::empty();
	sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		rpc_builder: node.rpc_builder(babe_worker, &grandpa_link, shared_voter_state.clone()),
		client: node.client.clone(),
		backend: node.backend.clone(),
		task_manager: &mut task_manager,
		keystore: node.keystore.clone(),
		transaction_pool: node.transaction_pool.clone(),
		network: node.network.clone(),
		sync_service: node.sync_service.clone(),
		system_rpc_tx,
		tx_handler_controller,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
		config,
	})?;

	let telemetry = telemetry.as_ref().map(Telemetry::handle);
	if node.role.is_authority() {
		node.spawn_block_production(&task_manager, block_import, babe_link, telemetry.clone())?;
	}
	node.spawn_finality(
		&task_manager,
		grandpa_link,
		grandpa_protocol,
		grandpa_notifications,
		shared_voter_state,
		telemetry,
	)?;
	Ok(task_manager)
}

/// Provides the current time and the slot that it falls in.
fn inherents(slot_duration: sp_consensus_babe::SlotDuration) -> CreateInherents {
	Arc::new(move |_parent, ()| async move {
		let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
		let slot =
			sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
				*timestamp,
				slot_duration,
			);
		Ok((slot, timestamp))
	})
}

/// Tells the off-chain worker where the edge daemon is, or that there is none.
fn publish_edge_url(backend: &FullBackend, edge_url: Option<&str>) -> Result<(), ServiceError> {
	let mut storage = backend.offchain_storage().ok_or("the database has no off-chain storage")?;
	match edge_url {
		Some(url) => storage.set(STORAGE_PREFIX, EDGE_URL_KEY, url.as_bytes()),
		None => storage.remove(STORAGE_PREFIX, EDGE_URL_KEY),
	}
	storage.remove(STORAGE_PREFIX, EDGE_STATE_KEY);
	Ok(())
}

/// What every task of a running node shares.
struct Node {
	role: Role,
	name: String,
	force_authoring: bool,
	prometheus_registry: Option<substrate_prometheus_endpoint::Registry>,
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
	keystore: KeystorePtr,
	select_chain: FullSelectChain,
	transaction_pool: Arc<FullPool>,
	network: Arc<dyn sc_network::service::traits::NetworkService>,
	sync_service: Arc<SyncingService<Block>>,
}

impl Node {
	fn spawn_offchain_workers(&self, task_manager: &TaskManager) -> Result<(), ServiceError> {
		let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
			runtime_api_provider: self.client.clone(),
			keystore: Some(self.keystore.clone()),
			offchain_db: self.backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(
				self.transaction_pool.clone(),
			)),
			network_provider: Arc::new(self.network.clone()),
			is_validator: self.role.is_authority(),
			enable_http_requests: true,
			custom_extensions: |_| Vec::new(),
		})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			workers.run(self.client.clone(), task_manager.spawn_handle()).boxed(),
		);
		Ok(())
	}

	fn rpc_builder(
		&self,
		babe_worker: BabeWorkerHandle<Block>,
		grandpa_link: &LinkHalf<Block, FullClient, FullSelectChain>,
		shared_voter_state: SharedVoterState,
	) -> Box<dyn Fn(SubscriptionTaskExecutor) -> Result<RpcModule<()>, ServiceError>> {
		let client = self.client.clone();
		let pool = self.transaction_pool.clone();
		let select_chain = self.select_chain.clone();
		let keystore = self.keystore.clone();
		let shared_authority_set = grandpa_link.shared_authority_set().clone();
		let justification_stream = grandpa_link.justification_stream();
		let finality_provider = FinalityProofProvider::new_for_service(
			self.backend.clone(),
			Some(shared_authority_set.clone()),
		);
		Box::new(move |subscription_executor| {
			let deps = rpc::FullDeps {
				client: client.clone(),
				pool: pool.clone(),
				select_chain: select_chain.clone(),
				keystore: keystore.clone(),
				babe_worker: babe_worker.clone(),
				grandpa: rpc::GrandpaDeps {
					shared_voter_state: shared_voter_state.clone(),
					shared_authority_set: shared_authority_set.clone(),
					justification_stream: justification_stream.clone(),
					subscription_executor,
					finality_provider: finality_provider.clone(),
				},
			};
			rpc::create_full(deps).map_err(Into::into)
		})
	}

	fn spawn_block_production(
		&self,
		task_manager: &TaskManager,
		block_import: FullBabeBlockImport,
		babe_link: BabeLink<Block>,
		telemetry: Option<TelemetryHandle>,
	) -> Result<(), ServiceError> {
		let proposer = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			self.client.clone(),
			self.transaction_pool.clone(),
			self.prometheus_registry.as_ref(),
			telemetry.clone(),
		);
		let slot_duration = babe_link.config().slot_duration();
		let babe = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
			keystore: self.keystore.clone(),
			client: self.client.clone(),
			select_chain: self.select_chain.clone(),
			env: proposer,
			block_import,
			sync_oracle: self.sync_service.clone(),
			justification_sync_link: self.sync_service.clone(),
			create_inherent_data_providers: inherents(slot_duration),
			force_authoring: self.force_authoring,
			// A network without finality goes on producing, ever more slowly.
			backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
			babe_link,
			block_proposal_slot_portion: SlotProportion::new(0.5),
			max_block_proposal_slot_portion: None,
			telemetry,
		})?;
		task_manager.spawn_essential_handle().spawn_blocking(
			"babe-proposer",
			Some("block-authoring"),
			babe,
		);
		Ok(())
	}

	fn spawn_finality(
		&self,
		task_manager: &TaskManager,
		link: LinkHalf<Block, FullClient, FullSelectChain>,
		protocol_name: ProtocolName,
		notification_service: Box<dyn NotificationService>,
		shared_voter_state: SharedVoterState,
		telemetry: Option<TelemetryHandle>,
	) -> Result<(), ServiceError> {
		let config = sc_consensus_grandpa::Config {
			gossip_duration: GRANDPA_GOSSIP_DURATION,
			justification_generation_period: GRANDPA_JUSTIFICATION_PERIOD,
			observer_enabled: false,
			local_role: self.role,
			name: Some(self.name.clone()),
			keystore: self.role.is_authority().then(|| self.keystore.clone()),
			telemetry: telemetry.clone(),
			protocol_name,
		};
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config,
			link,
			network: self.network.clone(),
			sync: self.sync_service.clone(),
			notification_service,
			voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
			prometheus_registry: self.prometheus_registry.clone(),
			shared_voter_state,
			telemetry,
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(
				self.transaction_pool.clone(),
			),
		})?;
		task_manager
			.spawn_essential_handle()
			.spawn_blocking("grandpa-voter", None, voter);
		Ok(())
	}
}
