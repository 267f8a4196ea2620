// SPDX-License-Identifier: Apache-2.0

//! The file of revocations: a version, and then one record after the other.
//!
//! Records have one length, so a torn one at the end is seen and left out. Each is signed, so
//! whatever else is in the file counts for nothing. It is written anew at each start, without what
//! has ended.

use codec::Encode as _;
use r1_core::BlockHash;
use r1_dauth::{Place, Revocations, SignedRevocation};
use r1_primitives::{DeedId, NodeKey};
use std::{
	fs::{self, File, OpenOptions},
	io::{self, ErrorKind, Write as _},
	path::Path,
};
use tracing::warn;

/// What the file begins with: its kind, and its version.
const HEADER: &[u8] = b"r1 revocations 1\n";

/// Bytes of a record: what is revoked, whose it is, until when, and the signature.
const RECORD_BYTES: usize = 32 + 4 + 8 + 64;

/// Records that are read: more than are ever kept.
const RECORDS_MAX: usize = 1_000_000;

/// The file, open for more.
#[derive(Debug)]
pub(super) struct Log {
	file: File,
}

impl Log {
	/// Reads what is in the file and still counts, and writes the file anew.
	pub(super) fn open(
		path: &Path,
		genesis_hash: &BlockHash,
		node_of: impl Fn(DeedId) -> Option<NodeKey>,
		now_secs: u64,
	) -> io::Result<(Self, Revocations)> {
		let mut revocations = Revocations::default();
		for signed in read(path)? {
			let Some(node) = node_of(signed.revocation.deed) else { continue };
			// What has ended, or is not signed, is left out.
			let _of_no_use = revocations.take(&signed, &node, genesis_hash, now_secs);
		}
		let anew = path.with_extension("new");
		let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&anew)?;
		file.write_all(HEADER)?;
		for signed in revocations.page(Place::FIRST, usize::MAX) {
			file.write_all(&signed.encode())?;
		}
		file.sync_all()?;
		fs::rename(&anew, path)?;
		Ok((Self { file }, revocations))
	}

	/// Writes a revocation, and waits until it is on the disk.
	pub(super) fn append(&mut self, signed: &SignedRevocation) -> io::Result<()> {
		self.file.write_all(&signed.encode())?;
		self.file.sync_data()
	}
}

fn read(path: &Path) -> io::Result<Vec<SignedRevocation>> {
	let bytes = match fs::read(path) {
		Ok(bytes) => bytes,
		Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
		Err(error) => return Err(error),
	};
	let Some(records) = bytes.strip_prefix(HEADER) else {
		let reason = "it is no file of revocations, or of a later version; move it away";
		return Err(io::Error::new(ErrorKind::InvalidData, reason));
	};
	if records.len() % RECORD_BYTES != 0 {
		warn!(target: "r1::edge", "the last revocation was not written to its end");
	}
	Ok(records
		.chunks_exact(RECORD_BYTES)
		.take(RECORDS_MAX)
		.filter_map(|record| SignedRevocation::decode(record).ok())
		.collect())
}
