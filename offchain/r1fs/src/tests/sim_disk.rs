// SPDX-License-Identifier: Apache-2.0

//! A disk that dies at a chosen instant, and forgets what was not synced.

use crate::disk::Disk;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs::File,
	io::{self, ErrorKind},
	path::{Path, PathBuf},
	sync::{Mutex, MutexGuard},
};

/// What dies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Death {
	/// The process: what it wrote is there.
	OfTheProcess,
	/// The machine: of what was not synced, anything may be there or not.
	OfTheMachine,
}

#[derive(Debug)]
pub(super) struct SimDisk(Mutex<State>);

#[derive(Clone, Debug)]
struct State {
	files: Vec<Inode>,
	/// What programs see, and what is on the disk.
	seen: BTreeMap<PathBuf, Node>,
	durable: BTreeMap<PathBuf, Node>,
	changes: u64,
	changes_left: Option<u64>,
	random: u64,
}

#[derive(Clone, Debug, Default)]
struct Inode {
	seen: Vec<u8>,
	durable: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Node {
	Directory,
	File(usize),
}

impl SimDisk {
	pub(super) fn new(seed: u64) -> Self {
		Self(Mutex::new(State {
			files: Vec::new(),
			seen: BTreeMap::new(),
			durable: BTreeMap::new(),
			changes: 0,
			changes_left: None,
			// An odd constant, so that small seeds differ in many bits.
			random: (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
		}))
	}

	/// Lets the disk die at the n-th change from now on.
	pub(super) fn die_after(&self, changes: u64) {
		self.state().changes_left = Some(changes);
	}

	pub(super) fn is_dead(&self) -> bool {
		self.state().changes_left == Some(0)
	}

	/// How often something was written, renamed, removed or synced.
	pub(super) fn changes(&self) -> u64 {
		self.state().changes
	}

	/// The disk that the next start finds.
	pub(super) fn after(&self, death: Death) -> Self {
		let mut state = self.state().clone();
		state.changes_left = None;
		if death == Death::OfTheMachine {
			state.lose();
		}
		state.durable = state.seen.clone();
		state.files.iter_mut().for_each(|file| file.durable.clone_from(&file.seen));
		Self(Mutex::new(state))
	}

	/// Damages a file in place.
	pub(super) fn damage(&self, path: &Path) {
		let mut state = self.state();
		let Some(Node::File(inode)) = state.seen.get(path).copied() else {
			panic!("no {}", path.display());
		};
		let file = &mut state.files[inode];
		if file.seen.is_empty() { file.seen.push(0) } else { file.seen[0] ^= 1 }
	}

	/// All files whose path has a part.
	pub(super) fn paths(&self, part: &str) -> Vec<PathBuf> {
		let state = self.state();
		let files = state.seen.iter().filter(|(_, node)| **node != Node::Directory);
		files
			.map(|(path, _)| path.clone())
			.filter(|path| path.iter().any(|name| name == part))
			.collect()
	}

	fn state(&self) -> MutexGuard<'_, State> {
		self.0.lock().unwrap()
	}

	/// Makes a change, unless the disk is dead or dies of it; then it may be made or not.
	fn change<T>(&self, make: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
		let mut state = self.state();
		let dead = || Err(io::Error::other("the disk is dead"));
		match state.changes_left {
			Some(0) => return dead(),
			Some(1) => {
				state.changes_left = Some(0);
				if state.coin() {
					make(&mut state)?;
				}
				return dead();
			},
			Some(left) => state.changes_left = Some(left - 1),
			None => {},
		}
		state.changes += 1;
		make(&mut state)
	}

	fn look<T>(&self, look: impl FnOnce(&State) -> io::Result<T>) -> io::Result<T> {
		let state = self.state();
		match state.changes_left {
			Some(0) => Err(io::Error::other("the disk is dead")),
			_ => look(&state),
		}
	}
}

impl State {
	fn coin(&mut self) -> bool {
		self.random ^= self.random << 13;
		self.random ^= self.random >> 7;
		self.random ^= self.random << 17;
		self.random & (1 << 40) != 0
	}

