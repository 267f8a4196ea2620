// SPDX-License-Identifier: Apache-2.0

//! Signing in: challenges and signatures of all kinds, against a list of what was issued.

mod wallets;

use crate::{GENESIS, LAST_SECS, NODE, NOW, edits::edit_bytes, edits::edit_text, reached::Reached};
use fuzzing::Choices;
use r1_core::{Account, SeededRng};
use r1_dauth::{Challenges, Redeemed, SignInError, SignedChallenge, limits::CHALLENGE_SECS};
use wallets::{WALLETS, wallet};

/// Most actions of one input.
const ACTIONS_MAX: usize = 16;

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut world = World::new(choices);
	for _ in 0..ACTIONS_MAX {
		if choices.are_spent() {
			break;
		}
		match choices.number(0..=9) {
			0..=4 => world.submit(choices, reached),
			5 => world.issue(choices),
			6 => world.issue_elsewhere(choices),
			7 => world.wait(choices),
			8 => world.redeem_what_was_verified(choices, reached),
			_ => world.restart(),
		}
	}
}

/// A challenge, and what is true of it.
struct Issued {
	text: String,
	wallet: usize,
	/// When it is good no more, in seconds of the process.
	ends: u64,
	/// Whether the end that it shows has a text; the years after 9999 have none.
	is_writable: bool,
	/// By this process, for this node and chain.
	is_ours: bool,
	is_used: bool,
}

/// A signature, and how it came about.
struct Signed {
	bytes: Vec<u8>,
	wallet: usize,
	/// What was signed.
	message: Vec<u8>,
	quality: Quality,
	/// Of which kind of key, and what was done to the message and to it, in numbers.
	how: String,
}

/// What was done to a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Quality {
	/// Nothing.
	Genuine,
	/// Bytes were changed, so that it may or may not be right.
	Edited,
	/// It never was one, or says that it is of another kind of key.
	Wrong,
}

struct World {
	rng: SeededRng,
	challenges: Challenges,
	redeemed: Redeemed,
	/// In Unix seconds.
	now: u64,
	/// In seconds of the process.
	uptime: u64,
	issued: Vec<Issued>,
	verified: Vec<(SignedChallenge, usize)>,
}

impl World {
	fn new(choices: &mut Choices<'_>) -> Self {
		let rng = SeededRng::new(1);
		let challenges = Challenges::new(NODE, GENESIS, &rng);
		let starts = [NOW, 0, LAST_SECS - 60, LAST_SECS, i64::MAX as u64, u64::MAX - 30];
		let now = choices.pick(&starts);
		let redeemed = Redeemed::default();
		let (issued, verified) = (Vec::new(), Vec::new());
		let mut world = Self { rng, challenges, redeemed, now, uptime: 0, issued, verified };
		world.issue(choices);
		world
	}

	fn issue(&mut self, choices: &mut Choices<'_>) {
		let wallet = choices.place(WALLETS - 1);
		let account = account_of(wallet);
		let text = self.challenges.issue(account, self.now, self.uptime, &self.rng);
		assert!(
			self.issued.iter().all(|other| other.text != text),
			"the same challenge was issued twice:\n{text}"
		);
		self.keep(text, wallet, true);
	}

	/// A challenge of another node, of another chain, or of another process of this node.
	fn issue_elsewhere(&mut self, choices: &mut Choices<'_>) {
		let wallet = choices.place(WALLETS - 1);
		let (node, genesis) = choices.pick(&[([8; 32], GENESIS), (NODE, [7; 32]), (NODE, GENESIS)]);
		let elsewhere = Challenges::new(node, genesis, &self.rng);
		let text = elsewhere.issue(account_of(wallet), self.now, self.uptime, &self.rng);
		self.keep(text, wallet, false);
	}

	fn keep(&mut self, text: String, wallet: usize, is_ours: bool) {
		let ends = self.uptime.saturating_add(CHALLENGE_SECS);
		let is_writable = self.now.saturating_add(CHALLENGE_SECS) <= LAST_SECS;
		self.issued
			.push(Issued { text, wallet, ends, is_writable, is_ours, is_used: false });
	}

	/// Time goes on, or somebody sets the machine's clock back; the process does not get younger.
	fn wait(&mut self, choices: &mut Choices<'_>) {
		let secs = choices.pick(&[1, CHALLENGE_SECS - 1, CHALLENGE_SECS, 30, 3_600]);
		self.uptime += secs;
		self.now = match choices.one_in(4) {
			true => self.now.saturating_sub(secs),
			false => self.now.saturating_add(secs),
		};
	}

	/// The process starts again: it has another key, and knows nothing of what was issued.
	fn restart(&mut self) {
		self.challenges = Challenges::new(NODE, GENESIS, &self.rng);
		self.redeemed = Redeemed::default();
		self.verified.clear();
		self.issued.iter_mut().for_each(|issued| issued.is_ours = false);
	}

