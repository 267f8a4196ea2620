// SPDX-License-Identifier: Apache-2.0

//! The machine and its network, and what goes wrong on them.
//!
//! The mesh's transport repeats what the network loses. What can be lost above it, as when a
//! connection ends, the exchange loses on purpose: requests, answers to requests that were carried
//! out, and it carries some twice and some late.

use networks::replica::Conduct;
use r1_core::{Clock, Rng as _, SeededRng, SystemClock};
use r1_cstore::service::{AskFuture, Exchange, Fault, Store};
use r1_net::InboundRequest;
use r1_primitives::NodeKey;
use std::{
	sync::{
		Arc,
		atomic::{AtomicBool, AtomicU64, Ordering},
	},
	time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// How long whoever has lost a message waits for its answer, at most.
const LOSS_MS_MAX: u64 = 500;

/// How late a message may come.
const DELAY_MS_MAX: u64 = 150;

/// A machine's conduct, which clients may change.
pub(crate) struct Machine {
	clock: SystemClock,
	ahead_ms: AtomicU64,
	is_lossy: AtomicBool,
	is_cut_off: AtomicBool,
}

impl Machine {
	pub(crate) fn new(ahead_ms: u64, is_lossy: bool) -> Self {
		Self {
			clock: SystemClock::new(),
			ahead_ms: AtomicU64::new(ahead_ms),
			is_lossy: AtomicBool::new(is_lossy),
			is_cut_off: AtomicBool::new(false),
		}
	}

	pub(crate) fn behave(&self, Conduct { ahead_ms, is_lossy, is_cut_off }: Conduct) {
		self.ahead_ms.store(ahead_ms, Ordering::Relaxed);
		self.is_lossy.store(is_lossy, Ordering::Relaxed);
		self.is_cut_off.store(is_cut_off, Ordering::Relaxed);
	}
}

impl Clock for Machine {
	fn now_ms(&self) -> u64 {
		self.clock.now_ms().saturating_add(self.ahead_ms.load(Ordering::Relaxed))
	}

	fn monotonic_ms(&self) -> u64 {
		self.clock.monotonic_ms()
	}
}

/// Answers other replicas.
pub(crate) struct Answerer {
	pub(crate) machine: Arc<Machine>,
	pub(crate) store: Store,
	pub(crate) tasks: TaskTracker,
}

impl Answerer {
	pub(crate) async fn run(self, mut requests: mpsc::Receiver<InboundRequest>) {
		while let Some(request) = requests.recv().await {
			if self.machine.is_cut_off.load(Ordering::Relaxed) {
				// Whoever asks sees that there is no answer.
				continue;
			}
			let store = self.store.clone();
			self.tasks.spawn(async move {
				let answer = store.answer(request.node, &request.bytes).await;
				request.answer(answer.into()).await;
			});
		}
	}
}

/// The mesh, and what goes wrong on it.
pub(crate) struct LossyExchange {
	pub(crate) mesh: r1_net::Handle,
	pub(crate) machine: Arc<Machine>,
	pub(crate) rng: SeededRng,
}

impl LossyExchange {
	async fn carry(&self, node: NodeKey, request: Vec<u8>) -> Option<Vec<u8>> {
		let answer = self.mesh.store(&node, request.into()).await;
		answer.ok().map(Vec::from)
	}

	async fn pause(&self, ms_max: u64) {
		tokio::time::sleep(Duration::from_millis(self.rng.below(ms_max))).await;
	}
}

impl Exchange for LossyExchange {
	fn ask(&self, node: NodeKey, request: Vec<u8>) -> AskFuture<'_> {
		Box::pin(async move {
			if self.machine.is_cut_off.load(Ordering::Relaxed) {
				return None;
			}
			if !self.machine.is_lossy.load(Ordering::Relaxed) {
				return self.carry(node, request).await;
			}
			match self.rng.below(100) {
				// The request is lost.
				0..3 => {
					self.pause(LOSS_MS_MAX).await;
					None
				},
				// The answer is.
				3..6 => {
					drop(self.carry(node, request).await);
					self.pause(LOSS_MS_MAX).await;
					None
				},
				6..10 => {
					drop(self.carry(node, request.clone()).await);
					self.carry(node, request).await
				},
				10..25 => {
					self.pause(DELAY_MS_MAX).await;
					self.carry(node, request).await
				},
				_ => self.carry(node, request).await,
			}
		})
	}

	fn blame(&self, node: NodeKey, fault: Fault) {
		let fault = match fault {
			Fault::Malformed => r1_net::Fault::Malformed,
			Fault::Refused => r1_net::Fault::Refused,
		};
		self.mesh.blame(&node, fault);
	}
}
