// SPDX-License-Identifier: Apache-2.0

use super::{QUOTA, id};
use crate::{
	Quota, RecordError, WriteError, WriterId,
	limits::VALUE_BYTES_MAX,
	quorum::{
		Acceptor, Ask, Ballot, Change, Held, Member, Members, Outcome, Placed, Proposal, Reply,
		Step,
	},
};
use std::collections::BTreeMap;

fn ballot(round: u64, node: usize) -> Ballot {
	Ballot { placement: 1, round, proposer: WriterId::of(&id(node), 0) }
}

fn held(version: u64, value: &[u8]) -> Held {
	Held { version, value: Some(value.to_vec()), recent: vec![ballot(version, 0)] }
}

#[test]
fn answers_to_earlier_attempts_should_mean_nothing() {
	let change = Change::Set { expected: None, value: Some(b"v".to_vec()) };
	let writer = WriterId::of(&id(0), 0);
	let mut proposal = Proposal::new(change, writer, 1, (0..3).map(id).collect());
	let nothing = |round| Reply::Holds {
		promised: Some(ballot(round, 0)),
		accepted: Ballot::default(),
		held: Held::default(),
	};
	assert_eq!(proposal.begin(1), Ask::Prepare(ballot(1, 0)));
	assert_eq!(proposal.replied(id(0), nothing(1)), Step::Wait);
	assert!(matches!(proposal.replied(id(1), nothing(1)), Step::Ask(Ask::Accept(..))));
	assert!(proposal.is_offered());
	// A later ballot was promised by two of three: this one is lost, and says how late the next must be.
	let outbid = Reply::Outbid { ballot: ballot(1, 0), promised: ballot(7, 2) };
	assert_eq!(proposal.replied(id(1), outbid.clone()), Step::Wait);
	assert_eq!(proposal.replied(id(2), outbid.clone()), Step::Again);
	assert_eq!(proposal.round(), 7);
	assert_eq!(proposal.begin(8), Ask::Prepare(ballot(8, 0)));
	for from in 0..3 {
		assert_eq!(proposal.replied(id(from), nothing(1)), Step::Wait);
		assert_eq!(proposal.replied(id(from), outbid.clone()), Step::Wait);
	}
	assert_eq!(proposal.replied(id(0), nothing(8)), Step::Wait);
	// A stranger has no say.
	assert_eq!(proposal.replied(id(3), nothing(8)), Step::Wait);
	assert!(matches!(proposal.replied(id(1), nothing(8)), Step::Ask(Ask::Accept(..))));
	for from in 0..3 {
		assert_eq!(proposal.replied(id(from), Reply::Accepted(ballot(1, 0))), Step::Wait);
	}
	assert_eq!(proposal.replied(id(0), Reply::Accepted(ballot(8, 0))), Step::Wait);
	// Once is not twice.
	assert_eq!(proposal.replied(id(0), Reply::Accepted(ballot(8, 0))), Step::Wait);
	let done = Step::Done(Outcome::Changed(1));
	assert_eq!(proposal.replied(id(2), Reply::Accepted(ballot(8, 0))), done);
}

#[test]
fn acceptor_should_be_the_same_from_its_votes_in_any_order() {
	let mut acceptor = Acceptor::new(QUOTA);
	let asks = [
		Ask::Prepare(ballot(1, 0)),
		Ask::Accept(ballot(1, 0), held(1, b"one")),
		Ask::Accept(ballot(2, 1), held(2, b"other")),
		Ask::Prepare(ballot(5, 0)),
	];
	let voted = asks.map(|ask| acceptor.asked(b"k", ask).unwrap().1.unwrap());
	let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]];
	for order in orders {
		let mut other = Acceptor::new(QUOTA);
		for vote in order {
			other.restore(b"k", voted[vote].clone());
		}
		assert!(other.votes().eq(acceptor.votes()));
		assert_eq!((other.bytes(), other.round(b"k")), (acceptor.bytes(), 5));
		let outbid = Reply::Outbid { ballot: ballot(4, 0), promised: ballot(5, 0) };
		assert_eq!(other.asked(b"k", Ask::Prepare(ballot(4, 0))), Ok((outbid, None)));
		let holds =
			Reply::Holds { promised: None, accepted: ballot(2, 1), held: held(2, b"other") };
		assert_eq!(other.asked(b"k", Ask::Look), Ok((holds, None)));
	}
	// What is remembered is enough.
	let mut copy = Acceptor::new(QUOTA);
	for (key, vote) in acceptor.votes() {
		copy.restore(key, vote);
	}
	assert!(copy.votes().eq(acceptor.votes()));
}

