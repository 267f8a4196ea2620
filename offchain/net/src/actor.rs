// SPDX-License-Identifier: Apache-2.0

//! The one task that owns the swarm and the bitswap engine.

use crate::{
	behaviour::{Behaviour, build_swarm},
	bitswap::{
		fetch::{Fetcher, SessionId},
		link::Open,
		links::{Inbox, LinkLimits, Links},
		message::MESSAGE_BYTES_MAX,
		serve::{Allowance, Server},
	},
	blocks::{Sessions, Waiter},
	config::Settings,
	defaults::{
		BITSWAP_READERS_MAX, COMMANDS_MAX, RATED_PEERS_MAX, TICK, TUNNELS_MAX, TUNNELS_PER_PEER_MAX,
	},
	dialer::Dialer,
	door,
	error::{PublishError, SpawnError},
	faults::{Fault, Faults},
	gossip_events::{Heard, Judges},
	handle::{Handle, Inbound, Receipt, Verdict},
	identity::{keypair_of, node_of, peer_id_of},
	metrics::Metrics,
	provider_events::Providers,
	report::{MeshReport, PeerReport},
	request_events::{Queues, RequestReply, Waiting},
	requests::Kind,
	session::SessionReply,
	streams::Opened,
	topic::Topic,
	tunnel::{InboundTunnel, Slots, Tunnels},
};
use bytes::Bytes;
use cid::Cid;
use futures::StreamExt;
use libp2p::{
	Multiaddr, PeerId, Swarm,
	multiaddr::Protocol,
	request_response::{OutboundRequestId, ResponseChannel},
	swarm::dial_opts::{DialOpts, PeerCondition},
};
use r1_core::{BlockStore, Clock, ExchangeError, NodeIdentity, Rng};
use r1_primitives::NodeKey;
use std::{
	collections::{BTreeMap, BTreeSet, HashMap},
	fmt,
	sync::{Arc, Weak},
	time::Duration,
};
use tokio::{
	sync::{mpsc, oneshot, watch},
	time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What the mesh needs from the rest of the daemon.
pub struct Ports {
	/// The node's key.
	pub identity: NodeIdentity,
	/// Which chain's beats and revocations are gossiped.
	pub genesis_hash: [u8; 32],
	/// Time.
	pub clock: Arc<dyn Clock>,
	/// Randomness, for the pauses between dials.
	pub rng: Arc<dyn Rng>,
	/// The blocks that are served to others.
	pub store: Arc<dyn BlockStore>,
	/// The nodes that the chain admits; empty until the chain has been read.
	pub admitted: watch::Receiver<Arc<BTreeSet<NodeKey>>>,
	/// Where the mesh counts.
	pub metrics: Metrics,
}

impl fmt::Debug for Ports {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("Ports")
			.field("identity", &self.identity)
			.finish_non_exhaustive()
	}
}

/// Starts the mesh. It runs until `cancel`, on `tasks`.
///
/// # Errors
///
/// An address cannot be listened on, or the network stack refuses its settings.
pub fn spawn(
	settings: Settings,
	ports: Ports,
	cancel: CancellationToken,
	tasks: &TaskTracker,
) -> Result<(Handle, Inbound), SpawnError> {
	let keypair = keypair_of(&ports.identity);
	let (public, public_addresses) = watch::channel(Arc::default());
	let needs = door::Needs {
		keypair: keypair.clone(),
		clock: Arc::clone(&ports.clock),
		store: Arc::clone(&ports.store),
		metrics: ports.metrics.clone(),
		addresses: public,
	};
	door::open(&settings, needs, &cancel, tasks)?;
	let swarm = build_swarm(keypair, &ports.genesis_hash, &settings, &ports.metrics)?;
	let (commands, inbox) = mpsc::channel(COMMANDS_MAX);
	let (judges, heard) = Judges::new();
	let (queues, waiting) = Queues::new(&settings.config);
	let limits =
		LinkLimits { readers_max: BITSWAP_READERS_MAX, message_bytes_max: MESSAGE_BYTES_MAX };
	let (links, links_inbox) =
		Links::new(limits, Arc::clone(&ports.store), tasks.clone(), cancel.clone());
	let (tunnels, tunnels_waiting) =
		Tunnels::new(ports.metrics.clone(), tasks.clone(), cancel.clone());
	let (report, reported) = watch::channel(Arc::default());
	let handle = Handle {
		commands: commands.clone(),
		report: reported,
		request_bytes_max: settings.config.request_bytes_max,
		fetch_timeout: Duration::from_millis(settings.config.fetch_timeout_ms),
		public_addresses,
		tunnels: Slots::new(TUNNELS_PER_PEER_MAX, TUNNELS_MAX),
		metrics: ports.metrics.clone(),
	};
	let connections_max = settings.config.connections_max;
	let dialer = Dialer::new(settings.bootstrap.iter().cloned(), settings.config.peers_target);
	let configured: BTreeSet<PeerId> = settings
		.bootstrap
		.iter()
		.map(|(peer, _)| *peer)
		.chain(settings.clients)
		.collect();
	let mut actor = Actor {
		swarm,
		ports,
		configured,
		connections_max,
		dialer,
		peers: BTreeMap::new(),
		links,
		fetcher: Fetcher::default(),
		server: Server::new(Allowance::ADMITTED),
		sessions: Sessions::default(),
		waiters: HashMap::new(),
		tunnels,
		providers: Providers::default(),
		requests_out: HashMap::new(),
		judges,
		faults: Faults::new(RATED_PEERS_MAX),
		accepted: Vec::new(),
		pass_on_at: None,
		queues,
		commands,
		report,
		cancel,
	};
	actor.admit();
	actor.publish_report();
	tasks.spawn(actor.run(inbox, links_inbox));
	Ok((handle, inbound(heard, waiting, tunnels_waiting)))
}

