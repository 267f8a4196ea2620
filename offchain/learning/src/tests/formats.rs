// SPDX-License-Identifier: Apache-2.0

//! Every decoder: what was written is read, and anything else is refused.

use super::table::{Table, account, spec};
use crate::{
	framing::{FRAMING_BYTES, FramingError, HEADER_BYTES, Header, Kind, Reader},
	limits::{REVEAL_FILE_BYTES_MAX, SHARE_FILE_BYTES_MAX, STATE_BYTES_MAX},
	protocol::{
		AGGREGATE_HEADER_BYTES, Aggregate, AggregateError, Fault, Finding, Participant, Phase,
		RevealFile, RevealFileError, ShareFile, ShareFileError, UPLOAD_HEADER_BYTES, upload_bytes,
	},
	trainer::{Dataset, Model},
};
use codec::{DecodeAll as _, Encode as _, MaxEncodedLen as _};
use proptest::prelude::*;
use std::sync::{LazyLock, Mutex, PoisonError};

/// A round that was played, which tests put other files into.
static PLAYED: LazyLock<(Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
	let table = played();
	let of = |files: &super::table::Files| files[&account(0)].clone();
	let aggregate = table.aggregate().expect("all are honest").file;
	let state = table.participants[0].1.state.clone();
	(of(&table.shares), of(&table.uploads), of(&table.reveals), aggregate, state)
});

fn played() -> Table {
	let mut table = Table::new(spec(5, 3, 2), 4);
	table.share(0..4);
	table.upload(0..3);
	table.reveal(0..3);
	table
}

/// A round that was played, for tests that put another file of participant 0 into it and take it out
/// again.
static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(|| Mutex::new(played()));

/// Does something with a round in which participant 0 has published some bytes in a phase.
fn with<T>(phase: Phase, bytes: &[u8], ask: impl FnOnce(&Table, usize) -> T) -> T {
	// What a failed test leaves there is published anew.
	let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
	table.publish(phase, 0, bytes.to_vec());
	let place = table.round().place_of(&account(0)).expect("it takes part");
	let answer = ask(&table, place);
	let honest = match phase {
		Phase::Share => &PLAYED.0,
		Phase::Upload => &PLAYED.1,
		_ => &PLAYED.2,
	};
	table.publish(phase, 0, honest.clone());
	answer
}

fn read_shares(bytes: &[u8]) -> Result<ShareFile, ShareFileError> {
	with(Phase::Share, bytes, |table, place| ShareFile::from_bytes(bytes, &table.round(), place))
}

fn read_reveal(bytes: &[u8]) -> Result<RevealFile, RevealFileError> {
	with(Phase::Reveal, bytes, |table, place| RevealFile::from_bytes(bytes, &table.round(), place))
}

/// Whether an aggregator takes bytes for an upload.
fn is_upload(bytes: &[u8]) -> bool {
	with(Phase::Upload, bytes, |table, _| {
		table.aggregate().is_ok() || matches!(table.finding(), Finding::SumOutOfBounds)
	})
}

#[test]
fn files_should_be_read_as_they_were_written() {
	let (shares, upload, reveal, aggregate, state) = &*PLAYED;
	assert_eq!(read_shares(shares).expect("it is one").to_bytes(), *shares);
	assert_eq!(read_reveal(reveal).expect("it is one").to_bytes(), *reveal);
	assert!(is_upload(upload));
	assert_eq!(upload.len(), upload_bytes(5));
	assert_eq!(aggregate.len(), AGGREGATE_HEADER_BYTES + 6 * 8);
	assert!(Aggregate::from_bytes(aggregate).is_ok());
	assert!(Participant::from_bytes(state).is_ok());
}

#[test]
fn files_that_were_cut_or_went_on_should_be_refused() {
	let (shares, _, reveal, aggregate, _) = &*PLAYED;
	for end in 0..shares.len() {
		assert!(read_shares(&shares[..end]).is_err(), "{end} bytes");
	}
	for end in 0..reveal.len() {
		assert!(read_reveal(&reveal[..end]).is_err(), "{end} bytes");
	}
	for end in 0..aggregate.len() {
		assert!(Aggregate::from_bytes(&aggregate[..end]).is_err(), "{end} bytes");
	}
	let longer = |file: &[u8]| [file, &[0]].concat();
	let length = |result: &dyn std::fmt::Display| result.to_string().contains("bytes where");
	assert!(length(&read_shares(&longer(shares)).expect_err("a byte more")));
	assert!(length(&read_reveal(&longer(reveal)).expect_err("a byte more")));
	assert!(length(&Aggregate::from_bytes(&longer(aggregate)).expect_err("a byte more")));
}

