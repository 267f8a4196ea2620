// SPDX-License-Identifier: Apache-2.0

//! A daemon, and clients that speak with it byte by byte.

use super::spawn;
use crate::world::{Daemon, JOB, Options, PATIENCE, World, developer, node, operator, stranger};
use r1_core::{Address, JobMembers, Membership};
use std::sync::Arc;
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::{TcpListener, TcpStream},
	time::timeout,
};

/// A client of Redis, as far as a test needs one.
struct Client(TcpStream);

impl Client {
	/// Connects to a daemon's store.
	async fn of(daemon: &Daemon) -> Self {
		let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = socket.local_addr().unwrap();
		let shared = &daemon.shared;
		let door = shared.door();
		let (clock, cancel) = (Arc::clone(&shared.clock), daemon.cancel.clone());
		spawn(socket, door, clock, cancel, &daemon.tasks).unwrap();
		Self(TcpStream::connect(address).await.unwrap())
	}

	/// Sends lines as a person types them, all at once.
	async fn send(&mut self, lines: &str) {
		let text = lines.lines().map(|line| format!("{}\r\n", line.trim())).collect::<String>();
		self.0.write_all(text.as_bytes()).await.unwrap();
	}

	/// Expects these bytes; newlines stand for the ends of lines.
	async fn expect(&mut self, expected: &str) {
		let expected = expected.replace('\n', "\r\n");
		let mut got = vec![0; expected.len()];
		let read = timeout(PATIENCE, self.0.read_exact(&mut got)).await;
		let got = String::from_utf8_lossy(&got).into_owned();
		assert!(read.is_ok_and(|read| read.is_ok()), "expected {expected:?}, got {got:?}");
		assert_eq!(got, expected);
	}

	/// One answer that is a line.
	async fn line(&mut self) -> String {
		let mut line = Vec::new();
		while !line.ends_with(b"\r\n") {
			let byte = timeout(PATIENCE, self.0.read_u8()).await.unwrap().unwrap();
			line.push(byte);
		}
		String::from_utf8(line).unwrap().trim_end().to_owned()
	}

	async fn ask(&mut self, line: &str) -> String {
		self.send(line).await;
		self.line().await
	}
}

