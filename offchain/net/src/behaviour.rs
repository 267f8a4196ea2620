// SPDX-License-Identifier: Apache-2.0

//! The network stack: which protocols a connection speaks, and with which limits.

use crate::{
	bitswap::session::BITSWAP,
	config::Settings,
	defaults::{
		CONNECTIONS_PENDING_MAX, CONNECTIONS_PER_PEER_MAX, GOSSIP_BYTES_MAX, GOSSIP_SEEN,
		IDLE_CONNECTION, PEERS_OF_ONE_ADDRESS_MAX,
	},
	error::SpawnError,
	requests::{self, Kind},
	streams,
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
	pub(crate) inference: requests::Behaviour,
	pub(crate) challenges: requests::Behaviour,
	pub(crate) capabilities: requests::Behaviour,
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
		inference: requests::behaviour(Kind::Inference, config),
		challenges: requests::behaviour(Kind::Challenge, config),
		capabilities: requests::behaviour(Kind::Capabilities, config),
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
	gossip.with_peer_score(score_params(topic), SCORE_THRESHOLDS).map_err(failed)?;
	gossip.subscribe(topic).map_err(|error| failed(error.to_string()))?;
	Ok(gossip)
}

/// What a peer's score leads to. An invalid beat costs 20 points times the square of their number,
/// as [`score_params`] explains, and an honest peer has 0 to 10.
pub(crate) const SCORE_THRESHOLDS: PeerScoreThresholds = PeerScoreThresholds {
	// One invalid beat may be a difference of views: it costs nothing but the time to earn it back.
	gossip_threshold: -30.0,
	// With two, the peer gets beats of others only by asking.
	publish_threshold: -60.0,
	// With three, it is not listened to any more.
	graylist_threshold: -100.0,
	// Peers are found by Kademlia; nobody's word is taken for them.
	accept_px_threshold: 1_000.0,
	// A mesh whose middle peer is worse than one of a few minutes looks for better ones.
	opportunistic_graft_threshold: 1.0,
};

/// How peers are judged by what they pass on.
///
/// Only for lies: an invalid beat costs 20 points times the square of their number, and counts half
/// after a minute or so. Staying in the mesh earns up to 10 points in a quarter of an hour. Few
/// messages are no fault, since beats are rare.
///
/// Many peers at one address are hardly one: each has a deed behind it, which somebody has bought,
/// and a rack or a local network has one address. It weighs only when they fill half of all the
/// connections that a node has by default.
pub(crate) fn score_params(topic: &IdentTopic) -> PeerScoreParams {
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
		ip_colocation_factor_weight: -1.0,
		ip_colocation_factor_threshold: PEERS_OF_ONE_ADDRESS_MAX,
		// A whole development network shares the loopback address.
		ip_colocation_factor_whitelist: [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
			.into(),
		..PeerScoreParams::default()
	}
}
