// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use frame_support::{assert_ok, traits::Get};
use sp_runtime::BuildStorage;

fn genesis(session_slots: u64) -> sp_io::TestExternalities {
	let validators = GenesisConfig { session_slots, ..GenesisConfig::default() };
	let genesis = RuntimeGenesisConfig { system: Default::default(), validators };
	genesis.build_storage().expect("the genesis is valid").into()
}

#[test]
fn sessions_should_be_as_long_as_genesis_says() {
	genesis(30).execute_with(|| assert_eq!(SessionLength::<Test>::get(), 30));
}

#[test]
fn sessions_should_have_the_default_length_if_genesis_said_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(SessionSlots::<Test>::get(), DEFAULT_SESSION_SLOTS);
		// As on a chain that is older than the item.
		SessionSlots::<Test>::kill();
		assert_eq!(SessionLength::<Test>::get(), DEFAULT_SESSION_SLOTS);
	});
}

#[test]
#[should_panic(expected = "a session has a slot: `session_slots` is 0")]
fn genesis_should_refuse_sessions_without_slots() {
	let _state = genesis(0);
}

#[test]
fn session_should_be_told_its_validators_when_the_last_one_has_no_root() {
	ExtBuilder::default().build_and_execute(|| {
		HasRoot::set(&false);
		assert_eq!(World::rotate(), Some(GENESIS.to_vec()));
		// They are the same, so nothing has changed.
		assert_eq!(events_since_last_call(), []);
		HasRoot::set(&true);
		assert_eq!(World::rotate(), None);
	});
}

#[test]
fn genesis_should_not_be_told_that_there_are_no_validators() {
	ExtBuilder::default().build_and_execute(|| {
		HasRoot::set(&false);
		Serving::set(&Vec::new());
		Session::set(&0);
		for session in [0, 1] {
			assert_eq!(Pallet::<Test>::plan_session(session), None);
		}
	});
}

#[test]
fn offender_should_be_put_out_of_the_session_once_for_each_offence() {
	ExtBuilder::default().build_and_execute(|| {
		convict(GENESIS[1]);
		convict(GENESIS[1]);
		assert_eq!(Disabled::get(), [GENESIS[1]]);
		// A reversal is for the sessions to come.
		assert_ok!(reverse(0));
		assert_eq!(Disabled::get(), [GENESIS[1]]);
	});
}
