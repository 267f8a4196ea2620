// SPDX-License-Identifier: Apache-2.0

//! A daemon runs jobs of containers on a real Podman.

use super::Health;
use crate::{
	defaults::TALKS_PER_JOB_MAX,
	world::{
		Daemon, JOB, OTHER_JOB, Options, World, client, competitor, developer, operator, until,
	},
};
use r1_api::{
	ClientError, ClientOptions, ContainerPhase, EdgeClient, ExecFrame, ExecOutput, ExecRequest,
	JobLogs, JobState, JobStatus, LogLines, TerminalSize,
};
use r1_core::{Clock as _, cid_of};
use r1_deeploy::{
	container::{
		docker::Realm,
		probe::{ContainerAnswer, ContainerProbe},
	},
	testing::{GLANCE, PATIENCE, Podman},
};
use r1_primitives::JobId;
use std::net::IpAddr;

/// A web service that writes a volume, has a secret, and says so.
const SERVICE: &str = r#"version: 2
kind: container
name: web
secrets: {key: |-
SEALED}
container:
  image: oci-archive:IMAGE
  command: [/bin/sh, -c, "echo started with $KEY; mkdir -p /data/www; echo VERSION > /data/www/index.html; exec httpd -f -p 8080 -h /data/www"]
  secrets: {KEY: key}
  volumes: {data: {path: /data, size_mib: 1}}
  ports: {http: {port: 8080, protocol: http}}
  health:
    start_up: {http: {port: 8080, path: /}, interval_secs: 1}
    continuous: {http: {port: 8080, path: /}, interval_secs: 1}
  restart: {pause_secs: 1}
  stop_secs: 1
"#;

/// What runs beside it, and ends before its sibling starts.
const STACK: &str = r#"version: 2
kind: stack
name: pair
containers:
  first: {image: "oci-archive:IMAGE", command: [/bin/sh, -c, "exit 0"], restart: {when: never}}
  second: {image: "oci-archive:IMAGE", command: [/bin/sleep, "1000"], depends_on: [first], stop_secs: 0}
"#;

/// Adds an image and says its CID.
async fn add_image(daemon: &Daemon, podman: &Podman) -> String {
	let archive = tokio::fs::File::open(podman.archive()).await.unwrap();
	daemon.shared.files.files().add(archive).await.unwrap().cid.to_string()
}

/// Orders a job, or changes it.
async fn order(world: &World, daemon: &Daemon, job: JobId, specification: &str) {
	let added = daemon.shared.files.files().add(specification.as_bytes()).await.unwrap();
	world.change(|state| {
		state.jobs.get_mut(&job).unwrap().specification = added.cid.to_bytes();
	});
}

fn service(daemon: &Daemon, image: &str, version: &str) -> String {
	let key = std::fs::read_to_string(daemon.file("sealing.key")).unwrap();
	let recipient = r1_dauth::SealingKey::from_text(&key).unwrap().recipient();
	let secret = r1_dauth::SealedSecret {
		owner: developer().account(),
		name: "key".to_owned(),
		secret: b"hunter2".to_vec(),
	};
	let sealed = r1_dauth::seal(&secret, &[recipient]).unwrap();
	let sealed: String = sealed.lines().map(|line| format!("  {line}\n")).collect();
	SERVICE
		.replace("{key: |-\nSEALED}", &format!("\n  key: |\n{}", indented(&sealed)))
		.replace("IMAGE", image)
		.replace("VERSION", version)
}

fn indented(text: &str) -> String {
	text.lines().map(|line| format!("  {line}\n")).collect()
}

fn status(daemon: &Daemon, job: JobId) -> JobStatus {
	found(daemon, job).expect("the daemon knows of the job")
}

/// The status of a job that the daemon may not have heard of yet.
fn found(daemon: &Daemon, job: JobId) -> Option<JobStatus> {
	daemon.shared.jobs.status().into_iter().find(|status| status.job == job)
}

fn is_serving(daemon: &Daemon, job: JobId) -> bool {
	found(daemon, job).is_some_and(|status| status.state == JobState::Serving)
}

fn reason(daemon: &Daemon, job: JobId) -> String {
	found(daemon, job).and_then(|status| status.reason).unwrap_or_default()
}

async fn until_serving(daemon: &Daemon, job: JobId) {
	let waiting = async {
		while !is_serving(daemon, job) {
			tokio::time::sleep(GLANCE).await;
		}
	};
	if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
		panic!("{:?}", found(daemon, job));
	}
}

