// SPDX-License-Identifier: Apache-2.0

//! Data that this node's owner lets it learn from. It is read here and goes nowhere else: no route and
//! no peer gets it, and it is no part of the content store.

use r1_deeploy::{job::limits::DATA_NAME_BYTES_MAX, specification::ServedName};
use r1_learning::{
	limits::DATASET_BYTES_MAX,
	trainer::{Dataset, DatasetError, Model},
};
use std::{
	fs::{self, OpenOptions},
	io::{self, Write as _},
	os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
	path::PathBuf,
	sync::{Arc, Mutex, PoisonError},
};

/// Data sets of a node: each is a tag of it, and other tags want room, too.
const DATA_SETS_MAX: usize = 8;

const EXTENSION: &str = "safetensors";

/// The data sets of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct DataSets {
	folder: PathBuf,
	/// One change at a time, so that the number of sets is what was counted.
	changing: Arc<Mutex<()>>,
}

/// A data set of this node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct DataSet {
	pub(crate) name: ServedName,
	pub(crate) bytes: u64,
}

/// What a data set holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DataShape {
	pub(crate) samples: usize,
	pub(crate) features: usize,
	/// At least so many, by the labels that it has.
	pub(crate) classes: usize,
}

impl DataSets {
	/// The sets below a folder, which is made if it is not there.
	pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
		fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
		Ok(Self { folder, changing: Arc::default() })
	}

	/// All of them, by name.
	///
	/// # Errors
	///
	/// The disk.
	pub(crate) fn list(&self) -> io::Result<Vec<DataSet>> {
		let mut sets = Vec::new();
		for entry in fs::read_dir(&self.folder)? {
			let entry = entry?;
			let path = entry.path();
			let is_whole = path.extension().is_some_and(|extension| extension == EXTENSION);
			let name = path.file_stem().and_then(|name| name.to_str());
			let Some(Ok(name)) = name.filter(|_| is_whole).map(ServedName::new) else { continue };
			sets.push(DataSet { name, bytes: entry.metadata()?.len() });
		}
		sets.sort_unstable_by(|one, other| one.name.cmp(&other.name));
		Ok(sets)
	}

	/// Their names.
	///
	/// # Errors
	///
	/// The disk.
	pub(crate) fn names(&self) -> io::Result<Vec<ServedName>> {
		Ok(self.list()?.into_iter().map(|set| set.name).collect())
	}

	/// Checks a file and keeps it, instead of one of the same name.
	///
	/// # Errors
	///
	/// It is no data set, there are too many, or the disk failed. What was there stays.
	pub(crate) fn put(&self, name: &ServedName, bytes: &[u8]) -> Result<DataShape, NotKept> {
		if DATA_NAME_BYTES_MAX < name.as_str().len() {
			return Err(NotKept::LongName);
		}
		let set = Dataset::of_file(bytes)?;
		let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
		let sets = self.list()?;
		if DATA_SETS_MAX <= sets.len() && sets.iter().all(|set| set.name != *name) {
			return Err(NotKept::TooMany);
		}
		let path = self.path(name);
		let written = path.with_extension("new");
		let mut options = OpenOptions::new();
		let mut file =
			options.write(true).create(true).truncate(true).mode(0o600).open(&written)?;
		file.write_all(bytes)?;
		file.sync_all()?;
		fs::rename(&written, &path)?;
		fs::File::open(&self.folder)?.sync_all()?;
		Ok(DataShape { samples: set.samples(), features: set.features(), classes: set.classes() })
	}

	/// Forgets a set; whether it was there.
	///
	/// # Errors
	///
	/// The disk.
	pub(crate) fn remove(&self, name: &ServedName) -> io::Result<bool> {
		let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
		match fs::remove_file(self.path(name)) {
			Ok(()) => Ok(true),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// Whether a set is here.
	pub(crate) fn has(&self, name: &ServedName) -> bool {
		self.path(name).exists()
	}

	/// Reads a set for a model.
	pub(super) fn read(&self, name: &ServedName, model: &Model) -> Result<Dataset, NotRead> {
		let bytes = fs::read(self.path(name))?;
		Ok(Dataset::from_bytes(&bytes, model.features(), model.classes())?)
	}

	fn path(&self, name: &ServedName) -> PathBuf {
		self.folder.join(format!("{name}.{EXTENSION}"))
	}
}

/// Why a data set is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
	/// Not one.
	#[error("the file is no data set, or one of more than {} MiB", DATASET_BYTES_MAX >> 20)]
	Malformed(#[from] DatasetError),
	/// No tag says so much.
	#[error("the name of a data set has at most {DATA_NAME_BYTES_MAX} characters")]
	LongName,
	/// One more than there may be.
	#[error("this node has {DATA_SETS_MAX} data sets, which is the limit; remove one")]
	TooMany,
	/// There are more tags than a node has.
	#[error("this node cannot say that it has the data set: {reason}")]
	NoTag { reason: String },
	/// The disk.
	#[error("the data sets could not be read or written")]
	Write(#[from] io::Error),
}

/// Why a data set cannot be learnt from.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotRead {
	/// The disk, or there is none.
	#[error("could not read the data set")]
	Read(#[from] io::Error),
	/// It is not for the model.
	#[error("the data set does not fit the model")]
	Unfit(#[from] DatasetError),
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_learning::trainer::Layer;

	#[test]
	fn data_should_be_checked_kept_and_forgotten() {
		let folder = tempfile::tempdir().unwrap();
		let sets = DataSets::open(folder.path().join("data")).unwrap();
		let named = |name: &str| ServedName::new(name).unwrap();
		let set = Dataset::new(3, 2, vec![0.5; 12], &[0, 1, 1, 0]).unwrap();
		let bytes = set.to_bytes().unwrap();
		let shape = DataShape { samples: 4, features: 3, classes: 2 };
		assert_eq!(sets.put(&named("cells"), &bytes).unwrap(), shape);
		let kept = DataSet { name: named("cells"), bytes: bytes.len() as u64 };
		assert_eq!(sets.list().unwrap(), [kept]);

		let layers = |inputs| vec![Layer::Linear { inputs, outputs: 2 }];
		let model = Model::initial(layers(3), 1).unwrap();
		assert_eq!(sets.read(&named("cells"), &model).unwrap(), set);
		let other = Model::initial(layers(4), 1).unwrap();
		assert!(matches!(sets.read(&named("cells"), &other), Err(NotRead::Unfit(_))));
		assert!(matches!(sets.read(&named("none"), &model), Err(NotRead::Read(_))));

		assert!(matches!(sets.put(&named("noise"), b"noise"), Err(NotKept::Malformed(_))));
		assert!(matches!(sets.put(&named(&"n".repeat(28)), &bytes), Err(NotKept::LongName)));
		for number in 1..DATA_SETS_MAX {
			sets.put(&named(&format!("set-{number}")), &bytes).unwrap();
		}
		assert!(matches!(sets.put(&named("more"), &bytes), Err(NotKept::TooMany)));
		sets.put(&named("cells"), &bytes).unwrap();
		assert!(sets.remove(&named("cells")).unwrap());
		assert!(!sets.remove(&named("cells")).unwrap());
		assert!(!sets.has(&named("cells")));
	}
}
