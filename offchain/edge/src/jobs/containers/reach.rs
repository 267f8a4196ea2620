// SPDX-License-Identifier: Apache-2.0

//! Where the ports of a job's containers are.
//!
//! While an update is under way there are two specifications: the one before answers until all of the
//! new one works, and is then about to be stopped. So there may be two places, and whoever finds
//! nobody at the first tries the second: nobody who asks notices the change.

use r1_deeploy::{
	container::{
		names::Instance,
		plan::{Phase, Revision, Wanted},
		report::{ContainerPhase, ContainerReport},
	},
	job::{Group, NoPort, Protocol, WantedPort},
	specification::ServedName,
};
use r1_primitives::JobId;
use std::{
	collections::BTreeMap,
	net::{IpAddr, SocketAddr},
	sync::Arc,
};

/// A port of a container that runs here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
	/// Where it is reached from this machine.
	pub(crate) address: SocketAddr,
	/// What is spoken there.
	pub(crate) protocol: Protocol,
	/// Whether anybody may reach it.
	pub(crate) is_public: bool,
}

/// Why there is no place.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NoPlace {
	#[error("job {job} has no containers on this node")]
	NotHere { job: JobId },
	#[error(transparent)]
	NoPort(#[from] NoPort),
	#[error("the container does not work at the moment")]
	NotReady,
}

/// The containers of one specification that can be asked.
#[derive(Clone, Debug)]
pub(super) struct Reachable {
	group: Arc<Group>,
	addresses: BTreeMap<ServedName, IpAddr>,
}

impl Reachable {
	#[cfg(test)]
	pub(super) fn new(group: Arc<Group>, addresses: BTreeMap<ServedName, IpAddr>) -> Self {
		Self { group, addresses }
	}
}

/// What can be asked of a job, first what is to be asked first.
pub(super) fn reachable(
	job: JobId,
	phase: &Phase,
	wanted: &Wanted,
	reports: &[ContainerReport],
	addresses: &BTreeMap<Instance, IpAddr>,
) -> Vec<Reachable> {
	let of = |revision: &Revision, is_asked: &dyn Fn(&ServedName) -> bool| {
		let names = revision.group.containers().keys().filter(|name| is_asked(name));
		let known = names.filter_map(|name| {
			let (revision, container) = (revision.cid, name.clone());
			let address = addresses.get(&Instance { job, revision, container })?;
			Some((name.clone(), *address))
		});
		Reachable { group: Arc::clone(&revision.group), addresses: known.collect() }
	};
	let works = |name: &ServedName| {
		let mut reports = reports.iter();
		reports.any(|it| it.container == *name && it.phase == ContainerPhase::Healthy)
	};
	let all = |_: &ServedName| true;
	let is_done = |name: &ServedName| {
		let mut reports = reports.iter();
		reports.any(|it| it.container == *name && it.phase == ContainerPhase::Done)
	};
	let new_works = wanted
		.current
		.group
		.containers()
		.keys()
		.all(|name| works(name) || is_done(name));
	match (phase, &wanted.previous) {
		// Its checks say soon enough if one of them does not work; until then it may still answer.
		(Phase::Serving, _) => vec![of(&wanted.current, &all)],
		(Phase::RolledBack, Some(previous)) => vec![of(previous, &all)],
		(_, Some(previous)) if new_works => vec![of(&wanted.current, &works), of(previous, &all)],
		(_, Some(previous)) => vec![of(previous, &all), of(&wanted.current, &works)],
		(_, None) => vec![of(&wanted.current, &works)],
	}
}

