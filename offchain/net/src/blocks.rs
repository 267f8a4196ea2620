// SPDX-License-Identifier: Apache-2.0

//! Blocks, as the actor fetches and serves them.

use crate::{
	actor::{Actor, FetchReply},
	bitswap::{
		fetch::{self, Action, SESSIONS_MAX, SessionId},
		link::{self, Order},
		serve,
	},
	defaults::FETCH_WAITERS_MAX,
	faults::Fault,
	session::SessionReply,
};
use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use r1_core::ExchangeError;
use std::{collections::BTreeMap, sync::Weak};

/// Somebody who waits for a block.
#[derive(Debug)]
pub(crate) struct Waiter {
	session: SessionId,
	reply: FetchReply,
}

/// Sessions that are open, each until nobody holds what its [`Weak`] points to.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
	open: BTreeMap<SessionId, Weak<()>>,
	last: u64,
}

impl Actor {
	pub(crate) fn on_bitswap_event(&mut self, event: link::Event) {
		match event {
			link::Event::Received { peer, message } => {
				let wanted = (message.full, message.wants);
				self.fetcher(fetch::Event::Received {
					peer,
					blocks: message.blocks,
					presences: message.presences,
				});
				let (full, entries) = wanted;
				if full || !entries.is_empty() {
					self.server(serve::Event::Wanted { peer, full, entries });
				}
			},
			link::Event::Malformed { peer } => self.blame(peer, Fault::Malformed),
			link::Event::Answered { peer, answered } => {
				self.ports.metrics.block_bytes_served.inc_by(answered.bytes);
				self.server(serve::Event::Answered { peer, answered });
			},
		}
	}

	pub(crate) fn blocks_connected(&mut self, peer: PeerId) {
		self.links.connected(peer);
		self.server(serve::Event::Connected { peer });
		self.fetcher(fetch::Event::Connected { peer });
	}

	pub(crate) fn blocks_disconnected(&mut self, peer: PeerId) {
		self.links.disconnected(&peer);
		self.server(serve::Event::Disconnected { peer });
		self.fetcher(fetch::Event::Disconnected { peer });
	}

	/// A block has come into the store.
	pub(crate) fn announce(&mut self, cid: Cid) {
		self.server(serve::Event::Available { cid });
	}

	pub(crate) fn open_session(&mut self, root: Cid, alive: Weak<()>, reply: SessionReply) {
		// The shared one counts too.
		if SESSIONS_MAX <= self.sessions.open.len() + 1 {
			// A caller that is gone does not need to know.
			let _gone = reply.send(Err(ExchangeError::Busy { cid: root }));
			return;
		}
		self.sessions.last += 1;
		let session = SessionId(self.sessions.last);
		self.sessions.open.insert(session, alive);
		self.fetcher(fetch::Event::Opened { session, root });
		// If the caller is gone, the session ends at the next tick.
		let _gone = reply.send(Ok((session, self.links.store())));
	}

	pub(crate) fn fetch(&mut self, session: SessionId, cid: Cid, reply: FetchReply) {
		let waiters = self.waiters.entry(cid).or_default();
		if FETCH_WAITERS_MAX <= waiters.len() {
			// A caller that is gone does not need to know.
			let _gone = reply.send(Err(ExchangeError::Busy { cid }));
			return;
		}
		waiters.push(Waiter { session, reply });
		self.fetcher(fetch::Event::Want { session, cid });
	}

	pub(crate) fn blocks_tick(&mut self) {
		self.forget_given_up_fetches();
		let mut ended = Vec::new();
		self.sessions.open.retain(|session, alive| {
			let is_open = 0 < alive.strong_count();
			if !is_open {
				ended.push(*session);
			}
			is_open
		});
		for session in ended {
			self.fetcher(fetch::Event::Ended { session });
		}
		self.fetcher(fetch::Event::Tick);
		self.server(serve::Event::Tick);
	}

	/// Stops wanting what nobody waits for any more.
	fn forget_given_up_fetches(&mut self) {
		let mut given_up = Vec::new();
		self.waiters.retain(|cid, waiters| {
			let gone = waiters.extract_if(.., |waiter| waiter.reply.is_closed());
			let gone: Vec<SessionId> = gone.map(|waiter| waiter.session).collect();
			let still = |session: &SessionId| waiters.iter().any(|left| left.session == *session);
			given_up.extend(
				gone.into_iter()
					.filter(|session| !still(session))
					.map(|session| (session, *cid)),
			);
			!waiters.is_empty()
		});
		for (session, cid) in given_up {
			self.fetcher(fetch::Event::Unwant { session, cid });
		}
	}

	fn server(&mut self, event: serve::Event) {
		let now_ms = self.ports.clock.monotonic_ms();
		let answers = self.server.step(now_ms, event);
		self.links.answer(&mut self.server, now_ms, answers);
	}

	pub(crate) fn fetcher(&mut self, event: fetch::Event) {
		let now_ms = self.ports.clock.monotonic_ms();
		for action in self.fetcher.step(now_ms, event) {
			self.perform(action);
		}
	}

	fn perform(&mut self, action: Action) {
		match action {
			Action::Send { peer, message } => {
				// Lost if the link is far behind: wants are repeated.
				self.links.order(peer, Order::Send(message));
			},
			Action::Deliver { cid, block } => {
				self.ports.metrics.blocks_fetched.inc();
				self.ports.metrics.block_bytes_fetched.inc_by(block.len() as u64);
				self.answer_waiters(cid, |_| true, &Ok(block));
			},
			Action::Fail { cid } => {
				self.answer_waiters(cid, |_| true, &Err(ExchangeError::NotFound { cid }));
			},
			Action::Refuse { session, cid } => {
				let is_refused = |waiter: &Waiter| waiter.session == session;
				self.answer_waiters(cid, is_refused, &Err(ExchangeError::Busy { cid }));
			},
			Action::Blame { peer } => {
				self.ports.metrics.wrong_blocks.inc();
				tracing::warn!(target: "r1::net", %peer, "a peer sent bytes that nobody asked for");
				self.blame(peer, Fault::Malformed);
			},
			Action::Search { key } => self.search(key),
			Action::Wasted { bytes } => {
				self.ports.metrics.block_bytes_wasted.inc_by(bytes as u64);
			},
		}
	}

	fn answer_waiters(
		&mut self,
		cid: Cid,
		is_answered: impl Fn(&Waiter) -> bool,
		outcome: &Result<Bytes, ExchangeError>,
	) {
		let Some(waiters) = self.waiters.get_mut(&cid) else { return };
		for waiter in waiters.extract_if(.., |waiter| is_answered(waiter)) {
			// A caller that is gone does not need the block.
			let _gone = waiter.reply.send(outcome.clone());
		}
		if waiters.is_empty() {
			self.waiters.remove(&cid);
		}
	}
}
