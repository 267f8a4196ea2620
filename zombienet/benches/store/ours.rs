// SPDX-License-Identifier: Apache-2.0

//! Three replicas of ours.

use crate::{
	load::{Client, Kind, Server},
	members::{Members, empty_folder, free_port, wait},
};
use anyhow::{Result, bail, ensure};
use codec::Decode as _;
use networks::replica::{Answer, Conduct, Question, Wish, frame_length, to_frame};
use r1_core::{Clock as _, SystemClock};
use r1_cstore::Digest;
use std::{net::Ipv4Addr, path::Path, process::Command};
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::TcpStream,
};

/// Replicas.
pub(crate) const REPLICAS: usize = 3;

/// Where they listen for each other: loopback is a whole network.
const NETWORK: &str = "127.77.0";

/// How long before they were named they must have started, in milliseconds, and some more.
const NAMED_AFTER_MS: u64 = 90_000;

/// The replicas that run.
pub(crate) struct Ours {
	ports: Vec<u16>,
	_members: Members,
}

impl Ours {
	/// Starts them, and waits until each takes part in what they agree on.
	pub(crate) async fn start(program: &Path, folder: &Path) -> Result<Self> {
		empty_folder(folder)?;
		let ports = (0..REPLICAS).map(|_| free_port()).collect::<Result<Vec<_>>>()?;
		let named_at_ms = SystemClock::new().now_ms() + NAMED_AFTER_MS;
		let mut members = Members::default();
		for (number, port) in (1..).zip(&ports) {
			let mut command = Command::new(program);
			command
				.args(["--number", &number.to_string(), "--replicas", &REPLICAS.to_string()])
				.args(["--network", NETWORK, "--named-at-ms", &named_at_ms.to_string()])
				.args(["--listen", &format!("127.0.0.1:{port}"), "--seed", "0"])
				.arg("--folder")
				.arg(folder.join(number.to_string()))
				.arg("--socket")
				.arg(folder.join(format!("{number}.socket")));
			members.spawn(&mut command, &folder.join(format!("{number}.log")))?;
		}
		let ours = Self { ports, _members: members };
		for replica in 0..REPLICAS {
			wait("a replica", async || {
				let mut client = ours.connect(replica).await?;
				client.run(Kind::AgreedRead, b"begin", b"").await?;
				client.run(Kind::Write, b"begin", b"it").await
			})
			.await?;
		}
		Ok(ours)
	}

	/// Bytes that all of them have sent each other.
	pub(crate) async fn sent_bytes(&self) -> Result<u64> {
		let mut all = 0;
		for replica in 0..REPLICAS {
			match self.connect(replica).await?.ask(&Question::SentBytes).await? {
				Answer::SentBytes(bytes) => all += bytes,
				other => bail!("a replica answered {other:?}"),
			}
		}
		Ok(all)
	}

	/// The digests of what each of them holds.
	pub(crate) async fn roots(&self) -> Result<Vec<Digest>> {
		let mut roots = Vec::new();
		for replica in 0..REPLICAS {
			match self.connect(replica).await?.ask(&Question::Root).await? {
				Answer::Root(root) => roots.push(root),
				other => bail!("a replica answered {other:?}"),
			}
		}
		Ok(roots)
	}

	/// Cuts one off from the others, or lets it back.
	pub(crate) async fn cut_off(&self, replica: usize, is_cut_off: bool) -> Result<()> {
		let conduct = Conduct { is_cut_off, ..Conduct::default() };
		let answer = self.connect(replica).await?.ask(&Question::Conduct(conduct)).await?;
		ensure!(matches!(answer, Answer::Done), "a replica answered {answer:?}");
		Ok(())
	}
}

impl Server for Ours {
	type Client = Connection;

	async fn connect(&self, number: usize) -> Result<Connection> {
		let port = self.ports[number % self.ports.len()];
		let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
		stream.set_nodelay(true)?;
		Ok(Connection(stream))
	}
}

/// A client of one replica.
pub(crate) struct Connection(TcpStream);

impl Connection {
	pub(crate) async fn ask(&mut self, question: &Question) -> Result<Answer> {
		self.0.write_all(&to_frame(question)?).await?;
		let mut length = [0; 4];
		self.0.read_exact(&mut length).await?;
		let mut bytes = vec![0; frame_length(length)?];
		self.0.read_exact(&mut bytes).await?;
		Ok(Answer::decode(&mut bytes.as_slice())?)
	}

	/// Sets a key, or deletes it, on this replica and so many others.
	pub(crate) async fn set(
		&mut self,
		key: &[u8],
		value: Option<&[u8]>,
		copies: u32,
	) -> Result<()> {
		let wish = Wish::Set { key: key.to_vec(), value: value.map(<[u8]>::to_vec) };
		match self.ask(&Question::Write { wish, copies }).await? {
			Answer::Written { copies: reached, .. } if copies <= reached => Ok(()),
			other => bail!("a replica answered {other:?}"),
		}
	}
}

impl Client for Connection {
	async fn run(&mut self, kind: Kind, key: &[u8], value: &[u8]) -> Result<()> {
		let key_owned = || key.to_vec();
		let answer = match kind {
			Kind::Write => return self.set(key, Some(value), 2).await,
			Kind::AgreedWrite => {
				let (expected, value) = (None, Some(value.to_vec()));
				self.ask(&Question::Replace { key: key_owned(), expected, value }).await?
			},
			Kind::AgreedRead => self.ask(&Question::Look { key: key_owned() }).await?,
		};
		let is_done = matches!(answer, Answer::Changed(_) | Answer::Holds { .. });
		ensure!(is_done, "a replica answered {answer:?}");
		Ok(())
	}
}
