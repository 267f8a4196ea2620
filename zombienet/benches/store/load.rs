// SPDX-License-Identifier: Apache-2.0

//! Clients that ask again as soon as they are answered, and how long that took.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{task::JoinSet, time::Instant};

/// Keys that the load is spread over.
const KEYS: u64 = 100_000;

/// Bytes of a value, as etcd's own benchmark has it.
pub(crate) const VALUE_BYTES: usize = 256;

/// What is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
	/// A write that is on the disks of two.
	Write,
	/// A write that all agree on.
	AgreedWrite,
	/// A read of the last such write.
	AgreedRead,
}

impl Kind {
	pub(crate) fn name(self) -> &'static str {
		match self {
			Self::Write => "write",
			Self::AgreedWrite => "agreed_write",
			Self::AgreedRead => "agreed_read",
		}
	}
}

/// A store of several members.
pub(crate) trait Server {
	type Client: Client + Send + 'static;

	/// A client of the member whose turn it is.
	async fn connect(&self, number: usize) -> Result<Self::Client>;
}

/// A client of a store.
pub(crate) trait Client {
	/// Asks for something, and waits for the answer.
	fn run(
		&mut self,
		kind: Kind,
		key: &[u8],
		value: &[u8],
	) -> impl Future<Output = Result<()>> + Send;
}

/// What is put on a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
	pub(crate) clients: u32,
	pub(crate) kind: Kind,
	pub(crate) lasts: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
	pub(crate) operations: usize,
	per_sec: f64,
	p50_ms: f64,
	p99_ms: f64,
}

impl Load {
	pub(crate) async fn put_on(self, server: &impl Server) -> Result<Outcome> {
		let mut clients = JoinSet::new();
		let mut connections = Vec::new();
		for number in 0..self.clients {
			connections.push((number, server.connect(usize::try_from(number)?).await?));
		}
		let began = Instant::now();
		for (number, client) in connections {
			clients.spawn(self.one(number, client, began + self.lasts));
		}
		let mut times = Vec::new();
		while let Some(client) = clients.join_next().await {
			times.extend(client.context("a client has panicked")??);
		}
		let secs = began.elapsed().as_secs_f64();
		times.sort_unstable();
		let at = |share: f64| {
			let place = (times.len() as f64 * share) as usize;
			times.get(place.min(times.len().saturating_sub(1))).map(Duration::as_secs_f64)
		};
		let (p50, p99) = at(0.5).zip(at(0.99)).context("nothing was answered")?;
		let per_sec = times.len() as f64 / secs;
		let operations = times.len();
		Ok(Outcome { operations, per_sec, p50_ms: p50 * 1_000.0, p99_ms: p99 * 1_000.0 })
	}

	/// One client, until a moment: how long each operation took.
	async fn one(
		self,
		number: u32,
		mut client: impl Client,
		until: Instant,
	) -> Result<Vec<Duration>> {
		let value = vec![b'v'; VALUE_BYTES];
		let mut times = Vec::new();
		let mut place = u64::from(number);
		loop {
			// Scattered, and by nobody's chance: both stores are asked for the same.
			place = place
				.wrapping_mul(6_364_136_223_846_793_005)
				.wrapping_add(1_442_695_040_888_963_407);
			let key = format!("key-{:012}", (place >> 32) % KEYS);
			let began = Instant::now();
			if until <= began {
				return Ok(times);
			}
			client.run(self.kind, key.as_bytes(), &value).await?;
			times.push(began.elapsed());
		}
	}
}

/// The middle of several outcomes, by their rates, with the least and the most.
pub(crate) fn median(mut outcomes: Vec<Outcome>) -> Value {
	outcomes.sort_by(|one, other| one.per_sec.total_cmp(&other.per_sec));
	let middle = outcomes.get(outcomes.len() / 2);
	let (least, most) = (outcomes.first(), outcomes.last());
	json!({
		"per_sec": middle.map(|it| it.per_sec),
		"per_sec_min": least.map(|it| it.per_sec),
		"per_sec_max": most.map(|it| it.per_sec),
		"p50_ms": middle.map(|it| it.p50_ms),
		"p99_ms": middle.map(|it| it.p99_ms),
	})
}
