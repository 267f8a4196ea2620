// SPDX-License-Identifier: Apache-2.0

//! Questions on their way to members: what waits while others are on their way goes together.
//!
//! ```text
//!  operations ──post──> waiting, for each member ──take──> one request of many questions ──> answers
//! ```
//!
//! What a member can promise at once does not wait with what it must write down first: those are lanes of
//! their own.
//!
//! A question that nobody else waits with goes at once. The busier a member is, the more of them share
//! a message, and a wait for its disk.

use super::Group;
use crate::{
	Refusal,
	quorum::{Ask, Reply},
	repair::BATCH_BYTES_MAX,
	wire::{Asked, Request, Response},
};
use r1_primitives::{NodeKey, PlacementRound};
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// Requests that are on their way to one member in a lane: one is answered while the next is read.
const REQUESTS_MAX: usize = 2;

/// Questions in one request.
pub(super) const QUESTIONS_MAX: usize = 256;

/// Questions that take a member about as long.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Lane {
	/// To promise.
	Promises,
	/// Whatever else; most of it is not answered before a disk has it.
	Votes,
}

/// What waits for one member.
#[derive(Debug, Default)]
pub(super) struct Outbox {
	waiting: VecDeque<Question>,
	/// Requests on their way.
	requests: usize,
}

/// A question, and whom its answer is for.
#[derive(Debug)]
pub(super) struct Question {
	pub(super) placement: PlacementRound,
	pub(super) asked: Asked,
	pub(super) stage: u32,
	pub(super) answers: mpsc::Sender<Answer>,
}

/// A member's answer to a question; none of one that does not answer.
#[derive(Debug)]
pub(super) struct Answer {
	pub(super) node: NodeKey,
	pub(super) stage: u32,
	pub(super) answer: Result<Reply, Option<Refusal>>,
}

impl Question {
	fn lane(&self) -> Lane {
		match self.asked.ask {
			Ask::Prepare(_) => Lane::Promises,
			Ask::Look | Ask::Accept(..) => Lane::Votes,
		}
	}

	fn bytes(&self) -> usize {
		let value = match &self.asked.ask {
			Ask::Accept(_, held) => held.value.as_ref().map_or(0, Vec::len),
			Ask::Look | Ask::Prepare(_) => 0,
		};
		self.asked.key.len() + value
	}

	/// Whoever has asked may be content already.
	fn answer(self, node: NodeKey, answer: Result<Reply, Option<Refusal>>) {
		let Self { stage, answers, .. } = self;
		drop(answers.try_send(Answer { node, stage, answer }));
	}
}

impl Outbox {
	/// The questions of the next request: of one placement, as many as fit.
	fn take(&mut self) -> Vec<Question> {
		let mut taken: Vec<Question> = Vec::new();
		let mut bytes = 0;
		while let Some(next) = self.waiting.front() {
			bytes += next.bytes();
			let is_other = taken.first().is_some_and(|first| first.placement != next.placement);
			let is_full = BATCH_BYTES_MAX < bytes || QUESTIONS_MAX <= taken.len();
			if !taken.is_empty() && (is_other || is_full) {
				break;
			}
			taken.extend(self.waiting.pop_front());
		}
		taken
	}
}

impl Group {
	/// Asks a member, together with whatever else waits for it.
	pub(super) fn post(&self, node: NodeKey, question: Question) {
		let lane = question.lane();
		{
			let mut outboxes = self.outboxes();
			let outbox = outboxes.entry((node, lane)).or_default();
			outbox.waiting.push_back(question);
			if REQUESTS_MAX <= outbox.requests {
				return;
			}
			outbox.requests += 1;
		}
		let core = &self.base().core;
		let (group, cancel) = (self.clone(), core.cancel.clone());
		let until_cancelled = async move {
			cancel.run_until_cancelled(group.empty_outbox(node, lane)).await;
		};
		core.tasks.spawn_on(until_cancelled, &core.runtime);
	}

	/// Sends what waits for a member until nothing does.
	async fn empty_outbox(&self, node: NodeKey, lane: Lane) {
		let place = (node, lane);
		loop {
			let questions = {
				let mut outboxes = self.outboxes();
				let Some(outbox) = outboxes.get_mut(&place) else { return };
				let questions = outbox.take();
				if questions.is_empty() {
					outbox.requests -= 1;
					if outbox.requests == 0 {
						outboxes.remove(&place);
					}
					return;
				}
				questions
			};
			let unanswered = self.ask_together(node, questions).await;
			let mut outboxes = self.outboxes();
			let outbox = outboxes.entry(place).or_default();
			for question in unanswered.into_iter().rev() {
				outbox.waiting.push_front(question);
			}
		}
	}

	/// Sends one request, and hands out what comes back; what did not fit into the answer is left.
	async fn ask_together(&self, node: NodeKey, questions: Vec<Question>) -> Vec<Question> {
		let Some(first) = questions.first() else { return questions };
		let request = Request::Agree {
			namespace: self.name().to_owned(),
			placement: first.placement,
			asked: questions.iter().map(|question| question.asked.clone()).collect(),
		};
		let response = self.ask(node, request).await;
		let mut questions = questions.into_iter();
		match response {
			Some(Response::Agreed(answers)) if !answers.is_empty() => {
				for (answer, question) in answers.into_iter().zip(&mut questions) {
					question.answer(node, answer.map_err(Some));
				}
			},
			Some(Response::Refused(refusal)) => {
				questions
					.by_ref()
					.for_each(|question| question.answer(node, Err(Some(refusal))));
			},
			_ => questions.by_ref().for_each(|question| question.answer(node, Err(None))),
		}
		questions.collect()
	}
}
