// SPDX-License-Identifier: Apache-2.0

//! A replica of the store as a process of its own, without a chain: who it is, and what it is asked.
//!
//! `r1-replica` runs what the daemon runs, the store and the mesh, among members that it is told of
//! instead of reading them from a chain. Clients speak with it over a Unix socket, which reaches it
//! also while its cable is pulled.

use crate::namespace::machine_address;
use anyhow::{Context, Result, ensure};
use codec::{Decode, Encode};
use r1_core::NodeIdentity;
use r1_cstore::{Digest, Record, Stamp};
use std::io::{Read, Write};
use zombienet_sdk::generators::generate_node_identity;

/// The namespace that all replicas have.
pub const NAMESPACE: &str = "job/7";

/// Where replicas listen for each other.
const MESH_PORT: u16 = 4101;

/// Longest message between a client and a replica, in bytes: all that a test writes.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// A replica as others see it.
#[derive(Debug)]
pub struct Peer {
	/// Its key, which is no secret here.
	pub identity: NodeIdentity,
	/// Where it listens, as a multiaddress.
	pub listen: String,
	/// The same, as others dial it.
	pub address: String,
}

impl Peer {
	/// The replica on the machine of that number, in a network of the first three parts of an address.
	///
	/// # Errors
	///
	/// No key can be made for it.
	pub fn of(number: u8, network: &str) -> Result<Self> {
		let (seed, peer_id) = generate_node_identity(&format!("replica-{number}"))
			.with_context(|| format!("replica {number} has no identity"))?;
		let mut bytes = [0; 32];
		hex::decode_to_slice(&seed, &mut bytes).context("a seed has 32 bytes")?;
		let machine = machine_address(network, number);
		let listen = format!("/ip4/{machine}/tcp/{MESH_PORT}");
		let address = format!("{listen}/p2p/{peer_id}");
		Ok(Self { identity: NodeIdentity::from_seed(&bytes), listen, address })
	}
}

/// What a client asks of a replica.
#[derive(Clone, Debug, Decode, Encode)]
pub enum Question {
	/// What a key holds that the replicas agree on.
	Look {
		/// The key.
		key: Vec<u8>,
	},
	/// To replace what such a key holds, or to delete it.
	Replace {
		/// The key.
		key: Vec<u8>,
		/// Only if it has this version.
		expected: Option<u64>,
		/// What it shall hold.
		value: Option<Vec<u8>>,
	},
	/// To write a key that each replica writes for itself.
	Write {
		/// What.
		wish: Wish,
		/// On how many replicas it shall be, this one among them.
		copies: u32,
	},
	/// Everything that it holds of those.
	Contents,
	/// The digest of that.
	Root,
	/// How many bytes it has sent to others.
	SentBytes,
	/// How its machine and its network behave from now on.
	Conduct(Conduct),
}

/// A write of a key that each replica writes for itself.
#[derive(Clone, Debug, Decode, Encode)]
pub enum Wish {
	/// Puts a member into a set.
	Add {
		/// The set.
		set: Vec<u8>,
		/// The member.
		member: Vec<u8>,
	},
	/// Takes it out.
	Remove {
		/// The set.
		set: Vec<u8>,
		/// The member.
		member: Vec<u8>,
	},
	/// Adds one.
	Count {
		/// The counter.
		key: Vec<u8>,
	},
	/// Sets a value, or deletes it.
	Set {
		/// The key.
		key: Vec<u8>,
		/// The value.
		value: Option<Vec<u8>>,
	},
}

/// How the machine and the network of a replica behave.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct Conduct {
	/// How far its clock is ahead, in milliseconds.
	pub ahead_ms: u64,
	/// Whether messages to others get lost, are doubled or late.
	pub is_lossy: bool,
	/// Whether nothing goes to others, or comes from them.
	pub is_cut_off: bool,
}

/// What a replica answers.
#[derive(Clone, Debug, Decode, Encode)]
pub enum Answer {
	/// The key was changed, and has this version now.
	Changed(u64),
	/// It was not, and holds this.
	Holds {
		/// The version.
		version: u64,
		/// The value.
		value: Option<Vec<u8>>,
	},
	/// It is not known whether it was.
	Unknown,
	/// Nothing was changed, and why.
	Nothing(String),
	/// It is written.
	Written {
		/// When, as the record says; nothing if it was so before.
		stamp: Option<Stamp>,
		/// On how many replicas it is, at least.
		copies: u32,
	},
	/// What it holds.
	Contents(Contents),
	/// The digest of that.
	Root(Digest),
	/// So many.
	SentBytes(u64),
	/// It behaves so.
	Done,
}

/// What a replica holds.
#[derive(Clone, Debug, Decode, Encode)]
pub struct Contents {
	/// The digest of the records.
	pub root: Digest,
	/// Before when deletions were forgotten, in milliseconds of Unix time.
	pub horizon_ms: u64,
	/// All of them.
	pub records: Vec<Record>,
}

/// A message as it is sent: its length, and it.
///
/// # Errors
///
/// It is too long.
pub fn to_frame(message: &impl Encode) -> Result<Vec<u8>> {
	let bytes = message.encode();
	ensure!(bytes.len() <= MESSAGE_BYTES_MAX, "a message has {} bytes", bytes.len());
	let length = u32::try_from(bytes.len()).context("a message is too long")?;
	Ok([length.to_le_bytes().as_slice(), &bytes].concat())
}

/// How long a message is, by the four bytes before it.
///
/// # Errors
///
/// It is too long.
pub fn frame_length(bytes: [u8; 4]) -> Result<usize> {
	let length = usize::try_from(u32::from_le_bytes(bytes)).context("a message is too long")?;
	ensure!(length <= MESSAGE_BYTES_MAX, "a message has {length} bytes");
	Ok(length)
}

/// Asks a replica by a connection to it.
///
/// # Errors
///
/// It is gone, or does not answer in time.
pub fn ask(connection: &mut (impl Read + Write), question: &Question) -> Result<Answer> {
	connection.write_all(&to_frame(question)?).context("the replica is gone")?;
	let mut length = [0; 4];
	connection.read_exact(&mut length).context("the replica does not answer")?;
	let mut bytes = vec![0; frame_length(length)?];
	connection.read_exact(&mut bytes).context("the replica does not answer")?;
	Answer::decode(&mut bytes.as_slice()).context("the replica's answer is none")
}
