// SPDX-License-Identifier: Apache-2.0

//! The engine, tried on a Podman of its own: its files, containers and networks are in a temporary
//! directory and go with it.

use super::{job::DIGEST, *};
use crate::{
	container::{
		config::{ContainerConfig, Given, PlacedGroup},
		docker::DockerEngine,
		engine::{ContainerEngine, EngineError, Lines, RunState},
		names::{LABEL_JOB, LABEL_REALM},
		session::{Command, Session, Terminal, Written},
	},
	job::{Image, JobSpecification},
	testing::{GLANCE, PATIENCE, Podman, realm},
};
use futures::StreamExt as _;
use std::path::Path;
use tokio::io::AsyncWriteExt as _;

fn job(containers: &str) -> JobSpecification {
	let image = content("busybox");
	let text = format!("version: 2\nkind: stack\nname: job\n{containers}")
		.replace("IMAGE", &format!("oci-archive:{image}"));
	JobSpecification::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// Makes all that a job needs, and starts its containers.
async fn bring_up(
	engine: &dyn ContainerEngine,
	id: JobId,
	job: &JobSpecification,
	image: &str,
) -> Vec<ContainerConfig> {
	let group = job.group().unwrap();
	let placed = PlacedGroup { job: id, round: 1, revision: content("job"), group, gpu: None };
	let secrets = job.secrets.keys().map(|name| (name.clone(), "opened".to_owned())).collect();
	let mut configs = Vec::new();
	// Everything twice: a step may be repeated.
	for _ in 0..2 {
		configs.clear();
		engine.create_network(&placed.network()).await.unwrap();
		for volume in placed.volumes() {
			engine.create_volume(&volume).await.unwrap();
		}
		for name in group.start_order() {
			let config = placed.container(name, image, &secrets, &Given::default()).unwrap();
			engine.create(&config).await.unwrap();
			engine.start(&config.name).await.unwrap();
			configs.push(config);
		}
	}
	configs
}

/// Removes all that belongs to jobs; comes back with how many things are left.
async fn clear(engine: &dyn ContainerEngine) -> usize {
	for container in engine.containers(LABEL_JOB).await.unwrap() {
		engine.stop(&container.name, 0).await.unwrap();
		engine.remove(&container.name).await.unwrap();
		engine.remove(&container.name).await.unwrap();
		engine.stop(&container.name, 0).await.unwrap();
	}
	for network in engine.networks(LABEL_JOB).await.unwrap() {
		engine.remove_network(&network.name).await.unwrap();
		engine.remove_network(&network.name).await.unwrap();
	}
	for volume in engine.volumes(LABEL_JOB).await.unwrap() {
		engine.remove_volume(&volume.name).await.unwrap();
		engine.remove_volume(&volume.name).await.unwrap();
	}
	engine.containers(LABEL_JOB).await.unwrap().len()
		+ engine.networks(LABEL_JOB).await.unwrap().len()
		+ engine.volumes(LABEL_JOB).await.unwrap().len()
}

/// What a command in a container says, and how it ends.
async fn run(engine: &dyn ContainerEngine, container: &str, script: &str) -> (i64, String) {
	let command = ["/bin/sh".to_owned(), "-c".to_owned(), script.to_owned()];
	let executed = engine.exec(container, &command, PATIENCE.as_secs(), 10_000).await.unwrap();
	(executed.code, executed.output)
}

async fn exit_of(engine: &dyn ContainerEngine, container: &str) -> RunState {
	let ended = async {
		let mut glances = tokio::time::interval(GLANCE);
		loop {
			glances.tick().await;
			match engine.inspect(container).await {
				Ok(Some(status)) if matches!(status.state, RunState::Exited { .. }) => {
					break status.state;
				},
				Ok(Some(_)) => {},
				// Podman may be between two states.
				Err(error) if error.is_transient() => {},
				other => panic!("{other:?}"),
			}
		}
	};
	tokio::time::timeout(PATIENCE, ended).await.expect("it ends")
}

const SERVER: &str = r#"containers:
  db:
    image: IMAGE
    command: [/bin/sh, -c, "mkdir -p /data/www; echo hello > /data/www/index; exec httpd -f -p 8080 -h /data/www"]
    volumes: {data: {path: /data, size_mib: 1}}
    ports: {http: {port: 8080, protocol: http}}
  web:
    image: IMAGE
    command: [/bin/sh, -c, "echo started; echo trouble >&2; exec sleep 1000"]
    resources: {cpu_millis: 100, memory_mib: 32, pids: 16}
    environment: {MODE: test}
    secrets: {KEY: key}
    dynamic_environment: {URL: ["http://", {address_of: db}, ":8080/index"]}
    depends_on: [db]
secrets: {key: sealed}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn engine_should_run_a_stack_and_leave_nothing_behind() {
	let (podman, engine) = Podman::start().await;
	assert!(engine.version().await.unwrap().starts_with("Podman"));
	let image = Image::Archive { cid: content("busybox") };
	let reference = engine.load(&image, &podman.archive()).await.unwrap();
	let configs = bring_up(&engine, 1, &job(SERVER), &reference).await;
	let [db, web] = configs.as_slice() else {
		panic!("two containers");
	};
	let status = engine.inspect(&web.name).await.unwrap().unwrap();
	assert_eq!(status.state, RunState::Running);
	let mut labels = web.labels.clone();
	labels.insert(LABEL_REALM.to_owned(), "07070707".to_owned());
	assert_eq!(status.labels, labels);
	assert!(status.address.is_some());
	assert_eq!(engine.containers(LABEL_JOB).await.unwrap().len(), 2);
	assert_eq!(engine.networks(LABEL_JOB).await.unwrap().len(), 1);
	assert_eq!(engine.volumes(LABEL_JOB).await.unwrap().len(), 1);
	// It knows its sibling by name, its variables and its secrets.
	let fetch = "i=0; until wget -qO- $URL; do i=$((i+1)); [ $i = 50 ] && exit 1; sleep 0.1; done";
	let (code, said) = run(&engine, &web.name, fetch).await;
	assert_eq!((code, said.lines().last()), (0, Some("hello")), "{said}");
	assert_eq!(run(&engine, &web.name, "echo $MODE $KEY").await, (0, "test opened\n".into()));
	assert_eq!(run(&engine, &web.name, "exit 3").await.0, 3);
	let mut lines = engine.logs(&web.name, 10, 10_000).await.unwrap();
	lines.sort_by_key(|line| line.is_error);
	let lines: Vec<_> = lines.iter().map(|line| (line.is_error, line.text.as_str())).collect();
	assert_eq!(lines, [(false, "started"), (true, "trouble")]);
	let stats = engine.stats(&db.name).await.unwrap();
	assert!(stats.pids != 0 && stats.memory_bytes != 0 && stats.cpu_ns != 0, "{stats:?}");
	// What is in a volume outlives the container.
	engine.stop(&db.name, 0).await.unwrap();
	assert!(matches!(exit_of(&engine, &db.name).await, RunState::Exited { .. }));
	engine.remove(&db.name).await.unwrap();
	assert_eq!(engine.inspect(&db.name).await.unwrap(), None);
	engine.create(db).await.unwrap();
	engine.start(&db.name).await.unwrap();
	assert_eq!(run(&engine, &db.name, "cat /data/www/index").await, (0, "hello\n".into()));
	assert_eq!(clear(&engine).await, 0);
}

/// All that a command writes, to either stream, and how it ends.
async fn talk(
	engine: &dyn ContainerEngine,
	container: &str,
	script: &str,
	input: Option<&[u8]>,
	terminal: Option<Terminal>,
) -> (i64, String, String) {
	let words = ["/bin/sh".to_owned(), "-c".to_owned(), script.to_owned()].to_vec();
	let command = Command { words, has_input: input.is_some(), terminal };
	let Session { id, mut output, input: mut writer } =
		engine.begin(container, &command).await.unwrap();
	let (mut said, mut complained) = (Vec::new(), Vec::new());
	let listening = async {
		while let Some(written) = output.next().await {
			let Written { is_error, bytes } = written.unwrap();
			if is_error { &mut complained } else { &mut said }.extend(bytes);
		}
	};
	let speaking = async {
		writer.write_all(input.unwrap_or_default()).await.unwrap();
		if input.is_some() && terminal.is_none() {
			writer.shutdown().await.unwrap();
		}
	};
	let talking = async { tokio::join!(listening, speaking) };
	tokio::time::timeout(PATIENCE, talking).await.expect("it ends");
	let mut code = None;
	let ending = async {
		while code.is_none() {
			code = engine.code(&id).await.unwrap();
		}
	};
	tokio::time::timeout(PATIENCE, ending)
		.await
		.expect("the engine notices that it has ended");
	let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
	(code.unwrap(), text(said), text(complained))
}

#[tokio::test(flavor = "multi_thread")]
async fn engine_should_hand_on_what_goes_on_in_a_container() {
	let (podman, engine) = Podman::start().await;
	let image = Image::Archive { cid: content("busybox") };
	let reference = engine.load(&image, &podman.archive()).await.unwrap();
	let configs = bring_up(&engine, 1, &job(SERVER), &reference).await;
	let web = &configs[1].name;
	let no_terminal = async |script, input| talk(&engine, web, script, input, None).await;
	let said = no_terminal("echo one; echo two >&2; exit 3", None).await;
	assert_eq!(said, (3, "one\n".to_owned(), "two\n".to_owned()));
	assert_eq!(no_terminal("cat; echo end", None).await, (0, "end\n".to_owned(), String::new()));
	let long = vec![b'a'; 1 << 20];
	let said = no_terminal("cat", Some(&long)).await;
	assert!(said.1.as_bytes() == long, "{} bytes came back", said.1.len());
	// In a terminal there is one stream, and a size.
	let terminal = Some(Terminal { columns: 123, rows: 45 });
	let script = "read word; stty size; echo $word >&2; exit 7";
	let (code, said, _) = talk(&engine, web, script, Some(b"hello\n"), terminal).await;
	assert_eq!(code, 7);
	assert!(said.contains("45 123\r\n") && said.ends_with("hello\r\n"), "{said:?}");
	// Lines are told when they are written, and the end when there are no more.
	let mut lines = engine.follow(web, 10);
	let next = async |lines: &mut Lines| {
		let line = tokio::time::timeout(PATIENCE, lines.next()).await.expect("a line comes");
		line.map(|line| line.unwrap().text)
	};
	let mut first = [next(&mut lines).await, next(&mut lines).await].map(Option::unwrap);
	first.sort();
	assert_eq!(first, ["started", "trouble"]);
	run(&engine, web, "echo later > /proc/1/fd/1").await;
	assert_eq!(next(&mut lines).await.as_deref(), Some("later"));
	engine.stop(web, 0).await.unwrap();
	assert_eq!(next(&mut lines).await, None);
	assert_eq!(clear(&engine).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn container_should_be_held_by_its_walls() {
	let (podman, engine) = Podman::start().await;
	let image = Image::Archive { cid: content("busybox") };
	let reference = engine.load(&image, &podman.archive()).await.unwrap();
	let configs = bring_up(&engine, 1, &job(SERVER), &reference).await;
	let (db, web) = (&configs[0].name, &configs[1].name);
	// Another job's container, on a network of its own.
	let other = job("containers: {other: {image: IMAGE, command: [/bin/sleep, \"1000\"]}}\n");
	let other = bring_up(&engine, 2, &other, &reference).await.remove(0).name;
	let db_address = engine.inspect(db).await.unwrap().unwrap().address.unwrap();
	let ask =
		|host: &str| format!("printf 'GET /index HTTP/1.0\\r\\n\\r\\n' | nc -w 2 {host} 8080");
	let ask_address = ask(&db_address.to_string());
	let (code, said) = run(&engine, web, &format!("until {ask_address}; do sleep 0.1; done")).await;
	assert!(code == 0 && said.ends_with("hello\n"), "{code}: {said}");
	for ask in [ask_address, ask("db")] {
		let (code, said) = run(&engine, &other, &ask).await;
		assert!(code != 0 && !said.contains("hello"), "another job's network: {code}: {said}");
	}
	// No privileges, no capabilities, seccomp on.
	let (_, status) = run(&engine, web, "cat /proc/self/status").await;
	for line in
		["NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "Seccomp:\t2"]
	{
		assert!(status.contains(line), "{line}\n{status}");
	}
	// It writes only where it may, and sees no file of the machine.
	assert_ne!(run(&engine, web, "touch /bin/new").await.0, 0);
	assert_ne!(run(&engine, web, "touch /new").await.0, 0);
	assert_eq!(run(&engine, web, "touch /tmp/new /run/new").await.0, 0);
	assert_eq!(run(&engine, db, "touch /data/new").await.0, 0);
	assert_ne!(
		run(&engine, web, &format!("cat {}", podman.directory().join("image.tar").display()))
			.await
			.0,
		0
	);
	let (_, mounts) = run(&engine, web, "cat /proc/mounts").await;
	assert!(mounts.lines().any(|line| line.contains(" / ") && line.contains("ro,")), "{mounts}");
	// No more processes than it may have.
	let forks = "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; echo all";
	let (_, said) = run(&engine, web, forks).await;
	assert!(!said.contains("all"), "{said}");
	assert_eq!(clear(&engine).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn container_should_be_ended_when_it_takes_too_much_memory() {
	let (podman, engine) = Podman::start().await;
	let image = Image::Archive { cid: content("busybox") };
	let reference = engine.load(&image, &podman.archive()).await.unwrap();
	let greedy =
		job("containers:\n  greedy:\n    image: IMAGE\n    resources: {memory_mib: 16}\n    \
		 command: [/bin/dd, if=/dev/zero, of=/dev/null, bs=64M, count=1]\n");
	let group = greedy.group().unwrap();
	let placed = PlacedGroup { job: 1, round: 1, revision: content("job"), group, gpu: None };
	engine.create_network(&placed.network()).await.unwrap();
	let name = &group.start_order()[0];
	let config = placed.container(name, &reference, &BTreeMap::new(), &Given::default()).unwrap();
	engine.create(&config).await.unwrap();
	engine.start(&config.name).await.unwrap();
	let ended = exit_of(&engine, &config.name).await;
	assert!(matches!(ended, RunState::Exited { code: 137, .. }), "{ended:?}");
	assert_eq!(clear(&engine).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn engine_should_say_why_it_cannot() {
	let (podman, engine) = Podman::start().await;
	let missing: Image = format!("localhost:1/nothing@{DIGEST}").parse().unwrap();
	assert!(!engine.has_image(&missing.to_string()).await.unwrap());
	let refused = engine.pull(&missing).await.unwrap_err();
	assert!(matches!(refused, EngineError::Refused { .. }), "{refused:?}");
	assert!(refused.is_transient(), "the registry may answer later: {refused}");
	let archive = Image::Archive { cid: content("busybox") };
	assert!(matches!(engine.pull(&archive).await, Err(EngineError::WrongImage { .. })));
	let nowhere = engine.load(&archive, Path::new("/nowhere")).await;
	assert!(matches!(nowhere, Err(EngineError::File { .. })), "{nowhere:?}");
	let broken = podman.directory().join("broken.tar");
	std::fs::write(&broken, "no archive").unwrap();
	let broken = engine.load(&archive, &broken).await;
	assert!(matches!(broken, Err(EngineError::Refused { .. })), "{broken:?}");
	assert_eq!(engine.inspect("nobody").await.unwrap(), None);
	assert!(engine.start("nobody").await.is_err());
	let socket = podman.socket();
	drop(podman);
	let unreachable = engine.version().await.unwrap_err();
	assert!(matches!(unreachable, EngineError::Unreachable { .. }), "{unreachable:?}");
	assert!(DockerEngine::connect(&socket, realm()).await.is_err());
}
