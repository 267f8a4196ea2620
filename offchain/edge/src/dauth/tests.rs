// SPDX-License-Identifier: Apache-2.0

//! Revocations between daemons, and across restarts.

use crate::world::{Daemon, Options, World, client, developer, operator, stranger, until};
use r1_api::{ApiErrorBody, RevokeResponse};
use r1_core::Clock as _;
use serde_json::json;
use std::{fs, time::Duration};
use tokio::time::timeout;

const SELF: &str = "/v1/auth/self";

async fn revoke(daemon: &Daemon, token: &str) {
	let body = json!({ "token": token });
	let (status, answer) = daemon.post::<RevokeResponse>("/v1/auth/revoke", &body).await;
	assert_eq!((status, answer.revoked), (200, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_token_should_fail_on_each_of_five_nodes_within_ten_seconds() {
	let world = World::of(5);
	let mut daemons = vec![world.start(1, Options::default()).await];
	for deed in 2..=5 {
		// Each knows one neighbour: what it hears has gone through others.
		let bootstrap = [daemons.last().unwrap().mesh_address().await];
		daemons
			.push(world.start(deed, Options { bootstrap: &bootstrap, ..Options::default() }).await);
	}
	until("the nodes are connected", async || {
		daemons.iter().all(|daemon| 0 < daemon.shared.mesh.peers())
	})
	.await;
	let [revoked, kept] =
		[daemons[0].sign_in(&operator()).await, daemons[0].sign_in(&operator()).await];
	for daemon in &daemons {
		assert_eq!(daemon.get_status(SELF, &revoked).await, 200);
	}
	revoke(&daemons[0], &revoked).await;
	// Here at once, elsewhere soon.
	assert_eq!(daemons[0].get_status(SELF, &revoked).await, 401);
	let everywhere = async {
		for daemon in &daemons {
			until("it is revoked", async || daemon.get_status(SELF, &revoked).await == 401).await;
		}
	};
	assert!(timeout(Duration::from_secs(10), everywhere).await.is_ok());
	for daemon in &daemons {
		assert_eq!(daemon.get_status(SELF, &kept).await, 200);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_was_away_should_learn_what_was_revoked_meanwhile() {
	let world = World::of(2);
	let first = world.start(1, Options::default()).await;
	let token = first.sign_in(&operator()).await;
	revoke(&first, &token).await;
	let bootstrap = [first.mesh_address().await];
	let second = world.start(2, Options { bootstrap: &bootstrap, ..Options::default() }).await;
	until("it has heard", async || second.get_status(SELF, &token).await == 401).await;

	// And remembers it, though nobody is there to tell.
	drop(first);
	let files = second.stop().await;
	let second = world.start_in(files, 2, Options::default()).await;
	assert_eq!(second.get_status(SELF, &token).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn file_of_revocations_should_survive_a_torn_end_and_be_refused_when_it_is_none() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let tokens = [daemon.sign_in(&operator()).await, daemon.sign_in(&operator()).await];
	for token in &tokens {
		revoke(&daemon, token).await;
	}
	let path = daemon.file("revocations");
	let files = daemon.stop().await;
	let whole = fs::read(&path).unwrap();
	fs::write(&path, &whole[..whole.len() - 1]).unwrap();
	let daemon = world.start_in(files, 1, Options::default()).await;
	assert_eq!(daemon.get_status(SELF, &tokens[0]).await, 401);
	assert_eq!(daemon.get_status(SELF, &tokens[1]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn token_should_be_revoked_by_its_issuer_alone_and_when_it_opens_something() {
	let world = World::of(2);
	let here = world.start(1, Options::default()).await;
	let there = world.start(2, Options::default()).await;
	let refusal = async |token: &str| {
		let body = json!({ "token": token });
		let (status, error) = here.post::<ApiErrorBody>("/v1/auth/revoke", &body).await;
		(status, error.code)
	};
	let foreign = there.sign_in(&operator()).await;
	assert_eq!(refusal(&foreign).await, (409, "not_the_issuer".to_owned()));
	let worthless = here.sign_in(&stranger()).await;
	assert_eq!(refusal(&worthless).await, (409, "nothing_to_revoke".to_owned()));
	assert_eq!(refusal("nonsense").await, (401, "token_invalid".to_owned()));
	revoke(&here, &here.sign_in(&developer()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn node_should_leave_the_mesh_with_the_block_that_takes_its_deed() {
	let world = World::of(3);
	let first = world.start(1, Options::default()).await;
	let bootstrap = [first.mesh_address().await];
	let options = Options { bootstrap: &bootstrap, ..Options::default() };
	let (second, third) = (world.start(2, options).await, world.start(3, options).await);
	let peers = |daemon: &Daemon| daemon.shared.mesh.peers();
	until("all three are connected", async || {
		[&first, &second, &third].iter().all(|daemon| peers(daemon) == 2)
	})
	.await;
	// One finalised block says so; the second daemon names the first by itself, so it is the first
	// that has to end it.
	world.change(|state| {
		let banned = state.deeds.iter().map(|(id, deed)| {
			(id, r1_core::Deed { is_banned: id == 2 || deed.is_banned, ..*deed })
		});
		state.deeds = banned.collect();
	});
	until("the banned node is alone", async || peers(&first) == 1 && peers(&third) == 1).await;
	assert!(
		first
			.shared
			.mesh
			.handle()
			.report()
			.borrow()
			.is_connected(&crate::world::node(3).key())
	);
	// It still answers its owner.
	let health = client().get(format!("{}/v1/health", second.url)).send().await.unwrap();
	assert!(health.status().as_u16() == 200 || health.status().as_u16() == 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn stolen_files_of_a_node_should_open_nothing_of_another() {
	let world = World::of(2);
	let first = world.start(1, Options::default()).await;
	let bootstrap = [first.mesh_address().await];
	let second = world.start(2, Options { bootstrap: &bootstrap, ..Options::default() }).await;
	let kept = [first.sign_in(&operator()).await, second.sign_in(&operator()).await];
	let gone = second.sign_in(&operator()).await;
	revoke(&second, &gone).await;
	until("the first node knows and its jobs have tokens", async || {
		first.get_status(SELF, &gone).await == 401 && first.file("jobs/7/token").exists()
	})
	.await;
	let job_token = fs::read_to_string(first.file("jobs/7/token")).unwrap();
	let others = [
		fs::read_to_string(second.file("sealing.key")).unwrap(),
		hex::encode(crate::world::node(2).secret_seed()),
		kept[0].clone(),
		kept[1].clone(),
		gone,
	];
	let files = first.stop().await;
	let stolen = contents(files.path());
	assert!(stolen.len() >= 4, "a node keeps some files: {}", stolen.len());
	for bytes in &stolen {
		let text = String::from_utf8_lossy(bytes);
		for secret in &others {
			assert!(!text.contains(secret.trim()), "a secret of another is in a file");
		}
	}
	// What it does hold is for its own jobs, on itself.
	for path in [SELF, "/v1/jobs/7", "/v1/jobs/8"] {
		assert_eq!(second.get_status(path, &job_token).await, 403, "{path}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn node_of_a_stranger_should_not_be_able_to_speak_for_others() {
	let world = World::of(2);
	world.change(|state| {
		let sold = state.deeds.iter().map(|(id, deed)| {
			let owner = if id == 2 { stranger().account() } else { deed.owner };
			(id, r1_core::Deed { owner, ..*deed })
		});
		state.deeds = sold.collect();
	});
	let (here, theirs) =
		(world.start(1, Options::default()).await, world.start(2, Options::default()).await);
	// The stranger's node says that the owner of this one asks.
	let now_secs = here.shared.clock.now_secs();
	let mint = |daemon: &Daemon, account| {
		let subject = r1_dauth::Subject::Account(account);
		let rights = r1_dauth::Right::everything();
		let grant = r1_dauth::Grant { subject, rights, expires_at_secs: now_secs + 600 };
		daemon.shared.dauth.mint(&grant, now_secs).unwrap()
	};
	assert_eq!(here.get_status(SELF, &mint(&theirs, operator().account())).await, 403);
	// For its own owner, who could sign in here as well, it may speak.
	assert_eq!(here.get_status(SELF, &mint(&theirs, stranger().account())).await, 200);
	assert_eq!(here.get_status(SELF, &mint(&here, operator().account())).await, 200);
}

/// All files below a directory.
fn contents(directory: &std::path::Path) -> Vec<Vec<u8>> {
	let mut found = Vec::new();
	for entry in fs::read_dir(directory).unwrap() {
		let path = entry.unwrap().path();
		match path.is_dir() {
			true => found.extend(contents(&path)),
			false => found.push(fs::read(path).unwrap()),
		}
	}
	found
}
