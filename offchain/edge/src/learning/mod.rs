// SPDX-License-Identifier: Apache-2.0

//! Federated learning in this daemon: rounds that its node takes part in, and, beside a validator,
//! rounds that it adds up.
//!
//! ```text
//!  chain ──open rounds──> step of each ──> Actor: announce, share, train and upload, reveal; attest
//!                            ^                │ files             │ calls
//!                            └──── chain <────┴─ content store    └──> chain
//!  owner ──data──> DataSets ──> training, and a tag by which jobs find the node
//! ```
//!
//! # Failure model
//!
//! - A node that is killed goes on from its state. If its update was masked and lost, and it cannot make
//!   the same one again because of the noise, it drops out of that round.
//! - What failed for a reason that may pass is tried again until its phase is over; what failed for
//!   another is not, and the node's status says why.
//! - A round of which a file cannot be had is not attested by this oracle. Oracles fetch files as soon as
//!   they are published, and participants do the same with shares, so that one who is lost takes none
//!   along.

mod aggregator;
mod board;
mod calls;
mod data;
mod fetch;
mod gather;
mod own;
mod participant;
mod sender;
mod states;
mod step;
mod view;
#[cfg(test)]
mod tests;

pub(crate) use calls::Calls;
#[cfg(test)]
pub(crate) use calls::{Call, Sending};
pub(crate) use data::{DataSet, DataSets, DataShape, NotKept};
pub(crate) use own::OwnRecord;
pub(crate) use sender::Sender;

use self::{
	board::Board,
	gather::Gathered,
	states::{NoState, States},
	step::Step,
};
use crate::{
	defaults::{LEARNING_AGAIN, LEARNING_STEPS_MAX},
	files::{FileStore, of_round},
	heartbeat::ClockPort,
	jobs::Jobs,
};
use anyhow::Context as _;
use bytes::Bytes;
use r1_api::LearningRoundStatus;
use r1_chain::ChainHandle;
use r1_core::{BlockHash, ChainState, LearningRound, error_chain};
use r1_deeploy::specification::ServedName;
use r1_learning::protocol::ParticipantError;
use r1_primitives::{JobId, NodeKey, learning::RoundId};
use std::{
	collections::{BTreeMap, BTreeSet},
	error::Error,
	io,
	path::PathBuf,
	sync::Arc,
};
use tokio::{sync::mpsc, task::spawn_blocking};
use tracing::{info, warn};

/// A handle on the rounds of this node.
#[derive(Clone, Debug)]
pub(crate) struct Learning {
	data: DataSets,
	own: OwnRecord,
	board: Board,
}

impl Learning {
	/// The data that this node may learn from, by name.
	///
	/// # Errors
	///
	/// The disk.
	pub(crate) async fn data(&self) -> Result<Vec<DataSet>, NotKept> {
		let data = self.data.clone();
		Ok(spawn_blocking(move || data.list()).await.map_err(io::Error::other)??)
	}

	/// Keeps data to learn from, and lets jobs find it; says what it is.
	///
	/// # Errors
	///
	/// It is no data, or too much; then nothing changes.
	pub(crate) async fn keep_data(
		&self,
		name: ServedName,
		bytes: Bytes,
	) -> Result<DataShape, NotKept> {
		let (data, own) = (self.data.clone(), self.own.clone());
		let keep = move || {
			let shape = data.put(&name, &bytes)?;
			own.describe(&data).inspect_err(|_| {
				// Nobody would find it.
				if let Err(error) = data.remove(&name) {
					warn!(target: "r1::edge", %error, "a data set that has no tag is still there");
				}
			})?;
			Ok(shape)
		};
		spawn_blocking(keep).await.map_err(io::Error::other)?
	}

	/// Forgets data; whether it was there.
	///
	/// # Errors
	///
	/// The disk.
	pub(crate) async fn forget_data(&self, name: ServedName) -> Result<bool, NotKept> {
		let (data, own) = (self.data.clone(), self.own.clone());
		let forget = move || {
			let was_there = data.remove(&name)?;
			own.describe(&data)?;
			Ok(was_there)
		};
		spawn_blocking(forget).await.map_err(io::Error::other)?
	}

	/// Whether this node has a data set.
	pub(crate) fn has_data(&self, name: &ServedName) -> bool {
		self.data.has(name)
	}

