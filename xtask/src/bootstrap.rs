// SPDX-License-Identifier: Apache-2.0

//! Tools of the machine: find what is missing, say so, install it.
//!
//! Looking takes a few milliseconds and starts one process, so that every `make` can begin with it.

use crate::{steps::run_command, wasm::TARGET as WASM_TARGET, workspace::Workspace};
use anyhow::{Context, Result, bail};
use std::{
	env,
	path::{Path, PathBuf},
	process::Command,
};

/// Oldest Node.js that the client test runs on.
const NODE_MAJOR_MIN: u32 = 20;

/// Programs that a build and the development network need, with the Debian package that has each, and what for.
const PROGRAMS: [Program; 8] = [
	Program { name: "busybox", package: "busybox-static", purpose: "images of the examples" },
	Program { name: "clang", package: "clang", purpose: "bindings to C libraries" },
	Program { name: "cmake", package: "cmake", purpose: "C libraries of the node" },
	Program { name: "ld.lld", package: "lld", purpose: "linking in reasonable time" },
	Program { name: "pkg-config", package: "pkg-config", purpose: "finding C libraries" },
	Program { name: "podman", package: "podman", purpose: "jobs that are containers" },
	Program { name: "protoc", package: "protobuf-compiler", purpose: "messages of the network" },
	Program { name: "runc", package: "runc", purpose: "jobs that are containers" },
];

/// What Podman runs besides. Debian only recommends it, and Podman looks for it outside of the path.
const PODMAN_PARTS: [Program; 4] = [
	Program { name: "catatonit", package: "catatonit", purpose: "the first process of containers" },
	Program { name: "iptables", package: "iptables", purpose: "networks of containers" },
	Program { name: "netavark", package: "netavark", purpose: "networks of containers" },
	Program { name: "aardvark-dns", package: "aardvark-dns", purpose: "names of containers" },
];

/// Where Podman and what it runs look for them.
const PODMAN_HELPERS: [&str; 6] = [
	"/usr/local/libexec/podman",
	"/usr/local/lib/podman",
	"/usr/libexec/podman",
	"/usr/lib/podman",
	"/usr/sbin",
	"/sbin",
];

/// Programs that the tests need.
const TEST_PROGRAMS: [Program; 5] = [
	Program { name: "ip", package: "iproute2", purpose: "networks of several machines" },
	Program { name: "nsenter", package: "util-linux", purpose: "networks of several machines" },
	Program { name: "redis-cli", package: "redis-tools", purpose: "a client of the store" },
	Program { name: "setpriv", package: "util-linux", purpose: "networks of several machines" },
	Program { name: "unshare", package: "util-linux", purpose: "networks of several machines" },
];

/// A C library that the tests' tools link to, by what pkg-config calls it.
const OPENSSL: Program =
	Program { name: "openssl", package: "libssl-dev", purpose: "zombienet, which the tests use" };

/// What to look for.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Options {
	/// Look also for what only the tests need: Node.js and npm.
	#[arg(long)]
	pub tests: bool,
}

/// Installs what is missing.
///
/// # Errors
///
/// Something is missing that cannot be installed from here; the message says what to do.
pub fn run(workspace: &Workspace, options: Options) -> Result<()> {
	let missing = Missing::find(&workspace.root, options)?;
	if missing.is_nothing() {
		return Ok(());
	}
	eprintln!("==> installing what is missing");
	for line in missing.describe() {
		eprintln!("    {line}");
	}
	if !missing.rustup.is_empty() {
		install_with_rustup(&workspace.root, &missing.rustup)?;
	}
	let mut packages: Vec<&str> = missing.programs.iter().map(|program| program.package).collect();
	if let Some(found) = &missing.node {
		ensure_node_is_packaged(found)?;
		packages.extend(["nodejs", "npm"]);
	}
	if !packages.is_empty() {
		install_with_apt(&packages)?;
	}
	let still = Missing::find(&workspace.root, options)?;
	if !still.is_nothing() {
		bail!("still missing after the installation:\n{}", still.describe().join("\n"));
	}
	Ok(())
}

/// Installs the store that ours is measured beside, if it is not there.
///
/// # Errors
///
/// It cannot be installed from here; the message says what to do.
pub fn ensure_redis_server() -> Result<()> {
	ensure("redis-server", &["redis-server", "redis-tools"])
}

/// Installs the store that three nodes of ours are measured beside, if it is not there.
///
/// # Errors
///
/// It cannot be installed from here; the message says what to do.
pub fn ensure_etcd() -> Result<()> {
	ensure("etcd", &["etcd-server"])
}

