// SPDX-License-Identifier: Apache-2.0

//! The bitswap message and the frame around it.

use crate::{
	bitswap::message::{ENTRIES_MAX, Message, MessageError, Presence, WantEntry, WantKind},
	frame::{read_frame, write_frame},
};
use bytes::Bytes;
use cid::Cid;
use futures::{executor::block_on, io::Cursor};
use proptest::prelude::*;
use r1_core::{
	ContentHash, DAG_PB_CODEC, RAW_CODEC, cid_of, limits::BLOCK_BYTES_MAX, protobuf::Writer,
};
use std::io::ErrorKind;

fn cid() -> impl Strategy<Value = Cid> {
	(prop_oneof![Just(RAW_CODEC), Just(DAG_PB_CODEC), any::<u64>()], any::<[u8; 8]>())
		.prop_map(|(codec, seed)| cid_of(codec, &seed))
}

fn want_have(cid: Cid) -> Message {
	let entry = WantEntry { cid, kind: WantKind::Have, send_dont_have: true };
	Message { wants: vec![entry], ..Message::default() }
}

fn want() -> impl Strategy<Value = WantEntry> {
	let kind = prop_oneof![Just(WantKind::Block), Just(WantKind::Have), Just(WantKind::Cancel)];
	(cid(), kind, any::<bool>()).prop_map(|(cid, kind, send_dont_have)| WantEntry {
		cid,
		kind,
		send_dont_have,
	})
}

fn block() -> impl Strategy<Value = (Cid, Bytes)> {
	(any::<bool>(), prop::collection::vec(any::<u8>(), 0..200)).prop_map(|(is_raw, block)| {
		let codec = if is_raw { RAW_CODEC } else { DAG_PB_CODEC };
		(cid_of(codec, &block), block.into())
	})
}

fn message() -> impl Strategy<Value = Message> {
	let presence = prop_oneof![Just(Presence::Have), Just(Presence::DontHave)];
	(
		any::<bool>(),
		prop::collection::vec(want(), 0..6),
		prop::collection::vec(block(), 0..6),
		prop::collection::vec((cid(), presence), 0..6),
	)
		.prop_map(|(full, wants, blocks, presences)| Message { full, wants, blocks, presences })
}

proptest! {
	#[test]
	fn decode_should_read_what_encode_wrote(message in message()) {
		prop_assert_eq!(Message::decode(&message.encode().into()), Ok(message));
	}

	#[test]
	fn decode_should_end_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
		// Either outcome is right; a panic is not.
		let _outcome = Message::decode(&bytes.into());
	}

	#[test]
	fn decode_should_end_on_damaged_messages(
		message in message(),
		damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
	) {
		let mut bytes = message.encode();
		for (position, byte) in damage {
			if !bytes.is_empty() {
				let position = position.index(bytes.len());
				bytes[position] = byte;
			}
		}
		if let Ok(damaged) = Message::decode(&bytes.into()) {
			// Whatever became of it: a block is never under a CID that it does not hash to.
			for (cid, block) in damaged.blocks {
				prop_assert!(r1_core::check_block(&cid, &block).is_ok());
			}
		}
	}

	#[test]
	fn decode_should_never_read_more_out_of_a_part_than_out_of_the_whole(
		message in message(),
		end in any::<prop::sample::Index>(),
	) {
		let bytes = Bytes::from(message.encode());
		let end = end.index(bytes.len() + 1);
		if let Ok(part) = Message::decode(&bytes.slice(..end)) {
			prop_assert!(message.wants.starts_with(&part.wants));
			prop_assert!(message.blocks.starts_with(&part.blocks));
			prop_assert!(message.presences.starts_with(&part.presences));
		}
	}

	#[test]
	fn decode_should_skip_fields_that_it_does_not_know(
		message in message(),
		number in 5..1_000_u32,
		unknown in prop::collection::vec(any::<u8>(), 0..50),
	) {
		let mut field = Writer::new();
		field.bytes(number, &unknown);
		let bytes = [field.finish(), message.encode()].concat();
		prop_assert_eq!(Message::decode(&bytes.into()), Ok(message));
	}

	#[test]
	fn frame_should_round_trip_and_end_on_any_bytes(
		frame in prop::collection::vec(any::<u8>(), 0..400),
	) {
		let mut stream = Vec::new();
		block_on(write_frame(&mut stream, &frame)).unwrap();
		let read = block_on(read_frame(&mut Cursor::new(stream), 400)).unwrap();
		prop_assert_eq!(read.as_deref(), Some(frame.as_slice()));
		let _outcome = block_on(read_frame(&mut Cursor::new(frame), 400));
	}
}

