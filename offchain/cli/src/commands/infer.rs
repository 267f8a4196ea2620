// SPDX-License-Identifier: Apache-2.0

//! Inference by the Open Inference Protocol.

use super::job::save_receipt;
use crate::{
	arguments::{Arguments, Infer},
	output::Answer,
};
use anyhow::Context as _;

pub(super) async fn run(arguments: &Arguments, command: &Infer) -> anyhow::Result<Answer> {
	let request = std::fs::read(&command.request)
		.with_context(|| format!("could not read {}", command.request.display()))?;
	let request = serde_json::from_slice(&request)
		.with_context(|| format!("{} is not an inference request", command.request.display()))?;
	let edge = arguments.edge()?;
	let answered = edge.infer_with_receipt(&command.model, &request).await?;
	if let Some(path) = &command.receipt {
		save_receipt(path, &answered)?;
	}
	let response = answered.answer;
	let lines = response
		.outputs
		.iter()
		.map(|output| {
			let elements = output.elements();
			let data = serde_json::to_string(elements)?;
			Ok((output.name(), format!("{} {:?} {data}", elements.datatype(), output.shape())))
		})
		.collect::<anyhow::Result<Vec<_>>>()?;
	Answer::one(&response, &lines)
}
