// SPDX-License-Identifier: Apache-2.0

//! From a specification to what an engine is told. Pure.
//!
//! Default-deny: what is not granted here is refused, and there is no field to grant more. A
//! container never gains privileges, has no capability, writes nowhere but its volumes and two small
//! scratch directories, sees no file of the machine, and has no network but its job's.

use super::names::{Instance, NetworkOf, VolumeOf};
use crate::{
	job::{Container, Egress, Fragment, GpuClass, Group, Port, Resources},
	specification::{SecretName, ServedName},
};
use cid::Cid;
use r1_primitives::{JobId, PlacementRound};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	path::PathBuf,
};

/// Where a container may write what is gone when it ends. Programs keep sockets and temporary files
/// there, and few images start without.
pub const SCRATCH_PATHS: [&str; 2] = ["/run", "/tmp"];

/// Where a container sees what its node gives to it. No job may have a volume in `/run`.
pub const GIVEN_PATH: &str = "/run/ratio1";

/// How much fits into each scratch directory, in bytes. It counts as memory of the container.
pub const SCRATCH_BYTES: u64 = 64 << 20;

/// Largest file of a container's log, in bytes, and how many are kept: 30 MB of the newest lines.
pub const LOG_FILE_BYTES_MAX: u64 = 10_000_000;
/// See [`LOG_FILE_BYTES_MAX`].
pub const LOG_FILES_MAX: u32 = 3;

const MIB: u64 = 1 << 20;

/// A job that is placed on this node, of one specification.
#[derive(Clone, Copy, Debug)]
pub struct PlacedGroup<'placed> {
	/// The job.
	pub job: JobId,
	/// The round of its placement.
	pub round: PlacementRound,
	/// The CID of its specification.
	pub revision: Cid,
	/// Its containers.
	pub group: &'placed Group,
	/// The graphics processor that it pays for.
	pub gpu: Option<GpuClass>,
}

impl PlacedGroup<'_> {
	/// What to tell an engine to make a container.
	///
	/// `image` is the engine's reference of the container's image, `secrets` what was opened, and
	/// `given` what the node itself gives to the container.
	///
	/// # Errors
	///
	/// See [`ConfigError`].
	pub fn container(
		&self,
		name: &ServedName,
		image: &str,
		secrets: &BTreeMap<SecretName, String>,
		given: &Given,
	) -> Result<ContainerConfig, ConfigError> {
		let no_container = || ConfigError::NoContainer { name: name.clone() };
		let container = self.group.containers().get(name).ok_or_else(no_container)?;
		let instance = Instance { job: self.job, revision: self.revision, container: name.clone() };
		let hidden = container.secrets.iter().map(|(variable, secret)| {
			let value = secrets
				.get(secret)
				.ok_or_else(|| ConfigError::NoSecret { secret: secret.clone() })?;
			Ok((variable.clone(), value.clone()))
		});
		let mut hidden = hidden.collect::<Result<BTreeMap<_, _>, _>>()?;
		hidden.extend(given.variables.clone());
		Ok(ContainerConfig {
			name: instance.to_string(),
			image: image.to_owned(),
			command: container.command.clone(),
			arguments: container.arguments.clone(),
			environment: self.environment(container)?,
			hidden: Hidden(hidden),
			network: instance.network().to_string(),
			alias: name.clone(),
			ports: container.ports.values().copied().collect(),
			is_published: self.reaches_out(),
			mounts: self.mounts(container),
			directory: given.directory.clone(),
			resources: container.resources,
			has_gpu: self.gpu.is_some(),
			stop_secs: container.stop_secs,
			labels: instance.labels(self.round),
		})
	}

	/// What to tell an engine to make the job's network.
	///
	/// Only [`Egress::Internet`] leads out. A list of hosts does not: it takes something between
	/// the network and the world that knows them, and without that they are not reached.
	#[must_use]
	pub fn network(&self) -> NetworkConfig {
		let network = NetworkOf { job: self.job, revision: self.revision };
		NetworkConfig {
			name: network.to_string(),
			is_internal: !self.reaches_out(),
			labels: network.labels(),
		}
	}

	/// What to tell an engine to make the job's volumes.
	#[must_use]
	pub fn volumes(&self) -> Vec<VolumeConfig> {
		let config = |(name, volume): (&ServedName, &crate::job::Volume)| {
			let size_bytes = volume.size_mib.saturating_mul(MIB);
			let volume = VolumeOf { job: self.job, volume: name.clone() };
			VolumeConfig { name: volume.to_string(), size_bytes, labels: volume.labels(size_bytes) }
		};
		self.group.volumes().into_iter().map(config).collect()
	}

	fn reaches_out(&self) -> bool {
		match self.group.egress() {
			Egress::Internet => true,
			Egress::None | Egress::Hosts(_) => false,
		}
	}

	fn environment(&self, container: &Container) -> Result<BTreeMap<String, String>, ConfigError> {
		let mut environment = container.environment.clone();
		for (variable, fragments) in &container.dynamic_environment {
			let parts = fragments.iter().map(|fragment| self.value(fragment));
			environment.insert(variable.clone(), parts.collect::<Result<_, _>>()?);
		}
		Ok(environment)
	}

	fn value<'value>(&'value self, part: &'value Fragment) -> Result<&'value str, ConfigError> {
		match part {
			Fragment::Text(text) => Ok(text),
			// The job's network knows its containers by their names.
			Fragment::AddressOf(sibling) => Ok(sibling.as_str()),
			Fragment::Variable { of, name } => {
				let sibling = self.group.containers().get(of);
				let value = sibling.and_then(|sibling| sibling.environment.get(name));
				value
					.map(String::as_str)
					.ok_or_else(|| ConfigError::NoContainer { name: of.clone() })
			},
		}
	}

	fn mounts(&self, container: &Container) -> Vec<Mount> {
		let mount = |(name, volume): (&ServedName, &crate::job::Volume)| Mount {
			volume: VolumeOf { job: self.job, volume: name.clone() }.to_string(),
			path: volume.path.clone(),
			is_read_only: volume.is_read_only,
		};
		container.volumes.iter().map(mount).collect()
	}
}

