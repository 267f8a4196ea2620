// SPDX-License-Identifier: Apache-2.0

//! What a peer is answered, from what the store has.

use super::{
	message::{Message, Presence, WantEntry, WantKind},
	serve::Answered,
};
use bytes::Bytes;
use r1_core::{BlockStore, error_chain, limits::BLOCK_BYTES_MAX};

/// Bytes of blocks at which a message is sent off and the next one begun.
///
/// With one block of 2 MiB on top it stays below the 4 MiB that anybody reads.
pub(crate) const ANSWER_BYTES: usize = 512 * 1024;

/// Answers entries, as many as one message holds; returns it, and what becomes of all entries.
///
/// Blocks the thread while the store reads.
pub(crate) fn answer_some(store: &dyn BlockStore, entries: Vec<WantEntry>) -> (Message, Answered) {
	let (mut message, mut answered) = (Message::default(), Answered::default());
	let mut bytes = 0;
	let mut entries = entries.into_iter();
	while bytes < ANSWER_BYTES
		&& let Some(entry) = entries.next()
	{
		answered.entries += 1;
		match look_up(store, &entry) {
			Some(Found::Block(block)) => {
				bytes += block.len();
				message.blocks.push((entry.cid, block));
			},
			Some(Found::Here) => message.presences.push((entry.cid, Presence::Have)),
			None => {
				if entry.send_dont_have {
					message.presences.push((entry.cid, Presence::DontHave));
				}
				answered.missing.push(entry);
			},
		}
	}
	answered.bytes = bytes as u64;
	answered.rest = entries.collect();
	(message, answered)
}

/// What an entry asks for.
enum Found {
	Block(Bytes),
	Here,
}

/// To a peer, a block that cannot be read is not there, nor is one that it would have to refuse.
fn look_up(store: &dyn BlockStore, entry: &WantEntry) -> Option<Found> {
	let cid = &entry.cid;
	let found = match entry.kind {
		WantKind::Block => store.get(cid).map(|block| block.map(Found::Block)),
		WantKind::Have => store.has(cid).map(|has| has.then_some(Found::Here)),
		WantKind::Cancel => Ok(None),
	};
	match found {
		Ok(Some(Found::Block(block))) if BLOCK_BYTES_MAX < block.len() => {
			tracing::warn!(target: "r1::net", %cid, bytes = block.len(), "block is too large to be served");
			None
		},
		Ok(found) => found,
		Err(error) => {
			tracing::warn!(target: "r1::net", %cid, error = error_chain(&error), "could not serve a block");
			None
		},
	}
}
