// SPDX-License-Identifier: Apache-2.0

//! What is looked at before a challenge is signed.
//!
//! Whoever answers chooses the text, and the key that signs it moves money. So the text must be what
//! [`r1_dauth::Challenges`] writes, to the last byte: the words that say that this is a sign-in, and
//! fields in which only a name, a number or a date has room. Nothing else that a key of ours signs
//! begins with such words: bodies of our own begin with `r1/`, and a transaction is signed as its
//! first call, or as 32 bytes when it is as long as this.

use anyhow::{Context as _, ensure};
use r1_api::HexBytes;
use r1_chain::{Account, Address, BlockHash};
use r1_dauth::limits::{CHALLENGE_BYTES_MAX, CHALLENGE_SECS};
use r1_primitives::NodeKey;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What every challenge begins with.
const BEGINNING: &str = "A Ratio1 node asks you to sign in. This costs nothing and moves nothing.\n\
                         \n\
                         Purpose: sign in\n";

/// The lines after that, as far as they are always the same.
const FIELDS: [&str; 6] = ["Node: ", "Chain: ", "Account: ", "Expires: ", "Nonce: ", "Seal: "];

/// Digits of the nonce and of the seal.
const NONCE_DIGITS: usize = 32;

/// Characters of a date without a fraction of a second.
const DATE_CHARACTERS: usize = 20;

/// How far the clocks of this machine and of the daemon may be apart, in seconds: as far as those of
/// nodes.
const CLOCKS_APART_SECS: u64 = 300;

/// What a challenge has to be about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
	/// Who signs.
	pub(super) account: Account,
	/// The chain; `None` if nobody could be asked which it is.
	pub(super) genesis_hash: Option<BlockHash>,
	/// The node that shall be signed in at; `None` if it may be any.
	pub(super) node: Option<NodeKey>,
	/// This machine's clock, in Unix seconds.
	pub(super) now_secs: u64,
}

/// A challenge that may be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Checked {
	/// The node that it is for.
	pub(super) node: NodeKey,
	/// The chain that it is for.
	pub(super) genesis_hash: BlockHash,
}

/// Checks a challenge.
///
/// # Errors
///
/// It is something else, or not for this account, node or chain, or not of now.
pub(super) fn check(text: &str, expected: &Expected) -> anyhow::Result<Checked> {
	let [node, chain, account, expires, nonce, seal] =
		fields(text).context("what the daemon wants to have signed is no challenge to sign in")?;
	// What is repeated in errors is quoted, because a stranger wrote it.
	let node = key(node).with_context(|| format!("{node:?} is no key of a node"))?;
	let genesis_hash = key(chain).with_context(|| format!("{chain:?} is no hash of a chain"))?;
	let address = Address(expected.account).to_string();
	ensure!(account == address, "the challenge is for {account:?}, and not for {address}");
	ensure!(
		is_nonce(nonce) && is_nonce(seal),
		"the challenge's nonce and seal are not hexadecimal"
	);
	let expires_at_secs = date(expires).with_context(|| format!("{expires:?} is no date"))?;
	let earliest = expected.now_secs.saturating_sub(CLOCKS_APART_SECS);
	let latest = expected.now_secs.saturating_add(CHALLENGE_SECS + CLOCKS_APART_SECS);
	ensure!(
		(earliest..=latest).contains(&expires_at_secs),
		"the challenge ends at {expires}, which is not about a minute from now: are the clocks of \
		 this machine and of the daemon right?"
	);
	if let Some(wanted) = expected.genesis_hash {
		ensure!(
			genesis_hash == wanted,
			"the challenge is for the chain {chain}, and the node at --node-url is of {}: give a node \
			 of the chain that you want to sign in to",
			HexBytes(wanted)
		);
	}
	if let Some(wanted) = expected.node {
		ensure!(
			node == wanted,
			"the challenge is for the node {}, and the node of the deed is {}: --edge-url is another \
			 daemon, or one that hands on what others want to have signed",
			Address(node),
			Address(wanted)
		);
	}
	Ok(Checked { node, genesis_hash })
}

/// The values of the fields, of a text that has these fields and nothing else.
fn fields(text: &str) -> Option<[&str; FIELDS.len()]> {
	if CHALLENGE_BYTES_MAX < text.len() {
		return None;
	}
	let mut lines = text.strip_prefix(BEGINNING)?.split('\n');
	let mut values = [""; FIELDS.len()];
	for (value, name) in values.iter_mut().zip(FIELDS) {
		*value = lines.next()?.strip_prefix(name)?;
	}
	lines.next().is_none().then_some(values)
}

/// 32 bytes, in the one way in which they are written.
fn key(text: &str) -> Option<[u8; 32]> {
	let key: HexBytes<32> = text.parse().ok()?;
	(key.to_string() == text).then_some(key.0)
}

