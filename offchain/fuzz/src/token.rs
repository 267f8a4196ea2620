// SPDX-License-Identifier: Apache-2.0

//! Tokens: narrowed by their holders with our program and with the library alone, changed on their
//! way, and asked for all kinds of things.
//!
//! What a token may allow follows from what its issuer granted and from how it was narrowed with our
//! program. Whatever else somebody appends can only take away.

mod hostile;
mod wire;
mod model;

pub(crate) use model::TOKENS;
#[cfg(test)]
pub(crate) use model::make;

use crate::{
	GENESIS, NOW,
	edits::edit_text,
	reached::{Kind as _, Reached},
};
use biscuit_auth::UnverifiedBiscuit;
use fuzzing::Choices;
use model::{By, DEED, Line, Link, SCOPES, identity};
use r1_core::NodeIdentity;
use r1_dauth::{
	Ask, Attenuation, Denied, Grant, Revocation, Revocations, Right, Scope, Service, Subject,
	Token, TokenError, TokenIssuer, Verb, VerifiedToken,
	limits::{NARROWED_MAX, RIGHTS_MAX, TOKEN_BLOCKS_MAX, TOKEN_BYTES_MAX, TOKEN_SECS_MAX},
};
use r1_primitives::{DeedId, NodeKey};

/// Most blocks that an input appends: some more than a token may have.
const BLOCKS_MAX: u32 = 9;

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let kept = model::kept();
	let is_kept = choices.one_in(3);
	let mut line = match is_kept {
		true => choices.pick(kept),
		false => match minted(choices, reached) {
			Some(line) => line,
			None => return,
		},
	};
	for _ in 0..choices.number(0..=BLOCKS_MAX) {
		append(&mut line, choices, reached);
	}
	let last = line.links.len() - 1;
	let sent = match choices.number(0..=7) {
		0..=3 => line.links[last].text.clone(),
		4 => line.links[choices.place(last)].text.clone(),
		5 | 6 => wire::edit(&line, kept, choices),
		_ if choices.one_in(4) => String::from_utf8_lossy(&choices.bytes(96)).into_owned(),
		_ => {
			// One that is always the same, so that its letters are too.
			line = choices.pick(kept);
			edit_text(&line.last().text, choices)
		},
	};
	let Some(token) = believed(&line, &sent, choices, reached) else { return };
	// Somebody may have sent one that it was narrowed from, but nothing else.
	let ids = token.ids();
	let link = line
		.links
		.iter()
		.position(|link| link.ids == ids)
		.unwrap_or_else(|| panic!("believed, though nobody made it:\n{sent}"));
	line.links.truncate(link + 1);
	check_subject(&line, &token, reached);
	for _ in 0..choices.number(1..=4) {
		check_ask(&line, &token, choices, reached);
	}
	check_revocations(&line, &token, choices);
	if line.is_plain() {
		check_order(&line, choices, reached);
	}
}

// # Making tokens

/// A token that r1-dauth makes, unless it must not.
fn minted(choices: &mut Choices<'_>, reached: &mut Reached) -> Option<Line> {
	let subject = choices.pick(&[
		Subject::Account([3; 32]),
		Subject::Job(7),
		Subject::Account([0; 32]),
		Subject::Job(u32::MAX),
	]);
	let mut rights: Vec<Right> = (0..choices.number(0..=5)).map(|_| right(choices)).collect();
	if choices.one_in(8) {
		let count = choices.pick(&[RIGHTS_MAX, RIGHTS_MAX + 1]);
		rights = Right::everything().into_iter().cycle().take(count).collect();
	}
	let lives = choices.pick(&[100, 1, 0, TOKEN_SECS_MAX, TOKEN_SECS_MAX + 1, u64::MAX - NOW]);
	let expires_at_secs = NOW + lives;
	let issuer = TokenIssuer::new(&identity(), DEED, GENESIS);
	let grant = Grant { subject, rights: rights.clone(), expires_at_secs };
	let text = issuer.mint(&grant, NOW);
	reached.note_result("mint", &text);
	let is_too_much = RIGHTS_MAX < rights.len() || TOKEN_SECS_MAX < lives;
	match text {
		Ok(text) => {
			assert!(!is_too_much, "{grant:?} was minted");
			Some(Line::new(grant, text))
		},
		Err(error) => {
			assert!(is_too_much && matches!(error, TokenError::TooMuch), "{grant:?}: {error}");
			None
		},
	}
}

