// SPDX-License-Identifier: Apache-2.0

//! Processes that end with this program.

use anyhow::{Context, Result, bail};
use std::{
	fs::{self, File},
	net::{Ipv4Addr, TcpListener},
	path::Path,
	process::{Child, Command, Stdio},
	time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long members may take until they work together.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How often that is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Members of one store.
#[derive(Debug, Default)]
pub(crate) struct Members(Vec<Child>);

impl Members {
	/// Starts one, with its log in a folder.
	pub(crate) fn spawn(&mut self, command: &mut Command, log: &Path) -> Result<()> {
		let file = File::create(log)
			.with_context(|| format!("could not write the log {}", log.display()))?;
		let child = command
			.stdin(Stdio::null())
			.stdout(file.try_clone()?)
			.stderr(file)
			.spawn()
			.with_context(|| format!("could not start {command:?}"))?;
		self.0.push(child);
		Ok(())
	}
}

impl Drop for Members {
	fn drop(&mut self) {
		for child in &mut self.0 {
			// One that has ended already is what is wanted.
			let _ended = child.kill().and_then(|()| child.wait());
		}
	}
}

/// A folder with nothing in it.
pub(crate) fn empty_folder(folder: &Path) -> Result<()> {
	if folder.exists() {
		fs::remove_dir_all(folder)
			.with_context(|| format!("could not forget the last run's {}", folder.display()))?;
	}
	fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))
}

/// A port of loopback that nobody has.
pub(crate) fn free_port() -> Result<u16> {
	let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
	Ok(listener.local_addr()?.port())
}

/// Tries something until it is there.
pub(crate) async fn wait<T>(
	what: &str,
	mut predicate: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
	let ends = Instant::now() + START_TIMEOUT;
	loop {
		match predicate().await {
			Ok(value) => return Ok(value),
			Err(error) if ends <= Instant::now() => {
				bail!("{what} did not come in {START_TIMEOUT:?}: {error:#}")
			},
			Err(_not_yet) => sleep(POLL).await,
		}
	}
}