#[test]
fn encode_should_equal_the_bytes_of_the_specification() {
	// Written out field by field from the bitswap 1.2.0 message definition.
	let cid = cid_of(RAW_CODEC, b"hello world");
	let cid_bytes = cid.to_bytes();
	let mut entry = vec![0x0a, 36];
	entry.extend(&cid_bytes);
	entry.extend([0x10, 1, 0x20, 1, 0x28, 1]);
	let mut expected = vec![0x0a, entry.len() as u8 + 2, 0x0a, entry.len() as u8];
	expected.extend(&entry);
	assert_eq!(want_have(cid).encode(), expected);

	let mut payload = vec![0x0a, 4, 0x01, 0x55, 0x12, 0x20, 0x12, 11];
	payload.extend(b"hello world");
	let mut expected = vec![0x1a, payload.len() as u8];
	expected.extend(&payload);
	let blocks = vec![(cid, Bytes::from_static(b"hello world"))];
	assert_eq!(Message { blocks, ..Message::default() }.encode(), expected);

	let mut presence = vec![0x0a, 36];
	presence.extend(&cid_bytes);
	presence.extend([0x10, 1]);
	let mut expected = vec![0x22, presence.len() as u8];
	expected.extend(&presence);
	let presences = vec![(cid, Presence::DontHave)];
	assert_eq!(Message { presences, ..Message::default() }.encode(), expected);
}

#[test]
fn decode_should_name_a_block_by_its_bytes_and_skip_unknown_hashes() {
	let payload = |prefix: &[u8]| {
		let mut payload = Writer::new();
		payload.bytes(1, prefix).bytes(2, b"data");
		let mut message = Writer::new();
		message.bytes(3, &payload.finish());
		Message::decode(&message.finish().into())
	};
	let blocks = payload(&[1, 0x55, 0x12, 0x20]).unwrap().blocks;
	assert_eq!(blocks, [(cid_of(RAW_CODEC, b"data"), Bytes::from_static(b"data"))]);
	// Version 0 is what old tools call a dag-pb block.
	let blocks = payload(&[0, 0x70, 0x12, 0x20]).unwrap().blocks;
	assert!(blocks[0].0.to_string().starts_with("Qm"));
	let blocks = payload(&[1, 0x55, 0x1e, 0x20]).unwrap().blocks;
	let cid = ContentHash::Blake3.cid_of(RAW_CODEC, b"data");
	assert_eq!(blocks, [(cid, Bytes::from_static(b"data"))]);
	let sent = Message { blocks, ..Message::default() };
	assert_eq!(Message::decode(&sent.encode().into()), Ok(sent));
	// SHA2-512.
	assert_eq!(payload(&[1, 0x55, 0x13, 0x40]).unwrap().blocks, []);
	assert_eq!(payload(&[7, 0x55, 0x12, 0x20]), Err(MessageError::InvalidCid));
	assert_eq!(payload(&[0, 0x55, 0x12, 0x20]), Err(MessageError::InvalidCid));
	assert!(matches!(payload(&[1, 0x55]), Err(MessageError::Protobuf(_))));
}

#[test]
fn decode_should_refuse_more_than_a_message_may_hold() {
	let cid = cid_of(RAW_CODEC, b"x");
	let wants = |count| {
		let entry = want_have(cid).wants[0];
		Message { wants: vec![entry; count], ..Message::default() }.encode().into()
	};
	assert!(Message::decode(&wants(ENTRIES_MAX)).is_ok());
	assert_eq!(Message::decode(&wants(ENTRIES_MAX + 1)), Err(MessageError::TooManyEntries));

	let bytes = BLOCK_BYTES_MAX + 1;
	let block = (cid, Bytes::from(vec![0; bytes]));
	let message = Message { blocks: vec![block], ..Message::default() };
	assert_eq!(
		Message::decode(&message.encode().into()),
		Err(MessageError::BlockTooLarge { bytes })
	);
}

#[test]
fn frame_should_be_refused_before_it_is_read_when_it_is_too_long() {
	let read = |bytes: &[u8], limit| {
		let mut stream = Cursor::new(bytes.to_vec());
		let outcome = block_on(read_frame(&mut stream, limit));
		(outcome.map_err(|error| error.kind()), stream.position())
	};
	assert_eq!(read(&[], 9), (Ok(None), 0));
	assert_eq!(read(&[2, 7, 7], 2).0, Ok(Some(Bytes::from_static(&[7, 7]))));
	assert_eq!(read(&[3, 7, 7, 7], 2), (Err(ErrorKind::InvalidData), 1));
	assert_eq!(read(&[3, 7], 9).0, Err(ErrorKind::UnexpectedEof));
	assert_eq!(read(&[0x80], 9).0, Err(ErrorKind::UnexpectedEof));
	assert_eq!(read(&[0xff; 9], usize::MAX).0, Err(ErrorKind::InvalidData));
}
