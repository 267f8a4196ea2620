// SPDX-License-Identifier: Apache-2.0

//! Checking tokens in this process, as a daemon does before it looks at the chain.

use crate::times::Times;
use anyhow::{Result, ensure};
use ed25519_dalek::{Signer as _, SigningKey};
use r1_core::{NodeIdentity, SeededRng};
use r1_dauth::{
	Ask, Attenuation, Grant, Right, Scope, Service, Subject, Token, TokenIssuer, Verb,
	VerifiedToken,
};
use serde_json::{Value, json};
use std::{
	hint::black_box,
	time::{Duration, Instant},
};

/// A chain, a moment and a deed, none of which matters.
const GENESIS: [u8; 32] = [0xee; 32];
const NOW: u64 = 1_790_000_000;
const DEED: u32 = 12;

/// Checks each kind of token so many times, in turns.
pub(crate) fn measure(checks: usize) -> Result<Value> {
	let identity = node();
	let issuer = TokenIssuer::new(&identity, DEED, GENESIS);
	let grant = Grant {
		subject: Subject::Account([3; 32]),
		rights: Right::everything(),
		expires_at_secs: NOW + 3_600,
	};
	let plain = issuer.mint(&grant, NOW)?;
	let only_read = Attenuation { is_read_only: true, ..Attenuation::default() };
	let only_files = Attenuation {
		services: vec![Service::Files],
		expires_at_secs: Some(NOW + 600),
		..Attenuation::default()
	};
	let once = Token::parse(&plain)?.attenuate(&only_read)?;
	let twice = Token::parse(&once)?.attenuate(&only_files)?;
	let signature = SignatureCheck::new(&plain);

	let mut times = [const { Vec::new() }; 3];
	// One more, which fills caches and is not counted.
	for check in 0..=checks {
		for (times, measured) in times.iter_mut().zip([
			time_of(|| check_token(&plain))?,
			time_of(|| check_token(&twice))?,
			time_of(|| signature.check())?,
		]) {
			if check != 0 {
				times.push(measured);
			}
		}
	}
	let [of_plain, of_twice, of_signature] = times.map(Times::of);
	Ok(json!({
		"plain": { "bytes": plain.len(), "blocks": 1, "times": of_plain? },
		"narrowed_twice": { "bytes": twice.len(), "blocks": 3, "times": of_twice? },
		"one_signature": { "times": of_signature? },
	}))
}

fn node() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}

/// Everything from the text of a token to whom it speaks for.
fn check_token(text: &str) -> Result<()> {
	let ask = Ask { service: Service::Files, verb: Verb::Read, scope: Scope::whole() };
	let token = VerifiedToken::read(black_box(text), |_| Some(NODE_KEY.with(|key| *key)))?;
	let subject = token.authorise(&ask, NOW, &GENESIS)?;
	ensure!(subject == Subject::Account([3; 32]), "it speaks for somebody else");
	Ok(())
}

std::thread_local! {
	/// A daemon reads it from the chain's state; making it would cost a multiplication on the curve.
	static NODE_KEY: [u8; 32] = node().key();
}

/// What nothing that is signed can be checked without.
struct SignatureCheck {
	key: ed25519_dalek::VerifyingKey,
	message: Vec<u8>,
	signature: ed25519_dalek::Signature,
}

impl SignatureCheck {
	/// Of as many bytes as a token has.
	fn new(token: &str) -> Self {
		let mut message = vec![0; token.len() * 3 / 4];
		r1_core::Rng::fill(&SeededRng::new(1), &mut message);
		let key = SigningKey::from_bytes(&[1; 32]);
		let signature = key.sign(&message);
		Self { key: key.verifying_key(), message, signature }
	}

	fn check(&self) -> Result<()> {
		Ok(self.key.verify_strict(black_box(&self.message), &self.signature)?)
	}
}

fn time_of(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
	let started = Instant::now();
	work()?;
	Ok(started.elapsed())
}
