// SPDX-License-Identifier: Apache-2.0

//! Sealed secrets: genuine ones that were changed on their way, and what strangers seal.

use crate::{
	GENESIS, NOW,
	edits::{edit_bytes, edit_text},
	reached::Reached,
};
use age::{
	Encryptor,
	armor::{ArmoredWriter, Format},
};
use codec::{DecodeAll as _, Encode as _};
use fuzzing::Choices;
use r1_core::{Account, NodeIdentity};
use r1_dauth::{
	OpenError, Recipient, SealError, SealedSecret, SealingKey, SealingKeyError,
	SealingKeyStatement, SignedSealingKey,
	limits::{RECIPIENTS_MAX, SECRET_BYTES_MAX},
	seal,
};
use std::{io::Write as _, iter, sync::LazyLock};

/// Whose secrets these are, and somebody else.
const OWNERS: [Account; 2] = [[1; 32], [2; 32]];

/// Keys of two nodes that the genuine secrets are sealed for, and of a third.
///
/// Kept, as the secrets are: whatever is sealed is random, and an input must do the same each time.
const KEYS: [&str; 3] = [
	include_str!("../genuine/node-1.key"),
	include_str!("../genuine/node-2.key"),
	include_str!("../genuine/node-3.key"),
];

/// What was sealed with r1-dauth, and for how many of the keys.
const SEALED: [(&str, usize); 2] =
	[(include_str!("../genuine/for-1.age"), 1), (include_str!("../genuine/for-2.age"), 2)];

/// The keys, read.
static READ: LazyLock<[SealingKey; 3]> =
	LazyLock::new(|| KEYS.map(|text| SealingKey::from_text(text).expect("the file is a key; qed")));

/// What is in all that is genuine.
pub(crate) fn genuine() -> SealedSecret {
	SealedSecret { owner: OWNERS[0], name: "database".to_owned(), secret: b"hunter2".to_vec() }
}

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	match choices.number(0..=6) {
		0..=2 => open_genuine(choices, reached),
		6 => believe_a_statement(choices, reached),
		3 => open_what_a_stranger_sealed(choices, reached),
		4 => seal_and_open(choices, reached),
		_ => read_keys(choices, reached),
	}
}

/// A genuine secret, changed or not, for a node and the owner of a job.
fn open_genuine(choices: &mut Choices<'_>, reached: &mut Reached) {
	let (text, recipients) = choices.pick(&SEALED);
	let key = choices.place(KEYS.len() - 1);
	let owner = choices.pick(&OWNERS);
	let sent = match choices.number(0..=3) {
		0 => text.to_owned(),
		1 | 2 => edit_text(text, choices),
		_ => String::from_utf8_lossy(&choices.bytes(64)).into_owned(),
	};
	let opened = READ[key].open(&sent, &owner);
	reached.note_result("open", &opened);
	let is_for_key = key < recipients;
	match &opened {
		Ok(secret) => {
			assert!(is_for_key && owner == secret.owner, "key {key} opened it");
			assert!(*secret == genuine(), "it opens to something else:\n{sent}");
		},
		Err(error) => assert!(
			sent != text || !is_for_key || owner != OWNERS[0],
			"it was not changed, and does not open: {error}"
		),
	}
	if sent == text && is_for_key && owner != OWNERS[0] {
		assert!(matches!(opened, Err(OpenError::OfAnotherOwner)), "it tells the wrong reason");
	}
}

/// Anything at all, encrypted for a node: whoever knows the recipient can do that.
fn open_what_a_stranger_sealed(choices: &mut Choices<'_>, reached: &mut Reached) {
	let plain = match choices.number(0..=2) {
		0 => genuine().encode(),
		1 => edit_bytes(&genuine().encode(), choices),
		_ => choices.bytes(128),
	};
	let recipient: age::x25519::Recipient =
		READ[0].recipient().to_string().parse().expect("age reads what it wrote; qed");
	let sealed = encrypted(&plain, &recipient).expect("memory can be written to; qed");
	let owner = choices.pick(&OWNERS);
	let opened = READ[0].open(&sealed, &owner);
	reached.note_result("open a stranger's", &opened);
	let expected = SealedSecret::decode_all(&mut plain.as_slice()).ok();
	let is_right = expected.as_ref().is_some_and(|secret| secret.owner == owner);
	assert_eq!(opened.is_ok(), is_right, "{plain:02x?}");
	if let Ok(secret) = opened {
		assert!(Some(&secret) == expected.as_ref(), "{plain:02x?}");
		// No other bytes stand for the same secret.
		assert_eq!(secret.encode(), plain);
	}
}

