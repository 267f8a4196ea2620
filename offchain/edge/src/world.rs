// SPDX-License-Identifier: Apache-2.0

//! Daemons in this process, for tests: all services of each, a mesh on loopback, and a chain that
//! says what the test says.

use crate::{
	config::{Config, Engine},
	files, http,
	learning::{Call, Calls, Sending},
	services::Base,
	shared::Shared,
};
use r1_api::{ChallengeResponse, TokenResponse};
use r1_chain::{Address, ChainHandle, Signer};
use r1_core::{
	Account, BlockRef, ChainState, Clock as _, Deed, DeedKind, JobView, LearningFile, NodeIdentity,
	RecentBlocks, SystemClock,
};
use r1_primitives::{
	DeedId, EpochClock, JobId, NodeKey,
	learning::{FileKind, RoundId, Verdict},
};
use r1_telemetry::{Health, MetricsRegistry};
use serde::{Serialize, de::DeserializeOwned};
use std::{
	collections::BTreeMap,
	path::Path,
	sync::{Arc, Mutex},
	time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::{
	sync::{CancellationToken, DropGuard},
	task::TaskTracker,
};

pub(crate) const GENESIS: [u8; 32] = [0xee; 32];

/// How long anything may take before a test says what the state was.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Time between two looks at what a test waits for.
const GLANCE: Duration = Duration::from_millis(20);

/// Whose deeds all of the nodes have.
pub(crate) fn operator() -> Signer {
	Signer::from_uri("//Operator").unwrap()
}

/// Who ordered [`JOB`].
pub(crate) fn developer() -> Signer {
	Signer::from_uri("//Developer").unwrap()
}

/// Who ordered [`OTHER_JOB`].
pub(crate) fn competitor() -> Signer {
	Signer::from_uri("//Competitor").unwrap()
}

/// Who owns nothing.
pub(crate) fn stranger() -> Signer {
	Signer::from_uri("//Stranger").unwrap()
}

/// A job that runs on the first node.
pub(crate) const JOB: JobId = 7;

/// Another one that does.
pub(crate) const OTHER_JOB: JobId = 8;

/// The chain, as all daemons see it.
pub(crate) struct World {
	chain: watch::Sender<Option<Arc<ChainState>>>,
	verdicts: Verdicts,
}

/// What oracles said of rounds of learning.
pub(crate) type Verdicts = Arc<Mutex<Vec<(NodeKey, RoundId, Verdict<Vec<u8>>)>>>;

/// The node of a deed.
pub(crate) fn node(deed: DeedId) -> NodeIdentity {
	let mut seed = [7; 32];
	seed[..4].copy_from_slice(&deed.to_le_bytes());
	NodeIdentity::from_seed(&seed)
}

impl World {
	/// A chain with so many deeds, whose nodes have the same numbers, beginning with 1.
	pub(crate) fn of(deeds: u32) -> Self {
		let now_secs = SystemClock::new().now_secs();
		let clock = EpochClock { start_secs: now_secs, epoch_secs: 3_600, slot_secs: 10 };
		let mut recent_blocks = RecentBlocks::default();
		recent_blocks.push([1; 32], now_secs);
		let state = ChainState {
			genesis_hash: GENESIS,
			finalised: BlockRef { number: 1, hash: [1; 32], timestamp_secs: now_secs },
			recent_blocks,
			clock,
			current_epoch: 0,
			first_undecided_epoch: 0,
			deeds: (1..=deeds).map(|deed| (deed, linked(deed))).collect(),
			oracles: Vec::new(),
			session_oracles: Vec::new(),
			epoch_seeds: BTreeMap::new(),
			maintenance: BTreeMap::new(),
			resource_classes: [].into(),
			jobs: [job(JOB, developer().account()), job(OTHER_JOB, competitor().account())]
				.map(|job| (job.id, job))
				.into(),
			learning: [].into(),
			ended_epoch: None,
			settled_availability: None,
		};
		Self { chain: watch::channel(Some(Arc::new(state))).0, verdicts: Verdicts::default() }
	}

	/// What the chain says.
	pub(crate) fn state(&self) -> ChainState {
		ChainState::clone(self.chain.borrow().as_ref().unwrap())
	}

	/// Finalises a block that changes something.
	pub(crate) fn change(&self, change: impl FnOnce(&mut ChainState)) {
		finalise(&self.chain, change);
	}

	/// What oracles have said of rounds.
	pub(crate) fn verdicts(&self) -> Vec<(NodeKey, RoundId, Verdict<Vec<u8>>)> {
		self.verdicts.lock().unwrap().clone()
	}

	/// Starts the daemon of a deed's node.
	pub(crate) async fn start(&self, deed: DeedId, options: Options<'_>) -> Daemon {
		let directory = tempfile::tempdir().unwrap();
		self.start_in(directory, deed, options).await
	}

	/// Starts it with the files of an earlier one.
	pub(crate) async fn start_in(
		&self,
		directory: TempDir,
		deed: DeedId,
		options: Options<'_>,
	) -> Daemon {
		let mut config = Config::default();
		config.node.data_dir = directory.path().to_owned();
		config.mesh.listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
		config.mesh.public_listen =
			options.public_listen.iter().copied().map(str::to_owned).collect();
		config.store.is_gateway_public = options.is_gateway_public;
		config.store.job_bytes_max = options.job_bytes_max;
		config.mesh.bootstrap = options.bootstrap.to_vec();
		config.api.requires_tokens = options.requires_tokens;
		config.api.connections_max = options.connections_max;
		config.api.certificate_file = options.tls.map(|(certificate, _)| certificate.to_owned());
		config.api.private_key_file = options.tls.map(|(_, key)| key.to_owned());
		config.api.cors_origins = vec![ORIGIN.to_owned()];
		config.containers.engine = options.engine.map_or(Engine::Off, |it| Engine::At(it.into()));
		let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
		let base = Base {
			state: self.chain.borrow().clone().unwrap(),
			identity: Arc::new(node(deed)),
			chain: ChainHandle::fed_by(self.chain.subscribe()),
			calls: Arc::new(Notary {
				node: node(deed).key(),
				chain: self.chain.clone(),
				verdicts: Arc::clone(&self.verdicts),
			}),
			clock: Arc::new(SystemClock::new()),
			store: files::open(&config.store, directory.path()).unwrap(),
			health: Health::new(),
			registry: MetricsRegistry::new(),
			cancel: cancel.clone(),
			tasks: tasks.clone(),
		};
		let shared = base.start(&config).unwrap();
		let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = socket.local_addr().unwrap();
		let router = http::api_router(&config.api, shared.clone()).unwrap();
		let tls = http::acceptor(config.api.tls_files()).unwrap();
		let scheme = if tls.is_some() { "https" } else { "http" };
		let listener = http::Listener { socket, tls, connections_max: options.connections_max };
		tasks.spawn(http::serve(listener, router, cancel.clone(), tasks.clone()));
		tasks.spawn(http::serve_inside(shared.clone(), cancel.clone(), tasks.clone()));
		Daemon {
			url: format!("{scheme}://{address}"),
			shared,
			directory,
			cancel: cancel.clone(),
			tasks,
			_stop: cancel.drop_guard(),
		}
	}
}

/// Finalises a block that changes something.
fn finalise(chain: &watch::Sender<Option<Arc<ChainState>>>, change: impl FnOnce(&mut ChainState)) {
	chain.send_modify(|state| {
		let mut next = ChainState::clone(state.as_ref().unwrap());
		next.finalised.number += 1;
		next.finalised.hash[0] = next.finalised.hash[0].wrapping_add(1);
		// What beats name, and by which time is told.
		next.finalised.timestamp_secs = SystemClock::new().now_secs();
		let BlockRef { hash, timestamp_secs, .. } = next.finalised;
		next.recent_blocks.push(hash, timestamp_secs);
		change(&mut next);
		*state = Some(Arc::new(next));
	});
}

/// Writes down what a node says of rounds, as the chain would.
#[derive(Debug)]
struct Notary {
	node: NodeKey,
	chain: watch::Sender<Option<Arc<ChainState>>>,
	verdicts: Verdicts,
}

impl Calls for Notary {
	fn send(&self, call: Call) -> Sending<'_> {
		let account = self.node;
		Box::pin(async move {
			finalise(&self.chain, |state| match call {
				Call::Announce { round, announcement } => {
					let Some(round) = state.learning.get_mut(&round) else { return };
					round.announced.push(announcement);
				},
				Call::Publish { round, kind, cid, sha256 } => {
					let Some(round) = state.learning.get_mut(&round) else { return };
					let files = match kind {
						FileKind::Shares => &mut round.shared,
						FileKind::Upload => &mut round.uploaded,
						FileKind::Reveal => &mut round.revealed,
					};
					files.push(LearningFile { account, cid, sha256 });
				},
				Call::Attest { round: id, verdict } => {
					let Some(round) = state.learning.get_mut(&id) else { return };
					round.attested.push(account);
					self.verdicts.lock().unwrap().push((account, id, verdict));
				},
			});
			Ok(())
		})
	}
}

