// SPDX-License-Identifier: Apache-2.0

//! Probes of containers.
//!
//! Where a specification has a check of a public port, the oracle does that check itself, through the
//! same tunnel as any visitor. Otherwise it asks the node, which says what it likes.

use super::{NotProbed, unusable};
use crate::{defaults::CHECK_TIME_MAX, jobs};
use r1_core::{Rng as _, SystemRng};
use r1_deeploy::{
	attest::{ProbeOutcome, ProbeTarget},
	container::probe::{ContainerAnswer, ContainerProbe},
	job::{Check, Group, PublicCheck},
};
use r1_net::{Handle, RefusalKind, RequestError, TunnelError, TunnelHead, TunnelPort};
use r1_primitives::NodeKey;
use tokio::time::{Duration, timeout};
use tracing::debug;

/// Probes the containers of a job on a node.
pub(super) async fn probe(
	mesh: &Handle,
	node: &NodeKey,
	target: ProbeTarget,
	group: &Group,
) -> Result<ProbeOutcome, NotProbed> {
	if let Some(check) = draw(group)
		&& let Some(outcome) = visit(mesh, node, target, &check).await?
	{
		return Ok(outcome);
	}
	Ok(ask(mesh, node, target).await)
}

/// One of the checks, of those that take no longer than a probe may.
fn draw(group: &Group) -> Option<PublicCheck<'_>> {
	let is_short = |it: &PublicCheck<'_>| it.check.timeout_secs <= CHECK_TIME_MAX.as_secs();
	let checks: Vec<_> = group.public_checks().filter(is_short).collect();
	let count = u64::try_from(checks.len()).unwrap_or(u64::MAX);
	let place = usize::try_from(SystemRng.below(count.max(1))).unwrap_or(0);
	checks.get(place).copied()
}

/// Does a check as a visitor; `None` if the node may have a reason not to let one in, and is to be
/// asked.
async fn visit(
	mesh: &Handle,
	node: &NodeKey,
	target: ProbeTarget,
	due: &PublicCheck<'_>,
) -> Result<Option<ProbeOutcome>, NotProbed> {
	let head = TunnelHead {
		job: target.job,
		container: Some(due.port.container.to_string()),
		port: TunnelPort::Name(due.port.name.to_string()),
		token: None,
	};
	let stream = match mesh.open_tunnel(node, &head).await {
		Ok(stream) => stream,
		Err(error) => {
			debug!(target: "r1::edge", ?target, %error, "no tunnel to a container");
			return without_tunnel(error);
		},
	};
	let answered = match &due.check.check {
		Check::Http { path, .. } => {
			let secs = Duration::from_secs(due.check.timeout_secs);
			let got = timeout(secs, jobs::get(stream, "localhost", path)).await;
			got.unwrap_or_else(|_| Err(format!("it took longer than {} s", secs.as_secs())))
		},
		// That the connection was taken is all that such a check asks for.
		Check::Tcp { .. } | Check::Exec { .. } => Ok(()),
	};
	let Err(reason) = answered else { return Ok(Some(ProbeOutcome::Ok)) };
	debug!(target: "r1::edge", ?target, port = %due.port, reason, "a container does not work");
	Ok(Some(ProbeOutcome::Failed))
}

/// What it says of a node that there is no tunnel to it.
fn without_tunnel(error: TunnelError) -> Result<Option<ProbeOutcome>, NotProbed> {
	match error {
		TunnelError::Refused { refusal } => match refusal.kind {
			RefusalKind::NotHere | RefusalKind::NotReady | RefusalKind::NoConnection => {
				Ok(Some(ProbeOutcome::Failed))
			},
			// It may serve the specification before this one, because this one does not work; or have
			// many visitors.
			RefusalKind::NoPort
			| RefusalKind::NotAllowed
			| RefusalKind::Busy
			| RefusalKind::Other => Ok(None),
		},
		// One of an older version knows no tunnels. One that is gone does not answer the question.
		TunnelError::Unreachable => Ok(None),
		TunnelError::TimedOut => Ok(Some(ProbeOutcome::TimedOut)),
		// It hung up, as one with too many tunnels of this oracle does; or it said nonsense.
		TunnelError::Lost { .. } => Ok(Some(ProbeOutcome::Failed)),
		error @ (TunnelError::InvalidNode
		| TunnelError::Format(_)
		| TunnelError::TooMany
		| TunnelError::Closed) => Err(unusable(error)),
	}
}

/// Asks the node whether the containers work; all that is learnt is what it says.
async fn ask(mesh: &Handle, node: &NodeKey, target: ProbeTarget) -> ProbeOutcome {
	let request = ContainerProbe { job: target.job }.encode();
	match mesh.request(node, request.into()).await {
		Ok(answer) => match ContainerAnswer::decode(&answer) {
			Ok(ContainerAnswer::Works) => ProbeOutcome::Ok,
			said => {
				debug!(target: "r1::edge", ?target, ?said, "containers do not work");
				ProbeOutcome::Failed
			},
		},
		Err(RequestError::Refused { .. }) => ProbeOutcome::Failed,
		Err(_) => ProbeOutcome::TimedOut,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		ingress::tests::{
			daemons, echo_server, free_ports, group, place, rude_server, run, specification,
			web_server,
		},
		world::{JOB, World, node},
	};
	use std::net::SocketAddr;

	#[tokio::test(flavor = "multi_thread")]
	async fn check_of_a_public_port_should_be_done_by_the_oracle_itself() {
		let world = World::of(2);
		let daemons = daemons(&world, 2).await;
		let ports = free_ports().await;
		let text = specification(ports);
		let group = group(&text);
		let target = ProbeTarget { job: JOB, deed: 1 };
		let mesh = daemons[1].shared.mesh.handle();
		let key = node(1).key();
		let probed = async || probe(mesh, &key, target, &group).await.unwrap();
		// The node does not run it.
		assert_eq!(probed().await, ProbeOutcome::Failed);
		// It says that it does, and nobody is there.
		run(&daemons[0], 1, &text);
		assert_eq!(probed().await, ProbeOutcome::Failed);
		let address = SocketAddr::new(place(1), ports[0]);
		let rude = rude_server(address).await;
		assert_eq!(probed().await, ProbeOutcome::Failed);
		assert_eq!(rude.asked(), 1);
		drop(rude);
		let echo = echo_server(SocketAddr::new(place(1), ports[1])).await;
		assert_eq!(probed().await, ProbeOutcome::Failed, "another port is not asked");
		assert_eq!(echo.asked(), 0);
		let web = web_server(1, ports[0]).await;
		assert_eq!(probed().await, ProbeOutcome::Ok);
		assert_eq!(web.asked(), 1, "the oracle was there");
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn node_should_be_asked_where_an_oracle_cannot_look() {
		let world = World::of(2);
		let daemons = daemons(&world, 2).await;
		let ports = free_ports().await;
		let text = specification(ports);
		let private = text.replace(", public: true", "");
		assert_ne!(text, private);
		run(&daemons[0], 1, &private);
		let web = web_server(1, ports[0]).await;
		let target = ProbeTarget { job: JOB, deed: 1 };
		let mesh = daemons[1].shared.mesh.handle();
		let key = node(1).key();
		// In one case the oracle knows that it may not look; in the other the node serves a
		// specification that does not let it. What it says, without an engine, is that it has no
		// containers.
		for text in [&private, &text] {
			let outcome = probe(mesh, &key, target, &group(text)).await.unwrap();
			assert_eq!(outcome, ProbeOutcome::Failed);
		}
		assert_eq!(web.asked(), 0);
	}
}
