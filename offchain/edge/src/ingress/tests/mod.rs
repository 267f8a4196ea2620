// SPDX-License-Identifier: Apache-2.0

//! Visitors, daemons with a mesh between them, and containers that are servers on loopback: what an
//! engine would say of them, the tests say.

mod headers;
mod web;
mod access;
mod tcp;

use super::{Names, TcpPort};
use crate::{
	http::{self, Listener},
	world::{Daemon, JOB, Options, PATIENCE, World, until},
};
use axum::{
	Router,
	body::Body,
	extract::Request,
	http::{HeaderMap, StatusCode, header},
	response::{IntoResponse as _, Response},
	routing::{any, get},
};
use hyper_util::rt::TokioIo;
use r1_deeploy::{
	job::{Group, JobSpecification},
	specification::ServedName,
};
use r1_primitives::DeedId;
use std::{
	net::{IpAddr, SocketAddr},
	sync::{
		Arc,
		atomic::{AtomicUsize, Ordering},
	},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::TcpListener,
};
use tokio_util::{
	sync::{CancellationToken, DropGuard},
	task::TaskTracker,
};

/// Where the container of a deed's node is.
pub(crate) fn place(deed: DeedId) -> IpAddr {
	[127, 0, 0, 10 + u8::try_from(deed).unwrap()].into()
}

/// A stack with a web server, a door for administrators, and a database.
pub(crate) fn specification(ports: [u16; 3]) -> String {
	let [web, admin, sql] = ports;
	let image = "oci-archive:bafkreid2qnfhy7vcbhjskibnqchnzs5uxrxudq7q2hfuyzett2bs2x2iwu";
	format!(
		"version: 2
kind: stack
name: shop
containers:
  web:
    image: {image}
    ports:
      http: {{port: {web}, protocol: http, public: true}}
      admin: {{port: {admin}, protocol: http}}
    health: {{continuous: {{http: {{port: {web}, path: /ready}}, timeout_secs: 2}}}}
  db:
    image: {image}
    ports: {{sql: {{port: {sql}, public: true}}}}
"
	)
}

pub(crate) fn group(specification: &str) -> Arc<Group> {
	let job = JobSpecification::read(specification.as_bytes()).unwrap();
	Arc::new(job.group().unwrap().clone())
}

/// Ports that nobody uses on any of the addresses of containers.
pub(crate) async fn free_ports() -> [u16; 3] {
	let mut sockets = Vec::new();
	for _ in 0..3 {
		sockets.push(TcpListener::bind("0.0.0.0:0").await.unwrap());
	}
	let ports = sockets.iter().map(|socket| socket.local_addr().unwrap().port());
	ports.collect::<Vec<_>>().try_into().unwrap()
}

/// Orders the job, for these deeds; every daemon has its specification.
pub(crate) async fn order(
	world: &World,
	daemons: &[&Daemon],
	specification: &str,
	deeds: &[DeedId],
) {
	let mut cid = None;
	for daemon in daemons {
		let added = daemon.shared.files.files().add(specification.as_bytes()).await.unwrap();
		cid = Some(added.cid);
	}
	world.change(|state| {
		let job = state.jobs.get_mut(&JOB).unwrap();
		job.specification = cid.unwrap().to_bytes();
		job.deeds = deeds.to_vec();
	});
}

/// Says where the containers of a daemon are.
pub(crate) fn run(daemon: &Daemon, deed: DeedId, specification: &str) {
	let name = |name| ServedName::new(name).unwrap();
	let addresses = [(name("web"), place(deed)), (name("db"), place(deed))];
	let containers = daemon.shared.jobs.containers();
	containers.put(JOB, group(specification), addresses.into());
}

/// Daemons that are connected with the first of them.
pub(crate) async fn daemons(world: &World, count: u32) -> Vec<Daemon> {
	let mut daemons: Vec<Daemon> = Vec::new();
	for deed in 1..=count {
		let bootstrap: Vec<String> = match daemons.first() {
			Some(first) => vec![first.full_mesh_address().await],
			None => Vec::new(),
		};
		let options = Options { bootstrap: &bootstrap, ..Options::default() };
		daemons.push(world.start(deed, options).await);
	}
	until("the nodes are connected", async || {
		daemons.iter().all(|daemon| count <= daemon.shared.mesh.peers() + 1)
	})
	.await;
	daemons
}

/// Listens where another server may be about to end.
async fn bind(address: SocketAddr) -> TcpListener {
	let binding = async {
		loop {
			match TcpListener::bind(address).await {
				Ok(listener) => return listener,
				Err(_taken) => tokio::time::sleep(Duration::from_millis(20)).await,
			}
		}
	};
	tokio::time::timeout(PATIENCE, binding)
		.await
		.expect("the address is free in time")
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
	pub(crate) address: SocketAddr,
	/// Requests that it got.
	pub(crate) asked: Arc<AtomicUsize>,
	_stop: DropGuard,
}