fn right(choices: &mut Choices<'_>) -> Right {
	let scope = match choices.one_in(3) {
		true => None,
		false => Scope::new(choices.pick(&SCOPES)),
	};
	Right { service: choices.pick(&Service::ALL), verb: choices.pick(&Verb::ALL), scope }
}

fn attenuation(choices: &mut Choices<'_>) -> Attenuation {
	let scope = |name: &&str| Scope::new(*name).expect("none of these is empty; qed");
	let mut scopes: Vec<Scope> = choices.some(&SCOPES, 3).iter().map(scope).collect();
	if choices.one_in(8) {
		let count = choices.pick(&[NARROWED_MAX, NARROWED_MAX + 1]);
		scopes = vec![scope(&SCOPES[0]); count];
	}
	Attenuation {
		services: choices.some(&Service::ALL, 3),
		scopes,
		is_read_only: choices.one_in(3),
		expires_at_secs: choices.pick(&[None, Some(NOW + 10), Some(NOW), Some(0), Some(u64::MAX)]),
	}
}

/// Appends a block: with our program, or with the library alone.
fn append(line: &mut Line, choices: &mut Choices<'_>, reached: &mut Reached) {
	let last = &line.last().text;
	if choices.number(0..=1) == 0 {
		let by = attenuation(choices);
		let Ok(token) = Token::parse(last) else { return };
		let narrowed = token.attenuate(&by);
		reached.note_result("attenuate", &narrowed);
		let is_too_much = NARROWED_MAX < by.scopes.len().max(by.services.len());
		let is_full = TOKEN_BLOCKS_MAX <= line.last().ids.len();
		match narrowed {
			Ok(text) => {
				assert!(!is_too_much && !is_full && text.len() <= TOKEN_BYTES_MAX, "{by:?}");
				line.push(text, By::Narrowing(by));
			},
			// A sealed one cannot be narrowed, and a long one not any more.
			Err(TokenError::Invalid { .. } | TokenError::TooLong { .. }) => {
				assert!(!line.is_plain() || TOKEN_BYTES_MAX < 2 * last.len(), "{by:?}");
			},
			Err(_) => assert!(is_too_much || is_full, "{by:?}"),
		}
		return;
	}
	let biscuit = UnverifiedBiscuit::from_base64(last).expect("the library wrote it; qed");
	match hostile::append(&biscuit, choices) {
		Ok((biscuit, by)) => {
			reached.note("append", "ok");
			reached.note("blocks", line.last().ids.len().to_string());
			line.push(biscuit.to_base64().expect("what was read is written; qed"), by);
		},
		Err(error) => reached.note("append", invalid(&error).kind()),
	}
}

fn invalid(error: &biscuit_auth::error::Token) -> TokenError {
	TokenError::Invalid { reason: error.to_string() }
}

// # Checking them

/// The token that a text is, if a node believes it.
fn believed(
	line: &Line,
	sent: &str,
	choices: &mut Choices<'_>,
	reached: &mut Reached,
) -> Option<VerifiedToken> {
	let made = line.links.iter().position(|link| link.text == sent);
	let parsed = Token::parse(sent);
	reached.note_result("parse", &parsed);
	let is_long = TOKEN_BYTES_MAX < sent.len();
	assert_eq!(matches!(parsed, Err(TokenError::TooLong { .. })), is_long, "{}", sent.len());
	if let Some(link) = made {
		let is_large = is_long || TOKEN_BLOCKS_MAX < line.links[link].ids.len();
		assert_eq!(parsed.is_err(), is_large || line.is_foreign(link), "{sent}");
	}
	let other = NodeIdentity::from_seed(&[2; 32]).key();
	let key = choices.pick(&[Some(identity().key()), Some(other), None]);
	let node_of = |deed: DeedId| -> Option<NodeKey> {
		match deed {
			DEED => key,
			// Linked to another node, as most deeds are.
			_ => Some(other),
		}
	};
	// However a node reads it, it is the same.
	let at_once = VerifiedToken::read(sent, node_of);
	reached.note_result("read", &at_once);
	assert_eq!(
		at_once.is_ok(),
		parsed.as_ref().is_ok_and(|parsed| parsed.clone().verify(node_of).is_ok())
	);
	let verified = parsed.ok()?.verify(node_of);
	reached.note_result("verify", &verified);
	match &verified {
		Ok(token) => {
			assert_eq!((token.deed(), key), (DEED, Some(identity().key())), "{sent}");
		},
		Err(error) => {
			let is_genuine = made.is_some() && key == Some(identity().key());
			assert!(!is_genuine, "it was not changed, and is not believed: {error}\n{sent}");
		},
	}
	verified.ok()
}

