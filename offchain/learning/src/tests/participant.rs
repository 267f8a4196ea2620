// SPDX-License-Identifier: Apache-2.0

//! A participant goes on where it was, and never says two things.

use super::table::{GENESIS, MemoryStore, ROUND, Table, account, spec, weighed};
use crate::{
	fixed::WeighedUpdate,
	framing::Header,
	protocol::{Participant, ParticipantError, Phase, RevealFile, Revealed, StateError},
};
use r1_core::SeededRng;

/// Starts a participant again from what it saved.
fn restart(table: &mut Table, number: usize) {
	let (participant, store) = &mut table.participants[number];
	*participant = Participant::from_bytes(&store.state).expect("it was saved");
}

#[test]
fn restarted_participant_should_publish_the_same() {
	let mut table = Table::new(spec(20, 3, 2), 4);
	let announced = table.participants[0].0.announcement();
	restart(&mut table, 0);
	assert_eq!(table.participants[0].0.announcement(), announced);
	let owner = Header { genesis: GENESIS, round: ROUND, account: account(0) };
	assert_eq!(table.participants[0].0.owner(), &owner);

	table.share(0..4);
	let shares = table.shares[&account(0)].clone();
	restart(&mut table, 0);
	let mut before_sharing = table.view.clone();
	before_sharing.shared.clear();
	table.share([0]);
	assert_eq!(table.shares[&account(0)], shares);

	table.upload(0..3);
	let upload = table.uploads[&account(0)].clone();
	restart(&mut table, 0);
	assert_eq!(table.masked(0).expect("the same update"), upload);

	let revealed = table.revealed(0).expect("the round goes on");
	restart(&mut table, 0);
	assert_eq!(table.revealed(0).expect("the same choice"), revealed);
}

#[test]
fn second_update_should_be_refused() {
	let mut table = Table::new(spec(20, 3, 2), 3);
	table.share(0..3);
	table.upload([0]);
	for _ in 0..2 {
		let round = table.round();
		let other = weighed(1, round.spec());
		let (participant, store) = &mut table.participants[0];
		let refused = participant.upload(&round, &other, store);
		assert!(matches!(refused, Err(ParticipantError::MaskedBefore)), "{refused:?}");
		restart(&mut table, 0);
	}
}

#[test]
fn second_choice_of_shares_should_be_refused() {
	let mut table = Table::new(spec(20, 3, 2), 4);
	table.share(0..4);
	table.upload(0..3);
	table.revealed(0).expect("the round goes on");
	// A chain that takes back what it said was final: participant 3 has uploaded after all.
	table.upload([3]);
	for _ in 0..2 {
		let refused = table.revealed(0);
		assert!(
			matches!(refused, Err(ParticipantError::Changed { phase: Phase::Upload })),
			"{refused:?}"
		);
		restart(&mut table, 0);
	}
}

#[test]
fn changed_phases_should_be_refused() {
	let mut table = Table::new(spec(20, 3, 2), 5);
	let fifth = table.view.announced.pop();
	table.share(0..4);
	table.view.announced.extend(fifth);
	let round = table.round();
	let (participant, store) = &mut table.participants[0];
	let refused = participant.share(&round, store);
	assert!(
		matches!(refused, Err(ParticipantError::Changed { phase: Phase::Announce })),
		"{refused:?}"
	);
	let refused = table.masked(0);
	assert!(
		matches!(refused, Err(ParticipantError::Changed { phase: Phase::Announce })),
		"{refused:?}"
	);

	let mut table = Table::new(spec(20, 3, 2), 4);
	table.share(0..3);
	table.masked(0).expect("the round goes on");
	table.share([3]);
	let refused = table.masked(0);
	assert!(
		matches!(refused, Err(ParticipantError::Changed { phase: Phase::Share })),
		"{refused:?}"
	);
}

#[test]
fn nothing_should_leave_before_it_is_saved() {
	let broken = &mut MemoryStore { is_broken: true, ..MemoryStore::default() };
	let joined = Participant::join(GENESIS, ROUND, account(0), &SeededRng::new(1), broken);
	assert!(matches!(joined, Err(ParticipantError::Save(_))), "{joined:?}");

	let mut table = Table::new(spec(20, 3, 2), 3);
	let round = table.round();
	let (participant, store) = &mut table.participants[0];
	store.is_broken = true;
	let refused = participant.share(&round, store);
	assert!(matches!(refused, Err(ParticipantError::Save(_))), "{refused:?}");
	store.is_broken = false;
	table.share(0..3);
	table.participants[0].1.is_broken = true;
	let refused = table.masked(0);
	assert!(matches!(refused, Err(ParticipantError::Save(_))), "{refused:?}");
	table.participants[0].1.is_broken = false;
	table.upload(0..3);
	table.participants[0].1.is_broken = true;
	let refused = table.revealed(0);
	assert!(matches!(refused, Err(ParticipantError::Save(_))), "{refused:?}");
}

