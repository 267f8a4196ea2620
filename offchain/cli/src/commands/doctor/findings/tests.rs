// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_chain::NodeBlock;
use std::collections::BTreeSet;

const NOW: u64 = 1_800_000_000;

/// A machine on which all is well.
fn healthy() -> Facts {
	Facts {
		own_version: "0.1.0".to_owned(),
		node_url: "ws://node".to_owned(),
		edge_url: "http://edge".to_owned(),
		chain: Ok(ChainFacts {
			health: NodeHealth {
				chain: "Ratio1".to_owned(),
				version: "0.1.0-0123abc".to_owned(),
				runtime: "ratio1".to_owned(),
				runtime_version: 101,
				peers: 3,
				should_have_peers: true,
				is_syncing: false,
				newest: NodeBlock { number: 100, timestamp_secs: NOW - 2 },
				finalised: NodeBlock { number: 97, timestamp_secs: NOW - 8 },
				asked_at_secs: NOW,
			},
			unreadable: None,
			deed_is_banned: Some(false),
		}),
		edge: Ok(EdgeFacts {
			version: "0.1.0".to_owned(),
			is_ready: true,
			components: vec![component("chain", "healthy", None)],
			follows_chain: true,
			peers: 5,
			deed: Some(7),
			token: Some(Ok("account 5Grw".to_owned())),
		}),
		engine: Engine::Open("/var/run/docker.sock".to_owned()),
		disk_free_kib: Some(100 << 20),
		files_max: Some(1 << 20),
	}
}

fn component(name: &str, state: &str, reason: Option<&str>) -> ComponentStatus {
	let reason = reason.map(ToOwned::to_owned);
	ComponentStatus { name: name.to_owned(), state: state.to_owned(), reason }
}

/// Changes a healthy machine, and checks that one check and no other says so.
fn check(change: impl FnOnce(&mut Facts), check: &str, state: State, needle: &str) {
	let mut facts = healthy();
	change(&mut facts);
	let findings = findings(&facts);
	for finding in &findings {
		let expected = if finding.check == check { state } else { State::Ok };
		assert_eq!(finding.state, expected, "{finding:?}");
		assert_eq!(finding.remedy.is_some(), finding.state != State::Ok, "{finding:?}");
	}
	let finding = findings.iter().find(|finding| finding.check == check).expect(check);
	assert!(finding.finding.contains(needle), "{finding:?}");
}

fn chain(facts: &mut Facts) -> &mut ChainFacts {
	facts.chain.as_mut().expect("the machine was healthy")
}

fn health(facts: &mut Facts) -> &mut NodeHealth {
	&mut chain(facts).health
}

fn edge(facts: &mut Facts) -> &mut EdgeFacts {
	facts.edge.as_mut().expect("the machine was healthy")
}

#[test]
fn healthy_machine_should_have_nothing_to_mend() {
	check(|_| {}, "chain node", State::Ok, "ws://node");
	let findings = findings(&healthy());
	let checks = findings.iter().map(|finding| finding.check).collect::<BTreeSet<_>>();
	assert_eq!(checks.len(), findings.len(), "each check has its own name");
	assert_eq!(findings.len(), 16);
}

#[test]
fn chain_node_should_be_failed_when_it_is_away_and_its_checks_left_out() {
	let mut facts = healthy();
	facts.chain = Err("could not connect".to_owned());
	let findings = findings(&facts);
	let failed = findings.iter().filter(|finding| finding.state != State::Ok).collect::<Vec<_>>();
	assert_eq!(failed.len(), 1);
	assert_eq!((failed[0].check, failed[0].state), ("chain node", State::Failed));
	for absent in ["clock", "finality", "runtime", "peers", "synchronisation"] {
		assert!(findings.iter().all(|finding| finding.check != absent), "{absent}");
	}
}

#[test]
fn clock_should_be_compared_with_the_newest_block() {
	let at = |newest: u64| move |facts: &mut Facts| health(facts).newest.timestamp_secs = newest;
	check(at(NOW + 6), "clock", State::Ok, "0 s old");
	check(at(NOW + 7), "clock", State::Failed, "7 s or more behind");
	check(at(NOW - 30), "clock", State::Ok, "30 s old");
	check(at(NOW - 31), "clock", State::Warning, "31 s old");
	let no_block = |facts: &mut Facts| {
		health(facts).newest = NodeBlock { number: 0, timestamp_secs: 0 };
	};
	check(no_block, "clock", State::Warning, "no block yet");
}

#[test]
fn old_blocks_should_be_in_order_only_while_the_node_is_syncing() {
	let syncing = |facts: &mut Facts| {
		let health = health(facts);
		health.is_syncing = true;
		health.newest.timestamp_secs = NOW - 90_000;
		health.finalised.timestamp_secs = NOW - 90_000;
	};
	check(syncing, "synchronisation", State::Warning, "at block 100 and fetches more");
}

