// SPDX-License-Identifier: Apache-2.0

//! Uploads look like random bytes, also to who takes away all that may be known of them.

use super::table::{Files, Table, account, spec};
use crate::{
	framing::HEADER_BYTES,
	protocol::{Keys, Round, State, UPLOAD_HEADER_BYTES},
};

const LENGTH: u32 = 100_000;

/// Chi-square of bytes against even ones, with 255 degrees of freedom. Random bytes are above this
/// bound once in 10^9; an update that shows is above it by orders.
const CHI_SQUARE_MAX: f64 = 410.0;

fn chi_square(bytes: &[u8]) -> f64 {
	let mut counts = [0_u32; 256];
	bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
	let even = bytes.len() as f64 / 256.0;
	counts.iter().map(|count| (f64::from(*count) - even).powi(2) / even).sum()
}

fn check_random(words: &[u64], what: &str) {
	let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
	assert!(chi_square(&bytes) < CHI_SQUARE_MAX, "{what}: {}", chi_square(&bytes));
	// Each byte of a word alone: an update is in the low ones.
	for place in 0..8 {
		let bytes: Vec<u8> = words.iter().map(|word| word.to_le_bytes()[place]).collect();
		assert!(
			chi_square(&bytes) < CHI_SQUARE_MAX,
			"{what}, byte {place}: {}",
			chi_square(&bytes)
		);
	}
}

fn words(upload: &[u8]) -> Vec<u64> {
	let (words, _) = upload[UPLOAD_HEADER_BYTES..].as_chunks::<8>();
	words.iter().copied().map(u64::from_le_bytes).collect()
}

/// Four dealers; the fourth uploads too late for the chain, but everybody sees its file.
fn played() -> (Table, Files) {
	let mut table = Table::new(spec(LENGTH, 3, 2), 4);
	table.share(0..4);
	table.upload(0..3);
	let late = table.masked(3).expect("it masks before it knows");
	let seen = table.uploads.iter().map(|(account, file)| (*account, file.clone()));
	let seen = seen.chain([(account(3), late)]).collect();
	table.reveal(0..3);
	(table, seen)
}

/// Takes the masks that a participant has with others away, as if its mask key were known.
fn without_pair_masks(table: &Table, round: &Round, number: usize, words: &mut [u64]) {
	let state = State::from_bytes(&table.participants[number].1.state).expect("it was saved");
	let keys = Keys::new(&state.secret, &state.owner);
	let place = round.place_of(&account(number)).expect("it takes part");
	let own = round.participant(place).expect("it takes part");
	for other in round.dealers().iter().filter(|other| *other != place) {
		let key = keys.pair_key(round.tag(), own, round.participant(other).expect("it takes part"));
		let sign = if place < other { -1 } else { 1 };
		add_stream(&key, sign, words);
	}
}

/// The stream of ChaCha20 as words, written apart from the code that masks.
fn add_stream(key: &[u8; 32], sign: i64, words: &mut [u64]) {
	use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
	let mut bytes = vec![0; words.len() * 8];
	chacha20::ChaCha20::new(key.into(), &[0; 12].into()).apply_keystream(&mut bytes);
	for (word, chunk) in words.iter_mut().zip(bytes.chunks(8)) {
		let mask = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
		*word = word.wrapping_add(mask.wrapping_mul(sign.cast_unsigned()));
	}
}

#[test]
fn uploads_should_look_random() {
	let (_, seen) = played();
	for (account, upload) in &seen {
		check_random(&words(upload), &hex::encode(account));
	}
}

#[test]
fn sums_of_some_uploads_should_look_random() {
	let (_, seen) = played();
	let uploads: Vec<_> = seen.values().map(|upload| words(upload)).collect();
	for subset in 1_u32..15 {
		let mut sum = vec![0_u64; LENGTH as usize + 1];
		for (_, upload) in uploads.iter().enumerate().filter(|(one, _)| subset >> one & 1 == 1) {
			sum.iter_mut()
				.zip(upload)
				.for_each(|(sum, word)| *sum = sum.wrapping_add(*word));
		}
		check_random(&sum, &format!("the sum of {subset:04b}"));
	}
}

#[test]
fn late_upload_should_look_random_when_its_pair_masks_are_known() {
	let (table, seen) = played();
	let round = table.round();
	let mut late = words(&seen[&account(3)]);
	without_pair_masks(&table, &round, 3, &mut late);
	check_random(&late, "what is left of the late upload");
}

#[test]
fn upload_should_look_random_when_its_own_mask_is_known() {
	let (table, seen) = played();
	let round = table.round();
	for number in 0..3 {
		let state = State::from_bytes(&table.participants[number].1.state).expect("it was saved");
		let seed = Keys::new(&state.secret, &state.owner).seed;
		let mut left = words(&seen[&account(number)]);
		add_stream(&crate::protocol::self_key(&seed, round.tag()), -1, &mut left);
		check_random(&left, "what is left without its own mask");
	}
}

/// With all masks known the update shows, or the tests above would pass whatever is sent.
#[test]
fn check_should_find_an_update_that_shows() {
	let (table, seen) = played();
	let round = table.round();
	let state = State::from_bytes(&table.participants[3].1.state).expect("it was saved");
	let seed = Keys::new(&state.secret, &state.owner).seed;
	let mut left = words(&seen[&account(3)]);
	without_pair_masks(&table, &round, 3, &mut left);
	add_stream(&crate::protocol::self_key(&seed, round.tag()), -1, &mut left);
	let update = super::table::weighed(3, round.spec());
	let expected: Vec<u64> = update.elements().iter().map(|one| one.cast_unsigned()).collect();
	assert!(left == expected, "all masks were taken away, and it is not the update");
	let bytes: Vec<u8> = left.iter().flat_map(|word| word.to_le_bytes()).collect();
	assert!(10.0 * CHI_SQUARE_MAX < chi_square(&bytes));
}

#[test]
fn files_of_failed_rounds_should_hold_no_share_in_the_open() {
	let mut table = Table::new(spec(10, 5, 3), 6);
	table.share(0..6);
	table.upload(0..4);
	for number in 0..4 {
		assert!(table.revealed(number).is_err());
	}
	for (number, (_, store)) in table.participants.iter().enumerate() {
		let state = State::from_bytes(&store.state).expect("it was saved");
		assert_eq!(state.progress.frozen, None);
		let keys = Keys::new(&state.secret, &state.owner);
		let secrets = [*keys.mask_bytes(), *keys.seed, *state.secret];
		for file in table.shares.values().chain(table.uploads.values()) {
			for secret in &secrets {
				let shows = file.windows(32).any(|window| window == secret);
				assert!(!shows, "a secret of {number} is in a file");
			}
		}
	}
	assert!(table.shares.values().all(|file| HEADER_BYTES < file.len()));
}
