// SPDX-License-Identifier: Apache-2.0

//! Probes: an oracle asks a node to run a model on an input of its choice, runs it itself, and
//! compares.
//!
//! A probe and its answer are SCALE, and travel over an authenticated stream of the mesh, which
//! pairs them. The bytes come from strangers: their number is checked before they are decoded, and
//! decoding allocates in proportion to them.

use crate::{
	InferError, InferenceService,
	metadata::{Dimension, ModelMetadata, TensorMetadata},
	request::{InferenceRequest, NamedTensor},
	tensor::{Datatype, Tensor, TensorData, TensorError, element_count},
};
use cid::Cid;
use codec::{Decode, DecodeAll, Encode};
use r1_primitives::JobId;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::ops::Range;

/// Bytes of one probe or answer: a 512 x 512 image of FP32 in three channels, and some room.
pub const PROBE_BYTES_MAX: usize = 4 << 20;

/// Tensors in one probe or answer.
pub const PROBE_TENSORS_MAX: usize = 32;

/// Asks a node to run the model of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
	/// The job that the node is paid for.
	pub job: JobId,
	/// The file of the model that the job names.
	pub model: Cid,
	/// One value for each input of the model.
	pub inputs: Vec<NamedTensor>,
}

impl Probe {
	/// The bytes to send.
	///
	/// # Errors
	///
	/// More than a probe may hold.
	pub fn encode(&self) -> Result<Vec<u8>, ProbeError> {
		let inputs = tensors_to_wire(&self.inputs)?;
		bounded(ProbeWire { job: self.job, model: self.model.to_bytes(), inputs }.encode())
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// The bytes are too many or no probe.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		let wire: ProbeWire = decode_bounded(bytes)?;
		let model = Cid::try_from(wire.model).map_err(|_| ProbeError::InvalidModel)?;
		Ok(Self { job: wire.job, model, inputs: tensors_from_wire(wire.inputs)? })
	}
}

/// What a node makes of a probe.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeAnswer {
	/// All outputs of the model, in its order.
	Outputs(Vec<NamedTensor>),
	/// No outputs.
	Refused(ProbeRefusal),
}

impl ProbeAnswer {
	/// The bytes to send.
	///
	/// # Errors
	///
	/// More than an answer may hold.
	pub fn encode(&self) -> Result<Vec<u8>, ProbeError> {
		let wire = match self {
			Self::Outputs(outputs) => AnswerWire::Outputs(tensors_to_wire(outputs)?),
			Self::Refused(refusal) => AnswerWire::Refused(*refusal),
		};
		bounded(wire.encode())
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// The bytes are too many or no answer.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		Ok(match decode_bounded(bytes)? {
			AnswerWire::Outputs(outputs) => Self::Outputs(tensors_from_wire(outputs)?),
			AnswerWire::Refused(refusal) => Self::Refused(refusal),
		})
	}
}

/// Why a node gives no outputs.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum ProbeRefusal {
	/// It does not serve the model.
	NotServed,
	/// It has too much to do; asking later may help.
	Busy,
	/// The inputs do not fit the model.
	InvalidInput,
	/// The model failed, or its answer is too large.
	Failed,
}

impl InferenceService {
	/// Runs the probed model and returns what to answer.
	///
	/// # Cancel safety
	///
	/// As [`InferenceService::infer`].
	pub async fn answer(&self, probe: Probe) -> ProbeAnswer {
		let Some(model) = self.model_by_cid(&probe.model) else {
			return ProbeAnswer::Refused(ProbeRefusal::NotServed);
		};
		let request = InferenceRequest { inputs: probe.inputs, outputs: Vec::new() };
		match self.infer(&model, request).await {
			Ok(outputs) => ProbeAnswer::Outputs(outputs),
			Err(error) => ProbeAnswer::Refused(refusal_for(&error)),
		}
	}
}

fn refusal_for(error: &InferError) -> ProbeRefusal {
	match error {
		error if error.is_transient() => ProbeRefusal::Busy,
		error if error.is_client_fault() => ProbeRefusal::InvalidInput,
		_ => ProbeRefusal::Failed,
	}
}

/// How an oracle makes up the inputs of a probe.
#[derive(Clone, Debug)]
pub struct ProbeInputs {
	/// Size of a dynamic outermost dimension; other dynamic dimensions are 1.
	pub batch: usize,
	/// Where numbers are drawn from, evenly; the specification of a job knows what its model likes.
	pub values: Range<f64>,
	/// Decides the numbers; must not be known to the node beforehand.
	pub seed: [u8; 32],
}

impl ProbeInputs {
	/// Random inputs that fit a model.
	///
	/// # Errors
	///
	/// They would not fit into a probe.
	pub fn sample(&self, metadata: &ModelMetadata) -> Result<Vec<NamedTensor>, ProbeError> {
		let mut random = StdRng::from_seed(self.seed);
		metadata
			.inputs
			.iter()
			.map(|input| self.sample_tensor(input, &mut random))
			.collect()
	}

