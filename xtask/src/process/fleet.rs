// SPDX-License-Identifier: Apache-2.0

//! The children of this program, as one.

use super::{Interrupt, Progress};
use anyhow::{Context, Result, anyhow, bail, ensure};
use nix::{
	errno::Errno,
	sys::signal::{Signal, killpg},
	unistd::Pid,
};
use std::{
	fs::{self, File},
	io::{Read, Seek, SeekFrom},
	os::unix::process::CommandExt,
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	time::{Duration, Instant},
};

/// How often a predicate is tried, and a child that was asked to stop is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How long children may take to stop after SIGTERM: a node flushes its database in 2 to 3 s.
const GRACE_DEFAULT: Duration = Duration::from_secs(15);
/// How much of a log an error shows: the end, where the reason is.
const LOG_TAIL_LINES: usize = 20;
/// How much of a log is read to find those lines.
const LOG_TAIL_BYTES: u64 = 16 * 1024;

/// Named children, which all stop when this is dropped.
#[derive(Debug)]
pub struct Fleet {
	members: Vec<Member>,
	interrupt: Interrupt,
	grace: Duration,
}

/// What is waited for, and how long.
#[derive(Debug)]
pub struct Wait<'text> {
	/// What a person reads while it lasts: "waiting for ...".
	pub what: &'text str,
	/// After this long it is an error.
	pub timeout: Duration,
}

#[derive(Debug)]
struct Member {
	name: String,
	log: PathBuf,
	child: Child,
	/// Set once the child has ended; nothing of it is left then.
	status: Option<ExitStatus>,
}

impl Fleet {
	/// A fleet without children, which gives up its waits when `interrupt` is raised.
	#[must_use]
	pub fn new(interrupt: Interrupt) -> Self {
		Self { members: Vec::new(), interrupt, grace: GRACE_DEFAULT }
	}

	/// The same fleet, whose children have `grace` to stop before they are killed.
	#[must_use]
	pub fn with_grace(mut self, grace: Duration) -> Self {
		self.grace = grace;
		self
	}

	/// Starts a child under a name, in a process group of its own.
	///
	/// Its output is appended to `log`, whose directory is made; its input is empty. A name is
	/// free again once the child that had it was stopped.
	///
	/// # Errors
	///
	/// The name is taken, the log cannot be opened, or the program cannot be started.
	pub fn spawn(&mut self, name: &str, mut command: Command, log: &Path) -> Result<()> {
		ensure!(!self.members.iter().any(|member| member.name == name), "{name} already runs");
		if let Some(directory) = log.parent() {
			fs::create_dir_all(directory)
				.with_context(|| format!("could not make {}", directory.display()))?;
		}
		let output = File::options()
			.create(true)
			.append(true)
			.open(log)
			.with_context(|| format!("could not open the log {}", log.display()))?;
		let errors = output.try_clone().context("could not share the log")?;
		let child = command
			.stdin(Stdio::null())
			.stdout(output)
			.stderr(errors)
			.process_group(0)
			.spawn()
			.with_context(|| format!("could not start {name}"))?;
		self.members.push(Member {
			name: name.to_owned(),
			log: log.to_owned(),
			child,
			status: None,
		});
		Ok(())
	}

	/// Tries `predicate` until it is `Ok`, and returns what it found.
	///
	/// An `Err` of the predicate means "not yet, because ...": the progress line shows it, and the
	/// error too if time runs out.
	///
	/// # Errors
	///
	/// Time is up, Ctrl-C was pressed, or a child ended that nobody had asked to: the error then
	/// holds the end of its log.
	pub fn wait_for<T>(
		&mut self,
		wait: &Wait<'_>,
		mut predicate: impl FnMut() -> Result<T>,
	) -> Result<T> {
		let mut progress = Progress::new(wait.what);
		loop {
			ensure!(!self.interrupt.is_raised(), "interrupted while waiting for {}", wait.what);
			self.ensure_all_run()?;
			let state = match predicate() {
				Ok(value) => return Ok(value),
				Err(state) => state,
			};
			if progress.elapsed() >= wait.timeout {
				let seconds = wait.timeout.as_secs_f64();
				return Err(state.context(format!("{} did not come in {seconds} s", wait.what)));
			}
			progress.tick(&format!("{state:#}"));
			self.interrupt.pause(POLL_INTERVAL, 0);
		}
	}

	/// Whether every child still runs.
	///
	/// # Errors
	///
	/// One has ended: its name, how it ended, and the end of its log.
	pub fn ensure_all_run(&mut self) -> Result<()> {
		for member in &mut self.members {
			if let Some(status) = member.poll()? {
				bail!(
					"{} ended by itself ({status}); the end of {}:\n{}",
					member.name,
					member.log.display(),
					tail(&member.log)
				);
			}
		}
		Ok(())
	}

