// SPDX-License-Identifier: Apache-2.0

//! Sessions: whose they are while nobody stands for election, and without whom they go on.

use super::genesis;
use crate::{
	AccountId, Babe, Executive, Hash, Header, Historical, Offences, Runtime, RuntimeEvent,
	RuntimeOrigin, Session, System, UncheckedExtrinsic, Validators,
	configs::{EpochDuration, REPORTABLE_SESSIONS},
	constants::time::MILLISECS_PER_BLOCK,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{Get as _, KeyOwnerProofSystem as _},
};
use pallet_babe::EquivocationOffence;
use pallet_session::{NextKeys, historical::HistoricalSessions};
use pallet_validators::{Event, Offence, Suspension};
use r1_primitives::{EpochIndex, Misconduct, OracleConduct as _};
use sp_consensus_babe::{
	AuthorityId, EquivocationProof, KEY_TYPE, Slot,
	digests::{CompatibleDigestItem as _, PreDigest, SecondaryPlainPreDigest},
};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{Digest, DigestItem, traits::Header as _};
use sp_staking::offence::{OffenceError, ReportOffence as _};

/// The slot of the first block: some day in 2027.
const FIRST_SLOT: u64 = 900_000_000;

/// Who proves it.
const REPORTER: Sr25519Keyring = Sr25519Keyring::Dave;

/// What a block's author says of its slot.
fn slot_digest(slot: u64) -> DigestItem {
	let slot = SecondaryPlainPreDigest { authority_index: 0, slot: slot.into() };
	DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(slot))
}

/// Begins a session with its first block, and leaves the block open.
fn begin_session(session: u32) {
	let number = session + 1;
	let slot = FIRST_SLOT + u64::from(session) * EpochDuration::get();
	if session > 0 {
		let _last_block = Executive::finalize_block();
	}
	let digest = Digest { logs: vec![slot_digest(slot)] };
	let parent = Hash::repeat_byte(7);
	let header = Header::new(number, Hash::default(), Hash::default(), parent, digest);
	Executive::initialize_block(&header);
	let now = slot * MILLISECS_PER_BLOCK;
	let time = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now }.into());
	assert_eq!(Executive::apply_extrinsic(time), Ok(Ok(())));
	assert_eq!(Session::current_index(), session);
}

fn oracles() -> Vec<AccountId> {
	let oracles = pallet_oracles::SessionOracles::<Runtime>::get();
	oracles.into_iter().map(|oracle| oracle.node).collect()
}

fn nodes(names: &[Ed25519Keyring]) -> Vec<AccountId> {
	names.iter().map(|name| name.to_account_id()).collect()
}

/// The events of pallet-validators in this block.
fn events() -> Vec<Event<Runtime>> {
	let ours = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Validators(event) => Some(event),
		_ => None,
	});
	ours.collect()
}

/// Two blocks of one author in a slot.
fn equivocation(author: Sr25519Keyring, slot: u64) -> EquivocationProof<Header> {
	let block = |state_root| {
		let digest = Digest { logs: vec![slot_digest(slot)] };
		let mut header = Header::new(1, Hash::default(), state_root, Hash::default(), digest);
		let seal = author.sign(header.hash().as_bytes());
		header.digest_mut().push(DigestItem::babe_seal(seal.into()));
		header
	};
	EquivocationProof {
		offender: author.public().into(),
		slot: Slot::from(slot),
		first_header: block(Hash::repeat_byte(1)),
		second_header: block(Hash::repeat_byte(2)),
	}
}

/// What becomes of a node without a deed whose equivocation is proven in an epoch.
fn offence(node: AccountId, epoch: EpochIndex) -> Offence<AccountId> {
	Offence {
		kind: Misconduct::ConsensusEquivocation,
		node,
		deed: None,
		epoch,
		reporter: Some(REPORTER.to_account_id()),
		reward: 0,
		suspended_from: epoch + 7,
		suspended_until: epoch + 37,
		score_before: 100,
		reversed: false,
	}
}

#[test]
fn sessions_should_be_as_long_as_the_preset_says() {
	for (preset, slots) in [("development", 300), ("local_testnet", 300), ("fast_testnet", 30)] {
		genesis(preset).execute_with(|| {
			assert_eq!(EpochDuration::get(), slots, "{preset}");
			begin_session(0);
			assert_eq!(Babe::current_epoch().duration, slots, "{preset}");
			begin_session(1);
			assert_eq!(*Babe::current_epoch().start_slot, FIRST_SLOT + slots, "{preset}");
		});
	}
}

