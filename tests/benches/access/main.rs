// SPDX-License-Identifier: Apache-2.0

//! What it costs a daemon to know who asks: checking a token, signing in, and serving requests that
//! show a token beside requests that show nothing.
//!
//! A program, not a timed test: `cargo xtask bench` starts a network, links a daemon to a deed, runs
//! this against it and reads the one JSON object that it prints.
//!
//! ```text
//!  in this process   parse, verify and authorise a token; one ed25519 signature beside it
//!  over HTTP         POST challenge, sign, POST token
//!                    GET /v2/health/live | GET /v1/auth/self with a token, in turns
//! ```
//!
//! The daemon remembers what it answered to a token within the same second and block. So requests
//! with a token are measured twice: with one token, as an app sends them, and with tokens of which
//! none comes twice in a second, so that each is checked.

#![expect(
	clippy::print_stdout,
	clippy::print_stderr,
	reason = "a program: its result is on stdout, what it is doing on stderr"
)]
#![expect(clippy::disallowed_types, reason = "real time is what is measured")]

mod times;
mod tokens;
mod connection;
mod sign_in;
mod load;

use anyhow::{Context, Result};
use clap::Parser;
use connection::Place;
use serde_json::json;
use sp_core::{Pair as _, sr25519};

/// What to measure, and where.
#[derive(Debug, Parser)]
struct Arguments {
	/// HTTP address of a daemon that is linked to a deed.
	#[arg(long)]
	url: String,
	/// Secret URI of the account that owns the deed, an sr25519 key.
	#[arg(long)]
	owner: String,
	/// How often a token is checked in this process.
	#[arg(long, default_value_t = 10_000)]
	checks: usize,
	/// How often somebody signs in.
	#[arg(long, default_value_t = 500)]
	sign_ins: usize,
	/// Connections that requests are sent over, each one request after the other.
	#[arg(long, default_value_t = 8)]
	connections: usize,
	/// Rounds of requests; each has every kind in turn.
	#[arg(long, default_value_t = 5)]
	rounds: usize,
	/// Seconds of one kind of request in each round.
	#[arg(long, default_value_t = 4)]
	secs: u64,
	/// Cargo gives it to every benchmark.
	#[arg(long, hide = true)]
	bench: bool,
}

// One thread, so that the daemon has the rest of the machine.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
	let arguments = Arguments::parse();
	let place = Place::of_url(&arguments.url)?;
	let owner = sr25519::Pair::from_string(&arguments.owner, None)
		.map_err(|error| anyhow::anyhow!("the owner is no secret URI: {error:?}"))?;

	eprintln!("    checking tokens {} times", arguments.checks);
	let tokens = tokens::measure(arguments.checks)?;

	eprintln!("    signing in {} times", arguments.sign_ins);
	let token = sign_in::first(&place, &owner).await.context("nobody can sign in")?;
	let sign_ins = sign_in::measure(&place, &owner, arguments.sign_ins).await?;

	eprintln!("    {} rounds of requests", arguments.rounds);
	let requests = load::measure(&load::Plan {
		place: &place,
		token: &token,
		connections: arguments.connections,
		rounds: arguments.rounds,
		secs: arguments.secs,
	})
	.await?;
	println!("{:#}", json!({ "tokens": tokens, "sign_ins": sign_ins, "requests": requests }));
	Ok(())
}
