// SPDX-License-Identifier: Apache-2.0

//! Sums are exact whoever is lost on the way, and there is none where too few are left.

use super::table::{Failure, Table, expected, spec};
use crate::{
	limits::CHUNK_ELEMENTS,
	protocol::{
		Aggregate, Members, ParticipantError, Phase, RecoverError, Round, RoundError, SumError,
		recover,
	},
};
use sha2::{Digest as _, Sha256};
use std::{
	cell::Cell,
	io::{self, Read, Write},
	ops::Range,
};

const LENGTH: u32 = 100_000;

/// Plays a round with those who are left in each phase, and compares the sum.
fn check(
	length: u32,
	announced: usize,
	shared: Range<usize>,
	uploaded: Range<usize>,
	revealed: Range<usize>,
) {
	let mut table = Table::new(spec(length, 7, 5), announced);
	table.share(shared);
	table.upload(uploaded.clone());
	table.reveal(revealed);
	let outcome = table.aggregate().expect("enough are left");
	let aggregate = Aggregate::from_bytes(&outcome.file).expect("it is canonical");
	let (sum, total_weight) = expected(uploaded.clone(), length);
	assert!(aggregate.sum == sum, "the sum is not exact");
	assert_eq!(aggregate.total_weight, total_weight);
	assert_eq!(outcome.summed.total_weight, total_weight);
	assert_eq!(usize::from(aggregate.contributors), uploaded.len());
	assert_eq!(outcome.summed.sha256, <[u8; 32]>::from(Sha256::digest(&outcome.file)));
	assert_eq!(outcome.faults, []);
	assert!(aggregate.fits(table.view.id, &table.view.spec));
}

#[test]
fn sum_should_be_exact_when_nobody_is_lost() {
	check(LENGTH, 10, 0..10, 0..10, 0..10);
}

#[test]
fn sum_should_be_exact_when_three_do_not_announce_themselves() {
	check(LENGTH, 7, 0..7, 0..7, 0..7);
}

#[test]
fn sum_should_be_exact_when_three_do_not_share() {
	check(LENGTH, 10, 3..10, 3..10, 3..10);
}

#[test]
fn sum_should_be_exact_when_three_do_not_upload() {
	check(LENGTH, 10, 0..10, 2..9, 2..9);
}

#[test]
fn sum_should_be_exact_when_three_do_not_reveal() {
	check(LENGTH, 10, 0..10, 0..10, 1..8);
}

#[test]
fn sum_should_be_exact_when_three_are_lost_in_each_phase() {
	check(LENGTH, 16, 3..16, 3..13, 6..13);
}

#[test]
fn sum_should_be_exact_around_the_size_of_a_chunk() {
	for length in [1, 8_190, 8_191, 8_192, 8_193, 16_383, 16_384] {
		check(length, 8, 0..8, 0..7, 0..5);
	}
}

#[test]
fn sum_should_be_exact_for_as_many_as_there_may_be() {
	check(10, 64, 0..64, 20..60, 20..60);
}

/// Counts the most that is read or written at once.
struct Counted<'a, T> {
	inner: T,
	most: &'a Cell<usize>,
}

impl<T: Read> Read for Counted<'_, T> {
	fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
		self.most.set(self.most.get().max(bytes.len()));
		self.inner.read(bytes)
	}
}

impl<T: Write> Write for Counted<'_, T> {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.most.set(self.most.get().max(bytes.len()));
		self.inner.write(bytes)
	}

	fn flush(&mut self) -> io::Result<()> {
		self.inner.flush()
	}
}

#[test]
fn sum_should_hold_one_chunk_of_each_file() {
	let mut table = Table::new(spec(LENGTH, 3, 2), 4);
	table.share(0..4);
	table.upload(0..3);
	table.reveal(0..2);
	let round = table.round();
	let recovered = recover(&round, &table.shares, &table.reveals).expect("enough are left");
	let most = Cell::new(0);
	let uploads = table
		.uploads
		.iter()
		.map(|(account, file)| (*account, Counted { inner: file.as_slice(), most: &most }));
	let mut file = Counted { inner: Vec::new(), most: &most };
	recovered.sum(uploads.collect(), &mut file).expect("all are honest");
	assert_eq!(file.inner, table.aggregate().expect("all are honest").file);
	assert_eq!(most.get(), 8 * CHUNK_ELEMENTS);
}

#[test]
fn upload_that_cannot_be_read_should_be_nobodys_fault() {
	struct Broken;
	impl Read for Broken {
		fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
			Err(io::Error::other("the network is gone"))
		}
	}
	let mut table = Table::new(spec(10, 3, 2), 3);
	table.share(0..3);
	table.upload(0..3);
	table.reveal(0..3);
	let round = table.round();
	let recovered = recover(&round, &table.shares, &table.reveals).expect("enough are left");
	let broken = table.uploads.keys().map(|account| (*account, Broken)).collect();
	let failure = recovered.sum(broken, &mut Vec::new()).expect_err("nothing is read");
	assert!(matches!(failure, SumError::Upload { .. }), "{failure:?}");
	let uploads = table.uploads.iter().map(|(account, file)| (*account, file.as_slice()));
	let mut full = [0; 100];
	let failure = recovered.sum(uploads.collect(), &mut full.as_mut_slice());
	let failure = failure.expect_err("the file has no room");
	assert!(matches!(failure, SumError::Write(_)), "{failure:?}");
}

