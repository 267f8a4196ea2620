// SPDX-License-Identifier: Apache-2.0

//! Beats, as the actor carries them.

use crate::{
	actor::Actor,
	defaults::{PASS_ON, PASS_ON_MAX},
	error::PublishError,
	gossip::{SCORE_THRESHOLDS, beat_topic},
	handle::{Beat, BeatReceipt, Verdict},
};
use libp2p::{
	PeerId,
	gossipsub::{self, MessageAcceptance},
};
use r1_primitives::BEAT_BYTES_MAX;
use std::mem;
use tokio::{sync::mpsc::error::TrySendError, time::Instant};

impl Actor {
	pub(crate) fn publish(&mut self, bytes: Vec<u8>) -> Result<(), PublishError> {
		let length = bytes.len();
		match self.swarm.behaviour_mut().gossip.publish(beat_topic(), bytes) {
			// A beat that is out already need not go out again.
			Ok(_) | Err(gossipsub::PublishError::Duplicate) => Ok(()),
			Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => Err(PublishError::NoPeers),
			Err(gossipsub::PublishError::AllQueuesFull(_)) => Err(PublishError::Busy),
			// The length was checked: what is left is the envelope.
			Err(_) => Err(PublishError::TooLarge { bytes: length }),
		}
	}

	/// Tells gossip what a beat is worth; of an accepted one a little later, together with others.
	pub(crate) fn judge(&mut self, receipt: BeatReceipt, verdict: Verdict) {
		match verdict {
			Verdict::Accept => {
				self.accepted.push(receipt);
				self.pass_on_at.get_or_insert_with(|| Instant::now() + PASS_ON);
				if PASS_ON_MAX <= self.accepted.len() {
					self.pass_on();
				}
			},
			Verdict::Reject => self.report(&receipt, MessageAcceptance::Reject),
			Verdict::Ignore => self.report(&receipt, MessageAcceptance::Ignore),
		}
	}

	/// Passes on the beats that were accepted since the last time.
	pub(crate) fn pass_on(&mut self) {
		self.pass_on_at = None;
		for receipt in mem::take(&mut self.accepted) {
			self.report(&receipt, MessageAcceptance::Accept);
		}
	}

	fn report(&mut self, receipt: &BeatReceipt, acceptance: MessageAcceptance) {
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

	pub(crate) fn on_gossip(&mut self, receipt: BeatReceipt, bytes: Vec<u8>) {
		if BEAT_BYTES_MAX < bytes.len() {
			return self.judge(receipt, Verdict::Reject);
		}
		self.ports.metrics.beats_received.inc();
		let beat = Beat { bytes, receipt };
		if let Err(TrySendError::Full(beat) | TrySendError::Closed(beat)) =
			self.beats.try_send(beat)
		{
			self.ports.metrics.beats_dropped.inc();
			self.judge(beat.receipt, Verdict::Ignore);
		}
	}
}
