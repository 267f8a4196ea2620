// SPDX-License-Identifier: Apache-2.0

//! What survives a crash: a log of what changed, and snapshots of all that there was.
//!
//! ```text
//!  snapshot-4  log-4  │  snapshot-5  log-5        older ones are deleted
//!                     │
//!  append, append, commit ──> one frame of log-5 ──fsync──> "it is written"
//! ```
//!
//! Snapshot `n` and all logs from `n` on hold everything. What they say is merged, so a snapshot may
//! be written while the next log grows, and it does not matter that both hold some records. If the
//! newest snapshot is damaged, the one before it and two logs are read.
//!
//! A log that ends within a frame was being written when the machine stopped; that frame was never
//! said to be written, and is cut off. A frame that is damaged otherwise ends what can be read, too;
//! what follows it is set aside in a file of its own, and the replicas bring it back.

mod format;

pub use format::{Damage, Entry};

use format::{Kind, PAYLOAD_BYTES_MAX, Reader, frame, header};
use std::{
	fs::{self, File, OpenOptions},
	io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write as _},
	path::{Path, PathBuf},
};

/// When what was appended is on the disk.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Fsync {
	/// When [`Journal::commit`] returns: it survives the machine's crash.
	#[default]
	Always,
	/// When somebody calls [`Journal::flush`]: it survives the crash of the process at once.
	Periodic,
}

/// The files. All methods block; there is one writer.
#[derive(Debug)]
pub struct Journal {
	folder: PathBuf,
	fsync: Fsync,
	/// The newest log.
	log: File,
	number: u64,
	/// Frames of the log.
	frames: u64,
	/// Bytes of the log.
	bytes: u64,
	/// What the next commit writes.
	waiting: Vec<Entry>,
}

/// What was found when the journal was opened.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
	/// Entries that were read.
	pub entries: u64,
	/// What could not be, and where.
	pub damaged: Vec<(PathBuf, Damage)>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {path}", path = path.display())]
pub struct JournalError {
	action: &'static str,
	path: PathBuf,
	#[source]
	source: io::Error,
}

impl Journal {
	/// Opens the journal of a folder, which is made if there is none, and hands out what is in it.
	///
	/// # Errors
	///
	/// A file cannot be read or written. What is damaged is no error: see [`Found`].
	pub fn open(
		folder: &Path,
		fsync: Fsync,
		mut restore: impl FnMut(Entry),
	) -> Result<(Self, Found), JournalError> {
		let at = |action, path: &Path| {
			let path = path.to_owned();
			move |source| JournalError { action, path, source }
		};
		fs::create_dir_all(folder).map_err(at("make", folder))?;
		let mut found = Found::default();
		let begin = newest_snapshot(folder, &mut found, &mut restore)?;
		let logs = numbers(folder, Kind::Log).map_err(at("read", folder))?;
		let mut number = begin;
		let mut end = None;
		for log in logs.into_iter().filter(|log| begin <= *log) {
			let path = path_of(folder, Kind::Log, log);
			end = Some(read_log(&path, log, &mut found, &mut restore).map_err(at("read", &path))?);
			number = log;
		}
		let path = path_of(folder, Kind::Log, number);
		let (frames, bytes) = end.unwrap_or((0, 0));
		let log = OpenOptions::new()
			.create(true)
			.truncate(false)
			.write(true)
			.open(&path)
			.map_err(at("open", &path))?;
		let mut journal = Self {
			folder: folder.to_owned(),
			fsync,
			log,
			number,
			frames,
			bytes,
			waiting: Vec::new(),
		};
		journal.begin_log().map_err(at("write", &path))?;
		journal.settle_log().map_err(at("write", &path))?;
		Ok((journal, found))
	}

	/// Notes something for the next [`Journal::commit`].
	pub fn append(&mut self, entry: Entry) {
		self.waiting.push(entry);
	}

