// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use r1_primitives::learning::{LENGTH_MAX, NOISE_MAX, NOISY_CLIP_MAX, Phase, RoundSpec};
use sp_runtime::DispatchError;

/// Opening a round with an order fails, and nothing changes.
#[track_caller]
fn check_refused(order: RoundOrder, error: Error<Test>) {
	assert_noop!(Learning::open_round(RuntimeOrigin::signed(OWNER), JOB, order), error);
}

#[test]
fn open_round_should_ask_the_nodes_that_run_the_job() {
	ExtBuilder.build_and_execute(|| {
		let id = open_with(JOB, order());
		assert_eq!(id, 1);
		let round = Rounds::<Test>::get(id).unwrap();
		assert_eq!((round.job, round.opener.clone(), round.opened_at), (JOB, OWNER, 1));
		assert_eq!((round.phase, round.ends_at), (Phase::Announce, 11));
		let mut expected: Vec<_> = (1..=5)
			.map(|number: u8| Participant { account: account(number), deed: number.into() })
			.collect();
		expected.sort_by(|one, other| one.account.cmp(&other.account));
		assert_eq!(round.participants.to_vec(), expected);
		let participants = round.participants;
		assert_eq!(
			events(),
			[Event::RoundOpened {
				round: id,
				job: JOB,
				opener: OWNER,
				order: order(),
				participants,
				ends_at: 11
			}]
		);
		// Who comes later does not take part, and who leaves is missed.
		JobDeeds::insert(JOB, vec![1, 2, 3, 6]);
		assert_eq!(Rounds::<Test>::get(id).unwrap().participants.len(), 5);
	});
}

#[test]
fn numbers_of_rounds_should_be_unique_over_all_jobs() {
	ExtBuilder.build_and_execute(|| {
		JobDeeds::insert(8, vec![11, 12, 13]);
		assert_eq!(open_with(JOB, order()), 1);
		assert_eq!(open_with(8, order()), 2);
		assert_ok!(Learning::close_round(RuntimeOrigin::signed(OWNER), 1));
		assert_eq!(open_with(JOB, order()), 3);
		assert_eq!(OpenRoundOf::<Test>::get(JOB), Some(3));
	});
}

#[test]
fn open_round_should_fail_when_the_caller_may_not_direct_the_job() {
	ExtBuilder.build_and_execute(|| {
		let open = |who, job| Learning::open_round(RuntimeOrigin::signed(who), job, order());
		assert_noop!(open(STRANGER, JOB), DispatchError::BadOrigin);
		assert_noop!(open(OWNER, 8), DispatchError::CannotLookup);
		let nobody = Learning::open_round(RuntimeOrigin::none(), JOB, order());
		assert_noop!(nobody, DispatchError::BadOrigin);
	});
}

#[test]
fn open_round_should_fail_when_the_job_has_one() {
	ExtBuilder.build_and_execute(|| {
		open();
		check_refused(order(), Error::RoundAlreadyOpen);
		jump_to_block(10);
		check_refused(order(), Error::RoundAlreadyOpen);
		// Nobody has announced, so it is over, although nothing has touched it.
		jump_to_block(11);
		let next = open_with(JOB, order());
		let failure = Failure::TooFew { phase: Phase::Announce, found: 0, needed: 3 };
		let failed = Event::RoundFailed { round: 1, job: JOB, failure, missed: Default::default() };
		assert_eq!(events().first(), Some(&failed));
		assert_eq!(OpenRoundOf::<Test>::get(JOB), Some(next));
	});
}

#[test]
fn open_round_should_refuse_what_the_library_refuses() {
	let spec = |spec| RoundOrder { spec, ..order() };
	let noisy = RoundSpec { max_weight: 1, noise: Some(1 << 20), ..SPEC };
	ExtBuilder.build_and_execute(|| {
		let cases = [
			(RoundSpec { length: 0, ..SPEC }, Error::LengthOutOfBounds),
			(RoundSpec { length: LENGTH_MAX + 1, ..SPEC }, Error::LengthOutOfBounds),
			(RoundSpec { minimum: 2, ..SPEC }, Error::MinimumOutOfBounds),
			(RoundSpec { minimum: 65, threshold: 40, ..SPEC }, Error::MinimumOutOfBounds),
			(RoundSpec { threshold: 1, ..SPEC }, Error::ThresholdOutOfBounds),
			(RoundSpec { threshold: 4, ..SPEC }, Error::ThresholdOutOfBounds),
			(RoundSpec { scale_bits: 33, ..SPEC }, Error::TooManyScaleBits),
			(RoundSpec { clip: 0, ..SPEC }, Error::NothingToSend),
			(RoundSpec { max_weight: 0, ..SPEC }, Error::NothingToSend),
			(RoundSpec { clip: 1 << 57, max_weight: 1, ..SPEC }, Error::SumCouldOverflow),
			(RoundSpec { noise: Some(NOISE_MAX + 1), ..noisy }, Error::NoiseOutOfBounds),
			(RoundSpec { noise: Some(21), ..noisy }, Error::NoiseOutOfBounds),
			(RoundSpec { max_weight: 2, ..noisy }, Error::NoisyWeights),
			(RoundSpec { clip: NOISY_CLIP_MAX + 1, ..noisy }, Error::NoisyClip),
		];
		for (refused, error) in cases {
			check_refused(spec(refused), error);
		}
		open_with(JOB, spec(noisy));
	});
}

