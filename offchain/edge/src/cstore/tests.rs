// SPDX-License-Identifier: Apache-2.0

use super::placement::{members_of, of_node, of_owner};
use crate::world::{self, JOB, OTHER_JOB, Options, World, developer, node, operator, until};
use r1_core::{ChainState, Deed, DeedKind, JobMembers, Membership};
use r1_cstore::{
	SetOptions,
	service::{NoReplica, Placement, Space},
};
use r1_primitives::DeedId;
use std::time::Duration;

fn placement(namespace: impl Into<String>, others: &[DeedId]) -> Placement {
	let mut others: Vec<_> = others.iter().map(|deed| node(*deed).key()).collect();
	others.sort_unstable();
	Placement { namespace: namespace.into(), others }
}

fn state(deeds: u32, change: impl FnOnce(&mut ChainState)) -> ChainState {
	let mut state = World::of(deeds).state();
	change(&mut state);
	state
}

#[test]
fn node_should_replicate_its_jobs_and_what_is_its_owners() {
	let owner = of_owner(operator().account());
	let mut state = state(3, |state| {
		state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2, 3];
	});
	assert_eq!(
		of_node(&state, &node(1).key()),
		[
			placement(format!("job/{JOB}"), &[2, 3]),
			placement(format!("job/{OTHER_JOB}"), &[]),
			placement(owner.clone(), &[2, 3]),
		]
	);
	// Whoever is banned or not there any more replicates nothing.
	let change = |(id, deed): (DeedId, &Deed)| match id {
		2 => (id, Deed { is_banned: true, ..*deed }),
		3 => (id, Deed { owner: developer().account(), ..*deed }),
		_ => (id, *deed),
	};
	state.deeds = state.deeds.iter().map(change).collect();
	assert_eq!(
		of_node(&state, &node(1).key()),
		[
			placement(format!("job/{JOB}"), &[3]),
			placement(format!("job/{OTHER_JOB}"), &[]),
			placement(owner, &[]),
		]
	);
	assert_eq!(of_node(&state, &node(9).key()), []);
}

#[test]
fn what_is_an_owners_should_be_on_his_first_nodes_alone() {
	let state = state(8, |_| {});
	let owner = of_owner(operator().account());
	assert_eq!(of_node(&state, &node(5).key()), [placement(owner, &[1, 2, 3, 4])]);
	assert_eq!(of_node(&state, &node(6).key()), []);
}

#[test]
fn licences_that_do_no_work_should_replicate_what_is_their_owners_too() {
	let state = state(1, |state| {
		let change = |(id, deed): (DeedId, &Deed)| (id, Deed { kind: DeedKind::Master, ..*deed });
		state.deeds = state.deeds.iter().map(change).collect();
		state.jobs.clear();
	});
	let owner = of_owner(operator().account());
	assert_eq!(of_node(&state, &node(1).key()), [placement(owner, &[])]);
}

#[test]
fn node_should_agree_with_those_that_a_placement_named() {
	let membership = |round, numbers: &[DeedId]| Membership {
		round,
		since_secs: 7,
		nodes: numbers.iter().map(|deed| node(*deed).key()).collect(),
	};
	let all =
		[membership(5, &[2, 3]), membership(3, &[1]), membership(1, &[3]), membership(0, &[2])];
	let of_state = |count: usize| {
		let state = state(3, |state| {
			let former = all[1..count].to_vec();
			let members = JobMembers { current: all[0].clone(), former };
			state.jobs.get_mut(&JOB).unwrap().members = Some(members);
		});
		members_of(&state, &node(1).key())
	};
	// It was a member once, and may be asked what was agreed on.
	let members = of_state(2);
	let placed = &members[&format!("job/{JOB}")];
	assert_eq!(placed.current.nodes, all[0].nodes);
	assert_eq!((placed.current.round, placed.current.since_ms), (5, 7_000));
	assert_eq!((placed.former.len(), placed.is_cut), (1, false));
	assert_eq!(members.len(), 1, "the other job was placed nowhere");
	// With three before, there may have been more.
	assert!(of_state(4)[&format!("job/{JOB}")].is_cut);
	assert!(of_state(1).is_empty());
}

fn job_space(daemon: &world::Daemon) -> Option<Space> {
	daemon.shared.cstore.store.space(&format!("job/{JOB}")).ok()
}

fn read(space: &Space) -> Option<Vec<u8>> {
	space
		.read(|namespace, now_ms| namespace.get(b"key", now_ms).unwrap().map(|it| it.into_owned()))
		.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_of_a_job_should_follow_the_chain_while_they_run() {
	let world = World::of(3);
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2]);
	let first = world.start(1, Options::default()).await;
	let bootstrap = [first.mesh_address().await];
	let options = Options { bootstrap: &bootstrap, ..Options::default() };
	let second = world.start(2, options).await;
	let third = world.start(3, options).await;

	let space = job_space(&first).unwrap();
	let (outcome, write) = space
		.run(|namespace, now_ms, changes| {
			namespace.set(b"key", b"value", SetOptions::default(), now_ms, changes)
		})
		.unwrap();
	assert_eq!(outcome, Ok(true));
	space.written(write).await.unwrap();
	assert_eq!(space.copied(write, 2, world::PATIENCE).await, Ok(2));
	assert_eq!(read(&job_space(&second).unwrap()).as_deref(), Some(b"value".as_slice()));
	assert!(job_space(&third).is_none());

	// The job moves from the first two nodes to the last two.
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds = vec![2, 3]);
	until("the new replica has what the old ones had", || async {
		job_space(&third).is_some_and(|space| read(&space).is_some())
	})
	.await;
	until("the old replica has nothing of it", || async { job_space(&first).is_none() }).await;
	assert_eq!(space.copied(write, 2, Duration::ZERO).await, Err(NoReplica));
}
