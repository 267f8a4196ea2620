// SPDX-License-Identifier: Apache-2.0

//! The capability record: what a node's machine is, in its own words.
//!
//! Each beat carries only the record's hash. Whoever does not know the hash yet asks the node for
//! the record, so that what rarely changes is rarely sent.

use alloc::{string::String, vec::Vec};
use codec::{Compact, Decode, DecodeAll, Encode, EncodeLike, Error, Input};
use core::fmt;
use sp_crypto_hashing::blake2_256;

/// Longest encoded record that is read, in bytes.
///
/// The largest record of version 1 has 646; the rest is for fields of later versions.
pub const CAPABILITIES_BYTES_MAX: usize = 1_024;

/// Tags that a record may have.
pub const TAGS_MAX: usize = 16;

/// What a node's machine has and can do. Nobody vouches for it but the node.
///
/// On the wire its first byte is the version of the layout, and it has at most
/// [`CAPABILITIES_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Capabilities {
	/// The layout of the record.
	pub version: CapabilitiesVersion,
	/// Processor cores that jobs may use.
	pub cores: u16,
	/// Memory that jobs may use, in MiB.
	pub memory_mib: u32,
	/// Disk space that jobs may use, in MiB.
	pub disk_mib: u32,
	/// The graphics processor, if there is one that jobs may use.
	pub gpu: Option<Gpu>,
	/// What runs containers.
	pub engine: ContainerEngine,
	/// The instructions that the processor knows.
	pub instruction_set: InstructionSet,
	/// What the owner says of the machine, such as `region-eu`.
	pub tags: Tags,
	/// Version of the daemon.
	pub software_version: Text<32>,
}

impl Capabilities {
	/// Reads a record that came from somebody else.
	///
	/// # Errors
	///
	/// More bytes than a record has, another version, or bytes that are no record, or that go on
	/// after it.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, CapabilitiesError> {
		if CAPABILITIES_BYTES_MAX < bytes.len() {
			return Err(CapabilitiesError::TooLong);
		}
		let version = *bytes.first().ok_or(CapabilitiesError::Malformed)?;
		CapabilitiesVersion::decode_all(&mut [version].as_slice())
			.map_err(|_unknown| CapabilitiesError::UnsupportedVersion { version })?;
		Self::decode_all(&mut &*bytes).map_err(|_opaque| CapabilitiesError::Malformed)
	}

	/// The hash that beats carry.
	#[must_use]
	pub fn hash(&self) -> [u8; 32] {
		self.using_encoded(blake2_256)
	}
}

/// The layout of a record; one byte.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum CapabilitiesVersion {
	/// The first one.
	#[codec(index = 1)]
	V1,
}

/// A graphics processor.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Gpu {
	/// Its name, as the driver gives it.
	pub name: Text<64>,
	/// Its memory, in MiB.
	pub memory_mib: u32,
}

/// What runs containers on a machine.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum ContainerEngine {
	/// Nothing: the node runs no containers.
	#[codec(index = 0)]
	None,
	/// An engine with Docker's interface.
	#[codec(index = 1)]
	DockerCompatible,
	/// The one within the daemon.
	#[codec(index = 2)]
	Embedded,
}

/// A class of processors whose results of floating-point kernels can be compared.
///
/// Within one class the same model gives the same bytes; between classes it need not.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum InstructionSet {
	/// None of the others: comparable with nobody.
	#[codec(index = 0)]
	Other,
	/// x86-64 without AVX2.
	#[codec(index = 1)]
	X86_64,
	/// x86-64 with AVX2 and FMA.
	#[codec(index = 2)]
	X86_64Avx2,
	/// x86-64 with AVX-512.
	#[codec(index = 3)]
	X86_64Avx512,
	/// 64-bit Arm with NEON.
	#[codec(index = 4)]
	Arm64,
	/// 64-bit Arm with SVE.
	#[codec(index = 5)]
	Arm64Sve,
}

/// A line of text of at most `BYTES_MAX` bytes of UTF-8, without control characters.
///
/// It is shown to people: a line end or an escape sequence in it would be an attack on a terminal.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Text<const BYTES_MAX: usize>(String);

