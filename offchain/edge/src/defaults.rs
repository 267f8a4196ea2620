// SPDX-License-Identifier: Apache-2.0

//! Defaults of the configuration, and limits of the daemon, with the reasons for their numbers.

use std::{
	net::{Ipv4Addr, SocketAddr},
	path::PathBuf,
	time::Duration,
};

/// Where the HTTP API listens.
pub(crate) const API_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 31236);

/// Where metrics and health are served.
pub(crate) const METRICS_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 31237);

/// Where the mesh listens.
pub(crate) const MESH_LISTEN: [&str; 2] =
	["/ip4/0.0.0.0/tcp/4101", "/ip4/0.0.0.0/udp/4101/quic-v1"];

/// Fewest connections that may be configured: gossip wants some, and jobs others.
pub(crate) const MESH_CONNECTIONS_MIN: u32 = 16;

/// Most connections that may be configured: more than there can be nodes.
pub(crate) const MESH_CONNECTIONS_MAX: u32 = 65_536;

/// The chain node beside the daemon.
pub(crate) const CHAIN_URL: &str = "ws://127.0.0.1:9944";

/// Space for the blocks of files, in bytes (32 GiB).
pub(crate) const STORE_BYTES_MAX: u64 = 32 * 1024 * 1024 * 1024;

/// Bytes that the pins of each job may keep (4 GiB): eight jobs fill the store.
pub(crate) const STORE_JOB_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Share of the store, in percent, above which what nobody keeps is removed: until then it is a cache.
pub(crate) const COLLECT_ABOVE_PERCENT: u64 = 90;

/// How often it is looked whether the store is nearly full: a disk takes some GB in that time.
pub(crate) const COLLECT_INTERVAL: Duration = Duration::from_secs(60);

/// How often every block is read: a disk that rots loses a block in months.
pub(crate) const SCRUB_INTERVAL: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Largest file, and largest CAR file, that is taken over HTTP, in bytes: as large as any file, and
/// the nodes above its chunks.
pub(crate) const UPLOAD_BYTES_MAX: usize = r1fs::FILE_BYTES_MAX as usize + 64 * 1024 * 1024;

/// Longest time to take a file, or to bring one here that is pinned: 4 GiB at 10 Mbit/s.
pub(crate) const UPLOAD_TIME_MAX: Duration = Duration::from_secs(3_600);

/// Largest body in JSON that an SDK sends about files, in bytes (88 MiB): 64 MiB in base64, which are
/// held in memory twice.
pub(crate) const SDK_JSON_BYTES_MAX: usize = 88 * 1024 * 1024;

/// Files in base64, and other values of files in JSON, that are in memory at a time.
pub(crate) const SDK_VALUES_MAX: usize = 4;

/// Uploads that lie beside the store until all of them is here, at a time: four of 4 GiB.
pub(crate) const SPOOLED_MAX: usize = 4;

/// Passphrases that are stretched at a time: each takes up to 1 GiB of memory.
pub(crate) const PASSPHRASES_MAX: usize = 1;

/// Uploads that are not finished, at a time.
pub(crate) const UPLOADS_MAX: usize = 64;

/// Bytes that their whole files may have together (16 GiB): half of a store, on the same disk.
pub(crate) const UPLOAD_PENDING_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;

/// How long an upload that nobody goes on with is kept.
pub(crate) const UPLOAD_KEPT: Duration = Duration::from_secs(24 * 3_600);

/// What a pin is called that a node makes because a job's specification says so.
pub(crate) const ORDERED_PIN_NAME: &str = "ordered";

/// Steps of rounds of learning that go on at a time. One trains, which takes all of some cores; others
/// are short.
pub(crate) const LEARNING_STEPS_MAX: usize = 8;

/// How long a step of a round rests before it is tried again: a block or two.
pub(crate) const LEARNING_AGAIN: Duration = Duration::from_secs(3);

/// Largest data set that is taken over HTTP, in bytes (256 MiB): it is in memory at once.
pub(crate) const DATA_SET_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Pins that are listed at a time: 250 KiB of JSON at most.
pub(crate) const PINS_LISTED_MAX: usize = 1_000;

/// Largest body of any other request, in bytes (16 MiB): a batch of pictures in JSON.
pub(crate) const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Largest body of a request that only says something, in bytes (16 KiB): twice a token.
pub(crate) const SMALL_REQUEST_BYTES_MAX: usize = 16 * 1024;

/// Longest time until a request is answered: three times what a model may take.
pub(crate) const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);

