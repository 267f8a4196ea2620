// SPDX-License-Identifier: Apache-2.0

use super::{NOW, QUOTA, pull, replica};
use crate::{
	Answer, BATCH_BYTES_MAX, FoundUnder, Merged, NAMES_MAX, Namespace, PREFIXES_MAX, Prefix,
	Question, Record, Repair, RepairError, Repaired, SetOptions, Shape, Stability, Word, WriterId,
	answer,
};
use proptest::{collection::vec, prelude::*};

/// What a repair cost.
#[derive(Debug, Default)]
struct Cost {
	questions: usize,
	/// Bytes of records, both ways.
	bytes: usize,
}

/// Lets one replica repair itself and another.
fn repair(asking: &mut Namespace, other: &mut Namespace, now_ms: u64) -> (Repaired, Cost) {
	let mut repair = Repair::default();
	let mut cost = Cost::default();
	while let Some(question) = repair.ask(asking) {
		cost.questions += 1;
		check_size(&question);
		if let Question::Take(records) = &question {
			cost.bytes += records.iter().map(Record::bytes).sum::<usize>();
		}
		let answer = answer(other, question, now_ms, &mut Vec::new()).unwrap();
		if let Answer::Fetched(records) = &answer {
			cost.bytes += records.iter().map(Record::bytes).sum::<usize>();
		}
		repair.take(asking, answer, now_ms, &mut Vec::new()).unwrap();
		assert!(cost.questions < 10_000, "it does not end");
	}
	(repair.done(), cost)
}

fn check_size(question: &Question) {
	match question {
		Question::Compare(prefixes) => assert!(prefixes.len() <= PREFIXES_MAX),
		Question::Fetch(names) => assert!((1..=NAMES_MAX).contains(&names.len())),
		Question::Take(records) => {
			let bytes: usize = records.iter().map(Record::bytes).sum();
			assert!(records.len() == 1 || bytes <= BATCH_BYTES_MAX, "{bytes}");
		},
	}
}

fn set(replica: &mut Namespace, key: u32, value: &[u8], now_ms: u64) {
	let key = key.to_string();
	replica
		.set(key.as_bytes(), value, SetOptions::default(), now_ms, &mut Vec::new())
		.unwrap();
}

fn delete(replica: &mut Namespace, key: u32, now_ms: u64) {
	replica.delete(key.to_string().as_bytes(), now_ms, &mut Vec::new()).unwrap();
}

#[test]
fn equal_replicas_should_need_two_questions() {
	let (mut one, mut other) = (replica(1), replica(2));
	for key in 0..1_000 {
		set(&mut one, key, b"v", NOW);
	}
	pull(&mut other, &one, NOW);
	let (repaired, cost) = repair(&mut other, &mut one, NOW);
	assert_eq!((repaired, cost.questions), (Repaired::default(), 2));
}

#[test]
fn one_difference_should_cost_a_path() {
	let (mut one, mut other) = (replica(1), replica(2));
	for key in 0..9_000 {
		set(&mut one, key, b"v", NOW);
	}
	pull(&mut other, &one, NOW);
	set(&mut one, 77, b"w", NOW + 1);
	let (repaired, cost) = repair(&mut other, &mut one, NOW + 1);
	assert_eq!(repaired, Repaired { fetched: 1, given: 0 });
	assert!(cost.questions <= 6, "{cost:?}");
	assert_eq!(one.root(), other.root());
}

#[test]
fn joiner_should_get_everything_in_bounded_messages() {
	let (mut one, mut joiner) = (replica(1), replica(2));
	for key in 0..9_000 {
		set(&mut one, key, b"v", NOW);
	}
	for key in 0..12 {
		set(&mut one, 100_000 + key, &[1; 1 << 20], NOW);
	}
	let (repaired, cost) = repair(&mut joiner, &mut one, NOW);
	assert_eq!(repaired, Repaired { fetched: 9_012, given: 0 });
	assert_eq!(cost.bytes, one.bytes());
	assert_eq!(one.root(), joiner.root());
}

