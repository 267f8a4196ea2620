// SPDX-License-Identifier: Apache-2.0

//! Ledgers as files: `<job>/<epoch>`, which only grow.
//!
//! ```text
//! header  = "r1ledgr" | version 1 B = 1 | job u32 | epoch u32 | node 32 B
//! record  = length 1 B | SCALE of the receipt, filled up with zeros | checksum 8 B
//! ```
//!
//! Numbers are little-endian, and the checksum is the beginning of the BLAKE2b-256 of what is before it.
//! Records have one length, so that one is found by its index.

use super::{Ledger, NotTaken, RECEIPT_BYTES_MAX, Receipt};
use codec::{DecodeAll as _, Encode as _};
use r1_primitives::{EpochIndex, JobId, NodeKey};
use sp_crypto_hashing::blake2_256;
use std::{
	fs::{self, File, OpenOptions},
	io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _},
	path::{Path, PathBuf},
	str::FromStr,
};

/// With what a file begins; the last byte is the version of the format.
const MAGIC: &[u8; 8] = b"r1ledgr\x01";

const HEADER_BYTES: usize = 8 + 4 + 4 + 32;

const CHECKSUM_BYTES: usize = 8;

const RECORD_BYTES: usize = 1 + RECEIPT_BYTES_MAX + CHECKSUM_BYTES;

const _: () = assert!(RECEIPT_BYTES_MAX <= u8::MAX as usize, "a byte says how long a receipt is");

type Header = [u8; HEADER_BYTES];
type RecordBytes = [u8; RECORD_BYTES];

/// The directory of all ledgers of a node.
#[derive(Clone, Debug)]
pub struct Shelf {
	folder: PathBuf,
	node: NodeKey,
}

/// A ledger that was opened to be written on.
#[derive(Debug)]
pub struct Opened {
	/// What it holds.
	pub ledger: Ledger,
	/// Its file.
	pub file: LedgerFile,
	/// Bytes at its end that were no receipt, and were cut off.
	pub torn_bytes: u64,
}

/// Where further receipts of a ledger go.
#[derive(Debug)]
pub struct LedgerFile {
	file: File,
	bytes: u64,
}

/// Why a ledger cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
	/// The disk does not do it.
	#[error("could not use the receipts at {path}", path = .path.display())]
	Disk {
		/// Where.
		path: PathBuf,
		/// What happened.
		#[source]
		source: io::Error,
	},
	/// It is a file of something else.
	#[error("{path} is no ledger of this node, job and epoch", path = .path.display())]
	Other {
		/// Where.
		path: PathBuf,
	},
}

impl Shelf {
	/// The ledgers of a node in a directory, which need not be there yet.
	#[must_use]
	pub fn new(folder: PathBuf, node: NodeKey) -> Self {
		Self { folder, node }
	}

	/// Opens a ledger to be written on, and makes it if there is none. What is not whole at its end is
	/// cut off.
	///
	/// # Errors
	///
	/// The disk does not do it, or the file is of something else.
	pub fn open(&self, job: JobId, epoch: EpochIndex) -> Result<Opened, ShelfError> {
		let path = self.path(job, epoch);
		let at = |source| ShelfError::Disk { path: path.clone(), source };
		fs::create_dir_all(self.folder.join(job.to_string())).map_err(at)?;
		let mut options = OpenOptions::new();
		let options = options.read(true).write(true).create(true).truncate(false);
		let mut file = options.open(&path).map_err(at)?;
		let before = file.metadata().map_err(at)?.len();
		let header = self.header(job, epoch);
		if before < HEADER_BYTES as u64 {
			// Nothing was written before, or not all of it.
			file.set_len(0).and_then(|()| file.write_all(&header)).map_err(at)?;
		}
		let ledger = self.replay(&file, job, epoch).map_err(at)?;
		let ledger = ledger.ok_or_else(|| ShelfError::Other { path: path.clone() })?;
		let bytes = offset(ledger.count());
		file.set_len(bytes).map_err(at)?;
		let torn_bytes = before.saturating_sub(bytes);
		Ok(Opened { ledger, file: LedgerFile { file, bytes }, torn_bytes })
	}