#[test]
fn files_over_their_limits_should_be_refused_first() {
	let found = SHARE_FILE_BYTES_MAX + 1;
	let refused = read_shares(&vec![0; found]);
	assert_eq!(refused, Err(ShareFileError::TooLong { found }));
	let found = REVEAL_FILE_BYTES_MAX + 1;
	let refused = read_reveal(&vec![0; found]);
	assert_eq!(refused, Err(RevealFileError::TooLong { found }));
	// As many as there may be fit.
	let mut table = Table::new(spec(1, 3, 2), 64);
	table.share(0..64);
	table.upload(0..64);
	table.reveal(0..64);
	assert!(table.shares.values().all(|file| file.len() <= SHARE_FILE_BYTES_MAX));
	assert!(table.reveals.values().all(|file| file.len() <= REVEAL_FILE_BYTES_MAX));
	assert!(table.participants.iter().all(|(_, store)| store.state.len() <= STATE_BYTES_MAX));
}

#[test]
fn headers_should_say_what_is_wrong() {
	let header = Header { genesis: [1; 32], round: 2, account: [3; 32] };
	let bytes = header.to_bytes(Kind::Upload);
	assert_eq!(bytes.len(), HEADER_BYTES);
	let read = |bytes: &[u8], kind| Header::read(kind, &mut Reader(bytes));
	assert_eq!(read(&bytes, Kind::Upload), Ok(header));
	let other = FramingError::Kind { expected: 3, found: 2 };
	assert_eq!(read(&bytes, Kind::Reveal), Err(other));
	let changed = |index: usize| {
		let mut bytes = bytes.clone();
		bytes[index] ^= 0xff;
		read(&bytes, Kind::Upload)
	};
	assert_eq!(changed(0), Err(FramingError::Foreign));
	assert_eq!(changed(FRAMING_BYTES - 1), Err(FramingError::Version { found: 0xfe }));
	assert_eq!(read(&[], Kind::Upload), Err(FramingError::Foreign));
}

#[test]
fn numbers_of_an_aggregate_should_be_checked() {
	let aggregate = &PLAYED.3;
	let changed = |index: usize, byte: u8| {
		let mut bytes = aggregate.clone();
		bytes[index] = byte;
		Aggregate::from_bytes(&bytes).expect_err("it is out of bounds")
	};
	let length = FRAMING_BYTES + 8;
	assert_eq!(changed(length, 0), AggregateError::Length { found: 0 });
	assert_eq!(changed(length + 3, 2), AggregateError::Length { found: (2 << 24) + 5 });
	assert_eq!(changed(length + 4, 33), AggregateError::ScaleBits { found: 33 });
	assert_eq!(changed(length + 5, 0), AggregateError::Contributors { found: 0 });
	assert_eq!(changed(length + 5, 65), AggregateError::Contributors { found: 65 });
	assert_eq!(changed(length + 5, 64), AggregateError::Weight);
}

#[test]
fn reveals_should_be_of_the_rounds_dealers() {
	let mut bytes = PLAYED.2.clone();
	bytes[HEADER_BYTES] = 3;
	assert_eq!(read_reveal(&bytes), Err(RevealFileError::OtherDealers { found: 3 }));
	let mut bytes = PLAYED.2.clone();
	bytes[HEADER_BYTES + 1] = 9;
	assert_eq!(read_reveal(&bytes), Err(RevealFileError::Entry { kind: 9 }));
	// What shows nothing has one form.
	bytes[HEADER_BYTES + 1] = 0;
	assert_eq!(read_reveal(&bytes), Err(RevealFileError::Entry { kind: 0 }));
	let mut bytes = PLAYED.0.clone();
	bytes[HEADER_BYTES] = 3;
	let refused = read_shares(&bytes);
	assert_eq!(refused, Err(ShareFileError::OtherSharing { threshold: 3, count: 4 }));
}