	fn sample_tensor(
		&self,
		input: &TensorMetadata,
		random: &mut StdRng,
	) -> Result<NamedTensor, ProbeError> {
		let size = |(axis, dimension): (usize, &Dimension)| match dimension {
			Dimension::Fixed(size) => *size,
			Dimension::Dynamic(_) if axis == 0 => self.batch,
			Dimension::Dynamic(_) => 1,
		};
		let shape: Vec<usize> = input.shape.iter().enumerate().map(size).collect();
		let count = element_count(&shape)?;
		let bytes = count.saturating_mul(input.datatype.size_bytes());
		if PROBE_BYTES_MAX < bytes {
			return Err(ProbeError::TooLarge { got: bytes });
		}
		let data = self.sample_data(input.datatype, count, random);
		Ok(NamedTensor { name: input.name.clone(), tensor: Tensor::new(shape, data)? })
	}

	/// A number outside the datatype becomes its nearest value, which is as good a probe.
	fn sample_data(&self, datatype: Datatype, count: usize, random: &mut StdRng) -> TensorData {
		let Range { start, end } = self.values;
		let numbers = (0..count).map(|_| start + random.random::<f64>() * (end - start));
		match datatype {
			Datatype::Bool => {
				TensorData::Bool(numbers.map(|n| n < f64::midpoint(start, end)).collect())
			},
			Datatype::Uint8 => TensorData::Uint8(numbers.map(|n| n as u8).collect()),
			Datatype::Uint16 => TensorData::Uint16(numbers.map(|n| n as u16).collect()),
			Datatype::Uint32 => TensorData::Uint32(numbers.map(|n| n as u32).collect()),
			Datatype::Uint64 => TensorData::Uint64(numbers.map(|n| n as u64).collect()),
			Datatype::Int8 => TensorData::Int8(numbers.map(|n| n as i8).collect()),
			Datatype::Int16 => TensorData::Int16(numbers.map(|n| n as i16).collect()),
			Datatype::Int32 => TensorData::Int32(numbers.map(|n| n as i32).collect()),
			Datatype::Int64 => TensorData::Int64(numbers.map(|n| n as i64).collect()),
			Datatype::Fp32 => TensorData::Fp32(numbers.map(|n| n as f32).collect()),
			Datatype::Fp64 => TensorData::Fp64(numbers.collect()),
		}
	}
}

/// Why bytes are no probe or answer, or a probe cannot be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
	/// More bytes than allowed.
	#[error("a probe is at most {PROBE_BYTES_MAX} bytes, but this one has {got}")]
	TooLarge {
		/// Its bytes.
		got: usize,
	},
	/// More tensors than allowed.
	#[error("a probe holds at most {PROBE_TENSORS_MAX} tensors, but this one has {got}")]
	TooManyTensors {
		/// Its tensors.
		got: usize,
	},
	/// Not the encoding.
	#[error("the bytes are no probe")]
	Malformed(#[source] codec::Error),
	/// The model is not named by a content identifier.
	#[error("the probe names its model by an invalid CID")]
	InvalidModel,
	/// A tensor whose elements do not fill its shape.
	#[error("the probe holds an invalid tensor")]
	InvalidTensor(
		#[source]
		#[from]
		TensorError,
	),
}

#[derive(Decode, Encode)]
struct ProbeWire {
	job: JobId,
	model: Vec<u8>,
	inputs: Vec<TensorWire>,
}

#[derive(Decode, Encode)]
enum AnswerWire {
	Outputs(Vec<TensorWire>),
	Refused(ProbeRefusal),
}

#[derive(Decode, Encode)]
struct TensorWire {
	name: String,
	datatype: Datatype,
	shape: Vec<u32>,
	bytes: Vec<u8>,
}

fn bounded(bytes: Vec<u8>) -> Result<Vec<u8>, ProbeError> {
	match bytes.len() {
		got if PROBE_BYTES_MAX < got => Err(ProbeError::TooLarge { got }),
		_ => Ok(bytes),
	}
}

fn decode_bounded<T: Decode>(bytes: &[u8]) -> Result<T, ProbeError> {
	if PROBE_BYTES_MAX < bytes.len() {
		return Err(ProbeError::TooLarge { got: bytes.len() });
	}
	T::decode_all(&mut &*bytes).map_err(ProbeError::Malformed)
}

fn check_count(got: usize) -> Result<(), ProbeError> {
	match got {
		got if PROBE_TENSORS_MAX < got => Err(ProbeError::TooManyTensors { got }),
		_ => Ok(()),
	}
}

fn tensors_to_wire(tensors: &[NamedTensor]) -> Result<Vec<TensorWire>, ProbeError> {
	check_count(tensors.len())?;
	let dimension = |(size, shape): (&usize, &[usize])| {
		u32::try_from(*size).map_err(|_| TensorError::ShapeOverflow { shape: shape.to_vec() })
	};
	tensors
		.iter()
		.map(|NamedTensor { name, tensor }| {
			let sizes = tensor.shape().iter().map(|size| dimension((size, tensor.shape())));
			Ok(TensorWire {
				name: name.clone(),
				datatype: tensor.datatype(),
				shape: sizes.collect::<Result<_, _>>()?,
				bytes: tensor.to_le_bytes(),
			})
		})
		.collect()
}

fn tensors_from_wire(tensors: Vec<TensorWire>) -> Result<Vec<NamedTensor>, ProbeError> {
	check_count(tensors.len())?;
	tensors
		.into_iter()
		.map(|TensorWire { name, datatype, shape, bytes }| {
			let shape = shape.into_iter().map(|size| size as usize).collect();
			Ok(NamedTensor { name, tensor: Tensor::from_le_bytes(datatype, shape, &bytes)? })
		})
		.collect()
}