	/// Reads a ledger; `None` if there is none.
	///
	/// # Errors
	///
	/// The disk does not do it, or the file is of something else.
	pub fn read(&self, job: JobId, epoch: EpochIndex) -> Result<Option<Ledger>, ShelfError> {
		let path = self.path(job, epoch);
		let at = |source| ShelfError::Disk { path: path.clone(), source };
		let Some(file) = if_there(File::open(&path)).map_err(at)? else { return Ok(None) };
		if file.metadata().map_err(at)?.len() < HEADER_BYTES as u64 {
			return Ok(None);
		}
		let ledger = self.replay(&file, job, epoch).map_err(at)?;
		ledger.map(Some).ok_or_else(|| ShelfError::Other { path: path.clone() })
	}

	/// Reads some receipts of a ledger, from an index on; fewer if there are no more.
	///
	/// # Errors
	///
	/// The disk does not do it.
	pub fn receipts(
		&self,
		job: JobId,
		epoch: EpochIndex,
		from: u32,
		count_max: usize,
	) -> Result<Vec<Receipt>, ShelfError> {
		let path = self.path(job, epoch);
		let at = |source| ShelfError::Disk { path: path.clone(), source };
		let Some(mut file) = if_there(File::open(&path)).map_err(at)? else {
			return Ok(Vec::new());
		};
		file.seek(SeekFrom::Start(offset(from))).map_err(at)?;
		let mut records = Records(BufReader::new(file));
		let read = std::iter::from_fn(|| records.next().transpose());
		read.take(count_max).collect::<io::Result<_>>().map_err(at)
	}

	/// The jobs that have ledgers, ascending.
	///
	/// # Errors
	///
	/// The disk does not do it.
	pub fn jobs(&self) -> Result<Vec<JobId>, ShelfError> {
		numbers(&self.folder)
	}

	/// The epochs of a job's ledgers, ascending.
	///
	/// # Errors
	///
	/// The disk does not do it.
	pub fn epochs(&self, job: JobId) -> Result<Vec<EpochIndex>, ShelfError> {
		numbers(&self.folder.join(job.to_string()))
	}

	/// Removes the ledgers of a job that are of epochs before one; returns how many.
	///
	/// # Errors
	///
	/// The disk does not do it.
	pub fn prune(&self, job: JobId, first_kept: EpochIndex) -> Result<usize, ShelfError> {
		let epochs = self.epochs(job)?;
		let old: Vec<_> = epochs.iter().filter(|epoch| **epoch < first_kept).collect();
		for epoch in &old {
			let path = self.path(job, **epoch);
			if_there(fs::remove_file(&path)).map_err(|source| ShelfError::Disk { path, source })?;
		}
		if old.len() == epochs.len() {
			// One that has something in it stays.
			drop(fs::remove_dir(self.folder.join(job.to_string())));
		}
		Ok(old.len())
	}

	fn path(&self, job: JobId, epoch: EpochIndex) -> PathBuf {
		self.folder.join(job.to_string()).join(epoch.to_string())
	}

	fn header(&self, job: JobId, epoch: EpochIndex) -> Header {
		let mut header = [0; HEADER_BYTES];
		let (magic, rest) = header.split_at_mut(MAGIC.len());
		magic.copy_from_slice(MAGIC);
		let (numbers, node) = rest.split_at_mut(8);
		let (of_job, of_epoch) = numbers.split_at_mut(4);
		of_job.copy_from_slice(&job.to_le_bytes());
		of_epoch.copy_from_slice(&epoch.to_le_bytes());
		node.copy_from_slice(&self.node);
		header
	}

	/// The ledger of a file, up to the first record that is none; `None` if the file is of something
	/// else.
	fn replay(&self, file: &File, job: JobId, epoch: EpochIndex) -> io::Result<Option<Ledger>> {
		let mut reader = BufReader::with_capacity(1 << 16, file);
		reader.seek(SeekFrom::Start(0))?;
		let mut header = [0; HEADER_BYTES];
		reader.read_exact(&mut header)?;
		if header != self.header(job, epoch) {
			return Ok(None);
		}
		let mut ledger = Ledger::new(job, self.node, epoch);
		let mut records = Records(reader);
		while let Some(receipt) = records.next()? {
			if ledger.push(&receipt).is_err() {
				break;
			}
		}
		Ok(Some(ledger))
	}
}