#[test]
fn partition_with_ten_thousand_differences_should_heal() {
	let (mut one, mut other) = (replica(1), replica(2));
	for key in 0..9_000 {
		set(&mut one, key, b"v", NOW);
	}
	pull(&mut other, &one, NOW);
	for key in 0..5_000 {
		match key % 4 {
			0 => delete(&mut one, key, NOW + 1),
			1 => delete(&mut other, key, NOW + 1),
			2 => set(&mut one, key, b"one", NOW + 1),
			_ => set(&mut other, key, b"other", NOW + 2),
		}
		set(&mut one, key + 4_500, b"both", NOW + 3);
		set(&mut other, key + 4_500, b"too", NOW + 3);
	}
	let (repaired, cost) = repair(&mut one, &mut other, NOW + 4);
	assert_eq!(one.root(), other.root());
	assert!(9_500 <= repaired.fetched + repaired.given, "{repaired:?}");
	assert!(cost.questions <= 400, "{cost:?}");
}

/// A repair that has asked whether the other is there, and then about the root.
fn begun(namespace: &mut Namespace) -> Repair {
	let mut repair = Repair::default();
	assert_eq!(repair.ask(namespace), Some(Question::Compare(Vec::new())));
	let nothing = Answer::Compared(Vec::new());
	repair.take(namespace, nothing, NOW, &mut Vec::new()).unwrap();
	assert!(matches!(repair.ask(namespace), Some(Question::Compare(root)) if root.len() == 1));
	repair
}

#[test]
fn answer_that_does_not_fit_should_be_the_others_fault() {
	let (mut one, mut other) = (replica(1), replica(2));
	set(&mut one, 1, b"v", NOW);
	set(&mut other, 2, b"v", NOW);
	let name = |namespace: &Namespace| namespace.records().next().unwrap().name.clone();
	let elsewhere = Shape::Leaf(vec![(name(&one), [0; 32])]);
	for misfit in [
		Answer::Compared(Vec::new()),
		Answer::Compared(vec![FoundUnder::Same, FoundUnder::Same]),
		Answer::Fetched(other.records().cloned().collect()),
	] {
		let mut repair = begun(&mut one);
		let refused = repair.take(&mut one, misfit, NOW, &mut Vec::new()).unwrap_err();
		assert!(refused.is_peer_fault(), "{refused}");
	}
	// A name that does not stand under the prefix that was asked about.
	let mut repair = begun(&mut one);
	let inner = Answer::Compared(vec![FoundUnder::Other(Shape::Inner(Box::new([[7; 32]; 16])))]);
	repair.take(&mut one, inner, NOW, &mut Vec::new()).unwrap();
	repair.ask(&mut one).unwrap();
	let misplaced = Answer::Compared(vec![FoundUnder::Other(elsewhere); 16]);
	let refused = repair.take(&mut one, misplaced, NOW, &mut Vec::new());
	assert_eq!(refused, Err(RepairError::Misfit));
	// And questions that are too long.
	let many = Question::Compare(vec![(Prefix::ROOT, [0; 32]); PREFIXES_MAX + 1]);
	assert_eq!(answer(&mut one, many, NOW, &mut Vec::new()), Err(RepairError::TooMuch));
	assert_eq!(one.len(), 1);
}