	/// Each name is what it was or what it is now; so is each file's content, or half of it.
	fn lose(&mut self) {
		let paths: BTreeSet<PathBuf> =
			self.seen.keys().chain(self.durable.keys()).cloned().collect();
		let mut left: BTreeMap<PathBuf, Node> = BTreeMap::new();
		for path in paths {
			let (seen, durable) = (self.seen.get(&path).copied(), self.durable.get(&path).copied());
			let node = if seen == durable || self.coin() { seen } else { durable };
			// What is in a directory that is not there is not there either.
			let is_reachable = path
				.parent()
				.is_none_or(|parent| parent == Path::new("") || left.contains_key(parent));
			if let Some(node) = node.filter(|_| is_reachable) {
				left.insert(path, node);
			}
		}
		self.seen = left;
		for inode in 0..self.files.len() {
			if self.files[inode].seen == self.files[inode].durable {
				continue;
			}
			let (whole, half) = (self.coin(), self.coin());
			let file = &mut self.files[inode];
			match (whole, half) {
				(true, true) => {},
				(true, false) => file.seen.clone_from(&file.durable),
				(false, true) => file.seen.truncate(file.seen.len() / 2),
				(false, false) => file.seen.fill(0),
			}
		}
	}

	fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
		if self.seen.get(path) != Some(&Node::Directory) {
			return Err(absent());
		}
		let is_child = |child: &PathBuf| child.parent() == Some(path);
		self.durable.retain(|child, _| !is_child(child));
		let children = self.seen.iter().filter(|(child, _)| is_child(child));
		let children: Vec<_> = children.map(|(child, node)| (child.clone(), *node)).collect();
		self.durable.extend(children);
		// A directory's own name is durable if the one above was synced. Above the root is nothing of
		// the store's.
		if path == Path::new(super::crash::ROOT) {
			self.durable.insert(path.to_owned(), Node::Directory);
		}
		Ok(())
	}

	fn file(&self, path: &Path) -> Option<usize> {
		match self.seen.get(path) {
			Some(Node::File(inode)) => Some(*inode),
			Some(Node::Directory) | None => None,
		}
	}
}

fn absent() -> io::Error {
	ErrorKind::NotFound.into()
}

impl Disk for SimDisk {
	fn create_directories(&self, path: &Path) -> io::Result<()> {
		self.change(|state| {
			for above in path.ancestors().filter(|above| *above != Path::new("")) {
				state.seen.entry(above.to_owned()).or_insert(Node::Directory);
			}
			Ok(())
		})
	}

	fn list(&self, path: &Path) -> io::Result<Vec<(String, u64)>> {
		self.look(|state| {
			let children = state.seen.iter().filter(|(child, _)| child.parent() == Some(path));
			let named = children.map(|(child, node)| {
				let length = match node {
					Node::Directory => 0,
					Node::File(inode) => state.files[*inode].seen.len() as u64,
				};
				(child.file_name().unwrap().to_str().unwrap().to_owned(), length)
			});
			Ok(named.collect())
		})
	}

	fn length(&self, path: &Path) -> io::Result<Option<u64>> {
		self.look(|state| {
			Ok(state.seen.get(path).map(|node| match node {
				Node::Directory => 0,
				Node::File(inode) => state.files[*inode].seen.len() as u64,
			}))
		})
	}

	fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
		self.look(|state| {
			let bytes = state.file(path).map(|inode| &state.files[inode].seen);
			Ok(bytes.map(|bytes| bytes.iter().take(bytes_max as usize).copied().collect()))
		})
	}

	fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
		self.change(|state| {
			let parent = path.parent().unwrap();
			if state.seen.get(parent) != Some(&Node::Directory) {
				return Err(absent());
			}
			if state.seen.contains_key(path) {
				return Err(ErrorKind::AlreadyExists.into());
			}
			state.files.push(Inode { seen: bytes.to_vec(), durable: Vec::new() });
			let node = Node::File(state.files.len() - 1);
			state.seen.insert(path.to_owned(), node);
			Ok(())
		})
	}

	fn sync_files(&self, paths: &[&Path]) -> io::Result<()> {
		for path in paths {
			self.change(|state| {
				let inode = state.file(path).ok_or_else(absent)?;
				let file = &mut state.files[inode];
				file.durable.clone_from(&file.seen);
				Ok(())
			})?;
		}
		Ok(())
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		self.change(|state| {
			let parent = to.parent().unwrap();
			if state.seen.get(parent) != Some(&Node::Directory) {
				return Err(absent());
			}
			let node = state.seen.remove(from).ok_or_else(absent)?;
			state.seen.insert(to.to_owned(), node);
			Ok(())
		})
	}

	fn remove(&self, path: &Path) -> io::Result<bool> {
		self.change(|state| Ok(state.seen.remove(path).is_some()))
	}

	fn sync_directories(&self, paths: &[&Path]) -> io::Result<()> {
		paths
			.iter()
			.try_for_each(|path| self.change(|state| state.sync_directory(path)))
	}

	fn lock(&self, _: &Path) -> io::Result<Option<File>> {
		Ok(None)
	}
}