	/// The process id of a child, which is the id of its process group too.
	///
	/// # Errors
	///
	/// There is no child of that name.
	pub fn pid(&self, name: &str) -> Result<u32> {
		Ok(self.members[self.position(name)?].child.id())
	}

	/// Stops one child in an orderly way, and forgets it.
	///
	/// # Errors
	///
	/// There is no child of that name, or the system refuses to signal it.
	pub fn stop(&mut self, name: &str) -> Result<()> {
		let mut member = self.members.remove(self.position(name)?);
		stop_members(std::slice::from_mut(&mut member), self.grace, &self.interrupt)
	}

	/// Kills one child with no warning, as a power cut would, and forgets it.
	///
	/// # Errors
	///
	/// There is no child of that name, or the system refuses to signal it.
	pub fn kill(&mut self, name: &str) -> Result<()> {
		let mut member = self.members.remove(self.position(name)?);
		stop_members(std::slice::from_mut(&mut member), Duration::ZERO, &self.interrupt)
	}

	/// Stops every child at once: SIGTERM, the grace period, SIGKILL.
	///
	/// Another Ctrl-C while this waits cuts the grace period short.
	///
	/// # Errors
	///
	/// The system refuses to signal a child; all others were stopped all the same.
	pub fn stop_all(&mut self) -> Result<()> {
		let mut members = std::mem::take(&mut self.members);
		stop_members(&mut members, self.grace, &self.interrupt)
	}

	fn position(&self, name: &str) -> Result<usize> {
		self.members
			.iter()
			.position(|member| member.name == name)
			.with_context(|| format!("{name} does not run"))
	}
}

impl Drop for Fleet {
	fn drop(&mut self) {
		if let Err(error) = self.stop_all() {
			eprintln!("warning: {error:#}");
		}
	}
}

impl Member {
	/// How the child ended, if it has.
	fn poll(&mut self) -> Result<Option<ExitStatus>> {
		if self.status.is_none() {
			self.status = self
				.child
				.try_wait()
				.with_context(|| format!("could not look at {}", self.name))?;
		}
		Ok(self.status)
	}

	/// Signals the child and all of its own children.
	fn signal(&self, signal: Signal) -> Result<()> {
		let id = i32::try_from(self.child.id()).context("a process id is positive")?;
		match killpg(Pid::from_raw(id), signal) {
			// Nobody is left in the group: that is what was wanted.
			Ok(()) | Err(Errno::ESRCH) => Ok(()),
			Err(error) => Err(anyhow!(error)).context(format!("could not signal {}", self.name)),
		}
	}
}

fn stop_members(members: &mut [Member], grace: Duration, interrupt: &Interrupt) -> Result<()> {
	let mut outcome = Ok(());
	if !grace.is_zero() {
		for member in members.iter_mut().filter(|member| member.status.is_none()) {
			outcome = outcome.and(member.signal(Signal::SIGTERM));
		}
		await_members(members, grace, interrupt);
	}
	for member in members {
		// Also where the child itself has ended: what is left of its group ends with it.
		outcome = outcome.and(member.signal(Signal::SIGKILL));
		if member.status.is_none() {
			let ended = member.child.wait();
			outcome = outcome
				.and(ended.map(drop).with_context(|| format!("could not await {}", member.name)));
		}
	}
	outcome
}

/// Waits until all have ended, the grace period is over, or somebody presses Ctrl-C again.
fn await_members(members: &mut [Member], grace: Duration, interrupt: &Interrupt) {
	let started = Instant::now();
	let seen = interrupt.count();
	let mut progress = Progress::new("processes to stop");
	loop {
		let running: Vec<&str> = members
			.iter_mut()
			// One that cannot be looked at is killed below.
			.filter_map(|member| match member.poll() {
				Ok(None) => Some(member.name.as_str()),
				Ok(Some(_)) | Err(_) => None,
			})
			.collect();
		if running.is_empty() || started.elapsed() >= grace || interrupt.count() > seen {
			return;
		}
		progress.tick(&running.join(", "));
		interrupt.pause(POLL_INTERVAL, seen);
	}
}

/// The last lines of a log, for an error.
fn tail(log: &Path) -> String {
	let read = || -> std::io::Result<String> {
		let mut file = File::open(log)?;
		let length = file.metadata()?.len();
		file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
		let mut bytes = Vec::new();
		file.take(LOG_TAIL_BYTES).read_to_end(&mut bytes)?;
		Ok(String::from_utf8_lossy(&bytes).into_owned())
	};
	match read() {
		Ok(text) => {
			let lines: Vec<&str> = text.lines().collect();
			lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
		},
		Err(error) => format!("(could not read it: {error})"),
	}
}
