// SPDX-License-Identifier: Apache-2.0

//! What goes on with a container for longer than a question: its lines as they come, and commands.

use super::handle::{Containers, NoAnswer};
use crate::turnstile::Pass;
use futures::{StreamExt as _, stream::BoxStream};
use r1_core::error_chain;
use r1_deeploy::container::{
	engine::{ContainerEngine, EngineError, LogLine},
	session::{Command, Session, Terminal},
};
use r1_primitives::JobId;
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

/// How long the engine may take to notice that a command whose output ended has ended.
const ENDED_TIME_MAX: Duration = Duration::from_secs(10);

/// How often it is asked.
const ENDED_INTERVAL: Duration = Duration::from_millis(50);

/// A command in a container.
#[derive(Debug)]
pub(crate) struct Talk {
	pub(crate) session: Session,
	pub(crate) terminal: TerminalOf,
	/// Until it is dropped, the command counts.
	pub(crate) pass: Pass<JobId>,
}

/// The terminal of a command, and how the command ends.
#[derive(Clone, Debug)]
pub(crate) struct TerminalOf {
	engine: Arc<dyn ContainerEngine>,
	id: String,
}

impl Containers {
	/// The last lines of a container, and those that it writes from then on.
	pub(crate) fn follow(
		&self,
		job: JobId,
		name: Option<&str>,
		lines_max: u32,
	) -> Result<BoxStream<'static, Result<LogLine, EngineError>>, NoAnswer> {
		let (engine, container) = self.find_made(job, name)?;
		let pass = self.talks.enter(job).ok_or(NoAnswer::Busy { job })?;
		let lines = engine.follow(&container.instance.to_string(), lines_max);
		Ok(lines
			.map(move |line| {
				let _until_nobody_listens = &pass;
				line
			})
			.boxed())
	}

	/// Begins a command in a container.
	pub(crate) async fn begin(
		&self,
		job: JobId,
		name: Option<&str>,
		command: &Command,
	) -> Result<Talk, NoAnswer> {
		let (engine, container) = self.find_made(job, name)?;
		let pass = self.talks.enter(job).ok_or(NoAnswer::Busy { job })?;
		let session = engine.begin(&container.instance.to_string(), command).await;
		let session = session
			.map_err(|error| NoAnswer::Engine { reason: error_chain(&error).to_string() })?;
		let terminal = TerminalOf { engine, id: session.id.clone() };
		Ok(Talk { session, terminal, pass })
	}
}

impl TerminalOf {
	/// Makes the terminal another size; one that has ended has none.
	pub(crate) async fn resize(&self, size: Terminal) {
		if let Err(error) = self.engine.resize(&self.id, size).await {
			tracing::debug!(target: "r1::edge", %error, "a terminal keeps its size");
		}
	}

	/// How the command ended whose output has.
	pub(crate) async fn code(&self) -> Result<i64, String> {
		let ended = async {
			loop {
				match self.engine.code(&self.id).await {
					Ok(Some(code)) => return Ok(code),
					Ok(None) => sleep(ENDED_INTERVAL).await,
					Err(error) => return Err(error_chain(&error).to_string()),
				}
			}
		};
		let secs = ENDED_TIME_MAX.as_secs();
		let late = |_| Err(format!("it writes no more, and has not ended within {secs} s"));
		timeout(ENDED_TIME_MAX, ended).await.unwrap_or_else(late)
	}
}
