// SPDX-License-Identifier: Apache-2.0

//! Checks a request against a model before anything is computed.
//!
//! Pure: a request and a signature go in, tensors in the model's order or a reason come out.

use crate::{
	limits::InferenceLimits,
	metadata::{Dimension, ModelMetadata, TensorMetadata, display_shape},
	tensor::{Datatype, Tensor, TensorData, TensorError},
};
use std::collections::HashMap;

/// A tensor under the name that the model has for it.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
	/// The name of the input or output.
	pub name: String,
	/// Its value.
	pub tensor: Tensor,
}

impl NamedTensor {
	/// A named tensor of a client's making.
	///
	/// # Errors
	///
	/// The elements do not fill the shape.
	pub fn new(name: &str, shape: Vec<usize>, data: TensorData) -> Result<Self, RequestError> {
		match Tensor::new(shape, data) {
			Ok(tensor) => Ok(Self { name: name.to_owned(), tensor }),
			Err(source) => Err(RequestError::InvalidTensor { input: name.to_owned(), source }),
		}
	}
}

/// What a client asks of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct InferenceRequest {
	/// One value for each input of the model, in any order.
	pub inputs: Vec<NamedTensor>,
	/// Outputs wanted, in the order wanted; all of them if empty.
	pub outputs: Vec<String>,
}

/// A request that fits its model.
#[derive(Debug)]
pub(crate) struct CheckedRequest {
	/// Inputs in the model's order.
	pub(crate) inputs: Vec<Tensor>,
	/// Positions, in the model's order, of the outputs wanted.
	pub(crate) outputs: Vec<usize>,
}

/// Checks names, datatypes, shapes and sizes.
pub(crate) fn check(
	request: InferenceRequest,
	metadata: &ModelMetadata,
	limits: &InferenceLimits,
) -> Result<CheckedRequest, RequestError> {
	let outputs = select_outputs(&request.outputs, metadata)?;
	let inputs = order_inputs(request.inputs, metadata)?;
	let mut dynamic_sizes = HashMap::new();
	for (input, expected) in inputs.iter().zip(&metadata.inputs) {
		check_input(input, expected, limits)?;
		bind_dimensions(input, expected, &mut dynamic_sizes)?;
	}
	Ok(CheckedRequest { inputs, outputs })
}

fn select_outputs(wanted: &[String], metadata: &ModelMetadata) -> Result<Vec<usize>, RequestError> {
	if wanted.is_empty() {
		return Ok((0..metadata.outputs.len()).collect());
	}
	// Each output once at most: otherwise a short request could ask for a very long answer.
	let mut selected = Vec::with_capacity(metadata.outputs.len());
	for name in wanted {
		let position = position_of(name, &metadata.outputs).ok_or_else(|| {
			RequestError::UnknownOutput { output: name.clone(), known: names(&metadata.outputs) }
		})?;
		if selected.contains(&position) {
			return Err(RequestError::DuplicateOutput { output: name.clone() });
		}
		selected.push(position);
	}
	Ok(selected)
}

fn order_inputs(
	inputs: Vec<NamedTensor>,
	metadata: &ModelMetadata,
) -> Result<Vec<Tensor>, RequestError> {
	let mut ordered: Vec<Option<Tensor>> = metadata.inputs.iter().map(|_| None).collect();
	for input in inputs {
		let slot = position_of(&input.name, &metadata.inputs)
			.and_then(|position| ordered.get_mut(position))
			.ok_or_else(|| RequestError::UnknownInput {
				input: input.name.clone(),
				known: names(&metadata.inputs),
			})?;
		if slot.replace(input.tensor).is_some() {
			return Err(RequestError::DuplicateInput { input: input.name });
		}
	}
	ordered
		.into_iter()
		.zip(&metadata.inputs)
		.map(|(input, expected)| {
			input.ok_or_else(|| RequestError::MissingInput { input: expected.name.clone() })
		})
		.collect()
}