impl Server {
	pub(crate) fn asked(&self) -> usize {
		self.asked.load(Ordering::SeqCst)
	}
}

/// A web server as a container would run it, which says who it is.
pub(crate) async fn web_server(deed: DeedId, port: u16) -> Server {
	let asked = Arc::new(AtomicUsize::new(0));
	let count = Arc::clone(&asked);
	let router = Router::new()
		.route("/", get(async move || format!("deed {deed}")))
		.route("/ready", get(async || "ready"))
		.route("/headers", get(said_headers))
		.route("/echo", any(async |request: Request| request.into_body()))
		.route("/upgrade", get(upgraded))
		.route("/away", get(async || axum::response::Redirect::to("/")))
		.layer(axum::middleware::map_request(move |request: Request| {
			count.fetch_add(1, Ordering::SeqCst);
			async move { request }
		}));
	serve(SocketAddr::new(place(deed), port), router, asked).await
}

/// The ingress of a daemon, over HTTP.
pub(crate) async fn ingress(daemon: &Daemon, names: Names) -> Server {
	let router = daemon.shared.ingress.router(names, false);
	serve("127.0.0.1:0".parse().unwrap(), router, Arc::default()).await
}

async fn serve(address: SocketAddr, router: Router, asked: Arc<AtomicUsize>) -> Server {
	let socket = bind(address).await;
	let address = socket.local_addr().unwrap();
	let cancel = CancellationToken::new();
	let listener = Listener { socket, tls: None, connections_max: 64 };
	tokio::spawn(http::serve(listener, router, cancel.clone(), TaskTracker::new()));
	Server { address, asked, _stop: cancel.drop_guard() }
}

/// The ingress of a daemon, over TCP.
pub(crate) async fn tcp_ingress(daemon: &Daemon, target: &str) -> Server {
	let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = socket.local_addr().unwrap();
	let cancel = CancellationToken::new();
	let port = TcpPort { socket, target: target.parse().unwrap() };
	let ingress = daemon.shared.ingress.clone();
	tokio::spawn(ingress.serve_tcp(vec![port], cancel.clone(), TaskTracker::new()));
	Server { address, asked: Arc::default(), _stop: cancel.drop_guard() }
}

/// A server that says back what it hears, and "bye" when that ends.
pub(crate) async fn echo_server(address: SocketAddr) -> Server {
	let socket = bind(address).await;
	let address = socket.local_addr().unwrap();
	let asked = Arc::new(AtomicUsize::new(0));
	let count = Arc::clone(&asked);
	let cancel = CancellationToken::new();
	tokio::spawn(cancel.clone().run_until_cancelled_owned(async move {
		loop {
			let (mut stream, _) = socket.accept().await.unwrap();
			count.fetch_add(1, Ordering::SeqCst);
			tokio::spawn(async move {
				let (mut reader, mut writer) = stream.split();
				// A visitor that is gone wants no answer.
				drop(tokio::io::copy(&mut reader, &mut writer).await);
				drop(writer.write_all(b"bye").await);
			});
		}
	}));
	Server { address, asked, _stop: cancel.drop_guard() }
}

/// A server that reads the head of a request, and hangs up.
pub(crate) async fn rude_server(address: SocketAddr) -> Server {
	let socket = bind(address).await;
	let asked = Arc::new(AtomicUsize::new(0));
	let count = Arc::clone(&asked);
	let cancel = CancellationToken::new();
	tokio::spawn(cancel.clone().run_until_cancelled_owned(async move {
		loop {
			let (mut stream, _) = socket.accept().await.unwrap();
			let mut heard = Vec::new();
			while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
				stream.read_buf(&mut heard).await.unwrap();
			}
			count.fetch_add(1, Ordering::SeqCst);
		}
	}));
	Server { address, asked, _stop: cancel.drop_guard() }
}

async fn said_headers(headers: HeaderMap) -> Response {
	let lines = headers.iter().map(|(name, value)| {
		let value = value.to_str().unwrap_or("?");
		format!("{name}: {value}\n")
	});
	let said = lines.collect::<String>();
	([(header::SET_COOKIE, "session=1; Domain=example.org")], said).into_response()
}

/// Goes on in a protocol of its own: each byte comes back increased by one.
async fn upgraded(mut request: Request) -> Response {
	let upgrade = hyper::upgrade::on(&mut request);
	tokio::spawn(async move {
		let mut stream = TokioIo::new(upgrade.await.unwrap());
		while let Ok(byte) = stream.read_u8().await {
			if stream.write_u8(byte.wrapping_add(1)).await.is_err() {
				return;
			}
		}
	});
	let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "counting")];
	(StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
}
