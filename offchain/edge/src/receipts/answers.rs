// SPDX-License-Identifier: Apache-2.0

//! What this node tells oracles of the requests that it has answered.

use super::Receipts;
use bytes::Bytes;
use r1_deeploy::receipts::{AuditAnswer, AuditProbe};
use r1_primitives::NodeKey;
use tracing::warn;

impl Receipts {
	/// Answers a probe about receipts. Nobody but an oracle sees what clients have asked, and of jobs
	/// whose specification lets nobody see it, no oracle does either.
	pub(crate) fn answer(&self, asker: &NodeKey, bytes: &[u8]) -> Bytes {
		let answer = match AuditProbe::decode(bytes) {
			Ok(probe) => self.answer_probe(asker, &probe),
			Err(error) => {
				warn!(target: "r1::edge", %error, "received a probe of another version");
				AuditAnswer::NotUnderstood
			},
		};
		#[cfg(test)]
		let answer = match *self.shared.lie.lock().unwrap() {
			Some(lie) => lie(answer),
			None => answer,
		};
		answer.encode().into()
	}

	fn answer_probe(&self, asker: &NodeKey, probe: &AuditProbe) -> AuditAnswer {
		let shared = &self.shared;
		let state = shared.chain.state();
		let is_oracle = state.is_some_and(|state| state.oracles.contains(asker));
		match shared.jobs.audits_receipts(probe.job()) {
			Some(true) if is_oracle => {},
			// What it may show it learns soon.
			None if is_oracle => return AuditAnswer::NotHere,
			_ => return AuditAnswer::NotAllowed,
		}
		let book = shared.lock();
		let recent = book.recent.get(&probe.job());
		match probe {
			AuditProbe::Recent { model, .. } => {
				AuditAnswer::Recent(recent.map_or_else(Vec::new, |recent| recent.receipts(model)))
			},
			AuditProbe::Payload { epoch, index, .. } => {
				let payload = recent.and_then(|recent| recent.payload(*epoch, *index));
				// What is long is copied when others may go on.
				drop(book);
				payload.map_or(AuditAnswer::NotHere, |payload| AuditAnswer::payload(&payload))
			},
		}
	}
}