/// Where the container of a job with one is reached.
fn address(daemon: &Daemon, job: JobId) -> IpAddr {
	let inside = daemon.shared.jobs.containers().inside();
	let inside = inside.borrow();
	let mut found = inside.addresses.iter().filter(|(instance, _)| instance.job == job);
	*found.next().expect("it is on a network").1
}

async fn page(daemon: &Daemon) -> String {
	let url = format!("http://{}:8080/", address(daemon, JOB));
	client().get(url).send().await.unwrap().text().await.unwrap()
}

/// What Podman itself says is there: containers, networks but its own, volumes, images.
fn left(podman: &Podman) -> [usize; 4] {
	let lines = |arguments: &[&str]| podman.run(arguments).lines().count();
	[
		lines(&["ps", "--all", "--quiet"]),
		lines(&["network", "ls", "--quiet"]) - 1,
		lines(&["volume", "ls", "--quiet"]),
		lines(&["images", "--all", "--quiet"]),
	]
}

/// Waits until nothing is left but so much.
async fn until_left(podman: &Podman, expected: [usize; 4]) {
	let mut last = [usize::MAX; 4];
	let waiting = async {
		while last != expected {
			tokio::time::sleep(GLANCE).await;
			last = left(podman);
		}
	};
	let is_over = tokio::time::timeout(PATIENCE, waiting).await.is_err();
	assert!(!is_over, "containers, networks, volumes, images: {last:?} and not {expected:?}");
}

