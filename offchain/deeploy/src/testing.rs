// SPDX-License-Identifier: Apache-2.0

//! A Podman for tests: its files, containers and networks are in a temporary directory and go with
//! it. What it needs and does not find is a failure of the test, never a reason to skip it.

#![expect(clippy::unwrap_used, reason = "this is part of tests")]

use crate::container::docker::{DockerEngine, Realm};
use std::{
	fs::File,
	os::unix::fs::symlink,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::Duration,
};
use tempfile::TempDir;

/// How long anything may take. Each of these takes less than a second on a machine with nothing
/// else to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often a test looks whether something has come about.
pub const GLANCE: Duration = Duration::from_millis(20);

/// Machines without the capability to raise limits refuse the usual ones, and some cannot run crun.
/// The monitor of a command stays for five minutes unless it is told otherwise.
const CONTAINERS_CONF: &str = r#"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
exit_command_delay = 1
tmp_dir = "DIRECTORY/libpod"
[network]
network_config_dir = "DIRECTORY/networks"
"#;

/// What it listens on, in its directory.
const SOCKET: &str = "engine.sock";

/// What the image of tests can do.
const APPLETS: [&str; 12] =
	["sh", "sleep", "httpd", "wget", "nc", "cat", "touch", "mkdir", "dd", "echo", "hostname", "ls"];

/// A Podman that listens on a socket.
#[derive(Debug)]
pub struct Podman {
	directory: TempDir,
	service: Child,
	/// Two Podmans that do not know of each other choose the same bridges and addresses: so there is
	/// one at a time, in whichever process.
	_alone: File,
}

impl Podman {
	/// Starts one, and comes back with the part of it that is a realm's.
	pub async fn start() -> (Self, DockerEngine) {
		for program in ["podman", "runc", "busybox", "tar"] {
			let found = Command::new("which").arg(program).stdout(Stdio::null()).status();
			assert!(
				found.is_ok_and(|status| status.success()),
				"`{program}` is missing: the tests of the container engine need the packages \
				 podman, runc and busybox-static",
			);
		}
		let alone = File::create(std::env::temp_dir().join("r1-deeploy-podman.lock")).unwrap();
		alone.lock().unwrap();
		let directory = tempfile::tempdir().unwrap();
		let config = CONTAINERS_CONF.replace("DIRECTORY", directory.path().to_str().unwrap());
		std::fs::write(directory.path().join("containers.conf"), config).unwrap();
		let socket = directory.path().join(SOCKET);
		let service = command(directory.path())
			.args(["system", "service", "--time=0"])
			.arg(format!("unix://{}", socket.display()))
			.stderr(Stdio::null())
			.spawn()
			.unwrap();
		let podman = Self { directory, service, _alone: alone };
		let connected = async {
			let mut glances = tokio::time::interval(GLANCE);
			loop {
				glances.tick().await;
				if let Ok(engine) = DockerEngine::connect(&socket, realm()).await {
					break engine;
				}
			}
		};
		let engine = tokio::time::timeout(PATIENCE, connected).await.expect("podman answers");
		(podman, engine)
	}

	/// Where it listens.
	#[must_use]
	pub fn socket(&self) -> PathBuf {
		self.directory.path().join(SOCKET)
	}

	/// Where its files are.
	#[must_use]
	pub fn directory(&self) -> &Path {
		self.directory.path()
	}

	/// Runs a command of it, and comes back with what it says.
	#[must_use]
	pub fn run(&self, arguments: &[&str]) -> String {
		let mut command = command(self.directory.path());
		let output = command.args(arguments).stdout(Stdio::piped()).output().unwrap();
		assert!(output.status.success(), "{arguments:?}: {output:?}");
		String::from_utf8(output.stdout).unwrap()
	}

	/// An archive of an image that has nothing but busybox.
	#[must_use]
	pub fn archive(&self) -> PathBuf {
		let root = self.directory.path().join("image");
		let archive = self.directory.path().join("image.tar");
		if archive.exists() {
			return archive;
		}
		std::fs::create_dir_all(root.join("bin")).unwrap();
		std::fs::copy("/bin/busybox", root.join("bin/busybox")).unwrap();
		for applet in APPLETS {
			symlink("busybox", root.join("bin").join(applet)).unwrap();
		}
		let files = self.directory.path().join("files.tar");
		let mut packing = Command::new("tar");
		packing.arg("-C").arg(&root).arg("-cf").arg(&files).arg(".");
		assert!(packing.status().unwrap().success());
		for arguments in [
			vec!["import", "--quiet", files.to_str().unwrap(), "localhost/busybox:test"],
			vec![
				"save",
				"--quiet",
				"--format=oci-archive",
				"--output",
				archive.to_str().unwrap(),
				"localhost/busybox:test",
			],
			vec!["rmi", "--force", "localhost/busybox:test"],
		] {
			let output = command(self.directory.path()).args(&arguments).output().unwrap();
			assert!(output.status.success(), "{arguments:?}: {output:?}");
		}
		archive
	}
}

impl Drop for Podman {
	fn drop(&mut self) {
		// What a test that failed left behind.
		let mut cleaning = command(self.directory.path());
		drop(cleaning.args(["rm", "--all", "--force", "--time=0"]).output());
		drop(self.service.kill());
		drop(self.service.wait());
	}
}

/// The realm of the engine that a test has first.
#[must_use]
pub fn realm() -> Realm {
	Realm::of_node(&[7; 32])
}

fn command(directory: &Path) -> Command {
	let mut command = Command::new("podman");
	command
		// Where the monitor of a container leaves a note when memory runs out.
		.current_dir(directory)
		.env("CONTAINERS_CONF", directory.join("containers.conf"))
		.arg("--root")
		.arg(directory.join("root"))
		.arg("--runroot")
		.arg(directory.join("run"))
		.args(["--storage-driver", "vfs"])
		.stdin(Stdio::null())
		.stdout(Stdio::null());
	command
}
