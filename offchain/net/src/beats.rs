// SPDX-License-Identifier: Apache-2.0

//! Beats, as the actor carries them.

use crate::{
	actor::Actor,
	behaviour::SCORE_THRESHOLDS,
	error::PublishError,
	handle::{Beat, BeatReceipt, Verdict},
	identity::node_of,
};
use libp2p::{
	PeerId,
	gossipsub::{self, MessageAcceptance},
};
use r1_primitives::BEAT_BYTES_MAX;
use tokio::sync::mpsc::error::TrySendError;

impl Actor {
	pub(crate) fn publish(&mut self, bytes: Vec<u8>) -> Result<(), PublishError> {
		let length = bytes.len();
		match self.swarm.behaviour_mut().gossip.publish(self.topic.clone(), bytes) {
			// A beat that is out already need not go out again.
			Ok(_) | Err(gossipsub::PublishError::Duplicate) => Ok(()),
			Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => Err(PublishError::NoPeers),
			Err(gossipsub::PublishError::AllQueuesFull(_)) => Err(PublishError::Busy),
			// The length was checked, and our key signs anything: what is left is the envelope.
			Err(_) => Err(PublishError::TooLarge { bytes: length }),
		}
	}

	pub(crate) fn judge(&mut self, receipt: &BeatReceipt, verdict: Verdict) {
		let acceptance = match verdict {
			Verdict::Accept => MessageAcceptance::Accept,
			Verdict::Reject => MessageAcceptance::Reject,
			Verdict::Ignore => MessageAcceptance::Ignore,
		};
		self.swarm.behaviour_mut().gossip.report_message_validation_result(
			&receipt.message,
			&receipt.passed_on_by,
			acceptance,
		);
	}

	/// Counts the peers that gossip does not listen to any more.
	pub(crate) fn count_graylisted(&self) {
		let gossip = &self.swarm.behaviour().gossip;
		let is_graylisted = |peer: &&PeerId| {
			gossip
				.peer_score(peer)
				.is_some_and(|score| score < SCORE_THRESHOLDS.graylist_threshold)
		};
		let graylisted = self.peers.keys().filter(is_graylisted).count();
		let graylisted = i64::try_from(graylisted).unwrap_or(i64::MAX);
		self.ports.metrics.graylisted_peers.set(graylisted);
	}

	pub(crate) fn on_gossip(&mut self, receipt: BeatReceipt, message: gossipsub::Message) {
		if BEAT_BYTES_MAX < message.data.len() {
			return self.judge(&receipt, Verdict::Reject);
		}
		// Strict validation has checked the source's signature.
		let author = message.source.filter(|source| self.is_admitted(source));
		let Some(author) = author.and_then(|source| node_of(&source)) else {
			// Whoever passed it on may follow the chain a block ahead of us.
			return self.judge(&receipt, Verdict::Ignore);
		};
		self.ports.metrics.beats_received.inc();
		let beat = Beat { author, bytes: message.data, receipt };
		if let Err(TrySendError::Full(beat) | TrySendError::Closed(beat)) =
			self.beats.try_send(beat)
		{
			self.ports.metrics.beats_dropped.inc();
			self.judge(&beat.receipt, Verdict::Ignore);
		}
	}
}
