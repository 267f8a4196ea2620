// SPDX-License-Identifier: Apache-2.0

//! Clients of the store while machines die, and what must be there afterwards.
//!
//! Each client speaks the protocol of Redis with one of the nodes that replicate what is the
//! operator's, notes what it was told is stored, and goes to another node when its own is gone. In
//! the end every replica must hold the same, and all that anybody was told.

use crate::stage::{EPOCHS_TIMEOUT, say};
use anyhow::{Context, Result, ensure};
use networks::Network;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{
	collections::BTreeSet,
	io::{BufRead as _, BufReader, Write as _},
	net::{Ipv4Addr, SocketAddr, TcpStream},
	sync::mpsc::{Receiver, RecvTimeoutError},
	time::Duration,
};

/// How long a client waits for an answer: longer than a daemon for its disk.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a client rests between some writes: others need the processors, too.
const REST: Duration = Duration::from_millis(250);

/// What one client was told is stored.
#[derive(Debug, Default)]
pub(crate) struct History {
	/// Members that were added to the set.
	members: BTreeSet<String>,
	/// Increments that were acknowledged, and those that were tried.
	counted: u64,
	tried: u64,
	/// How many acknowledged writes another replica had as well.
	copied: u64,
}

impl History {
	/// What several clients were told.
	pub(crate) fn of(all: impl IntoIterator<Item = Self>) -> Self {
		all.into_iter().fold(Self::default(), |mut sum, one| {
			sum.members.extend(one.members);
			sum.counted += one.counted;
			sum.tried += one.tried;
			sum.copied += one.copied;
			sum
		})
	}
}

/// Writes to the replicas behind these ports, now and then, until whoever may stop it does or is
/// gone.
pub(crate) fn write(client: u64, ports: &[u16], stop: &Receiver<()>) -> History {
	let mut random = StdRng::seed_from_u64(client);
	let mut history = History::default();
	let mut number = 0_u64;
	while stop.recv_timeout(REST) == Err(RecvTimeoutError::Timeout) {
		let port = ports[random.random_range(0..ports.len())];
		// Nobody listens there while the node is dead.
		let Ok(mut connection) = Connection::open(port) else { continue };
		for _ in 0..random.random_range(1..20) {
			number += 1;
			if write_once(&mut connection, client, number, &mut history).is_err() {
				break;
			}
		}
	}
	history
}

/// One write of each kind; an error if the node is gone, and nothing is known of the last of them.
fn write_once(
	connection: &mut Connection,
	client: u64,
	number: u64,
	history: &mut History,
) -> Result<()> {
	let member = format!("{client}-{number}");
	ensure!(connection.ask(&format!("SADD joined {member}"))? == ":1", "it was not added");
	history.members.insert(member);
	history.tried += 1;
	ensure!(connection.ask("INCR counted")?.starts_with(':'), "it was not counted");
	history.counted += 1;
	let copies = connection.ask("WAIT 1 1000")?;
	history.copied += u64::from(copies != ":0");
	Ok(())
}

/// Waits until all replicas hold the same, and checks that nothing is missing.
pub(crate) fn check(network: &Network, ports: &[u16], history: &History) -> Result<()> {
	let (counted, tried) = (history.counted, history.tried);
	say(format!(
		"the store acknowledged {} members and {counted} of {tried} increments, {} on two replicas",
		history.members.len(),
		history.copied
	));
	ensure!(100 < history.members.len() && 0 < history.copied, "{history:?}");
	network.wait("the replicas to be the same", EPOCHS_TIMEOUT, || {
		let contents = ports.iter().map(|port| contents(*port)).collect::<Result<Vec<_>>>()?;
		let (members, count) = contents.first().context("there are replicas")?;
		let missing: Vec<_> = history.members.difference(members).take(5).collect();
		ensure!(missing.is_empty(), "{missing:?} are missing");
		ensure!((counted..=tried).contains(count), "{count} is not from {counted} to {tried}");
		let differs = contents.iter().any(|other| other != &contents[0]);
		ensure!(!differs, "the replicas differ");
		Ok(())
	})
}

/// The members and the counter, as one replica has them.
fn contents(port: u16) -> Result<(BTreeSet<String>, u64)> {
	let mut connection = Connection::open(port)?;
	let length = connection.ask("SMEMBERS joined")?;
	let length: usize = length.trim_start_matches('*').parse().context("a set has a length")?;
	let members = (0..length).map(|_| connection.bulk()).collect::<Result<_>>()?;
	connection.send("GET counted")?;
	let count = connection.bulk()?.parse().context("the counter is a number")?;
	Ok((members, count))
}

/// A connection to a store.
struct Connection(BufReader<TcpStream>);

impl Connection {
	fn open(port: u16) -> Result<Self> {
		let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
		let stream = TcpStream::connect_timeout(&address, ANSWER_TIMEOUT)?;
		stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
		stream.set_nodelay(true)?;
		Ok(Self(BufReader::new(stream)))
	}

	fn send(&mut self, line: &str) -> Result<()> {
		Ok(self.0.get_mut().write_all(format!("{line}\r\n").as_bytes())?)
	}

	fn ask(&mut self, line: &str) -> Result<String> {
		self.send(line)?;
		self.line()
	}

	fn line(&mut self) -> Result<String> {
		let mut line = String::new();
		ensure!(0 < self.0.read_line(&mut line)?, "the store closed the connection");
		Ok(line.trim_end().to_owned())
	}

	/// An answer with a length before it.
	fn bulk(&mut self) -> Result<String> {
		let length = self.line()?;
		ensure!(length.starts_with('$') && length != "$-1", "{length} is no value");
		self.line()
	}
}
