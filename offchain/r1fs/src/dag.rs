// SPDX-License-Identifier: Apache-2.0

//! The two formats of a block: dag-pb, a node with links, and UnixFS, what the node's data means.
//!
//! Written in the one canonical form: links before data, UnixFS fields ascending. Read leniently
//! in the order of fields, strictly in everything that could make a file out of thin air.

use crate::{
	defaults::{DIRECTORY_LINKS_MAX, LINKS_MAX},
	hamt::{SHARD_FANOUT, SHARD_HASH},
};
use cid::Cid;
use r1_core::{
	limits::CID_BYTES_MAX,
	protobuf::{ProtobufError, Reader, Writer},
};

/// UnixFS's number for bytes without a file around them.
const TYPE_RAW: u64 = 0;
/// UnixFS's number for a directory in one block.
const TYPE_DIRECTORY: u64 = 1;
/// UnixFS's number for a file.
const TYPE_FILE: u64 = 2;
/// UnixFS's number for a part of a directory that is spread over blocks.
const TYPE_SHARD: u64 = 5;
/// Children that a part of a spread directory may have when it is read; IPFS tools use 256.
const SHARD_FANOUT_MAX: u64 = 1_024;

/// A link from an inner node to a child.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Link {
	/// The child.
	pub(crate) cid: Cid,
	/// Bytes of the file that are below the child.
	pub(crate) file_bytes: u64,
	/// Bytes of all blocks from the child down, counting a block each time it is linked.
	pub(crate) dag_bytes: u64,
}

/// A node of a file's DAG, as read from a dag-pb block.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FileNode<'a> {
	/// The file's bytes that the node itself holds; they come before those of its children.
	pub(crate) data: &'a [u8],
	/// Children, and how many bytes of the file each says to hold; never zero.
	pub(crate) children: Vec<(Cid, u64)>,
	/// Bytes of the file in this node and below.
	pub(crate) file_bytes: u64,
}

/// Writes an inner node of a file; the result's length and the links give its own link.
pub(crate) fn encode_inner_node(links: &[Link]) -> Vec<u8> {
	let mut unixfs = Writer::new();
	unixfs.varint(1, TYPE_FILE);
	unixfs.varint(3, links.iter().map(|link| link.file_bytes).sum());
	for link in links {
		unixfs.varint(4, link.file_bytes);
	}

	let mut node = Writer::new();
	for link in links {
		let mut encoded = Writer::new();
		// The empty name is written out: every IPFS tool does, and it is part of the hash.
		encoded.bytes(1, &link.cid.to_bytes()).bytes(2, b"").varint(3, link.dag_bytes);
		node.bytes(2, &encoded.finish());
	}
	node.bytes(1, &unixfs.finish());
	node.finish()
}

/// Writes a directory; entries stand in the order of their names' bytes, as IPFS tools write them.
pub(crate) fn encode_directory<'a>(entries: impl Iterator<Item = (&'a str, &'a Link)>) -> Vec<u8> {
	let mut unixfs = Writer::new();
	unixfs.varint(1, TYPE_DIRECTORY);
	encode_named(entries, &unixfs.finish())
}

/// Writes a part of a spread directory; the names of its children begin with two digits, by which they
/// are in order. `taken` has a bit for each of them, the first child's the lowest.
pub(crate) fn encode_shard<'a>(
	children: impl Iterator<Item = (&'a str, &'a Link)>,
	taken: [u64; SHARD_FANOUT as usize / 64],
) -> Vec<u8> {
	let bitmap: Vec<u8> = taken
		.iter()
		.rev()
		.flat_map(|word| word.to_be_bytes())
		.skip_while(|byte| *byte == 0)
		.collect();
	let mut unixfs = Writer::new();
	unixfs.varint(1, TYPE_SHARD);
	unixfs.bytes(2, &bitmap).varint(5, SHARD_HASH).varint(6, SHARD_FANOUT);
	encode_named(children, &unixfs.finish())
}

fn encode_named<'a>(links: impl Iterator<Item = (&'a str, &'a Link)>, unixfs: &[u8]) -> Vec<u8> {
	let mut node = Writer::new();
	for (name, link) in links {
		let mut encoded = Writer::new();
		encoded
			.bytes(1, &link.cid.to_bytes())
			.bytes(2, name.as_bytes())
			.varint(3, link.dag_bytes);
		node.bytes(2, &encoded.finish());
	}
	node.bytes(1, unixfs);
	node.finish()
}

/// What a dag-pb block is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Node<'a> {
	/// A part of a file.
	File(FileNode<'a>),
	/// A directory.
	Directory(Vec<NamedLink>),
	/// A part of a directory that is spread over several blocks by hashes of names.
	Shard(Shard),
}

