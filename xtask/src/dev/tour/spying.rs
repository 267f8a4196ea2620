// SPDX-License-Identifier: Apache-2.0

//! What others could learn of encrypted inference if they looked: all bytes between a client and a
//! node, and all memory of a node.

use anyhow::{Context, Result, ensure};
use memchr::memmem;
use std::{
	fs::{self, File},
	io::{self, Read, Write},
	net::{Shutdown, SocketAddr, TcpListener, TcpStream},
	os::unix::fs::FileExt as _,
	sync::{
		Arc, Mutex, PoisonError,
		atomic::{AtomicBool, Ordering},
	},
	thread,
};

/// Bytes that are kept of what passes: an evaluation key has 17 MB.
const HEARD_MAX: usize = 256 << 20;

/// Memory that is looked at in one piece.
const PIECE: usize = 8 << 20;

/// Something that must not be found, or must be.
#[derive(Clone, Debug)]
pub(super) struct Marker {
	/// What it is, in words.
	pub(super) name: String,
	pub(super) bytes: Vec<u8>,
}

impl Marker {
	pub(super) fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
		Self { name: name.to_owned(), bytes: bytes.into() }
	}
}

/// The names of those markers that are in some bytes.
pub(super) fn found_in(bytes: &[u8], markers: &[Marker]) -> Vec<String> {
	let is_in = |marker: &&Marker| memmem::find(bytes, &marker.bytes).is_some();
	markers.iter().filter(is_in).map(|marker| marker.name.clone()).collect()
}

/// Somebody between clients and a daemon, who passes everything on and keeps it.
#[derive(Debug)]
pub(super) struct Eavesdropper {
	address: SocketAddr,
	/// What clients said, and what daemons did.
	heard: Arc<[Mutex<Vec<u8>>; 2]>,
	is_done: Arc<AtomicBool>,
}

impl Eavesdropper {
	/// Begins to listen, on a port of its own, for connections to a port of this machine.
	pub(super) fn before(port: u16) -> Result<Self> {
		let listener = TcpListener::bind("127.0.0.1:0").context("no port to eavesdrop at")?;
		let address = listener.local_addr()?;
		let heard = Arc::<[Mutex<Vec<u8>>; 2]>::default();
		let is_done = Arc::new(AtomicBool::new(false));
		let (kept, done) = (Arc::clone(&heard), Arc::clone(&is_done));
		thread::spawn(move || {
			for client in listener.incoming() {
				if done.load(Ordering::Relaxed) {
					return;
				}
				// A client that goes away, or a daemon that is down, is the client's to notice.
				drop(client.and_then(|client| pass_on(client, port, &kept)));
			}
		});
		Ok(Self { address, heard, is_done })
	}

	/// Where clients reach the daemon through it.
	pub(super) fn url(&self) -> String {
		format!("http://{}", self.address)
	}

	/// Everything that passed, one direction behind the other.
	pub(super) fn heard(&self) -> Result<Vec<u8>> {
		let of = |one: &Mutex<Vec<u8>>| one.lock().unwrap_or_else(PoisonError::into_inner).clone();
		let heard: Vec<_> = self.heard.iter().map(of).collect();
		ensure!(heard.iter().all(|one| one.len() < HEARD_MAX), "more passed than is kept");
		Ok(heard.concat())
	}
}

impl Drop for Eavesdropper {
	fn drop(&mut self) {
		self.is_done.store(true, Ordering::Relaxed);
		// The listener looks when somebody comes.
		drop(TcpStream::connect(self.address));
	}
}

/// Carries bytes both ways until both ends are done.
fn pass_on(client: TcpStream, port: u16, heard: &Arc<[Mutex<Vec<u8>>; 2]>) -> io::Result<()> {
	let daemon = TcpStream::connect(("127.0.0.1", port))?;
	let ends = [(client.try_clone()?, daemon.try_clone()?), (daemon, client)];
	for (direction, (from, to)) in ends.into_iter().enumerate() {
		let heard = Arc::clone(heard);
		thread::spawn(move || drop(carry(from, to, &heard[direction])));
	}
	Ok(())
}