	/// Writes what was noted, all of it at once.
	///
	/// # Errors
	///
	/// The disk is full or broken. Nothing of it counts as written then, and the next commit tries
	/// again.
	pub fn commit(&mut self) -> Result<(), JournalError> {
		if self.waiting.is_empty() {
			return Ok(());
		}
		let mut bytes = Vec::new();
		let mut frames = self.frames;
		for entries in in_frames(&self.waiting) {
			bytes.extend(frame(self.number, frames, entries));
			frames += 1;
		}
		let write = |log: &mut File| {
			log.seek(SeekFrom::Start(self.bytes))?;
			log.write_all(&bytes)?;
			match self.fsync {
				Fsync::Always => log.sync_data(),
				Fsync::Periodic => Ok(()),
			}
		};
		write(&mut self.log).map_err(|source| self.error("write", source))?;
		self.bytes += bytes.len() as u64;
		self.frames = frames;
		self.waiting.clear();
		Ok(())
	}

	/// The newest log's file, for whoever waits for the disk elsewhere.
	///
	/// # Errors
	///
	/// The system has no file descriptor left.
	pub fn file(&self) -> Result<File, JournalError> {
		self.log.try_clone().map_err(|source| self.error("share", source))
	}

	/// Waits until all that was committed is on the disk.
	///
	/// # Errors
	///
	/// The disk is broken.
	pub fn flush(&mut self) -> Result<(), JournalError> {
		self.log.sync_data().map_err(|source| self.error("write", source))
	}

	/// Bytes of the newest log; when there are many, it is time for a snapshot.
	#[must_use]
	pub fn log_bytes(&self) -> u64 {
		self.bytes
	}

	/// How far it is: the number of the newest log, and its bytes.
	#[must_use]
	pub fn position(&self) -> (u64, u64) {
		(self.number, self.bytes)
	}

	/// Begins a snapshot: what is committed from now on is in the next log. With
	/// [`Fsync::Periodic`], the end of this one may not be on the disk yet, and neither may the name of
	/// the next: see [`Journal::file`] and [`Snapshot::settle`].
	///
	/// # Errors
	///
	/// A file cannot be made; the journal goes on as before.
	pub fn begin_snapshot(&mut self) -> Result<Snapshot, JournalError> {
		self.commit()?;
		let number = self.number + 1;
		let path = path_of(&self.folder, Kind::Log, number);
		let next = || {
			let log = File::create(&path)?;
			let snapshot = Snapshot::create(&self.folder, number)?;
			Ok((log, snapshot))
		};
		let (log, snapshot) = next().map_err(|source| self.error("make", source))?;
		(self.log, self.number, self.frames, self.bytes) = (log, number, 0, 0);
		self.begin_log().map_err(|source| self.error("write", source))?;
		if self.fsync == Fsync::Always {
			self.settle_log().map_err(|source| self.error("write", source))?;
		}
		Ok(snapshot)
	}

	/// Deletes what a finished snapshot and the one before it have made superfluous.
	///
	/// # Errors
	///
	/// A file cannot be deleted.
	pub fn forget_before(&mut self, snapshot: u64) -> Result<(), JournalError> {
		let keep_from = snapshot.saturating_sub(1);
		let delete = || {
			for kind in [Kind::Log, Kind::Snapshot] {
				for number in numbers(&self.folder, kind)? {
					if number < keep_from {
						fs::remove_file(path_of(&self.folder, kind, number))?;
					}
				}
			}
			Ok(())
		};
		delete().map_err(|source| self.error("delete an old file of", source))
	}

	/// Makes sure that the log begins as one, and ends where it is sound.
	fn begin_log(&mut self) -> io::Result<()> {
		if self.bytes == 0 {
			let header = header(Kind::Log, self.number);
			self.log.seek(SeekFrom::Start(0))?;
			self.log.write_all(&header)?;
			self.bytes = header.len() as u64;
		}
		self.log.set_len(self.bytes)
	}

	/// Brings the log and its name to the disk.
	fn settle_log(&self) -> io::Result<()> {
		self.log.sync_all()?;
		sync_folder(&self.folder)
	}

	fn error(&self, action: &'static str, source: io::Error) -> JournalError {
		let path = path_of(&self.folder, Kind::Log, self.number);
		JournalError { action, path, source }
	}
}

/// A snapshot that is being written; it counts for nothing until it is finished.
#[derive(Debug)]
pub struct Snapshot {
	file: BufWriter<File>,
	folder: PathBuf,
	number: u64,
	frames: u64,
}

