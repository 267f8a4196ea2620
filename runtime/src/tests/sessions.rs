// SPDX-License-Identifier: Apache-2.0

//! Sessions: whose they are while nobody stands for election, and without whom they go on.

use super::genesis;
use crate::{
	AccountId, Babe, Executive, Hash, Header, Historical, Offences, Runtime, RuntimeEvent,
	RuntimeOrigin, Session, System, UncheckedExtrinsic, Validators,
	constants::time::{MILLISECS_PER_BLOCK, SLOTS_PER_SESSION},
};
use frame_support::{assert_noop, assert_ok, traits::KeyOwnerProofSystem as _};
use pallet_babe::EquivocationOffence;
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
	let slot = FIRST_SLOT + u64::from(session * SLOTS_PER_SESSION);
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
fn validators_of_genesis_should_stay_while_nobody_is_a_candidate() {
	let presets: [(_, &[_]); 2] = [
		("development", &[Ed25519Keyring::Alice]),
		("local_testnet", &[Ed25519Keyring::Alice, Ed25519Keyring::Bob, Ed25519Keyring::Charlie]),
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
