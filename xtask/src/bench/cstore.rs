// SPDX-License-Identifier: Apache-2.0

//! The store beside Redis: the same load by Redis' own generator, in turns, with the same word on
//! when what was written is on the disk.

use crate::{
	bootstrap,
	dev::{Control, Layout, Network, link_edge_nodes},
	process::{Fleet, Interrupt, Wait, port},
	workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
	collections::BTreeMap,
	fs,
	path::Path,
	process::{Command, Stdio},
	time::Duration,
};

/// Clients at a time, as Redis' generator has it.
const CONNECTIONS: u32 = 50;

/// Commands that a client sends before it waits for answers.
const PIPELINES: [u32; 2] = [1, 16];

/// Requests of one kind in a round, for each command of a pipeline.
const REQUESTS: u32 = 100_000;

/// Rounds; each has both stores in turn, and the median counts.
const ROUNDS: usize = 3;

/// Bytes of a value.
const VALUE_BYTES: u32 = 16;

/// Keys that the load is spread over.
const KEYS: u32 = 100_000;

/// Keys that memory is measured with, of which chance leaves some out.
const MANY_KEYS: u32 = 1_000_000;

/// Redis compiles nothing, and begins at once.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// The daemon keeps its log as Redis does with `appendfsync everysec`, and has room for the load.
const DAEMON_OPTIONS: &str = "fsync = \"periodic\"\nnamespace_bytes_max = 1073741824\n";

/// A store that is measured.
struct Server {
	name: &'static str,
	port: u16,
	pid: u32,
}

/// What the generator said of one kind of request.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
	per_sec: f64,
	p50_ms: f64,
	p99_ms: f64,
}

/// Measures both, whose files are in a folder of `directory`.
pub(super) fn measure(
	workspace: &Workspace,
	interrupt: &Interrupt,
	directory: &Path,
) -> Result<Value> {
	bootstrap::ensure_redis_server()?;
	let root = directory.join("cstore");
	let layout = Layout { cstore_options: DAEMON_OPTIONS, ..Layout::new(&root.join("network")) };
	layout.ensure_ports_are_free()?;
	let mut network = Network::start(workspace, layout, interrupt.clone())?;
	let control = Control::new(workspace, network.layout())?;
	link_edge_nodes(workspace, &mut network, &control)?;
	let daemons = network.layout().daemons.clone();
	let measured = network.layout().edge_nodes().first().context("there are edge nodes")?.clone();
	// Its other replicas are away, and take none of the processors.
	for other in daemons.iter().filter(|daemon| daemon.name != measured.name) {
		network.stop_one(&other.name)?;
	}
	let mut fleet = Fleet::new(interrupt.clone());
	let ours = Server { name: "ours", port: measured.resp_port, pid: network.pid(&measured.name)? };
	let redis = start_redis(&mut fleet, &root.join("redis"))?;
	let servers = [ours, redis];
	let memory = servers.iter().map(memory_of).collect::<Result<Vec<_>>>()?;
	let mut samples: BTreeMap<(String, u32, &str), Vec<Row>> = BTreeMap::new();
	for round in 1..=ROUNDS {
		eprintln!("    round {round} of {ROUNDS}");
		for pipeline in PIPELINES {
			for server in &servers {
				for (test, row) in load(server, pipeline)? {
					samples.entry((test, pipeline, server.name)).or_default().push(row);
				}
			}
		}
	}
	let loads = ["SET", "GET"].into_iter().flat_map(|test| PIPELINES.map(|it| (test, it)));
	let loads = loads
		.map(|(test, pipeline)| {
			let of = |name| median(samples.get(&(test.to_owned(), pipeline, name))?);
			let (ours, redis) = of("ours").zip(of("redis"))?;
			Some(json!({ "test": test, "pipeline": pipeline, "ours": ours, "redis": redis }))
		})
		.collect::<Option<Vec<_>>>()
		.context("the generator measured everything")?;
	fleet.stop_all()?;
	network.stop()?;
	let memory: BTreeMap<_, _> = servers.iter().map(|it| it.name).zip(memory).collect();
	Ok(json!({
		"connections": CONNECTIONS, "rounds": ROUNDS, "value_bytes": VALUE_BYTES,
		"loads": loads, "bytes_per_record": memory,
	}))
}

fn start_redis(fleet: &mut Fleet, directory: &Path) -> Result<Server> {
	if directory.exists() {
		fs::remove_dir_all(directory).context("could not forget the last run's Redis")?;
	}
	fs::create_dir_all(directory).context("could not make a directory for Redis")?;
	let port = port::any_free()?;
	let mut command = Command::new("redis-server");
	command
		.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
		.args(["--appendonly", "yes", "--appendfsync", "everysec", "--dir"])
		.arg(directory);
	fleet.spawn("redis", command, &directory.join("redis.log"))?;
	let wait = Wait { what: "Redis", timeout: START_TIMEOUT };
	fleet.wait_for(&wait, || {
		let heard = say(port, "PING\n")?;
		ensure!(heard == "PONG", "it says {heard}");
		Ok(())
	})?;
	let pid = fleet.pid("redis")?;
	Ok(Server { name: "redis", port, pid })
}