fn inbound(heard: Heard, waiting: Waiting, tunnels: mpsc::Receiver<InboundTunnel>) -> Inbound {
	Inbound {
		beats: heard.beats,
		revocations: heard.revocations,
		requests: waiting.inference,
		challenges: waiting.challenges,
		capabilities: waiting.capabilities,
		access_requests: waiting.access,
		store_requests: waiting.store,
		anchors: waiting.anchors,
		tunnels,
	}
}

/// What a handle asks of the actor.
pub(crate) enum Command {
	Publish { topic: Topic, bytes: Vec<u8>, reply: PublishReply },
	Judge { receipt: Receipt, verdict: Verdict },
	Request { kind: Kind, peer: PeerId, bytes: Bytes, reply: RequestReply },
	Respond { kind: Kind, channel: ResponseChannel<Bytes>, bytes: Bytes },
	Blame { peer: PeerId, fault: Fault },
	OpenSession { root: Cid, alive: Weak<()>, reply: SessionReply },
	Fetch { session: SessionId, cid: Cid, reply: FetchReply },
	Announce { cid: Cid },
	Provide { root: Cid },
	Withdraw { root: Cid },
	OpenTunnel { peer: PeerId, opened: Opened },
}

pub(crate) type PublishReply = oneshot::Sender<Result<(), PublishError>>;

pub(crate) type FetchReply = oneshot::Sender<Result<Bytes, ExchangeError>>;

pub(crate) struct Actor {
	pub(crate) swarm: Swarm<Behaviour>,
	pub(crate) ports: Ports,
	/// Peers that are admitted whatever the chain says.
	configured: BTreeSet<PeerId>,
	pub(crate) connections_max: u32,
	pub(crate) dialer: Dialer,
	pub(crate) peers: BTreeMap<PeerId, Peer>,
	pub(crate) links: Links,
	pub(crate) fetcher: Fetcher,
	pub(crate) server: Server,
	pub(crate) sessions: Sessions,
	pub(crate) waiters: HashMap<Cid, Vec<Waiter>>,
	pub(crate) tunnels: Tunnels,
	pub(crate) providers: Providers,
	/// Each kind counts its requests by itself.
	pub(crate) requests_out: HashMap<(Kind, OutboundRequestId), RequestReply>,
	pub(crate) judges: Judges,
	pub(crate) faults: Faults,
	/// Beats that are about to be passed on.
	pub(crate) accepted: Vec<Receipt>,
	/// When they are; `None` while there are none.
	pub(crate) pass_on_at: Option<Instant>,
	pub(crate) queues: Queues,
	pub(crate) commands: mpsc::Sender<Command>,
	report: watch::Sender<Arc<MeshReport>>,
	cancel: CancellationToken,
}

/// A connected peer.
pub(crate) struct Peer {
	address: Multiaddr,
	connected_at_secs: u64,
	/// By the monotonic clock.
	connected_at_ms: u64,
}

