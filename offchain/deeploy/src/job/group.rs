// SPDX-License-Identifier: Apache-2.0

//! Containers that belong together: what they say about each other holds.

use super::{Container, Egress, Fragment, RollOut, UpdatePolicy, Volume, limits::CONTAINERS_MAX};
use crate::specification::ServedName;
use std::collections::{BTreeMap, BTreeSet};

/// The containers of a job.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
	containers: BTreeMap<ServedName, Container>,
	egress: Egress,
	update: UpdatePolicy,
	start_order: Vec<ServedName>,
}

impl Group {
	/// Containers that know of each other only what is there.
	///
	/// Without an update policy, containers that write volumes stop before their successors start,
	/// and others after.
	///
	/// # Errors
	///
	/// See [`GroupError`].
	pub fn new(
		containers: BTreeMap<ServedName, Container>,
		egress: Egress,
		update: Option<UpdatePolicy>,
	) -> Result<Self, GroupError> {
		if !(1..=CONTAINERS_MAX).contains(&containers.len()) {
			return Err(GroupError::Count { count: containers.len() });
		}
		check_references(&containers)?;
		check_volumes(&containers)?;
		let start_order = start_order(&containers)?;
		let writes = containers.values().flat_map(|container| container.volumes.values());
		let writes = { writes }.any(|volume| !volume.is_read_only);
		let update = match (update, writes) {
			(Some(UpdatePolicy { roll_out: RollOut::StartFirst }), true) => {
				return Err(GroupError::WritersOverlap);
			},
			(Some(update), _) => update,
			(None, true) => UpdatePolicy { roll_out: RollOut::StopFirst },
			(None, false) => UpdatePolicy { roll_out: RollOut::StartFirst },
		};
		Ok(Self { containers, egress, update, start_order })
	}

	/// The containers, by their names.
	#[must_use]
	pub fn containers(&self) -> &BTreeMap<ServedName, Container> {
		&self.containers
	}

	/// Their names, each behind those that it depends on.
	#[must_use]
	pub fn start_order(&self) -> &[ServedName] {
		&self.start_order
	}

	/// Whom they may call.
	#[must_use]
	pub fn egress(&self) -> &Egress {
		&self.egress
	}

	/// How a new specification takes the place of this one.
	#[must_use]
	pub fn update(&self) -> UpdatePolicy {
		self.update
	}

	/// Their volumes, each once, by their names.
	#[must_use]
	pub fn volumes(&self) -> BTreeMap<&ServedName, &Volume> {
		self.containers.values().flat_map(|container| &container.volumes).collect()
	}
}

/// Why containers do not belong together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
	/// None, or too many.
	#[error("{count} containers, which must be 1 to {CONTAINERS_MAX}")]
	Count {
		/// How many there are.
		count: usize,
	},
	/// A container that is not there.
	#[error("`{from}` names container `{to}`, which is not in this job")]
	NoContainer {
		/// Who names it.
		from: ServedName,
		/// The name.
		to: ServedName,
	},
	/// A variable that is not there.
	#[error("`{from}` takes variable `{variable}` of `{to}`, whose `environment` does not have it")]
	NoVariable {
		/// Who takes it.
		from: ServedName,
		/// Whose it should be.
		to: ServedName,
		/// Its name.
		variable: String,
	},
	/// Containers that wait for each other.
	#[error("`depends_on` goes in a circle: {}; remove one of these", way(circle))]
	Circle {
		/// The way from a container back to itself.
		circle: Vec<ServedName>,
	},
	/// One volume with two sizes.
	#[error("volume `{name}` has two sizes; give it the same in each container")]
	VolumeSizes {
		/// Its name.
		name: ServedName,
	},
	/// Old and new containers would write the same volumes.
	#[error(
		"`update: start-first` does not go with volumes that are written: old and new containers \
		 would write them together; use `stop-first`"
	)]
	WritersOverlap,
}

impl GroupError {
	/// The container where it is to be mended, if it is a certain one.
	#[must_use]
	pub fn container(&self) -> Option<&ServedName> {
		match self {
			Self::NoContainer { from, .. } | Self::NoVariable { from, .. } => Some(from),
			Self::Circle { circle } => circle.first(),
			Self::Count { .. } | Self::VolumeSizes { .. } | Self::WritersOverlap => None,
		}
	}
}

fn check_references(containers: &BTreeMap<ServedName, Container>) -> Result<(), GroupError> {
	for (name, container) in containers {
		let sibling = |to: &ServedName| {
			containers
				.get(to)
				.ok_or_else(|| GroupError::NoContainer { from: name.clone(), to: to.clone() })
		};
		for dependency in &container.depends_on {
			sibling(dependency)?;
		}
		for fragment in container.dynamic_environment.values().flatten() {
			match fragment {
				Fragment::Text(_) => {},
				Fragment::AddressOf(to) => drop(sibling(to)?),
				Fragment::Variable { of, name: variable } => {
					if !sibling(of)?.environment.contains_key(variable) {
						let (from, to) = (name.clone(), of.clone());
						return Err(GroupError::NoVariable {
							from,
							to,
							variable: variable.clone(),
						});
					}
				},
			}
		}
	}
	Ok(())
}

fn check_volumes(containers: &BTreeMap<ServedName, Container>) -> Result<(), GroupError> {
	let mut sizes = BTreeMap::new();
	for (name, volume) in containers.values().flat_map(|container| &container.volumes) {
		if *sizes.entry(name).or_insert(volume.size_mib) != volume.size_mib {
			return Err(GroupError::VolumeSizes { name: name.clone() });
		}
	}
	Ok(())
}

/// Those that depend on nobody first; of those that could be next, the one whose name is first.
fn start_order(
	containers: &BTreeMap<ServedName, Container>,
) -> Result<Vec<ServedName>, GroupError> {
	let mut order: Vec<ServedName> = Vec::new();
	let mut left: BTreeSet<&ServedName> = containers.keys().collect();
	while !left.is_empty() {
		let is_free =
			|name: &&&ServedName| containers[**name].depends_on.iter().all(|on| !left.contains(on));
		let Some(next) = left.iter().find(is_free).copied() else {
			return Err(GroupError::Circle { circle: circle(containers, &left) });
		};
		left.remove(next);
		order.push(next.clone());
	}
	Ok(order)
}

/// A way from a container back to itself, among containers of which each waits for another.
fn circle(
	containers: &BTreeMap<ServedName, Container>,
	waiting: &BTreeSet<&ServedName>,
) -> Vec<ServedName> {
	let mut way: Vec<&ServedName> = Vec::new();
	let mut next = waiting.first().copied();
	while let Some(name) = next {
		if let Some(start) = way.iter().position(|earlier| *earlier == name) {
			way.drain(..start);
			way.push(name);
			break;
		}
		way.push(name);
		next = containers[name].depends_on.iter().find(|on| waiting.contains(on));
	}
	way.into_iter().cloned().collect()
}

fn way(circle: &[ServedName]) -> String {
	circle.iter().map(ServedName::as_str).collect::<Vec<_>>().join(" -> ")
}