/// Bytes of memory that a record takes, which has a key of 16 bytes and a value of as many.
fn memory_of(server: &Server) -> Result<f64> {
	let before = resident_bytes(server.pid)?;
	let requests = (MANY_KEYS * 4).to_string();
	generate(server, &["-t", "set", "-n", &requests, "-r", &MANY_KEYS.to_string(), "-P", "64"])?;
	let records: f64 = say(server.port, "DBSIZE\n")?.parse().context("DBSIZE is a number")?;
	Ok((resident_bytes(server.pid)? - before) / records)
}

/// Some requests of each kind.
fn load(server: &Server, pipeline: u32) -> Result<Vec<(String, Row)>> {
	let requests = (REQUESTS * pipeline).to_string();
	let (pipeline, keys) = (pipeline.to_string(), KEYS.to_string());
	rows(&generate(server, &["-t", "set,get", "-n", &requests, "-r", &keys, "-P", &pipeline])?)
}

fn generate(server: &Server, arguments: &[&str]) -> Result<String> {
	let output = Command::new("redis-benchmark")
		.args(["-p", &server.port.to_string(), "-c", &CONNECTIONS.to_string(), "--csv"])
		.args(["-d", &VALUE_BYTES.to_string()])
		.args(arguments)
		.stderr(Stdio::null())
		.output()
		.context("could not start redis-benchmark")?;
	ensure!(output.status.success(), "redis-benchmark ended with {}", output.status);
	Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The generator's table: test, requests a second, then milliseconds: mean, least, p50, p95, p99.
fn rows(csv: &str) -> Result<Vec<(String, Row)>> {
	csv.lines()
		.filter(|line| !line.starts_with("\"test\""))
		.map(|line| {
			let fields: Vec<&str> = line.split(',').map(|field| field.trim_matches('"')).collect();
			let number = |place: usize| {
				let field = fields.get(place).and_then(|field| field.parse::<f64>().ok());
				field.with_context(|| format!("no number {place} in {line}"))
			};
			let row = Row { per_sec: number(1)?, p50_ms: number(4)?, p99_ms: number(6)? };
			let test = fields.first().copied().unwrap_or_default();
			Ok((test.to_owned(), row))
		})
		.collect()
}

/// Each number's median, with the least and most requests a second.
fn median(rows: &[Row]) -> Option<Value> {
	let of = |pick: fn(&Row) -> f64| {
		let mut numbers: Vec<f64> = rows.iter().map(pick).collect();
		numbers.sort_by(f64::total_cmp);
		let middle = *numbers.get(numbers.len() / 2)?;
		Some((middle, *numbers.first()?, *numbers.last()?))
	};
	let (per_sec, least, most) = of(|row| row.per_sec)?;
	Some(json!({
		"per_sec": per_sec, "per_sec_min": least, "per_sec_max": most,
		"p50_ms": of(|row| row.p50_ms)?.0, "p99_ms": of(|row| row.p99_ms)?.0,
	}))
}

/// What a store answers to a line.
fn say(port: u16, line: &str) -> Result<String> {
	let output = Command::new("redis-cli")
		.args(["-p", &port.to_string()])
		.args(line.split_whitespace())
		.output()
		.context("could not start redis-cli")?;
	ensure!(output.status.success(), "redis-cli ended with {}", output.status);
	Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Memory that a process has in the machine's.
fn resident_bytes(pid: u32) -> Result<f64> {
	let status = fs::read_to_string(format!("/proc/{pid}/status"))
		.with_context(|| format!("process {pid} is gone"))?;
	let kibibytes = status
		.lines()
		.find_map(|line| line.strip_prefix("VmRSS:"))
		.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok())
		.context("a process has a VmRSS")?;
	Ok(kibibytes * 1_024.0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rows_should_be_read_as_the_generator_writes_them() {
		let csv = "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\
		           \"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n\
		           \"SET\",\"100000.00\",\"0.3\",\"0.1\",\"0.25\",\"0.5\",\"0.75\",\"2.0\"\n";
		let row = Row { per_sec: 100_000.0, p50_ms: 0.25, p99_ms: 0.75 };
		assert_eq!(rows(csv).expect("all numbers are there"), [("SET".to_owned(), row)]);
		assert!(rows("\"SET\",\"fast\"\n").is_err());
	}

	#[test]
	fn median_should_be_the_middle_and_know_the_ends() {
		let row = |per_sec| Row { per_sec, p50_ms: 1.0, p99_ms: 2.0 };
		let median = median(&[row(3.0), row(1.0), row(2.0)]).expect("there are rows");
		assert_eq!((&median["per_sec"], &median["per_sec_max"]), (&json!(2.0), &json!(3.0)));
		assert_eq!(super::median(&[]), None);
	}
}
