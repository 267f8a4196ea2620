// SPDX-License-Identifier: Apache-2.0

//! What a peer is answered, from what the store has.

use super::message::{Message, Presence, WantEntry, WantKind};
use cid::Cid;
use r1_core::{BlockStore, error_chain};
use std::collections::VecDeque;

/// Bytes of blocks at which a message is sent off and the next one begun.
///
/// With one block of 2 MiB on top it stays below the 4 MiB that anybody reads.
const ANSWER_BYTES: usize = 512 * 1024;

/// A part of the answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
	/// What is sent.
	pub(crate) message: Message,
	/// The blocks about which the peer has got what it asked.
	pub(crate) served: Vec<Cid>,
}

/// Takes entries off the front, as many as one message answers, and answers them.
///
/// Blocks the thread while the store reads.
pub(crate) fn answer_some(store: &dyn BlockStore, entries: &mut VecDeque<WantEntry>) -> Answer {
	let mut answer = Answer::default();
	let mut bytes = 0;
	while bytes < ANSWER_BYTES
		&& let Some(entry) = entries.pop_front()
	{
		bytes += answer.add(store, &entry);
	}
	answer
}

impl Answer {
	/// Answers one entry; returns how many bytes of block that adds.
	fn add(&mut self, store: &dyn BlockStore, entry: &WantEntry) -> usize {
		let cid = entry.cid;
		let block = match entry.kind {
			WantKind::Block => store.get(&cid),
			WantKind::Have => store.has(&cid).map(|has| has.then(bytes::Bytes::new)),
			WantKind::Cancel => return 0,
		};
		let block = block.unwrap_or_else(|error| {
			// To a peer, a block that cannot be read is not there.
			tracing::warn!(target: "r1::net", error = error_chain(&error), "could not serve a block");
			None
		});
		match (block, entry.kind) {
			(Some(block), WantKind::Block) => {
				let bytes = block.len();
				self.message.blocks.push((cid, block));
				self.served.push(cid);
				bytes
			},
			(Some(_), _) => {
				self.message.presences.push((cid, Presence::Have));
				self.served.push(cid);
				0
			},
			(None, _) => {
				if entry.send_dont_have {
					self.message.presences.push((cid, Presence::DontHave));
				}
				0
			},
		}
	}
}
