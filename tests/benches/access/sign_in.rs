// SPDX-License-Identifier: Apache-2.0

//! Signing in, from the question for a challenge to the token.

use crate::{
	connection::{Connection, Place},
	times::Times,
};
use anyhow::{Context, Result};
use r1_core::Address;
use serde_json::{Value, json};
use sp_core::{Pair as _, sr25519};
use std::time::{Duration, Instant};

/// How long a daemon may take to see that its node is linked: some blocks.
const LINKED_TIMEOUT: Duration = Duration::from_secs(60);

/// How often that is tried.
const LINKED_INTERVAL: Duration = Duration::from_millis(500);

/// Signs in as soon as the daemon issues tokens.
pub(crate) async fn first(place: &Place, owner: &sr25519::Pair) -> Result<String> {
	let started = Instant::now();
	loop {
		// On a connection of its own: the one before may be closed.
		match sign_in(&mut place.connect().await?, place, owner).await {
			Ok(SignIn { token, .. }) => return Ok(token),
			Err(error) if LINKED_TIMEOUT < started.elapsed() => return Err(error),
			Err(_) => tokio::time::sleep(LINKED_INTERVAL).await,
		}
	}
}

/// Signs in again and again, on one connection.
pub(crate) async fn measure(place: &Place, owner: &sr25519::Pair, count: usize) -> Result<Value> {
	let mut connection = place.connect().await?;
	let mut times = [const { Vec::new() }; 4];
	for _ in 0..count {
		let SignIn { challenge, signature, answer, .. } =
			sign_in(&mut connection, place, owner).await?;
		let whole = challenge + signature + answer;
		for (times, time) in times.iter_mut().zip([whole, challenge, signature, answer]) {
			times.push(time);
		}
	}
	let [whole, challenge, signature, answer] = times.map(Times::of);
	Ok(json!({
		"whole": whole?,
		"challenge": challenge?,
		"signature": signature?,
		"token": answer?,
	}))
}

/// A token, and how long it took to get.
struct SignIn {
	token: String,
	/// The question for a challenge.
	challenge: Duration,
	/// The wallet.
	signature: Duration,
	/// The question for a token.
	answer: Duration,
}

async fn sign_in(
	connection: &mut Connection,
	place: &Place,
	owner: &sr25519::Pair,
) -> Result<SignIn> {
	let account = Address(owner.public().0).to_string();
	let request = place.post("/v1/auth/challenge", &json!({ "account": account }));
	let started = Instant::now();
	let issued = connection.ask(&request).await?;
	let challenge = started.elapsed();

	let text = issued["challenge"].as_str().context("the daemon sends a challenge")?;
	let started = Instant::now();
	let signed = owner.sign(text.as_bytes());
	let signature = started.elapsed();

	let body = json!({ "challenge": text, "signature": format!("0x{}", hex::encode(signed.0)) });
	let request = place.post("/v1/auth/token", &body);
	let started = Instant::now();
	let answered = connection.ask(&request).await?;
	let answer = started.elapsed();
	let token = answered["token"].as_str().context("the daemon sends a token")?.to_owned();
	Ok(SignIn { token, challenge, signature, answer })
}