/// Three replicas that repair each other, one of which is away for a while.
#[test]
fn nothing_should_be_forgotten_before_everybody_has_heard_of_it() {
	let mut replicas = [1, 2, 3].map(replica);
	let ids = [1, 2, 3].map(|id: u8| [id; 32]);
	let mut stabilities: [Stability; 3] = Default::default();
	for (own, stability) in stabilities.iter_mut().enumerate() {
		stability.set_others(ids.into_iter().filter(|id| *id != ids[own]));
	}
	let mut round = |replicas: &mut [Namespace; 3], present: &[usize], now_ms: u64| {
		for (asking, other) in present.iter().flat_map(|a| present.iter().map(move |b| (*a, *b))) {
			let Ok([one, from]) = replicas.get_disjoint_mut([asking, other]) else { continue };
			let promise_ms = from.promise(now_ms);
			let word = Word { promise_ms, complete_ms: stabilities[other].complete_ms(promise_ms) };
			repair(one, from, now_ms);
			stabilities[asking].repaired(ids[other], word);
			let promise_ms = one.promise(now_ms);
			one.raise_horizon(stabilities[asking].horizon_ms(promise_ms));
		}
	};
	set(&mut replicas[0], 1, b"v", NOW);
	round(&mut replicas, &[0, 1, 2], NOW + 1);
	delete(&mut replicas[0], 1, NOW + 2);
	// The third is away for an hour.
	for minute in 1..60 {
		round(&mut replicas, &[0, 1], NOW + minute * 60_000);
	}
	assert_eq!(replicas.each_ref().map(Namespace::len), [1, 1, 1]);
	assert!(replicas[2].contains(b"1", NOW + 3_600_000));
	for minute in 60..65 {
		round(&mut replicas, &[0, 1, 2], NOW + minute * 60_000);
	}
	assert_eq!(replicas.each_ref().map(Namespace::len), [0, 0, 0]);
}

/// One that has heard of everybody cannot know what the others have heard of each other.
#[test]
fn nothing_should_be_forgotten_while_two_others_have_not_met() {
	let mut middle = Stability::default();
	let (one, other) = ([1; 32], [2; 32]);
	middle.set_others([one, other]);
	let later = NOW + 600_000;
	// Each has heard of the middle alone, so it is complete up to nothing.
	let word = Word { promise_ms: later, complete_ms: 0 };
	middle.repaired(one, word);
	middle.repaired(other, word);
	assert_eq!((middle.complete_ms(later), middle.horizon_ms(later)), (later, 0));
	let word = Word { promise_ms: later, complete_ms: NOW };
	middle.repaired(one, word);
	assert_eq!(middle.horizon_ms(later), 0);
	middle.repaired(other, word);
	assert_eq!(middle.horizon_ms(later), NOW - 60_000);
	// Whoever comes anew has nothing.
	middle.set_others([one, [3; 32]]);
	assert_eq!((middle.complete_ms(later), middle.horizon_ms(later)), (0, 0));
}

#[test]
fn promise_should_be_kept_when_the_clock_is_set_back() {
	let mut one = replica(1);
	let promised = one.promise(NOW + 30_000);
	assert_eq!(promised, NOW + 30_000);
	set(&mut one, 1, b"v", NOW);
	let written = one.records().next().unwrap().cell.latest();
	assert!(promised <= written.unix_ms());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn repair_should_make_any_two_the_same(
		common in vec((0_u32..600, any::<u8>()), 0..400),
		ones in vec((0_u32..600, any::<Option<u8>>()), 0..300),
		others in vec((0_u32..600, any::<Option<u8>>()), 0..300),
		large in 0_u32..4,
	) {
		let mut one = replica(1);
		let mut other = replica(2);
		for (key, value) in common {
			set(&mut one, key, &[value], NOW);
		}
		pull(&mut other, &one, NOW);
		for (replica, changes) in [(&mut one, ones), (&mut other, others)] {
			for (key, change) in changes {
				match change {
					Some(value) => set(replica, key, &[value], NOW + 1),
					None => delete(replica, key, NOW + 1),
				}
			}
		}
		for key in 0..large {
			set(&mut other, 1_000 + key, &[9; 700_000], NOW + 2);
		}
		// What both would hold if each had been given all that the other has.
		let mut expected = Namespace::new(WriterId::of(&[3; 32], 0), QUOTA);
		pull(&mut expected, &one, NOW + 2);
		pull(&mut expected, &other, NOW + 2);
		repair(&mut one, &mut other, NOW + 3);
		prop_assert_eq!(one.root(), expected.root());
		prop_assert_eq!(other.root(), expected.root());
		let stale = other.records().next().cloned();
		if let Some(record) = stale {
			prop_assert_eq!(one.merge(record, NOW + 3), Ok(Merged::Known));
		}
	}
}
