// SPDX-License-Identifier: Apache-2.0

//! Three members of etcd, and its protocol: gRPC, of which two calls are needed.

use crate::{
	load::{Client, Kind, Server},
	members::{Members, empty_folder, free_port, wait},
};
use anyhow::{Context, Result, ensure};
use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::SendRequest;
use http::Request;
use r1_core::protobuf::Writer;
use std::{net::Ipv4Addr, path::Path, process::Command};
use tokio::net::TcpStream;

/// Members.
const MEMBERS: usize = 3;

/// The members that run.
pub(crate) struct Etcd {
	ports: Vec<u16>,
	members: Members,
}

impl Etcd {
	/// Starts them, with everything as it is without options, and waits until each takes writes.
	pub(crate) async fn start(folder: &Path) -> Result<Self> {
		empty_folder(folder)?;
		let ports = (0..2 * MEMBERS).map(|_| free_port()).collect::<Result<Vec<_>>>()?;
		let (clients, peers) = ports.split_at(MEMBERS);
		let url = |port: &u16| format!("http://127.0.0.1:{port}");
		let cluster: Vec<String> = (0..MEMBERS)
			.zip(peers)
			.map(|(member, port)| format!("m{member}={}", url(port)))
			.collect();
		let mut members = Members::default();
		for (member, (client, peer)) in clients.iter().zip(peers).enumerate() {
			let mut command = Command::new("etcd");
			command
				.args(["--name", &format!("m{member}"), "--log-level", "warn"])
				.args(["--logger", "zap", "--initial-cluster-state", "new"])
				.args(["--listen-client-urls", &url(client)])
				.args(["--advertise-client-urls", &url(client)])
				.args(["--listen-peer-urls", &url(peer)])
				.args(["--initial-advertise-peer-urls", &url(peer)])
				.args(["--initial-cluster", &cluster.join(",")])
				.arg("--data-dir")
				.arg(folder.join(format!("m{member}")));
			members.spawn(&mut command, &folder.join(format!("m{member}.log")))?;
		}
		let etcd = Self { ports: clients.to_vec(), members };
		for member in 0..MEMBERS {
			wait("a member of etcd", async || {
				let mut client = etcd.connect(member).await?;
				client.run(Kind::AgreedWrite, b"begin", b"it").await
			})
			.await?;
		}
		Ok(etcd)
	}

	pub(crate) fn stop(self) {
		drop(self.members);
	}
}

impl Server for Etcd {
	type Client = Connection;

	async fn connect(&self, number: usize) -> Result<Connection> {
		Connection::open(self.ports[number % self.ports.len()]).await
	}
}

/// A client of one member.
pub(crate) struct Connection {
	port: u16,
	send: SendRequest<Bytes>,
}

impl Connection {
	async fn open(port: u16) -> Result<Self> {
		let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
		stream.set_nodelay(true)?;
		let (send, connection) = h2::client::handshake(stream).await?;
		// It ends with the client; what goes wrong is seen where something is asked.
		tokio::spawn(async move { connection.await.ok() });
		Ok(Self { port, send })
	}

	/// Calls a method; nothing of the answer matters but that there is one.
	async fn call(&mut self, method: &str, message: &[u8]) -> Result<()> {
		let uri = format!("http://127.0.0.1:{}/etcdserverpb.KV/{method}", self.port);
		let request = Request::post(uri)
			.header("content-type", "application/grpc")
			.header("te", "trailers")
			.body(())?;
		let mut framed = BytesMut::with_capacity(5 + message.len());
		// Not compressed, then the length.
		framed.put_u8(0);
		framed.put_u32(u32::try_from(message.len()).context("a message is too long")?);
		framed.put_slice(message);
		self.send = self.send.clone().ready().await?;
		let (response, mut body) = self.send.send_request(request, false)?;
		body.send_data(framed.freeze(), true)?;
		let (head, mut body) = response.await?.into_parts();
		while let Some(chunk) = body.data().await {
			let chunk = chunk?;
			body.flow_control().release_capacity(chunk.len())?;
		}
		let trailers = body.trailers().await?;
		// Without an answer the status is in the head.
		let status = trailers.as_ref().unwrap_or(&head.headers).get("grpc-status");
		ensure!(status.is_some_and(|status| status == "0"), "etcd refuses: {trailers:?} {head:?}");
		Ok(())
	}
}

impl Client for Connection {
	async fn run(&mut self, kind: Kind, key: &[u8], value: &[u8]) -> Result<()> {
		let mut message = Writer::new();
		message.bytes(1, key);
		match kind {
			// It has one kind of keys.
			Kind::Write | Kind::AgreedWrite => {
				message.bytes(2, value);
				self.call("Put", &message.finish()).await
			},
			Kind::AgreedRead => self.call("Range", &message.finish()).await,
		}
	}
}