#[test]
fn validators_of_genesis_should_stay_while_nobody_is_a_candidate() {
	let presets: [(_, &[_]); 3] = [
		("development", &[Ed25519Keyring::Alice]),
		("local_testnet", &[Ed25519Keyring::Alice, Ed25519Keyring::Bob, Ed25519Keyring::Charlie]),
		(
			"fast_testnet",
			&[
				Ed25519Keyring::Alice,
				Ed25519Keyring::Bob,
				Ed25519Keyring::Charlie,
				Ed25519Keyring::Dave,
			],
		),
	];
	for (preset, validators) in presets {
		genesis(preset).execute_with(|| {
			for session in 0..5 {
				begin_session(session);
				assert_eq!(Session::validators(), nodes(validators), "{preset}, {session}");
				assert_eq!(oracles(), nodes(validators), "{preset}, {session}");
				assert_eq!(Babe::authorities().len(), validators.len(), "{preset}, {session}");
				assert!(events().is_empty(), "{preset}, {session}: {:?}", events());
			}
			assert_eq!(Validators::candidates(), []);
			assert_eq!(Validators::election(), nodes(validators));
		});
	}
}

#[test]
fn equivocation_that_babe_proves_should_cost_the_validator_its_seat() {
	genesis("local_testnet").execute_with(|| {
		begin_session(0);
		let bob = Ed25519Keyring::Bob.to_account_id();
		let key: AuthorityId = Sr25519Keyring::Bob.public().into();
		let owner = Historical::prove((KEY_TYPE, key)).expect("he is a validator");
		let report = || {
			let proof = Box::new(equivocation(Sr25519Keyring::Bob, FIRST_SLOT));
			let reporter = RuntimeOrigin::signed(REPORTER.to_account_id());
			Babe::report_equivocation(reporter, proof, owner.clone())
		};

		assert_ok!(report());
		let expected = offence(bob.clone(), 0);
		assert_eq!(events(), [Event::OffenceRecorded { id: 0, offence: expected.clone() }]);
		assert_eq!(Validators::offences(0, 10), [(0, expected)]);
		assert_eq!(
			Validators::suspensions(),
			[Suspension { offence: 0, node: bob.clone(), deed: None, from: 7, until: 37 }]
		);
		assert_eq!(Validators::score_of(bob), 0);
		assert_noop!(report(), pallet_babe::Error::<Runtime>::DuplicateOffenceReport);

		// The next session was elected before, and the one after it is without him.
		let all = nodes(&[Ed25519Keyring::Alice, Ed25519Keyring::Bob, Ed25519Keyring::Charlie]);
		let others = nodes(&[Ed25519Keyring::Alice, Ed25519Keyring::Charlie]);
		begin_session(1);
		assert_eq!((Session::validators(), oracles()), (all.clone(), all));
		assert_eq!(events(), [Event::ValidatorsChanged { session: 2, validators: others.clone() }]);
		begin_session(2);
		assert_eq!((Session::validators(), oracles()), (others.clone(), others.clone()));
		begin_session(3);
		assert_eq!(Session::validators(), others);
	});
}

/// Proves an equivocation of Bob in the first slot of a session, and reports it later.
fn check_late_report(key: Sr25519Keyring, proven_in: u32, reported_in: u32) {
	begin_session(proven_in);
	let slot = FIRST_SLOT + u64::from(proven_in) * EpochDuration::get();
	let public: AuthorityId = key.public().into();
	let owner = Historical::prove((KEY_TYPE, public)).expect("he is a validator");
	for session in proven_in + 1..=reported_in {
		begin_session(session);
	}
	let proof = Box::new(equivocation(key, slot));
	let reporter = RuntimeOrigin::signed(REPORTER.to_account_id());
	assert_ok!(Babe::report_equivocation(reporter, proof, owner));
	let offences = Validators::offences(0, 10);
	let [(0, offence)] = offences.as_slice() else { panic!("{offences:?}") };
	assert_eq!(offence.kind, Misconduct::ConsensusEquivocation);
	assert_eq!(offence.node, Ed25519Keyring::Bob.to_account_id());
}

#[test]
fn equivocation_should_be_proven_after_its_session_although_the_validators_are_those_of_genesis() {
	for reported_in in [3, 4, 6] {
		genesis("fast_testnet").execute_with(|| {
			begin_session(0);
			begin_session(1);
			check_late_report(Sr25519Keyring::Bob, 2, reported_in);
		});
	}
}

#[test]
fn equivocation_with_a_new_key_should_be_proven_after_its_session() {
	genesis("fast_testnet").execute_with(|| {
		for session in 0..4 {
			begin_session(session);
		}
		// He changes his key in session 3, so session 5 is the first in which it counts.
		NextKeys::<Runtime>::mutate_extant(Ed25519Keyring::Bob.to_account_id(), |keys| {
			keys.babe = Sr25519Keyring::Ferdie.public().into();
		});
		begin_session(4);
		assert!(events().is_empty(), "{:?}", events());
		check_late_report(Sr25519Keyring::Ferdie, 5, 7);
	});
}

