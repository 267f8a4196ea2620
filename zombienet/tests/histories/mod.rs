// SPDX-License-Identifier: Apache-2.0

//! Five replicas of the store as real processes, and a history that must hold.
//!
//! Each replica is a process with a disk on a machine with a network of its own. While clients read
//! and write, cables are pulled, processes are killed, one of them with its disk, clocks are set,
//! and messages are lost, doubled and late; in the end all are killed at once. What clients did and
//! were told is held against what the store promises, by the same checkers that the simulators use.
//!
//! What goes wrong, and what clients try, follows from a seed; how fast real processes are does not.
//! A failure prints the seed, what went wrong and when, and where the history is.
//!
//! - `R1_HISTORY_SEED=<seed>`: that seed alone.
//! - `RUN_SLOW_TESTS=1`: five times as many.

mod schedule;
mod cluster;
mod clients;

use anyhow::{Context, Result, anyhow, ensure};
use clients::{Client, Done, Written, told};
use cluster::Cluster;
use networks::enter_private_network;
use r1_core::{Clock as _, SystemClock};
use r1_cstore::{
	Namespace, Quota, WriterId,
	history::{
		agreed::{self, End, Operation},
		kept::{self, Attempt},
	},
	quorum::Outcome,
};
use schedule::{Fault, Schedule, TURMOIL_MS};
use std::{
	env,
	fs::File,
	io::{BufWriter, Write as _},
	path::Path,
	sync::mpsc,
	thread,
	time::Duration,
};

/// Clients of each kind.
const CLIENTS: u64 = 8;

/// How long it may take until replicas have started, or are the same: whoever was parted is dialled
/// again within 30 s.
const PATIENCE_MS: u64 = 90_000;

/// How often that is looked at.
const POLL: Duration = Duration::from_millis(200);

/// Seeds of each test when slow tests are wanted; otherwise the first of them.
const SEEDS_SLOW: u64 = 5;

/// What clients say in the end.
#[derive(Default)]
struct History {
	operations: Vec<Operation>,
	written: Vec<Written>,
}

#[test]
fn histories_of_first_seed_should_hold() {
	check_seeds(1);
}

#[test]
fn histories_of_second_seed_should_hold() {
	check_seeds(2);
}

#[test]
fn histories_of_third_seed_should_hold() {
	check_seeds(3);
}

/// Runs the seeds of one of three tests.
fn check_seeds(first: u64) {
	let is_slow = env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1");
	let mut seeds: Vec<u64> = (0..SEEDS_SLOW).map(|more| first + 3 * more).collect();
	seeds.truncate(if is_slow { seeds.len() } else { 1 });
	if let Ok(seed) = env::var("R1_HISTORY_SEED") {
		let seed = seed.parse().expect("R1_HISTORY_SEED is a number");
		// Once, by the first test.
		seeds = if first == 1 { vec![seed] } else { Vec::new() };
	}
	for seed in seeds {
		// A thread for each, because it enters a network of its own.
		let outcome = thread::spawn(move || check_seed(seed)).join();
		match outcome {
			Ok(Ok(())) => {},
			Ok(Err(error)) => panic!("{error:#}"),
			Err(panic) => std::panic::resume_unwind(panic),
		}
	}
}

/// Runs a seed, and keeps everything that it left if something does not hold.
fn check_seed(seed: u64) -> Result<()> {
	let folder = tempfile::Builder::new().prefix("r1-history-").tempdir()?;
	let schedule = Schedule::draw(seed);
	let mut history = History::default();
	let outcome = run(seed, &schedule, folder.path(), &mut history);
	outcome.or_else(|error| {
		let folder = folder.keep();
		let file = folder.join("history");
		history.write(&file)?;
		Err(anyhow!(
			"seed {seed}: {error:#}\n\nreplay with R1_HISTORY_SEED={seed} and the tests of histories; \
			 this one is in {file}, beside what the replicas left\n\n{schedule}",
			file = file.display()
		))
	})
}