/// The web page that may ask.
pub(crate) const ORIGIN: &str = "https://explorer.example";

/// What differs between daemons.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
	pub(crate) bootstrap: &'a [String],
	pub(crate) requires_tokens: bool,
	pub(crate) connections_max: usize,
	pub(crate) tls: Option<(&'a Path, &'a Path)>,
	pub(crate) public_listen: &'a [&'a str],
	pub(crate) is_gateway_public: bool,
	pub(crate) job_bytes_max: u64,
	/// The socket of the engine that runs containers; none are run without.
	pub(crate) engine: Option<&'a Path>,
}

impl Default for Options<'_> {
	fn default() -> Self {
		Self {
			bootstrap: &[],
			requires_tokens: true,
			connections_max: 64,
			tls: None,
			engine: None,
			public_listen: &[],
			is_gateway_public: false,
			job_bytes_max: 1 << 20,
		}
	}
}

/// A daemon that runs until it is dropped.
pub(crate) struct Daemon {
	pub(crate) url: String,
	pub(crate) shared: Shared,
	directory: TempDir,
	pub(crate) cancel: CancellationToken,
	pub(crate) tasks: TaskTracker,
	_stop: DropGuard,
}

impl Daemon {
	/// Where other daemons find it.
	pub(crate) async fn mesh_address(&self) -> String {
		let mut report = self.shared.mesh.handle().report();
		let listens = report.wait_for(|report| !report.listen_addresses.is_empty());
		listens.await.unwrap().listen_addresses[0].clone()
	}