fn encrypted(plain: &[u8], recipient: &age::x25519::Recipient) -> std::io::Result<String> {
	let encryptor = Encryptor::with_recipients(iter::once(recipient as &dyn age::Recipient))
		.map_err(std::io::Error::other)?;
	let mut writer =
		encryptor.wrap_output(ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?)?;
	writer.write_all(plain)?;
	String::from_utf8(writer.finish()?.finish()?).map_err(std::io::Error::other)
}

/// Secrets and recipients up to the limits and beyond them.
fn seal_and_open(choices: &mut Choices<'_>, reached: &mut Reached) {
	let length = choices.pick(&[7, 0, 1, 64 * 1024, SECRET_BYTES_MAX, SECRET_BYTES_MAX + 1]);
	let count = choices.pick(&[1, 2, 0, RECIPIENTS_MAX + 1]);
	let secret = SealedSecret { secret: vec![7; length], ..genuine() };
	let recipients = vec![READ[0].recipient(); count];
	let sealed = seal(&secret, &recipients);
	reached.note_result("seal", &sealed);
	match sealed {
		Ok(sealed) => {
			let opened = READ[0].open(&sealed, &secret.owner);
			assert!(opened.is_ok_and(|opened| opened == secret), "it does not open");
			assert!(READ[2].open(&sealed, &secret.owner).is_err(), "a stranger opened it");
		},
		Err(SealError::Recipients { .. }) => {
			assert!(!(1..=RECIPIENTS_MAX).contains(&count), "{count} recipients");
		},
		Err(SealError::TooLong { .. }) => assert!(SECRET_BYTES_MAX < length, "{length} bytes"),
		Err(error) => panic!("{length} bytes for {count}: {error}"),
	}
}

/// Files of keys and texts of recipients, changed.
fn read_keys(choices: &mut Choices<'_>, reached: &mut Reached) {
	let text = match choices.number(0..=2) {
		0 => KEYS[0].to_owned(),
		1 => edit_text(KEYS[0], choices),
		_ => String::from_utf8_lossy(&choices.bytes(64)).into_owned(),
	};
	let key = SealingKey::from_text(&text);
	reached.note("key", if key.is_some() { "read" } else { "none" });
	if let Some(key) = key {
		let again = SealingKey::from_text(&key.to_text()).map(|key| key.recipient());
		assert_eq!(again, Some(key.recipient()), "{text}");
		// A checksum guards it.
		assert_eq!(key.recipient(), READ[0].recipient(), "{text}");
	}
	let written = READ[1].recipient().to_string();
	let text = if choices.one_in(2) { edit_text(&written, choices) } else { written };
	let recipient = text.parse::<Recipient>();
	reached.note_result("recipient", &recipient);
	if let Ok(recipient) = recipient {
		assert_eq!(recipient, READ[1].recipient(), "{text}");
	}
}

/// What a node says of its key, as it is and otherwise.
fn believe_a_statement(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut signed = statement_of(NOW);
	let mut genesis = GENESIS;
	let mut node = identity().key();
	let mut is_nodes = true;
	match choices.number(0..=5) {
		0 => {},
		1 => {
			let recipient = choices.pick(&["", "age1", "age1qqqq", "AGE1"]).to_owned();
			let statement = SealingKeyStatement { recipient, ..signed.statement };
			let signature = identity().sign(&statement, &GENESIS);
			signed = SignedSealingKey { statement, signature };
		},
		2 => genesis = [7; 32],
		3 => node = NodeIdentity::from_seed(&[2; 32]).key(),
		4 => {
			let recipient = edit_text(&signed.statement.recipient, choices);
			is_nodes = recipient == signed.statement.recipient;
			signed.statement.recipient = recipient;
		},
		_ => {
			let at = choices.place(signed.signature.len() - 1);
			signed.signature[at] ^= 1 << (choices.byte() % 8);
			is_nodes = false;
		},
	}
	let end = signed.statement.expires_at_secs;
	let now_secs =
		choices.pick(&[NOW, end, end + 300, end + 301, NOW - 300, NOW - 301, 0, u64::MAX]);
	let believed = signed.recipient(&node, &genesis, now_secs);
	reached.note_result("statement", &believed);
	let is_of_now = (NOW - 300..=end + 300).contains(&now_secs);
	let expected = match signed.statement.recipient.parse() {
		_ if !is_nodes || genesis != GENESIS || node != identity().key() => {
			Err(SealingKeyError::NotTheNode)
		},
		_ if !is_of_now => Err(SealingKeyError::OutOfTime),
		Ok(recipient) => Ok(recipient),
		Err(_) => Err(SealingKeyError::NoRecipient),
	};
	assert_eq!(believed, expected, "{signed:?} at {now_secs}");
}

/// What the first node says of its key.
pub(crate) fn statement_of(now_secs: u64) -> SignedSealingKey {
	SignedSealingKey::new(&READ[0].recipient(), &identity(), &GENESIS, now_secs)
}

fn identity() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}
