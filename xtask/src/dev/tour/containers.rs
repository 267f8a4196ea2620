// SPDX-License-Identifier: Apache-2.0

//! A job of a container: the web service of the examples is placed, runs on two nodes, is reached
//! also through another one, uses its token, survives a bad update and kills, and is gone without a
//! trace when it is closed.

use super::{DEVELOPER, ingress::Door, number, rows, say, text};
use crate::{
	dev::{Control, Network, layout::Daemon},
	image,
	workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
	fs,
	io::{Read as _, Write as _},
	net::{SocketAddr, TcpStream},
	time::Duration,
};

/// What the developer sets aside: more than the job costs.
const DEPOSIT_USDC: &str = "100";

/// Nodes that the job is ordered on, and the epochs that it is ordered for, the fewest that may be.
const REPLICAS: &str = "2";
const EPOCHS: &str = "30";

/// The name of the job in its specification, and of its container.
const NAME: &str = "web";

/// The file of its specification.
const SPECIFICATION: &str = "web-service.yaml";

/// The port of the service.
const PORT: u16 = 8080;

/// Votes of the oracles need a few blocks, and so does finality.
const PLACEMENT_TIMEOUT: Duration = Duration::from_secs(120);

/// A node fetches the image from the mesh, and Podman takes it in.
const SERVING_TIMEOUT: Duration = Duration::from_secs(120);

/// A container that was killed is started again after its pause of a second, and checked.
const RESTART_TIMEOUT: Duration = Duration::from_secs(60);

/// A closed job ends with its epoch, and finality comes some blocks later.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(240);

/// How long the service may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Plays it; the report has what was counted.
///
/// # Errors
///
/// A step does not end as it must.
pub(in crate::dev) fn containers(
	workspace: &Workspace,
	network: &mut Network,
	control: &Control,
) -> Result<Value> {
	eprintln!("\nA job of a container\n");
	let before = network.podman().count()?;
	ensure!(before == [0; 4], "containers, networks, volumes and images are there: {before:?}");
	let job = submit(workspace, network, control)?;
	let hosts = placed(network, control, job)?;
	for host in &hosts {
		serving(network, control, host, job, 0)?;
	}
	let during = network.podman().count()?;
	say(format!("{} nodes run it, each in a container of its own", hosts.len()));

	let containers = container_ids(network, job)?;
	let mut pages = Vec::new();
	for container in &containers {
		pages.push(page(network, container)?);
	}
	let expected = format!("hello from job {job}");
	ensure!(pages.iter().all(|page| page.trim() == expected), "the pages are {pages:?}");
	say(format!("each answers with `{expected}`"));
	let door = Door::beside(network, &hosts, job, &expected)?;
	door.try_names()?;

	let namespace = format!("job/{job}");
	let store = ["cstore", "get", &namespace, "started"];
	let (stored, is_stored) = control.asked(&hosts[0].api_url(), &store)?;
	ensure!(is_stored && stored["value"] == NAME, "the store has {stored}");
	say("each used its token to say in the job's store that it started");

	let visited = bad_update(network, control, &hosts, &door, job)?;

	let restarted = kills(network, control, &hosts, &door, job)?;

	let logs = ["job", "logs", "--job", &job.to_string(), "--lines", "100"];
	let logs = control.at(&hosts[0].api_url(), &logs)?;
	let lines = rows(&logs["lines"])?.len();

	let number = job.to_string();
	control.signed(DEVELOPER, &hosts[0].api_url(), &["job", "close", "--job", &number])?;
	let podman = network.podman().clone();
	let left = network.wait("nothing of the job to be left", CLOSE_TIMEOUT, || {
		let left = podman.count()?;
		ensure!(left == [0; 4], "containers, networks, volumes and images: {left:?}");
		Ok(left)
	})?;
	network.wait("the ingress to know of it", RESTART_TIMEOUT, || door.is_shut())?;
	say("the job is closed, and no container, network, volume or image of it is left");
	Ok(json!({
		"job": job,
		"hosts": hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(),
		"during": during,
		"pages": pages,
		"stored": stored,
		"ingress": { "node": door.node, "visits_during_update": visited },
		"restarts": restarted,
		"log_lines": lines,
		"left": left,
	}))
}

