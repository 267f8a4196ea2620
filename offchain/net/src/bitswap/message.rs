// SPDX-License-Identifier: Apache-2.0

//! The bitswap message on the wire.
//!
//! Decoding is where untrusted bytes become types: everything is counted, and a block gets the CID
//! that its bytes hash to, never the one that its sender would like it to have.

use bytes::Bytes;
use cid::{Cid, Version};
use r1_core::{
	ContentHash,
	limits::{BLOCK_BYTES_MAX, CID_BYTES_MAX},
	protobuf::{ProtobufError, Reader, Writer, put_varint, take_varint},
};

/// Largest message that is read, in bytes: what IPFS tools send at most (4 MiB).
pub(crate) const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Wants, presences and blocks that one message may hold, of each.
///
/// IPFS tools send at most 1 024 wants; four times that leaves room for others.
pub(crate) const ENTRIES_MAX: usize = 4_096;

/// What one node says to another.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Message {
	/// Whether `wants` replaces all earlier wants of the sender.
	pub(crate) full: bool,
	/// What the sender wants, or does not want any more.
	pub(crate) wants: Vec<WantEntry>,
	/// Blocks, under the CIDs that they hash to.
	pub(crate) blocks: Vec<(Cid, Bytes)>,
	/// What the sender has or lacks.
	pub(crate) presences: Vec<(Cid, Presence)>,
}

/// One entry of a want list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct WantEntry {
	/// The block.
	pub(crate) cid: Cid,
	/// What is wanted of it.
	pub(crate) kind: WantKind,
	/// Whether "no" shall be said aloud.
	pub(crate) send_dont_have: bool,
}

/// What a sender wants of a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum WantKind {
	/// The block itself.
	Block,
	/// To know whether it is there.
	Have,
	/// Nothing any more.
	Cancel,
}

/// Whether a sender has a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Presence {
	/// It has.
	Have,
	/// It has not.
	DontHave,
}

impl Message {
	/// Whether the message says nothing.
	pub(crate) fn is_empty(&self) -> bool {
		!self.full && self.wants.is_empty() && self.blocks.is_empty() && self.presences.is_empty()
	}

	/// The message as it is sent, without the length before it.
	pub(crate) fn encode(&self) -> Vec<u8> {
		let mut message = Writer::new();
		if self.full || !self.wants.is_empty() {
			message.bytes(1, &encode_want_list(self));
		}
		for (cid, block) in &self.blocks {
			let mut payload = Writer::new();
			payload.bytes(1, &prefix_of(cid)).bytes(2, block);
			message.bytes(3, &payload.finish());
		}
		for (cid, presence) in &self.presences {
			let mut encoded = Writer::new();
			encoded
				.bytes(1, &cid.to_bytes())
				.varint(2, u64::from(*presence == Presence::DontHave));
			message.bytes(4, &encoded.finish());
		}
		message.finish()
	}

	/// Reads a message. Blocks with a hash that we cannot check are left out.
	///
	/// # Errors
	///
	/// The bytes are no message, or hold more than a message may.
	pub(crate) fn decode(bytes: &Bytes) -> Result<Self, MessageError> {
		let mut message = Self::default();
		let mut reader = Reader::new(bytes);
		while let Some(field) = reader.next_field()? {
			match field.number {
				1 => decode_want_list(field.bytes()?, &mut message)?,
				3 => {
					check_count(message.blocks.len())?;
					message.blocks.extend(decode_block(bytes, field.bytes()?)?);
				},
				4 => {
					check_count(message.presences.len())?;
					message.presences.push(decode_presence(field.bytes()?)?);
				},
				// Blocks of bitswap 1.0 without a prefix, and the count of pending bytes.
				_ => {},
			}
		}
		Ok(message)
	}
}

fn encode_want_list(message: &Message) -> Vec<u8> {
	let mut list = Writer::new();
	for want in &message.wants {
		let mut entry = Writer::new();
		// All wants are equally urgent to us.
		entry.bytes(1, &want.cid.to_bytes()).varint(2, 1);
		match want.kind {
			WantKind::Cancel => entry.varint(3, 1),
			WantKind::Block => &mut entry,
			WantKind::Have => entry.varint(4, 1),
		};
		if want.send_dont_have {
			entry.varint(5, 1);
		}
		list.bytes(1, &entry.finish());
	}
	if message.full {
		list.varint(2, 1);
	}
	list.finish()
}

