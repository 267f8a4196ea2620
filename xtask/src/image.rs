// SPDX-License-Identifier: Apache-2.0

//! Images of the examples, made of busybox alone: no registry is needed, and nobody has to be trusted.

use crate::{dev::Podman, steps::run_command, workspace::Workspace};
use anyhow::{Context, Result, ensure};
use std::{
	fs,
	os::unix::fs::{PermissionsExt as _, symlink},
	path::{Path, PathBuf},
	process::Command,
};

/// Where Debian's busybox-static puts it.
const BUSYBOX: &str = "/bin/busybox";

/// What the scripts of the examples use.
const APPLETS: [&str; 10] =
	["sh", "cat", "echo", "hostname", "httpd", "ls", "mkdir", "nc", "sleep", "wget"];

/// What to make.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
	/// The directory in `examples/`; its scripts are in the image.
	#[arg(default_value = "web-service")]
	pub example: String,
	/// The OCI archive to write.
	#[arg(long, default_value = "image.tar")]
	pub output: PathBuf,
}

/// Makes an image of an example, as an OCI archive.
///
/// # Errors
///
/// There is no such example, busybox or Podman is missing, or something cannot be written.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
	let directory = std::env::temp_dir().join(format!("r1-image-{}", std::process::id()));
	let made = make(workspace, &options.example, &options.output, &directory);
	drop(fs::remove_dir_all(&directory));
	made?;
	eprintln!("{} is the image; `r1ctl fs add` says its CID", options.output.display());
	Ok(())
}

/// The same, with what comes in between in a directory.
///
/// # Errors
///
/// As [`run`].
pub fn make(workspace: &Workspace, example: &str, output: &Path, directory: &Path) -> Result<()> {
	let source = workspace.root.join("examples").join(example);
	ensure!(source.is_dir(), "there is no example {}", source.display());
	ensure!(
		Path::new(BUSYBOX).exists(),
		"{BUSYBOX} is missing: install Debian's busybox-static, as `cargo xtask bootstrap` does"
	);
	let root = directory.join("image");
	lay_out(&source, &root).with_context(|| format!("could not write {}", root.display()))?;
	let files = directory.join("files.tar");
	// What does not depend on when and by whom it is made.
	let mut packing = Command::new("tar");
	packing.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]);
	run_command(packing.arg("-C").arg(&root).arg("-cf").arg(&files).arg("."))
		.context("could not pack the image")?;
	let podman = Podman::at(&directory.join("podman"))?;
	let name = format!("localhost/ratio1-{example}:1");
	let output = std::path::absolute(output).context("the output has no absolute path")?;
	match fs::remove_file(&output) {
		Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
			return Err(error).with_context(|| format!("could not replace {}", output.display()));
		},
		_ => {},
	}
	podman.run(&["import", "--quiet", &files.to_string_lossy(), &name])?;
	let output = output.to_string_lossy();
	podman.run(&["save", "--quiet", "--format=oci-archive", "--output", &output, &name])?;
	Ok(())
}

/// Busybox, its other names, and the scripts of the example.
fn lay_out(source: &Path, root: &Path) -> std::io::Result<()> {
	fs::create_dir_all(root.join("bin"))?;
	fs::copy(BUSYBOX, root.join("bin/busybox"))?;
	for applet in APPLETS {
		symlink("busybox", root.join("bin").join(applet))?;
	}
	for entry in fs::read_dir(source)? {
		let entry = entry?;
		let path = entry.path();
		if path.extension().is_some_and(|extension| extension == "sh") {
			let copied = root.join(entry.file_name());
			fs::copy(&path, &copied)?;
			fs::set_permissions(&copied, fs::Permissions::from_mode(0o755))?;
		}
	}
	Ok(())
}
