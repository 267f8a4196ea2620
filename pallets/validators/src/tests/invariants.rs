// SPDX-License-Identifier: Apache-2.0

//! Random histories of a few nodes, against a model that knows no pallet; and what is true of every
//! election.

use super::model::{
	CANDIDATES_MAX, Deed, Model, PER_OWNER_MAX, SUSPENSIONS_MAX, VALIDATORS_MAX, VALIDATORS_MIN,
	WINDOW,
};
use crate::{
	Candidates, Error, Event, NextOffence, Offences, Pallet,
	election::{Contender, Seats, choose},
	mock::*,
};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use r1_primitives::{Misconduct, OracleConduct};
use sp_runtime::{DispatchResult, Perbill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};
use std::collections::BTreeMap;

/// Nodes 1 to this one have deeds with their numbers at first.
const NODES: u64 = 6;
/// The validators of genesis.
const FIRST_VALIDATORS: [u64; 3] = [91, 92, 93];

#[derive(Clone, Debug)]
enum Step {
	Announce {
		node: u64,
	},
	Withdraw {
		node: u64,
	},
	EndEpoch,
	/// Those whose bit is set do not report; the values are availability and work of each deed.
	Decide {
		absent: u8,
		values: Vec<(u8, u8)>,
	},
	Idle,
	Convict {
		node: u64,
		kind: Misconduct,
		epoch: u32,
		reporter: Option<u64>,
	},
	Equivocate {
		node: u64,
		session: u32,
	},
	Reverse {
		offence: u32,
	},
	Link {
		deed: u32,
		node: Option<u64>,
	},
	Ban {
		deed: u32,
		is_banned: bool,
	},
	Sell {
		deed: u32,
		owner: u64,
	},
	Keys {
		node: u64,
		are_set: bool,
	},
	Rotate,
}

/// A node with a deed, or a validator of genesis.
fn anybody() -> impl Strategy<Value = u64> {
	prop_oneof![4 => 1..=NODES, 1 => prop::sample::select(&FIRST_VALIDATORS[..])]
}

/// Mostly good, and often on the edge.
fn value() -> impl Strategy<Value = (u8, u8)> {
	let availability = prop_oneof![
		6 => prop::sample::select(&[255_u8, 240, 231][..]),
		2 => prop::sample::select(&[230_u8, 229][..]),
		1 => prop::sample::select(&[128_u8, 127, 0][..]),
	];
	(availability, 0..3_u8)
}

fn decide() -> impl Strategy<Value = Step> {
	let absent = prop_oneof![5 => Just(0), 1 => any::<u8>()];
	(absent, prop::collection::vec(value(), NODES as usize))
		.prop_map(|(absent, values)| Step::Decide { absent, values })
}

fn step() -> impl Strategy<Value = Step> {
	let kind = prop::sample::select(&[Misconduct::TwoReports, Misconduct::FalseReveal][..]);
	let reporter = prop::option::of(prop_oneof![Just(REPORTER), anybody()]);
	let node = || 1..=NODES;
	let deed = || 1..=NODES as u32;
	prop_oneof![
		6 => node().prop_map(|node| Step::Announce { node }),
		1 => node().prop_map(|node| Step::Withdraw { node }),
		3 => Just(Step::EndEpoch),
		8 => decide(),
		8 => Just(Step::Idle),
		2 => (anybody(), kind, 8..12_u32, reporter).prop_map(|(node, kind, epoch, reporter)| {
			Step::Convict { node, kind, epoch, reporter }
		}),
		1 => (anybody(), 0..2_u32)
			.prop_map(|(node, session)| Step::Equivocate { node, session }),
		3 => (0..6_u32).prop_map(|offence| Step::Reverse { offence }),
		1 => (deed(), prop::option::of(node()))
			.prop_map(|(deed, node)| Step::Link { deed, node }),
		1 => (deed(), any::<bool>()).prop_map(|(deed, is_banned)| Step::Ban { deed, is_banned }),
		1 => (deed(), 501..=502_u64).prop_map(|(deed, owner)| Step::Sell { deed, owner }),
		1 => (anybody(), any::<bool>()).prop_map(|(node, are_set)| Step::Keys { node, are_set }),
		4 => Just(Step::Rotate),
	]
}

/// Some nodes are ready from the start, so that short histories have elections.
fn steps() -> impl Strategy<Value = Vec<Step>> {
	let first = prop::collection::btree_set(1..=NODES, 0..=4);
	(first, prop::collection::vec(step(), 1..40)).prop_map(|(first, then)| {
		let announced = first.into_iter().map(|node| Step::Announce { node });
		announced.chain(then).collect()
	})
}