fn run(seed: u64, schedule: &Schedule, folder: &Path, history: &mut History) -> Result<()> {
	enter_private_network()?;
	let mut cluster = Cluster::start(seed, folder)?;
	let sockets = cluster.sockets();
	let clock = SystemClock::new();
	let done = Done::default();
	let client = |number| Client::new(seed, number, &sockets, clock);
	// Until all of them agree on keys.
	history.operations = client(0).read_all()?;

	thread::scope(|scope| {
		let (mut stops, mut agreeing, mut writing) = (Vec::new(), Vec::new(), Vec::new());
		for number in 1..=CLIENTS {
			let (stop, stopped) = mpsc::channel();
			stops.push(stop);
			let agrees = client(number);
			let done = &done;
			agreeing.push(scope.spawn(move || agrees.agree(done, &stopped)));
			let (stop, stopped) = mpsc::channel();
			stops.push(stop);
			let writes = client(CLIENTS + number);
			writing.push(scope.spawn(move || writes.write(done, &stopped)));
		}
		let suffered = suffer(&mut cluster, schedule, &clock)
			// On a machine that is busy it takes longer; messages still get lost.
			.and_then(|()| cluster.suffer(&Fault::Join))
			.and_then(|()| wait("enough operations", || done.check()));
		// Whoever waits for it sees that nobody is there any more.
		drop(stops);
		for client in agreeing {
			history.operations.extend(told(client)?);
		}
		for client in writing {
			history.written.extend(told(client)?);
		}
		suffered
	})?;

	// What was acknowledged is on disks, and need not be anywhere else.
	cluster.restart()?;
	cluster.calm()?;
	let namespace = wait("replicas to be the same", || same(&cluster))?;
	history.operations.extend(client(2 * CLIENTS + 1).read_all()?);
	history.check(&namespace, schedule.lost)
}

/// Lets everything go wrong in its time.
fn suffer(cluster: &mut Cluster, schedule: &Schedule, clock: &SystemClock) -> Result<()> {
	let began_ms = clock.monotonic_ms();
	let await_moment = |at_ms: u64| {
		let left_ms = (began_ms + at_ms).saturating_sub(clock.monotonic_ms());
		thread::park_timeout(Duration::from_millis(left_ms));
		began_ms + at_ms <= clock.monotonic_ms()
	};
	for (at_ms, fault) in &schedule.faults {
		// A thread may wake up early.
		while !await_moment(*at_ms) {}
		cluster.suffer(fault).with_context(|| format!("{fault:?} at {at_ms} ms"))?;
	}
	while !await_moment(TURMOIL_MS) {}
	Ok(())
}

/// What all replicas hold, if it is the same.
fn same(cluster: &Cluster) -> Result<Namespace> {
	let contents = cluster.contents()?;
	let first = contents.first().context("there are replicas")?;
	let counts: Vec<usize> = contents.iter().map(|it| it.records.len()).collect();
	let is_same = contents.iter().all(|other| other.root == first.root);
	ensure!(is_same, "the replicas differ, and hold {counts:?} records");
	let quota = Quota { records: usize::MAX, bytes: usize::MAX };
	let mut namespace = Namespace::new(WriterId::default(), quota);
	for record in &first.records {
		namespace.restore(record.clone())?;
	}
	namespace.raise_horizon(first.horizon_ms);
	ensure!(namespace.root() == first.root, "a root is not that of its records");
	Ok(namespace)
}

impl History {
	/// Holds it against what is promised.
	fn check(&self, namespace: &Namespace, lost: u8) -> Result<()> {
		let Self { operations, written } = self;
		agreed::check(operations)?;
		let attempts: Vec<Attempt> = written.iter().map(|it| it.attempt(lost)).collect();
		kept::check(namespace, &attempts, SystemClock::new().now_ms())?;
		let ended = |is_it: fn(&End) -> bool| {
			let ends = operations.iter().filter_map(|it| it.ended.as_ref());
			ends.filter(|(_, end)| is_it(end)).count()
		};
		let changed = ended(|end| matches!(end, End::Came(Outcome::Changed(_))));
		let read = ended(|end| matches!(end, End::Came(Outcome::Holds(_))));
		let unknown = operations.iter().filter(|it| it.is_unknown()).count();
		let kept = attempts.iter().filter(|it| it.is_kept).count();
		let copied = written.iter().filter(|it| it.copies.is_some_and(|it| 2 <= it)).count();
		crate::stage::say(format!(
			"of {} operations {changed} changed a key, {read} saw what it holds, and nobody knows of \
			 {unknown}; of {} writes {kept} must be there, {copied} of them on two replicas or more",
			operations.len(),
			written.len(),
		));
		Ok(())
	}

	fn write(&self, path: &Path) -> Result<()> {
		let mut file = BufWriter::new(File::create(path)?);
		for operation in &self.operations {
			writeln!(file, "{operation}")?;
		}
		for written in &self.written {
			writeln!(file, "{written}")?;
		}
		Ok(file.flush()?)
	}
}

/// Tries something until it is there, and says the last reason why it is not.
fn wait<T>(what: &str, mut predicate: impl FnMut() -> Result<T>) -> Result<T> {
	let clock = SystemClock::new();
	loop {
		let error = match predicate() {
			Ok(value) => return Ok(value),
			Err(error) => error,
		};
		if PATIENCE_MS < clock.monotonic_ms() {
			let seconds = PATIENCE_MS / 1_000;
			return Err(error.context(format!("waited {seconds} s for {what}")));
		}
		thread::park_timeout(POLL);
	}
}
