// SPDX-License-Identifier: Apache-2.0

use super::{GENESIS, NOW, node};
use crate::{
	Ask, Attenuation, Denied, Grant, Right, Scope, Service, Subject, Token, TokenError,
	TokenIssuer, Verb, VerifiedToken, limits,
};
use proptest::{collection::vec, prelude::*, sample::select};
use r1_core::NodeIdentity;
use r1_primitives::{DeedId, NodeKey};

const DEED: DeedId = 12;
const SUBJECT: Subject = Subject::Account([3; 32]);

fn issuer() -> TokenIssuer {
	TokenIssuer::new(&node(), DEED, GENESIS)
}

fn mint(rights: Vec<Right>) -> String {
	let grant = Grant { subject: SUBJECT, rights, expires_at_secs: NOW + 100 };
	issuer().mint(&grant, NOW).unwrap()
}

/// What the chain says in most tests.
fn linked(deed: DeedId) -> Option<NodeKey> {
	(deed == DEED).then(|| node().key())
}

fn verified(token: &str) -> VerifiedToken {
	let token_of_both = Token::parse(token).unwrap().verify(linked).unwrap();
	let token = VerifiedToken::read(token, linked).unwrap();
	assert_eq!((token.ids(), token.deed()), (token_of_both.ids(), token_of_both.deed()));
	token
}

fn ask(service: Service, verb: Verb, scope: &str) -> Ask {
	Ask { service, verb, scope: Scope::new(scope).unwrap() }
}

fn allows(token: &str, ask: &Ask) -> bool {
	verified(token).authorise(ask, NOW, &GENESIS).is_ok()
}

#[test]
fn token_should_allow_what_it_grants_to_its_subject_until_it_ends() {
	let right = Right { service: Service::Store, verb: Verb::Read, scope: Scope::new("job/7") };
	let token = verified(&mint(vec![right]));
	let asked = ask(Service::Store, Verb::Read, "job/7");
	assert_eq!(token.authorise(&asked, NOW + 99, &GENESIS), Ok(SUBJECT));
	let denied = |ask: &Ask| Err(Denied::NotAllowed { ask: ask.to_string() });
	assert_eq!(token.authorise(&asked, NOW + 100, &GENESIS), denied(&asked));
	assert_eq!(token.authorise(&asked, NOW, &[7; 32]), denied(&asked));
	for other in [
		ask(Service::Store, Verb::Write, "job/7"),
		ask(Service::Store, Verb::Read, "job/8"),
		ask(Service::Files, Verb::Read, "job/7"),
	] {
		assert_eq!(token.authorise(&other, NOW, &GENESIS), denied(&other));
	}
}

#[test]
fn token_should_name_jobs_and_accounts() {
	for subject in [SUBJECT, Subject::Job(42)] {
		let grant = Grant { subject, rights: Right::everything(), expires_at_secs: NOW + 1 };
		let token = verified(&issuer().mint(&grant, NOW).unwrap());
		let asked = ask(Service::Jobs, Verb::Write, "7");
		assert_eq!(token.authorise(&asked, NOW, &GENESIS), Ok(subject));
	}
}

#[test]
fn token_should_be_believed_as_long_as_the_deed_has_the_node_that_signed_it() {
	let token = || Token::parse(&mint(Right::everything())).unwrap();
	assert!(token().verify(linked).is_ok());
	let gone = token().verify(|_| None);
	assert!(matches!(gone, Err(TokenError::UnknownIssuer { deed: DEED })), "{gone:?}");
	let other = NodeIdentity::from_seed(&[2; 32]).key();
	let relinked = token().verify(|_| Some(other));
	assert!(matches!(relinked, Err(TokenError::Invalid { .. })), "{relinked:?}");
	let text = mint(Right::everything());
	let gone = VerifiedToken::read(&text, |_| None);
	assert!(matches!(gone, Err(TokenError::UnknownIssuer { deed: DEED })), "{gone:?}");
	let relinked = VerifiedToken::read(&text, |_| Some(other));
	assert!(matches!(relinked, Err(TokenError::Invalid { .. })), "{relinked:?}");
}

#[test]
fn token_that_grants_too_much_should_not_be_made() {
	let many = Right::everything().into_iter().cycle().take(limits::RIGHTS_MAX + 1).collect();
	let long = NOW + limits::TOKEN_SECS_MAX + 1;
	for (rights, expires_at_secs) in [(many, NOW + 1), (Vec::new(), long)] {
		let grant = Grant { subject: SUBJECT, rights, expires_at_secs };
		assert!(matches!(issuer().mint(&grant, NOW), Err(TokenError::TooMuch)));
	}
}

#[test]
fn token_should_be_narrowed_a_bounded_number_of_times() {
	let mut token = mint(Right::everything());
	let narrower = Attenuation { is_read_only: true, ..Attenuation::default() };
	for _ in 1..limits::TOKEN_BLOCKS_MAX {
		token = Token::parse(&token).unwrap().attenuate(&narrower).unwrap();
	}
	assert!(allows(&token, &ask(Service::Files, Verb::Read, "all")));
	let refused = Token::parse(&token).unwrap().attenuate(&narrower);
	assert!(matches!(refused, Err(TokenError::TooManyBlocks { .. })), "{refused:?}");
}

/// A token that somebody who has the library alone appended a block to.
fn appended(code: &str) -> String {
	let token = biscuit_auth::UnverifiedBiscuit::from_base64(mint(Right::everything())).unwrap();
	let block = biscuit_auth::builder::BlockBuilder::new().code(code).unwrap();
	token.append(block).unwrap().to_base64().unwrap()
}

