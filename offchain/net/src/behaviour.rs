// SPDX-License-Identifier: Apache-2.0

//! The network stack: which protocols a connection speaks, and with which limits.

use crate::{
	bitswap::session::BITSWAP,
	config::Settings,
	defaults::{
		CONNECTIONS_PENDING_MAX, CONNECTIONS_PER_PEER_MAX, GOSSIP_BYTES_MAX, GOSSIP_SEEN,
		IDLE_CONNECTION,
	},
	error::SpawnError,
	requests, streams,
};
use libp2p::{
	PeerId, StreamProtocol, Swarm, SwarmBuilder,
	allow_block_list::{self, AllowedPeers},
	connection_limits::{self, ConnectionLimits},
	gossipsub::{
		self, IdentTopic, IdentityTransform, MessageAuthenticity, MessageId, PeerScoreParams,
		PeerScoreThresholds, TopicScoreParams, ValidationMode, WhitelistSubscriptionFilter,
	},
	identify,
	identity::Keypair,
	kad::{self, store::MemoryStore},
	noise, ping,
	swarm::NetworkBehaviour,
	tcp, yamux,
};
use multihash_codetable::{Code, MultihashDigest};
use std::{
	collections::HashSet,
	net::{Ipv4Addr, Ipv6Addr},
	time::Duration,
};

/// The routing protocol of this network, apart from everybody else's.
pub(crate) const KADEMLIA: StreamProtocol = StreamProtocol::new("/r1/kad/1");

/// What nodes tell each other that they are.
const IDENTITY_PROTOCOL: &str = "/r1/1";

/// Gossip with one topic and no transformation.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// All protocols of a connection. The first two refuse connections before the others see them.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
	pub(crate) admission: allow_block_list::Behaviour<AllowedPeers>,
	pub(crate) limits: connection_limits::Behaviour,
	pub(crate) identify: identify::Behaviour,
	pub(crate) ping: ping::Behaviour,
	pub(crate) kademlia: kad::Behaviour<MemoryStore>,
	pub(crate) gossip: Gossip,
	pub(crate) requests: requests::Behaviour,
	pub(crate) bitswap: streams::Behaviour,
}

/// The topic on which beats of one chain travel.
pub(crate) fn beat_topic(genesis_hash: &[u8; 32]) -> IdentTopic {
	IdentTopic::new(format!("r1/beat/1/{}", hex::encode(genesis_hash)))
}

/// Builds the network stack and starts to listen.
pub(crate) fn build_swarm(
	keypair: Keypair,
	topic: &IdentTopic,
	settings: &Settings,
) -> Result<Swarm<Behaviour>, SpawnError> {
	let behaviour = behaviour(&keypair, topic, settings)?;
	let failed = |part| {
		move |error: &dyn std::fmt::Display| SpawnError::Setup { part, reason: error.to_string() }
	};
	let mut swarm = SwarmBuilder::with_existing_identity(keypair)
		.with_tokio()
		.with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
		.map_err(|error| failed("noise")(&error))?
		.with_quic()
		.with_behaviour(|_| behaviour)
		.map_err(|error| failed("protocols")(&error))?
		.with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_CONNECTION))
		.build();
	for address in &settings.listen {
		swarm.listen_on(address.clone()).map_err(|error| SpawnError::Listen {
			address: address.to_string(),
			source: std::io::Error::other(error),
		})?;
	}
	Ok(swarm)
}

fn behaviour(
	keypair: &Keypair,
	topic: &IdentTopic,
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
		ping: ping::Behaviour::default(),
		kademlia: kademlia(local),
		gossip: gossip(keypair, topic)?,
		requests: requests::behaviour(
			config.request_bytes_max,
			Duration::from_millis(config.request_timeout_ms),
		),
		bitswap: streams::Behaviour::new(BITSWAP),
	})
}

fn kademlia(local: PeerId) -> kad::Behaviour<MemoryStore> {
	let config = kad::Config::new(KADEMLIA);
	let mut kademlia = kad::Behaviour::with_config(local, MemoryStore::new(local), config);
	// Every node answers: addresses on loopback and in a LAN are never confirmed as external,
	// which is what the automatic mode waits for.
	kademlia.set_mode(Some(kad::Mode::Server));
	kademlia
}

fn gossip(keypair: &Keypair, topic: &IdentTopic) -> Result<Gossip, SpawnError> {
	let failed = |reason: String| SpawnError::Setup { part: "gossip", reason };
	let config = gossipsub::ConfigBuilder::default()
		.validation_mode(ValidationMode::Strict)
		// Nothing is passed on before it has been judged.
		.validate_messages()
		.max_transmit_size(GOSSIP_BYTES_MAX)
		.duplicate_cache_time(GOSSIP_SEEN)
		// By content: a beat that is said again, in whatever envelope, is the same beat.
		.message_id_fn(|message| MessageId::new(Code::Sha2_256.digest(&message.data).digest()))
		.build()
		.map_err(|error| failed(error.to_string()))?;
	let filter = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
	let signing = MessageAuthenticity::Signed(keypair.clone());
	let mut gossip = Gossip::new_with_subscription_filter(signing, config, filter)
		.map_err(|error| failed(error.into()))?;
	gossip
		.with_peer_score(score_params(topic), PeerScoreThresholds::default())
		.map_err(failed)?;
	gossip.subscribe(topic).map_err(|error| failed(error.to_string()))?;
	Ok(gossip)
}

/// How peers are judged by what they pass on.
///
/// Only for lies: an invalid beat costs 20 points times the square of their number, so that the
/// third within some minutes is beyond the -80 at which a peer is not listened to any more.
/// Staying in the mesh earns up to 10 points. Few messages are no fault, since beats are rare.
fn score_params(topic: &IdentTopic) -> PeerScoreParams {
	let beats = TopicScoreParams {
		topic_weight: 1.0,
		time_in_mesh_weight: 0.01,
		time_in_mesh_quantum: Duration::from_secs(1),
		time_in_mesh_cap: 1_000.0,
		first_message_deliveries_weight: 0.0,
		mesh_message_deliveries_weight: 0.0,
		mesh_failure_penalty_weight: 0.0,
		invalid_message_deliveries_weight: -20.0,
		// A hundredth is left after about eight minutes.
		invalid_message_deliveries_decay: 0.99,
		..TopicScoreParams::default()
	};
	PeerScoreParams {
		topics: [(topic.hash(), beats)].into(),
		// A whole development network shares the loopback address.
		ip_colocation_factor_whitelist: [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
			.into(),
		..PeerScoreParams::default()
	}
}
