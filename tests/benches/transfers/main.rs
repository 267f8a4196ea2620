// SPDX-License-Identifier: Apache-2.0

//! How many transfers a running network finalises in a second, and how long finality takes.
//!
//! A program, not a timed test: `cargo xtask bench` starts a network, runs this against it, and
//! reads the one JSON object that it prints. It asks the metadata for everything, so it measures
//! any chain that has balances and the transaction extensions that subxt knows.
//!
//! ```text
//!  senders ──sign──> stock ──load, at a pace──> validators (each sender always the same one)
//!                                                   │ heads and bodies, of the first one
//!                      report <── ledger <── observe┘
//! ```
//!
//! Two phases, because a full pool says nothing about latency and an idle one nothing about
//! throughput:
//!
//! 1. *Saturation*: a fixed number of transfers is always waiting for a block. What is finalised
//!    between two moments of finality, after the warm-up, is the throughput.
//! 2. *Steady*: a moderate rate. Each transfer and each block is a sample of the latency.

#![expect(
	clippy::print_stdout,
	clippy::print_stderr,
	reason = "a program: its result is on stdout, what it is doing on stderr"
)]

mod chain;
mod senders;
mod ledger;
mod observe;
mod load;
mod report;

use anyhow::{Context as _, Result};
use chain::{Limits, Node};
use clap::Parser;
use load::Pace;
use observe::Observer;
use report::{Report, Saturation, Steady};
use senders::{Senders, Stock};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Transfers that are signed beyond what the limit of the chain lets it take, in seconds of it:
/// the window may end a little later than asked for, at the next moment of finality.
const STOCK_RESERVE_SECS: f64 = 30.0;

/// What to measure, and where.
#[derive(Debug, Parser)]
struct Arguments {
	/// WebSocket address of a validator; give it once for each, the first one is observed.
	#[arg(long = "url", value_name = "URL", required = true)]
	urls: Vec<String>,
	/// Accounts that send; so many that few transfers wait behind another of the same account, since
	/// a pool that loses one can do nothing with those behind it.
	#[arg(long, default_value_t = 1_500)]
	senders: u32,
	/// Seconds of saturation that are not counted.
	#[arg(long, default_value_t = 20)]
	warm_up_secs: u64,
	/// Seconds of saturation that are counted.
	#[arg(long, default_value_t = 60)]
	saturation_secs: u64,
	/// Transfers that wait for a block during saturation; a pool holds 8 192 that are ready.
	#[arg(long, default_value_t = 3_000)]
	outstanding: usize,
	/// Seconds of the steady phase.
	#[arg(long, default_value_t = 120)]
	steady_secs: u64,
	/// Transfers a second in the steady phase.
	#[arg(long, default_value_t = 100)]
	rate_per_sec: u32,
	/// Cargo gives it to every benchmark.
	#[arg(long, hide = true)]
	bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
	let arguments = Arguments::parse();
	let mut nodes = Vec::new();
	for url in &arguments.urls {
		nodes.push(Node::connect(url).await?);
	}
	let (observer, observing) = Observer::start(&nodes[0]).await?;
	let report = tokio::select! {
		report = measure(&arguments, &nodes, &observer) => report?,
		never = load::resend_overdue(&nodes, &observer) => match never {},
		failed = observing => match failed.context("the chain cannot be observed any more")? {},
	};
	println!("{}", serde_json::to_string_pretty(&report)?);
	Ok(())
}

async fn measure(arguments: &Arguments, nodes: &[Node], observer: &Observer) -> Result<Report> {
	let node = &nodes[0];
	eprintln!("    giving {} accounts something to send", arguments.senders);
	let senders = Senders::new(arguments.senders)?;
	senders.fund(node).await?;

	let limits = node.limits(&senders.sample(node).await?).await?;
	let count = stock_size(arguments, &limits);
	eprintln!("    signing {count} transfers");
	let mut stock = Stock::sign(node, &senders, count, nodes.len()).await?;

	eprintln!("    saturating for {} s", arguments.warm_up_secs + arguments.saturation_secs);
	let pace = Pace::Saturate { outstanding: arguments.outstanding };
	let window = saturation_window(arguments, observer);
	let (from, until) = load::submit_during(nodes, &mut stock, observer, pace, window).await?;
	observer.drained().await?;
	let saturation =
		Saturation::between(observer, node, arguments.outstanding, from, until).await?;

	eprintln!("    sending {} a second for {} s", arguments.rate_per_sec, arguments.steady_secs);
	let pace = Pace::Steady { per_sec: arguments.rate_per_sec };
	let from = Instant::now();
	let while_steady = async {
		sleep(Duration::from_secs(arguments.steady_secs)).await;
		Ok(())
	};
	load::submit_during(nodes, &mut stock, observer, pace, while_steady).await?;
	let until = Instant::now();
	observer.drained().await?;
	let steady = Steady::between(observer, arguments.rate_per_sec, from, until)?;
	Ok(Report { limits, senders: arguments.senders, saturation, steady })
}

/// Transfers that both phases can need at most.
fn stock_size(arguments: &Arguments, limits: &Limits) -> usize {
	let saturated_secs = (arguments.warm_up_secs + arguments.saturation_secs) as f64;
	let saturation = (saturated_secs + STOCK_RESERVE_SECS) * limits.transfers_per_sec;
	let steady = arguments.steady_secs as usize * arguments.rate_per_sec as usize;
	saturation as usize + arguments.outstanding + steady
}

/// Waits until the window of saturation is over: from one moment of finality to another, so that
/// neither end cuts through what becomes final together.
async fn saturation_window(
	arguments: &Arguments,
	observer: &Observer,
) -> Result<(Instant, Instant)> {
	sleep(Duration::from_secs(arguments.warm_up_secs)).await;
	let from = observer.next_finality().await?;
	sleep(Duration::from_secs(arguments.saturation_secs)).await;
	let until = observer.next_finality().await?;
	Ok((from, until))
}