#[test]
fn member_should_stand_by_its_promises_after_a_restart() {
	let placed = Placed {
		current: Members { round: 1, since_ms: 1_000_000, nodes: (0..3).map(id).collect() },
		former: Vec::new(),
		is_cut: false,
	};
	let mut member = Member::new(id(0), 0, QUOTA);
	member.place(&placed);
	let mut disk = member.join(1, BTreeMap::new());
	let mut asked = |member: &mut Member, key: &[u8], ask| {
		let (reply, memory) = member.asked(&id(1), 1, key, ask).unwrap();
		let is_written = memory.is_some();
		disk.extend(memory);
		(reply, is_written)
	};
	// The first promise raises the ceiling; those below it cost the disk nothing.
	assert!(asked(&mut member, b"k", Ask::Prepare(ballot(1, 1))).1);
	assert!(!asked(&mut member, b"k", Ask::Prepare(ballot(9, 1))).1);
	assert!(!asked(&mut member, b"other", Ask::Prepare(ballot(7, 2))).1);
	assert!(asked(&mut member, b"k", Ask::Accept(ballot(9, 1), held(1, b"v"))).1);
	// One that is far away is written down for itself.
	let far = ballot(u64::MAX, 1);
	assert!(asked(&mut member, b"far", Ask::Prepare(far)).1);
	assert!(!asked(&mut member, b"k", Ask::Prepare(ballot(10, 1))).1);

	let mut restarted = Member::new(id(0), 0, QUOTA);
	disk.iter().cloned().for_each(|memory| restarted.restore(memory));
	assert!(restarted.memory().eq(member.memory()));
	restarted.place(&placed);
	let say = |member: &mut Member, key: &[u8], ask| member.asked(&id(1), 1, key, ask).unwrap().0;
	for (key, round) in [(b"k", 10), (b"x", 1)] {
		let reply = say(&mut restarted, key, Ask::Prepare(ballot(round, 1)));
		assert!(matches!(reply, Reply::Outbid { .. }), "{reply:?}");
		let reply = say(&mut restarted, key, Ask::Accept(ballot(round, 1), held(2, b"w")));
		assert!(matches!(reply, Reply::Outbid { .. }), "{reply:?}");
	}
	assert_eq!(
		say(&mut restarted, b"far", Ask::Prepare(ballot(u64::MAX - 1, 1))),
		Reply::Outbid { ballot: ballot(u64::MAX - 1, 1), promised: far }
	);
	// What it says leads to a ballot that it takes, and what it held is there.
	let later = ballot(restarted.round(b"k") + 1, 1);
	let holds = Reply::Holds { promised: Some(later), accepted: ballot(9, 1), held: held(1, b"v") };
	assert_eq!(say(&mut restarted, b"k", Ask::Prepare(later)), holds);
}

#[test]
fn acceptor_without_room_should_promise_nothing() {
	let quota = Quota { records: 2, bytes: 200 };
	let mut acceptor = Acceptor::new(quota);
	let full = Err(WriteError::Full { quota });
	let accept = |round, bytes| Ask::Accept(ballot(round, 0), held(round, &vec![7; bytes]));
	assert!(acceptor.asked(b"a", accept(1, 30)).is_ok());
	assert_eq!(acceptor.asked(b"b", accept(1, 100)), full);
	assert_eq!(acceptor.round(b"b"), 0);
	assert!(acceptor.asked(b"b", accept(1, 10)).is_ok());
	assert_eq!(acceptor.asked(b"c", Ask::Prepare(ballot(1, 0))), full);
	assert_eq!(acceptor.asked(b"a", accept(2, 100)), full);
	// What is there can be agreed on, and shrink.
	assert!(acceptor.asked(b"a", Ask::Prepare(ballot(2, 0))).is_ok());
	assert!(acceptor.asked(b"a", accept(2, 5)).is_ok());
	let name = RecordError::Name { bytes: 0 };
	assert_eq!(acceptor.asked(b"", accept(1, 1)), Err(WriteError::Record(name)));
	let value = RecordError::Value { bytes: VALUE_BYTES_MAX + 1 };
	let long = acceptor.asked(b"a", accept(3, VALUE_BYTES_MAX + 1));
	assert_eq!(long, Err(WriteError::Record(value)));
}