/// Longest time to take or fetch a file, a large model from the mesh included.
pub(crate) const FETCH_TIME_MAX: Duration = Duration::from_secs(120);

/// Connections of the HTTP API at a time: each takes some 20 KiB while it waits.
pub(crate) const API_CONNECTIONS_MAX: usize = 1_024;

/// Most connections that may be configured: each takes a file descriptor.
pub(crate) const API_CONNECTIONS_LIMIT: usize = 65_536;

/// How long a request may keep a connection that somebody else could use: the longest request, and
/// a minute to take the answer.
pub(crate) const SEAT_TIME_MAX: Duration = Duration::from_secs(180);

/// How long a client may take nothing of what it is answered: as long as servers wait by default.
pub(crate) const TAKE_TIME_MAX: Duration = Duration::from_secs(60);

/// How long a client may take to say what it wants, and a connection may rest between requests.
pub(crate) const HEADERS_TIME_MAX: Duration = Duration::from_secs(15);

/// Longest head of a request, in bytes (32 KiB): four times a token.
pub(crate) const HEADERS_BYTES_MAX: usize = 32 * 1024;

/// How long accepting rests when the system has no descriptor for another connection.
pub(crate) const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// How long TLS may take to be set up.
pub(crate) const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);

/// Largest job specification that is read, in bytes.
pub(crate) const SPECIFICATION_BYTES_MAX: u64 = 64 * 1024;

/// How often jobs are reconciled when nothing happens on the chain: failures are tried again.
pub(crate) const RECONCILE_INTERVAL: Duration = Duration::from_secs(5);

/// Outcomes of a job's steps that wait to be taken in; a step waits when they are too many.
pub(crate) const JOB_OUTCOMES_MAX: usize = 64;

/// How often containers are looked at: one that ends is started again that much later at most.
pub(crate) const CONTAINERS_INTERVAL: Duration = Duration::from_secs(1);

/// Specifications of waiting jobs that an oracle reads at a time.
pub(crate) const DEMANDS_AT_ONCE: usize = 8;

/// Longest wait for a specification, before the next ones have their turn.
pub(crate) const DEMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// Where container engines listen, in the order in which they are tried: Podman's, Docker's.
pub(crate) const ENGINE_SOCKETS: [&str; 3] =
	["/run/podman/podman.sock", "/run/docker.sock", "/var/run/docker.sock"];

/// How often an engine that does not answer is tried again.
pub(crate) const ENGINE_AGAIN: Duration = Duration::from_secs(5);

/// The port of the API on the networks of jobs: the same as on loopback, so that it is known.
pub(crate) const INSIDE_PORT: u16 = 31236;

/// Connections of all containers of a job to the API at a time.
pub(crate) const INSIDE_CONNECTIONS_MAX: usize = 64;

/// Lines of a container's log that are told if nobody says how many, and at most.
pub(crate) const LOG_LINES: u32 = 100;
/// See [`LOG_LINES`]: what a person scrolls through.
pub(crate) const LOG_LINES_MAX: u32 = 10_000;

/// Connections with the containers of a job at a time, for lines as they come and commands: each takes a
/// connection with the engine, and a command of the container's processes.
pub(crate) const TALKS_PER_JOB_MAX: usize = 8;

/// The same with all containers: of eight jobs.
pub(crate) const TALKS_MAX: usize = 64;

/// How long whoever was told how a command ended may take to hear it.
pub(crate) const TALK_LINGER: Duration = Duration::from_secs(5);

/// Bytes of a container's log that are told at once (1 MiB): lines may be long.
pub(crate) const LOG_BYTES_MAX: usize = 1024 * 1024;

/// What a command of a health check may say, in bytes: nobody reads more of a failure.
pub(crate) const CHECK_OUTPUT_BYTES_MAX: usize = 1024;

/// How long the containers of a job may be checked for somebody who asks whether they work: longer than
/// most checks take, and less than who asks waits.
pub(crate) const CHECK_TIME_MAX: Duration = Duration::from_secs(5);

/// How long the outcome of such a check is told again: whoever asks often does not make it more often.
pub(crate) const CHECK_FRESH: Duration = Duration::from_secs(2);

/// Challenges that wait for an answer at a time: as many as the mesh dials at once, so that no node
/// is blamed for what this one cannot do. All 46 224 deeds make 22 in a slot of 10 s.
pub(crate) const CHALLENGES_OPEN_MAX: usize = 64;

/// Where the store answers clients of Ratio1's SDKs, and their port since the first of them.
pub(crate) const CSTORE_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 31234);