	/// Sends a challenge and a signature.
	fn submit(&mut self, choices: &mut Choices<'_>, reached: &mut Reached) {
		let index = self.issued.len() - 1 - choices.place(self.issued.len() - 1);
		let sent = match choices.number(0..=4) {
			0..=2 => self.issued[index].text.clone(),
			3 => self.spliced(index, choices),
			_ if choices.one_in(4) => String::from_utf8_lossy(&choices.bytes(64)).into_owned(),
			_ => edit_text(&self.issued[index].text, choices),
		};
		let signed = self.sign(index, &sent, choices);
		let outcome = self.challenges.verify(&sent, &signed.bytes, self.uptime);
		reached.note_result("verify", &outcome);
		reached.note_result(&format!("verify {}", signed.how), &outcome);
		self.judge(&sent, &signed, &outcome);
		let Ok(challenge) = outcome else { return };
		let index = self.index_of(&sent).expect("it was judged that it was issued; qed");
		// Somebody may be quicker than whoever checks.
		if choices.one_in(4) {
			self.verified.push((challenge, index));
		} else {
			self.redeem(challenge, index, reached);
		}
	}

	/// A challenge with some lines of another.
	fn spliced(&self, index: usize, choices: &mut Choices<'_>) -> String {
		let other = &choices.pick(&self.issued.iter().collect::<Vec<_>>()).text;
		let lines = self.issued[index].text.lines().zip(other.lines());
		let lines = lines.map(|(line, other)| if choices.one_in(3) { other } else { line });
		lines.collect::<Vec<_>>().join("\n")
	}

	/// A signature of a challenge: mostly the right one.
	fn sign(&self, index: usize, sent: &str, choices: &mut Choices<'_>) -> Signed {
		let owner = self.issued[index].wallet;
		let wallet_of = if choices.one_in(4) { choices.place(WALLETS - 1) } else { owner };
		let wrap = |text: &str| format!("<Bytes>{text}</Bytes>");
		let of_message = choices.number(0..=7);
		let message = match of_message {
			0..=2 => sent.to_owned(),
			3 | 4 => wrap(sent),
			5 => wrap(&wrap(sent)),
			6 => self.issued[choices.place(self.issued.len() - 1)].text.clone(),
			_ => edit_text(sent, choices),
		};
		let message = message.into_bytes();
		let signer = wallet(wallet_of);
		let signature = signer.sign(&message);
		let of_signature = choices.number(0..=6);
		let (bytes, quality) = match of_signature {
			0..=2 => (signature, Quality::Genuine),
			3 => ([&[signer.kind()][..], &signature].concat(), Quality::Genuine),
			4 => {
				let kind = (signer.kind() + choices.pick(&[1, 2])) % 3;
				([&[kind][..], &signature].concat(), Quality::Wrong)
			},
			5 => (choices.bytes(70), Quality::Wrong),
			_ => (edit_bytes(&signature, choices), Quality::Edited),
		};
		let how = format!("{} {of_message} {of_signature}", signer.kind());
		Signed { bytes, wallet: wallet_of, message, quality, how }
	}

	fn index_of(&self, text: &str) -> Option<usize> {
		self.issued.iter().position(|issued| issued.is_ours && issued.text == text)
	}

	/// Whether it was right to believe a signature, or not to.
	fn judge(&self, sent: &str, signed: &Signed, outcome: &Result<SignedChallenge, SignInError>) {
		let wrapped = format!("<Bytes>{sent}</Bytes>");
		let is_of_text = [sent.as_bytes(), wrapped.as_bytes()].contains(&signed.message.as_slice());
		let issued = self.index_of(sent).map(|index| &self.issued[index]);
		let may_be = issued.is_some_and(|issued| {
			self.uptime < issued.ends
				&& signed.wallet == issued.wallet
				&& is_of_text
				&& signed.quality != Quality::Wrong
		});
		assert!(
			may_be || outcome.is_err(),
			"believed after {} s:\n{sent}\n{:?} of wallet {}",
			self.uptime,
			signed.quality,
			signed.wallet
		);
		let must_be = may_be
			&& signed.quality == Quality::Genuine
			&& issued.is_some_and(|issued| issued.is_writable);
		assert!(!must_be || outcome.is_ok(), "refused, {outcome:?}:\n{sent}");
	}

	fn redeem_what_was_verified(&mut self, choices: &mut Choices<'_>, reached: &mut Reached) {
		if self.verified.is_empty() {
			return;
		}
		let (challenge, index) = self.verified[choices.place(self.verified.len() - 1)];
		self.redeem(challenge, index, reached);
	}

	fn redeem(&mut self, challenge: SignedChallenge, index: usize, reached: &mut Reached) {
		let outcome = self.redeemed.redeem(challenge, self.uptime);
		reached.note_result("redeem", &outcome);
		let issued = &mut self.issued[index];
		let expected = match () {
			() if issued.ends <= self.uptime => Err(SignInError::Expired),
			() if issued.is_used => Err(SignInError::Replayed),
			() => Ok(account_of(issued.wallet)),
		};
		assert_eq!(outcome, expected, "{}", issued.text);
		issued.is_used |= outcome.is_ok();
	}
}

fn account_of(wallet_of: usize) -> Account {
	wallet(wallet_of).account()
}
