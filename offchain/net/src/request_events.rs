// SPDX-License-Identifier: Apache-2.0

//! Requests, as the actor carries them.

use crate::{
	actor::Actor,
	config::Config,
	defaults::{
		ACCESS_REQUESTS_WAITING_MAX, ANCHORS_WAITING_MAX, CAPABILITIES_WAITING_MAX,
		CHALLENGES_WAITING_MAX, CONNECTIONS_PENDING_MAX, RATED_PEERS_MAX, REQUESTS_MAX,
		STORE_REQUESTS_WAITING_MAX,
	},
	error::RequestError,
	handle::InboundRequest,
	identity::node_of,
	rate::RateLimit,
	requests::{self, Kind},
};
use bytes::Bytes;
use libp2p::{
	PeerId,
	request_response::{self, OutboundFailure, OutboundRequestId, ResponseChannel},
};
use tokio::sync::mpsc;

/// Requests of one kind that wait for whoever answers them.
#[derive(Debug)]
pub(crate) struct Queue {
	sender: mpsc::Sender<InboundRequest>,
	/// `None` where whoever answers has a limit.
	rate: Option<RateLimit>,
}

/// The queues of all kinds.
#[derive(Debug)]
pub(crate) struct Queues {
	inference: Queue,
	challenges: Queue,
	capabilities: Queue,
	access: Queue,
	store: Queue,
	anchors: Queue,
}

/// The other ends of [`Queues`].
#[derive(Debug)]
pub(crate) struct Waiting {
	pub(crate) inference: mpsc::Receiver<InboundRequest>,
	pub(crate) challenges: mpsc::Receiver<InboundRequest>,
	pub(crate) capabilities: mpsc::Receiver<InboundRequest>,
	pub(crate) access: mpsc::Receiver<InboundRequest>,
	pub(crate) store: mpsc::Receiver<InboundRequest>,
	pub(crate) anchors: mpsc::Receiver<InboundRequest>,
}

impl Queues {
	pub(crate) fn new(config: &Config) -> (Self, Waiting) {
		let queue = |kind: Kind, waiting_max| {
			let (sender, receiver) = mpsc::channel(waiting_max);
			let per_minute_max = kind.limits(config).per_minute_max;
			let rate = per_minute_max.map(|most| RateLimit::new(most, RATED_PEERS_MAX));
			(Queue { sender, rate }, receiver)
		};
		let (inference, inference_waiting) = queue(Kind::Inference, REQUESTS_MAX);
		let (challenges, challenges_waiting) = queue(Kind::Challenge, CHALLENGES_WAITING_MAX);
		let (capabilities, capabilities_waiting) =
			queue(Kind::Capabilities, CAPABILITIES_WAITING_MAX);
		let (access, access_waiting) = queue(Kind::Access, ACCESS_REQUESTS_WAITING_MAX);
		let (store, store_waiting) = queue(Kind::Store, STORE_REQUESTS_WAITING_MAX);
		let (anchors, anchors_waiting) = queue(Kind::Anchors, ANCHORS_WAITING_MAX);
		let waiting = Waiting {
			inference: inference_waiting,
			challenges: challenges_waiting,
			capabilities: capabilities_waiting,
			access: access_waiting,
			store: store_waiting,
			anchors: anchors_waiting,
		};
		(Self { inference, challenges, capabilities, access, store, anchors }, waiting)
	}

	fn of(&mut self, kind: Kind) -> &mut Queue {
		match kind {
			Kind::Inference => &mut self.inference,
			Kind::Challenge => &mut self.challenges,
			Kind::Capabilities => &mut self.capabilities,
			Kind::Access => &mut self.access,
			Kind::Store => &mut self.store,
			Kind::Anchors => &mut self.anchors,
		}
	}
}

impl Actor {
	fn requests_of(&mut self, kind: Kind) -> &mut requests::Behaviour {
		let behaviour = self.swarm.behaviour_mut();
		match kind {
			Kind::Inference => &mut behaviour.inference,
			Kind::Challenge => &mut behaviour.challenges,
			Kind::Capabilities => &mut behaviour.capabilities,
			Kind::Access => &mut behaviour.access,
			Kind::Store => &mut behaviour.store,
			Kind::Anchors => &mut behaviour.anchors,
		}
	}

