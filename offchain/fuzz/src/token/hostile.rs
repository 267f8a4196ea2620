// SPDX-License-Identifier: Apache-2.0

//! Blocks that a holder writes with the library alone: nearly all of them of shapes that r1-dauth
//! does not make, and must not read.

use super::model::By;
use biscuit_auth::{
	Algorithm, BlockBuilder, KeyPair, PrivateKey, UnverifiedBiscuit, error::Token as Error,
};
use fuzzing::Choices;
use std::fmt::Write as _;

/// Most facts that a rule joins, and how many times with themselves at most: whoever evaluates that
/// is busy for hours.
const JOINED_FACTS_MAX: u32 = 40;
const JOINS_MAX: u32 = 8;

/// Facts that would allow more if anybody believed them.
const FACTS: [&str; 8] = [
	r#"right("files", "write", "*");"#,
	r#"right("jobs", "read", "a"); right("store", "write", "job/7");"#,
	r#"subject("account", "0404040404040404040404040404040404040404040404040404040404040404");"#,
	r#"subject("job", "8"); subject("account", "");"#,
	r#"chain("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");"#,
	r#"service("files"); verb("write"); scope("a");"#,
	"time(1970-01-01T00:00:00Z); time(2000-01-01T00:00:00Z);",
	r#"odd([], null, true, {"a": 1}, hex:00ff, -9223372036854775808);"#,
];

/// Rules and checks: that claim, that deny, that fail, that are hard to read.
const CODE: [&str; 28] = [
	r#"right($s, $v, "*") <- service($s), verb($v);"#,
	r#"right($s, $v, $c) <- service($s), verb($v), scope($c) trusting authority;"#,
	r#"right($s, $v, "*") <- right($s, $v, $c) trusting previous;"#,
	r#"subject("account", "00") <- service($s);"#,
	r#"subject($kind, "9") <- subject($kind, $name);"#,
	r#"chain($c) <- subject($kind, $c);"#,
	"time(1970-01-01T00:00:00Z) <- service($s);",
	r#"service("node") <- verb($v); verb("read") <- service($s);"#,
	"check if true;",
	"check if false;",
	"reject if true;",
	"reject if false;",
	r#"check if verb("read");"#,
	r#"check if right("files", "write", "*") trusting authority;"#,
	r#"check all right($s, $v, $c), $v == "read";"#,
	r#"check if scope($c), $c.matches("^(a+)+(b|c)*$");"#,
	r#"check if scope($c), $c.matches("(");"#,
	r#"check if scope($c), $c.matches("\\w{2}");"#,
	r#"check if scope($c), $c.starts_with("a") || $c.ends_with("7") || $c.contains("l");"#,
	"check if 9223372036854775807 + 1 == 0;",
	"check if 1 / 0 == 1;",
	r#"check if "text" < 3;"#,
	"check if [1, 2, 3].all($x -> [1, 2].any($y -> $x >= $y));",
	"check if time($now), $now < 2000-01-01T00:00:00Z;",
	"check if time($now), $now < 9999-12-31T23:59:59Z or verb($v);",
	r#"check if subject($kind, $name), $name.length() == 64, $kind.type() == "string";"#,
	r#"check if {"a": 1}.get("b") == null;"#,
	"check if service($s) trusting ed25519/ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c;",
];

/// Those of [`CODE`] that r1-dauth makes too, letter for letter.
const KNOWN: [&str; 2] =
	[r#"check if verb("read");"#, "check if time($now), $now < 2000-01-01T00:00:00Z;"];

/// Appends a block; says how it must be judged.
pub(super) fn append(
	biscuit: &UnverifiedBiscuit,
	choices: &mut Choices<'_>,
) -> Result<(UnverifiedBiscuit, By), Error> {
	let algorithm = match choices.one_in(4) {
		true => Algorithm::Secp256r1,
		false => Algorithm::Ed25519,
	};
	// Another for each block: whoever signs two with one key lets others leave the first out.
	let count = u8::try_from(biscuit.block_count()).expect("a token has few blocks; qed");
	let next = KeyPair::from(&PrivateKey::from_bytes(&[count; 32], algorithm)?);
	if choices.one_in(16) {
		return Ok((biscuit.seal()?, By::Known(vec!["sealed".to_owned()])));
	}
	let pieces: Vec<Piece> = (0..choices.number(1..=3)).map(|_| piece(choices)).collect();
	let code: String = pieces.iter().map(|piece| piece.code.as_str()).collect();
	let is_known = pieces.iter().all(|piece| KNOWN.contains(&piece.code.as_str()));
	let kinds: Vec<_> = pieces.into_iter().map(|piece| piece.kind).collect();
	let block = BlockBuilder::new().code(code)?;
	if !choices.one_in(4) {
		let by = if is_known { By::Known(kinds) } else { By::Foreign(kinds) };
		return Ok((biscuit.append_with_keypair(&next, block)?, by));
	}
	// Signed by somebody else, whom a check could trust.
	let other = PrivateKey::from_bytes(&[0x80; 32], algorithm)?;
	let request = biscuit.third_party_request()?;
	let block = request.create_block(&other, block)?.serialize()?;
	Ok((biscuit.append_third_party_with_keypair(&block, next)?, By::Foreign(kinds)))
}

/// A part of a block.
struct Piece {
	code: String,
	/// What it is, for what an input has reached.
	kind: String,
}

fn piece(choices: &mut Choices<'_>) -> Piece {
	let piece = |kind: String, code| Piece { code, kind };
	match choices.number(0..=9) {
		0..=2 => {
			let at = choices.place(FACTS.len() - 1);
			piece(format!("facts {at}"), FACTS[at].to_owned())
		},
		3..=5 => {
			let at = choices.place(CODE.len() - 1);
			piece(format!("code {at}"), CODE[at].to_owned())
		},
		6 => {
			let count = choices.pick(&[8, 64, 300, 600]);
			let code = numbered(count, |code, number| write!(code, "n({number});"));
			piece(format!("{count} facts"), code)
		},
		7 => {
			let count = choices.pick(&[8, 500, 5_000]);
			match choices.number(0..=1) {
				0 => piece("a text".to_owned(), format!("long(\"{}\");", "x".repeat(count))),
				_ => {
					let values: Vec<_> = (0..count.min(500)).map(|it| it.to_string()).collect();
					piece("a set".to_owned(), format!("large([{}]);", values.join(",")))
				},
			}
		},
		// As many rounds as there are steps.
		8 => {
			let count = choices.pick(&[4, 14, 15, 16, 20]);
			let step = |code: &mut String, at| write!(code, "next({at}, {});", at + 1);
			let steps = numbered(count, step);
			let code = format!("{steps} at(0); at($to) <- at($from), next($from, $to);");
			piece(format!("{count} steps"), code)
		},
		// As many facts as there are combinations.
		_ => {
			let count = choices.number(1..=JOINED_FACTS_MAX);
			let code = numbered(count, |code, number| write!(code, "j({number});"));
			let variables: Vec<_> =
				(0..choices.number(1..=JOINS_MAX)).map(|number| format!("$v{number}")).collect();
			let body: Vec<_> = variables.iter().map(|variable| format!("j({variable})")).collect();
			let (head, body) = (variables.join(","), body.join(","));
			piece("a join".to_owned(), format!("{code} joined({head}) <- {body};"))
		},
	}
}

fn numbered(count: u32, write: impl Fn(&mut String, u32) -> std::fmt::Result) -> String {
	let mut code = String::new();
	for number in 0..count {
		write(&mut code, number).expect("a text takes what is written; qed");
	}
	code
}