impl Snapshot {
	/// Begins one in a folder of its own, which is made if there is none.
	pub(crate) fn begin(folder: &Path, number: u64) -> Result<Self, JournalError> {
		let create = || {
			fs::create_dir_all(folder)?;
			Self::create(folder, number)
		};
		create().map_err(|source| {
			let path = path_of(folder, Kind::Snapshot, number);
			JournalError { action: "make", path, source }
		})
	}

	/// Deletes all of such a folder but the last ones.
	pub(crate) fn keep_last(folder: &Path, count: usize) -> Result<(), JournalError> {
		let delete = || {
			let mut numbers = numbers(folder, Kind::Snapshot)?;
			numbers.truncate(numbers.len().saturating_sub(count));
			numbers
				.into_iter()
				.try_for_each(|number| fs::remove_file(path_of(folder, Kind::Snapshot, number)))
		};
		delete().map_err(|source| {
			let (action, path) = ("delete an old file of", folder.to_owned());
			JournalError { action, path, source }
		})
	}

	fn create(folder: &Path, number: u64) -> io::Result<Self> {
		let file = File::create(folder.join(format!("{}.new", Kind::Snapshot.name())))?;
		let mut file = BufWriter::new(file);
		file.write_all(&header(Kind::Snapshot, number))?;
		Ok(Self { file, folder: folder.to_owned(), number, frames: 0 })
	}

	/// Waits until the names of files are on the disk, the next log's among them.
	///
	/// # Errors
	///
	/// The disk is broken.
	pub fn settle(&self) -> Result<(), JournalError> {
		sync_folder(&self.folder).map_err(|source| self.error(source))
	}

	/// Writes some more of what there is.
	///
	/// # Errors
	///
	/// The disk is full or broken.
	pub fn write(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
		for entries in in_frames(entries) {
			let bytes = frame(self.number, self.frames, entries);
			self.file.write_all(&bytes).map_err(|source| self.error(source))?;
			self.frames += 1;
		}
		Ok(())
	}

	/// Puts the snapshot in its place; returns its number, for [`Journal::forget_before`].
	///
	/// # Errors
	///
	/// The disk is full or broken; the snapshots before it stay.
	pub fn finish(mut self) -> Result<u64, JournalError> {
		self.write(&[Entry::End])?;
		let mut finish = || {
			self.file.flush()?;
			self.file.get_ref().sync_all()?;
			let name = format!("{}.new", Kind::Snapshot.name());
			let path = path_of(&self.folder, Kind::Snapshot, self.number);
			fs::rename(self.folder.join(name), path)?;
			sync_folder(&self.folder)
		};
		finish().map_err(|source| self.error(source))?;
		Ok(self.number)
	}

	fn error(&self, source: io::Error) -> JournalError {
		let path = path_of(&self.folder, Kind::Snapshot, self.number);
		JournalError { action: "write", path, source }
	}
}

/// Restores the newest snapshot that is whole; the number of the first log that it lacks.
fn newest_snapshot(
	folder: &Path,
	found: &mut Found,
	restore: &mut impl FnMut(Entry),
) -> Result<u64, JournalError> {
	let at = |path: &Path| {
		let path = path.to_owned();
		move |source| JournalError { action: "read", path, source }
	};
	let snapshots = numbers(folder, Kind::Snapshot).map_err(at(folder))?;
	for number in snapshots.into_iter().rev() {
		let path = path_of(folder, Kind::Snapshot, number);
		match check_snapshot(&path, number).map_err(at(&path))? {
			Ok(()) => {
				let read = |entry| {
					found.entries += 1;
					restore(entry);
				};
				read_snapshot(&path, number, read).map_err(at(&path))?;
				return Ok(number);
			},
			Err(damage) => found.damaged.push((path, damage)),
		}
	}
	Ok(0)
}

/// The snapshots of a folder of their own, ascending.
pub(crate) fn snapshots_in(folder: &Path) -> io::Result<Vec<u64>> {
	numbers(folder, Kind::Snapshot)
}

