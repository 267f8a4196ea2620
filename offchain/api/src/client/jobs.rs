// SPDX-License-Identifier: Apache-2.0

//! Jobs on a node, and what goes on with their containers.

use super::{
	ClientError, EdgeClient,
	events::{EVENTS_TIMEOUT, Events},
};
use crate::{
	EXEC_FRAME_BYTES_MAX, EXEC_PROTOCOL, ExecFormatError, ExecFrame, ExecRequest, JobLogLine,
	JobLogs, JobStatus,
};
use reqwest::{
	Method, RequestBuilder, StatusCode, Upgraded,
	header::{CONNECTION, UPGRADE},
};
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};

impl EdgeClient {
	/// How far a job is on the node.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn job(&self, job: u32) -> Result<JobStatus, ClientError> {
		self.get(&["v1", "jobs", &job.to_string()]).await?.json()
	}

	/// The last lines of a container of a job; of a job with one container, it need not be named.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn job_logs(
		&self,
		job: u32,
		container: Option<&str>,
		lines: u32,
	) -> Result<JobLogs, ClientError> {
		let request = self.request(Method::GET, &["v1", "jobs", &job.to_string(), "logs"]);
		self.exchange(of_container(request, container, lines)).await?.success()?.json()
	}

	/// The last lines of a container, and those that it writes from then on.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn follow_job_logs(
		&self,
		job: u32,
		container: Option<&str>,
		lines: u32,
	) -> Result<LogLines, ClientError> {
		let path = ["v1", "jobs", &job.to_string(), "logs", "follow"];
		let request = of_container(self.request(Method::GET, &path), container, lines);
		let response = self.send(request.timeout(EVENTS_TIMEOUT)).await?;
		match response.status().is_success() {
			true => Ok(LogLines(Events::new(response, self.response_bytes_max))),
			false => Err(self.read(response).await?.into_refusal()),
		}
	}

	/// Begins a command in a container of a job.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn exec(
		&self,
		job: u32,
		request: &ExecRequest,
	) -> Result<(ExecOutput, ExecInput), ClientError> {
		let request = self
			.request(Method::POST, &["v1", "jobs", &job.to_string(), "exec"])
			.header(CONNECTION, "upgrade")
			.header(UPGRADE, EXEC_PROTOCOL)
			.timeout(EVENTS_TIMEOUT)
			.json(request);
		let response = self.send(request).await?;
		if response.status() != StatusCode::SWITCHING_PROTOCOLS {
			return Err(self.read(response).await?.into_refusal());
		}
		let url = response.url().to_string();
		let upgraded = response.upgrade().await;
		let stream = upgraded
			.map_err(|source| ClientError::Transport { url, source: source.without_url() })?;
		let (reader, writer) = tokio::io::split(stream);
		let heard = Vec::with_capacity(EXEC_FRAME_BYTES_MAX);
		Ok((ExecOutput { reader, heard }, ExecInput { writer }))
	}
}

fn of_container(request: RequestBuilder, container: Option<&str>, lines: u32) -> RequestBuilder {
	let request = request.query(&[("lines", lines)]);
	request.query(&container.map(|name| [("container", name)]))
}

/// Lines as a container writes them.
#[derive(Debug)]
pub struct LogLines(Events);

impl LogLines {
	/// The next line; none when the container has ended, or the daemon stops.
	///
	/// # Errors
	///
	/// The connection broke, or what came is no line.
	pub async fn next(&mut self) -> Result<Option<JobLogLine>, ClientError> {
		self.0.next().await
	}
}

/// What a command and its daemon say.
#[derive(Debug)]
pub struct ExecOutput {
	reader: ReadHalf<Upgraded>,
	/// What came and is no whole frame yet.
	heard: Vec<u8>,
}

/// What a command is told.
#[derive(Debug)]
pub struct ExecInput {
	writer: WriteHalf<Upgraded>,
}

/// Why a command is not heard of any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecError {
	/// The connection broke.
	#[error("the connection with the command broke")]
	Broken {
		/// What happened.
		#[from]
		source: io::Error,
	},
	/// The other side speaks something else.
	#[error(transparent)]
	Format(#[from] ExecFormatError),
}

impl ExecOutput {
	/// What is said next; the last are [`ExecFrame::Exited`] and [`ExecFrame::Failed`].
	///
	/// # Errors
	///
	/// The connection broke, or what came is no frame.
	///
	/// # Cancel safety
	///
	/// Nothing is lost when the future is dropped.
	pub async fn next(&mut self) -> Result<ExecFrame, ExecError> {
		loop {
			if let Some(frame) = ExecFrame::take(&mut self.heard)? {
				return Ok(frame);
			}
			if self.reader.read_buf(&mut self.heard).await? == 0 {
				return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
			}
		}
	}
}

impl ExecInput {
	/// Says something.
	///
	/// # Errors
	///
	/// The connection broke.
	pub async fn send(&mut self, frame: &ExecFrame) -> Result<(), ExecError> {
		self.writer.write_all(&frame.encode()).await?;
		Ok(self.writer.flush().await?)
	}
}
