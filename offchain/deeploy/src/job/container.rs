// SPDX-License-Identifier: Apache-2.0

//! One container of a job, and the policies around it.

use super::{Image, limits};
use crate::specification::{SecretName, ServedName};
use r1_core::GpuGrade;
use std::collections::{BTreeMap, BTreeSet};

/// A container.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Container {
	/// What it runs from.
	pub image: Image,
	/// Instead of the image's entry point, if not empty.
	pub command: Vec<String>,
	/// Instead of the image's arguments, if not empty.
	pub arguments: Vec<String>,
	/// Variables with fixed values.
	pub environment: BTreeMap<String, String>,
	/// Variables whose values are put together when the container is made.
	pub dynamic_environment: BTreeMap<String, Vec<Fragment>>,
	/// Variables whose values are secrets of the job.
	pub secrets: BTreeMap<String, SecretName>,
	/// Ports that it listens on, by names.
	pub ports: BTreeMap<ServedName, Port>,
	/// Directories that outlive it, by names.
	pub volumes: BTreeMap<ServedName, Volume>,
	/// What it may take.
	pub resources: Resources,
	/// Whether it works.
	pub health: Health,
	/// What to do when it ends.
	pub restart: RestartPolicy,
	/// How long it has to end by itself, in seconds.
	pub stop_secs: u64,
	/// The containers that must work before this one is started.
	pub depends_on: BTreeSet<ServedName>,
}

/// A part of a dynamic variable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fragment {
	/// This text.
	Text(String),
	/// The name under which a container of the same job can be reached.
	AddressOf(ServedName),
	/// The fixed value of a variable of another container of the same job.
	Variable {
		/// The container.
		of: ServedName,
		/// The variable.
		name: String,
	},
}

/// A port that a container listens on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Port {
	/// Its number, not 0.
	pub number: u16,
	/// What is spoken there.
	pub protocol: Protocol,
	/// Whether anybody may reach it from outside; otherwise a token of the job is needed. Never of
	/// UDP.
	pub is_public: bool,
}

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
	/// HTTP, over TCP.
	Http,
	/// Anything over TCP.
	Tcp,
	/// Anything over UDP.
	Udp,
}

/// A directory that outlives its container.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Volume {
	/// Where the container sees it: absolute and plain.
	pub path: String,
	/// How much it may hold, in MiB.
	pub size_mib: u64,
	/// Whether this container may only read it.
	pub is_read_only: bool,
}

/// What a container may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resources {
	/// Processor, in thousandths of a core.
	pub cpu_millis: u64,
	/// Memory, in MiB; there is no swap beside it.
	pub memory_mib: u64,
	/// Processes and threads.
	pub pids: u64,
}

impl Default for Resources {
	fn default() -> Self {
		Self {
			cpu_millis: limits::CPU_MILLIS_DEFAULT,
			memory_mib: limits::MEMORY_MIB_DEFAULT,
			pids: limits::PIDS_DEFAULT,
		}
	}
}

/// Whether a container works. Without a check, one that runs does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Health {
	/// Until it first succeeds, the container is starting.
	pub start_up: Option<HealthCheck>,
	/// From then on.
	pub continuous: Option<HealthCheck>,
}

/// How to find out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HealthCheck {
	/// What is done.
	pub check: Check,
	/// Pause between two, in seconds.
	pub interval_secs: u64,
	/// How long one may take, in seconds.
	pub timeout_secs: u64,
	/// How many may fail in a row before the container counts as failed.
	pub failures_max: u64,
}

/// What is done to find out whether a container works.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Check {
	/// A GET must be answered with 200 to 399.
	Http {
		/// The port.
		port: u16,
		/// The path, which begins with a slash.
		path: String,
	},
	/// A connection must be taken.
	Tcp {
		/// The port.
		port: u16,
	},
	/// A command inside of the container must end with 0.
	Exec {
		/// The command; not empty.
		command: Vec<String>,
	},
}

/// What to do when a container ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RestartPolicy {
	/// Whether it is started again.
	pub when: RestartWhen,
	/// How often in a row until it is given up.
	pub attempts_max: u64,
	/// Pause before the first time, in seconds; it doubles with each further one.
	pub pause_secs: u64,
	/// Longest pause, in seconds.
	pub pause_secs_max: u64,
	/// How long it must run until earlier ends are forgotten, in seconds.
	pub reset_secs: u64,
}

impl Default for RestartPolicy {
	fn default() -> Self {
		Self {
			when: RestartWhen::Always,
			attempts_max: limits::RESTARTS_DEFAULT,
			pause_secs: limits::RESTART_PAUSE_SECS_DEFAULT,
			pause_secs_max: limits::RESTART_PAUSE_SECS_MAX_DEFAULT,
			reset_secs: limits::RESTART_RESET_SECS_DEFAULT,
		}
	}
}

/// When a container that ended is started again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RestartWhen {
	/// However it ended.
	Always,
	/// If it did not end with 0.
	OnFailure,
	/// Not at all.
	Never,
}

/// How a new specification takes the place of the old one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UpdatePolicy {
	/// In which order.
	pub roll_out: RollOut,
}

/// The order of an update.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RollOut {
	/// The old containers go on until the new ones work: nobody waits, both are there for a while.
	StartFirst,
	/// The old containers are stopped first, since both would write the same volumes.
	StopFirst,
}

/// Whom a job may call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Egress {
	/// Nobody outside of the job.
	#[default]
	None,
	/// These hosts and ports, each as `host:port`.
	Hosts(BTreeSet<String>),
	/// Anybody.
	Internet,
}

/// Classes of graphics processors, as they are sold.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum GpuClass {
	/// RTX 2060 to 3070.
	Entry,
	/// RTX 2080 to 3080, A3000.
	Medium,
	/// RTX 3090 to 5090, A4000, A5000.
	High,
	/// A100, H100.
	Ultra,
}

impl From<GpuGrade> for GpuClass {
	fn from(grade: GpuGrade) -> Self {
		match grade {
			GpuGrade::Entry => Self::Entry,
			GpuGrade::Medium => Self::Medium,
			GpuGrade::High => Self::High,
			GpuGrade::Ultra => Self::Ultra,
		}
	}
}