impl<const BYTES_MAX: usize> Text<BYTES_MAX> {
	/// The text, unless it is too long or has control characters.
	///
	/// # Errors
	///
	/// As said; nothing is cut off.
	pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
		let text = text.into();
		if BYTES_MAX < text.len() {
			return Err(TextError::TooLong { bytes_max: BYTES_MAX });
		}
		match text.chars().any(char::is_control) {
			true => Err(TextError::ControlCharacter),
			false => Ok(Self(text)),
		}
	}

	/// The text.
	#[must_use]
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl<const BYTES_MAX: usize> Encode for Text<BYTES_MAX> {
	fn size_hint(&self) -> usize {
		self.0.size_hint()
	}

	fn using_encoded<R, F: FnOnce(&[u8]) -> R>(&self, read: F) -> R {
		self.0.using_encoded(read)
	}
}

impl<const BYTES_MAX: usize> EncodeLike for Text<BYTES_MAX> {}

impl<const BYTES_MAX: usize> Decode for Text<BYTES_MAX> {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let length = decode_length(input, BYTES_MAX)?;
		let mut bytes = alloc::vec![0; length];
		input.read(&mut bytes)?;
		let text = String::from_utf8(bytes).map_err(|_invalid| "not UTF-8")?;
		Self::new(text).map_err(|_invalid| "a control character".into())
	}
}

/// At most [`TAGS_MAX`] different tags, ascending, so that one set has one encoding and one hash.
#[derive(Clone, Debug, Default, Encode, Eq, PartialEq)]
pub struct Tags(Vec<Text<32>>);

impl Tags {
	/// The tags in order, each once; `None` if there are more than [`TAGS_MAX`].
	#[must_use]
	pub fn new(tags: impl IntoIterator<Item = Text<32>>) -> Option<Self> {
		let mut tags: Vec<_> = tags.into_iter().collect();
		tags.sort();
		tags.dedup();
		(tags.len() <= TAGS_MAX).then_some(Self(tags))
	}

	/// The tags, ascending.
	pub fn iter(&self) -> impl Iterator<Item = &str> {
		self.0.iter().map(Text::as_str)
	}
}

impl Decode for Tags {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let length = decode_length(input, TAGS_MAX)?;
		let mut tags: Vec<Text<32>> = Vec::with_capacity(length);
		for _ in 0..length {
			let tag = Text::decode(input)?;
			if tags.last().is_some_and(|last| tag <= *last) {
				return Err("tags are not ascending".into());
			}
			tags.push(tag);
		}
		Ok(Self(tags))
	}
}

/// Reads a length, and refuses it before anything of that length is allocated.
fn decode_length<I: Input>(input: &mut I, length_max: usize) -> Result<usize, Error> {
	let length = Compact::<u32>::decode(input)?.0;
	usize::try_from(length)
		.ok()
		.filter(|length| *length <= length_max)
		.ok_or_else(|| "longer than allowed".into())
}

/// Why bytes are not a capability record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CapabilitiesError {
	/// More than [`CAPABILITIES_BYTES_MAX`] bytes.
	TooLong,
	/// Of a layout that this program does not know.
	UnsupportedVersion {
		/// The layout's number.
		version: u8,
	},
	/// Not the encoding of a record, or followed by something.
	Malformed,
}

impl fmt::Display for CapabilitiesError {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong => write!(formatter, "longer than {CAPABILITIES_BYTES_MAX} bytes"),
			Self::UnsupportedVersion { version } => {
				write!(formatter, "layout {version} is not supported")
			},
			Self::Malformed => write!(formatter, "not a capability record"),
		}
	}
}

impl core::error::Error for CapabilitiesError {}

/// Why a text is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TextError {
	/// It has more bytes than allowed.
	TooLong {
		/// The limit.
		bytes_max: usize,
	},
	/// It has a line end, an escape, or the like.
	ControlCharacter,
}

impl fmt::Display for TextError {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong { bytes_max } => write!(formatter, "longer than {bytes_max} bytes"),
			Self::ControlCharacter => write!(formatter, "has a control character"),
		}
	}
}