/// The places of a port, at least one, first what is to be asked first.
pub(super) fn places(
	reachable: &[Reachable],
	container: Option<&str>,
	wanted: WantedPort<'_>,
) -> Result<Vec<Place>, NoPlace> {
	let mut places = Vec::new();
	let mut missing = NoPlace::NotReady;
	let mut is_known = false;
	for Reachable { group, addresses } in reachable {
		let port = match group.port(container, wanted) {
			Ok(port) => port,
			Err(error) => {
				missing = error.into();
				continue;
			},
		};
		is_known = true;
		if let Some(address) = addresses.get(port.container) {
			let address = SocketAddr::new(*address, port.port.number);
			let (protocol, is_public) = (port.port.protocol, port.port.is_public);
			places.push(Place { address, protocol, is_public });
		}
	}
	match (places.is_empty(), is_known) {
		(false, _) => Ok(places),
		// A port that one of them has is there, though nobody answers at it now.
		(true, true) => Err(NoPlace::NotReady),
		(true, false) => Err(missing),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_core::{RAW_CODEC, cid_of};
	use r1_deeploy::job::JobSpecification;

	const IMAGE: &str = "oci-archive:bafkreid2qnfhy7vcbhjskibnqchnzs5uxrxudq7q2hfuyzett2bs2x2iwu";

	fn revision(port: &str) -> Revision {
		let text = format!(
			"version: 2\nkind: container\nname: web\ncontainer:\n  image: {IMAGE}\n  ports: {{{port}}}\n"
		);
		let job = Arc::new(JobSpecification::read(text.as_bytes()).unwrap());
		Revision::of(cid_of(RAW_CODEC, text.as_bytes()), &job).unwrap()
	}

	fn at(revision: &Revision, last: u8) -> (Instance, IpAddr) {
		let container = ServedName::new("web").unwrap();
		let instance = Instance { job: 7, revision: revision.cid, container };
		(instance, [10, 0, 0, last].into())
	}

	fn report(phase: ContainerPhase) -> [ContainerReport; 1] {
		let container = ServedName::new("web").unwrap();
		[ContainerReport { container, phase, reason: None, restarts: 0 }]
	}

	/// Where it is tried, in this order; or why there is no place.
	fn found(
		phase: &Phase,
		report_phase: ContainerPhase,
		wanted: &Wanted,
		addresses: &[(Instance, IpAddr)],
	) -> Result<String, NoPlace> {
		let addresses = addresses.iter().cloned().collect();
		let reachable = reachable(7, phase, wanted, &report(report_phase), &addresses);
		let places = places(&reachable, None, WantedPort::Named("http"))?;
		let addresses = places.iter().map(|place| place.address.to_string());
		Ok(addresses.collect::<Vec<_>>().join(" "))
	}

	#[test]
	fn specification_before_should_answer_until_all_of_the_new_one_works() {
		let (old, new) = (revision("http: {port: 80}"), revision("http: {port: 81}"));
		let wanted = Wanted { current: new.clone(), previous: Some(old.clone()) };
		let both = [at(&old, 1), at(&new, 2)];
		let only_new = [at(&new, 2)];
		use ContainerPhase::{Healthy, Starting};
		let cases = [
			(Phase::Working, Starting, &both[..], Ok("10.0.0.1:80")),
			(Phase::Working, Healthy, &both[..], Ok("10.0.0.2:81 10.0.0.1:80")),
			// Stopped already.
			(Phase::Working, Healthy, &only_new[..], Ok("10.0.0.2:81")),
			(Phase::Working, Starting, &only_new[..], Err(NoPlace::NotReady)),
			(Phase::Serving, Healthy, &both[..], Ok("10.0.0.2:81")),
			(Phase::RolledBack, Healthy, &both[..], Ok("10.0.0.1:80")),
			(Phase::RolledBack, Healthy, &only_new[..], Err(NoPlace::NotReady)),
		];
		for (phase, report, addresses, expected) in cases {
			let expected = expected.map(str::to_owned);
			assert_eq!(found(&phase, report, &wanted, addresses), expected, "{phase:?} {report:?}");
		}
	}

	#[test]
	fn port_should_be_missing_only_if_no_specification_has_it() {
		let (old, new) = (revision("other: {port: 80}"), revision("http: {port: 81}"));
		let wanted = Wanted { current: new, previous: Some(old.clone()) };
		let working = found(&Phase::Working, ContainerPhase::Starting, &wanted, &[at(&old, 1)]);
		assert_eq!(working, Err(NoPlace::NotReady));
		let back = found(&Phase::RolledBack, ContainerPhase::Starting, &wanted, &[at(&old, 1)]);
		assert!(matches!(back, Err(NoPlace::NoPort(_))), "{back:?}");
	}

	#[test]
	fn port_should_be_as_public_as_the_specification_that_is_asked_says() {
		let (old, new) = (revision("http: {port: 80, public: true}"), revision("http: {port: 80}"));
		let addresses = [at(&old, 1), at(&new, 2)].into();
		let wanted = Wanted { current: new, previous: Some(old) };
		let is_public = |phase: &Phase| {
			let reachable =
				reachable(7, phase, &wanted, &report(ContainerPhase::Healthy), &addresses);
			places(&reachable, Some("web"), WantedPort::Number(80)).unwrap()[0].is_public
		};
		assert!(is_public(&Phase::RolledBack) && !is_public(&Phase::Serving));
	}
}
