// SPDX-License-Identifier: Apache-2.0

//! What can be asked of keys and their files.

use clap::{Args, Subcommand, ValueEnum};
use r1_chain::Scheme;
use std::path::PathBuf;

/// Keys of accounts, in files that wallets import and export.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
	/// Makes a new account, and writes its key file.
	Generate(GenerateKey),
	/// Writes the key file of an account whose secret is known.
	///
	/// The secret phrase, the secret URI or the contents of a node's key file are read from
	/// standard input, or from `--secret-file`; never from an argument, which other users of the
	/// machine could read.
	Import(ImportKey),
	/// What a key file says of its account; needs no password.
	Show {
		/// The key file.
		file: PathBuf,
	},
	/// The key files in a directory.
	List {
		/// The directory.
		#[arg(default_value = ".")]
		directory: PathBuf,
	},
}

/// An account to be made.
#[derive(Args, Debug)]
pub(crate) struct GenerateKey {
	/// Kind of the key: people's are sr25519, nodes' are ed25519.
	#[arg(long, value_enum, default_value_t = KeyScheme::Sr25519)]
	pub(crate) scheme: KeyScheme,
	#[command(flatten)]
	pub(crate) output: KeyOutput,
	/// Print the secret phrase too. Otherwise it is shown nowhere, and the file is the only way to
	/// the account.
	#[arg(long)]
	pub(crate) show_phrase: bool,
}

/// An account to be imported.
#[derive(Args, Debug)]
pub(crate) struct ImportKey {
	/// Kind of the key; by default what the secret says, and sr25519 for a phrase.
	#[arg(long, value_enum)]
	pub(crate) scheme: Option<KeyScheme>,
	/// File with the secret; by default it is read from standard input.
	#[arg(long)]
	pub(crate) secret_file: Option<PathBuf>,
	#[command(flatten)]
	pub(crate) output: KeyOutput,
}

/// Where a key goes.
#[derive(Args, Debug)]
pub(crate) struct KeyOutput {
	/// The file to write. Only its owner can read it, and a file that exists is never overwritten.
	#[arg(long)]
	pub(crate) output: PathBuf,
	/// What wallets shall call the account; by default the name of the file.
	#[arg(long)]
	pub(crate) name: Option<String>,
}

/// Kind of a key, by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum KeyScheme {
	/// A person's.
	Sr25519,
	/// A node's.
	Ed25519,
}

impl From<KeyScheme> for Scheme {
	fn from(scheme: KeyScheme) -> Self {
		match scheme {
			KeyScheme::Sr25519 => Self::Sr25519,
			KeyScheme::Ed25519 => Self::Ed25519,
		}
	}
}
