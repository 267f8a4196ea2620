// SPDX-License-Identifier: Apache-2.0

//! Who waits, and who is evaluated with whom.

use super::request;
use crate::{EdilLimits, ParameterSet, RequestQueue, Turn};
use std::{num::NonZeroUsize, time::Duration};

fn queue() -> RequestQueue<&'static str> {
	RequestQueue::new(&EdilLimits {
		waiting_max: 4,
		batch_requests_max: NonZeroUsize::MIN.saturating_add(1),
		wait_max: Duration::from_secs(10),
		..EdilLimits::default()
	})
}

fn push(
	queue: &mut RequestQueue<&'static str>,
	model: u8,
	asker: &'static str,
	at_secs: u64,
) -> Result<(), &'static str> {
	let request = request(ParameterSet::Levelled, [model; 32], [1; 32], 1);
	queue.push(request, asker, Duration::from_secs(at_secs))
}

fn names(turn: Turn<&'static str>) -> (Vec<&'static str>, Vec<&'static str>) {
	let names = |some: Vec<crate::Waiting<_>>| some.into_iter().map(|one| one.asker).collect();
	(names(turn.late), names(turn.together))
}

#[test]
fn queue_should_put_requests_of_one_model_and_key_together() {
	let mut queue = queue();
	for (model, asker) in [(1, "a"), (2, "b"), (1, "c"), (1, "d")] {
		push(&mut queue, model, asker, 0).expect("there is room");
	}
	let now = Duration::from_secs(1);
	assert_eq!(names(queue.turn(now)), (vec![], vec!["a", "c"]));
	assert_eq!(names(queue.turn(now)), (vec![], vec!["b"]));
	assert_eq!(names(queue.turn(now)), (vec![], vec!["d"]));
	assert_eq!(names(queue.turn(now)), (vec![], vec![]));
}

#[test]
fn queue_should_give_up_who_waited_too_long() {
	let mut queue = queue();
	push(&mut queue, 1, "early", 0).expect("there is room");
	push(&mut queue, 1, "later", 5).expect("there is room");
	assert_eq!(names(queue.turn(Duration::from_secs(10))), (vec!["early"], vec!["later"]));
	assert_eq!(queue.count(), 0);
}

#[test]
fn queue_should_refuse_when_it_is_full() {
	let mut queue = queue();
	for asker in ["a", "b", "c", "d"] {
		push(&mut queue, 1, asker, 0).expect("there is room");
	}
	assert_eq!(push(&mut queue, 1, "e", 0), Err("e"));
	queue.turn(Duration::ZERO);
	assert_eq!(push(&mut queue, 1, "e", 0), Ok(()));
}
