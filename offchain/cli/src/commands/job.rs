// SPDX-License-Identifier: Apache-2.0

//! Jobs: order, list, end.

use super::{address, done, event, short, submit};
use crate::{
	amount::UsdcAmount,
	arguments::{Arguments, Job, JobSubmit},
	output::Answer,
};
use anyhow::Context as _;
use cid::Cid;
use r1_api::{InferenceJobSpecification, JobKindName, ModelFormat};
use r1_chain::{Receipt, calls, events::Event};
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Job) -> anyhow::Result<Answer> {
	match command {
		Job::List => list(arguments).await,
		Job::Submit(order) => order_inference(arguments, order).await,
		Job::Close { job } => {
			let call = calls::close_job(*job);
			submit(arguments, &call, |receipt| done(&call, receipt)).await
		},
	}
}

#[derive(Serialize)]
struct JobRow {
	job: u32,
	owner: String,
	replicas: u32,
	awaits_placement: bool,
	deeds: Vec<u32>,
	nodes: Vec<String>,
	end_epoch: u32,
}

async fn list(arguments: &Arguments) -> anyhow::Result<Answer> {
	let state = arguments.chain().await?.finalised_state().await?;
	let rows = state
		.jobs
		.values()
		.map(|job| JobRow {
			job: job.id,
			owner: address(job.owner),
			replicas: job.replicas,
			awaits_placement: job.awaits_placement,
			deeds: job.deeds.clone(),
			nodes: job
				.deeds
				.iter()
				.filter_map(|deed| state.deeds.get(*deed)?.node)
				.map(address)
				.collect(),
			end_epoch: job.end_epoch,
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["job", "owner", "replicas", "on deeds", "ends at epoch"], |row| {
		vec![
			row.job.to_string(),
			short(&row.owner),
			row.replicas.to_string(),
			if row.deeds.is_empty() { "waits".into() } else { format!("{:?}", row.deeds) },
			row.end_epoch.to_string(),
		]
	})
}

#[derive(Serialize)]
struct Ordered {
	job: u32,
	model: String,
	specification: String,
	price_per_epoch: UsdcAmount,
	end_epoch: u32,
}

async fn order_inference(arguments: &Arguments, order: &JobSubmit) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	let model = std::fs::read(&order.model)
		.with_context(|| format!("could not read the model {}", order.model.display()))?;
	let model = edge.add_file(model).await?.cid;
	let specification = serde_json::to_vec(&InferenceJobSpecification {
		kind: JobKindName::Inference,
		name: order.name.clone(),
		model: model.clone(),
		format: ModelFormat::Onnx,
		tolerance: order.tolerance,
		probe_range: [order.probe_minimum, order.probe_maximum],
	})?;
	let specification = edge.add_file(specification).await?.cid;
	let cid = Cid::try_from(specification.as_str())
		.with_context(|| format!("the daemon answered with `{specification}`, which is no CID"))?;
	let call = calls::create_inference_job(&calls::InferenceOrder {
		resources: order.resources,
		replicas: order.replicas,
		epochs: order.epochs,
		specification: cid.to_bytes(),
	});
	submit(arguments, &call, |receipt| ordered(receipt, model, specification)).await
}

fn ordered(receipt: &Receipt, model: String, specification: String) -> anyhow::Result<Answer> {
	let created = event(receipt, |event| match event {
		Event::JobCreated(created) => Some(created),
		_ => None,
	})?;
	let row = Ordered {
		job: created.job,
		model,
		specification,
		price_per_epoch: created.price_per_epoch.into(),
		end_epoch: created.end,
	};
	Answer::one(
		&row,
		&[
			("job", row.job.to_string()),
			("model", row.model.clone()),
			("specification", row.specification.clone()),
			("price of a node and epoch", format!("{} USDC", row.price_per_epoch)),
			("ends at epoch", row.end_epoch.to_string()),
		],
	)
}
