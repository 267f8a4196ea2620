// SPDX-License-Identifier: Apache-2.0

//! What can be asked of the store.

use super::access::Lifetime;
use clap::{ArgGroup, Args, Subcommand};
use std::path::PathBuf;

/// The store that jobs share state through, by way of the edge daemon at `--edge-url`.
#[derive(Debug, Subcommand)]
pub(crate) enum Cstore {
	/// The namespaces that the daemon's node replicates, or one of them.
	Status {
		/// The namespace, like `job/7`.
		namespace: Option<String>,
	},
	/// Prints the value of a key; exit code 1 if there is none.
	Get(StoreGet),
	/// Sets the value of a key.
	Set(StoreSet),
	/// Deletes a key, whatever it holds; exit code 1 if there is none.
	Delete(StoreDelete),
	/// Prints what happens to keys, a line of JSON each, until it is stopped.
	Watch {
		/// The namespace, like `job/7`.
		namespace: String,
		/// What the keys begin with.
		#[arg(long, default_value = "")]
		prefix: String,
	},
	/// Writes all keys and what they hold into a file, a line of JSON each.
	Dump {
		/// The namespace, like `job/7`.
		namespace: String,
		/// The file.
		#[arg(long)]
		output: PathBuf,
	},
	/// Proves what a key held when an epoch ended, to whoever knows the chain; exit code 1 if it held
	/// nothing.
	Prove(StoreProve),
	/// Checks such a proof against the chain at `--node-url`; exit code 1 if the key held nothing.
	Verify {
		/// The file with the proof.
		file: PathBuf,
	},
	/// Writes the keys of such a file into the store, each in the place of what it holds.
	Load {
		/// The namespace, like `job/7`.
		namespace: String,
		/// The file.
		#[arg(long)]
		input: PathBuf,
		/// On how many replicas they shall be; exit code 1 if that takes longer than 10 s.
		#[arg(long, default_value_t = 1)]
		copies: u32,
	},
}

/// A key.
#[derive(Args, Debug)]
pub(crate) struct StoreKey {
	/// The namespace, like `job/7`.
	pub(crate) namespace: String,
	/// The key.
	pub(crate) key: String,
}

/// A key that is read.
#[derive(Args, Debug)]
pub(crate) struct StoreGet {
	#[command(flatten)]
	pub(crate) key: StoreKey,
	/// What the nodes of the job agree on: a key of its own, whatever else has the same name.
	#[arg(long)]
	pub(crate) quorum: bool,
}

/// Whether the nodes of the job agree on a change.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct StoreQuorum {
	/// Lets the nodes of the job agree: a key of its own, whatever else has the same name.
	#[arg(long, conflicts_with = "copies")]
	pub(crate) quorum: bool,
	/// Only if the key has this version, 0 for one that was never set; exit code 1 if it has another.
	#[arg(long, requires = "quorum")]
	pub(crate) if_version: Option<u64>,
}

/// A key and its value.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true))]
pub(crate) struct StoreSet {
	#[command(flatten)]
	pub(crate) key: StoreKey,
	/// The value.
	#[arg(group = "what")]
	pub(crate) value: Option<String>,
	/// File with the value, which may be any bytes.
	#[arg(long, group = "what")]
	pub(crate) file: Option<PathBuf>,
	/// How long it lives, like `10m` or `2h`; without, until it is deleted.
	#[arg(long, conflicts_with = "quorum")]
	pub(crate) expires: Option<Lifetime>,
	/// On how many replicas it shall be; exit code 1 if that takes longer than 10 s.
	#[arg(long, default_value_t = 1)]
	pub(crate) copies: u32,
	#[command(flatten)]
	pub(crate) agreement: StoreQuorum,
}

/// A key that is deleted.
#[derive(Args, Debug)]
pub(crate) struct StoreDelete {
	#[command(flatten)]
	pub(crate) key: StoreKey,
	/// On how many replicas that shall be; exit code 1 if that takes longer than 10 s.
	#[arg(long, default_value_t = 1)]
	pub(crate) copies: u32,
	#[command(flatten)]
	pub(crate) agreement: StoreQuorum,
}

/// A key that something is proven of.
#[derive(Args, Debug)]
pub(crate) struct StoreProve {
	/// The key.
	pub(crate) key: String,
	/// The epoch at whose end it held what is proven.
	#[arg(long)]
	pub(crate) epoch: u32,
	/// The job; without, the only one that the daemon's node replicates the namespace of.
	#[arg(long)]
	pub(crate) job: Option<u32>,
	/// A field of the hash that the key holds, instead of its plain value.
	#[arg(long, conflicts_with = "member")]
	pub(crate) field: Option<String>,
	/// Whether this is a member of the set that the key holds.
	#[arg(long)]
	pub(crate) member: Option<String>,
	/// File to write the proof into, for others to verify.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
}
