// SPDX-License-Identifier: Apache-2.0

//! Evaluates requests: those of one model and one key together, one batch after the other.
//!
//! An evaluation uses all threads that it may have, so that a second one beside it would make both
//! later. Which requests go together is [`RequestQueue`]'s decision.

use super::metrics::Counters;
use r1_core::Clock;
use r1_edil::{EdilLimits, Request, RequestQueue, Response, RunError, Turn, Waiting, Worker};
use std::{sync::Arc, time::Duration};
use tokio::{
	sync::{mpsc, oneshot},
	task::{JoinError, spawn_blocking},
};

/// A request, and whom to answer.
#[derive(Debug)]
pub(super) struct Ask {
	pub(super) worker: Arc<Worker>,
	pub(super) request: Request,
	pub(super) answer: oneshot::Sender<Result<Response, NotEvaluated>>,
}

/// Whom to answer, and what with.
type Asker = (Arc<Worker>, oneshot::Sender<Result<Response, NotEvaluated>>);

/// The service that evaluates.
pub(crate) struct Evaluator {
	queue: RequestQueue<Asker>,
	asked: mpsc::Receiver<Ask>,
	clock: Arc<dyn Clock>,
	counters: Arc<Counters>,
}

impl Evaluator {
	pub(super) fn new(
		limits: &EdilLimits,
		asked: mpsc::Receiver<Ask>,
		clock: Arc<dyn Clock>,
		counters: Arc<Counters>,
	) -> Self {
		Self { queue: RequestQueue::new(limits), asked, clock, counters }
	}

	/// Runs until nobody can ask any more.
	pub(crate) async fn run(mut self) {
		loop {
			if self.queue.count() == 0 {
				let Some(ask) = self.asked.recv().await else { return };
				self.take_in(ask);
			}
			while let Ok(ask) = self.asked.try_recv() {
				self.take_in(ask);
			}
			let Turn { late, together } = self.queue.turn(self.now());
			for waiting in late {
				self.counters.late(1);
				answer(waiting.asker, Err(NotEvaluated::Late));
			}
			self.evaluate(together).await;
		}
	}

	fn take_in(&mut self, Ask { worker, request, answer: asker }: Ask) {
		let now = self.now();
		if let Err(asker) = self.queue.push(request, (worker, asker), now) {
			self.counters.refused(1);
			answer(asker, Err(NotEvaluated::Busy));
		}
	}

	async fn evaluate(&self, mut together: Vec<Waiting<Asker>>) {
		// Whoever went away needs no answer.
		together.retain(|waiting| !waiting.asker.1.is_closed());
		let Some(first) = together.first() else { return };
		let worker = Arc::clone(&first.asker.0);
		let (requests, askers): (Vec<_>, Vec<_>) =
			together.into_iter().map(|waiting| (waiting.request, waiting.asker)).unzip();
		let evaluated = spawn_blocking(move || worker.evaluate(&requests)).await;
		match evaluated {
			Ok(Ok(responses)) => {
				self.counters.answered(responses.len());
				for (asker, response) in askers.into_iter().zip(responses) {
					answer(asker, Ok(response));
				}
			},
			Ok(Err(error)) => {
				for asker in askers {
					answer(asker, Err(NotEvaluated::Run(error)));
				}
			},
			Err(error) => {
				let error = Arc::new(error);
				for asker in askers {
					answer(asker, Err(NotEvaluated::Died(Arc::clone(&error))));
				}
			},
		}
	}

	fn now(&self) -> Duration {
		Duration::from_millis(self.clock.monotonic_ms())
	}
}

/// Whoever asked may have gone away.
fn answer((_, asker): Asker, response: Result<Response, NotEvaluated>) {
	drop(asker.send(response));
}

/// Why a request was not evaluated.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NotEvaluated {
	/// Too many wait.
	#[error("too many requests are waiting")]
	Busy,
	/// It waited too long.
	#[error("the request waited too long, and was given up")]
	Late,
	/// The worker refused it.
	#[error(transparent)]
	Run(#[from] RunError),
	/// The worker panicked.
	#[error("the evaluation failed")]
	Died(#[source] Arc<JoinError>),
	/// The daemon stops.
	#[error("the daemon is stopping")]
	Stopping,
}