/// A part of a spread directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Shard {
	/// Its entries, and other parts; their names begin with hexadecimal digits.
	pub(crate) links: Vec<NamedLink>,
	/// Bits of hashes that tell them apart.
	pub(crate) bits: u32,
	/// How many hexadecimal digits a name begins with.
	pub(crate) digits: usize,
}

/// A link with a name. Of the name nothing is checked but that it is text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NamedLink {
	pub(crate) name: String,
	pub(crate) cid: Cid,
	/// Bytes of all blocks from here down, as whoever made the directory says.
	pub(crate) dag_bytes: u64,
}

/// Reads a dag-pb block of UnixFS.
///
/// # Errors
///
/// The block is no dag-pb node, neither file nor directory, has too many links, or its sizes
/// contradict each other.
pub(crate) fn decode_node(block: &[u8]) -> Result<Node<'_>, DagError> {
	let (links, data) = decode_message(block)?;
	let unixfs = decode_unixfs(data.ok_or(DagError::NotUnixFs)?)?;
	match unixfs.kind {
		TYPE_FILE | TYPE_RAW => file_node(&links, unixfs).map(Node::File),
		TYPE_DIRECTORY => named(links).map(Node::Directory),
		TYPE_SHARD => shard(links, &unixfs).map(Node::Shard),
		kind => Err(DagError::UnsupportedKind { kind }),
	}
}

/// Reads a node of a file from a dag-pb block.
///
/// # Errors
///
/// The block is no dag-pb node, not part of a file, has more than [`LINKS_MAX`] links, or its
/// sizes contradict each other.
pub(crate) fn decode_file_node(block: &[u8]) -> Result<FileNode<'_>, DagError> {
	let (links, data) = decode_message(block)?;
	let unixfs = decode_unixfs(data.ok_or(DagError::NotUnixFs)?)?;
	match unixfs.kind {
		TYPE_FILE | TYPE_RAW => file_node(&links, unixfs),
		kind => Err(DagError::NotAFile { kind }),
	}
}

/// The children of any dag-pb block, whatever they are for.
///
/// # Errors
///
/// The block is no dag-pb node, or has too many links.
pub(crate) fn decode_children(block: &[u8]) -> Result<Vec<Cid>, DagError> {
	let (links, _data) = decode_message(block)?;
	Ok(links.into_iter().map(|link| link.cid).collect())
}

/// The children of any dag-pb block, and for each how many bytes of blocks it says to be from there
/// down.
///
/// # Errors
///
/// The block is no dag-pb node, or has too many links.
pub(crate) fn decode_weights(block: &[u8]) -> Result<Vec<(Cid, u64)>, DagError> {
	let (links, _data) = decode_message(block)?;
	Ok(links.into_iter().map(|link| (link.cid, link.dag_bytes)).collect())
}

/// A link as it stands in a node.
struct RawLink<'a> {
	cid: Cid,
	name: &'a [u8],
	dag_bytes: u64,
}

fn decode_message(block: &[u8]) -> Result<(Vec<RawLink<'_>>, Option<&[u8]>), DagError> {
	let mut links = Vec::new();
	let mut data = None;
	let mut node = Reader::new(block);
	while let Some(field) = node.next_field()? {
		match field.number {
			1 if data.is_none() => data = Some(field.bytes()?),
			1 => return Err(DagError::RepeatedField),
			2 if links.len() == DIRECTORY_LINKS_MAX => return Err(DagError::TooManyLinks),
			2 => links.push(decode_link(field.bytes()?)?),
			_ => {},
		}
	}
	Ok((links, data))
}

fn file_node<'a>(links: &[RawLink<'_>], unixfs: UnixFs<'a>) -> Result<FileNode<'a>, DagError> {
	if LINKS_MAX < links.len() {
		return Err(DagError::TooManyLinks);
	}
	if unixfs.child_bytes.len() != links.len() {
		return Err(DagError::WrongSizes);
	}
	// A child that adds nothing lets a small DAG keep a reader busy for ever.
	if unixfs.child_bytes.contains(&0) {
		return Err(DagError::EmptyChild);
	}
	let total = unixfs
		.child_bytes
		.iter()
		.try_fold(unixfs.data.len() as u64, |sum, bytes| sum.checked_add(*bytes));
	// The size of a node without children may be left out.
	let file_bytes = unixfs.file_bytes.or(total.filter(|_| links.is_empty()));
	if total.is_none() || total != file_bytes {
		return Err(DagError::WrongSizes);
	}
	let cids = links.iter().map(|link| link.cid);
	let children = cids.zip(unixfs.child_bytes).collect();
	Ok(FileNode { data: unixfs.data, children, file_bytes: total.unwrap_or(0) })
}