impl Actor {
	async fn run(mut self, mut inbox: mpsc::Receiver<Command>, mut links: Inbox) {
		let cancel = self.cancel.clone();
		let mut admitted = self.ports.admitted.clone();
		let mut admission_ended = false;
		let mut ticks = interval(TICK);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				() = cancel.cancelled() => break,
				event = self.swarm.select_next_some() => self.on_swarm_event(event),
				Some(command) = inbox.recv() => self.on_command(command),
				Some(event) = links.events.recv() => self.on_bitswap_event(event),
				Some(Open { peer, opened }) = links.opens.recv() => {
					self.swarm.behaviour_mut().bitswap.open(peer, opened);
				},
				changed = admitted.changed(), if !admission_ended => {
					// Whoever followed the chain is gone: what it said last stays.
					admission_ended = changed.is_err();
					self.admit();
				},
				() = moment(self.pass_on_at) => self.pass_on(),
				_ = ticks.tick() => self.on_tick(),
			}
		}
		tracing::debug!(target: "r1::net", "mesh stopped");
	}

	fn on_command(&mut self, command: Command) {
		match command {
			Command::Publish { topic, bytes, reply } => {
				// A caller that is gone does not need to know.
				let _gone = reply.send(self.publish(topic, bytes));
			},
			Command::Judge { receipt, verdict } => self.judge(receipt, verdict),
			Command::Request { kind, peer, bytes, reply } => self.ask(kind, peer, bytes, reply),
			Command::Respond { kind, channel, bytes } => self.respond(kind, channel, bytes),
			Command::Blame { peer, fault } => self.blame(peer, fault),
			Command::OpenSession { root, alive, reply } => self.open_session(root, alive, reply),
			Command::Fetch { session, cid, reply } => self.fetch(session, cid, reply),
			Command::Announce { cid } => self.announce(cid),
			Command::Provide { root } => self.provide(root),
			Command::Withdraw { root } => self.withdraw(&root),
			Command::OpenTunnel { peer, opened } => {
				self.swarm.behaviour_mut().tunnels.open_or_dial(peer, opened);
			},
		}
	}

	fn on_tick(&mut self) {
		let now_ms = self.ports.clock.monotonic_ms();
		self.refresh_faults(now_ms);
		self.count_graylisted();
		self.blocks_tick();
		self.announce_roots(now_ms);

		let connected = self.peers.keys().copied().collect();
		let admission = &self.swarm.behaviour().admission;
		let is_admitted = |peer: &PeerId| admission.allowed_peers().contains(peer);
		let due = self.dialer.due(now_ms, self.ports.rng.as_ref(), &connected, is_admitted);
		for (peer, addresses) in due {
			let options = DialOpts::peer_id(peer)
				.condition(PeerCondition::DisconnectedAndNotDialing)
				.addresses(addresses)
				.build();
			if let Err(error) = self.swarm.dial(options) {
				tracing::debug!(target: "r1::net", %peer, %error, "could not dial");
			}
		}
	}

	// # Peers

	/// Lets in whom the chain and the configuration admit, and nobody else.
	fn admit(&mut self) {
		let nodes = Arc::clone(&self.ports.admitted.borrow_and_update());
		let wanted: BTreeSet<PeerId> = nodes
			.iter()
			.filter_map(peer_id_of)
			.chain(self.configured.iter().copied())
			.collect();
		let admission = &mut self.swarm.behaviour_mut().admission;
		let present: Vec<PeerId> = admission.allowed_peers().iter().copied().collect();
		let mut changed = false;
		for peer in present.iter().filter(|peer| !wanted.contains(peer)) {
			// Also closes its connections.
			changed |= admission.disallow_peer(*peer);
		}
		for peer in wanted {
			changed |= admission.allow_peer(peer);
		}
		if changed {
			tracing::debug!(target: "r1::net", nodes = nodes.len(), "admission changed");
			self.dialer.admission_changed();
		}
	}

	pub(crate) fn on_connected(&mut self, peer: PeerId, address: Multiaddr) {
		let connected = Peer {
			address,
			connected_at_secs: self.ports.clock.now_secs(),
			connected_at_ms: self.ports.clock.monotonic_ms(),
		};
		self.peers.insert(peer, connected);
		tracing::info!(target: "r1::net", %peer, peers = self.peers.len(), "peer connected");
		self.blocks_connected(peer);
		self.publish_report();
	}

	pub(crate) fn on_disconnected(&mut self, peer: PeerId) {
		let now_ms = self.ports.clock.monotonic_ms();
		if let Some(gone) = self.peers.remove(&peer) {
			self.dialer.disconnected(&peer, now_ms.saturating_sub(gone.connected_at_ms));
		}
		tracing::info!(target: "r1::net", %peer, peers = self.peers.len(), "peer disconnected");
		self.blocks_disconnected(peer);
		self.publish_report();
	}

	pub(crate) fn publish_report(&mut self) {
		let local = *self.swarm.local_peer_id();
		let listen_addresses = self.swarm.listeners();
		let report = MeshReport {
			generation: self.report.borrow().generation + 1,
			peer_id: local.to_string(),
			listen_addresses: listen_addresses
				.map(|address| address.clone().with(Protocol::P2p(local)).to_string())
				.collect(),
			peers: self
				.peers
				.iter()
				.map(|(id, peer)| PeerReport {
					peer_id: id.to_string(),
					node: node_of(id),
					address: peer.address.to_string(),
					connected_at_secs: peer.connected_at_secs,
				})
				.collect(),
		};
		self.ports
			.metrics
			.peers
			.set(i64::try_from(self.peers.len()).unwrap_or(i64::MAX));
		self.report.send_replace(Arc::new(report));
	}
}

/// Comes at a moment; never, if there is none.
async fn moment(at: Option<Instant>) {
	match at {
		Some(at) => sleep_until(at).await,
		None => std::future::pending().await,
	}
}
