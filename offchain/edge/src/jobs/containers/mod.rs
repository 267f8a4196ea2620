// SPDX-License-Identifier: Apache-2.0

//! Runs the jobs that are containers, on the machine's engine.
//!
//! ```text
//!  chain x board's specifications ──> Desired ──.
//!                                               +──> Reconciler ──steps──> executor ──> engine
//!  engine ──> inventory ────────────────────────'        ^  └──checks──> check ──> containers
//!                                                        └──────outcomes─────┘         │
//!  http ──> handle: logs, fresh checks, gateways ────────────────────────────────────> engine
//! ```
//!
//! What runs goes on when the daemon ends, in whichever way: the next one finds it by its labels.

mod check;
mod connect;
mod executor;
mod handle;
mod talk;
mod inventory;
mod places;
mod reach;
#[cfg(test)]
mod tests;

pub(crate) use check::get;
pub(crate) use handle::{Containers, Health, Inside, NoAnswer};
pub(super) use places::Places;
pub(crate) use reach::{NoPlace, Place};
pub(crate) use talk::{Talk, TerminalOf};

use self::{
	connect::connect,
	executor::{Executor, Got, Order},
	inventory::Inventories,
};
use super::{Failure, Jobs, board::OfContainers};
use crate::{
	config,
	dauth::Dauth,
	defaults::{CONTAINERS_INTERVAL, ENGINE_AGAIN, JOB_OUTCOMES_MAX},
	heartbeat::ClockPort,
};
use r1_chain::ChainHandle;
use r1_core::ChainState;
use r1_deeploy::container::{
	Reconciler,
	engine::ContainerEngine,
	health::DueCheck,
	plan::{Desired, Step},
};
use r1_primitives::NodeKey;
use r1_telemetry::ComponentReporter;
use r1fs::Files;
use std::sync::Arc;
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tracing::{info, warn};

/// The task that reconciles containers.
pub(crate) struct Task {
	pub(super) node: NodeKey,
	pub(super) jobs: Jobs,
	pub(super) chain: ChainHandle,
	pub(super) clock: Arc<dyn ClockPort>,
	pub(super) dauth: Dauth,
	pub(super) files: Files,
	pub(super) places: Places,
	pub(super) engine: config::Engine,
	pub(super) health: ComponentReporter,
}

impl Task {
	/// Runs until the chain's follower ends.
	pub(crate) async fn run(self) {
		let engine = loop {
			match connect(&self.engine, &self.node).await {
				Ok(engine) => break engine,
				Err(error) => self.has_no_engine(&error.to_string()),
			}
			tokio::time::sleep(ENGINE_AGAIN).await;
		};
		match engine.version().await {
			Ok(version) => info!(target: "r1::edge", version, "containers run here"),
			Err(error) => warn!(target: "r1::edge", %error, "the engine does not say what it is"),
		}
		self.health.healthy();
		let ledger = self.places.read_ledger(self.clock.monotonic_ms());
		let reconciler = Reconciler::new(self.node, ledger);
		Loop {
			task: self,
			engine,
			reconciler,
			inventories: Inventories::default(),
			is_idle: false,
		}
		.run()
		.await;
	}

	/// Says why jobs of containers are not run.
	fn has_no_engine(&self, reason: &str) {
		let mut board = self.jobs.lock();
		if board.no_engine.as_deref() != Some(reason) {
			info!(target: "r1::edge", reason, "no container is run");
			board.no_engine = Some(reason.to_owned());
		}
		// A node that runs models alone lacks nothing.
		self.health.healthy();
	}
}

/// What comes back to the loop.
enum Outcome {
	Step(Step, Result<Option<Got>, Failure>),
	Check(DueCheck, Result<(), String>),
}

/// The task, once there is an engine.
struct Loop {
	task: Task,
	engine: Arc<dyn ContainerEngine>,
	reconciler: Reconciler,
	inventories: Inventories,
	/// Whether the last look found nothing of jobs.
	is_idle: bool,
}