fn named(links: Vec<RawLink<'_>>) -> Result<Vec<NamedLink>, DagError> {
	let named = |link: RawLink<'_>| {
		let name = std::str::from_utf8(link.name).map_err(|_detail| DagError::NameNotText)?;
		Ok(NamedLink { name: name.to_owned(), cid: link.cid, dag_bytes: link.dag_bytes })
	};
	links.into_iter().map(named).collect()
}

/// A part of a spread directory whose fanout can be read, and whose hash is the one that there is.
fn shard(links: Vec<RawLink<'_>>, unixfs: &UnixFs<'_>) -> Result<Shard, DagError> {
	let is_possible =
		|fanout: &u64| fanout.is_power_of_two() && (2..=SHARD_FANOUT_MAX).contains(fanout);
	let fanout = unixfs.fanout.filter(is_possible).ok_or(DagError::InvalidShard)?;
	if unixfs.hash != Some(SHARD_HASH) {
		return Err(DagError::InvalidShard);
	}
	let digits = format!("{:X}", fanout - 1).len();
	Ok(Shard { links: named(links)?, bits: fanout.trailing_zeros(), digits })
}

struct UnixFs<'a> {
	kind: u64,
	data: &'a [u8],
	file_bytes: Option<u64>,
	child_bytes: Vec<u64>,
	hash: Option<u64>,
	fanout: Option<u64>,
}

fn decode_unixfs(message: &[u8]) -> Result<UnixFs<'_>, DagError> {
	let mut kind = None;
	let mut unixfs = UnixFs {
		kind: 0,
		data: &[],
		file_bytes: None,
		child_bytes: Vec::new(),
		hash: None,
		fanout: None,
	};
	let mut reader = Reader::new(message);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => kind = Some(field.varint()?),
			2 => unixfs.data = field.bytes()?,
			3 => unixfs.file_bytes = Some(field.varint()?),
			4 if unixfs.child_bytes.len() == LINKS_MAX => return Err(DagError::TooManyLinks),
			4 => unixfs.child_bytes.push(field.varint()?),
			5 => unixfs.hash = Some(field.varint()?),
			6 => unixfs.fanout = Some(field.varint()?),
			_ => {},
		}
	}
	unixfs.kind = kind.ok_or(DagError::NotUnixFs)?;
	Ok(unixfs)
}

fn decode_link(message: &[u8]) -> Result<RawLink<'_>, DagError> {
	let mut cid = None;
	let mut name: &[u8] = &[];
	let mut dag_bytes = 0;
	let mut reader = Reader::new(message);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => {
				let bytes = field.bytes()?;
				// Checked first, so that no crate parses something endless.
				if CID_BYTES_MAX < bytes.len() {
					return Err(DagError::InvalidLink);
				}
				cid = Some(Cid::try_from(bytes).map_err(|_detail| DagError::InvalidLink)?);
			},
			2 => name = field.bytes()?,
			3 => dag_bytes = field.varint()?,
			_ => {},
		}
	}
	Ok(RawLink { cid: cid.ok_or(DagError::InvalidLink)?, name, dag_bytes })
}

/// Why a block is no node of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DagError {
	/// The block is no Protocol Buffers message.
	#[error(transparent)]
	Protobuf(#[from] ProtobufError),
	/// A field that may stand once stands twice.
	#[error("node repeats a field")]
	RepeatedField,
	/// A link names no CID.
	#[error("node has a link without a valid CID")]
	InvalidLink,
	/// The node has more links than any file ([`LINKS_MAX`]) or directory needs.
	#[error("node has too many links")]
	TooManyLinks,
	/// The node says nothing about what it is.
	#[error("node is not UnixFS")]
	NotUnixFs,
	/// The node is a directory, a symbolic link, or something else.
	#[error("node is UnixFS of kind {kind}, not a file")]
	NotAFile {
		/// UnixFS's number of the kind.
		kind: u64,
	},
	/// The node is neither a file nor a directory.
	#[error("node is UnixFS of kind {kind}, neither a file nor a directory")]
	UnsupportedKind {
		/// UnixFS's number of the kind.
		kind: u64,
	},
	/// A part of a spread directory is not made as one, or something in it is not where its hash says.
	#[error("node is no part of a directory")]
	InvalidShard,
	/// A link's name is not UTF-8.
	#[error("node has a name that is not UTF-8")]
	NameNotText,
	/// The sizes of the node, its data and its children do not add up.
	#[error("sizes of the node and of its children do not add up")]
	WrongSizes,
	/// A child says to hold nothing.
	#[error("node has an empty child")]
	EmptyChild,
}
