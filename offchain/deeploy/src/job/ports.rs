// SPDX-License-Identifier: Apache-2.0

//! Which port of a job is meant, for whoever comes from outside.

use super::{Check, Group, HealthCheck, Port, Protocol};
use crate::specification::ServedName;
use std::fmt;

/// A port of a container of a job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JobPort<'group> {
	/// The container.
	pub container: &'group ServedName,
	/// What the port is called.
	pub name: &'group ServedName,
	/// The port.
	pub port: Port,
}

/// Which port is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WantedPort<'name> {
	/// The only one that speaks HTTP, or of several the only one that is public.
	Web,
	/// The one with this number.
	Number(u16),
	/// The one with this name, or else, if that is a number, with this number.
	Named(&'name str),
}

/// A check that a stranger can do, since it is of a public port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublicCheck<'group> {
	/// The port.
	pub port: JobPort<'group>,
	/// The check.
	pub check: &'group HealthCheck,
}

/// Why no port is meant.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoPort {
	/// There is none such.
	#[error("the job has no port {wanted}; it has: {}", listed(.ports))]
	NoSuch {
		/// What was wanted.
		wanted: String,
		/// What is there.
		ports: Vec<String>,
	},
	/// It does not say which.
	#[error("the job has several ports {wanted}; say which: {}", listed(.ports))]
	Several {
		/// What was wanted.
		wanted: String,
		/// Those that match.
		ports: Vec<String>,
	},
	/// Nothing but TCP can be carried.
	#[error("port {port} speaks UDP, which cannot be reached from outside")]
	Udp {
		/// The port.
		port: String,
	},
}

impl Group {
	/// All ports, by their containers and names.
	pub fn ports(&self) -> impl Iterator<Item = JobPort<'_>> {
		self.containers().iter().flat_map(|(container, fields)| {
			let ports = fields.ports.iter();
			ports.map(move |(name, port)| JobPort { container, name, port: *port })
		})
	}

	/// The port that is wanted, of a certain container or of whichever has it.
	///
	/// # Errors
	///
	/// See [`NoPort`].
	pub fn port(
		&self,
		container: Option<&str>,
		wanted: WantedPort<'_>,
	) -> Result<JobPort<'_>, NoPort> {
		let of_container =
			|port: &JobPort<'_>| container.is_none_or(|name| port.container.as_str() == name);
		let matching = |wanted: WantedPort<'_>| -> Vec<_> {
			self.ports().filter(|port| of_container(port) && port.is(wanted)).collect()
		};
		let mut found = matching(wanted);
		if found.is_empty()
			&& let WantedPort::Named(name) = wanted
			&& let Ok(number) = name.parse()
		{
			found = matching(WantedPort::Number(number));
		}
		let is_public = |port: &JobPort<'_>| port.port.is_public;
		if wanted == WantedPort::Web && 1 < found.len() && found.iter().any(is_public) {
			found.retain(is_public);
		}
		match found.as_slice() {
			[only] if only.port.protocol == Protocol::Udp => {
				Err(NoPort::Udp { port: only.to_string() })
			},
			[only] => Ok(*only),
			[] => Err(NoPort::NoSuch {
				wanted: described(container, wanted),
				ports: self.ports().map(|port| port.to_string()).collect(),
			}),
			several => Err(NoPort::Several {
				wanted: described(container, wanted),
				ports: several.iter().map(ToString::to_string).collect(),
			}),
		}
	}

	/// The checks that a stranger can do: of each container the one that goes on, or else that of its
	/// start, if it is of a public port.
	pub fn public_checks(&self) -> impl Iterator<Item = PublicCheck<'_>> {
		self.containers().iter().filter_map(|(name, container)| {
			let health = &container.health;
			let check = health.continuous.as_ref().or(health.start_up.as_ref())?;
			let number = match &check.check {
				Check::Http { port, .. } | Check::Tcp { port } => *port,
				Check::Exec { .. } => return None,
			};
			let port = self.port(Some(name.as_str()), WantedPort::Number(number)).ok()?;
			port.port.is_public.then_some(PublicCheck { port, check })
		})
	}
}

impl JobPort<'_> {
	fn is(&self, wanted: WantedPort<'_>) -> bool {
		match wanted {
			WantedPort::Web => self.port.protocol == Protocol::Http,
			WantedPort::Number(number) => self.port.number == number,
			WantedPort::Named(name) => self.name.as_str() == name,
		}
	}
}

impl fmt::Display for JobPort<'_> {
	/// As it is named from outside.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{}.{}", self.container, self.name)
	}
}

fn described(container: Option<&str>, wanted: WantedPort<'_>) -> String {
	let what = match wanted {
		WantedPort::Web => "that speaks HTTP".to_owned(),
		WantedPort::Number(number) => format!("{number}"),
		WantedPort::Named(name) => format!("`{name}`"),
	};
	container.map_or(what.clone(), |container| format!("{what} of container `{container}`"))
}

fn listed(ports: &[String]) -> String {
	match ports {
		[] => "none".to_owned(),
		ports => ports.join(", "),
	}
}
