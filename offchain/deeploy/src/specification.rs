// SPDX-License-Identifier: Apache-2.0

//! What a job is, in the words of the developer who ordered it.
//!
//! A JSON file in the content store; the chain holds its CID.
//!
//! ```json
//! {"kind":"inference","name":"digits","model":"bafkrei…","format":"onnx","tolerance":0.0001}
//! ```
//!
//! No other field is allowed but `probe_range`, which is [0, 1] where it is left out, and `secrets`: a
//! misspelt field is an error and not a default. A secret is a text that is sealed for the job's
//! nodes; everybody may read it, and they alone can open it.

use cid::Cid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
	collections::BTreeMap,
	fmt::{self, Display},
	ops::Range,
};

/// Longest specification that is read, in bytes: the fields below need less than 400, and a sealed
/// secret some hundred and twice its own length.
pub const SPECIFICATION_BYTES_MAX: usize = 64 * 1024;

/// Secrets of a job.
pub const SECRETS_MAX: usize = 16;

/// Longest name of a served model, in bytes: it is part of a URL, and of a host name one day.
pub const NAME_BYTES_MAX: usize = 64;

/// A job that a node can run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Specification {
	/// Serve a model.
	Inference(InferenceSpecification),
}

/// A model to serve.
#[derive(Clone, Debug, PartialEq)]
pub struct InferenceSpecification {
	/// The name to serve it under.
	pub name: ServedName,
	/// Its file in the content store.
	pub model: Cid,
	/// What kind of file that is.
	pub format: ModelFormat,
	/// How far answers may differ between machines, as a share; at least 0 and less than 1.
	pub tolerance: f64,
	/// Between which numbers oracles draw the inputs of their probes.
	pub probe_range: Range<f64>,
	/// Sealed secrets, by their names.
	pub secrets: BTreeMap<SecretName, String>,
}

/// The name of a secret, which follows the rules of a [`ServedName`]: it is a file's name.
pub type SecretName = ServedName;

/// A kind of model file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ModelFormat {
	/// Open Neural Network Exchange.
	Onnx,
}

impl Specification {
	/// Reads a specification from untrusted bytes.
	///
	/// # Errors
	///
	/// See [`SpecificationError`], which names the field.
	pub fn from_json(bytes: &[u8]) -> Result<Self, SpecificationError> {
		if SPECIFICATION_BYTES_MAX < bytes.len() {
			return Err(SpecificationError::TooLong { bytes: bytes.len() });
		}
		// The kind decides which fields there are, so it is read first and alone.
		let wire: KindWire = parse(bytes)?;
		match text("kind", &wire.kind)? {
			KIND_INFERENCE => Ok(Self::Inference(parse::<InferenceWire>(bytes)?.validate()?)),
			other => Err(SpecificationError::UnsupportedKind { kind: shortened(other) }),
		}
	}

	/// Its sealed secrets, by their names.
	#[must_use]
	pub fn secrets(&self) -> &BTreeMap<SecretName, String> {
		let Self::Inference(inference) = self;
		&inference.secrets
	}

	/// Writes the specification as [`Self::from_json`] reads it.
	///
	/// Numbers of up to 15 digits, as people write them, come back exactly; of others the last bit
	/// may differ, which no tolerance and no probe is about.
	#[must_use]
	pub fn to_json(&self) -> String {
		let Self::Inference(inference) = self;
		serde_json::to_string(&InferenceWire::from(inference))
			.expect("strings and a finite number are valid JSON; qed")
	}
}

/// The name of a served model: 1 to 64 of `a` to `z`, `0` to `9` and `-`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ServedName(String);

impl ServedName {
	/// Checks a name.
	///
	/// # Errors
	///
	/// It is empty, too long, or has another character.
	pub fn new(name: &str) -> Result<Self, SpecificationError> {
		let is_allowed =
			|byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
		match (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_allowed) {
			true => Ok(Self(name.to_owned())),
			false => Err(SpecificationError::InvalidName { name: shortened(name) }),
		}
	}

	/// The name.
	#[must_use]
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl Display for ServedName {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.0)
	}
}

/// Why bytes are not a specification that a node can run. No retry helps.
#[derive(Debug, thiserror::Error)]
pub enum SpecificationError {
	/// More bytes than any specification has.
	#[error("the specification has {bytes} bytes, more than {SPECIFICATION_BYTES_MAX}")]
	TooLong {
		/// Its length.
		bytes: usize,
	},
	/// Not JSON, or a field that is missing, unknown or there twice; the source says which.
	#[error("the specification is malformed")]
	Malformed {
		/// What is wrong, and on which line.
		source: serde_json::Error,
	},
	/// A field of another type.
	#[error("field `{field}`: not {expected}")]
	WrongType {
		/// The field.
		field: &'static str,
		/// What it must be.
		expected: &'static str,
	},
	/// A kind of job that this version does not run.
	#[error("field `kind`: `{kind}` is not supported, only `{KIND_INFERENCE}` is")]
	UnsupportedKind {
		/// The kind, shortened.
		kind: String,
	},
	/// A name that cannot be served.
	#[error("field `name`: `{name}` is not 1 to {NAME_BYTES_MAX} of a to z, 0 to 9 and `-`")]
	InvalidName {
		/// The name, shortened.
		name: String,
	},
	/// Not a CID.
	#[error("field `model`: `{model}` is not a CID")]
	InvalidModel {
		/// What was given, shortened.
		model: String,
		/// What is wrong with it.
		source: cid::Error,
	},
	/// A kind of model file that this version does not read.
	#[error("field `format`: `{format}` is not supported, only `{FORMAT_ONNX}` is")]
	UnsupportedFormat {
		/// The format, shortened.
		format: String,
	},
	/// A range that no number can be drawn from.
	#[error("field `probe_range`: no number can be drawn from {start:e} to {end:e}")]
	InvalidProbeRange {
		/// Where it starts.
		start: f64,
		/// Where it ends.
		end: f64,
	},
	/// More secrets than a job has.
	#[error("field `secrets`: {count} secrets, more than {SECRETS_MAX}")]
	TooManySecrets {
		/// How many there are.
		count: usize,
	},
	/// A tolerance that tolerates nothing sensible.
	#[error("field `tolerance`: {tolerance} is not at least 0 and less than 1")]
	InvalidTolerance {
		/// The number.
		tolerance: f64,
	},
}

