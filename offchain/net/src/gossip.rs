// SPDX-License-Identifier: Apache-2.0

//! Gossip of beats: whom they are passed on to, and how peers are judged by them.
//!
//! A beat is signed by its node and judged before it is passed on, so the envelope names and proves
//! nobody: a sender, a number and a signature would be almost as long as the beat itself. Blame does
//! not need them either: it is for whoever passed a beat on, whom the connection proves.

use crate::{
	defaults::{
		ANNOUNCED_IDS_MAX, GOSSIP_BYTES_MAX, GOSSIP_HEARTBEAT, GOSSIP_HEARTBEATS_ANNOUNCED,
		GOSSIP_HEARTBEATS_KEPT, GOSSIP_PEERS, GOSSIP_PEERS_ANNOUNCED_TO, GOSSIP_PEERS_DIALLED_MIN,
		GOSSIP_PEERS_MAX, GOSSIP_PEERS_MIN, GOSSIP_SEEN,
	},
	error::SpawnError,
};
use libp2p::gossipsub::{
	self, IdentTopic, IdentityTransform, Message, MessageAuthenticity, MessageId, PeerScoreParams,
	PeerScoreThresholds, TopicScoreParams, ValidationMode, Version, WhitelistSubscriptionFilter,
};
use multihash_codetable::{Code, MultihashDigest};
use std::{
	collections::HashSet,
	net::{Ipv4Addr, Ipv6Addr},
	time::Duration,
};

/// Gossip with one topic and no transformation.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// The topic on which beats travel. Its name is in every copy of every beat, so it is short, and
/// the chain is in the protocol's name, which is said once for a connection.
pub(crate) fn beat_topic() -> IdentTopic {
	IdentTopic::new("beat")
}

/// Gossip among the nodes of one chain.
///
/// The number grows when envelopes change, so that versions that would misunderstand each other do
/// not speak with each other. 64 bits of the chain's hash keep chains apart by accident; against
/// intent each beat is signed for its chain.
fn protocol(genesis_hash: &[u8; 32]) -> String {
	format!("/r1/gossip/2/{}", hex::encode(&genesis_hash[..8]))
}

/// What a beat is announced by.
///
/// By content: a beat that is said again is the same beat. Nobody can find another one with the
/// same 128 bits, to have it taken for the first, in the seconds in which that matters.
fn message_id(message: &Message) -> MessageId {
	MessageId::new(&Code::Sha2_256.digest(&message.data).digest()[..16])
}

/// The protocol, subscribed to beats.
pub(crate) fn behaviour(
	genesis_hash: &[u8; 32],
	connections_max: u32,
) -> Result<Gossip, SpawnError> {
	let failed = |reason: String| SpawnError::Setup { part: "gossip", reason };
	let config = gossipsub::ConfigBuilder::default()
		.protocol_id(protocol(genesis_hash), Version::V1_1)
		.validation_mode(ValidationMode::Anonymous)
		// Nothing is passed on before it has been judged.
		.validate_messages()
		.max_transmit_size(GOSSIP_BYTES_MAX)
		.duplicate_cache_time(GOSSIP_SEEN)
		.message_id_fn(message_id)
		.heartbeat_interval(GOSSIP_HEARTBEAT)
		// A node's own beat goes to all of its peers: what it earns does not depend on its choice.
		.flood_publish(true)
		.mesh_n(GOSSIP_PEERS)
		.mesh_n_low(GOSSIP_PEERS_MIN)
		.mesh_n_high(GOSSIP_PEERS_MAX)
		.mesh_outbound_min(GOSSIP_PEERS_DIALLED_MIN)
		.gossip_lazy(GOSSIP_PEERS_ANNOUNCED_TO)
		// A share of all connections would make oracles, which have many, the loudest.
		.gossip_factor(0.0)
		.history_gossip(GOSSIP_HEARTBEATS_ANNOUNCED)
		.history_length(GOSSIP_HEARTBEATS_KEPT)
		.max_control_messages_sent(ANNOUNCED_IDS_MAX)
		.build()
		.map_err(|error| failed(error.to_string()))?;
	let topic = beat_topic();
	let filter = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
	let mut gossip =
		Gossip::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
			.map_err(|error| failed(error.into()))?;
	let score = score_params(&topic, connections_max);
	gossip.with_peer_score(score, SCORE_THRESHOLDS).map_err(failed)?;
	gossip.subscribe(&topic).map_err(|error| failed(error.to_string()))?;
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
/// connections that a node may have.
pub(crate) fn score_params(topic: &IdentTopic, connections_max: u32) -> PeerScoreParams {
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
		// At least one, which is what the score needs.
		ip_colocation_factor_threshold: f64::from((connections_max / 2).max(1)),
		// A whole development network shares the loopback address.
		ip_colocation_factor_whitelist: [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
			.into(),
		..PeerScoreParams::default()
	}
}
