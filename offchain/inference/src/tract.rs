// SPDX-License-Identifier: Apache-2.0

//! The embedded backend: ONNX models on tract, in pure Rust.
//!
//! Model files are untrusted. They may name no file on this machine, every panic of the engine
//! becomes an error, and the size of each intermediate result is checked before it is computed, as
//! far as it follows from the sizes of the inputs.

use crate::{
	backend::{BackendError, InferenceBackend, Model},
	metadata::{Dimension, ModelMetadata, TensorMetadata},
	tensor::{Datatype, Tensor, TensorData},
};
use std::{
	any::Any,
	panic::{AssertUnwindSafe, catch_unwind},
	path::Path,
	sync::Arc,
};
use tract_onnx::{
	data_resolver::ModelDataResolver,
	prelude::{
		DatumType, Framework, InferenceFact, InferenceModel, InferenceModelExt, IntoTValue,
		OutletId, SymbolValues, TDim, TValue, TVec, Tensor as TractTensor, TractError, TractResult,
		TypedModel, TypedSimplePlan,
	},
	tract_hir::infer::Factoid,
};

/// Name of the outermost dimension of an input for which the model has no name.
const BATCH_SYMBOL: &str = "batch";

/// Operators that are not served: their results differ each time, so no probe could judge a node.
const RANDOM_OPERATORS: &[&str] =
	&["Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"];

/// ONNX models on tract.
#[derive(Debug)]
pub struct TractBackend {
	tensor_elements_max: usize,
}

impl TractBackend {
	/// A backend whose models may hold tensors of at most this many elements, intermediate results
	/// included.
	#[must_use]
	pub fn new(tensor_elements_max: usize) -> Self {
		Self { tensor_elements_max }
	}
}

impl InferenceBackend for TractBackend {
	fn platform(&self) -> &'static str {
		"onnx_tract"
	}

	fn load(&self, bytes: &[u8]) -> Result<Arc<dyn Model>, BackendError> {
		contain_panics(|| load(bytes, self.tensor_elements_max))
			.map(|model| Arc::new(model) as Arc<dyn Model>)
	}
}

#[derive(Debug)]
struct TractModel {
	metadata: ModelMetadata,
	plan: Arc<TypedSimplePlan>,
	/// Shapes of the inputs, which say what each dynamic dimension is in a request.
	input_shapes: Vec<Vec<TDim>>,
	/// Shapes of all results on the way, each once.
	shapes: Vec<Vec<TDim>>,
	tensor_elements_max: usize,
}

impl Model for TractModel {
	fn metadata(&self) -> &ModelMetadata {
		&self.metadata
	}

	fn run(&self, inputs: Vec<Tensor>) -> Result<Vec<Tensor>, BackendError> {
		self.check_result_sizes(&inputs)?;
		contain_panics(|| {
			let inputs: TVec<TValue> = inputs
				.iter()
				.map(|input| to_tract(input).map(IntoTValue::into_tvalue))
				.collect::<TractResult<_>>()
				.map_err(|error| BackendError::Failed(error.into()))?;
			let outputs =
				self.plan.run(inputs).map_err(|error| BackendError::Failed(error.into()))?;
			outputs
				.iter()
				.zip(&self.metadata.outputs)
				.map(|(output, expected)| from_tract(output, expected.datatype))
				.collect()
		})
	}
}

impl TractModel {
	/// Refuses inputs that would make an intermediate result too large.
	fn check_result_sizes(&self, inputs: &[Tensor]) -> Result<(), BackendError> {
		let mut sizes = SymbolValues::default();
		for (shape, input) in self.input_shapes.iter().zip(inputs) {
			for (dimension, size) in shape.iter().zip(input.shape()) {
				if let (TDim::Sym(symbol), Ok(size)) = (dimension, i64::try_from(*size)) {
					sizes.set(symbol, size);
				}
			}
		}
		check_sizes(&self.shapes, &sizes, self.tensor_elements_max)
	}
}

