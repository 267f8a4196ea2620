// SPDX-License-Identifier: Apache-2.0

//! What a container engine must be able to do.

use super::{
	config::{ContainerConfig, NetworkConfig, VolumeConfig},
	session::{Command, Session, Terminal},
};
use crate::job::{Image, Protocol};
use futures::{future::BoxFuture, stream::BoxStream};
use std::{collections::BTreeMap, error::Error, fmt::Debug, net::IpAddr, path::Path};

/// What an engine answers, some time later.
pub type Reply<'call, T> = BoxFuture<'call, Result<T, EngineError>>;

/// Lines as a container writes them, until it ends.
pub type Lines = BoxStream<'static, Result<LogLine, EngineError>>;

/// An engine that runs containers. It has no policy: that is in the plan and the configurations.
///
/// To create or start what is there already, and to stop or remove what is not, is no error: a step
/// may be repeated after a crash.
///
/// # Cancel safety
///
/// A call that is dropped may have been carried out or not; whoever needs to know looks again.
pub trait ContainerEngine: Debug + Send + Sync {
	/// What the engine calls itself, with its version.
	fn version(&self) -> Reply<'_, String>;

	// # Images

	/// Whether an image is here, by its reference.
	fn has_image<'call>(&'call self, reference: &'call str) -> Reply<'call, bool>;

	/// Pulls an image of a registry by its digest.
	fn pull<'call>(&'call self, image: &'call Image) -> Reply<'call, ()>;

	/// Takes in an archive, as the file of `image`; comes back with the reference.
	fn load<'call>(&'call self, image: &'call Image, archive: &'call Path) -> Reply<'call, String>;

	/// Removes an image, by its reference; one that others use stays, which is no error.
	fn remove_image<'call>(&'call self, reference: &'call str) -> Reply<'call, ()>;

	// # Containers

	/// Makes a container, which does not run yet.
	fn create<'call>(&'call self, config: &'call ContainerConfig) -> Reply<'call, ()>;

	/// Starts a container.
	fn start<'call>(&'call self, container: &'call str) -> Reply<'call, ()>;

	/// Asks a container to end, and ends it when it has not within `secs`.
	fn stop<'call>(&'call self, container: &'call str, secs: u64) -> Reply<'call, ()>;

	/// Removes a container, even if it runs.
	fn remove<'call>(&'call self, container: &'call str) -> Reply<'call, ()>;

	/// How a container is, if it is there.
	fn inspect<'call>(&'call self, container: &'call str) -> Reply<'call, Option<ContainerStatus>>;

	/// The names and labels of the containers that have a label.
	fn containers<'call>(&'call self, label: &'call str) -> Reply<'call, Vec<Labelled>>;

	/// The last lines that a container wrote, at most `bytes_max` of them.
	fn logs<'call>(
		&'call self,
		container: &'call str,
		lines_max: u32,
		bytes_max: usize,
	) -> Reply<'call, Vec<LogLine>>;

	/// The last lines that a container wrote, and those that it writes from then on.
	fn follow(&self, container: &str, lines_max: u32) -> Lines;

	/// What a container takes now.
	fn stats<'call>(&'call self, container: &'call str) -> Reply<'call, Stats>;

	/// Runs a command in a container; it may take `secs`, and of its output `bytes_max` come back.
	fn exec<'call>(
		&'call self,
		container: &'call str,
		command: &'call [String],
		secs: u64,
		bytes_max: usize,
	) -> Reply<'call, Executed>;

	/// Begins a command in a container, which goes on for as long as it likes.
	fn begin<'call>(
		&'call self,
		container: &'call str,
		command: &'call Command,
	) -> Reply<'call, Session>;

	/// Makes the terminal of a session another size.
	fn resize<'call>(&'call self, session: &'call str, terminal: Terminal) -> Reply<'call, ()>;

	/// How the command of a session ended; nothing while it runs.
	fn code<'call>(&'call self, session: &'call str) -> Reply<'call, Option<i64>>;

	// # Networks and volumes

	/// Makes a network.
	fn create_network<'call>(&'call self, config: &'call NetworkConfig) -> Reply<'call, ()>;

	/// Removes a network.
	fn remove_network<'call>(&'call self, network: &'call str) -> Reply<'call, ()>;

	/// Under which address the machine is on a network, if it is.
	fn gateway<'call>(&'call self, network: &'call str) -> Reply<'call, Option<IpAddr>>;

	/// The networks that have a label.
	fn networks<'call>(&'call self, label: &'call str) -> Reply<'call, Vec<Labelled>>;

	/// Makes a volume.
	fn create_volume<'call>(&'call self, config: &'call VolumeConfig) -> Reply<'call, ()>;

	/// Removes a volume and what is in it.
	fn remove_volume<'call>(&'call self, volume: &'call str) -> Reply<'call, ()>;

	/// The volumes that have a label.
	fn volumes<'call>(&'call self, label: &'call str) -> Reply<'call, Vec<Labelled>>;
}

