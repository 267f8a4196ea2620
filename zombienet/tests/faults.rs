// SPDX-License-Identifier: Apache-2.0

//! Honest machines that fail: tables tell the truth, no epoch is lost, nothing of the store is, and
//! validators change while the chain runs.

use crate::{
	stage::{EPOCHS_TIMEOUT, OPERATOR, Stage, now_secs, number, say},
	store::{self, History},
	truth::{Absence, expected},
};
use anyhow::{Context, Result, anyhow, ensure};
use networks::Control;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{collections::BTreeMap, sync::mpsc, thread, time::Duration};

/// Machine of Dave, the validator whose cable is pulled.
const DAVE: u8 = 1;
/// Machine of the edge node whose cable is pulled.
const EDGE_6: u8 = 2;

/// API of the only daemon on a machine of its own.
const API_PORT: u16 = 31_236;

/// Candidates with the place of their daemon in the common network; each has an owner of its own,
/// because an owner has one seat. Dave is none, so that Eve takes his.
const CANDIDATES: [(&str, u16); 4] = [("Alice", 0), ("Bob", 1), ("Charlie", 2), ("Eve", 3)];

/// Plain edge nodes in the common network, from this place on.
const FIRST_EDGE: u16 = 4;
const EDGES: u16 = 5;

/// Seeds of sudden deaths; one epoch each.
const SEEDS: u64 = 10;

/// Ten epochs of a candidate's window, and two sessions until an election counts.
const ELECTION_TIMEOUT: Duration = Duration::from_secs(500);

/// Stores of the edge nodes in the common network, who replicate what is the operator's.
const STORE_PORTS: [u16; EDGES as usize] = [6384, 6385, 6386, 6387, 6388];

/// Clients that write to them.
const STORE_CLIENTS: u64 = 3;

/// Processes that a seed may kill.
const MORTAL_VALIDATORS: [&str; 5] = ["alice", "bob", "charlie", "dave", "eve"];
const MORTAL_DAEMONS: [&str; 11] = [
	"alice-edge",
	"bob-edge",
	"charlie-edge",
	"dave-edge",
	"eve-edge",
	"edge-1",
	"edge-2",
	"edge-3",
	"edge-4",
	"edge-5",
	"edge-6",
];

#[test]
fn honest_network_should_tell_the_truth_through_faults() {
	let stage = Stage::set("faults.toml", &[]).expect("the network starts");
	stage.play(|stage| {
		let deeds = populate(stage)?;
		absences_should_cost_what_they_last(stage, &deeds)?;
		oracle_without_network_should_cost_nobody_else(stage, &deeds)?;
		validators_should_change_while_the_chain_runs(stage)?;
		sudden_deaths_should_lose_no_epoch_and_no_write(stage)
	});
}

/// Deeds of the plain edge nodes, in their order, and of the candidates.
struct Deeds {
	edges: Vec<u64>,
	candidates: Vec<u64>,
}

/// Gives every edge node and every candidate a deed.
fn populate(stage: &Stage) -> Result<Deeds> {
	// Owners do not wait for each other.
	let candidates = thread::scope(|scope| {
		let candidates = CANDIDATES.map(|(account, place)| {
			scope.spawn(move || make_candidate(stage, account, &stage.at_daemon(place)))
		});
		candidates.into_iter().map(joined).collect::<Result<Vec<_>>>()
	})?;
	let plain = (0..EDGES).map(|edge| stage.at_daemon(FIRST_EDGE + edge));
	let alone = stage.network.control_on(EDGE_6, "ws://10.77.0.1:9944", API_PORT)?;
	let edges = stage.give_deeds(OPERATOR, &plain.chain([alone]).collect::<Vec<_>>())?;
	Ok(Deeds { edges, candidates })
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
	thread.join().map_err(|_| anyhow!("a thread panicked"))?
}

/// Links a validator's node to a deed of its owner, and announces that it would validate.
fn make_candidate(stage: &Stage, account: &str, daemon: &Control) -> Result<u64> {
	let owner = format!("//{account}");
	let deed = stage.give_deeds(&owner, std::slice::from_ref(daemon))?;
	let key = stage.network.key_file(account)?;
	if account == "Eve" {
		// The chain does not begin with her, so she has neither R1 for a deposit nor session keys.
		let node = stage.node_of(account)?;
		daemon.signed(&owner, &["transfer", &node, "5"])?;
		stage
			.network
			.control(9947, API_PORT + 30)
			.signed_by_file(&key, &["oracle", "keys"])?;
	}
	daemon.signed_by_file(&key, &["oracle", "ready"])?;
	deed.first().copied().context("one deed was bought")
}