/// A chain and its model, in the same state.
fn start() -> Model {
	CandidatesMax::set(&(CANDIDATES_MAX as u32));
	ValidatorsMin::set(&(VALIDATORS_MIN as u32));
	ValidatorsMax::set(&(VALIDATORS_MAX as u32));
	PerOwnerMax::set(&(PER_OWNER_MAX as u32));
	WindowEpochs::set(&(WINDOW as u32));
	SuspensionsMax::set(&(SUSPENSIONS_MAX as u32));
	Serving::set(&FIRST_VALIDATORS.to_vec());
	Queued::set(&FIRST_VALIDATORS.to_vec());
	let deed = |node| Deed { owner: owner_of(node as u32), node: Some(node), is_banned: false };
	Model {
		now: Now::get(),
		undecided: FirstUndecided::get(),
		deeds: (1..=NODES).map(deed).collect(),
		keyed: Keyed::get().into_iter().collect(),
		serving: FIRST_VALIDATORS.to_vec(),
		queued: FIRST_VALIDATORS.to_vec(),
		session: Session::get(),
		table: Vec::new(),
		to_count: Vec::new(),
		ready: Vec::new(),
		scores: Vec::new(),
		crimes: Vec::new(),
	}
}

impl Model {
	/// Takes a step on both sides, and compares what they say.
	fn take(&mut self, step: Step) {
		match step {
			Step::Announce { node } => agree(|| announce(node), self.announce(node)),
			Step::Withdraw { node } => agree(|| withdraw(node), self.withdraw(node)),
			Step::Reverse { offence } => {
				agree(|| reverse(offence), self.reverse(offence as usize));
			},
			Step::EndEpoch => {
				World::end_epoch();
				self.now += 1;
			},
			Step::Decide { absent, values } => self.take_decision(absent, &values),
			Step::Idle => {
				idle();
				self.idle();
			},
			Step::Convict { node, kind, epoch, reporter } => {
				Validators::on_misconduct(&node, kind, epoch, reporter.as_ref());
				self.convict(node, kind, epoch, reporter);
			},
			Step::Equivocate { node, session } => {
				let details = OffenceDetails { offender: (node, ()), reporters: vec![REPORTER] };
				Validators::on_offence(&[details], &[Perbill::one()], session);
				let kind = Misconduct::ConsensusEquivocation;
				self.convict(node, kind, session, Some(REPORTER));
			},
			Step::Rotate => assert_eq!(World::rotate(), self.rotate()),
			Step::Link { .. } | Step::Ban { .. } | Step::Sell { .. } | Step::Keys { .. } => {
				self.change_world(&step);
			},
		}
	}

	/// Changes what is around the pallet.
	fn change_world(&mut self, step: &Step) {
		match *step {
			Step::Link { deed, node } => {
				match node {
					Some(node) => World::link(deed, node),
					None => World::unlink(deed),
				}
				self.link(deed, node);
			},
			Step::Ban { deed, is_banned } => {
				World::set_banned(deed, is_banned);
				self.deed(deed).is_banned = is_banned;
			},
			Step::Sell { deed, owner } => {
				World::sell(deed, owner);
				self.deed(deed).owner = owner;
			},
			Step::Keys { node, are_set } => {
				World::set_keyed(node, are_set);
				self.keyed.retain(|other| *other != node);
				if are_set {
					self.keyed.push(node);
				}
			},
			_ => unreachable!("the other steps are calls"),
		}
	}

	/// Decides an epoch; the current one ends first if all before it are decided.
	fn take_decision(&mut self, absent: u8, values: &[(u8, u8)]) {
		if self.undecided == self.now {
			World::end_epoch();
			self.now += 1;
		}
		let is_absent = |(position, _): &(usize, &u64)| {
			absent.checked_shr(*position as u32).unwrap_or(0) & 1 == 1
		};
		let (absent, present): (Vec<_>, Vec<_>) =
			self.serving.iter().enumerate().partition(is_absent);
		let nodes = |of: Vec<(usize, &u64)>| of.into_iter().map(|(_, node)| *node).collect();
		let (absent, present): (Vec<u64>, Vec<u64>) = (nodes(absent), nodes(present));
		let availability = (1..).zip(values.iter().map(|(availability, _)| *availability));
		let work = (1..).zip(values.iter().map(|(_, work)| *work));
		World::decide(&Verdict {
			present: present.clone(),
			absent: absent.clone(),
			availability: availability.collect(),
			work: work.collect(),
		});
		self.decide(&present, &absent, values);
	}