fn decode_want_list(list: &[u8], message: &mut Message) -> Result<(), MessageError> {
	let mut reader = Reader::new(list);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => {
				check_count(message.wants.len())?;
				message.wants.push(decode_want(field.bytes()?)?);
			},
			2 => message.full = field.varint()? != 0,
			_ => {},
		}
	}
	Ok(())
}

fn decode_want(entry: &[u8]) -> Result<WantEntry, MessageError> {
	let (mut cid, mut cancel, mut have, mut send_dont_have) = (None, false, false, false);
	let mut reader = Reader::new(entry);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => cid = Some(decode_cid(field.bytes()?)?),
			3 => cancel = field.varint()? != 0,
			4 => have = field.varint()? != 0,
			5 => send_dont_have = field.varint()? != 0,
			_ => {},
		}
	}
	let kind = match (cancel, have) {
		(true, _) => WantKind::Cancel,
		(false, true) => WantKind::Have,
		(false, false) => WantKind::Block,
	};
	Ok(WantEntry { cid: cid.ok_or(MessageError::InvalidCid)?, kind, send_dont_have })
}

fn decode_presence(presence: &[u8]) -> Result<(Cid, Presence), MessageError> {
	let (mut cid, mut kind) = (None, Presence::Have);
	let mut reader = Reader::new(presence);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => cid = Some(decode_cid(field.bytes()?)?),
			2 if field.varint()? != 0 => kind = Presence::DontHave,
			_ => {},
		}
	}
	Ok((cid.ok_or(MessageError::InvalidCid)?, kind))
}

/// Reads a block and hashes it; `None` if its hash is one that we cannot check.
fn decode_block(message: &Bytes, payload: &[u8]) -> Result<Option<(Cid, Bytes)>, MessageError> {
	let (mut prefix, mut data) = (&[][..], &[][..]);
	let mut reader = Reader::new(payload);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => prefix = field.bytes()?,
			2 => data = field.bytes()?,
			_ => {},
		}
	}
	if BLOCK_BYTES_MAX < data.len() {
		return Err(MessageError::BlockTooLarge { bytes: data.len() });
	}
	let (version, rest) = take_varint(prefix)?;
	let (codec, rest) = take_varint(rest)?;
	let (hash, rest) = take_varint(rest)?;
	let (_digest_bytes, _rest) = take_varint(rest)?;
	let Some(hash) = ContentHash::of_code(hash) else { return Ok(None) };
	let version = Version::try_from(version).map_err(|_unknown| MessageError::InvalidCid)?;
	let cid = Cid::new(version, codec, *hash.cid_of(codec, data).hash())
		.map_err(|_contradiction| MessageError::InvalidCid)?;
	Ok(Some((cid, message.slice_ref(data))))
}

/// A CID without its digest, which whoever gets the block computes.
fn prefix_of(cid: &Cid) -> Vec<u8> {
	let mut prefix = Vec::with_capacity(8);
	put_varint(&mut prefix, cid.version().into());
	put_varint(&mut prefix, cid.codec());
	put_varint(&mut prefix, cid.hash().code());
	put_varint(&mut prefix, u64::from(cid.hash().size()));
	prefix
}

fn decode_cid(bytes: &[u8]) -> Result<Cid, MessageError> {
	if CID_BYTES_MAX < bytes.len() {
		return Err(MessageError::InvalidCid);
	}
	Cid::try_from(bytes).map_err(|_detail| MessageError::InvalidCid)
}

fn check_count(count: usize) -> Result<(), MessageError> {
	if count == ENTRIES_MAX {
		return Err(MessageError::TooManyEntries);
	}
	Ok(())
}

/// Why bytes are no bitswap message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum MessageError {
	/// The bytes are no Protocol Buffers message.
	#[error(transparent)]
	Protobuf(#[from] ProtobufError),
	/// A CID is missing or is none.
	#[error("message has an invalid CID")]
	InvalidCid,
	/// There are more wants, blocks or presences than a message may hold.
	#[error("message has more than {ENTRIES_MAX} entries of a kind")]
	TooManyEntries,
	/// A block is longer than any block may be.
	#[error("message has a block of {bytes} bytes, more than {BLOCK_BYTES_MAX}")]
	BlockTooLarge {
		/// The block's length.
		bytes: usize,
	},
}
