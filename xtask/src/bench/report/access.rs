// SPDX-License-Identifier: Apache-2.0

//! The tables of tokens and sign-in.

use super::number;
use anyhow::Result;
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the tables of tokens and sign-in.
pub(super) fn write(text: &mut String, access: &Value) -> Result<()> {
	writeln!(
		text,
		"\n| checked in memory | bytes | p50, µs | p99, µs |\n| --- | --- | --- | --- |"
	)?;
	for (name, what) in [
		("plain", "a token with all rights"),
		("narrowed_twice", "the same, narrowed twice"),
		("one_signature", "one ed25519 signature alone"),
	] {
		let value = |path: &str| number(access, &format!("/tokens/{name}/{path}"));
		// A signature has no text.
		let bytes = value("bytes").map_or_else(|_none| String::new(), |bytes| bytes.to_string());
		writeln!(
			text,
			"| {what} | {bytes} | {:.1} | {:.1} |",
			value("times/p50_micros")?,
			value("times/p99_micros")?,
		)?;
	}
	writeln!(text, "\n| signing in over HTTP | p50, ms | p99, ms |\n| --- | --- | --- |")?;
	for (name, what) in [
		("whole", "challenge, signature and token"),
		("challenge", "`POST /v1/auth/challenge`"),
		("signature", "the wallet's signature"),
		("token", "`POST /v1/auth/token`"),
	] {
		let micros =
			|percentile: &str| number(access, &format!("/sign_ins/{name}/{percentile}_micros"));
		writeln!(text, "| {what} | {:.2} | {:.2} |", micros("p50")? / 1e3, micros("p99")? / 1e3)?;
	}
	writeln!(
		text,
		"\n| requests, {} connections | per second | least and most of {} rounds | of those without a \
		token | client, share of a core |\n| --- | --- | --- | --- | --- |",
		number(access, "/requests/connections")?,
		number(access, "/requests/rounds")?,
	)?;
	for (name, what) in [
		("public", "`GET /v2/health/live`, without a token"),
		("one_token", "`GET /v1/auth/self`, always the same token"),
		("fresh_tokens", "`GET /v1/auth/self`, each time another token"),
	] {
		let value = |path: &str| number(access, &format!("/requests/{name}/{path}"));
		writeln!(
			text,
			"| {what} | {:.0} | {:.0} to {:.0} | {:.2} | {:.2} |",
			value("per_sec")?,
			value("per_sec_min")?,
			value("per_sec_max")?,
			value("per_sec")? / number(access, "/requests/public/per_sec")?,
			value("client_share")?,
		)?;
	}
	Ok(())
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use serde_json::json;

	/// What the program prints, with numbers that are easy to find again.
	pub(in crate::bench::report) fn measured() -> Value {
		let times = |p50: f64| json!({ "samples": 9, "p50_micros": p50, "p99_micros": 2.0 * p50 });
		let rate = |per_sec: f64| {
			json!({
				"per_sec": per_sec, "per_sec_min": per_sec - 1.0, "per_sec_max": per_sec + 1.0,
				"client_share": 0.5,
			})
		};
		json!({
			"tokens": {
				"plain": { "bytes": 612, "times": times(80.04) },
				"narrowed_twice": { "bytes": 1_024, "times": times(190.0) },
				"one_signature": { "times": times(30.0) },
			},
			"sign_ins": {
				"whole": times(1_230.0), "challenge": times(200.0),
				"signature": times(30.0), "token": times(1_000.0),
			},
			"requests": {
				"connections": 8, "rounds": 5,
				"public": rate(10_000.0), "one_token": rate(9_000.0), "fresh_tokens": rate(5_000.0),
			},
		})
	}

	#[test]
	fn tables_should_have_every_kind_of_token_and_request() {
		let mut text = String::new();
		write(&mut text, &measured()).expect("every number is there");
		for line in [
			"| a token with all rights | 612 | 80.0 | 160.1 |",
			"| one ed25519 signature alone |  | 30.0 | 60.0 |",
			"| challenge, signature and token | 1.23 | 2.46 |",
			"| `GET /v1/auth/self`, always the same token | 9000 | 8999 to 9001 | 0.90 | 0.50 |",
		] {
			assert!(text.contains(line), "`{line}` is not in:\n{text}");
		}
	}
}
