// SPDX-License-Identifier: Apache-2.0

//! How a job is on one node, by way of its daemon.

use crate::commands::or_dash;
use crate::{
	arguments::{Arguments, JobLogs},
	output::{Answer, print_line},
};
use r1_api::{ContainerStatus, JobState, JobStatus};
use serde::Serialize;
use std::io;

/// Its state; a job that failed is a negative answer.
pub(super) async fn status(arguments: &Arguments, job: u32) -> anyhow::Result<Answer> {
	let status: JobStatus = arguments.edge()?.job(job).await?;
	let containers = status.containers.iter().map(container).collect::<Vec<_>>();
	let mut lines = vec![
		("job", status.job.to_string()),
		("name", or_dash(status.name.as_deref())),
		("kind", or_dash(status.kind.as_deref())),
		("state", word(&status.state)?),
	];
	lines.extend(status.model.clone().map(|model| ("model", model)));
	lines.extend(status.reason.clone().map(|reason| ("reason", reason)));
	for container in containers {
		lines.push(("container", container?));
	}
	let is_negative = status.state == JobState::Failed;
	Ok(Answer::one(&status, &lines)?.negative(is_negative))
}

/// What a container wrote last.
pub(super) async fn logs(arguments: &Arguments, which: &JobLogs) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	let logs = edge.job_logs(which.job, which.container.as_deref(), which.lines).await?;
	let lines = logs.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>();
	Answer::text_of(&logs, &lines.join("\n"))
}

/// What a container wrote last, and what it writes until it ends.
pub(super) async fn follow(arguments: &Arguments, which: &JobLogs) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	let JobLogs { job, container, lines, .. } = which;
	let mut lines = edge.follow_job_logs(*job, container.as_deref(), *lines).await?;
	while let Some(line) = lines.next().await? {
		let printed = match arguments.json {
			true => print_line(&serde_json::to_string(&line)?),
			false => print_line(&line.text),
		};
		match printed {
			// Whoever reads has enough.
			Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
			printed => printed?,
		}
	}
	Ok(Answer::nothing())
}

/// A container in a line: `web: healthy, started again 2 times (GET /ready is answered with 503)`.
fn container(status: &ContainerStatus) -> anyhow::Result<String> {
	let mut line = format!("{}: {}", status.name, word(&status.phase)?);
	if 0 < status.restarts {
		line += &format!(", started again {} times", status.restarts);
	}
	if let Some(reason) = &status.reason {
		line += &format!(" ({reason})");
	}
	Ok(line)
}

/// The word that the interface has for something.
fn word(of: &impl Serialize) -> anyhow::Result<String> {
	Ok(serde_json::to_value(of)?.as_str().unwrap_or_default().to_owned())
}
