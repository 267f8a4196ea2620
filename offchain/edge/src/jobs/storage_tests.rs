// SPDX-License-Identifier: Apache-2.0

//! A job that keeps files, on a node, and an oracle that audits it.

use crate::{
	files::job_of,
	world::{Daemon, JOB, Options, World, node, until},
};
use cid::Cid;
use r1_api::JobState;
use r1_deeploy::attest::{ProbeTarget, Tally};
use r1fs::Pin;
use serde_json::json;

/// A file of four chunks and the node above them.
fn content(salt: u8) -> Vec<u8> {
	(0..900_000_u32).map(|number| (number / 5 % 249) as u8 ^ salt).collect()
}

/// Puts what a job shall be into a node's store, and onto the chain.
async fn order(world: &World, owner: &Daemon, roots: &[Cid]) {
	let roots: Vec<String> = roots.iter().map(Cid::to_string).collect();
	let specification = json!({
		"version": 2, "kind": "storage", "name": "kept", "roots": roots, "size_mib": 4,
	});
	let bytes = specification.to_string().into_bytes();
	let cid = owner.shared.files.files().add(bytes.as_slice()).await.unwrap().cid;
	world.change(|state| {
		state.jobs.get_mut(&JOB).unwrap().specification = cid.to_bytes();
	});
}

fn pins(daemon: &Daemon) -> Vec<Pin> {
	let of_job = |pin: &Pin| job_of(&pin.holder) == Some(JOB);
	daemon.shared.files.disk().pins().into_iter().filter(of_job).collect()
}

fn state_of(daemon: &Daemon) -> Option<JobState> {
	let status = daemon.shared.jobs.status();
	status.into_iter().find(|job| job.job == JOB).map(|job| job.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn node_should_keep_what_is_ordered_and_be_audited_for_it() {
	let world = World::of(2);
	// The second node is an oracle, and looks each second.
	world.change(|state| {
		state.clock.slot_secs = 1;
		state.oracles = vec![node(2).key()];
	});
	let keeper = world.start(1, Options::default()).await;
	let bootstrap = [keeper.full_mesh_address().await];
	let options = Options { bootstrap: &bootstrap, ..Options::default() };
	let owner = world.start(2, options).await;
	let files = owner.shared.files.files();
	let first = files.add(content(0).as_slice()).await.unwrap().cid;
	let second = files.add(content(1).as_slice()).await.unwrap().cid;

	order(&world, &owner, &[first, second]).await;
	until("both files are kept", || async { pins(&keeper).len() == 2 }).await;
	until("it says so", || async { state_of(&keeper) == Some(JobState::Serving) }).await;
	let local = keeper.shared.files.local();
	assert_eq!(local.get(&second, 1 << 20).await.unwrap(), content(1));

	let target = ProbeTarget { job: JOB, deed: 1 };
	let tally = || {
		let epoch = world.state().current_epoch;
		owner.shared.oracle.tally(epoch, target).unwrap_or_default()
	};
	until("audits pass", || async { 3 <= tally().ok }).await;
	let before: Tally = tally();
	assert_eq!((before.failed, before.timed_out), (0, 0), "{before:?}");
	// The disk loses every chunk, and nobody looks after it.
	for folder in std::fs::read_dir(keeper.file("blocks/blocks")).unwrap() {
		for block in std::fs::read_dir(folder.unwrap().path()).unwrap() {
			let block = block.unwrap();
			if block.file_name().to_str().unwrap().starts_with("bafkr") {
				std::fs::write(block.path(), "rotten").unwrap();
			}
		}
	}
	until("audits fail", || async { 3 <= tally().failed }).await;

	// What the specification wants no more is released, and so is everything when the job is gone.
	order(&world, &owner, &[first]).await;
	until("one is released", || async { pins(&keeper).len() == 1 }).await;
	assert_eq!(pins(&keeper)[0].cid, first);
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds.clear());
	until("all is released", || async { pins(&keeper).is_empty() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn job_that_does_not_fit_should_say_why() {
	let world = World::of(2);
	let keeper = world.start(1, Options::default()).await;
	let bootstrap = [keeper.full_mesh_address().await];
	let owner = world.start(2, Options { bootstrap: &bootstrap, ..Options::default() }).await;
	// Six files of 900 kB in 4 MiB.
	let mut roots = Vec::new();
	for salt in 0..6 {
		roots.push(owner.shared.files.files().add(content(salt).as_slice()).await.unwrap().cid);
	}
	order(&world, &owner, &roots).await;
	until("it says why", || async {
		let status = keeper.shared.jobs.status();
		let reason = status.into_iter().find(|job| job.job == JOB).and_then(|job| job.reason);
		reason.is_some_and(|reason| reason.contains("4194304"))
	})
	.await;
	assert_eq!(pins(&keeper).len(), 4, "what fits is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_be_repaired_when_two_of_its_three_nodes_die() {
	let world = World::of(5);
	world.change(|state| {
		state.clock.slot_secs = 1;
		state.oracles = vec![node(4).key()];
		let job = state.jobs.get_mut(&JOB).unwrap();
		(job.replicas, job.deeds) = (3, vec![1, 2, 3]);
	});
	let first = world.start(1, Options::default()).await;
	let bootstrap = [first.full_mesh_address().await];
	let options = Options { bootstrap: &bootstrap, ..Options::default() };
	let (second, third) = (world.start(2, options).await, world.start(3, options).await);
	let (oracle, spare) = (world.start(4, options).await, world.start(5, options).await);
	let kept = second.shared.files.files().add(content(0).as_slice()).await.unwrap().cid;
	order(&world, &second, &[kept]).await;
	for keeper in [&first, &second, &third] {
		until("the file is kept", || async { state_of(keeper) == Some(JobState::Serving) }).await;
	}

	drop((second, third));
	world.change(|state| {
		let job = state.jobs.get_mut(&JOB).unwrap();
		(job.lost, job.awaits_placement) = (vec![2, 3], true);
	});
	let ballots = || {
		let state = world.state();
		oracle.shared.oracle.evidence(state.current_epoch, &state).ballots
	};
	// It reads the specification, and what the others are, from those who are left.
	until("others are voted for", || async {
		ballots().iter().any(|ballot| ballot.job == JOB && ballot.deeds == [1, 4, 5])
	})
	.await;
	world.change(|state| {
		let job = state.jobs.get_mut(&JOB).unwrap();
		(job.deeds, job.lost, job.awaits_placement) = (vec![1, 4, 5], Vec::new(), false);
	});
	for keeper in [&oracle, &spare] {
		until("the file is kept again", || async { state_of(keeper) == Some(JobState::Serving) })
			.await;
		let local = keeper.shared.files.local();
		assert_eq!(local.get(&kept, 1 << 20).await.unwrap(), content(0));
	}
	assert!(ballots().is_empty());
}
