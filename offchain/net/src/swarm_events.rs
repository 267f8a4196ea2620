// SPDX-License-Identifier: Apache-2.0

//! What the swarm tells the actor.

use crate::{
	actor::Actor,
	behaviour::{BehaviourEvent, KADEMLIA},
	defaults::ADDRESSES_PER_PEER_MAX,
	handle::Receipt,
	requests::Kind,
	topic::Topic,
};
use libp2p::{
	PeerId, gossipsub, identify, kad,
	swarm::{DialError, ListenError, SwarmEvent},
};

impl Actor {
	pub(crate) fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
		match event {
			SwarmEvent::Behaviour(event) => self.on_behaviour_event(event),
			SwarmEvent::ConnectionEstablished { peer_id, endpoint, num_established, .. }
				if num_established.get() == 1 =>
			{
				self.on_connected(peer_id, endpoint.get_remote_address().clone());
			},
			SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
				self.on_disconnected(peer_id);
			},
			SwarmEvent::IncomingConnectionError {
				error: ListenError::Denied { cause },
				peer_id,
				..
			} => {
				self.ports.metrics.refused_connections.inc();
				tracing::debug!(target: "r1::net", peer = ?peer_id, %cause, "connection refused");
			},
			// A dial that was not needed any more is no failure.
			SwarmEvent::OutgoingConnectionError {
				error: DialError::DialPeerConditionFalse(_),
				..
			} => {},
			SwarmEvent::OutgoingConnectionError { peer_id, error, .. } => {
				tracing::debug!(target: "r1::net", peer = ?peer_id, %error, "could not connect");
			},
			SwarmEvent::NewListenAddr { address, .. } => {
				tracing::info!(target: "r1::net", %address, "listening");
				self.publish_report();
			},
			SwarmEvent::ExpiredListenAddr { .. } => self.publish_report(),
			SwarmEvent::ListenerError { error, .. } => {
				tracing::warn!(target: "r1::net", %error, "listener failed");
			},
			SwarmEvent::ListenerClosed { reason: Err(error), .. } => {
				tracing::error!(target: "r1::net", %error, "listener closed");
				self.publish_report();
			},
			_ => {},
		}
	}

	fn on_behaviour_event(&mut self, event: BehaviourEvent) {
		match event {
			BehaviourEvent::Gossip(gossipsub::Event::Message {
				propagation_source,
				message_id,
				message,
			}) => {
				// Gossip keeps what nobody has subscribed to for itself.
				let Some(topic) = Topic::of(&message.topic) else { return };
				let receipt =
					Receipt { topic, message: message_id, passed_on_by: propagation_source };
				self.on_gossip(receipt, message.data);
			},
			BehaviourEvent::Inference(event) => self.on_request_event(Kind::Inference, event),
			BehaviourEvent::Challenges(event) => self.on_request_event(Kind::Challenge, event),
			BehaviourEvent::Capabilities(event) => {
				self.on_request_event(Kind::Capabilities, event);
			},
			BehaviourEvent::Store(event) => {
				self.on_request_event(Kind::Store, event);
			},
			BehaviourEvent::Anchors(event) => {
				self.on_request_event(Kind::Anchors, event);
			},
			BehaviourEvent::Access(event) => {
				self.on_request_event(Kind::Access, event);
			},
			BehaviourEvent::Bitswap((peer, stream)) => self.links.read(peer, stream),
			BehaviourEvent::Tunnels((peer, stream)) => self.tunnels.take(peer, stream),
			BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
				self.on_identified(peer_id, info);
			},
			BehaviourEvent::Kademlia(kad::Event::RoutingUpdated { peer, addresses, .. }) => {
				self.dialer.learn(peer, addresses.into_vec());
			},
			BehaviourEvent::Kademlia(kad::Event::OutboundQueryProgressed {
				id,
				result,
				stats,
				step,
			}) => self.on_query(id, result, &stats, &step),
			_ => {},
		}
	}

	/// A peer has said where it listens.
	fn on_identified(&mut self, peer: PeerId, info: identify::Info) {
		// A stock IPFS client is no part of the routing of this network.
		if !info.protocols.contains(&KADEMLIA) {
			return;
		}
		let addresses: Vec<_> =
			info.listen_addrs.into_iter().take(ADDRESSES_PER_PEER_MAX).collect();
		for address in &addresses {
			self.swarm.behaviour_mut().kademlia.add_address(&peer, address.clone());
		}
		self.dialer.learn(peer, addresses);
		// It is one more to tell what is here.
		self.hurry_announcements();
	}
}
