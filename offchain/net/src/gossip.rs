// SPDX-License-Identifier: Apache-2.0

//! Gossip: whom messages are passed on to, and how peers are judged by them.
//!
//! A message is signed by whoever made it and judged before it is passed on, so the envelope names
//! and proves nobody: a sender, a number and a signature would be almost as long as a beat itself.
//! Blame does not need them either: it is for whoever passed a message on, whom the connection
//! proves.

use crate::{
	defaults::{
		ANNOUNCED_IDS_MAX, GOSSIP_BYTES_MAX, GOSSIP_HEARTBEAT, GOSSIP_HEARTBEATS_ANNOUNCED,
		GOSSIP_HEARTBEATS_KEPT, GOSSIP_PEERS, GOSSIP_PEERS_ANNOUNCED_TO, GOSSIP_PEERS_DIALLED_MIN,
		GOSSIP_PEERS_MAX, GOSSIP_PEERS_MIN, GOSSIP_SEEN,
	},
	error::SpawnError,
	topic::Topic,
};
use libp2p::gossipsub::{
	self, IdentityTransform, Message, MessageAuthenticity, MessageId, PeerScoreParams,
	PeerScoreThresholds, TopicScoreParams, ValidationMode, Version, WhitelistSubscriptionFilter,
};
use multihash_codetable::{Code, MultihashDigest};
use std::{
	net::{Ipv4Addr, Ipv6Addr},
	time::Duration,
};

/// Gossip with known topics and no transformation.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// Gossip among the nodes of one chain.
///
/// The number grows when envelopes change, so that versions that would misunderstand each other do
/// not speak with each other. It need not when a topic comes: who does not know it leaves it out of
/// what a peer subscribes to, and is sent nothing of it.
///
/// 64 bits of the chain's hash keep chains apart by accident; against intent each message is signed
/// for its chain.
fn protocol(genesis_hash: &[u8; 32]) -> String {
	format!("/r1/gossip/2/{}", hex::encode(&genesis_hash[..8]))
}

/// What a message is announced by.
///
/// By content: a beat that is said again is the same beat. Nobody can find another one with the
/// same 128 bits, to have it taken for the first, in the seconds in which that matters.
///
/// And by topic, since gossip looks for what it has seen in all of them: otherwise whoever said a
/// revocation as a beat, or under a topic that does not exist, would keep it from being heard as
/// what it is. Beats are announced most, so theirs is the shortest.
pub(crate) fn message_id(message: &Message) -> MessageId {
	let prefix: &[u8] = match Topic::of(&message.topic) {
		Some(Topic::Beat) => b"",
		Some(Topic::Revocation) => b"v",
		None => b"?",
	};
	let content = Code::Sha2_256.digest(&message.data);
	MessageId::new(&[prefix, &content.digest()[..16]].concat())
}

/// The protocol, subscribed to every topic.
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
		// A revocation does so because it is urgent.
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
	let topics = Topic::ALL.map(Topic::ident);
	let filter = WhitelistSubscriptionFilter(topics.iter().map(|topic| topic.hash()).collect());
	let mut gossip =
		Gossip::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
			.map_err(|error| failed(error.into()))?;
	let score = score_params(connections_max);
	gossip.with_peer_score(score, SCORE_THRESHOLDS).map_err(failed)?;
	for topic in &topics {
		gossip.subscribe(topic).map_err(|error| failed(error.to_string()))?;
	}
	Ok(gossip)
}

/// What a peer's score leads to. An invalid message costs 20 points times the square of their number
/// in its topic, as [`score_params`] explains, and an honest peer has 0 to 10.
pub(crate) const SCORE_THRESHOLDS: PeerScoreThresholds = PeerScoreThresholds {
	// One invalid message may be a difference of views: it costs nothing but the time to earn it
	// back.
	gossip_threshold: -30.0,
	// With two of one topic, the peer gets messages of others only by asking.
	publish_threshold: -60.0,
	// With three, or two of each topic, it is not listened to any more.
	graylist_threshold: -100.0,
	// Peers are found by Kademlia; nobody's word is taken for them.
	accept_px_threshold: 1_000.0,
	// A mesh whose middle peer is worse than one of a few minutes looks for better ones.
	opportunistic_graft_threshold: 1.0,
};

/// How peers are judged by what they pass on.
///
/// Only for lies: an invalid message costs 20 points times the square of their number in its topic,
/// and counts half after a minute or so. Staying in the mesh of beats earns up to 10 points in a
/// quarter of an hour; that of revocations earns nothing, or twice as much would outweigh a lie. Few
/// messages are no fault, since beats are rare and revocations rarer.
///
/// Many peers at one address are hardly one: each has a deed behind it, which somebody has bought,
/// and a rack or a local network has one address. It weighs only when they fill half of all the
/// connections that a node may have.
pub(crate) fn score_params(connections_max: u32) -> PeerScoreParams {
	let params_of = |topic: Topic| TopicScoreParams {
		topic_weight: 1.0,
		time_in_mesh_weight: match topic {
			Topic::Beat => 0.01,
			Topic::Revocation => 0.0,
		},
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
		topics: Topic::ALL.map(|topic| (topic.ident().hash(), params_of(topic))).into(),
		ip_colocation_factor_weight: -1.0,
		// At least one, which is what the score needs.
		ip_colocation_factor_threshold: f64::from((connections_max / 2).max(1)),
		// A whole development network shares the loopback address.
		ip_colocation_factor_whitelist: [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
			.into(),
		// What other protocols hold against it is in the same points.
		app_specific_weight: 1.0,
		..PeerScoreParams::default()
	}
}
