// SPDX-License-Identifier: Apache-2.0

//! What the mesh counts.

use crate::topic::Topic;
use prometheus_client::{
	metrics::{counter::Counter, gauge::Gauge},
	registry::Registry,
};

/// Counters of the mesh. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
	/// Peers that are connected.
	pub peers: Gauge,
	/// Connections that were refused because the peer is not admitted.
	pub refused_connections: Counter,
	/// Bytes received over TCP, without what TCP and IP add. QUIC is not counted.
	pub tcp_bytes_received: Counter,
	/// Bytes sent over TCP, without what TCP and IP add. QUIC is not counted.
	pub tcp_bytes_sent: Counter,
	/// Beats received, duplicates not counted.
	pub beats_received: Counter,
	/// Beats dropped because nobody took them in time.
	pub beats_dropped: Counter,
	/// Revocations received by gossip, duplicates not counted.
	pub revocations_received: Counter,
	/// Revocations dropped because nobody took them in time.
	pub revocations_dropped: Counter,
	/// Blocks fetched from other nodes.
	pub blocks_fetched: Counter,
	/// Bytes of blocks fetched from other nodes.
	pub block_bytes_fetched: Counter,
	/// Bytes of blocks served to other nodes.
	pub block_bytes_served: Counter,
	/// Bytes of blocks served to strangers, who are counted with other nodes too.
	pub stranger_bytes_served: Counter,
	/// Bytes of blocks that came although they were not wanted any more.
	pub block_bytes_wasted: Counter,
	/// Times that a peer sent bytes that hash to nothing that it was asked for.
	pub wrong_blocks: Counter,
	/// Searches for providers of blocks that connected peers do not have.
	pub provider_searches: Counter,
	/// Providers that such searches found, connected ones too.
	pub providers_found: Counter,
	/// Requests received from other nodes.
	pub requests_received: Counter,
	/// Requests refused: too many of one peer, or nobody took them in time.
	pub requests_refused: Counter,
	/// Tunnels that this node opened to others.
	pub tunnels_opened: Counter,
	/// Tunnels that others opened to ports of this node's jobs.
	pub tunnels_accepted: Counter,
	/// Tunnels of others that were refused, for whatever reason.
	pub tunnels_refused: Counter,
	/// Connected peers that gossip does not listen to, because of what they passed on.
	pub graylisted_peers: Gauge,
}

impl Metrics {
	/// Puts all of them into a registry, under the prefix `mesh`.
	pub fn register(&self, registry: &mut Registry) {
		let registry = registry.sub_registry_with_prefix("mesh");
		registry.register("peers", "Connected peers", self.peers.clone());
		registry.register(
			"graylisted_peers",
			"Connected peers that passed on too much that is invalid to be listened to",
			self.graylisted_peers.clone(),
		);
		for (name, help, counter) in [
			(
				"refused_connections",
				"Connections refused because the peer is not admitted",
				&self.refused_connections,
			),
			("tcp_bytes_received", "Bytes received over TCP", &self.tcp_bytes_received),
			("tcp_bytes_sent", "Bytes sent over TCP", &self.tcp_bytes_sent),
			("beats_received", "Beats received, duplicates not counted", &self.beats_received),
			("beats_dropped", "Beats that nobody took in time", &self.beats_dropped),
			(
				"revocations_received",
				"Revocations received by gossip, duplicates not counted",
				&self.revocations_received,
			),
			(
				"revocations_dropped",
				"Revocations that nobody took in time",
				&self.revocations_dropped,
			),
			("blocks_fetched", "Blocks fetched from other nodes", &self.blocks_fetched),
			(
				"block_bytes_fetched",
				"Bytes of blocks fetched from other nodes",
				&self.block_bytes_fetched,
			),
			(
				"block_bytes_served",
				"Bytes of blocks served to other nodes",
				&self.block_bytes_served,
			),
			(
				"stranger_bytes_served",
				"Bytes of blocks served to strangers",
				&self.stranger_bytes_served,
			),
			(
				"block_bytes_wasted",
				"Bytes of blocks that came although they were not wanted any more",
				&self.block_bytes_wasted,
			),
			(
				"wrong_blocks",
				"Times that a peer sent bytes that nobody asked it for",
				&self.wrong_blocks,
			),
			(
				"provider_searches",
				"Searches for providers of blocks that connected peers lack",
				&self.provider_searches,
			),
			("providers_found", "Providers that searches found", &self.providers_found),
		] {
			registry.register(name, help, counter.clone());
		}
		self.register_requests(registry);
	}

	/// Those of requests and tunnels.
	fn register_requests(&self, registry: &mut Registry) {
		for (name, help, counter) in [
			("requests_received", "Requests received from other nodes", &self.requests_received),
			(
				"requests_refused",
				"Requests refused: too many of one peer, or nobody took them in time",
				&self.requests_refused,
			),
			("tunnels_opened", "Tunnels opened to other nodes", &self.tunnels_opened),
			(
				"tunnels_accepted",
				"Tunnels that others opened to ports of jobs",
				&self.tunnels_accepted,
			),
			("tunnels_refused", "Tunnels of others that were refused", &self.tunnels_refused),
		] {
			registry.register(name, help, counter.clone());
		}
	}

	/// Counts what was heard of a topic.
	pub(crate) fn gossip_received(&self, topic: Topic) -> &Counter {
		match topic {
			Topic::Beat => &self.beats_received,
			Topic::Revocation => &self.revocations_received,
		}
	}

	/// Counts what nobody took of a topic.
	pub(crate) fn gossip_dropped(&self, topic: Topic) -> &Counter {
		match topic {
			Topic::Beat => &self.beats_dropped,
			Topic::Revocation => &self.revocations_dropped,
		}
	}
}
