// SPDX-License-Identifier: Apache-2.0

//! Requests that show nothing, that show one token, and that show a new one each, in turns.

use crate::connection::Place;
use anyhow::{Context, Result};
use r1_dauth::{Attenuation, Token};
use serde_json::{Value, json};
use std::{
	cell::Cell,
	fs,
	rc::Rc,
	time::{Duration, Instant},
};
use tokio::task::{JoinSet, LocalSet};

/// A route that nobody needs a token for, and that does nothing.
const PUBLIC: &str = "/v2/health/live";

/// A route that says who asks.
const WHO: &str = "/v1/auth/self";

/// Tokens of which none comes twice in a second: more than there are requests in one.
const FRESH_TOKENS: usize = 20_000;

/// Length of the clock tick in which Linux reports the time of a process, in microseconds.
const TICK_MICROS: f64 = 10_000.0;

/// What is sent, where, and for how long.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
	pub(crate) place: &'a Place,
	pub(crate) token: &'a str,
	pub(crate) connections: usize,
	pub(crate) rounds: usize,
	/// Of one kind of request in each round.
	pub(crate) secs: u64,
}

/// What one kind of request came to, over all rounds.
#[derive(Debug, Default)]
struct Tally {
	requests: usize,
	elapsed: Duration,
	/// Time that this process had of a processor.
	client_micros: f64,
	/// Each round's rate, to see how far they are apart.
	rates: Vec<f64>,
}

/// Runs the plan.
pub(crate) async fn measure(plan: &Plan<'_>) -> Result<Value> {
	let fresh = fresh_tokens(plan.token)?;
	let fresh = fresh.iter().map(|token| plan.place.get(WHO, Some(token))).collect();
	let kinds: [Rc<Vec<Vec<u8>>>; 3] = [
		Rc::new(vec![plan.place.get(PUBLIC, None)]),
		Rc::new(vec![plan.place.get(WHO, Some(plan.token))]),
		Rc::new(fresh),
	];
	let mut tallies = [const { Tally::new() }; 3];
	// One round more, which is not counted.
	for round in 0..=plan.rounds {
		for (tally, requests) in tallies.iter_mut().zip(&kinds) {
			let before = processor_micros()?;
			let started = Instant::now();
			let count = flood(plan, requests).await?;
			let elapsed = started.elapsed();
			if round != 0 {
				tally.requests += count;
				tally.elapsed += elapsed;
				tally.client_micros += processor_micros()? - before;
				tally.rates.push(count as f64 / elapsed.as_secs_f64());
			}
		}
	}
	let [public, token, fresh] = &tallies;
	Ok(json!({
		"connections": plan.connections,
		"rounds": plan.rounds,
		"secs": plan.secs,
		"public": public.to_json(),
		"one_token": token.to_json(),
		"fresh_tokens": fresh.to_json(),
		"one_token_ratio": token.rate() / public.rate(),
		"fresh_tokens_ratio": fresh.rate() / public.rate(),
	}))
}

impl Tally {
	const fn new() -> Self {
		Self { requests: 0, elapsed: Duration::ZERO, client_micros: 0.0, rates: Vec::new() }
	}

	fn rate(&self) -> f64 {
		self.requests as f64 / self.elapsed.as_secs_f64()
	}

	fn to_json(&self) -> Value {
		let least = self.rates.iter().copied().fold(f64::INFINITY, f64::min);
		let most = self.rates.iter().copied().fold(0.0, f64::max);
		json!({
			"requests": self.requests,
			"per_sec": self.rate(),
			"per_sec_min": least,
			"per_sec_max": most,
			// Near 1 it is the client that sets the rate, and not the daemon.
			"client_share": self.client_micros / 1e6 / self.elapsed.as_secs_f64(),
		})
	}
}

/// Sends requests over all connections, each as soon as the one before is answered; returns how many
/// were answered.
async fn flood(plan: &Plan<'_>, requests: &Rc<Vec<Vec<u8>>>) -> Result<usize> {
	let deadline = Instant::now() + Duration::from_secs(plan.secs);
	let next = Rc::new(Cell::new(0_usize));
	let local = LocalSet::new();
	let mut senders = JoinSet::new();
	for _ in 0..plan.connections {
		let mut connection = plan.place.connect().await?;
		let (requests, next) = (Rc::clone(requests), Rc::clone(&next));
		let sender = async move {
			let mut count = 0_usize;
			while Instant::now() < deadline {
				let at = next.replace(next.get() + 1) % requests.len();
				connection.exchange(&requests[at]).await?;
				count += 1;
			}
			Ok::<_, anyhow::Error>(count)
		};
		senders.spawn_local_on(sender, &local);
	}
	local
		.run_until(async {
			let mut count = 0;
			while let Some(ended) = senders.join_next().await {
				count += ended.context("a sender failed")??;
			}
			Ok(count)
		})
		.await
}

/// Tokens that allow as much as this one, and differ.
fn fresh_tokens(token: &str) -> Result<Vec<String>> {
	let token = Token::parse(token)?;
	let narrowed = |_| Ok(token.attenuate(&Attenuation::default())?);
	(0..FRESH_TOKENS).map(narrowed).collect()
}

/// Time that this process has used on all processors, in microseconds.
fn processor_micros() -> Result<f64> {
	let stat = fs::read_to_string("/proc/self/stat")?;
	// The second field is the program's name, which may hold anything but ends in the last `)`.
	let (_, fields) = stat.rsplit_once(") ").context("/proc/self/stat has a name")?;
	let times = fields.split_whitespace().skip(11).take(2);
	let ticks = times.map(|field| field.parse::<f64>().context("ticks are numbers"));
	Ok(ticks.sum::<Result<f64>>()? * TICK_MICROS)
}