fn is_nonce(text: &str) -> bool {
	text.len() == NONCE_DIGITS
		&& text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// A date in Unix seconds, in the one way in which it is written.
fn date(text: &str) -> Option<u64> {
	let date = OffsetDateTime::parse(text, &Rfc3339).ok()?;
	let is_plain = text.len() == DATE_CHARACTERS && text.ends_with('Z');
	let is_canonical = date.format(&Rfc3339).is_ok_and(|again| again == text);
	(is_plain && is_canonical).then(|| u64::try_from(date.unix_timestamp()).ok())?
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_chain::SystemRng;
	use r1_dauth::Challenges;

	const ACCOUNT: Account = [3; 32];
	const NODE: NodeKey = [1; 32];
	const GENESIS: BlockHash = [0xee; 32];
	const NOW: u64 = 1_790_000_000;

	const EXPECTED: Expected =
		Expected { account: ACCOUNT, genesis_hash: Some(GENESIS), node: Some(NODE), now_secs: NOW };

	/// What a daemon writes.
	fn issued(account: Account, now_secs: u64) -> String {
		Challenges::new(NODE, GENESIS, &SystemRng).issue(account, now_secs, 0, &SystemRng)
	}

	fn refusal(text: &str, expected: &Expected) -> String {
		format!("{:#}", check(text, expected).unwrap_err())
	}

	#[test]
	fn challenge_of_a_daemon_should_be_signed() {
		let checked = Ok(Checked { node: NODE, genesis_hash: GENESIS });
		let text = issued(ACCOUNT, NOW);
		let check = |expected: &Expected| check(&text, expected).map_err(|error| error.to_string());
		assert_eq!(check(&EXPECTED), checked);
		assert_eq!(check(&Expected { genesis_hash: None, node: None, ..EXPECTED }), checked);
		for apart in [0, CLOCKS_APART_SECS] {
			assert_eq!(check(&Expected { now_secs: NOW - apart, ..EXPECTED }), checked);
			assert_eq!(check(&Expected { now_secs: NOW + apart, ..EXPECTED }), checked);
		}
	}

	#[test]
	fn challenge_for_something_else_should_be_refused_by_name() {
		let text = issued(ACCOUNT, NOW);
		for (expected, needle) in [
			(Expected { account: [4; 32], ..EXPECTED }, "and not for"),
			(Expected { genesis_hash: Some([4; 32]), ..EXPECTED }, "--node-url"),
			(Expected { node: Some([4; 32]), ..EXPECTED }, "another daemon"),
			(Expected { now_secs: NOW - 400, ..EXPECTED }, "clocks"),
			(Expected { now_secs: NOW + 400, ..EXPECTED }, "clocks"),
		] {
			let refusal = refusal(&text, &expected);
			assert!(refusal.contains(needle), "`{needle}` is not in {refusal}");
		}
		// A challenge that would be good for ever.
		let refused = refusal(&issued(ACCOUNT, u64::MAX), &EXPECTED);
		assert!(refused.contains("clocks"), "{refused}");
	}

	#[test]
	fn anything_else_should_not_be_signed() {
		let text = issued(ACCOUNT, NOW);
		let swapped = |from: &str, to: &str| {
			assert!(text.contains(from), "{from}");
			text.replacen(from, to, 1)
		};
		let node = HexBytes(NODE).to_string();
		for wrong in [
			String::new(),
			"r1/link/v1".to_owned(),
			"hello".to_owned(),
			format!("<Bytes>{text}</Bytes>"),
			format!(" {text}"),
			format!("{text}\n"),
			format!("{text}\nI owe you 100 R1."),
			format!("{text} "),
			"a".repeat(CHALLENGE_BYTES_MAX + 1),
			text.replace('\n', "\r\n"),
			swapped("sign in\n", "transfer\n"),
			swapped("Purpose: ", "purpose: "),
			swapped("moves nothing.\n\n", "moves nothing.\n"),
			swapped("Nonce: ", "Nonce:  "),
			swapped(&node, &node.to_uppercase()),
			swapped(&node, &node[2..]),
			swapped(&node, &format!("{node}00")),
			swapped("Node: ", "Chain: "),
			// The same account in another form.
			swapped(&Address(ACCOUNT).to_string(), &HexBytes(ACCOUNT).to_string()),
			swapped("Z\n", "+00:00\n"),
			swapped("Z\n", ".5Z\n"),
			swapped("Z\n", "z\n"),
		] {
			assert!(check(&wrong, &EXPECTED).is_err(), "{wrong}");
		}
		let escape = swapped("Account: ", "Account: \u{1b}[2J");
		assert!(!refusal(&escape, &EXPECTED).contains('\u{1b}'));
	}

	#[test]
	fn every_byte_of_a_challenge_should_count() {
		let text = issued(ACCOUNT, NOW);
		let nonce_at = text.find("Nonce: ").unwrap();
		for at in 0..text.len() {
			for byte in [b'?', b'\n', b'a', b'0', 0x1b] {
				let mut bytes = text.clone().into_bytes();
				if bytes[at] == byte {
					continue;
				}
				bytes[at] = byte;
				let changed = String::from_utf8(bytes).unwrap();
				// Which digits a nonce has only the daemon knows; and a date may be another one.
				let is_digit = nonce_at < at && matches!(byte, b'a' | b'0');
				let is_date =
					changed[..at].lines().last().is_some_and(|l| l.starts_with("Expires"));
				if !is_digit && !is_date {
					assert!(check(&changed, &EXPECTED).is_err(), "{changed}");
				}
			}
		}
	}
}
