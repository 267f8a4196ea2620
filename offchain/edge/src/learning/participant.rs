// SPDX-License-Identifier: Apache-2.0

//! The steps of a node that takes part in a round.

use super::{Actor, Failure, calls::Call, fetch, view};
use crate::files::part_name;
use cid::Cid;
use r1_core::{LearningRound, SystemRng};
use r1_dauth::Scope;
use r1_deeploy::job;
use r1_learning::{
	fixed::WeighedUpdate,
	limits::{MODEL_BYTES_MAX, SHARE_FILE_BYTES_MAX},
	protocol::{Participant, Round},
	trainer::{Model, Optimiser, TrainOptions, train},
};
use r1_primitives::learning::{FileKind, Phase};
use sha2::{Digest as _, Sha256};
use std::{ops::ControlFlow, sync::Arc};
use tokio::task::spawn_blocking;

impl Actor {
	/// Announces keys, if this node could go through with the round.
	pub(super) async fn announce(&self, round: &LearningRound) -> Result<(), Failure> {
		let checked = self.check(round)?;
		let learning = self.ordered(round)?;
		if !self.data.has(&learning.data) {
			let hint = "`r1ctl learn join` brings one here";
			let reason = format!("this node has no data set `{}`; {hint}", learning.data);
			return Err(Failure::transient_because(reason));
		}
		let (id, own, states) = (round.id, self.own, self.states.clone());
		let genesis = checked.genesis();
		let participant = blocking(move || match states.load(id)? {
			Some(participant) => Ok(participant),
			None => Participant::join(genesis, id, own, &SystemRng, &mut states.of(id))
				.map_err(|error| Failure::transient(&error)),
		})
		.await?;
		let announcement = participant.announcement();
		self.send(Call::Announce { round: id, announcement }).await
	}

	/// Deals shares to all who announced themselves.
	pub(super) async fn share(&self, round: &LearningRound) -> Result<(), Failure> {
		let checked = self.check(round)?;
		let file = self
			.with_state(round, move |participant, states| {
				participant.share(&checked, &mut states.of(checked.id()))
			})
			.await?;
		self.publish(round, FileKind::Shares, file).await
	}

	/// Trains on this node's data, and publishes what was learnt, under masks.
	pub(super) async fn upload(&self, round: &LearningRound) -> Result<(), Failure> {
		let checked = self.check(round)?;
		let learning = self.ordered(round)?;
		let bytes = self.model(round).await?;
		let (actor, opened) = (self.clone(), round.clone());
		let update = blocking(move || actor.train(&opened, &learning, &bytes)).await?;
		let file = self
			.with_state(round, move |participant, states| {
				participant.upload(&checked, &update, &mut states.of(checked.id()))
			})
			.await?;
		self.publish(round, FileKind::Upload, file).await
	}

	/// Reveals a share of each dealer.
	pub(super) async fn reveal(&self, round: &LearningRound) -> Result<(), Failure> {
		let checked = self.check(round)?;
		let shares = fetch::all(self.files.files(), &round.shared, SHARE_FILE_BYTES_MAX).await?;
		let file = self
			.with_state(round, move |participant, states| {
				participant.reveal(&checked, &shares, &mut states.of(checked.id()))
			})
			.await?;
		self.publish(round, FileKind::Reveal, file).await
	}

	fn check(&self, round: &LearningRound) -> Result<Round, Failure> {
		view::of(self.genesis, round).map_err(|error| Failure::permanent(&error))
	}

	/// What is learnt, by the specification of the round's job.
	fn ordered(&self, round: &LearningRound) -> Result<job::Learning, Failure> {
		self.jobs.learning(round.job).ok_or_else(|| {
			let reason = format!("job {} is none of learning that is placed here", round.job);
			Failure::transient_because(reason)
		})
	}

