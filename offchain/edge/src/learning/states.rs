// SPDX-License-Identifier: Apache-2.0

//! What this node keeps of the rounds that it takes part in: a file each, for itself alone.
//!
//! A file is gone when its round is. Whoever finds an old one could open the masks of that round, so
//! none is kept longer than it is of use.

use r1_learning::{
	limits::STATE_BYTES_MAX,
	protocol::{Participant, StateError, StateStore},
};
use r1_primitives::learning::RoundId;
use std::{
	fs::{self, File, OpenOptions},
	io::{self, Read as _, Write as _},
	os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
	path::{Path, PathBuf},
};

/// What the names of states end with.
const EXTENSION: &str = "state";

/// The folder of the files.
#[derive(Clone, Debug)]
pub(super) struct States {
	folder: PathBuf,
}

/// Why there is no state to go on from.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoState {
	/// The disk.
	#[error("could not read the state of a round")]
	Read(#[from] io::Error),
	/// What is there is none.
	#[error("the state of a round is damaged, so this node drops out of it")]
	Damaged(#[from] StateError),
}

impl States {
	/// The states below a folder, which is made if it is not there.
	pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
		fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
		Ok(Self { folder })
	}

	/// A participant that goes on where it was; `None` where it has not joined.
	pub(super) fn load(&self, round: RoundId) -> Result<Option<Participant>, NoState> {
		let file = match File::open(self.path(round)) {
			Ok(file) => file,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(error.into()),
		};
		let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(STATE_BYTES_MAX));
		file.take(STATE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
		Ok(Some(Participant::from_bytes(&bytes)?))
	}

	/// Where the state of a round is saved.
	pub(super) fn of(&self, round: RoundId) -> StateFile {
		StateFile { folder: self.folder.clone(), path: self.path(round) }
	}

	/// Forgets the rounds that are over; says which.
	pub(super) fn forget_but(&self, is_open: impl Fn(RoundId) -> bool) -> io::Result<Vec<RoundId>> {
		let mut gone = Vec::new();
		for entry in fs::read_dir(&self.folder)? {
			let path = entry?.path();
			let name = path.file_stem().and_then(|name| name.to_str());
			let round = name.and_then(|name| name.parse().ok());
			// A crash while one was written leaves a file with another extension.
			if round.is_some_and(&is_open) {
				continue;
			}
			fs::remove_file(&path)?;
			let is_state = path.extension().is_some_and(|extension| extension == EXTENSION);
			gone.extend(round.filter(|_| is_state));
		}
		Ok(gone)
	}

	fn path(&self, round: RoundId) -> PathBuf {
		self.folder.join(format!("{round}.{EXTENSION}"))
	}
}

/// The file of one round.
#[derive(Debug)]
pub(super) struct StateFile {
	folder: PathBuf,
	path: PathBuf,
}

impl StateStore for StateFile {
	fn save(&mut self, state: &[u8]) -> io::Result<()> {
		let written = self.path.with_extension("new");
		let mut options = OpenOptions::new();
		let mut file =
			options.write(true).create(true).truncate(true).mode(0o600).open(&written)?;
		file.write_all(state)?;
		file.sync_all()?;
		fs::rename(&written, &self.path)?;
		sync_folder(&self.folder)
	}
}

fn sync_folder(folder: &Path) -> io::Result<()> {
	File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_core::SystemRng;
	use std::os::unix::fs::PermissionsExt as _;

	#[test]
	fn state_should_outlive_the_daemon_and_not_its_round() {
		let folder = tempfile::tempdir().unwrap();
		let states = States::open(folder.path().join("rounds")).unwrap();
		assert!(states.load(3).unwrap().is_none());
		let join = |round| {
			let store = &mut states.of(round);
			Participant::join([1; 32], round, [2; 32], &SystemRng, store).unwrap()
		};
		let (third, fourth) = (join(3), join(4));
		let loaded = states.load(3).unwrap().unwrap();
		assert_eq!(loaded.announcement(), third.announcement());
		let file = folder.path().join("rounds/3.state");
		assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

		fs::write(folder.path().join("rounds/5.new"), b"half").unwrap();
		assert_eq!(states.forget_but(|round| round == 4).unwrap(), [3]);
		assert!(states.load(3).unwrap().is_none());
		let loaded = states.load(4).unwrap().unwrap();
		assert_eq!(loaded.announcement(), fourth.announcement());
		fs::write(folder.path().join("rounds/4.state"), b"damaged").unwrap();
		assert!(matches!(states.load(4), Err(NoState::Damaged(_))));
	}
}