/// Makes the image, adds it, and orders the job.
fn submit(workspace: &Workspace, network: &Network, control: &Control) -> Result<u64> {
	let entry = network.layout().daemons[0].api_url();
	let directory = network.layout().root.join("image");
	let archive = network.layout().root.join("web-service.tar");
	image::make(workspace, "web-service", &archive, &directory)?;
	let archive = archive.to_str().context("the path of the image is not text")?;
	let added = control.at(&entry, &["fs", "add", archive])?;
	let cid = text(&added, "cid")?;
	say(format!("the image is in the content store as {cid}"));
	let example = fs::read_to_string(workspace.root.join("examples/web-service/job.yaml"))?;
	let lines = example.lines().map(|line| match line.split_once("image: ") {
		Some((indent, _)) => format!("{indent}image: oci-archive:{cid}\n"),
		None => format!("{line}\n"),
	});
	let path = network.layout().root.join(SPECIFICATION);
	fs::write(&path, lines.collect::<String>())?;
	let path = path.to_str().context("the path of the specification is not text")?;
	let valid = control.query(&["job", "validate", path])?;
	ensure!(valid["kind"] == "container", "the specification is {valid}");
	control.signed(DEVELOPER, &entry, &["escrow", "deposit", DEPOSIT_USDC])?;
	let order = ["job", "submit", "--specification", path];
	let order = [&order[..], &["--replicas", REPLICAS, "--epochs", EPOCHS]].concat();
	let job = number(&control.signed(DEVELOPER, &entry, &order)?, "job")?;
	say(format!("job {job} orders {REPLICAS} replicas of a web service"));
	Ok(job)
}

/// Changes the job to one that ends at once, while somebody asks through another node; comes back with
/// how many answers there were.
fn bad_update(
	network: &mut Network,
	control: &Control,
	hosts: &[Daemon],
	door: &Door,
	job: u64,
) -> Result<Value> {
	let root = network.layout().root.clone();
	let good = fs::read_to_string(root.join(SPECIFICATION))?;
	let bad = good
		.replace("[/bin/sh, /serve.sh]", "[/bin/sh, -c, exit 3]")
		.replace("{pause_secs: 1}", "{attempts_max: 0}");
	ensure!(!bad.contains("serve.sh,") && bad.contains("attempts_max"), "the example is another");
	let path = root.join("bad-web-service.yaml");
	fs::write(&path, bad)?;
	let path = path.to_str().context("the path of the specification is not text")?;
	let visitor = door.keep_asking();
	let number = job.to_string();
	let update = ["job", "update", "--job", &number, "--specification", path];
	control.signed(DEVELOPER, &hosts[0].api_url(), &update)?;
	for host in hosts {
		network.wait(&format!("{} to take it back", host.name), SERVING_TIMEOUT, || {
			let status = status(control, host, job)?;
			let reason = status["reason"].as_str().unwrap_or_default();
			ensure!(reason.starts_with("the update failed"), "{status}");
			ensure!(status["state"] == "serving", "{status}");
			Ok(())
		})?;
	}
	let visited = visitor.count()?;
	say(format!(
		"an update that does not run was taken back; visitors saw nothing of it: {visited}"
	));
	Ok(visited)
}

/// Kills a container, and then the daemon of the other; comes back with how many containers were started
/// again.
fn kills(
	network: &mut Network,
	control: &Control,
	hosts: &[Daemon],
	door: &Door,
	job: u64,
) -> Result<u64> {
	let containers = container_ids(network, job)?;
	network.podman().run(&["kill", "--signal=KILL", &containers[0]])?;
	let restarted = network.wait("the killed container to serve again", RESTART_TIMEOUT, || {
		let states = hosts.iter().map(|host| status(control, host, job));
		let states = states.collect::<Result<Vec<_>>>()?;
		let restarts = states.iter().map(|state| &state["containers"][0]["restarts"]);
		let restarts = restarts.filter_map(Value::as_u64).sum::<u64>();
		ensure!(restarts == 1, "{restarts} restarts");
		ensure!(states.iter().all(|state| state["state"] == "serving"), "{states:?}");
		Ok(restarts)
	})?;
	let after_kill = page(network, &containers[0])?;
	ensure!(after_kill.trim() == door.expected, "the page is {after_kill:?}");
	door.answers()?;
	say("a container that was killed with SIGKILL was started again, and answers");

	network.kill_one(&hosts[1].name)?;
	network.wait("the replica that is left to answer", RESTART_TIMEOUT, || door.answers())?;
	network.start_daemon(&hosts[1])?;
	let other = hosts[1].clone();
	network.wait("the daemon that was killed to serve again", SERVING_TIMEOUT, || {
		let state = status(control, &other, job)?;
		ensure!(state["state"] == "serving", "{state}");
		door.answers()
	})?;
	let after = container_ids(network, job)?;
	ensure!(containers.iter().all(|it| after.contains(it)), "a container was replaced: {after:?}");
	say("a daemon that was killed with SIGKILL found its container again; visitors were led on");
	Ok(restarted)
}

