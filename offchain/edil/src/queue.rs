// SPDX-License-Identifier: Apache-2.0

//! Requests that wait, in order, and which of them are evaluated together.
//!
//! It decides and does nothing: the daemon says what time it is, and evaluates what it is given.

use crate::{limits::EdilLimits, wire::Request};
use std::{collections::VecDeque, time::Duration};

/// Requests that wait, each with what its asker is answered through.
#[derive(Debug)]
pub struct RequestQueue<T> {
	waiting: VecDeque<Waiting<T>>,
	waiting_max: usize,
	batch_max: usize,
	wait_max: Duration,
}

/// A request that waits.
#[derive(Debug)]
pub struct Waiting<T> {
	/// The request.
	pub request: Request,
	/// What its asker is answered through.
	pub asker: T,
	/// When it is given up, since some fixed moment.
	pub deadline: Duration,
}

/// What is to be done next.
#[derive(Debug)]
pub struct Turn<T> {
	/// Too late to be begun: they are to be told.
	pub late: Vec<Waiting<T>>,
	/// To be evaluated together: they are of one model and one key, in the order of their arrival.
	pub together: Vec<Waiting<T>>,
}

impl<T> RequestQueue<T> {
	/// An empty queue.
	#[must_use]
	pub fn new(limits: &EdilLimits) -> Self {
		Self {
			waiting: VecDeque::new(),
			waiting_max: limits.waiting_max,
			batch_max: limits.batch_requests_max.get(),
			wait_max: limits.wait_max,
		}
	}

	/// Takes a request that arrived `now`, since some fixed moment.
	///
	/// # Errors
	///
	/// Too many wait; the asker is given back.
	pub fn push(&mut self, request: Request, asker: T, now: Duration) -> Result<(), T> {
		if self.waiting_max <= self.waiting.len() {
			return Err(asker);
		}
		let deadline = now.saturating_add(self.wait_max);
		self.waiting.push_back(Waiting { request, asker, deadline });
		Ok(())
	}

	/// What is to be done `now`; nothing of both if nobody waits.
	///
	/// The one that waits longest decides what is evaluated, so nobody is overtaken for ever.
	pub fn turn(&mut self, now: Duration) -> Turn<T> {
		let (late, mut waiting): (Vec<_>, VecDeque<_>) = {
			let all = std::mem::take(&mut self.waiting);
			let mut late = Vec::new();
			let mut rest = VecDeque::with_capacity(all.len());
			for one in all {
				if one.deadline <= now { late.push(one) } else { rest.push_back(one) }
			}
			(late, rest)
		};
		let Some(first) = waiting.pop_front() else { return Turn { late, together: Vec::new() } };
		let subject = (first.request.model, first.request.evaluation_key);
		let mut together = vec![first];
		for one in waiting {
			let is_alike = (one.request.model, one.request.evaluation_key) == subject;
			if is_alike && together.len() < self.batch_max {
				together.push(one);
			} else {
				self.waiting.push_back(one);
			}
		}
		Turn { late, together }
	}

	/// How many wait.
	#[must_use]
	pub fn count(&self) -> usize {
		self.waiting.len()
	}
}