async fn trusting() -> (World, Daemon) {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	(world, daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn program_of_this_machine_should_have_the_owners_namespace_without_a_word() {
	let (_world, daemon) = trusting().await;
	let mut client = Client::of(&daemon).await;
	client
		.send(
			"SET greeting hello
			 GET greeting
			 INCR count
			 HSET car wheels 4
			 HGETALL car
			 DEL greeting
			 GET greeting
			 WAIT 0 100
			 NONSENSE 1",
		)
		.await;
	client
		.expect(
			"+OK\n$5\nhello\n:1\n:1\n*2\n$6\nwheels\n$1\n4\n:1\n$-1\n:0\n\
			 -ERR unknown command 'NONSENSE', with args beginning with: '1' \n",
		)
		.await;
	// Another client sees it, and so does who chooses by number.
	let mut other = Client::of(&daemon).await;
	assert_eq!(other.ask("SELECT 0").await, "+OK");
	assert_eq!(other.ask("INCRBY count 41").await, ":42");
	let owner = Address(operator().account());
	assert_eq!(other.ask(&format!("SELECT owner/{owner}")).await, "+OK");
	assert_eq!(other.ask("INCR count").await, ":43");
	assert!(
		other
			.ask("SELECT job/999")
			.await
			.starts_with("-NOPERM this node does not replicate")
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn token_should_open_what_it_allows_and_nothing_else() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let mut client = Client::of(&daemon).await;
	assert_eq!(client.ask("GET key").await, "-NOAUTH Authentication required.");
	assert!(client.ask("AUTH nonsense").await.starts_with("-WRONGPASS"));

	// The developer's token opens his job, not that of somebody else, nor the node's owner's.
	let token = daemon.sign_in(&developer()).await;
	assert_eq!(client.ask(&format!("AUTH default {token}")).await, "+OK");
	assert!(client.ask("SET key value").await.starts_with("-ERR no namespace is selected"));
	assert!(client.ask("SELECT job/8").await.starts_with("-NOPERM"));
	assert_eq!(client.ask(&format!("SELECT job/{JOB}")).await, "+OK");
	assert_eq!(client.ask("SET key value").await, "+OK");

	let token = daemon.sign_in(&stranger()).await;
	assert_eq!(client.ask(&format!("AUTH {token}")).await, "+OK");
	assert!(client.ask(&format!("SELECT job/{JOB}")).await.starts_with("-NOPERM"));

	// The operator may read and write everything on his node.
	let token = daemon.sign_in(&operator()).await;
	assert_eq!(client.ask(&format!("AUTH {token}")).await, "+OK");
	assert_eq!(client.ask("SET key value").await, "+OK");
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_should_lose_what_the_chain_takes_away() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let token = daemon.sign_in(&developer()).await;
	let mut client = Client::of(&daemon).await;
	assert_eq!(client.ask(&format!("AUTH {token}")).await, "+OK");
	assert_eq!(client.ask(&format!("SELECT job/{JOB}")).await, "+OK");
	assert_eq!(client.ask("SET key value").await, "+OK");
	world.change(|state| drop(state.jobs.remove(&JOB)));
	let refused = async { while !client.ask("SET key value").await.starts_with("-NOPERM") {} };
	assert!(timeout(PATIENCE, refused).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn listener_should_hear_messages_and_what_happens_to_keys() {
	let (_world, daemon) = trusting().await;
	let mut listener = Client::of(&daemon).await;
	listener.send("SUBSCRIBE news __keyspace@0__:key __keyevent@0__:del").await;
	listener
		.expect(
			"*3\n$9\nsubscribe\n$4\nnews\n:1\n\
			 *3\n$9\nsubscribe\n$18\n__keyspace@0__:key\n:2\n\
			 *3\n$9\nsubscribe\n$18\n__keyevent@0__:del\n:3\n",
		)
		.await;
	let mut speaker = Client::of(&daemon).await;
	assert_eq!(speaker.ask("PUBLISH news hello").await, ":1");
	assert_eq!(speaker.ask("SET key value").await, "+OK");
	assert_eq!(speaker.ask("DEL key").await, ":1");
	listener
		.expect(
			"*3\n$7\nmessage\n$4\nnews\n$5\nhello\n\
			 *3\n$7\nmessage\n$18\n__keyspace@0__:key\n$3\nset\n\
			 *3\n$7\nmessage\n$18\n__keyspace@0__:key\n$3\ndel\n\
			 *3\n$7\nmessage\n$18\n__keyevent@0__:del\n$3\nkey\n",
		)
		.await;
	// By what channels are like, once for each pattern and once for the channel itself.
	listener.send("PSUBSCRIBE n?ws other*").await;
	listener
		.expect("*3\n$10\npsubscribe\n$4\nn?ws\n:4\n*3\n$10\npsubscribe\n$6\nother*\n:5\n")
		.await;
	assert_eq!(speaker.ask("PUBLISH news again").await, ":1");
	listener
		.expect(
			"*3\n$7\nmessage\n$4\nnews\n$5\nagain\n\
			 *4\n$8\npmessage\n$4\nn?ws\n$4\nnews\n$5\nagain\n",
		)
		.await;
	listener.send("PUNSUBSCRIBE other* n?ws").await;
	listener
		.expect("*3\n$12\npunsubscribe\n$6\nother*\n:4\n*3\n$12\npunsubscribe\n$4\nn?ws\n:3\n")
		.await;

	listener.send("UNSUBSCRIBE\nPING").await;
	for _ in 0..3 {
		assert_eq!(listener.line().await, "*3");
		for _ in 0..5 {
			listener.line().await;
		}
	}
	assert_eq!(listener.line().await, "+PONG");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_should_end_the_connection_and_nothing_else() {
	let (_world, daemon) = trusting().await;
	let mut client = Client::of(&daemon).await;
	client.send("SET key value\n*1\n!nonsense").await;
	client.expect("+OK\n-ERR Protocol error: expected '$', got '!'\n").await;
	let mut rest = Vec::new();
	assert_eq!(timeout(PATIENCE, client.0.read_to_end(&mut rest)).await.unwrap().unwrap(), 0);
	let mut client = Client::of(&daemon).await;
	client.send("GET key").await;
	client.expect("$5\nvalue\n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_page_should_not_write_by_way_of_a_browser() {
	let (_world, daemon) = trusting().await;
	for head in ["POST / HTTP/1.1", "GET / HTTP/1.1\nHost: 127.0.0.1:6380"] {
		let mut browser = Client::of(&daemon).await;
		browser
			.send(&format!("{head}\nContent-Length: 20\n\nSET key stolen\nSET key stolen"))
			.await;
		let mut rest = Vec::new();
		let ended = timeout(PATIENCE, browser.0.read_to_end(&mut rest)).await;
		// Whether the rest was still on its way when it was hung up on does not matter.
		assert!(ended.is_ok(), "the connection is still open");
		let mut client = Client::of(&daemon).await;
		assert_eq!(client.ask("GET key").await, "$-1", "{head}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn info_should_say_what_there_is() {
	let (_world, daemon) = trusting().await;
	let mut client = Client::of(&daemon).await;
	assert_eq!(client.ask("SET key value").await, "+OK");
	let length = client.ask("INFO").await;
	let length: usize = length.trim_start_matches('$').parse().unwrap();
	let mut text = vec![0; length];
	client.0.read_exact(&mut text).await.unwrap();
	let text = String::from_utf8(text).unwrap();
	for field in ["connected_clients:1", "aof_last_write_status:ok", "records:1", "role:master"] {
		assert!(text.lines().any(|line| line == field), "`{field}` is not in {text}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nodes_agree_on_should_change_in_one_order_through_any_node() {
	let world = World::of(3);
	world.change(|state| {
		let nodes = (1..=3).map(|deed| node(deed).key()).collect();
		// Later than the nodes were started, so that they know what they have said.
		let since_secs = state.finalised.timestamp_secs + 1_000;
		let current = Membership { round: 1, since_secs, nodes };
		let job = state.jobs.get_mut(&JOB).unwrap();
		job.deeds = vec![1, 2, 3];
		job.members = Some(JobMembers { current, former: Vec::new() });
	});
	let open = Options { requires_tokens: false, ..Options::default() };
	let first = world.start(1, open).await;
	let bootstrap = [first.mesh_address().await];
	let options = Options { bootstrap: &bootstrap, ..open };
	let [second, third] = [world.start(2, options).await, world.start(3, options).await];

	let select = format!("SELECT job/{JOB}/quorum");
	let mut clients = Vec::new();
	for daemon in [&first, &second, &third] {
		let mut client = Client::of(daemon).await;
		assert_eq!(client.ask(&select).await, "+OK");
		clients.push(client);
	}
	let [one, two, three] = &mut clients[..] else { panic!("there are three") };
	// Until they have met.
	let met = async { while one.ask("SET leader a NX").await.starts_with('-') {} };
	assert!(timeout(PATIENCE, met).await.is_ok());
	assert_eq!(two.ask("SET leader b NX").await, "$-1");
	assert_eq!(three.ask("CAS leader 1 c").await, ":2");
	assert_eq!(two.ask("CAS leader 1 b").await, "$-1");
	one.send("GETV leader").await;
	one.expect("*2\n:2\n$1\nc\n").await;

	// Each of many who count at once counts once.
	let count = async |client: &mut Client| {
		for _ in 0..10 {
			let counted = client.ask("INCR count").await;
			assert!(counted.starts_with(':'), "{counted}");
		}
	};
	tokio::join!(count(one), count(two), count(three));
	assert_eq!(two.ask("DECRBY count 0").await, ":30");
	// They are keys of their own.
	assert_eq!(two.ask(&format!("SELECT job/{JOB}")).await, "+OK");
	assert_eq!(two.ask("GET leader").await, "$-1");
	assert_eq!(two.ask("SET leader d").await, "+OK");
	three.send("GET leader\nHSET h f v").await;
	three
		.expect(
			"$1\nc\n-ERR 'hset' does not work on keys that nodes agree on; SELECT job/7 for the \
			 others\n",
		)
		.await;

	// Without a majority, nothing.
	assert_eq!(three.ask("SET leader e").await, "+OK");
	assert!(three.ask("SELECT job/999/quorum").await.starts_with("-NOPERM"));
	drop(first.stop().await);
	drop(second.stop().await);
	let alone = three.ask("SET leader f").await;
	let is_right = alone.starts_with("-NOMAJORITY") || alone.starts_with("-UNKNOWN");
	assert!(is_right, "{alone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nodes_agree_on_should_open_to_those_who_may() {
	let world = World::of(1);
	world.change(|state| {
		let since_secs = state.finalised.timestamp_secs + 1_000;
		let current =
			Membership { round: 1, since_secs, nodes: [node(1).key()].into_iter().collect() };
		let members = Some(JobMembers { current, former: Vec::new() });
		state.jobs.get_mut(&JOB).unwrap().members = members;
	});
	let daemon = world.start(1, Options::default()).await;
	let mut client = Client::of(&daemon).await;
	let select = format!("SELECT job/{JOB}/quorum");
	let token = daemon.sign_in(&stranger()).await;
	assert_eq!(client.ask(&format!("AUTH {token}")).await, "+OK");
	assert!(client.ask(&select).await.starts_with("-NOPERM"));
	let token = daemon.sign_in(&developer()).await;
	assert_eq!(client.ask(&format!("AUTH {token}")).await, "+OK");
	assert_eq!(client.ask(&select).await, "+OK");
	let set = async { while client.ask("SET key value").await != "+OK" {} };
	assert!(timeout(PATIENCE, set).await.is_ok());
	world.change(|state| drop(state.jobs.remove(&JOB)));
	let refused = async { while !client.ask("GET key").await.starts_with("-NOPERM") {} };
	assert!(timeout(PATIENCE, refused).await.is_ok());
}
