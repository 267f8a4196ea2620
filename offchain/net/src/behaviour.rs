// SPDX-License-Identifier: Apache-2.0

//! The network stack: which protocols a connection speaks, and with which limits.

use crate::{
	bitswap::link::BITSWAP,
	config::Settings,
	defaults::{
		CONNECTIONS_PENDING_MAX, CONNECTIONS_PER_PEER_MAX, IDLE_CONNECTION, KADEMLIA_REFRESH,
		PING_INTERVAL, PING_TIMEOUT, PROVIDED_KEYS_MAX,
	},
	error::SpawnError,
	gossip::{self, Gossip},
	metrics::Metrics,
	providers::PROVIDER_TTL,
	requests::{self, Kind},
	streams,
	traffic::Counted,
	tunnel::TUNNEL,
};
use libp2p::{
	Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, Transport,
	allow_block_list::{self, AllowedPeers},
	connection_limits::{self, ConnectionLimits},
	core::{muxing::StreamMuxerBox, transport::Boxed, upgrade::Version},
	identify,
	identity::Keypair,
	kad::{
		self,
		store::{MemoryStore, MemoryStoreConfig},
	},
	noise, ping,
	swarm::NetworkBehaviour,
	tcp, yamux,
};
use std::error::Error;

/// The routing protocol of this network, apart from everybody else's.
pub(crate) const KADEMLIA: StreamProtocol = StreamProtocol::new("/r1/kad/1");

/// What nodes tell each other that they are.
pub(crate) const IDENTITY_PROTOCOL: &str = "/r1/1";

/// All protocols of a connection. The first two refuse connections before the others see them.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
	pub(crate) admission: allow_block_list::Behaviour<AllowedPeers>,
	pub(crate) limits: connection_limits::Behaviour,
	pub(crate) identify: identify::Behaviour,
	pub(crate) ping: ping::Behaviour,
	pub(crate) kademlia: kad::Behaviour<MemoryStore>,
	pub(crate) gossip: Gossip,
	pub(crate) inference: requests::Behaviour,
	pub(crate) challenges: requests::Behaviour,
	pub(crate) capabilities: requests::Behaviour,
	pub(crate) access: requests::Behaviour,
	pub(crate) store: requests::Behaviour,
	pub(crate) anchors: requests::Behaviour,
	pub(crate) bitswap: streams::Behaviour,
	pub(crate) tunnels: streams::Behaviour,
}

/// Builds the network stack and starts to listen.
pub(crate) fn build_swarm(
	keypair: Keypair,
	genesis_hash: &[u8; 32],
	settings: &Settings,
	metrics: &Metrics,
) -> Result<Swarm<Behaviour>, SpawnError> {
	let behaviour = behaviour(&keypair, genesis_hash, settings)?;
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
		.with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_CONNECTION))
		.build();
	listen(&mut swarm, &settings.listen)?;
	Ok(swarm)
}

/// Makes a swarm listen on all of the addresses.
pub(crate) fn listen<B: NetworkBehaviour>(
	swarm: &mut Swarm<B>,
	addresses: &[Multiaddr],
) -> Result<(), SpawnError> {
	for address in addresses {
		swarm.listen_on(address.clone()).map_err(|error| SpawnError::Listen {
			address: address.to_string(),
			source: std::io::Error::other(error),
		})?;
	}
	Ok(())
}

/// What `with_tcp` builds, but that its bytes are counted.
pub(crate) fn tcp_transport(
	keypair: &Keypair,
	metrics: Metrics,
) -> Result<Boxed<(PeerId, StreamMuxerBox)>, Box<dyn Error + Send + Sync>> {
	let config = tcp::Config::default().nodelay(true);
	Ok(tcp::tokio::Transport::new(config)
		.map(move |stream, _| Counted::new(stream, metrics.clone()))
		.upgrade(Version::V1Lazy)
		.authenticate(noise::Config::new(keypair)?)
		.multiplex(yamux::Config::default())
		.map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
		.boxed())
}

fn behaviour(
	keypair: &Keypair,
	genesis_hash: &[u8; 32],
	settings: &Settings,
) -> Result<Behaviour, SpawnError> {
	let local = keypair.public().to_peer_id();
	let config = &settings.config;
	let limits = ConnectionLimits::default()
		.with_max_established(Some(config.connections_max))
		.with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX))
		.with_max_pending_incoming(Some(CONNECTIONS_PENDING_MAX))
		.with_max_pending_outgoing(Some(CONNECTIONS_PENDING_MAX));
	let mut admission = allow_block_list::Behaviour::<AllowedPeers>::default();
	let bootstrap = settings.bootstrap.iter().map(|(peer, _)| peer);
	for peer in bootstrap.chain(&settings.clients) {
		admission.allow_peer(*peer);
	}
	let identify = identify::Config::new(IDENTITY_PROTOCOL.into(), keypair.public())
		.with_agent_version(concat!("r1-edge/", env!("CARGO_PKG_VERSION")).into());
	Ok(Behaviour {
		admission,
		limits: connection_limits::Behaviour::new(limits),
		identify: identify::Behaviour::new(identify),
		ping: ping::Behaviour::new(
			ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT),
		),
		kademlia: kademlia(local),
		gossip: gossip::behaviour(genesis_hash, config.connections_max)?,
		inference: requests::behaviour(Kind::Inference, config),
		challenges: requests::behaviour(Kind::Challenge, config),
		capabilities: requests::behaviour(Kind::Capabilities, config),
		access: requests::behaviour(Kind::Access, config),
		store: requests::behaviour(Kind::Store, config),
		anchors: requests::behaviour(Kind::Anchors, config),
		bitswap: streams::Behaviour::new(BITSWAP),
		tunnels: streams::Behaviour::new(TUNNEL),
	})
}

fn kademlia(local: PeerId) -> kad::Behaviour<MemoryStore> {
	let mut config = kad::Config::new(KADEMLIA);
	config.set_periodic_bootstrap_interval(Some(KADEMLIA_REFRESH));
	config.set_provider_record_ttl(Some(PROVIDER_TTL));
	// Announcements have a schedule of their own, which knows which of them failed.
	config.set_provider_publication_interval(None);
	let store = MemoryStoreConfig { max_provided_keys: PROVIDED_KEYS_MAX, ..Default::default() };
	let store = MemoryStore::with_config(local, store);
	let mut kademlia = kad::Behaviour::with_config(local, store, config);
	// Every node answers: addresses on loopback and in a LAN are never confirmed as external,
	// which is what the automatic mode waits for.
	kademlia.set_mode(Some(kad::Mode::Server));
	kademlia
}
