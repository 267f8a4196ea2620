// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use r1_primitives::learning::{FileKind, Phase, RoundId};

/// What a node has to do, as round, phase and deadline.
fn duties(number: u8) -> Vec<(RoundId, Phase, u64)> {
	let duty = |duty: Duty<u64>| (duty.round, duty.phase, duty.until);
	Learning::list_duties(&account(number)).into_iter().map(duty).collect()
}

#[test]
fn duties_of_should_name_what_is_due_and_until_when() {
	ExtBuilder.build_and_execute(|| {
		assert_eq!(duties(1), []);
		let id = open();
		JobDeeds::insert(8, vec![1, 12, 13]);
		let other = open_with(8, order());
		assert_eq!(duties(1), [(id, Phase::Announce, 11), (other, Phase::Announce, 11)]);
		assert_eq!(duties(2), [(id, Phase::Announce, 11)]);
		assert_eq!(duties(6), []);
		assert_eq!(duties(101), []);
		announce_all(id, &[1, 2, 3, 4]);
		assert_eq!(duties(1), [(other, Phase::Announce, 11)]);
		// The other round has failed by itself, and nothing has touched this one.
		jump_to_block(11);
		assert_eq!(duties(1), [(id, Phase::Share, 21)]);
		assert_eq!(duties(5), [], "it has dropped out");
		publish_all(id, FileKind::Shares, &[1, 2, 3, 4]);
		publish_all(id, FileKind::Upload, &[1, 2, 3]);
		assert_eq!((duties(1), duties(4)), (vec![], vec![(id, Phase::Upload, 32)]));
		jump_to_block(32);
		assert_eq!(duties(3), [(id, Phase::Reveal, 42)]);
		publish_all(id, FileKind::Reveal, &[1, 2, 3]);
		assert_eq!((duties(3), duties(101)), (vec![], vec![(id, Phase::Attest, 43)]));
		let verdict = Verdict::Aggregate(aggregate(50, 3));
		assert_eq!(apply(attest_call(id, 101, verdict)), Ok(()));
		assert_eq!((duties(101), duties(102)), (vec![], vec![(id, Phase::Attest, 43)]));
		jump_to_block(43);
		assert_eq!(duties(102), []);
	});
}

#[test]
fn views_should_show_rounds_as_they_stand() {
	ExtBuilder.build_and_execute(|| {
		assert_eq!(Learning::list_of(JOB), RoundList::default());
		let first = completed_round_with(order());
		let second = open_with(JOB, RoundOrder { previous: Some(first), ..order() });
		assert_eq!(Learning::list_of(JOB), RoundList { open: Some(second), ended: vec![first] });
		assert_eq!(Learning::list_open(), [(second, JOB)]);
		announce_all(second, &[2, 1]);
		let info = Learning::info_of(second).unwrap();
		assert_eq!(info.announced, [announcement(2), announcement(1)]);
		assert_eq!((info.id, info.outcome), (second, None));
		assert_eq!(info.round.order.previous, Some(first));

		let info = Learning::info_of(first).unwrap();
		assert_eq!(info.revealed, [1, 2, 3, 4, 5].map(publication));
		assert_eq!(info.outcome, Some(Outcome::Completed(aggregate(50, 5))));
		assert_eq!(info.attestations.len(), 2);

		// Its time is over, and nothing has touched it.
		jump_to_block(11);
		assert_eq!(Learning::list_open(), []);
		assert_eq!(Learning::list_of(JOB), RoundList { open: None, ended: vec![first] });
		let failure = Failure::TooFew { phase: Phase::Announce, found: 2, needed: 3 };
		let outcome = Learning::info_of(second).unwrap().outcome;
		assert_eq!(outcome, Some(Outcome::Failed(failure)));
		sweep();
		assert_eq!(Learning::list_of(JOB).ended, [first, second]);
		assert_eq!(Learning::info_of(99), None);
	});
}
