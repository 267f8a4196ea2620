// SPDX-License-Identifier: Apache-2.0

//! What the swarm tells the actor.

use crate::{
	actor::Actor,
	behaviour::{BehaviourEvent, KADEMLIA},
	defaults::ADDRESSES_PER_PEER_MAX,
	error::RequestError,
	handle::{Beat, BeatReceipt, InboundRequest, Verdict},
	identity::node_of,
};
use bytes::Bytes;
use libp2p::{
	PeerId, gossipsub, identify, kad,
	request_response::{self, OutboundFailure},
	swarm::{DialError, ListenError, SwarmEvent},
};
use r1_primitives::BEAT_BYTES_MAX;
use tokio::sync::mpsc::error::TrySendError;

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
				let receipt = BeatReceipt { message: message_id, passed_on_by: propagation_source };
				self.on_gossip(receipt, message);
			},
			BehaviourEvent::Requests(event) => self.on_request_event(event),
			BehaviourEvent::Bitswap((peer, stream)) => self.on_bitswap_stream(peer, stream),
			BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
				self.on_identified(peer_id, info);
			},
			BehaviourEvent::Kademlia(kad::Event::RoutingUpdated { peer, addresses, .. }) => {
				self.dialer.learn(peer, addresses.into_vec());
			},
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
	}

	fn on_gossip(&mut self, receipt: BeatReceipt, message: gossipsub::Message) {
		if BEAT_BYTES_MAX < message.data.len() {
			return self.judge(&receipt, Verdict::Reject);
		}
		// Strict validation has checked the source's signature.
		let author = message.source.filter(|source| self.is_admitted(source));
		let Some(author) = author.and_then(|source| node_of(&source)) else {
			// Whoever passed it on may follow the chain a block ahead of us.
			return self.judge(&receipt, Verdict::Ignore);
		};
		self.ports.metrics.beats_received.inc();
		let beat = Beat { author, bytes: message.data, receipt };
		if let Err(TrySendError::Full(beat) | TrySendError::Closed(beat)) =
			self.beats.try_send(beat)
		{
			self.ports.metrics.beats_dropped.inc();
			self.judge(&beat.receipt, Verdict::Ignore);
		}
	}

	fn on_request_event(&mut self, event: request_response::Event<Bytes, Bytes>) {
		match event {
			request_response::Event::Message { peer, message, .. } => match message {
				request_response::Message::Request { request, channel, .. } => {
					self.on_request(peer, request, channel);
				},
				request_response::Message::Response { request_id, response } => {
					self.on_answer(request_id, Ok(response));
				},
			},
			request_response::Event::OutboundFailure { request_id, error, .. } => {
				self.on_answer(request_id, Err(request_error(&error)));
			},
			request_response::Event::InboundFailure { peer, error, .. } => {
				tracing::debug!(target: "r1::net", %peer, %error, "request failed");
			},
			request_response::Event::ResponseSent { .. } => {},
		}
	}

	fn on_request(
		&mut self,
		peer: PeerId,
		bytes: Bytes,
		channel: request_response::ResponseChannel<Bytes>,
	) {
		self.ports.metrics.requests_received.inc();
		let Some(node) = node_of(&peer) else { return };
		let request = InboundRequest { node, bytes, channel, commands: self.commands.clone() };
		if self.requests.try_send(request).is_err() {
			// Dropping the request tells the other end that there will be no answer.
			tracing::warn!(target: "r1::net", %peer, "too many requests, one is refused");
		}
	}

	fn on_answer(
		&mut self,
		request: request_response::OutboundRequestId,
		answer: Result<Bytes, RequestError>,
	) {
		if let Some(reply) = self.requests_out.remove(&request) {
			// A caller that is gone does not need the answer.
			let _gone = reply.send(answer);
		}
	}
}

fn request_error(failure: &OutboundFailure) -> RequestError {
	match failure {
		OutboundFailure::DialFailure => RequestError::Unreachable,
		OutboundFailure::Timeout => RequestError::TimedOut,
		OutboundFailure::ConnectionClosed
		| OutboundFailure::UnsupportedProtocols
		| OutboundFailure::Io(_) => RequestError::Refused { reason: failure.to_string() },
	}
}