	pub(crate) fn ask(&mut self, kind: Kind, peer: PeerId, bytes: Bytes, reply: RequestReply) {
		let id = self.requests_of(kind).send_request(&peer, bytes);
		self.requests_out.insert((kind, id), reply);
	}

	pub(crate) fn respond(&mut self, kind: Kind, channel: ResponseChannel<Bytes>, bytes: Bytes) {
		// The connection may be gone, and whoever waits for the answer with it.
		let _gone = self.requests_of(kind).send_response(channel, bytes);
	}

	pub(crate) fn on_request_event(
		&mut self,
		kind: Kind,
		event: request_response::Event<Bytes, Bytes>,
	) {
		match event {
			request_response::Event::Message { peer, message, .. } => match message {
				request_response::Message::Request { request, channel, .. } => {
					self.on_request(kind, peer, request, channel);
				},
				request_response::Message::Response { request_id, response } => {
					self.on_answer(kind, request_id, Ok(response));
				},
			},
			request_response::Event::OutboundFailure { request_id, error, .. } => {
				let error = self.request_error(&error);
				self.on_answer(kind, request_id, Err(error));
			},
			request_response::Event::InboundFailure { peer, error, .. } => {
				tracing::debug!(target: "r1::net", %peer, ?kind, %error, "request failed");
			},
			request_response::Event::ResponseSent { .. } => {},
		}
	}

	/// Hands a request on. Dropping it instead tells the other end that there will be no answer.
	fn on_request(
		&mut self,
		kind: Kind,
		peer: PeerId,
		bytes: Bytes,
		channel: ResponseChannel<Bytes>,
	) {
		self.ports.metrics.requests_received.inc();
		let Some(node) = node_of(&peer) else { return };
		let now_ms = self.ports.clock.monotonic_ms();
		let commands = self.commands.clone();
		// Whoever asks is judged by what replicas of the store are sent; others count by themselves.
		let is_heard = kind != Kind::Store || !self.is_graylisted(&peer);
		let queue = self.queues.of(kind);
		if !is_heard {
			self.ports.metrics.requests_refused.inc();
			return;
		}
		if queue.rate.as_mut().is_some_and(|rate| !rate.lets_in(peer, now_ms)) {
			self.ports.metrics.requests_refused.inc();
			tracing::debug!(target: "r1::net", %peer, ?kind, "a peer asks too often");
			return;
		}
		let request = InboundRequest { node, bytes, kind, channel, commands };
		if queue.sender.try_send(request).is_err() {
			self.ports.metrics.requests_refused.inc();
			tracing::warn!(target: "r1::net", %peer, ?kind, "too many requests, one is refused");
		}
	}

	fn on_answer(
		&mut self,
		kind: Kind,
		request: OutboundRequestId,
		answer: Result<Bytes, RequestError>,
	) {
		if let Some(reply) = self.requests_out.remove(&(kind, request)) {
			// A caller that is gone does not need the answer.
			let _gone = reply.send(answer);
		}
	}

	fn request_error(&self, failure: &OutboundFailure) -> RequestError {
		match failure {
			OutboundFailure::DialFailure if self.is_full() => RequestError::NoConnectionLeft,
			OutboundFailure::DialFailure => RequestError::Unreachable,
			OutboundFailure::Timeout => RequestError::TimedOut,
			OutboundFailure::ConnectionClosed
			| OutboundFailure::UnsupportedProtocols
			| OutboundFailure::Io(_) => RequestError::Refused { reason: failure.to_string() },
		}
	}

	/// Whether this node has as many connections as it may have, or as many on the way.
	fn is_full(&self) -> bool {
		let network = self.swarm.network_info();
		let counters = network.connection_counters();
		self.connections_max <= counters.num_established()
			|| CONNECTIONS_PENDING_MAX <= counters.num_pending_outgoing()
	}
}

/// Where the answer of a request goes.
pub(crate) type RequestReply = tokio::sync::oneshot::Sender<Result<Bytes, RequestError>>;
