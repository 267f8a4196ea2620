// SPDX-License-Identifier: Apache-2.0

//! Tensors hold exactly what their shape says, from bytes and back.

use crate::{Datatype, TENSOR_DIMENSIONS_MAX, Tensor, TensorData, TensorError};
use proptest::prelude::*;

fn datatypes() -> impl Strategy<Value = Datatype> {
	prop::sample::select(Datatype::ALL)
}

/// Small shapes, scalars and empty ones included.
fn shapes() -> impl Strategy<Value = Vec<usize>> {
	prop::collection::vec(0_usize..5, 0..4)
}

proptest! {
	#[test]
	fn bytes_should_survive_when_decoded_and_encoded(
		datatype in datatypes(),
		shape in shapes(),
		seed in prop::collection::vec(any::<u8>(), 1..64),
	) {
		let elements: usize = shape.iter().product();
		let mut bytes: Vec<u8> =
			seed.iter().copied().cycle().take(elements * datatype.size_bytes()).collect();
		if datatype == Datatype::Bool {
			bytes.iter_mut().for_each(|byte| *byte &= 1);
		}
		let tensor = Tensor::from_le_bytes(datatype, shape.clone(), &bytes).unwrap();
		prop_assert_eq!(tensor.shape(), shape);
		prop_assert_eq!(tensor.datatype(), datatype);
		prop_assert_eq!(tensor.data().len(), elements);
		prop_assert_eq!(tensor.to_le_bytes(), bytes);
	}

	#[test]
	fn bytes_should_be_refused_when_their_number_is_not_what_the_shape_says(
		datatype in datatypes(),
		shape in shapes(),
		bytes in prop::collection::vec(any::<u8>(), 0..200),
	) {
		let expected = shape.iter().product::<usize>() * datatype.size_bytes();
		prop_assume!(expected != bytes.len());
		let error = Tensor::from_le_bytes(datatype, shape.clone(), &bytes).unwrap_err();
		prop_assert_eq!(
			error,
			TensorError::ByteCount { datatype, shape, expected, got: bytes.len() }
		);
	}

	#[test]
	fn decoding_should_never_allocate_for_a_shape_when_the_bytes_are_missing(
		datatype in datatypes(),
		shape in prop::collection::vec(any::<usize>(), 0..12),
	) {
		let wanted = shape.iter().try_fold(1_usize, |n, size| n.checked_mul(*size));
		prop_assume!(wanted != Some(0) || TENSOR_DIMENSIONS_MAX < shape.len());
		prop_assert!(Tensor::from_le_bytes(datatype, shape, &[]).is_err());
	}
}

#[test]
fn tensor_should_be_refused_when_it_cannot_be_counted() {
	let shape = vec![usize::MAX, 2];
	let error = Tensor::new(shape.clone(), TensorData::Uint8(Vec::new())).unwrap_err();
	assert_eq!(error, TensorError::ShapeOverflow { shape });

	let error = Tensor::new(vec![1; 9], TensorData::Uint8(vec![0])).unwrap_err();
	assert_eq!(error, TensorError::TooManyDimensions { got: 9 });
}

#[test]
fn boolean_should_be_refused_when_its_byte_is_neither_zero_nor_one() {
	let error = Tensor::from_le_bytes(Datatype::Bool, vec![3], &[1, 0, 2]).unwrap_err();
	assert_eq!(error, TensorError::InvalidBool { index: 2, byte: 2 });
}

#[test]
fn scalar_should_hold_one_element_when_its_shape_is_empty() {
	let tensor = Tensor::new(Vec::new(), TensorData::Fp64(vec![0.5])).unwrap();
	assert_eq!(tensor.to_le_bytes(), 0.5_f64.to_le_bytes());
}
