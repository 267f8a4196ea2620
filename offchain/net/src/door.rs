// SPDX-License-Identifier: Apache-2.0

//! The door for strangers: a swarm of its own that speaks bitswap and nothing else.
//!
//! It opens only if the configuration has addresses for it. Whoever comes through it is served blocks
//! within limits, and is asked for nothing; the mesh does not know that it is there. A flood here
//! has its own task, connections and queues, and does not hold up the mesh.

use crate::{
	behaviour::{IDENTITY_PROTOCOL, listen, tcp_transport},
	bitswap::{
		link::{self, BITSWAP, Open},
		links::{Inbox, LinkLimits, Links},
		serve::{self, Allowance, Server},
	},
	config::Settings,
	defaults::{
		CONNECTIONS_PENDING_MAX, PING_INTERVAL, PING_TIMEOUT, STRANGER_CONNECTIONS_MAX,
		STRANGER_IDLE, STRANGER_MESSAGE_BYTES_MAX, STRANGER_MESSAGES_PER_MINUTE_MAX,
		STRANGER_READERS_MAX, TICK,
	},
	error::SpawnError,
	metrics::Metrics,
	rate::RateLimit,
	streams,
};
use futures::StreamExt;
use libp2p::{
	PeerId, Swarm, SwarmBuilder,
	connection_limits::{self, ConnectionLimits},
	identify,
	identity::Keypair,
	multiaddr::Protocol,
	ping,
	swarm::{NetworkBehaviour, SwarmEvent},
};
use r1_core::{BlockStore, Clock};
use std::sync::Arc;
use tokio::{
	sync::watch,
	time::{MissedTickBehavior, interval},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What a connection of a stranger speaks.
#[derive(NetworkBehaviour)]
struct Behaviour {
	limits: connection_limits::Behaviour,
	identify: identify::Behaviour,
	ping: ping::Behaviour,
	bitswap: streams::Behaviour,
}

/// What the door needs from the rest.
pub(crate) struct Needs {
	pub(crate) keypair: Keypair,
	pub(crate) clock: Arc<dyn Clock>,
	pub(crate) store: Arc<dyn BlockStore>,
	pub(crate) metrics: Metrics,
	/// Where the door says where it listens.
	pub(crate) addresses: watch::Sender<Arc<Vec<String>>>,
}

/// Opens the door, if there are addresses for it. It is open until `cancel`.
pub(crate) fn open(
	settings: &Settings,
	needs: Needs,
	cancel: &CancellationToken,
	tasks: &TaskTracker,
) -> Result<(), SpawnError> {
	if settings.public_listen.is_empty() {
		return Ok(());
	}
	let swarm = build_swarm(settings, needs.keypair, &needs.metrics)?;
	let limits = LinkLimits {
		readers_max: STRANGER_READERS_MAX,
		message_bytes_max: STRANGER_MESSAGE_BYTES_MAX,
	};
	let (links, inbox) = Links::new(limits, needs.store, tasks.clone(), cancel.clone());
	let allowance = Allowance::strangers(settings.config.public_bytes_per_sec);
	let door = Door {
		swarm,
		links,
		server: Server::new(allowance),
		messages: RateLimit::new(STRANGER_MESSAGES_PER_MINUTE_MAX, STRANGER_CONNECTIONS_MAX * 16),
		clock: needs.clock,
		metrics: needs.metrics,
		addresses: needs.addresses,
	};
	let until = cancel.clone();
	tasks.spawn(async move {
		until.run_until_cancelled(door.run(inbox)).await;
	});
	Ok(())
}

struct Door {
	swarm: Swarm<Behaviour>,
	links: Links,
	server: Server,
	messages: RateLimit,
	clock: Arc<dyn Clock>,
	metrics: Metrics,
	addresses: watch::Sender<Arc<Vec<String>>>,
}

impl Door {
	async fn run(mut self, mut inbox: Inbox) {
		let mut ticks = interval(TICK);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				event = self.swarm.select_next_some() => self.on_swarm_event(event),
				Some(Open { peer, opened }) = inbox.opens.recv() => {
					self.swarm.behaviour_mut().bitswap.open(peer, opened);
				},
				Some(event) = inbox.events.recv() => self.on_link_event(event),
				_ = ticks.tick() => self.serve(serve::Event::Tick),
			}
		}
	}

	fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
		match event {
			SwarmEvent::Behaviour(BehaviourEvent::Bitswap((peer, stream))) => {
				self.links.read(peer, stream);
			},
			SwarmEvent::ConnectionEstablished { peer_id: peer, num_established, .. }
				if num_established.get() == 1 =>
			{
				tracing::debug!(target: "r1::net", %peer, "stranger connected");
				self.links.connected(peer);
				self.serve(serve::Event::Connected { peer });
			},
			SwarmEvent::ConnectionClosed { peer_id: peer, num_established: 0, .. } => {
				self.links.disconnected(&peer);
				self.serve(serve::Event::Disconnected { peer });
			},
			SwarmEvent::IncomingConnectionError { .. } => {
				self.metrics.refused_connections.inc();
			},
			SwarmEvent::NewListenAddr { address, .. } => {
				tracing::info!(target: "r1::net", %address, "listening for strangers");
				self.publish_addresses();
			},
			SwarmEvent::ExpiredListenAddr { .. } => self.publish_addresses(),
			SwarmEvent::ListenerClosed { reason: Err(error), .. } => {
				tracing::error!(target: "r1::net", %error, "listener for strangers closed");
				self.publish_addresses();
			},
			_ => {},
		}
	}

	fn on_link_event(&mut self, event: link::Event) {
		match event {
			// Blocks and news of blocks are of no interest: strangers are not asked for anything.
			link::Event::Received { peer, message } => {
				if !self.messages.lets_in(peer, self.clock.monotonic_ms()) {
					return self.show_out(peer);
				}
				let (full, entries) = (message.full, message.wants);
				self.serve(serve::Event::Wanted { peer, full, entries });
			},
			link::Event::Malformed { peer } => self.show_out(peer),
			link::Event::Answered { peer, answered } => {
				self.metrics.block_bytes_served.inc_by(answered.bytes);
				self.metrics.stranger_bytes_served.inc_by(answered.bytes);
				self.serve(serve::Event::Answered { peer, answered });
			},
		}
	}

	fn show_out(&mut self, peer: PeerId) {
		tracing::debug!(target: "r1::net", %peer, "a stranger breaks the rules");
		// It may be gone already.
		let _gone = self.swarm.disconnect_peer_id(peer);
	}

	fn serve(&mut self, event: serve::Event) {
		let now_ms = self.clock.monotonic_ms();
		let answers = self.server.step(now_ms, event);
		self.links.answer(&mut self.server, now_ms, answers);
	}

	fn publish_addresses(&self) {
		let local = *self.swarm.local_peer_id();
		let listeners = self.swarm.listeners();
		let addresses =
			listeners.map(|address| address.clone().with(Protocol::P2p(local)).to_string());
		self.addresses.send_replace(Arc::new(addresses.collect()));
	}
}

