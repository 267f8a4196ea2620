// SPDX-License-Identifier: Apache-2.0

//! The two formats of a block: dag-pb, a node with links, and UnixFS, what the node's data means.
//!
//! Written in the one canonical form: links before data, UnixFS fields ascending. Read leniently
//! in the order of fields, strictly in everything that could make a file out of thin air.

use crate::defaults::LINKS_MAX;
use cid::Cid;
use r1_core::{
	limits::CID_BYTES_MAX,
	protobuf::{ProtobufError, Reader, Writer},
};

/// UnixFS's number for bytes without a file around them.
const TYPE_RAW: u64 = 0;
/// UnixFS's number for a file.
const TYPE_FILE: u64 = 2;

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

/// Reads a node of a file from a dag-pb block.
///
/// # Errors
///
/// The block is no dag-pb node, not part of a file, has more than [`LINKS_MAX`] links, or its
/// sizes contradict each other.
pub(crate) fn decode_file_node(block: &[u8]) -> Result<FileNode<'_>, DagError> {
	let mut cids = Vec::new();
	let mut data = None;
	let mut node = Reader::new(block);
	while let Some(field) = node.next_field()? {
		match field.number {
			1 if data.is_none() => data = Some(field.bytes()?),
			1 => return Err(DagError::RepeatedField),
			2 if cids.len() == LINKS_MAX => return Err(DagError::TooManyLinks),
			2 => cids.push(decode_link(field.bytes()?)?),
			_ => {},
		}
	}
	let unixfs = decode_unixfs(data.ok_or(DagError::NotUnixFs)?)?;
	if unixfs.child_bytes.len() != cids.len() {
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
	let file_bytes = unixfs.file_bytes.or(total.filter(|_| cids.is_empty()));
	if total.is_none() || total != file_bytes {
		return Err(DagError::WrongSizes);
	}
	let children = cids.into_iter().zip(unixfs.child_bytes).collect();
	Ok(FileNode { data: unixfs.data, children, file_bytes: total.unwrap_or(0) })
}

struct UnixFs<'a> {
	data: &'a [u8],
	file_bytes: Option<u64>,
	child_bytes: Vec<u64>,
}

fn decode_unixfs(message: &[u8]) -> Result<UnixFs<'_>, DagError> {
	let mut kind = None;
	let mut unixfs = UnixFs { data: &[], file_bytes: None, child_bytes: Vec::new() };
	let mut reader = Reader::new(message);
	while let Some(field) = reader.next_field()? {
		match field.number {
			1 => kind = Some(field.varint()?),
			2 => unixfs.data = field.bytes()?,
			3 => unixfs.file_bytes = Some(field.varint()?),
			4 if unixfs.child_bytes.len() == LINKS_MAX => return Err(DagError::TooManyLinks),
			4 => unixfs.child_bytes.push(field.varint()?),
			_ => {},
		}
	}
	match kind {
		Some(TYPE_FILE | TYPE_RAW) => Ok(unixfs),
		Some(kind) => Err(DagError::NotAFile { kind }),
		None => Err(DagError::NotUnixFs),
	}
}

fn decode_link(message: &[u8]) -> Result<Cid, DagError> {
	let mut cid = None;
	let mut reader = Reader::new(message);
	while let Some(field) = reader.next_field()? {
		if field.number == 1 {
			let bytes = field.bytes()?;
			// Checked first, so that no crate parses something endless.
			if CID_BYTES_MAX < bytes.len() {
				return Err(DagError::InvalidLink);
			}
			cid = Some(Cid::try_from(bytes).map_err(|_detail| DagError::InvalidLink)?);
		}
	}
	cid.ok_or(DagError::InvalidLink)
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
	/// The node has more links than any file node needs.
	#[error("node has more than {LINKS_MAX} links")]
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
	/// The sizes of the node, its data and its children do not add up.
	#[error("sizes of the node and of its children do not add up")]
	WrongSizes,
	/// A child says to hold nothing.
	#[error("node has an empty child")]
	EmptyChild,
}
