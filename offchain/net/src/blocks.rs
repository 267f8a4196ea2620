// SPDX-License-Identifier: Apache-2.0

//! Blocks, as the actor fetches and serves them.

use crate::{
	actor::{Actor, FetchReply},
	bitswap::{
		engine::Effect,
		session::{self, Order},
	},
	defaults::FETCH_WAITERS_MAX,
};
use cid::Cid;
use libp2p::PeerId;
use r1_core::ExchangeError;
use std::sync::Arc;

impl Actor {
	pub(crate) fn on_bitswap_event(&mut self, event: session::Event) {
		match event {
			session::Event::Received { peer, message } => {
				let now_ms = self.ports.clock.monotonic_ms();
				let effects = self.engine.received(now_ms, peer, message);
				self.perform(effects);
			},
			session::Event::Served { peer, cids, bytes } => {
				self.ports.metrics.block_bytes_served.inc_by(bytes);
				self.engine.served(peer, &cids);
			},
		}
	}

	pub(crate) fn fetch(&mut self, cid: Cid, reply: FetchReply) {
		let now_ms = self.ports.clock.monotonic_ms();
		let waiters = self.waiters.get(&cid).map_or(0, Vec::len);
		let effects = (waiters < FETCH_WAITERS_MAX).then(|| self.engine.want(now_ms, cid));
		let Some(effects) = effects.flatten() else {
			// A caller that is gone does not need to know.
			let _gone = reply.send(Err(ExchangeError::Busy { cid }));
			return;
		};
		self.waiters.entry(cid).or_default().push(reply);
		self.perform(effects);
	}

	/// Stops wanting what nobody waits for any more.
	pub(crate) fn forget_given_up_fetches(&mut self) {
		let mut given_up = Vec::new();
		self.waiters.retain(|cid, waiters| {
			waiters.retain(|waiter| !waiter.is_closed());
			if waiters.is_empty() {
				given_up.push(*cid);
			}
			!waiters.is_empty()
		});
		for cid in given_up {
			let effects = self.engine.unwant(&cid);
			self.perform(effects);
		}
	}

	/// Reads a stream that a peer opened, unless too many are being read.
	pub(crate) fn on_bitswap_stream(&mut self, peer: PeerId, stream: libp2p::Stream) {
		let Ok(permit) = Arc::clone(&self.readers).try_acquire_owned() else {
			tracing::warn!(target: "r1::net", %peer, "too many bitswap streams, one is dropped");
			return;
		};
		let events = self.bitswap_events.clone();
		let cancel = self.cancel.clone();
		self.tasks.spawn(async move {
			cancel.run_until_cancelled(session::reader_task(peer, stream, events)).await;
			drop(permit);
		});
	}

	pub(crate) fn perform(&mut self, effects: Vec<Effect>) {
		for effect in effects {
			match effect {
				Effect::Send { peer, message } => self.order(peer, Order::Send(message)),
				Effect::Serve { peer, entries } => self.order(peer, Order::Serve(entries)),
				Effect::Deliver { cid, block } => {
					self.ports.metrics.blocks_fetched.inc();
					self.ports.metrics.block_bytes_fetched.inc_by(block.len() as u64);
					for waiter in self.waiters.remove(&cid).into_iter().flatten() {
						// A caller that is gone does not need the block.
						let _gone = waiter.send(Ok(block.clone()));
					}
				},
			}
		}
	}

	/// Gives an order to a peer's session. Lost if the session is far behind: wants are repeated.
	fn order(&self, peer: PeerId, order: Order) {
		if let Some(connected) = self.peers.get(&peer)
			&& connected.orders.try_send(order).is_err()
		{
			tracing::debug!(target: "r1::net", %peer, "bitswap session is behind, an order is lost");
		}
	}
}