/// A machine that stands still, one whose cable is pulled, one that is killed: each loses the slots
/// that it was away for, and no others.
fn absences_should_cost_what_they_last(stage: &Stage, deeds: &Deeds) -> Result<()> {
	let clock = stage.epochs()?;
	let epoch = stage.epoch()? + 1;
	let starts_at = clock.starts_at(epoch);
	let at = |seconds: f64| stage.await_moment(starts_at + seconds, "a moment of the epoch");
	let elapsed = || now_secs() - starts_at;

	at(6.0)?;
	stage.network.pause("edge-1")?;
	stage.network.machine(EDGE_6)?.pull_cable()?;
	let from = elapsed();
	at(10.0)?;
	stage.network.pause("edge-2")?;
	let second_from = elapsed();
	at(12.0)?;
	stage.network.resume("edge-1")?;
	stage.network.machine(EDGE_6)?.plug_in_again()?;
	let to = elapsed();
	at(15.0)?;
	stage.network.kill("edge-3")?;
	at(clock.epoch_secs as f64)?;
	stage.network.resume("edge-2")?;
	let quarter = Absence { from, to };
	let rest = Absence { from: second_from, to: clock.epoch_secs as f64 };

	stage.await_outcome(epoch)?;
	let settling = now_secs() - clock.starts_at(epoch + 1);
	say(format!("epoch {epoch} is settled, and that is final, {settling:.1} s after its end"));
	let table = stage.await_table(epoch)?;
	let absences = BTreeMap::from([(0, quarter), (1, rest), (5, quarter)]);
	say(format!(
		"epoch {epoch}: {table:?}; edges {:?}, candidates {:?}",
		deeds.edges, deeds.candidates
	));
	for (edge, deed) in deeds.edges.iter().enumerate() {
		check(&table, *deed, absences.get(&edge).copied())
			.with_context(|| format!("edge-{} in epoch {epoch}", edge + 1))?;
	}
	for deed in &deeds.candidates {
		check(&table, *deed, None).with_context(|| format!("a validator in epoch {epoch}"))?;
	}
	Ok(())
}

fn check(table: &BTreeMap<u64, u64>, deed: u64, absence: Option<Absence>) -> Result<()> {
	let value = table.get(&deed).with_context(|| format!("deed {deed} is not in the table"))?;
	let truth = expected(absence);
	ensure!(truth.contains(value), "deed {deed} has {value}, which is not in {truth:?}");
	Ok(())
}

/// An oracle that cannot hand in its report loses score; the epoch is settled without it.
fn oracle_without_network_should_cost_nobody_else(stage: &Stage, deeds: &Deeds) -> Result<()> {
	let dave = stage.node_of("Dave")?;
	let score = number(&stage.oracle(&dave)?, "score")?;
	let clock = stage.epochs()?;
	let epoch = stage.epoch()? + 1;
	// From the last second of the epoch until nobody can commit any more: the others do so within
	// two blocks, and the window lasts ten while one is missing.
	let ends_at = clock.starts_at(epoch + 1);
	stage.await_moment(ends_at - 1.0, "the end of the epoch")?;
	stage.network.machine(DAVE)?.pull_cable()?;
	stage.network.wait("the end of the commitments", EPOCHS_TIMEOUT, || {
		let (shown, status) = (stage.show(epoch)?, stage.status()?);
		let commits_until = number(&shown, "commits_until")?;
		ensure!(commits_until <= number(&status, "finalised_block")?, "{shown}");
		Ok(())
	})?;
	stage.network.machine(DAVE)?.plug_in_again()?;
	let shown = stage.await_outcome(epoch)?;

	ensure!(shown["outcome"] == "settled", "{shown}");
	ensure!(number(&shown, "reveals")? == 3 && number(&shown, "oracles")? == 4, "{shown}");
	let after = number(&stage.oracle(&dave)?, "score")?;
	ensure!(after < score, "the score was {score} and is {after}");
	let table = stage.await_table(epoch)?;
	say(format!("epoch {epoch} without Dave's report: {table:?}"));
	for deed in deeds.edges.iter().chain(&deeds.candidates) {
		check(&table, *deed, None).with_context(|| format!("epoch {epoch}"))?;
	}
	// What he missed he reads from the chain, like everybody.
	let machine = stage.network.control_on(DAVE, "ws://127.0.0.1:9944", API_PORT)?;
	let theirs = stage.await_table_at(&machine, epoch)?;
	ensure!(theirs == table, "Dave's own node has {theirs:?}");
	// He reports again: what comes next begins with everybody.
	stage.network.wait("Dave's next report", EPOCHS_TIMEOUT, || {
		// He is an oracle still, so he was one of these four.
		let row = stage.oracle(&dave)?;
		ensure!(row["is_oracle"] == true, "{row}");
		let shown = stage.show(stage.epoch()?.saturating_sub(1))?;
		ensure!(number(&shown, "oracles")? == 4 && number(&shown, "reveals")? == 4, "{shown}");
		Ok(())
	})
}

