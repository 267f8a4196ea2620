// SPDX-License-Identifier: Apache-2.0

//! The links to all peers of one swarm, and the readers of what they say.

use super::{
	link::{Ends, Event, ORDERS_MAX, Open, Order, link_task, reader_task},
	serve::{self, Answer, Answered, Server},
};
use crate::defaults::{BITSWAP_EVENTS_MAX, OPENS_MAX};
use libp2p::{PeerId, Stream};
use r1_core::BlockStore;
use std::{
	collections::{BTreeMap, VecDeque},
	sync::Arc,
};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What links of a swarm may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkLimits {
	/// Streams that are read at a time.
	pub(crate) readers_max: usize,
	/// Bytes of a message that is read.
	pub(crate) message_bytes_max: usize,
}

/// A link to each connected peer.
pub(crate) struct Links {
	ends: Ends,
	orders: BTreeMap<PeerId, mpsc::Sender<Order>>,
	readers: Arc<Semaphore>,
	tasks: TaskTracker,
	cancel: CancellationToken,
}

/// What links ask of whoever owns the swarm, and tell it.
#[derive(Debug)]
pub(crate) struct Inbox {
	pub(crate) opens: mpsc::Receiver<Open>,
	pub(crate) events: mpsc::Receiver<Event>,
}

impl Links {
	/// Links that serve from `store` and run on `tasks`, until `cancel`.
	pub(crate) fn new(
		limits: LinkLimits,
		store: Arc<dyn BlockStore>,
		tasks: TaskTracker,
		cancel: CancellationToken,
	) -> (Self, Inbox) {
		let (opens, opens_inbox) = mpsc::channel(OPENS_MAX);
		let (events, events_inbox) = mpsc::channel(BITSWAP_EVENTS_MAX);
		let message_bytes_max = limits.message_bytes_max;
		let links = Self {
			ends: Ends { store, opens, events, message_bytes_max },
			orders: BTreeMap::new(),
			readers: Arc::new(Semaphore::new(limits.readers_max)),
			tasks,
			cancel,
		};
		(links, Inbox { opens: opens_inbox, events: events_inbox })
	}

	/// Where blocks are served from.
	pub(crate) fn store(&self) -> Arc<dyn BlockStore> {
		Arc::clone(&self.ends.store)
	}

	/// A peer is there: it gets a link.
	pub(crate) fn connected(&mut self, peer: PeerId) {
		let (orders, inbox) = mpsc::channel(ORDERS_MAX);
		self.tasks.spawn(link_task(peer, self.ends.clone(), inbox));
		self.orders.insert(peer, orders);
	}

	/// A peer is gone. Without orders, its link ends.
	pub(crate) fn disconnected(&mut self, peer: &PeerId) {
		self.orders.remove(peer);
	}

	/// Gives an order to a peer's link; it is lost if the link is far behind.
	pub(crate) fn order(&self, peer: PeerId, order: Order) -> bool {
		let is_taken = self.orders.get(&peer).is_some_and(|orders| orders.try_send(order).is_ok());
		if !is_taken {
			tracing::debug!(target: "r1::net", %peer, "bitswap link is behind, an order is lost");
		}
		is_taken
	}

	/// Lets peers be answered. One whose link is far behind gets no answer and asks again.
	pub(crate) fn answer(&self, server: &mut Server, now_ms: u64, answers: Vec<Answer>) {
		let mut answers = VecDeque::from(answers);
		while let Some(Answer { peer, entries }) = answers.pop_front() {
			if !self.order(peer, Order::Answer(entries)) {
				let lost = serve::Event::Answered { peer, answered: Answered::default() };
				answers.extend(server.step(now_ms, lost));
			}
		}
	}

	/// Reads a stream that a peer opened, unless too many are being read.
	pub(crate) fn read(&self, peer: PeerId, stream: Stream) {
		let Ok(permit) = Arc::clone(&self.readers).try_acquire_owned() else {
			tracing::warn!(target: "r1::net", %peer, "too many bitswap streams, one is dropped");
			return;
		};
		let ends = self.ends.clone();
		let cancel = self.cancel.clone();
		self.tasks.spawn(async move {
			cancel.run_until_cancelled(reader_task(peer, stream, ends)).await;
			drop(permit);
		});
	}
}
