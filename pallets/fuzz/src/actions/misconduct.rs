// SPDX-License-Identifier: Apache-2.0

//! Oracles that contradict themselves, and validators that equivocate: proven, or said to.

use super::{
	report::{Opinion, any_oracle, sign},
	signed,
};
use crate::{
	people::{Node, Person},
	world::World,
};
use fuzzing::Choices;
use pallet_babe::EquivocationOffence;
use pallet_oracles::{Call, Evidence, EvidenceOf, NextToSettle, OldestSnapshot};
use r1_primitives::{EpochIndex, OracleIndex};
use ratio1_runtime::{Offences, Runtime, Session};
use sp_staking::offence::ReportOffence as _;

/// What is said to be misconduct of an oracle, rightly in most cases.
pub(crate) fn report_misconduct(world: &mut World, choices: &mut Choices<'_>) {
	let epoch = any_epoch(world, choices);
	let (oracle, node) = any_oracle(world, epoch, choices);
	let evidence = evidence(world, epoch, (oracle, node), choices);
	let reporter = if choices.one_in(8) {
		// Who reports itself gets nothing.
		frame_system::RawOrigin::Signed(node.account()).into()
	} else {
		signed(Person::any(choices), choices)
	};
	world.call(reporter, Call::report_misconduct { epoch, oracle, evidence });
}

/// Two things that an oracle has signed; in a few cases they do not contradict each other.
fn evidence(
	world: &mut World,
	epoch: EpochIndex,
	(oracle, node): (OracleIndex, Node),
	choices: &mut Choices<'_>,
) -> EvidenceOf<Runtime> {
	let report = Opinion::BEST.report(world, epoch);
	let mut other = report.clone();
	if !choices.one_in(16) {
		other.salt[31] ^= 1;
	}
	let (one, two) = (report.commit_body(oracle), other.commit_body(oracle));
	let mut reveal = other.reveal_body(oracle, choices.pick(&[0, 1, 0, 2]));
	match choices.byte() % 3 {
		0 => Evidence::TwoCommitments {
			deeds: one.deeds,
			one: one.commitment,
			one_signature: sign(world, node, &one, choices),
			other: two.commitment,
			other_signature: sign(world, node, &two, choices),
		},
		1 => {
			if choices.one_in(16) {
				reveal.epoch = reveal.epoch.wrapping_add(1);
			}
			Evidence::OtherReport {
				commitment: one.commitment,
				commitment_signature: sign(world, node, &one, choices),
				reveal_signature: sign(world, node, &reveal, choices),
				reveal,
			}
		},
		_ => {
			if !choices.one_in(16) {
				reveal.contents[0] ^= 1;
			}
			Evidence::OtherContents {
				signature: sign(world, node, &reveal, choices),
				reveal,
				page_hashes: other.hashes(),
				salt: other.salt,
			}
		},
	}
}

/// An epoch whose oracles are known, in most cases.
fn any_epoch(world: &mut World, choices: &mut Choices<'_>) -> EpochIndex {
	let now = world.epoch();
	let (next, oldest) =
		world.with(|| (NextToSettle::<Runtime>::get(), OldestSnapshot::<Runtime>::get()));
	choices.pick(&[
		now,
		next,
		next.saturating_sub(1),
		now,
		oldest,
		now + 1,
		oldest.saturating_sub(1),
	])
}

/// A validator makes two blocks in one slot, which BABE has found to be proven.
pub(crate) fn equivocate(world: &mut World, choices: &mut Choices<'_>) {
	let slot = choices.pick(&[0, 0, 1, 2]).into();
	let reporters = match choices.one_in(4) {
		true => Vec::new(),
		false => vec![Person::any(choices).account()],
	};
	let position = choices.number(0..=3) as usize;
	world.with(|| {
		let validators = Session::validators();
		let offender = validators[position % validators.len()].clone();
		let offence = EquivocationOffence {
			slot,
			session_index: Session::current_index(),
			validator_set_count: validators.len() as u32,
			offender: (offender, ()),
		};
		// A duplicate is refused, and it does not matter whether this is one.
		let _reported = Offences::report_offence(reporters, offence);
	});
}