fn build_swarm(
	settings: &Settings,
	keypair: Keypair,
	metrics: &Metrics,
) -> Result<Swarm<Behaviour>, SpawnError> {
	let limits = ConnectionLimits::default()
		.with_max_established(u32::try_from(STRANGER_CONNECTIONS_MAX).ok())
		.with_max_established_per_peer(Some(1))
		.with_max_pending_incoming(Some(CONNECTIONS_PENDING_MAX));
	let identify = identify::Config::new(IDENTITY_PROTOCOL.into(), keypair.public())
		.with_agent_version(concat!("r1-edge/", env!("CARGO_PKG_VERSION")).into());
	let behaviour = Behaviour {
		limits: connection_limits::Behaviour::new(limits),
		identify: identify::Behaviour::new(identify),
		ping: ping::Behaviour::new(
			ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT),
		),
		bitswap: streams::Behaviour::new(BITSWAP),
	};
	let failed = |part| {
		move |error: &dyn std::fmt::Display| SpawnError::Setup { part, reason: error.to_string() }
	};
	let mut swarm = SwarmBuilder::with_existing_identity(keypair)
		.with_tokio()
		.with_quic()
		.with_other_transport(|keypair| tcp_transport(keypair, metrics.clone()))
		.map_err(|error| failed("noise")(&error))?
		.with_behaviour(|_| behaviour)
		.map_err(|error| failed("protocols")(&error))?
		.with_swarm_config(|config| config.with_idle_connection_timeout(STRANGER_IDLE))
		.build();
	listen(&mut swarm, &settings.public_listen)?;
	Ok(swarm)
}