fn check_subject(line: &Line, token: &VerifiedToken, reached: &mut Reached) {
	let subject = token.subject();
	reached.note_result("subject", &subject);
	match subject {
		Ok(subject) => assert_eq!(subject, line.grant.subject),
		Err(error) => panic!("{error}"),
	}
}

fn check_ask(line: &Line, token: &VerifiedToken, choices: &mut Choices<'_>, reached: &mut Reached) {
	let ask = Ask {
		service: choices.pick(&Service::ALL),
		verb: choices.pick(&Verb::ALL),
		scope: Scope::new(choices.pick(&SCOPES)).expect("none of these is empty; qed"),
	};
	let end = line.grant.expires_at_secs;
	let moments = [NOW, end.saturating_sub(1), end, NOW + 9, NOW + 10, 0, u64::MAX];
	let now_secs = choices.pick(&moments);
	let genesis = if choices.one_in(8) { [7; 32] } else { GENESIS };
	let answer = token.authorise(&ask, now_secs, &genesis);
	reached.note_result("authorise", &answer);
	// Also what it was that was narrowed so, or that tried to widen it.
	for what in line.links.iter().flat_map(Link::what) {
		reached.note_result(&format!("authorise {what}"), &answer);
	}
	let may = genesis == GENESIS && line.allows(&ask, now_secs);
	let context = || format!("{ask} at {now_secs} by {}", line.last().text);
	match answer {
		Ok(subject) => {
			assert!(may, "allowed too much: {}", context());
			assert_eq!(subject, line.grant.subject, "{}", context());
		},
		Err(Denied::NotAllowed { .. }) => {
			assert!(!may || !line.is_plain(), "allowed too little: {}", context());
		},
		Err(Denied::TooExpensive) => panic!("too slow: {}", context()),
	}
}

/// Revoking a token revokes what was narrowed from it, and nothing else.
fn check_revocations(line: &Line, token: &VerifiedToken, choices: &mut Choices<'_>) {
	let revoked = choices.place(line.links.len() - 1);
	let link = &line.links[revoked];
	// With too many blocks, or too long, it is none.
	let Ok(parsed) = Token::parse(&link.text) else { return };
	let ancestor = parsed.verify(|_| Some(identity().key())).expect("it is genuine; qed");
	let mut revocations = Revocations::default();
	let revocation = Revocation::of(&ancestor, NOW + 100).expect("it has a block; qed");
	let signed = revocation.sign(&identity(), &GENESIS);
	let taken = revocations.take(&signed, &identity().key(), &GENESIS, NOW);
	assert_eq!(taken, Ok(true));
	assert!(revocations.contain(token), "it outlives what it was narrowed from");
	assert!(revocations.contain(&ancestor));
	for other in TOKENS.iter() {
		let is_of_line = other.ids().starts_with(&link.ids);
		assert_eq!(revocations.contain(other), is_of_line);
	}
	if let Some(before) = revoked.checked_sub(1).map(|before| &line.links[before]) {
		let before = Token::parse(&before.text).expect("it is shorter; qed");
		let before = before.verify(|_| Some(identity().key())).expect("it is genuine; qed");
		assert!(!revocations.contain(&before), "a narrowed token revoked the whole one");
	}
}

/// Narrowings do the same in any order.
fn check_order(line: &Line, choices: &mut Choices<'_>, reached: &mut Reached) {
	let narrowings: Vec<&Attenuation> = line.narrowings().collect();
	if narrowings.len() < 2 || !choices.one_in(4) {
		return;
	}
	let mut text = line.links[0].text.clone();
	for by in narrowings.into_iter().rev() {
		let token = Token::parse(&text).expect("it has fewer blocks; qed");
		// Symbols that two blocks share are written once, in the first: lengths may differ.
		let Ok(narrowed) = token.attenuate(by) else { return };
		text = narrowed;
	}
	let token = Token::parse(&text).expect("it was just made; qed");
	let token = token.verify(|_| Some(identity().key())).expect("it is genuine; qed");
	reached.note("order", "checked");
	check_ask(line, &token, choices, reached);
}

impl Line {
	fn last(&self) -> &Link {
		self.links.last().expect("a line begins with a token; qed")
	}
}