impl LedgerFile {
	/// Appends a receipt that the ledger has taken. It is on the disk when the system likes, or after
	/// [`Self::sync`].
	///
	/// # Errors
	///
	/// The disk does not do it; nothing of it is left then, if the disk does that.
	pub fn append(&mut self, receipt: &Receipt) -> io::Result<()> {
		let written = self
			.file
			.seek(SeekFrom::Start(self.bytes))
			.and_then(|_| self.file.write_all(&record(receipt)));
		match written {
			Ok(()) => {
				self.bytes += RECORD_BYTES as u64;
				Ok(())
			},
			Err(error) => {
				// What cannot be cut off now is cut off when the file is opened, or written over.
				drop(self.file.set_len(self.bytes));
				Err(error)
			},
		}
	}

	/// Waits until the disk has all of it.
	///
	/// # Errors
	///
	/// The disk does not do it.
	pub fn sync(&self) -> io::Result<()> {
		self.file.sync_data()
	}
}

impl Opened {
	/// Takes the next receipt into the file and the ledger, or into neither.
	///
	/// # Errors
	///
	/// The ledger does not take it, or the disk.
	pub fn push(&mut self, receipt: &Receipt) -> Result<(), PushError> {
		self.ledger.check(receipt)?;
		self.file.append(receipt).map_err(PushError::Disk)?;
		Ok(self.ledger.push(receipt)?)
	}
}

/// Why a receipt is not counted.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
	/// The ledger does not take it.
	#[error(transparent)]
	NotTaken(#[from] NotTaken),
	/// The disk does not.
	#[error("could not write a receipt")]
	Disk(#[source] io::Error),
}

/// The receipts of a file, one after the other.
struct Records<R>(R);

impl<R: Read> Records<R> {
	/// The next one; `None` where there is none, or one that is not whole.
	fn next(&mut self) -> io::Result<Option<Receipt>> {
		let mut bytes = [0; RECORD_BYTES];
		match self.0.read_exact(&mut bytes) {
			Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
			read => read.map(|()| receipt(&bytes)),
		}
	}
}

/// Where a record begins.
fn offset(index: u32) -> u64 {
	HEADER_BYTES as u64 + u64::from(index) * RECORD_BYTES as u64
}

fn record(receipt: &Receipt) -> RecordBytes {
	let mut bytes = [0; RECORD_BYTES];
	let encoded = receipt.encode();
	debug_assert!(encoded.len() <= RECEIPT_BYTES_MAX, "a receipt has at most so many bytes");
	let (body, checksum) = bytes.split_at_mut(RECORD_BYTES - CHECKSUM_BYTES);
	for (place, byte) in body.iter_mut().skip(1).zip(&encoded) {
		*place = *byte;
	}
	if let Some(length) = body.first_mut() {
		*length = u8::try_from(encoded.len()).unwrap_or(u8::MAX);
	}
	checksum.copy_from_slice(&blake2_256(body)[..CHECKSUM_BYTES]);
	bytes
}

fn receipt(bytes: &RecordBytes) -> Option<Receipt> {
	let (body, checksum) = bytes.split_at_checked(RECORD_BYTES - CHECKSUM_BYTES)?;
	if blake2_256(body)[..CHECKSUM_BYTES] != *checksum {
		return None;
	}
	let (length, rest) = body.split_first()?;
	let (mut encoded, filling) = rest.split_at_checked(usize::from(*length))?;
	let receipt = Receipt::decode_all(&mut encoded).ok()?;
	filling.iter().all(|byte| *byte == 0).then_some(receipt)
}

/// The entries of a directory whose names are numbers, ascending; none if it is not there.
fn numbers<N: FromStr + Ord + ToString>(folder: &Path) -> Result<Vec<N>, ShelfError> {
	let at = |source| ShelfError::Disk { path: folder.to_owned(), source };
	let Some(entries) = if_there(fs::read_dir(folder)).map_err(at)? else { return Ok(Vec::new()) };
	let mut found = Vec::new();
	for entry in entries {
		let name = entry.map_err(at)?.file_name();
		let number = name.to_str().and_then(|name| Some((name, name.parse::<N>().ok()?)));
		// Only what is named as we name it: `+7` and `007` are nobody's.
		found.extend(number.filter(|(name, it)| it.to_string() == *name).map(|(_, it)| it));
	}
	found.sort_unstable();
	Ok(found)
}

fn if_there<T>(done: io::Result<T>) -> io::Result<Option<T>> {
	match done {
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
		done => done.map(Some),
	}
}
