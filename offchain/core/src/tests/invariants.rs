// SPDX-License-Identifier: Apache-2.0

//! Properties of the codec that reads untrusted bytes.

use crate::protobuf::{Field, ProtobufError, Reader, Value, Writer};
use proptest::prelude::*;

fn read_all(message: &[u8]) -> Result<Vec<Field<'_>>, ProtobufError> {
	let mut reader = Reader::new(message);
	let mut fields = Vec::new();
	while let Some(field) = reader.next_field()? {
		fields.push(field);
	}
	Ok(fields)
}

#[derive(Clone, Debug)]
enum Written {
	Varint(u64),
	Bytes(Vec<u8>),
}

fn written() -> impl Strategy<Value = Written> {
	prop_oneof![
		any::<u64>().prop_map(Written::Varint),
		(0_u32..64).prop_map(|shift| Written::Varint(u64::MAX >> shift)),
		prop::collection::vec(any::<u8>(), 0..300).prop_map(Written::Bytes),
	]
}

proptest! {
	#[test]
	fn reader_should_read_what_writer_wrote(
		fields in prop::collection::vec((1_u32..1 << 29, written()), 0..8),
	) {
		let mut writer = Writer::new();
		for (number, value) in &fields {
			match value {
				Written::Varint(value) => writer.varint(*number, *value),
				Written::Bytes(bytes) => writer.bytes(*number, bytes),
			};
		}
		let message = writer.finish();
		let read = read_all(&message).unwrap();
		prop_assert_eq!(read.len(), fields.len());
		for (field, (number, value)) in read.iter().zip(&fields) {
			prop_assert_eq!(field.number, *number);
			match value {
				Written::Varint(value) => prop_assert_eq!(field.varint(), Ok(*value)),
				Written::Bytes(bytes) => prop_assert_eq!(field.bytes(), Ok(bytes.as_slice())),
			}
		}
	}

	#[test]
	fn reader_should_end_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
		// Either outcome is right; a panic or an endless loop is not.
		let _outcome = read_all(&bytes);
	}
}

#[test]
fn reader_should_name_what_is_wrong() {
	let cases: [(&[u8], ProtobufError); 8] = [
		(&[0x08], ProtobufError::UnexpectedEnd),
		(&[0x08, 0x80], ProtobufError::UnexpectedEnd),
		(&[0x0a, 0x02, 0x00], ProtobufError::UnexpectedEnd),
		(&[0x0d, 0x00], ProtobufError::UnexpectedEnd),
		(&[0x00, 0x00], ProtobufError::InvalidTag),
		(&[0x0b], ProtobufError::UnsupportedWireType { wire_type: 3 }),
		(
			&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
			ProtobufError::VarintTooLong,
		),
		(
			&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
			ProtobufError::UnexpectedEnd,
		),
	];
	for (message, expected) in cases {
		assert_eq!(read_all(message), Err(expected), "{message:02x?}");
	}
	let field = Field { number: 4, value: Value::Varint(1) };
	assert_eq!(field.bytes(), Err(ProtobufError::UnexpectedType { field: 4 }));
	assert_eq!(
		read_all(&[0x09, 1, 2, 3, 4, 5, 6, 7, 8]).map(|fields| fields[0].value),
		Ok(Value::Fixed(&[1, 2, 3, 4, 5, 6, 7, 8]))
	);
}