#[test]
fn participant_should_refuse_rounds_that_are_not_its_own() {
	let mut table = Table::new(spec(20, 3, 2), 4);
	let share = |table: &mut Table| {
		let round = table.round();
		let (participant, store) = &mut table.participants[0];
		participant.share(&round, store)
	};
	table.view.id = ROUND + 1;
	let refused = share(&mut table);
	assert!(matches!(refused, Err(ParticipantError::OtherRound { .. })), "{refused:?}");
	table.view.id = ROUND;
	table.view.genesis = [0; 32];
	let refused = share(&mut table);
	assert!(matches!(refused, Err(ParticipantError::OtherRound { .. })), "{refused:?}");
	table.view.genesis = GENESIS;
	table.view.announced[0].share_key = [9; 32];
	let refused = share(&mut table);
	assert!(matches!(refused, Err(ParticipantError::OtherKeys)), "{refused:?}");
	table.view.announced.remove(0);
	let refused = share(&mut table);
	assert!(matches!(refused, Err(ParticipantError::NotIn { .. })), "{refused:?}");
}

#[test]
fn participant_should_refuse_updates_of_other_bounds() {
	let mut table = Table::new(spec(20, 3, 2), 3);
	table.share(0..3);
	let mut other = table.view.spec;
	other.clip *= 2;
	let update = WeighedUpdate::new(&[1.5; 20], 1, &other, &SeededRng::new(1)).expect("it fits");
	let round = table.round();
	let (participant, store) = &mut table.participants[0];
	let refused = participant.upload(&round, &update, store);
	assert!(matches!(refused, Err(ParticipantError::OtherUpdate)), "{refused:?}");
}

#[test]
fn late_participant_should_be_refused() {
	let mut table = Table::new(spec(20, 3, 2), 5);
	table.share(0..4);
	let refused = table.masked(4);
	assert!(matches!(refused, Err(ParticipantError::NotIn { phase: Phase::Share })), "{refused:?}");
	table.upload(0..3);
	table.masked(3).expect("it masks, too late for the chain");
	let refused = table.revealed(3);
	assert!(
		matches!(refused, Err(ParticipantError::NotIn { phase: Phase::Upload })),
		"{refused:?}"
	);
}

#[test]
fn reveal_should_show_one_share_of_each_dealer() {
	let mut table = Table::new(spec(20, 3, 2), 6);
	table.share(0..5);
	table.upload(0..4);
	table.reveal(0..4);
	let round = table.round();
	for (account, file) in &table.reveals {
		let place = round.place_of(account).expect("it takes part");
		let file = RevealFile::from_bytes(file, &round, place).expect("it is one");
		assert_eq!(file.entries().count(), 5);
		for (dealer, entry) in file.entries() {
			let has_contributed = round.contributors().contains(dealer);
			assert_eq!(matches!(entry, Revealed::Seed(_)), has_contributed);
			assert_eq!(matches!(entry, Revealed::MaskKey(_)), !has_contributed);
		}
	}
}

#[test]
fn reveal_should_wait_for_every_share_file() {
	let mut table = Table::new(spec(20, 3, 2), 3);
	table.share(0..3);
	table.upload(0..3);
	table.shares.remove(&account(1));
	let refused = table.revealed(0);
	assert!(
		matches!(refused, Err(ParticipantError::Missing { account: missing }) if missing == account(1)),
		"{refused:?}"
	);
}

#[test]
fn damaged_state_should_be_refused() {
	let table = Table::new(spec(20, 3, 2), 3);
	let state = &table.participants[0].1.state;
	for end in 0..state.len() {
		assert!(Participant::from_bytes(&state[..end]).is_err(), "{end} bytes are a state");
	}
	let longer = [state.as_slice(), &[0]].concat();
	assert_eq!(Participant::from_bytes(&longer).err(), Some(StateError::Progress));
	let longest = [state.as_slice(), &[0; 512]].concat();
	assert_eq!(Participant::from_bytes(&longest).err(), Some(StateError::Progress));
}

#[test]
fn secrets_should_not_be_printed() {
	let mut table = Table::new(spec(20, 3, 2), 3);
	table.share(0..3);
	let (participant, store) = &table.participants[0];
	let secret = &store.state[crate::framing::HEADER_BYTES..][..32];
	let printed = format!("{participant:?}");
	assert!(printed.contains("dealt"), "{printed}");
	assert!(!printed.contains(&format!("{secret:?}")) && !printed.contains(&hex::encode(secret)));
}
