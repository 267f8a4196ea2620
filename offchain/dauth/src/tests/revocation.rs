// SPDX-License-Identifier: Apache-2.0

use super::{GENESIS, NOW, node};
use crate::{
	Answer, Attenuation, Grant, PAGE_REVOCATIONS_MAX, Place, Question, Revocation, RevocationError,
	Revocations, Right, SignedRevocation, Subject, Token, TokenIssuer, VerifiedToken, limits,
};
use codec::Encode as _;
use r1_core::NodeIdentity;

fn tokens() -> [VerifiedToken; 2] {
	let issuer = TokenIssuer::new(&node(), 12, GENESIS);
	let rights = Right::everything();
	let grant = Grant { subject: Subject::Job(7), rights, expires_at_secs: NOW + 100 };
	let whole = issuer.mint(&grant, NOW).unwrap();
	let narrow = Token::parse(&whole).unwrap().attenuate(&Attenuation::default()).unwrap();
	[whole, narrow].map(|text| Token::parse(&text).unwrap().verify(|_| Some(node().key())).unwrap())
}

fn take(
	revocations: &mut Revocations,
	revocation: &Revocation,
	now_secs: u64,
) -> Result<bool, RevocationError> {
	let signed = revocation.clone().sign(&node(), &GENESIS);
	revocations.take(&signed, &node().key(), &GENESIS, now_secs)
}

fn revocation_of(id: u8, expires_at_secs: u64) -> Revocation {
	Revocation { id: [id; 32], deed: 12, expires_at_secs }
}

#[test]
fn revoked_token_should_be_revoked_with_all_that_came_of_it_until_it_ends() {
	let [whole, narrow] = tokens();
	let [other, _] = tokens();
	let mut revocations = Revocations::default();
	assert!(!revocations.contain(&whole));
	let revocation = Revocation::of(&whole, NOW + 100).unwrap();
	assert_eq!(take(&mut revocations, &revocation, NOW), Ok(true));
	assert_eq!(take(&mut revocations, &revocation, NOW), Ok(false));
	assert!(revocations.contain(&whole));
	assert!(revocations.contain(&narrow));
	assert!(!revocations.contain(&other));

	let later = revocation_of(9, NOW + 300);
	assert_eq!(take(&mut revocations, &later, NOW + 101), Ok(true));
	assert_eq!(revocations.len(), 1);
}

#[test]
fn revocation_should_be_the_issuers_and_of_some_use() {
	let [whole, _] = tokens();
	let mut revocations = Revocations::default();
	let revocation = Revocation::of(&whole, NOW + 100).unwrap();
	let stranger = revocation.clone().sign(&NodeIdentity::from_seed(&[2; 32]), &GENESIS);
	let taken = revocations.take(&stranger, &node().key(), &GENESIS, NOW);
	assert_eq!(taken, Err(RevocationError::NotTheIssuer { deed: 12 }));
	for end in [NOW, NOW + limits::TOKEN_SECS_MAX + 301] {
		let out_of_time = Revocation { expires_at_secs: end, ..revocation.clone() };
		assert_eq!(take(&mut revocations, &out_of_time, NOW), Err(RevocationError::OutOfTime));
	}
	assert!(revocations.is_empty());
	// Another issuer's word on the same identifier is about tokens of its own.
	let elsewhere = Revocation { deed: 13, ..revocation };
	assert_eq!(take(&mut revocations, &elsewhere, NOW), Ok(true));
	assert!(!revocations.contain(&whole));
}

#[test]
fn narrowed_token_should_not_be_able_to_revoke_what_it_came_from() {
	let [whole, narrow] = tokens();
	let mut revocations = Revocations::default();
	let revocation = Revocation::of(&narrow, NOW + 100).unwrap();
	assert_eq!(take(&mut revocations, &revocation, NOW), Ok(true));
	assert!(revocations.contain(&narrow));
	assert!(!revocations.contain(&whole));
}

#[test]
fn one_issuer_should_not_take_the_room_of_all() {
	let mut revocations = Revocations::default();
	for number in 0..limits::REVOCATIONS_OF_DEED_MAX as u32 {
		let mut id = [0; 32];
		id[..4].copy_from_slice(&number.to_le_bytes());
		let one = Revocation { id, deed: 12, expires_at_secs: NOW + 100 };
		assert_eq!(take(&mut revocations, &one, NOW), Ok(true));
	}
	assert_eq!(
		take(&mut revocations, &revocation_of(255, NOW + 100), NOW),
		Err(RevocationError::Full)
	);
	let elsewhere = Revocation { deed: 13, ..revocation_of(255, NOW + 100) };
	assert_eq!(take(&mut revocations, &elsewhere, NOW), Ok(true));
	// What has ended makes room.
	assert_eq!(take(&mut revocations, &revocation_of(1, NOW + 200), NOW + 101), Ok(true));
	assert_eq!(revocations.len(), 1);
}

#[test]
fn pages_should_bring_another_node_to_the_same_digest_in_whatever_order() {
	let mut here = Revocations::default();
	for id in 1..=10 {
		let end = NOW + 100 + u64::from(id % 3);
		assert_eq!(take(&mut here, &revocation_of(id, end), NOW), Ok(true));
	}
	let mut pages: Vec<Vec<SignedRevocation>> = Vec::new();
	let mut after = Place::FIRST;
	loop {
		let page = here.page(after, 4);
		let Some(last) = page.last() else { break };
		after = Place::of(&last.revocation);
		pages.push(page);
	}
	assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
	let mut there = Revocations::default();
	assert_ne!(here.digest(), there.digest());
	for signed in pages.iter().rev().flatten() {
		assert_eq!(there.take(signed, &node().key(), &GENESIS, NOW), Ok(true));
	}
	assert_eq!(here.digest(), there.digest());
	assert_eq!((there.len(), there.is_empty()), (10, false));
}

#[test]
fn answers_should_be_read_as_they_were_given() {
	let mut here = Revocations::default();
	for number in 0..600_u32 {
		let mut id = [0; 32];
		id[..4].copy_from_slice(&number.to_le_bytes());
		let one = Revocation { id, deed: 12, expires_at_secs: NOW + 100 };
		assert_eq!(take(&mut here, &one, NOW), Ok(true));
	}
	let ask = |question: Question| {
		let question = Question::decode(&question.encode()).unwrap();
		Answer::decode(&question.answer(&here, || panic!("nobody asked")).encode()).unwrap()
	};
	assert_eq!(ask(Question::Digest), Answer::Digest(here.digest()));
	let Answer::Page(first) = ask(Question::After(Place::FIRST)) else { panic!("no page") };
	assert_eq!(first.len(), PAGE_REVOCATIONS_MAX);
	let last = Place::of(&first.last().unwrap().revocation);
	let Answer::Page(second) = ask(Question::After(last)) else { panic!("no page") };
	assert_eq!(second.len(), 600 - PAGE_REVOCATIONS_MAX);
	assert!(Question::decode(&[7]).is_err());
	let too_many = Answer::Page([first, second].concat()).encode();
	assert!(Answer::decode(&too_many).is_err());
	// What both sides of the mesh read at most.
	assert!(Question::After(last).encode().len() <= 64);
}