/// The name of the only container of a job.
fn container_of(podman: &Podman, job: JobId) -> String {
	let filter = format!("label=ai.ratio1.job={job}");
	let found =
		podman.run(&["ps", "--all", "--no-trunc", "--format", "{{.ID}}", "--filter", &filter]);
	found.lines().next().expect("there is one").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn container_job_should_run_survive_and_leave_nothing() {
	let (podman, _) = Podman::start().await;
	let socket = podman.socket();
	let world = World::of(1);
	let options = || Options { engine: Some(&socket), ..Options::default() };
	let daemon = world.start(1, options()).await;
	let image = add_image(&daemon, &podman).await;
	order(&world, &daemon, JOB, &service(&daemon, &image, "one")).await;
	until_serving(&daemon, JOB).await;
	assert_eq!(page(&daemon).await, "one\n");
	assert_eq!(left(&podman), [1, 1, 1, 1]);
	let said = status(&daemon, JOB);
	assert_eq!((said.kind.as_deref(), said.name.as_deref()), (Some("container"), Some("web")));
	assert_eq!(said.containers[0].phase, ContainerPhase::Healthy);
	// Its owner reads what it wrote, and sees that the secret reached it.
	let token = daemon.sign_in(&developer()).await;
	let url = format!("{}/v1/jobs/{JOB}/logs?lines=5", daemon.url);
	let logs = client().get(&url).bearer_auth(&token).send().await.unwrap();
	let logs: JobLogs = logs.json().await.unwrap();
	assert_eq!((logs.container.as_str(), &*logs.lines[0].text), ("web", "started with hunter2"));
	for (path, expected) in [
		(format!("/v1/jobs/{JOB}/logs?lines=10001"), 400),
		(format!("/v1/jobs/{JOB}/logs?container=other"), 404),
		(format!("/v1/jobs/{OTHER_JOB}/logs"), 403),
	] {
		assert_eq!(daemon.get_status(&path, &token).await, expected, "{path}");
	}

	// Somebody kills it.
	let before = container_of(&podman, JOB);
	drop(podman.run(&["kill", "--signal=KILL", &before]));
	let restarts = || status(&daemon, JOB).containers.first().map(|container| container.restarts);
	until("it is started again", async || restarts() == Some(1)).await;
	until_serving(&daemon, JOB).await;
	assert_eq!(container_of(&podman, JOB), before);
	assert_eq!(page(&daemon).await, "one\n");

	// The daemon ends, and another begins which does not even have the specification.
	let directory = daemon.stop().await;
	let daemon = world.start_in(directory, 1, options()).await;
	until("the container is found again", async || {
		daemon.shared.jobs.containers().inside().borrow().addresses.len() == 1
	})
	.await;
	assert_eq!(container_of(&podman, JOB), before, "it ran on");
	until_serving(&daemon, JOB).await;
	assert_eq!(page(&daemon).await, "one\n");

	// It is changed: what its volume holds stays.
	let image = add_image(&daemon, &podman).await;
	order(&world, &daemon, JOB, &service(&daemon, &image, "two")).await;
	until("the new one serves", async || {
		is_serving(&daemon, JOB)
			&& container_of(&podman, JOB) != before
			&& left(&podman) == [1, 1, 1, 1]
	})
	.await;
	until_serving(&daemon, JOB).await;
	assert_eq!(page(&daemon).await, "two\n");

	world.change(|state| drop(state.jobs.remove(&JOB)));
	until_left(&podman, [0; 4]).await;
	drop(daemon.stop().await);
}

/// A command of a shell.
fn command(script: &str, has_input: bool) -> ExecRequest {
	let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
	ExecRequest { container: None, command, has_input, terminal: None }
}

/// All that a command writes, to either stream, and how it ends.
async fn heard(mut output: ExecOutput) -> (String, String, i64) {
	let (mut said, mut complained) = (Vec::new(), Vec::new());
	let listening = async {
		loop {
			match output.next().await.unwrap() {
				ExecFrame::Output(bytes) => said.extend(bytes),
				ExecFrame::ErrorOutput(bytes) => complained.extend(bytes),
				ExecFrame::Exited(code) => return code,
				ExecFrame::Alive => {},
				frame => panic!("{frame:?}"),
			}
		}
	};
	let code = tokio::time::timeout(PATIENCE, listening).await.expect("it ends");
	let text = |bytes| String::from_utf8(bytes).unwrap();
	(text(said), text(complained), code)
}

async fn next_line(lines: &mut LogLines) -> Option<String> {
	let line = tokio::time::timeout(PATIENCE, lines.next())
		.await
		.expect("a line comes, or the end");
	line.unwrap().map(|line| line.text)
}

fn code_of<T>(outcome: Result<T, ClientError>) -> Option<String> {
	match outcome {
		Ok(_) => None,
		Err(ClientError::Refused { body, .. }) => Some(body.code),
		Err(error) => panic!("{error}"),
	}
}

async fn signed_in(daemon: &Daemon, wallet: &r1_chain::Signer) -> EdgeClient {
	let token = Some(daemon.sign_in(wallet).await);
	EdgeClient::new(&daemon.url, &ClientOptions { token, ..ClientOptions::default() }).unwrap()
}

/// Says things to commands, and hears what they say.
async fn try_commands(owner: &EdgeClient) {
	let exec = async |request: &ExecRequest| owner.exec(JOB, request).await;
	let (output, _input) = exec(&command("echo one; echo two >&2; exit 3", false)).await.unwrap();
	assert_eq!(heard(output).await, ("one\n".to_owned(), "two\n".to_owned(), 3));
	// What is said reaches it, also more than fits into any buffer, both ways at a time.
	let (output, mut input) = exec(&command("cat", true)).await.unwrap();
	let speaking = async {
		for _ in 0..64 {
			input.send(&ExecFrame::Input(vec![b'a'; 32 << 10])).await.unwrap();
		}
		input.send(&ExecFrame::InputEnd).await.unwrap();
	};
	let ((said, _, code), ()) = tokio::join!(heard(output), speaking);
	assert_eq!((said.len(), code), (2 << 20, 0));
	// It is heard how one ended that does not read what is said.
	let (output, mut input) = exec(&command("exit 5", true)).await.unwrap();
	let speaking = async { while input.send(&ExecFrame::Input(vec![0; 1_000])).await.is_ok() {} };
	let code = tokio::select! {
		(_, _, code) = heard(output) => code,
		() = async { speaking.await; std::future::pending().await } => unreachable!(),
	};
	assert_eq!(code, 5);
	// A terminal has a size, and changes it.
	let size = |columns| TerminalSize { columns, rows: 45 };
	// It has them when it runs already, as with any engine.
	let script = "until [ \"$(stty size 2>&1)\" = '45 100' ]; do sleep 0.1; done; echo first; \
	              until [ \"$(stty size 2>&1)\" = '45 120' ]; do sleep 0.1; done; echo second";
	let in_terminal = ExecRequest { terminal: Some(size(100)), ..command(script, true) };
	let (mut output, mut input) = exec(&in_terminal).await.unwrap();
	let mut said = Vec::new();
	while !said.ends_with(b"first\r\n") {
		let frame = tokio::time::timeout(PATIENCE, output.next()).await.expect("it has a size");
		let ExecFrame::Output(bytes) = frame.unwrap() else { continue };
		said.extend(bytes);
	}
	input.send(&ExecFrame::Resized(size(120))).await.unwrap();
	let (said, _, code) = heard(output).await;
	assert!(said.ends_with("second\r\n") && code == 0, "{said:?} {code}");
}

/// Takes all places for commands of a job, and leaves them.
async fn try_limits(owner: &EdgeClient, podman: &Podman) {
	let exec = async |request: &ExecRequest| owner.exec(JOB, request).await;
	// Not too many at a time; and none is left when nobody is connected.
	let mut held = Vec::new();
	let filling = async {
		while held.len() < TALKS_PER_JOB_MAX {
			match exec(&command("cat", true)).await {
				Ok(talk) => held.push(talk),
				// Those before may not have been seen to end yet.
				Err(error) => {
					assert_eq!(code_of::<()>(Err(error)).as_deref(), Some("busy"));
					tokio::time::sleep(GLANCE).await;
				},
			}
		}
	};
	tokio::time::timeout(PATIENCE, filling)
		.await
		.expect("all places are taken in time");
	let full = owner.follow_job_logs(JOB, None, 1).await;
	assert_eq!(code_of(full).as_deref(), Some("busy"));
	held.clear();
	until("there is room again", async || exec(&command("true", false)).await.is_ok()).await;
	until("their input has ended, and so have they", async || {
		let container = container_of(podman, JOB);
		!podman
			.run(&["top", &container, "args"])
			.lines()
			.any(|line| line.ends_with("cat"))
	})
	.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owner_should_talk_with_containers_and_nobody_else() {
	let (podman, _) = Podman::start().await;
	let socket = podman.socket();
	let world = World::of(1);
	let daemon = world.start(1, Options { engine: Some(&socket), ..Options::default() }).await;
	let image = add_image(&daemon, &podman).await;
	order(&world, &daemon, JOB, &service(&daemon, &image, "one")).await;
	until_serving(&daemon, JOB).await;
	let owner = signed_in(&daemon, &developer()).await;
	try_commands(&owner).await;

	let exec = async |request: &ExecRequest| owner.exec(JOB, request).await;
	// Lines are told as they are written, until the container ends.
	let mut lines = owner.follow_job_logs(JOB, Some("web"), 1).await.unwrap();
	assert_eq!(next_line(&mut lines).await.as_deref(), Some("started with hunter2"));
	let (output, _input) = exec(&command("echo later > /proc/1/fd/1", false)).await.unwrap();
	assert_eq!(heard(output).await.2, 0);
	assert_eq!(next_line(&mut lines).await.as_deref(), Some("later"));
	drop(lines);

	try_limits(&owner, &podman).await;

	let stranger = signed_in(&daemon, &competitor()).await;
	let request = command("true", false);
	assert_eq!(code_of(stranger.exec(JOB, &request).await).as_deref(), Some("not_entitled"));
	let followed = stranger.follow_job_logs(JOB, None, 1).await;
	assert_eq!(code_of(followed).as_deref(), Some("not_entitled"));
	for (request, expected) in [
		(ExecRequest { command: Vec::new(), ..request.clone() }, "command_missing"),
		(ExecRequest { container: Some("db".to_owned()), ..request }, "no_such_container"),
	] {
		assert_eq!(code_of(exec(&request).await).as_deref(), Some(expected));
	}
	let token = daemon.sign_in(&developer()).await;
	let url = format!("{}/v1/jobs/{JOB}/exec", daemon.url);
	let plain = client().post(url).bearer_auth(token).send().await.unwrap();
	assert_eq!(plain.status(), 426);
	world.change(|state| drop(state.jobs.remove(&JOB)));
	until_left(&podman, [0; 4]).await;
	drop(daemon.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn update_that_fails_should_be_rolled_back() {
	let (podman, _) = Podman::start().await;
	let socket = podman.socket();
	let world = World::of(1);
	let daemon = world.start(1, Options { engine: Some(&socket), ..Options::default() }).await;
	let image = add_image(&daemon, &podman).await;
	let good = service(&daemon, &image, "one");
	order(&world, &daemon, JOB, &good).await;
	until_serving(&daemon, JOB).await;
	let broken = good.replace("exec httpd -f", "exit 3; httpd -f");
	let broken = broken.replace("{pause_secs: 1}", "{attempts_max: 0}");
	assert_ne!(broken, good);
	order(&world, &daemon, JOB, &broken).await;
	let is_back = async || {
		let JobStatus { state, reason, .. } = status(&daemon, JOB);
		let is_told = reason.is_some_and(|reason| reason.starts_with("the update failed"));
		is_told && state == JobState::Serving
	};
	until("the one before is served again", is_back).await;
	assert_eq!(page(&daemon).await, "one\n");
	// What is wrong with it does not even have to be found out by running it.
	order(&world, &daemon, JOB, "version: 2\nkind: container\n").await;
	until("it is said where it is wrong", async || {
		let JobStatus { state, reason, .. } = status(&daemon, JOB);
		state == JobState::Serving && reason.is_some_and(|reason| reason.contains("`name`"))
	})
	.await;
	assert_eq!(page(&daemon).await, "one\n");
	world.change(|state| drop(state.jobs.remove(&JOB)));
	until_left(&podman, [0; 4]).await;
	drop(daemon.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn container_should_use_its_token_for_its_own_job_alone() {
	let (podman, _) = Podman::start().await;
	let socket = podman.socket();
	let world = World::of(1);
	let options = Options { engine: Some(&socket), requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	let image = add_image(&daemon, &podman).await;
	order(&world, &daemon, JOB, &service(&daemon, &image, "one")).await;
	until_serving(&daemon, JOB).await;
	let container = container_of(&podman, JOB);
	let ask = |header: &str, more: &str, path: &str| {
		let script =
			format!("wget -q -O - {header} {more} \"$R1_API_URL{path}\" 2>&1 || echo refused");
		podman.run(&["exec", &container, "/bin/sh", "-c", &script])
	};
	let variable = "--header \"Authorization: Bearer $R1_TOKEN\"";
	let file = "--header \"Authorization: Bearer $(cat $R1_TOKEN_FILE)\"";
	let value = |job: JobId| format!("/v1/cstore/job/{job}/value?key=greeting");
	for (header, word) in [(variable, "hello"), (file, "again")] {
		let said = ask(header, &format!("--post-data {word}"), &value(JOB));
		assert!(!said.contains("refused"), "{said}");
		assert_eq!(ask(header, "", &value(JOB)), word);
	}
	// So do Ratio1's SDKs, by addresses of their own.
	let script = "wget -q -O - --header 'content-type: application/json' \
		--post-data '{\"data\": 1}' $R1FS_API_URL/add_json; \
		wget -q -O - $EE_CHAINSTORE_API_URL/get?key=greeting";
	let said = podman.run(&["exec", &container, "/bin/sh", "-c", script]);
	assert!(said.contains("\"cid\":\"baf") && said.contains("\"result\":\"again\""), "{said}");
	let pins = daemon.shared.files.disk().pins();
	assert!(pins.iter().any(|pin| pin.holder.as_str() == format!("job-{JOB}")));
	// The owner of the job sees it too.
	let token = daemon.sign_in(&developer()).await;
	let read = client().get(format!("{}{}", daemon.url, value(JOB))).bearer_auth(&token);
	assert_eq!(read.send().await.unwrap().text().await.unwrap(), "again");
	// Nobody's job but its own; nothing without a token, though programs of this machine need none;
	// and nothing of the node.
	for (header, more, path, status) in [
		(file, "", value(OTHER_JOB), "403"),
		(file, "--post-data stolen", value(OTHER_JOB), "403"),
		("", "", value(JOB), "401"),
		("--header \"Host: localhost\"", "", value(JOB), "401"),
		(file, "", "/v1/node".to_owned(), "404"),
		(file, "", format!("/v1/jobs/{JOB}"), "404"),
		(file, "", "/oracle/v1/evidence?epoch=0".to_owned(), "404"),
	] {
		let said = ask(header, more, &path);
		assert!(said.contains("refused") && said.contains(status), "{path}: {said}");
	}
	let key = client().get(format!("{}{}", daemon.url, value(OTHER_JOB)));
	let token = daemon.sign_in(&competitor()).await;
	assert_eq!(key.bearer_auth(&token).send().await.unwrap().status(), 404, "nothing was stolen");
	// What it is given it cannot change, and it finds no way out.
	for script in ["echo mine > $R1_TOKEN_FILE", "touch /run/ratio1/new", "nc -w 1 192.0.2.1 80"] {
		let script = format!("{script} 2>&1 || echo refused");
		let said = podman.run(&["exec", &container, "/bin/sh", "-c", &script]);
		assert!(said.contains("refused"), "{script}: {said}");
	}
	world.change(|state| drop(state.jobs.remove(&JOB)));
	until_left(&podman, [0; 4]).await;
	drop(daemon.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn stacks_should_run_in_order_and_two_daemons_share_an_engine() {
	let (podman, _) = Podman::start().await;
	let socket = podman.socket();
	let world = World::of(2);
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2]);
	let options = || Options { engine: Some(&socket), ..Options::default() };
	let first = world.start(1, options()).await;
	let bootstrap = [first.mesh_address().await];
	let second = world.start(2, Options { bootstrap: &bootstrap, ..options() }).await;
	let daemons = [first, second];
	for daemon in &daemons {
		let image = add_image(daemon, &podman).await;
		order(&world, daemon, JOB, &STACK.replace("IMAGE", &image)).await;
	}
	for daemon in &daemons {
		until_serving(daemon, JOB).await;
		let phases: Vec<_> =
			status(daemon, JOB).containers.iter().map(|container| container.phase).collect();
		assert_eq!(phases, [ContainerPhase::Done, ContainerPhase::Healthy]);
	}
	let [containers, networks, ..] = left(&podman);
	assert_eq!((containers, networks), (4, 2), "each has its own");
	let realms = [1, 2].map(|deed| Realm::of_node(&crate::world::node(deed).key()));
	assert_ne!(realms[0], realms[1]);
	let now_ms = daemons[0].shared.clock.monotonic_ms();
	assert_eq!(daemons[0].shared.jobs.containers().health(JOB, now_ms).await, Health::Works);
	let unknown = daemons[0].shared.jobs.containers().health(99, now_ms).await;
	assert_eq!(unknown, Health::NotHere);
	// An oracle asks over the mesh.
	let mesh = daemons[1].shared.mesh.handle();
	let node = crate::world::node(1).key();
	let ask = async |job| {
		let answer = mesh.request(&node, ContainerProbe { job }.encode().into()).await;
		answer.ok().map(|answer| ContainerAnswer::decode(&answer).unwrap())
	};
	until("the node answers", async || ask(JOB).await.is_some()).await;
	assert_eq!(ask(JOB).await, Some(ContainerAnswer::Works));
	assert_eq!(ask(OTHER_JOB).await, Some(ContainerAnswer::NotHere));
	// One of the nodes loses the job: what is the other's goes on.
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds = vec![2]);
	until("only one is left", async || left(&podman)[..2] == [2, 1]).await;
	assert_eq!(status(&daemons[1], JOB).state, JobState::Serving);
	world.change(|state| drop(state.jobs.remove(&JOB)));
	until_left(&podman, [0; 4]).await;
	for daemon in daemons {
		drop(daemon.stop().await);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_say_why_its_containers_cannot_run() {
	let (podman, _) = Podman::start().await;
	let socket = podman.socket();
	let world = World::of(1);
	let daemon = world.start(1, Options { engine: Some(&socket), ..Options::default() }).await;
	let broken = daemon
		.shared
		.files
		.files()
		.add(&b"no archive"[..])
		.await
		.unwrap()
		.cid
		.to_string();
	order(&world, &daemon, JOB, &STACK.replace("IMAGE", &broken)).await;
	until("the archive is refused", async || {
		reason(&daemon, JOB)
			.starts_with(&format!("oci-archive:{broken}: the container engine refused to"))
	})
	.await;
	// Nobody has it.
	let missing = cid_of(r1_core::RAW_CODEC, b"missing").to_string();
	order(&world, &daemon, OTHER_JOB, &STACK.replace("IMAGE", &missing)).await;
	until("the file is missing", async || reason(&daemon, OTHER_JOB).contains(&missing)).await;
	drop(daemon.stop().await);
	let daemon = world.start(1, Options::default()).await;
	let image = add_image(&daemon, &podman).await;
	order(&world, &daemon, JOB, &STACK.replace("IMAGE", &image)).await;
	until("it says that it has no engine", async || {
		reason(&daemon, JOB) == "this node runs no containers: `containers.engine` is `off`"
	})
	.await;
	let token = daemon.sign_in(&operator()).await;
	let logs = format!("/v1/jobs/{JOB}/logs");
	assert_eq!(daemon.get_status(&logs, &token).await, 404);
	drop(daemon.stop().await);
}
