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
use biscuit_auth::{Biscuit, UnverifiedBiscuit, error::Token};

/// Lines of a block that narrows: one for each thing that it narrows.
const NARROWINGS_MAX: usize = 4;

/// Lines of the first block: who, on which chain, until when, and what.
const FIRST_MAX: usize = RIGHTS_MAX + 3;

/// A token of the library's, before or after its signatures were checked.
pub(crate) trait Printed {
	/// Its blocks.
	fn count(&self) -> usize;
	/// A block in the language of rules.
	fn block(&self, index: usize) -> Result<String, Token>;
	/// Whether a block of it is signed by somebody else than a holder.
	fn has_third_party(&self) -> bool;
}

impl Printed for UnverifiedBiscuit {
	fn count(&self) -> usize {
		self.block_count()
	}

	fn block(&self, index: usize) -> Result<String, Token> {
		self.print_block_source(index)
	}

	fn has_third_party(&self) -> bool {
		self.external_public_keys().iter().any(Option::is_some)
	}
}

impl Printed for Biscuit {
	fn count(&self) -> usize {
		self.block_count()
	}

	fn block(&self, index: usize) -> Result<String, Token> {
		self.print_block_source(index)
	}

	fn has_third_party(&self) -> bool {
		self.external_public_keys().iter().any(Option::is_some)
	}
}

/// Refuses a token with anything in it that is not made here.
pub(crate) fn check(token: &impl Printed) -> Result<(), TokenError> {
	let odd = || TokenError::Invalid {
		reason: "it has facts, rules, checks or names that no token here has".to_owned(),
	};
	if token.has_third_party() {
		return Err(odd());
	}
	for index in 0..token.count() {
		let source = token.block(index)?;
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