impl Loop {
	async fn run(mut self) {
		let (report, mut outcomes) = mpsc::channel(JOB_OUTCOMES_MAX);
		let mut states = self.task.chain.watch();
		let mut timer = tokio::time::interval(CONTAINERS_INTERVAL);
		timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				changed = states.changed() => if changed.is_err() { return },
				_ = timer.tick() => {},
				outcome = outcomes.recv() => if let Some(outcome) = outcome {
					self.take_in(outcome);
				},
			}
			let Some(state) = self.task.chain.state() else { continue };
			let desired = self.desired(&state);
			if self.is_idle && desired.is_nothing() {
				continue;
			}
			let looked =
				self.inventories.look(&*self.engine, &desired, self.reconciler.ledger()).await;
			let mut has_changed = false;
			while let Ok(outcome) = outcomes.try_recv() {
				has_changed |= matches!(outcome, Outcome::Step(..));
				self.take_in(outcome);
			}
			match looked {
				// What was seen may be from before what has just been done.
				Ok(_) if has_changed => timer.reset_immediately(),
				Ok(inventory) => {
					self.task.jobs.lock().no_engine = None;
					let now_ms = self.task.clock.monotonic_ms();
					let is_empty = inventory.is_empty();
					let steps = self.reconciler.plan(now_ms, &desired, inventory);
					// With nothing there and nothing to do, the engine is left in peace.
					self.is_idle = is_empty && steps.is_empty();
					self.task.places.keep(self.reconciler.ledger()).await;
					self.publish(&desired);
					self.begin_steps(&state, &desired, steps, &report);
					self.begin_checks(&desired, &report);
				},
				Err(error) => {
					let reason = r1_core::error_chain(&error).to_string();
					self.task.health.degraded("the container engine does not answer");
					self.task.jobs.lock().no_engine = Some(reason);
				},
			}
		}
	}

	fn desired(&self, state: &ChainState) -> Desired {
		let placed = r1_deeploy::Desired::of_node(state, &self.task.node);
		let board = self.task.jobs.lock();
		Desired::of(&placed, &board.specifications, self.reconciler.ledger())
	}

	/// Begins what is due; each step is a task of its own.
	fn begin_steps(
		&self,
		state: &ChainState,
		desired: &Desired,
		steps: Vec<Step>,
		report: &mpsc::Sender<Outcome>,
	) {
		for step in steps {
			info!(target: "r1::edge", ?step, "container step");
			let executor = Executor {
				engine: Arc::clone(&self.engine),
				files: self.task.files.clone(),
				dauth: self.task.dauth.clone(),
				places: self.task.places.clone(),
			};
			let order = Order::of(&step, state, desired, self.reconciler.ledger());
			let report = report.clone();
			tokio::spawn(async move {
				let outcome = executor.execute(&step, order).await;
				// Nobody takes outcomes in when the daemon stops.
				drop(report.send(Outcome::Step(step, outcome)).await);
			});
		}
	}

	fn begin_checks(&mut self, desired: &Desired, report: &mpsc::Sender<Outcome>) {
		let now_ms = self.task.clock.monotonic_ms();
		for due in self.reconciler.checks(now_ms, desired) {
			let address = self.inventories.address(&due.instance);
			let (engine, report) = (Arc::clone(&self.engine), report.clone());
			tokio::spawn(async move {
				let outcome = check::check(&*engine, &due.instance, address, &due.check).await;
				drop(report.send(Outcome::Check(due, outcome)).await);
			});
		}
	}

	fn take_in(&mut self, outcome: Outcome) {
		let now_ms = self.task.clock.monotonic_ms();
		match outcome {
			Outcome::Check(due, outcome) => self.reconciler.checked(now_ms, &due, outcome),
			Outcome::Step(step, Ok(got)) => {
				if let Some(Got { image, reference }) = got {
					self.reconciler.note_image(&image, reference);
				}
				self.reconciler.finished(now_ms, &step, Ok(()));
			},
			Outcome::Step(step, Err(failure)) => {
				warn!(target: "r1::edge", ?step, reason = failure.reason, "container step failed");
				let failure = (failure.kind, failure.reason);
				self.reconciler.finished(now_ms, &step, Err(failure));
			},
		}
	}

	/// Says how jobs are, for whoever asks.
	fn publish(&self, desired: &Desired) {
		let of_job = |job| OfContainers {
			phase: self.reconciler.phases()[job].clone(),
			containers: self.reconciler.report(desired, *job),
			failures: self.reconciler.failures(*job).map(str::to_owned).collect(),
		};
		let jobs = self.reconciler.phases().keys();
		let of_jobs = jobs.map(|job| (*job, of_job(job))).collect();
		self.task.jobs.lock().containers = of_jobs;
		let inside = self.inventories.inside();
		self.task
			.jobs
			.containers
			.publish(&self.engine, &self.reconciler, desired, inside);
		let is_well = self.reconciler.phases().keys().all(|job| {
			let mut failures = self.reconciler.failures(*job);
			failures.next().is_none()
		});
		match is_well {
			true => self.task.health.healthy(),
			false => self.task.health.degraded("a container cannot be run; see the node's status"),
		}
	}
}
