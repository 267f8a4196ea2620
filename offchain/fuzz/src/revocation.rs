// SPDX-License-Identifier: Apache-2.0

//! Revocations from nodes and strangers, against a map of what must have been taken; and what two
//! nodes tell each other of them.

use crate::{
	GENESIS, NOW,
	edits::edit_bytes,
	reached::{Kind as _, Reached},
	secret,
	token::TOKENS,
};
use codec::Encode as _;
use fuzzing::Choices;
use r1_core::NodeIdentity;
use r1_dauth::{
	Answer, PAGE_REVOCATIONS_MAX, Place, Question, Revocation, RevocationError, Revocations,
	SignedRevocation, TokenId, VerifiedToken, limits::TOKEN_SECS_MAX,
};
use r1_primitives::DeedId;
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;

/// Most actions of one input.
const ACTIONS_MAX: usize = 16;

/// How far clocks may be apart: the limit that nodes have agreed on.
const CLOCKS_APART_SECS: u64 = 300;

/// Deeds, each linked to the node with this seed.
const DEEDS: [(DeedId, u8); 3] = [(12, 1), (13, 2), (u32::MAX, 3)];

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let now = choices.pick(&[NOW, 0, u64::MAX - 400, u64::MAX - TOKEN_SECS_MAX]);
	let mut world = World { now, ..World::default() };
	for _ in 0..ACTIONS_MAX {
		if choices.are_spent() {
			break;
		}
		match choices.number(0..=7) {
			0..=4 => world.hear(choices, reached),
			5 => world.wait(choices),
			_ => exchange(&world, choices, reached),
		}
		world.check();
	}
	world.tell(choices.number(1..=5) as usize);
}

#[derive(Default)]
struct World {
	now: u64,
	revocations: Revocations,
	/// What must be known, and until when.
	known: BTreeMap<(DeedId, TokenId), u64>,
	/// What was signed and not spoilt, to be sent again.
	heard: Vec<SignedRevocation>,
}

impl World {
	fn wait(&mut self, choices: &mut Choices<'_>) {
		let secs = choices.pick(&[1, 99, 100, TOKEN_SECS_MAX]);
		// Not to the last second that there is, after which nothing can be.
		self.now = self.now.saturating_add(secs).min(u64::MAX - 1);
	}

	/// A revocation arrives: genuine, spoilt, or for another time.
	fn hear(&mut self, choices: &mut Choices<'_>, reached: &mut Reached) {
		let (deed, seed) = choices.pick(&DEEDS);
		let last = self.now.saturating_add(TOKEN_SECS_MAX + CLOCKS_APART_SECS);
		let ends = [
			self.now.saturating_add(100),
			self.now.saturating_add(1),
			self.now,
			last,
			last.saturating_add(1),
			0,
			u64::MAX,
		];
		let expires_at_secs = choices.pick(&ends);
		let revocation = Revocation { id: id(choices), deed, expires_at_secs };
		let identity = NodeIdentity::from_seed(&[seed; 32]);
		let genuine = revocation.sign(&identity, &GENESIS);
		let how = choices.number(0..=7);
		let (signed, is_genuine) = match how {
			0..=2 => (genuine.clone(), true),
			3 => (self.again(choices, &genuine), true),
			4 => (spoilt_bit(&genuine, choices), false),
			5 => (genuine.revocation.clone().sign(&identity, &[7; 32]), false),
			6 => {
				let stranger = NodeIdentity::from_seed(&[9; 32]);
				(genuine.revocation.clone().sign(&stranger, &GENESIS), false)
			},
			// A genuine signature under another revocation.
			_ => {
				let other = choices.pick(&DEEDS).0;
				let revocation = Revocation { deed: other, ..genuine.revocation.clone() };
				let is_same = revocation == genuine.revocation;
				(SignedRevocation { revocation, ..genuine.clone() }, is_same)
			},
		};
		// The chain says whose key it is: that of the deed that is named.
		let named = signed.revocation.deed;
		let seed = DEEDS.iter().find(|(deed, _)| *deed == named).expect("all are linked; qed").1;
		let node = NodeIdentity::from_seed(&[seed; 32]).key();
		let outcome = self.revocations.take(&signed, &node, &GENESIS, self.now);
		let what_came = match &outcome {
			Ok(is_new) => format!("new: {is_new}"),
			Err(error) => error.kind(),
		};
		reached.note("take", what_came.as_str());
		reached.note(&format!("take {how}, of {} known", self.known.len()), what_came);
		let expected = self.expected(&signed.revocation, is_genuine);
		assert_eq!(outcome, expected, "at {}: {signed:?}", self.now);
		if outcome == Ok(true) {
			let Revocation { id, deed, expires_at_secs } = signed.revocation;
			self.known.insert((deed, id), expires_at_secs);
			self.heard.push(signed);
		}
	}

	fn again(&self, choices: &mut Choices<'_>, otherwise: &SignedRevocation) -> SignedRevocation {
		match self.heard.as_slice() {
			[] => otherwise.clone(),
			heard => choices.pick(heard),
		}
	}

	/// What must become of a revocation, said without any index.
	fn expected(
		&mut self,
		revocation: &Revocation,
		is_genuine: bool,
	) -> Result<bool, RevocationError> {
		let Revocation { id, deed, expires_at_secs } = *revocation;
		let now = self.now;
		self.known.retain(|_, end| now < *end);
		let last = now.saturating_add(TOKEN_SECS_MAX + CLOCKS_APART_SECS);
		match self.known.get(&(deed, id)) {
			_ if expires_at_secs <= now || last < expires_at_secs => {
				Err(RevocationError::OutOfTime)
			},
			Some(end) if expires_at_secs <= *end => Ok(false),
			_ if !is_genuine => Err(RevocationError::NotTheIssuer { deed }),
			_ => Ok(true),
		}
	}