fn load(bytes: &[u8], tensor_elements_max: usize) -> Result<TractModel, BackendError> {
	let malformed = |error: TractError| BackendError::Malformed(error.into());
	let mut framework = tract_onnx::onnx();
	framework.provider = Arc::new(NoExternalData);
	for operator in RANDOM_OPERATORS {
		framework.op_register.0.remove(*operator);
	}
	let mut model = framework.model_for_read(&mut &*bytes).map_err(malformed)?;
	let names = OutletNames::of(&model);
	name_dynamic_dimensions(&mut model)?;

	let typed = model.into_typed().map_err(malformed)?;
	let shapes = shapes(&typed);
	check_sizes(&shapes, &SymbolValues::default(), tensor_elements_max)?;
	let metadata = names.into_metadata(&typed)?;
	let input_shapes = typed
		.inputs
		.iter()
		.map(|outlet| Ok(typed.outlet_fact(*outlet)?.shape.to_tvec().to_vec()))
		.collect::<TractResult<_>>()
		.map_err(malformed)?;

	let plan = typed
		.into_optimized()
		.and_then(TypedSimplePlan::new)
		.map_err(|error| BackendError::Malformed(error.into()))?;
	Ok(TractModel { metadata, plan, input_shapes, shapes, tensor_elements_max })
}

/// Gives every dimension that the model leaves open a name, so that one plan serves all sizes.
fn name_dynamic_dimensions(model: &mut InferenceModel) -> Result<(), BackendError> {
	let malformed = |error: TractError| BackendError::Malformed(error.into());
	for position in 0..model.inputs.len() {
		let fact = model.input_fact(position).map_err(malformed)?.clone();
		let (Some(datatype), Some(rank)) =
			(fact.datum_type.concretize(), fact.shape.rank().concretize())
		else {
			let reason = format!("input {position} has no fixed datatype or number of dimensions");
			return Err(BackendError::Unsupported { reason });
		};
		let rank = usize::try_from(rank).map_err(|error| BackendError::Malformed(error.into()))?;
		let shape: TVec<TDim> = (0..rank)
			.map(|axis| {
				let known = fact.shape.dim(axis).and_then(|dimension| dimension.concretize());
				known.unwrap_or_else(|| {
					// The outermost dimensions of all inputs are one batch; others are independent.
					let name = match axis {
						0 => BATCH_SYMBOL.to_owned(),
						_ => format!("input_{position}_axis_{axis}"),
					};
					model.symbols.sym(&name).into()
				})
			})
			.collect();
		model
			.set_input_fact(position, InferenceFact::dt_shape(datatype, shape))
			.map_err(malformed)?;
	}
	Ok(())
}

/// The names that the model's author gave; optimisation renames what is behind them.
struct OutletNames {
	inputs: Vec<String>,
	outputs: Vec<String>,
}

impl OutletNames {
	fn of(model: &InferenceModel) -> Self {
		let name = |outlet: &OutletId| match model.outlet_label(*outlet) {
			Some(label) => label.to_owned(),
			None => model.node(outlet.node).name.clone(),
		};
		Self {
			inputs: model.inputs.iter().map(name).collect(),
			outputs: model.outputs.iter().map(name).collect(),
		}
	}

	fn into_metadata(self, model: &TypedModel) -> Result<ModelMetadata, BackendError> {
		let describe = |(name, outlet): (String, &OutletId)| -> Result<_, BackendError> {
			let fact = model
				.outlet_fact(*outlet)
				.map_err(|error| BackendError::Malformed(error.into()))?;
			let datatype = datatype_of(fact.datum_type).ok_or_else(|| {
				let reason = format!("`{name}` holds elements of type {:?}", fact.datum_type);
				BackendError::Unsupported { reason }
			})?;
			let shape = fact.shape.iter().map(dimension_of).collect();
			Ok(TensorMetadata { name, datatype, shape })
		};
		Ok(ModelMetadata {
			inputs: self
				.inputs
				.into_iter()
				.zip(&model.inputs)
				.map(describe)
				.collect::<Result<_, _>>()?,
			outputs: self
				.outputs
				.into_iter()
				.zip(&model.outputs)
				.map(describe)
				.collect::<Result<_, _>>()?,
		})
	}
}

fn dimension_of(dimension: &TDim) -> Dimension {
	match dimension.to_i64().ok().and_then(|size| usize::try_from(size).ok()) {
		Some(size) => Dimension::Fixed(size),
		None => Dimension::Dynamic(dimension.to_string()),
	}
}