/// Reads one of them, if it is whole.
pub(crate) fn read_snapshot_of(
	folder: &Path,
	number: u64,
	restore: impl FnMut(Entry),
) -> io::Result<Result<(), Damage>> {
	let path = path_of(folder, Kind::Snapshot, number);
	match check_snapshot(&path, number)? {
		Ok(()) => Ok(read_snapshot(&path, number, restore)?.map_or(Ok(()), Err)),
		Err(damage) => Ok(Err(damage)),
	}
}

/// Whether a snapshot is whole, before anything of it counts.
fn check_snapshot(path: &Path, number: u64) -> io::Result<Result<(), Damage>> {
	let mut last = None;
	let damage = read_snapshot(path, number, |entry| last = Some(entry))?;
	Ok(match (damage, last) {
		(Some(damage), _) => Err(damage),
		(None, Some(Entry::End)) => Ok(()),
		(None, _) => Err(Damage::Endless),
	})
}

fn read_snapshot(
	path: &Path,
	number: u64,
	mut restore: impl FnMut(Entry),
) -> io::Result<Option<Damage>> {
	let file = BufReader::new(File::open(path)?);
	let mut reader = match Reader::new(file, Kind::Snapshot, number)? {
		Ok(reader) => reader,
		Err(damage) => return Ok(Some(damage)),
	};
	loop {
		match reader.next()? {
			Ok(None) => return Ok(None),
			Ok(Some(entries)) => entries.into_iter().for_each(&mut restore),
			Err(damage) => return Ok(Some(damage)),
		}
	}
}

/// Restores a log up to its end or its first damage; its sound frames and bytes.
fn read_log(
	path: &Path,
	number: u64,
	found: &mut Found,
	restore: &mut impl FnMut(Entry),
) -> io::Result<(u64, u64)> {
	let file = BufReader::new(File::open(path)?);
	let mut reader = match Reader::new(file, Kind::Log, number)? {
		Ok(reader) => reader,
		Err(damage) => {
			set_aside(path, 0, damage, found)?;
			return Ok((0, 0));
		},
	};
	loop {
		match reader.next()? {
			Ok(None) => break,
			Ok(Some(entries)) => {
				for entry in entries {
					found.entries += 1;
					restore(entry);
				}
			},
			Err(damage) => {
				set_aside(path, reader.sound_bytes(), damage, found)?;
				break;
			},
		}
	}
	Ok((reader.index(), reader.sound_bytes()))
}

/// Keeps what cannot be read where a person can look at it.
fn set_aside(path: &Path, from: u64, damage: Damage, found: &mut Found) -> io::Result<()> {
	found.damaged.push((path.to_owned(), damage));
	let mut file = File::open(path)?;
	// What was torn off while it was written holds nothing that anybody was told is written.
	if damage == Damage::Torn || file.metadata()?.len() <= from {
		return Ok(());
	}
	file.seek(SeekFrom::Start(from))?;
	io::copy(&mut file, &mut File::create(path.with_extension("bad"))?)?;
	Ok(())
}

/// Entries in groups that fit into a frame.
fn in_frames(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
	use codec::Encode as _;
	// A count of entries takes up to four bytes before them.
	let mut room = PAYLOAD_BYTES_MAX - 4;
	let mut first = true;
	entries.chunk_by(move |one, next| {
		if std::mem::take(&mut first) {
			room -= one.encoded_size().min(room);
		}
		let size = next.encoded_size();
		let fits = size <= room;
		room = if fits { room - size } else { (PAYLOAD_BYTES_MAX - 4).saturating_sub(size) };
		fits
	})
}

/// The numbers of the files of a kind, ascending.
fn numbers(folder: &Path, kind: Kind) -> io::Result<Vec<u64>> {
	let mut numbers = Vec::new();
	for entry in fs::read_dir(folder)? {
		let name = entry?.file_name();
		let number =
			name.to_str().and_then(|name| name.strip_prefix(kind.name())?.strip_prefix('-'));
		numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
	}
	numbers.sort_unstable();
	Ok(numbers)
}

fn path_of(folder: &Path, kind: Kind, number: u64) -> PathBuf {
	folder.join(format!("{}-{number}", kind.name()))
}

/// Makes new names survive the machine's crash.
fn sync_folder(folder: &Path) -> io::Result<()> {
	File::open(folder)?.sync_all()
}