#[test]
fn block_that_is_not_made_here_should_be_refused_before_it_is_evaluated() {
	let joined: Vec<_> = (0..7).map(|at| format!("right($a{at}, $b{at}, $c{at})")).collect();
	let facts: String = (0..40).map(|number| format!("n({number});")).collect();
	for code in [
		format!("check if {}, 1 == 2;", joined.join(", ")),
		format!("{facts} p($a, $b, $c, $d) <- n($a), n($b), n($c), n($d);"),
		"check if right($a, $b, $c), right($d, $e, $f);".to_owned(),
		"n(1);".to_owned(),
		r#"right("files", "write", "*");"#.to_owned(),
		r#"subject("account", "00");"#.to_owned(),
		r#"right($s, $v, "*") <- service($s), verb($v);"#.to_owned(),
		"p($a) <- right($a, $b, $c);".to_owned(),
		"check if [0, 1].all($x -> [0, 1].all($y -> true));".to_owned(),
		r#"check if scope($c), $c.matches("\\w{100}");"#.to_owned(),
		"check if verb(\"read\") or verb(\"write\");".to_owned(),
		"check all verb($v), $v.contains(\"r\");".to_owned(),
		"check if time($a), $a < 2030-01-01T00:00:00Z;".repeat(5),
	] {
		let refused = Token::parse(&appended(&code));
		assert!(matches!(refused, Err(TokenError::Invalid { .. })), "{code}: {refused:?}");
		let refused = VerifiedToken::read(&appended(&code), linked);
		assert!(matches!(refused, Err(TokenError::Invalid { .. })), "{code}: {refused:?}");
	}
}

#[test]
fn block_that_another_program_could_have_made_so_should_narrow() {
	let token = appended(r#"check if verb("read");"#);
	assert!(allows(&token, &ask(Service::Files, Verb::Read, "all")));
	assert!(!allows(&token, &ask(Service::Files, Verb::Write, "all")));
}

#[test]
fn scope_should_have_nothing_in_it_that_could_end_a_text() {
	for name in ["", "*", "job/*", "\"); right(\"files", "a b", "$scope", "ä", "\n"] {
		assert_eq!(Scope::new(name), None, "{name}");
	}
	assert!(Scope::new("a".repeat(limits::SCOPE_BYTES_MAX)).is_some());
	assert_eq!(Scope::new("a".repeat(limits::SCOPE_BYTES_MAX + 1)), None);
}

fn service() -> impl Strategy<Value = Service> {
	select(Service::ALL.to_vec())
}

fn scope() -> impl Strategy<Value = Scope> {
	// Few, so that they meet.
	select(vec!["a", "b", "job/7", "scope"])
		.prop_map(|name| Scope::new(name).expect("none is empty; qed"))
}

fn right() -> impl Strategy<Value = Right> {
	let scope = prop_oneof![Just(None), scope().prop_map(Some)];
	(service(), select(Verb::ALL.to_vec()), scope).prop_map(|(service, verb, scope)| Right {
		service,
		verb,
		scope,
	})
}

fn any_ask() -> impl Strategy<Value = Ask> {
	(service(), select(Verb::ALL.to_vec()), scope()).prop_map(|(service, verb, scope)| Ask {
		service,
		verb,
		scope,
	})
}

fn attenuation() -> impl Strategy<Value = Attenuation> {
	let end = prop_oneof![Just(None), (NOW - 5..NOW + 5).prop_map(Some)];
	(vec(service(), 0..3), vec(scope(), 0..3), any::<bool>(), end).prop_map(
		|(services, scopes, is_read_only, expires_at_secs)| Attenuation {
			services,
			scopes,
			is_read_only,
			expires_at_secs,
		},
	)
}

/// What a narrowing leaves, said without any datalog.
fn leaves(by: &Attenuation, ask: &Ask) -> bool {
	(by.services.is_empty() || by.services.contains(&ask.service))
		&& (by.scopes.is_empty() || by.scopes.contains(&ask.scope))
		&& (!by.is_read_only || ask.verb == Verb::Read)
		&& by.expires_at_secs.is_none_or(|end| NOW < end)
}

proptest! {
	#[test]
	fn token_should_allow_exactly_what_its_rights_and_narrowings_leave(
		rights in vec(right(), 0..5),
		narrowings in vec(attenuation(), 0..4),
		asks in vec(any_ask(), 1..6),
	) {
		let mut token = mint(rights.clone());
		for by in &narrowings {
			token = Token::parse(&token).unwrap().attenuate(by).unwrap();
		}
		for ask in asks {
			let expected = rights.iter().any(|right| right.covers(&ask))
				&& narrowings.iter().all(|by| leaves(by, &ask));
			prop_assert_eq!(allows(&token, &ask), expected, "{:?}", ask);
		}
	}

	#[test]
	fn token_that_was_changed_should_not_be_believed(at in 0_usize..10_000, byte in 0x20_u8..0x7f) {
		let token = mint(Right::everything());
		let mut bytes = token.clone().into_bytes();
		let at = at % bytes.len();
		prop_assume!(bytes[at] != byte);
		bytes[at] = byte;
		let changed = String::from_utf8(bytes).unwrap();
		if let Ok(parsed) = Token::parse(&changed) {
			prop_assert!(parsed.verify(linked).is_err());
		}
		prop_assert!(VerifiedToken::read(&changed, linked).is_err());
	}

	#[test]
	fn text_of_a_stranger_should_be_no_token(text: String) {
		prop_assert!(Token::parse(&text).and_then(|token| token.verify(linked)).is_err());
		prop_assert!(VerifiedToken::read(&text, linked).is_err());
	}
}
