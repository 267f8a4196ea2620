// SPDX-License-Identifier: Apache-2.0

//! Ports that are not public.

use super::*;
use crate::world::{OTHER_JOB, client, competitor, developer, operator, stranger};
use r1_dauth::{Attenuation, Scope, Service, Token};
use r1_net::{RefusalKind, TunnelError, TunnelHead, TunnelPort};

/// A job on the first of two daemons, with a server behind its door for administrators.
async fn street() -> (World, Vec<Daemon>, Server) {
	let world = World::of(2);
	let daemons = daemons(&world, 2).await;
	let ports = free_ports().await;
	let specification = specification(ports);
	order(&world, &daemons.iter().collect::<Vec<_>>(), &specification, &[1]).await;
	run(&daemons[0], 1, &specification);
	(world, daemons, web_server(1, ports[1]).await)
}

async fn status(ingress: &Server, token: &str) -> u16 {
	let url = format!("http://{}/jobs/7:admin/", ingress.address);
	let asked = client().get(url).header("r1-token", token);
	asked.send().await.unwrap().status().as_u16()
}

fn narrowed(token: &str, by: &Attenuation) -> String {
	Token::parse(token).unwrap().attenuate(by).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn port_that_is_not_public_should_open_to_whom_the_job_is_and_nobody_else() {
	let (_world, daemons, server) = street().await;
	// By the node of the job, and by another one, which shows a narrowed token there.
	let near = ingress(&daemons[0], Names::default()).await;
	let far = ingress(&daemons[1], Names::default()).await;
	let token = daemons[0].sign_in(&developer()).await;
	for (count, ingress) in [(1, &near), (2, &far)] {
		assert_eq!(status(ingress, &token).await, 200);
		assert_eq!(server.asked(), count);
	}
	let read_only = Attenuation { is_read_only: true, ..Attenuation::default() };
	let of_files = Attenuation { services: vec![Service::Files], ..Attenuation::default() };
	let of_other = Attenuation { scopes: vec![Scope::of_job(OTHER_JOB)], ..Attenuation::default() };
	let ended = Attenuation { expires_at_secs: Some(1), ..Attenuation::default() };
	for ingress in [&near, &far] {
		for by in [&read_only, &of_files, &of_other] {
			assert_eq!(status(ingress, &narrowed(&token, by)).await, 403, "{by:?}");
		}
		assert!(matches!(status(ingress, &narrowed(&token, &ended)).await, 401 | 403));
		for wallet in [competitor(), stranger()] {
			let token = daemons[0].sign_in(&wallet).await;
			assert_eq!(status(ingress, &token).await, 403);
		}
		assert_eq!(status(ingress, "nonsense").await, 401);
	}
	assert_eq!(server.asked(), 2, "nobody else got as far as the container");
	// The owner of the node may do everything on it.
	assert_eq!(status(&near, &daemons[0].sign_in(&operator()).await).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn token_of_a_node_that_nobody_believes_should_not_be_shown_to_others() {
	let (world, daemons, server) = street().await;
	let token = daemons[1].sign_in(&developer()).await;
	let far = ingress(&daemons[1], Names::default()).await;
	assert_eq!(status(&far, &token).await, 200, "both nodes are of one owner");
	// Now the second is somebody else's.
	world.change(|state| {
		let sold = |(deed, mut it): (DeedId, r1_core::Deed)| {
			if deed == 2 {
				it.owner = stranger().account();
			}
			(deed, it)
		};
		state.deeds = state.deeds.iter().map(|(deed, it)| sold((deed, *it))).collect();
	});
	assert_eq!(status(&far, &token).await, 403);
	assert_eq!(server.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn node_should_judge_itself_whom_another_one_sends() {
	let (_world, daemons, server) = street().await;
	let mesh = daemons[1].shared.mesh.handle();
	let node = crate::world::node(1).key();
	let open = async |job, container: Option<&str>, port: &str, token: Option<String>| {
		let port = TunnelPort::Name(port.to_owned());
		let head = TunnelHead { job, container: container.map(str::to_owned), port, token };
		match mesh.open_tunnel(&node, &head).await {
			Ok(_) => None,
			Err(TunnelError::Refused { refusal }) => Some(refusal.kind),
			Err(error) => panic!("{error}"),
		}
	};
	let token = daemons[0].sign_in(&developer()).await;
	let other = daemons[0].sign_in(&competitor()).await;
	assert_eq!(open(JOB, Some("web"), "admin", Some(token.clone())).await, None);
	for (job, container, port, token, expected) in [
		(JOB, Some("web"), "admin", None, RefusalKind::NotAllowed),
		(JOB, Some("web"), "admin", Some(other), RefusalKind::NotAllowed),
		(JOB, Some("web"), "admin", Some("nonsense".to_owned()), RefusalKind::NotAllowed),
		(JOB, Some("web"), "nothing", Some(token.clone()), RefusalKind::NoPort),
		(JOB, Some("nobody"), "admin", Some(token.clone()), RefusalKind::NoPort),
		(OTHER_JOB, None, "http", Some(token), RefusalKind::NotHere),
		// Public, but nobody listens.
		(JOB, None, "http", None, RefusalKind::NoConnection),
	] {
		let said = open(job, container, port, token).await;
		assert_eq!(said, Some(expected), "{job} {container:?} {port}");
	}
	assert_eq!(server.asked(), 0);
}