	/// Compares the pallet's state with the model's.
	fn check(&self) {
		let mut expected: Vec<_> = self
			.ready
			.iter()
			.map(|ready| {
				let first = ready.history.len().saturating_sub(WINDOW);
				(ready.deed, ready.node, ready.since, ready.work, ready.history[first..].to_vec())
			})
			.collect();
		expected.sort_unstable();
		let found: Vec<_> = Candidates::<Test>::get()
			.into_iter()
			.map(|(deed, found)| {
				let pairs = found.window.iter().map(|seen| (seen.availability, seen.work));
				(deed, found.node, found.since, found.open_work, pairs.collect::<Vec<_>>())
			})
			.collect();
		assert_eq!(found, expected);
		for node in (1..=NODES).chain(FIRST_VALIDATORS) {
			assert_eq!(Validators::score_of(node), self.score(node), "the score of {node}");
		}
		assert_eq!(Queued::get(), self.queued);
		assert_eq!(Validators::election(), self.election());
		self.check_offences();
		Pallet::<Test>::do_try_state().expect("the invariants hold");
	}

	fn check_offences(&self) {
		assert_eq!(NextOffence::<Test>::get() as usize, self.crimes.len());
		for (id, crime) in (0..).zip(&self.crimes) {
			let found = Offences::<Test>::get(id).expect("it is recorded");
			assert_eq!(
				(found.kind, found.node, found.deed, found.reward),
				(crime.kind, crime.node, crime.deed, if crime.paid { REWARD } else { 0 })
			);
			assert_eq!(
				(found.suspended_from, found.suspended_until, found.score_before, found.reversed),
				(crime.from, crime.until, crime.took, crime.reversed)
			);
		}
		let paid = self.crimes.iter().filter(|crime| crime.paid).count();
		assert_eq!(Forfeited::get().len(), paid);
		for epoch in self.undecided..self.now + 6 {
			assert_eq!(Validators::suspended_deeds(epoch), self.suspended_deeds(epoch));
		}
	}

	/// What is true of whoever serves next, without regard to how it was chosen.
	fn check_election(&self) {
		let elected = Validators::election();
		assert!(!elected.is_empty(), "the set is never empty");
		assert_eq!(elected, Validators::election(), "it is always the same");
		if elected.iter().all(|node| self.serving.contains(node)) {
			return;
		}
		// With nobody of the current ones left, fewer will do.
		let is_able = self.serving.iter().any(|node| self.keyed.contains(node));
		let least = if is_able { VALIDATORS_MIN } else { 1 };
		assert!((least..=VALIDATORS_MAX).contains(&elected.len()));
		let mut of_owner = BTreeMap::<u64, usize>::new();
		for node in &elected {
			let ready = self.ready.iter().find(|ready| ready.node == *node);
			let ready = ready.expect("only candidates are elected");
			assert!(self.qualifies(ready), "node {node} does not qualify");
			*of_owner.entry(self.deeds[ready.deed as usize - 1].owner).or_default() += 1;
		}
		assert!(of_owner.values().all(|count| *count <= PER_OWNER_MAX));
	}
}

/// Runs a call as a block would, undone if it fails; it must end as the model says.
fn agree(call: impl FnOnce() -> DispatchResult, expected: Result<(), Error<Test>>) {
	assert_eq!(with_storage_layer(call), expected.map_err(Into::into));
}

/// How many histories to try: what half a minute allows, or what some minutes allow.
fn cases() -> u32 {
	if std::env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1") {
		100_000
	} else {
		10_000
	}
}

/// Contenders with few different values, so that many are equal; deeds and nodes are their own.
fn contenders() -> impl Strategy<Value = Vec<Contender<u64>>> {
	prop::collection::vec((0..4_u64, 0..4_u32, 0..3_u64), 1..16).prop_map(|values| {
		let contender = |(deed, (owner, availability, work)): (u32, (u64, u32, u64))| Contender {
			deed,
			node: 100 + u64::from(deed),
			owner,
			availability,
			work,
		};
		(1..).zip(values).map(contender).collect()
	})
}

fn seats() -> impl Strategy<Value = Seats> {
	(1..4_u32, 1..10_u32).prop_map(|(per_owner_max, all_max)| Seats { per_owner_max, all_max })
}