#[test]
fn finality_should_be_judged_by_its_age() {
	let at =
		|final_at: u64| move |facts: &mut Facts| health(facts).finalised.timestamp_secs = final_at;
	check(at(NOW - 60), "finality", State::Ok, "block 97 is final");
	check(at(NOW - 61), "finality", State::Warning, "61 s old");
	check(at(NOW - 600), "finality", State::Warning, "600 s old");
	check(at(NOW - 601), "finality", State::Failed, "601 s old");
	let none = |facts: &mut Facts| {
		health(facts).finalised = NodeBlock { number: 0, timestamp_secs: 0 };
	};
	check(none, "finality", State::Warning, "no block is final");
}

#[test]
fn runtime_should_be_ours_and_readable() {
	let other = |facts: &mut Facts| health(facts).runtime = "polkadot".to_owned();
	check(other, "runtime", State::Failed, "polkadot 101");
	let newer = |facts: &mut Facts| chain(facts).unreadable = Some("no such item".to_owned());
	check(newer, "runtime", State::Failed, "no such item");
}

#[test]
fn peers_should_be_missed_only_where_there_should_be_some() {
	check(|facts| health(facts).peers = 0, "peers", State::Warning, "no other");
	let alone = |facts: &mut Facts| {
		health(facts).peers = 0;
		health(facts).should_have_peers = false;
	};
	check(alone, "peers", State::Ok, "0");
	check(|facts| edge(facts).peers = 0, "mesh", State::Warning, "no peers");
}

#[test]
fn daemon_should_be_failed_when_nobody_or_somebody_else_answers() {
	for (trouble, needle) in [
		(EdgeTrouble::Silent("could not reach".to_owned()), "could not reach"),
		(EdgeTrouble::Stranger("status 404".to_owned()), "no daemon of this version: status 404"),
		(EdgeTrouble::Unusable("ca.pem is none".to_owned()), "could not be asked: ca.pem is none"),
	] {
		check(|facts| facts.edge = Err(trouble), "edge daemon", State::Failed, needle);
	}
}

#[test]
fn components_should_be_named_when_they_are_not_healthy() {
	let degraded = |facts: &mut Facts| {
		edge(facts).components.push(component("mesh", "degraded", Some("one peer")));
	};
	check(degraded, "components", State::Warning, "mesh is degraded (one peer)");
	let broken = |facts: &mut Facts| {
		edge(facts).is_ready = false;
		edge(facts).components.push(component("files", "failed", None));
	};
	check(broken, "components", State::Failed, "files is failed");
	check(|facts| edge(facts).is_ready = false, "components", State::Failed, "not ready");
	let blind = |facts: &mut Facts| edge(facts).follows_chain = false;
	check(blind, "daemon's chain", State::Failed, "does not follow");
}

#[test]
fn deed_should_be_linked_and_not_banned() {
	check(|facts| edge(facts).deed = None, "deed", State::Warning, "linked to no deed");
	let banned = |facts: &mut Facts| chain(facts).deed_is_banned = Some(true);
	check(banned, "deed", State::Failed, "deed 7 is banned");
	check(|facts| chain(facts).deed_is_banned = None, "deed", State::Ok, "deed 7");
}

#[test]
fn token_should_be_looked_at_where_there_is_one() {
	check(|_| {}, "token", State::Ok, "for account 5Grw");
	let old = |facts: &mut Facts| edge(facts).token = Some(Err("it has expired".to_owned()));
	check(old, "token", State::Warning, "it has expired");
	let mut facts = healthy();
	edge(&mut facts).token = None;
	assert!(findings(&facts).iter().all(|finding| finding.check != "token"));
}

#[test]
fn versions_should_be_of_one_release() {
	check(|facts| edge(facts).version = "0.2.0".to_owned(), "versions", State::Warning, "0.2.0");
	let node = |facts: &mut Facts| health(facts).version = "0.2.0-abc".to_owned();
	check(node, "versions", State::Warning, "r1-node is 0.2.0-abc");
	let mut facts = healthy();
	facts.chain = Err("away".to_owned());
	facts.edge = Err(EdgeTrouble::Silent("away".to_owned()));
	assert!(findings(&facts).iter().all(|finding| finding.check != "versions"));
}

#[test]
fn machine_should_have_engine_space_and_files() {
	check(|facts| facts.engine = Engine::None, "container engine", State::Warning, "none");
	let closed = |facts: &mut Facts| facts.engine = Engine::Closed("/socket".to_owned());
	check(closed, "container engine", State::Warning, "/socket does not let");
	let disk = |kib| move |facts: &mut Facts| facts.disk_free_kib = Some(kib);
	check(disk(5 << 20), "disk space", State::Ok, "5120 MiB");
	check(disk((5 << 20) - 1), "disk space", State::Warning, "5119 MiB");
	check(disk((512 << 10) - 1), "disk space", State::Failed, "511 MiB");
	check(|facts| facts.files_max = Some(4_096), "open files", State::Warning, "4096");
	let mut facts = healthy();
	(facts.disk_free_kib, facts.files_max) = (None, None);
	let findings = findings(&facts);
	assert!(
		findings
			.iter()
			.all(|finding| !["disk space", "open files"].contains(&finding.check))
	);
}
