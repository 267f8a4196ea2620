// SPDX-License-Identifier: Apache-2.0

//! Raw streams of one protocol, which is what bitswap needs, where each side opens its own stream and
//! sends messages one way, and tunnels, which are streams.
//!
//! The ready-made crate for this drops a stream that arrives while another waits to be taken, and
//! a message with it. Here streams wait in a queue of their connection.

use futures::channel::oneshot;
use libp2p::{
	Multiaddr, PeerId, Stream, StreamProtocol,
	core::{Endpoint, transport::PortUse, upgrade::ReadyUpgrade},
	swarm::{
		ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent,
		ConnectionId, DialError, DialFailure, FromSwarm, NetworkBehaviour, NotifyHandler,
		SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
		behaviour::ConnectionEstablished,
		dial_opts::DialOpts,
		handler::{
			ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
		},
	},
};
use std::{
	collections::{BTreeMap, VecDeque},
	task::{Context, Poll},
};

/// Streams of one connection that may wait to be taken, each way; more are dropped.
const WAITING_MAX: usize = 64;

/// Who gets the stream that was asked for; dropped if there is none.
pub(crate) type Opened = oneshot::Sender<Stream>;

/// Opens and takes streams of one protocol.
#[derive(Debug)]
pub(crate) struct Behaviour {
	protocol: StreamProtocol,
	connections: BTreeMap<PeerId, Vec<ConnectionId>>,
	/// Who waits for a connection that is being made.
	waiting: BTreeMap<PeerId, Vec<Opened>>,
	actions: VecDeque<ToSwarm<(PeerId, Stream), Opened>>,
}

impl Behaviour {
	/// Streams of `protocol`.
	pub(crate) fn new(protocol: StreamProtocol) -> Self {
		Self {
			protocol,
			connections: BTreeMap::new(),
			waiting: BTreeMap::new(),
			actions: VecDeque::new(),
		}
	}

	/// Opens a stream to a connected peer. `opened` is dropped if that fails.
	///
	/// The swarm must be polled afterwards.
	pub(crate) fn open(&mut self, peer: PeerId, opened: Opened) {
		let connections = self.connections.get(&peer).map_or(&[][..], Vec::as_slice);
		// The newest connection is the one most likely to be alive.
		let Some(connection) = connections.last() else { return };
		self.actions.push_back(ToSwarm::NotifyHandler {
			peer_id: peer,
			handler: NotifyHandler::One(*connection),
			event: opened,
		});
	}

	/// Opens a stream to a peer, and connects to it first if it is not. `opened` is dropped if that
	/// fails.
	///
	/// The swarm must be polled afterwards.
	pub(crate) fn open_or_dial(&mut self, peer: PeerId, opened: Opened) {
		if self.connections.contains_key(&peer) {
			return self.open(peer, opened);
		}
		let waiting = self.waiting.entry(peer).or_default();
		waiting.retain(|opened| !opened.is_canceled());
		if WAITING_MAX <= waiting.len() {
			return;
		}
		waiting.push(opened);
		let opts = DialOpts::peer_id(peer)
			.addresses(Vec::new())
			.extend_addresses_through_behaviour()
			.build();
		self.actions.push_back(ToSwarm::Dial { opts });
	}
}

impl NetworkBehaviour for Behaviour {
	type ConnectionHandler = Handler;
	type ToSwarm = (PeerId, Stream);

	fn handle_established_inbound_connection(
		&mut self,
		_: ConnectionId,
		_: PeerId,
		_: &Multiaddr,
		_: &Multiaddr,
	) -> Result<THandler<Self>, ConnectionDenied> {
		Ok(Handler::new(self.protocol.clone()))
	}

	fn handle_established_outbound_connection(
		&mut self,
		_: ConnectionId,
		_: PeerId,
		_: &Multiaddr,
		_: Endpoint,
		_: PortUse,
	) -> Result<THandler<Self>, ConnectionDenied> {
		Ok(Handler::new(self.protocol.clone()))
	}

	fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
		match event {
			FromSwarm::ConnectionEstablished(ConnectionEstablished {
				peer_id,
				connection_id,
				..
			}) => {
				self.connections.entry(peer_id).or_default().push(connection_id);
				for opened in self.waiting.remove(&peer_id).unwrap_or_default() {
					self.open(peer_id, opened);
				}
			},
			// Another dial of the same peer is under way, and says how it ends.
			FromSwarm::DialFailure(DialFailure {
				error: DialError::DialPeerConditionFalse(_),
				..
			}) => {},
			FromSwarm::DialFailure(DialFailure { peer_id: Some(peer), .. }) => {
				self.waiting.remove(&peer);
			},
			FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) => {
				if let Some(connections) = self.connections.get_mut(&peer_id) {
					connections.retain(|known| *known != connection_id);
					if connections.is_empty() {
						self.connections.remove(&peer_id);
					}
				}
			},
			_ => {},
		}
	}

	fn on_connection_handler_event(
		&mut self,
		peer: PeerId,
		_: ConnectionId,
		stream: THandlerOutEvent<Self>,
	) {
		self.actions.push_back(ToSwarm::GenerateEvent((peer, stream)));
	}

	fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
		self.actions.pop_front().map_or(Poll::Pending, Poll::Ready)
	}
}

/// The part of [`Behaviour`] that lives with one connection.
#[derive(Debug)]
pub(crate) struct Handler {
	protocol: StreamProtocol,
	inbound: VecDeque<Stream>,
	to_open: VecDeque<Opened>,
}

impl Handler {
	fn new(protocol: StreamProtocol) -> Self {
		Self { protocol, inbound: VecDeque::new(), to_open: VecDeque::new() }
	}
}

impl ConnectionHandler for Handler {
	type FromBehaviour = Opened;
	type ToBehaviour = Stream;
	type InboundProtocol = ReadyUpgrade<StreamProtocol>;
	type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
	type InboundOpenInfo = ();
	type OutboundOpenInfo = Opened;

	fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
		SubstreamProtocol::new(ReadyUpgrade::new(self.protocol.clone()), ())
	}

	fn on_behaviour_event(&mut self, opened: Opened) {
		if self.to_open.len() < WAITING_MAX {
			self.to_open.push_back(opened);
		}
	}

	fn on_connection_event(
		&mut self,
		event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol, (), Opened>,
	) {
		match event {
			ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
				protocol: stream,
				..
			}) if self.inbound.len() < WAITING_MAX => self.inbound.push_back(stream),
			ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
				protocol: stream,
				info: opened,
			}) => {
				// Whoever asked may have given up; the stream closes then.
				let _given_up = opened.send(stream);
			},
			ConnectionEvent::DialUpgradeError(DialUpgradeError { info: opened, error }) => {
				tracing::debug!(target: "r1::net", %error, "could not open a stream");
				drop(opened);
			},
			_ => {},
		}
	}

	fn poll(
		&mut self,
		_: &mut Context<'_>,
	) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Opened, Stream>> {
		if let Some(stream) = self.inbound.pop_front() {
			return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(stream));
		}
		if let Some(opened) = self.to_open.pop_front() {
			let protocol = SubstreamProtocol::new(ReadyUpgrade::new(self.protocol.clone()), opened);
			return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
		}
		// Every queue is filled by the connection's own task, which polls again afterwards.
		Poll::Pending
	}
}