fn carry(mut from: TcpStream, mut to: TcpStream, heard: &Mutex<Vec<u8>>) -> io::Result<()> {
	let mut piece = vec![0; 64 << 10];
	loop {
		let count = from.read(&mut piece)?;
		if count == 0 {
			return to.shutdown(Shutdown::Write);
		}
		{
			let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
			let room = HEARD_MAX - heard.len();
			heard.extend_from_slice(&piece[..count.min(room)]);
		}
		to.write_all(&piece[..count])?;
	}
}

/// The names of those markers that are anywhere in the memory of a process, and how much of it was
/// looked at, in bytes. Only root may look, and whoever started the process.
pub(super) fn found_in_memory(pid: u32, markers: &[Marker]) -> Result<(Vec<String>, u64)> {
	let maps = fs::read_to_string(format!("/proc/{pid}/maps"))
		.with_context(|| format!("the memory of process {pid} has no map"))?;
	let memory = File::open(format!("/proc/{pid}/mem"))
		.with_context(|| format!("the memory of process {pid} cannot be looked at"))?;
	let overlap = markers.iter().map(|marker| marker.bytes.len()).max().unwrap_or(0);
	let mut found: Vec<String> = Vec::new();
	let mut seen = 0;
	for (start, end) in maps.lines().filter_map(writable) {
		let mut at = start;
		while at < end {
			let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE + overlap);
			let mut piece = vec![0; length];
			// What the process gave back meanwhile is not its memory any more.
			let Ok(count) = memory.read_at(&mut piece, at) else { break };
			if count == 0 {
				break;
			}
			for name in found_in(&piece[..count], markers) {
				if !found.contains(&name) {
					found.push(name);
				}
			}
			let step = (count as u64).min(PIECE as u64);
			(at, seen) = (at + step, seen + step);
		}
	}
	Ok((found, seen))
}

/// Where a line of a map of memory begins and ends, if the process can write there.
fn writable(line: &str) -> Option<(u64, u64)> {
	let mut columns = line.split_ascii_whitespace();
	let (range, rights) = (columns.next()?, columns.next()?);
	if !rights.starts_with("rw") {
		return None;
	}
	let (start, end) = range.split_once('-')?;
	Some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn marker_in_the_memory_of_a_process_should_be_found() {
		// Made at run time, so that no constant of this program is what is found.
		let needle: Vec<u8> = (0..64_u8).map(|number| number.wrapping_mul(37) ^ 0x5a).collect();
		let markers = [Marker::new("there", needle.clone())];
		let (found, seen) = found_in_memory(std::process::id(), &markers).unwrap();
		assert_eq!(found, ["there"]);
		assert!(needle.len() as u64 <= seen);
	}

	#[test]
	fn eavesdropper_should_hear_both_directions_and_change_nothing() {
		let daemon = TcpListener::bind("127.0.0.1:0").unwrap();
		let port = daemon.local_addr().unwrap().port();
		let answering = thread::spawn(move || {
			let (mut stream, _) = daemon.accept().unwrap();
			let mut question = [0; 8];
			stream.read_exact(&mut question).unwrap();
			stream.write_all(b"answer").unwrap();
			question
		});
		let between = Eavesdropper::before(port).unwrap();
		let mut client = TcpStream::connect(between.address).unwrap();
		client.write_all(b"question").unwrap();
		let mut answer = Vec::new();
		client.read_to_end(&mut answer).unwrap();
		assert_eq!(answer, b"answer");
		assert_eq!(&answering.join().unwrap(), b"question");
		let heard = between.heard().unwrap();
		let markers = ["question", "answer", "neither"].map(|text| Marker::new(text, text));
		assert_eq!(found_in(&heard, &markers), ["question", "answer"]);
	}
}