fn check_input(
	input: &Tensor,
	expected: &TensorMetadata,
	limits: &InferenceLimits,
) -> Result<(), RequestError> {
	let name = || expected.name.clone();
	if input.datatype() != expected.datatype {
		return Err(RequestError::WrongDatatype {
			input: name(),
			expected: expected.datatype,
			got: input.datatype(),
		});
	}
	let fits = input.shape().len() == expected.shape.len()
		&& expected
			.shape
			.iter()
			.zip(input.shape())
			.all(|(dimension, size)| dimension.accepts(*size));
	if !fits {
		return Err(RequestError::WrongShape {
			input: name(),
			expected: expected.shape.clone(),
			got: input.shape().to_vec(),
		});
	}
	if let (Some(Dimension::Dynamic(_)), Some(batch)) =
		(expected.shape.first(), input.shape().first())
		&& limits.batch_max < *batch
	{
		return Err(RequestError::BatchTooLarge {
			input: name(),
			got: *batch,
			max: limits.batch_max,
		});
	}
	let elements = input.data().len();
	if limits.tensor_elements_max < elements {
		return Err(RequestError::InputTooLarge {
			input: name(),
			got: elements,
			max: limits.tensor_elements_max,
		});
	}
	Ok(())
}

/// Remembers what each dynamic dimension is, and refuses a second, different size.
fn bind_dimensions(
	input: &Tensor,
	expected: &TensorMetadata,
	sizes: &mut HashMap<String, usize>,
) -> Result<(), RequestError> {
	for (dimension, size) in expected.shape.iter().zip(input.shape()) {
		let Dimension::Dynamic(dimension) = dimension else { continue };
		let bound = *sizes.entry(dimension.clone()).or_insert(*size);
		if bound != *size {
			return Err(RequestError::InconsistentDimension {
				dimension: dimension.clone(),
				input: expected.name.clone(),
				expected: bound,
				got: *size,
			});
		}
	}
	Ok(())
}

fn position_of(name: &str, tensors: &[TensorMetadata]) -> Option<usize> {
	tensors.iter().position(|tensor| tensor.name == name)
}

fn names(tensors: &[TensorMetadata]) -> Vec<String> {
	tensors.iter().map(|tensor| tensor.name.clone()).collect()
}

/// Why a request does not fit the model: always the client's to correct.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
	/// A value for something that the model does not take.
	#[error("the model has no input `{input}`; it takes `{}`", .known.join("`, `"))]
	UnknownInput {
		/// The name that came.
		input: String,
		/// The names that the model has.
		known: Vec<String>,
	},
	/// No value for something that the model takes.
	#[error("the request has no value for the input `{input}`")]
	MissingInput {
		/// The input.
		input: String,
	},
	/// Two values for one input.
	#[error("the request has two values for the input `{input}`")]
	DuplicateInput {
		/// The input.
		input: String,
	},
	/// Elements that do not fill their shape.
	#[error("the value of input `{input}` is no tensor")]
	InvalidTensor {
		/// The input.
		input: String,
		/// What is wrong with it.
		#[source]
		source: TensorError,
	},
	/// Elements of another kind than the model takes.
	#[error("input `{input}` must be {expected}, but {got} was given")]
	WrongDatatype {
		/// The input.
		input: String,
		/// What the model takes.
		expected: Datatype,
		/// What came.
		got: Datatype,
	},
	/// Another shape than the model takes.
	#[error("input `{input}` must have shape {}, but {got:?} was given", display_shape(.expected))]
	WrongShape {
		/// The input.
		input: String,
		/// What the model takes.
		expected: Vec<Dimension>,
		/// What came.
		got: Vec<usize>,
	},
	/// Two inputs that must agree in a dimension and do not.
	#[error("dimension {dimension} of input `{input}` is {got}, but it is {expected} elsewhere")]
	InconsistentDimension {
		/// The dimension's name in the model.
		dimension: String,
		/// The input that disagrees.
		input: String,
		/// The size in an earlier dimension of that name.
		expected: usize,
		/// The size here.
		got: usize,
	},
	/// More examples at once than allowed.
	#[error("input `{input}` holds a batch of {got}, but at most {max} are allowed")]
	BatchTooLarge {
		/// The input.
		input: String,
		/// Examples that came.
		got: usize,
		/// Examples that are allowed.
		max: usize,
	},
	/// More elements than allowed.
	#[error("input `{input}` has {got} elements, but at most {max} are allowed")]
	InputTooLarge {
		/// The input.
		input: String,
		/// Elements that came.
		got: usize,
		/// Elements that are allowed.
		max: usize,
	},
	/// An output that the model does not have.
	#[error("the model has no output `{output}`; it gives `{}`", .known.join("`, `"))]
	UnknownOutput {
		/// The name that came.
		output: String,
		/// The names that the model has.
		known: Vec<String>,
	},
	/// The same output asked for twice.
	#[error("the output `{output}` is asked for twice")]
	DuplicateOutput {
		/// The output.
		output: String,
	},
}