#[test]
fn aggregators_should_write_the_same_whatever_the_order_of_the_chain() {
	let mut table = Table::new(spec(50, 3, 2), 5);
	table.share(0..5);
	table.upload(0..4);
	table.reveal(0..3);
	let first = table.aggregate().expect("enough are left");
	table.view.announced.reverse();
	table.view.shared.rotate_left(2);
	table.view.uploaded.reverse();
	table.view.revealed.swap(0, 2);
	let second = table.aggregate().expect("enough are left");
	assert_eq!(first.file, second.file);
	assert_eq!(first.summed, second.summed);
}

#[test]
fn participants_should_publish_nothing_below_the_minimum() {
	let mut table = Table::new(spec(10, 5, 3), 4);
	let round = table.round();
	let (participant, store) = &mut table.participants[0];
	let refused = participant.share(&round, store);
	assert_too_few(&refused, Phase::Announce);

	let mut table = Table::new(spec(10, 5, 3), 6);
	table.share(0..4);
	assert_too_few(&table.masked(0), Phase::Share);

	let mut table = Table::new(spec(10, 5, 3), 6);
	table.share(0..6);
	table.upload(0..4);
	assert_too_few(&table.revealed(0), Phase::Upload);
	assert!(matches!(
		table.aggregate(),
		Err(Failure::Recover(RecoverError::TooFew(failed))) if failed.phase == Phase::Upload
	));
}

#[test]
fn aggregators_should_refuse_fewer_reveals_than_the_threshold() {
	let mut table = Table::new(spec(10, 5, 4), 6);
	table.share(0..6);
	table.upload(0..5);
	table.reveal(0..3);
	let failure = table.aggregate().expect_err("three shares of four are none");
	let Failure::Recover(RecoverError::TooFew(failed)) = failure else { panic!("{failure:?}") };
	assert_eq!((failed.phase, failed.found, failed.needed), (Phase::Reveal, 3, 4));
}

#[test]
fn aggregators_should_blame_nobody_for_a_file_that_they_have_not_looked_for() {
	let mut table = Table::new(spec(10, 3, 2), 3);
	table.share(0..3);
	table.upload(0..3);
	table.reveal(0..3);
	let missing = super::table::account(1);
	let shares = std::mem::take(&mut table.shares);
	assert!(matches!(table.aggregate(), Err(Failure::Recover(RecoverError::Missing { .. }))));
	table.shares = shares;
	table.uploads.remove(&missing);
	let failure = table.aggregate().expect_err("an upload is missing");
	assert!(
		matches!(
			failure,
			Failure::Sum(crate::protocol::SumError::Missing { account }) if account == missing
		),
		"{failure:?}"
	);
}

#[test]
fn round_should_refuse_what_no_chain_says() {
	let mut table = Table::new(spec(10, 3, 2), 4);
	table.share(0..3);
	let view = table.view.clone();
	let refused = |change: &dyn Fn(&mut crate::protocol::RoundView)| {
		let mut view = view.clone();
		change(&mut view);
		Round::new(view).expect_err("it is none")
	};
	let twice = refused(&|view| view.announced.push(view.announced[0]));
	assert!(matches!(twice, RoundError::Twice { .. }), "{twice}");
	let twice = refused(&|view| view.shared.push(view.shared[0].clone()));
	assert!(matches!(twice, RoundError::Twice { .. }), "{twice}");
	let uninvited = refused(&|view| {
		let mut publication = view.shared[0].clone();
		publication.account = super::table::account(3);
		view.uploaded.push(publication);
	});
	assert!(matches!(uninvited, RoundError::Uninvited { .. }), "{uninvited}");
	let many = refused(&|view| {
		view.announced = (0..65_u8)
			.map(|number| crate::protocol::Announcement {
				account: [number; 32],
				..view.announced[0]
			})
			.collect();
	});
	assert_eq!(many, RoundError::TooMany { found: 65 });
}

#[test]
fn members_should_be_what_was_put_in() {
	let members = Members::from_bits(1 << 63 | 0b101);
	assert_eq!(members.iter().collect::<Vec<_>>(), [0, 2, 63]);
	assert_eq!(members.count(), 3);
	assert!(!members.contains(64) && !members.contains(1));
	assert_eq!(members.without(Members::from_bits(1)).iter().collect::<Vec<_>>(), [2, 63]);
}

fn assert_too_few(result: &Result<Vec<u8>, ParticipantError>, phase: Phase) {
	assert!(
		matches!(result, Err(ParticipantError::TooFew(failed)) if failed.phase == phase),
		"{result:?}"
	);
}