	/// The file of the model that the round starts from.
	async fn model(&self, round: &LearningRound) -> Result<Vec<u8>, Failure> {
		let cid =
			Cid::try_from(round.model.as_slice()).map_err(|error| Failure::permanent(&error))?;
		let bytes = self.files.files().get(&cid, MODEL_BYTES_MAX as u64).await;
		let bytes = bytes.map_err(|error| match error.is_content_fault() {
			true => Failure::permanent(&error),
			false => Failure::transient(&error),
		})?;
		match Sha256::digest(&bytes).as_slice() == round.spec.model_hash {
			true => Ok(bytes),
			false => {
				let reason = "the model has another hash than the round names".to_owned();
				Err(Failure::permanent_because(reason))
			},
		}
	}

	/// What this node learns in a round; takes all of a thread's time.
	fn train(
		&self,
		round: &LearningRound,
		learning: &job::Learning,
		model: &[u8],
	) -> Result<WeighedUpdate, Failure> {
		let model = Model::from_bytes(model).map_err(|error| Failure::permanent(&error))?;
		let data = self.data.read(&learning.data, &model);
		let data = data.map_err(|error| Failure::transient(&error))?;
		let job::Training { optimiser, learning_rate, epochs, batch_samples } = learning.training;
		let options = TrainOptions {
			optimiser: match optimiser {
				job::Optimiser::Sgd => Optimiser::Sgd,
				job::Optimiser::Adam => Optimiser::Adam,
			},
			learning_rate,
			epochs,
			batch_samples: batch_samples as usize,
			// The same after a restart, so that the update is the same.
			seed: round.id,
		};
		let watch = &mut |progress: r1_learning::trainer::Progress| {
			self.board.trained(round, &progress);
			match self.is_late(round) {
				true => ControlFlow::Break(()),
				false => ControlFlow::Continue(()),
			}
		};
		let trained = train(&model, &data, &options, watch);
		let trained = trained.map_err(|error| Failure::permanent(&error))?;
		let update = trained.delta(&model).map_err(|error| Failure::permanent(&error))?;
		let samples = u32::try_from(data.samples()).unwrap_or(u32::MAX);
		WeighedUpdate::new(&update, samples, &round.spec, &SystemRng)
			.map_err(|error| Failure::permanent(&error))
	}

	/// Whether the phase of uploads is over.
	fn is_late(&self, round: &LearningRound) -> bool {
		let Some(state) = self.chain.state() else { return false };
		let Some(round) = state.learning.get(&round.id) else { return true };
		round.phase_in(state.finalised.number) != Some(Phase::Upload)
	}

	/// Goes on from what is saved of a round.
	async fn with_state<T: Send + 'static>(
		&self,
		round: &LearningRound,
		act: impl FnOnce(
			&mut Participant,
			&super::states::States,
		) -> Result<T, r1_learning::protocol::ParticipantError>
		+ Send
		+ 'static,
	) -> Result<T, Failure> {
		let (id, states) = (round.id, self.states.clone());
		blocking(move || {
			let participant = states.load(id)?;
			let mut participant = participant.ok_or_else(|| {
				let reason = "this node has lost its keys of the round, and drops out of it";
				Failure::permanent_because(reason.to_owned())
			})?;
			act(&mut participant, &states).map_err(|error| Failure::of_participant(&error))
		})
		.await
	}

	/// Puts a file into the content store on behalf of the job, and its hash onto the chain.
	async fn publish(
		&self,
		round: &LearningRound,
		kind: FileKind,
		file: Vec<u8>,
	) -> Result<(), Failure> {
		let sha256 = Sha256::digest(&file).into();
		let (scope, name) = (Scope::of_job(round.job), part_name(round.id));
		let files = self.files.keeping(&scope, Some(name), self.clock.now_secs());
		let added = files.add(file.as_slice()).await;
		let cid = added.map_err(|error| Failure::transient(&error))?.cid.to_bytes();
		self.send(Call::Publish { round: round.id, kind, cid, sha256 }).await
	}

	pub(super) async fn send(&self, call: Call) -> Result<(), Failure> {
		let calls = Arc::clone(&self.calls);
		calls.send(call).await.map_err(|error| Failure::transient(&error))
	}
}

/// Runs what waits for the disk or computes for long, beside the tasks that must not wait.
pub(super) async fn blocking<T: Send + 'static>(
	work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
	spawn_blocking(work).await.map_err(|error| Failure::transient(&error))?
}