/// The place of a node, if it has one.
fn place(elected: &[u64], node: u64) -> usize {
	elected.iter().position(|other| *other == node).unwrap_or(usize::MAX)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases()))]

	#[test]
	fn pallet_should_agree_with_the_model_after_every_history(steps in steps()) {
		ExtBuilder::default().with_nodes(NODES as u32).build().execute_with(|| {
			let mut model = start();
			for step in steps {
				model.take(step);
				model.check();
				model.check_election();
			}
		});
	}

	#[test]
	fn choice_should_keep_to_its_bounds_and_its_order(
		contenders in contenders(),
		seats in seats(),
	) {
		let elected = choose(contenders.clone(), seats);

		prop_assert!(elected.len() <= seats.all_max as usize);
		let find = |node: &u64| contenders.iter().find(|one| one.node == *node).unwrap();
		let chosen: Vec<_> = elected.iter().map(find).collect();
		let of_owner =
			|owner: u64| chosen.iter().filter(|other| other.owner == owner).count();
		for one in &chosen {
			prop_assert!(of_owner(one.owner) <= seats.per_owner_max as usize);
		}
		for pair in chosen.windows(2) {
			let key = |one: &Contender<u64>| (one.availability, one.work);
			let (first, second) = (key(pair[0]), key(pair[1]));
			prop_assert!(first > second || (first == second && pair[0].deed < pair[1].deed));
		}
		// Who has no seat has no free one, and nobody better than the worst of those who took it.
		for left in contenders.iter().filter(|one| !elected.contains(&one.node)) {
			let is_worse = |one: &&&Contender<u64>| {
				(one.availability, one.work) < (left.availability, left.work)
			};
			let rivals: Vec<_> = if of_owner(left.owner) == seats.per_owner_max as usize {
				chosen.iter().filter(|one| one.owner == left.owner).collect()
			} else {
				prop_assert_eq!(elected.len(), seats.all_max as usize);
				chosen.iter().collect()
			};
			prop_assert_eq!(rivals.iter().filter(|one| is_worse(one)).count(), 0);
		}
	}

	#[test]
	fn choice_should_not_depend_on_the_order_of_the_contenders(
		(contenders, shuffled) in contenders()
			.prop_flat_map(|contenders| (Just(contenders.clone()), Just(contenders).prop_shuffle())),
		seats in seats(),
	) {
		prop_assert_eq!(choose(contenders, seats), choose(shuffled, seats));
	}

	/// More availability or more work never costs a place.
	#[test]
	fn choice_should_never_be_worse_for_who_does_better(
		mut contenders in contenders(),
		chosen in any::<prop::sample::Index>(),
		(more_availability, more_work) in (0..3_u32, 0..3_u64),
		seats in seats(),
	) {
		let node = contenders[chosen.index(contenders.len())].node;
		let before = place(&choose(contenders.clone(), seats), node);
		for one in contenders.iter_mut().filter(|one| one.node == node) {
			one.availability += more_availability;
			one.work += more_work;
		}
		prop_assert!(place(&choose(contenders, seats), node) <= before);
	}
}

/// Histories reach what they are meant to reach, or they would prove nothing.
#[test]
fn histories_should_reach_elections_reversals_and_full_lists() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut runner = TestRunner::deterministic();
	let mut reached = BTreeMap::<&str, u32>::new();
	for _ in 0..400 {
		let steps = steps().new_tree(&mut runner).expect("there are histories").current();
		ExtBuilder::default().with_nodes(NODES as u32).build().execute_with(|| {
			let mut model = start();
			for step in steps {
				model.take(step);
				for event in events_since_last_call() {
					*reached.entry(name_of(&event)).or_default() += 1;
				}
			}
		});
	}
	let names = [
		"announced",
		"withdrawn",
		"removed",
		"counted",
		"left out",
		"missed",
		"elected",
		"expelled",
		"recorded",
		"reversed",
		"ended early",
	];
	for name in names {
		let count = reached.get(name).copied().unwrap_or(0);
		assert!(count >= 20, "{name}: {count} times in {reached:?}");
	}
}

fn name_of(event: &Event<Test>) -> &'static str {
	match event {
		Event::ReadinessAnnounced { .. } => "announced",
		Event::ReadinessWithdrawn { .. } => "withdrawn",
		Event::CandidateRemoved { .. } => "removed",
		Event::EpochCounted { .. } => "counted",
		Event::EpochLeftOut { .. } => "left out",
		Event::ReportMissed { .. } => "missed",
		Event::ValidatorsChanged { validators, .. }
			if validators.iter().all(|one| *one <= NODES) =>
		{
			"elected"
		},
		Event::ValidatorsChanged { .. } => "expelled",
		Event::OffenceRecorded { .. } => "recorded",
		Event::OffenceReversed { .. } => "reversed",
		Event::SuspensionEndedEarly { .. } => "ended early",
		Event::__Ignore(..) => unreachable!("it is never made"),
	}
}
