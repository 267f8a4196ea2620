// SPDX-License-Identifier: Apache-2.0

//! What is to be known of a model before it is used.

use crate::compiler::Failures;
use r1_edil::{EncryptedModel, Head, ParameterSet};
use std::fmt::{self, Display};

/// Bytes before the content of each message.
const HEADER_BYTES: usize = r1_edil::framing::FRAMING_BYTES + 3;

/// What is to be known of a model. `Display` shows it to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
	/// The smallest parameters that were good enough.
	pub parameters: ParameterSet,
	/// Levels of the torus before the tables; none if there are no tables.
	pub levels: Option<u32>,
	/// Bootstraps of one evaluation.
	pub bootstraps: usize,
	/// Largest magnitude of an accumulator, for any inputs.
	pub accumulator_bound: i32,
	/// Largest magnitude of a logit, for any inputs.
	pub logit_bound: i32,
	/// How often the worst bootstrap is wrong, as a power of two.
	pub table_failure_log2: Option<f64>,
	/// How often the worst logit is wrong, as a power of two.
	pub logit_failure_log2: f64,
	/// How often anything is wrong, as a power of two.
	pub request_failure_log2: f64,
	/// Bytes of the evaluation key, which is sent once.
	pub evaluation_key_bytes: usize,
	/// Bytes of a request.
	pub request_bytes: usize,
	/// Bytes of a response.
	pub response_bytes: usize,
	/// What an evaluation takes on two threads of the machine that the figures were measured on.
	pub expected_ms: f64,
}

impl Report {
	pub(crate) fn new(model: &EncryptedModel, failures: &Failures) -> Self {
		let parameters = model.parameters();
		let levels = match model.head() {
			Head::Linear(_) => None,
			Head::Perceptron { activation, .. } => {
				Some(2 * activation.half_levels().unsigned_abs())
			},
		};
		let words = parameters.bootstrap().map(|bootstrap| bootstrap.seeded_words());
		let head = model.head();
		let coefficient_bytes = (parameters.response_bits() / u8::BITS) as usize;
		Self {
			parameters,
			levels,
			bootstraps: head.bootstraps(),
			accumulator_bound: model.content().accumulator_bound,
			logit_bound: model.content().logit_bound,
			table_failure_log2: failures.table,
			logit_failure_log2: failures.logit,
			request_failure_log2: failures.any,
			evaluation_key_bytes: words.map_or(0, |words| 8 * words + 16 + HEADER_BYTES - 2),
			request_bytes: HEADER_BYTES + 2 * 32 + 16 + 8 * head.inputs(),
			response_bytes: HEADER_BYTES
				+ 32 + head.logits()
				* (parameters.output_dimension() + 1)
				* coefficient_bytes,
			expected_ms: expected_ms(model),
		}
	}
}

/// Milliseconds of one evaluation on two threads, from what was measured (`docs/edil.md`).
fn expected_ms(model: &EncryptedModel) -> f64 {
	let words = model.head().inputs() * model.parameters().input_dimension();
	let of_masks = 5.2e-5 * words as f64;
	let of_bootstrap = match model.parameters() {
		ParameterSet::Levelled => 0.0,
		ParameterSet::Bootstrapped1024 => 5.3,
		ParameterSet::Bootstrapped2048 => 7.2,
	};
	// A thread with nothing to do does not help the other one.
	let pairs = model.head().bootstraps().div_ceil(2);
	of_masks + of_bootstrap * 2.0 * pairs as f64
}

impl Display for Report {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let chance = |log2: f64| format!("2^{log2:.1}");
		let none = || "none".to_owned();
		let levels = self.levels.map_or_else(none, |levels| levels.to_string());
		let table = self.table_failure_log2.map_or_else(none, chance);
		writeln!(formatter, "parameters           {:?}", self.parameters)?;
		writeln!(formatter, "levels               {levels}")?;
		writeln!(formatter, "bootstraps           {}", self.bootstraps)?;
		writeln!(formatter, "largest accumulator  {}", self.accumulator_bound)?;
		writeln!(formatter, "largest logit        {}", self.logit_bound)?;
		writeln!(formatter, "wrong, a bootstrap   {table}")?;
		writeln!(formatter, "wrong, a logit       {}", chance(self.logit_failure_log2))?;
		writeln!(formatter, "wrong, anything      {}", chance(self.request_failure_log2))?;
		writeln!(formatter, "evaluation key       {} bytes", self.evaluation_key_bytes)?;
		writeln!(formatter, "request              {} bytes", self.request_bytes)?;
		writeln!(formatter, "response             {} bytes", self.response_bytes)?;
		writeln!(formatter, "expected time        {:.1} ms", self.expected_ms)
	}
}
