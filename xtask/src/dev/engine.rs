// SPDX-License-Identifier: Apache-2.0

//! The container engine of the development network: a Podman of its own, whose images, containers,
//! networks and volumes are files of the network and go with it.

use anyhow::{Context, Result, ensure};
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// Machines without the capability to raise limits refuse the usual ones, and some cannot run crun.
/// Podmans that do not know of each other would choose the same addresses, so these are others than
/// the usual ones.
const CONFIGURATION: &str = r#"[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "DIRECTORY/libpod"
[network]
network_config_dir = "DIRECTORY/networks"
default_subnet_pools = [{base = "10.211.0.0/16", size = 24}]
"#;

/// A Podman.
#[derive(Clone, Debug)]
pub struct Podman {
	directory: PathBuf,
}

impl Podman {
	/// The Podman whose files are in a directory, which is made.
	///
	/// # Errors
	///
	/// The directory cannot be written.
	pub fn at(directory: &Path) -> Result<Self> {
		let write = || {
			fs::create_dir_all(directory)?;
			let configuration = CONFIGURATION.replace("DIRECTORY", &directory.to_string_lossy());
			fs::write(directory.join("containers.conf"), configuration)
		};
		write().with_context(|| format!("could not write into {}", directory.display()))?;
		Ok(Self { directory: directory.to_owned() })
	}

	/// Where its service listens.
	#[must_use]
	pub fn socket(&self) -> PathBuf {
		self.directory.join("engine.sock")
	}

	/// The command that serves its socket.
	#[must_use]
	pub fn service(&self) -> Command {
		let mut command = self.command();
		command.args(["system", "service", "--time=0"]);
		command.arg(format!("unix://{}", self.socket().display()));
		command
	}

	/// Runs a command of it, and comes back with what it says.
	///
	/// # Errors
	///
	/// It fails; the error is what it said.
	pub fn run(&self, arguments: &[&str]) -> Result<String> {
		let output = self.command().args(arguments).output();
		let output = output.context("could not run podman, which is in Debian's podman")?;
		ensure!(
			output.status.success(),
			"podman {}: {}",
			arguments.join(" "),
			String::from_utf8_lossy(&output.stderr).trim()
		);
		Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
	}

	/// How many containers, networks besides its own, volumes and images it has.
	///
	/// # Errors
	///
	/// It does not answer.
	pub fn count(&self) -> Result<[usize; 4]> {
		let lines =
			|arguments: &[&str]| Ok::<_, anyhow::Error>(self.run(arguments)?.lines().count());
		Ok([
			lines(&["ps", "--all", "--quiet"])?,
			lines(&["network", "ls", "--quiet"])?.saturating_sub(1),
			lines(&["volume", "ls", "--quiet"])?,
			lines(&["images", "--all", "--quiet"])?,
		])
	}

	/// Ends and removes all of its containers, which outlive its service.
	pub fn clear(&self) {
		drop(self.run(&["rm", "--all", "--force", "--time=0"]));
		drop(self.run(&["network", "prune", "--force"]));
	}

	fn command(&self) -> Command {
		let mut command = Command::new("podman");
		command
			// Where the monitor of a container leaves a note when memory runs out.
			.current_dir(&self.directory)
			.env("CONTAINERS_CONF", self.directory.join("containers.conf"))
			.arg("--root")
			.arg(self.directory.join("root"))
			.arg("--runroot")
			.arg(self.directory.join("run"))
			.args(["--storage-driver", "vfs"]);
		command
	}
}