/// The shapes of all tensors in the model, as formulas over the dynamic dimensions.
fn shapes(model: &TypedModel) -> Vec<Vec<TDim>> {
	let facts = model.nodes().iter().flat_map(|node| &node.outputs).map(|output| &output.fact);
	let mut shapes: Vec<_> = facts.map(|fact| fact.shape.to_tvec().to_vec()).collect();
	shapes.sort_by_cached_key(|shape| format!("{shape:?}"));
	shapes.dedup();
	shapes
}

/// Checks each tensor whose size follows from `sizes`; the size of others depends on values.
fn check_sizes(shapes: &[Vec<TDim>], sizes: &SymbolValues, max: usize) -> Result<(), BackendError> {
	for shape in shapes {
		let dimensions = shape.iter().map(|dimension| dimension.maybe_eval_to_i64(sizes));
		let Some(dimensions) = dimensions.collect::<Option<Vec<_>>>() else { continue };
		let got = dimensions.into_iter().fold(1_usize, |elements, dimension| {
			elements.saturating_mul(usize::try_from(dimension).unwrap_or(usize::MAX))
		});
		if max < got {
			return Err(BackendError::TensorTooLarge { got, max });
		}
	}
	Ok(())
}

/// Runs engine code on untrusted input; a panic in it is an error like any other.
fn contain_panics<T>(work: impl FnOnce() -> Result<T, BackendError>) -> Result<T, BackendError> {
	// Nothing that the closure touches outlives a panic: the half-built model is dropped, and a
	// run keeps its state on its own stack.
	catch_unwind(AssertUnwindSafe(work))
		.unwrap_or_else(|panic| Err(BackendError::Panicked { detail: panic_message(&*panic) }))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
	match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
		(Some(message), _) => (*message).to_owned(),
		(_, Some(message)) => message.clone(),
		_ => "unknown cause".to_owned(),
	}
}

/// A model must hold all of its weights: it may not read files of the machine that serves it.
struct NoExternalData;

impl ModelDataResolver for NoExternalData {
	fn read_bytes_from_path(
		&self,
		_buffer: &mut Vec<u8>,
		_path: &Path,
		_offset: usize,
		_length: Option<usize>,
	) -> TractResult<()> {
		Err(TractError::msg("weights outside the model file are not served"))
	}
}

/// Pairs each of our datatypes with tract's, in both directions.
macro_rules! datatype_pairs {
	($($ours:ident = $theirs:ident($element:ty)),+ $(,)?) => {
		fn datatype_of(datum_type: DatumType) -> Option<Datatype> {
			match datum_type {
				$(DatumType::$theirs => Some(Datatype::$ours),)+
				// tract's own type for sizes, which leave the model as ordinary integers.
				DatumType::TDim => Some(Datatype::Int64),
				_ => None,
			}
		}

		fn to_tract(tensor: &Tensor) -> TractResult<TractTensor> {
			let shape = tensor.shape();
			match tensor.data() {
				$(TensorData::$ours(elements) => TractTensor::from_shape(shape, elements),)+
			}
		}

		fn from_tract(tensor: &TractTensor, datatype: Datatype) -> Result<Tensor, BackendError> {
			let elements = || -> TractResult<TensorData> {
				Ok(match datatype {
					$(Datatype::$ours => {
						let tensor = tensor.cast_to_dt(DatumType::$theirs)?;
						let elements = tensor.try_as_plain_ram()?.as_slice::<$element>()?;
						TensorData::$ours(elements.to_vec())
					})+
				})
			};
			let data = elements().map_err(|error| BackendError::Failed(error.into()))?;
			Tensor::new(tensor.shape().to_vec(), data)
				.map_err(|error| BackendError::Failed(error.into()))
		}
	};
}

datatype_pairs! {
	Bool = Bool(bool),
	Uint8 = U8(u8),
	Uint16 = U16(u16),
	Uint32 = U32(u32),
	Uint64 = U64(u64),
	Int8 = I8(i8),
	Int16 = I16(i16),
	Int32 = I32(i32),
	Int64 = I64(i64),
	Fp32 = F32(f32),
	Fp64 = F64(f64),
}