	/// The same, with who it is.
	pub(crate) async fn full_mesh_address(&self) -> String {
		format!("{}/p2p/{}", self.mesh_address().await, self.shared.mesh.peer_id())
	}

	/// A file of its directory.
	pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
		self.directory.path().join(name)
	}

	/// Stops it, and keeps its files.
	pub(crate) async fn stop(self) -> TempDir {
		self.cancel.cancel();
		self.tasks.close();
		self.tasks.wait().await;
		self.directory
	}

	/// Asks for JSON.
	pub(crate) async fn post<T: DeserializeOwned>(
		&self,
		path: &str,
		body: &impl Serialize,
	) -> (u16, T) {
		let request = client().post(format!("{}{path}", self.url)).json(body);
		let response = request.send().await.unwrap();
		(response.status().as_u16(), response.json().await.unwrap())
	}

	/// The status of a GET with a token.
	pub(crate) async fn get_status(&self, path: &str, token: &str) -> u16 {
		let request = client().get(format!("{}{path}", self.url)).bearer_auth(token);
		request.send().await.unwrap().status().as_u16()
	}

	/// A text for an account to sign.
	pub(crate) async fn challenge(&self, account: Account) -> String {
		let body = serde_json::json!({ "account": Address(account).to_string() });
		let (status, answer) = self.post::<ChallengeResponse>("/v1/auth/challenge", &body).await;
		assert_eq!(status, 200);
		answer.challenge
	}

	/// A token for whoever signs in.
	pub(crate) async fn sign_in(&self, wallet: &Signer) -> String {
		let challenge = self.challenge(wallet.account()).await;
		let signature = hex::encode(wallet.sign_message(challenge.as_bytes()));
		let body = serde_json::json!({ "challenge": challenge, "signature": signature });
		let (status, answer) = self.post::<TokenResponse>("/v1/auth/token", &body).await;
		assert_eq!((status, answer.account), (200, Address(wallet.account()).to_string()));
		answer.token
	}
}

/// A client that no proxy stands before.
pub(crate) fn client() -> reqwest::Client {
	// Once is enough, and the second time is refused.
	drop(tokio_rustls::rustls::crypto::ring::default_provider().install_default());
	reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Waits until something is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
	let waiting = async {
		while !is_so().await {
			tokio::time::sleep(GLANCE).await;
		}
	};
	assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}

fn linked(deed: DeedId) -> Deed {
	let owner = operator().account();
	Deed { owner, node: Some(node(deed).key()), kind: DeedKind::Node, is_banned: false }
}

fn job(id: JobId, owner: Account) -> JobView {
	JobView {
		id,
		owner,
		resources: 1,
		price_per_epoch: 375_000,
		replicas: 1,
		// No CID: what it is does not matter here.
		specification: Vec::new(),
		end_epoch: 100,
		round: 1,
		awaits_placement: false,
		deeds: vec![1],
		lost: Vec::new(),
		members: None,
	}
}
