// SPDX-License-Identifier: Apache-2.0

use super::{GENESIS, NOW, account, node};
use crate::{
	OpenError, Recipient, SealError, SealedSecret, SealingKey, SealingKeyError, SignedSealingKey,
	limits::{RECIPIENTS_MAX, SECRET_BYTES_MAX},
	seal,
};
use proptest::prelude::*;

fn secret(owner: u8, bytes: &[u8]) -> SealedSecret {
	SealedSecret { owner: account(owner), name: "database".to_owned(), secret: bytes.to_vec() }
}

#[test]
fn secret_should_be_opened_by_each_recipient_and_by_nobody_else() {
	let [first, second, stranger] = [(); 3].map(|()| SealingKey::generate());
	let secret = secret(1, b"hunter2");
	let sealed = seal(&secret, &[first.recipient(), second.recipient()]).unwrap();
	assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "{sealed}");
	for key in [first, second] {
		assert_eq!(key.open(&sealed, &account(1)).unwrap(), secret);
	}
	let refused = stranger.open(&sealed, &account(1));
	assert!(matches!(refused, Err(OpenError::NotForThisKey)), "{refused:?}");
}

#[test]
fn secret_should_not_be_opened_for_the_job_of_another_account() {
	let key = SealingKey::generate();
	let sealed = seal(&secret(1, b"hunter2"), &[key.recipient()]).unwrap();
	let refused = key.open(&sealed, &account(2));
	assert!(matches!(refused, Err(OpenError::OfAnotherOwner)), "{refused:?}");
}

#[test]
fn key_should_survive_its_file_and_never_be_shown() {
	let key = SealingKey::generate();
	let text = key.to_text();
	let again = SealingKey::from_text(&text).unwrap();
	assert_eq!(again.recipient(), key.recipient());
	assert_eq!(key.recipient().to_string().parse(), Ok(key.recipient()));
	let shown = format!("{key:?} {:?}", secret(1, b"hunter2"));
	assert!(!shown.contains("AGE-SECRET-KEY") && !shown.contains("hunter2"), "{shown}");
	for wrong in ["", "# only a comment\n", "AGE-SECRET-KEY-1", "age1qqqq"] {
		assert!(SealingKey::from_text(wrong).is_none(), "{wrong}");
	}
	assert!("age1qqqq".parse::<Recipient>().is_err());
}

#[test]
fn sealing_key_should_be_believed_on_the_nodes_own_word_for_some_minutes() {
	let recipient = SealingKey::generate().recipient();
	let word = SignedSealingKey::new(&recipient, &node(), &GENESIS, NOW);
	let read = |word: &SignedSealingKey, now| word.recipient(&node().key(), &GENESIS, now);
	assert_eq!(read(&word, NOW), Ok(recipient.clone()));
	assert_eq!(read(&word, NOW + 600), Ok(recipient.clone()));
	for late in [NOW + 901, NOW - 301] {
		assert_eq!(read(&word, late), Err(SealingKeyError::OutOfTime), "{late}");
	}
	let not_the_node = Err(SealingKeyError::NotTheNode);
	assert_eq!(word.recipient(&[9; 32], &GENESIS, NOW), not_the_node);
	assert_eq!(word.recipient(&node().key(), &[9; 32], NOW), not_the_node);
	let mut swapped = word.clone();
	swapped.statement.recipient = SealingKey::generate().recipient().to_string();
	assert_eq!(read(&swapped, NOW), not_the_node);
}

#[test]
fn secret_should_be_within_limits() {
	let key = SealingKey::generate();
	let to = |count| vec![key.recipient(); count];
	let longest = secret(1, &vec![7; SECRET_BYTES_MAX]);
	let sealed = seal(&longest, &to(RECIPIENTS_MAX)).unwrap();
	assert_eq!(key.open(&sealed, &account(1)).unwrap(), longest);
	let too_long = seal(&secret(1, &vec![7; SECRET_BYTES_MAX + 1]), &to(1));
	assert!(matches!(too_long, Err(SealError::TooLong { .. })), "{too_long:?}");
	for count in [0, RECIPIENTS_MAX + 1] {
		let refused = seal(&secret(1, b""), &to(count));
		assert!(matches!(refused, Err(SealError::Recipients { .. })), "{refused:?}");
	}
}

proptest! {
	#[test]
	fn secret_that_was_changed_should_not_be_opened(at in 0_usize..10_000, letter in "[A-Za-z0-9+/]") {
		let key = SealingKey::generate();
		let sealed = seal(&secret(1, &[7; 100]), &[key.recipient()]).unwrap();
		let mut changed = sealed.clone().into_bytes();
		let at = at % changed.len();
		prop_assume!(changed[at] != letter.as_bytes()[0]);
		changed[at] = letter.as_bytes()[0];
		prop_assert!(key.open(&String::from_utf8(changed).unwrap(), &account(1)).is_err());
	}

	#[test]
	fn text_of_a_stranger_should_be_no_secret(text: String) {
		prop_assert!(SealingKey::generate().open(&text, &account(1)).is_err());
	}
}
