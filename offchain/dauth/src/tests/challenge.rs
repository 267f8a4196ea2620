// SPDX-License-Identifier: Apache-2.0

use super::{GENESIS, NOW, account, node};
use crate::{Challenges, Redeemed, SignInError, WalletError, limits::CHALLENGE_SECS};
use proptest::prelude::*;
use r1_core::{Account, Rng, SeededRng, SystemRng};
use sp_core::{Pair as _, sr25519};

/// What a node has of challenges.
struct Desk {
	challenges: Challenges,
	redeemed: Redeemed,
}

impl Desk {
	/// Both clocks say the same here.
	fn issue(&self, account: Account, now_secs: u64, rng: &dyn Rng) -> String {
		self.challenges.issue(account, now_secs, now_secs, rng)
	}

	fn redeem(
		&mut self,
		challenge: &str,
		signature: &[u8],
		now_secs: u64,
	) -> Result<Account, SignInError> {
		let signed = self.challenges.verify(challenge, signature, now_secs)?;
		self.redeemed.redeem(signed, now_secs)
	}
}

fn challenges() -> Desk {
	let challenges = Challenges::new(node().key(), GENESIS, &SystemRng);
	Desk { challenges, redeemed: Redeemed::default() }
}

fn wallet() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[9; 32])
}

fn sign(text: &str) -> Vec<u8> {
	wallet().sign(text.as_bytes()).0.to_vec()
}

#[test]
fn challenge_should_say_what_it_is_for() {
	let text = challenges().issue(account(3), NOW, &SystemRng);
	for line in [
		"Purpose: sign in",
		&format!("Node: 0x{}", hex::encode(node().key())),
		&format!("Chain: 0x{}", hex::encode(GENESIS)),
		"Expires: 2026-09-21T14:14:20Z",
	] {
		assert!(text.lines().any(|found| found == line), "`{line}` is not in:\n{text}");
	}
}

#[test]
fn challenge_should_sign_in_once_whoever_it_names() {
	let mut challenges = challenges();
	let text = challenges.issue(wallet().public().0, NOW, &SystemRng);
	let other = challenges.issue(wallet().public().0, NOW, &SystemRng);
	assert_ne!(text, other);
	let stranger = sr25519::Pair::from_seed(&[8; 32]).sign(text.as_bytes());
	let wrong = Err(SignInError::Signature(WalletError::Wrong));
	assert_eq!(challenges.redeem(&text, &stranger.0, NOW), wrong);
	assert_eq!(challenges.redeem(&text, &sign(&other), NOW), wrong);
	// Nobody has used it up with that.
	assert_eq!(challenges.redeem(&text, &sign(&text), NOW), Ok(wallet().public().0));
	assert_eq!(challenges.redeem(&text, &sign(&text), NOW), Err(SignInError::Replayed));
	assert_eq!(challenges.redeem(&other, &sign(&other), NOW), Ok(wallet().public().0));
	// At no moment is it good again: it expires when it is forgotten.
	for now in NOW..NOW + 2 * CHALLENGE_SECS {
		let third = challenges.issue(wallet().public().0, now, &SystemRng);
		assert!(challenges.redeem(&third, &sign(&third), now).is_ok());
		assert!(challenges.redeem(&text, &sign(&text), now).is_err(), "at {now}");
	}
}

#[test]
fn challenge_should_expire() {
	let mut challenges = challenges();
	let text = challenges.issue(wallet().public().0, NOW, &SystemRng);
	let late = NOW + CHALLENGE_SECS;
	assert_eq!(challenges.redeem(&text, &sign(&text), late), Err(SignInError::Expired));
	assert!(challenges.redeem(&text, &sign(&text), late - 1).is_ok());
}

#[test]
fn challenge_should_not_be_redeemed_when_it_ends_while_it_is_checked() {
	let Desk { challenges, mut redeemed } = challenges();
	let text = challenges.issue(wallet().public().0, NOW, NOW, &SystemRng);
	let end = NOW + CHALLENGE_SECS;
	let twice = [(); 2].map(|()| challenges.verify(&text, &sign(&text), end - 1).unwrap());
	assert!(redeemed.redeem(twice[0], end - 1).is_ok());
	// Whoever redeems later has forgotten the first.
	assert_eq!(redeemed.redeem(twice[1], end), Err(SignInError::Expired));
}

#[test]
fn challenge_should_stay_redeemed_when_the_clock_is_set_back() {
	let Desk { challenges, mut redeemed } = challenges();
	let issue =
		|unix_secs, uptime| challenges.issue(wallet().public().0, unix_secs, uptime, &SystemRng);
	let mut redeem = |text: &str, uptime| {
		let signed = challenges.verify(text, &sign(text), uptime)?;
		redeemed.redeem(signed, uptime)
	};
	let first = issue(NOW, 5);
	assert!(redeem(&first, 6).is_ok());
	// An hour later the first is forgotten; then the clock is set to when it was issued.
	let later = issue(NOW + 3_600, 3_605);
	assert!(redeem(&later, 3_605).is_ok());
	assert!(redeem(&issue(NOW, 3_606), 3_606).is_ok());
	assert_eq!(redeem(&first, 3_606), Err(SignInError::Expired));
}

#[test]
fn challenge_of_elsewhere_should_be_refused_by_name() {
	let mut here = challenges();
	let other_node = Challenges::new([7; 32], GENESIS, &SystemRng);
	let other_chain = Challenges::new(node().key(), [7; 32], &SystemRng);
	let restarted = challenges().challenges;
	for (elsewhere, expected) in [
		(other_node, SignInError::OtherNode),
		(other_chain, SignInError::OtherChain),
		(restarted, SignInError::Unproven),
	] {
		let text = elsewhere.issue(wallet().public().0, NOW, NOW, &SystemRng);
		assert_eq!(here.redeem(&text, &sign(&text), NOW), Err(expected));
	}
}

proptest! {
	#[test]
	fn challenge_that_was_changed_should_sign_nobody_in(at in 0_usize..1_000, byte: u8, seed: u64) {
		let mut challenges = challenges();
		let text = challenges.issue(wallet().public().0, NOW, &SeededRng::new(seed));
		let mut bytes = text.clone().into_bytes();
		let at = at % bytes.len();
		prop_assume!(bytes[at] != byte);
		bytes[at] = byte;
		if let Ok(changed) = String::from_utf8(bytes) {
			prop_assert!(challenges.redeem(&changed, &sign(&changed), NOW).is_err());
		}
		prop_assert!(challenges.redeem(&text, &sign(&text), NOW).is_ok());
	}

	#[test]
	fn text_of_a_stranger_should_be_refused(text: String, signature: Vec<u8>) {
		prop_assert!(challenges().redeem(&text, &signature, NOW).is_err());
	}
}
