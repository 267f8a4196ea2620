// SPDX-License-Identifier: Apache-2.0

//! What happens next, in virtual time.

/// Time between two moments at which something can happen, in milliseconds.
pub(crate) const STEP_MS: u64 = 10;

/// Events by the moment at which they happen; those of one moment in the order in which they were
/// added.
///
/// A list for each moment: a run has a beginning and an end, and a heap would take as long as what
/// the events do.
#[derive(Debug)]
pub(crate) struct Queue<E> {
	moments: Vec<Vec<E>>,
}

impl<E> Queue<E> {
	/// An empty queue of a run of some length.
	pub(crate) fn new(length_ms: u64) -> Self {
		let count = usize::try_from(length_ms / STEP_MS + 1).unwrap_or(0);
		Self { moments: std::iter::repeat_with(Vec::new).take(count).collect() }
	}

	/// Adds an event; one after the end of the run never happens.
	pub(crate) fn push(&mut self, at_ms: u64, event: E) {
		let moment = usize::try_from(at_ms.div_ceil(STEP_MS)).unwrap_or(usize::MAX);
		if let Some(events) = self.moments.get_mut(moment) {
			events.push(event);
		}
	}

	/// Takes the events of a moment; called again, those that were added since.
	pub(crate) fn take(&mut self, at_ms: u64) -> Vec<E> {
		let moment = usize::try_from(at_ms / STEP_MS).unwrap_or(usize::MAX);
		self.moments.get_mut(moment).map(std::mem::take).unwrap_or_default()
	}
}