	/// What this node does in the rounds of a job.
	pub(crate) fn status(&self, job: JobId) -> Vec<LearningRoundStatus> {
		self.board.status(job)
	}
}

/// What learning needs from the rest of the daemon.
pub(crate) struct Needs {
	pub(crate) own: NodeKey,
	pub(crate) genesis: BlockHash,
	pub(crate) chain: ChainHandle,
	pub(crate) files: FileStore,
	pub(crate) jobs: Jobs,
	pub(crate) clock: Arc<dyn ClockPort>,
	pub(crate) calls: Arc<dyn Calls>,
	pub(crate) data: DataSets,
	pub(crate) own_record: OwnRecord,
	/// Where the daemon keeps its files.
	pub(crate) data_dir: PathBuf,
}

/// The data sets of this node.
///
/// # Errors
///
/// Their folder cannot be made.
pub(crate) fn data_sets(data_dir: &std::path::Path) -> anyhow::Result<DataSets> {
	DataSets::open(data_dir.join("learning/data")).context("could not open the folder of data sets")
}

/// Makes the handle and the task.
///
/// # Errors
///
/// A folder cannot be made.
pub(crate) fn prepare(needs: Needs) -> anyhow::Result<(Learning, Task)> {
	let Needs { own, genesis, chain, files, jobs, clock, calls, data, own_record, data_dir } =
		needs;
	let states = States::open(data_dir.join("learning/rounds"));
	let states = states.context("could not open the folder of rounds")?;
	let (board, gathered) = (Board::default(), Gathered::default());
	let learning = Learning { data: data.clone(), own: own_record, board: board.clone() };
	let actor =
		Actor { own, genesis, chain, files, jobs, clock, calls, data, states, board, gathered };
	let task = Task { actor, begun: BTreeSet::new(), again_ms: BTreeMap::new() };
	Ok((learning, task))
}

/// A step of a round.
type Deed = (RoundId, Step);

/// What came of a step.
type Outcome = (Deed, Result<(), Failure>);

/// The task that looks at rounds.
pub(crate) struct Task {
	actor: Actor,
	/// Steps that go on.
	begun: BTreeSet<Deed>,
	/// When a step that is over may be begun again; never if it failed for good.
	again_ms: BTreeMap<Deed, u64>,
}

impl Task {
	/// Runs until the chain's follower ends.
	pub(crate) async fn run(mut self) {
		let (report, mut outcomes) = mpsc::channel(LEARNING_STEPS_MAX);
		let mut states = self.actor.chain.watch();
		let mut timer = tokio::time::interval(LEARNING_AGAIN);
		loop {
			tokio::select! {
				changed = states.changed() => if changed.is_err() { return },
				_ = timer.tick() => {},
				outcome = outcomes.recv() => if let Some(outcome) = outcome {
					self.take_in(outcome);
				},
			}
			let Some(state) = self.actor.chain.state() else { continue };
			self.forget_what_is_over(&state).await;
			self.begin_steps(&state, &report);
		}
	}

	/// Begins what is due, some at a time.
	fn begin_steps(&mut self, state: &ChainState, report: &mpsc::Sender<Outcome>) {
		let (own, height) = (self.actor.own, state.finalised.number);
		// The chain hears those of the current epoch alone.
		let is_oracle = state.oracles.contains(&own);
		let now_ms = self.actor.clock.monotonic_ms();
		for round in state.learning.values() {
			let of_participant = step::of_participant(round, height, &own);
			let of_oracle = is_oracle.then(|| step::of_oracle(round, height, &own)).flatten();
			let lacks_any = self.actor.gathered.lacks_any(round, &own, is_oracle);
			let gather = lacks_any.then_some(Step::Gather { is_oracle });
			for step in of_participant.into_iter().chain(of_oracle).chain(gather) {
				let deed = (round.id, step);
				let is_early = self.again_ms.get(&deed).is_some_and(|again_ms| now_ms < *again_ms);
				if LEARNING_STEPS_MAX <= self.begun.len() || is_early || !self.begun.insert(deed) {
					continue;
				}
				info!(target: "r1::edge", round = round.id, job = round.job, ?step, "learning");
				self.actor.board.began(round, step);
				let (actor, round, report) = (self.actor.clone(), round.clone(), report.clone());
				tokio::spawn(async move {
					let outcome = actor.act(&round, step).await;
					// Nobody takes outcomes in when the daemon stops.
					drop(report.send((deed, outcome)).await);
				});
			}
		}
	}