/// Something that an engine keeps.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Labelled {
	/// Its name.
	pub name: String,
	/// Its labels.
	pub labels: BTreeMap<String, String>,
}

/// How a container is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContainerStatus {
	/// Its labels.
	pub labels: BTreeMap<String, String>,
	/// Whether it runs.
	pub state: RunState,
	/// Where it is reached from this machine, if it runs on a network.
	pub address: Option<IpAddr>,
	/// The ports of this machine that lead to its ports.
	pub published: BTreeMap<(u16, Protocol), u16>,
}

/// Whether a container runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RunState {
	/// It never ran.
	Created,
	/// It runs.
	Running,
	/// It ended.
	Exited {
		/// With this code; what a signal ended has 128 and more.
		code: i64,
		/// Because it took more memory than it may.
		is_out_of_memory: bool,
	},
}

/// A line that a container wrote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogLine {
	/// Whether it came from the standard error stream.
	pub is_error: bool,
	/// The line, with what is not UTF-8 replaced.
	pub text: String,
}

/// What a container takes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stats {
	/// Processor time since its start, in nanoseconds.
	pub cpu_ns: u64,
	/// Memory, in bytes.
	pub memory_bytes: u64,
	/// Processes and threads.
	pub pids: u64,
	/// Bytes that it received.
	pub received_bytes: u64,
	/// Bytes that it sent.
	pub sent_bytes: u64,
}

/// What came of a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Executed {
	/// How it ended.
	pub code: i64,
	/// What it wrote to both streams, cut off at the limit.
	pub output: String,
}

/// Why an engine did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
	/// Nobody answers.
	#[error("the container engine does not answer")]
	Unreachable {
		/// Why.
		source: Box<dyn Error + Send + Sync>,
	},
	/// What is meant is not there.
	#[error("the container engine has no {what}")]
	NotFound {
		/// What.
		what: String,
	},
	/// The engine says no.
	#[error("the container engine refused to {action}: {message}")]
	Refused {
		/// What it was told to do.
		action: &'static str,
		/// What it says.
		message: String,
		/// Whether it may say otherwise another time.
		is_transient: bool,
	},
	/// It took too long.
	#[error("the container engine did not {action} within {secs} s")]
	TimedOut {
		/// What it was told to do.
		action: &'static str,
		/// How long it had.
		secs: u64,
	},
	/// A file of this machine could not be read.
	#[error("could not read {path}")]
	File {
		/// The file.
		path: String,
		/// Why.
		source: std::io::Error,
	},
	/// An image of a kind that this call does not take.
	#[error("{image} cannot be had this way; {hint}")]
	WrongImage {
		/// The image.
		image: String,
		/// What to do.
		hint: &'static str,
	},
}

impl EngineError {
	/// Whether it may work another time.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		match self {
			Self::Unreachable { .. } | Self::TimedOut { .. } | Self::File { .. } => true,
			Self::Refused { is_transient, .. } => *is_transient,
			Self::NotFound { .. } | Self::WrongImage { .. } => false,
		}
	}
}
