// SPDX-License-Identifier: Apache-2.0

//! What is gossiped, as the actor carries it.

use crate::{
	actor::Actor,
	defaults::{PASS_ON, PASS_ON_MAX},
	error::PublishError,
	faults::Fault,
	gossip::SCORE_THRESHOLDS,
	handle::{Gossiped, Receipt, Verdict},
	topic::Topic,
};
use libp2p::{
	PeerId,
	gossipsub::{self, MessageAcceptance},
};
use std::mem;
use tokio::{
	sync::mpsc::{self, error::TrySendError},
	time::Instant,
};

/// Where messages wait for whoever judges them, topic by topic.
#[derive(Debug)]
pub(crate) struct Judges {
	beats: mpsc::Sender<Gossiped>,
	revocations: mpsc::Sender<Gossiped>,
}

/// The other ends of [`Judges`].
#[derive(Debug)]
pub(crate) struct Heard {
	pub(crate) beats: mpsc::Receiver<Gossiped>,
	pub(crate) revocations: mpsc::Receiver<Gossiped>,
}

impl Judges {
	pub(crate) fn new() -> (Self, Heard) {
		let (beats, heard_beats) = mpsc::channel(Topic::Beat.waiting_max());
		let (revocations, heard_revocations) = mpsc::channel(Topic::Revocation.waiting_max());
		let heard = Heard { beats: heard_beats, revocations: heard_revocations };
		(Self { beats, revocations }, heard)
	}

	fn of(&self, topic: Topic) -> &mpsc::Sender<Gossiped> {
		match topic {
			Topic::Beat => &self.beats,
			Topic::Revocation => &self.revocations,
		}
	}
}

impl Actor {
	pub(crate) fn publish(&mut self, topic: Topic, bytes: Vec<u8>) -> Result<(), PublishError> {
		let length = bytes.len();
		match self.swarm.behaviour_mut().gossip.publish(topic.ident(), bytes) {
			// What is out already need not go out again.
			Ok(_) | Err(gossipsub::PublishError::Duplicate) => Ok(()),
			Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => Err(PublishError::NoPeers),
			Err(gossipsub::PublishError::AllQueuesFull(_)) => Err(PublishError::Busy),
			// The length was checked: what is left is the envelope.
			Err(_) => Err(PublishError::TooLarge { bytes: length }),
		}
	}

	pub(crate) fn on_gossip(&mut self, receipt: Receipt, bytes: Vec<u8>) {
		let topic = receipt.topic;
		if topic.bytes_max() < bytes.len() {
			return self.judge(receipt, Verdict::Reject);
		}
		self.ports.metrics.gossip_received(topic).inc();
		let gossiped = Gossiped { bytes, receipt };
		if let Err(TrySendError::Full(gossiped) | TrySendError::Closed(gossiped)) =
			self.judges.of(topic).try_send(gossiped)
		{
			self.ports.metrics.gossip_dropped(topic).inc();
			self.judge(gossiped.receipt, Verdict::Ignore);
		}
	}

	/// Tells gossip what a message is worth.
	///
	/// Of an accepted beat a little later, together with others. Revocations are rare: there would
	/// be no others.
	pub(crate) fn judge(&mut self, receipt: Receipt, verdict: Verdict) {
		match (verdict, receipt.topic) {
			(Verdict::Accept, Topic::Beat) => {
				self.accepted.push(receipt);
				self.pass_on_at.get_or_insert_with(|| Instant::now() + PASS_ON);
				if PASS_ON_MAX <= self.accepted.len() {
					self.pass_on();
				}
			},
			(Verdict::Accept, Topic::Revocation) => {
				self.report(&receipt, MessageAcceptance::Accept);
			},
			(Verdict::Reject, _) => self.report(&receipt, MessageAcceptance::Reject),
			(Verdict::Ignore, _) => self.report(&receipt, MessageAcceptance::Ignore),
		}
	}

	/// Passes on the beats that were accepted since the last time.
	pub(crate) fn pass_on(&mut self) {
		self.pass_on_at = None;
		for receipt in mem::take(&mut self.accepted) {
			self.report(&receipt, MessageAcceptance::Accept);
		}
	}

	fn report(&mut self, receipt: &Receipt, acceptance: MessageAcceptance) {
		self.swarm.behaviour_mut().gossip.report_message_validation_result(
			&receipt.message,
			&receipt.passed_on_by,
			acceptance,
		);
	}

	/// Notes that a peer broke the rules of another protocol.
	pub(crate) fn blame(&mut self, peer: PeerId, fault: Fault) {
		tracing::debug!(target: "r1::net", %peer, ?fault, "a peer breaks the rules");
		let score = self.faults.note(peer, fault, self.ports.clock.monotonic_ms());
		// A peer that is gone has none; if it comes back, it has what is left of it then.
		let _gone = self.swarm.behaviour_mut().gossip.set_application_score(&peer, score);
	}

	/// Lets faults fade.
	pub(crate) fn refresh_faults(&mut self, now_ms: u64) {
		for (peer, score) in self.faults.scores(now_ms) {
			let _gone = self.swarm.behaviour_mut().gossip.set_application_score(&peer, score);
		}
	}

	/// Whether a peer is not listened to any more.
	pub(crate) fn is_graylisted(&self, peer: &PeerId) -> bool {
		let score = self.swarm.behaviour().gossip.peer_score(peer);
		score.is_some_and(|score| score < SCORE_THRESHOLDS.graylist_threshold)
	}

	/// Counts the peers that are not listened to any more.
	pub(crate) fn count_graylisted(&self) {
		let graylisted = self.peers.keys().filter(|peer| self.is_graylisted(peer)).count();
		let graylisted = i64::try_from(graylisted).unwrap_or(i64::MAX);
		self.ports.metrics.graylisted_peers.set(graylisted);
	}
}