impl core::error::Error for TextError {}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{format, string::ToString, vec};

	fn text<const BYTES_MAX: usize>(text: &str) -> Text<BYTES_MAX> {
		Text::new(text).unwrap()
	}

	/// The largest record that there can be.
	fn largest() -> Capabilities {
		let tags = (0..TAGS_MAX).map(|number| text(&format!("{number:032}")));
		Capabilities {
			version: CapabilitiesVersion::V1,
			cores: u16::MAX,
			memory_mib: u32::MAX,
			disk_mib: u32::MAX,
			gpu: Some(Gpu { name: text(&"g".repeat(64)), memory_mib: u32::MAX }),
			engine: ContainerEngine::Embedded,
			instruction_set: InstructionSet::Arm64Sve,
			tags: Tags::new(tags).unwrap(),
			software_version: text(&"v".repeat(32)),
		}
	}

	#[test]
	fn capabilities_should_round_trip_and_fit_at_their_largest() {
		let bytes = largest().encode();
		assert_eq!(bytes.len(), 646);
		assert!(bytes.len() <= CAPABILITIES_BYTES_MAX);
		assert_eq!(bytes.first(), Some(&1), "the version comes first");
		assert_eq!(Capabilities::from_bytes(&bytes), Ok(largest()));
		assert_eq!(largest().hash(), blake2_256(&bytes));
	}

	#[test]
	fn capabilities_should_be_refused_when_too_long_cut_off_or_followed_by_something() {
		let bytes = largest().encode();
		for length in 0..bytes.len() {
			let read = Capabilities::from_bytes(&bytes[..length]);
			assert_eq!(read, Err(CapabilitiesError::Malformed), "{length} bytes");
		}
		let mut longer = bytes.clone();
		longer.push(0);
		assert_eq!(Capabilities::from_bytes(&longer), Err(CapabilitiesError::Malformed));
		longer.resize(CAPABILITIES_BYTES_MAX + 1, 0);
		let error = Capabilities::from_bytes(&longer).unwrap_err();
		assert_eq!(error, CapabilitiesError::TooLong);
		assert_eq!(error.to_string(), "longer than 1024 bytes");
	}

	#[test]
	fn capabilities_should_be_refused_when_of_another_version() {
		let mut bytes = largest().encode();
		bytes[0] = 2;
		let error = Capabilities::from_bytes(&bytes).unwrap_err();
		assert_eq!(error, CapabilitiesError::UnsupportedVersion { version: 2 });
		assert_eq!(error.to_string(), "layout 2 is not supported");
		assert_eq!(CapabilitiesError::Malformed.to_string(), "not a capability record");
	}

	#[test]
	fn text_should_be_one_line_of_bounded_length() {
		assert_eq!(text::<4>("four").as_str(), "four");
		assert_eq!(Text::<4>::new("fives"), Err(TextError::TooLong { bytes_max: 4 }));
		assert_eq!(Text::<4>::new("\u{e9}\u{e9}x"), Err(TextError::TooLong { bytes_max: 4 }));
		assert_eq!(Text::<4>::new("a\nb"), Err(TextError::ControlCharacter));
		assert_eq!(TextError::TooLong { bytes_max: 4 }.to_string(), "longer than 4 bytes");
		assert_eq!(TextError::ControlCharacter.to_string(), "has a control character");
		for bad in [&b"\x14fives"[..], b"\x08\x1b[", b"\x08\xff\xff", b"\x10abc"] {
			assert!(Text::<4>::decode_all(&mut &*bad).is_err(), "{bad:?}");
		}
	}

	#[test]
	fn text_should_not_allocate_what_a_length_only_claims() {
		// Four bytes that claim a gigabyte.
		let claimed = Compact(0x3fff_ffff_u32).encode();
		assert!(Text::<32>::decode(&mut claimed.as_slice()).is_err());
		assert!(Tags::decode(&mut claimed.as_slice()).is_err());
	}

	#[test]
	fn tags_should_have_one_encoding_for_one_set() {
		let tags = Tags::new([text("b"), text("a"), text("b")]).unwrap();
		assert_eq!(tags.iter().collect::<Vec<_>>(), ["a", "b"]);
		assert_eq!(Tags::decode_all(&mut tags.encode().as_slice()), Ok(tags));
		for unordered in [vec!["b", "a"], vec!["a", "a"]] {
			let bytes = unordered.encode();
			assert!(Tags::decode_all(&mut bytes.as_slice()).is_err(), "{unordered:?}");
		}
		let many = |count: usize| (0..count).map(|number| text(&number.to_string()));
		assert!(Tags::new(many(TAGS_MAX)).is_some());
		assert_eq!(Tags::new(many(TAGS_MAX + 1)), None);
	}
}