#[test]
fn open_round_should_refuse_windows_that_are_too_short_or_too_long() {
	ExtBuilder.build_and_execute(|| {
		let with = |windows| RoundOrder { windows, ..order() };
		for (blocks, error) in [
			(0, Error::WindowTooShort),
			(4, Error::WindowTooShort),
			(201, Error::WindowTooLong),
			(u32::MAX, Error::WindowTooLong),
		] {
			check_refused(with(Windows { announce: blocks, ..WINDOWS }), error);
		}
		check_refused(with(Windows { share: 4, ..WINDOWS }), Error::WindowTooShort);
		check_refused(with(Windows { upload: 4, ..WINDOWS }), Error::WindowTooShort);
		check_refused(with(Windows { reveal: 201, ..WINDOWS }), Error::WindowTooLong);
		check_refused(with(Windows { attest: 201, ..WINDOWS }), Error::WindowTooLong);
		// 2^24 parameters are 128 MB, at 1 MB a block.
		let spec = RoundSpec { length: LENGTH_MAX, ..SPEC };
		let upload =
			|upload| RoundOrder { spec, windows: Windows { upload, ..WINDOWS }, ..order() };
		check_refused(upload(127), Error::UploadWindowTooShort);
		open_with(JOB, upload(128));
	});
	ExtBuilder.build_and_execute(|| {
		let windows = Windows { announce: 5, share: 5, upload: 5, reveal: 200, attest: 200 };
		open_with(JOB, RoundOrder { windows, ..order() });
	});
}

#[test]
fn open_round_should_refuse_a_model_without_a_file() {
	ExtBuilder.build_and_execute(|| {
		check_refused(RoundOrder { model: Cid::default(), ..order() }, Error::EmptyCid);
	});
}

#[test]
fn open_round_should_refuse_when_too_few_nodes_can_take_part() {
	ExtBuilder.build_and_execute(|| {
		let four = RoundSpec { minimum: 4, threshold: 3, ..SPEC };
		let order_of_four = || RoundOrder { spec: four, ..order() };
		InactiveDeeds::set(&vec![2, 3]);
		check_refused(order_of_four(), Error::TooFewParticipants);
		InactiveDeeds::set(&vec![2]);
		assert_eq!(open_with(JOB, order_of_four()), 1);
		assert_eq!(Rounds::<Test>::get(1).unwrap().participants.len(), 4);
		for deeds in [vec![], vec![1], vec![1, 3]] {
			JobDeeds::insert(8, deeds);
			let opened = Learning::open_round(RuntimeOrigin::signed(OWNER), 8, order());
			assert_noop!(opened, Error::<Test>::TooFewParticipants);
		}
	});
}

#[test]
fn open_round_should_have_64_participants_at_most() {
	ExtBuilder.build_and_execute(|| {
		JobDeeds::insert(8, (1..=65).collect::<Vec<_>>());
		let opened = Learning::open_round(RuntimeOrigin::signed(OWNER), 8, order());
		assert_noop!(opened, Error::<Test>::TooManyParticipants);
		JobDeeds::insert(8, (1..=64).collect::<Vec<_>>());
		let id = open_with(8, order());
		let numbers: Vec<u8> = (1..=64).collect();
		announce_all(id, &numbers);
		let round = Rounds::<Test>::get(id).unwrap();
		assert_eq!((round.phase, round.announced.count()), (Phase::Share, 64));
	});
}

#[test]
fn round_should_start_from_a_completed_round_of_the_same_job_and_length() {
	ExtBuilder.build_and_execute(|| {
		let first = completed_round_with(order());
		let from = |previous| RoundOrder { previous: Some(previous), ..order() };
		check_refused(from(0), Error::UnknownPrevious);
		check_refused(from(2), Error::UnknownPrevious);
		let longer = RoundSpec { length: 651, ..SPEC };
		check_refused(RoundOrder { spec: longer, ..from(first) }, Error::OtherLength);
		let second = completed_round_with(from(first));
		assert_eq!(Summaries::<Test>::get(second).unwrap().order.previous, Some(first));

		let third = open_with(JOB, from(second));
		check_refused(from(third), Error::UnknownPrevious);
		assert_ok!(Learning::close_round(RuntimeOrigin::signed(OWNER), third));
		check_refused(from(third), Error::PreviousFailed);
		// Nor from one of another job.
		JobDeeds::insert(8, vec![11, 12, 13]);
		let opened = Learning::open_round(RuntimeOrigin::signed(OWNER), 8, from(second));
		assert_noop!(opened, Error::<Test>::UnknownPrevious);
	});
}

#[test]
fn close_round_should_end_it_for_nobody() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		jump_to_block(12);
		events();
		let close = |who| Learning::close_round(RuntimeOrigin::signed(who), id);
		assert_noop!(close(STRANGER), DispatchError::BadOrigin);
		assert_ok!(close(OWNER));
		let (failure, missed) = (Failure::Closed, Default::default());
		assert_eq!(events(), [Event::RoundFailed { round: id, job: JOB, failure, missed }]);
		assert_eq!(failure_of_last(), Some(Failure::Closed));
		assert_eq!(RoundsAttendance::<Test>::iter().count(), 0);
		assert_noop!(close(OWNER), Error::<Test>::RoundNotOpen);
	});
}

fn failure_of_last() -> Option<Failure> {
	failure(NextRoundId::<Test>::get() - 1)
}

#[test]
fn close_round_should_fail_when_its_time_is_over_or_it_was_never_opened() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		let close = |id| Learning::close_round(RuntimeOrigin::signed(OWNER), id);
		assert_noop!(close(id + 1), Error::<Test>::RoundNotOpen);
		jump_to_block(11);
		assert_noop!(close(id), Error::<Test>::RoundNotOpen);
		sweep();
		assert_noop!(close(id), Error::<Test>::RoundNotOpen);
	});
}
