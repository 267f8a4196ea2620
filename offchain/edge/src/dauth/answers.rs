// SPDX-License-Identifier: Apache-2.0

//! Answers that were just given.
//!
//! To check a token costs as much as some small requests. What a token allows depends on itself, on
//! what is asked, on the second, on the chain's state and on revocations: as long as all of these are
//! the same, so is the answer, and it is looked up.

use super::Refused;
use r1_core::BlockHash;
use r1_dauth::{Ask, Subject};
use sp_crypto_hashing::blake2_256;
use std::collections::HashMap;

/// Answers that are kept, of some 200 B each. Beyond, tokens are checked each time.
const ANSWERS_MAX: usize = 4_096;

/// For as long as answers are the same.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Moment {
	/// Tokens say when they end in seconds.
	pub(super) now_secs: u64,
	/// What the chain says.
	pub(super) block: BlockHash,
}

/// The answers of one moment.
#[derive(Debug, Default)]
pub(super) struct Answers {
	moment: Moment,
	given: HashMap<Key, Result<Subject, Refused>>,
}

/// A token and what is asked with it.
pub(super) type Key = [u8; 32];

impl Answers {
	/// What a question is known by.
	pub(super) fn key(token: &str, ask: &Ask) -> Key {
		// A token has no space, so no two questions are written the same.
		let Ask { service, verb, scope } = ask;
		let question = format!("{token} {} {} {}", service.name(), verb.name(), scope.as_str());
		blake2_256(question.as_bytes())
	}

	/// The answer, if it was given at this moment.
	pub(super) fn get(&self, moment: Moment, key: &Key) -> Option<Result<Subject, Refused>> {
		(self.moment == moment).then(|| self.given.get(key).cloned())?
	}

	/// Notes an answer.
	pub(super) fn insert(&mut self, moment: Moment, key: Key, answer: Result<Subject, Refused>) {
		if self.moment != moment {
			self.given.clear();
			self.moment = moment;
		}
		if self.given.len() < ANSWERS_MAX {
			self.given.insert(key, answer);
		}
	}

	/// Forgets all: something has changed that no moment tells.
	pub(super) fn forget(&mut self) {
		self.given.clear();
	}
}