/// Eve is elected when she was available long enough, and takes Dave's seat, who has no deed; his
/// last report counts.
fn validators_should_change_while_the_chain_runs(stage: &Stage) -> Result<()> {
	let (dave, eve) = (stage.node_of("Dave")?, stage.node_of("Eve")?);
	let first_without_dave = stage.network.wait("Eve in Dave's place", ELECTION_TIMEOUT, || {
		let status = stage.status()?;
		let oracles = status["oracles"].as_array().context("oracles")?;
		let is_oracle = |node: &str| oracles.iter().any(|oracle| *oracle == node);
		ensure!(is_oracle(&eve) && !is_oracle(&dave), "{status}");
		number(&status, "epoch")
	})?;
	let block = number(&stage.status()?, "finalised_block")?;
	// Whoever was an oracle when an epoch began reports on it, wherever the session changed.
	for epoch in first_without_dave - 1..first_without_dave + 2 {
		let shown = stage.await_outcome(epoch)?;
		say(format!("Eve is an oracle since epoch {first_without_dave}: {shown}"));
		ensure!(shown["outcome"] == "settled" && number(&shown, "oracles")? == 4, "{shown}");
		ensure!(number(&shown, "reveals")? == 4, "one of four reports is missing: {shown}");
	}
	ensure!(stage.oracle(&eve)?["report"] != "missing", "Eve does not report");
	ensure!(block < number(&stage.status()?, "finalised_block")?, "no block became final");
	Ok(())
}

/// Kills a validator and a daemon at random moments of each of ten epochs, while clients write to
/// the store.
fn sudden_deaths_should_lose_no_epoch_and_no_write(stage: &Stage) -> Result<()> {
	let first = stage.epoch()? + 1;
	let history = thread::scope(|scope| {
		let write = |client| {
			let (stop, stopped) = mpsc::channel();
			(stop, scope.spawn(move || store::write(client, &STORE_PORTS, &stopped)))
		};
		let clients: Vec<_> = (0..STORE_CLIENTS).map(write).collect();
		let killed = kill_at_random(stage, first);
		let histories = clients.into_iter().map(|(stop, client)| {
			drop(stop);
			client.join().map_err(|_| anyhow!("a client panicked"))
		});
		let histories = histories.collect::<Result<Vec<_>>>()?;
		killed.map(|()| History::of(histories))
	})?;
	for epoch in first..first + SEEDS {
		let shown = stage.await_outcome(epoch)?;
		say(format!("{shown}"));
		ensure!(shown["outcome"] == "settled", "epoch {epoch}: {shown}");
	}
	let status = stage.control.query(&["oracle", "status"])?;
	for row in status.as_array().context("oracles are rows")? {
		ensure!(row["misconduct"].as_array().is_some_and(Vec::is_empty), "{row}");
	}
	store::check(&stage.network, &STORE_PORTS, &history)
}

/// A death of each kind in each of ten epochs, from this one on.
fn kill_at_random(stage: &Stage, first: u64) -> Result<()> {
	let clock = stage.epochs()?;
	for seed in 0..SEEDS {
		let mut random = StdRng::seed_from_u64(seed);
		let starts_at = clock.starts_at(first + seed);
		let length = clock.epoch_secs as f64;
		let mut deaths = [
			(random.random_range(0.0..length), MORTAL_VALIDATORS[random.random_range(0..5)]),
			(random.random_range(0.0..length), MORTAL_DAEMONS[random.random_range(0..11)]),
		];
		deaths.sort_by(|one, other| one.0.total_cmp(&other.0));
		for (second, victim) in deaths {
			say(format!(
				"seed {seed}: {victim} is killed {second:.1} s into epoch {}",
				first + seed
			));
			stage.await_moment(starts_at + second, "the moment of a death")?;
			stage.network.kill(victim)?;
		}
	}
	Ok(())
}
