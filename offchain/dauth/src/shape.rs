// SPDX-License-Identifier: Apache-2.0

//! What a token may consist of, whoever made it.
//!
//! The library that evaluates tokens looks at its limits between two rounds only: one check that
//! joins seven facts keeps a processor busy for seconds, and needs no rule and no fact of its own.
//! So nothing is evaluated that is not of the few shapes that are made here.
//!
//! They are told by how they are printed. The library prints texts as they are, so one that could
//! pass for something else is refused with all that is around it; what is left has no join, no rule
//! and no operation but one comparison.

use crate::{
	limits::RIGHTS_MAX,
	rights::{ANY_SCOPE, Scope},
	token::TokenError,
};
use biscuit_auth::{PublicKey, error::Token};

/// Lines of a block that narrows: one for each thing that it narrows.
const NARROWINGS_MAX: usize = 4;

/// Lines of the first block: who, on which chain, until when, and what.
const FIRST_MAX: usize = RIGHTS_MAX + 3;

/// Refuses a token with anything in it that is not made here.
///
/// The library has two types of tokens, before and after their signatures were checked; what is
/// asked of them is who else signed a block, and each block in the language of rules.
pub(crate) fn check(
	third_parties: &[Option<PublicKey>],
	block: impl Fn(usize) -> Result<String, Token>,
) -> Result<(), TokenError> {
	let odd = || TokenError::Invalid {
		reason: "it has facts, rules, checks or names that no token here has".to_owned(),
	};
	for (index, third_party) in third_parties.iter().enumerate() {
		if third_party.is_some() {
			return Err(odd());
		}
		let source = block(index)?;
		let lines: Vec<_> = source.lines().filter(|line| !line.is_empty()).collect();
		let (lines_max, is_first) =
			if index == 0 { (FIRST_MAX, true) } else { (NARROWINGS_MAX, false) };
		let is_known = |line: &&str| is_narrowing(line) || (is_first && is_fact(line));
		if lines_max < lines.len() || !lines.iter().all(is_known) {
			return Err(odd());
		}
	}
	Ok(())
}

/// One fact that is looked for, and one comparison of what is in it.
fn is_narrowing(line: &str) -> bool {
	let Some(body) = line.strip_prefix("check if ").and_then(|line| line.strip_suffix(';')) else {
		return false;
	};
	let is_one_of = |name: &str| {
		body.strip_prefix(name)
			.and_then(|rest| rest.strip_prefix("($one), {")?.strip_suffix("}.contains($one)"))
			.is_some_and(are_texts)
	};
	let is_end = |body: &str| {
		body.strip_prefix("time($now), $now < ").is_some_and(|date| {
			date.chars()
				.all(|letter| letter.is_ascii_alphanumeric() || "-:.+".contains(letter))
		})
	};
	body == "verb(\"read\")" || is_one_of("service") || is_one_of("scope") || is_end(body)
}

fn is_fact(line: &str) -> bool {
	["subject(", "chain(", "right("].iter().any(|name| {
		line.strip_prefix(name)
			.and_then(|rest| rest.strip_suffix(");"))
			.is_some_and(are_texts)
	})
}

/// Texts between quotation marks, with nothing in them that could be taken for their end.
fn are_texts(list: &str) -> bool {
	list.split(", ").all(|text| {
		text.strip_prefix('"')
			.and_then(|text| text.strip_suffix('"'))
			.is_some_and(|text| text == ANY_SCOPE || text.chars().all(Scope::may_have))
	})
}