const KIND_INFERENCE: &str = "inference";
const FORMAT_ONNX: &str = "onnx";

/// Only the field that every kind has.
#[derive(Deserialize)]
struct KindWire {
	kind: Value,
}

/// The fields as they come: their types are checked one by one, so that an error names the field.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct InferenceWire {
	kind: Value,
	name: Value,
	model: Value,
	format: Value,
	tolerance: Value,
	#[serde(default = "probe_range_default")]
	probe_range: Value,
	#[serde(default = "secrets_default", skip_serializing_if = "is_empty")]
	secrets: Value,
}

impl InferenceWire {
	fn validate(&self) -> Result<InferenceSpecification, SpecificationError> {
		Ok(InferenceSpecification {
			name: ServedName::new(text("name", &self.name)?)?,
			model: parse_model(text("model", &self.model)?)?,
			format: parse_format(text("format", &self.format)?)?,
			tolerance: parse_tolerance(&self.tolerance)?,
			probe_range: parse_probe_range(&self.probe_range)?,
			secrets: parse_secrets(&self.secrets)?,
		})
	}
}

impl From<&InferenceSpecification> for InferenceWire {
	fn from(specification: &InferenceSpecification) -> Self {
		let format = match specification.format {
			ModelFormat::Onnx => FORMAT_ONNX,
		};
		Self {
			kind: KIND_INFERENCE.into(),
			name: specification.name.as_str().into(),
			model: specification.model.to_string().into(),
			format: format.into(),
			tolerance: specification.tolerance.into(),
			probe_range: vec![specification.probe_range.start, specification.probe_range.end]
				.into(),
			secrets: specification
				.secrets
				.iter()
				.map(|(name, sealed)| (name.to_string(), Value::from(sealed.as_str())))
				.collect::<Map<_, _>>()
				.into(),
		}
	}
}

fn parse_model(model: &str) -> Result<Cid, SpecificationError> {
	Cid::try_from(model)
		.map_err(|source| SpecificationError::InvalidModel { model: shortened(model), source })
}

fn parse_format(format: &str) -> Result<ModelFormat, SpecificationError> {
	match format {
		FORMAT_ONNX => Ok(ModelFormat::Onnx),
		_ => Err(SpecificationError::UnsupportedFormat { format: shortened(format) }),
	}
}

fn parse_tolerance(value: &Value) -> Result<f64, SpecificationError> {
	let expected = "a number";
	let tolerance = value
		.as_f64()
		.ok_or(SpecificationError::WrongType { field: "tolerance", expected })?;
	match (0.0..1.0).contains(&tolerance) {
		true => Ok(tolerance),
		false => Err(SpecificationError::InvalidTolerance { tolerance }),
	}
}

fn parse_probe_range(value: &Value) -> Result<Range<f64>, SpecificationError> {
	let ends = value.as_array().map(|ends| ends.iter().map(Value::as_f64).collect::<Vec<_>>());
	let Some([Some(start), Some(end)]) = ends.as_deref() else {
		let expected = "a list of two numbers";
		return Err(SpecificationError::WrongType { field: "probe_range", expected });
	};
	// A range of which no width can be computed is too wide to draw from.
	match start < end && (end - start).is_finite() {
		true => Ok(*start..*end),
		false => Err(SpecificationError::InvalidProbeRange { start: *start, end: *end }),
	}
}

fn parse_secrets(value: &Value) -> Result<BTreeMap<SecretName, String>, SpecificationError> {
	let (field, expected) = ("secrets", "an object whose values are strings");
	let secrets = value.as_object().ok_or(SpecificationError::WrongType { field, expected })?;
	if SECRETS_MAX < secrets.len() {
		return Err(SpecificationError::TooManySecrets { count: secrets.len() });
	}
	secrets
		.iter()
		.map(|(name, sealed)| Ok((ServedName::new(name)?, text(field, sealed)?.to_owned())))
		.collect()
}

fn text<'value>(
	field: &'static str,
	value: &'value Value,
) -> Result<&'value str, SpecificationError> {
	value
		.as_str()
		.ok_or(SpecificationError::WrongType { field, expected: "a string" })
}

/// Where the inputs of most models lie once they are scaled.
fn probe_range_default() -> Value {
	vec![0.0, 1.0].into()
}

fn secrets_default() -> Value {
	Map::new().into()
}

fn is_empty(secrets: &Value) -> bool {
	secrets.as_object().is_none_or(Map::is_empty)
}

fn parse<'json, T: Deserialize<'json>>(bytes: &'json [u8]) -> Result<T, SpecificationError> {
	serde_json::from_slice(bytes).map_err(|source| SpecificationError::Malformed { source })
}

/// As much of a stranger's text as belongs into an error message.
fn shortened(text: &str) -> String {
	text.chars().take(NAME_BYTES_MAX).collect()
}
