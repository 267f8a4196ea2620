// SPDX-License-Identifier: Apache-2.0

//! What can be asked of files.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Files by content, by way of the edge daemon at `--edge-url`.
#[derive(Debug, Subcommand)]
pub(crate) enum Fs {
	/// Adds a file, or a directory with all in it, keeps it, and prints its CID.
	///
	/// The CID is computed here, so no daemon can say that it keeps another file.
	Add(FsAdd),
	/// Fetches a file or a directory, checks it, and writes it to a path where nothing is.
	Get(FsGet),
	/// What is in a directory.
	Ls(FsPath),
	/// What a CID stands for, and how large it is.
	Stat(FsPath),
	/// What is kept.
	Pins(FsHolder),
	/// Brings content to the daemon's node, and keeps it.
	Pin {
		/// Its CID.
		cid: String,
		/// What the pin is known by, to people.
		#[arg(long, default_value = "")]
		name: String,
		#[command(flatten)]
		holder: FsHolder,
	},
	/// Keeps content no longer; exit code 1 if it was not kept.
	Unpin {
		/// Its CID.
		cid: String,
		#[command(flatten)]
		holder: FsHolder,
	},
	/// Seals a sealed file for others: opens it here, and adds it anew under another CID.
	Share {
		/// The CID of the sealed file.
		cid: String,
		#[command(flatten)]
		keys: FsKeys,
		/// Whom it is for, as a recipient of age (`age1...`); may be given several times.
		#[arg(long = "with", value_name = "RECIPIENT", required = true)]
		recipients: Vec<String>,
		#[command(flatten)]
		holder: FsHolder,
	},
	/// Removes what nobody keeps from the node's disk.
	Gc,
	/// Reads every block of the node's disk, and mends what is damaged; exit code 1 if something was.
	Verify,
	/// CAR files, which hold content with all that is below it.
	#[command(subcommand)]
	Car(FsCar),
	/// What the node's disk holds.
	Status,
}

/// Whose files it is about.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct FsHolder {
	/// The job whose files it is about; without it, the node's owner's, or those of the token's job.
	#[arg(long)]
	pub(crate) job: Option<u32>,
}

/// What is added, and how.
#[derive(Args, Debug)]
pub(crate) struct FsAdd {
	/// The file or the directory.
	pub(crate) path: PathBuf,
	/// What it is kept as, to people; by default the name of the file.
	#[arg(long)]
	pub(crate) name: Option<String>,
	/// How files are cut: `size-N` with a number of bytes, or `fastcdc-N`, so that versions of a file
	/// share most of their blocks.
	#[arg(long, default_value = "size-262144")]
	pub(crate) chunker: String,
	/// What CIDs are made with: `sha2-256`, which every tool of IPFS knows, or `blake3`.
	#[arg(long, default_value = "sha2-256")]
	pub(crate) hash: String,
	/// Seals the file for a recipient of age (`age1...`); may be given several times.
	#[arg(long, value_name = "RECIPIENT", conflicts_with = "passphrase_file")]
	pub(crate) seal_for: Vec<String>,
	/// Seals the file with the passphrase in a file.
	#[arg(long, value_name = "FILE")]
	pub(crate) passphrase_file: Option<PathBuf>,
	#[command(flatten)]
	pub(crate) holder: FsHolder,
}

/// What is fetched, and where to.
#[derive(Args, Debug)]
pub(crate) struct FsGet {
	#[command(flatten)]
	pub(crate) what: FsPath,
	/// Where to write it.
	#[arg(long)]
	pub(crate) output: PathBuf,
	#[command(flatten)]
	pub(crate) keys: FsKeys,
}

/// What opens a sealed file.
#[derive(Args, Debug)]
pub(crate) struct FsKeys {
	/// Opens a sealed file with the secret keys in a file, as `age-keygen` writes it; may be given
	/// several times.
	#[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
	pub(crate) identity: Vec<PathBuf>,
	/// Opens a sealed file with the passphrase in a file.
	#[arg(long, value_name = "FILE")]
	pub(crate) passphrase_file: Option<PathBuf>,
}

/// Something by its CID, or below it.
#[derive(Args, Debug)]
pub(crate) struct FsPath {
	/// Its CID, and a path from there, like `bafy.../images/1.png`. The daemon says what the path leads
	/// to; what that CID stands for is checked here.
	pub(crate) path: String,
	#[command(flatten)]
	pub(crate) holder: FsHolder,
}

/// CAR files.
#[derive(Debug, Subcommand)]
pub(crate) enum FsCar {
	/// Writes content with all that is below it into a file.
	Export {
		#[command(flatten)]
		what: FsPath,
		/// The file, which must not be there.
		#[arg(long)]
		output: PathBuf,
	},
	/// Adds what is in a CAR file, and keeps its roots.
	Import {
		/// The file.
		input: PathBuf,
		/// What it is kept as, to people.
		#[arg(long, default_value = "")]
		name: String,
		#[command(flatten)]
		holder: FsHolder,
	},
}
