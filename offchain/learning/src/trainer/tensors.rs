// SPDX-License-Identifier: Apache-2.0

//! Files of tensors (safetensors), with limits before anything is believed.

use crate::limits::METADATA_BYTES_MAX;
use safetensors::{
	Dtype, SafeTensorError, SafeTensors,
	tensor::{Metadata, TensorView},
};

/// Reads a file.
pub(super) fn read(
	bytes: &[u8],
	bytes_max: usize,
) -> Result<(Metadata, SafeTensors<'_>), FileError> {
	if bytes_max < bytes.len() {
		return Err(FileError::TooLong { found: bytes.len(), limit: bytes_max });
	}
	let header = bytes.first_chunk().map(|length| u64::from_le_bytes(*length));
	let header = header.ok_or(FileError::Malformed(SafeTensorError::HeaderTooSmall))?;
	if METADATA_BYTES_MAX as u64 <= header {
		return Err(FileError::Description { found: header });
	}
	let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(FileError::Malformed)?;
	let tensors = SafeTensors::deserialize(bytes).map_err(FileError::Malformed)?;
	Ok((metadata, tensors))
}

/// The floats of a tensor that has a name and a shape.
pub(super) fn floats(
	tensors: &SafeTensors<'_>,
	name: &str,
	shape: &[usize],
) -> Result<Vec<f32>, FileError> {
	let view = tensor(tensors, name)?;
	if view.shape() != shape {
		return Err(FileError::Shape {
			name: name.to_owned(),
			expected: shape.to_vec(),
			found: view.shape().to_vec(),
		});
	}
	let values = words(&view, name, Dtype::F32, f32::from_le_bytes)?;
	match values.iter().position(|value| !value.is_finite()) {
		None => Ok(values),
		Some(index) => Err(FileError::NotFinite { name: name.to_owned(), index }),
	}
}

/// The integers of a tensor that has a name.
pub(super) fn integers(tensors: &SafeTensors<'_>, name: &str) -> Result<Vec<i64>, FileError> {
	words(&tensor(tensors, name)?, name, Dtype::I64, i64::from_le_bytes)
}

/// A tensor that has a name.
pub(super) fn tensor<'a>(
	tensors: &SafeTensors<'a>,
	name: &str,
) -> Result<TensorView<'a>, FileError> {
	tensors.tensor(name).map_err(|_| FileError::Missing { name: name.to_owned() })
}

fn words<const BYTES: usize, T>(
	view: &TensorView<'_>,
	name: &str,
	expected: Dtype,
	read: fn([u8; BYTES]) -> T,
) -> Result<Vec<T>, FileError> {
	if view.dtype() != expected {
		let (name, found) = (name.to_owned(), view.dtype());
		return Err(FileError::Type { name, expected, found });
	}
	let (words, _) = view.data().as_chunks::<BYTES>();
	Ok(words.iter().copied().map(read).collect())
}

/// Why a file of tensors is none.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
	/// More bytes than there may be.
	#[error("the file has {found} bytes, and {limit} are the limit")]
	TooLong {
		/// How many.
		found: usize,
		/// The limit.
		limit: usize,
	},
	/// More about the tensors than there may be.
	#[error(
		"the description of its tensors has {found} bytes, and {METADATA_BYTES_MAX} are too many"
	)]
	Description {
		/// How many.
		found: u64,
	},
	/// No such file.
	#[error("it is no file of safetensors")]
	Malformed(#[source] SafeTensorError),
	/// A tensor that must be there.
	#[error("there is no tensor `{name}`")]
	Missing {
		/// Its name.
		name: String,
	},
	/// A tensor of other numbers.
	#[error("tensor `{name}` is of {found}, and must be of {expected}")]
	Type {
		/// Its name.
		name: String,
		/// What it must be of.
		expected: Dtype,
		/// What it is of.
		found: Dtype,
	},
	/// A tensor of another shape.
	#[error("tensor `{name}` has the shape {found:?}, and must have {expected:?}")]
	Shape {
		/// Its name.
		name: String,
		/// What it must have.
		expected: Vec<usize>,
		/// What it has.
		found: Vec<usize>,
	},
	/// An infinity, or no number.
	#[error("number {index} of tensor `{name}` is not finite")]
	NotFinite {
		/// Its name.
		name: String,
		/// Which.
		index: usize,
	},
}