	fn take_in(&mut self, (deed, outcome): Outcome) {
		let (round, step) = deed;
		self.begun.remove(&deed);
		let again = u64::try_from(LEARNING_AGAIN.as_millis()).unwrap_or(u64::MAX);
		let soon = self.actor.clock.monotonic_ms().saturating_add(again);
		let again_ms = match &outcome {
			// The chain shows it in the next blocks; if it does not, it is said again.
			Ok(()) => soon.saturating_add(again),
			Err(failure) => {
				warn!(target: "r1::edge", round, ?step, reason = failure.reason, "learning failed");
				if failure.is_transient { soon } else { u64::MAX }
			},
		};
		self.again_ms.insert(deed, again_ms);
		self.actor.board.ended(round, step, outcome.err().map(|failure| failure.reason));
	}

	/// Forgets rounds that the chain has closed: their secrets first.
	async fn forget_what_is_over(&mut self, state: &ChainState) {
		let is_open = |round: RoundId| state.learning.contains_key(&round);
		self.again_ms.retain(|(round, _), _| is_open(*round));
		self.actor.board.retain(is_open);
		self.actor.gathered.retain(is_open);
		// Whoever works on one goes on to its end, and finds that it is over.
		let is_kept = |round| is_open(round) || self.begun.iter().any(|(begun, _)| *begun == round);
		match self.actor.states.forget_but(is_kept) {
			Ok(gone) if gone.is_empty() => {},
			Ok(gone) => self.release(&gone).await,
			Err(error) => {
				warn!(target: "r1::edge", %error, "the state of a round that is over is still there");
			},
		}
	}

	/// Keeps the files of rounds no longer.
	async fn release(&self, gone: &[RoundId]) {
		let files = &self.actor.files;
		let of_gone = |pin: &r1fs::Pin| of_round(&pin.name).is_some_and(|id| gone.contains(&id));
		for pin in files.disk().pins().into_iter().filter(of_gone) {
			if let Err(error) = files.files().unpin(&pin.cid, &pin.holder).await {
				warn!(target: "r1::edge", %error, "a file of a round that is over is kept");
			}
		}
	}
}

/// What does the steps. Cheap to clone.
#[derive(Clone, Debug)]
struct Actor {
	own: NodeKey,
	genesis: BlockHash,
	chain: ChainHandle,
	files: FileStore,
	jobs: Jobs,
	clock: Arc<dyn ClockPort>,
	calls: Arc<dyn Calls>,
	data: DataSets,
	states: States,
	board: Board,
	gathered: Gathered,
}

impl Actor {
	async fn act(&self, round: &LearningRound, step: Step) -> Result<(), Failure> {
		match step {
			Step::Announce => self.announce(round).await,
			Step::Share => self.share(round).await,
			Step::Upload => self.upload(round).await,
			Step::Reveal => self.reveal(round).await,
			Step::Attest => self.attest(round).await,
			Step::Gather { is_oracle } => self.gather(round, is_oracle).await,
		}
	}
}

/// Why a step failed.
#[derive(Debug)]
struct Failure {
	reason: String,
	/// Whether it may pass.
	is_transient: bool,
}

impl Failure {
	fn transient(error: &(dyn Error + 'static)) -> Self {
		Self::transient_because(error_chain(error).to_string())
	}

	fn permanent(error: &(dyn Error + 'static)) -> Self {
		Self::permanent_because(error_chain(error).to_string())
	}

	fn transient_because(reason: String) -> Self {
		Self { reason, is_transient: true }
	}

	fn permanent_because(reason: String) -> Self {
		Self { reason, is_transient: false }
	}

	/// Of those of a participant, only what is missing may come, and only a disk may recover.
	fn of_participant(error: &ParticipantError) -> Self {
		match error {
			ParticipantError::Save(_) | ParticipantError::Missing { .. } => Self::transient(error),
			_ => Self::permanent(error),
		}
	}
}

impl From<NoState> for Failure {
	fn from(error: NoState) -> Self {
		match &error {
			NoState::Read(_) => Self::transient(&error),
			NoState::Damaged(_) => Self::permanent(&error),
		}
	}
}