/// Waits for the placement; comes back with the machines that it names.
pub(super) fn placed(network: &mut Network, control: &Control, job: u64) -> Result<Vec<Daemon>> {
	let nodes = network.wait("the oracles to place the job", PLACEMENT_TIMEOUT, || {
		let jobs = control.query(&["job", "list"])?;
		let is_ours = |row: &&Value| row.get("job").and_then(Value::as_u64) == Some(job);
		let placed = rows(&jobs)?.iter().find(is_ours).context("the job is not final yet")?;
		let nodes = rows(placed.get("nodes").context("a job has nodes")?)?.to_vec();
		ensure!(!nodes.is_empty(), "the oracles have not agreed on nodes yet");
		Ok(nodes)
	})?;
	let mut hosts = Vec::new();
	for daemon in network.layout().edge_nodes() {
		let status = control.at(&daemon.api_url(), &["node", "status"])?;
		if nodes.iter().any(|node| node.as_str() == text(&status, "node").ok()) {
			hosts.push(daemon.clone());
		}
	}
	ensure!(hosts.len() == nodes.len(), "{} of {} nodes are known", hosts.len(), nodes.len());
	Ok(hosts)
}

/// Waits until a node serves the job, after so many restarts.
fn serving(
	network: &mut Network,
	control: &Control,
	host: &Daemon,
	job: u64,
	restarts: u64,
) -> Result<()> {
	network.wait(&format!("{} to serve", host.name), SERVING_TIMEOUT, || {
		let status = status(control, host, job)?;
		ensure!(status["state"] == "serving", "{status}");
		let container = &status["containers"][0];
		ensure!(container["name"] == NAME && container["phase"] == "healthy", "{status}");
		ensure!(container["restarts"] == restarts, "{status}");
		Ok(())
	})
}

/// How the job is on a node, which may be a negative answer.
fn status(control: &Control, host: &Daemon, job: u64) -> Result<Value> {
	let asked = control.asked(&host.api_url(), &["job", "status", "--job", &job.to_string()]);
	asked.map(|(status, _)| status)
}

/// Podman's own numbers of the job's containers.
fn container_ids(network: &Network, job: u64) -> Result<Vec<String>> {
	let filter = format!("label=ai.ratio1.job={job}");
	let list = ["ps", "--no-trunc", "--format", "{{.ID}}", "--filter", &filter];
	let found = network.podman().run(&list)?;
	let found: Vec<_> = found.lines().map(str::to_owned).collect();
	ensure!(found.len().to_string() == REPLICAS, "{} containers run", found.len());
	Ok(found)
}

/// What a container's service answers at its address.
fn page(network: &Network, container: &str) -> Result<String> {
	let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
	let address = network.podman().run(&["inspect", "--format", format, container])?;
	let address = address.parse().with_context(|| format!("`{address}` is no address"))?;
	let address = SocketAddr::new(address, PORT);
	let mut stream = TcpStream::connect_timeout(&address, ANSWER_TIMEOUT)
		.with_context(|| format!("{address} takes no connection"))?;
	stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
	stream.write_all(format!("GET / HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes())?;
	let mut answer = String::new();
	stream.read_to_string(&mut answer).context("the service's answer is cut off")?;
	let (_, body) = answer.split_once("\r\n\r\n").context("the answer is not HTTP")?;
	Ok(body.to_owned())
}