/// Installs packages if there is no such program.
fn ensure(program: &str, packages: &[&str]) -> Result<()> {
	let path = env::var_os("PATH").unwrap_or_default();
	let directories: Vec<PathBuf> = env::split_paths(&path).collect();
	match is_program(&directories, program) {
		true => Ok(()),
		false => install_with_apt(packages),
	}
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Program {
	name: &'static str,
	package: &'static str,
	purpose: &'static str,
}

/// A part of the Rust toolchain that rustup can add.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum RustPart {
	Target,
	Source,
}

/// What a machine lacks.
#[derive(Debug, Default, Eq, PartialEq)]
struct Missing {
	rustup: Vec<RustPart>,
	programs: Vec<Program>,
	/// What was found instead of a Node.js that is new enough.
	node: Option<String>,
}

impl Missing {
	fn find(root: &Path, options: Options) -> Result<Self> {
		let path = env::var_os("PATH").unwrap_or_default();
		let directories: Vec<PathBuf> = env::split_paths(&path).collect();
		let node = if options.tests { find_node(&directories)? } else { None };
		Ok(Self {
			rustup: missing_rust_parts(&sysroot(root)?),
			programs: missing_programs(&directories, options),
			node,
		})
	}

	fn is_nothing(&self) -> bool {
		*self == Self::default()
	}

	fn describe(&self) -> Vec<String> {
		let rust = self.rustup.iter().map(|part| match part {
			RustPart::Target => format!("the Rust target {WASM_TARGET}, for the chain's runtime"),
			RustPart::Source => "the Rust component rust-src, for the chain's runtime".to_owned(),
		});
		let programs = self.programs.iter().map(|program| {
			let Program { name, package, purpose } = program;
			format!("{name} (Debian package {package}), for {purpose}")
		});
		let node = self.node.iter().map(|found| {
			format!(
				"Node.js {NODE_MAJOR_MIN} or newer with npm, for the client test; found {found}"
			)
		});
		rust.chain(programs).chain(node).collect()
	}
}

/// The directory of the toolchain that builds the project.
fn sysroot(root: &Path) -> Result<PathBuf> {
	let output = Command::new("rustc")
		.args(["--print", "sysroot"])
		.current_dir(root)
		.output()
		.context("could not run rustc: install Rust with rustup, from https://rustup.rs")?;
	let text =
		String::from_utf8(output.stdout).context("the path of the toolchain is not UTF-8")?;
	Ok(PathBuf::from(text.trim()))
}

fn missing_rust_parts(sysroot: &Path) -> Vec<RustPart> {
	let rustlib = sysroot.join("lib/rustlib");
	let mut missing = Vec::new();
	if !rustlib.join(WASM_TARGET).is_dir() {
		missing.push(RustPart::Target);
	}
	if !rustlib.join("src/rust/library").is_dir() {
		missing.push(RustPart::Source);
	}
	missing
}

fn missing_programs(directories: &[PathBuf], options: Options) -> Vec<Program> {
	let of_tests = TEST_PROGRAMS.into_iter().filter(|_| options.tests);
	let mut missing: Vec<Program> = PROGRAMS
		.into_iter()
		.chain(of_tests)
		.filter(|program| !is_program(directories, program.name))
		.collect();
	let helpers = PODMAN_HELPERS.map(PathBuf::from);
	missing.extend(PODMAN_PARTS.into_iter().filter(|it| !is_program(&helpers, it.name)));
	let mut pkg_config = Command::new("pkg-config");
	if !pkg_config
		.args(["--exists", OPENSSL.name])
		.status()
		.is_ok_and(|it| it.success())
	{
		missing.push(OPENSSL);
	}
	missing
}

fn is_program(directories: &[PathBuf], name: &str) -> bool {
	directories.iter().any(|directory| directory.join(name).is_file())
}

/// `None` if Node.js and npm are there and new enough; otherwise what is there instead.
fn find_node(directories: &[PathBuf]) -> Result<Option<String>> {
	if !is_program(directories, "node") {
		return Ok(Some("none".to_owned()));
	}
	let output = Command::new("node").arg("--version").output().context("could not run node")?;
	let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
	if major_version(&version).is_none_or(|major| major < NODE_MAJOR_MIN) {
		return Ok(Some(version));
	}
	Ok((!is_program(directories, "npm")).then(|| format!("{version} without npm")))
}