/// Where files are answered to clients of Ratio1's SDKs, and their port since the first of them.
pub(crate) const FILES_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 31235);

/// Where the store answers clients of Redis: beside the port that Redis itself has.
pub(crate) const RESP_LISTEN: SocketAddr =
	SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 6380);

/// Bytes that each namespace of the store may hold (64 MiB): eight jobs on a machine take 512 MiB.
pub(crate) const CSTORE_NAMESPACE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Connections of Redis clients at a time: each takes some 10 KiB while it waits.
pub(crate) const RESP_CONNECTIONS_MAX: usize = 1_024;

/// How often it is looked whether the store can write.
pub(crate) const CSTORE_HEALTH_INTERVAL: Duration = Duration::from_secs(1);

/// Connections of visitors to the ingress at a time: each takes some 20 KiB while it waits.
pub(crate) const INGRESS_CONNECTIONS_MAX: usize = 1_024;

/// Connections of visitors that go on with something else than HTTP, at a time: as many as there may be
/// tunnels.
pub(crate) const INGRESS_UPGRADES_MAX: usize = 512;

/// Visits of one client at a time, over HTTP and TCP together: six connections for each browser of ten
/// people behind one address, and an eighth of the tunnels.
pub(crate) const INGRESS_VISITS_PER_CLIENT_MAX: usize = 64;

/// Connections of visitors over TCP at a time, on all ports together: half as many as tunnels.
pub(crate) const INGRESS_TCP_CONNECTIONS_MAX: usize = 256;

/// How long a container of this machine may take to take a connection: less than who opens a tunnel
/// waits.
pub(crate) const INGRESS_CONNECT_TIME_MAX: Duration = Duration::from_secs(3);

/// How long a container may take nothing of a request and say nothing: as long as servers that stand
/// before others wait by default.
pub(crate) const INGRESS_FIRST_BYTE_TIME_MAX: Duration = Duration::from_secs(60);

/// Longest head of a container's answer, in bytes (64 KiB): twice that of a request.
pub(crate) const INGRESS_HEAD_BYTES_MAX: usize = 64 * 1024;

/// Bytes that are on their way in each direction between a visitor and a container, beside what the
/// connections hold (16 KiB): 32 KiB for each of 512 tunnels are 16 MiB.
pub(crate) const INGRESS_COPY_BYTES: usize = 16 * 1024;

/// Replicas that are tried for one visitor: with 10 s for each, he waits half a minute at worst.
pub(crate) const INGRESS_REPLICAS_TRIED_MAX: usize = 3;

/// How long a replica that failed is tried last: as long as one takes to be started again.
pub(crate) const INGRESS_FAILURE_COUNTS: Duration = Duration::from_secs(10);

/// Failures of replicas that are remembered: 48 B each.
pub(crate) const INGRESS_FAILURES_MAX: usize = 4_096;

/// How long what another node is shown of a visitor's token is good, in seconds: it is looked at within
/// ten, by a clock that may be wrong by as much as a beat's.
pub(crate) const INGRESS_TOKEN_SECS: u64 = 60;

/// Specifications that are kept for visitors: 64 KiB each, 16 MiB at the very worst.
pub(crate) const INGRESS_DOCUMENTS_MAX: usize = 256;

/// Specifications that are fetched for visitors at a time.
pub(crate) const INGRESS_FETCHES_MAX: usize = 8;

/// How long it may take to fetch one.
pub(crate) const INGRESS_SPECIFICATION_TIME_MAX: Duration = Duration::from_secs(10);

/// How long one that could not be had is not fetched again.
pub(crate) const INGRESS_SPECIFICATION_AGAIN: Duration = Duration::from_secs(5);

/// How long a write waits for the replicas that it was asked to be on: as long as the deployed network
/// tries once.
pub(crate) const COPIES_TIMEOUT: Duration = Duration::from_secs(10);

/// Oracles that are told at a time what jobs have stored: with all 100 at once the mesh would have as
/// many connections to make in one moment.
pub(crate) const ANCHORS_AT_A_TIME: usize = 16;

/// How long nodes are given to agree on a change of a key: several attempts, each as long as a node that is
/// gone is waited for.
pub(crate) const QUORUM_TIMEOUT: Duration = Duration::from_secs(10);

/// How long shutdown waits for what is under way: as long as a model may take to answer.
pub(crate) const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Where the daemon keeps its files: the working directory's `r1-data`, so that a trial run leaves
/// nothing elsewhere. The systemd unit sets a system directory.
pub(crate) fn data_dir() -> PathBuf {
	PathBuf::from("r1-data")
}
