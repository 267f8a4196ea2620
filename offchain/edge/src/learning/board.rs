// SPDX-License-Identifier: Apache-2.0

//! What this node does in rounds, for whoever asks.

use super::step::Step;
use r1_api::{LearningRoundStatus, LearningStep};
use r1_core::LearningRound;
use r1_learning::trainer::Progress;
use r1_primitives::{JobId, learning::RoundId};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What is known of the rounds that go on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
	rounds: Arc<Mutex<BTreeMap<RoundId, Entry>>>,
}

#[derive(Debug)]
struct Entry {
	job: JobId,
	step: LearningStep,
	is_done: bool,
	reason: Option<String>,
	/// Times through the data that are over, and the loss of the last batch.
	training: Option<(u32, f32)>,
}

impl Board {
	pub(super) fn began(&self, round: &LearningRound, step: Step) {
		// What others published says nothing of this node.
		let Some(step) = shown(step) else { return };
		let mut rounds = self.lock();
		let training = rounds.get(&round.id).and_then(|entry| entry.training);
		let entry = Entry { job: round.job, step, is_done: false, reason: None, training };
		rounds.insert(round.id, entry);
	}

	pub(super) fn ended(&self, round: RoundId, step: Step, reason: Option<String>) {
		let mut rounds = self.lock();
		let entry = rounds.get_mut(&round).filter(|entry| Some(entry.step) == shown(step));
		let Some(entry) = entry else { return };
		(entry.is_done, entry.reason) = (reason.is_none(), reason);
	}

	pub(super) fn trained(&self, round: &LearningRound, progress: &Progress) {
		if let Some(entry) = self.lock().get_mut(&round.id) {
			entry.training = Some((progress.epochs, progress.loss));
		}
	}

	pub(super) fn retain(&self, is_open: impl Fn(RoundId) -> bool) {
		self.lock().retain(|round, _| is_open(*round));
	}

	pub(super) fn status(&self, job: JobId) -> Vec<LearningRoundStatus> {
		let rounds = self.lock();
		let of_job = rounds.iter().filter(|(_, entry)| entry.job == job);
		let status = |(round, entry): (&RoundId, &Entry)| LearningRoundStatus {
			round: *round,
			step: entry.step,
			is_done: entry.is_done,
			reason: entry.reason.clone(),
			epochs: entry.training.map(|(epochs, _)| epochs),
			loss: entry.training.map(|(_, loss)| loss),
		};
		of_job.map(status).collect()
	}

	fn lock(&self) -> MutexGuard<'_, BTreeMap<RoundId, Entry>> {
		// Each change is of one entry, so a panic elsewhere leaves the map sound.
		self.rounds.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A step as people see it.
fn shown(step: Step) -> Option<LearningStep> {
	match step {
		Step::Announce => Some(LearningStep::Announce),
		Step::Share => Some(LearningStep::Share),
		Step::Upload => Some(LearningStep::Upload),
		Step::Reveal => Some(LearningStep::Reveal),
		Step::Attest => Some(LearningStep::Attest),
		Step::Gather { .. } => None,
	}
}
