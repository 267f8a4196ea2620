// SPDX-License-Identifier: Apache-2.0

//! Visitors of a job, through the ingress of a node that does not run it.

use super::say;
use crate::dev::{
	Network,
	layout::{Daemon, INGRESS_SUFFIX},
};
use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use std::{
	io::{Read as _, Write as _},
	net::{Ipv4Addr, SocketAddr, TcpStream},
	sync::mpsc::{RecvTimeoutError, Sender, channel},
	thread::JoinHandle,
	time::Duration,
};

/// How long an answer may take: as long as the ingress tries a replica that does not answer, and
/// more than it takes to find the next.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Between two questions of somebody who asks all the time: some hundred in an update.
const PAUSE: Duration = Duration::from_millis(50);

/// Failures that are told.
const FAILURES_TOLD: usize = 3;

/// The ingress of a node, for a job that other nodes run.
#[derive(Clone, Debug)]
pub(super) struct Door {
	/// The node.
	pub(super) node: String,
	address: SocketAddr,
	job: u64,
	/// What the job answers.
	pub(super) expected: String,
}

/// Somebody who asks all the time.
#[derive(Debug)]
pub(super) struct Visitor {
	stop: Sender<()>,
	asking: JoinHandle<(u64, Vec<String>)>,
}

impl Door {
	/// That of the first daemon that is none of the job's hosts.
	///
	/// # Errors
	///
	/// All of them are.
	pub(super) fn beside(
		network: &Network,
		hosts: &[Daemon],
		job: u64,
		expected: &str,
	) -> Result<Self> {
		let is_no_host = |daemon: &&Daemon| hosts.iter().all(|host| host.name != daemon.name);
		let daemon = network.layout().daemons.iter().find(is_no_host);
		let daemon = daemon.context("every node runs the job")?;
		Ok(Self {
			node: daemon.name.clone(),
			address: (Ipv4Addr::LOCALHOST, daemon.ingress_port).into(),
			job,
			expected: expected.to_owned(),
		})
	}

	/// Asks by the path and by the host name, and by names that lead nowhere.
	///
	/// # Errors
	///
	/// The job does not answer where it should, or does where it should not.
	pub(super) fn try_names(&self) -> Result<()> {
		self.answers()?;
		let by_host = self.ask(&format!("{}.{INGRESS_SUFFIX}", self.job), "/")?;
		ensure!(by_host == (200, self.expected.clone()), "by host name it answers {by_host:?}");
		for path in [format!("/jobs/{}:nothing/", self.job), "/v1/node".to_owned()] {
			let (status, page) = self.ask("localhost", &path)?;
			ensure!(status == 404, "{path} answers with {status}: {page}");
		}
		say(format!("{}, which does not run it, leads there by path and by host name", self.node));
		Ok(())
	}

	/// That the job answers.
	///
	/// # Errors
	///
	/// It does not.
	pub(super) fn answers(&self) -> Result<()> {
		let answered = self.ask("localhost", &format!("/jobs/{}/", self.job))?;
		ensure!(answered == (200, self.expected.clone()), "the ingress answers {answered:?}");
		Ok(())
	}

	/// That there is no such job any more.
	///
	/// # Errors
	///
	/// There is.
	pub(super) fn is_shut(&self) -> Result<()> {
		let (status, page) = self.ask("localhost", &format!("/jobs/{}/", self.job))?;
		ensure!(status == 404 && page.contains("no_such_job"), "{status}: {page}");
		Ok(())
	}

	/// Begins to ask all the time.
	pub(super) fn keep_asking(&self) -> Visitor {
		let (stop, stopped) = channel();
		let door = self.clone();
		let asking = std::thread::spawn(move || {
			let (mut answered, mut failures) = (0, Vec::new());
			loop {
				match door.answers() {
					Ok(()) => answered += 1,
					Err(error) => failures.push(format!("{error:#}")),
				}
				if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
					return (answered, failures);
				}
			}
		});
		Visitor { stop, asking }
	}

	/// The status, and the page without spaces around it.
	fn ask(&self, host: &str, path: &str) -> Result<(u16, String)> {
		let mut stream = TcpStream::connect_timeout(&self.address, ANSWER_TIMEOUT)
			.with_context(|| format!("{} takes no connection", self.address))?;
		stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
		stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes())?;
		let mut answer = String::new();
		stream.read_to_string(&mut answer).context("the answer is cut off")?;
		let (head, page) = answer.split_once("\r\n\r\n").context("the answer is not HTTP")?;
		let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
		let status = status.with_context(|| format!("the answer has no status: {head}"))?;
		Ok((status, page.trim().to_owned()))
	}
}

impl Visitor {
	/// Stops; comes back with how many answers there were.
	///
	/// # Errors
	///
	/// Some question was not answered as it must be.
	pub(super) fn count(self) -> Result<Value> {
		let Self { stop, asking } = self;
		// That is the sign.
		drop(stop);
		let (answered, failures) =
			asking.join().map_err(|_| anyhow!("whoever asks has panicked"))?;
		let told = failures.iter().take(FAILURES_TOLD).cloned().collect::<Vec<_>>().join("; ");
		ensure!(
			failures.is_empty(),
			"{} of {} questions were not answered: {told}",
			failures.len(),
			answered + failures.len() as u64
		);
		Ok(json!({ "answered": answered, "failed": failures.len() }))
	}
}