/// The first number of `v20.19.2`, `20.19.2+dfsg-1` or `1:20.19`.
fn major_version(version: &str) -> Option<u32> {
	let version = version.trim_start_matches('v');
	let version = version.split_once(':').map_or(version, |(_epoch, version)| version);
	version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn install_with_rustup(root: &Path, parts: &[RustPart]) -> Result<()> {
	for part in parts {
		let arguments = match part {
			RustPart::Target => ["target", "add", WASM_TARGET],
			RustPart::Source => ["component", "add", "rust-src"],
		};
		run_command(Command::new("rustup").args(arguments).current_dir(root))
			.context("rustup could not add a part of the toolchain")?;
	}
	Ok(())
}

/// Debian 12 packages Node.js 18, which would be installed in vain.
fn ensure_node_is_packaged(found: &str) -> Result<()> {
	let packaged = Command::new("apt-cache").args(["policy", "nodejs"]).output().ok();
	let packaged = packaged.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
	let candidate = packaged.as_deref().and_then(candidate_version).unwrap_or("none");
	if major_version(candidate).is_some_and(|major| major >= NODE_MAJOR_MIN) {
		return Ok(());
	}
	bail!(
		"the client test needs Node.js {NODE_MAJOR_MIN} or newer with npm, found {found}, and this \
		system's packages have {candidate}: install it from https://nodejs.org and run this again"
	);
}

/// The version that `apt-cache policy` would install.
fn candidate_version(policy: &str) -> Option<&str> {
	policy
		.lines()
		.find_map(|line| line.trim().strip_prefix("Candidate:"))
		.map(str::trim)
}

fn install_with_apt(packages: &[&str]) -> Result<()> {
	let list = packages.join(" ");
	let is_there = |command: &str| {
		is_program(
			&env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>(),
			command,
		)
	};
	if !is_there("apt-get") {
		bail!("this system has no apt-get: install what these Debian packages hold: {list}");
	}
	let is_root = nix::unistd::geteuid().is_root();
	if !is_root && !is_there("sudo") {
		bail!("neither root nor sudo: ask an administrator for `apt-get install {list}`");
	}
	let apt = |arguments: &[&str]| {
		let mut command = if is_root { Command::new("env") } else { Command::new("sudo") };
		command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
		run_command(&mut command)
	};
	apt(&["update"]).context("could not refresh the list of Debian packages")?;
	let install = ["install", "--yes", "--no-install-recommends"];
	apt(&[&install, packages].concat()).context("could not install Debian packages")
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;
	use tempfile::TempDir;

	#[test]
	fn missing_should_be_described_with_its_purpose() {
		let missing = Missing {
			rustup: vec![RustPart::Target],
			programs: vec![PROGRAMS[6]],
			node: Some("v18.20.4".to_owned()),
		};
		assert_eq!(
			missing.describe(),
			[
				"the Rust target wasm32v1-none, for the chain's runtime",
				"protoc (Debian package protobuf-compiler), for messages of the network",
				"Node.js 20 or newer with npm, for the client test; found v18.20.4",
			]
		);
		assert!(!missing.is_nothing());
		assert!(Missing::default().is_nothing());
	}

	#[test]
	fn rust_parts_should_be_found_in_the_sysroot() {
		let sysroot = TempDir::new().expect("temporary directories can be made");
		assert_eq!(missing_rust_parts(sysroot.path()), [RustPart::Target, RustPart::Source]);
		let rustlib = sysroot.path().join("lib/rustlib");
		fs::create_dir_all(rustlib.join(WASM_TARGET)).expect("it can be written");
		assert_eq!(missing_rust_parts(sysroot.path()), [RustPart::Source]);
		fs::create_dir_all(rustlib.join("src/rust/library")).expect("it can be written");
		assert_eq!(missing_rust_parts(sysroot.path()), []);
	}

	#[test]
	fn programs_should_be_found_in_the_path() {
		let directory = TempDir::new().expect("temporary directories can be made");
		let path = [directory.path().join("nowhere"), directory.path().to_owned()];
		assert!(!is_program(&path, "protoc"));
		fs::write(directory.path().join("protoc"), "").expect("it can be written");
		assert!(is_program(&path, "protoc"));
	}

	#[test]
	fn versions_should_be_read_as_node_and_debian_write_them() {
		for (version, major) in [
			("v20.20.2", Some(20)),
			("18.20.4+dfsg-1~deb12u1", Some(18)),
			("1:22.1", Some(22)),
			("(none)", None),
			("", None),
		] {
			assert_eq!(major_version(version), major, "{version}");
		}
		let policy = "nodejs:\n  Installed: (none)\n  Candidate: 18.20.4+dfsg-1\n";
		assert_eq!(candidate_version(policy), Some("18.20.4+dfsg-1"));
		assert_eq!(candidate_version(""), None);
	}
}
