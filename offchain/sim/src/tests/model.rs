// SPDX-License-Identifier: Apache-2.0

//! The model of the chain, by itself.

use crate::{
	pallet::{COMMIT_BLOCKS, REVEAL_BLOCKS},
	*,
};

const OPENED: u32 = 100;
const SALT: [u8; 32] = [5; 32];

fn open(oracles: u16) -> EpochModel {
	EpochModel::open(3, oracles, OPENED)
}

fn commit(model: &mut EpochModel, oracle: u16, values: &[u8], block: u32) -> Result<(), Refusal> {
	model.commit(oracle, commitment_of(3, oracle, SALT, values), block)
}

/// A model in which each oracle has committed to one value, and some have revealed it.
fn revealed(values: &[Option<u8>]) -> EpochModel {
	let mut model = open(values.len() as u16);
	for (oracle, value) in (0..).zip(values) {
		commit(&mut model, oracle, &[value.unwrap_or(0)], OPENED).unwrap();
	}
	for (oracle, value) in (0..).zip(values) {
		if let Some(value) = value {
			model.reveal(oracle, SALT, &[*value], OPENED + 1).unwrap();
		}
	}
	model
}

#[test]
fn windows_should_end_in_time_or_when_all_have_spoken() {
	let mut model = open(2);
	let commits_until = OPENED + COMMIT_BLOCKS;
	assert_eq!(model.phase(commits_until), Phase::Committing);
	assert_eq!(model.phase(commits_until + 1), Phase::Revealing);
	assert_eq!(model.phase(commits_until + REVEAL_BLOCKS), Phase::Revealing);
	assert_eq!(model.phase(commits_until + REVEAL_BLOCKS + 1), Phase::Over);
	commit(&mut model, 0, &[1], OPENED).unwrap();
	assert_eq!(model.phase(OPENED), Phase::Committing);
	commit(&mut model, 1, &[1], OPENED).unwrap();
	assert_eq!(model.phase(OPENED), Phase::Revealing);
	model.reveal(0, SALT, &[1], OPENED).unwrap();
	model.reveal(1, SALT, &[1], OPENED).unwrap();
	assert_eq!(model.phase(OPENED), Phase::Over);
}

#[test]
fn reports_should_be_refused_at_the_wrong_time_twice_and_when_they_differ() {
	let mut model = open(3);
	assert_eq!(model.reveal(0, SALT, &[1], OPENED), Err(Refusal::WrongPhase));
	commit(&mut model, 0, &[1], OPENED).unwrap();
	assert_eq!(commit(&mut model, 0, &[2], OPENED), Err(Refusal::Twice));
	let revealing = OPENED + COMMIT_BLOCKS + 1;
	assert_eq!(commit(&mut model, 1, &[1], revealing), Err(Refusal::WrongPhase));
	assert_eq!(model.reveal(0, SALT, &[2], revealing), Err(Refusal::NotCommitted));
	assert_eq!(model.reveal(0, [6; 32], &[1], revealing), Err(Refusal::NotCommitted));
	assert_eq!(model.reveal(1, SALT, &[1], revealing), Err(Refusal::NotCommitted));
	assert_eq!(model.reveal(0, SALT, &[1], revealing), Ok(()));
	assert_eq!(model.reveal(0, SALT, &[1], revealing), Err(Refusal::Twice));
	let late = revealing + REVEAL_BLOCKS;
	assert_eq!(model.reveal(0, SALT, &[1], late), Err(Refusal::WrongPhase));
	assert_eq!(model.revealed(), [0]);
}

#[test]
fn copied_commitment_should_fit_no_report() {
	let mut model = open(2);
	commit(&mut model, 0, &[9], OPENED).unwrap();
	let copied = model.commitment(0).unwrap();
	model.commit(1, copied, OPENED).unwrap();
	model.reveal(0, SALT, &[9], OPENED).unwrap();
	assert_eq!(model.reveal(1, SALT, &[9], OPENED), Err(Refusal::NotCommitted));
}

#[test]
fn verdict_should_need_more_than_two_thirds_and_be_the_lower_median() {
	let verdict = |values: &[Option<u8>]| revealed(values).verdict(1);
	let settled = |value| Verdict::Settled(vec![value]);
	assert_eq!(verdict(&[Some(5), Some(7), None]), Verdict::Unsettled);
	assert_eq!(verdict(&[Some(5), Some(7), Some(9)]), settled(7));
	assert_eq!(verdict(&[Some(5), Some(7), Some(9), None]), settled(7));
	assert_eq!(verdict(&[Some(9), Some(5), Some(7), Some(8)]), settled(7));
	let six_of_ten = [Some(1), Some(1), Some(1), Some(1), Some(1), Some(1), None, None, None, None];
	assert_eq!(verdict(&six_of_ten), Verdict::Unsettled);
	// A report that is too short counts as nought for the rest.
	assert_eq!(revealed(&[Some(5), Some(5), Some(5)]).verdict(2), Verdict::Settled(vec![5, 0]));
}