	fn check(&self) {
		// What has ended stays until the next one comes.
		assert_eq!(self.revocations.len(), self.known.len());
		assert_eq!(self.revocations.is_empty(), self.known.is_empty());
		for token in TOKENS.iter() {
			let of_token = |id: &Vec<u8>| (token.deed(), blake2_256(id));
			let expected = token.ids().iter().any(|id| self.known.contains_key(&of_token(id)));
			assert_eq!(self.revocations.contain(token), expected);
		}
	}

	/// Tells another node everything, in pages of a size, and in the worst order.
	fn tell(&self, count_max: usize) {
		let mut told = Vec::new();
		let mut after = Place::FIRST;
		loop {
			let page = self.revocations.page(after, count_max);
			let Some(last) = page.last() else { break };
			assert!(page.len() <= count_max);
			after = Place::of(&last.revocation);
			told.extend(page);
			assert!(told.len() <= self.known.len(), "pages do not end");
		}
		let keys: BTreeMap<_, _> = told
			.iter()
			.map(
				|SignedRevocation {
				     revocation: Revocation { id, deed, expires_at_secs }, ..
				 }| { ((*deed, *id), *expires_at_secs) },
			)
			.collect();
		assert_eq!(keys, self.known);
		let mut other = Revocations::default();
		// As if nothing had ended yet.
		let then = self.known.values().min().map_or(0, |end| end.saturating_sub(1));
		for signed in told.iter().rev() {
			let (_, seed) = DEEDS[DEEDS
				.map(|(deed, _)| deed)
				.iter()
				.position(|deed| *deed == signed.revocation.deed)
				.expect("all are linked; qed")];
			let node = NodeIdentity::from_seed(&[seed; 32]).key();
			let outcome = other.take(signed, &node, &GENESIS, then);
			// What is far apart in time is nobody's.
			let is_far = then.saturating_add(TOKEN_SECS_MAX + CLOCKS_APART_SECS)
				< signed.revocation.expires_at_secs;
			assert_eq!(outcome.is_err(), is_far, "{outcome:?}");
		}
		if other.len() == self.known.len() {
			assert_eq!(other.digest(), self.revocations.digest());
		}
	}
}

/// What is revoked: a block of a token, or something that nobody has.
fn id(choices: &mut Choices<'_>) -> TokenId {
	let of = |token: &VerifiedToken| token.ids().iter().map(|id| blake2_256(id)).collect();
	let mut ids: Vec<TokenId> =
		TOKENS.iter().flat_map(|token| -> Vec<TokenId> { of(token) }).collect();
	ids.extend([[0; 32], [0xff; 32]]);
	choices.pick(&ids)
}

fn spoilt_bit(genuine: &SignedRevocation, choices: &mut Choices<'_>) -> SignedRevocation {
	let mut spoilt = genuine.clone();
	let at = choices.place(spoilt.signature.len() - 1);
	spoilt.signature[at] ^= 1 << (choices.byte() % 8);
	spoilt
}

/// Questions and answers, as they are and changed.
fn exchange(world: &World, choices: &mut Choices<'_>, reached: &mut Reached) {
	let place = match world.heard.as_slice() {
		[] => Place::FIRST,
		heard => Place::of(&choices.pick(heard).revocation),
	};
	let questions = [Question::Digest, Question::After(place), Question::SealingKey];
	let question = choices.pick(&questions);
	let answer = match choices.number(0..=3) {
		0..=2 => question.answer(&world.revocations, || secret::statement_of(NOW)),
		// Longer than any that a node gives.
		_ => {
			let one = Revocation { id: [1; 32], deed: 12, expires_at_secs: 1 };
			let one = SignedRevocation { revocation: one, signature: [2; 64] };
			let count = choices.pick(&[PAGE_REVOCATIONS_MAX, PAGE_REVOCATIONS_MAX + 1]);
			Answer::Page(vec![one; count])
		},
	};
	let mut bytes = [question.encode(), answer.encode(), single(world).encode()];
	let which = choices.place(bytes.len() - 1);
	let is_edited = choices.one_in(2);
	if is_edited {
		bytes[which] = match choices.number(0..=1) {
			0 => edit_bytes(&bytes[which], choices),
			_ => choices.bytes(160),
		};
	}
	let sent = &bytes[which];
	// What can be read stands for nothing else: writing it gives the same bytes.
	let again = match which {
		0 => {
			let read = Question::decode(sent);
			reached.note_result("question", &read);
			read.map(|question| question.encode())
		},
		1 => {
			let read = Answer::decode(sent);
			reached.note_result("answer", &read);
			if let Ok(Answer::Page(page)) = &read {
				assert!(page.len() <= PAGE_REVOCATIONS_MAX, "{}", page.len());
			}
			read.map(|answer| answer.encode())
		},
		_ => {
			let read = SignedRevocation::decode(sent);
			reached.note_result("revocation", &read);
			read.map(|signed| signed.encode())
		},
	};
	let is_long = matches!(&answer, Answer::Page(page) if PAGE_REVOCATIONS_MAX < page.len());
	match again {
		Ok(again) => assert_eq!(again, *sent),
		Err(error) => assert!(is_edited || (which == 1 && is_long), "{error}"),
	}
}

fn single(world: &World) -> SignedRevocation {
	let none = Revocation { id: [0; 32], deed: 0, expires_at_secs: 0 };
	let none = SignedRevocation { revocation: none, signature: [0; 64] };
	world.heard.last().cloned().unwrap_or(none)
}
