// SPDX-License-Identifier: Apache-2.0

//! Whether the honest actions get where sequences of random ones seldom do.

use crate::{
	actions::{governance, learning, oracles, skip_sessions, validators},
	people::Person,
	world::World,
};
use fuzzing::Choices;

fn world() -> World {
	World::new(&mut Choices::new(&[]))
}

/// Each of these was reached.
fn assert_reached(world: World, pairs: &[(&str, &str)]) {
	let reached = world.finish();
	for (what, outcome) in pairs {
		let pair = ((*what).to_owned(), (*outcome).to_owned());
		assert!(reached.contains(&pair), "{pair:?}: {reached:?}");
	}
}

#[test]
fn those_who_stand_should_be_elected_and_agree_on_epochs() {
	let mut world = world();
	let honest = &mut Choices::new(&[]);
	// Each buys on an invoice of its own.
	validators::stand_all(&mut world, &mut Choices::new(&[1, 2, 3, 4]));
	validators::fill_windows(&mut world, honest);
	skip_sessions(&mut world, honest);
	oracles::agree_on_epochs(&mut world, honest);

	let epoch = world.epoch();
	assert_eq!(world.oracles(epoch).len(), Person::ALL.len());
	let pairs = [("Validators event", "ValidatorsChanged"), ("Oracles event", "EpochSettled")];
	assert_reached(world, &pairs);
}

#[test]
fn second_commitment_should_be_misconduct() {
	let mut world = world();
	world.skip_epochs(1);
	oracles::commit(&mut world, &mut Choices::new(&[]));
	// The same of the same epoch, but another opinion of the first deed.
	oracles::commit(&mut world, &mut Choices::new(&[0, 0, 2]));
	let pairs = [
		("Oracles event", "ReportCommitted"),
		("Oracles event", "MisconductProven"),
		("Validators event", "OffenceRecorded"),
	];
	assert_reached(world, &pairs);
}

#[test]
fn epoch_without_reports_should_wait_for_governance() {
	let mut world = world();
	let honest = &mut Choices::new(&[]);
	oracles::leave_unsettled(&mut world, honest);
	governance::decide_on_epoch(&mut world, honest);
	let pairs = [
		("Oracles event", "EpochUnsettled"),
		("Oracles event", "EpochSettledByGovernance"),
		("Oracles.settle_unsettled", "ok"),
	];
	assert_reached(world, &pairs);
}

#[test]
fn nodes_that_do_their_part_should_complete_a_round() {
	let mut world = world();
	let honest = &mut Choices::new(&[]);
	learning::run_job(&mut world, honest);
	learning::open_some(&mut world, honest);
	for _ in 0..4 {
		learning::everybody(&mut world, honest);
	}
	learning::attest(&mut world, honest);
	let pairs = [
		("Learning event", "RoundOpened"),
		("Learning event", "PhaseEntered"),
		("Learning event", "Attested"),
		("Learning event", "RoundCompleted"),
	];
	assert_reached(world, &pairs);
}
