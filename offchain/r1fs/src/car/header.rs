// SPDX-License-Identifier: Apache-2.0

//! The header of a CAR file: the few bytes of dag-cbor in it.
//!
//! By hand, because a reader of CBOR takes far more than these two fields, and a stranger chooses
//! the bytes.

use crate::defaults::CAR_ROOTS_MAX;
use cid::Cid;
use r1_core::limits::CID_BYTES_MAX;

/// Major types of CBOR, in the upper three bits.
const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

/// The tag of a CID in dag-cbor, whose bytes have a zero before them.
const CID_TAG: u64 = 42;

/// Writes the header for some roots.
pub(super) fn encode(roots: &[Cid]) -> Vec<u8> {
	let mut bytes = Vec::new();
	put_head(&mut bytes, MAP, 2);
	put_text(&mut bytes, "roots");
	put_head(&mut bytes, ARRAY, roots.len() as u64);
	for root in roots {
		let cid = root.to_bytes();
		put_head(&mut bytes, TAG, CID_TAG);
		put_head(&mut bytes, BYTES, cid.len() as u64 + 1);
		bytes.push(0);
		bytes.extend(cid);
	}
	put_text(&mut bytes, "version");
	put_head(&mut bytes, UNSIGNED, 1);
	bytes
}

/// Reads a header; its roots.
pub(super) fn decode(header: &[u8]) -> Result<Vec<Cid>, HeaderError> {
	let mut reader = Reader { rest: header };
	let mut roots = None;
	let mut version = None;
	for _ in 0..reader.count(MAP)? {
		match reader.take(TEXT)? {
			b"roots" if roots.is_none() => roots = Some(reader.roots()?),
			b"version" if version.is_none() => version = Some(reader.count(UNSIGNED)?),
			_ => return Err(HeaderError::Malformed),
		}
		if let Some(version) = version.filter(|version| *version != 1) {
			return Err(HeaderError::UnsupportedVersion { version });
		}
	}
	match (roots, version) {
		(Some(roots), Some(_)) if reader.rest.is_empty() => Ok(roots),
		_ => Err(HeaderError::Malformed),
	}
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
	put_head(bytes, TEXT, text.len() as u64);
	bytes.extend(text.as_bytes());
}

/// Writes a type and its number, in the shortest form as dag-cbor wants it.
fn put_head(bytes: &mut Vec<u8>, major: u8, number: u64) {
	let major = major << 5;
	match number {
		0..=23 => bytes.push(major | number as u8),
		24..=0xff => bytes.extend([major | 24, number as u8]),
		_ => {
			// No header that is written here has a number of more than 16 bits.
			bytes.push(major | 25);
			bytes.extend((number as u16).to_be_bytes());
		},
	}
}

struct Reader<'a> {
	rest: &'a [u8],
}

impl<'a> Reader<'a> {
	/// The number of the next item, which must be of a type.
	fn count(&mut self, major: u8) -> Result<u64, HeaderError> {
		let [first, rest @ ..] = self.rest else { return Err(HeaderError::Malformed) };
		self.rest = rest;
		if first >> 5 != major {
			return Err(HeaderError::Malformed);
		}
		let width = match first & 31 {
			number @ 0..=23 => return Ok(number.into()),
			24 => 1,
			25 => 2,
			26 => 4,
			27 => 8,
			_ => return Err(HeaderError::Malformed),
		};
		let bytes = self.split(width)?;
		Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
	}

	/// The bytes of the next item, which must be of a type.
	fn take(&mut self, major: u8) -> Result<&'a [u8], HeaderError> {
		let length = self.count(major)?;
		self.split(usize::try_from(length).map_err(|_large| HeaderError::Malformed)?)
	}

	fn roots(&mut self) -> Result<Vec<Cid>, HeaderError> {
		let count = self.count(ARRAY)?;
		if count > CAR_ROOTS_MAX as u64 {
			return Err(HeaderError::TooManyRoots { roots: count });
		}
		(0..count).map(|_| self.root()).collect()
	}

	fn root(&mut self) -> Result<Cid, HeaderError> {
		if self.count(TAG)? != CID_TAG {
			return Err(HeaderError::Malformed);
		}
		match self.take(BYTES)? {
			[0, cid @ ..] if cid.len() <= CID_BYTES_MAX => {
				Cid::try_from(cid).map_err(|_detail| HeaderError::Malformed)
			},
			_ => Err(HeaderError::Malformed),
		}
	}

	fn split(&mut self, length: usize) -> Result<&'a [u8], HeaderError> {
		let (taken, rest) = self.rest.split_at_checked(length).ok_or(HeaderError::Malformed)?;
		self.rest = rest;
		Ok(taken)
	}
}

/// Why bytes are not the header of a CAR file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderError {
	/// They are something else.
	#[error("this does not begin as a CAR file")]
	Malformed,
	/// They are of another version.
	#[error("this is a CAR file of version {version}, and only version 1 is read")]
	UnsupportedVersion {
		/// The version.
		version: u64,
	},
	/// There are more roots than are taken.
	#[error("CAR file has {roots} roots, more than {CAR_ROOTS_MAX}")]
	TooManyRoots {
		/// How many.
		roots: u64,
	},
}
