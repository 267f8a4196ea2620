// SPDX-License-Identifier: Apache-2.0

//! What of an engine is one daemon's.

use crate::container::{
	config::{ContainerConfig, Mount, NetworkConfig, VolumeConfig},
	engine::Labelled,
	names::LABEL_REALM,
};
use r1_primitives::NodeKey;
use std::collections::BTreeMap;

/// Bytes of a node's key in a name: two of one machine's daemons do not meet.
const KEY_BYTES: usize = 4;

/// What of an engine is one daemon's, by the beginning of its node's key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Realm(String);

impl Realm {
	/// The realm of a node.
	#[must_use]
	pub fn of_node(node: &NodeKey) -> Self {
		Self(node.iter().take(KEY_BYTES).map(|byte| format!("{byte:02x}")).collect())
	}

	/// What the engine calls something.
	pub(super) fn name(&self, name: &str) -> String {
		format!("{name}-{}", self.0)
	}

	/// What is the realm's, under the names that it has here.
	pub(super) fn own(&self, found: impl Iterator<Item = Labelled>) -> Vec<Labelled> {
		let end = format!("-{}", self.0);
		found
			.filter(|found| found.labels.get(LABEL_REALM) == Some(&self.0))
			.map(|found| {
				let name = found.name.strip_suffix(&end).unwrap_or(&found.name).to_owned();
				Labelled { name, ..found }
			})
			.collect()
	}

	/// A container in the realm.
	pub(super) fn container(&self, config: &ContainerConfig) -> ContainerConfig {
		let mount = |mount: &Mount| Mount { volume: self.name(&mount.volume), ..mount.clone() };
		ContainerConfig {
			name: self.name(&config.name),
			network: self.name(&config.network),
			mounts: config.mounts.iter().map(mount).collect(),
			labels: self.labels(&config.labels),
			..config.clone()
		}
	}

	/// A network in the realm.
	pub(super) fn network(&self, config: &NetworkConfig) -> NetworkConfig {
		let (name, labels) = (self.name(&config.name), self.labels(&config.labels));
		NetworkConfig { name, labels, ..config.clone() }
	}

	/// A volume in the realm.
	pub(super) fn volume(&self, config: &VolumeConfig) -> VolumeConfig {
		let (name, labels) = (self.name(&config.name), self.labels(&config.labels));
		VolumeConfig { name, labels, ..config.clone() }
	}

	fn labels(&self, labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
		let mut labels = labels.clone();
		labels.insert(LABEL_REALM.to_owned(), self.0.clone());
		labels
	}
}
