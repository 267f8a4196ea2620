// SPDX-License-Identifier: Apache-2.0

//! Looks at what the engine has.

use super::Inside;
use r1_deeploy::container::{
	Inventory, Ledger,
	engine::{ContainerEngine, EngineError, RunState},
	names::{Instance, LABEL_JOB, NetworkOf, VolumeOf},
	plan::Desired,
};
use r1_deeploy::job::Image;
use std::{
	collections::{BTreeMap, BTreeSet},
	net::IpAddr,
};

/// What was seen last, beside what the planner needs.
#[derive(Debug, Default)]
pub(super) struct Inventories {
	addresses: BTreeMap<Instance, IpAddr>,
	/// Networks do not change their addresses, so each is asked for once.
	gateways: BTreeMap<NetworkOf, IpAddr>,
}

impl Inventories {
	/// Looks at all that belongs to jobs of this node, and at the images that they need.
	pub(super) async fn look(
		&mut self,
		engine: &dyn ContainerEngine,
		desired: &Desired,
		ledger: &Ledger,
	) -> Result<Inventory, EngineError> {
		let mut inventory =
			Inventory { images: images(engine, desired, ledger).await?, ..Inventory::default() };
		for volume in engine.volumes(LABEL_JOB).await? {
			inventory.volumes.extend(VolumeOf::of_labels(&volume.labels));
		}
		for network in engine.networks(LABEL_JOB).await? {
			inventory.networks.extend(NetworkOf::of_labels(&network.labels));
		}
		self.look_at_containers(engine, &mut inventory).await?;
		self.gateways.retain(|network, _| inventory.networks.contains(network));
		for network in &inventory.networks {
			if !self.gateways.contains_key(network)
				&& let Some(gateway) = engine.gateway(&network.to_string()).await?
			{
				self.gateways.insert(*network, gateway);
			}
		}
		Ok(inventory)
	}

	/// Where a container is reached from this machine.
	pub(super) fn address(&self, instance: &Instance) -> Option<IpAddr> {
		self.addresses.get(instance).copied()
	}

	/// This machine's addresses on the networks of jobs, and where containers are on them.
	pub(super) fn inside(&self) -> Inside {
		let gateways = self.gateways.iter().map(|(network, gateway)| (*gateway, network.job));
		Inside { gateways: gateways.collect(), addresses: self.addresses.clone() }
	}

	async fn look_at_containers(
		&mut self,
		engine: &dyn ContainerEngine,
		inventory: &mut Inventory,
	) -> Result<(), EngineError> {
		self.addresses.clear();
		for found in engine.containers(LABEL_JOB).await? {
			let Some(instance) = Instance::of_labels(&found.labels) else { continue };
			// Gone since it was listed.
			let Some(status) = engine.inspect(&found.name).await? else { continue };
			if let (RunState::Running, Some(address)) = (status.state, status.address) {
				self.addresses.insert(instance.clone(), address);
			}
			inventory.containers.insert(instance, status.state);
		}
		Ok(())
	}
}

/// Which of the images are here that jobs need, or that were got for them.
async fn images(
	engine: &dyn ContainerEngine,
	desired: &Desired,
	ledger: &Ledger,
) -> Result<BTreeSet<Image>, EngineError> {
	let mut here = BTreeSet::new();
	for image in desired.images() {
		let Some(reference) = reference_of(image, ledger) else { continue };
		if engine.has_image(&reference).await? {
			here.insert(image.clone());
		}
	}
	Ok(here)
}

/// Under which reference the engine has an image, if it may have it.
pub(super) fn reference_of(image: &Image, ledger: &Ledger) -> Option<String> {
	match (ledger.images().get(image), image) {
		(Some(reference), _) => Some(reference.clone()),
		(None, Image::Registry { .. }) => Some(image.to_string()),
		// Only the engine's answer to the archive tells what it calls it.
		(None, Image::Archive { .. } | Image::Layout { .. }) => None,
	}
}