/// What a node gives to each container of a job.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Given {
	/// Variables; their names begin with `R1_`.
	pub variables: BTreeMap<String, String>,
	/// A directory of this machine, which the container sees at [`GIVEN_PATH`] and only reads.
	pub directory: Option<PathBuf>,
}

/// What an engine is told to make a container.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContainerConfig {
	/// Its name.
	pub name: String,
	/// The engine's reference of its image.
	pub image: String,
	/// Instead of the image's entry point, if not empty.
	pub command: Vec<String>,
	/// Instead of the image's arguments, if not empty.
	pub arguments: Vec<String>,
	/// Its variables.
	pub environment: BTreeMap<String, String>,
	/// Variables that must not be shown.
	pub hidden: Hidden,
	/// The only network that it is on.
	pub network: String,
	/// What it is called there.
	pub alias: ServedName,
	/// The ports that it listens on.
	pub ports: BTreeSet<Port>,
	/// Whether they are published on the machine's loopback, each under any free port. Networks
	/// without a way out publish none: their containers are reached by their addresses.
	pub is_published: bool,
	/// What it may write, beside scratch directories.
	pub mounts: Vec<Mount>,
	/// What of this machine it sees at [`GIVEN_PATH`], and only reads.
	pub directory: Option<PathBuf>,
	/// What it may take.
	pub resources: Resources,
	/// Whether it sees a graphics processor.
	pub has_gpu: bool,
	/// How long it has to end by itself, in seconds.
	pub stop_secs: u64,
	/// Its labels.
	pub labels: BTreeMap<String, String>,
}

impl ContainerConfig {
	/// How much memory it may take, in bytes.
	#[must_use]
	pub fn memory_bytes(&self) -> u64 {
		self.resources.memory_mib.saturating_mul(MIB)
	}
}

/// Variables that nobody shall read in a log.
#[derive(Clone, Eq, PartialEq)]
pub struct Hidden(pub BTreeMap<String, String>);

impl fmt::Debug for Hidden {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_set().entries(self.0.keys()).finish()
	}
}

/// A volume in a container.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mount {
	/// The volume's name.
	pub volume: String,
	/// Where the container sees it.
	pub path: String,
	/// Whether it may only read.
	pub is_read_only: bool,
}

/// What an engine is told to make a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NetworkConfig {
	/// Its name.
	pub name: String,
	/// Whether there is no way out.
	pub is_internal: bool,
	/// Its labels.
	pub labels: BTreeMap<String, String>,
}

/// What an engine is told to make a volume.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VolumeConfig {
	/// Its name.
	pub name: String,
	/// How much it may hold. Engines keep it as a label; who measures volumes compares with it.
	pub size_bytes: u64,
	/// Its labels.
	pub labels: BTreeMap<String, String>,
}

/// Why there is nothing to tell an engine.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConfigError {
	/// The specification has no such container.
	#[error("the specification has no container `{name}`")]
	NoContainer {
		/// Its name.
		name: ServedName,
	},
	/// A secret is not at hand: it was not opened, or it is sealed for other nodes.
	#[error("secret `{secret}` is not at hand")]
	NoSecret {
		/// Its name.
		secret: SecretName,
	},
}