#[test]
fn replayed_files_should_be_refused() {
	let mut table = played();
	table.view.id += 1;
	let round = table.round();
	let place = round.place_of(&account(0)).expect("it takes part");
	let shares = ShareFile::from_bytes(&PLAYED.0, &round, place);
	assert_eq!(shares, Err(ShareFileError::OtherRound));
	let reveal = RevealFile::from_bytes(&PLAYED.2, &round, place);
	assert_eq!(reveal, Err(RevealFileError::OtherRound));
	let finding = table.finding();
	assert!(matches!(finding, Finding::SharesUnreadable { .. }), "{finding:?}");
}

#[test]
fn findings_should_be_read_as_they_were_written() {
	let (dealer, participant) = ([1; 32], [2; 32]);
	for finding in [
		Finding::SharesUnreadable { dealer },
		Finding::SharesInconsistent { dealer },
		Finding::TooFewShares { dealer },
		Finding::UploadUnreadable { participant },
		Finding::SumOutOfBounds,
	] {
		let bytes = finding.encode();
		assert!(bytes.len() <= Finding::max_encoded_len());
		assert_eq!(Finding::decode_all(&mut bytes.as_slice()), Ok(finding));
	}
	let fault = Fault::ForbiddenShare { revealer: participant, dealer };
	assert_eq!(fault.encode(), [&[2][..], &participant, &dealer].concat());
}

/// Bytes of a file with some of them changed, or any bytes.
fn garbage(file: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
	let changed = prop::collection::vec((0..file.len(), any::<u8>()), 1..4).prop_map(|changes| {
		let mut bytes = file.to_vec();
		changes.into_iter().for_each(|(index, byte)| bytes[index] = byte);
		bytes
	});
	let cut = (0..file.len()).prop_map(|end| file[..end].to_vec());
	let any = prop::collection::vec(any::<u8>(), 0..200);
	prop_oneof![4 => changed, 1 => cut, 1 => any]
}

fn model() -> &'static [u8] {
	static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
		let layers = vec![crate::trainer::Layer::Linear { inputs: 3, outputs: 2 }];
		Model::initial(layers, 1)
			.and_then(|model| model.to_bytes())
			.expect("it is a head")
	});
	&MODEL
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn no_state_should_panic(bytes in garbage(&PLAYED.4)) {
		if let Ok(participant) = Participant::from_bytes(&bytes) {
			prop_assert_eq!(participant.announcement(), participant.announcement());
		}
	}

	#[test]
	fn no_aggregate_should_panic(bytes in garbage(&PLAYED.3)) {
		if let Ok(aggregate) = Aggregate::from_bytes(&bytes) {
			prop_assert!(aggregate.mean().all(|mean| mean.is_finite()));
		}
	}

	#[test]
	fn no_model_should_panic(bytes in garbage(model())) {
		if let Ok(model) = Model::from_bytes(&bytes) {
			let written = model.to_bytes().expect("it is written");
			prop_assert_eq!(Model::from_bytes(&written).expect("it is one"), model);
		}
	}

	#[test]
	fn no_data_should_panic(bytes in garbage(model()), features in 0_usize..5) {
		prop_assert!(Dataset::from_bytes(&bytes, features, 3).is_err());
	}

	#[test]
	fn no_finding_should_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
		if let Ok(finding) = Finding::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(finding.encode(), bytes);
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn no_shares_should_panic_and_those_that_are_read_have_one_form(bytes in garbage(&PLAYED.0)) {
		if let Ok(file) = read_shares(&bytes) {
			prop_assert_eq!(file.to_bytes(), bytes);
		}
	}

	#[test]
	fn no_reveal_should_panic_and_those_that_are_read_have_one_form(bytes in garbage(&PLAYED.2)) {
		if let Ok(file) = read_reveal(&bytes) {
			prop_assert_eq!(file.to_bytes(), bytes);
		}
	}

	#[test]
	fn no_upload_should_panic(bytes in garbage(&PLAYED.1)) {
		let is_whole = bytes.len() == PLAYED.1.len()
			&& bytes[..UPLOAD_HEADER_BYTES] == PLAYED.1[..UPLOAD_HEADER_BYTES];
		prop_assert_eq!(is_upload(&bytes), is_whole);
	}
}
