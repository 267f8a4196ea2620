// SPDX-License-Identifier: Apache-2.0

//! An oracle's challenges: when they are sent, and what comes of them.

use super::Heartbeat;
use crate::defaults::CHALLENGES_OPEN_MAX;
use bytes::Bytes;
use codec::Encode as _;
use r1_core::{BlockHash, ChainState, NodeIdentity, Rng};
use r1_heartbeat::{Challenger, ChallengerMetrics, Due, Outcome, Position};
use r1_net::RequestError;
use r1_primitives::{DeedId, NodeKey};
use tracing::debug;

/// The challenger, and whether it has anything to ask.
#[derive(Debug)]
pub(super) struct Asking {
	node: NodeKey,
	challenger: Challenger,
}

impl Asking {
	pub(super) fn new(identity: NodeIdentity, genesis_hash: BlockHash) -> Self {
		Self {
			node: identity.key(),
			challenger: Challenger::new(identity, genesis_hash).with_open_max(CHALLENGES_OPEN_MAX),
		}
	}

	/// Whom to ask in a slot; nobody unless this node is an oracle.
	pub(super) fn due(
		&mut self,
		position: Position,
		state: &ChainState,
		rng: &dyn Rng,
	) -> Vec<Due> {
		// The challenger draws each slot once: not before the seed of its epoch is known.
		if !state.oracles.contains(&self.node) || !state.epoch_seeds.contains_key(&position.epoch) {
			return Vec::new();
		}
		self.challenger.due(position, state, rng)
	}

	/// Takes in what came of a challenge; the slot that is lost, if one is.
	///
	/// The node is to blame if it was asked, or if this oracle could have reached others.
	pub(super) fn settle(
		&mut self,
		asked: &Due,
		answer: Result<&[u8], &RequestError>,
		elapsed_ms: u64,
		has_peer: bool,
	) -> Option<(DeedId, Position)> {
		let challenge = &asked.challenge;
		let outcome = match answer {
			Ok(answer) => self.challenger.answered(challenge, answer, elapsed_ms),
			Err(error) if has_peer && error.is_peer_fault() => self.challenger.timed_out(challenge),
			Err(_ours) => {
				self.challenger.not_sent(challenge);
				return None;
			},
		};
		match outcome {
			Outcome::Missed { deed, position, reason } => {
				debug!(target: "r1::edge", deed, ?position, %reason, "a challenge was missed");
				Some((deed, position))
			},
			Outcome::Passed | Outcome::Unknown => None,
		}
	}

	pub(super) fn metrics(&self) -> &ChallengerMetrics {
		self.challenger.metrics()
	}
}

/// Sends a challenge, and tells the engines what came of it.
///
/// As many run at once as the challenger lets be open.
pub(super) async fn ask(asked: Due, heartbeat: Heartbeat, mesh: r1_net::Handle) {
	let sent_ms = heartbeat.clock.monotonic_ms();
	let answer = mesh.challenge(&asked.node, asked.challenge.encode().into()).await;
	let elapsed_ms = heartbeat.clock.monotonic_ms().saturating_sub(sent_ms);
	let has_peer = has_peer(&mesh);
	let mut engines = heartbeat.lock();
	let answer = answer.as_ref().map(Bytes::as_ref);
	if let Some((deed, position)) = engines.asking.settle(&asked, answer, elapsed_ms, has_peer) {
		engines.observer.clear(deed, position);
	}
}

/// Whether anybody speaks with this node.
pub(super) fn has_peer(mesh: &r1_net::Handle) -> bool {
	!mesh.report().borrow().peers.is_empty()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::heartbeat::tests::{CLOCK, DEED, GENESIS, answer_of, node, oracle, seeded_chain};
	use r1_core::SystemRng;
	use std::collections::BTreeMap;

	fn asking() -> Asking {
		Asking::new(oracle(), GENESIS)
	}

	/// The first challenge of an epoch; each deed has one at least.
	fn first_due(asking: &mut Asking, state: &ChainState) -> Due {
		(0..CLOCK.slots_per_epoch())
			.find_map(|slot| {
				asking.due(Position { epoch: 0, slot }, state, &SystemRng).first().copied()
			})
			.expect("the deed draws a slot")
	}

	#[test]
	fn nobody_should_be_asked_by_a_node_that_is_no_oracle_or_without_a_seed() {
		let positions = || (0..CLOCK.slots_per_epoch()).map(|slot| Position { epoch: 0, slot });
		let stranger = ChainState { oracles: vec![node().key()], ..seeded_chain() };
		let mut asking = asking();
		for position in positions() {
			assert!(asking.due(position, &stranger, &SystemRng).is_empty());
		}
		let no_seed = ChainState { epoch_seeds: BTreeMap::new(), ..seeded_chain() };
		for position in positions() {
			assert!(asking.due(position, &no_seed, &SystemRng).is_empty());
		}
		// The seed comes late, and the slots that were passed over are not lost.
		let due: Vec<Due> = positions()
			.flat_map(|position| asking.due(position, &seeded_chain(), &SystemRng))
			.collect();
		assert!(!due.is_empty());
		assert!(due.iter().all(|due| due.deed == DEED && due.node == node().key()));
	}

	#[test]
	fn node_should_be_blamed_only_for_what_others_could_have_done() {
		let answered = |answer: &dyn Fn(&Due) -> Result<Vec<u8>, RequestError>, has_peer| {
			let mut asking = asking();
			let due = first_due(&mut asking, &seeded_chain());
			let answer = answer(&due);
			let lost = asking.settle(&due, answer.as_deref(), 10, has_peer);
			let position = Position { epoch: due.challenge.epoch, slot: due.challenge.slot };
			assert!(lost.is_none() || lost == Some((DEED, position)));
			let (passed, unsent) = (asking.metrics().answered, asking.metrics().not_sent);
			(lost.is_some(), passed, unsent)
		};
		let refused = || RequestError::Refused { reason: "busy".to_owned() };
		let right = |due: &Due| Ok(answer_of(due).to_vec());
		assert_eq!(answered(&right, true), (false, 1, 0));
		assert_eq!(answered(&|_| Ok(vec![0; 64]), true), (true, 0, 0));
		assert_eq!(answered(&|_| Ok(Vec::new()), true), (true, 0, 0));
		for error in [RequestError::TimedOut, RequestError::Unreachable, refused()] {
			assert_eq!(answered(&|_| Err(error.clone()), true), (true, 0, 0), "{error}");
			// Whoever has no peer at all cannot tell who is away.
			assert_eq!(answered(&|_| Err(error.clone()), false), (false, 0, 1), "{error}");
		}
		for error in [RequestError::NoConnectionLeft, RequestError::Closed] {
			assert_eq!(answered(&|_| Err(error.clone()), true), (false, 0, 1), "{error}");
		}
	}

	#[test]
	fn answer_should_cost_the_slot_when_it_comes_too_late() {
		let mut asking = asking();
		let due = first_due(&mut asking, &seeded_chain());
		let signature = answer_of(&due);
		assert!(asking.settle(&due, Ok(&signature), 3_001, true).is_some());
		// It is settled, whatever comes after.
		assert_eq!(asking.settle(&due, Ok(&signature), 10, true), None);
	}
}