#[test]
fn chain_that_is_older_than_the_roots_should_get_them_from_its_next_session_on() {
	genesis("local_testnet").execute_with(|| {
		for session in 0..6 {
			begin_session(session);
		}
		// As release 100 would have it.
		let _removed = HistoricalSessions::<Runtime>::clear(u32::MAX, None);
		begin_session(6);
		assert!(events().is_empty(), "{:?}", events());
		check_late_report(Sr25519Keyring::Bob, 7, 9);
	});
}

#[test]
fn roots_should_be_forgotten_when_nothing_can_be_proven_by_them_any_more() {
	genesis("fast_testnet").execute_with(|| {
		let last = REPORTABLE_SESSIONS + 5;
		for session in 0..=last {
			begin_session(session);
		}
		let kept = HistoricalSessions::<Runtime>::iter_keys().min();
		// The last session that ended is the one before.
		assert_eq!(kept, Some(last - 1 - REPORTABLE_SESSIONS));
	});
}

#[test]
fn offender_should_make_no_more_blocks_unless_a_third_are_out_already() {
	genesis("fast_testnet").execute_with(|| {
		begin_session(0);
		let [_, bob, charlie, _] = [
			Ed25519Keyring::Alice,
			Ed25519Keyring::Bob,
			Ed25519Keyring::Charlie,
			Ed25519Keyring::Dave,
		]
		.map(|name| name.to_account_id());
		let position = |node: &AccountId| {
			Session::validators()
				.iter()
				.position(|other| other == node)
				.map(|index| index as u32)
		};
		Validators::on_misconduct(&bob, Misconduct::TwoReports, 0, None);
		let out: Vec<u32> = position(&bob).into_iter().collect();
		assert_eq!(Session::disabled_validators(), out);
		// One of four is all that can be spared.
		Validators::on_misconduct(&charlie, Misconduct::TwoReports, 0, None);
		assert_eq!(Session::disabled_validators(), out);
		// A reversal does not let him back into the session.
		assert_ok!(Validators::reverse_offence(RuntimeOrigin::root(), 0));
		assert_eq!(Session::disabled_validators(), out);

		begin_session(1);
		assert_eq!(Session::disabled_validators(), out);
		// The next set has him, but not the other one.
		begin_session(2);
		assert_eq!(Session::disabled_validators(), Vec::<u32>::new());
		assert_eq!((position(&bob).is_some(), position(&charlie)), (true, None));
	});
	genesis("local_testnet").execute_with(|| {
		begin_session(0);
		let bob = Ed25519Keyring::Bob.to_account_id();
		Validators::on_misconduct(&bob, Misconduct::TwoReports, 0, None);
		// Of three none can be spared.
		assert_eq!(Session::disabled_validators(), Vec::<u32>::new());
	});
}

#[test]
fn offence_should_be_recorded_once_in_a_session_and_again_in_another() {
	genesis("local_testnet").execute_with(|| {
		let offender = Ed25519Keyring::Charlie.to_account_id();
		let report = |slot: u64, session_index| {
			let offence = EquivocationOffence {
				slot: Slot::from(slot),
				session_index,
				validator_set_count: 3,
				offender: (offender.clone(), ()),
			};
			Offences::report_offence(vec![REPORTER.to_account_id()], offence)
		};
		begin_session(0);
		assert_eq!(report(1, 0), Ok(()));
		assert_eq!(report(1, 0), Err(OffenceError::DuplicateReport));
		assert_eq!(report(2, 0), Ok(()));
		assert_eq!(Validators::offences(0, 10), [(0, offence(offender.clone(), 0))]);

		begin_session(1);
		assert_eq!(report(301, 1), Ok(()));
		// A session is as long as ten epochs; nothing is left of the score.
		let again = Offence { score_before: 0, ..offence(offender.clone(), 10) };
		assert_eq!(events().last(), Some(&Event::OffenceRecorded { id: 1, offence: again }));
	});
}

#[test]
fn last_validator_should_stay_although_it_is_punished() {
	genesis("development").execute_with(|| {
		begin_session(0);
		let alice = Ed25519Keyring::Alice.to_account_id();
		Validators::on_misconduct(&alice, Misconduct::TwoReports, 0, None);
		assert_eq!(Validators::suspensions().len(), 1);
		for session in 1..4 {
			begin_session(session);
			assert_eq!(Session::validators(), nodes(&[Ed25519Keyring::Alice]));
		}
	});
}
